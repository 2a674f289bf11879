/* expr_operate.c - arithmetic and comparison of values
 *
 * A sum is calculated and shown in the unit of the left side, a quantity times
 * a number in its own, so that 1 mm + 1 m is 1001 mm without rounding through
 * SI.  Everything else is calculated in SI.
 *
 * A unit with an offset (degC) is a place on a scale, not an amount.  Two such
 * places have a difference, in kelvin; an amount can be added to one.  Their
 * sum, product or opposite has no meaning that all readers share, and is
 * refused.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "text/expr_node.h"

static const char *const sign_of[] = {
    [FT_OP_OR] = "or", [FT_OP_AND] = "and", [FT_OP_EQ] = "==",
    [FT_OP_NE] = "!=", [FT_OP_LT] = "<",    [FT_OP_LE] = "<=",
    [FT_OP_GT] = ">",  [FT_OP_GE] = ">=",   [FT_OP_ADD] = "+",
    [FT_OP_SUB] = "-", [FT_OP_MUL] = "*",   [FT_OP_DIV] = "/",
    [FT_OP_MOD] = "%", [FT_OP_POW] = "^",
};

/* --- making values -------------------------------------------------------- */

struct ft_value ft_value_of_text(char *text)
{
    return (struct ft_value){ .kind = FT_VALUE_TEXT, .text = text };
}

struct ft_value ft_value_of_bool(bool b)
{
    return (struct ft_value){ .kind = FT_VALUE_BOOL, .boolean = b };
}

static int set_quantity(double si, double written, const struct ft_unit *unit,
                        struct ft_value *out, struct ft_err *err)
{
    if (!isfinite(si) || !isfinite(written))
        return ft_expr_fail(err, "FT0304", "the result is not a finite number");
    if (unit == ft_unit_one())
        *out = (struct ft_value){ .kind = FT_VALUE_NUMBER, .number = si };
    else
        *out = (struct ft_value){ .kind = FT_VALUE_QUANTITY,
                                  .quantity = { si, unit, written } };
    return 0;
}

int ft_value_from_si(double si, const struct ft_unit *unit,
                     struct ft_value *out, struct ft_err *err)
{
    return set_quantity(si, ft_unit_from_si(unit, si), unit, out, err);
}

int ft_value_from_written(double written, const struct ft_unit *unit,
                          struct ft_value *out, struct ft_err *err)
{
    return set_quantity(ft_unit_to_si(unit, written), written, unit, out, err);
}

int ft_value_quantity(const struct ft_value *value, const char *what,
                      struct ft_quantity *q, struct ft_err *err)
{
    if (value->kind == FT_VALUE_QUANTITY)
        *q = value->quantity;
    else if (value->kind == FT_VALUE_NUMBER)
        *q =
            (struct ft_quantity){ value->number, ft_unit_one(), value->number };
    else
        return ft_expr_fail(err, "FT0303", "%s must be a number, not %s", what,
                            ft_value_kind_text(value->kind));
    return 0;
}

int ft_quantity_match(const struct ft_quantity *a, const struct ft_quantity *b,
                      struct ft_err *err)
{
    struct ft_str s = FT_STR_INIT, t = FT_STR_INIT;

    if (ft_unit_same_dimension(a->unit, b->unit))
        return 0;
    ft_quantity_text(a, &s);
    ft_quantity_text(b, &t);
    ft_expr_fail(err, "FT0303",
                 "'%s' and '%s' do not mix: one has the dimension '%s', the "
                 "other '%s'",
                 s.s, t.s, ft_unit_si_text(a->unit), ft_unit_si_text(b->unit));
    ft_str_release(&t);
    ft_str_release(&s);
    return -1;
}

/* --- arithmetic ----------------------------------------------------------- */

static int fail_offset(const struct ft_unit *unit, const char *sign,
                       struct ft_err *err)
{
    ft_expr_fail(err, "FT0303", "'%s' cannot be applied to a value in '%s'",
                 sign, ft_unit_text(unit));
    return ft_err_hint(err,
                       "a unit with an offset names a place on a scale; "
                       "use '%s', or value(x, '%s') for the number",
                       ft_unit_si_text(unit), ft_unit_text(unit));
}

static int add(enum ft_op op, const struct ft_quantity *a,
               const struct ft_quantity *b, struct ft_value *out,
               struct ft_err *err)
{
    double sign = op == FT_OP_ADD ? 1 : -1, more = b->written;
    bool offset = ft_unit_has_offset(a->unit);
    bool both = offset && ft_unit_has_offset(b->unit);

