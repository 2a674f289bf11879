/* batch_watch.c - what the site says of its jobs, and how they are ended */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/batch/batch_in.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"

#define NS_PER_S 1e9
#define ASK_MIN_S 0.3 /* between two questions, whatever happens */

/* --- one job -------------------------------------------------------------- */

/* "TIMEOUT: TimeLimit", in the site's words. */
static char *own_words(struct json_object *status)
{
    const char *raw = ft_json_str_or(status, "raw", "");
    const char *reason = ft_json_str_or(status, "reason", "");

    if (!*reason || strcmp(reason, "None") == 0)
        return ft_strdup(raw);
    return ft_asprintf("%s%s%s", raw, *raw ? ": " : "", reason);
}

static void tell_tasks(struct ft_batch_job *job, const char *verb,
                       struct json_object *status)
{
    struct ft_batch *batch = job->batch;
    char *words = own_words(status);
    char *text = ft_asprintf("%s at %s%s%s", verb, batch->site->name,
                             *words ? ": " : "", words);

    ft_batch_job_waits(job, text);
    for (size_t i = 0; i < batch->n_tasks && job->pilot && !job->joined; i++)
        if (!batch->task[i]->job)
            ft_batch_waits(batch->task[i], text);
    free(text);
    free(words);
}

/* The job may be gone afterwards. */
static void is_over(struct ft_batch_job *job, enum ft_outcome outcome,
                    char *reason)
{
    struct ft_batch *batch = job->batch;

    free(job->reason);
    job->reason = reason;
    if (job->state == FT_BATCH_ENDED)
        return;
    job->state = FT_BATCH_ENDED;
    batch->awaits = true;
    job->outcome = outcome;
    job->end_ns = ft_clock_mono_ns();
    job->leaving = true;
    ft_batch_each_task(job, ft_batch_settle);
    ft_batch_flush_later(batch, 0);
}

static void has_ended(struct ft_batch_job *job, struct json_object *status)
{
    enum ft_outcome outcome = FT_OUT_LOST;

    (void)ft_outcome_find(ft_json_str_or(status, "outcome", ""), &outcome);
    job->exit_code = (int)ft_json_int_or(status, "exit_code", 0);
    job->signal = (int)ft_json_int_or(status, "signal", 0);
    is_over(job, outcome, own_words(status));
}

/* Not in a complete answer of the site.  That is no state: it may have been
 * forgotten there after its end, whose record is then on its way. */
static void is_missing(struct ft_batch_job *job)
{
    double lost_s = job->batch->site->lost_after_s;
    int64_t now = ft_clock_mono_ns();

    if (job->agent && !job->cancelled)
        return; /* it is alive, whatever the site has forgotten */
    if (!job->missing_ns)
        job->missing_ns = now;
    job->batch->awaits = true;
    if (job->cancelled || (double)(now - job->missing_ns) > lost_s * NS_PER_S)
        is_over(job, job->cancelled ? FT_OUT_CANCELLED : FT_OUT_LOST,
                ft_strdup("the site no longer knows the job"));
    else
        ft_batch_each_task(job, ft_batch_settle);
}

void ft_batch_status(struct ft_batch_job *job, struct json_object *status)
{
    const char *state = ft_json_str_or(status, "state", "");
    const char *tag = ft_json_str_or(status, "tag", job->site_tag);

    if (strcmp(tag, job->site_tag) != 0 || strcmp(state, "not_found") == 0) {
        is_missing(job); /* or its id is another job's now */
        return;
    }
    job->missing_ns = 0;
    snprintf(job->host, sizeof(job->host), "%s",
             ft_json_str_or(status, "host", ""));
    if (strcmp(state, "ended") == 0) {
        has_ended(job, status);
        return;
    }
    if (strcmp(state, "queued") == 0 || strcmp(state, "held") == 0)
        tell_tasks(job, state, status);
    else if (job->state == FT_BATCH_ACCEPTED &&
             (strcmp(state, "running") == 0 ||
              strcmp(state, "suspended") == 0))
        job->state = FT_BATCH_RUNNING;
    if (job->state == FT_BATCH_RUNNING && job->task)
        ft_batch_started(job->task, job->host);
}

