/* import_commit.c - what was verified, made part of the store
 *
 * First the files get their names, then the records are appended: results as
 * records of kind import, states as they stand, branches and tags last.  A
 * kill between leaves files that nobody names, or versions and states that no
 * branch leads to; importing again completes them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "data/archive/archive_impl.h"
#include "data/upkeep/packs.h"

/* Records of about so many bytes wait for one sync. */
#define BATCH_BYTES (8u << 20)
#define SHARDS 256

/* --- files ---------------------------------------------------------------- */

/* A file with the name is there: of an import that was killed, say. */
static int check_existing(struct ft_intake *intake, const char *path,
                          const char *id, struct ft_err *err)
{
    struct json_object *answer = NULL;
    char *what = ft_asprintf("look at '%s'", path);
    struct stat st = { 0 };
    int rc = stat(path, &st) == 0 ? 0 : ft_err_sys(err, "cannot read '%s'",
                                                   path);

    if (rc == 0)
        rc = ft_store_call(intake->store, ft_store_request("adopt", path),
                           what, (uint64_t)st.st_size, &answer, err);
    if (rc == 0 && strcmp(ft_json_str_or(answer, "version", ""), id) != 0)
        rc = ft_err_set(err, FT_EFORMAT, "'%s' holds another version", path);
    json_object_put(answer);
    free(what);
    return rc;
}

static int make_shard(const char *path, struct ft_err *err)
{
    char *dir = ft_path_dir(path);
    int rc = 0;

    if (mkdir(dir, 0777) == 0)
        rc = ft_path_sync_parent(dir, err);
    else if (errno != EEXIST)
        rc = ft_err_sys(err, "cannot create '%s'", dir);
    free(dir);
    return rc;
}

/* fedtwin-archive has synced the bytes. */
static int link_file(struct ft_intake *intake, const char *id,
                     struct ft_err *err)
{
    char *from = ft_asprintf("%s/%s.h5", intake->dir, id);
    char *to = ft_store_path(intake->store, id);
    int rc = link(from, to);

    if (rc < 0 && errno == ENOENT && make_shard(to, err) == 0)
        rc = link(from, to);
    if (rc < 0 && errno == EEXIST)
        rc = check_existing(intake, to, id, err);
    else if (rc < 0)
        ft_err_sys(err, "cannot create '%s'", to);
    free(from);
    free(to);
    return rc;
}

static int sync_shards(struct ft_intake *intake, const bool touched[SHARDS],
                       struct ft_err *err)
{
    int rc = 0;

    for (unsigned i = 0; rc == 0 && i < SHARDS; i++) {
        char *path;

        if (!touched[i])
            continue;
        path = ft_asprintf("%s/o/%02x/x", intake->store->meta, i);
        rc = ft_path_sync_parent(path, err);
        free(path);
    }
    return rc;
}

/* Those whose file is not there; 'first': a file that is there is looked at
 * when it is of a version that the store does not have. */
static int link_files(struct ft_intake *intake, bool first,
                      struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(intake->db,
                                     "SELECT id FROM listed ORDER BY id", NULL,
                                     0, err);
    bool touched[SHARDS] = { false };
    int rc = rows ? 0 : -1;

    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        const char *id = ft_rows_text(rows, 0);
        char *path = ft_store_path(intake->store, id);
        char shard[3] = { id[0], id[1], '\0' };
        bool lost = !ft_path_exists(path) && !ft_packs_has(intake->store, id);
        int known = first ? ft_store_knows(intake->store, id, err) : 1;

        rc = known < 0 ? -1 : 0;
        if (known == 0 || (known == 1 && lost)) {
            rc = link_file(intake, id, err);
            touched[strtoul(shard, NULL, 16)] = true;
        }
        free(path);
    }
    ft_rows_end(rows);
    return rc == 0 ? sync_shards(intake, touched, err) : -1;
}

