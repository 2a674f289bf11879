/* field.c - documents checked against tables, and tables as JSON Schema */
#include "text/field.h"

#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "text/quantity.h"
#include "text/suggest.h"

/* What a check needs to know besides the value. */
struct context {
    const struct ft_doc *doc;
    struct ft_diags *diags;
    const struct ft_field *field; /* the row that the value belongs to */
    const char *name;             /* the key, or the name in a map */
    const char *where;            /* the mapping it stands in */
    const char *item;             /* "stage" for an entry of 'stages' */
};

static bool check_type(const struct context *ctx, enum ft_field_type type,
                       const struct ft_node *node);

bool ft_node_has_expr(const struct ft_node *node)
{
    return node->kind == FT_NODE_SCALAR && strstr(node->text, "${");
}

/* --- one value ------------------------------------------------------------ */

static bool wrong_form(const struct context *ctx, const struct ft_node *node,
                       const char *want)
{
    ft_diag_add(ctx->diags, ctx->doc, &node->mark, FT_D_TYPE,
                "'%s' of %s must be %s, not %s", ctx->name, ctx->where, want,
                ft_node_kind_text(node));
    return false;
}

static bool check_range(const struct context *ctx, const struct ft_node *node,
                        double x, const char *unit)
{
    const struct ft_field *f = ctx->field;
    struct ft_str text = FT_STR_INIT;
    bool low = x < f->min;

    if ((!f->min && !f->max) || (!low && x <= f->max))
        return true;
    ft_number_text(low ? f->min : f->max, &text);
    ft_diag_add(ctx->diags, ctx->doc, &node->mark, FT_D_RANGE,
                "'%s' of %s must be at %s %s%s%s", ctx->name, ctx->where,
                low ? "least" : "most", text.s, unit ? " " : "",
                unit ? unit : "");
    ft_str_release(&text);
    return false;
}

static bool check_text(const struct context *ctx, const struct ft_node *node)
{
    if (node->kind == FT_NODE_SCALAR && !ft_node_is_null(node))
        return true;
    return wrong_form(ctx, node, "text");
}

static bool check_name(const struct context *ctx, const struct ft_node *node)
{
    if (!check_text(ctx, node))
        return false;
    if (ft_name_valid(node->text))
        return true;
    ft_diag_add(ctx->diags, ctx->doc, &node->mark, FT_D_NAME,
                "'%s' is not a name", node->text);
    ft_diag_hint(ctx->diags, "a letter, then letters, digits, '_' and '-', "
                             "at most %d", FT_NAME_MAX);
    return false;
}

/* The name of an entry; in an expression '-' would subtract. */
static bool check_key(const struct context *ctx, const struct ft_node *key)
{
    if (!check_name(ctx, key))
        return false;
    if (!ctx->field->words || !strchr(key->text, '-'))
        return true;
    ft_diag_add(ctx->diags, ctx->doc, &key->mark, FT_D_NAME,
                "the name '%s' cannot have a '-'", key->text);
    ft_diag_hint(ctx->diags, "in expressions it would subtract; take '_'");
    return false;
}

static bool check_bool(const struct context *ctx, const struct ft_node *node)
{
    bool value;

    return ft_node_bool(node, &value) ||
           wrong_form(ctx, node, "true or false");
}

static bool check_int(const struct context *ctx, const struct ft_node *node)
{
    long long value;

    if (!ft_node_int(node, &value))
        return wrong_form(ctx, node, "a whole number");
    return check_range(ctx, node, (double)value, NULL);
}

static bool check_number(const struct context *ctx,
                         const struct ft_node *node)
{
    double value;

    if (!ft_node_number(node, &value))
        return wrong_form(ctx, node, "a number");
    return check_range(ctx, node, value, NULL);
}

static bool check_quantity(const struct context *ctx,
                           const struct ft_node *node)
{
    struct ft_quantity q;
    struct ft_err err = { 0 };

    if (node->kind != FT_NODE_SCALAR || ft_node_is_null(node))
        return wrong_form(ctx, node, "a number with a unit");
    if (ft_quantity_parse_in(node->text, ctx->field->unit, &q, &err) < 0) {
        ft_diag_err(ctx->diags, ctx->doc, &node->mark, FT_D_QUANTITY, &err);
        return false;
    }
    return check_range(ctx, node, q.si, ft_unit_si_text(q.unit));
}

