/* quantity.c - numbers with units */
#include "text/quantity.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/map.h"
#include "text/unit.h"

/* --- units ---------------------------------------------------------------- */

/* An angle is dimensionless except in a pure frequency, where forgetting it
 * would be a factor of 2 pi. */
static bool angle_counts(const struct ft_unit *unit)
{
    for (int i = 0; i < FT_DIM_RADIAN; i++)
        if ((unit->dim[i] != 0) != (i == FT_DIM_SECOND))
            return false;
    return true;
}

/* The coherent unit, "m.s-2", of what 'unit' has; angles only when asked. */
static void add_dimensions(const struct ft_unit *unit, bool angle,
                           struct ft_str *out)
{
    for (int i = 0; i < FT_DIMS; i++) {
        if (!unit->dim[i] || (i == FT_DIM_RADIAN && !angle))
            continue;
        if (out->len)
            ft_str_addc(out, '.');
        ft_str_add(out, ft_dim_symbol[i]);
        if (unit->dim[i] != 1)
            ft_str_addf(out, "%d", unit->dim[i]);
    }
    if (!out->len)
        ft_str_addc(out, '1');
}

/* The one unit of this text: the known one, or a copy of 'unit'. */
static const struct ft_unit *intern(const char *text,
                                    const struct ft_unit *unit)
{
    static struct ft_map units;
    struct ft_unit *kept = ft_map_get(&units, text);
    struct ft_str si = FT_STR_INIT;

    if (kept || !unit)
        return kept;
    kept = ft_calloc(1, sizeof(*kept));
    *kept = *unit;
    kept->text = ft_strdup(text);
    add_dimensions(unit, angle_counts(unit), &si);
    kept->si_text = ft_str_take(&si);
    ft_map_put(&units, text, kept);
    return kept;
}

static const struct ft_unit *coherent(const int dim[FT_DIMS])
{
    struct ft_unit unit = { .up = 1, .down = 1 };
    const struct ft_unit *kept;
    struct ft_str text = FT_STR_INIT;

    for (int i = 0; i < FT_DIMS; i++) {
        if (abs(dim[i]) > FT_DIM_POWER_MAX)
            return NULL;
        unit.dim[i] = dim[i];
    }
    add_dimensions(&unit, true, &text);
    kept = intern(text.s, &unit);
    ft_str_release(&text);
    return kept;
}

const struct ft_unit *ft_unit_one(void)
{
    return coherent((const int[FT_DIMS]){ 0 });
}

const struct ft_unit *ft_unit_si(const struct ft_unit *unit)
{
    return coherent(unit->dim);
}

const struct ft_unit *ft_unit_parse(const char *text, struct ft_err *err)
{
    const struct ft_unit *kept = NULL;
    struct ft_unit unit = { 0 };
    char *trimmed;
    size_t len;

    text += strspn(text, " \t");
    len = strlen(text);
    while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
        len--;
    if (len == 0 || (len == 1 && *text == '1'))
        return ft_unit_one();
    if (len > FT_UNIT_MAX) {
        ft_err_set(err, FT_EDOC, "unit '%.20s...' is longer than %d bytes",
                   text, FT_UNIT_MAX);
        ft_err_id(err, "FT0202");
        return NULL;
    }
    trimmed = ft_strndup(text, len);
    kept = intern(trimmed, NULL);
    if (!kept && ft_unit_resolve(trimmed, &unit, err) == 0)
        kept = intern(trimmed, &unit);
    free(trimmed);
    return kept;
}

const char *ft_unit_text(const struct ft_unit *unit)
{
    return unit->text;
}

const char *ft_unit_si_text(const struct ft_unit *unit)
{
    return unit->si_text;
}

bool ft_unit_same_dimension(const struct ft_unit *a, const struct ft_unit *b)
{
    return a == b || strcmp(a->si_text, b->si_text) == 0;
}

bool ft_unit_has_offset(const struct ft_unit *unit)
{
    return unit->offset != 0;
}

double ft_unit_to_si(const struct ft_unit *unit, double value)
{
    return (value + unit->offset) * unit->up / unit->down;
}

double ft_unit_from_si(const struct ft_unit *unit, double si)
{
    return si * unit->down / unit->up - unit->offset;
}

double ft_unit_scale(const struct ft_unit *unit)
{
    return unit->up / unit->down;
}

static bool is_one(const struct ft_unit *unit)
{
    return unit == ft_unit_one();
}

/* a times b to the power of 'sign'. */
static const struct ft_unit *combine(const struct ft_unit *a,
                                     const struct ft_unit *b, int sign)
{
    int dim[FT_DIMS];

    if (is_one(b))
        return a;
    if (sign > 0 && is_one(a))
        return b;
    if (a->offset != 0 || b->offset != 0)
        return NULL;
    for (int i = 0; i < FT_DIMS; i++)
        dim[i] = a->dim[i] + sign * b->dim[i];
    return coherent(dim);
}

