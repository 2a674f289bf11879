/* store.c - open and close a store, and talk to its worker */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/path.h"
#include "data/store/id.h"
#include "data/store/job.h"
#include "data/store/project.h"
#include "data/store/sharing.h"
#include "data/store/store_impl.h"
#include "data/upkeep/kept.h"
#include "data/upkeep/press.h"

/* Files in tmp/ that nobody has written to for so long are a crash's. */
#define TMP_AGE_S (24 * 3600)

static bool is_scratch(const char *name)
{
    return ft_starts_with(name, FT_TMP_IMPORT) ||
           ft_starts_with(name, FT_TMP_RERUN);
}

static void sweep_scratch(const char *tmp, const char *name)
{
    char *path = ft_path_join(tmp, name);

    (void)ft_path_remove(path, NULL); /* the next one tries again */
    free(path);
}

static void sweep_tmp(const char *meta)
{
    char *path = ft_path_join(meta, "tmp");
    DIR *dir = opendir(path);
    int64_t now_s = ft_clock_now_ns() / 1000000000;
    struct dirent *entry;
    struct stat st;

    while (dir && (entry = readdir(dir))) {
        if (fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
            now_s - st.st_mtime <= TMP_AGE_S)
            continue;
        if (S_ISREG(st.st_mode))
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
        else if (is_scratch(entry->d_name))
            sweep_scratch(path, entry->d_name);
    }
    if (dir)
        closedir(dir);
    free(path);
}

char *ft_store_scratch(const struct ft_store *store, struct ft_err *err)
{
    char *path = ft_asprintf("%s/tmp/" FT_TMP_RERUN "XXXXXX", store->meta);

    if (mkdtemp(path))
        return path;
    ft_err_sys(err, "cannot create '%s'", path);
    free(path);
    return NULL;
}

struct ft_store *ft_store_open(const struct ft_project *project,
                               enum ft_store_mode mode, struct ft_err *err)
{
    struct ft_store *store = ft_calloc(1, sizeof(*store));

    store->objects_fd = -1;
    store->dir = ft_strdup(project->dir);
    store->meta = ft_strdup(project->meta);
    store->can_write = mode != FT_STORE_READ && !project->read_only;
    ft_jobs_init(&store->ready);
    ft_jobs_init(&store->reported);
    if (mode != FT_STORE_READ && ft_store_need_write(store, err) < 0)
        goto fail;
    store->client = ft_client_new(store->meta, ft_job_answered, store);
    if (mode == FT_STORE_PUBLISH)
        ft_client_start(store->client);
    store->index = ft_index_open(store->meta,
                                 project->read_only ? FT_INDEX_READ
                                                    : FT_INDEX_WRITE,
                                 &store->log, err);
    if (!store->index)
        goto fail;
    if (store->can_write) {
        if (ft_oplog_attend(store->log, err) < 0)
            goto fail;
        sweep_tmp(store->meta);
    }
    if (!project->read_only)
        (void)ft_press_settle(store, NULL); /* the next one tries again */
    return store;
fail:
    ft_store_close(store);
    return NULL;
}

const char *ft_store_dir(const struct ft_store *store)
{
    return store->dir;
}

void ft_store_close(struct ft_store *store)
{
    if (!store)
        return;
    ft_client_rest(store->client);
    ft_index_close(store->index); /* meanwhile */
    ft_client_free(store->client);
    ft_jobs_free(&store->ready);
    ft_jobs_free(&store->reported);
    ft_oplog_close(store->log);
    if (store->objects_fd >= 0)
        close(store->objects_fd);
    if (store->own_dir)
        (void)ft_path_remove(store->own_dir, NULL);
    free(store->own_dir);
    free(store->branch);
    free(store->dir);
    free(store->meta);
    free(store);
}

int ft_store_need_write(const struct ft_store *store, struct ft_err *err)
{
    if (store->can_write)
        return 0;
    ft_err_set(err, FT_EACCES, "the project '%s' is open for reading only",
               store->dir);
    return ft_sharing_hint(store->meta, err);
}

struct ft_db *ft_store_db(struct ft_store *store, struct ft_err *err)
{
    if (ft_index_settle(store->index, store->log, err) < 0)
        return NULL;
    return ft_index_db(store->index);
}

char *ft_store_path(const struct ft_store *store, const char *version)
{
    return ft_id_path(store->meta, version);
}

/* --- questions to the worker ---------------------------------------------- */

struct json_object *ft_store_request(const char *op, const char *path)
{
    struct json_object *request = json_object_new_object();

    ft_json_add_str(request, "op", op);
    ft_json_add_str(request, "path", path);
    return request;
}

/* A question about the version 'id' that was published, or about two of them.
 * 'members' are added to the request and taken over; NULL: none. */
int ft_store_ask_two(struct ft_store *store, const char *op, const char *id,
                     const char *other, struct json_object *members,
                     struct json_object **answer, struct ft_err *err)
{
    const char *const ids[2] = { id, other };
    struct json_object *request = members ? members
                                          : json_object_new_object();
    uint64_t size_bytes = 0;
    char *what, *path;
    int rc = 0;

