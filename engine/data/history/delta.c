/* delta.c - what a new state of the current branch changes */
#include "data/history/delta.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "data/history/history_impl.h"

static struct ft_bound *delta_at(struct ft_delta *delta, const char *object,
                              const char *cell)
{
    char *key = ft_asprintf("%s\n%s", object, cell);
    struct ft_bound *bound = ft_map_get(&delta->map, key);

    if (!bound) {
        bound = ft_calloc(1, sizeof(*bound));
        bound->object = ft_strdup(object);
        bound->cell = ft_strdup(cell);
        (void)ft_map_put(&delta->map, key, bound);
    }
    free(key);
    return bound;
}

void ft_delta_release(struct ft_delta *delta)
{
    for (size_t i = 0; i < delta->map.len; i++) {
        struct ft_bound *bound = delta->map.entry[i].value;

        free(bound->object);
        free(bound->cell);
        free(bound->before);
        free(bound->after);
        free(bound);
    }
    ft_map_release(&delta->map);
    ft_map_release(&delta->count);
}

/* All rows of object, cell, pos and version; ends 'rows', which may be NULL. */
static int read_bounds(struct ft_delta *delta, struct ft_rows *rows,
                       struct ft_err *err)
{
    int rc = rows ? 0 : -1;

    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        struct ft_bound *bound = delta_at(delta, ft_rows_text(rows, 0),
                                       ft_rows_text(rows, 1));

        bound->pos_before = ft_rows_int(rows, 2);
        bound->before = ft_strdup(ft_rows_text(rows, 3));
        rc = 0;
    }
    ft_rows_end(rows);
    return rc;
}

int ft_delta_init(struct ft_delta *delta, struct ft_store *store,
                  struct ft_err *err)
{
    const char *branch = ft_store_branch(store, err);
    struct ft_db *db = branch ? ft_store_bound(store, branch, err) : NULL;

    return read_bounds(
        delta,
        db ? ft_db_ask(db,
                       "SELECT object, cell, pos, version FROM binding"
                       " WHERE branch=?",
                       FT_DB_ARGS(ft_db_text(branch)), err)
           : NULL,
        err);
}

/* How many objects and cells the state of the branch has. */
static int count_objects(struct ft_db *db, const char *branch, size_t *n,
                         struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        db,
        "SELECT s.n_objects FROM branch b JOIN state s ON s.n = b.state"
        " WHERE b.name=?",
        FT_DB_ARGS(ft_db_text(branch)), err);
    int rc = rows ? ft_rows_next(rows, err) : -1;

    *n = rc == 1 ? (size_t)ft_rows_int(rows, 0) : 0;
    ft_rows_end(rows);
    return rc < 0 ? -1 : 0;
}

int ft_delta_init_object(struct ft_delta *delta, struct ft_store *store,
                         const char *object, struct ft_err *err)
{
    const char *branch = ft_store_branch(store, err);
    struct ft_db *db = branch ? ft_store_bound(store, branch, err) : NULL;
    size_t n = 0;

    if (!db || count_objects(db, branch, &n, err) < 0)
        return -1;
    if (read_bounds(delta,
                    ft_db_ask(db,
                              "SELECT object, cell, pos, version FROM binding"
                              " WHERE branch=? AND object=?",
                              FT_DB_ARGS(ft_db_text(branch),
                                         ft_db_text(object)),
                              err),
                    err) < 0)
        return -1;
    delta->n_rest = n > delta->map.len ? n - delta->map.len : 0;
    return 0;
}

/* Cells of an object stand in the order in which they are given. */
static int64_t next_pos(struct ft_delta *delta, const char *object)
{
    uintptr_t pos = (uintptr_t)ft_map_get(&delta->count, object);

    (void)ft_map_put(&delta->count, object, (void *)(pos + 1));
    return (int64_t)pos;
}

static int check_version(struct ft_store *store, const struct ft_binding *bind,
                         struct ft_err *err)
{
    switch (ft_store_knows(store, bind->version, err)) {
    case 1:
        return 0;
    case 0:
        return ft_err_set(err, FT_ENOENT, "object '%s': no version '%.*s'",
                          bind->object, FT_SHA256_HEX, bind->version);
    default:
        return -1;
    }
}

static int set_after(struct ft_delta *delta, const struct ft_binding *bind,
                     int64_t pos, struct ft_err *err)
{
    struct ft_bound *bound = delta_at(delta, bind->object, bind->cell);

    if (!ft_object_dot(bind->object))
        return ft_err_set(err, FT_EUSAGE, "'%s' is no name of an object",
                          bind->object);
    if (bound->after)
        return ft_err_set(err, FT_EUSAGE, "object '%s' is given twice",
                          bind->object);
    bound->after = ft_strdup(bind->version);
    bound->pos_after = pos;
    return 0;
}

int ft_delta_keep_put(struct ft_delta *delta, struct ft_store *store,
                      struct ft_err *err)
{
    for (size_t i = 0; i < delta->map.len; i++) {
        struct ft_bound *bound = delta->map.entry[i].value;
        struct ft_version version;

        if (bound->after || ft_map_get(&delta->count, bound->object))
            continue;
        if (ft_store_version(store, bound->before, &version, err) < 0)
            return -1;
        if (!*version.run) {
            bound->after = ft_strdup(bound->before);
            bound->pos_after = bound->pos_before;
        }
        ft_version_release(&version);
    }
    return 0;
}

bool ft_bound_differs(const struct ft_bound *bound)
{
    return !bound->before || !bound->after ||
           strcmp(bound->before, bound->after) != 0;
}

bool ft_bound_moved(const struct ft_bound *bound)
{
    return !ft_bound_differs(bound) && bound->pos_before != bound->pos_after;
}

void ft_delta_count(struct ft_delta *delta)
{
    delta->n_objects = delta->n_rest;
    for (size_t i = 0; i < delta->map.len; i++) {
        const struct ft_bound *bound = delta->map.entry[i].value;

        delta->n_objects += bound->after != NULL;
        delta->n_changed += ft_bound_differs(bound);
        delta->n_moved += ft_bound_moved(bound);
    }
}

int ft_delta_set(struct ft_delta *delta, struct ft_store *store,
                 const struct ft_binding *bind, struct ft_err *err)
{
    const struct ft_bound *bound = delta_at(delta, bind->object, bind->cell);

    if (set_after(delta, bind, next_pos(delta, bind->object), err) < 0)
        return -1;
    return ft_bound_differs(bound) ? check_version(store, bind, err) : 0;
}

/* Everything stays; what is new comes after the other cells of its object. */
static void keep_all(struct ft_delta *delta, const struct ft_binding *bind,
                    int64_t *pos)
{
    const struct ft_bound *old;

    *pos = 0;
    for (size_t i = 0; i < delta->map.len; i++) {
        struct ft_bound *bound = delta->map.entry[i].value;

        if (bound->pos_before >= *pos)
            *pos = bound->pos_before + 1;
        bound->after = ft_strdup(bound->before);
        bound->pos_after = bound->pos_before;
    }
    old = delta_at(delta, bind->object, bind->cell);
    if (old->before)
        *pos = old->pos_before;
}

int ft_delta_set_alone(struct ft_delta *delta, const struct ft_binding *bind,
                       struct ft_err *err)
{
    struct ft_bound *bound;
    int64_t pos;

    keep_all(delta, bind, &pos);
    bound = delta_at(delta, bind->object, bind->cell);
    free(bound->after);
    bound->after = NULL;
    return set_after(delta, bind, pos, err);
}
