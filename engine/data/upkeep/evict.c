/* evict.c - remove payloads by name, and protect others from removal */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/user.h"
#include "data/upkeep/removal.h"

/* --- evict ---------------------------------------------------------------- */

static int refuse_pinned(struct ft_db *db, const struct ft_version *version,
                         struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(db,
                                     "SELECT user FROM pin WHERE version=?",
                                     FT_DB_ARGS(ft_db_text(version->id)), err);
    int rc = rows ? ft_rows_next(rows, err) : -1;

    if (rc == 1) {
        ft_err_set(err, FT_EUSAGE, "version %.12s of '%s' is pinned by %s",
                   version->id, version->object, ft_rows_text(rows, 0));
        ft_err_hint(err, "'fedtwin data unpin %.12s' allows it", version->id);
    }
    ft_rows_end(rows);
    return rc == 0 ? 0 : -1;
}

static int refuse_needed(struct ft_db *db, const struct ft_needs *needs,
                         const struct ft_version *version, struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        db,
        "SELECT r.run FROM output o JOIN result r ON r.seq = o.result"
        " WHERE o.version=?",
        FT_DB_ARGS(ft_db_text(version->id)), err);
    bool needed = needs->cached;
    int rc = rows ? 0 : -1;

    for (size_t i = 0; i < needs->n; i++)
        needed |= !needs->item[i].run &&
                  strcmp(needs->item[i].id, version->id) == 0;
    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        for (size_t i = 0; i < needs->n; i++)
            needed |= needs->item[i].run &&
                      strcmp(needs->item[i].id, ft_rows_text(rows, 0)) == 0;
        rc = 0;
    }
    ft_rows_end(rows);
    if (rc < 0 || !needed)
        return rc;
    ft_err_set(err, FT_EUSAGE, "a run that has not ended needs version %.12s "
               "of '%s'", version->id, version->object);
    return ft_err_hint(err, "'fedtwin status' lists the runs");
}

/* The versions that are to go, each once, into 'id'. */
static int choose(struct ft_store *store, const struct ft_versions *versions,
                  const struct ft_needs *needs, const char **id, size_t *n,
                  struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);

    *n = 0;
    if (!db)
        return -1;
    for (size_t i = 0; i < versions->n; i++) {
        const struct ft_version *version = &versions->item[i];
        bool again = version->gone;

        for (size_t k = 0; k < *n && !again; k++)
            again = strcmp(id[k], version->id) == 0;
        if (again)
            continue;
        if (refuse_pinned(db, version, err) < 0 ||
            refuse_needed(db, needs, version, err) < 0)
            return -1;
        id[(*n)++] = version->id;
    }
    return 0;
}

static int evict_locked(struct ft_store *store,
                        const struct ft_versions *versions,
                        const struct ft_needs *needs,
                        struct ft_removal_new *removal, char *name,
                        struct ft_err *err)
{
    const char **id = ft_calloc(versions->n + 1, sizeof(*id));
    int rc = ft_index_follow(store->index, store->log, err);

    if (rc == 0)
        rc = choose(store, versions, needs, id, &removal->n, err);
    if (rc == 0 && removal->n) {
        ft_removal_id(ft_clock_now_ns(), name);
        removal->id = name;
        removal->version = id;
        rc = ft_removal_record(store, removal, err);
    }
    free(id);
    return rc;
}

int ft_store_evict(struct ft_store *store, const struct ft_versions *versions,
                   const char *reason, ft_needs_tell *tell, void *arg,
                   char removal[FT_REMOVAL_ID_MAX], struct ft_err *err)
{
    struct ft_removal_new new = { .kind = "evict", .reason = reason };
    struct ft_needs needs = { 0 };
    int rc;

    *removal = '\0';
    if (ft_store_need_write(store, err) < 0 ||
        ft_oplog_own(store->log, err) < 0)
        return -1;
    rc = tell ? tell(arg, &needs, err) : 0;
    if (rc == 0)
        rc = ft_oplog_lock(store->log, err);
    if (rc == 0) {
        rc = evict_locked(store, versions, &needs, &new, removal, err);
        ft_oplog_unlock(store->log);
    }
    ft_oplog_unuse(store->log);
    ft_needs_release(&needs);
    return rc == 0 && *removal ? ft_removal_move(store, removal, err) : rc;
}

/* --- pin ------------------------------------------------------------------ */

static struct json_object *pin_record(const struct ft_versions *versions,
                                      bool pinned, const char *reason)
{
    struct json_object *record = ft_record_new("pin", ft_clock_now_ns());
    struct json_object *list = json_object_new_array();
    char *user = ft_user_name();

    ft_json_add_str(record, "user", user);
    ft_json_add_bool(record, "pinned", pinned);
    if (reason)
        ft_json_add_str(record, "reason", reason);
    for (size_t i = 0; i < versions->n; i++)
        json_object_array_add(
            list, json_object_new_string(versions->item[i].id));
    json_object_object_add(record, "versions", list);
    free(user);
    return record;
}

int ft_store_pin(struct ft_store *store, const struct ft_versions *versions,
                 bool pinned, const char *reason, struct ft_err *err)
{
    struct json_object *record;
    int rc;

    if (ft_store_need_write(store, err) < 0 ||
        ft_oplog_lock(store->log, err) < 0)
        return -1;
    record = pin_record(versions, pinned, reason);
    rc = ft_oplog_append(store->log, &record, 1, err);
    if (rc == 0)
        rc = ft_oplog_sync(store->log, err);
    (void)ft_index_follow(store->index, store->log, NULL);
    ft_oplog_unlock(store->log);
    json_object_put(record);
    return rc;
}
