/* find.c - versions by id, by cache key and by task */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "data/store/id.h"
#include "data/store/store_impl.h"
#include "data/upkeep/packs.h"

/* --- versions in memory --------------------------------------------------- */

void ft_version_release(struct ft_version *version)
{
    free(version->object);
    free(version->task);
    free(version->run);
    free(version->module);
    free(version->cell);
    free(version->unit);
    *version = (struct ft_version){ 0 };
}

void ft_versions_release(struct ft_versions *versions)
{
    for (size_t i = 0; i < versions->n; i++)
        ft_version_release(&versions->item[i]);
    free(versions->item);
    *versions = (struct ft_versions){ 0 };
}

/* 'text' of an index that somebody else may have written. */
static int copy(char *to, size_t size, const char *text, struct ft_err *err)
{
    if (!text || strlen(text) >= size)
        return ft_err_set(err, FT_EFORMAT, "index: a digest is malformed");
    memcpy(to, text, strlen(text) + 1);
    return 0;
}

int ft_version_read(struct ft_rows *rows, struct ft_version *version,
                    struct ft_err *err)
{
    const char *type = ft_rows_text(rows, 4);

    *version = (struct ft_version){ 0 };
    if (copy(version->id, sizeof(version->id), ft_rows_text(rows, 0), err) <
            0 ||
        copy(version->content, sizeof(version->content),
             ft_rows_text(rows, 1), err) < 0 ||
        copy(version->file_digest, sizeof(version->file_digest),
             ft_rows_text(rows, 2), err) < 0)
        return -1;
    if (!type || !ft_object_type_parse(type, &version->type))
        return ft_err_set(err, FT_EFORMAT, "index: a type is malformed");
    version->size_bytes = (uint64_t)ft_rows_int(rows, 3);
    version->time_ns = ft_rows_int(rows, 5) * 1000;
    version->object = ft_rows_own(rows, 6);
    version->task = ft_rows_own(rows, 7);
    version->run = ft_rows_own(rows, 8);
    version->module = ft_rows_own(rows, 9);
    version->cell = ft_rows_own(rows, 10);
    version->unit = ft_strdup(ft_rows_text(rows, 11));
    version->gone = ft_rows_int(rows, 12);
    return 0;
}

int ft_versions_read(struct ft_rows *rows, struct ft_versions *versions,
                     struct ft_err *err)
{
    size_t cap = 0;
    int rc = rows ? 0 : -1;

    *versions = (struct ft_versions){ 0 };
    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        versions->item = ft_grow(versions->item, versions->n, &cap,
                                 sizeof(*versions->item));
        rc = ft_version_read(rows, &versions->item[versions->n], err);
        versions->n += rc == 0;
    }
    ft_rows_end(rows);
    if (rc < 0)
        ft_versions_release(versions);
    return rc;
}

/* --- by id ---------------------------------------------------------------- */

int ft_store_version(struct ft_store *store, const char *id,
                     struct ft_version *version, struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    struct ft_versions found;
    struct ft_rows *rows;

    if (!db)
        return -1;
    rows = ft_db_ask(db,
                     "SELECT " FT_VERSION_COLUMNS
                     " FROM version v JOIN result r ON r.seq = v.result"
                     " WHERE v.id = ?",
                     FT_DB_ARGS(ft_db_text(id)), err);
    if (ft_versions_read(rows, &found, err) < 0)
        return -1;
    if (!found.n)
        return ft_err_set(err, FT_ENOENT, "no version '%.*s'",
                          FT_SHA256_HEX, id);
    *version = found.item[0];
    free(found.item);
    return 0;
}

int ft_store_knows(struct ft_store *store, const char *id, struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    struct ft_rows *rows = db ? ft_db_ask(db,
                                          "SELECT 1 FROM version WHERE id=?",
                                          FT_DB_ARGS(ft_db_text(id)), err)
                              : NULL;

    return ft_rows_any(rows, err);
}

/* --- their files ---------------------------------------------------------- */

/* Of o/: names below it are found faster than whole paths.  -1 when it cannot
 * be opened, and then nothing is found. */
