/* sched_wait.c - what stages and tasks wait for */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "run/record/steer.h"
#include "run/sched/sched_in.h"

/* --- stages --------------------------------------------------------------- */

static void list_stage(struct ft_sched *s, size_t stage)
{
    struct ft_sched_stage *st = &s->stage[stage];

    if (st->listed)
        return;
    st->listed = true;
    ft_heap_add(&s->candidate, -(int64_t)st->rank, stage);
}

/* Every cell is there, so that a stage that gathers can go on. */
static bool is_complete(const struct ft_sched *s, const struct ft_run *run,
                        size_t stage)
{
    return !s->plan->stage[stage].unknown &&
           ft_run_stage_settled(run, stage) == s->plan->stage[stage].n;
}

static void complete_stage(struct ft_sched *s, size_t stage)
{
    struct ft_sched_stage *st = &s->stage[stage];

    st->complete = true;
    for (size_t i = 0; i < st->n_next; i++)
        if (--s->stage[st->next[i]].waits == 0)
            list_stage(s, st->next[i]);
}

static void connect_stages(struct ft_sched *s)
{
    const struct ft_plan *plan = s->plan;

    for (size_t i = 0; i < plan->wf->n_stages; i++) {
        const struct ft_plan_stage *ps = &plan->stage[i];

        s->stage[plan->wf->order[i]].rank =
            s->limit.rank ? s->limit.rank[plan->wf->order[i]] : i;
        s->stage[i].waits = ps->n_after;
        for (size_t k = 0; k < ps->n_after; k++) {
            struct ft_sched_stage *from = &s->stage[ps->after[k]];

            from->next = ft_realloc(from->next, from->n_next + 1,
                                    sizeof(*from->next));
            from->next[from->n_next++] = i;
        }
    }
}

void ft_sched_wait_init(struct ft_sched *s, const struct ft_run *run)
{
    const struct ft_plan *plan = s->plan;
    bool chooses = false;

    s->stage = ft_calloc(plan->wf->n_stages, sizeof(*s->stage));
    connect_stages(s);
    for (size_t i = 0; i < plan->wf->n_stages; i++) {
        chooses |= plan->stage[i].chooses;
        if (s->stage[i].waits == 0)
            list_stage(s, i);
    }
    if (chooses) {
        s->first_edge = ft_calloc(plan->n_tasks, sizeof(*s->first_edge));
        s->missing = ft_calloc(plan->n_tasks, sizeof(*s->missing));
        s->n_tasks = plan->n_tasks;
    }
    for (size_t i = 0; i < plan->wf->n_stages; i++)
        if (is_complete(s, run, i))
            complete_stage(s, i);
}

void ft_sched_add_tasks(struct ft_sched *s, const struct ft_run *run,
                        size_t stage)
{
    size_t n = s->plan->n_tasks, more = n - s->n_tasks;

    if (s->first_edge && more) {
        s->first_edge = ft_realloc(s->first_edge, n, sizeof(*s->first_edge));
        s->missing = ft_realloc(s->missing, n, sizeof(*s->missing));
        memset(&s->first_edge[s->n_tasks], 0, more * sizeof(*s->first_edge));
        memset(&s->missing[s->n_tasks], 0, more * sizeof(*s->missing));
        s->n_tasks = n;
    }
    if (is_complete(s, run, stage))
        complete_stage(s, stage);
    else
        list_stage(s, stage);
}

void ft_sched_wait_release(struct ft_sched *s)
{
    for (size_t i = 0; i < s->plan->wf->n_stages; i++) {
        free(s->stage[i].next);
        ft_fifo_release(&s->stage[i].open);
        ft_fifo_release(&s->stage[i].turn);
    }
    free(s->stage);
    free(s->edge);
    free(s->first_edge);
    free(s->missing);
    s->edge = NULL;
    s->first_edge = s->missing = NULL;
    s->n_edges = s->cap_edges = 0;
}

/* --- tasks ---------------------------------------------------------------- */

static void add_edge(struct ft_sched *s, size_t producer, size_t consumer,
                     bool late)
{
    s->edge = ft_grow(s->edge, s->n_edges, &s->cap_edges, sizeof(*s->edge));
    s->edge[s->n_edges] =
        (struct ft_sched_edge){ consumer, s->first_edge[producer], late };
    s->first_edge[producer] = (uint32_t)++s->n_edges;
    s->missing[consumer]++;
}

