/* repack.c - small version files into containers, and out again
 *
 *   write the container, read it back, link it to its name
 *   record "pack": from here on its members need no file of their own
 *   unlink these files, while no run is under way that could be about to open
 *   one
 *
 * A container of which most was removed is given up: its members become files
 * again, then "unpack" is recorded, then it is unlinked.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/path.h"
#include "data/upkeep/packs.h"
#include "data/upkeep/removal.h"

struct repack {
    struct ft_store *store;
    const struct ft_repack_options *options;
    struct ft_repacked *done;
};

static int commit(struct ft_store *store, struct json_object *record,
                  struct ft_err *err)
{
    int rc = ft_oplog_lock(store->log, err);

    if (rc < 0)
        return -1;
    rc = ft_oplog_append(store->log, &record, 1, err);
    if (rc == 0)
        rc = ft_oplog_sync(store->log, err);
    (void)ft_index_follow(store->index, store->log, NULL);
    ft_oplog_unlock(store->log);
    return rc;
}

/* --- into containers ------------------------------------------------------ */

struct candidates {
    struct ft_pack_member *item;
    size_t n, cap;
};

/* Cells of a matrix side by side. */
static int choose(struct repack *r, struct candidates *list,
                  struct ft_err *err)
{
    const struct ft_repack_options *o = r->options;
    int64_t before_us = o->now_ns / 1000 - (int64_t)(o->older_s * 1e6);
    struct ft_db *db = ft_store_db(r->store, err);
    struct ft_rows *rows =
        db ? ft_db_ask(db,
                       "SELECT v.id, v.file, v.size FROM version v"
                       " JOIN result r ON r.seq = v.result"
                       " WHERE v.size < ?1 AND r.time_us <= ?2"
                       " AND v.id NOT IN (SELECT version FROM gone)"
                       " AND v.id NOT IN (SELECT version FROM packed)"
                       " ORDER BY v.object, r.cell, v.id",
                       FT_DB_ARGS(ft_db_int((int64_t)o->small_below),
                                  ft_db_int(before_us)),
                       err)
           : NULL;
    int rc = rows ? 0 : -1;

    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        struct ft_pack_member *m;

        list->item = ft_grow(list->item, list->n, &list->cap,
                             sizeof(*list->item));
        m = &list->item[list->n++];
        *m = (struct ft_pack_member){
            .size_bytes = (uint64_t)ft_rows_int(rows, 2)
        };
        memcpy(m->version, ft_rows_text(rows, 0), FT_SHA256_HEX);
        memcpy(m->file, ft_rows_text(rows, 1), FT_SHA256_HEX);
        rc = 0;
    }
    ft_rows_end(rows);
    return rc;
}

static struct json_object *pack_record(const char *digest, uint64_t size_bytes,
                                       struct json_object *members)
{
    struct json_object *record = ft_record_new("pack", ft_clock_now_ns());

    ft_json_add_str(record, "pack", digest);
    ft_json_add_int(record, "size", (int64_t)size_bytes);
    json_object_object_add(record, "members", members);
    return record;
}

static struct json_object *member_json(const struct ft_pack_member *member)
{
    struct json_object *entry = json_object_new_array();

    json_object_array_add(entry, json_object_new_string(member->version));
    json_object_array_add(entry,
                          json_object_new_int64((int64_t)member->offset));
    return entry;
}

/* As many from list->item[*at] on as one container takes, into 'members'. */
static int fill(struct repack *r, struct ft_pack_out *out,
                struct candidates *list, size_t *at,
                struct json_object *members, struct ft_err *err)
{
    uint64_t bytes = 0;
    int rc = 0;

    for (; rc >= 0 && *at < list->n && bytes < FT_PACK_BYTES_MAX &&
           json_object_array_length(members) < FT_PACK_MEMBERS_MAX;
         ++*at) {
        struct ft_pack_member *member = &list->item[*at];
        char *path = ft_store_path(r->store, member->version);

        rc = ft_pack_add(out, path, member, err);
        if (rc == 1) {
            json_object_array_add(members, member_json(member));
            bytes += member->size_bytes;
        }
        r->done->n_bad += rc == 0;
        free(path);
    }
    r->done->bytes += bytes;
    return rc < 0 ? -1 : 0;
}

static int pack_some(struct repack *r, struct candidates *list, size_t *at,
                     struct ft_err *err)
{
    struct ft_pack_out *out = ft_pack_new(r->store->meta, err);
    struct json_object *members = json_object_new_array(), *record;
    char digest[FT_SHA256_HEX + 1];
    uint64_t size_bytes;
    int rc = out ? fill(r, out, list, at, members, err) : -1;
    size_t n = json_object_array_length(members);

    if (rc < 0 || !n || ft_pack_finish(out, digest, &size_bytes, err) < 0) {
        json_object_put(members);
        ft_pack_free(out);
        return rc < 0 || n ? -1 : 0;
    }
    record = pack_record(digest, size_bytes, members);
    rc = commit(r->store, record, err);
    if (rc == 0) {
        r->done->n_packs++;
        r->done->n_packed += n;
    }
    json_object_put(record);
    ft_pack_free(out);
    return rc;
}

