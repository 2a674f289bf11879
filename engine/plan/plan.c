/* plan.c - the tasks of a workflow, as ranges */
#include "plan/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "model/eval.h"

static void add_after(struct ft_plan_stage *ps, size_t stage)
{
    for (size_t i = 0; i < ps->n_after; i++)
        if (ps->after[i] == stage)
            return;
    ps->after = ft_realloc(ps->after, ps->n_after + 1, sizeof(*ps->after));
    ps->after[ps->n_after++] = stage;
}

static void find_dependencies(const struct ft_stage *stage,
                              struct ft_plan_stage *ps)
{
    for (size_t i = 0; i < stage->n_in; i++) {
        const struct ft_input *in = &stage->in[i];

        if (in->kind != FT_SOURCE_OBJECT)
            continue;
        if (ft_input_chooses(in))
            ps->chooses = true;
        else
            add_after(ps, in->stage);
    }
    if (stage->rows && stage->rows->kind == FT_SOURCE_OBJECT)
        add_after(ps, stage->rows->stage);
    for (size_t i = 0; i < stage->n_needs; i++)
        add_after(ps, stage->needs[i]);
}

/* A selector that has no value or matches nothing is found now, not in the
 * middle of a run. */
static void check_selectors(const struct ft_plan *plan, size_t s,
                            struct ft_diags *diags)
{
    const struct ft_stage *stage = &plan->wf->stage[s];
    struct ft_tasks tasks = { 0 };
    struct ft_err err;

    for (size_t i = 0; i < stage->n_in; i++) {
        if (stage->in[i].kind != FT_SOURCE_OBJECT || !stage->in[i].n_axes)
            continue;
        for (size_t t = 0; t < plan->stage[s].n; t++) {
            if (ft_plan_producers(plan, plan->stage[s].first + t, i, &tasks,
                                  &err) == 0)
                continue;
            ft_diag_add(diags, stage->text->doc, &stage->in[i].node->mark,
                        FT_D_PLAN, "%s", err.msg);
            break; /* one cell is enough to see the mistake */
        }
    }
    ft_tasks_release(&tasks);
}

void ft_plan_add_range(struct ft_plan *plan, size_t stage)
{
    struct ft_plan_stage *ps = &plan->stage[stage];

    ps->first = plan->n_tasks;
    if (!ps->n)
        return;
    plan->range[plan->n_ranges++] =
        (struct ft_plan_range){ ps->first, stage };
    plan->n_tasks += ps->n;
}

struct ft_plan *ft_plan_new(const struct ft_workflow *wf,
                            struct ft_diags *diags)
{
    struct ft_plan *plan = ft_calloc(1, sizeof(*plan));
    size_t errors = diags->n_errors;

    plan->wf = wf;
    plan->dir = realpath(wf->dir, NULL);
    plan->stage = ft_calloc(wf->n_stages, sizeof(*plan->stage));
    plan->range = ft_calloc(wf->n_stages, sizeof(*plan->range));
    for (size_t s = 0; s < wf->n_stages; s++) {
        struct ft_plan_stage *ps = &plan->stage[s];

        if (wf->stage[s].rows)
            ft_stage_forget_rows(&wf->stage[s]);
        ps->unknown = wf->stage[s].rows != NULL;
        ps->n = ps->unknown ? 0 : wf->stage[s].n_cells;
        ps->turns = wf->stage[s].loop ? wf->stage[s].loop->max : 1;
        if (ps->n > FT_TASKS_MAX - plan->n_tasks) {
            ft_diag_add(diags, wf->stage[s].text->doc, &wf->stage[s].mark,
                        FT_D_PLAN, "the workflow has more than %d tasks",
                        FT_TASKS_MAX);
            break;
        }
        ft_plan_add_range(plan, s);
        find_dependencies(&wf->stage[s], ps);
    }
    for (size_t s = 0; s < wf->n_stages && diags->n_errors == errors; s++)
        if (plan->stage[s].chooses)
            check_selectors(plan, s, diags);
    if (diags->n_errors == errors)
        return plan;
    ft_plan_free(plan);
    return NULL;
}

void ft_plan_free(struct ft_plan *plan)
{
    if (!plan)
        return;
    for (size_t s = 0; s < plan->wf->n_stages; s++)
        free(plan->stage[s].after);
    free(plan->stage);
    free(plan->range);
    free(plan->dir);
    free(plan);
}

size_t ft_plan_stage_of(const struct ft_plan *plan, size_t task)
{
    size_t low = 0, high = plan->n_ranges;

    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;

        if (plan->range[mid].first <= task)
            low = mid;
        else
            high = mid;
    }
    return plan->range[low].stage;
}

