/* tasks.c - the attempts of an agent: waiting, running, ended */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/agent/agent.h"
#include "adapters/link/attempt_json.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"

#define NS_PER_S 1e9
#define END_GRACE_S 5.0 /* between SIGTERM and SIGKILL when the job is ended */
#define NEAR_END_S 30.0 /* sites look at the time no more often than that */
#define DOUBT_S 2.0     /* between the site's signals to one job's processes */

/* --- the list ------------------------------------------------------------- */

static void free_task(struct task *task)
{
    agent_fetch_free(task);
    json_object_put(task->files);
    free(task->room);
    free(task->doubt);
    ft_attempt_free(task->attempt);
    json_object_put(task->outputs);
    json_object_put(task->result);
    free(task);
}

struct task *agent_find(struct agent *agent, uint64_t tag)
{
    for (size_t i = 0; i < agent->n; i++)
        if (agent->task[i]->attempt->tag == tag)
            return agent->task[i];
    return NULL;
}

static void forget(struct agent *agent, struct task *task)
{
    size_t i = 0;

    while (agent->task[i] != task)
        i++;
    agent->n--;
    memmove(agent->task + i, agent->task + i + 1,
            (agent->n - i) * sizeof(struct task *));
    free_task(task);
}

void agent_forget(struct agent *agent, uint64_t tag)
{
    struct task *task = agent_find(agent, tag);

    if (!task || task->state != ENDED)
        return;
    if (task->room)
        agent_leave_room(agent, task);
    forget(agent, task);
}

void agent_release_tasks(struct agent *agent)
{
    for (size_t i = 0; i < agent->n; i++)
        free_task(agent->task[i]);
    free(agent->task);
}

size_t agent_open_tasks(const struct agent *agent)
{
    size_t n = 0;

    for (size_t i = 0; i < agent->n; i++)
        n += agent->task[i]->state != ENDED;
    return n;
}

static int slots_of(const struct agent *agent, const struct ft_attempt *a)
{
    double cores = ft_resources_cores(&a->resources);

    return cores < agent->slots ? (int)cores : agent->slots;
}

void agent_take(struct agent *agent, struct ft_attempt *attempt)
{
    struct task *task = ft_calloc(1, sizeof(*task));

    task->attempt = attempt;
    task->state = WAITING;
    task->slots = slots_of(agent, attempt);
    task->since_mono_ns = agent->busy_mono_ns = ft_clock_mono_ns();
    agent->task = ft_grow(agent->task, agent->n, &agent->cap,
                          sizeof(*agent->task));
    agent->task[agent->n++] = task;
    if (agent->file.root)
        agent_fetch(agent, task);
}

/* --- ends ----------------------------------------------------------------- */

static void set_state(struct agent *agent, struct task *task,
                      enum task_state state)
{
    bool held = task->state == STARTING || task->state == RUNNING;
    bool holds = state == STARTING || state == RUNNING;

    task->state = state;
    agent->held += (holds - held) * task->slots;
}

static void is_over(struct agent *agent, struct task *task)
{
    agent->busy_mono_ns = ft_clock_mono_ns();
    set_state(agent, task, ENDED);
    agent_say_ended(agent, task);
    if (!agent->call)
        forget(agent, task);
}

static void end_task(struct agent *agent, struct task *task,
                     struct ft_ending *ending)
{
    ending->moved_bytes = agent_fetch_bytes(task);
    agent_record(agent, task, ending);
    agent->failed |= ending->outcome != FT_OUT_OK;
    task->done_well = ending->outcome == FT_OUT_OK;
    if (!task->room || !task->claimed) {
        is_over(agent, task);
        return;
    }
    set_state(agent, task, MEASURED);
    agent_bring(agent, task, task->done_well);
}

void agent_brought(struct agent *agent, struct task *task,
                   const struct ft_err *err)
{
    if (err)
        agent_record_spoiled(agent, task, err->msg);
    is_over(agent, task);
}