int ft_intake_count_new(struct ft_intake *intake, size_t *n_new,
                        struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(intake->db, "SELECT id FROM listed", NULL,
                                     0, err);
    int rc = rows ? 0 : -1;

    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        int known = ft_store_knows(intake->store, ft_rows_text(rows, 0), err);

        *n_new += known == 0;
        rc = known < 0 ? -1 : 0;
    }
    ft_rows_end(rows);
    return rc;
}

/* --- records -------------------------------------------------------------- */

struct append {
    struct ft_intake *intake;
    struct json_object *foreign;
    struct json_object *held; /* state-parts whose state did not come yet */
    size_t bytes;             /* appended and not synced */
};

/* 1 when the store has the version and did not remove its payload. */
static int has_version(struct ft_intake *intake, const char *id,
                       struct ft_err *err)
{
    return ft_rows_any(ft_db_ask(ft_index_db(intake->store->index),
                                 "SELECT 1 FROM version v LEFT JOIN gone g"
                                 " ON g.version = v.id"
                                 " WHERE v.id=? AND g.version IS NULL",
                                 FT_DB_ARGS(ft_db_text(id)), err),
                       err);
}

/* 1 when the store has all that the result brings. */
static int has_result(struct ft_intake *intake, struct json_object *json,
                      struct ft_err *err)
{
    struct json_object *out = ft_json_or_null(json, "out");
    size_t n = json_object_array_length(out);
    int rc = 1;

    if (!n)
        return ft_rows_any(
            ft_db_ask(ft_index_db(intake->store->index),
                      "SELECT 1 FROM result WHERE task=? AND run=?"
                      " AND time_us=?",
                      FT_DB_ARGS(ft_db_text(ft_json_str_or(json, "task", "")),
                                 ft_db_text(ft_json_str_or(json, "run", "")),
                                 ft_db_int(ft_json_int_or(json, "time_us", 0))),
                      err),
            err);
    for (size_t i = 0; rc == 1 && i < n; i++)
        rc = has_version(
            intake,
            ft_json_str_or(json_object_array_get_idx(out, i), "version", ""),
            err);
    return rc;
}

static int append(struct append *a, struct json_object *json, size_t len,
                  struct ft_err *err)
{
    a->bytes += len;
    return ft_oplog_append(a->intake->store->log, &json, 1, err);
}

/* Where the result is from first of all, if it was imported before. */
static int append_result(struct append *a, struct json_object *json,
                         size_t len, struct ft_err *err)
{
    int known = has_result(a->intake, json, err);

    if (known != 0)
        return known < 0 ? -1 : 0;
    ft_json_add_str(json, "kind", "import");
    if (!ft_json_or_null(json, "foreign"))
        json_object_object_add(json, "foreign", json_object_get(a->foreign));
    return append(a, json, len, err);
}

/* The text of a workflow or a manifest, unless 'sql' finds it. */
static int append_text(struct append *a, struct json_object *json, size_t len,
                       const char *sql, struct ft_err *err)
{
    const char *digest = ft_json_str_or(json, "digest", "");
    int known = ft_rows_any(ft_db_ask(ft_index_db(a->intake->store->index), sql,
                                      FT_DB_ARGS(ft_db_text(digest)), err),
                            err);

    return known ? (known < 0 ? -1 : 0) : append(a, json, len, err);
}

static int append_state(struct append *a, struct json_object *json,
                        const struct ft_str *line, struct ft_err *err)
{
    size_t n = json_object_array_length(a->held);
    char id[FT_SHA256_HEX + 1];
    int rc;

    ft_sha256_text(line->s, line->len, id);
    rc = ft_rows_any(ft_db_ask(ft_index_db(a->intake->store->index),
                               "SELECT 1 FROM state WHERE id=?",
                               FT_DB_ARGS(ft_db_text(id)), err),
                     err);
    if (rc == 0) {
        for (size_t i = 0; rc == 0 && i < n; i++)
            rc = append(a, json_object_array_get_idx(a->held, i), 0, err);
        if (rc == 0)
            rc = append(a, json, line->len, err);
    }
    json_object_put(a->held);
    a->held = json_object_new_array();
    return rc < 0 ? -1 : 0;
}

