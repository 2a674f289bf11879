/* log.c - reading history: states, names that point to them, operations */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/history/history_impl.h"

#define LITTLE_MAX 1000 /* changes */

/* --- states --------------------------------------------------------------- */

void ft_state_release(struct ft_state *state)
{
    free(state->run);
    free(state->workflow);
    free(state->workflow_file);
    free(state->outcome);
    free(state->user);
    free(state->params);
    free(state->source);
    free(state->names);
    *state = (struct ft_state){ 0 };
}

void ft_states_release(struct ft_states *states)
{
    for (size_t i = 0; i < states->n; i++)
        ft_state_release(&states->item[i]);
    free(states->item);
    *states = (struct ft_states){ 0 };
}

/* What read_state() takes, of the state s. */
#define STATE_COLUMNS                                                       \
    "s.id, (SELECT id FROM state WHERE n = s.parent),"                      \
    " (SELECT id FROM state WHERE n = s.merge), s.time_us, s.run,"          \
    " s.workflow, s.workflow_file, s.outcome, s.user, s.params,"            \
    " s.n_objects, s.n_changed, s.source,"                                  \
    " (SELECT group_concat(name, ', ') FROM (SELECT name"                   \
    "   FROM main.branch WHERE state = s.n UNION ALL"                       \
    "   SELECT 'tag ' || name FROM tag WHERE state = s.n))"

static void read_state(struct ft_rows *rows, struct ft_state *state)
{
    *state = (struct ft_state){
        .time_ns = ft_rows_int(rows, 3) * 1000,
        .run = ft_rows_own(rows, 4),
        .workflow = ft_rows_own(rows, 5),
        .workflow_file = ft_rows_own(rows, 6),
        .outcome = ft_rows_own(rows, 7),
        .user = ft_rows_own(rows, 8),
        .params = ft_rows_own(rows, 9),
        .n_objects = (size_t)ft_rows_int(rows, 10),
        .n_changed = (size_t)ft_rows_int(rows, 11),
        .source = ft_rows_own(rows, 12),
        .names = ft_rows_own(rows, 13),
    };
    ft_copy_id(state->id, ft_rows_text(rows, 0));
    ft_copy_id(state->parent, ft_rows_text(rows, 1));
    ft_copy_id(state->merge, ft_rows_text(rows, 2));
}

/* The states of the table 'chain' from the newest on: numbers grow, so a state
 * comes before those that it came from.  Column 14: it was undone. */
#define WALK                                                                \
    " UNION SELECT p.n FROM chain JOIN state s ON s.n = chain.n"            \
    "  JOIN state p ON p.n IN (s.parent, s.merge)"                          \
    "  ORDER BY 1 DESC LIMIT ?2)"                                           \
    " SELECT " STATE_COLUMNS ", s.n > (SELECT state FROM branch"            \
    "  WHERE name=?1) AND s.n IN undone"                                    \
    " FROM chain JOIN state s ON s.n = chain.n ORDER BY s.n DESC"
#define UNDONE                                                              \
    "WITH RECURSIVE undone(n) AS (SELECT tip FROM branch WHERE name=?1"     \
    "  AND tip IS NOT NULL UNION ALL SELECT s.parent FROM undone"           \
    "  JOIN state s ON s.n = undone.n WHERE s.parent IS NOT NULL"           \
    "  AND s.parent <> (SELECT state FROM branch WHERE name=?1)),"

static struct ft_rows *ask_log(struct ft_db *db, const char *branch, bool all,
                               size_t max, struct ft_err *err)
{
    struct ft_db_value arg[] = {
        ft_db_text(branch), ft_db_int(max ? (int64_t)max : -1)
    };

    if (all)
        return ft_db_ask(db,
                         UNDONE " chain(n) AS (SELECT state FROM branch"
                         " UNION SELECT tip FROM branch WHERE tip IS NOT NULL"
                         " UNION SELECT state FROM tag" WALK,
                         arg, 2, err);
    return ft_db_ask(db,
                     UNDONE " chain(n) AS (SELECT ifnull(tip, state)"
                     " FROM branch WHERE name=?1" WALK,
                     arg, 2, err);
}

