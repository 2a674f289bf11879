/* index_move.c - what records that move branches and tags do to the index
 *
 * A move is one row, whatever it changes: the bindings follow when they are
 * asked for (index_bind.h), which may hide tables of the file: these are named
 * with "main".
 */
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "data/index/index_apply.h"

/* A name of a branch or tag. */
static const char *need_name(const struct ft_apply *a, const char *key,
                             struct ft_err *err)
{
    const char *name = ft_json_str(a->json, key, FT_APPLY_WHAT, err);

    if (name && !ft_name_valid(name)) {
        ft_err_set(err, FT_EFORMAT, "'%s' of %s is no name", key,
                   FT_APPLY_WHAT);
        return NULL;
    }
    return name;
}

/* The state under 'key', -1 for "" or none. */
static int need_state(const struct ft_apply *a, const char *key, int64_t *n,
                      struct ft_err *err)
{
    return ft_apply_find_state(a->db, ft_json_str_or(a->json, key, ""), n,
                               err);
}

/* --- branches ------------------------------------------------------------- */

static int delete_branch(struct ft_db *db, const char *name,
                         struct ft_err *err)
{
    if (ft_db_run(db, "DELETE FROM main.binding WHERE branch=?",
                  FT_DB_ARGS(ft_db_text(name)), err) < 0)
        return -1;
    return ft_db_run(db, "DELETE FROM main.branch WHERE name=?",
                     FT_DB_ARGS(ft_db_text(name)), err);
}

static int point_branch(struct ft_db *db, const char *name, int64_t state,
                        int64_t tip, struct ft_err *err)
{
    return ft_db_run(
        db,
        "INSERT INTO main.branch(name, state, tip) VALUES(?,?,?)"
        " ON CONFLICT(name) DO UPDATE SET state=excluded.state,"
        " tip=excluded.tip",
        FT_DB_ARGS(ft_db_text(name), ft_db_int(state),
                   ft_apply_state_value(tip)),
        err);
}

/* What happened to which branch and when, for questions about the past. */
static int note_move(const struct ft_apply *a, const char *op,
                     const char *branch, int64_t state, int64_t old,
                     struct ft_err *err)
{
    return ft_db_run(
        a->db,
        "INSERT INTO move(seq, time_us, op, branch, state, old, user)"
        " VALUES(?,?,?,?,?,?,?)",
        FT_DB_ARGS(ft_db_int((int64_t)a->record->seq),
                   ft_db_int(ft_json_int_or(a->json, "time_us", 0)),
                   ft_db_text(op), ft_db_text(branch),
                   ft_apply_state_value(state), ft_apply_state_value(old),
                   ft_db_text(ft_json_str_or(a->json, "user", ""))),
        err);
}

int ft_apply_ref(const struct ft_apply *a, struct ft_err *err)
{
    const char *branch = need_name(a, "branch", err);
    int64_t state, old, tip;
    int rc;

    if (!branch || !ft_json_str(a->json, "state", FT_APPLY_WHAT, err) ||
        need_state(a, "state", &state, err) < 0 ||
        need_state(a, "old", &old, err) < 0 ||
        need_state(a, "tip", &tip, err) < 0)
        return -1;
    rc = state < 0 ? delete_branch(a->db, branch, err)
                   : point_branch(a->db, branch, state, tip, err);
    if (rc < 0)
        return -1;
    return note_move(a, ft_json_str_or(a->json, "op", ""), branch, state, old,
                     err);
}

int ft_apply_head(const struct ft_apply *a, struct ft_err *err)
{
    const char *branch = need_name(a, "branch", err);

    if (!branch ||
        ft_db_run(a->db, "INSERT OR REPLACE INTO head(one, branch)"
                         " VALUES(1, ?)",
                  FT_DB_ARGS(ft_db_text(branch)), err) < 0)
        return -1;
    return note_move(a, "switch", branch, -1, -1, err);
}

/* --- tags ----------------------------------------------------------------- */

int ft_apply_tag(const struct ft_apply *a, struct ft_err *err)
{
    const char *name = need_name(a, "name", err);
    int64_t state;

    if (!name || !ft_json_str(a->json, "state", FT_APPLY_WHAT, err) ||
        need_state(a, "state", &state, err) < 0)
        return -1;
    if (state < 0)
        return ft_db_run(a->db, "DELETE FROM tag WHERE name=?",
                         FT_DB_ARGS(ft_db_text(name)), err);
    return ft_db_run(
        a->db,
        "INSERT OR REPLACE INTO tag(name, state, time_us, user)"
        " VALUES(?,?,?,?)",
        FT_DB_ARGS(ft_db_text(name), ft_db_int(state),
                   ft_db_int(ft_json_int_or(a->json, "time_us", 0)),
                   ft_db_text(ft_json_str_or(a->json, "user", ""))),
        err);
}
