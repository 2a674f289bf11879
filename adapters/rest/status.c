/* status.c - status, find_by_tag, and what only the accounting remembers */
#include <stdlib.h>
#include <string.h>

#include "adapters/link/wire.h"
#include "adapters/rest/rest.h"
#include "adapters/slurm/elements.h"
#include "adapters/slurm/state.h"
#include "base/alloc.h"
#include "base/json.h"

#define FOUND_MAX 100000 /* elements in an answer, which has its limit, too */

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
        .state = ft_rest_state_at(job, "state/current"),
        .tag = ft_shape_text(job, "comment/job"),
        .reason = reason && strcmp(reason, "None") != 0 ? reason : "",
        .host = host && !strpbrk(host, "[, ") ? host : NULL,
        .node_count = ft_rest_count_at(job, "allocation_nodes"),
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

static bool is_of(struct json_object *record, uint32_t job, uint32_t element)
{
    int64_t n;

    if (element == FT_ELEMENT_NONE)
        return ft_rest_count_at(record, "job_id") == job;
    return ft_rest_count_at(record, "array/job_id") == job &&
           ft_shape_number(record, "array/task_id", &n) && n == element;
}

/* The last record of a job counts: it may have been started again. */
static struct json_object *pick(struct json_object *list, const char *id,
                                uint32_t job, uint32_t element)
{
    struct json_object *status = NULL;

    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *record = json_object_array_get_idx(list, i);
        struct json_object *other;

        if (!is_of(record, job, element))
            continue;
        other = remembered_status(record, id);
        if (!other)
            continue;
        json_object_put(status);
        status = other;
    }
    return status ? status : ft_state_not_found(id);
}

/* What becomes of a job that the controller does not know.  NULL: the
 * accounting does not answer; no state: it says one that is not known. */
static struct json_object *remember(struct ft_rest *rest, const char *id)
{
    struct json_object *list, *status = NULL;
    struct ft_reply reply;
    uint32_t job, element;
    char *tail;

    if (!rest->accounting || !ft_elements_id(id, &job, &element))
        return ft_state_not_found(id);
    tail = ft_asprintf("job/%u", job); /* of an array with all its elements */
    if (ft_rest_call(rest, "GET", "slurmdb", tail, NULL, &reply) == 0) {
        list = ft_json_or_null(reply.body, "jobs");
        if (json_object_is_type(list, json_type_array))
            status = pick(list, id, job, element);
    }
    ft_reply_release(&reply);
    free(tail);
    return status;
}

/* --- status --------------------------------------------------------------- */

static void add_job(struct ft_telling *telling, const char *job, bool known,
                    void *arg)
{
    struct ft_rest *rest = arg;
    bool unsure;
    const struct ft_seen *seen = ft_rest_jobs_find(rest, job, &unsure);
    struct json_object *status;

    if (seen) {
        ft_telling_add(telling, job, known, seen);
        return;
    }
    status = unsure ? NULL : remember(rest, job);
    if (ft_json_or_null(status, "state")) {
        json_object_array_add(telling->list, status);
    } else {
        json_object_put(status);
        telling->complete = false;
    }
}

struct json_object *ft_rest_status(void *state, struct json_object *request)
{
    struct ft_rest *rest = state;
    struct ft_telling telling;
    struct json_object *error;

    if (!json_object_is_type(ft_json_or_null(request, "jobs"),
                             json_type_array))
        return ft_wire_error("protocol", "status: 'jobs' is not a list");
    ft_rest_begin(rest);
    error = ft_rest_jobs_load(rest);
    if (error)
        return error;
    ft_telling_begin(&telling, &rest->told, request);
    ft_telling_each(&telling, request, add_job, rest);
    return ft_telling_end(&telling);
}

/* --- find_by_tag ---------------------------------------------------------- */

/* False: these are not all of them. */
static bool add_waiting(const struct ft_rest_wait *wait,
                        struct json_object *list)
{
    const char *text = wait->elements;
    uint32_t first, last, step;

    while (ft_elements_next(&text, &first, &last, &step))
        for (uint64_t i = first; i <= last; i += step) {
            char *id = ft_asprintf("%u_%u", wait->array, (unsigned)i);
            struct json_object *status = ft_state_status(id, wait->seen);

            free(id);
            if (!status || json_object_array_length(list) >= FOUND_MAX) {
                json_object_put(status);
                return false;
            }
            json_object_array_add(list, status);
        }
    return strstr(text, "...") == NULL;
}

struct json_object *ft_rest_find(void *state, struct json_object *request)
{
    const char *prefix = ft_json_str_or(request, "prefix", "");
    struct json_object *answer;
    struct ft_rest *rest = state;

    if (!*prefix)
        return ft_wire_error("protocol", "find_by_tag: no 'prefix'");
    ft_rest_begin(rest);
    answer = ft_rest_jobs_load(rest);
    if (answer)
        return answer;
    answer = ft_told_found(&rest->jobs, prefix);
    for (size_t i = 0; i < rest->n_wait; i++)
        if (ft_starts_with(rest->wait[i].seen->tag, prefix) &&
            !add_waiting(&rest->wait[i], ft_json_or_null(answer, "jobs")))
            ft_json_add_bool(answer, "complete", false);
    return answer;
}
