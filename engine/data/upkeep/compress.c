/* compress.c - large version files anew, with their values compressed
 *
 * One after another: the worker writes the new file below tmp/ and reads it
 * back, ft_press() lets it take the place of the old one.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "data/upkeep/press.h"
#include "data/upkeep/upkeep.h"

struct compress {
    struct ft_store *store;
    const struct ft_compress_options *options;
    struct ft_compressed *done;
};

struct candidate {
    char version[FT_SHA256_HEX + 1], file[FT_SHA256_HEX + 1];
    uint64_t size_bytes;
};

struct candidates {
    struct candidate *item;
    size_t n, cap;
};

/* The largest first: they gain most.  What was tried is not tried again. */
static int choose(struct compress *c, struct candidates *list,
                  struct ft_err *err)
{
    const struct ft_compress_options *o = c->options;
    int64_t before_us = o->now_ns / 1000 - (int64_t)(o->older_s * 1e6);
    struct ft_db *db = ft_store_db(c->store, err);
    struct ft_rows *rows =
        db ? ft_db_ask(db,
                       "SELECT v.id, v.file, v.size FROM version v"
                       " JOIN result r ON r.seq = v.result"
                       " WHERE v.size > ?1 AND r.time_us <= ?2"
                       " AND v.id NOT IN (SELECT version FROM gone)"
                       " AND v.id NOT IN (SELECT version FROM packed)"
                       " AND v.id NOT IN (SELECT version FROM pressed"
                       "  WHERE size IS NOT NULL OR file IS NULL)"
                       " ORDER BY v.size DESC, v.id",
                       FT_DB_ARGS(ft_db_int((int64_t)o->larger_than),
                                  ft_db_int(before_us)),
                       err)
           : NULL;
    int rc = rows ? 0 : -1;

    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        struct candidate *item;

        list->item = ft_grow(list->item, list->n, &list->cap,
                             sizeof(*list->item));
        item = &list->item[list->n++];
        *item = (struct candidate){
            .size_bytes = (uint64_t)ft_rows_int(rows, 2)
        };
        memcpy(item->version, ft_rows_text(rows, 0), FT_SHA256_HEX);
        memcpy(item->file, ft_rows_text(rows, 1), FT_SHA256_HEX);
        rc = 0;
    }
    ft_rows_end(rows);
    return rc;
}

/* Whether 'path' is the version's own file, by its size; a file with a second
 * name is somebody else's, too. */
static bool is_own(struct compress *c, const char *path,
                   const struct candidate *item)
{
    struct stat st;

    if (lstat(path, &st) < 0 || !S_ISREG(st.st_mode) ||
        (uint64_t)st.st_size != item->size_bytes) {
        c->done->n_bad++;
        return false;
    }
    return st.st_nlink == 1;
}

/* Let the new file that the worker made take its place. */
static int take(struct compress *c, const struct candidate *item,
                struct json_object *answer, struct ft_err *err)
{
    const char *path = ft_json_str(answer, "path", "the answer", err);
    const char *file = path ? ft_json_str(answer, "file", "the answer", err)
                            : NULL;
    struct ft_press_file to = {
        .version = item->version,
        .was = item->file,
        .file = file,
        .size_bytes = ft_json_int_or(answer, "size", 0),
    };
    int rc = file ? ft_press(c->store, path, &to, err) : -1;

    if (rc == 1) {
        c->done->n_compressed++;
        c->done->bytes_before += item->size_bytes;
        c->done->bytes_after += (uint64_t)to.size_bytes;
    }
    return rc < 0 ? -1 : 0;
}

/* A file that the worker cannot make anything of is left alone. */
static int ask(struct compress *c, const struct candidate *item,
               const char *path, struct json_object **answer,
               struct ft_err *err)
{
    char *what = ft_asprintf("compress '%s'", path);
    struct ft_err own = { 0 };
    int rc = ft_store_call(c->store, ft_store_request("recompress", path),
                           what, item->size_bytes, answer, &own);

    free(what);
    if (rc == 0)
        return 1;
    if (own.code == FT_EFORMAT || own.code == FT_ENOENT) {
        c->done->n_bad++;
        return 0;
    }
    if (err)
        *err = own;
    return -1;
}

/* The file that was read is not the one that the oplog names. */
static void drop(struct json_object *answer)
{
    const char *path = ft_json_str_or(answer, "path", NULL);

    if (path)
        (void)unlink(path);
}

static int compress_one(struct compress *c, const struct candidate *item,
                        struct ft_err *err)
{
    char *path = ft_store_path(c->store, item->version);
    struct json_object *answer = NULL;
    int rc = is_own(c, path, item) ? ask(c, item, path, &answer, err) : 0;

    if (rc == 1 &&
        strcmp(ft_json_str_or(answer, "was", ""), item->file) != 0) {
        c->done->n_bad++;
        drop(answer);
        rc = 0;
    }
    if (rc == 1 && ft_json_str_or(answer, "kept", NULL)) {
        c->done->n_kept++;
        rc = ft_press_keep(c->store, item->version, err);
    } else if (rc == 1) {
        rc = take(c, item, answer, err);
    }
    json_object_put(answer);
    free(path);
    return rc;
}

int ft_store_compress(struct ft_store *store,
                      const struct ft_compress_options *options,
                      struct ft_compressed *done, struct ft_err *err)
{
    struct compress c = { store, options, done };
    struct candidates list = { 0 };
    int rc = ft_store_need_write(store, err);

    *done = (struct ft_compressed){ 0 };
    if (rc == 0)
        rc = ft_press_settle(store, err);
    if (rc == 0)
        rc = ft_index_follow(store->index, store->log, err);
    if (rc == 0)
        rc = choose(&c, &list, err);
    for (size_t i = 0; rc == 0 && i < list.n; i++) {
        done->n_tried++;
        if (options->dry)
            done->bytes_before += list.item[i].size_bytes;
        else
            rc = compress_one(&c, &list.item[i], err);
    }
    free(list.item);
    return rc;
}