static size_t count_texts(const char *const *text)
{
    size_t n = 0;

    while (text[n])
        n++;
    return n;
}

/* "mesh, field, image" */
static void add_texts(const char *const *text, struct ft_str *out)
{
    for (size_t i = 0; text[i]; i++)
        ft_str_addf(out, "%s%s", i ? ", " : "", text[i]);
}

static bool check_choice(const struct context *ctx,
                         const struct ft_node *node)
{
    const char *const *choice = ctx->field->choices;
    struct ft_str all = FT_STR_INIT;
    const char *near;

    if (!check_text(ctx, node))
        return false;
    for (size_t i = 0; choice[i]; i++)
        if (strcmp(choice[i], node->text) == 0)
            return true;
    ft_diag_add(ctx->diags, ctx->doc, &node->mark, FT_D_CHOICE,
                "'%s' is no choice for '%s' of %s", node->text, ctx->name,
                ctx->where);
    near = ft_suggest(node->text, choice, count_texts(choice));
    add_texts(choice, &all);
    if (near)
        ft_diag_hint(ctx->diags, "did you mean '%s'?", near);
    else
        ft_diag_hint(ctx->diags, "one of %s", all.s);
    ft_str_release(&all);
    return false;
}

static bool check_any(const struct context *ctx, const struct ft_node *node)
{
    (void)ctx;
    (void)node;
    return true;
}

static bool check_list(const struct context *ctx, const struct ft_node *node)
{
    bool ok = true;

    if (node->kind == FT_NODE_SCALAR && ctx->field->scalar_ok &&
        !ft_node_is_null(node))
        return check_type(ctx, ctx->field->of, node);
    if (node->kind != FT_NODE_LIST)
        return wrong_form(ctx, node, "a list");
    for (size_t i = 0; i < node->n; i++)
        ok &= check_type(ctx, ctx->field->of, node->item[i]);
    return ok;
}

static bool check_map(const struct context *ctx, const struct ft_node *node)
{
    struct ft_str where = FT_STR_INIT;
    bool ok = true;

    if (node->kind != FT_NODE_MAP)
        return wrong_form(ctx, node, "a mapping");
    ft_str_addf(&where, "'%s' of %s", ctx->name, ctx->where);
    for (size_t i = 0; i < node->n; i++) {
        struct context inner = *ctx;

        ok &= check_key(ctx, node->key[i]);
        inner.name = node->key[i]->text;
        inner.where = where.s;
        inner.item = ctx->field->item;
        ok &= check_type(&inner, ctx->field->of, node->item[i]);
    }
    ft_str_release(&where);
    return ok;
}

static bool check_struct(const struct context *ctx,
                         const struct ft_node *node)
{
    struct ft_str where = FT_STR_INIT;
    bool ok;

    if (ctx->item)
        ft_str_addf(&where, "%s '%s'", ctx->item, ctx->name);
    else
        ft_str_addf(&where, "'%s' of %s", ctx->name, ctx->where);
    ok = ft_fields_check(ctx->doc, node, ctx->field->fields, where.s,
                         ctx->diags);
    ft_str_release(&where);
    return ok;
}

static bool check_type(const struct context *ctx, enum ft_field_type type,
                       const struct ft_node *node)
{
    static bool (*const check[])(const struct context *,
                                 const struct ft_node *) = {
        [FT_FIELD_TEXT] = check_text,         [FT_FIELD_NAME] = check_name,
        [FT_FIELD_BOOL] = check_bool,         [FT_FIELD_INT] = check_int,
        [FT_FIELD_NUMBER] = check_number,
        [FT_FIELD_QUANTITY] = check_quantity,
        [FT_FIELD_CHOICE] = check_choice,     [FT_FIELD_ANY] = check_any,
        [FT_FIELD_LIST] = check_list,         [FT_FIELD_MAP] = check_map,
        [FT_FIELD_STRUCT] = check_struct,
    };

    if (type != FT_FIELD_TEXT && type != FT_FIELD_ANY &&
        ft_node_has_expr(node)) {
        if (ctx->field->expr)
            return true;
        ft_diag_add(ctx->diags, ctx->doc, &node->mark, FT_D_TYPE,
                    "'%s' of %s cannot hold an expression", ctx->name,
                    ctx->where);
        ft_diag_hint(ctx->diags, "write the value itself: it cannot depend on "
                                 "parameters or cells");
        return false;
    }
    return check[type](ctx, node);
}