int ft_store_log(struct ft_store *store, bool all, size_t max,
                 struct ft_states *states, struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    const char *branch = db ? ft_store_branch(store, err) : NULL;
    struct ft_rows *rows;
    size_t cap = 0;
    int rc;

    *states = (struct ft_states){ 0 };
    if (!branch)
        return -1;
    rows = ask_log(db, branch, all, max, err);
    rc = rows ? 0 : -1;
    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        states->item = ft_grow(states->item, states->n, &cap,
                               sizeof(*states->item));
        read_state(rows, &states->item[states->n]);
        states->item[states->n++].undone = ft_rows_int(rows, 14);
        rc = 0;
    }
    ft_rows_end(rows);
    if (rc < 0)
        ft_states_release(states);
    return rc;
}

int ft_store_state(struct ft_store *store, const char *id,
                   struct ft_state *state, struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    struct ft_rows *rows =
        db ? ft_db_ask(db,
                       "SELECT " STATE_COLUMNS " FROM state s WHERE s.id=?",
                       FT_DB_ARGS(ft_db_text(id)), err)
           : NULL;
    int rc = rows ? ft_rows_next(rows, err) : -1;

    if (rc == 1)
        read_state(rows, state);
    ft_rows_end(rows);
    if (rc == 0)
        return ft_err_set(err, FT_ENOENT, "no state '%.*s'", FT_SHA256_HEX,
                          id);
    return rc < 0 ? -1 : 0;
}

int ft_store_workflow(struct ft_store *store, const char *digest, char **text,
                      struct json_object **more, struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    struct ft_rows *rows =
        db ? ft_db_ask(db, "SELECT text, texts FROM workflow WHERE digest=?",
                       FT_DB_ARGS(ft_db_text(digest)), err)
           : NULL;
    int rc = rows ? ft_rows_next(rows, err) : -1;
    const char *list;

    *text = NULL;
    *more = NULL;
    if (rc == 1) {
        *text = ft_rows_own(rows, 0);
        list = ft_rows_text(rows, 1);
        if (list)
            *more = ft_json_parse(list, strlen(list), "a workflow", err);
        if (list && !*more) {
            free(*text);
            rc = -1;
        }
    }
    ft_rows_end(rows);
    if (rc == 0)
        return ft_err_set(err, FT_ENOENT, "no workflow was recorded");
    return rc < 0 ? -1 : 0;
}

/* --- objects -------------------------------------------------------------- */

int ft_store_objects(struct ft_store *store, const char *state,
                     struct ft_versions *versions, struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);

    *versions = (struct ft_versions){ 0 };
    if (!db)
        return -1;
    return ft_versions_read(
        ft_db_ask(db,
                  "WITH RECURSIVE chain(n, depth) AS ("
                  " SELECT n, 0 FROM state WHERE id=?1 UNION ALL"
                  " SELECT s.parent, depth+1 FROM chain"
                  "  JOIN state s ON s.n = chain.n"
                  "  WHERE s.parent IS NOT NULL),"
                  " newest AS (SELECT object, cell, pos, version, min(depth)"
                  "  FROM chain CROSS JOIN change c ON c.state = chain.n"
                  "  GROUP BY object, cell)"
                  " SELECT " FT_BOUND_COLUMNS " FROM newest b"
                  " JOIN version v ON v.id = b.version"
                  " JOIN result r ON r.seq = v.result"
                  " ORDER BY b.object, b.pos",
                  FT_DB_ARGS(ft_db_text(state)), err),
        versions, err);
}

