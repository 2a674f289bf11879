/* param_value.c - values of parameters, from YAML, expressions and -p
 *
 * One recursion serves all of them: a source is a node of a document or a
 * value that an expression gave, and a node with an expression turns into a
 * value on the way.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "model/params.h"
#include "model/scalar.h"
#include "text/suggest.h"

#define INTEGER_MAX 9007199254740992.0 /* 2^53: exact in a double */

struct context {
    const struct ft_doc *doc;     /* or NULL */
    const struct ft_scope *scope; /* NULL: no expressions */
    struct ft_diags *diags;
};

struct source {
    const struct ft_node *node;   /* this, */
    const struct ft_value *value; /* or this */
    struct ft_mark mark;
};

static bool convert(const struct context *ctx, const struct ft_param *param,
                    struct source src, struct ft_value *out);

static struct source of_node(const struct ft_node *node)
{
    return (struct source){ .node = node, .mark = node->mark };
}

static struct source of_value(const struct ft_value *value,
                              struct ft_mark mark)
{
    return (struct source){ .value = value, .mark = mark };
}

static bool is_list(struct source src)
{
    return src.node ? src.node->kind == FT_NODE_LIST
                    : src.value->kind == FT_VALUE_LIST;
}

static bool is_map(struct source src)
{
    return src.node ? src.node->kind == FT_NODE_MAP
                    : src.value->kind == FT_VALUE_MAP;
}

static size_t count(struct source src)
{
    return src.node ? src.node->n : src.value->n;
}

static struct source item(struct source src, size_t i)
{
    return src.node ? of_node(src.node->item[i])
                    : of_value(&src.value->item[i], src.mark);
}

static const char *key(struct source src, size_t i)
{
    return src.node ? src.node->key[i]->text : src.value->key[i];
}

static const struct ft_mark *key_mark(const struct source *src, size_t i)
{
    return src->node ? &src->node->key[i]->mark : &src->mark;
}

static const char *kind_text(struct source src)
{
    return src.node ? ft_node_kind_text(src.node)
                    : ft_value_kind_text(src.value->kind);
}

/* --- one scalar ----------------------------------------------------------- */

static const char *const wanted[] = {
    [FT_PARAM_QUANTITY] = "a number with a unit",
    [FT_PARAM_NUMBER] = "a number",
    [FT_PARAM_INTEGER] = "a whole number",
    [FT_PARAM_TEXT] = "text",
    [FT_PARAM_BOOL] = "true or false",
    [FT_PARAM_RECORD] = "a mapping",
};

static bool wrong_form(const struct context *ctx,
                       const struct ft_param *param, struct source src,
                       const char *want)
{
    ft_diag_add(ctx->diags, ctx->doc, &src.mark, FT_D_TYPE,
                "'%s' must be %s, not %s", param->name, want,
                kind_text(src));
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

static bool other_dimension(const struct context *ctx,
                            const struct ft_param *param, struct source src,
                            const char *unit, const char *want)
{
    ft_diag_add(ctx->diags, ctx->doc, &src.mark, FT_D_DIMENSION,
                "'%s' has the unit '%s', which is no '%s'", param->name,
                unit, want);
    return false;
}

static bool lacks_unit(const struct context *ctx,
                       const struct ft_param *param, struct source src,
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

static bool convert_quantity(const struct context *ctx,
                             const struct ft_param *param, struct source src,
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
        return wrong_form(ctx, param, src, wanted[param->type]);
    }
}

static bool convert_number(const struct context *ctx,
                           const struct ft_param *param, struct source src,
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
        return wrong_form(ctx, param, src, wanted[param->type]);
    }
    if (param->type == FT_PARAM_INTEGER &&
        (floor(x) != x || fabs(x) > INTEGER_MAX))
        return wrong_form(ctx, param, src, "a whole number up to 2^53");
    take_number(x, out);
    return true;
}

static bool check_range(const struct context *ctx,
                        const struct ft_param *param, struct source src,
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

static bool check_choice(const struct context *ctx,
                         const struct ft_param *param, struct source src,
                         const char *text)
{
    const char *const *choice = (const char *const *)param->choice;
    struct ft_str all = FT_STR_INIT;
    const char *near;

    for (size_t i = 0; i < param->n_choices; i++) {
        if (strcmp(choice[i], text) == 0)
            return true;
        ft_str_addf(&all, "%s%s", i ? ", " : "", choice[i]);
    }
    if (param->choice) {
        ft_diag_add(ctx->diags, ctx->doc, &src.mark, FT_D_CHOICE,
                    "'%s' is no choice for '%s'", text, param->name);
        near = ft_suggest(text, choice, param->n_choices);
        if (near)
            ft_diag_hint(ctx->diags, "did you mean '%s'?", near);
        else
            ft_diag_hint(ctx->diags, "one of %s", all.s);
    }
    ft_str_release(&all);
    return !param->choice;
}

/* Text takes numbers, too: as they are written. */
static bool convert_text(const struct context *ctx,
                         const struct ft_param *param, struct source src,
                         const struct ft_value *given, struct ft_value *out)
{
    struct ft_str text = FT_STR_INIT;

    if (given->kind == FT_VALUE_NULL || given->kind >= FT_VALUE_LIST)
        return wrong_form(ctx, param, src, wanted[param->type]);
    if (src.node)
        ft_str_add(&text, src.node->text);
    else
        ft_value_text(given, &text);
    *out = (struct ft_value){ .kind = FT_VALUE_TEXT,
                              .text = ft_str_take(&text) };
    return check_choice(ctx, param, src, out->text);
}

static bool convert_scalar(const struct context *ctx,
                           const struct ft_param *param, struct source src,
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
    default:
        if (given->kind != FT_VALUE_BOOL)
            return wrong_form(ctx, param, src, wanted[param->type]);
        ft_value_copy(given, out);
        return true;
    }
}