/* --- one mapping ---------------------------------------------------------- */

static const struct ft_field *find_field(const struct ft_field *table,
                                         const char *key)
{
    while (table->key && strcmp(table->key, key) != 0)
        table++;
    return table->key ? table : NULL;
}

static void report_unknown(const struct ft_doc *doc,
                           const struct ft_node *key,
                           const struct ft_field *table, const char *where,
                           struct ft_diags *diags)
{
    struct ft_str all = FT_STR_INIT;
    const char **known, *near;
    size_t n = 0;

    while (table[n].key)
        n++;
    known = ft_calloc(n + 1, sizeof(*known));
    for (size_t i = 0; i < n; i++)
        known[i] = table[i].key;
    ft_diag_add(diags, doc, &key->mark, FT_D_UNKNOWN_KEY,
                "unknown key '%s' in %s", key->text, where);
    near = ft_suggest(key->text, known, n);
    add_texts(known, &all);
    if (near)
        ft_diag_hint(diags, "did you mean '%s'?", near);
    else
        ft_diag_hint(diags, "known keys are %s", all.s);
    ft_str_release(&all);
    free(known);
}

/* What a mapping must say of itself: the choices of its first required key. */
static void hint_required(const struct ft_field *table, bool whole,
                          struct ft_diags *diags)
{
    struct ft_str all = FT_STR_INIT;

    while (table->key && !(table->required && table->choices))
        table++;
    if (!table->key)
        return;
    add_texts(table->choices, &all);
    ft_diag_hint(diags, whole ? "write {%s: …} with one of %s"
                              : "'%s' is one of %s", table->key, all.s);
    ft_str_release(&all);
}

bool ft_fields_check(const struct ft_doc *doc, const struct ft_node *node,
                     const struct ft_field *table, const char *where,
                     struct ft_diags *diags)
{
    bool ok = true;

    if (node->kind != FT_NODE_MAP) {
        ft_diag_add(diags, doc, &node->mark, FT_D_TYPE,
                    "%s must be a mapping, not %s", where,
                    ft_node_kind_text(node));
        hint_required(table, true, diags);
        return false;
    }
    for (size_t i = 0; i < node->n; i++) {
        const char *key = node->key[i]->text;
        struct context ctx = { .doc = doc,
                               .diags = diags,
                               .field = find_field(table, key),
                               .name = key,
                               .where = where };

        if (ctx.field) {
            ok &= check_type(&ctx, ctx.field->type, node->item[i]);
        } else {
            report_unknown(doc, node->key[i], table, where, diags);
            ok = false;
        }
    }
    for (; table->key; table++) {
        if (!table->required || ft_node_get(node, table->key))
            continue;
        ft_diag_add(diags, doc, &node->mark, FT_D_MISSING_KEY,
                    "%s lacks the key '%s'", where, table->key);
        if (table->choices)
            hint_required(table, false, diags);
        ok = false;
    }
    return ok;
}

/* --- JSON Schema ---------------------------------------------------------- */

static void add(struct json_object *obj, const char *key,
                struct json_object *value)
{
    json_object_object_add(obj, key, value);
}

static struct json_object *text(const char *s)
{
    return json_object_new_string(s);
}

static struct json_object *of_type(const char *type)
{
    struct json_object *schema = json_object_new_object();

    add(schema, "type", text(type));
    return schema;
}

/* {"anyOf": [a, b]} */
static struct json_object *either(struct json_object *a,
                                  struct json_object *b)
{
    struct json_object *schema = json_object_new_object();
    struct json_object *list = json_object_new_array();

