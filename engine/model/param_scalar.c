/* param_scalar.c - one scalar of a parameter: kind, unit, range, choice */
#include "model/param_scalar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "model/scalar.h"
#include "text/suggest.h"

#define INTEGER_MAX 9007199254740992.0 /* 2^53: exact in a double */

static const char *kind_text(struct ft_source src)
{
    return src.node ? ft_node_kind_text(src.node)
                    : ft_value_kind_text(src.value->kind);
}

static const char *const wanted[] = {
    [FT_PARAM_QUANTITY] = "a number with a unit",
    [FT_PARAM_NUMBER] = "a number",
    [FT_PARAM_INTEGER] = "a whole number",
    [FT_PARAM_TEXT] = "text",
    [FT_PARAM_BOOL] = "true or false",
    [FT_PARAM_UNIT] = "a unit such as 'mm'",
    [FT_PARAM_RECORD] = "a mapping",
};

bool ft_convert_wrong(const struct ft_convert *ctx,
                      const struct ft_param *param, struct ft_source src,
                      const char *want)
{
    ft_diag_add(ctx->diags, ctx->doc, &src.mark, FT_D_TYPE,
                "'%s' must be %s, not %s", param->name,
                want ? want : wanted[param->type], kind_text(src));
    return false;
}

static void take_number(double x, struct ft_value *out)
{
    *out = (struct ft_value){ .kind = FT_VALUE_NUMBER, .number = x };
}

static bool dimensionless(const struct ft_unit *unit)
{
    return strcmp(ft_unit_si_text(unit), "1") == 0;
}

static bool other_dimension(const struct ft_convert *ctx,
                            const struct ft_param *param, struct ft_source src,
                            const char *unit, const char *want)
{
    ft_diag_add(ctx->diags, ctx->doc, &src.mark, FT_D_DIMENSION,
                "'%s' has the unit '%s', which is no '%s'", param->name,
                unit, want);
    if (strcmp(want, "1") == 0)
        ft_diag_hint(ctx->diags, "for its number in '%s', divide it by "
                     "'1 %s'", unit, unit);
    return false;
}

static bool lacks_unit(const struct ft_convert *ctx,
                       const struct ft_param *param, struct ft_source src,
                       double x)
{
    struct ft_str number = FT_STR_INIT;

    ft_number_text(x, &number);
    ft_diag_add(ctx->diags, ctx->doc, &src.mark, FT_D_DIMENSION,
                "'%s' lacks its unit", param->name);
    ft_diag_hint(ctx->diags, "write '%s %s' if that is meant", number.s,
                 ft_unit_text(param->unit));
    ft_str_release(&number);
    return false;
}

static bool convert_quantity(const struct ft_convert *ctx,
                             const struct ft_param *param, struct ft_source src,
                             const struct ft_value *given,
                             struct ft_value *out)
{
    struct ft_err err = { 0 };

    out->kind = FT_VALUE_QUANTITY;
    switch (given->kind) {
    case FT_VALUE_QUANTITY:
        out->quantity = given->quantity;
        if (ft_unit_same_dimension(given->quantity.unit, param->unit))
            return true;
        return other_dimension(ctx, param, src,
                               ft_unit_text(given->quantity.unit),
                               ft_unit_text(param->unit));
    case FT_VALUE_NUMBER:
        if (!dimensionless(param->unit))
            return lacks_unit(ctx, param, src, given->number);
        out->quantity = (struct ft_quantity){
            .si = given->number,
            .unit = ft_unit_one(),
            .written = given->number,
        };
        return true;
    case FT_VALUE_TEXT:
        if (ft_quantity_parse_in(given->text, ft_unit_text(param->unit),
                                 &out->quantity, &err) == 0)
            return true;
        ft_err_context(&err, "'%s'", param->name);
        ft_diag_err(ctx->diags, ctx->doc, &src.mark, FT_D_QUANTITY, &err);
        return false;
    default:
        return ft_convert_wrong(ctx, param, src, NULL);
    }
}

static bool convert_number(const struct ft_convert *ctx,
                           const struct ft_param *param, struct ft_source src,
                           const struct ft_value *given,
                           struct ft_value *out)
{
    double x;

    if (given->kind == FT_VALUE_QUANTITY) {
        if (!dimensionless(given->quantity.unit))
            return other_dimension(ctx, param, src,
                                   ft_unit_text(given->quantity.unit), "1");
        x = given->quantity.si;
    } else if (given->kind == FT_VALUE_NUMBER) {
        x = given->number;
    } else {
        return ft_convert_wrong(ctx, param, src, NULL);
    }
    if (param->type == FT_PARAM_INTEGER &&
        (floor(x) != x || fabs(x) > INTEGER_MAX))
        return ft_convert_wrong(ctx, param, src, "a whole number up to 2^53");
    take_number(x, out);
    return true;
}