/* A plain scalar of YAML: units are read by the parameter, so that its own
 * unit stands in the message. */
static void literal(const struct ft_node *node, struct ft_value *value)
{
    ft_scalar_literal(node, value);
    if (value->kind == FT_VALUE_QUANTITY)
        *value = (struct ft_value){ .kind = FT_VALUE_TEXT,
                                    .text = ft_strdup(node->text) };
}

/* --- records, lists, groups ----------------------------------------------- */

static void put(struct ft_value *map, const char *name,
                const struct ft_value *value)
{
    map->key = ft_realloc(map->key, map->n + 1, sizeof(*map->key));
    map->item = ft_realloc(map->item, map->n + 1, sizeof(*map->item));
    map->key[map->n] = ft_strdup(name);
    map->item[map->n++] = *value;
}

static bool check_field_names(const struct context *ctx,
                              const struct ft_param *param,
                              struct source src)
{
    const char **known = ft_calloc(param->n_fields, sizeof(*known));
    struct ft_params fields = { .item = param->field, .n = param->n_fields };
    const char *near;
    bool ok = true;

    for (size_t i = 0; i < param->n_fields; i++)
        known[i] = param->field[i].name;
    for (size_t i = 0; i < count(src); i++) {
        if (ft_params_find(&fields, key(src, i)))
            continue;
        ok = false;
        ft_diag_add(ctx->diags, ctx->doc, key_mark(&src, i),
                    FT_D_UNKNOWN_PARAM, "'%s' has no field '%s'",
                    param->name, key(src, i));
        near = ft_suggest(key(src, i), known, param->n_fields);
        if (near)
            ft_diag_hint(ctx->diags, "did you mean '%s'?", near);
    }
    free(known);
    return ok;
}

static bool convert_field(const struct context *ctx,
                          const struct ft_param *param,
                          const struct ft_param *field, struct source src,
                          struct ft_value *out)
{
    struct ft_value value = FT_VALUE_INIT;

    for (size_t i = 0; i < count(src); i++) {
        if (strcmp(key(src, i), field->name) != 0)
            continue;
        if (!convert(ctx, field, item(src, i), &value))
            return false;
        put(out, field->name, &value);
        return true;
    }
    if (field->deflt.kind != FT_VALUE_NULL) {
        ft_value_copy(&field->deflt, &value);
        put(out, field->name, &value);
    } else if (field->required) {
        ft_diag_add(ctx->diags, ctx->doc, &src.mark, FT_D_MISSING_KEY,
                    "'%s' lacks '%s'", param->name, field->name);
        return false;
    }
    return true;
}

static bool convert_record(const struct context *ctx,
                           const struct ft_param *param, struct source src,
                           struct ft_value *out)
{
    bool ok;

    if (!is_map(src))
        return wrong_form(ctx, param, src, wanted[param->type]);
    out->kind = FT_VALUE_MAP;
    ok = check_field_names(ctx, param, src);
    for (size_t i = 0; i < param->n_fields; i++)
        ok &= convert_field(ctx, param, &param->field[i], src, out);
    return ok;
}

static bool convert_one(const struct context *ctx,
                        const struct ft_param *param, struct source src,
                        struct ft_value *out)
{
    struct ft_value given = FT_VALUE_INIT;
    bool ok;

    if (param->type == FT_PARAM_RECORD)
        return convert_record(ctx, param, src, out);
    if (is_list(src) || is_map(src))
        return wrong_form(ctx, param, src, wanted[param->type]);
    if (!src.node)
        return convert_scalar(ctx, param, src, src.value, out);
    literal(src.node, &given);
    ok = convert_scalar(ctx, param, src, &given, out);
    ft_value_release(&given);
    return ok;
}

static bool convert_list(const struct context *ctx,
                         const struct ft_param *param, struct source src,
                         struct ft_value *out)
{
    struct ft_param one = *param;
    bool ok = true;

