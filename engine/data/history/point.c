/* point.c - from what users write to a state */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/map.h"
#include "data/history/history_impl.h"
#include "data/index/index_bind.h"
#include "data/index/ref.h"
#include "data/store/id.h"
#include "text/quantity.h"
#include "text/suggest.h"

#define AGO " ago"
/* Longer ago than any state. */
#define AGO_MAX_S (1000 * 365.2422 * 86400)

/* --- names that are not there --------------------------------------------- */

/* The first column of all rows. */
static int read_names(struct ft_rows *rows, struct ft_map *names,
                      struct ft_err *err)
{
    int rc = rows ? 0 : -1;

    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        (void)ft_map_put(names, ft_rows_text(rows, 0), names);
        rc = 0;
    }
    ft_rows_end(rows);
    return rc;
}

void ft_hint_nearest(struct ft_rows *rows, const char *name,
                     struct ft_err *err)
{
    struct ft_map names = FT_MAP_INIT;
    const char **list, *near = NULL;

    if (read_names(rows, &names, NULL) == 0 && names.len) {
        list = ft_calloc(names.len, sizeof(*list));
        for (size_t i = 0; i < names.len; i++)
            list[i] = names.entry[i].key;
        near = ft_suggest(name, list, names.len);
        if (near)
            ft_err_hint(err, "did you mean '%s'?", near);
        free(list);
    }
    ft_map_release(&names);
}

int ft_history_no_branch(struct ft_store *store, const char *name,
                         struct ft_err *err)
{
    struct ft_db *db = ft_index_db(store->index);

    ft_err_set(err, FT_ENOENT, "there is no branch '%s'", name);
    ft_hint_nearest(ft_db_ask(db, "SELECT name FROM branch", NULL, 0, NULL),
                    name, err);
    return -1;
}

static int fail_state(struct ft_db *db, const char *text, struct ft_err *err)
{
    ft_err_set(err, FT_ENOENT, "no state '%s'", text);
    ft_err_hint(err, "give a branch, a tag, a run, digits of a state or a "
                     "time; see 'fedtwin log --all'");
    ft_hint_nearest(ft_db_ask(db,
                              "SELECT name FROM branch UNION"
                              " SELECT name FROM tag",
                              NULL, 0, NULL),
                    text, err);
    return -1;
}

/* --- one state ------------------------------------------------------------ */

struct point {
    int64_t n; /* of the state in the index */
    char id[FT_SHA256_HEX + 1];
};

/* Columns n and id of the first row: 1, 0 or -1. */
static int ask_point(struct ft_db *db, const char *sql,
                     const struct ft_db_value *args, size_t n,
                     struct point *point, struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(db, sql, args, n, err);
    int rc = rows ? ft_rows_next(rows, err) : -1;

    if (rc == 1) {
        point->n = ft_rows_int(rows, 0);
        ft_copy_id(point->id, ft_rows_text(rows, 1));
    }
    ft_rows_end(rows);
    return rc;
}

static int find_name(struct ft_db *db, const char *text, struct point *point,
                     struct ft_err *err)
{
    return ask_point(db,
                     "SELECT s.n, s.id FROM (SELECT 0 AS o, state FROM branch"
                     "  WHERE name=?1 UNION ALL"
                     "  SELECT 1, state FROM tag WHERE name=?1) p"
                     " JOIN state s ON s.n = p.state ORDER BY o LIMIT 1",
                     FT_DB_ARGS(ft_db_text(text)), point, err);
}

static int find_run(struct ft_db *db, const char *text, struct point *point,
                    struct ft_err *err)
{
    if (!*text)
        return 0;
    return ask_point(db,
                     "SELECT n, id FROM state WHERE run=? ORDER BY n DESC"
                     " LIMIT 1",
                     FT_DB_ARGS(ft_db_text(text)), point, err);
}

/* 'g' sorts right behind the last digit. */
static int find_digits(struct ft_db *db, const char *text, struct point *point,
                       struct ft_err *err)
{
    size_t len = ft_id_span(text);
    struct point second;
    char *end;
    int rc;

    if (text[len] || len < FT_REF_DIGITS_MIN || len > FT_SHA256_HEX)
        return 0;
    end = ft_asprintf("%sg", text);
    rc = ask_point(db,
                   "SELECT n, id FROM state WHERE id >= ?1 AND id < ?2"
                   " ORDER BY id LIMIT 1",
                   FT_DB_ARGS(ft_db_text(text), ft_db_text(end)), point, err);
    if (rc == 1)
        rc = ask_point(db,
                       "SELECT n, id FROM state WHERE id > ?1 AND id < ?2"
                       " LIMIT 1",
                       FT_DB_ARGS(ft_db_text(point->id), ft_db_text(end)),
                       &second, err) == 0;
    else
        rc = rc == 0 ? -2 : -1;
    free(end);
    if (rc == -2 || rc == 1)
        return rc == 1;
    if (rc < 0)
        return -1;
    ft_err_set(err, FT_EUSAGE, "several states start with '%s'", text);
    return ft_err_hint(err, "give more digits");
}

/* --- times ---------------------------------------------------------------- */

/* "2026-11-21T18:00Z" or "10 min ago"; false when it is neither. */
static bool read_time(const char *text, int64_t *ns)
{
    size_t len = strlen(text), ago = strlen(AGO);
    struct ft_quantity q;
    char *span;
    bool ok;

    if (ft_time_parse(text, ns) == 0)
        return true;
    if (len <= ago || strcmp(text + len - ago, AGO) != 0)
        return false;
    span = ft_strndup(text, len - ago);
    ok = ft_quantity_parse(span, &q, NULL) == 0 &&
         strcmp(ft_unit_si_text(q.unit), "s") == 0 && q.si >= 0 &&
         q.si < AGO_MAX_S;
    free(span);
    if (ok)
        *ns = ft_clock_now_ns() - (int64_t)(q.si * 1e9);
    return ok;
}

