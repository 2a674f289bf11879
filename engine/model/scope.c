/* scope.c - what expressions of one cell may name */
#include "model/scope.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "text/suggest.h"

static const char *const reserved[] = {
    "params", "matrix", "item", "turn", "in", "inputs", "out", "run", "task",
    "store",
};

bool ft_scope_reserved(const char *name)
{
    for (size_t i = 0; i < FT_ARRAY_LEN(reserved); i++)
        if (strcmp(reserved[i], name) == 0)
            return true;
    return false;
}

static int unknown(struct ft_err *err, enum ft_diag_code code,
                   const char *what, const char *name,
                   const char *const *known, size_t n)
{
    const char *near = ft_suggest(name, known, n);

    ft_err_set(err, FT_EDOC, "unknown %s '%s'", what, name);
    if (near)
        ft_err_hint(err, "did you mean '%s'?", near);
    return ft_err_id(err, ft_diag_code_id(code));
}

static int refuse(struct ft_err *err, const char *name, const char *hint)
{
    ft_err_set(err, FT_EDOC, "'%s' cannot stand here", name);
    ft_err_hint(err, "%s", hint);
    return ft_err_id(err, ft_diag_code_id(FT_D_EXPR_NAME));
}

/* A value that the stage around this one hands over for each of its cells. */
static int look_handed(const struct ft_cell_scope *cs, size_t i,
                       struct ft_value *value, struct ft_err *err)
{
    const struct ft_space *space = cs->space;
    const struct ft_stage *use = space->use;
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_cell_scope outer;
    struct ft_scope scope;
    int rc;

    if (!cs->stage) {
        ft_err_set(err, FT_EDOC, "the parameter '%s' depends on the matrix of "
                   "'%s'", space->params->item[i].name, use->name);
        ft_err_hint(err, "axes are the same for all cells around them");
        return ft_err_id(err, ft_diag_code_id(FT_D_EXPR_NAME));
    }
    ft_cell_scope_init(&outer, &scope, cs->wf, use,
                       ft_stage_outer_cell(cs->stage, cs->cell), NULL);
    rc = ft_param_eval(&space->params->item[i], use->text->doc,
                       space->varying[i], &scope, value, &diags);
    if (rc < 0)
        ft_diags_to_err(&diags, err);
    ft_diags_release(&diags);
    return rc;
}

static int look_param(const struct ft_cell_scope *cs, const char *name,
                      struct ft_value *value, struct ft_err *err)
{
    const struct ft_params *params = cs->space->params;
    const struct ft_param *param = ft_params_find(params, name);
    const char **known;
    size_t i;
    int rc;

    if (param) {
        i = (size_t)(param - params->item);
        if (cs->space->varying && cs->space->varying[i])
            return look_handed(cs, i, value, err);
        ft_value_copy(&cs->space->value[i], value);
        return 0;
    }
    known = ft_calloc(params->n, sizeof(*known));
    for (i = 0; i < params->n; i++)
        known[i] = params->item[i].name;
    rc = unknown(err, FT_D_UNKNOWN_PARAM, "parameter", name, known,
                 params->n);
    free(known);
    return rc;
}

/* "item.COLUMN" of the rows of a table. */
static int look_column(const struct ft_cell_scope *cs,
                       const struct ft_ref *ref, struct ft_value *value,
                       struct ft_err *err)
{
    const struct ft_stage *stage = cs->stage;
    const char *known[FT_AXES_MAX];

    if (ref->n != 2)
        return refuse(err, "item", "a column has to follow, as in item.power");
    for (size_t i = 0; i < stage->n_zipped; i++) {
        known[i] = stage->axis[i].name;
        if (strcmp(known[i], ref->part[1]) != 0)
            continue;
        ft_value_copy(ft_stage_cell(stage, cs->cell, i), value);
        return 0;
    }
    return unknown(err, FT_D_EXPR_NAME, "column", ref->part[1], known,
                   stage->n_zipped);
}

/* The stage's own axes: what is around its workflow is not seen in there. */
static int look_axis(const struct ft_cell_scope *cs, const char *name,
                     struct ft_value *value, struct ft_err *err)
{
    const struct ft_stage *stage = cs->stage;
    const char *known[FT_AXES_MAX];
    size_t n = 0;