    if (ft_quantity_match(a, b, err) < 0)
        return -1;
    if (both && op == FT_OP_ADD)
        return fail_offset(a->unit, "+", err);
    if (both)
        return ft_value_from_si(a->si - b->si, ft_unit_si(a->unit), out, err);
    if (offset)
        return ft_value_from_si(a->si + sign * b->si, a->unit, out, err);
    if (a->unit != b->unit)
        more = ft_unit_from_si(a->unit, b->si);
    return ft_value_from_written(a->written + sign * more, a->unit, out, err);
}

static int multiply(const struct ft_quantity *a, const struct ft_quantity *b,
                    struct ft_value *out, struct ft_err *err)
{
    const struct ft_unit *one = ft_unit_one();
    const struct ft_unit *unit = ft_unit_multiply(a->unit, b->unit);

    if (ft_unit_has_offset(a->unit) || ft_unit_has_offset(b->unit))
        return fail_offset(ft_unit_has_offset(a->unit) ? a->unit : b->unit, "*",
                           err);
    if (!unit)
        return ft_expr_fail(err, "FT0303", "the product has no unit");
    if (a->unit == one || b->unit == one)
        return ft_value_from_written(a->written * b->written, unit, out, err);
    return ft_value_from_si(a->si * b->si, unit, out, err);
}

static int divide(const struct ft_quantity *a, const struct ft_quantity *b,
                  struct ft_value *out, struct ft_err *err)
{
    const struct ft_unit *unit = ft_unit_divide(a->unit, b->unit);

    if (ft_unit_has_offset(a->unit) || ft_unit_has_offset(b->unit))
        return fail_offset(ft_unit_has_offset(a->unit) ? a->unit : b->unit, "/",
                           err);
    if (!unit)
        return ft_expr_fail(err, "FT0303", "the quotient has no unit");
    if (b->si == 0)
        return ft_expr_fail(err, "FT0304", "division by zero");
    if (a->unit == b->unit)
        return ft_value_from_si(a->written / b->written, ft_unit_one(), out,
                                err);
    if (b->unit == ft_unit_one())
        return ft_value_from_written(a->written / b->written, unit, out, err);
    return ft_value_from_si(a->si / b->si, unit, out, err);
}

/* The remainder has the sign of 'b', so that (a - a % b) / b is whole. */
static int remainder_of(const struct ft_quantity *a,
                        const struct ft_quantity *b, struct ft_value *out,
                        struct ft_err *err)
{
    double r;

    if (ft_quantity_match(a, b, err) < 0)
        return -1;
    if (ft_unit_has_offset(a->unit) || ft_unit_has_offset(b->unit))
        return fail_offset(a->unit, "%", err);
    if (b->si == 0)
        return ft_expr_fail(err, "FT0304", "division by zero");
    if (a->unit == b->unit) {
        r = fmod(a->written, b->written);
        r += r != 0 && (r < 0) != (b->written < 0) ? b->written : 0;
        return ft_value_from_written(r, a->unit, out, err);
    }
    r = fmod(a->si, b->si);
    r += r != 0 && (r < 0) != (b->si < 0) ? b->si : 0;
    return ft_value_from_si(r, a->unit, out, err);
}

static int raise(const struct ft_quantity *a, const struct ft_quantity *b,
                 struct ft_value *out, struct ft_err *err)
{
    const struct ft_unit *one = ft_unit_one(), *unit;

    if (!ft_unit_same_dimension(b->unit, one))
        return ft_expr_fail(err, "FT0303",
                            "a power must be a number, not a value in '%s'",
                            ft_unit_text(b->unit));
    if (a->si == 0 && b->si < 0)
        return ft_expr_fail(err, "FT0304", "division by zero");
    if (a->unit == one || ft_unit_same_dimension(a->unit, one))
        return ft_value_from_si(pow(a->si, b->si), one, out, err);
    if (ft_unit_has_offset(a->unit))
        return fail_offset(a->unit, "^", err);
    if (b->si != floor(b->si))
        return ft_expr_fail(err, "FT0303",
                            "the power of a value in '%s' must be a whole "
                            "number; see sqrt()",
                            ft_unit_text(a->unit));
    unit = fabs(b->si) > 100 ? NULL : ft_unit_power(a->unit, (int)b->si);
    if (!unit)
        return ft_expr_fail(err, "FT0303", "the power has no unit");
    return ft_value_from_si(pow(a->si, b->si), unit, out, err);
}

