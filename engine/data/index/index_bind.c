/* index_bind.c - the objects of a branch, entered when somebody asks
 *
 * Tables of one connection ("temp") hide those of the same name in the file, so
 * that no question needs to know whether it looks at the past.
 */
#include "data/index/index_bind.h"

#include "base/err.h"

/* So many states are gone one by one, and so many changes taken back singly;
 * beyond it is quicker to begin anew. */
#define WALK_MAX 64
#define TAKE_BACK_MAX 1000

static const char cover[] =
    "CREATE TEMP TABLE binding(branch TEXT, object TEXT, cell TEXT, pos,"
    " version TEXT, PRIMARY KEY(branch, object, cell)) WITHOUT ROWID;"
    "CREATE TEMP TABLE branch(name TEXT PRIMARY KEY, state INTEGER,"
    " tip INTEGER, bound INTEGER);"
    "INSERT INTO temp.branch(name, state, tip)"
    " SELECT name, state, tip FROM main.branch;";

struct place {
    int64_t state, bound; /* 0: none */
};

/* One number; 0 when there is no row. */
static int ask_number(struct ft_db *db, const char *sql,
                      const struct ft_db_value *args, size_t n,
                      int64_t *number, struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(db, sql, args, n, err);
    int rc = rows ? ft_rows_next(rows, err) : -1;

    *number = rc == 1 ? ft_rows_int(rows, 0) : 0;
    ft_rows_end(rows);
    return rc < 0 ? -1 : 0;
}

static int read_place(struct ft_db *db, const char *branch,
                      struct place *place, struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        db, "SELECT state, ifnull(bound, 0) FROM branch WHERE name=?",
        FT_DB_ARGS(ft_db_text(branch)), err);
    int rc = rows ? ft_rows_next(rows, err) : -1;

    *place = (struct place){ 0 };
    if (rc == 1)
        *place = (struct place){ ft_rows_int(rows, 0), ft_rows_int(rows, 1) };
    ft_rows_end(rows);
    return rc < 0 ? -1 : 0;
}

/* --- ways to get there ---------------------------------------------------- */

/* Whether 'above' is found from 'state' through at most WALK_MAX parents. */
static int leads_to(struct ft_db *db, int64_t state, int64_t above,
                    bool *leads, struct ft_err *err)
{
    int64_t found;
    int rc = ask_number(
        db,
        "WITH RECURSIVE path(n, depth) AS (SELECT ?1, 0 UNION ALL"
        " SELECT s.parent, depth+1 FROM path JOIN state s ON s.n = path.n"
        "  WHERE s.parent IS NOT NULL AND depth < ?3 AND path.n <> ?2)"
        " SELECT 1 FROM path WHERE n = ?2",
        FT_DB_ARGS(ft_db_int(state), ft_db_int(above), ft_db_int(WALK_MAX)),
        &found, err);

    *leads = found;
    return rc;
}

/* From a state to a child of it. */
static int step(struct ft_db *db, const char *branch, int64_t state,
                struct ft_err *err)
{
    if (ft_db_run(db,
                  "DELETE FROM binding WHERE branch=?1 AND (object, cell) IN"
                  " (SELECT object, cell FROM change WHERE state=?2)",
                  FT_DB_ARGS(ft_db_text(branch), ft_db_int(state)), err) < 0)
        return -1;
    return ft_db_run(
        db,
        "INSERT INTO binding(branch, object, cell, pos, version)"
        " SELECT ?1, object, cell, pos, version FROM change"
        " WHERE state=?2 AND version IS NOT NULL",
        FT_DB_ARGS(ft_db_text(branch), ft_db_int(state)), err);
}

/* From a state to one that came of it. */
static int go_forward(struct ft_db *db, const char *branch,
                      const struct place *place, struct ft_err *err)
{
    int64_t path[WALK_MAX], state = place->state;
    size_t n = 0;
    int rc = 0;

    while (rc == 0 && state && state != place->bound && n < WALK_MAX) {
        path[n++] = state;
        rc = ask_number(db, "SELECT ifnull(parent, 0) FROM state WHERE n=?",
                        FT_DB_ARGS(ft_db_int(state)), &state, err);
    }
    while (rc == 0 && n)
        rc = step(db, branch, path[--n], err);
    return rc;
}