/* Note which of the producers that 'task' chooses are not there yet. */
static int await_producers(struct ft_sched *s, const struct ft_run *run,
                           size_t stage, size_t task, struct ft_err *err)
{
    const struct ft_stage *st = &s->plan->wf->stage[stage];
    struct ft_tasks from = { 0 };
    int rc = 0;

    for (size_t i = 0; i < st->n_in && rc == 0; i++) {
        size_t maker, output;
        bool beside, late;

        if (!ft_plan_source(s->plan, task, i, &maker, &output) ||
            !ft_input_chooses(&st->in[i]))
            continue;
        beside = ft_stage_same_round(st, &s->plan->wf->stage[maker]);
        late = !beside && ft_stage_in_round(&s->plan->wf->stage[maker]);
        rc = ft_plan_producers(s->plan, task, i, &from, err);
        for (size_t k = 0; k < from.n && rc == 0; k++)
            if (!(beside ? ft_run_done : ft_run_settled)(run, from.item[k]))
                add_edge(s, from.item[k], task, late);
    }
    ft_tasks_release(&from);
    return rc;
}

/* Is nothing there of all that feeds the required input 'in'? */
static int input_absent(const struct ft_plan *plan, const struct ft_run *run,
                        size_t task, const struct ft_stage *stage, size_t in,
                        bool *absent, struct ft_err *err)
{
    const struct ft_input *input = &stage->in[in];
    struct ft_tasks from = { 0 };
    size_t n = 0, maker, output;
    int rc;

    *absent = false;
    if (!ft_plan_source(plan, task, in, &maker, &output) ||
        (input->port && input->port->optional) ||
        (!run->counts[maker][FT_TASK_SKIPPED] &&
         !ft_run_stage_forgiven(run, maker)))
        return 0;
    rc = ft_plan_producers(plan, task, in, &from, err);
    for (size_t k = 0; k < from.n && rc == 0; k++)
        n += ft_run_absent(run, from.last_turns
                                    ? ft_run_last_turn(run, from.item[k])
                                    : from.item[k]);
    *absent = rc == 0 && from.n && n == from.n;
    ft_tasks_release(&from);
    return rc;
}

int ft_sched_must_skip(const struct ft_sched *s, const struct ft_run *run,
                       size_t stage, size_t task, bool *skip,
                       struct ft_err *err)
{
    const struct ft_stage *st = &s->plan->wf->stage[stage];
    bool yes = true;

    if (ft_stage_has_when(st) && ft_plan_when(s->plan, task, &yes, err) < 0)
        return -1;
    *skip = !yes;
    for (size_t i = 0; i < st->n_in && !*skip; i++)
        if (input_absent(s->plan, run, task, st, i, skip, err) < 0)
            return -1;
    return 0;
}

void ft_sched_offer(struct ft_sched *s, size_t task)
{
    size_t stage = ft_plan_stage_of(s->plan, task);

    ft_fifo_push(&s->stage[stage].open, task);
    list_stage(s, stage);
}

/* Shall 'task', which has everything it waits for, be handed out now?  One that
 * is held is parked until its release. */
static bool is_wanted(struct ft_sched *s, const struct ft_run *run,
                      size_t task)
{
    if (run->task[task].state != FT_TASK_WAITING ||
        ft_sched_preparing(s, task))
        return false;
    if (!ft_run_held(run, task))
        return true;
    ft_fifo_push(&s->parked, task);
    return false;
}

/* The turn of a loop that comes next, given its first one.  False: none, or
 * what comes next is a decision. */
static bool find_turn(struct ft_sched *s, const struct ft_run *run,
                      size_t *task)
{
    size_t first = *task, last = ft_plan_last_turn(s->plan, first);

    if (ft_run_settled(run, last))
        return false;
    while (*task <= last && ft_run_done(run, *task))
        ++*task;
    if (*task == first || (*task <= last && (run->task[*task].attempts ||
                                             ft_sched_preparing(s, *task))))
        return true; /* a turn that has begun was decided on */
    ft_fifo_push(&s->decide, *task - 1);
    return false;
}

/* Have all that go round with 'task' done their part of the turn?  'begun': has
 * any, or is one under way? */
static bool is_round_done(const struct ft_sched *s, const struct ft_run *run,
                          size_t task, bool *begun)
{
    const struct ft_workflow *wf = s->plan->wf;
    bool done = true;
    size_t first, n;

    *begun = false;
    ft_loop_stages(wf, &wf->stage[ft_plan_stage_of(s->plan, task)], &first,
                   &n);
    for (size_t i = first; i < first + n; i++) {
        size_t t = ft_plan_beside(s->plan, task, i);
        bool its = ft_run_done(run, t);

        done &= its;
        *begun |= its || run->task[t].attempts || ft_sched_preparing(s, t);
    }
    return done;
}

