/* summary_path.c - the chain of tasks that decided when a run was over */
#include <stdlib.h>

#include "base/alloc.h"
#include "run/accounts/summary.h"

#define NO_TASK ((size_t)-1)

struct search {
    const struct ft_run *run;
    int64_t now_ns;
    size_t *last; /* of each stage: the task that ended last, or NO_TASK */
};

static int64_t end_of(const struct search *s, size_t task)
{
    int64_t start, end;

    return ft_task_times(s->run, task, s->now_ns, &start, &end) ? end : -1;
}

static void consider(const struct search *s, size_t task, size_t *best)
{
    if (task != NO_TASK && end_of(s, task) >= 0 &&
        (*best == NO_TASK || end_of(s, task) > end_of(s, *best)))
        *best = task;
}

static void find_last(struct search *s)
{
    const struct ft_plan *plan = s->run->plan;

    s->last = ft_calloc(plan->wf->n_stages + 1, sizeof(*s->last));
    for (size_t st = 0; st < plan->wf->n_stages; st++) {
        s->last[st] = NO_TASK;
        for (size_t c = 0; c < plan->stage[st].n; c++)
            consider(s, plan->stage[st].first + c, &s->last[st]);
    }
}

/* An input of a turn after the first may come from the turn before; the last
 * turn that a loop may have stands for the last one that was needed. */
static void consider_input(const struct search *s, size_t task, size_t in,
                           struct ft_tasks *tasks, size_t *best)
{
    if (ft_plan_producers(s->run->plan, task, in, tasks, NULL) < 0)
        return;
    for (size_t i = 0; i < tasks->n; i++)
        consider(s, tasks->last_turns ? ft_run_last_turn(s->run,
                                                         tasks->item[i])
                                      : tasks->item[i],
                 best);
}

/* Of all that 'task' depends on, what ended last. */
static size_t before(const struct search *s, size_t task)
{
    const struct ft_plan *plan = s->run->plan;
    size_t stage = ft_plan_stage_of(plan, task), best = NO_TASK;
    const struct ft_plan_stage *ps = &plan->stage[stage];
    struct ft_tasks tasks = { 0 };

    if (ft_plan_first_turn(plan, task) != task)
        consider(s, task - 1, &best);
    for (size_t i = 0; i < ps->n_after; i++)
        consider(s, s->last[ps->after[i]], &best);
    for (size_t in = 0; ps->chooses && in < plan->wf->stage[stage].n_in; in++)
        consider_input(s, task, in, &tasks, &best);
    ft_tasks_release(&tasks);
    return best;
}

static void add_step(const struct search *s, size_t task, size_t cause,
                     struct ft_path *path, size_t *cap)
{
    int64_t since = s->run->start_ns;
    struct ft_path_step step = { .task = task };

    ft_task_times(s->run, task, s->now_ns, &step.start_ns, &step.end_ns);
    if (cause != NO_TASK)
        since = end_of(s, cause);
    if (step.start_ns > since)
        step.wait_s = (double)(step.start_ns - since) / 1e9;
    path->item = ft_grow(path->item, path->n, cap, sizeof(*path->item));
    path->item[path->n++] = step;
}

void ft_summary_path(const struct ft_run *run, int64_t now_ns,
                     struct ft_path *path)
{
    struct search s = { .run = run, .now_ns = now_ns };
    size_t at = NO_TASK, cap = 0;

    *path = (struct ft_path){ 0 };
    find_last(&s);
    for (size_t st = 0; st < run->plan->wf->n_stages; st++)
        consider(&s, s.last[st], &at);
    /* A plan has no circles, so that this ends; the bound is for one that was
     * not made for this journal. */
    while (at != NO_TASK && path->n < run->plan->n_tasks) {
        size_t cause = before(&s, at);

        add_step(&s, at, cause, path, &cap);
        at = cause;
    }
    for (size_t i = 0; i < path->n / 2; i++) {
        struct ft_path_step step = path->item[i];

        path->item[i] = path->item[path->n - 1 - i];
        path->item[path->n - 1 - i] = step;
    }
    free(s.last);
}

void ft_path_release(struct ft_path *path)
{
    free(path->item);
    *path = (struct ft_path){ 0 };
}
