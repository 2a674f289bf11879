/* adopt.c - version files that the oplog does not name, taken into it */
#include "data/upkeep/adopt.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/alloc.h"
#include "base/path.h"
#include "data/store/files.h"
#include "data/store/project.h"
#include "data/store/publish.h"
#include "data/store/store_impl.h"

/* Records made durable by one sync. */
#define BATCH 512

void ft_found_release(struct ft_found_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        json_object_put(list->item[i].record);
    free(list->item);
    *list = (struct ft_found_list){ 0 };
}

/* --- checking ------------------------------------------------------------- */

/* "2026-11-21T07:37:12.000000Z"; 0 for anything else. */
static int64_t time_of(const char *text)
{
    struct tm tm = { 0 };
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
    int64_t ns;

    if (!end || (*end != '.' && *end != 'Z'))
        return 0;
    ns = (int64_t)timegm(&tm) * 1000000000;
    if (*end == '.')
        ns += (int64_t)(strtod(end, NULL) * 1e6 + 0.5) * 1000;
    return ns;
}

/* "stage.output" with the stage that the record names. */
static const char *output_of(struct json_object *record)
{
    const char *object = ft_json_str_or(record, "object", "");
    const char *stage = ft_json_str_or(record, "stage", "");
    size_t len = strlen(stage);

    if (!ft_stage_name_valid(stage) || strncmp(object, stage, len) != 0 ||
        object[len] != '.' || !ft_name_valid(object + len + 1))
        return NULL;
    return object + len + 1;
}

static int take_found(struct json_object *answer, struct ft_found *found,
                      struct ft_err *err)
{
    static const char what[] = "the answer of fedtwin-worker";
    struct ft_output out = { 0 };
    struct json_object *record = ft_json_get(answer, "record",
                                             json_type_object, what, err);
    enum ft_object_type type;

    if (!record || ft_publish_take(&out, answer, err) < 0)
        return -1;
    if (!output_of(record) ||
        !ft_object_type_parse(ft_json_str_or(record, "type", ""), &type) ||
        !ft_json_str(record, "task", "the record", err))
        return ft_err_set(err, FT_EFORMAT,
                          "its record does not name stage, task, object and "
                          "type");
    memcpy(found->version, out.version, sizeof(found->version));
    memcpy(found->content, out.content, sizeof(found->content));
    memcpy(found->file_digest, out.file_digest, sizeof(found->file_digest));
    found->size_bytes = out.size_bytes;
    found->record = json_object_get(record);
    found->made_ns = time_of(ft_json_str_or(record, "end", ""));
    return 0;
}

int ft_adopt_check(struct ft_store *store, const char *path,
                   struct ft_found_list *list, struct ft_err *err)
{
    char *full = ft_job_path(path), *what = ft_asprintf("adopt '%s'", full);
    struct json_object *answer = NULL;
    struct ft_found found = { 0 };
    struct stat st = { 0 };
    int rc = -1;

    if (stat(full, &st) < 0)
        ft_err_sys(err, "cannot adopt '%s'", full);
    else
        rc = ft_store_call(store, ft_store_request("adopt", full), what,
                           (uint64_t)st.st_size, &answer, err);
    if (rc == 0)
        rc = take_found(answer, &found, err);
    if (rc == 0) {
        if (!found.made_ns)
            found.made_ns = (int64_t)st.st_mtime * 1000000000;
        list->item = ft_grow(list->item, list->n, &list->cap,
                             sizeof(*list->item));
        list->item[list->n++] = found;
    }
    json_object_put(answer);
    free(what);
    free(full);
    return rc;
}

/* --- committing ----------------------------------------------------------- */

static int compare_text(const struct ft_found *a, const struct ft_found *b,
                        const char *key)
{
    return strcmp(ft_json_str_or(a->record, key, ""),
                  ft_json_str_or(b->record, key, ""));
}

static int compare_task(const struct ft_found *a, const struct ft_found *b)
{
    int64_t x = ft_json_int_or(a->record, "attempt", 0);
    int64_t y = ft_json_int_or(b->record, "attempt", 0);
    int rc = compare_text(a, b, "run");

    if (!rc)
        rc = compare_text(a, b, "task");
    return rc ? rc : (x > y) - (x < y);
}

/* By time, the outputs of a task side by side, repeatable. */
static int compare_found(const void *a, const void *b)
{
    const struct ft_found *x = a, *y = b;
    int rc = (x->made_ns > y->made_ns) - (x->made_ns < y->made_ns);

    if (!rc)
        rc = compare_task(x, y);
    return rc ? rc : strcmp(x->version, y->version);
}