/* --- the credential ------------------------------------------------------- */

bool ft_batch_needs_credential(struct ft_batch *batch,
                               struct json_object *answer)
{
    char *text;

    if (strcmp(ft_json_str_or(answer, "error", ""), "denied") != 0 ||
        !ft_json_bool_or(answer, "expired", false))
        return false;
    text = ft_asprintf("site %s: %s", batch->site->name,
                       ft_json_str_or(answer, "reason",
                                      "waits for a credential"));
    for (size_t i = 0; i < batch->n_tasks; i++)
        if (!batch->task[i]->started)
            ft_batch_waits(batch->task[i], text);
    free(text);
    return true;
}

/* --- all jobs ------------------------------------------------------------- */

/* NULL: the next answer is to tell everything. */
static void take_mark(struct ft_batch *batch, const char *mark)
{
    free(batch->mark);
    batch->mark = mark ? ft_strdup(mark) : NULL;
}

static void on_statuses(struct json_object *answer, void *arg)
{
    struct ft_batch *batch = arg;
    struct json_object *jobs = ft_json_or_null(answer, "jobs");
    bool ok = ft_json_bool_or(answer, "ok", false);
    bool complete = ft_json_bool_or(answer, "complete", false);
    size_t n = ok && json_object_is_type(jobs, json_type_array)
                   ? json_object_array_length(jobs) : 0;

    batch->asking = false;
    take_mark(batch, ok ? ft_json_str_or(answer, "mark", NULL) : NULL);
    if (batch->closing) {
        ft_batch_answered(batch);
        return;
    }
    (void)ft_batch_needs_credential(batch, answer);
    for (size_t i = 0; i < n; i++) {
        struct json_object *status = json_object_array_get_idx(jobs, i);
        const char *id = ft_json_str_or(status, "job", "");
        struct ft_batch_job *job = ft_map_get(&batch->id_of, id);
        bool absent = strcmp(ft_json_str_or(status, "state", ""),
                             "not_found") == 0;

        if (job && (complete || !absent))
            ft_batch_status(job, status);
    }
    ft_batch_settle_all(batch);
    ft_batch_answered(batch);
}

static bool is_of_interest(const struct ft_batch_job *job)
{
    return job->id && job->state != FT_BATCH_ENDED;
}

/* Is it enough to hear what has changed?  Why a pilot waits is told to all
 * tasks without a job, whenever they came. */
static bool is_known(const struct ft_batch *batch,
                     const struct ft_batch_job *job)
{
    return batch->mark && job->known && (!job->pilot || job->joined);
}

/* NULL: there is nothing to ask for. */
static struct json_object *status_request(struct ft_batch *batch)
{
    struct json_object *jobs = json_object_new_array();
    struct json_object *known = json_object_new_array();
    struct json_object *request = NULL;

    for (size_t i = 0; i < batch->n_jobs; i++) {
        struct ft_batch_job *job = batch->job[i];

        if (!is_of_interest(job))
            continue;
        json_object_array_add(is_known(batch, job) ? known : jobs,
                              json_object_new_string(job->id));
        job->known = true;
    }
    if (json_object_array_length(jobs) || json_object_array_length(known)) {
        request = json_object_new_object();
        ft_json_add_str(request, "op", "status");
        json_object_object_add(request, "jobs", json_object_get(jobs));
    }
    if (json_object_array_length(known)) {
        ft_json_add_str(request, "since", batch->mark);
        json_object_object_add(request, "known", json_object_get(known));
    }
    json_object_put(jobs);
    json_object_put(known);
    return request;
}

