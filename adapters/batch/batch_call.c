/* batch_call.c - what agents say that call home */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "adapters/batch/batch_in.h"
#include "adapters/home/home.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"

#define NS_PER_S 1e9
#define SPARE_SHARE 0.25 /* of what is left of a job, at most */

static bool holds(const struct ft_agent_hello *hello, uint64_t tag)
{
    for (size_t i = 0; i < hello->n_held; i++)
        if (hello->held[i] == tag)
            return true;
    return false;
}

/* What an earlier runner gave to a pilot is the pilot's again. */
static void take_held(struct ft_batch_job *job,
                      const struct ft_agent_hello *hello)
{
    for (size_t i = 0; i < hello->n_held; i++) {
        struct ft_batch_task *task =
            ft_batch_task_find(job->batch, hello->held[i]);

        if (task && !task->job && task->again)
            ft_batch_attach(task, job);
    }
}

/* A line to the agent was lost with the connection: it never had the task. */
static void give_back(struct ft_batch_job *job,
                      const struct ft_agent_hello *hello)
{
    struct ft_batch *batch = job->batch;

    for (size_t i = 0; i < batch->n_tasks; i++) {
        struct ft_batch_task *task = batch->task[i];

        if (task->job == job && !task->heard &&
            !holds(hello, task->attempt->tag))
            ft_batch_detach(task);
    }
}

/* Nobody wants what it does: its job exists twice, or was given up. */
static void dismiss(struct ft_agent *agent, const struct ft_agent_hello *hello)
{
    for (size_t i = 0; i < hello->n_held; i++)
        ft_home_cancel(agent, hello->held[i], 0);
    ft_home_finish(agent);
}

/* The agent spares as much of a short job. */
static void note_end(struct ft_batch_job *job, double left_s)
{
    double spare_s = fmin(job->batch->site->signal_before_s,
                          left_s * SPARE_SHARE);

    if (left_s >= 0)
        job->over_ns = ft_clock_mono_ns() +
                       (int64_t)((left_s - spare_s) * NS_PER_S);
}

static void on_joined(struct ft_agent *agent,
                      const struct ft_agent_hello *hello, void *arg)
{
    struct ft_batch *batch = arg;
    struct ft_batch_job *job = ft_map_get(&batch->job_of, hello->tag);

    if (!job && !batch->known) /* an earlier runner's, not asked for yet */
        job = ft_batch_job_found(batch, hello->tag, hello->tag, hello->serve);
    if (!job || (job->agent && job->agent != agent)) {
        dismiss(agent, hello);
        return;
    }
    job->agent = agent;
    snprintf(job->host, sizeof(job->host), "%s", hello->host);
    job->joined = true;
    job->missing_ns = 0;
    ft_agent_set(agent, job);
    if (!job->id && *hello->job)
        ft_batch_accepted(job, hello->job);
    if (job->state <= FT_BATCH_ACCEPTED)
        job->state = FT_BATCH_RUNNING;
    if (!job->pilot)
        return;
    job->slots = hello->slots;
    note_end(job, hello->left_s);
    take_held(job, hello);
    give_back(job, hello);
    ft_batch_feed(job);
    ft_batch_flush_later(batch, 0);
}

static void on_left(struct ft_agent *agent, const char *reason, void *arg)
{
    struct ft_batch_job *job = ft_agent_get(agent);

    if (!job)
        return;
    job->agent = NULL;
    if (reason)
        job->leaving = true;
    ft_batch_ask(arg);
}

static struct ft_batch_task *task_of(const struct ft_agent *agent,
                                     const struct ft_batch *batch,
                                     uint64_t tag)
{
    struct ft_batch_task *task = ft_batch_task_find(batch, tag);

    return task && task->job && task->job == ft_agent_get(agent) ? task
                                                                  : NULL;
}

static void on_accepted(struct ft_agent *agent, uint64_t tag, void *arg)
{
    struct ft_batch_task *task = task_of(agent, arg, tag);

    if (task)
        ft_batch_submitted(task);
}

static void on_refused(struct ft_agent *agent, uint64_t tag,
                       const char *reason, void *arg)
{
    struct ft_batch_task *task = task_of(agent, arg, tag);

    if (!task)
        return;
    ft_batch_waits(task, reason);
    if (!task->job->pilot)
        return; /* it ends without a record */
    task->job->leaving = true; /* for want of time */
    ft_batch_detach(task);
    ft_batch_flush_later(arg, 0);
}

static void on_started(struct ft_agent *agent, uint64_t tag, const char *host,
                       void *arg)
{
    struct ft_batch_task *task = task_of(agent, arg, tag);

    if (task)
        ft_batch_started(task, host);
}

static void on_progress(struct ft_agent *agent, uint64_t tag,
                        const char *line, void *arg)
{
    struct ft_batch *batch = arg;

    if (task_of(agent, batch, tag))
        batch->events.progress(tag, line, batch->events.arg);
}

static void on_ended(struct ft_agent *agent, uint64_t tag,
                     const char *tag_text, const struct ft_ending *ending,
                     void *arg)
{
    struct ft_batch_task *task = task_of(agent, arg, tag);

    if (task && strcmp(task->attempt->tag_text, tag_text) == 0)
        ft_batch_heard(task, ending);
}

int ft_batch_listen(struct ft_batch *batch, struct ft_err *err)
{
    struct ft_home_events events = {
        .joined = on_joined,
        .left = on_left,
        .accepted = on_accepted,
        .refused = on_refused,
        .started = on_started,
        .progress = on_progress,
        .ended = on_ended,
        .arg = batch,
    };

    if (batch->held)
        ft_batch_far_events(&events);
    /* Elsewhere agents cannot see that home has moved. */
    batch->home = batch->held
                      ? ft_home_reopen(batch->loop, &events, batch->home_file,
                                       err)
                      : ft_home_open(batch->loop, &events, err);
    return batch->home ? ft_home_publish(batch->home, batch->home_file, err)
                       : -1;
}
