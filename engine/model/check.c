/* check.c - values and names, evaluated as far as no task is needed
 *
 * What a command calls by in., out., run. and task. is not there yet; a
 * stand-in of the right kind takes its place, so that everything else in the
 * text is checked all the same.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "model/build.h"
#include "model/eval.h"
#include "model/scope.h"
#include "text/field.h"
#include "text/suggest.h"

/* --- stand-ins for in., out., run. and task. ------------------------------ */

static int unknown_part(const char *kind, const char *name,
                        const char *const *known, size_t n,
                        struct ft_err *err)
{
    const char *near = ft_suggest(name, known, n);

    ft_err_set(err, FT_EDOC, "unknown %s '%s'", kind, name);
    if (near)
        ft_err_hint(err, "did you mean '%s'?", near);
    return ft_err_id(err, ft_diag_code_id(FT_D_EXPR_NAME));
}

static int look_input(const struct ft_stage *stage, const char *name,
                      struct ft_value *value, struct ft_err *err)
{
    const char **known = ft_calloc(stage->n_in, sizeof(*known));
    int rc = -1;

    for (size_t i = 0; i < stage->n_in && rc < 0; i++) {
        known[i] = stage->in[i].name;
        rc = strcmp(known[i], name) == 0 ? 0 : -1;
    }
    if (rc == 0)
        *value = (struct ft_value){ .kind = FT_VALUE_TEXT,
                                    .text = ft_strdup(name) };
    else
        unknown_part("input", name, known, stage->n_in, err);
    free(known);
    return rc;
}

static int look_output(const struct ft_stage *stage, const char *name,
                       struct ft_value *value, struct ft_err *err)
{
    const char **known = ft_calloc(stage->n_out, sizeof(*known));
    int rc = -1;

    for (size_t i = 0; i < stage->n_out && rc < 0; i++) {
        known[i] = stage->out[i].name;
        rc = strcmp(known[i], name) == 0 ? 0 : -1;
        if (rc == 0)
            *value = (struct ft_value){
                .kind = FT_VALUE_TEXT, .text = ft_strdup(stage->out[i].path)
            };
    }
    if (rc < 0)
        unknown_part("output", name, known, stage->n_out, err);
    free(known);
    return rc;
}

static int look_task(const struct ft_scope *scope, const struct ft_ref *ref,
                     struct ft_value *value, struct ft_err *err)
{
    static const char *const known[] = { "in.NAME", "out.NAME", "run.id",
                                         "task.name", "task.index" };
    const struct ft_stage *stage = scope->arg;
    const char *group = ref->part[0], *name = ref->n == 2 ? ref->part[1] : "";
    struct ft_str full = FT_STR_INIT;
    int rc = 0;

    if (strcmp(group, "in") == 0)
        return look_input(stage, name, value, err);
    if (strcmp(group, "out") == 0)
        return look_output(stage, name, value, err);
    ft_str_addf(&full, "%s.%s", group, name);
    if (strcmp(full.s, "task.index") == 0)
        *value = (struct ft_value){ .kind = FT_VALUE_NUMBER };
    else if (strcmp(full.s, "run.id") == 0 ||
             strcmp(full.s, "task.name") == 0)
        *value = (struct ft_value){ .kind = FT_VALUE_TEXT,
                                    .text = ft_strdup(full.s) };
    else
        rc = unknown_part("name", full.s, known, FT_ARRAY_LEN(known), err);
    ft_str_release(&full);
    return rc;
}

/* --- the parts of a stage ------------------------------------------------- */

static void report(struct ft_build *b, const struct ft_stage *stage,
                   const struct ft_node *node, const struct ft_err *err)
{
    struct ft_mark mark = node->mark;

    if (err->line && (err->line != mark.line || err->col != mark.col)) {
        mark.line = err->line;
        mark.col = err->col;
        mark.width = 1;
    }
    ft_diag_err(b->diags, stage->text->doc, &mark, FT_D_EXPR, err);
}

static void check_text(struct ft_build *b, const struct ft_stage *stage,
                       size_t cell, const struct ft_node *node)
{
    struct ft_scope task = { .look = look_task, .arg = (void *)stage };
    struct ft_value value = FT_VALUE_INIT;
    struct ft_err err = { 0 };

    if (ft_eval_needs_row(stage, node))
        return;
    if (ft_eval_node(b->wf, stage, cell,
                     stage->action == FT_ACTION_USE ? NULL : &task, node,
                     &value, &err) < 0)
        report(b, stage, node, &err);
    ft_value_release(&value);
}

static void check_command(struct ft_build *b, const struct ft_stage *stage,
                          size_t cell)
{
    if (stage->command && stage->command->kind == FT_NODE_SCALAR)
        check_text(b, stage, cell, stage->command);
    for (size_t i = 0; stage->command && i < stage->command->n; i++)
        check_text(b, stage, cell, stage->command->item[i]);
    for (size_t i = 0; stage->env && i < stage->env->n; i++)
        check_text(b, stage, cell, stage->env->item[i]);
}

/* What a stage hands to the workflow that it uses. */
static void check_handed(struct ft_build *b, const struct ft_stage *use,
                         size_t cell)
{
    const struct ft_space *space = use->used;
    struct ft_cell_scope cs;
    struct ft_scope scope;

    ft_cell_scope_init(&cs, &scope, b->wf, use, cell, NULL);
    for (size_t i = 0; i < space->params->n; i++) {
        struct ft_value value = FT_VALUE_INIT;

        if (space->varying[i])
            ft_param_eval(&space->params->item[i], use->text->doc,
                          space->varying[i], &scope, &value, b->diags);
        ft_value_release(&value);
    }
}

