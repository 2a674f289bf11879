/* local_energy.h - the energy that this machine takes, as far as it can tell
 *
 * The kernel's powercap tree has counters of Intel and AMD processors (RAPL):
 * one for each package, one for the memory beside it.  What they count between
 * two readings is shared among the slots that were held meanwhile.
 */
#ifndef ADAPTERS_LOCAL_ENERGY_H
#define ADAPTERS_LOCAL_ENERGY_H

#include <stdint.h>

#define FT_POWERCAP_ROOT "/sys/class/powercap"

struct ft_energy;

/* The counters below 'root'.  NULL when there are none that may be read. */
struct ft_energy *ft_energy_open(const char *root);
void ft_energy_close(struct ft_energy *energy); /* NULL is fine */

/* Joules per slot since the meter was opened, when 'slots' were held since the
 * last reading; energy taken while none was held is nobody's.  To be called
 * whenever the number of slots changes, with the old number, and more often
 * than a counter starts anew, which takes minutes.  0 for NULL. */
double ft_energy_per_slot(struct ft_energy *energy, int slots);

#endif
