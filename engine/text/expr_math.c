/* expr_math.c - functions on numbers and quantities */
#include <math.h>

#include "base/alloc.h"
#include "base/err.h"
#include "text/expr_call.h"

/* The elements of the only argument, a list, or the arguments themselves. */
static int get_elements(const struct ft_value **arg, size_t *n,
                        struct ft_err *err)
{
    if (*n == 1 && (*arg)->kind == FT_VALUE_LIST) {
        *n = (*arg)->n;
        *arg = (*arg)->item;
    }
    return *n ? 0 : ft_expr_fail(err, "FT0304", "the list is empty");
}

/* --- one number ----------------------------------------------------------- */

static int of_plain(double (*f)(double x), const struct ft_value *arg,
                    struct ft_value *out, struct ft_err *err)
{
    double x;

    if (ft_arg_plain(arg, &x, err) < 0)
        return -1;
    return ft_value_from_si(f(x), ft_unit_one(), out, err);
}

/* A function on the number as it is written, such as rounding. */
static int of_written(double (*f)(double x), const struct ft_value *arg,
                      struct ft_value *out, struct ft_err *err)
{
    struct ft_quantity q;

    if (ft_arg_quantity(arg, &q, err) < 0)
        return -1;
    return ft_value_from_written(f(q.written), q.unit, out, err);
}

#define PLAIN(name, f)                     \
    FT_CALL(name)                          \
    {                                      \
        (void)ev, (void)n;                 \
        return of_plain(f, arg, out, err); \
    }
#define WRITTEN(name, f)                     \
    FT_CALL(name)                            \
    {                                        \
        (void)ev, (void)n;                   \
        return of_written(f, arg, out, err); \
    }

PLAIN(ft_call_exp, exp)
PLAIN(ft_call_sin, sin)
PLAIN(ft_call_cos, cos)
PLAIN(ft_call_tan, tan)
WRITTEN(ft_call_floor, floor)
WRITTEN(ft_call_ceil, ceil)
WRITTEN(ft_call_round, round)

static int logarithm(double (*f)(double x), const struct ft_value *arg,
                     struct ft_value *out, struct ft_err *err)
{
    double x;

    if (ft_arg_plain(arg, &x, err) < 0)
        return -1;
    if (x <= 0)
        return ft_expr_fail(err, "FT0304",
                            "only a positive number has a logarithm");
    return ft_value_from_si(f(x), ft_unit_one(), out, err);
}

FT_CALL(ft_call_log)
{
    (void)ev, (void)n;
    return logarithm(log, arg, out, err);
}

FT_CALL(ft_call_log10)
{
    (void)ev, (void)n;
    return logarithm(log10, arg, out, err);
}

FT_CALL(ft_call_abs)
{
    struct ft_quantity q;

    (void)ev, (void)n;
    if (ft_arg_quantity(arg, &q, err) < 0)
        return -1;
    if (ft_unit_has_offset(q.unit) && q.written < 0)
        return ft_value_negate(arg, out, err); /* refuses, and says why */
    return ft_value_from_written(fabs(q.written), q.unit, out, err);
}

FT_CALL(ft_call_atan2)
{
    struct ft_quantity y, x;

    (void)ev, (void)n;
    if (ft_arg_quantity(&arg[0], &y, err) < 0 ||
        ft_arg_quantity(&arg[1], &x, err) < 0 ||
        ft_quantity_match(&y, &x, err) < 0)
        return -1;
    return ft_value_from_si(atan2(y.si, x.si), ft_unit_one(), out, err);
}

FT_CALL(ft_call_sqrt)
{
    const struct ft_unit *unit;
    struct ft_quantity q;

    (void)ev, (void)n;
    if (ft_arg_quantity(arg, &q, err) < 0)
        return -1;
    if (q.si < 0)
        return ft_expr_fail(err, "FT0304",
                            "a negative number has no square root");
    unit = ft_unit_root(q.unit, 2);
    if (!unit)
        return ft_expr_fail(err, "FT0303", "'%s' has no square root",
                            ft_unit_text(q.unit));
    return ft_value_from_si(sqrt(q.si), unit, out, err);
}