    for (size_t a = stage ? stage->n_outer : 0; stage && a < stage->n_axes;
         a++) {
        known[n++] = stage->axis[a].name;
        if (strcmp(stage->axis[a].name, name) != 0)
            continue;
        ft_value_copy(ft_stage_cell(stage, cs->cell, a), value);
        return 0;
    }
    return unknown(err, FT_D_EXPR_NAME, "axis", name, known, n);
}

static bool is_stage(const struct ft_cell_scope *cs, const char *name)
{
    char *full = ft_asprintf("%s%s", cs->space->prefix, name);
    bool found = ft_workflow_stage(cs->wf, full) >= 0;

    free(full);
    return found;
}

/* A first word that nothing is known of. */
static int look_unknown(const struct ft_cell_scope *cs, const char *name,
                        struct ft_err *err)
{
    if (is_stage(cs, name))
        return refuse(err, name,
                      "an object of a stage can only be an input ('in')");
    if (strcmp(name, "inputs") == 0)
        return refuse(err, name, "an input of the workflow can only be an "
                                 "input of a stage ('in')");
    if (ft_scope_reserved(name))
        return refuse(err, name, cs->condition
                          ? "a condition knows turn, report and out"
                          : "only commands and 'env' of a stage know it");
    unknown(err, FT_D_EXPR_NAME, "name", name, reserved,
            FT_ARRAY_LEN(reserved));
    if (err && !err->hint[0])
        ft_err_hint(err, "a shell variable is written '$${%s}'", name);
    return -1;
}

static int look(const struct ft_scope *scope, const struct ft_ref *ref,
                struct ft_value *value, struct ft_err *err)
{
    const struct ft_cell_scope *cs = scope->arg;
    const char *first = ref->part[0];
    bool loop = cs->stage && cs->stage->loop &&
                (!cs->stage->loop->use || cs->stage->loop->use == cs->stage);
    bool foreach = cs->stage && cs->stage->n_axes ==
                                    cs->stage->n_outer + 1 + (size_t)loop &&
                   strcmp(cs->stage->axis[cs->stage->n_outer].name, "item") ==
                       0;

    if (strcmp(first, "params") == 0 && ref->n == 2)
        return look_param(cs, ref->part[1], value, err);
    if (strcmp(first, "matrix") == 0 && ref->n == 2)
        return look_axis(cs, ref->part[1], value, err);
    if (strcmp(first, "params") == 0 || strcmp(first, "matrix") == 0)
        return refuse(err, first, "a name has to follow, as in params.size");
    if (strcmp(first, "item") == 0 && cs->stage && cs->stage->rows)
        return look_column(cs, ref, value, err);
    if (strcmp(first, "item") == 0 && foreach && ref->n == 1)
        return look_axis(cs, "item", value, err);
    if (strcmp(first, "item") == 0)
        return refuse(err, first, "only a stage with 'foreach' has an item");
    if (strcmp(first, "turn") == 0 && loop && ref->n == 1)
        return look_axis(cs, "turn", value, err);
    if (strcmp(first, "turn") == 0 && loop)
        return refuse(err, first, "it is a number; what a turn has reported is "
                                  "'report.NAME'");
    if (strcmp(first, "turn") == 0)
        return refuse(err, first, "only a stage with a 'loop' has turns");
    if (cs->condition && cs->task &&
        (strcmp(first, "report") == 0 || strcmp(first, "out") == 0))
        return cs->task->look(cs->task, ref, value, err);
    if (cs->task && !cs->condition && ft_scope_reserved(first))
        return cs->task->look(cs->task, ref, value, err);
    return look_unknown(cs, first, err);
}

void ft_cell_scope_init(struct ft_cell_scope *cs, struct ft_scope *scope,
                        const struct ft_workflow *wf,
                        const struct ft_stage *stage, size_t cell,
                        const struct ft_scope *task)
{
    *cs = (struct ft_cell_scope){
        .wf = wf,
        .space = stage ? stage->space : wf->space[0],
        .stage = stage,
        .cell = cell,
        .task = task,
    };
    *scope = (struct ft_scope){ .look = look, .arg = cs };
}