/* States before ?1, before ?2, and those before one of them alone. */
#define WITH_APART                                                         \
    "WITH RECURSIVE chain(n, depth) AS ("                                  \
    " SELECT n, 0 FROM state WHERE id=?1 UNION ALL"                        \
    " SELECT s.parent, depth+1 FROM chain JOIN state s ON s.n = chain.n"   \
    "  WHERE s.parent IS NOT NULL),"                                       \
    " other(n) AS ("                                                       \
    " SELECT n FROM state WHERE id=?2 UNION ALL"                           \
    " SELECT s.parent FROM other JOIN state s ON s.n = other.n"            \
    "  WHERE s.parent IS NOT NULL),"                                       \
    " apart AS ("                                                          \
    " SELECT n FROM (SELECT n FROM chain EXCEPT SELECT n FROM other)"      \
    " UNION ALL"                                                           \
    " SELECT n FROM (SELECT n FROM other EXCEPT SELECT n FROM chain)) "

/* What ?1 has of the objects that changed in those states. */
#define OBJECTS_APART(pair)                                                \
    WITH_APART                                                             \
    ", newest AS (SELECT object, cell, pos, version, min(depth)"           \
    "  FROM chain CROSS JOIN change c ON c.state = chain.n"                \
    "  WHERE " pair " IN (SELECT object, cell FROM change"                 \
    "   WHERE state IN apart)"                                             \
    "  GROUP BY object, cell)"                                             \
    " SELECT " FT_BOUND_COLUMNS " FROM newest b"                           \
    " JOIN version v ON v.id = b.version"                                  \
    " JOIN result r ON r.seq = v.result ORDER BY b.object, b.pos"

/* Whether so few objects changed in those states that to look for each of them
 * in every state is quicker than to read all changes. */
static int is_little(struct ft_db *db, const char *state, const char *other,
                     bool *little, struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        db,
        WITH_APART "SELECT count(*) FROM (SELECT 1 FROM change"
                   " WHERE state IN apart LIMIT ?3)",
        FT_DB_ARGS(ft_db_text(state), ft_db_text(other),
                   ft_db_int(LITTLE_MAX)),
        err);
    int rc = rows ? ft_rows_next(rows, err) : -1;

    *little = rc == 1 && ft_rows_int(rows, 0) < LITTLE_MAX;
    ft_rows_end(rows);
    return rc < 0 ? -1 : 0;
}

int ft_store_objects_apart(struct ft_store *store, const char *state,
                           const char *other, struct ft_versions *versions,
                           struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    bool little;

    *versions = (struct ft_versions){ 0 };
    if (!db || is_little(db, state, other, &little, err) < 0)
        return -1;
    return ft_versions_read(
        ft_db_ask(db,
                  little ? OBJECTS_APART("(object, cell)")
                         : OBJECTS_APART("(+object, +cell)"),
                  FT_DB_ARGS(ft_db_text(state), ft_db_text(other)), err),
        versions, err);
}

int ft_store_list(struct ft_store *store, const char *prefix, size_t max,
                  struct ft_versions *versions, struct ft_err *err)
{
    const char *branch = ft_store_branch(store, err);
    struct ft_db *db = branch ? ft_store_bound(store, branch, err) : NULL;

    *versions = (struct ft_versions){ 0 };
    if (!db)
        return -1;
    /* The first ones are chosen before anything else is looked up. */
    return ft_versions_read(
        ft_db_ask(db,
                  "WITH b AS MATERIALIZED (SELECT object, cell, pos, version"
                  "  FROM binding WHERE branch=?1 AND object >= ?2"
                  "  AND object < ?2 || char(1114111)"
                  "  ORDER BY object, pos LIMIT ?3)"
                  " SELECT " FT_BOUND_COLUMNS " FROM b"
                  " JOIN version v ON v.id = b.version"
                  " JOIN result r ON r.seq = v.result"
                  " ORDER BY b.object, b.pos",
                  FT_DB_ARGS(ft_db_text(branch),
                             ft_db_text(prefix ? prefix : ""),
                             ft_db_int(max ? (int64_t)max : -1)),
                  err),
        versions, err);
}

