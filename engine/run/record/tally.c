/* tally.c - how far a run is: tasks by state, and what is settled */
#include "plan/expand.h"
#include "run/record/change.h"

/* --- numbers for people --------------------------------------------------- */

uint32_t ft_run_shown(const struct ft_run *run, size_t stage,
                      enum ft_task_state state)
{
    const uint32_t *count = run->counts[stage];
    const struct ft_plan_stage *ps = &run->plan->stage[stage];
    size_t left = ps->n / ps->turns - run->stage[stage].ended, now = 0;

    if (state == FT_TASK_SKIPPED)
        return count[state] - run->stage[stage].unneeded;
    if (state != FT_TASK_WAITING || !run->plan->wf->stage[stage].loop)
        return count[state];
    /* Each loop that goes on has one turn that counts. */
    for (unsigned s = FT_TASK_READY; s < FT_TASK_STATE_COUNT; s++)
        if (!ft_task_has_results(s) && s != FT_TASK_SKIPPED)
            now += count[s];
    now -= ft_run_stage_forgiven(run, stage);
    return left > now ? (uint32_t)(left - now) : 0;
}

bool ft_run_is_shown(const struct ft_run *run, size_t task)
{
    unsigned state = run->task[task].state;

    if (ft_plan_first_turn(run->plan, task) == task)
        return true;
    if (state == FT_TASK_WAITING)
        return ft_task_has_results(run->task[task - 1].state);
    return state != FT_TASK_SKIPPED;
}

size_t ft_run_stage_tasks(const struct ft_run *run, size_t stage)
{
    size_t n = 0;

    for (unsigned s = 0; s < FT_TASK_STATE_COUNT; s++)
        n += ft_run_shown(run, stage, s);
    return n;
}

size_t ft_run_tasks(const struct ft_run *run)
{
    size_t n = 0;

    for (size_t s = 0; s < run->plan->wf->n_stages; s++)
        n += ft_run_stage_tasks(run, s);
    return n;
}

size_t ft_run_count(const struct ft_run *run, enum ft_task_state state)
{
    size_t n = 0;

    for (size_t s = 0; s < run->plan->wf->n_stages; s++)
        n += ft_run_shown(run, s, state);
    return n;
}

/* --- what is settled ------------------------------------------------------ */

/* Failures of a stage that the run may have. */
size_t ft_run_stage_forgiven(const struct ft_run *run, size_t stage)
{
    const uint32_t *count = run->counts[stage];

    if (!run->plan->wf->stage[stage].optional)
        return 0;
    return (size_t)count[FT_TASK_FAILED] + count[FT_TASK_LOST];
}

size_t ft_run_stage_settled(const struct ft_run *run, size_t stage)
{
    const uint32_t *count = run->counts[stage];
    const struct ft_plan_stage *ps = &run->plan->stage[stage];
    size_t n = (size_t)count[FT_TASK_SUCCEEDED] + count[FT_TASK_CACHED] +
               count[FT_TASK_SKIPPED] + ft_run_stage_forgiven(run, stage);
    size_t open = ps->n / ps->turns - run->stage[stage].ended;

    /* After its last turn a loop is open until somebody says how it ended. */
    if (run->plan->wf->stage[stage].loop && n > ps->n - open)
        n = ps->n - open;
    return n;
}

size_t ft_run_forgiven(const struct ft_run *run)
{
    size_t n = 0;

    for (size_t s = 0; s < run->plan->wf->n_stages; s++)
        n += ft_run_stage_forgiven(run, s);
    return n;
}

bool ft_run_absent(const struct ft_run *run, size_t task)
{
    unsigned state = run->task[task].state;

    if (state != FT_TASK_FAILED && state != FT_TASK_LOST)
        return state == FT_TASK_SKIPPED;
    return run->plan->wf->stage[ft_plan_stage_of(run->plan, task)].optional;
}

bool ft_run_done(const struct ft_run *run, size_t task)
{
    return ft_task_has_results(run->task[task].state) ||
           ft_run_absent(run, task);
}

bool ft_run_loop_over(const struct ft_run *run, size_t task)
{
    size_t last = ft_plan_last_turn(run->plan, task);
    const struct ft_task_detail *d =
        ft_run_detail(run, ft_plan_judged(run->plan, last));

    return d && d->loop_over;
}

bool ft_run_settled(const struct ft_run *run, size_t task)
{
    size_t s = ft_plan_stage_of(run->plan, task);
    const struct ft_stage *stage = &run->plan->wf->stage[s];
    const struct ft_task_detail *d = ft_run_detail(run, task);

    if (!ft_run_done(run, task))
        return false;
    if (!stage->loop || ft_plan_last_turn(run->plan, task) != task)
        return true;
    if (stage->loop->use)
        return ft_run_loop_over(run, task);
    return !ft_task_has_results(run->task[task].state) || (d && d->ends_loop);
}

size_t ft_run_last_turn(const struct ft_run *run, size_t task)
{
    size_t first = ft_plan_first_turn(run->plan, task);

    while (task > first && run->task[task].state == FT_TASK_SKIPPED)
        task--;
    return task;
}

void ft_run_rows_text(const struct ft_run *run, size_t stage,
                      struct ft_str *out)
{
    if (run->stage[stage].reason)
        ft_str_addf(out, "no tasks: %s", run->stage[stage].reason);
    else
        ft_plan_rows_text(run->plan, stage, out);
}
