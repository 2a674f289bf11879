/* saved.c - what reuse has saved: what a result had cost when it was made */
#include "run/accounts/saved.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/map.h"
#include "run/accounts/usage.h"
#include "run/record/run.h"

struct ft_costs {
    const struct ft_project *project;
    struct ft_map version; /* id -> core-seconds of the attempt, owned */
    struct ft_map run;     /* ids that were looked at */
};

struct ft_costs *ft_costs_new(const struct ft_project *project)
{
    struct ft_costs *costs = ft_calloc(1, sizeof(*costs));

    costs->project = project;
    return costs;
}

void ft_costs_free(struct ft_costs *costs)
{
    if (!costs)
        return;
    for (size_t i = 0; i < costs->version.len; i++)
        free(costs->version.entry[i].value);
    ft_map_release(&costs->version);
    ft_map_release(&costs->run);
    free(costs);
}

/* The first output that is there stands for all that the task made. */
static const struct ft_version *first_output(const struct ft_run *run,
                                             size_t task)
{
    const struct ft_task_detail *d = ft_run_detail(run, task);

    for (size_t i = 0; d && i < d->out.n; i++)
        if (*d->out.item[i].id)
            return &d->out.item[i];
    return NULL;
}

static void learn(struct ft_costs *costs, const char *id)
{
    struct ft_run *run;

    if (ft_map_get(&costs->run, id))
        return;
    ft_map_put(&costs->run, id, costs);
    run = ft_run_read(costs->project, id, NULL, NULL);
    for (size_t t = 0; run && t < run->plan->n_tasks; t++) {
        const struct ft_version *v = first_output(run, t);
        double *core_s;

        if (run->task[t].state != FT_TASK_SUCCEEDED || !v ||
            !run->task[t].attempts)
            continue;
        core_s = ft_calloc(1, sizeof(*core_s));
        *core_s = ft_run_detail(run, t)->core_s;
        free(ft_map_put(&costs->version, v->id, core_s));
    }
    ft_run_free(run);
}

static void add_saved(struct ft_usage *usage, const double *core_s)
{
    if (!core_s)
        return;
    usage->n_saved++;
    usage->saved_core_s += *core_s;
}

/* What the result of 'task' had cost, or NULL. */
static const double *cost_of(struct ft_costs *costs, const struct ft_run *run,
                             size_t task)
{
    const struct ft_version *v = first_output(run, task);

    if (!v)
        return NULL;
    if (v->run)
        learn(costs, v->run);
    return ft_map_get(&costs->version, v->id);
}

/* A stage that was reused as a whole: cell by cell in the run that made it. */
static void add_memo(struct ft_costs *costs, const struct ft_stage_memo *memo,
                     const char *stage, struct ft_usage *usage)
{
    struct ft_run *maker = ft_run_read(costs->project, memo->run, NULL, NULL);
    const struct ft_plan_stage *ps;
    long s = maker ? ft_workflow_stage(maker->plan->wf, stage) : -1;

    learn(costs, memo->run);
    if (s >= 0) {
        ps = &maker->plan->stage[s];
        for (size_t t = ps->first; t < ps->first + ps->n; t++)
            add_saved(usage, cost_of(costs, maker, t));
    }
    ft_run_free(maker);
}

void ft_costs_add_saved(struct ft_costs *costs, const struct ft_run *run,
                        struct ft_usage *stage)
{
    for (size_t s = 0; s < run->plan->wf->n_stages; s++) {
        const struct ft_plan_stage *ps = &run->plan->stage[s];

        if (run->memo[s].run) {
            add_memo(costs, &run->memo[s], run->plan->wf->stage[s].name,
                     &stage[s]);
            continue;
        }
        for (size_t t = ps->first; t < ps->first + ps->n; t++)
            if (run->task[t].state == FT_TASK_CACHED)
                add_saved(&stage[s], cost_of(costs, run, t));
    }
}
