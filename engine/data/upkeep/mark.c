/* mark.c - which versions a gc keeps, and why
 *
 * A state within the horizon keeps what it binds: what it changed itself, and
 * for the oldest ones what they have from before the horizon.
 */
#include "data/upkeep/mark.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static const char tables[] =
    "CREATE TEMP TABLE IF NOT EXISTS mark_root(n INTEGER PRIMARY KEY);"
    "CREATE TEMP TABLE IF NOT EXISTS mark_all(n INTEGER PRIMARY KEY);"
    "CREATE TEMP TABLE IF NOT EXISTS mark_state(n INTEGER PRIMARY KEY);"
    "CREATE TEMP TABLE IF NOT EXISTS mark_was(version TEXT PRIMARY KEY,"
    " left INTEGER) WITHOUT ROWID;"
    "CREATE TEMP TABLE IF NOT EXISTS mark(version TEXT PRIMARY KEY,"
    " why INTEGER) WITHOUT ROWID;"
    "DELETE FROM mark_root; DELETE FROM mark_all; DELETE FROM mark_state;"
    "DELETE FROM mark_was; DELETE FROM mark;";

static const char no_tables[] =
    "DROP TABLE IF EXISTS temp.mark_root; DROP TABLE IF EXISTS temp.mark_all;"
    "DROP TABLE IF EXISTS temp.mark_state;"
    "DROP TABLE IF EXISTS temp.mark_was; DROP TABLE IF EXISTS temp.mark;";

/* --- states --------------------------------------------------------------- */

/* Everything that leads to a state; what was undone can be redone.  Where a
 * branch pointed to before it was deleted or moved away after '?1' counts as
 * well. */
static const char roots[] =
    "INSERT OR IGNORE INTO mark_root SELECT state FROM branch"
    " UNION SELECT tip FROM branch WHERE tip IS NOT NULL"
    " UNION SELECT state FROM tag"
    " UNION SELECT m.old FROM move m WHERE m.old IS NOT NULL"
    " AND m.time_us > ?1 AND NOT EXISTS(SELECT 1 FROM state s"
    "  WHERE s.n = m.state AND m.old IN (s.parent, s.merge))";

/* All states that a root leads to, and those of them within the horizon: '?1'
 * steps at most (0: any number), '?2' the oldest time. */
static const char all_states[] =
    "WITH RECURSIVE s(n) AS (SELECT n FROM mark_root UNION"
    " SELECT p.n FROM s JOIN state c ON c.n = s.n"
    " JOIN state p ON p.n IN (c.parent, c.merge))"
    " INSERT OR IGNORE INTO mark_all SELECT n FROM s";

static const char kept_states[] =
    "WITH RECURSIVE s(n, depth) AS (SELECT n, 1 FROM mark_root UNION"
    " SELECT p.n, s.depth + (?1 > 0) FROM s JOIN state c ON c.n = s.n"
    " JOIN state p ON p.n IN (c.parent, c.merge)"
    " WHERE (?1 = 0 OR s.depth < ?1) AND p.time_us >= ?2)"
    " INSERT OR IGNORE INTO mark_state SELECT n FROM s";

static int mark_states(struct ft_db *db, const struct ft_gc_options *options,
                       struct ft_err *err)
{
    int64_t grace_us = (int64_t)(options->grace_s * 1e6);
    int64_t left_us = options->now_ns / 1000 - grace_us;
    int64_t since_us = options->keep_since_ns == INT64_MIN
                           ? INT64_MIN
                           : options->keep_since_ns / 1000;

    if (ft_db_run(db, roots, FT_DB_ARGS(ft_db_int(left_us)), err) < 0 ||
        ft_db_run(db, all_states, NULL, 0, err) < 0)
        return -1;
    return ft_db_run(db, kept_states,
                     FT_DB_ARGS(ft_db_int((int64_t)options->keep_states),
                                ft_db_int(since_us)),
                     err);
}

/* --- what they bind ------------------------------------------------------- */

static const char changed[] =
    "INSERT OR IGNORE INTO mark(version, why)"
    " SELECT c.version, ?1 FROM mark_state m JOIN change c ON c.state = m.n"
    " WHERE c.version IS NOT NULL";

/* The oldest states of the horizon. */
static const char edges[] =
    "SELECT m.n FROM mark_state m JOIN state s ON s.n = m.n"
    " WHERE s.parent IS NOT NULL AND s.parent NOT IN"
    " (SELECT n FROM mark_state)";

static const char bound_before[] =
    "WITH RECURSIVE chain(n, depth) AS (SELECT ?1, 0 UNION ALL"
    "  SELECT s.parent, depth + 1 FROM chain JOIN state s ON s.n = chain.n"
    "  WHERE s.parent IS NOT NULL),"
    " newest AS (SELECT version, min(depth)"
    "  FROM chain CROSS JOIN change c ON c.state = chain.n"
    "  GROUP BY object, cell)"
    " INSERT OR IGNORE INTO mark(version, why)"
    " SELECT version, ?2 FROM newest WHERE version IS NOT NULL";

