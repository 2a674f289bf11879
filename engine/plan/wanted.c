/* wanted.c - who needs the bytes of a result, and not only its digest */
#include "plan/wanted.h"

#include "plan/plan.h"

static bool takes(const struct ft_input *in, size_t stage, size_t output)
{
    return in->kind == FT_SOURCE_OBJECT && in->stage == stage &&
           in->output == output;
}

bool ft_plan_is_read(const struct ft_plan *plan, size_t stage, size_t output)
{
    const struct ft_workflow *wf = plan->wf;
    const struct ft_stage *maker = &wf->stage[stage];

    for (size_t s = 0; s < wf->n_stages; s++)
        if (wf->stage[s].rows && takes(wf->stage[s].rows, stage, output))
            return true;
    return maker->loop && maker->loop->condition &&
           maker->out[output].type == FT_OBJECT_TABLE;
}

bool ft_plan_is_between(const struct ft_plan *plan, size_t stage,
                        size_t output)
{
    const struct ft_workflow *wf = plan->wf;

    if (ft_plan_is_read(plan, stage, output))
        return false;
    for (size_t s = 0; s < wf->n_stages; s++)
        for (size_t i = 0; i < wf->stage[s].n_in; i++)
            if (takes(&wf->stage[s].in[i], stage, output))
                return true;
    return false;
}

int ft_plan_each_taken(const struct ft_plan *plan, size_t task,
                       const struct ft_taking *taking, struct ft_err *err)
{
    const struct ft_stage *stage =
        &plan->wf->stage[ft_plan_stage_of(plan, task)];
    struct ft_tasks tasks = { 0 };
    size_t from, output;
    int rc = 0;

    for (size_t i = 0; i < stage->n_in && rc == 0; i++) {
        if (!ft_plan_source(plan, task, i, &from, &output))
            continue;
        tasks.n = 0;
        tasks.last_turns = false;
        rc = ft_plan_producers(plan, task, i, &tasks, err);
        for (size_t k = 0; k < tasks.n && rc == 0; k++)
            taking->each(taking->arg,
                         tasks.last_turns
                             ? taking->last(taking->arg, tasks.item[k])
                             : tasks.item[k],
                         output);
    }
    ft_tasks_release(&tasks);
    return rc;
}
