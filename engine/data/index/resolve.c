/* resolve.c - from what users write to versions */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/map.h"
#include "data/history/history_impl.h"
#include "data/index/ref.h"

/* --- digits of an id ------------------------------------------------------ */

/* 'g' sorts right behind the last digit. */
static int resolve_id(struct ft_db *db, const char *digits,
                      struct ft_versions *versions, struct ft_err *err)
{
    char *end = ft_asprintf("%sg", digits);
    int rc = ft_versions_read(
        ft_db_ask(db,
                  "SELECT " FT_VERSION_COLUMNS
                  " FROM version v JOIN result r ON r.seq = v.result"
                  " WHERE v.id >= ?1 AND v.id < ?2 LIMIT 2",
                  FT_DB_ARGS(ft_db_text(digits), ft_db_text(end)), err),
        versions, err);

    free(end);
    if (rc < 0 || versions->n == 1)
        return rc;
    if (!versions->n)
        return ft_err_set(err, FT_ENOENT, "no version starts with '%s'",
                          digits);
    ft_versions_release(versions);
    ft_err_set(err, FT_EUSAGE, "several versions start with '%s'", digits);
    return ft_err_hint(err, "give more digits");
}

/* --- names that are not there --------------------------------------------- */

/* 1, 0, or -1. */
static int has_branch(struct ft_db *db, const char *branch,
                      struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(db, "SELECT 1 FROM branch WHERE name=?",
                                     FT_DB_ARGS(ft_db_text(branch)), err);

    return ft_rows_any(rows, err);
}

static int fail_branch(struct ft_store *store, const char *branch,
                       struct ft_err *err)
{
    if (strcmp(branch, ft_store_branch(store, NULL)) != 0)
        return ft_history_no_branch(store, branch, err);
    ft_err_set(err, FT_ENOENT, "the project has no results yet");
    return ft_err_hint(err, "'fedtwin run FILE' makes some");
}

/* An object that is gone is not an unknown one. */
static int fail_object(struct ft_store *store, struct ft_db *db,
                       const struct ft_ref *ref, struct ft_err *err)
{
    struct ft_gone gone;

    if (ft_store_gone(store, ref->branch, ref->object, &gone, NULL) == 1) {
        ft_err_set(err, FT_ENOENT, "no object '%s' on branch '%s' since run "
                   "'%s'%s", ref->object, ref->branch, gone.run,
                   gone.failed ? ", which failed" : "");
        ft_err_hint(err, "the state before that run has one: '--at %.12s' "
                    "reads it", gone.before);
    } else {
        ft_err_set(err, FT_ENOENT, "no object '%s' on branch '%s'",
                   ref->object, ref->branch);
        ft_hint_nearest(
            ft_db_ask(db, "SELECT DISTINCT object FROM binding WHERE branch=?",
                      FT_DB_ARGS(ft_db_text(ref->branch)), NULL),
            ref->object, err);
    }
    ft_gone_release(&gone);
    return -1;
}

/* --- the newest state ----------------------------------------------------- */

/* Keep only the cells that are picked. */
static void pick(const struct ft_ref *ref, struct ft_versions *versions)
{
    size_t kept = 0;

    for (size_t i = 0; i < versions->n; i++) {
        if (ft_ref_picks(ref, versions->item[i].cell))
            versions->item[kept++] = versions->item[i];
        else
            ft_version_release(&versions->item[i]);
    }
    versions->n = kept;
}

static int read_newest(struct ft_db *db, const struct ft_ref *ref,
                       struct ft_versions *versions, struct ft_err *err)
{
    return ft_versions_read(
        ft_db_ask(db,
                  "SELECT " FT_BOUND_COLUMNS FT_BOUND_FROM
                  " WHERE b.branch=? AND b.object=? ORDER BY b.pos",
                  FT_DB_ARGS(ft_db_text(ref->branch), ft_db_text(ref->object)),
                  err),
        versions, err);
}

/* --- earlier states ------------------------------------------------------- */

/* One change of the object, the oldest first. */
struct step {
    int64_t depth; /* states back from the newest */
    int64_t pos;
    char *cell, *version; /* version NULL: gone */
};

