/* eval.c - the values that one task of a stage gets */
#include "model/eval.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "model/build.h"
#include "model/scalar.h"
#include "model/scope.h"
#include "text/field.h"

#define SEED_MAX 9007199254740991.0 /* 2^53 - 1: exact in JSON, too */

/* Complain about a value that an expression gave. */
static int wrong(const struct ft_node *node, enum ft_diag_code code,
                 struct ft_err *err, const char *what)
{
    ft_err_set(err, FT_EDOC, "%s", what);
    ft_err_id(err, ft_diag_code_id(code));
    ft_err_place(err, &node->mark);
    return -1;
}

static int eval(const struct ft_doc *doc, const struct ft_scope *scope,
                const struct ft_node *node, struct ft_value *value,
                struct ft_err *err)
{
    struct ft_value made = { .kind = node->kind == FT_NODE_LIST
                                         ? FT_VALUE_LIST
                                         : FT_VALUE_MAP };
    struct ft_mark at;

    if (node->kind == FT_NODE_SCALAR)
        return ft_scalar_eval(doc, node, scope, value, &at, err);
    made.item = ft_calloc(node->n, sizeof(*made.item));
    if (node->kind == FT_NODE_MAP)
        made.key = ft_calloc(node->n, sizeof(*made.key));
    for (; made.n < node->n; made.n++) {
        if (eval(doc, scope, node->item[made.n], &made.item[made.n], err) <
            0) {
            ft_value_release(&made);
            return -1;
        }
        if (made.key)
            made.key[made.n] = ft_strdup(node->key[made.n]->text);
    }
    *value = made;
    return 0;
}

static void see_item(const struct ft_ref *ref, void *arg)
{
    bool *seen = arg;

    *seen |= strcmp(ref->part[0], "item") == 0;
}

bool ft_eval_needs_row(const struct ft_stage *stage,
                       const struct ft_node *node)
{
    struct ft_template tpl = { 0 };
    bool seen = false;
    size_t at;

    if (!stage->rows || stage->n_zipped || !node)
        return false;
    for (size_t i = 0; i < node->n && !seen; i++)
        seen = ft_eval_needs_row(stage, node->item[i]);
    if (node->kind != FT_NODE_SCALAR ||
        ft_template_parse(node->text, node->len, &tpl, &at, NULL) < 0)
        return seen;
    for (size_t i = 0; i < tpl.n; i++)
        if (tpl.piece[i].expr)
            ft_expr_refs(tpl.piece[i].expr, see_item, &seen);
    ft_template_release(&tpl);
    return seen;
}

int ft_eval_node(const struct ft_workflow *wf, const struct ft_stage *stage,
                 size_t cell, const struct ft_scope *task,
                 const struct ft_node *node, struct ft_value *value,
                 struct ft_err *err)
{
    struct ft_cell_scope cs;
    struct ft_scope scope;

    ft_cell_scope_init(&cs, &scope, wf, stage, cell, task);
    return eval(stage->text->doc, &scope, node, value, err);
}

int ft_eval_pieces(const struct ft_workflow *wf, const struct ft_stage *stage,
                   size_t cell, const struct ft_scope *task,
                   const struct ft_node *node,
                   void (*add)(void *arg, const char *text,
                               const struct ft_value *value),
                   void *arg, struct ft_err *err)
{
    struct ft_template tpl = { 0 };
    struct ft_cell_scope cs;
    struct ft_scope scope;
    struct ft_mark mark;
    size_t at = 0;
    int rc = ft_template_parse(node->text, node->len, &tpl, &at, err);

    ft_cell_scope_init(&cs, &scope, wf, stage, cell, task);
    for (size_t i = 0; i < tpl.n && rc == 0; i++) {
        struct ft_template one = { .piece = &tpl.piece[i], .n = 1 };
        struct ft_value value = FT_VALUE_INIT;

        if (tpl.piece[i].expr)
            rc = ft_template_eval(&one, &scope, &value, &at, err);
        if (rc == 0)
            add(arg, tpl.piece[i].text, &value);
        ft_value_release(&value);
    }
    if (rc < 0) {
        mark = ft_scalar_mark(stage->text->doc, node, at);
        ft_err_place(err, &mark);
    }
    ft_template_release(&tpl);
    return rc;
}

/* --- parameters of the module --------------------------------------------- */

static void put(struct ft_value *map, const char *name,
                const struct ft_value *value)
{
    map->key = ft_realloc(map->key, map->n + 1, sizeof(*map->key));
    map->item = ft_realloc(map->item, map->n + 1, sizeof(*map->item));
    map->key[map->n] = ft_strdup(name);
    map->item[map->n++] = *value;
}

static bool is_misspelt(const struct ft_stage *stage)
{
    return stage->state && stage->state->misspelt;
}

static bool add_param(const struct ft_stage *stage,
                      const struct ft_scope *scope,
                      const struct ft_param *param, struct ft_value *params,
                      struct ft_diags *diags)
{
    const struct ft_node *given = ft_node_get(stage->with, param->name);
    struct ft_value value = FT_VALUE_INIT;

    if (ft_eval_needs_row(stage, given))
        return true;
    if (given && ft_param_eval(param, stage->text->doc, given, scope, &value,
                               diags) < 0)
        return false;
    if (!given && param->required && is_misspelt(stage))
        return false; /* reported with the keys */
    if (!given && param->required) {
        ft_diag_add(diags, stage->text->doc, &stage->mark, FT_D_MISSING_KEY,
                    "stage '%s' lacks the parameter '%s' of module '%s'",
                    stage->name, param->name, stage->module->name);
        return false;
    }
    if (!given)
        ft_value_copy(&param->deflt, &value);
    if (value.kind != FT_VALUE_NULL)
        put(params, param->name, &value);
    return true;
}

