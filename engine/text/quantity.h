/* quantity.h - numbers with units, on UDUNITS-2
 *
 * A quantity is text such as "2 mm", "237 W/m/K", "10 min", "2 GiB",
 * "20 degC", "1e-3".  It is kept as its value in the coherent SI unit of its
 * dimension, together with what the user wrote.  Bytes, cores and other counts
 * have dimension 1 or "byte"; "B", "kB", "MiB", "GiB" ... are bytes, not bels.
 * An offset unit ("20 degC") is converted with its offset; inside a product or
 * a power ("W/m2/degC") it counts as its interval.
 *
 * A unit never means something else than its writer expects.  Refused, with
 * the way out in the hint: names of several units of one dimension ("ton",
 * "gallon", "cal"), "W/m K" (is K above or below the line?), numbers inside a
 * unit ("m 2"), logarithmic units and dates.  "year" is the tropical year of
 * 365.2422 days, "month" a twelfth of it.  "F" is the farad and "C" the
 * coulomb; where a temperature is needed the dimension does not match.  Angles
 * are dimensionless, but a frequency (Hz) and an angular velocity (rad/s, rpm)
 * are two dimensions, since they differ by 2 pi.
 */
#ifndef FT_TEXT_QUANTITY_H
#define FT_TEXT_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/number.h"
#include "base/str.h"

struct ft_err;

#define FT_UNIT_MAX 64 /* characters of a unit as written */

/* A parsed unit.  Interned by its text: valid as long as the process. */
struct ft_unit;

struct ft_quantity {
    double si;                  /* value in the coherent SI unit */
    const struct ft_unit *unit; /* as written; never NULL ("1" when none) */
    double written;             /* value in 'unit' */
};

/* "W/m/K", "W m-1 K-1", "W·m⁻¹·K⁻¹", "1", "" (dimensionless).
 *   FT_EDOC, id FT0202   unknown unit; the hint names the nearest known one */
const struct ft_unit *ft_unit_parse(const char *text, struct ft_err *err);

const char *ft_unit_text(const struct ft_unit *unit); /* as written */
/* The coherent SI unit of the same dimension in canonical ASCII form, equal
 * for equal dimensions: "m", "m.kg.s-3.K-1", "byte", "1". */
const char *ft_unit_si_text(const struct ft_unit *unit);
bool ft_unit_same_dimension(const struct ft_unit *a, const struct ft_unit *b);
double ft_unit_to_si(const struct ft_unit *unit, double value);
double ft_unit_from_si(const struct ft_unit *unit, double si);
/* How much in SI one more of it is: 1 for degC. */
double ft_unit_scale(const struct ft_unit *unit);

/* Has it an offset, as degC has? */
bool ft_unit_has_offset(const struct ft_unit *unit);
const struct ft_unit *ft_unit_one(void);
const struct ft_unit *ft_unit_si(const struct ft_unit *unit); /* coherent */

/* The unit that a product, quotient, power or root is shown in: the other unit
 * when one is "1", else the coherent SI unit; calculate with SI values.  NULL
 * when there is none (an offset unit with anything but "1", a fractional or
 * absurd power). */
const struct ft_unit *ft_unit_multiply(const struct ft_unit *a,
                                       const struct ft_unit *b);
const struct ft_unit *ft_unit_divide(const struct ft_unit *a,
                                     const struct ft_unit *b);
const struct ft_unit *ft_unit_power(const struct ft_unit *a, int power);
const struct ft_unit *ft_unit_root(const struct ft_unit *a, int root);

/* Parse a whole text.
 *   FT0201   no number in front, trailing text, not finite
 *   FT0202   unknown unit */
int ft_quantity_parse(const char *text, struct ft_quantity *q,
                      struct ft_err *err);

/* Parse, and require the dimension of 'unit'.  A bare number is accepted only
 * when 'unit' is dimensionless: a unit is never guessed.
 *   FT0203   another dimension; the message names both units */
int ft_quantity_parse_in(const char *text, const char *unit,
                         struct ft_quantity *q, struct ft_err *err);

/* "2 mm": the number in its shortest form that reads back equal, then the unit
 * as written (nothing for "1"). */
void ft_quantity_text(const struct ft_quantity *q, struct ft_str *out);

/* Skip the decimal number at the start of 'text' (no hexadecimal, "inf" or
 * "nan").  Return its length, 0 when there is none; *value is infinite when it
 * is too large and NaN when it is too small for a double. */
size_t ft_number_scan(const char *text, double *value);

#endif
