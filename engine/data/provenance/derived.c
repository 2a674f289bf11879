/* derived.c - what came of a version, and of a run
 *
 * A version file names its inputs; the index turns that round.  It learns them
 * from the oplog; of results whose record lists none it learns them from a
 * version file, when it is asked for the first time.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/store/id.h"
#include "data/store/store_impl.h"

/* --- of a version --------------------------------------------------------- */

/* Results whose inputs are entered in one transaction. */
#define BATCH 1000

/* A result whose record does not list its inputs, one of its versions, and
 * what the file of that says. */
struct unlisted {
    int64_t result;
    char *version;
    struct json_object *record;
};

struct unlisted_list {
    struct unlisted item[BATCH];
    size_t n;
};

static void list_clear(struct unlisted_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        free(list->item[i].version);
        json_object_put(list->item[i].record);
    }
    list->n = 0;
}

static int list_find(struct ft_db *db, struct unlisted_list *list,
                     struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        db,
        "SELECT u.result, min(o.version) FROM unlisted u"
        " JOIN output o ON o.result = u.result GROUP BY u.result LIMIT ?",
        FT_DB_ARGS(ft_db_int(BATCH)), err);
    int rc = rows ? 0 : -1;

    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        list->item[list->n++] = (struct unlisted){
            .result = ft_rows_int(rows, 0),
            .version = ft_strdup(ft_rows_text(rows, 1)),
        };
        rc = 0;
    }
    ft_rows_end(rows);
    return rc;
}

static int list_read(struct ft_store *store, struct unlisted_list *list,
                     struct ft_err *err)
{
    for (size_t i = 0; i < list->n; i++) {
        struct unlisted *item = &list->item[i];

        item->record = ft_store_lineage(store, item->version, err);
        if (!item->record)
            return ft_err_context(err, "what came of a version");
    }
    return 0;
}

static int enter_inputs(struct ft_db *db, const struct unlisted *item,
                        struct ft_err *err)
{
    struct json_object *inputs = ft_json_or_null(item->record, "inputs");
    size_t n = json_object_is_type(inputs, json_type_array)
                   ? json_object_array_length(inputs) : 0;
    uint8_t bytes[FT_SHA256_BYTES];

    for (size_t i = 0; i < n; i++) {
        const char *id = ft_json_str_or(json_object_array_get_idx(inputs, i),
                                        "version", NULL);

        if (!id || !ft_id_valid(id))
            continue; /* a file of the user's */
        ft_sha256_bytes(id, bytes);
        if (ft_db_run(db,
                      "INSERT OR IGNORE INTO made_from(input, result)"
                      " VALUES(?,?)",
                      FT_DB_ARGS(ft_db_blob(bytes, sizeof(bytes)),
                                 ft_db_int(item->result)),
                      err) < 0)
            return -1;
    }
    return ft_db_run(db, "DELETE FROM unlisted WHERE result=?",
                     FT_DB_ARGS(ft_db_int(item->result)), err);
}

static int list_enter(struct ft_db *db, const struct unlisted_list *list,
                      struct ft_err *err)
{
    int rc = ft_db_script(db, "BEGIN IMMEDIATE", err);

    for (size_t i = 0; rc == 0 && i < list->n; i++)
        rc = enter_inputs(db, &list->item[i], err);
    if (rc == 0)
        rc = ft_db_script(db, "COMMIT", err);
    if (rc < 0)
        (void)ft_db_script(db, "ROLLBACK", NULL);
    return rc;
}

/* Learn the inputs of all results that do not list them. */
static int learn_inputs(struct ft_store *store, struct ft_db *db,
                        struct ft_err *err)
{
    struct unlisted_list *list = ft_calloc(1, sizeof(*list));
    int rc;

    do {
        list_clear(list);
        rc = list_find(db, list, err);
        if (rc == 0 && list->n)
            rc = list_read(store, list, err);
        if (rc == 0 && list->n)
            rc = list_enter(db, list, err);
    } while (rc == 0 && list->n);
    list_clear(list);
    free(list);
    return rc;
}

