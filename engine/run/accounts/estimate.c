/* estimate.c - how long tasks of a stage take, from those that have ended */
#include "run/accounts/estimate.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "run/accounts/usage.h"
#include "run/record/place.h"
#include "run/record/run.h"

#define RUNS_MAX 10 /* that are looked at */

/* --- earlier runs --------------------------------------------------------- */

static bool same_stage(const struct ft_stage *a, const struct ft_stage *b)
{
    if (a->action != b->action || !a->module != !b->module)
        return false;
    return !a->module || strcmp(a->module->name, b->module->name) == 0;
}

/* How many stages are still not known. */
static size_t learn(const struct ft_workflow *wf,
                    const struct ft_run *earlier, struct ft_estimate *stage)
{
    const struct ft_workflow *old = earlier->plan->wf;
    size_t n = 0;

    for (size_t s = 0; s < wf->n_stages; s++) {
        long at = ft_workflow_stage(old, wf->stage[s].name);
        const struct ft_usage *usage;

        n += !stage[s].n;
        if (stage[s].n || at < 0 || !same_stage(&wf->stage[s],
                                                &old->stage[at]))
            continue;
        usage = &earlier->usage[at];
        if (!usage->n_ok)
            continue;
        stage[s].task_s = usage->ok_s / (double)usage->n_ok;
        stage[s].n = usage->n_ok;
        n--;
    }
    return n;
}

void ft_estimates_read(const struct ft_project *project,
                       const struct ft_plan *plan, const char *run_id,
                       struct ft_estimate *stage)
{
    char(*ids)[FT_RUN_ID_MAX] = NULL;
    size_t n = 0, unknown = plan->wf->n_stages;
    int looked = 0;

    if (ft_run_ids(project, &ids, &n, NULL) < 0)
        return; /* then nothing is known */
    for (size_t i = 0; i < n && unknown && looked < RUNS_MAX; i++) {
        struct ft_run *earlier;

        if (run_id && strcmp(ids[i], run_id) == 0)
            continue;
        earlier = ft_run_read(project, ids[i], NULL, NULL);
        looked++;
        if (earlier &&
            strcmp(earlier->plan->wf->name, plan->wf->name) == 0)
            unknown = learn(plan->wf, earlier, stage);
        ft_run_free(earlier);
    }
    free(ids);
}

/* --- this run ------------------------------------------------------------- */

struct ft_estimate ft_estimate_update(const struct ft_estimate *earlier,
                                      const struct ft_usage *usage)
{
    size_t prior = earlier->n < FT_ESTIMATE_PRIOR_MAX ? earlier->n
                                                      : FT_ESTIMATE_PRIOR_MAX;
    struct ft_estimate e = { .n = prior + usage->n_ok };

    if (e.n)
        e.task_s = ((double)prior * earlier->task_s + usage->ok_s) /
                   (double)e.n;
    return e;
}
