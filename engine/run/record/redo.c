/* redo.c - tasks that are to be executed again, and what follows from them */
#include "run/record/redo.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "run/record/change.h"
#include "run/record/run.h"

/* --- which ---------------------------------------------------------------- */

static bool any(const struct ft_plan *plan, const uint8_t *set, size_t stage)
{
    const struct ft_plan_stage *ps = &plan->stage[stage];

    for (size_t t = ps->first; t < ps->first + ps->n; t++)
        if (set[t])
            return true;
    return false;
}

static void mark(uint8_t *set, size_t task)
{
    if (!set[task])
        set[task] = FT_REDO_FOLLOWS;
}

/* 'needs' is order only: what is made does not depend on it. */
static bool is_need(const struct ft_stage *stage, size_t other)
{
    for (size_t i = 0; i < stage->n_needs; i++)
        if (stage->needs[i] == other)
            return true;
    return false;
}

static void spread_whole(const struct ft_plan *plan, uint8_t *set,
                         size_t stage)
{
    const struct ft_plan_stage *ps = &plan->stage[stage];

    for (size_t i = 0; i < ps->n_after; i++) {
        if (is_need(&plan->wf->stage[stage], ps->after[i]) ||
            !any(plan, set, ps->after[i]))
            continue;
        for (size_t t = ps->first; t < ps->first + ps->n; t++)
            mark(set, t);
    }
}

/* Cells that take chosen cells of a stage with something marked. */
static int spread_chosen(const struct ft_plan *plan, uint8_t *set,
                         size_t stage, size_t in, struct ft_err *err)
{
    const struct ft_plan_stage *ps = &plan->stage[stage];
    struct ft_tasks from = { 0 };
    int rc = 0;

    for (size_t t = ps->first; t < ps->first + ps->n && rc == 0; t++) {
        rc = set[t] ? 0 : ft_plan_producers(plan, t, in, &from, err);
        for (size_t k = 0; !set[t] && rc == 0 && k < from.n; k++)
            if (set[from.item[k]])
                mark(set, t);
    }
    ft_tasks_release(&from);
    return rc;
}

/* The turns of a loop follow from each other, and nobody knows beforehand how
 * many are needed: all or none, of all stages that go round. */
static void spread_turns(const struct ft_plan *plan, uint8_t *set,
                         size_t stage)
{
    const struct ft_plan_stage *ps = &plan->stage[stage];
    size_t first, n;

    ft_loop_stages(plan->wf, &plan->wf->stage[stage], &first, &n);
    for (size_t c = 0; plan->wf->stage[stage].loop && c < ps->n;
         c += ps->turns) {
        uint8_t *turn = set + ps->first + c, most = 0;

        for (size_t i = 0; i < ps->turns; i++)
            most = turn[i] > most ? turn[i] : most;
        memset(turn, most, ps->turns);
        for (size_t s = first; s < first + n && most; s++)
            for (size_t i = 0; s != stage && i < ps->turns; i++)
                mark(set, plan->stage[s].first + c + i);
    }
}

/* A stage that was taken from a memo has no results of single tasks. */
static void spread_memo(const struct ft_run *run, uint8_t *set, size_t stage)
{
    const struct ft_plan_stage *ps = &run->plan->stage[stage];

    if (!run->memo[stage].run || !any(run->plan, set, stage))
        return;
    for (size_t t = ps->first; t < ps->first + ps->n; t++)
        mark(set, t);
}

static int spread_once(const struct ft_run *run, uint8_t *set,
                       struct ft_err *err)
{
    const struct ft_plan *plan = run->plan;
    const struct ft_workflow *wf = plan->wf;

    for (size_t i = 0; i < wf->n_stages; i++) {
        size_t s = wf->order[i];
        const struct ft_stage *stage = &wf->stage[s];

        spread_whole(plan, set, s);
        for (size_t in = 0; in < stage->n_in; in++)
            if (stage->in[in].kind == FT_SOURCE_OBJECT &&
                any(plan, set, stage->in[in].stage) &&
                spread_chosen(plan, set, s, in, err) < 0)
                return -1;
        spread_turns(plan, set, s);
        spread_memo(run, set, s);
    }
    return 0;
}

