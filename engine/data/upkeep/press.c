/* press.c - a compressed version file on its way to its name */
#include "data/upkeep/press.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/path.h"
#include "data/store/id.h"
#include "data/upkeep/removal.h"
#include "data/upkeep/trash.h"

#define SUFFIX ".h5"

static char *staged_path(const char *meta, const char *version,
                         const char *file)
{
    return ft_asprintf("%s/press/%s-%s" SUFFIX, meta, version, file);
}

/* --- placing -------------------------------------------------------------- */

static struct json_object *record_new(const struct ft_press_file *to)
{
    struct json_object *record = ft_record_new("recompress",
                                               ft_clock_now_ns());
    struct json_object *list = json_object_new_array();
    struct json_object *entry = json_object_new_object();

    ft_json_add_str(entry, "version", to->version);
    ft_json_add_str(entry, "file", to->file);
    ft_json_add_int(entry, "size", to->size_bytes);
    json_object_array_add(list, entry);
    json_object_object_add(record, "versions", list);
    return record;
}

/* Under the lock: 1 when the version has a file of its own, and that one. */
static int still_has(struct ft_store *store, const char *version,
                     const char *file, struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        ft_index_db(store->index),
        "SELECT 1 FROM version WHERE id=?1 AND file=?2"
        " AND id NOT IN (SELECT version FROM gone)"
        " AND id NOT IN (SELECT version FROM packed)",
        FT_DB_ARGS(ft_db_text(version), ft_db_text(file)), err);

    return ft_rows_any(rows, err);
}

static int stage(const char *path, const char *staged, struct ft_err *err)
{
    char *dir = ft_path_dir(staged);
    int rc = ft_path_mkdirs(dir, 0777, err);

    if (rc == 0)
        rc = ft_path_sync_parent(dir, err);
    if (rc == 0 && rename(path, staged) < 0)
        rc = ft_err_sys(err, "cannot rename '%s' to '%s'", path, staged);
    if (rc == 0)
        rc = ft_path_sync_parent(staged, err);
    free(dir);
    return rc;
}

/* Over the file that has the name now. */
static int replace(const char *staged, const char *final, struct ft_err *err)
{
    if (rename(staged, final) < 0)
        return ft_err_sys(err, "cannot rename '%s' to '%s'", staged, final);
    return ft_path_sync_parent(final, err);
}

/* Under the lock, with an index that knows all. */
static int place(struct ft_store *store, const char *path,
                 const struct ft_press_file *to, struct ft_err *err)
{
    char *staged = staged_path(store->meta, to->version, to->file);
    char *final = ft_store_path(store, to->version);
    struct json_object *record = record_new(to);
    int rc = stage(path, staged, err);

    if (rc == 0)
        rc = ft_oplog_append(store->log, &record, 1, err);
    if (rc == 0)
        rc = ft_oplog_sync(store->log, err);
    if (rc == 0)
        rc = replace(staged, final, err);
    (void)ft_index_follow(store->index, store->log, NULL);
    json_object_put(record);
    free(final);
    free(staged);
    return rc;
}

int ft_press(struct ft_store *store, const char *path,
             const struct ft_press_file *to, struct ft_err *err)
{
    char *final = ft_store_path(store, to->version);
    int rc = ft_oplog_lock(store->log, err);

    if (rc == 0) {
        rc = ft_index_follow(store->index, store->log, err);
        if (rc == 0)
            rc = still_has(store, to->version, to->was, err);
        if (rc == 1 && !ft_path_exists(final))
            rc = 0;
        if (rc == 1 && place(store, path, to, err) < 0)
            rc = -1;
        ft_oplog_unlock(store->log);
    }
    if (rc != 1)
        (void)unlink(path);
    free(final);
    return rc;
}

int ft_press_keep(struct ft_store *store, const char *version,
                  struct ft_err *err)
{
    struct json_object *record = ft_record_new("recompress",
                                               ft_clock_now_ns());
    struct json_object *list = json_object_new_array();
    int rc = ft_oplog_lock(store->log, err);

    json_object_object_add(record, "versions", json_object_new_array());
    json_object_array_add(list, json_object_new_string(version));
    json_object_object_add(record, "kept", list);
    if (rc == 0) {
        rc = ft_oplog_append(store->log, &record, 1, err);
        if (rc == 0)
            rc = ft_oplog_sync(store->log, err);
        (void)ft_index_follow(store->index, store->log, NULL);
        ft_oplog_unlock(store->log);
    }
    json_object_put(record);
    return rc;
}

/* --- after a crash -------------------------------------------------------- */

