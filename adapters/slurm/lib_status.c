/* lib_status.c - status and find_by_tag */
#include "adapters/slurm/lib.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <slurm/slurm_errno.h>

#include "adapters/link/wire.h"
#include "adapters/slurm/sacct.h"
#include "adapters/slurm/state.h"
#include "base/alloc.h"
#include "base/json.h"
#include "base/words.h"

#ifdef HAVE_SLURM_JOB_REASON_STRING
char *slurm_job_reason_string(enum job_state_reason reason);
#define reason_text(reason) slurm_job_reason_string(reason)
#elif defined HAVE_SLURM_JOB_STATE_REASON_STRING
char *slurm_job_state_reason_string(enum job_state_reason reason);
#define reason_text(reason) slurm_job_state_reason_string(reason)
#else
#define reason_text(reason) NULL
#endif

static const char *const state_names[] = {
    [JOB_PENDING] = "PENDING",     [JOB_RUNNING] = "RUNNING",
    [JOB_SUSPENDED] = "SUSPENDED", [JOB_COMPLETE] = "COMPLETED",
    [JOB_CANCELLED] = "CANCELLED", [JOB_FAILED] = "FAILED",
    [JOB_TIMEOUT] = "TIMEOUT",     [JOB_NODE_FAIL] = "NODE_FAIL",
    [JOB_PREEMPTED] = "PREEMPTED", [JOB_BOOT_FAIL] = "BOOT_FAIL",
    [JOB_DEADLINE] = "DEADLINE",   [JOB_OOM] = "OUT_OF_MEMORY",
};

static struct json_object *status_of(const char *job,
                                     const slurm_job_info_t *r)
{
    uint32_t base = r->job_state & JOB_STATE_BASE;
    char number[16];
    struct ft_seen seen = {
        .state = base < sizeof(state_names) / sizeof(state_names[0])
                     ? state_names[base]
                     : "",
        .completing = r->job_state & (JOB_COMPLETING | JOB_STAGE_OUT),
        .configuring = r->job_state & JOB_CONFIGURING,
        .held = r->priority == 0,
        .tag = r->comment,
        .reason = r->state_desc,
        .host = r->batch_host,
        .wait_status = r->exit_code,
        .step_status = r->derived_ec,
        .restarts = r->restart_cnt,
        .node_count = base == JOB_PENDING ? 0 : r->num_nodes,
        .start_s = base == JOB_PENDING ? 0 : r->start_time,
        .end_s = base > JOB_SUSPENDED ? r->end_time : 0,
    };

    if (!seen.reason || !*seen.reason)
        seen.reason = reason_text(r->state_reason);
    if (!seen.reason) {
        snprintf(number, sizeof(number), "%u", (unsigned)r->state_reason);
        seen.reason = number;
    }
    return ft_state_status(job, &seen);
}

/* --- status --------------------------------------------------------------- */

struct answer {
    struct json_object *list;
    bool complete;
    struct ft_words absent; /* to be looked up in the accounting */
};

static void add_status(void *arg, const char *job,
                       const slurm_job_info_t *record)
{
    struct answer *answer = arg;
    struct json_object *status = status_of(job, record);

    if (status)
        json_object_array_add(answer->list, status);
    else
        answer->complete = false;
}

static void add_job(const struct ft_lib *lib, const char *job,
                    struct answer *answer)
{
    const char *vanished = ft_lib_jobs_vanished(lib, job);
    const struct ft_seen cancelled = {
        .state = "CANCELLED",
        .reason = "cancelled before it started",
        .tag = vanished,
    };
    const slurm_job_info_t *record = ft_lib_jobs_find(lib, job);

    if (record)
        add_status(answer, job, record);
    else if (vanished)
        json_object_array_add(answer->list,
                              ft_state_status(job, &cancelled));
    else
        ft_words_add(&answer->absent, ft_strdup(job));
}

/* What the controller has forgotten the accounting may know. */
static void add_absent(const struct ft_lib *lib, struct answer *answer)
{
    const struct ft_shell here = { 0 };
    struct ft_words *absent = &answer->absent;
    size_t i;

    if (absent->n && lib->accounting) {
        if (ft_sacct_add(&here, absent, answer->list) < 0)
            answer->complete = false;
        return;
    }
    for (i = 0; i < absent->n; i++)
        json_object_array_add(answer->list,
                              ft_state_not_found(absent->item[i]));
}

static struct json_object *finish(struct answer *answer)
{
    struct json_object *reply = ft_wire_ok();

    ft_json_add_bool(reply, "complete", answer->complete);
    json_object_object_add(reply, "jobs", answer->list);
    ft_words_free(answer->absent.item);
    return reply;
}

struct json_object *ft_lib_status(void *state, struct json_object *request)
{
    struct json_object *ids = ft_json_or_null(request, "jobs");
    struct answer answer = { .complete = true };
    struct ft_lib *lib = state;
    size_t i;

    if (!json_object_is_type(ids, json_type_array))
        return ft_wire_error("protocol", "status: 'jobs' is not a list");
    if (ft_lib_jobs_load(lib) < 0)
        return ft_lib_error(errno);
    answer.list = json_object_new_array();
    for (i = 0; i < json_object_array_length(ids); i++)
        add_job(lib, ft_json_at_or(ids, i, ""), &answer);
    add_absent(lib, &answer);
    return finish(&answer);
}

struct json_object *ft_lib_find(void *state, struct json_object *request)
{
    const char *prefix = ft_json_str_or(request, "prefix", "");
    struct answer answer = { .complete = true };
    struct ft_lib *lib = state;

    if (!*prefix)
        return ft_wire_error("protocol", "find_by_tag: no 'prefix'");
    if (ft_lib_jobs_load(lib) < 0)
        return ft_lib_error(errno);
    answer.list = json_object_new_array();
    ft_lib_jobs_each(lib, prefix, add_status, &answer);
    return finish(&answer);
}
