/* quantity.h - units of integrals
 *
 * Not collective.
 */
#ifndef POST_QUANTITY_H
#define POST_QUANTITY_H

#include <stddef.h>

#define POST_UNIT_MAX 128

/* The unit of values in 'unit' times metres to the power of 'power', as
 * UDUNITS text: "W m-2" and 2 give "W", "K" and 3 give "K m3".  Returns -1 when
 * it does not fit. */
int post_unit_times_metres(const char *unit, int power, char *text,
                           size_t size);

#endif
