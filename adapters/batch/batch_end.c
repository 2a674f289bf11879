/* batch_end.c - how a task ended: its record, and the site's verdict
 *
 * The agent's record says what the program did.  Why a program was ended from
 * outside only the site knows: then both are needed.  Without a record the site
 * alone decides, after the time that a file may take to be seen here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/batch/batch_in.h"
#include "adapters/home/home.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "run/record/result.h"

#define NS_PER_S 1e9
#define VERDICT_MIN_S 10.0 /* that the site has for it */

/* --- verdicts ------------------------------------------------------------- */

/* Does the site know better what became of the program?  What it ends gets a
 * signal, all processes at once; a shell makes an exit status of that. */
static bool is_in_doubt(const struct ft_batch_task *task)
{
    const struct ft_ending *e = task->heard;

    return !task->cancelled && e->outcome != FT_OUT_OK &&
           (e->by_site || e->outcome == FT_OUT_CANCELLED ||
            e->outcome == FT_OUT_LOST || e->signal != 0 ||
            e->exit_code > FT_EXIT_SIGNAL);
}

static bool is_verdict(enum ft_outcome outcome)
{
    return outcome == FT_OUT_OOM || outcome == FT_OUT_TIMEOUT ||
           outcome == FT_OUT_NODE_FAIL || outcome == FT_OUT_PREEMPTED ||
           outcome == FT_OUT_CANCELLED;
}

static void add_site(const struct ft_batch_job *job, struct ft_ending *e)
{
    const struct ft_batch *batch = job->batch;
    char was[160];

    snprintf(was, sizeof(was), "%.150s", e->reason);
    snprintf(e->reason, sizeof(e->reason), "site %s, job %s: %s%s%s%s",
             batch->site->name, job->id ? job->id : "?",
             job->reason ? job->reason : ft_outcome_names[job->outcome],
             *was ? " (" : "", was, *was ? ")" : "");
}

static void finish(struct ft_batch_task *task, struct ft_ending *e)
{
    const struct ft_batch *batch = task->batch;

    snprintf(e->site, sizeof(e->site), "%s", batch->site->name);
    if (!task->cancelled)
        ft_batch_node_ended(task->batch, e);
    ft_batch_ended(task, e);
}

/* The end of a pilot is no fault of the tasks that it had. */
static enum ft_outcome of_pilot(const struct ft_batch_job *job)
{
    return job->outcome == FT_OUT_NODE_FAIL ||
                   job->outcome == FT_OUT_PREEMPTED
               ? job->outcome : FT_OUT_LOST;
}

/* Was it ended with its pilot?  A program may get the site's signal before the
 * agent does, whose record then does not say so; only a lack of memory can be
 * the task's own. */
static bool went_with_pilot(const struct ft_batch_task *task)
{
    const struct ft_batch_job *job = task->job;

    return job && job->pilot &&
           (task->heard->by_site ||
            (job->state == FT_BATCH_ENDED && is_verdict(job->outcome) &&
             job->outcome != FT_OUT_OOM));
}

/* With a record. */
static void settle_heard(struct ft_batch_task *task)
{
    double wait_s = 3 * task->batch->site->status_interval_s + VERDICT_MIN_S;
    const struct ft_batch_job *job = task->job;
    int64_t waited = ft_clock_mono_ns() - task->heard_ns;
    struct ft_ending e = *task->heard;
    bool known = job && job->state == FT_BATCH_ENDED;

    if (is_in_doubt(task) && job && !known &&
        (double)waited < wait_s * NS_PER_S) {
        ft_batch_ask(task->batch);
        return;
    }
    if (is_in_doubt(task) && went_with_pilot(task)) {
        e.outcome = known ? of_pilot(job) : FT_OUT_LOST;
    } else if (is_in_doubt(task) && known && is_verdict(job->outcome)) {
        e.outcome = job->outcome;
        add_site(job, &e);
    } else if (is_in_doubt(task) && e.outcome == FT_OUT_CANCELLED) {
        e.outcome = FT_OUT_LOST; /* nobody here wanted its end */
    }
    finish(task, &e);
}

/* Without one. */
static void settle_silent(struct ft_batch_task *task)
{
    const struct ft_batch_job *job = task->job;
    struct ft_ending e = { .outcome = job->outcome };

    if (job->pilot)
        e.outcome = of_pilot(job);
    else if (!is_verdict(job->outcome))
        e.outcome = FT_OUT_LOST;
    if (job->agent) /* another attempt follows, this one is no use any more */
        ft_home_cancel(job->agent, task->attempt->tag, 0);
    if (job->outcome == FT_OUT_ERROR)
        snprintf(e.reason, sizeof(e.reason), "the job ended with status %d "
                 "and left no record of the task; see %s", job->exit_code,
                 job->file ? job->file : "its output");
    else if (!is_verdict(job->outcome))
        snprintf(e.reason, sizeof(e.reason), "no record of its end was left");
    add_site(job, &e);
    snprintf(e.host, sizeof(e.host), "%s", job->host);
    e.exit_code = job->exit_code;
    e.signal = job->signal;
    e.start_ns = e.end_ns = ft_clock_now_ns();
    finish(task, &e);
}

void ft_batch_heard(struct ft_batch_task *task, const struct ft_ending *ending)
{
    if (task->heard)
        return;
    task->heard = ft_calloc(1, sizeof(*task->heard));
    *task->heard = *ending;
    task->batch->awaits = true;
    task->heard_ns = ft_clock_mono_ns();
    if (ending->start_ns)
        ft_batch_started(task, ending->host);
    settle_heard(task);
}

void ft_batch_settle(struct ft_batch_task *task)
{
    const struct ft_batch *batch = task->batch;
    const struct ft_batch_job *job = task->job;
    struct ft_ending ending = { 0 };
    int64_t waited;

    if (task->heard) {
        settle_heard(task);
        return;
    }
    if (!job || (job->state != FT_BATCH_ENDED && !job->missing_ns))
        return;
    if (ft_result_read(task->attempt->dir, task->attempt->tag_text, &ending)) {
        ft_batch_heard(task, &ending);
        return;
    }
    if (job->state != FT_BATCH_ENDED)
        return;
    waited = ft_clock_mono_ns() - job->end_ns;
    if ((double)waited >= batch->site->visibility_wait_s * NS_PER_S ||
        (task->cancelled && !task->started))
        settle_silent(task);
}

/* Will there be something to settle, or to end, sooner or later? */
static bool awaits(const struct ft_batch_task *task)
{
    const struct ft_batch_job *job = task->job;

    return task->heard || task->cancelled ||
           (job && (job->state == FT_BATCH_ENDED || job->missing_ns));
}

void ft_batch_settle_all(struct ft_batch *batch)
{
    if (!batch->awaits)
        return;
    for (size_t i = batch->n_tasks; i-- > 0;)
        if (i < batch->n_tasks)
            ft_batch_settle(batch->task[i]);
    /* Pilots that are over and have nothing left. */
    for (size_t i = batch->n_jobs; i-- > 0;)
        if (batch->job[i]->state == FT_BATCH_ENDED && !batch->job[i]->n_tasks)
            ft_batch_job_free(batch->job[i]);
    batch->awaits = false;
    for (size_t i = 0; i < batch->n_tasks && !batch->awaits; i++)
        batch->awaits = awaits(batch->task[i]);
}
