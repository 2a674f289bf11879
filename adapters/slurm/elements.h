/* elements.h - arrays and their elements as Slurm writes them
 *
 * The elements of a record: "0-3,7,9-21:4%2", and "..." at the end of a list
 * that was cut.  The id of a job: "1203", and of an element: "1204_3".
 */
#ifndef FT_ADAPTERS_SLURM_ELEMENTS_H
#define FT_ADAPTERS_SLURM_ELEMENTS_H

#include <stdbool.h>
#include <stdint.h>

#define FT_ELEMENT_NONE 0xfffffffeu /* what Slurm calls NO_VAL */

/* Take the next "A", "A-B" or "A-B:STEP"; false at the end (or the '%'). */
bool ft_elements_next(const char **text, uint32_t *first, uint32_t *last,
                      uint32_t *step);

/* Is 'element' one of them? */
bool ft_elements_hold(const char *text, uint32_t element);

/* Read an id; of a job *element is FT_ELEMENT_NONE.  False: it is none. */
bool ft_elements_id(const char *text, uint32_t *job, uint32_t *element);

#endif
