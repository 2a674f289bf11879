/* removal.c - record, move, restore and purge what was removed
 *
 *   record "gc" or "evict"  - the payloads it names may go
 *   rename to the trash     - in batches; what a crash leaves, the next gc does
 *   record "purge"          - the trash of that removal may be destroyed; the
 *                             lineage of its versions is in records/ by then
 *   unlink
 */
#include "data/upkeep/removal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/path.h"
#include "base/user.h"
#include "data/upkeep/kept.h"

/* Versions that one record names, and that one hold of the lock moves. */
#define RECORD_MAX 100000
#define BATCH 1000

/* --- questions ------------------------------------------------------------ */

int ft_removal_of(struct ft_db *db, const char *version,
                  char removal[FT_REMOVAL_ID_MAX], struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        db,
        "SELECT m.id FROM gone g JOIN removal m ON m.id = g.removal"
        " WHERE g.version=? AND m.purged=0",
        FT_DB_ARGS(ft_db_text(version)), err);
    int rc = rows ? ft_rows_next(rows, err) : -1;

    if (rc == 1)
        snprintf(removal, FT_REMOVAL_ID_MAX, "%s", ft_rows_text(rows, 0));
    ft_rows_end(rows);
    return rc;
}

static void read_removal(struct ft_rows *rows, struct ft_removal *removal)
{
    *removal = (struct ft_removal){
        .kind = ft_strdup(ft_rows_text(rows, 1)),
        .time_ns = ft_rows_int(rows, 2) * 1000,
        .user = ft_strdup(ft_rows_text(rows, 3)),
        .reason = ft_strdup(ft_rows_text(rows, 4)),
        .purged_ns = ft_rows_int(rows, 5) * 1000,
        .n = (size_t)ft_rows_int(rows, 6),
        .bytes = (uint64_t)ft_rows_int(rows, 7),
    };
    snprintf(removal->id, sizeof(removal->id), "%s", ft_rows_text(rows, 0));
}

int ft_store_removals(struct ft_store *store, struct ft_removals *removals,
                      struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    struct ft_rows *rows =
        db ? ft_db_ask(db,
                       "SELECT m.id, m.kind, m.time_us, m.user, m.reason,"
                       " m.purged, count(g.version), coalesce(sum(v.size), 0)"
                       " FROM removal m LEFT JOIN gone g ON g.removal = m.id"
                       " LEFT JOIN version v ON v.id = g.version"
                       " GROUP BY m.id ORDER BY m.time_us DESC, m.id DESC",
                       NULL, 0, err)
           : NULL;
    size_t cap = 0;
    int rc = rows ? 0 : -1;

    *removals = (struct ft_removals){ 0 };
    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        removals->item = ft_grow(removals->item, removals->n, &cap,
                                 sizeof(*removals->item));
        read_removal(rows, &removals->item[removals->n++]);
        rc = 0;
    }
    ft_rows_end(rows);
    if (rc < 0)
        ft_removals_release(removals);
    return rc;
}

void ft_removals_release(struct ft_removals *removals)
{
    for (size_t i = 0; i < removals->n; i++) {
        free(removals->item[i].kind);
        free(removals->item[i].user);
        free(removals->item[i].reason);
    }
    free(removals->item);
    *removals = (struct ft_removals){ 0 };
}

/* The versions that a removal took and that did not come back. */
static int taken_by(struct ft_store *store, const char *removal,
                    struct ft_needs *list, struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    struct ft_rows *rows =
        db ? ft_db_ask(db,
                       "SELECT version FROM gone WHERE removal=?"
                       " ORDER BY version",
                       FT_DB_ARGS(ft_db_text(removal)), err)
           : NULL;

    return ft_needs_rows(list, rows, err);
}

/* --- recording and moving ------------------------------------------------- */

static struct json_object *removal_record(const struct ft_removal_new *removal,
                                          size_t from, int64_t now_ns)
{
    struct json_object *record = ft_record_new(removal->kind, now_ns);
    struct json_object *list = json_object_new_array();
    char *user = ft_user_name();

    ft_json_add_str(record, "id", removal->id);
    ft_json_add_str(record, "user", user);
    if (removal->reason)
        ft_json_add_str(record, "reason", removal->reason);
    for (size_t i = from; i < removal->n && i < from + RECORD_MAX; i++)
        json_object_array_add(list,
                              json_object_new_string(removal->version[i]));
    json_object_object_add(record, "versions", list);
    free(user);
    return record;
}

int ft_removal_record(struct ft_store *store,
                      const struct ft_removal_new *removal,
                      struct ft_err *err)
{
    int64_t now_ns = ft_clock_now_ns();
    int rc = ft_trash_make(store->meta, removal->id, err);

    for (size_t i = 0; rc == 0 && i < removal->n; i += RECORD_MAX) {
        struct json_object *record = removal_record(removal, i, now_ns);

        rc = ft_oplog_append(store->log, &record, 1, err);
        json_object_put(record);
    }
    if (rc == 0)
        rc = ft_oplog_sync(store->log, err);
    (void)ft_index_follow(store->index, store->log, NULL);
    return rc;
}

/* One batch; what came back meanwhile stays.  The lock is held. */
static int move_batch(struct ft_store *store, const char *removal,
                      const struct ft_needed *item, size_t n,
                      struct ft_err *err)
{
    char by[FT_REMOVAL_ID_MAX];
    bool any = false;
    int rc = ft_index_follow(store->index, store->log, err);

    for (size_t i = 0; rc >= 0 && i < n; i++) {
        rc = ft_removal_of(ft_index_db(store->index), item[i].id, by, err);
        if (rc == 1 && strcmp(by, removal) == 0)
            rc = ft_trash_put(store->meta, removal, item[i].id, err);
        any |= rc == 1;
    }
    if (rc >= 0 && any)
        rc = ft_trash_sync(store->meta, removal, err);
    return rc < 0 ? -1 : 0;
}