struct steps {
    struct step *item;
    size_t n, cap;
};

static void steps_release(struct steps *steps)
{
    for (size_t i = 0; i < steps->n; i++) {
        free(steps->item[i].cell);
        free(steps->item[i].version);
    }
    free(steps->item);
}

static int read_steps(struct ft_db *db, const struct ft_ref *ref,
                      struct steps *steps, struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        db,
        "WITH RECURSIVE chain(n, depth) AS ("
        " SELECT state, 0 FROM branch WHERE name=?1 UNION ALL"
        " SELECT s.parent, depth+1 FROM chain JOIN state s ON s.n = chain.n"
        "  WHERE s.parent IS NOT NULL)"
        " SELECT depth, pos, cell, version FROM chain"
        " CROSS JOIN change c ON c.state = chain.n WHERE c.object=?2"
        " ORDER BY depth DESC",
        FT_DB_ARGS(ft_db_text(ref->branch), ft_db_text(ref->object)), err);
    int rc = rows ? 0 : -1;

    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        rc = 0;
        if (!ft_ref_picks(ref, ft_rows_text(rows, 2)))
            continue;
        steps->item = ft_grow(steps->item, steps->n, &steps->cap,
                              sizeof(*steps->item));
        steps->item[steps->n++] = (struct step){
            .depth = ft_rows_int(rows, 0),
            .pos = ft_rows_int(rows, 1),
            .cell = ft_strdup(ft_rows_text(rows, 2)),
            .version = ft_strdup(ft_rows_text(rows, 3)),
        };
    }
    ft_rows_end(rows);
    return rc;
}

/* Enter the steps [from, to) of one state; true when a version differs. */
static bool enter_steps(const struct steps *steps, size_t from, size_t to,
                        struct ft_map *now)
{
    bool differs = false;

    for (size_t i = from; i < to; i++) {
        struct step *step = &steps->item[i];
        const struct step *old = ft_map_put(now, step->cell, step);
        const char *before = old && old->version ? old->version : "";

        differs |= strcmp(before, step->version ? step->version : "") != 0;
    }
    return differs;
}

static size_t count_present(const struct ft_map *now)
{
    size_t n = 0;

    for (size_t i = 0; i < now->len; i++)
        n += ((struct step *)now->entry[i].value)->version != NULL;
    return n;
}

/* Replay states until 'stop' of them have shown the object in a new form;
 * return how many there were.  States without the object do not count. */
static size_t replay(const struct steps *steps, size_t stop,
                     struct ft_map *now)
{
    size_t forms = 0, end;

    for (size_t i = 0; i < steps->n && forms < stop; i = end) {
        for (end = i; end < steps->n &&
                      steps->item[end].depth == steps->item[i].depth;)
            end++;
        if (enter_steps(steps, i, end, now) && count_present(now))
            forms++;
    }
    return forms;
}

static int by_pos(const void *a, const void *b)
{
    const struct step *const *x = a, *const *y = b;

    return ((*x)->pos > (*y)->pos) - ((*x)->pos < (*y)->pos);
}

/* The versions of the cells in 'now', in matrix order. */
static int read_form(struct ft_store *store, const struct ft_map *now,
                     const char *object, struct ft_versions *versions,
                     struct ft_err *err)
{
    const struct step **list = ft_calloc(now->len, sizeof(*list));
    size_t n = 0;
    int rc = 0;

    for (size_t i = 0; i < now->len; i++) {
        list[n] = now->entry[i].value;
        n += list[n]->version != NULL;
    }
    qsort(list, n, sizeof(*list), by_pos);
    *versions = (struct ft_versions){
        .item = ft_calloc(n, sizeof(*versions->item))
    };
    for (size_t i = 0; rc == 0 && i < n; i++) {
        struct ft_version *version = &versions->item[i];

        rc = ft_store_version(store, list[i]->version, version, err);
        if (rc < 0)
            break;
        versions->n++;
        free(version->object);
        free(version->cell);
        version->object = ft_strdup(object);
        version->cell = ft_strdup(list[i]->cell);
    }
    if (rc < 0)
        ft_versions_release(versions);
    free(list);
    return rc;
}

