/* params.c - declarations of parameters */
#include "model/params.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/str.h"

static const char *const types[] = {
    [FT_PARAM_QUANTITY] = "quantity", [FT_PARAM_NUMBER] = "number",
    [FT_PARAM_INTEGER] = "integer",   [FT_PARAM_TEXT] = "string",
    [FT_PARAM_BOOL] = "boolean",      [FT_PARAM_UNIT] = "unit",
    [FT_PARAM_RECORD] = "record",     NULL,
};

/* The types that a field of a record may have: all but the record. */
static const char *const field_types[] = {
    "quantity", "number", "integer", "string", "boolean", "unit", NULL,
};

static const char *const eaches[] = {
    [FT_EACH_ONE] = "one",
    [FT_EACH_LIST] = "list",
    [FT_EACH_GROUP] = "group",
    NULL,
};

#define COMMON_FIELDS                                                       \
    { .key = "doc", .type = FT_FIELD_TEXT,                                  \
      .doc = "one sentence for the manual" },                               \
    { .key = "unit", .type = FT_FIELD_TEXT,                                 \
      .doc = "of a quantity or a unit; values may have any of its "         \
             "dimension" },                                                 \
    { .key = "default", .type = FT_FIELD_ANY,                               \
      .doc = "value when none is given" },                                  \
    { .key = "optional", .type = FT_FIELD_BOOL,                             \
      .doc = "may be left out although it has no default" },                \
    { .key = "min", .type = FT_FIELD_TEXT, .doc = "least value" },          \
    { .key = "max", .type = FT_FIELD_TEXT, .doc = "greatest value" },       \
    { .key = "choices", .type = FT_FIELD_LIST, .of = FT_FIELD_TEXT,         \
      .doc = "the texts that are allowed" }

static const struct ft_field record_fields[] = {
    { .key = "type", .type = FT_FIELD_CHOICE, .required = true,
      .choices = field_types, .doc = "kind of value" },
    COMMON_FIELDS,
    { 0 },
};

const struct ft_field ft_param_fields[] = {
    { .key = "type", .type = FT_FIELD_CHOICE, .required = true,
      .choices = types, .doc = "kind of value" },
    COMMON_FIELDS,
    { .key = "each", .type = FT_FIELD_CHOICE, .choices = eaches,
      .doc = "one value, a list, or one for each group of the mesh" },
    { .key = "fields", .type = FT_FIELD_MAP, .of = FT_FIELD_STRUCT,
      .fields = record_fields, .item = "field", .doc = "what a record holds" },
    { 0 },
};

const char *ft_param_type_text(enum ft_param_type type)
{
    return types[type];
}

static int choice_index(const char *const *choice, const struct ft_node *node)
{
    int i = 0;

    while (node && choice[i] && strcmp(choice[i], node->text) != 0)
        i++;
    return node && choice[i] ? i : 0;
}

/* --- one declaration ------------------------------------------------------ */

struct reader {
    const struct ft_doc *doc;
    const struct ft_node *node; /* the declaration */
    struct ft_param *param;
    struct ft_diags *diags;
};

static bool is_numeric(enum ft_param_type type)
{
    return type == FT_PARAM_QUANTITY || type == FT_PARAM_NUMBER ||
           type == FT_PARAM_INTEGER;
}

/* A key that makes no sense for this type is an error, not ignored. */
static bool refuse_key(const struct reader *r, const char *key, bool fits)
{
    const struct ft_node *at = ft_node_key(r->node, key);

    if (!at || fits)
        return true;
    ft_diag_add(r->diags, r->doc, &at->mark, FT_D_UNKNOWN_KEY,
                "parameter '%s' of type %s cannot have '%s'", r->param->name,
                types[r->param->type], key);
    return false;
}

static bool read_unit(const struct reader *r)
{
    const struct ft_node *unit = ft_node_get(r->node, "unit");
    struct ft_err err = { 0 };

    if (r->param->type != FT_PARAM_QUANTITY &&
        r->param->type != FT_PARAM_UNIT)
        return refuse_key(r, "unit", false);
    if (!unit && r->param->type == FT_PARAM_UNIT)
        return true;
    if (!unit) {
        ft_diag_add(r->diags, r->doc, &r->param->mark, FT_D_MISSING_KEY,
                    "the quantity '%s' lacks the key 'unit'",
                    r->param->name);
        ft_diag_hint(r->diags, "a number without dimension has the unit 1");
        return false;
    }
    r->param->unit = ft_unit_parse(unit->text, &err);
    if (r->param->unit)
        return true;
    ft_diag_err(r->diags, r->doc, &unit->mark, FT_D_UNIT, &err);
    return false;
}