/* Ended because its job was: what the time tells of it. */
static void blame_site(const struct agent *agent, struct ft_ending *e)
{
    double left_s = agent_left_s(agent);
    bool late = left_s >= 0 && left_s < NEAR_END_S;

    e->by_site = true;
    e->outcome = late ? FT_OUT_TIMEOUT : FT_OUT_CANCELLED;
    snprintf(e->reason, sizeof(e->reason), "%s",
             late ? "the walltime of its job was over"
                  : "the site ended its job");
}

static void end_started(struct agent *agent, struct task *task,
                        const struct ft_ending *ending)
{
    struct ft_ending e = *ending;

    if (agent->killed && (task->doubt || e.outcome == FT_OUT_CANCELLED))
        blame_site(agent, &e);
    end_task(agent, task, &e);
}

/* A site signals all processes of a job, one after the other, and this one may
 * be the last: an end by SIGTERM that nobody here wanted waits for it. */
static bool is_like_terminated(const struct ft_ending *e)
{
    return e->outcome == FT_OUT_ERROR &&
           (e->signal == SIGTERM || e->exit_code == FT_EXIT_SIGNAL + SIGTERM);
}

static void doubt(struct task *task, const struct ft_ending *ending)
{
    task->doubt = ft_calloc(1, sizeof(*task->doubt));
    *task->doubt = *ending;
    task->doubt_mono_ns = ft_clock_mono_ns();
}

void agent_doubt_no_more(struct agent *agent)
{
    int64_t now = ft_clock_mono_ns();

    for (size_t i = agent->n; i-- > 0;) {
        struct task *task = agent->task[i];
        bool late = (double)(now - task->doubt_mono_ns) > DOUBT_S * NS_PER_S;

        if (task->state < MEASURED && task->doubt && (agent->killed || late))
            end_started(agent, task, task->doubt);
    }
}