void ft_batch_ask(struct ft_batch *batch)
{
    struct json_object *request;
    int64_t now = ft_clock_mono_ns();

    if (batch->asking || batch->closing ||
        (double)(now - batch->ask_ns) < ASK_MIN_S * NS_PER_S)
        return;
    request = status_request(batch);
    if (!request)
        return;
    batch->asking = true;
    batch->ask_ns = now;
    ft_batch_query(batch, request, on_statuses, batch);
}

/* --- ending jobs ---------------------------------------------------------- */

struct cancelling {
    struct ft_batch *batch;
    size_t n;
    struct {
        char *id, *tag; /* an id may be another job's by now */
    } job[];
};

/* What could not be told is told again. */
static void on_cancelled(struct json_object *answer, void *arg)
{
    struct cancelling *c = arg;
    bool ok = ft_json_bool_or(answer, "ok", false);
    struct ft_batch *batch = c->batch;

    for (size_t i = 0; i < c->n; i++) {
        struct ft_batch_job *job =
            batch->closing ? NULL : ft_map_get(&batch->id_of, c->job[i].id);

        if (job && !ok)
            job->cancelled = false;
        free(c->job[i].id);
        free(c->job[i].tag);
    }
    free(c);
    if (ok)
        ft_batch_ask(batch);
    ft_batch_answered(batch);
}

/* Its task is to end, and the time for doing so politely is over. */
static bool is_to_end(const struct ft_batch_job *job, int64_t now)
{
    const struct ft_batch_task *task = job->task;

    if (!job->id || job->cancelled || job->state == FT_BATCH_ENDED || !task)
        return false;
    return task->cancelled && (!job->agent || now >= task->cancel_ns);
}

static void cancel_ids(struct ft_batch *batch, struct cancelling *c)
{
    struct json_object *request = json_object_new_object();
    struct json_object *ids = json_object_new_array();
    struct json_object *tags = json_object_new_array();

    for (size_t i = 0; i < c->n; i++) {
        json_object_array_add(ids, json_object_new_string(c->job[i].id));
        json_object_array_add(tags, json_object_new_string(c->job[i].tag));
    }
    ft_json_add_str(request, "op", "cancel");
    json_object_object_add(request, "jobs", ids);
    json_object_object_add(request, "tags", tags);
    ft_batch_query(batch, request, on_cancelled, c);
}

static struct cancelling *cancelling_new(struct ft_batch *batch, size_t most)
{
    struct cancelling *c =
        ft_calloc(1, sizeof(*c) + (most + 1) * sizeof(c->job[0]));

    c->batch = batch;
    return c;
}

static void add_job(struct cancelling *c, const char *id, const char *tag)
{
    c->job[c->n].id = ft_strdup(id);
    c->job[c->n++].tag = ft_strdup(tag);
}

void ft_batch_cancel(struct ft_batch *batch)
{
    struct cancelling *c = NULL;
    int64_t now = ft_clock_mono_ns();

    if (batch->closing || !batch->awaits)
        return;
    for (size_t i = 0; i < batch->n_jobs; i++) {
        struct ft_batch_job *job = batch->job[i];

        if (!is_to_end(job, now))
            continue;
        if (!c)
            c = cancelling_new(batch, batch->n_jobs);
        job->cancelled = true;
        add_job(c, job->id, job->site_tag);
    }
    if (c)
        cancel_ids(batch, c);
}

void ft_batch_sweep(struct ft_batch *batch)
{
    struct cancelling *c =
        cancelling_new(batch, batch->found.len + batch->n_jobs);

    for (size_t i = 0; i < batch->found.len; i++) {
        struct json_object *status = batch->found.entry[i].value;

        if (status)
            add_job(c, ft_json_str_or(status, "job", ""),
                    ft_json_str_or(status, "tag", ""));
    }
    for (size_t i = 0; i < batch->n_jobs; i++)
        if (batch->job[i]->pilot && is_of_interest(batch->job[i]))
            add_job(c, batch->job[i]->id, batch->job[i]->tag);
    if (c->n)
        cancel_ids(batch, c);
    else
        free(c);
}