size_t ft_plan_cell_of(const struct ft_plan *plan, size_t task)
{
    return task - plan->stage[ft_plan_stage_of(plan, task)].first;
}

size_t ft_plan_first_turn(const struct ft_plan *plan, size_t task)
{
    const struct ft_plan_stage *ps =
        &plan->stage[ft_plan_stage_of(plan, task)];

    return task - (task - ps->first) % ps->turns;
}

size_t ft_plan_last_turn(const struct ft_plan *plan, size_t task)
{
    return ft_plan_first_turn(plan, task) +
           plan->stage[ft_plan_stage_of(plan, task)].turns - 1;
}

size_t ft_plan_beside(const struct ft_plan *plan, size_t task, size_t stage)
{
    return plan->stage[stage].first + ft_plan_cell_of(plan, task);
}

size_t ft_plan_judged(const struct ft_plan *plan, size_t task)
{
    const struct ft_stage *stage =
        &plan->wf->stage[ft_plan_stage_of(plan, task)];

    return ft_stage_in_round(stage)
               ? ft_plan_beside(plan, task, stage->loop->judge) : task;
}

void ft_plan_task_name(const struct ft_plan *plan, size_t task,
                       struct ft_str *out)
{
    size_t s = ft_plan_stage_of(plan, task);

    ft_task_name(&plan->wf->stage[s], task - plan->stage[s].first, out);
}

long ft_plan_find_task(const struct ft_plan *plan, const char *name)
{
    size_t len = strcspn(name, "[");
    struct ft_str text = FT_STR_INIT;
    long found = -1;

    for (size_t s = 0; s < plan->wf->n_stages && found < 0; s++) {
        const char *stage = plan->wf->stage[s].name;

        if (strlen(stage) != len || memcmp(stage, name, len) != 0)
            continue;
        for (size_t c = 0; c < plan->stage[s].n && found < 0; c++) {
            ft_str_cut(&text, 0);
            ft_task_name(&plan->wf->stage[s], c, &text);
            if (strcmp(text.s, name) == 0)
                found = (long)(plan->stage[s].first + c);
        }
    }
    ft_str_release(&text);
    return found;
}

void ft_tasks_release(struct ft_tasks *tasks)
{
    free(tasks->item);
    *tasks = (struct ft_tasks){ 0 };
}

static void add_task(struct ft_tasks *tasks, size_t task)
{
    tasks->item = ft_grow(tasks->item, tasks->n, &tasks->cap,
                          sizeof(*tasks->item));
    tasks->item[tasks->n++] = task;
}

#define ANY ((size_t)-1) /* no selector on this axis */

/* Which value of the producer's axis the selector 'k' of 'in' wants. */
static int choose_value(const struct ft_plan *plan, size_t s, size_t cell,
                        const struct ft_input *in, size_t k,
                        const struct ft_axis *axis, size_t *ret,
                        struct ft_err *err)
{
    const struct ft_workflow *wf = plan->wf;
    struct ft_value want = FT_VALUE_INIT;
    struct ft_str text = FT_STR_INIT;
    int rc = -1;

    if (ft_eval_chosen(wf, &wf->stage[s], cell, in, k, &want, err) < 0)
        return -1;
    for (size_t i = 0; i < axis->n && rc < 0; i++) {
        if (!ft_value_equal(&axis->value[i], &want))
            continue;
        *ret = i;
        rc = 0;
    }
    if (rc < 0) {
        ft_value_text(&want, &text);
        ft_err_set(err, FT_EDOC, "no cell of '%s' has %s = %s",
                   wf->stage[in->stage].name, axis->name, text.s);
    }
    ft_str_release(&text);
    ft_value_release(&want);
    return rc;
}

/* Fill chosen[axis] of the producer from the selectors of 'in'. */
static int choose_cells(const struct ft_plan *plan, size_t s, size_t cell,
                        const struct ft_input *in, size_t chosen[FT_AXES_MAX],
                        struct ft_err *err)
{
    const struct ft_stage *from = &plan->wf->stage[in->stage];

    for (size_t a = 0; a < FT_AXES_MAX; a++)
        chosen[a] = ANY;
    for (size_t a = 0; a < in->n_shared; a++)
        chosen[a] = ft_stage_place(&plan->wf->stage[s], cell, a);
    for (size_t k = 0; k < in->n_axes; k++) {
        size_t a = in->n_shared;

        while (a < from->n_axes && strcmp(from->axis[a].name, in->axis[k]))
            a++;
        if (a == from->n_axes)
            return ft_err_set(err, FT_EDOC, "stage '%s' has no axis '%s'",
                              from->name, in->axis[k]);
        if (choose_value(plan, s, cell, in, k, &from->axis[a], &chosen[a],
                         err) < 0)
            return -1;
    }
    return 0;
}

