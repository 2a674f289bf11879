/* run_lineage.c - what only a run knows of its lineage */
#include "cli/run_lineage.h"

#include "base/alloc.h"
#include "base/str.h"
#include "cli/open.h"
#include "run/drive/memo.h"

/* Results that came from a memo have no details until they are asked for. */
static void fill_details(struct ft_session *s)
{
    struct ft_run *run = s->run;

    for (size_t t = 0; t < run->plan->n_tasks; t++)
        if (run->task[t].state == FT_TASK_CACHED)
            ft_memo_fill(run, s->store, t);
}

/* Was it tried and given up?  What was never started has no lineage. */
static bool has_failed(const struct ft_task *task)
{
    switch (task->state) {
    case FT_TASK_FAILED:
    case FT_TASK_CANCELLED:
    case FT_TASK_EXPIRED:
    case FT_TASK_LOST:
        return task->attempts > 0;
    default:
        return false;
    }
}

static void describe(struct ft_session *s, size_t t, struct ft_prov_task *task)
{
    const struct ft_run *run = s->run;
    const struct ft_task_detail *d = ft_run_detail(run, t);
    struct ft_str name = FT_STR_INIT;

    ft_plan_task_name(run->plan, t, &name);
    *task = (struct ft_prov_task){
        .stage = ft_plan_stage_of(run->plan, t),
        .name = ft_str_take(&name),
        .attempt = run->task[t].attempts,
        .outcome = run->task[t].state == FT_TASK_SUCCEEDED ? FT_PROV_MADE
                   : run->task[t].state == FT_TASK_CACHED  ? FT_PROV_REUSED
                                                           : FT_PROV_FAILED,
    };
    if (d) {
        task->start_ns = d->start_ns;
        task->end_ns = d->end_ns;
        task->reason = d->reason;
        task->out = d->out.n ? &d->out : NULL;
    }
    if (task->outcome == FT_PROV_MADE && !task->out)
        task->record = ft_store_bare_lineage(s->store, run->id, task->name);
}

void ft_run_lineage(struct ft_session *s, struct ft_prov_run *run)
{
    const struct ft_run *r = s->run;

    fill_details(s);
    *run = (struct ft_prov_run){
        .id = r->id,
        .user = r->user,
        .state = ft_run_state_names[r->state],
        .reason = r->reason,
        .succeeded = r->state == FT_RUN_SUCCEEDED,
        .start_ns = r->start_ns,
        .end_ns = r->end_ns,
        .wf = r->plan->wf,
        .task = ft_calloc(r->plan->n_tasks + 1, sizeof(*run->task)),
    };
    for (size_t t = 0; t < r->plan->n_tasks; t++)
        if (r->task[t].state == FT_TASK_SUCCEEDED ||
            r->task[t].state == FT_TASK_CACHED || has_failed(&r->task[t]))
            describe(s, t, &run->task[run->n_tasks++]);
}
