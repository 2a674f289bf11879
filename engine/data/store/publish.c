/* publish.c - results on their way into the store
 *
 *   start:    the worker makes a version file of each output
 *   advance:  results whose files are all there are appended to the oplog,
 *             one sync for all of them: the commit point; then the index
 *
 * A result of which something failed leaves nothing: files that the worker had
 * made for it already are removed again.  Only when the sync itself failed they
 * stay, as orphans, because then nobody knows what the disk has.
 */
#include "data/store/publish.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/path.h"
#include "data/store/id.h"
#include "data/store/space.h"
#include "data/store/store_impl.h"
#include "data/upkeep/removal.h"

/* What log, index and directories may need beside the files themselves. */
#define RESERVE_BYTES (1u << 20)

/* --- starting ------------------------------------------------------------- */

static struct json_object *record_of(const struct ft_result *result,
                                     const struct ft_output *out)
{
    struct json_object *record = NULL;
    char *object = ft_asprintf("%s.%s", result->stage, out->name);

    if (!result->lineage ||
        json_object_deep_copy(result->lineage, &record, NULL) < 0)
        record = json_object_new_object();
    ft_json_add_str(record, "object", object);
    ft_json_add_str(record, "type", ft_object_type_text(out->type));
    if (out->unit)
        ft_json_add_str(record, "unit", out->unit);
    free(object);
    return record;
}

static void send_output(struct ft_store *store, struct part *part)
{
    const struct ft_output *out = &part->job->result->out[part->out];
    struct json_object *request = json_object_new_object();
    char *src = ft_job_path(out->path);
    char *what = ft_asprintf("publish '%s'", src);

    ft_json_add_str(request, "op", "publish");
    ft_json_add_str(request, "src", src);
    ft_json_add_str(request, "type", ft_object_type_text(out->type));
    ft_json_add_str(request, "unit", out->unit);
    ft_json_add_str(request, "media_type", out->media_type);
    ft_json_add_str(request, "file_name", out->file_name);
    if (out->units)
        json_object_object_add(request, "units",
                               json_object_get(out->units));
    if (out->convert)
        json_object_object_add(request, "convert",
                               json_object_get(out->convert));
    json_object_object_add(request, "record",
                           record_of(part->job->result, out));
    ft_client_send(store->client, request, what,
                   ft_job_limit_s(part->job->size_bytes), part);
    free(what);
    free(src);
}

/* The size of all outputs; names and files are checked on the way. */
static int measure(struct ft_result *result, uint64_t *size_bytes,
                   struct ft_err *err)
{
    struct stat st;

    *size_bytes = 0;
    if (!ft_stage_name_valid(result->stage))
        return ft_err_set(err, FT_EUSAGE, "'%s' is no name of a stage",
                          result->stage);
    for (size_t i = 0; i < result->n_out; i++) {
        struct ft_output *out = &result->out[i];

        out->version[0] = '\0';
        out->summary = NULL;
        if (!ft_name_valid(out->name))
            return ft_err_set(err, FT_EUSAGE, "'%s' is no name of an output",
                              out->name);
        if (stat(out->path, &st) < 0)
            return ft_err_sys(err, "cannot publish '%s'", out->path);
        *size_bytes += (uint64_t)st.st_size;
    }
    return 0;
}

static int check_space(const struct ft_store *store, uint64_t size_bytes,
                       struct ft_err *err)
{
    uint64_t need = size_bytes + store->pending_bytes + RESERVE_BYTES, have;
    struct statvfs fs;

    if (statvfs(store->meta, &fs) < 0)
        return ft_err_sys(err, "cannot ask for the space of '%s'",
                          store->meta);
    have = (uint64_t)(geteuid() == 0 ? fs.f_bfree : fs.f_bavail) * fs.f_frsize;
    if (need <= have)
        return 0;
    ft_err_set(err, FT_ENOSPC,
               "publishing needs %.1f MB in '%s', %.1f MB are left",
               (double)need / 1e6, store->meta, (double)have / 1e6);
    return ft_err_hint(err, "free some space and try again; nothing was lost");
}

struct job *ft_publish_job(struct ft_store *store, struct ft_result *result,
                           void *token)
{
    struct job *job = ft_job_start(store, JOB_PUBLISH, result->n_out, token);
    struct ft_err err;

    job->result = result;
    if (measure(result, &job->size_bytes, &err) < 0 ||
        ft_store_check_quota(store, job->size_bytes, &err) < 0 ||
        check_space(store, job->size_bytes, &err) < 0) {
        job->size_bytes = 0;
        ft_job_fail(job, &err);
    }
    if (job->failed || !job->n_parts) {
        ft_job_end(store, job);
        return job;
    }
    store->pending_bytes += job->size_bytes;
    for (size_t i = 0; i < job->n_parts; i++)
        send_output(store, &job->part[i]);
    return job;
}