/* --- branches and tags ---------------------------------------------------- */

void ft_names_release(struct ft_names *names)
{
    free(names->item);
    *names = (struct ft_names){ 0 };
}

/* Rows of name, id of the state, its time, whether states were undone. */
static int read_names(struct ft_rows *rows, const char *current,
                      struct ft_names *names, struct ft_err *err)
{
    size_t cap = 0;
    int rc = rows ? 0 : -1;

    *names = (struct ft_names){ 0 };
    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        struct ft_name *name;

        names->item = ft_grow(names->item, names->n, &cap,
                              sizeof(*names->item));
        name = &names->item[names->n++];
        *name = (struct ft_name){ .time_ns = ft_rows_int(rows, 2) * 1000,
                                  .undone = ft_rows_int(rows, 3) };
        ft_copy_name(name->name, ft_rows_text(rows, 0));
        ft_copy_id(name->state, ft_rows_text(rows, 1));
        name->current = current && strcmp(name->name, current) == 0;
        rc = 0;
    }
    ft_rows_end(rows);
    if (rc < 0)
        ft_names_release(names);
    return rc;
}

int ft_store_branches(struct ft_store *store, struct ft_names *names,
                      struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    const char *current = db ? ft_store_branch(store, err) : NULL;

    *names = (struct ft_names){ 0 };
    if (!current)
        return -1;
    return read_names(
        ft_db_ask(db,
                  "SELECT b.name, s.id, s.time_us, b.tip IS NOT NULL"
                  " FROM branch b JOIN state s ON s.n = b.state"
                  " ORDER BY b.name",
                  NULL, 0, err),
        current, names, err);
}

int ft_store_tags(struct ft_store *store, struct ft_names *names,
                  struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);

    *names = (struct ft_names){ 0 };
    if (!db)
        return -1;
    return read_names(
        ft_db_ask(db,
                  "SELECT t.name, s.id, s.time_us, 0"
                  " FROM tag t JOIN state s ON s.n = t.state ORDER BY t.name",
                  NULL, 0, err),
        NULL, names, err);
}

/* --- operations ----------------------------------------------------------- */

void ft_operations_release(struct ft_operations *ops)
{
    for (size_t i = 0; i < ops->n; i++) {
        free(ops->item[i].op);
        free(ops->item[i].branch);
        free(ops->item[i].user);
    }
    free(ops->item);
    *ops = (struct ft_operations){ 0 };
}

int ft_store_operations(struct ft_store *store, size_t max,
                        struct ft_operations *ops, struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    struct ft_rows *rows =
        db ? ft_db_ask(db,
                       "SELECT m.time_us, m.op, m.branch, m.user, s.id, o.id"
                       " FROM move m LEFT JOIN state s ON s.n = m.state"
                       " LEFT JOIN state o ON o.n = m.old"
                       " ORDER BY m.seq DESC LIMIT ?",
                       FT_DB_ARGS(ft_db_int(max ? (int64_t)max : -1)), err)
           : NULL;
    size_t cap = 0;
    int rc = rows ? 0 : -1;

    *ops = (struct ft_operations){ 0 };
    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        struct ft_operation *op;

        ops->item = ft_grow(ops->item, ops->n, &cap, sizeof(*ops->item));
        op = &ops->item[ops->n++];
        *op = (struct ft_operation){ .time_ns = ft_rows_int(rows, 0) * 1000,
                                     .op = ft_rows_own(rows, 1),
                                     .branch = ft_rows_own(rows, 2),
                                     .user = ft_rows_own(rows, 3) };
        ft_copy_id(op->state, ft_rows_text(rows, 4));
        ft_copy_id(op->old, ft_rows_text(rows, 5));
        rc = 0;
    }
    ft_rows_end(rows);
    if (rc < 0)
        ft_operations_release(ops);
    return rc;
}
