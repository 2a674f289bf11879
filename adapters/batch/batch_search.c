/* batch_search.c - jobs found at the site by their tags */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/batch/batch_in.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/path.h"
#include "run/record/result.h"

#define NS_PER_S 1e9
#define RETRY_S 2.0
/* A controller that was slow may still come to a request that it did not
 * answer: a job is submitted again only when so many complete answers, over so
 * long, have lacked it. */
#define SEARCHES 3
#define UNSURE_S 10.0

/* "RUN/WHAT-7/1": 7; else 0. */
static int number_of(const struct ft_batch *batch, const char *tag,
                     const char *what)
{
    size_t len = strlen(batch->place->run_id), n = strlen(what);

    if (!ft_starts_with(tag, batch->place->run_id) ||
        !ft_starts_with(tag + len, what))
        return 0;
    return (int)strtol(tag + len + n, NULL, 10);
}

static bool has_ended(struct json_object *status)
{
    const char *state = ft_json_str_or(status, "state", "");

    return strcmp(state, "ended") == 0 || strcmp(state, "not_found") == 0;
}

/* --- what was found ------------------------------------------------------- */

/* Of two jobs with the same tag the one that has not ended counts. */
static void keep(struct ft_batch *batch, const char *tag,
                 struct json_object *status)
{
    struct json_object *old = ft_map_get(&batch->found, tag);

    if (old && !has_ended(old))
        return;
    json_object_put(old);
    (void)ft_map_put(&batch->found, tag, json_object_get(status));
}

/* A pilot of the earlier runner works for this one. */
static void take_pilot(struct ft_batch *batch, const char *tag,
                       struct json_object *status)
{
    struct ft_batch_job *job;

    if (has_ended(status))
        return;
    job = ft_batch_job_found(batch, tag, tag, true);
    ft_batch_job_id(job, ft_json_str_or(status, "job", ""));
    ft_batch_status(job, status);
}

/* An element of an array of the earlier runner has a task's tag in its file. */
static void take_element(struct ft_batch *batch, const char *tag,
                         struct json_object *status)
{
    const char *n = strchr(ft_json_str_or(status, "job", ""), '_');
    char *own = n ? ft_batch_element_tag(batch, tag, n + 1) : NULL;

    if (!own) /* nobody will ask for it, and it is ended with what is left */
        own = ft_asprintf("%s%s", tag, n ? n : "");
    keep(batch, own, status);
    free(own);
}

static void take_unknown(struct ft_batch *batch, const char *tag,
                         struct json_object *status)
{
    if (number_of(batch, tag, "/" FT_BATCH_PILOT "-"))
        take_pilot(batch, tag, status);
    else if (number_of(batch, tag, "/" FT_BATCH_ARRAY "-"))
        take_element(batch, tag, status);
    else
        keep(batch, tag, status);
}

/* The job that the site calls so. */
static struct ft_batch_job *find(const struct ft_batch *batch, const char *tag,
                                 const char *id)
{
    const struct ft_batch_array *array = ft_map_get(&batch->array_of, tag);
    struct ft_batch_job *job = ft_map_get(&batch->id_of, id);
    const char *n = strchr(id, '_');
    size_t at = n ? strtoul(n + 1, NULL, 10) : 0;

    if (job && strcmp(job->site_tag, tag) == 0)
        return job;
    if (array)
        return n && at < array->n ? array->element[at] : NULL;
    return ft_map_get(&batch->job_of, tag);
}

static void take_one(struct ft_batch *batch, struct json_object *status)
{
    const char *tag = ft_json_str_or(status, "tag", "");
    const char *id = ft_json_str_or(status, "job", "");
    struct ft_batch_job *job = find(batch, tag, id);

    if (!*tag || !*id)
        return;
    if (!job && !batch->known) {
        take_unknown(batch, tag, status);
    } else if (job && job->state == FT_BATCH_UNSURE) {
        ft_batch_accepted(job, id);
        ft_batch_status(job, status);
    } else if (job && job->id && strcmp(job->id, id) != 0 &&
               job->state == FT_BATCH_ENDED && !has_ended(status)) {
        /* It was accepted twice, and the other one lives. */
        job->state = FT_BATCH_ACCEPTED;
        job->end_ns = 0;
        ft_batch_job_id(job, id);
        ft_batch_status(job, status);
    }
}

/* It was not accepted after all. */
static void submit_again(struct ft_batch_job *job)
{
    job->state = FT_BATCH_SUBMITTING;
    job->asked = false;
    ft_batch_flush_later(job->batch, 0);
}

