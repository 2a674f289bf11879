/* param_value.c - values of parameters, from YAML, expressions and -p
 *
 * One recursion serves all of them: a source is a node of a document or a
 * value that an expression gave, and a node with an expression turns into a
 * value on the way.
 */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "model/param_scalar.h"
#include "model/scalar.h"
#include "text/suggest.h"

static bool convert(const struct ft_convert *ctx,
                    const struct ft_param *param, struct ft_source src,
                    struct ft_value *out);

static struct ft_source of_node(const struct ft_node *node)
{
    return (struct ft_source){ .node = node, .mark = node->mark };
}

static struct ft_source of_value(const struct ft_value *value,
                                 struct ft_mark mark)
{
    return (struct ft_source){ .value = value, .mark = mark };
}

static bool is_list(struct ft_source src)
{
    return src.node ? src.node->kind == FT_NODE_LIST
                    : src.value->kind == FT_VALUE_LIST;
}

static bool is_map(struct ft_source src)
{
    return src.node ? src.node->kind == FT_NODE_MAP
                    : src.value->kind == FT_VALUE_MAP;
}

static size_t count(struct ft_source src)
{
    return src.node ? src.node->n : src.value->n;
}

static struct ft_source item(struct ft_source src, size_t i)
{
    return src.node ? of_node(src.node->item[i])
                    : of_value(&src.value->item[i], src.mark);
}

static const char *key(struct ft_source src, size_t i)
{
    return src.node ? src.node->key[i]->text : src.value->key[i];
}

static const struct ft_mark *key_mark(const struct ft_source *src, size_t i)
{
    return src->node ? &src->node->key[i]->mark : &src->mark;
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

static bool check_field_names(const struct ft_convert *ctx,
                              const struct ft_param *param,
                              struct ft_source src)
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

static bool convert_field(const struct ft_convert *ctx,
                          const struct ft_param *param,
                          const struct ft_param *field, struct ft_source src,
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

static bool convert_record(const struct ft_convert *ctx,
                           const struct ft_param *param, struct ft_source src,
                           struct ft_value *out)
{
    bool ok;

    if (!is_map(src))
        return ft_convert_wrong(ctx, param, src, NULL);
    out->kind = FT_VALUE_MAP;
    ok = check_field_names(ctx, param, src);
    for (size_t i = 0; i < param->n_fields; i++)
        ok &= convert_field(ctx, param, &param->field[i], src, out);
    return ok;
}

static bool convert_one(const struct ft_convert *ctx,
                        const struct ft_param *param, struct ft_source src,
                        struct ft_value *out)
{
    if (param->type == FT_PARAM_RECORD)
        return convert_record(ctx, param, src, out);
    if (is_list(src) || is_map(src))
        return ft_convert_wrong(ctx, param, src, NULL);
    return ft_convert_scalar(ctx, param, src, out);
}

static bool convert_list(const struct ft_convert *ctx,
                         const struct ft_param *param, struct ft_source src,
                         struct ft_value *out)
{
    struct ft_param one = *param;
    bool ok = true;

    if (!is_list(src))
        return ft_convert_wrong(ctx, param, src, "a list");
    one.each = FT_EACH_ONE;
    out->kind = FT_VALUE_LIST;
    out->item = ft_calloc(count(src), sizeof(*out->item));
    out->n = count(src);
    for (size_t i = 0; i < out->n; i++)
        ok &= convert(ctx, &one, item(src, i), &out->item[i]);
    return ok;
}

/* A mapping is always group -> value; anything else holds for every group. */
static bool convert_group(const struct ft_convert *ctx,
                          const struct ft_param *param, struct ft_source src,
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

static bool convert_expr(const struct ft_convert *ctx,
                         const struct ft_param *param, struct ft_source src,
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

static bool convert(const struct ft_convert *ctx,
                    const struct ft_param *param, struct ft_source src,
                    struct ft_value *out)
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
    struct ft_convert ctx = { .doc = doc, .scope = scope, .diags = diags };
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
    struct ft_convert ctx = { .diags = &diags };
    struct ft_value made = FT_VALUE_INIT;
    struct ft_source src = of_value(given, (struct ft_mark){ 0 });
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

/* A text of JSON means the same in YAML. */
static void add_quoted(const char *text, struct ft_str *out)
{
    struct json_object *obj = json_object_new_string(text);

    ft_str_add(out, json_object_to_json_string_ext(obj,
                                                   JSON_C_TO_STRING_PLAIN));
    json_object_put(obj);
}

static void add_yaml(const struct ft_value *value, struct ft_str *out)
{
    bool map = value->kind == FT_VALUE_MAP;

    if (value->kind == FT_VALUE_TEXT) {
        add_quoted(value->text, out);
        return;
    }
    if (!map && value->kind != FT_VALUE_LIST) {
        ft_value_text(value, out);
        return;
    }
    ft_str_addc(out, map ? '{' : '[');
    for (size_t i = 0; i < value->n; i++) {
        ft_str_add(out, i ? ", " : "");
        if (map) {
            add_quoted(value->key[i], out);
            ft_str_add(out, ": ");
        }
        add_yaml(&value->item[i], out);
    }
    ft_str_addc(out, map ? '}' : ']');
}

void ft_param_to_text(const struct ft_param *param,
                      const struct ft_value *value, struct ft_str *out)
{
    if (param->each == FT_EACH_ONE && param->type == FT_PARAM_TEXT)
        ft_value_text(value, out);
    else
        add_yaml(value, out);
}
