/* sched.c - what comes next, and what happened */
#include "run/sched/sched.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/err.h"
#include "run/sched/sched_in.h"

#define NS_PER_S 1e9
#define BACKOFF_MAX_S 3600.0
#define FAULT_BACKOFF_S 1.0      /* after the site's fault; doubles */
#define FAULT_BACKOFF_MAX_S 60.0
#define LOOK_MAX 1000 /* cells that one question looks at */

struct ft_sched *ft_sched_new(const struct ft_plan *plan,
                              const struct ft_run *run,
                              const struct ft_sched_limits *limits)
{
    struct ft_sched *s = ft_calloc(1, sizeof(*s));

    s->plan = plan;
    s->limit = *limits;
    s->slots = limits->slots;
    s->memory_bytes = limits->memory_bytes;
    s->paused = run->steer.paused;
    ft_sched_wait_init(s, run);
    return s;
}

void ft_sched_free(struct ft_sched *s)
{
    if (!s)
        return;
    ft_sched_wait_release(s);
    ft_heap_release(&s->candidate);
    ft_sorted_release(&s->ready);
    ft_heap_release(&s->later);
    ft_sorted_release(&s->preparing);
    ft_fifo_release(&s->parked);
    ft_rooms_release(&s->taken);
    ft_fifo_release(&s->decide);
    free(s);
}

/* --- what comes next ------------------------------------------------------ */

/* The stage 'stage', whose turn has come, has no tasks yet. */
static bool expand(struct ft_sched *s, size_t stage, struct ft_todo *todo)
{
    if (!s->plan->stage[stage].unknown || s->stage[stage].expanding)
        return false;
    s->stage[stage].expanding = true;
    s->in_flight++;
    todo->kind = FT_TODO_EXPAND;
    todo->stage = stage;
    return true;
}

/* Look at the stages that have cells left, the last in the workflow first. */
static void look_further(struct ft_sched *s, const struct ft_run *run,
                         struct ft_todo *todo, struct ft_err *err)
{
    int looks = LOOK_MAX, found = 0;
    bool skip = false;

    while (s->candidate.n && !found && looks > 0) {
        size_t stage = s->candidate.at[0].item;

        if (expand(s, stage, todo))
            return;
        found = ft_sched_next_cell(s, run, stage, &todo->task, &looks, err);
        if (found > 0 &&
            ft_sched_must_skip(s, run, stage, todo->task, &skip, err) < 0)
            found = -1;
        else if (!found && s->stage[stage].cursor == s->plan->stage[stage].n)
            s->stage[ft_heap_take(&s->candidate)].listed = false;
    }
    if (found) {
        s->in_flight++;
        ft_sorted_add(&s->preparing, 0, todo->task);
    }
    if (found < 0)
        todo->kind = FT_TODO_FAIL;
    else if (found)
        todo->kind = skip ? FT_TODO_SKIP : FT_TODO_PREPARE;
    else if (s->candidate.n || ft_fifo_any(&s->decide))
        todo->kind = FT_TODO_AGAIN;
}

/* What is being published counts as well: when the store falls behind, less is
 * prepared. */
static bool may_prepare(const struct ft_sched *s, const struct ft_run *run)
{
    return s->in_flight - s->n_running - ft_sched_held_ready(s, run) <
           s->limit.ahead;
}

/* Somebody has ranked the stages, and one that ranks above all that is ready
 * may have a task to prepare: it shall not lose its slot for want of that. */
static bool is_urgent(const struct ft_sched *s)
{
    return s->limit.rank && s->candidate.n && s->ready.n &&
           s->used_slots < s->slots &&
           s->candidate.at[0].key < s->ready.at[0].key;
}

void ft_sched_next(struct ft_sched *s, const struct ft_run *run,
                   int64_t now_ns, struct ft_todo *todo, struct ft_err *err)
{
    todo->kind = FT_TODO_NOTHING;
    if (s->closed || s->paused)
        return;
    if (is_urgent(s) && may_prepare(s, run)) {
        look_further(s, run, todo, err);
        if (todo->kind != FT_TODO_NOTHING && todo->kind != FT_TODO_AGAIN)
            return;
        todo->kind = FT_TODO_NOTHING;
    }
    if (ft_sched_take_ready(s, run, &todo->task)) {
        todo->kind = FT_TODO_START;
    } else if (s->later.n && s->later.at[0].key <= now_ns) {
        todo->task = ft_heap_take(&s->later);
        todo->kind = FT_TODO_PREPARE;
        s->in_flight++;
    } else if (ft_fifo_pop(&s->decide, &todo->task)) {
        todo->kind = FT_TODO_DECIDE;
        s->in_flight++;
    } else if (may_prepare(s, run)) {
        look_further(s, run, todo, err);
    }
}

/* --- what happened -------------------------------------------------------- */

void ft_sched_later(struct ft_sched *s, size_t task, int64_t when_ns)
{
    s->in_flight--;
    ft_sched_not_preparing(s, task);
    ft_heap_add(&s->later, when_ns, task);
}

bool ft_sched_retry(struct ft_sched *s, const struct ft_run *run, size_t task,
                    enum ft_outcome outcome, int64_t now_ns)
{
    const struct ft_retry *retry =
        &s->plan->wf->stage[ft_plan_stage_of(s->plan, task)].retry;
    const struct ft_task *t = &run->task[task];
    double pause_s;