static bool check_range(const struct ft_convert *ctx,
                        const struct ft_param *param, struct ft_source src,
                        const struct ft_value *value)
{
    const struct ft_unit *unit = param->unit;
    bool quantity = value->kind == FT_VALUE_QUANTITY;
    double x = quantity ? value->quantity.si : value->number;
    bool low = param->has_min && x < param->min;
    bool high = param->has_max && x > param->max;
    struct ft_str limit = FT_STR_INIT, is = FT_STR_INIT;
    double bound = low ? param->min : param->max;

    if (!low && !high)
        return true;
    ft_number_text(quantity ? ft_unit_from_si(unit, bound) : bound, &limit);
    if (quantity && !dimensionless(unit))
        ft_str_addf(&limit, " %s", ft_unit_text(unit));
    ft_value_text(value, &is);
    ft_diag_add(ctx->diags, ctx->doc, &src.mark, FT_D_RANGE,
                "'%s' must be at %s %s, not %s", param->name,
                low ? "least" : "most", limit.s, is.s);
    ft_str_release(&limit);
    ft_str_release(&is);
    return false;
}

static bool check_choice(const struct ft_convert *ctx,
                         const struct ft_param *param, struct ft_source src,
                         const char *text)
{
    const char *const *choice = (const char *const *)param->choice;
    struct ft_str all = FT_STR_INIT;
    const char *near;

    for (size_t i = 0; i < param->n_choices; i++)
        if (strcmp(choice[i], text) == 0)
            return true;
    if (!choice)
        return true;
    for (size_t i = 0; i < param->n_choices; i++)
        ft_str_addf(&all, "%s%s", i ? ", " : "", choice[i]);
    ft_diag_add(ctx->diags, ctx->doc, &src.mark, FT_D_CHOICE,
                "'%s' is no choice for '%s'", text, param->name);
    near = ft_suggest(text, choice, param->n_choices);
    if (near)
        ft_diag_hint(ctx->diags, "did you mean '%s'?", near);
    else
        ft_diag_hint(ctx->diags, "one of %s", all.s);
    ft_str_release(&all);
    return false;
}

/* Text takes numbers, too: as they are written. */
static bool convert_text(const struct ft_convert *ctx,
                         const struct ft_param *param, struct ft_source src,
                         const struct ft_value *given, struct ft_value *out)
{
    struct ft_str text = FT_STR_INIT;

    if (given->kind == FT_VALUE_NULL || given->kind >= FT_VALUE_LIST)
        return ft_convert_wrong(ctx, param, src, NULL);
    if (src.node)
        ft_str_add(&text, src.node->text);
    else
        ft_value_text(given, &text);
    *out = (struct ft_value){ .kind = FT_VALUE_TEXT,
                              .text = ft_str_take(&text) };
    return check_choice(ctx, param, src, out->text);
}

/* It stays the text that it is. */
static bool convert_unit(const struct ft_convert *ctx,
                         const struct ft_param *param, struct ft_source src,
                         const struct ft_value *given, struct ft_value *out)
{
    const struct ft_unit *unit;
    struct ft_err err = { 0 };

    if (!convert_text(ctx, param, src, given, out))
        return false;
    unit = ft_unit_parse(out->text, &err);
    if (!unit) {
        ft_err_context(&err, "'%s'", param->name);
        ft_diag_err(ctx->diags, ctx->doc, &src.mark, FT_D_UNIT, &err);
        return false;
    }
    if (!param->unit || ft_unit_same_dimension(unit, param->unit))
        return true;
    return other_dimension(ctx, param, src, out->text,
                           ft_unit_text(param->unit));
}

static bool convert_value(const struct ft_convert *ctx,
                           const struct ft_param *param, struct ft_source src,
                           const struct ft_value *given,
                           struct ft_value *out)
{
    switch (param->type) {
    case FT_PARAM_QUANTITY:
        return convert_quantity(ctx, param, src, given, out) &&
               check_range(ctx, param, src, out);
    case FT_PARAM_NUMBER:
    case FT_PARAM_INTEGER:
        return convert_number(ctx, param, src, given, out) &&
               check_range(ctx, param, src, out);
    case FT_PARAM_TEXT:
        return convert_text(ctx, param, src, given, out);
    case FT_PARAM_UNIT:
        return convert_unit(ctx, param, src, given, out);
    default:
        if (given->kind != FT_VALUE_BOOL)
            return ft_convert_wrong(ctx, param, src, NULL);
        ft_value_copy(given, out);
        return true;
    }
}

/* Units of a plain scalar of YAML are read by the parameter, so that its own
 * unit stands in the message. */
static void literal(const struct ft_node *node, struct ft_value *value)
{
    ft_scalar_literal(node, value);
    if (value->kind == FT_VALUE_QUANTITY)
        *value = (struct ft_value){ .kind = FT_VALUE_TEXT,
                                    .text = ft_strdup(node->text) };
}

bool ft_convert_scalar(const struct ft_convert *ctx,
                       const struct ft_param *param, struct ft_source src,
                       struct ft_value *out)
{
    struct ft_value given = FT_VALUE_INIT;
    bool ok;

    if (!src.node)
        return convert_value(ctx, param, src, src.value, out);
    literal(src.node, &given);
    ok = convert_value(ctx, param, src, &given, out);
    ft_value_release(&given);
    return ok;
}