static int mark_bound(struct ft_db *db, struct ft_err *err)
{
    struct ft_rows *rows;
    int rc;

    if (ft_db_run(db, changed, FT_DB_ARGS(ft_db_int(FT_GC_IN_STATE)), err) <
        0)
        return -1;
    rows = ft_db_ask(db, edges, NULL, 0, err);
    rc = rows ? 0 : -1;
    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1)
        rc = ft_db_run(db, bound_before,
                       FT_DB_ARGS(ft_db_int(ft_rows_int(rows, 0)),
                                  ft_db_int(FT_GC_IN_STATE)),
                       err);
    ft_rows_end(rows);
    return rc;
}

/* --- other reasons -------------------------------------------------------- */

static const char pinned[] =
    "INSERT OR IGNORE INTO mark(version, why) SELECT version, ?1 FROM pin";

static const char young[] =
    "INSERT OR IGNORE INTO mark(version, why) SELECT o.version, ?1"
    " FROM result r JOIN output o ON o.result = r.seq WHERE r.time_us > ?2";

static const char cached[] =
    "INSERT OR IGNORE INTO mark(version, why) SELECT o.version, ?1"
    " FROM result r JOIN output o ON o.result = r.seq"
    " WHERE r.cache_key IS NOT NULL";

static const char made_by[] =
    "INSERT OR IGNORE INTO mark(version, why) SELECT o.version, ?1"
    " FROM result r JOIN output o ON o.result = r.seq WHERE r.run = ?2";

static const char single[] =
    "INSERT OR IGNORE INTO mark(version, why) VALUES(?2, ?1)";

static int mark_needed(struct ft_db *db, const struct ft_needs *needs,
                       struct ft_err *err)
{
    if (needs->cached &&
        ft_db_run(db, cached, FT_DB_ARGS(ft_db_int(FT_GC_NEEDED)), err) < 0)
        return -1;
    for (size_t i = 0; i < needs->n; i++)
        if (ft_db_run(db, needs->item[i].run ? made_by : single,
                      FT_DB_ARGS(ft_db_int(FT_GC_NEEDED),
                                 ft_db_text(needs->item[i].id)),
                      err) < 0)
            return -1;
    return 0;
}

/* Versions of states beyond the horizon, and of those that nothing leads to
 * any more; only to tell why something goes. */
static const char was_bound[] =
    "INSERT INTO mark_was(version, left)"
    " SELECT version, min(state NOT IN (SELECT n FROM mark_all)) FROM change"
    " WHERE version IS NOT NULL GROUP BY version";

int ft_mark(struct ft_db *db, const struct ft_gc_options *options,
            const struct ft_needs *needs, struct ft_err *err)
{
    int64_t young_us = (options->now_ns - (int64_t)(options->grace_s * 1e9)) /
                       1000;

    if (ft_db_script(db, tables, err) < 0 ||
        mark_states(db, options, err) < 0 || mark_bound(db, err) < 0 ||
        ft_db_run(db, pinned, FT_DB_ARGS(ft_db_int(FT_GC_PINNED)), err) < 0 ||
        mark_needed(db, needs, err) < 0 ||
        ft_db_run(db, young,
                  FT_DB_ARGS(ft_db_int(FT_GC_YOUNG), ft_db_int(young_us)),
                  err) < 0)
        return -1;
    return ft_db_run(db, was_bound, NULL, 0, err);
}

void ft_mark_end(struct ft_db *db)
{
    (void)ft_db_script(db, no_tables, NULL);
}

/* --- reading -------------------------------------------------------------- */

static const char unmarked[] =
    "SELECT v.id, v.object, v.size, w.left FROM version v"
    " LEFT JOIN mark_was w ON w.version = v.id"
    " WHERE v.id NOT IN (SELECT version FROM mark)"
    " AND v.id NOT IN (SELECT version FROM gone) ORDER BY v.object, v.id";

static const char sums[] =
    "SELECT m.why, count(*), sum(v.size) FROM mark m"
    " JOIN version v ON v.id = m.version"
    " WHERE v.id NOT IN (SELECT version FROM gone) GROUP BY m.why";

static void add_item(struct ft_gc *gc, struct ft_rows *rows)
{
    struct ft_gc_item *item;

    gc->item = ft_grow(gc->item, gc->n, &gc->cap, sizeof(*gc->item));
    item = &gc->item[gc->n++];
    *item = (struct ft_gc_item){
        .object = ft_strdup(ft_rows_text(rows, 1)),
        .size_bytes = (uint64_t)ft_rows_int(rows, 2),
        .why = !ft_rows_text(rows, 3) ? FT_GC_NEVER
               : ft_rows_int(rows, 3) ? FT_GC_LEFT
                                      : FT_GC_OLD_STATE,
    };
    memcpy(item->version, ft_rows_text(rows, 0), FT_SHA256_HEX);
    gc->count[item->why]++;
    gc->bytes[item->why] += item->size_bytes;
}

int ft_mark_read(struct ft_db *db, struct ft_gc *gc, struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(db, unmarked, NULL, 0, err);
    int rc = rows ? 0 : -1;

    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        add_item(gc, rows);
        rc = 0;
    }
    ft_rows_end(rows);
    rows = rc == 0 ? ft_db_ask(db, sums, NULL, 0, err) : NULL;
    rc = rows ? 0 : -1;
    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        int64_t why = ft_rows_int(rows, 0);

        if (why >= 0 && why < FT_GC_WHYS) {
            gc->count[why] = (size_t)ft_rows_int(rows, 1);
            gc->bytes[why] = (uint64_t)ft_rows_int(rows, 2);
        }
        rc = 0;
    }
    ft_rows_end(rows);
    return rc;
}