static int read_back(struct ft_store *store, struct ft_db *db,
                     const struct ft_ref *ref, struct ft_versions *versions,
                     struct ft_err *err)
{
    struct ft_map now = FT_MAP_INIT;
    struct steps steps = { 0 };
    size_t forms;
    int rc = read_steps(db, ref, &steps, err);

    if (rc < 0)
        goto done;
    forms = replay(&steps, SIZE_MAX, &now);
    ft_map_release(&now);
    if (ref->back >= forms) {
        rc = ft_err_set(err, FT_ENOENT,
                        "object '%s' has %zu earlier forms, not %zu",
                        ref->object, forms ? forms - 1 : 0, ref->back);
        goto done;
    }
    replay(&steps, forms - ref->back, &now);
    rc = read_form(store, &now, ref->object, versions, err);
done:
    ft_map_release(&now);
    steps_release(&steps);
    return rc;
}

/* --- loops ---------------------------------------------------------------- */

/* The cell without its turn, as canonical text; the caller frees.  NULL: it has
 * none. */
static char *without_turn(const char *cell)
{
    struct json_object *obj;
    struct ft_str text = FT_STR_INIT;

    if (!strstr(cell, "\"turn\":"))
        return NULL;
    obj = ft_json_parse(cell, strlen(cell), "a cell", NULL);
    if (!ft_json_or_null(obj, "turn")) {
        json_object_put(obj);
        return NULL;
    }
    json_object_object_del(obj, "turn");
    (void)ft_json_canonical(obj, &text, NULL);
    json_object_put(obj);
    return ft_str_take(&text);
}

/* Without a selector the last turn stands for a loop.  In matrix order the
 * turns of one cell stand together. */
static void keep_last_turns(const struct ft_ref *ref,
                            struct ft_versions *versions)
{
    char *cell = versions->n ? without_turn(versions->item[0].cell) : NULL;
    size_t kept = 0;

    for (size_t i = 0; i < ref->n_picks; i++)
        if (strcmp(ref->pick[i].axis, "turn") == 0) {
            free(cell);
            return;
        }
    for (size_t i = 0; i < versions->n; i++) {
        char *next = i + 1 < versions->n
                         ? without_turn(versions->item[i + 1].cell) : NULL;

        if (cell && next && strcmp(cell, next) == 0)
            ft_version_release(&versions->item[i]);
        else
            versions->item[kept++] = versions->item[i];
        free(cell);
        cell = next;
    }
    versions->n = kept;
}

/* -------------------------------------------------------------------------- */

static int resolve_ref(struct ft_store *store, struct ft_db *db,
                       const struct ft_ref *ref, struct ft_versions *versions,
                       struct ft_err *err)
{
    int rc = has_branch(db, ref->branch, err);
    size_t all;

    if (rc <= 0)
        return rc < 0 ? -1 : fail_branch(store, ref->branch, err);
    if (!ft_store_bound(store, ref->branch, err))
        return -1;
    if (ref->back)
        return read_back(store, db, ref, versions, err);
    if (read_newest(db, ref, versions, err) < 0)
        return -1;
    all = versions->n;
    pick(ref, versions);
    if (versions->n)
        return 0;
    ft_versions_release(versions);
    if (!all)
        return fail_object(store, db, ref, err);
    ft_err_set(err, FT_ENOENT, "none of the %zu cells of '%s' is picked", all,
               ref->object);
    return ft_err_hint(err, "'fedtwin data ls %s' lists them", ref->object);
}

int ft_store_resolve(struct ft_store *store, const char *text,
                     struct ft_versions *versions, struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    const char *branch = ft_store_branch(store, err);
    struct ft_ref ref;
    int rc;

    *versions = (struct ft_versions){ 0 };
    if (!db || !branch || ft_ref_parse(text, &ref, err) < 0)
        return -1;
    if (!ref.branch)
        ref.branch = ft_strdup(branch);
    rc = ref.id ? resolve_id(db, ref.id, versions, err)
                : resolve_ref(store, db, &ref, versions, err);
    if (rc == 0)
        keep_last_turns(&ref, versions);
    ft_ref_release(&ref);
    return rc;
}
