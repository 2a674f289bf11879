/* diff_side.c - what stands on one side of a comparison */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/diff.h"
#include "data/id.h"
#include "data/ref.h"
#include "data/store_impl.h"

void ft_diff_side_release(struct ft_diff_side *side)
{
    free(side->name);
    free(side->run);
    free(side->workflow_file);
    free(side->workflow);
    free(side->text);
    json_object_put(side->more);
    json_object_put(side->params);
    ft_versions_release(&side->objects);
    *side = (struct ft_diff_side){ 0 };
}

static char *own(struct ft_rows *rows, int column)
{
    const char *text = ft_rows_text(rows, column);

    return ft_strdup(text ? text : "");
}

/* Everything but the objects: 1, 0 when there is no such state, -1. */
static int read_state(struct ft_db *db, const char *id,
                      struct ft_diff_side *side, struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        db,
        "SELECT s.time_us, s.run, s.workflow, s.workflow_file, s.params,"
        " w.text FROM state s LEFT JOIN workflow w ON w.digest = s.workflow"
        " WHERE s.id=?",
        FT_DB_ARGS(ft_db_text(id)), err);
    int rc = rows ? ft_rows_next(rows, err) : -1;
    const char *params;

    if (rc == 1) {
        side->time_ns = ft_rows_int(rows, 0) * 1000;
        side->run = own(rows, 1);
        side->workflow = own(rows, 2);
        side->workflow_file = own(rows, 3);
        side->text = ft_strdup(ft_rows_text(rows, 5));
        params = ft_rows_text(rows, 4);
        if (params && *params) {
            side->params = ft_json_parse(params, strlen(params),
                                         "the parameters of a state", err);
            rc = side->params ? 1 : -1;
        }
    }
    ft_rows_end(rows);
    return rc;
}

/* Of each object and cell the newest change on the way from the first state. */
static int read_objects(struct ft_db *db, const char *id,
                        struct ft_versions *objects, struct ft_err *err)
{
    return ft_versions_read(
        ft_db_ask(db,
                  "WITH RECURSIVE chain(n, depth) AS ("
                  " SELECT n, 0 FROM state WHERE id=?1 UNION ALL"
                  " SELECT s.parent, depth+1 FROM chain"
                  "  JOIN state s ON s.n = chain.n"
                  "  WHERE s.parent IS NOT NULL),"
                  " b AS (SELECT object, cell, pos, version, min(depth)"
                  "  FROM chain CROSS JOIN change c ON c.state = chain.n"
                  "  GROUP BY object, cell)"
                  " SELECT " FT_BOUND_COLUMNS
                  " FROM b JOIN version v ON v.id = b.version"
                  " JOIN result r ON r.seq = v.result"
                  " ORDER BY b.object, b.pos",
                  FT_DB_ARGS(ft_db_text(id)), err),
        objects, err);
}

int ft_state_find(struct ft_store *store, const char *text,
                  char id[FT_SHA256_HEX + 1], struct ft_err *err)
{
    bool digits = ft_id_span(text) == strlen(text) &&
                  strlen(text) >= FT_REF_DIGITS_MIN;
    struct ft_db *db = ft_store_db(store, err);
    struct ft_rows *rows = db ? ft_db_ask(
        db,
        "SELECT s.id FROM branch b JOIN state s ON s.n = b.state"
        " WHERE b.name=?1 UNION"
        " SELECT id FROM state WHERE ?2 AND substr(id, 1, length(?1)) = ?1"
        " LIMIT 2",
        FT_DB_ARGS(ft_db_text(text), ft_db_int(digits)), err) : NULL;
    int rc = rows ? ft_rows_next(rows, err) : -1;

    if (rc == 0)
        rc = ft_err_set(err, FT_ENOENT, "no state '%s'", text);
    else if (rc == 1) {
        const char *found = ft_rows_text(rows, 0);

        memcpy(id, found, strnlen(found, FT_SHA256_HEX) + 1);
        rc = ft_rows_next(rows, err);
        if (rc == 1)
            rc = ft_err_set(err, FT_EUSAGE, "several states start with '%s'",
                            text);
    }
    ft_rows_end(rows);
    return rc;
}

int ft_diff_side_state(struct ft_store *store, const char *id,
                       struct ft_diff_side *side, struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    int rc;

    *side = (struct ft_diff_side){ .kind = FT_DIFF_STATE,
                                   .name = ft_strdup(id) };
    rc = db ? read_state(db, id, side, err) : -1;
    if (rc == 0)
        rc = ft_err_set(err, FT_ENOENT, "no state '%.*s'", FT_SHA256_HEX, id);
    if (rc == 1)
        rc = read_objects(db, id, &side->objects, err);
    if (rc < 0)
        ft_diff_side_release(side);
    return rc;
}

bool ft_diff_is_ref(const char *text)
{
    struct ft_ref ref;
    bool named = ft_ref_parse(text, &ref, NULL) == 0;

    if (!named)
        return false;
    named = ref.id == NULL;
    ft_ref_release(&ref);
    return named;
}

int ft_diff_side_data(struct ft_store *store, const char *ref,
                      struct ft_diff_side *side, struct ft_err *err)
{
    *side = (struct ft_diff_side){ .kind = FT_DIFF_DATA,
                                   .name = ft_strdup(ref) };
    if (ft_store_resolve(store, ref, &side->objects, err) == 0)
        return 0;
    ft_diff_side_release(side);
    return -1;
}