    if (!is_list(src))
        return wrong_form(ctx, param, src, "a list");
    one.each = FT_EACH_ONE;
    out->kind = FT_VALUE_LIST;
    out->item = ft_calloc(count(src), sizeof(*out->item));
    out->n = count(src);
    for (size_t i = 0; i < out->n; i++)
        ok &= convert(ctx, &one, item(src, i), &out->item[i]);
    return ok;
}

/* A mapping is always group -> value; anything else holds for every group. */
static bool convert_group(const struct context *ctx,
                          const struct ft_param *param, struct source src,
                          struct ft_value *out)
{
    struct ft_param one = *param;
    struct ft_value value = FT_VALUE_INIT;
    bool ok = true;

    one.each = FT_EACH_ONE;
    out->kind = FT_VALUE_MAP;
    if (!is_map(src)) {
        ok = convert(ctx, &one, src, &value);
        put(out, "*", &value);
        return ok;
    }
    for (size_t i = 0; i < count(src); i++) {
        value = (struct ft_value)FT_VALUE_INIT;
        ok &= convert(ctx, &one, item(src, i), &value);
        put(out, key(src, i), &value);
    }
    return ok;
}

static bool convert_expr(const struct context *ctx,
                         const struct ft_param *param, struct source src,
                         struct ft_value *out)
{
    struct ft_value given = FT_VALUE_INIT;
    struct ft_mark at = src.mark;
    struct ft_err err = { 0 };
    bool ok;

    if (!ctx->scope) {
        ft_diag_add(ctx->diags, ctx->doc, &at, FT_D_TYPE,
                    "'%s' cannot hold an expression here", param->name);
        return false;
    }
    if (ft_scalar_eval(ctx->doc, src.node, ctx->scope, &given, &at, &err) <
        0) {
        ft_diag_err(ctx->diags, ctx->doc, &at, FT_D_EXPR, &err);
        return false;
    }
    ok = convert(ctx, param, of_value(&given, src.mark), out);
    ft_value_release(&given);
    return ok;
}

static bool convert(const struct context *ctx, const struct ft_param *param,
                    struct source src, struct ft_value *out)
{
    if (src.node && ft_node_has_expr(src.node))
        return convert_expr(ctx, param, src, out);
    switch (param->each) {
    case FT_EACH_LIST:
        return convert_list(ctx, param, src, out);
    case FT_EACH_GROUP:
        return convert_group(ctx, param, src, out);
    case FT_EACH_ONE:
        break;
    }
    return convert_one(ctx, param, src, out);
}

/* Nothing is handed out on failure. */
static int finish(bool ok, struct ft_value *made, struct ft_value *value)
{
    if (ok)
        *value = *made;
    else
        ft_value_release(made);
    return ok ? 0 : -1;
}

int ft_param_eval(const struct ft_param *param, const struct ft_doc *doc,
                  const struct ft_node *node, const struct ft_scope *scope,
                  struct ft_value *value, struct ft_diags *diags)
{
    struct context ctx = { .doc = doc, .scope = scope, .diags = diags };
    struct ft_value made = FT_VALUE_INIT;

    return finish(convert(&ctx, param, of_node(node), &made), &made, value);
}

int ft_param_from_node(const struct ft_param *param, const struct ft_doc *doc,
                       const struct ft_node *node, struct ft_value *value,
                       struct ft_diags *diags)
{
    return ft_param_eval(param, doc, node, NULL, value, diags);
}

int ft_param_from_value(const struct ft_param *param,
                        const struct ft_value *given, struct ft_value *value,
                        struct ft_err *err)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct context ctx = { .diags = &diags };
    struct ft_value made = FT_VALUE_INIT;
    struct source src = of_value(given, (struct ft_mark){ 0 });
    int rc = finish(convert(&ctx, param, src, &made), &made, value);

    if (rc < 0)
        ft_diags_to_err(&diags, err);
    ft_diags_release(&diags);
    return rc;
}

/* Text is taken as it is; everything else is read as YAML. */
int ft_param_from_text(const struct ft_param *param, const char *text,
                       struct ft_value *value, struct ft_err *err)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_value given = { .kind = FT_VALUE_TEXT, .text = (char *)text };
    struct ft_doc *doc;
    int rc = -1;

    if (param->each == FT_EACH_ONE && param->type == FT_PARAM_TEXT)
        return ft_param_from_value(param, &given, value, err);
    if (!text[strspn(text, " \t\n")]) {
        ft_err_set(err, FT_EDOC, "'%s' is given no value", param->name);
        return ft_err_id(err, ft_diag_code_id(FT_D_TYPE));
    }
    doc = ft_doc_parse("", text, strlen(text), &diags);
    if (doc && !diags.n_errors)
        rc = ft_param_from_node(param, doc, ft_doc_root(doc), value, &diags);
    if (rc < 0)
        ft_diags_to_err(&diags, err);
    if (rc < 0 && err)
        err->line = err->col = 0; /* the command line has no lines */
    ft_diags_release(&diags);
    ft_doc_free(doc);
    return rc;
}
