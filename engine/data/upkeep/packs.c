/* packs.c - which version is in which container */
#include "data/upkeep/packs.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "data/store/id.h"

int ft_packs_find(struct ft_db *db, const char *meta, const char *version,
                  struct ft_pack_member *member, char **path,
                  struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        db,
        "SELECT p.digest, k.offset, v.size, v.file FROM packed k"
        " JOIN pack p ON p.n = k.pack JOIN version v ON v.id = k.version"
        " WHERE k.version=?",
        FT_DB_ARGS(ft_db_text(version)), err);
    int rc = rows ? ft_rows_next(rows, err) : -1;
    const char *file = rc == 1 ? ft_rows_text(rows, 3) : NULL;

    *path = NULL;
    if (rc == 1 && (!file || !ft_id_valid(file)))
        rc = ft_err_set(err, FT_EFORMAT, "index: a digest is malformed");
    if (rc == 1) {
        *member = (struct ft_pack_member){
            .offset = (uint64_t)ft_rows_int(rows, 1),
            .size_bytes = (uint64_t)ft_rows_int(rows, 2),
        };
        memcpy(member->version, version, FT_SHA256_HEX);
        memcpy(member->file, file, FT_SHA256_HEX);
        *path = ft_pack_path(meta, ft_rows_text(rows, 0));
    }
    ft_rows_end(rows);
    return rc;
}

bool ft_packs_has(struct ft_store *store, const char *version)
{
    struct ft_db *db = ft_store_db(store, NULL);
    struct ft_pack_member member;
    char *path = NULL;
    bool has = db &&
               ft_packs_find(db, store->meta, version, &member, &path,
                             NULL) == 1 &&
               ft_path_exists(path);

    free(path);
    return has;
}

int ft_packs_thaw(struct ft_store *store, const char *version,
                  const char *dest, struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    struct ft_pack_member member;
    char *path = NULL, *tmp = ft_starts_with(dest, store->meta)
                                  ? ft_path_join(store->meta, "tmp")
                                  : ft_path_dir(dest);
    int rc = db ? ft_packs_find(db, store->meta, version, &member, &path, err)
                : -1;

    if (rc == 1 && ft_pack_thaw(tmp, path, &member, dest, err) < 0)
        rc = -1;
    free(path);
    free(tmp);
    return rc;
}

/* --- all of them ---------------------------------------------------------- */

/* Of one container, if that is there. */
static int load_pack(struct ft_db *db, int64_t pack, struct ft_packs_set *set)
{
    struct ft_rows *rows = ft_db_ask(db,
                                     "SELECT version FROM packed WHERE pack=?",
                                     FT_DB_ARGS(ft_db_int(pack)), NULL);
    int rc = rows ? 0 : -1;

    while (rc == 0 && (rc = ft_rows_next(rows, NULL)) == 1) {
        set->id = ft_grow(set->id, set->n, &set->cap, sizeof(*set->id));
        ft_sha256_bytes(ft_rows_text(rows, 0), set->id[set->n++]);
        rc = 0;
    }
    ft_rows_end(rows);
    return rc;
}

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, FT_SHA256_BYTES);
}

int ft_packs_load(struct ft_store *store, struct ft_packs_set *set)
{
    struct ft_db *db = ft_store_db(store, NULL);
    struct ft_rows *rows =
        db ? ft_db_ask(db, "SELECT n, digest FROM pack", NULL, 0, NULL)
           : NULL;
    int rc = rows ? 0 : -1;

    while (rc == 0 && (rc = ft_rows_next(rows, NULL)) == 1) {
        char *path = ft_pack_path(store->meta, ft_rows_text(rows, 1));

        rc = ft_path_exists(path) ? load_pack(db, ft_rows_int(rows, 0), set)
                                  : 0;
        free(path);
    }
    ft_rows_end(rows);
    if (set->n)
        qsort(set->id, set->n, sizeof(*set->id), compare);
    return rc;
}

bool ft_packs_in(const struct ft_packs_set *set, const char *version)
{
    uint8_t id[FT_SHA256_BYTES];

    if (!set->n)
        return false;
    ft_sha256_bytes(version, id);
    return bsearch(id, set->id, set->n, sizeof(*set->id), compare) != NULL;
}

void ft_packs_release(struct ft_packs_set *set)
{
    free(set->id);
    *set = (struct ft_packs_set){ 0 };
}