/* Where the compressed file of the version belongs, the caller frees; NULL with
 * *rc 0: nowhere, it was not recorded or the version was removed for good. */
static char *place_of(struct ft_store *store, const char *version,
                      const char *file, int *rc, struct ft_err *err)
{
    struct ft_db *db = ft_index_db(store->index);
    char removal[FT_REMOVAL_ID_MAX], *path = NULL, *trashed;
    struct ft_rows *rows = ft_db_ask(
        db,
        "SELECT EXISTS(SELECT 1 FROM gone g WHERE g.version = v.id)"
        " FROM version v WHERE v.id=?1 AND v.file=?2",
        FT_DB_ARGS(ft_db_text(version), ft_db_text(file)), err);
    bool gone;

    *rc = rows ? ft_rows_next(rows, err) : -1;
    gone = *rc == 1 && ft_rows_int(rows, 0);
    ft_rows_end(rows);
    if (*rc == 1)
        path = ft_store_path(store, version);
    if (gone && !ft_path_exists(path)) {
        free(path);
        path = NULL;
        *rc = ft_removal_of(db, version, removal, err);
        trashed = *rc == 1 ? ft_trash_path(store->meta, removal, version)
                           : NULL;
        if (trashed && ft_path_exists(trashed))
            path = trashed;
        else
            free(trashed);
    }
    if (*rc > 0)
        *rc = 0;
    return path;
}

static bool split_name(const char *name, char version[FT_SHA256_HEX + 1],
                       char file[FT_SHA256_HEX + 1])
{
    if (strlen(name) != 2 * FT_SHA256_HEX + 1 + strlen(SUFFIX) ||
        name[FT_SHA256_HEX] != '-' || !ft_ends_with(name, SUFFIX))
        return false;
    memcpy(version, name, FT_SHA256_HEX);
    memcpy(file, name + FT_SHA256_HEX + 1, FT_SHA256_HEX);
    version[FT_SHA256_HEX] = file[FT_SHA256_HEX] = '\0';
    return ft_id_valid(version) && ft_id_valid(file);
}

static int settle_one(struct ft_store *store, const char *name,
                      struct ft_err *err)
{
    char version[FT_SHA256_HEX + 1], file[FT_SHA256_HEX + 1];
    char *staged, *path;
    int rc = 0;

    if (!split_name(name, version, file))
        return 0; /* not ours */
    staged = staged_path(store->meta, version, file);
    path = place_of(store, version, file, &rc, err);
    if (path)
        rc = replace(staged, path, err);
    else if (rc == 0 && unlink(staged) < 0 && errno != ENOENT)
        rc = ft_err_sys(err, "cannot remove '%s'", staged);
    free(path);
    free(staged);
    return rc;
}

static int is_name(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int ft_press_settle(struct ft_store *store, struct ft_err *err)
{
    char *dir = ft_path_join(store->meta, "press");
    struct dirent **name = NULL;
    int n = scandir(dir, &name, is_name, alphasort), rc = 0;

    if (n > 0 && access(dir, W_OK) == 0) {
        rc = ft_oplog_attend(store->log, err);
        if (rc == 0)
            rc = ft_oplog_lock(store->log, err);
        if (rc == 0) {
            rc = ft_index_follow(store->index, store->log, err);
            for (int i = 0; rc == 0 && i < n; i++)
                rc = settle_one(store, name[i]->d_name, err);
            ft_oplog_unlock(store->log);
        }
    }
    for (int i = 0; i < n; i++)
        free(name[i]);
    free(name);
    free(dir);
    return rc;
}

int ft_press_pending(struct ft_db *db, const char *meta,
                     const struct ft_version *version,
                     char was[FT_SHA256_HEX + 1], uint64_t *was_bytes,
                     struct ft_err *err)
{
    char *staged = staged_path(meta, version->id, version->file_digest);
    struct ft_rows *rows = NULL;
    const char *file = NULL;
    int rc = 0;

    if (ft_path_exists(staged)) {
        rows = ft_db_ask(db,
                         "SELECT file, size FROM pressed WHERE version=?"
                         " AND file IS NOT NULL",
                         FT_DB_ARGS(ft_db_text(version->id)), err);
        rc = rows ? ft_rows_next(rows, err) : -1;
        file = rc == 1 ? ft_rows_text(rows, 0) : NULL;
    }
    if (file && ft_id_valid(file)) {
        memcpy(was, file, FT_SHA256_HEX + 1);
        *was_bytes = (uint64_t)ft_rows_int(rows, 1);
    }
    ft_rows_end(rows);
    free(staged);
    return rc;
}
