/* payload.c - the file of a version, wherever it is
 *
 *   o/ab/<version>.h5                 as it was published
 *   pack/<digest>.pack                with others in a container (pack.h)
 *   trash/<removal>/<version>.h5      removed, until that is purged
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/path.h"
#include "data/history/delta.h"
#include "data/store/id.h"
#include "data/store/store_impl.h"
#include "data/upkeep/packs.h"
#include "data/upkeep/removal.h"
#include "data/upkeep/upkeep.h"

#define ID_SHOWN 12

/* --- choosing what will be used ------------------------------------------- */

int ft_store_use(struct ft_store *store, struct ft_err *err)
{
    if (store->uses || !store->can_write)
        return 0;
    if (ft_oplog_use(store->log, err) < 0)
        return -1;
    store->uses = true;
    return ft_index_follow(store->index, store->log, err);
}

bool ft_store_uses(const struct ft_store *store)
{
    return store->uses;
}

void ft_store_used(struct ft_store *store)
{
    if (store->uses)
        ft_oplog_unuse(store->log);
    store->uses = false;
}

/* --- bringing back -------------------------------------------------------- */

int ft_payload_revive(struct ft_store *store, const char *version,
                      struct json_object *back, struct ft_err *err)
{
    char removal[FT_REMOVAL_ID_MAX];
    int rc = ft_removal_of(ft_index_db(store->index), version, removal, err);
    char *path;

    if (rc <= 0)
        return rc;
    path = ft_store_path(store, version);
    if (!ft_path_exists(path)) /* else it was never moved */
        rc = ft_trash_take(store->meta, removal, version, err);
    if (rc == 0)
        rc = ft_packs_has(store, version);
    if (rc == 1)
        json_object_array_add(back, json_object_new_string(version));
    free(path);
    return rc;
}

struct json_object *ft_payload_restored(struct json_object *back)
{
    struct json_object *record = ft_record_new("restore", ft_clock_now_ns());

    json_object_object_add(record, "versions", back);
    return record;
}

/* Under the lock, in the order of removals: file first, record then. */
static int revive_one(struct ft_store *store, const char *version,
                      struct ft_err *err)
{
    struct json_object *back = json_object_new_array();
    struct json_object *record = ft_payload_restored(back);
    int rc = ft_index_follow(store->index, store->log, err);

    if (rc == 0)
        rc = ft_payload_revive(store, version, back, err);
    if (rc == 1)
        rc = ft_oplog_append(store->log, &record, 1, err) < 0 ||
                     ft_oplog_sync(store->log, err) < 0
                 ? -1
                 : 1;
    (void)ft_index_follow(store->index, store->log, NULL);
    json_object_put(record);
    return rc;
}

static int revive(struct ft_store *store, const char *version,
                  struct ft_err *err)
{
    int rc;

    if (ft_oplog_lock(store->log, err) < 0)
        return -1;
    rc = revive_one(store, version, err);
    ft_oplog_unlock(store->log);
    return rc;
}

/* The record of a result will name it: that is enough to bring it back. */
int ft_payload_take_back(struct ft_store *store, const char *version,
                         struct ft_err *err)
{
    struct json_object *back = json_object_new_array();
    int rc = ft_index_follow(store->index, store->log, err);

    if (rc == 0)
        rc = ft_payload_revive(store, version, back, err);
    json_object_put(back);
    if (rc == 0)
        ft_err_set(err, FT_ENOENT, "version %.*s was removed while it was "
                   "published; try again", ID_SHOWN, version);
    return rc == 1 ? 0 : -1;
}

int ft_payload_revive_bound(struct ft_store *store,
                            const struct ft_delta *delta, struct ft_err *err)
{
    struct json_object *back = json_object_new_array();
    struct json_object *record = ft_payload_restored(back);
    int rc = 0;

    for (size_t i = 0; rc >= 0 && i < delta->map.len; i++) {
        const struct ft_bound *bound = delta->map.entry[i].value;

        if (bound->after && ft_bound_differs(bound))
            rc = ft_payload_revive(store, bound->after, back, err);
    }
    if (rc >= 0 && json_object_array_length(back))
        rc = ft_oplog_append(store->log, &record, 1, err);
    json_object_put(record);
    return rc < 0 ? -1 : 0;
}

/* --- finding -------------------------------------------------------------- */

static bool may_write(const struct ft_store *store)
{
    char *tmp = ft_path_join(store->meta, "tmp");
    bool yes = access(tmp, W_OK) == 0;

    free(tmp);
    return yes;
}

/* A member of a container as a file that is the reader's own. */
static int thaw_aside(struct ft_store *store, const char *version, char **path,
                      struct ft_err *err)
{
    const char *tmp = getenv("TMPDIR");

