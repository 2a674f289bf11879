/* elements.h - the elements of an array as Slurm writes them: "0-3,7,9-21:4%2"
 */
#ifndef FT_ADAPTERS_SLURM_ELEMENTS_H
#define FT_ADAPTERS_SLURM_ELEMENTS_H

#include <stdbool.h>
#include <stdint.h>

/* Take the next "A", "A-B" or "A-B:STEP"; false at the end (or the '%'). */
bool ft_elements_next(const char **text, uint32_t *first, uint32_t *last,
                      uint32_t *step);

#endif