static int objects_fd(struct ft_store *store)
{
    char *path;

    if (store->objects_fd < 0) {
        path = ft_path_join(store->meta, "o");
        store->objects_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        free(path);
    }
    return store->objects_fd;
}

int ft_store_versions_exist(struct ft_store *store,
                            const char (*id)[FT_SHA256_HEX + 1], size_t n,
                            size_t *first_missing)
{
    struct ft_packs_set set = { 0 };
    char name[FT_ID_NAME];
    int dir = objects_fd(store);
    bool loaded = false;
    size_t i;

    for (i = 0; i < n; i++) {
        if (!ft_id_name(id[i], name))
            break;
        if (ft_packs_in(&set, id[i]) || faccessat(dir, name, F_OK, 0) == 0)
            continue;
        if (!loaded)
            (void)ft_packs_load(store, &set);
        loaded = true;
        if (!ft_packs_in(&set, id[i]))
            break;
    }
    ft_packs_release(&set);
    if (i < n)
        *first_missing = i;
    return i == n;
}

/* --- by cache key --------------------------------------------------------- */

static bool is_there(struct ft_store *store, const struct ft_version *version)
{
    char name[FT_ID_NAME];
    struct stat st;

    if (version->gone || !ft_id_name(version->id, name))
        return false;
    if (fstatat(objects_fd(store), name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return ft_packs_has(store, version->id);
    return (uint64_t)st.st_size == version->size_bytes;
}

/* The output 'name' of the result 'seq': 1 and *version, or 0. */
static int find_output(struct ft_db *db, int64_t seq, const char *name,
                       struct ft_version *version, struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        db,
        "SELECT " FT_VERSION_COLUMNS
        " FROM output o JOIN version v ON v.id = o.version"
        " JOIN result r ON r.seq = v.result WHERE o.result=? AND o.name=?",
        FT_DB_ARGS(ft_db_int(seq), ft_db_text(name)), err);
    int rc = rows ? ft_rows_next(rows, err) : -1;

    if (rc == 1 && ft_version_read(rows, version, err) < 0)
        rc = -1;
    ft_rows_end(rows);
    return rc;
}

/* What is asked for. */
struct asked_key {
    const char *key;
    const char *const *output;
    size_t n_outputs;
    bool gone_too; /* what was removed serves as well */
};

/* All outputs of the result 'seq': 1, or 0 when a file has gone.  One that the
 * task did not write has an empty id. */
static int find_outputs(struct ft_store *store, struct ft_db *db, int64_t seq,
                        const struct asked_key *asked,
                        struct ft_versions *versions, struct ft_err *err)
{
    size_t n = asked->n_outputs;
    int rc = 1;

    if (n)
        versions->item = ft_calloc(n, sizeof(*versions->item));
    for (versions->n = 0; rc == 1 && versions->n < n; versions->n++) {
        struct ft_version *version = &versions->item[versions->n];

        rc = find_output(db, seq, asked->output[versions->n], version, err);
        if (rc == 1 && !is_there(store, version) &&
            !(asked->gone_too && version->gone))
            rc = 0;
        else if (rc == 0)
            rc = 1; /* optional */
    }
    if (rc != 1)
        ft_versions_release(versions);
    return rc;
}

/* The newest results first; an older one serves when files of the newest have
 * gone. */
static int find_cached(struct ft_store *store, const struct asked_key *asked,
                       struct ft_versions *versions, struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    struct ft_rows *rows;
    int rc;

    *versions = (struct ft_versions){ 0 };
    if (!db)
        return -1;
    rows = ft_db_ask(
        db, "SELECT seq FROM result WHERE cache_key=? ORDER BY seq DESC",
        FT_DB_ARGS(ft_db_text(asked->key)), err);
    if (!rows)
        return -1;
    while ((rc = ft_rows_next(rows, err)) == 1) {
        rc = find_outputs(store, db, ft_rows_int(rows, 0), asked, versions,
                          err);
        if (rc != 0)
            break;
    }
    ft_rows_end(rows);
    return rc;
}

int ft_store_cached(struct ft_store *store, const char *cache_key,
                    const char *const *output, size_t n_outputs,
                    struct ft_versions *versions, struct ft_err *err)
{
    struct asked_key asked = { cache_key, output, n_outputs, false };

    return find_cached(store, &asked, versions, err);
}

int ft_store_cached_gone(struct ft_store *store, const char *cache_key,
                         const char *const *output, size_t n_outputs,
                         struct ft_versions *versions, struct ft_err *err)
{
    struct asked_key asked = { cache_key, output, n_outputs, true };

    return find_cached(store, &asked, versions, err);
}

bool ft_store_any_cached(struct ft_store *store)
{
    struct ft_db *db = ft_store_db(store, NULL);
    struct ft_rows *rows =
        db ? ft_db_ask(db, "SELECT 1 FROM result WHERE cache_key IS NOT NULL"
                           " AND cache_key<>'' LIMIT 1", NULL, 0, NULL)
           : NULL;
    bool any = rows && ft_rows_next(rows, NULL) == 1;

    if (rows)
        ft_rows_end(rows);
    return any;
}

/* --- by time -------------------------------------------------------------- */

int ft_store_newest(struct ft_store *store, const char *prefix, size_t max,
                    struct ft_versions *versions, struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);

    *versions = (struct ft_versions){ 0 };
    if (!db)
        return -1;
    return ft_versions_read(
        ft_db_ask(db,
                  "SELECT " FT_VERSION_COLUMNS
                  " FROM result r CROSS JOIN output o ON o.result = r.seq"
                  " CROSS JOIN version v ON v.id = o.version"
                  " WHERE v.result = r.seq"
                  " AND substr(v.object, 1, length(?1)) = ?1"
                  " ORDER BY r.seq DESC, o.name LIMIT ?2",
                  FT_DB_ARGS(ft_db_text(prefix ? prefix : ""),
                             ft_db_int((int64_t)max)),
                  err),
        versions, err);
}

