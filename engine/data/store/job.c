/* job.c - what was started, answered and is to be reported */
#include "data/store/job.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "data/store/publish.h"
#include "data/store/store_impl.h"

/* A worker that needs longer counts as hung: some minutes for a file system
 * that stalls, and the time for the bytes at a slow disk's speed. */
#define LIMIT_BASE_S 600.0
#define LIMIT_BYTES_PER_S 5e6

/* --- lists of jobs -------------------------------------------------------- */

void ft_jobs_init(struct job_list *list)
{
    *list = (struct job_list){ .end = &list->first };
}

static void push(struct job_list *list, struct job *job)
{
    job->next = NULL;
    *list->end = job;
    list->end = &job->next;
}

static struct job *pop(struct job_list *list)
{
    struct job *job = list->first;

    if (job) {
        list->first = job->next;
        if (!list->first)
            list->end = &list->first;
    }
    return job;
}

static struct job *job_new(enum job_kind kind, size_t n_parts, void *token)
{
    struct job *job = ft_calloc(1, sizeof(*job));

    job->kind = kind;
    job->token = token;
    job->n_parts = job->n_left = n_parts;
    job->part = ft_calloc(n_parts, sizeof(*job->part));
    job->answer = ft_calloc(n_parts, sizeof(struct json_object *));
    for (size_t i = 0; i < n_parts; i++)
        job->part[i] = (struct part){ job, i };
    return job;
}

static void job_free(struct job *job)
{
    for (size_t i = 0; i < job->n_parts; i++)
        json_object_put(job->answer[i]);
    free(job->answer);
    free(job->part);
    free(job);
}

void ft_jobs_free(struct job_list *list)
{
    struct job *job;

    while ((job = pop(list)))
        job_free(job);
}

void ft_job_fail(struct job *job, const struct ft_err *err)
{
    if (!job->failed)
        job->err = *err; /* the first error is the one to report */
    job->failed = true;
}

/* --- starting ------------------------------------------------------------- */

double ft_job_limit_s(uint64_t size_bytes)
{
    return LIMIT_BASE_S + (double)size_bytes / LIMIT_BYTES_PER_S;
}

char *ft_job_path(const char *path)
{
    char here[PATH_MAX];

    return ft_path_join(getcwd(here, sizeof(here)), path);
}

struct job *ft_job_start(struct ft_store *store, enum job_kind kind,
                         size_t n_parts, void *token)
{
    struct job *job = job_new(kind, n_parts, token);

    store->n_pending++;
    ft_client_wake(store->client); /* the next advance sends it */
    return job;
}

void ft_job_end(struct ft_store *store, struct job *job)
{
    job->ended = true;
    push(&store->ready, job);
    ft_client_wake(store->client);
}

int ft_store_publish_start(struct ft_store *store, struct ft_result *result,
                           void *token, struct ft_err *err)
{
    if (ft_store_need_write(store, err) < 0)
        return -1;
    ft_publish_job(store, result, token);
    return 0;
}

static struct job *extract_job(struct ft_store *store, const char *version,
                               const char *dest, void *token,
                               struct ft_err *err)
{
    struct ft_version found;
    struct json_object *request;
    struct job *job;
    char *path, *to, *what;

    if (ft_store_version(store, version, &found, err) < 0)
        return NULL;
    path = ft_store_file(store, version, err);
    if (!path) {
        ft_version_release(&found);
        return NULL;
    }
    job = ft_job_start(store, JOB_EXTRACT, 1, token);
    to = ft_job_path(dest);
    what = ft_asprintf("extract '%s'", path);
    request = ft_store_request("extract", path);
    ft_json_add_str(request, "dest", to);
    ft_client_send(store->client, request, what,
                   ft_job_limit_s(found.size_bytes), job->part);
    free(what);
    free(to);
    free(path);
    ft_version_release(&found);
    return job;
}

int ft_store_extract_start(struct ft_store *store, const char *version,
                           const char *dest, void *token, struct ft_err *err)
{
    return extract_job(store, version, dest, token, err) ? 0 : -1;
}

/* --- answers -------------------------------------------------------------- */