static int pack_all(struct repack *r, struct ft_err *err)
{
    struct candidates list = { 0 };
    int rc = choose(r, &list, err);

    if (rc == 0 && r->options->dry) {
        r->done->n_packed = list.n > 1 ? list.n : 0;
        for (size_t i = 0; i < list.n; i++)
            r->done->bytes += list.item[i].size_bytes;
    }
    /* A single file gains nothing. */
    for (size_t at = 0; rc == 0 && !r->options->dry && list.n > 1 &&
                        at < list.n;)
        rc = pack_some(r, &list, &at, err);
    free(list.item);
    return rc;
}

/* --- out of containers ---------------------------------------------------- */

/* The versions of a container, as a list. */
static int members_of(struct ft_store *store, const char *digest,
                      struct ft_needs *list, struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    struct ft_rows *rows =
        db ? ft_db_ask(db,
                       "SELECT k.version FROM packed k JOIN pack p"
                       " ON p.n = k.pack WHERE p.digest=?",
                       FT_DB_ARGS(ft_db_text(digest)), err)
           : NULL;

    return ft_needs_rows(list, rows, err);
}

/* Where the file of a member belongs: one that was removed into the trash. */
static int thaw_one(struct ft_store *store, const char *version,
                    struct ft_err *err)
{
    char removal[FT_REMOVAL_ID_MAX];
    int gone = ft_removal_of(ft_index_db(store->index), version, removal, err);
    char *dest = gone == 1 ? ft_trash_path(store->meta, removal, version)
                           : ft_store_path(store, version);
    int rc = gone < 0 ? -1 : ft_packs_thaw(store, version, dest, err);

    free(dest);
    return rc < 0 ? -1 : 0;
}

static int give_up(struct repack *r, const char *digest, struct ft_err *err)
{
    struct json_object *record = ft_record_new("unpack", ft_clock_now_ns());
    char *path = ft_pack_path(r->store->meta, digest);
    struct ft_needs list = { 0 };
    int rc = members_of(r->store, digest, &list, err);

    for (size_t i = 0; rc == 0 && i < list.n; i++)
        rc = thaw_one(r->store, list.item[i].id, err);
    ft_json_add_str(record, "pack", digest);
    if (rc == 0)
        rc = commit(r->store, record, err);
    if (rc == 0 && unlink(path) < 0 && errno != ENOENT)
        rc = ft_err_sys(err, "cannot remove '%s'", path);
    r->done->n_unpacked += rc == 0;
    ft_needs_release(&list);
    json_object_put(record);
    free(path);
    return rc;
}

/* Containers of which less than half is of use. */
static int give_up_empty(struct repack *r, struct ft_err *err)
{
    struct ft_db *db = ft_store_db(r->store, err);
    struct ft_rows *rows =
        db ? ft_db_ask(db,
                       "SELECT p.digest FROM pack p LEFT JOIN packed k"
                       " ON k.pack = p.n LEFT JOIN version v"
                       " ON v.id = k.version GROUP BY p.n"
                       " HAVING coalesce(sum(v.size), 0) * 2 < p.size",
                       NULL, 0, err)
           : NULL;
    struct ft_needs list = { 0 };
    int rc = rows ? 0 : -1;

    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        ft_needs_version(&list, ft_rows_text(rows, 0));
        rc = 0;
    }
    ft_rows_end(rows);
    for (size_t i = 0; rc == 0 && i < list.n; i++) {
        if (r->options->dry)
            r->done->n_unpacked++;
        else
            rc = give_up(r, list.item[i].id, err);
    }
    ft_needs_release(&list);
    return rc;
}

/* --- dropping files ------------------------------------------------------- */

static int drop_files(struct repack *r, const struct ft_packs_set *set,
                      struct ft_err *err)
{
    char id[FT_SHA256_HEX + 1];

    for (size_t i = 0; i < set->n; i++) {
        char *path;
        int rc;

        ft_sha256_hex(set->id[i], id);
        path = ft_store_path(r->store, id);
        rc = unlink(path);
        r->done->n_dropped += rc == 0;
        if (rc < 0 && errno != ENOENT)
            ft_err_sys(err, "cannot remove '%s'", path);
        free(path);
        if (rc < 0 && errno != ENOENT)
            return -1;
    }
    return 0;
}

/* Nobody can be about to open one of the files: no run is under way, and one
 * that begins waits. */
static int drop(struct repack *r, struct ft_err *err)
{
    struct ft_packs_set set = { 0 };
    struct ft_needs needs = { 0 };
    int rc = ft_oplog_own(r->store->log, err);

    if (rc < 0)
        return -1;
    if (r->options->tell)
        rc = r->options->tell(r->options->arg, &needs, err);
    r->done->live = needs.live;
    if (rc == 0 && !needs.live)
        rc = ft_packs_load(r->store, &set);
    if (rc == 0 && !needs.live)
        rc = drop_files(r, &set, err);
    ft_oplog_unuse(r->store->log);
    ft_packs_release(&set);
    ft_needs_release(&needs);
    return rc;
}

int ft_store_repack(struct ft_store *store,
                    const struct ft_repack_options *options,
                    struct ft_repacked *done, struct ft_err *err)
{
    struct repack r = { store, options, done };
    int rc = ft_store_need_write(store, err);

    *done = (struct ft_repacked){ 0 };
    if (rc == 0)
        rc = ft_index_follow(store->index, store->log, err);
    if (rc == 0)
        rc = give_up_empty(&r, err);
    if (rc == 0)
        rc = pack_all(&r, err);
    if (rc == 0 && !options->dry)
        rc = drop(&r, err);
    return rc;
}
