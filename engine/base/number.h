/* number.h - numbers as text, the one way that fedtwin writes them
 *
 * The form is ECMAScript's (RFC 8785 asks for it): the fewest digits that read
 * back as the same number, an exponent outside 1e-6 ... 1e21, "0" for both
 * zeros.  The C locale's decimal point is relied on: nothing in fedtwin sets
 * LC_NUMERIC.
 */
#ifndef FT_BASE_NUMBER_H
#define FT_BASE_NUMBER_H

#include <stdint.h>

#include "base/str.h"

/* Integers up to here are exact in a double. */
#define FT_INTEGER_MAX (INT64_C(1) << 53)

/* Append 'x'; one that is not finite gives "nan", "inf" or "-inf". */
void ft_number_text(double x, struct ft_str *out);

#endif