    for (int i = 0; i < 2 && ids[i] && rc == 0; i++) {
        struct ft_version version;

        rc = ft_store_version(store, ids[i], &version, err);
        if (rc < 0)
            break;
        path = ft_store_file(store, ids[i], err);
        if (path)
            ft_json_add_str(request, i ? "other" : "path", path);
        else
            rc = -1;
        size_bytes += version.size_bytes;
        ft_version_release(&version);
        free(path);
    }
    if (rc < 0) {
        json_object_put(request);
        return -1;
    }
    what = ft_asprintf("%s '%s'", op, ft_json_str_or(request, "path", ""));
    ft_json_add_str(request, "op", op);
    rc = ft_store_call(store, request, what, size_bytes, answer, err);
    free(what);
    return rc;
}

static int ask(struct ft_store *store, const char *op, const char *id,
               struct json_object *members, struct json_object **answer,
               struct ft_err *err)
{
    return ft_store_ask_two(store, op, id, NULL, members, answer, err);
}

/* A member of the answer to a question, as an own reference. */
static struct json_object *ask_member(struct ft_store *store, const char *op,
                                      const char *id,
                                      struct json_object *members,
                                      const char *key, json_type type,
                                      struct ft_err *err)
{
    struct json_object *answer = NULL, *member;

    if (ask(store, op, id, members, &answer, err) < 0)
        return NULL;
    member = ft_json_get(answer, key, type, "the answer of fedtwin-worker",
                         err);
    json_object_get(member);
    json_object_put(answer);
    return member;
}

/* Of a version whose payload is gone, too. */
struct json_object *ft_store_lineage(struct ft_store *store, const char *id,
                                     struct ft_err *err)
{
    struct json_object *record = NULL;
    int rc = ft_kept_lineage(store, id, &record, err);

    if (rc)
        return record;
    return ask_member(store, "record", id, NULL, "record", json_type_object,
                      err);
}

struct json_object *ft_store_describe(struct ft_store *store, const char *id,
                                      struct ft_err *err)
{
    return ask_member(store, "describe", id, NULL, "summary",
                      json_type_object, err);
}

struct json_object *ft_store_units(struct ft_store *store, const char *id,
                                   struct ft_err *err)
{
    return ask_member(store, "units", id, NULL, "units", json_type_array,
                      err);
}

int ft_store_survey(struct ft_store *store, const char *path,
                    struct json_object *members, struct json_object **answer,
                    struct ft_err *err)
{
    char *src = ft_job_path(path), *what = ft_asprintf("read '%s'", src);
    int rc;

    ft_json_add_str(members, "op", "survey");
    ft_json_add_str(members, "path", src);
    rc = ft_store_call(store, members, what, 0, answer, err);
    free(what);
    free(src);
    return rc;
}

int ft_store_table_csv(struct ft_store *store, const char *id,
                       const char *dest, struct ft_err *err)
{
    struct json_object *answer = NULL, *members = json_object_new_object();
    int rc;

    ft_json_add_str(members, "dest", dest);
    rc = ask(store, "csv", id, members, &answer, err);
    json_object_put(answer);
    return rc;
}

/* Rows from 'from' on, at most 'max'. */
static int table_rows(struct ft_store *store, const char *id, int64_t from,
                      int64_t max, struct json_object **rows,
                      struct ft_err *err)
{
    struct json_object *members = json_object_new_object(), *columns;

    ft_json_add_int(members, "from", from);
    ft_json_add_int(members, "max", max);
    columns = ask_member(store, "rows", id, members, "columns",
                         json_type_array, err);
    if (!columns)
        return -1;
    *rows = columns;
    return 0;
}

int ft_store_table_rows(struct ft_store *store, const char *id,
                        size_t max_rows, struct json_object **rows,
                        struct ft_err *err)
{
    int64_t max = max_rows < INT64_MAX ? (int64_t)max_rows : INT64_MAX;

    return table_rows(store, id, 0, max, rows, err);
}

int ft_store_table_last(struct ft_store *store, const char *id,
                        struct json_object **rows, struct ft_err *err)
{
    return table_rows(store, id, -1, 1, rows, err);
}

/* --- checking one version ------------------------------------------------- */

static int compare(const char *what, const char *have, const char *recorded,
                   const char *path, struct ft_err *err)
{
    if (strcmp(have, recorded) == 0)
        return 0;
    return ft_err_set(err, FT_EFORMAT,
                      "%s of '%s' is %.20s…, recorded is %.20s…", what, path,
                      have, recorded);
}

int ft_store_verify(struct ft_store *store, const struct ft_version *version,
                    struct ft_err *err)
{
    char *path = ft_store_file(store, version->id, err);
    struct json_object *answer = NULL, *request;
    char *what = NULL;
    int rc = -1;

    if (!path)
        return -1;
    what = ft_asprintf("verify '%s'", path);
    request = ft_store_request("verify", path);
    ft_json_add_bool(request, "deep", true);
    if (ft_store_call(store, request, what, version->size_bytes, &answer,
                      err) < 0)
        goto done;
    if (compare("the version", ft_json_str_or(answer, "version", ""),
                version->id, path, err) == 0 &&
        compare("the file digest", ft_json_str_or(answer, "file", ""),
                version->file_digest, path, err) == 0)
        rc = compare("the content", ft_json_str_or(answer, "content", ""),
                     version->content, path, err);
done:
    json_object_put(answer);
    free(what);
    free(path);
    return rc;
}