static void end_unstarted(struct agent *agent, struct task *task,
                          enum ft_outcome outcome, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static void end_unstarted(struct agent *agent, struct task *task,
                          enum ft_outcome outcome, const char *fmt, ...)
{
    struct ft_ending e = { .outcome = outcome };
    va_list ap;

    e.start_ns = e.end_ns = ft_clock_now_ns();
    va_start(ap, fmt);
    vsnprintf(e.reason, sizeof(e.reason), fmt, ap);
    va_end(ap);
    end_task(agent, task, &e);
}

static void refuse(struct agent *agent, struct task *task, const char *reason)
{
    agent->failed = true;
    agent_say_of(agent, "refused", task->attempt->tag, "reason", reason);
    forget(agent, task);
}

void agent_end_unstarted(struct agent *agent, struct task *task,
                         enum ft_outcome outcome, const char *reason)
{
    end_unstarted(agent, task, outcome, "%s", reason);
}

/* What waits will not be started here. */
static void refuse_waiting(struct agent *agent, const char *reason)
{
    for (size_t i = agent->n; i-- > 0;)
        if (agent->task[i]->state == WAITING)
            refuse(agent, agent->task[i], reason);
}

void agent_leave(struct agent *agent, enum leaving why, const char *reason)
{
    if (agent->leaving < why)
        agent->leaving = why;
    refuse_waiting(agent, reason);
}

void agent_end_all(struct agent *agent)
{
    if (agent->killed)
        return;
    agent->killed = true;
    for (size_t i = 0; i < agent->n; i++)
        if (agent->task[i]->state < MEASURED)
            ft_adapter_local.cancel(agent->site, &agent->task[i]->attempt->tag,
                                    1, END_GRACE_S);
    agent_doubt_no_more(agent);
}

void agent_cancel(struct agent *agent, uint64_t tag, double grace_s)
{
    struct task *task = agent_find(agent, tag);

    if (!task || task->state >= MEASURED)
        return; /* how it ended is known, or on its way */
    if (task->state == WAITING)
        end_unstarted(agent, task, FT_OUT_CANCELLED, "cancelled");
    else
        ft_adapter_local.cancel(agent->site, &tag, 1, grace_s);
}

/* --- starting ------------------------------------------------------------- */

/* Its first file: whoever makes it may use the directory, so that a job that
 * the site starts again does not work where the first one may still do.
 * 0, or an errno. */
static int claim(struct task *task)
{
    char *path;
    int fd, error = 0;

    if (task->claimed)
        return 0;
    path = ft_path_join(task->attempt->dir, FT_STDOUT_FILE);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (fd < 0)
        error = errno;
    else
        (void)close(fd);
    task->claimed = fd >= 0;
    free(path);
    return error;
}

static void start(struct agent *agent, struct task *task)
{
    const struct ft_attempt *a = task->attempt;
    int error = claim(task);
    char *why;

    if (error == EEXIST) {
        end_unstarted(agent, task, FT_OUT_NODE_FAIL, "was begun before: the "
                      "site has started its job again, on %s", agent->host);
        return;
    }
    if (error) {
        end_unstarted(agent, task, FT_OUT_NODE_FAIL, "cannot write into '%s' "
                      "on %s: %s", a->dir, agent->host, strerror(error));
        return;
    }
    why = agent_program_differs(agent, a);
    if (why) {
        end_unstarted(agent, task, FT_OUT_ERROR, "%s", why);
    } else {
        set_state(agent, task, STARTING);
        ft_adapter_local.submit(agent->site, a, 1);
    }
    free(why);
}

static void start_or_wait(struct agent *agent, struct task *task, int64_t now)
{
    double waited_s = (double)(now - task->since_mono_ns) / NS_PER_S;
    char *missing, *late;

    if (task->again_mono_ns > now || (task->fetch && !task->fetched))
        return;
    late = agent->file.serve && !task->claimed
               ? agent_lacks_time(agent, task->attempt) : NULL;
    if (late) { /* it has waited here for too long */
        refuse(agent, task, late);
        free(late);
        return;
    }
    missing = task->claimed ? NULL : agent_missing(task);
    if (!missing)
        start(agent, task);
    else if (waited_s > agent->file.visible_s)
        end_unstarted(agent, task, FT_OUT_NODE_FAIL, "cannot be seen on %s "
                      "after %.0f s: %s", agent->host, waited_s, missing);
    free(missing);
}

/* In the order in which they came, so that a large one is not passed for ever
 * by small ones. */
void agent_start_some(struct agent *agent)
{
    int64_t now = ft_clock_mono_ns();
    size_t i = 0;

    while (i < agent->n && agent->held < agent->slots && !agent->leaving) {
        struct task *task = agent->task[i];

        if (task->state == WAITING) {
            if (agent->held + task->slots > agent->slots)
                break;
            start_or_wait(agent, task, now);
        }
        if (i < agent->n && agent->task[i] == task)
            i++;
    }
}

/* --- what the local adapter tells ----------------------------------------- */

static void on_submitted(uint64_t tag, enum ft_submit_answer answer,
                         const char *job, double retry_after_s,
                         const char *reason, void *arg)
{
    struct agent *agent = arg;
    struct task *task = agent_find(agent, tag);

    (void)job;
    if (answer == FT_SUBMIT_OK) {
        set_state(agent, task, RUNNING);
    } else if (answer == FT_SUBMIT_RETRY_AFTER) {
        set_state(agent, task, WAITING);
        task->again_mono_ns = ft_clock_mono_ns() +
                              (int64_t)(retry_after_s * NS_PER_S);
    } else {
        end_unstarted(agent, task, FT_OUT_ERROR, "%s", reason);
    }
}

static void on_started(uint64_t tag, const char *host, void *arg)
{
    struct agent *agent = arg;

    (void)host; /* the site may call it otherwise */
    agent_say_of(agent, "started", tag, "host", agent->host);
}

static void on_progress(uint64_t tag, const char *line, void *arg)
{
    agent_say_of(arg, "progress", tag, "line", line);
}

static void on_waiting(uint64_t tag, const char *reason, void *arg)
{
    (void)tag;
    (void)reason;
    (void)arg; /* nothing waits at the local adapter */
}

static void on_ended(uint64_t tag, const struct ft_ending *ending, void *arg)
{
    struct agent *agent = arg;
    struct task *task = agent_find(agent, tag);

    if (!agent->killed && is_like_terminated(ending))
        doubt(task, ending);
    else
        end_started(agent, task, ending);
    agent_start_some(agent);
}

const struct ft_adapter_events agent_events = {
    .submitted = on_submitted,
    .started = on_started,
    .progress = on_progress,
    .waiting = on_waiting,
    .ended = on_ended,
};
