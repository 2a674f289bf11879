/* outcome.c - outcomes and resources, for programs that read no workflow */
#include <string.h>

#include "model/workflow.h"

const char *const ft_outcome_names[] = {
    [FT_OUT_OK] = "ok",
    [FT_OUT_ERROR] = "error",
    [FT_OUT_OOM] = "oom",
    [FT_OUT_TIMEOUT] = "timeout",
    [FT_OUT_NODE_FAIL] = "node_fail",
    [FT_OUT_PREEMPTED] = "preempted",
    [FT_OUT_CANCELLED] = "cancelled",
    [FT_OUT_LOST] = "lost",
    [FT_OUTCOMES] = NULL,
};

bool ft_outcome_find(const char *name, enum ft_outcome *outcome)
{
    for (unsigned i = 0; ft_outcome_names[i]; i++) {
        if (strcmp(ft_outcome_names[i], name) != 0)
            continue;
        *outcome = i;
        return true;
    }
    return false;
}

double ft_resources_cores(const struct ft_resources *res)
{
    return (double)(res->ranks ? res->ranks : 1) *
           (res->threads ? res->threads : 1);
}

double ft_resources_limit_s(const struct ft_resources *res, double timeout_s)
{
    return timeout_s > 0 && (!(res->walltime_s > 0) ||
                             timeout_s < res->walltime_s)
               ? timeout_s : res->walltime_s;
}
