/* unit.c - what UDUNITS-2 knows of a unit; the only file that includes it
 *
 * Reading UDUNITS' database takes 10 ms, as long as a whole command may, so the
 * units of nearly every workflow stand in a small system made here, without
 * prefixes; the database is read when a name is missing there.  A unit is kept
 * as factor, offset and powers, so both systems give the same units.
 */
#include "text/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <udunits2.h>

#include "base/alloc.h"
#include "base/err.h"
#include "text/suggest.h"
#include "text/unit_text.h"

const char *const ft_dim_symbol[FT_DIMS] = { "m",   "kg", "s",    "A",  "K",
                                             "mol", "cd", "byte", "rad" };

/* Name and meaning in terms of the names above it.  No row differs from the
 * database (a test compares them). */
static const char *const common[][2] = {
    { "g", "1e-3 kg" },       { "mg", "1e-6 kg" },
    { "t", "1000 kg" },       { "km", "1000 m" },
    { "dm", "0.1 m" },        { "cm", "0.01 m" },
    { "mm", "1e-3 m" },       { "um", "1e-6 m" },
    { "nm", "1e-9 m" },       { "ms", "1e-3 s" },
    { "us", "1e-6 s" },       { "ns", "1e-9 s" },
    { "sec", "s" },           { "second", "s" },
    { "seconds", "s" },       { "min", "60 s" },
    { "minute", "min" },      { "minutes", "min" },
    { "h", "3600 s" },        { "hr", "h" },
    { "hour", "h" },          { "hours", "h" },
    { "d", "86400 s" },       { "day", "d" },
    { "days", "d" },          { "mA", "1e-3 A" },
    { "mK", "1e-3 K" },       { "kelvin", "K" },
    { "degC", "K @ 273.15" }, { "celsius", "degC" },
    { "kmol", "1000 mol" },   { "mmol", "1e-3 mol" },
    { "Hz", "s-1" },          { "kHz", "1000 Hz" },
    { "MHz", "1e6 Hz" },      { "GHz", "1e9 Hz" },
    { "N", "kg.m.s-2" },      { "kN", "1000 N" },
    { "MN", "1e6 N" },        { "mN", "1e-3 N" },
    { "Pa", "N.m-2" },        { "hPa", "100 Pa" },
    { "kPa", "1000 Pa" },     { "MPa", "1e6 Pa" },
    { "GPa", "1e9 Pa" },      { "bar", "1e5 Pa" },
    { "mbar", "100 Pa" },     { "J", "N.m" },
    { "kJ", "1000 J" },       { "MJ", "1e6 J" },
    { "mJ", "1e-3 J" },       { "W", "J.s-1" },
    { "mW", "1e-3 W" },       { "kW", "1000 W" },
    { "MW", "1e6 W" },        { "GW", "1e9 W" },
    { "C", "A.s" },           { "V", "W.A-1" },
    { "mV", "1e-3 V" },       { "kV", "1000 V" },
    { "F", "C.V-1" },         { "ohm", "V.A-1" },
    { "S", "A.V-1" },         { "Wb", "V.s" },
    { "T", "Wb.m-2" },        { "H", "Wb.A-1" },
    { "l", "1e-3 m3" },       { "L", "l" },
    { "ml", "1e-6 m3" },      { "degree", "1.74532925199433e-2 rad" },
    { "%", "0.01" },          { "percent", "%" },
    { "ppm", "1e-6" },
};

/* Units that UDUNITS lacks or reads as something that nobody means: to it, mph
 * is a milliphot and bit is 1. */
static const char *const own[][2] = {
    { "B", "byte" },       { "bytes", "byte" },       { "kB", "1e3 byte" },
    { "MB", "1e6 byte" },  { "GB", "1e9 byte" },      { "TB", "1e12 byte" },
    { "PB", "1e15 byte" }, { "EB", "1e18 byte" },     { "KiB", "1024 byte" },
    { "MiB", "1024 KiB" }, { "GiB", "1024 MiB" },     { "TiB", "1024 GiB" },
    { "PiB", "1024 TiB" }, { "EiB", "1024 PiB" },     { "bit", "0.125 byte" },
    { "kbit", "1e3 bit" }, { "Mbit", "1e6 bit" },     { "Gbit", "1e9 bit" },
    { "Wh", "3600 J" },    { "kWh", "3.6e6 J" },      { "MWh", "3.6e9 J" },
    { "GWh", "3.6e12 J" }, { "mph", "1609.344 m/h" }, { "kph", "km/h" },
    { "deg", "degree" },
};