/* --- answers -------------------------------------------------------------- */

int ft_publish_take(struct ft_output *out, struct json_object *answer,
                          struct ft_err *err)
{
    static const char what[] = "the answer of fedtwin-worker";
    const char *version = ft_json_str(answer, "version", what, err);
    const char *content = ft_json_str(answer, "content", what, err);
    const char *file = ft_json_str(answer, "file", what, err);
    int64_t size;

    if (!version || !content || !file ||
        ft_json_int(answer, "size", &size, what, err) < 0)
        return -1;
    if (!ft_id_valid(version) || !ft_content_valid(content) ||
        !ft_id_valid(file) || size < 0)
        return ft_err_set(err, FT_EFORMAT, "%s has a malformed digest", what);
    memcpy(out->version, version, sizeof(out->version));
    memcpy(out->content, content, sizeof(out->content));
    memcpy(out->file_digest, file, sizeof(out->file_digest));
    out->size_bytes = (uint64_t)size;
    out->summary = ft_json_or_null(answer, "summary");
    return 0;
}

/* --- committing ----------------------------------------------------------- */

/* Remove the files of a result that will not be visible, unless they are those
 * of an earlier one. */
static void discard(struct ft_store *store, struct job *job)
{
    for (size_t i = 0; i < job->n_parts; i++) {
        const char *id = job->result->out[i].version;
        char *path = ft_store_path(store, id);
        struct ft_version known;
        struct ft_err err = { 0 };

        if (path && ft_store_version(store, id, &known, &err) == 0)
            ft_version_release(&known);
        else if (path && err.code == FT_ENOENT)
            (void)unlink(path); /* what stays is an orphan, and harmless */
        free(path);
        job->result->out[i].version[0] = '\0';
    }
}

static bool to_commit(const struct job *job)
{
    return job->kind == JOB_PUBLISH && !job->failed && !job->committed;
}

/* The files are where the worker put them; what a gc has taken since then is
 * brought back.  The lock is held. */
static int check_files(struct ft_store *store, const struct job *job,
                       struct ft_err *err)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < job->n_parts; i++) {
        const char *id = job->result->out[i].version;
        size_t missing;

        if (ft_store_versions_exist(store, &job->result->out[i].version, 1,
                                    &missing))
            continue;
        rc = ft_payload_take_back(store, id, err);
    }
    return rc;
}

static int append_result(struct ft_store *store, const struct job *job,
                         int64_t now_ns, struct ft_err *err)
{
    struct json_object *record = ft_record_result(job->result, "result",
                                                  now_ns);
    int rc = check_files(store, job, err);

    if (rc == 0)
        rc = job->puts ? ft_put_append(store, job->result, record, err)
                       : ft_oplog_append(store->log, &record, 1, err);
    json_object_put(record);
    return rc;
}

/* Queue the records of all finished results; the lock is held. */
static void append_ready(struct ft_store *store)
{
    int64_t now_ns = ft_clock_now_ns();

    for (struct job *job = store->ready.first; job; job = job->next) {
        struct ft_err err;

        if (!to_commit(job))
            continue;
        if (append_result(store, job, now_ns, &err) < 0) {
            ft_job_fail(job, &err);
            discard(store, job);
        }
    }
}

/* All that could be committed was (NULL) or was not. */
static void settle_ready(struct ft_store *store, const struct ft_err *err,
                         bool in_doubt)
{
    for (struct job *job = store->ready.first; job; job = job->next) {
        if (!to_commit(job))
            continue;
        job->committed = !err;
        if (err)
            ft_job_fail(job, err);
        if (err && !in_doubt)
            discard(store, job);
    }
}

void ft_publish_commit(struct ft_store *store)
{
    struct ft_err err;
    bool any = false;

    for (struct job *job = store->ready.first; job; job = job->next) {
        if (job->kind == JOB_PUBLISH && job->failed)
            discard(store, job);
        any |= to_commit(job);
    }
    if (!any)
        return;
    if (ft_oplog_lock(store->log, &err) < 0) {
        settle_ready(store, &err, false);
        return;
    }
    append_ready(store);
    if (ft_oplog_sync(store->log, &err) < 0)
        settle_ready(store, &err, true);
    else
        settle_ready(store, NULL, false);
    /* A failure of the index loses nothing: it tries again when asked. */
    (void)ft_index_follow(store->index, store->log, NULL);
    ft_oplog_unlock(store->log);
}