static struct json_object *adopt_record(const struct ft_found *found, size_t n)
{
    struct json_object *record = found->record, *json;
    struct ft_result result = {
        .run = ft_json_str_or(record, "run", ""),
        .stage = ft_json_str_or(record, "stage", ""),
        .task = ft_json_str_or(record, "task", ""),
        .cell = ft_json_or_null(record, "cell"),
        .cache_key = ft_json_str_or(record, "cache_key", NULL),
        .lineage = record,
        .out = ft_calloc(n, sizeof(struct ft_output)),
        .n_out = n,
    };

    for (size_t i = 0; i < n; i++) {
        struct ft_output *out = &result.out[i];

        out->name = output_of(found[i].record);
        out->unit = ft_json_str_or(found[i].record, "unit", NULL);
        (void)ft_object_type_parse(
            ft_json_str_or(found[i].record, "type", ""), &out->type);
        memcpy(out->version, found[i].version, sizeof(out->version));
        memcpy(out->content, found[i].content, sizeof(out->content));
        memcpy(out->file_digest, found[i].file_digest,
               sizeof(out->file_digest));
        out->size_bytes = found[i].size_bytes;
    }
    json = ft_record_result(&result, "adopt", found->made_ns);
    free(result.out);
    return json;
}

/* Append the next up to BATCH records, from list->item[*at] on. */
static int append_batch(struct ft_store *store,
                        const struct ft_found_list *list, size_t *at,
                        struct ft_err *err)
{
    for (size_t n = 0; n < BATCH && *at < list->n; n++) {
        struct json_object *record;
        size_t end = *at + 1;
        int rc;

        while (end < list->n &&
               compare_task(&list->item[*at], &list->item[end]) == 0)
            end++;
        record = adopt_record(&list->item[*at], end - *at);
        rc = ft_oplog_append(store->log, &record, 1, err);
        json_object_put(record);
        if (rc < 0)
            return -1;
        *at = end;
    }
    return ft_oplog_sync(store->log, err);
}

int ft_adopt_commit(struct ft_store *store, struct ft_found_list *list,
                    struct ft_err *err)
{
    size_t at = 0;
    int rc = 0;

    qsort(list->item, list->n, sizeof(*list->item), compare_found);
    while (rc == 0 && at < list->n) {
        if (ft_oplog_lock(store->log, err) < 0)
            return -1;
        rc = append_batch(store, list, &at, err);
        (void)ft_index_follow(store->index, store->log, NULL);
        ft_oplog_unlock(store->log);
    }
    return rc;
}

/* --- one orphan ----------------------------------------------------------- */

static int adopt_one(struct ft_store *store, const char *path,
                     struct ft_err *err)
{
    struct ft_found_list list = { 0 };
    struct ft_version known;
    struct ft_err local;
    int rc = ft_adopt_check(store, path, &list, err);

    if (rc == 0 &&
        ft_store_version(store, list.item[0].version, &known, &local) == 0) {
        rc = ft_err_set(err, FT_EEXIST, "'%s' is version %.12s… already",
                        path, known.id);
        ft_version_release(&known);
    } else if (rc == 0) {
        rc = ft_adopt_commit(store, &list, err);
    }
    ft_found_release(&list);
    return rc;
}

int ft_store_adopt(const struct ft_project *project, const char *path,
                   struct ft_err *err)
{
    struct ft_store *store = ft_store_open(project, FT_STORE_WRITE, err);
    int rc = store ? adopt_one(store, path, err) : -1;

    ft_store_close(store);
    return rc;
}

/* --- all orphans ---------------------------------------------------------- */

struct orphans {
    struct ft_store *store;
    struct ft_found_list list;
    ft_fsck_report *report;
    void *arg;
};

/* One that is not whole is reported and left where it is. */
static int take_orphan(const char *path, const char *id, void *arg,
                       struct ft_err *err)
{
    struct orphans *orphans = arg;
    struct ft_err local = { 0 };
    struct ft_version known;

    if (!id)
        return 0;
    if (ft_store_version(orphans->store, id, &known, &local) == 0) {
        ft_version_release(&known);
        return 0;
    }
    if (local.code != FT_ENOENT) {
        *err = local;
        return -1;
    }
    if (ft_adopt_check(orphans->store, path, &orphans->list, &local) < 0)
        orphans->report("error", path, local.msg, orphans->arg);
    else
        orphans->report("info", path, "adopted", orphans->arg);
    return 0;
}

int ft_store_adopt_orphans(const struct ft_project *project,
                           ft_fsck_report *report, void *arg,
                           struct ft_err *err)
{
    struct orphans orphans = { .report = report, .arg = arg };
    int rc = -1;

    orphans.store = ft_store_open(project, FT_STORE_WRITE, err);
    if (orphans.store &&
        ft_files_versions(project->meta, take_orphan, &orphans, err) == 0)
        rc = ft_adopt_commit(orphans.store, &orphans.list, err);
    ft_found_release(&orphans.list);
    ft_store_close(orphans.store);
    return rc;
}
