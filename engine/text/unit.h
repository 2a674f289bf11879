/* unit.h - how a unit is kept; for quantity.c and unit.c only */
#ifndef FT_TEXT_UNIT_H
#define FT_TEXT_UNIT_H

#include "text/quantity.h"

enum {
    FT_DIM_METRE,
    FT_DIM_KILOGRAM,
    FT_DIM_SECOND,
    FT_DIM_AMPERE,
    FT_DIM_KELVIN,
    FT_DIM_MOLE,
    FT_DIM_CANDELA,
    FT_DIM_BYTE,
    FT_DIM_RADIAN, /* dimensionless, but see quantity.h */
    FT_DIMS
};

#define FT_DIM_POWER_MAX 99

/* SI value = (value + offset) * up / down.  One of 'up' and 'down' is 1, so
 * that 2 mm is exactly 0.002 m. */
struct ft_unit {
    char *text;
    char *si_text;
    double up, down, offset;
    int dim[FT_DIMS];
};

extern const char *const ft_dim_symbol[FT_DIMS];

/* Ask UDUNITS what 'text' means: dimensions and factors of 'unit' are filled.
 * FT_EDOC, id FT0202. */
int ft_unit_resolve(const char *text, struct ft_unit *unit, struct ft_err *err);

#endif