    if (s->closed || t->attempts >= FT_ATTEMPTS_MAX)
        return false;
    if (!ft_outcome_charged(outcome)) {
        if (t->faults > FT_SITE_FAULTS_MAX)
            return false;
        pause_s = fmin(FAULT_BACKOFF_S * pow(2, t->faults - 1),
                       FAULT_BACKOFF_MAX_S);
    } else {
        if (!(retry->on & 1u << outcome) || t->charged > retry->max)
            return false;
        pause_s = fmin(retry->backoff_s * pow(2, t->charged - 1),
                       BACKOFF_MAX_S);
    }
    ft_sched_later(s, task, now_ns + (int64_t)(pause_s * NS_PER_S));
    return true;
}

void ft_sched_finished(struct ft_sched *s, const struct ft_run *run,
                       size_t task)
{
    s->in_flight--;
    ft_sched_not_preparing(s, task);
    if (ft_run_done(run, task))
        ft_sched_done(s, run, task);
    else if (!s->limit.keep_going &&
             run->task[task].state != FT_TASK_CANCELLED)
        s->closed = true; /* what somebody cancelled is no failure */
}

void ft_sched_turn(struct ft_sched *s, const struct ft_run *run, size_t task,
                   bool go_on)
{
    const struct ft_workflow *wf = s->plan->wf;
    size_t first, n;

    s->in_flight--;
    ft_loop_stages(wf, &wf->stage[ft_plan_stage_of(s->plan, task)], &first,
                   &n);
    for (size_t i = first; i < first + n; i++) {
        size_t t = ft_plan_beside(s->plan, task, i);

        ft_sched_arrived(s, run, t,
                         go_on ? t : ft_plan_last_turn(s->plan, t));
        if (go_on)
            ft_sched_next_turn(s, t + 1);
    }
}

void ft_sched_expanded(struct ft_sched *s, const struct ft_run *run,
                       size_t stage)
{
    s->in_flight--;
    if (!s->plan->stage[stage].unknown)
        ft_sched_add_tasks(s, run, stage);
    else if (!s->limit.keep_going)
        s->closed = true;
}

void ft_sched_stage_finished(struct ft_sched *s, const struct ft_run *run,
                             size_t task)
{
    size_t stage = ft_plan_stage_of(s->plan, task);
    const struct ft_plan_stage *ps = &s->plan->stage[stage];

    s->in_flight--;
    ft_sched_not_preparing(s, task);
    s->stage[stage].cursor = ps->n;
    ft_sched_arrived(s, run, ps->first, ps->first + ps->n - 1);
}

void ft_sched_not_preparing(struct ft_sched *s, size_t task)
{
    size_t i = ft_sorted_find(&s->preparing, task);

    if (i < s->preparing.n)
        ft_sorted_remove(&s->preparing, i);
}

void ft_sched_halt(struct ft_sched *s)
{
    s->halted = true;
}

void ft_sched_close(struct ft_sched *s)
{
    s->closed = true;
}

/* --- what was asked ------------------------------------------------------- */

void ft_sched_steered(struct ft_sched *s, const struct ft_run *run)
{
    struct ft_fifo parked = s->parked;
    size_t task;

    s->paused = run->steer.paused;
    s->halted = false;
    s->parked = (struct ft_fifo){ 0 };
    while (ft_fifo_pop(&parked, &task))
        ft_sched_offer(s, task); /* parked again where it is still held */
    ft_fifo_release(&parked);
}

void ft_sched_limit(struct ft_sched *s, int slots)
{
    s->limit.slots = s->slots = slots;
}

void ft_sched_share(struct ft_sched *s, int slots, double memory_bytes)
{
    s->slots = slots;
    s->memory_bytes = memory_bytes;
}

bool ft_sched_withdraw(struct ft_sched *s, size_t task)
{
    size_t i = ft_sorted_find(&s->ready, task);

    if (i == s->ready.n)
        return ft_heap_remove(&s->later, task);
    ft_sorted_remove(&s->ready, i);
    s->in_flight--;
    return true;
}

void ft_sched_reopen(struct ft_sched *s, const struct ft_run *run)
{
    ft_sched_wait_release(s);
    ft_heap_release(&s->candidate);
    ft_fifo_release(&s->parked);
    ft_fifo_release(&s->decide);
    s->closed = false;
    ft_sched_wait_init(s, run);
}

/* --- questions ------------------------------------------------------------ */

bool ft_sched_over(const struct ft_sched *s)
{
    if (s->closed)
        return s->in_flight == s->ready.n;
    return !s->in_flight && !s->later.n && !s->candidate.n && !s->decide.n &&
           !s->parked.n;
}

bool ft_sched_closed(const struct ft_sched *s)
{
    return s->closed;
}

int64_t ft_sched_due(const struct ft_sched *s)
{
    return s->later.n && !s->closed && !s->paused ? s->later.at[0].key : -1;
}

size_t ft_sched_running(const struct ft_sched *s)
{
    return s->n_running;
}

bool ft_sched_busy(const struct ft_sched *s)
{
    return s->used_slots >= s->slots && s->ready.n > 0;
}

bool ft_sched_preparing(const struct ft_sched *s, size_t task)
{
    return ft_sorted_find(&s->preparing, task) < s->preparing.n;
}