static void count_searches(struct ft_batch *batch)
{
    int64_t now = ft_clock_mono_ns();

    for (size_t i = 0; i < batch->n_jobs; i++) {
        struct ft_batch_job *job = batch->job[i];

        if (job->state != FT_BATCH_UNSURE)
            continue;
        if (++job->searches >= SEARCHES &&
            (double)(now - job->asked_ns) >= UNSURE_S * NS_PER_S)
            submit_again(job);
    }
}

static void on_found(struct json_object *answer, void *arg)
{
    struct ft_batch *batch = arg;
    struct json_object *jobs = ft_json_or_null(answer, "jobs");
    bool complete = ft_json_bool_or(answer, "ok", false) &&
                    ft_json_bool_or(answer, "complete", false);
    size_t n = json_object_is_type(jobs, json_type_array)
                   ? json_object_array_length(jobs) : 0;

    batch->searching = false;
    if (batch->closing) {
        ft_batch_answered(batch);
        return;
    }
    for (size_t i = 0; i < n; i++)
        take_one(batch, json_object_array_get_idx(jobs, i));
    if (complete) {
        count_searches(batch);
        batch->known = true;
        ft_batch_flush_later(batch, 0);
    } else if (!ft_batch_needs_credential(batch, answer) && !batch->known) {
        for (size_t i = 0; i < batch->n_tasks; i++)
            ft_batch_waits(batch->task[i],
                           ft_json_str_or(answer, "reason",
                                          "the site does not tell which jobs "
                                          "of this run it has"));
    }
    ft_batch_flush_later(batch, RETRY_S);
    ft_batch_answered(batch);
}

static bool is_needed(const struct ft_batch *batch)
{
    if (!batch->known)
        return true;
    for (size_t i = 0; i < batch->n_jobs; i++)
        if (batch->job[i]->state == FT_BATCH_UNSURE)
            return true;
    return false;
}

void ft_batch_search(struct ft_batch *batch)
{
    struct json_object *request;
    char *prefix;

    if (batch->searching || batch->closing || !is_needed(batch))
        return;
    batch->searching = true;
    request = json_object_new_object();
    prefix = ft_asprintf("%s/", batch->place->run_id);
    ft_json_add_str(request, "op", "find_by_tag");
    ft_json_add_str(request, "prefix", prefix);
    free(prefix);
    ft_batch_query(batch, request, on_found, batch);
}

/* --- what an earlier runner left ------------------------------------------ */

/* An agent had begun, and has made its first file: nothing else may be started
 * in that directory. */
static bool was_claimed(const struct ft_batch_task *task)
{
    char *path = ft_path_join(task->attempt->dir, FT_STDOUT_FILE);
    bool claimed = ft_path_exists(path);

    free(path);
    return claimed;
}

/* A pilot that has not called home yet may have it. */
static bool may_be_in_pilot(const struct ft_batch *batch)
{
    for (size_t i = 0; i < batch->n_jobs; i++) {
        const struct ft_batch_job *job = batch->job[i];

        if (job->pilot && !job->joined && job->state != FT_BATCH_ENDED)
            return true;
    }
    return false;
}

static void is_lost(struct ft_batch_task *task)
{
    struct ft_ending ending = { .outcome = FT_OUT_LOST };

    ending.start_ns = ending.end_ns = ft_clock_now_ns();
    snprintf(ending.reason, sizeof(ending.reason), "site %s no longer knows "
             "the job that had it, and there is no record of its end",
             task->batch->site->name);
    ft_batch_ended(task, &ending);
}

bool ft_batch_rejoin(struct ft_batch_task *task)
{
    struct ft_batch *batch = task->batch;
    const char *tag = task->attempt->tag_text;
    struct json_object *status = ft_map_get(&batch->found, tag);
    struct ft_batch_job *job = ft_map_get(&batch->job_of, tag);
    struct ft_ending ending = { 0 };

    if (ft_result_read(task->attempt->dir, tag, &ending)) {
        ft_batch_heard(task, &ending);
    } else if (status || job) {
        if (!job)
            job = ft_batch_job_found(batch, tag, tag, false);
        ft_batch_attach(task, job);
        ft_batch_submitted(task);
        if (status) { /* after which both may be gone */
            (void)ft_map_put(&batch->found, tag, NULL);
            free(job->site_tag);
            job->site_tag = ft_strdup(ft_json_str_or(status, "tag", tag));
            ft_batch_job_id(job, ft_json_str_or(status, "job", ""));
            ft_batch_status(job, status);
            json_object_put(status);
        }
    } else if (!was_claimed(task)) {
        task->again = false;
        return false;
    } else if (may_be_in_pilot(batch)) {
        ft_batch_waits(task, "for the pilot that had it to call home");
    } else {
        is_lost(task);
    }
    return true;
}