/* Names that a misspelt one may have been meant as, besides those above. */
static const char *const known[] = {
    "metre",  "meter",  "kilogram", "gram",  "ampere", "mole",   "candela",
    "newton", "pascal", "joule",    "watt",  "volt",   "hertz",  "radian",
    "litre",  "liter",  "week",     "month", "year",   "tonne",  "foot",
    "inch",   "mile",   "ft",       "in",    "lb",     "lbf",    "psi",
    "ksi",    "atm",    "mmHg",     "torr",  "knot",   "rpm",    "eV",
    "degF",   "ha",     "hectare",  "acre",  "kg",     "mol",    "byte",
    "rad",    "sr",     "hp",       "BTU",   "poise",  "stokes", "angstrom",
};

/* --- two unit systems ----------------------------------------------------- */

static void map_unit(ut_system *sys, const char *name, ut_unit *unit)
{
    if (!unit)
        FT_BUG("unit '%s' has no meaning", name);
    ut_unmap_symbol_to_unit(sys, name, UT_ASCII);
    ut_unmap_name_to_unit(sys, name, UT_ASCII);
    if (ut_map_symbol_to_unit(name, UT_ASCII, unit) != UT_SUCCESS)
        FT_BUG("unit '%s' cannot be defined", name);
}

static void define(ut_system *sys, const char *const row[][2], size_t n)
{
    ut_unit *unit;

    for (size_t i = 0; i < n; i++) {
        unit = ut_parse(sys, row[i][1], UT_ASCII);
        map_unit(sys, row[i][0], unit);
        ut_free(unit);
    }
}

static void define_base(ut_system *sys, int dim, ut_unit *unit)
{
    map_unit(sys, ft_dim_symbol[dim], unit);
    ut_map_unit_to_symbol(unit, ft_dim_symbol[dim], UT_ASCII);
    ut_free(unit);
}

static ut_system *small_system(void)
{
    static ut_system *sys;

    if (sys)
        return sys;
    ut_set_error_message_handler(ut_ignore);
    sys = ut_new_system();
    for (int dim = 0; dim < FT_DIM_RADIAN; dim++)
        define_base(sys, dim, ut_new_base_unit(sys));
    define_base(sys, FT_DIM_RADIAN, ut_new_dimensionless_unit(sys));
    define(sys, common, FT_ARRAY_LEN(common));
    define(sys, own, FT_ARRAY_LEN(own));
    return sys;
}

/* NULL when the database is not there. */
static ut_system *full_system(void)
{
    static ut_system *sys;

    if (sys)
        return sys;
    ut_set_error_message_handler(ut_ignore);
    sys = ut_read_xml(NULL);
    if (!sys)
        return NULL;
    define_base(sys, FT_DIM_BYTE, ut_new_base_unit(sys));
    define(sys, own, FT_ARRAY_LEN(own));
    return sys;
}

/* --- factor, offset and powers -------------------------------------------- */

static ut_status refuse(void)
{
    return UT_MEANINGLESS;
}

static ut_status visit_product(const ut_unit *unit, int count,
                               const ut_unit *const *basic, const int *power,
                               void *arg)
{
    struct ft_unit *out = arg;
    const char *symbol;
    int dim;

    (void)unit;
    for (int i = 0; i < count; i++) {
        symbol = ut_get_symbol(basic[i], UT_ASCII);
        for (dim = 0; dim < FT_DIMS; dim++)
            if (symbol && strcmp(symbol, ft_dim_symbol[dim]) == 0)
                break;
        if (dim == FT_DIMS || abs(power[i]) > FT_DIM_POWER_MAX)
            return refuse();
        out->dim[dim] = power[i];
    }
    return UT_SUCCESS;
}

static ut_status visit_basic(const ut_unit *unit, void *arg)
{
    return visit_product(unit, 1, &unit, (const int[]){ 1 }, arg);
}

static const ut_visitor visitor;