#define PATH_BACK /* from ?2 to before ?3, and what changed on it */        \
    "WITH RECURSIVE path(n) AS (SELECT ?2 UNION ALL"                        \
    " SELECT s.parent FROM path JOIN state s ON s.n = path.n"               \
    "  WHERE s.parent IS NOT NULL AND s.parent <> ?3),"                     \
    " affected AS MATERIALIZED (SELECT DISTINCT object, cell FROM path"     \
    "  CROSS JOIN change c ON c.state = path.n)"

/* Are there few enough changes to take back? */
static int is_short_way(struct ft_db *db, const struct place *place,
                        bool *is_short, struct ft_err *err)
{
    int64_t n;
    int rc = ask_number(
        db,
        "WITH RECURSIVE path(n) AS (SELECT ?1 UNION ALL"
        " SELECT s.parent FROM path JOIN state s ON s.n = path.n"
        "  WHERE s.parent IS NOT NULL AND s.parent <> ?2)"
        " SELECT count(*) FROM (SELECT 1 FROM path"
        "  CROSS JOIN change c ON c.state = path.n LIMIT ?3)",
        FT_DB_ARGS(ft_db_int(place->bound), ft_db_int(place->state),
                   ft_db_int(TAKE_BACK_MAX)),
        &n, err);

    *is_short = n < TAKE_BACK_MAX;
    return rc;
}

/* From a state to one that it came from: of what has changed since, the newest
 * before. */
static int go_back(struct ft_db *db, const char *branch,
                   const struct place *place, struct ft_err *err)
{
    if (ft_db_run(db,
                  PATH_BACK
                  " DELETE FROM binding WHERE branch=?1 AND (object, cell) IN"
                  " (SELECT object, cell FROM affected)",
                  FT_DB_ARGS(ft_db_text(branch), ft_db_int(place->bound),
                             ft_db_int(place->state)),
                  err) < 0)
        return -1;
    return ft_db_run(
        db,
        PATH_BACK
        ", chain(n, depth) AS (SELECT ?3, 0 UNION ALL"
        "  SELECT s.parent, depth+1 FROM chain JOIN state s ON s.n = chain.n"
        "  WHERE s.parent IS NOT NULL),"
        " newest AS (SELECT c.object, c.cell, c.pos, c.version, min(depth)"
        "  FROM affected a CROSS JOIN chain CROSS JOIN change c"
        "  ON c.state = chain.n AND c.object = a.object AND c.cell = a.cell"
        "  GROUP BY c.object, c.cell)"
        " INSERT INTO binding(branch, object, cell, pos, version)"
        " SELECT ?1, object, cell, pos, version FROM newest"
        " WHERE version IS NOT NULL",
        FT_DB_ARGS(ft_db_text(branch), ft_db_int(place->bound),
                   ft_db_int(place->state)),
        err);
}

/* A branch that stands there already is copied: 1, or 0 when there is none. */
static int copy_other(struct ft_db *db, const char *branch, int64_t state,
                      struct ft_err *err)
{
    int64_t other = 0;

    if (ask_number(db, "SELECT rowid FROM main.branch WHERE bound=? LIMIT 1",
                   FT_DB_ARGS(ft_db_int(state)), &other, err) < 0)
        return -1;
    if (!other)
        return 0;
    return ft_db_run(
               db,
               "INSERT INTO binding(branch, object, cell, pos, version)"
               " SELECT ?1, object, cell, pos, version FROM main.binding"
               " WHERE branch=(SELECT name FROM main.branch WHERE rowid=?2)",
               FT_DB_ARGS(ft_db_text(branch), ft_db_int(other)), err) < 0
               ? -1 : 1;
}

/* Of each object and cell the newest change on the way to the first state. */
static int begin_anew(struct ft_db *db, const char *branch, int64_t state,
                      struct ft_err *err)
{
    int rc;