static int find_time(struct ft_db *db, const char *branch, int64_t ns,
                     struct point *point, struct ft_err *err)
{
    return ask_point(
        db,
        "SELECT s.n, s.id FROM state s WHERE s.n = (SELECT state FROM move"
        "  WHERE branch=?1 AND op<>'switch' AND time_us<=?2"
        "  ORDER BY seq DESC LIMIT 1)",
        FT_DB_ARGS(ft_db_text(branch), ft_db_int(ns / 1000)), point, err);
}

/* --- all of it ------------------------------------------------------------ */

/* "…~N": the text before it, and N; the caller frees. */
static char *split_back(const char *text, int64_t *back)
{
    const char *tilde = strrchr(text, '~');
    char *end;

    *back = 0;
    if (!tilde)
        return ft_strdup(text);
    errno = 0;
    *back = strtoll(tilde + 1, &end, 10);
    if (errno || end == tilde + 1 || *end || *back < 0)
        *back = -1;
    return ft_strndup(text, (size_t)(tilde - text));
}

static int find_base(struct ft_store *store, const char *branch,
                     const char *text, struct point *point, struct ft_err *err)
{
    struct ft_db *db = ft_index_db(store->index);
    int64_t ns;
    int rc;

    if (!*text)
        return find_name(db, branch, point, err);
    rc = find_name(db, text, point, err);
    if (rc == 0)
        rc = find_run(db, text, point, err);
    if (rc == 0)
        rc = find_digits(db, text, point, err);
    if (rc == 0 && read_time(text, &ns)) {
        rc = find_time(db, branch, ns, point, err);
        if (rc == 0)
            return ft_err_set(err, FT_ENOENT, "branch '%s' had no state at "
                              "'%s' yet", branch, text);
    }
    return rc;
}

static int go_back(struct ft_db *db, struct point *point, int64_t back,
                   const char *text, struct ft_err *err)
{
    int rc = ask_point(
        db,
        "WITH RECURSIVE path(n, depth) AS (SELECT ?1, 0 UNION ALL"
        " SELECT s.parent, depth+1 FROM path JOIN state s ON s.n = path.n"
        "  WHERE s.parent IS NOT NULL AND depth < ?2)"
        " SELECT s.n, s.id FROM path JOIN state s ON s.n = path.n"
        " WHERE depth = ?2",
        FT_DB_ARGS(ft_db_int(point->n), ft_db_int(back)), point, err);

    if (rc == 0)
        return ft_err_set(err, FT_ENOENT, "'%s': there are not so many states "
                          "before it", text);
    return rc < 0 ? -1 : 0;
}

static int find(struct ft_store *store, const char *text, struct point *point,
                struct ft_err *err)
{
    const char *branch = ft_store_branch(store, err);
    int64_t back;
    char *base;
    int rc;

    if (!branch)
        return -1;
    base = split_back(text, &back);
    rc = back < 0 ? ft_err_set(err, FT_EUSAGE, "'%s' ends with no number "
                               "behind '~'", text)
                  : find_base(store, branch, base, point, err);
    if (rc == 0)
        rc = fail_state(ft_index_db(store->index), text, err);
    else if (rc == 1)
        rc = back ? go_back(ft_index_db(store->index), point, back, text, err)
                  : 0;
    free(base);
    return rc;
}

static int find_current(struct ft_store *store, char id[FT_SHA256_HEX + 1],
                        struct ft_err *err)
{
    if (ft_store_head(store, id, err) < 0)
        return -1;
    if (*id)
        return 0;
    ft_err_set(err, FT_ENOENT, "the project has no state yet");
    return ft_err_hint(err, "'fedtwin run FILE' makes one");
}

int ft_history_find(struct ft_store *store, const char *text,
                    char id[FT_SHA256_HEX + 1], struct ft_err *err)
{
    struct point point = { 0 };

    if (!text)
        return find_current(store, id, err);
    if (!ft_store_db(store, err) || find(store, text, &point, err) < 0)
        return -1;
    memcpy(id, point.id, sizeof(point.id));
    return 0;
}

/* 1 when 'text' is a branch alone. */
static int is_branch(struct ft_db *db, const char *text, struct ft_err *err)
{
    struct point point;

    return ask_point(db,
                     "SELECT s.n, s.id FROM branch b JOIN state s"
                     " ON s.n = b.state WHERE b.name=?",
                     FT_DB_ARGS(ft_db_text(text)), &point, err);
}

int ft_store_at(struct ft_store *store, const char *text, struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    struct point point = { 0 };
    const char *branch;
    int64_t ns;
    int rc;

    if (!db || find(store, text, &point, err) < 0)
        return -1;
    rc = is_branch(db, text, err);
    if (rc < 0)
        return -1;
    if (rc == 1)
        ft_store_use_branch(store, text);
    branch = ft_store_branch(store, err);
    if (!branch)
        return -1;
    rc = read_time(text, &ns) ? ft_index_view_time(db, ns / 1000, err)
                              : ft_index_view(db, branch, point.n, err);
    if (rc < 0)
        return -1;
    ft_store_use_branch(store, branch);
    store->is_view = true;
    store->can_write = false;
    return 0;
}