static bool read_bound(const struct reader *r, const char *key, bool *has,
                       double *bound)
{
    const struct ft_node *node = ft_node_get(r->node, key);
    struct ft_param plain = { .name = r->param->name,
                              .type = r->param->type,
                              .unit = r->param->unit };
    struct ft_value value = FT_VALUE_INIT;

    if (!refuse_key(r, key, is_numeric(r->param->type)))
        return false;
    if (!node)
        return true;
    if (ft_param_from_node(&plain, r->doc, node, &value, r->diags) < 0)
        return false;
    *has = true;
    *bound = value.kind == FT_VALUE_QUANTITY ? value.quantity.si
                                             : value.number;
    ft_value_release(&value);
    return true;
}

static bool read_range(const struct reader *r)
{
    struct ft_param *p = r->param;
    bool ok = read_bound(r, "min", &p->has_min, &p->min);

    ok &= read_bound(r, "max", &p->has_max, &p->max);
    if (!ok || !p->has_min || !p->has_max || p->min <= p->max)
        return ok;
    ft_diag_add(r->diags, r->doc, &ft_node_get(r->node, "max")->mark,
                FT_D_RANGE, "'max' of parameter '%s' is below its 'min'",
                p->name);
    return false;
}

static bool read_choices(const struct reader *r)
{
    const struct ft_node *list = ft_node_get(r->node, "choices");
    struct ft_param *p = r->param;

    if (!refuse_key(r, "choices", p->type == FT_PARAM_TEXT))
        return false;
    if (!list)
        return true;
    p->choice = ft_calloc(list->n, sizeof(*p->choice));
    for (size_t i = 0; i < list->n; i++)
        p->choice[p->n_choices++] = ft_strdup(list->item[i]->text);
    return true;
}

static bool read_record(const struct reader *r)
{
    const struct ft_node *fields = ft_node_get(r->node, "fields");
    struct ft_params inner = { 0 };
    bool ok;

    if (r->param->type != FT_PARAM_RECORD)
        return refuse_key(r, "fields", false);
    if (!fields || !fields->n) {
        ft_diag_add(r->diags, r->doc, &r->param->mark, FT_D_MISSING_KEY,
                    "the record '%s' lacks its 'fields'", r->param->name);
        return false;
    }
    ok = ft_params_read(r->doc, fields, &inner, r->diags);
    r->param->field = inner.item;
    r->param->n_fields = inner.n;
    return ok;
}

static bool read_default(const struct reader *r)
{
    const struct ft_node *deflt = ft_node_get(r->node, "default");
    const struct ft_node *optional = ft_node_get(r->node, "optional");
    bool may_miss = false;

    if (optional)
        ft_node_bool(optional, &may_miss);
    if (!deflt) {
        r->param->required = !may_miss;
        return true;
    }
    if (may_miss) {
        ft_diag_add(r->diags, r->doc,
                    &ft_node_key(r->node, "optional")->mark, FT_D_TYPE,
                    "parameter '%s' is optional and has a default",
                    r->param->name);
        ft_diag_hint(r->diags, "leave one of the two out");
        return false;
    }
    return ft_param_from_node(r->param, r->doc, deflt, &r->param->deflt,
                              r->diags) == 0;
}

/* 'param' has its name and place. */
static bool read_param(const struct ft_doc *doc, const struct ft_node *node,
                       struct ft_param *param, struct ft_diags *diags)
{
    struct reader r = { .doc = doc, .node = node, .param = param,
                        .diags = diags };
    const struct ft_node *what = ft_node_get(node, "doc");
    bool ok;

    param->type = (enum ft_param_type)choice_index(
        types, ft_node_get(node, "type"));
    param->each = (enum ft_param_each)choice_index(
        eaches, ft_node_get(node, "each"));
    if (what)
        param->doc = ft_strdup(what->text);
    ok = read_unit(&r);
    if (ok) /* bounds are in that unit */
        ok = read_range(&r);
    ok &= read_choices(&r);
    ok &= read_record(&r);
    return ok && read_default(&r);
}

bool ft_params_read(const struct ft_doc *doc, const struct ft_node *node,
                    struct ft_params *params, struct ft_diags *diags)
{
    bool ok = true;

    params->item = ft_calloc(node->n, sizeof(*params->item));
    for (size_t i = 0; i < node->n; i++) {
        struct ft_param *param = &params->item[params->n++];

        param->name = ft_strdup(node->key[i]->text);
        param->mark = node->key[i]->mark;
        ok &= read_param(doc, node->item[i], param, diags);
    }
    return ok;
}

const struct ft_param *ft_params_find(const struct ft_params *params,
                                      const char *name)
{
    for (size_t i = 0; i < params->n; i++)
        if (strcmp(params->item[i].name, name) == 0)
            return &params->item[i];
    return NULL;
}

static void release_param(struct ft_param *param)
{
    struct ft_params inner = { .item = param->field, .n = param->n_fields };

    ft_params_release(&inner);
    for (size_t i = 0; i < param->n_choices; i++)
        free(param->choice[i]);
    free(param->choice);
    ft_value_release(&param->deflt);
    free(param->name);
    free(param->doc);
}

void ft_params_release(struct ft_params *params)
{
    for (size_t i = 0; i < params->n; i++)
        release_param(&params->item[i]);
    free(params->item);
    *params = (struct ft_params){ 0 };
}
