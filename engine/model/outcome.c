/* outcome.c - the names of outcomes, for programs that read no workflow */
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