int ft_removal_move(struct ft_store *store, const char *removal,
                    struct ft_err *err)
{
    struct ft_needs list = { 0 };
    int rc = taken_by(store, removal, &list, err);

    if (rc == 0 && list.n)
        rc = ft_trash_make(store->meta, removal, err);
    for (size_t i = 0; rc == 0 && i < list.n; i += BATCH) {
        size_t n = list.n - i < BATCH ? list.n - i : BATCH;

        if (ft_oplog_lock(store->log, err) < 0) {
            rc = -1;
            break;
        }
        rc = move_batch(store, removal, &list.item[i], n, err);
        ft_oplog_unlock(store->log);
    }
    ft_needs_release(&list);
    return rc;
}

/* --- restoring ------------------------------------------------------------ */

static int restore_batch(struct ft_store *store, const struct ft_needed *item,
                         size_t n, size_t *count, struct ft_err *err)
{
    struct json_object *back = json_object_new_array();
    struct json_object *record = ft_payload_restored(back);
    int rc = ft_index_follow(store->index, store->log, err);

    for (size_t i = 0; rc >= 0 && i < n; i++)
        rc = ft_payload_revive(store, item[i].id, back, err);
    if (rc >= 0 && json_object_array_length(back))
        rc = ft_oplog_append(store->log, &record, 1, err) < 0 ||
                     ft_oplog_sync(store->log, err) < 0
                 ? -1
                 : 0;
    if (rc >= 0)
        *count += json_object_array_length(back);
    (void)ft_index_follow(store->index, store->log, NULL);
    json_object_put(record);
    return rc < 0 ? -1 : 0;
}

static int find_removal(struct ft_store *store, const char *id,
                        struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    struct ft_rows *rows =
        db ? ft_db_ask(db, "SELECT purged FROM removal WHERE id=?",
                       FT_DB_ARGS(ft_db_text(id)), err)
           : NULL;
    int rc = rows ? ft_rows_next(rows, err) : -1;
    bool purged = rc == 1 && ft_rows_int(rows, 0);

    ft_rows_end(rows);
    if (rc == 0) {
        ft_err_set(err, FT_ENOENT, "there is no removal '%s'", id);
        return ft_err_hint(err, "'fedtwin gc --list' shows them");
    }
    if (purged) {
        ft_err_set(err, FT_ENOENT, "the trash of '%s' was purged", id);
        return ft_err_hint(err, "'fedtwin rerun' makes a version again");
    }
    return rc < 0 ? -1 : 0;
}

int ft_store_restore(struct ft_store *store, const char *removal, size_t *n,
                     struct ft_err *err)
{
    struct ft_needs list = { 0 };
    int rc = ft_store_need_write(store, err);

    *n = 0;
    if (rc == 0)
        rc = find_removal(store, removal, err);
    if (rc == 0)
        rc = taken_by(store, removal, &list, err);
    for (size_t i = 0; rc == 0 && i < list.n; i += BATCH) {
        rc = ft_oplog_lock(store->log, err);
        if (rc < 0)
            break;
        rc = restore_batch(store, &list.item[i],
                           list.n - i < BATCH ? list.n - i : BATCH, n, err);
        ft_oplog_unlock(store->log);
    }
    ft_needs_release(&list);
    return rc;
}

/* --- purging -------------------------------------------------------------- */

static int record_purge(struct ft_store *store, const char *removal,
                        struct ft_err *err)
{
    struct json_object *record = ft_record_new("purge", ft_clock_now_ns());
    char *user = ft_user_name();
    int rc;

    ft_json_add_str(record, "id", removal);
    ft_json_add_str(record, "user", user);
    rc = ft_oplog_append(store->log, &record, 1, err);
    if (rc == 0)
        rc = ft_oplog_sync(store->log, err);
    (void)ft_index_follow(store->index, store->log, NULL);
    json_object_put(record);
    free(user);
    return rc;
}

/* Nothing is taken from the trash of a removal once the record is there, so
 * destroying needs no lock. */
int ft_store_purge(struct ft_store *store, const struct ft_removal *removal,
                   struct ft_err *err)
{
    struct ft_needs list = { 0 };
    int rc = ft_store_need_write(store, err);

    if (rc == 0)
        rc = ft_removal_move(store, removal->id, err);
    if (rc == 0)
        rc = taken_by(store, removal->id, &list, err);
    if (rc == 0)
        rc = ft_kept_write(store, removal->id, &list, err);
    ft_needs_release(&list);
    if (rc == 0)
        rc = ft_oplog_lock(store->log, err);
    if (rc < 0)
        return -1;
    rc = record_purge(store, removal->id, err);
    ft_oplog_unlock(store->log);
    return rc < 0 ? -1 : ft_trash_empty(store->meta, removal->id, err);
}

/* --- finishing ------------------------------------------------------------ */

static int settle(struct ft_store *store, const struct ft_removal *removal,
                  struct ft_err *err)
{
    if (removal->purged_ns)
        return ft_trash_empty(store->meta, removal->id, err);
    return ft_removal_move(store, removal->id, err);
}

int ft_store_settle(struct ft_store *store, struct ft_err *err)
{
    struct ft_removals removals;
    int rc = ft_store_need_write(store, err);

    if (rc < 0 || ft_store_removals(store, &removals, err) < 0)
        return -1;
    for (size_t i = 0; rc == 0 && i < removals.n; i++)
        rc = settle(store, &removals.item[i], err);
    ft_removals_release(&removals);
    return rc;
}