int ft_store_derived(struct ft_store *store, const char *id,
                     struct ft_versions *versions, struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    uint8_t bytes[FT_SHA256_BYTES];

    *versions = (struct ft_versions){ 0 };
    if (!db)
        return -1;
    if (!ft_id_valid(id))
        return ft_err_set(err, FT_EUSAGE, "'%s' is no version", id);
    if (learn_inputs(store, db, err) < 0)
        return -1;
    ft_sha256_bytes(id, bytes);
    return ft_versions_read(
        ft_db_ask(db,
                  "SELECT " FT_VERSION_COLUMNS " FROM made_from m"
                  " JOIN output o ON o.result = m.result"
                  " JOIN version v ON v.id = o.version AND v.result = m.result"
                  " JOIN result r ON r.seq = m.result"
                  " WHERE m.input = ? ORDER BY m.result, o.name",
                  FT_DB_ARGS(ft_db_blob(bytes, sizeof(bytes))), err),
        versions, err);
}

int ft_store_siblings(struct ft_store *store, const char *id,
                      struct ft_versions *versions, struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);

    *versions = (struct ft_versions){ 0 };
    if (!db ||
        ft_versions_read(
            ft_db_ask(db,
                      "SELECT " FT_VERSION_COLUMNS " FROM version v"
                      " JOIN result r ON r.seq = v.result WHERE v.result ="
                      " (SELECT result FROM version WHERE id=?)"
                      " ORDER BY v.object",
                      FT_DB_ARGS(ft_db_text(id)), err),
            versions, err) < 0)
        return -1;
    if (!versions->n)
        return ft_err_set(err, FT_ENOENT, "there is no version '%s'", id);
    return 0;
}

/* --- of a run ------------------------------------------------------------- */

static int read_made(struct ft_db *db, const char *run,
                     struct ft_versions *versions, struct ft_err *err)
{
    return ft_versions_read(
        ft_db_ask(db,
                  "SELECT " FT_VERSION_COLUMNS " FROM result r"
                  " JOIN output o ON o.result = r.seq"
                  " JOIN version v ON v.id = o.version AND v.result = r.seq"
                  " WHERE r.run = ? ORDER BY r.seq, o.name",
                  FT_DB_ARGS(ft_db_text(run)), err),
        versions, err);
}

/* What the last state of the run binds and another run made.  What a person
 * has put stays bound, and is of no run. */
static int read_taken(struct ft_db *db, const char *run,
                      struct ft_versions *versions, struct ft_err *err)
{
    return ft_versions_read(
        ft_db_ask(
            db,
            "WITH RECURSIVE chain(n, depth) AS ("
            " SELECT max(n), 0 FROM state WHERE run=?1 UNION ALL"
            " SELECT s.parent, depth+1 FROM chain JOIN state s ON s.n = chain.n"
            "  WHERE s.parent IS NOT NULL),"
            " b AS (SELECT object, cell, pos, version, min(depth)"
            "  FROM chain CROSS JOIN change c ON c.state = chain.n"
            "  GROUP BY object, cell)"
            " SELECT " FT_BOUND_COLUMNS
            " FROM b JOIN version v ON v.id = b.version"
            " JOIN result r ON r.seq = v.result"
            " WHERE r.run <> ?1 AND r.run <> '' ORDER BY b.object, b.pos",
            FT_DB_ARGS(ft_db_text(run)), err),
        versions, err);
}

/* Move the items of 'more' behind those of 'versions'. */
static void append(struct ft_versions *versions, struct ft_versions *more)
{
    versions->item = ft_realloc(versions->item, versions->n + more->n,
                                sizeof(*versions->item));
    if (more->n)
        memcpy(versions->item + versions->n, more->item,
               more->n * sizeof(*more->item));
    versions->n += more->n;
    free(more->item);
}

/* 1 when a result or a state names the run. */
static int knows_run(struct ft_db *db, const char *run, struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        db,
        "SELECT 1 FROM (SELECT run FROM state UNION ALL SELECT run FROM"
        " result) WHERE run=? LIMIT 1",
        FT_DB_ARGS(ft_db_text(run)), err);

    return ft_rows_any(rows, err);
}

int ft_store_run_versions(struct ft_store *store, const char *run,
                          struct ft_versions *versions, struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    struct ft_versions taken;
    int rc = db ? knows_run(db, run, err) : -1;

    *versions = (struct ft_versions){ 0 };
    if (rc == 0)
        return ft_err_set(err, FT_ENOENT, "no results of a run '%s'", run);
    if (rc < 0 || read_made(db, run, versions, err) < 0)
        return -1;
    if (read_taken(db, run, &taken, err) < 0) {
        ft_versions_release(versions);
        return -1;
    }
    append(versions, &taken);
    return 0;
}
