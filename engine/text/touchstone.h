/* touchstone.h - network parameters as a table
 *
 * Touchstone 1 files (.s1p, .s2p, …) hold the S parameters of an n-port over
 * frequency.  Units and form come from the option line ("# GHz S MA R 50"), so
 * nothing has to be guessed.  The table has the columns frequency [Hz],
 * S11_re [1], S11_im [1], S12_re [1], … by rows of the matrix, and
 * reference [ohm], the resistance that the parameters refer to.
 */
#ifndef FT_TEXT_TOUCHSTONE_H
#define FT_TEXT_TOUCHSTONE_H

#include <stdio.h>

struct ft_err;

#define FT_TOUCHSTONE_PORTS_MAX 22 /* more have more columns than a table */

/* The number of ports that the ending of a file's name says; 0: it is no
 * Touchstone file. */
unsigned ft_touchstone_ports(const char *path);

/* Write the file at 'path' to 'out' as CSV.  FT_EFORMAT with the line:
 *   other parameters than S, noise parameters, Touchstone 2, frequencies that
 *   do not ascend, numbers that are missing, too many or none */
int ft_touchstone_csv(const char *path, FILE *out, struct ft_err *err);

#endif
