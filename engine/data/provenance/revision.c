/* revision.c - what took the place of a version, and what took it away */
#include "data/provenance/revision.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/store/id.h"
#include "data/store/store_impl.h"

static int read_row(struct ft_rows *rows, struct ft_revision *revision,
                    struct ft_err *err)
{
    const char *version = ft_rows_text(rows, 0);
    const char *earlier = ft_rows_text(rows, 1);

    if (!version || !earlier || !ft_id_valid(version) || !ft_id_valid(earlier))
        return ft_err_set(err, FT_EFORMAT, "index: a version is malformed");
    memcpy(revision->version, version, sizeof(revision->version));
    memcpy(revision->earlier, earlier, sizeof(revision->earlier));
    return 0;
}

int ft_revisions_read(struct ft_store *store, const char *run,
                      struct ft_revisions *revisions, struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    struct ft_rows *rows = NULL;
    size_t cap = 0;
    int rc;

    *revisions = (struct ft_revisions){ 0 };
    if (db)
        rows = ft_db_ask(
            db,
            "WITH RECURSIVE now(n, parent) AS (SELECT n, parent FROM state"
            "  WHERE run=?1 ORDER BY n DESC LIMIT 1),"
            " chain(n, depth) AS (SELECT parent, 0 FROM now"
            "  WHERE parent IS NOT NULL UNION ALL"
            "  SELECT s.parent, depth+1 FROM chain JOIN state s"
            "  ON s.n = chain.n WHERE s.parent IS NOT NULL),"
            " made AS (SELECT c.object, c.cell, c.version FROM now"
            "  JOIN change c ON c.state = now.n"
            "  JOIN version v ON v.id = c.version"
            "  JOIN result r ON r.seq = v.result AND r.run = ?1),"
            " old AS (SELECT object, cell, version, min(depth)"
            "  FROM chain CROSS JOIN change c ON c.state = chain.n"
            "  WHERE (object, cell) IN (SELECT object, cell FROM made)"
            "  GROUP BY object, cell)"
            " SELECT made.version, old.version FROM made"
            " JOIN old USING(object, cell)"
            " WHERE old.version <> made.version",
            FT_DB_ARGS(ft_db_text(run)), err);
    rc = rows ? 0 : -1;
    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        revisions->item = ft_grow(revisions->item, revisions->n, &cap,
                                  sizeof(*revisions->item));
        rc = read_row(rows, &revisions->item[revisions->n], err);
        revisions->n += rc == 0;
    }
    ft_rows_end(rows);
    if (rc < 0)
        ft_revisions_release(revisions);
    return rc;
}

void ft_revisions_release(struct ft_revisions *revisions)
{
    free(revisions->item);
    *revisions = (struct ft_revisions){ 0 };
}

struct json_object *ft_revision_removal(struct ft_store *store,
                                        const char *version)
{
    struct ft_db *db = ft_store_db(store, NULL);
    struct ft_rows *rows =
        db ? ft_db_ask(db,
                       "SELECT m.id, m.kind, m.user, m.reason, m.time_us"
                       " FROM gone g JOIN removal m ON m.id = g.removal"
                       " WHERE g.version=?",
                       FT_DB_ARGS(ft_db_text(version)), NULL)
           : NULL;
    static const char *const keys[] = { "id", "kind", "user", "reason" };
    struct json_object *removal = NULL;

    if (rows && ft_rows_next(rows, NULL) == 1) {
        removal = json_object_new_object();
        for (int i = 0; i < (int)FT_ARRAY_LEN(keys); i++)
            ft_json_add_str(removal, keys[i], ft_rows_text(rows, i));
        ft_json_add_int(removal, "time_us", ft_rows_int(rows, 4));
    }
    ft_rows_end(rows);
    return removal;
}