/* --- by task -------------------------------------------------------------- */

/* The newest result of 'task': its lineage text (or NULL) and a version (or
 * ""); the caller frees both.  1 found, 0 none. */
static int last_result(struct ft_db *db, const char *task, char **lineage,
                       char **version, struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        db,
        "SELECT r.lineage, (SELECT min(o.version) FROM output o"
        "  WHERE o.result = r.seq)"
        " FROM result r WHERE r.task=? ORDER BY r.seq DESC LIMIT 1",
        FT_DB_ARGS(ft_db_text(task)), err);
    int rc = rows ? ft_rows_next(rows, err) : -1;

    if (rc == 1) {
        *lineage = ft_strdup(ft_rows_text(rows, 0));
        *version = ft_rows_own(rows, 1);
    }
    ft_rows_end(rows);
    return rc;
}

struct json_object *ft_store_last_lineage(struct ft_store *store,
                                          const char *task,
                                          struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    struct json_object *record = NULL;
    char *lineage = NULL, *version = NULL;
    int rc = db ? last_result(db, task, &lineage, &version, err) : -1;

    if (rc == 0)
        ft_err_set(err, FT_ENOENT, "no result of task '%s'", task);
    else if (rc == 1 && lineage)
        record = ft_json_parse(lineage, strlen(lineage), "lineage", err);
    else if (rc == 1)
        record = ft_store_lineage(store, version, err);
    free(version);
    free(lineage);
    return record;
}

struct json_object *ft_store_bare_lineage(struct ft_store *store,
                                          const char *run, const char *task)
{
    struct ft_db *db = ft_store_db(store, NULL);
    struct ft_rows *rows =
        db ? ft_db_ask(db,
                       "SELECT lineage FROM result WHERE task=? AND run=?"
                       " AND lineage IS NOT NULL ORDER BY seq DESC LIMIT 1",
                       FT_DB_ARGS(ft_db_text(task), ft_db_text(run)), NULL)
           : NULL;
    struct json_object *record = NULL;

    if (rows && ft_rows_next(rows, NULL) == 1) {
        const char *text = ft_rows_text(rows, 0);

        record = ft_json_parse(text, strlen(text), "lineage", NULL);
    }
    ft_rows_end(rows);
    return record;
}