static void check_selectors(struct ft_build *b, const struct ft_stage *stage,
                            size_t cell, const struct ft_input *in)
{
    struct ft_err err = { 0 };

    for (size_t k = 0; k < in->n_axes; k++) {
        struct ft_value chosen = FT_VALUE_INIT;

        if (ft_eval_chosen(b->wf, stage, cell, in, k, &chosen, &err) < 0)
            report(b, stage, in->node, &err);
        ft_value_release(&chosen);
    }
}

/* The unit that an input is to be shown in is one of its values, where the
 * unit of these is known. */
static void check_shown(struct ft_build *b, const struct ft_stage *stage,
                        const struct ft_input *in,
                        const struct ft_value *params)
{
    const char *name = in->port ? in->port->shown_in : NULL;
    const struct ft_node *given = name ? ft_node_get(stage->with, name) : NULL;
    const struct ft_stage *from;
    const struct ft_port *out;

    if (!name || in->kind != FT_SOURCE_OBJECT)
        return;
    from = &b->wf->stage[in->stage];
    out = &from->out[in->output];
    for (size_t i = 0; out->unit && i < params->n; i++) {
        const char *text = params->item[i].text;

        if (strcmp(params->key[i], name) != 0 ||
            ft_unit_same_dimension(ft_unit_parse(text, NULL), out->unit))
            continue;
        ft_diag_add(b->diags, stage->text->doc,
                    given ? &given->mark : &stage->mark, FT_D_DIMENSION,
                    "'%s' is '%s', but '%s.%s' is in '%s'", name, text,
                    from->name, out->name, ft_unit_text(out->unit));
    }
}

static void check_cell(struct ft_build *b, const struct ft_stage *stage,
                       size_t cell)
{
    struct ft_value params = FT_VALUE_INIT;
    struct ft_resources res;
    struct ft_err err = { 0 };
    int64_t seed;
    bool yes;

    if (stage->module &&
        ft_params_collect(b->wf, stage, cell, &params, b->diags))
        for (size_t i = 0; i < stage->n_in; i++)
            check_shown(b, stage, &stage->in[i], &params);
    ft_value_release(&params);
    if (stage->used)
        check_handed(b, stage, cell);
    check_command(b, stage, cell);
    if (!ft_eval_needs_row(stage, stage->when) &&
        ft_eval_when(b->wf, stage, cell, &yes, &err) < 0)
        report(b, stage, stage->when, &err);
    if (stage->seed && !ft_eval_needs_row(stage, stage->seed) &&
        ft_eval_seed(b->wf, stage, cell, &seed, &err) < 0)
        report(b, stage, stage->seed, &err);
    if (!ft_eval_needs_row(stage, stage->varying))
        (void)ft_eval_resources(b->wf, stage, cell, &res, b->diags);
    for (size_t i = 0; i < stage->n_in; i++)
        if (!ft_eval_needs_row(stage, stage->in[i].node))
            check_selectors(b, stage, cell, &stage->in[i]);
    if (stage->rows)
        check_selectors(b, stage, cell, stage->rows);
}

/* Every value of every axis once, the other axes at their first: what a value
 * alone can spoil is found without the product. */
static void check_cells(struct ft_build *b, const struct ft_stage *stage)
{
    size_t left = FT_CHECKED_CELLS, step = stage->n_cells;

    check_cell(b, stage, 0);
    for (size_t a = 0; a < stage->n_axes; a++) {
        step /= stage->axis[a].n;
        for (size_t k = 1; k < stage->axis[a].n && left; k++, left--)
            check_cell(b, stage, k * step);
    }
}

void ft_with_check(struct ft_build *b, const struct ft_stage *stage,
                   const struct ft_params *declared, const char *what,
                   const char *name)
{
    const char **known = ft_calloc(declared->n, sizeof(*known));

    for (size_t i = 0; i < declared->n; i++)
        known[i] = declared->item[i].name;
    for (size_t i = 0; stage->with && i < stage->with->n; i++) {
        const struct ft_node *key = stage->with->key[i];
        const char *near;

        if (ft_params_find(declared, key->text))
            continue;
        near = ft_suggest(key->text, known, declared->n);
        ft_diag_add(b->diags, stage->text->doc, &key->mark,
                    FT_D_UNKNOWN_PARAM, "%s '%s' has no parameter '%s'", what,
                    name, key->text);
        if (near)
            ft_diag_hint(b->diags, "did you mean '%s'?", near);
        else if (stage->module)
            ft_diag_hint(b->diags, "'fedtwin module show %s' lists them",
                         name);
    }
    free(known);
}

void ft_values_check(struct ft_build *b, const struct ft_stage *stage)
{
    const struct ft_stage_state *state = stage->state;

    if (stage->module)
        ft_with_check(b, stage, &stage->module->params, "module",
                      stage->module->name);
    if (!state->broken && !state->no_axes && !stage->space->no_values)
        check_cells(b, stage);
    if (!state->broken && !state->no_axes && !stage->space->no_values)
        ft_loop_check(b, stage);
}
