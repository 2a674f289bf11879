/* jobs.c - status, find_by_tag, and what only the accounting remembers
 *
 * slurmrestd tells of all jobs or of one.  All of them are asked for, once a
 * request, and of each what the engine may want to know is kept.  A job without
 * a tag is none of ours, whatever its id.
 */
#include <stdlib.h>
#include <string.h>

#include "adapters/link/wire.h"
#include "adapters/rest/rest.h"
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
static const char *state_at(struct json_object *job, const char *path)
{
    const char *text = ft_shape_text(job, path);

    for (size_t i = 0; i < FT_ARRAY_LEN(states); i++)
        if (ft_shape_has(job, path, states[i]))
            return states[i];
    return text ? text : "";
}

static uint32_t count_at(struct json_object *job, const char *path)
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

/* NULL: the job is nobody's.  Of a state that is not known there is the tag
 * alone. */
static struct json_object *status_of(struct json_object *job, const char *id)
{
    const char *description = ft_shape_text(job, "state_description");
    const char *state = state_at(job, "job_state");
    bool waits = strcmp(state, "PENDING") == 0;
    struct ft_seen seen = {
        .state = state,
        .completing = ft_shape_has(job, "job_state", "COMPLETING"),
        .configuring = ft_shape_has(job, "job_state", "CONFIGURING"),
        .held = is_held(job),
        .tag = ft_shape_text(job, "comment"),
        .reason = description && *description
                      ? description : ft_shape_text(job, "state_reason"),
        .host = ft_shape_text(job, "batch_host"),
        .restarts = count_at(job, "restart_cnt"),
        .node_count = waits ? 0 : count_at(job, "node_count"),
        .start_s = waits ? 0 : ft_shape_number_or(job, "start_time", 0),
        .end_s = ft_shape_number_or(job, "end_time", 0),
    };

    if (!seen.tag || !*seen.tag)
        return NULL;
    seen.exit_unknown = !ft_shape_exit(job, "exit_code", &seen.wait_status);
    (void)ft_shape_exit(job, "derived_exit_code", &seen.step_status);
    return ft_state_or_tag(id, &seen);
}

static void keep_job(struct ft_rest *rest, struct json_object *job)
{
    uint32_t number = count_at(job, "job_id");
    char *id = ft_asprintf("%u", number);
    struct json_object *status = number ? status_of(job, id) : NULL;

    if (status)
        json_object_put(ft_map_put(&rest->jobs, id, status));
    free(id);
}

void ft_rest_jobs_forget(struct ft_rest *rest)
{
    for (size_t i = 0; i < rest->jobs.len; i++)
        json_object_put(rest->jobs.entry[i].value);
    ft_map_release(&rest->jobs);
    rest->jobs = (struct ft_map){ 0 };
}

struct json_object *ft_rest_jobs_load(struct ft_rest *rest)
{
    struct json_object *list, *error = NULL;
    struct ft_reply reply;
    int rc = ft_rest_call(rest, "GET", "slurm", "jobs", NULL, &reply);

    list = ft_json_or_null(reply.body, "jobs");
    if (rc < 0) {
        error = ft_rest_error(&reply);
    } else if (!json_object_is_type(list, json_type_array)) {
        error = ft_wire_error("unavailable", "the reply has no list of jobs");
    } else {
        ft_rest_jobs_forget(rest);
        for (size_t i = 0; i < json_object_array_length(list); i++)
            keep_job(rest, json_object_array_get_idx(list, i));
    }
    ft_reply_release(&reply);
    return error;
}

/* --- the accounting ------------------------------------------------------- */

/* Slurm 22.05 says "SUCCESS" and 0 of any script that exited. */
static bool is_doubtful(const struct ft_seen *seen)
{
    return strcmp(seen->state, "FAILED") == 0 && !seen->wait_status;
}

