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

/* 'number' holds what has no name. */
static struct ft_seen seen_of(const slurm_job_info_t *r, char number[16])
{
    uint32_t base = r->job_state & JOB_STATE_BASE;
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
        snprintf(number, 16, "%u", (unsigned)r->state_reason);
        seen.reason = number;
    }
    return seen;
}

/* --- status --------------------------------------------------------------- */

struct asked {
    const struct ft_lib *lib;
    struct ft_words absent; /* to be looked up in the accounting */
};

static void add_job(struct ft_telling *telling, const char *job, bool known,
                    void *arg)
{
    struct asked *asked = arg;
    const char *vanished = ft_lib_jobs_vanished(asked->lib, job);
    const slurm_job_info_t *record = ft_lib_jobs_find(asked->lib, job);
    struct ft_seen seen = {
        .state = "CANCELLED",
        .reason = "cancelled before it started",
        .tag = vanished,
    };
    char number[16];

    if (record)
        seen = seen_of(record, number);
    if (record || vanished)
        ft_telling_add(telling, job, known, &seen);
    else
        ft_words_add(&asked->absent, ft_strdup(job));
}

/* What the controller has forgotten the accounting may know. */
static void add_absent(const struct asked *asked, struct ft_telling *telling)
{
    const struct ft_shell here = { 0 };
    const struct ft_words *absent = &asked->absent;
    size_t i;

    if (absent->n && asked->lib->accounting) {
        if (ft_sacct_add(&here, absent, telling->list) < 0)
            telling->complete = false;
        return;
    }
    for (i = 0; i < absent->n; i++)
        json_object_array_add(telling->list,
                              ft_state_not_found(absent->item[i]));
}

struct json_object *ft_lib_status(void *state, struct json_object *request)
{
    struct ft_lib *lib = state;
    struct asked asked = { .lib = lib };
    struct ft_telling telling;

    if (!json_object_is_type(ft_json_or_null(request, "jobs"),
                             json_type_array))
        return ft_wire_error("protocol", "status: 'jobs' is not a list");
    if (ft_lib_jobs_load(lib) < 0)
        return ft_lib_error(errno);
    ft_telling_begin(&telling, &lib->told, request);
    ft_telling_each(&telling, request, add_job, &asked);
    add_absent(&asked, &telling);
    ft_words_free(asked.absent.item);
    return ft_telling_end(&telling);
}

/* --- find_by_tag ---------------------------------------------------------- */

struct found {
    struct json_object *list;
    bool complete;
};

static void add_found(void *arg, const char *job,
                      const slurm_job_info_t *record)
{
    struct found *found = arg;
    char number[16];
    struct ft_seen seen = seen_of(record, number);
    struct json_object *status = ft_state_status(job, &seen);

    if (status)
        json_object_array_add(found->list, status);
    else
        found->complete = false;
}

struct json_object *ft_lib_find(void *state, struct json_object *request)
{
    const char *prefix = ft_json_str_or(request, "prefix", "");
    struct found found = { .complete = true };
    struct json_object *answer;
    struct ft_lib *lib = state;

    if (!*prefix)
        return ft_wire_error("protocol", "find_by_tag: no 'prefix'");
    if (ft_lib_jobs_load(lib) < 0)
        return ft_lib_error(errno);
    found.list = json_object_new_array();
    ft_lib_jobs_each(lib, prefix, add_found, &found);
    answer = ft_wire_ok();
    ft_json_add_bool(answer, "complete", found.complete);
    json_object_object_add(answer, "jobs", found.list);
    return answer;
}
