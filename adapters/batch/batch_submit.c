/* batch_submit.c - jobs on their way to the site */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/batch/batch_in.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"

#define CHUNK 100      /* jobs in a request */
#define RETRY_S 5.0    /* when the site does not say how long */
#define NS_PER_S 1e9

/* A request under way, by what its jobs are called there: a job may go
 * meanwhile, or some of an array. */
struct sent {
    struct ft_batch *batch;
    size_t n;
    char *tag[CHUNK];
    bool pilot[CHUNK];
};

/* --- answers -------------------------------------------------------------- */

/* To all that were submitted with it. */
static void tell_waits(struct ft_batch_job *job, const char *reason)
{
    const struct ft_batch_array *array = job->array;
    char *text = ft_asprintf("site %s: %s", job->batch->site->name, reason);

    if (!array)
        ft_batch_job_waits(job, text);
    for (size_t i = 0; array && i < array->n; i++)
        if (array->element[i])
            ft_batch_job_waits(array->element[i], text);
    free(text);
}

static void not_asked(struct ft_batch_job *job)
{
    job->asked = false;
}

/* The site has not taken it: it goes again, with all that come after. */
static void again_later(struct ft_batch_job *job, struct json_object *answer)
{
    struct ft_batch *batch = job->batch;
    double after_s = ft_json_num_or(answer, "retry_after_s", RETRY_S);
    int64_t when = ft_clock_mono_ns() + (int64_t)(after_s * NS_PER_S);

    if (when > batch->submit_ns)
        batch->submit_ns = when;
    tell_waits(job, ft_json_str_or(answer, "reason", "not now"));
    ft_batch_each_job(job, not_asked);
    ft_batch_flush_later(batch, after_s);
}

static void unsure_now(struct ft_batch_job *job)
{
    job->state = FT_BATCH_UNSURE;
    job->asked_ns = ft_clock_mono_ns();
    job->searches = 0;
}

static void is_unsure(struct ft_batch_job *job, struct json_object *answer)
{
    ft_batch_each_job(job, unsure_now);
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
    } else if (job->array) { /* each is then refused for itself, or not */
        ft_batch_dissolve(job, true);
    } else if (job->task) {
        ft_batch_refused(job->task, answer, reason); /* the job goes with it */
    }
}

/* A site that is full may still have room for a part of it. */
static void is_full(struct ft_batch_job *job, struct json_object *result)
{
    again_later(job, result);
    if (!job->array)
        return;
    job->batch->array_now = (int)(job->array->n / 2);
    ft_batch_dissolve(job, false);
}