static struct json_object *remembered_status(struct json_object *job,
                                             const char *id)
{
    const char *host = ft_shape_text(job, "nodes");
    const char *reason = ft_shape_text(job, "state/reason");
    struct ft_seen seen = {
        .state = state_at(job, "state/current"),
        .tag = ft_shape_text(job, "comment/job"),
        .reason = reason && strcmp(reason, "None") != 0 ? reason : "",
        .host = host && !strpbrk(host, "[, ") ? host : NULL,
        .node_count = count_at(job, "allocation_nodes"),
        .start_s = ft_shape_number_or(job, "time/start", 0),
        .end_s = ft_shape_number_or(job, "time/end", 0),
    };

    if (!seen.tag || !*seen.tag)
        return NULL;
    seen.exit_unknown = !ft_shape_exit(job, "exit_code", &seen.wait_status) ||
                        is_doubtful(&seen);
    (void)ft_shape_exit(job, "derived_exit_code", &seen.step_status);
    return ft_state_or_tag(id, &seen);
}

/* The last record of a job counts: it may have been started again. */
static struct json_object *pick(struct json_object *list, const char *id)
{
    struct json_object *status = NULL;

    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *job = json_object_array_get_idx(list, i), *other;

        if (count_at(job, "job_id") != strtoul(id, NULL, 10))
            continue;
        other = remembered_status(job, id);
        if (!other)
            continue;
        json_object_put(status);
        status = other;
    }
    return status ? status : ft_state_not_found(id);
}

static bool is_id(const char *text)
{
    return *text >= '1' && *text <= '9' && strlen(text) <= 10 &&
           strspn(text, "0123456789") == strlen(text);
}

/* What becomes of a job that the controller does not know.  NULL: the
 * accounting does not answer; no state: it says one that is not known. */
static struct json_object *remember(struct ft_rest *rest, const char *id)
{
    struct json_object *list, *status = NULL;
    struct ft_reply reply;
    char *tail;

    if (!rest->accounting || !is_id(id))
        return ft_state_not_found(id);
    tail = ft_asprintf("job/%s", id);
    if (ft_rest_call(rest, "GET", "slurmdb", tail, NULL, &reply) == 0) {
        list = ft_json_or_null(reply.body, "jobs");
        if (json_object_is_type(list, json_type_array))
            status = pick(list, id);
    }
    ft_reply_release(&reply);
    free(tail);
    return status;
}

/* --- status, find_by_tag -------------------------------------------------- */

static struct json_object *answer_with(struct json_object *list, bool complete)
{
    struct json_object *answer = ft_wire_ok();

    ft_json_add_bool(answer, "complete", complete);
    json_object_object_add(answer, "jobs", list);
    return answer;
}

struct json_object *ft_rest_status(void *state, struct json_object *request)
{
    struct json_object *ids = ft_json_or_null(request, "jobs"), *list, *error;
    struct ft_rest *rest = state;
    bool complete = true;

    if (!json_object_is_type(ids, json_type_array))
        return ft_wire_error("protocol", "status: 'jobs' is not a list");
    ft_rest_begin(rest);
    error = ft_rest_jobs_load(rest);
    if (error)
        return error;
    list = json_object_new_array();
    for (size_t i = 0; i < json_object_array_length(ids); i++) {
        const char *id = ft_json_at_or(ids, i, "");
        struct json_object *status = ft_map_get(&rest->jobs, id);

        status = status ? json_object_get(status) : remember(rest, id);
        if (ft_json_or_null(status, "state")) {
            json_object_array_add(list, status);
        } else {
            json_object_put(status);
            complete = false;
        }
    }
    return answer_with(list, complete);
}

struct json_object *ft_rest_find(void *state, struct json_object *request)
{
    const char *prefix = ft_json_str_or(request, "prefix", "");
    struct json_object *list, *error;
    struct ft_rest *rest = state;
    bool complete = true;

    if (!*prefix)
        return ft_wire_error("protocol", "find_by_tag: no 'prefix'");
    ft_rest_begin(rest);
    error = ft_rest_jobs_load(rest);
    if (error)
        return error;
    list = json_object_new_array();
    for (size_t i = 0; i < rest->jobs.len; i++) {
        struct json_object *status = rest->jobs.entry[i].value;

        if (!ft_starts_with(ft_json_str_or(status, "tag", ""), prefix))
            continue;
        if (ft_json_or_null(status, "state"))
            json_object_array_add(list, json_object_get(status));
        else
            complete = false;
    }
    return answer_with(list, complete);
}
