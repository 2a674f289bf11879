/* quantity.h - numbers with units, on UDUNITS-2
 *
 * A quantity is text such as "2 mm", "237 W/m/K", "10 min", "2 GiB",
 * "20 degC", "1e-3".  It is kept as its value in the coherent SI unit of its
 * dimension, together with what the user wrote.  Bytes, cores and other counts
 * have dimension 1 or "byte"; "B", "kB", "MiB", "GiB" ... are bytes, not bels.
 * An offset unit ("20 degC") is converted with its offset.
 */
#ifndef FT_TEXT_QUANTITY_H
#define FT_TEXT_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct ft_err;

#define FT_UNIT_MAX 64 /* characters of a unit as written */

/* A parsed unit.  Interned: valid as long as the process, compare with ==
 * through ft_unit_same(). */
struct ft_unit;

struct ft_quantity {
    double si;                  /* value in the coherent SI unit */
    const struct ft_unit *unit; /* as written; never NULL ("1" when none) */
    double written;             /* value in 'unit' */
};

/* "W/m/K", "W m-1 K-1", "W·m⁻¹·K⁻¹", "1", "" (dimensionless).
 *   FT_EDOC, id FT0202   unknown unit; the hint names the nearest known one */
const struct ft_unit *ft_unit_parse(const char *text, struct ft_err *err);

const char *ft_unit_text(const struct ft_unit *unit); /* as first written */
/* The coherent SI unit of the same dimension in canonical ASCII form, equal
 * for equal dimensions: "m", "m.kg.s-3.K-1", "byte", "1". */
const char *ft_unit_si_text(const struct ft_unit *unit);
bool ft_unit_same_dimension(const struct ft_unit *a, const struct ft_unit *b);
double ft_unit_to_si(const struct ft_unit *unit, double value);
double ft_unit_from_si(const struct ft_unit *unit, double si);

/* Products, quotients, powers and roots of units; NULL when they have none
 * (an offset unit times another, a fractional power). */
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

/* Shortest decimal text of 'x' that strtod() reads back as 'x'. */
void ft_number_text(double x, struct ft_str *out);

#endif