static int append_record(struct append *a, const struct ft_str *line,
                         struct ft_err *err)
{
    struct json_object *json = ft_json_parse(line->s, line->len, "the record",
                                             err);
    const char *kind = ft_json_str_or(json, "kind", "");
    int rc = -1;

    if (!json)
        return -1;
    if (strcmp(kind, "state-part") == 0)
        rc = json_object_array_add(a->held, json_object_get(json));
    else if (strcmp(kind, "state") == 0)
        rc = append_state(a, json, line, err);
    else if (strcmp(kind, "workflow") == 0)
        rc = append_text(a, json, line->len,
                         "SELECT 1 FROM workflow WHERE digest=?", err);
    else if (strcmp(kind, "module") == 0)
        rc = append_text(a, json, line->len,
                         "SELECT 1 FROM module WHERE digest=?", err);
    else
        rc = append_result(a, json, line->len, err);
    json_object_put(json);
    if (rc == 0 && a->bytes > BATCH_BYTES) {
        a->bytes = 0;
        rc = ft_oplog_sync(a->intake->store->log, err);
    }
    return rc;
}

static int append_records(struct append *a, struct ft_err *err)
{
    FILE *file = ft_intake_open(a->intake, FT_ARCHIVE_RECORDS, err);
    struct ft_str line = FT_STR_INIT;
    int rc = file ? 0 : -1;

    while (rc == 0 &&
           (rc = ft_intake_line(file, FT_LOG_RECORD_MAX, &line, err)) == 1)
        rc = append_record(a, &line, err);
    if (file)
        fclose(file);
    ft_str_release(&line);
    return rc;
}

static int append_pointer(struct json_object *record, void *arg,
                          struct ft_err *err)
{
    return append(arg, record, 0, err);
}

static struct json_object *foreign_of(struct json_object *manifest)
{
    struct json_object *foreign = json_object_new_object();

    ft_json_add_str(foreign, "project",
                    ft_json_str_or(manifest, "project", ""));
    ft_json_add_str(foreign, "user", ft_json_str_or(manifest, "user", ""));
    ft_json_add_int(foreign, "exported_us",
                    ft_json_int_or(manifest, "exported_us", 0));
    return foreign;
}

/* The lock is held. */
static int commit_locked(struct ft_intake *intake,
                         const struct ft_import_request *request,
                         struct ft_import_report *report, struct ft_err *err)
{
    struct ft_store *store = intake->store;
    struct append a = { .intake = intake,
                        .foreign = foreign_of(intake->manifest),
                        .held = json_object_new_array() };
    int rc = ft_index_follow(store->index, store->log, err);

    /* Once more: a gc may have taken one that was there. */
    if (rc == 0)
        rc = link_files(intake, false, err);
    if (rc == 0)
        rc = ft_intake_names(intake, request, report, err);
    if (rc == 0)
        rc = append_records(&a, err);
    if (rc == 0)
        rc = ft_intake_point(intake, report, append_pointer, &a, err);
    if (ft_oplog_sync(store->log, rc == 0 ? err : NULL) < 0)
        rc = -1;
    (void)ft_index_follow(store->index, store->log, NULL);
    json_object_put(a.foreign);
    json_object_put(a.held);
    return rc;
}

int ft_intake_commit(struct ft_intake *intake,
                     const struct ft_import_request *request,
                     struct ft_import_report *report, struct ft_err *err)
{
    struct ft_store *store = intake->store;
    int rc;

    if (link_files(intake, true, err) < 0 || ft_oplog_lock(store->log, err) < 0)
        return -1;
    rc = commit_locked(intake, request, report, err);
    ft_oplog_unlock(store->log);
    return rc;
}