FT_CALL(ft_call_pow)
{
    (void)n;
    return ft_value_operate(ev, FT_OP_POW, &arg[0], &arg[1], out, err);
}

/* The element that is 'op' than all others. */
static int extreme(struct ft_eval *ev, enum ft_op op,
                   const struct ft_value *arg, size_t n, struct ft_value *out,
                   struct ft_err *err)
{
    struct ft_value better = FT_VALUE_INIT;
    struct ft_quantity q;
    size_t best = 0;

    if (get_elements(&arg, &n, err) < 0 ||
        ft_arg_quantity(&arg[0], &q, err) < 0)
        return -1;
    for (size_t i = 1; i < n; i++) {
        if (ft_value_operate(ev, op, &arg[i], &arg[best], &better, err) < 0)
            return -1;
        if (better.boolean)
            best = i;
    }
    ft_value_copy(&arg[best], out);
    return 0;
}

FT_CALL(ft_call_min)
{
    return extreme(ev, FT_OP_LT, arg, n, out, err);
}

FT_CALL(ft_call_max)
{
    return extreme(ev, FT_OP_GT, arg, n, out, err);
}

FT_CALL(ft_call_sum)
{
    struct ft_value sum = FT_VALUE_INIT;
    struct ft_quantity q;

    if (get_elements(&arg, &n, err) < 0 ||
        ft_arg_quantity(&arg[0], &q, err) < 0)
        return -1;
    sum = arg[0];
    for (size_t i = 1; i < n; i++) {
        if (ft_arg_quantity(&arg[i], &q, err) < 0 ||
            ft_value_operate(ev, FT_OP_ADD, &sum, &arg[i], &sum, err) < 0)
            return -1;
    }
    *out = sum; /* a number or a quantity: it owns nothing */
    return 0;
}

/* In SI, since the mean of temperatures in degC is one, although their sum is
 * none. */
FT_CALL(ft_call_mean)
{
    struct ft_quantity first, q;
    double sum = 0;

    (void)ev;
    if (get_elements(&arg, &n, err) < 0 ||
        ft_arg_quantity(&arg[0], &first, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (ft_arg_quantity(&arg[i], &q, err) < 0 ||
            ft_quantity_match(&first, &q, err) < 0)
            return -1;
        sum += q.si;
    }
    return ft_value_from_si(sum / (double)n, first.unit, out, err);
}

/* --- units ---------------------------------------------------------------- */

static int get_unit(const struct ft_value *arg, const struct ft_unit **unit,
                    struct ft_err *err)
{
    const char *text;

    if (ft_arg_text(arg, &text, err) < 0)
        return -1;
    *unit = ft_unit_parse(text, err);
    return *unit ? 0 : -1;
}

FT_CALL(ft_call_value)
{
    const struct ft_unit *unit;
    struct ft_quantity q;

    (void)ev, (void)n;
    if (ft_arg_quantity(&arg[0], &q, err) < 0 ||
        get_unit(&arg[1], &unit, err) < 0)
        return -1;
    if (!ft_unit_same_dimension(q.unit, unit))
        return ft_expr_fail(err, "FT0303", "a value in '%s' has none in '%s'",
                            ft_unit_text(q.unit), ft_unit_text(unit));
    return ft_value_from_si(unit == q.unit ? q.written
                                           : ft_unit_from_si(unit, q.si),
                            ft_unit_one(), out, err);
}

FT_CALL(ft_call_quantity)
{
    const struct ft_unit *unit;

    (void)ev, (void)n;
    if (arg[0].kind != FT_VALUE_NUMBER)
        return ft_expr_fail(err, "FT0303", "%s cannot be given a unit",
                            ft_value_kind_text(arg[0].kind));
    if (get_unit(&arg[1], &unit, err) < 0)
        return -1;
    return ft_value_from_written(arg[0].number, unit, out, err);
}

FT_CALL(ft_call_unit)
{
    struct ft_quantity q;

    (void)ev, (void)n;
    if (ft_arg_quantity(arg, &q, err) < 0)
        return -1;
    *out = ft_value_of_text(ft_strdup(ft_unit_text(q.unit)));
    return 0;
}