const struct ft_unit *ft_unit_multiply(const struct ft_unit *a,
                                       const struct ft_unit *b)
{
    return combine(a, b, 1);
}

const struct ft_unit *ft_unit_divide(const struct ft_unit *a,
                                     const struct ft_unit *b)
{
    return combine(a, b, -1);
}

const struct ft_unit *ft_unit_power(const struct ft_unit *a, int power)
{
    int dim[FT_DIMS];

    if (power == 1)
        return a;
    if (a->offset != 0)
        return NULL;
    for (int i = 0; i < FT_DIMS; i++) {
        if (a->dim[i] && abs(power) > FT_DIM_POWER_MAX)
            return NULL;
        dim[i] = a->dim[i] ? a->dim[i] * power : 0;
    }
    return coherent(dim);
}

const struct ft_unit *ft_unit_root(const struct ft_unit *a, int root)
{
    int dim[FT_DIMS];

    if (root == 1)
        return a;
    if (a->offset != 0 || root < 1)
        return NULL;
    for (int i = 0; i < FT_DIMS; i++) {
        if (a->dim[i] % root)
            return NULL;
        dim[i] = a->dim[i] / root;
    }
    return coherent(dim);
}

/* --- quantities ----------------------------------------------------------- */

size_t ft_number_scan(const char *text, double *value)
{
    size_t len = *text == '-' || *text == '+', digits, e;
    char *copy;
    double x;

    digits = strspn(text + len, "0123456789");
    len += digits;
    if (text[len] == '.') {
        e = strspn(text + len + 1, "0123456789");
        digits += e;
        len += 1 + e;
    }
    if (!digits)
        return 0;
    if (text[len] == 'e' || text[len] == 'E') {
        e = len + 1;
        e += text[e] == '-' || text[e] == '+';
        digits = strspn(text + e, "0123456789");
        if (digits)
            len = e + digits;
    }
    copy = ft_strndup(text, len); /* "0x1" must be 0, then 'x' */
    x = strtod(copy, NULL);
    if (x == 0 && strspn(copy, "+-0.") < strcspn(copy, "eE"))
        x = NAN;
    free(copy);
    *value = x;
    return len;
}

static int fail_number(const char *text, const char *what, struct ft_err *err)
{
    ft_err_set(err, FT_EDOC, "'%s' %s", text, what);
    return ft_err_id(err, "FT0201");
}

int ft_quantity_parse(const char *text, struct ft_quantity *q,
                      struct ft_err *err)
{
    const struct ft_unit *unit;
    double value, si;
    const char *s = text + strspn(text, " \t");
    size_t len = ft_number_scan(s, &value);

    if (!len) {
        fail_number(text, "does not begin with a number", err);
        return *s && ft_unit_parse(s, NULL)
                   ? ft_err_hint(err, "write '1 %s' if that is meant", s) : -1;
    }
    if (!isfinite(value))
        return fail_number(text, "is outside the range of numbers", err);
    if (s[len] == ',') {
        fail_number(text, "is not a number with a unit", err);
        return ft_err_hint(err, "the decimal sign is a point");
    }
    unit = ft_unit_parse(s + len, err);
    if (!unit)
        return -1;
    si = ft_unit_to_si(unit, value);
    if (!isfinite(si) || (si == 0 && value != 0 && unit->offset == 0))
        return fail_number(text, "is outside the range of numbers", err);
    *q = (struct ft_quantity){ .si = si, .unit = unit, .written = value };
    return 0;
}

static int fail_dimension(const char *text, const struct ft_unit *got,
                          const struct ft_unit *wanted, struct ft_err *err)
{
    if (is_one(got)) {
        ft_err_set(err, FT_EDOC, "'%s' has no unit but '%s' is needed", text,
                   wanted->text);
        ft_err_hint(err, "write '%s %s' if that is what you mean", text,
                    wanted->text);
        return ft_err_id(err, "FT0203");
    }
    ft_err_set(err, FT_EDOC, "'%s' has the unit '%s' but '%s' is needed", text,
               got->text, wanted->text);
    if (strcmp(wanted->si_text, "K") == 0 &&
        (strcmp(got->text, "C") == 0 || strcmp(got->text, "F") == 0))
        ft_err_hint(err, "did you mean 'deg%s'?", got->text);
    return ft_err_id(err, "FT0203");
}

int ft_quantity_parse_in(const char *text, const char *unit,
                         struct ft_quantity *q, struct ft_err *err)
{
    const struct ft_unit *wanted = ft_unit_parse(unit, err);
    struct ft_quantity got;

    if (!wanted || ft_quantity_parse(text, &got, err) < 0)
        return -1;
    if (ft_unit_same_dimension(got.unit, wanted)) {
        *q = got;
        return 0;
    }
    return fail_dimension(text, got.unit, wanted, err);
}

void ft_quantity_text(const struct ft_quantity *q, struct ft_str *out)
{
    ft_number_text(q->written, out);
    if (!is_one(q->unit))
        ft_str_addf(out, " %s", ft_unit_text(q->unit));
}