bool ft_params_collect(const struct ft_workflow *wf,
                       const struct ft_stage *stage, size_t cell,
                       struct ft_value *params, struct ft_diags *diags)
{
    const struct ft_params *declared = &stage->module->params;
    struct ft_value made = { .kind = FT_VALUE_MAP };
    struct ft_cell_scope cs;
    struct ft_scope scope;
    bool ok = true;

    ft_cell_scope_init(&cs, &scope, wf, stage, cell, NULL);
    for (size_t i = 0; i < declared->n; i++)
        ok &= add_param(stage, &scope, &declared->item[i], &made, diags);
    if (ok)
        *params = made;
    else
        ft_value_release(&made);
    return ok;
}

int ft_eval_params(const struct ft_workflow *wf, const struct ft_stage *stage,
                   size_t cell, struct ft_value *params, struct ft_err *err)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    int rc = 0;

    if (!ft_params_collect(wf, stage, cell, params, &diags))
        rc = ft_diags_to_err(&diags, err);
    ft_diags_release(&diags);
    return rc;
}

/* --- single values -------------------------------------------------------- */

static int must_be_bool(const struct ft_node *node, const char *what,
                        struct ft_value *value, bool *yes,
                        struct ft_err *err)
{
    bool boolean = value->kind == FT_VALUE_BOOL;

    if (boolean)
        *yes = value->boolean;
    ft_value_release(value);
    if (boolean)
        return 0;
    wrong(node, FT_D_EXPR_TYPE, err, what);
    return ft_err_hint(err, "write a condition as ${a > b}");
}

int ft_eval_when(const struct ft_workflow *wf, const struct ft_stage *stage,
                 size_t cell, bool *yes, struct ft_err *err)
{
    struct ft_value value = FT_VALUE_INIT;

    *yes = true;
    if (!stage->when)
        return 0;
    if (ft_eval_node(wf, stage, cell, NULL, stage->when, &value, err) < 0)
        return -1;
    return must_be_bool(stage->when, "'when' must be true or false", &value,
                        yes, err);
}

int ft_eval_loop(const struct ft_workflow *wf, const struct ft_stage *stage,
                 size_t cell, const struct ft_scope *turn, bool *yes,
                 struct ft_err *err)
{
    const struct ft_node *node = stage->loop->condition;
    struct ft_value value = FT_VALUE_INIT;
    struct ft_cell_scope cs;
    struct ft_scope scope;

    ft_cell_scope_init(&cs, &scope, wf, stage, cell, turn);
    cs.condition = true;
    if (eval(stage->text->doc, &scope, node, &value, err) < 0)
        return -1;
    return must_be_bool(node, stage->loop->go_on
                                  ? "'while' must be true or false"
                                  : "'until' must be true or false",
                        &value, yes, err);
}

int ft_eval_seed(const struct ft_workflow *wf, const struct ft_stage *stage,
                 size_t cell, int64_t *seed, struct ft_err *err)
{
    struct ft_value value = FT_VALUE_INIT;
    double x = -1;

    while (!stage->seed && stage->space->use) {
        cell = ft_stage_outer_cell(stage, cell);
        stage = stage->space->use;
    }
    if (!stage->seed) {
        *seed = 0;
        return 0;
    }
    if (ft_eval_node(wf, stage, cell, NULL, stage->seed, &value, err) < 0)
        return -1;
    if (value.kind == FT_VALUE_NUMBER)
        x = value.number;
    ft_value_release(&value);
    if (!(x >= 0 && x <= SEED_MAX) || floor(x) != x)
        return wrong(stage->seed, FT_D_RANGE, err,
                     "'seed' must be a whole number from 0 to 2^53-1");
    *seed = (int64_t)x;
    return 0;
}

/* The stage in whose 'in' an input is written, and its cell. */
static const struct ft_stage *writer(const struct ft_stage *stage,
                                     const struct ft_input *in, size_t *cell)
{
    while (in->by && stage != in->by) {
        *cell = ft_stage_outer_cell(stage, *cell);
        stage = stage->space->use;
    }
    return stage;
}

int ft_eval_chosen(const struct ft_workflow *wf, const struct ft_stage *stage,
                   size_t cell, const struct ft_input *in, size_t k,
                   struct ft_value *value, struct ft_err *err)
{
    struct ft_cell_scope cs;
    struct ft_scope scope;
    struct ft_mark mark;
    size_t at = 0;

    stage = writer(stage, in, &cell);
    ft_cell_scope_init(&cs, &scope, wf, stage, cell, NULL);
    if (ft_expr_eval(in->chosen[k], &scope, value, &at, err) == 0)
        return 0;
    mark = ft_scalar_mark(stage->text->doc, in->node, in->offset + at);
    ft_err_place(err, &mark);
    return -1;
}

int ft_eval_path(const struct ft_workflow *wf, const struct ft_stage *stage,
                 size_t cell, const struct ft_input *in, char **path,
                 struct ft_err *err)
{
    struct ft_value value = FT_VALUE_INIT;
    struct ft_str text = FT_STR_INIT;

    if (in->path) {
        *path = ft_strdup(in->path);
        return 0;
    }
    stage = writer(stage, in, &cell);
    if (ft_eval_node(wf, stage, cell, NULL, in->node, &value, err) < 0)
        return -1;
    if (value.kind != FT_VALUE_TEXT || !value.text[0]) {
        ft_value_release(&value);
        return wrong(in->node, FT_D_EXPR_TYPE, err,
                     "an input must be a path");
    }
    ft_value_text(&value, &text);
    ft_value_release(&value);
    *path = ft_path_join(stage->text->dir, text.s);
    ft_str_release(&text);
    return 0;
}