/* Does the cell lie in the chosen part of the matrix? */
static bool cell_matches(const struct ft_stage *stage, size_t cell,
                         const size_t chosen[FT_AXES_MAX])
{
    for (size_t a = stage->n_axes; a-- > stage->n_zipped;) {
        size_t at = cell % stage->axis[a].n;

        if (chosen[a] != ANY && chosen[a] != at)
            return false;
        cell /= stage->axis[a].n;
    }
    return true;
}

/* The one cell when every axis is chosen, which is the usual case. */
static bool only_cell(const struct ft_stage *stage,
                      const size_t chosen[FT_AXES_MAX], size_t *cell)
{
    *cell = 0;
    for (size_t a = 0; a < stage->n_axes; a++) {
        if (chosen[a] == ANY)
            return false;
        *cell = *cell * stage->axis[a].n + chosen[a];
    }
    return true;
}

/* The input is an output of the turn before: all stages of a loop have the same
 * cells. */
static bool is_carried(const struct ft_plan *plan, size_t task,
                       const struct ft_input *in)
{
    return in->carry && ft_plan_first_turn(plan, task) != task;
}

bool ft_plan_source(const struct ft_plan *plan, size_t task, size_t in,
                    size_t *stage, size_t *output)
{
    size_t s = ft_plan_stage_of(plan, task);
    const struct ft_input *input = &plan->wf->stage[s].in[in];

    if (is_carried(plan, task, input)) {
        *stage = input->carry_stage;
        *output = input->carry - 1;
        return true;
    }
    *stage = input->stage;
    *output = input->output;
    return input->kind == FT_SOURCE_OBJECT;
}

/* Where the cells lie that the leading chosen axes leave: they are together. */
static size_t first_cell(const struct ft_stage *stage,
                         const size_t chosen[FT_AXES_MAX], size_t *end)
{
    size_t first = 0, n = stage->n_cells;

    for (size_t a = 0; a < stage->n_axes && chosen[a] != ANY; a++) {
        n /= stage->axis[a].n;
        first += chosen[a] * n;
    }
    *end = first + n;
    return first;
}

static int find_producers(const struct ft_plan *plan, size_t s, size_t of,
                          const struct ft_input *input,
                          struct ft_tasks *tasks, struct ft_err *err)
{
    const struct ft_plan_stage *ps = &plan->stage[input->stage];
    const struct ft_stage *from = &plan->wf->stage[input->stage];
    size_t chosen[FT_AXES_MAX], cell, end;

    tasks->n = 0;
    tasks->last_turns = false;
    if (choose_cells(plan, s, of, input, chosen, err) < 0)
        return -1;
    if (from->loop && chosen[from->n_axes - 1] == ANY) {
        chosen[from->n_axes - 1] = from->loop->max - 1;
        tasks->last_turns = true;
    }
    if (ps->unknown)
        return 0;
    if (!from->n_zipped && only_cell(from, chosen, &cell)) {
        add_task(tasks, ps->first + cell);
        return 0;
    }
    cell = first_cell(from, chosen, &end);
    if (from->loop) /* one turn of each is chosen */
        cell += chosen[from->n_axes - 1];
    for (; cell < end; cell += ps->turns)
        if (cell_matches(from, cell, chosen))
            add_task(tasks, ps->first + cell);
    return 0;
}

int ft_plan_producers(const struct ft_plan *plan, size_t task, size_t in,
                      struct ft_tasks *tasks, struct ft_err *err)
{
    size_t s = ft_plan_stage_of(plan, task);
    const struct ft_input *input = &plan->wf->stage[s].in[in];

    tasks->n = 0;
    tasks->last_turns = false;
    if (is_carried(plan, task, input)) /* by the cell of the turn before */
        add_task(tasks, ft_plan_beside(plan, task, input->carry_stage) - 1);
    else if (input->kind == FT_SOURCE_OBJECT)
        return find_producers(plan, s, task - plan->stage[s].first, input,
                              tasks, err);
    return 0;
}

int ft_plan_row_makers(const struct ft_plan *plan, size_t stage,
                       struct ft_tasks *tasks, struct ft_err *err)
{
    const struct ft_input *rows = plan->wf->stage[stage].rows;

    tasks->n = 0;
    return rows->kind == FT_SOURCE_OBJECT
               ? find_producers(plan, stage, 0, rows, tasks, err)
               : 0;
}

int ft_plan_when(const struct ft_plan *plan, size_t task, bool *yes,
                 struct ft_err *err)
{
    size_t s = ft_plan_stage_of(plan, task);
    size_t cell = task - plan->stage[s].first;