    json_object_array_add(list, a);
    json_object_array_add(list, b);
    add(schema, "anyOf", list);
    return schema;
}

static struct json_object *pattern(const char *regex)
{
    struct json_object *schema = of_type("string");

    add(schema, "pattern", text(regex));
    return schema;
}

static struct json_object *name_schema(bool word)
{
    char regex[64];

    snprintf(regex, sizeof(regex), "^[A-Za-z][A-Za-z0-9_%s]{0,%d}$",
             word ? "" : "-", FT_NAME_MAX - 1);
    return pattern(regex);
}

/* A plain scalar that another reader takes for a number is text here. */
static struct json_object *scalar_schema(void)
{
    static const char *const types[] = { "string", "number", "boolean" };
    struct json_object *schema = json_object_new_object();
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < FT_ARRAY_LEN(types); i++)
        json_object_array_add(list, text(types[i]));
    add(schema, "type", list);
    return schema;
}

static struct json_object *choice_schema(const struct ft_field *field)
{
    struct json_object *schema = json_object_new_object();
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; field->choices[i]; i++)
        json_object_array_add(list, text(field->choices[i]));
    add(schema, "enum", list);
    return schema;
}

static struct json_object *number_schema(const struct ft_field *field,
                                         const char *type)
{
    struct json_object *schema = of_type(type);

    if (!field->min && !field->max)
        return schema;
    if (isfinite(field->min))
        add(schema, "minimum", json_object_new_double(field->min));
    if (isfinite(field->max))
        add(schema, "maximum", json_object_new_double(field->max));
    return schema;
}

/* Numbers stand alone only where the unit is 1. */
static struct json_object *quantity_schema(const struct ft_field *field)
{
    if (field->unit && strcmp(field->unit, "1") != 0)
        return of_type("string");
    return either(of_type("string"), of_type("number"));
}

static struct json_object *value_schema(const struct ft_field *field,
                                        enum ft_field_type type);

static struct json_object *list_schema(const struct ft_field *field)
{
    struct json_object *schema = of_type("array");

    add(schema, "items", value_schema(field, field->of));
    if (field->scalar_ok)
        schema = either(schema, value_schema(field, field->of));
    return schema;
}

static struct json_object *map_schema(const struct ft_field *field)
{
    struct json_object *schema = of_type("object");

    add(schema, "propertyNames", name_schema(field->words));
    add(schema, "additionalProperties", value_schema(field, field->of));
    return schema;
}

static struct json_object *value_schema(const struct ft_field *field,
                                        enum ft_field_type type)
{
    switch (type) {
    case FT_FIELD_TEXT:
        return scalar_schema();
    case FT_FIELD_NAME:
        return name_schema(false);
    case FT_FIELD_BOOL:
        return of_type("boolean");
    case FT_FIELD_INT:
        return number_schema(field, "integer");
    case FT_FIELD_NUMBER:
        return number_schema(field, "number");
    case FT_FIELD_QUANTITY:
        return quantity_schema(field);
    case FT_FIELD_CHOICE:
        return choice_schema(field);
    case FT_FIELD_LIST:
        return list_schema(field);
    case FT_FIELD_MAP:
        return map_schema(field);
    case FT_FIELD_STRUCT:
        return ft_fields_schema(field->fields);
    case FT_FIELD_ANY:
        break;
    }
    return json_object_new_object();
}

struct json_object *ft_fields_schema(const struct ft_field *table)
{
    struct json_object *schema = of_type("object");
    struct json_object *properties = json_object_new_object();
    struct json_object *required = json_object_new_array();

    for (; table->key; table++) {
        struct json_object *one = value_schema(table, table->type);

        if (table->expr)
            one = either(one, pattern("\\$\\{"));
        if (table->doc)
            add(one, "description", text(table->doc));
        add(properties, table->key, one);
        if (table->required)
            json_object_array_add(required, text(table->key));
    }
    add(schema, "additionalProperties", json_object_new_boolean(false));
    add(schema, "properties", properties);
    add(schema, "required", required);
    return schema;
}