int ft_value_negate(const struct ft_value *a, struct ft_value *out,
                    struct ft_err *err)
{
    struct ft_quantity q = { 0 };

    if (ft_value_quantity(a, "what follows '-'", &q, err) < 0)
        return -1;
    if (ft_unit_has_offset(q.unit))
        return fail_offset(q.unit, "-", err);
    return ft_value_from_written(-q.written, q.unit, out, err);
}

static int operate_numbers(enum ft_op op, const struct ft_value *a,
                           const struct ft_value *b, struct ft_value *out,
                           struct ft_err *err)
{
    struct ft_quantity p, q;
    char what[24] = "a side of '";

    strncat(what, sign_of[op], 3);
    strncat(what, "'", 2);
    if (ft_value_quantity(a, what, &p, err) < 0 ||
        ft_value_quantity(b, what, &q, err) < 0)
        return -1;
    switch (op) {
    case FT_OP_MUL:
        return multiply(&p, &q, out, err);
    case FT_OP_DIV:
        return divide(&p, &q, out, err);
    case FT_OP_MOD:
        return remainder_of(&p, &q, out, err);
    case FT_OP_POW:
        return raise(&p, &q, out, err);
    default:
        return add(op, &p, &q, out, err);
    }
}

/* --- comparison ----------------------------------------------------------- */

static bool is_number(const struct ft_value *value)
{
    return value->kind == FT_VALUE_NUMBER || value->kind == FT_VALUE_QUANTITY;
}

/* Less than, equal or greater than zero, as 'a' to 'b'. */
static int compare(const struct ft_value *a, const struct ft_value *b,
                   int *order, struct ft_err *err)
{
    struct ft_quantity p, q;

    if (a->kind == FT_VALUE_TEXT && b->kind == FT_VALUE_TEXT) {
        *order = strcmp(a->text, b->text);
        return 0;
    }
    if (!is_number(a) || !is_number(b))
        return ft_expr_fail(err, "FT0303", "%s and %s have no order",
                            ft_value_kind_text(a->kind),
                            ft_value_kind_text(b->kind));
    ft_value_quantity(a, "", &p, err);
    ft_value_quantity(b, "", &q, err);
    *order = (p.si > q.si) - (p.si < q.si);
    return ft_quantity_match(&p, &q, err);
}

/* Values of two kinds are never equal, so asking is a mistake; only null may be
 * compared with anything. */
static int check_equality(const struct ft_value *a, const struct ft_value *b,
                          struct ft_err *err)
{
    int unused;

    if (a->kind == FT_VALUE_NULL || b->kind == FT_VALUE_NULL)
        return 0;
    if (is_number(a) && is_number(b))
        return compare(a, b, &unused, err);
    if (a->kind == b->kind)
        return 0;
    return ft_expr_fail(err, "FT0303", "%s cannot be compared with %s",
                        ft_value_kind_text(a->kind),
                        ft_value_kind_text(b->kind));
}

static bool holds(enum ft_op op, int order)
{
    switch (op) {
    case FT_OP_LT:
        return order < 0;
    case FT_OP_LE:
        return order <= 0;
    case FT_OP_GT:
        return order > 0;
    default:
        return order >= 0;
    }
}

static int concatenate(struct ft_eval *ev, const struct ft_value *a,
                       const struct ft_value *b, struct ft_value *out,
                       struct ft_err *err)
{
    double bytes = (double)strlen(a->text) + (double)strlen(b->text);

    if (ft_eval_spend(ev, bytes, err) < 0)
        return -1;
    *out = ft_value_of_text(ft_asprintf("%s%s", a->text, b->text));
    return 0;
}

int ft_value_operate(struct ft_eval *ev, enum ft_op op,
                     const struct ft_value *a, const struct ft_value *b,
                     struct ft_value *out, struct ft_err *err)
{
    int order;

    if (op == FT_OP_EQ || op == FT_OP_NE) {
        if (check_equality(a, b, err) < 0)
            return -1;
        *out = ft_value_of_bool(ft_value_equal(a, b) == (op == FT_OP_EQ));
        return 0;
    }
    if (op >= FT_OP_LT && op <= FT_OP_GE) {
        if (compare(a, b, &order, err) < 0)
            return -1;
        *out = ft_value_of_bool(holds(op, order));
        return 0;
    }
    if (op == FT_OP_ADD && a->kind == FT_VALUE_TEXT && b->kind == FT_VALUE_TEXT)
        return concatenate(ev, a, b, out, err);
    return operate_numbers(op, a, b, out, err);
}
