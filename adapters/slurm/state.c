/* state.c - what Slurm says of a job, as the engine wants to hear it */
#include "adapters/slurm/state.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/json.h"

/* --- what was seen -------------------------------------------------------- */

static size_t size_of(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

/* To 'end', which moves on. */
static const char *copy_text(const char *text, char **end)
{
    char *start = *end;

    if (!text)
        return NULL;
    *end += size_of(text);
    return memcpy(start, text, size_of(text));
}

struct ft_seen *ft_seen_copy(const struct ft_seen *seen)
{
    struct ft_seen *copy =
        ft_calloc(1, sizeof(*copy) + size_of(seen->state) +
                         size_of(seen->tag) + size_of(seen->reason) +
                         size_of(seen->host));
    char *end = (char *)(copy + 1);

    *copy = *seen;
    copy->state = copy_text(seen->state, &end);
    copy->tag = copy_text(seen->tag, &end);
    copy->reason = copy_text(seen->reason, &end);
    copy->host = copy_text(seen->host, &end);
    return copy;
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

bool ft_seen_equal(const struct ft_seen *a, const struct ft_seen *b)
{
    return same_text(a->state, b->state) && same_text(a->tag, b->tag) &&
           same_text(a->reason, b->reason) && same_text(a->host, b->host) &&
           a->completing == b->completing &&
           a->configuring == b->configuring && a->held == b->held &&
           a->exit_unknown == b->exit_unknown &&
           a->wait_status == b->wait_status &&
           a->step_status == b->step_status && a->restarts == b->restarts &&
           a->node_count == b->node_count && a->start_s == b->start_s &&
           a->end_s == b->end_s;
}

/* --- as the protocol has it ----------------------------------------------- */

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

bool ft_seen_has_ended(const struct ft_seen *seen)
{
    const struct state_row *row = find_row(seen->state);

    return row && row->outcome && !seen->completing;
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