static ut_status visit_galilean(const ut_unit *unit, double scale,
                                const ut_unit *below, double offset, void *arg)
{
    struct ft_unit *out = arg;

    (void)unit;
    out->up = scale;
    out->offset = offset;
    return ut_accept_visitor(below, &visitor, arg);
}

static ut_status visit_timestamp(const ut_unit *unit, const ut_unit *time,
                                 double origin, void *arg)
{
    (void)unit, (void)time, (void)origin, (void)arg;
    return refuse();
}

static ut_status visit_logarithmic(const ut_unit *unit, double base,
                                   const ut_unit *reference, void *arg)
{
    (void)unit, (void)base, (void)reference, (void)arg;
    return refuse();
}

static const ut_visitor visitor = {
    .visit_basic = visit_basic,
    .visit_product = visit_product,
    .visit_galilean = visit_galilean,
    .visit_timestamp = visit_timestamp,
    .visit_logarithmic = visit_logarithmic,
};

/* The factor comes from products of decimal fractions: what is a whole number
 * but for rounding is that number. */
static double snap(double x)
{
    double whole = round(x);

    return fabs(x - whole) <= 8e-16 * whole ? whole : x;
}

static void split_scale(double scale, struct ft_unit *unit)
{
    unit->up = snap(scale);
    unit->down = 1;
    if (scale < 1 && snap(1 / scale) == round(1 / scale)) {
        unit->up = 1;
        unit->down = snap(1 / scale);
    }
}

static bool take_apart(const ut_unit *ut, struct ft_unit *unit)
{
    unit->up = 1;
    unit->offset = 0;
    memset(unit->dim, 0, sizeof(unit->dim));
    if (ut_accept_visitor(ut, &visitor, unit) != UT_SUCCESS ||
        !isfinite(unit->up) || unit->up <= 0 || !isfinite(unit->offset))
        return false;
    split_scale(unit->up, unit);
    return true;
}

static bool resolve_in(ut_system *sys, const char *text, struct ft_unit *unit)
{
    ut_unit *ut = sys ? ut_parse(sys, text, UT_ASCII) : NULL;
    bool ok = ut && take_apart(ut, unit);

    ut_free(ut);
    return ok;
}

/* --- what is unknown, and what is like it --------------------------------- */

static const char *nearest(const char *name)
{
    const char
        *all[FT_ARRAY_LEN(common) + FT_ARRAY_LEN(own) + FT_ARRAY_LEN(known)];
    size_t n = 0;

    for (size_t i = 0; i < FT_ARRAY_LEN(common); i++)
        all[n++] = common[i][0];
    for (size_t i = 0; i < FT_ARRAY_LEN(own); i++)
        all[n++] = own[i][0];
    for (size_t i = 0; i < FT_ARRAY_LEN(known); i++)
        all[n++] = known[i];
    return ft_suggest(name, all, n);
}

static int fail_unknown(const char *text, struct ft_err *err)
{
    struct ft_unit unused;
    char name[FT_UNIT_MAX + 1];
    const char *near;
    size_t at = 0;

    if (!full_system()) {
        ft_err_set(err, FT_EDOC,
                   "unknown unit '%s'; the units database of UDUNITS could "
                   "not be read",
                   text);
        return ft_err_id(err, "FT0202");
    }
    ft_err_set(err, FT_EDOC, "unknown unit '%s'", text);
    while (ft_unit_next_name(text, &at, name, sizeof(name))) {
        if (resolve_in(full_system(), name, &unused))
            continue;
        if (strcmp(name, text) != 0)
            ft_err_set(err, FT_EDOC, "unknown unit '%s' in '%s'", name, text);
        near = nearest(name);
        if (near)
            ft_err_hint(err, "did you mean '%s'?", near);
        break;
    }
    return ft_err_id(err, "FT0202");
}

int ft_unit_resolve(const char *text, struct ft_unit *unit, struct ft_err *err)
{
    struct ft_str plain = FT_STR_INIT;
    int rc;

    ft_unit_plain(text, &plain);
    rc = ft_unit_text_check(plain.s, text, err);
    if (rc == 0 && !resolve_in(small_system(), plain.s, unit) &&
        !resolve_in(full_system(), plain.s, unit))
        rc = fail_unknown(text, err);
    ft_str_release(&plain);
    return rc;
}