static void take_result(struct ft_batch_job *job, struct json_object *result)
{
    const char *what = ft_json_str_or(result, "result", "");
    const char *id = ft_json_str_or(result, "job", "");

    if (strcmp(what, "ok") == 0 && *id) {
        ft_batch_accepted(job, id);
    } else if (strcmp(what, "retry_after") == 0) {
        is_full(job, result);
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

static struct ft_batch_job *find_sent(struct ft_batch *batch, const char *tag)
{
    const struct ft_batch_array *array = ft_map_get(&batch->array_of, tag);

    for (size_t i = 0; array && i < array->n; i++)
        if (array->element[i])
            return array->element[i];
    return ft_map_get(&batch->job_of, tag);
}

/* Pilots that were submitted when everything was done already. */
static void end_late_pilots(const struct sent *sent,
                            struct json_object *results)
{
    struct ft_batch *batch = sent->batch;
    struct json_object *ids = json_object_new_array();
    struct json_object *tags = json_object_new_array();

    for (size_t i = 0; i < sent->n; i++) {
        struct json_object *result =
            json_object_is_type(results, json_type_array)
                ? json_object_array_get_idx(results, i) : NULL;
        const char *id = ft_json_str_or(result, "job", "");

        if (!*id || !sent->pilot[i])
            continue;
        json_object_array_add(ids, json_object_new_string(id));
        json_object_array_add(tags, json_object_new_string(sent->tag[i]));
    }
    ft_batch_end_pilots(batch, ids, tags);
}

static void on_answer(struct json_object *answer, void *arg)
{
    struct sent *sent = arg;
    struct ft_batch *batch = sent->batch;
    struct json_object *results = ft_json_or_null(answer, "results");
    bool ok = ft_json_bool_or(answer, "ok", false);

    if (batch->closing)
        end_late_pilots(sent, results);
    for (size_t i = 0; i < sent->n; i++) {
        struct ft_batch_job *job =
            batch->closing ? NULL : find_sent(batch, sent->tag[i]);
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
    ft_batch_last_answer(batch);
    ft_batch_answered(batch);
}

/* --- requests ------------------------------------------------------------- */

static void give_to_site(struct ft_batch *batch, struct sent *sent,
                         struct json_object *jobs)
{
    struct json_object *request = json_object_new_object();

    ft_json_add_str(request, "op", "submit");
    json_object_object_add(request, "jobs", jobs);
    batch->n_last++;
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
        n += !is_new(batch->job[i]) && ft_batch_leads(batch->job[i]);
    return n;
}

/* Its task was cancelled while the site did not take it.  Of an array the rest
 * has to be numbered anew. */
static void drop_if_cancelled(struct ft_batch_job *job)
{
    struct ft_batch_task *task = job->task;

    if (!task || !task->cancelled)
        return;
    if (job->array)
        ft_batch_dissolve(job, false);
    ft_batch_never_began(task);
}

static void now_asked(struct ft_batch_job *job)
{
    job->asked = true;
}

static void add_job(struct ft_batch_job *job, struct sent *sent,
                    struct json_object *jobs)
{
    struct json_object *request =
        job->array ? job->array->request : job->request;

    json_object_object_add(request, "exclude",
                           ft_batch_nodes_out(job->batch));
    sent->pilot[sent->n] = job->pilot;
    sent->tag[sent->n++] = ft_strdup(job->site_tag);
    json_object_array_add(jobs, json_object_get(request));
    ft_batch_each_job(job, now_asked);
}

/* How many submissions 'submits_per_s' allows now.  What was not used is saved
 * up, for a second at most. */
static double allowance(struct ft_batch *batch, int64_t now)
{
    double rate = batch->site->submits_per_s;
    double most = rate > 1 ? rate : 1;

    if (!(rate > 0))
        return INFINITY;
    batch->allowed += (double)(now - batch->allowed_ns) / NS_PER_S * rate;
    if (!batch->allowed_ns || batch->allowed > most)
        batch->allowed = most;
    batch->allowed_ns = now;
    return batch->allowed;
}

/* May it go now, 'known' others being at the site?  If not it is told why. */
static bool may_go(struct ft_batch_job *job, size_t known)
{
    struct ft_batch *batch = job->batch;
    const struct ft_site *site = batch->site;
    double allowed;

    if (known >= (size_t)site->max_in_flight) {
        tell_waits(job, "as many jobs are under way as 'max_in_flight' "
                        "allows");
        return false;
    }
    allowed = allowance(batch, ft_clock_mono_ns());
    if (allowed < 1) {
        tell_waits(job, "as many jobs were submitted in this second as "
                        "'submits_per_s' allows");
        ft_batch_flush_later(batch, (1 - allowed) / site->submits_per_s);
        return false;
    }
    batch->allowed -= 1;
    return true;
}

/* Is it too early to submit anything?  What has to be known first comes with an
 * answer of the site, after which this is asked again. */
static bool too_early(struct ft_batch *batch)
{
    int64_t now = ft_clock_mono_ns();

    if (now < batch->submit_ns)
        ft_batch_flush_later(batch,
                             (double)(batch->submit_ns - now) / NS_PER_S);
    return !batch->known || ft_batch_nodes_unsure(batch) ||
           now < batch->submit_ns;
}

void ft_batch_submit(struct ft_batch *batch)
{
    struct sent *sent = NULL;
    struct json_object *jobs = NULL;
    size_t known = count_known(batch);

    if (too_early(batch))
        return;
    for (size_t i = batch->n_jobs; i-- > 0;)
        if (i < batch->n_jobs && is_new(batch->job[i]))
            drop_if_cancelled(batch->job[i]);
    for (size_t i = 0; i < batch->n_jobs; i++) {
        struct ft_batch_job *job = batch->job[i];

        if (!is_new(job) || !ft_batch_leads(job) || !may_go(job, known))
            continue;
        if (!sent) {
            sent = ft_calloc(1, sizeof(*sent));
            sent->batch = batch;
            jobs = json_object_new_array();
        }
        known++;
        add_job(job, sent, jobs);
        if (sent->n == CHUNK) {
            give_to_site(batch, sent, jobs);
            sent = NULL;
        }
    }
    if (sent)
        give_to_site(batch, sent, jobs);
}