    if (!store->own_dir) {
        store->own_dir = ft_asprintf("%s/fedtwin-XXXXXX",
                                     tmp && *tmp ? tmp : "/tmp");
        if (!mkdtemp(store->own_dir)) {
            ft_err_sys(err, "cannot create '%s'", store->own_dir);
            free(store->own_dir);
            store->own_dir = NULL;
            return -1;
        }
    }
    free(*path);
    *path = ft_asprintf("%s/%s.h5", store->own_dir, version);
    return ft_packs_thaw(store, version, *path, err);
}

/* 1: it is at '*path' now, 0: it cannot be had. */
static int fetch(struct ft_store *store, const char *version, char **path,
                 struct ft_err *err)
{
    char removal[FT_REMOVAL_ID_MAX];
    struct ft_db *db = ft_store_db(store, err);
    int rc = db ? ft_removal_of(db, version, removal, err) : -1;

    if (rc == 1) /* removed */
        rc = store->can_write ? revive(store, version, err) : 0;
    else if (rc == 0)
        rc = 1;
    if (rc != 1 || ft_path_exists(*path))
        return rc;
    if (!ft_packs_has(store, version))
        return 0;
    return may_write(store) ? ft_packs_thaw(store, version, *path, err)
                            : thaw_aside(store, version, path, err);
}

char *ft_store_file(struct ft_store *store, const char *version,
                    struct ft_err *err)
{
    char *path = ft_store_path(store, version);
    int rc = 1;

    if (!path) {
        ft_err_set(err, FT_EUSAGE, "'%s' is no version", version);
        return NULL;
    }
    if (!ft_path_exists(path))
        rc = fetch(store, version, &path, err);
    if (rc == 0) {
        ft_err_set(err, FT_ENOENT, "the file '%s' is gone", path);
        ft_err_hint(err, "look with 'fedtwin fsck'");
        (void)ft_store_say_gone(store, version, err);
    }
    if (rc != 1) {
        free(path);
        path = NULL;
    }
    return path;
}

bool ft_store_in_trash(struct ft_store *store, const char *version)
{
    char removal[FT_REMOVAL_ID_MAX], *there, *trashed;
    struct ft_db *db = ft_store_db(store, NULL);
    bool found;

    if (!db || ft_removal_of(db, version, removal, NULL) != 1)
        return false;
    there = ft_store_path(store, version);
    trashed = ft_trash_path(store->meta, removal, version);
    found = ft_path_exists(trashed) || (there && ft_path_exists(there)) ||
            ft_packs_has(store, version);
    free(trashed);
    free(there);
    return found;
}

bool ft_store_any_gone(struct ft_store *store)
{
    struct ft_db *db = ft_store_db(store, NULL);

    return db && ft_rows_any(ft_db_ask(db, "SELECT 1 FROM gone LIMIT 1", NULL,
                                       0, NULL), NULL) == 1;
}

bool ft_store_lost(struct ft_store *store, const char *version)
{
    struct ft_db *db = ft_store_db(store, NULL);
    struct ft_rows *rows =
        db ? ft_db_ask(db, "SELECT 1 FROM gone WHERE version=?",
                       FT_DB_ARGS(ft_db_text(version)), NULL)
           : NULL;

    return ft_rows_any(rows, NULL) == 1 && !ft_store_in_trash(store, version);
}

/* --- what became of it ---------------------------------------------------- */

int ft_store_say_gone(struct ft_store *store, const char *version,
                      struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, NULL);
    struct ft_rows *rows =
        db ? ft_db_ask(db,
                       "SELECT m.id, m.kind, m.time_us, m.user, m.purged,"
                       " v.object FROM gone g JOIN removal m"
                       " ON m.id = g.removal JOIN version v"
                       " ON v.id = g.version WHERE g.version=?",
                       FT_DB_ARGS(ft_db_text(version)), NULL)
           : NULL;
    char when[FT_TIME_TEXT];

    if (rows && ft_rows_next(rows, NULL) == 1) {
        const char *user = ft_rows_text(rows, 3);

        ft_time_text(ft_rows_int(rows, 2) * 1000, when);
        ft_err_set(err, FT_ENOENT,
                   "the payload of version %.*s of '%s' was removed: %s %s, "
                   "%.19sZ%s%s", ID_SHOWN, version, ft_rows_text(rows, 5),
                   ft_rows_text(rows, 1), ft_rows_text(rows, 0), when,
                   user && *user ? ", by " : "", user ? user : "");
        if (ft_rows_int(rows, 4))
            ft_err_hint(err, "'fedtwin rerun %.*s' makes it again", ID_SHOWN,
                        version);
        else
            ft_err_hint(err, "'fedtwin gc --restore %s' brings it back",
                        ft_rows_text(rows, 0));
    }
    ft_rows_end(rows);
    return -1;
}
