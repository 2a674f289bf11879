/* state.c - what Slurm says of a job, as the engine wants to hear it */
#include "adapters/slurm/state.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/json.h"

static const struct state_row {
    const char *name, *state, *outcome;
} rows[] = {
    { "PENDING", "queued", NULL },
    { "CONFIGURING", "queued", NULL },
    { "REQUEUED", "queued", NULL },
    { "REQUEUE_HOLD", "held", NULL },
    { "SPECIAL_EXIT", "held", NULL },
    { "RESV_DEL_HOLD", "held", NULL },
    { "RUNNING", "running", NULL },
    { "RESIZING", "running", NULL },
    { "SIGNALING", "running", NULL },
    { "STAGE_OUT", "ending", NULL },
    { "COMPLETING", "ending", NULL },
    { "SUSPENDED", "suspended", NULL },
    { "STOPPED", "suspended", NULL },
    { "COMPLETED", "ended", "ok" },
    { "FAILED", "ended", "error" },
    { "CANCELLED", "ended", "cancelled" },
    { "TIMEOUT", "ended", "timeout" },
    { "DEADLINE", "ended", "timeout" },
    { "NODE_FAIL", "ended", "node_fail" },
    { "BOOT_FAIL", "ended", "node_fail" },
    { "PREEMPTED", "ended", "preempted" },
    { "OUT_OF_MEMORY", "ended", "oom" },
};

static const struct state_row *find_row(const char *name)
{
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

/* How the script ended; for what never ran, as if it had ended well. */
static void add_exit(struct json_object *status, uint32_t wait_status)
{
    int raw = wait_status == FT_STATE_OOM ? SIGKILL : (int)wait_status;

    ft_json_add_int(status, "exit_code", WIFEXITED(raw) ? WEXITSTATUS(raw)
                                                        : 0);
    ft_json_add_int(status, "signal", WIFSIGNALED(raw) ? WTERMSIG(raw) : 0);
}

static void add_outcome(struct json_object *status, const char *outcome,
                        const struct ft_seen *seen)
{
    struct json_object *step;

    ft_json_add_str(status, "outcome", outcome);
    if (!seen->exit_unknown)
        add_exit(status, seen->wait_status);
    if (seen->step_status) { /* the script may have gone on after it */
        step = json_object_new_object();
        add_exit(step, seen->step_status);
        json_object_object_add(status, "step", step);
    }
}

struct json_object *ft_state_status(const char *job,
                                    const struct ft_seen *seen)
{
    const struct state_row *row = find_row(seen->state);
    struct json_object *status;
    const char *state;

    if (!row)
        return NULL;
    state = row->state;
    if (seen->completing) /* until that is over, the exit code may be 0 */
        state = "ending";
    else if (seen->configuring)
        state = "queued";
    else if (seen->held && strcmp(state, "queued") == 0)
        state = "held";
    status = json_object_new_object();
    ft_json_add_str(status, "job", job);
    if (seen->tag && *seen->tag)
        ft_json_add_str(status, "tag", seen->tag);
    ft_json_add_str(status, "state", state);
    if (row->outcome && !seen->completing)
        add_outcome(status, row->outcome, seen);
    ft_json_add_str(status, "raw", seen->state);
    ft_json_add_str(status, "reason", seen->reason ? seen->reason : "");
    if (seen->host && *seen->host)
        ft_json_add_str(status, "host", seen->host);
    if (row->outcome || strcmp(row->state, "queued") != 0) {
        if (seen->start_s)
            ft_json_add_int(status, "start_s", seen->start_s);
        if (row->outcome && seen->end_s)
            ft_json_add_int(status, "end_s", seen->end_s);
    }
    ft_json_add_int(status, "restarts", seen->restarts);
    ft_json_add_int(status, "node_count", seen->node_count);
    return status;
}

struct json_object *ft_state_or_tag(const char *job,
                                    const struct ft_seen *seen)
{
    struct json_object *status = ft_state_status(job, seen);

    if (status)
        return status;
    status = json_object_new_object();
    ft_json_add_str(status, "tag", seen->tag ? seen->tag : "");
    return status;
}

struct json_object *ft_state_not_found(const char *job)
{
    struct json_object *status = json_object_new_object();

    ft_json_add_str(status, "job", job);
    ft_json_add_str(status, "state", "not_found");
    return status;
}