void ft_job_answered(void *token, struct json_object *answer,
                         const struct ft_err *err, void *arg)
{
    struct ft_store *store = arg;
    struct part *part = token;
    struct job *job = part->job;
    struct ft_err local;

    if (err) {
        ft_job_fail(job, err);
    } else {
        job->answer[part->out] = json_object_get(answer);
        if (job->kind == JOB_PUBLISH &&
            ft_publish_take(&job->result->out[part->out], answer, &local) < 0)
            ft_job_fail(job, &local);
    }
    if (--job->n_left > 0)
        return;
    if (job->kind == JOB_PUBLISH)
        store->pending_bytes -= job->size_bytes;
    if (job->kind != JOB_CALL)
        ft_job_end(store, job);
}

int ft_store_call(struct ft_store *store, struct json_object *request,
                  const char *what, uint64_t size_bytes,
                  struct json_object **answer, struct ft_err *err)
{
    struct job *job = job_new(JOB_CALL, 1, NULL);
    int rc = 0;

    ft_client_send(store->client, request, what, ft_job_limit_s(size_bytes),
                   job->part);
    while (job->n_left)
        ft_client_pump(store->client, true);
    if (store->ready.first)
        ft_client_wake(store->client); /* others ended meanwhile */
    if (job->failed) {
        if (err)
            *err = job->err;
        rc = -1;
    } else {
        *answer = json_object_get(job->answer[0]);
    }
    job_free(job);
    return rc;
}

/* --- reporting ------------------------------------------------------------ */

int ft_store_fd(const struct ft_store *store)
{
    return store->n_pending ? ft_client_fd(store->client) : -1;
}

size_t ft_store_pending(const struct ft_store *store)
{
    return store->n_pending;
}

/* 'done' may start new jobs: only those that are ready now are reported. */
static void report_ready(struct ft_store *store, ft_store_done *done,
                         void *arg)
{
    struct job_list now = store->ready;
    struct job *job;

    if (!now.first)
        return;
    ft_jobs_init(&store->ready);
    while (now.first) {
        job = now.first;
        now.first = job->next;
        store->n_pending--;
        push(&store->reported, job);
        done(job->token, job->failed ? &job->err : NULL, arg);
    }
}

int ft_store_advance(struct ft_store *store, bool wait, ft_store_done *done,
                     void *arg, struct ft_err *err)
{
    (void)err; /* whatever fails is the failure of a request */
    ft_jobs_free(&store->reported);
    do {
        ft_client_pump(store->client, wait && !store->ready.first);
    } while (wait && !store->ready.first && store->n_pending);
    ft_publish_commit(store);
    report_ready(store, done, arg);
    return 0;
}

size_t ft_store_gather(struct ft_store *store)
{
    size_t n = 0;

    ft_client_pump(store->client, false);
    for (struct job *job = store->ready.first; job; job = job->next)
        n++;
    return n;
}

/* --- one at a time -------------------------------------------------------- */

static void take_out(struct job_list *list, struct job *job)
{
    struct job **at = &list->first;

    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
    if (!job->next)
        list->end = at;
}

int ft_job_wait(struct ft_store *store, struct job *job, struct ft_err *err)
{
    ft_jobs_free(&store->reported);
    while (!job->ended)
        ft_client_pump(store->client, true);
    ft_publish_commit(store);
    take_out(&store->ready, job);
    store->n_pending--;
    push(&store->reported, job);
    if (store->ready.first)
        ft_client_wake(store->client);
    if (job->failed && err)
        *err = job->err;
    return job->failed ? -1 : 0;
}

int ft_store_publish(struct ft_store *store, struct ft_result *result,
                     struct ft_err *err)
{
    if (ft_store_need_write(store, err) < 0)
        return -1;
    return ft_job_wait(store, ft_publish_job(store, result, NULL), err);
}

int ft_store_extract(struct ft_store *store, const char *version,
                     const char *dest, struct ft_err *err)
{
    struct job *job = extract_job(store, version, dest, NULL, err);

    return job ? ft_job_wait(store, job, err) : -1;
}