    if (ft_db_run(db, "DELETE FROM binding WHERE branch=?",
                  FT_DB_ARGS(ft_db_text(branch)), err) < 0)
        return -1;
    rc = copy_other(db, branch, state, err);
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    return ft_db_run(
        db,
        "WITH RECURSIVE chain(n, depth) AS (SELECT ?2, 0 UNION ALL"
        "  SELECT s.parent, depth+1 FROM chain JOIN state s ON s.n = chain.n"
        "  WHERE s.parent IS NOT NULL),"
        " newest AS (SELECT object, cell, pos, version, min(depth)"
        "  FROM chain CROSS JOIN change c ON c.state = chain.n"
        "  GROUP BY object, cell)"
        " INSERT INTO binding(branch, object, cell, pos, version)"
        " SELECT ?1, object, cell, pos, version FROM newest"
        " WHERE version IS NOT NULL",
        FT_DB_ARGS(ft_db_text(branch), ft_db_int(state)), err);
}

static int go(struct ft_db *db, const char *branch, const struct place *place,
              struct ft_err *err)
{
    bool leads = false, is_short = false;

    if (place->bound &&
        leads_to(db, place->state, place->bound, &leads, err) < 0)
        return -1;
    if (leads)
        return go_forward(db, branch, place, err);
    if (place->bound &&
        leads_to(db, place->bound, place->state, &leads, err) < 0)
        return -1;
    if (leads && is_short_way(db, place, &is_short, err) < 0)
        return -1;
    if (is_short)
        return go_back(db, branch, place, err);
    return begin_anew(db, branch, place->state, err);
}

/* -------------------------------------------------------------------------- */

/* Another process may have done it meanwhile. */
static int bind_locked(struct ft_db *db, const char *branch,
                       struct ft_err *err)
{
    struct place place;

    if (read_place(db, branch, &place, err) < 0)
        return -1;
    if (place.state == place.bound)
        return 0;
    if (go(db, branch, &place, err) < 0)
        return -1;
    return ft_db_run(db, "UPDATE branch SET bound=state WHERE name=?",
                     FT_DB_ARGS(ft_db_text(branch)), err);
}

/* Hide the tables of the file, once. */
static int cover_tables(struct ft_db *db, struct ft_err *err)
{
    int64_t covered;

    if (ask_number(db,
                   "SELECT count(*) FROM temp.sqlite_master"
                   " WHERE name='branch'", NULL, 0, &covered, err) < 0)
        return -1;
    return covered ? 0 : ft_db_script(db, cover, err);
}

int ft_index_bind(struct ft_db *db, bool writable, const char *branch,
                  struct ft_err *err)
{
    struct place place;
    int rc;

    if (read_place(db, branch, &place, err) < 0)
        return -1;
    if (place.state == place.bound)
        return 0;
    if (!writable && cover_tables(db, err) < 0)
        return -1;
    if (ft_db_script(db, writable ? "BEGIN IMMEDIATE" : "BEGIN", err) < 0)
        return -1;
    rc = bind_locked(db, branch, err);
    if (rc == 0)
        rc = ft_db_script(db, "COMMIT", err);
    if (rc < 0)
        (void)ft_db_script(db, "ROLLBACK", NULL);
    return rc;
}

int ft_index_view(struct ft_db *db, const char *branch, int64_t state,
                  struct ft_err *err)
{
    if (cover_tables(db, err) < 0)
        return -1;
    return ft_db_run(db,
                     "INSERT OR REPLACE INTO temp.branch(name, state)"
                     " VALUES(?, ?)",
                     FT_DB_ARGS(ft_db_text(branch), ft_db_int(state)), err);
}

int ft_index_view_time(struct ft_db *db, int64_t time_us, struct ft_err *err)
{
    if (cover_tables(db, err) < 0 ||
        ft_db_script(db, "DELETE FROM temp.branch", err) < 0)
        return -1;
    return ft_db_run(
        db,
        "INSERT INTO temp.branch(name, state) SELECT branch, state FROM move"
        " WHERE state IS NOT NULL AND seq IN (SELECT max(seq) FROM move"
        "  WHERE op<>'switch' AND time_us<=? GROUP BY branch)",
        FT_DB_ARGS(ft_db_int(time_us)), err);
}