static size_t count(const struct ft_plan *plan, const uint8_t *set)
{
    size_t n = 0;

    for (size_t t = 0; t < plan->n_tasks; t++)
        n += set[t] != 0;
    return n;
}

/* In the order of the stages once is enough, but for those that go round: what
 * a later one of them has to do again reaches the ones before. */
static int spread(const struct ft_run *run, uint8_t *set, struct ft_err *err)
{
    size_t before;
    int rc;

    do {
        before = count(run->plan, set);
        rc = spread_once(run, set, err);
    } while (rc == 0 && count(run->plan, set) > before);
    return rc;
}

/* The rows that a stage is done for are settled: they cannot be made anew. */
static int check_rows(const struct ft_run *run, const uint8_t *set,
                      struct ft_err *err)
{
    const struct ft_plan *plan = run->plan;
    struct ft_tasks makers = { 0 };
    int rc = 0;

    for (size_t s = 0; s < plan->wf->n_stages && rc == 0; s++) {
        if (!plan->wf->stage[s].rows || plan->stage[s].unknown)
            continue;
        makers.n = 0;
        rc = ft_plan_row_makers(plan, s, &makers, err);
        for (size_t i = 0; i < makers.n && rc == 0; i++)
            if (set[makers.item[i]]) {
                rc = ft_err_set(err, FT_EUSAGE, "the tasks of stage '%s' are "
                                "made of rows that would be made again",
                                plan->wf->stage[s].name);
                ft_err_hint(err, "run the workflow again: what is unchanged "
                            "is reused");
            }
    }
    ft_tasks_release(&makers);
    return rc;
}

static void choose(const struct ft_run *run, size_t first, size_t end,
                   struct json_object *act, void *arg)
{
    (void)run;
    (void)act;
    memset((uint8_t *)arg + first, FT_REDO_CHOSEN, end - first);
}

uint8_t *ft_redo_set(const struct ft_run *run, struct json_object *act,
                     struct ft_err *err)
{
    uint8_t *set = ft_calloc(run->plan->n_tasks, 1);

    if (ft_steer_ranges(run, act, choose, set, err) == 0 &&
        spread(run, set, err) == 0 && check_rows(run, set, err) == 0)
        return set;
    free(set);
    return NULL;
}

/* --- what becomes of them ------------------------------------------------- */

/* What holds for a stage as a whole does no longer. */
static void reopen_stages(struct ft_run *run, const uint8_t *set)
{
    const struct ft_plan *plan = run->plan;

    for (size_t s = 0; s < plan->wf->n_stages; s++) {
        const struct ft_plan_stage *ps = &plan->stage[s];

        if (run->memo[s].run && any(plan, set, s))
            ft_run_give_back(run, s);
        for (size_t c = 0; plan->wf->stage[s].loop && c < ps->n;
             c += ps->turns)
            if (set[ps->first + c])
                ft_run_loop_again(run, ps->first + c);
    }
}

/* Tasks may have been added since the last time. */
static void need_redo(struct ft_steer *steer, size_t n)
{
    if (n <= steer->n_redo)
        return;
    steer->redo = ft_realloc(steer->redo, n, sizeof(*steer->redo));
    memset(steer->redo + steer->n_redo, 0, n - steer->n_redo);
    steer->n_redo = n;
}

int ft_redo_apply(struct ft_run *run, struct json_object *act,
                  struct ft_err *err)
{
    uint8_t *set = ft_redo_set(run, act, err);
    size_t n = run->plan->n_tasks;

    if (!set)
        return -1;
    reopen_stages(run, set);
    need_redo(&run->steer, n);
    for (size_t t = 0; t < n; t++) {
        if (set[t] == FT_REDO_CHOSEN)
            run->steer.redo[t] = true;
        if (set[t])
            ft_run_wait_again(run, t);
    }
    run->steer.redo_ns = ft_json_int_or(act, "at", 0);
    free(set);
    return 0;
}

bool ft_run_must_redo(const struct ft_run *run, size_t task)
{
    return task < run->steer.n_redo && run->steer.redo[task];
}