/* The same as find_turn() where several stages go round: in the turn that they
 * have got to, a stage may have done its part. */
static bool find_round(struct ft_sched *s, const struct ft_run *run,
                       size_t *task)
{
    size_t first = *task, last = ft_plan_last_turn(s->plan, first);
    bool begun = true;

    if (ft_run_loop_over(run, first))
        return false;
    while (*task <= last && is_round_done(s, run, *task, &begun))
        ++*task;
    if (*task == first || (*task <= last && begun))
        return !ft_run_done(run, *task);
    if (ft_plan_judged(s->plan, *task - 1) == *task - 1)
        ft_fifo_push(&s->decide, *task - 1);
    return false;
}

static bool find_next(struct ft_sched *s, const struct ft_run *run,
                      size_t stage, size_t *task)
{
    const struct ft_loop *loop = s->plan->wf->stage[stage].loop;

    if (!loop)
        return true;
    return loop->use ? find_round(s, run, task) : find_turn(s, run, task);
}

/* Every cell once, of loops with the turn that it has got to. */
static bool next_in_order(struct ft_sched *s, const struct ft_run *run,
                          size_t stage, size_t *task, int *looks)
{
    const struct ft_plan_stage *ps = &s->plan->stage[stage];
    struct ft_sched_stage *st = &s->stage[stage];

    while (st->cursor < ps->n && *looks > 0) {
        *task = ps->first + st->cursor;
        st->cursor += ps->turns;
        --*looks;
        if (find_next(s, run, stage, task) &&
            run->task[*task].state == FT_TASK_WAITING)
            return true;
    }
    return false;
}

int ft_sched_next_cell(struct ft_sched *s, const struct ft_run *run,
                       size_t stage, size_t *task, int *looks,
                       struct ft_err *err)
{
    const struct ft_plan_stage *ps = &s->plan->stage[stage];
    struct ft_sched_stage *st = &s->stage[stage];

    while (ft_fifo_pop(&st->open, task))
        if (is_wanted(s, run, *task))
            return 1;
    while (ft_fifo_pop(&st->turn, task) ||
           next_in_order(s, run, stage, task, looks)) {
        if (ps->chooses && await_producers(s, run, stage, *task, err) < 0)
            return -1;
        if ((!ps->chooses || !s->missing[*task]) && is_wanted(s, run, *task))
            return 1;
    }
    return 0;
}

/* --- what waited ---------------------------------------------------------- */

static void follow_edges(struct ft_sched *s, size_t task, bool late)
{
    for (uint32_t e = s->first_edge[task]; e; e = s->edge[e - 1].next) {
        size_t consumer = s->edge[e - 1].consumer;

        if (s->edge[e - 1].late == late && --s->missing[consumer] == 0)
            ft_sched_offer(s, consumer);
    }
}

void ft_sched_arrived(struct ft_sched *s, const struct ft_run *run,
                      size_t first, size_t last)
{
    size_t stage = ft_plan_stage_of(s->plan, first);
    bool late = ft_stage_in_round(&s->plan->wf->stage[stage]);

    for (size_t t = first; s->first_edge && t <= last; t++)
        follow_edges(s, t, late);
    if (!s->stage[stage].complete && is_complete(s, run, stage))
        complete_stage(s, stage);
}

/* Who goes round with 'task' may go on; a decision waits for all of them. */
static void done_beside(struct ft_sched *s, const struct ft_run *run,
                        size_t task)
{
    bool begun;

    if (s->first_edge)
        follow_edges(s, task, false);
    if (is_round_done(s, run, task, &begun))
        ft_fifo_push(&s->decide, ft_plan_judged(s->plan, task));
}

void ft_sched_done(struct ft_sched *s, const struct ft_run *run, size_t task)
{
    const struct ft_stage *stage =
        &s->plan->wf->stage[ft_plan_stage_of(s->plan, task)];

    if (!stage->loop)
        ft_sched_arrived(s, run, task, task);
    else if (stage->loop->use)
        done_beside(s, run, task);
    else if (ft_run_absent(run, task)) /* and so are all turns behind */
        ft_sched_arrived(s, run, task, ft_plan_last_turn(s->plan, task));
    else
        ft_fifo_push(&s->decide, task);
}

void ft_sched_next_turn(struct ft_sched *s, size_t task)
{
    size_t stage = ft_plan_stage_of(s->plan, task);

    ft_fifo_push(&s->stage[stage].turn, task);
    list_stage(s, stage);
}