    for (const struct ft_stage *stage = &plan->wf->stage[s]; stage;
         stage = stage->space->use) {
        if (ft_eval_when(plan->wf, stage, cell, yes, err) < 0)
            return -1;
        if (!*yes)
            return 0;
        cell = ft_stage_outer_cell(stage, cell);
    }
    return 0;
}

static int first_said(int stage, int module, int fallback)
{
    return stage ? stage : module ? module : fallback;
}

void ft_plan_resources(const struct ft_plan *plan, size_t task, int attempt,
                       struct ft_resources *res)
{
    static const struct ft_resources none = { 0 };
    const struct ft_stage *stage =
        &plan->wf->stage[ft_plan_stage_of(plan, task)];
    const struct ft_resources *m =
        stage->module ? &stage->module->resources : &none;
    struct ft_resources s = stage->resources;
    struct ft_diags unread = FT_DIAGS_INIT; /* ft_bind() reports them */

    if (stage->varying)
        (void)ft_eval_resources(plan->wf, stage, ft_plan_cell_of(plan, task),
                                &s, &unread);
    ft_diags_release(&unread);
    res->nodes = first_said(s.nodes, m->nodes, 1);
    res->ranks = first_said(s.ranks, m->ranks, 1);
    res->threads = first_said(s.threads, m->threads, 1);
    res->gpus = first_said(s.gpus, m->gpus, 0);
    res->memory_bytes = s.memory_bytes > 0 ? s.memory_bytes
                                           : m->memory_bytes;
    res->walltime_s = s.walltime_s > 0 ? s.walltime_s : m->walltime_s;
    ft_plan_escalate(plan, task, attempt, res);
}

bool ft_plan_is_mpi(const struct ft_stage *stage,
                    const struct ft_resources *res)
{
    if (stage->module)
        return stage->module->mpi;
    return stage->action != FT_ACTION_SHELL && res->ranks > 1;
}

void ft_plan_escalate(const struct ft_plan *plan, size_t task, int attempt,
                      struct ft_resources *res)
{
    const struct ft_stage *stage =
        &plan->wf->stage[ft_plan_stage_of(plan, task)];
    int again = attempt - 1;

    if (stage->retry.scale_memory > 0)
        res->memory_bytes *= pow(stage->retry.scale_memory, again);
    if (stage->retry.scale_walltime > 0)
        res->walltime_s *= pow(stage->retry.scale_walltime, again);
}

static void dot_edge(const struct ft_workflow *wf, size_t from, size_t to,
                     const char *label, const char *style, struct ft_str *out)
{
    ft_str_addf(out, "  \"%s\" -> \"%s\" [label=\"%s\"%s];\n",
                wf->stage[from].name, wf->stage[to].name, label, style);
}

void ft_plan_dot(const struct ft_plan *plan, struct ft_str *out)
{
    const struct ft_workflow *wf = plan->wf;

    /* Names and module names are checked, so nothing needs escaping. */
    ft_str_addf(out, "digraph \"%s\" {\n  rankdir=LR;\n"
                     "  node [shape=box, style=rounded];\n", wf->name);
    for (size_t s = 0; s < wf->n_stages; s++) {
        const struct ft_stage *stage = &wf->stage[s];

        ft_str_addf(out, "  \"%s\" [label=\"%s", stage->name, stage->name);
        if (stage->module)
            ft_str_addf(out, "\\n%s", stage->module->name);
        if (stage->loop)
            ft_str_addf(out, "\\nup to %zu turns", stage->loop->max);
        if (plan->stage[s].unknown)
            ft_str_add(out, "\\na task for each row");
        else if (plan->stage[s].n > plan->stage[s].turns)
            ft_str_addf(out, "\\n%zu tasks",
                        plan->stage[s].n / plan->stage[s].turns);
        ft_str_add(out, "\"];\n");
    }
    for (size_t s = 0; s < wf->n_stages; s++) {
        const struct ft_stage *stage = &wf->stage[s];

        for (size_t i = 0; i < stage->n_in; i++)
            if (stage->in[i].kind == FT_SOURCE_OBJECT)
                dot_edge(wf, stage->in[i].stage, s,
                         wf->stage[stage->in[i].stage]
                             .out[stage->in[i].output].name, "", out);
        if (stage->rows && stage->rows->kind == FT_SOURCE_OBJECT)
            dot_edge(wf, stage->rows->stage, s, "rows", "", out);
        for (size_t i = 0; i < stage->n_needs; i++)
            dot_edge(wf, stage->needs[i], s, "", ", style=dashed", out);
    }
    ft_str_add(out, "}\n");
}
