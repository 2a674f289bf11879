/* jobs.c - one picture of all jobs of the site
 *
 * slurmrestd tells of all jobs or of one.  All of them are asked for, once a
 * request, and of each what the engine may want to know is kept.  A job without
 * a tag is none of ours, whatever its id.
 *
 * All elements of an array that still wait have one record, which lists them
 * ("3-7,9%2"); each that has started has one of its own.
 *
 *    array_job_id  array_task_id  array_task_string
 *         0            -                -           an ordinary job
 *       1204           -             "3-7,9%2"      elements that wait
 *       1204           2                -           one that has started
 */
#include <stdlib.h>
#include <string.h>

#include "adapters/link/wire.h"
#include "adapters/rest/rest.h"
#include "adapters/slurm/elements.h"
#include "adapters/slurm/state.h"
#include "base/alloc.h"
#include "base/json.h"

/* --- states --------------------------------------------------------------- */

/* Base states first, then flags that are states of their own to us; newer
 * versions list one of the former and any of the latter. */
static const char *const states[] = {
    "REQUEUE_HOLD", "SPECIAL_EXIT", "RESV_DEL_HOLD", "STAGE_OUT", "STOPPED",
    "PENDING", "RUNNING", "SUSPENDED", "COMPLETED", "CANCELLED", "FAILED",
    "TIMEOUT", "NODE_FAIL", "PREEMPTED", "BOOT_FAIL", "DEADLINE",
    "OUT_OF_MEMORY", "COMPLETING", "CONFIGURING", "REQUEUED", "RESIZING",
    "SIGNALING",
};

/* A state that is not known is kept as it is: no outcome follows from it. */
const char *ft_rest_state_at(struct json_object *job, const char *path)
{
    const char *text = ft_shape_text(job, path);

    for (size_t i = 0; i < FT_ARRAY_LEN(states); i++)
        if (ft_shape_has(job, path, states[i]))
            return states[i];
    return text ? text : "";
}

uint32_t ft_rest_count_at(struct json_object *job, const char *path)
{
    int64_t n = ft_shape_number_or(job, path, 0);

    return n > 0 && n < UINT32_MAX ? (uint32_t)n : 0;
}

/* --- all jobs ------------------------------------------------------------- */

static bool is_held(struct json_object *job)
{
    int64_t priority;

    return (ft_shape_number(job, "priority", &priority) && priority == 0) ||
           ft_json_bool_or(job, "hold", false);
}

/* False: the job is nobody's. */
static bool see(struct json_object *job, struct ft_seen *seen)
{
    const char *description = ft_shape_text(job, "state_description");
    const char *state = ft_rest_state_at(job, "job_state");
    bool waits = strcmp(state, "PENDING") == 0;

    *seen = (struct ft_seen){
        .state = state,
        .completing = ft_shape_has(job, "job_state", "COMPLETING"),
        .configuring = ft_shape_has(job, "job_state", "CONFIGURING"),
        .held = is_held(job),
        .tag = ft_shape_text(job, "comment"),
        .reason = description && *description
                      ? description : ft_shape_text(job, "state_reason"),
        .host = ft_shape_text(job, "batch_host"),
        .restarts = ft_rest_count_at(job, "restart_cnt"),
        .node_count = waits ? 0 : ft_rest_count_at(job, "node_count"),
        .start_s = waits ? 0 : ft_shape_number_or(job, "start_time", 0),
        .end_s = ft_shape_number_or(job, "end_time", 0),
    };
    if (!seen->tag || !*seen->tag)
        return false;
    seen->exit_unknown = !ft_shape_exit(job, "exit_code", &seen->wait_status);
    (void)ft_shape_exit(job, "derived_exit_code", &seen->step_status);
    return true;
}

static void keep_waiting(struct ft_rest *rest, uint32_t array,
                         const char *elements, const struct ft_seen *seen)
{
    rest->wait[rest->n_wait++] = (struct ft_rest_wait){
        .array = array,
        .elements = ft_strdup(elements ? elements : ""),
        .seen = ft_seen_copy(seen),
    };
}

static void keep_job(struct ft_rest *rest, struct json_object *job)
{
    uint32_t number = ft_rest_count_at(job, "job_id");
    uint32_t array = ft_rest_count_at(job, "array_job_id");
    struct ft_seen seen;
    int64_t element;
    char *id;

    if (!number || !see(job, &seen))
        return;
    if (array && !ft_shape_number(job, "array_task_id", &element)) {
        keep_waiting(rest, array, ft_shape_text(job, "array_task_string"),
                     &seen);
        return;
    }
    id = array ? ft_asprintf("%u_%lld", array, (long long)element)
               : ft_asprintf("%u", number);
    free(ft_map_put(&rest->jobs, id, ft_seen_copy(&seen)));
    free(id);
}

void ft_rest_jobs_forget(struct ft_rest *rest)
{
    for (size_t i = 0; i < rest->jobs.len; i++)
        free(rest->jobs.entry[i].value);
    for (size_t i = 0; i < rest->n_wait; i++) {
        free(rest->wait[i].elements);
        free(rest->wait[i].seen);
    }
    ft_map_release(&rest->jobs);
    free(rest->wait);
    rest->jobs = (struct ft_map){ 0 };
    rest->wait = NULL;
    rest->n_wait = 0;
}

struct json_object *ft_rest_jobs_load(struct ft_rest *rest)
{
    struct json_object *list, *error = NULL;
    struct ft_reply reply;
    int rc = ft_rest_call(rest, "GET", "slurm", "jobs", NULL, &reply);
    size_t n;

    list = ft_json_or_null(reply.body, "jobs");
    if (rc < 0) {
        error = ft_rest_error(&reply);
    } else if (!json_object_is_type(list, json_type_array)) {
        error = ft_wire_error("unavailable", "the reply has no list of jobs");
    } else {
        n = json_object_array_length(list);
        ft_rest_jobs_forget(rest);
        rest->wait = ft_calloc(n + 1, sizeof(*rest->wait));
        for (size_t i = 0; i < n; i++)
            keep_job(rest, json_object_array_get_idx(list, i));
    }
    ft_reply_release(&reply);
    return error;
}

/* --- one of them ---------------------------------------------------------- */

const struct ft_seen *ft_rest_jobs_find(const struct ft_rest *rest,
                                        const char *job, bool *unsure)
{
    const struct ft_seen *seen = ft_map_get(&rest->jobs, job);
    uint32_t array, element;

    *unsure = false;
    if (seen || !ft_elements_id(job, &array, &element) ||
        element == FT_ELEMENT_NONE)
        return seen;
    for (size_t i = 0; i < rest->n_wait; i++) {
        const struct ft_rest_wait *wait = &rest->wait[i];

        if (wait->array != array)
            continue;
        if (ft_elements_hold(wait->elements, element))
            return wait->seen;
        *unsure |= strstr(wait->elements, "...") != NULL;
    }
    return NULL;
}

const struct ft_seen *ft_rest_jobs_any(const struct ft_rest *rest,
                                       const char *job)
{
    uint32_t array, other, element;

    if (!ft_elements_id(job, &array, &element))
        return NULL;
    for (size_t i = 0; i < rest->n_wait; i++)
        if (rest->wait[i].array == array)
            return rest->wait[i].seen;
    for (size_t i = 0; i < rest->jobs.len; i++)
        if (ft_elements_id(rest->jobs.entry[i].key, &other, &element) &&
            other == array && element != FT_ELEMENT_NONE)
            return rest->jobs.entry[i].value;
    return NULL;
}
