/* batch_submit.c - jobs on their way to the site */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/batch_in.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"

#define CHUNK 100      /* jobs in a request */
#define RETRY_S 5.0    /* when the site does not say how long */
#define NS_PER_S 1e9

/* A request under way, by the tags of its jobs: a job may go meanwhile. */
struct sent {
    struct ft_batch *batch;
    size_t n;
    char *tag[CHUNK];
};

/* --- answers -------------------------------------------------------------- */

static void tell_waits(struct ft_batch_job *job, const char *reason)
{
    struct ft_batch *batch = job->batch;
    char *text = ft_asprintf("site %s: %s", batch->site->name, reason);

    for (size_t i = 0; i < batch->n_tasks; i++)
        if (batch->task[i]->job == job)
            ft_batch_waits(batch->task[i], text);
    free(text);
}

/* The site has not taken it: it goes again, with all that come after. */
static void again_later(struct ft_batch_job *job, struct json_object *answer)
{
    struct ft_batch *batch = job->batch;
    double after_s = ft_json_num_or(answer, "retry_after_s", RETRY_S);
    int64_t when = ft_clock_mono_ns() + (int64_t)(after_s * NS_PER_S);

    job->asked = false;
    if (when > batch->submit_ns)
        batch->submit_ns = when;
    tell_waits(job, ft_json_str_or(answer, "reason", "not now"));
    ft_batch_flush_later(batch, after_s);
}

static void is_unsure(struct ft_batch_job *job, struct json_object *answer)
{
    job->state = FT_BATCH_UNSURE;
    job->asked_ns = ft_clock_mono_ns();
    job->searches = 0;
    tell_waits(job, ft_json_str_or(answer, "reason",
                                   "it is not known whether the job was "
                                   "accepted"));
    ft_batch_flush_later(job->batch, 1);
}

static void refuse(struct ft_batch_job *job, enum ft_submit_answer answer,
                   const char *reason)
{
    struct ft_batch *batch = job->batch;

    if (job->pilot) { /* tasks can do without */
        job->leaving = true;
        for (size_t i = 0; i < batch->n_tasks; i++)
            if (!batch->task[i]->job)
                ft_batch_waits(batch->task[i], reason);
        ft_batch_job_free(job);
        return;
    }
    for (size_t i = batch->n_tasks; i-- > 0;)
        if (i < batch->n_tasks && batch->task[i]->job == job) {
            ft_batch_refused(batch->task[i], answer, reason);
            return; /* and the job went with its task */
        }
}

static void take_result(struct ft_batch_job *job, struct json_object *result)
{
    const char *what = ft_json_str_or(result, "result", "");
    const char *id = ft_json_str_or(result, "job", "");

    if (strcmp(what, "ok") == 0 && *id) {
        job->state = FT_BATCH_ACCEPTED;
        ft_batch_job_id(job, id);
        ft_batch_each_task(job, ft_batch_submitted);
    } else if (strcmp(what, "retry_after") == 0) {
        again_later(job, result);
    } else if (strcmp(what, "denied") == 0) {
        refuse(job, FT_SUBMIT_DENIED,
               ft_json_str_or(result, "reason", "denied"));
    } else if (strcmp(what, "rejected") == 0) {
        refuse(job, FT_SUBMIT_REJECTED,
               ft_json_str_or(result, "reason", "rejected"));
    } else {
        is_unsure(job, result);
    }
}

/* The whole request failed. */
static void take_error(struct ft_batch_job *job, struct json_object *answer)
{
    const char *error = ft_json_str_or(answer, "error", "");
    const char *reason = ft_json_str_or(answer, "reason", error);

    if (ft_batch_needs_credential(job->batch, answer))
        again_later(job, answer);
    else if (strcmp(error, "denied") == 0)
        refuse(job, FT_SUBMIT_DENIED, reason);
    else if (strcmp(error, "rejected") == 0 ||
             strcmp(error, "unsupported") == 0 ||
             strcmp(error, "protocol") == 0)
        refuse(job, FT_SUBMIT_REJECTED, reason);
    else if (ft_json_bool_or(answer, "sent", false))
        is_unsure(job, answer); /* nobody has heard what came of it */
    else
        again_later(job, answer);
}

static void on_answer(struct json_object *answer, void *arg)
{
    struct sent *sent = arg;
    struct ft_batch *batch = sent->batch;
    struct json_object *results = ft_json_or_null(answer, "results");
    bool ok = ft_json_bool_or(answer, "ok", false);

    for (size_t i = 0; i < sent->n; i++) {
        struct ft_batch_job *job =
            batch->closing ? NULL : ft_map_get(&batch->job_of, sent->tag[i]);
        struct json_object *result =
            ok && json_object_is_type(results, json_type_array)
                ? json_object_array_get_idx(results, i) : NULL;

        free(sent->tag[i]);
        if (!job || job->state != FT_BATCH_SUBMITTING)
            continue;
        if (ok)
            take_result(job, result); /* one that is missing is unknown */
        else
            take_error(job, answer);
    }
    free(sent);
    ft_batch_cancel(batch);
    ft_batch_answered(batch);
}

/* --- requests ------------------------------------------------------------- */

static void give_to_site(struct ft_batch *batch, struct sent *sent,
                         struct json_object *jobs)
{
    struct json_object *request = json_object_new_object();

    ft_json_add_str(request, "op", "submit");
    json_object_object_add(request, "jobs", jobs);
    ft_batch_query(batch, request, on_answer, sent);
}

static bool is_new(const struct ft_batch_job *job)
{
    return job->state == FT_BATCH_SUBMITTING && !job->asked;
}

static size_t count_known(const struct ft_batch *batch)
{
    size_t n = 0;

    for (size_t i = 0; i < batch->n_jobs; i++)
        n += !is_new(batch->job[i]);
    return n;
}

/* Its task was cancelled while the site did not take it. */
static void drop_if_cancelled(struct ft_batch_job *job)
{
    struct ft_batch *batch = job->batch;

    for (size_t i = 0; i < batch->n_tasks; i++)
        if (batch->task[i]->job == job && batch->task[i]->cancelled) {
            ft_batch_never_began(batch->task[i]);
            return;
        }
}

void ft_batch_submit(struct ft_batch *batch)
{
    struct sent *sent = NULL;
    struct json_object *jobs = NULL;
    size_t known = count_known(batch);
    int64_t now = ft_clock_mono_ns();

    if (!batch->known || now < batch->submit_ns)
        return; /* a timer for it runs */
    for (size_t i = batch->n_jobs; i-- > 0;)
        if (i < batch->n_jobs && is_new(batch->job[i]))
            drop_if_cancelled(batch->job[i]);
    for (size_t i = 0; i < batch->n_jobs; i++) {
        struct ft_batch_job *job = batch->job[i];

        if (!is_new(job))
            continue;
        if (known >= (size_t)batch->site->max_in_flight) {
            tell_waits(job, "as many jobs are under way as 'max_in_flight' "
                            "allows");
            continue;
        }
        if (!sent) {
            sent = ft_calloc(1, sizeof(*sent));
            sent->batch = batch;
            jobs = json_object_new_array();
        }
        known++;
        job->asked = true;
        sent->tag[sent->n++] = ft_strdup(job->tag);
        json_object_array_add(jobs, json_object_get(job->request));
        if (sent->n == CHUNK) {
            give_to_site(batch, sent, jobs);
            sent = NULL;
        }
    }
    if (sent)
        give_to_site(batch, sent, jobs);
}
