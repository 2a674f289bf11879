/* archive_pick.c - what belongs into an archive
 *
 *   branch -> its states, back to the first -> what these bind   (history)
 *   branch, or REFs -> what is bound there now                   (no history)
 *   version -> its result -> all versions of that result, and so on
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "data/archive/archive_impl.h"
#include "data/history/history_impl.h"
#include "data/store/id.h"

static const char tables[] =
    "CREATE TABLE branch(name TEXT PRIMARY KEY, state TEXT, tip TEXT);"
    "CREATE TABLE tag(name TEXT PRIMARY KEY, state TEXT);"
    "CREATE TABLE state(id TEXT PRIMARY KEY) WITHOUT ROWID;"
    "CREATE TABLE run(id TEXT PRIMARY KEY) WITHOUT ROWID;"
    "CREATE TABLE source(digest TEXT PRIMARY KEY) WITHOUT ROWID;"
    "CREATE TABLE result(seq INTEGER PRIMARY KEY);"
    "CREATE TABLE version(id TEXT PRIMARY KEY) WITHOUT ROWID;"
    "CREATE TABLE bound(branch TEXT, object TEXT, cell TEXT, pos,"
    " version TEXT, PRIMARY KEY(branch, object, cell)) WITHOUT ROWID;"
    "BEGIN;";

/* All states that lead to the one with the id ?1. */
#define CHAIN                                                               \
    "WITH RECURSIVE chain(n) AS (SELECT n FROM state WHERE id=?1"            \
    " UNION SELECT s.parent FROM chain JOIN state s ON s.n = chain.n"        \
    " WHERE s.parent IS NOT NULL"                                            \
    " UNION SELECT s.merge FROM chain JOIN state s ON s.n = chain.n"         \
    " WHERE s.merge IS NOT NULL) "

/* --- versions and their results ------------------------------------------- */

/* Versions that were picked and not followed yet. */
struct stack {
    char **id;
    size_t n, cap;
};

static void push(struct stack *stack, const char *id)
{
    stack->id = ft_grow(stack->id, stack->n, &stack->cap, sizeof(*stack->id));
    stack->id[stack->n++] = ft_strdup(id);
}

static void stack_release(struct stack *stack)
{
    for (size_t i = 0; i < stack->n; i++)
        free(stack->id[i]);
    free(stack->id);
}

/* 1 when it is new. */
static int add_result(struct ft_pick *pick, int64_t seq, struct ft_err *err)
{
    int known = ft_rows_any(ft_db_ask(pick->db,
                                      "SELECT 1 FROM result WHERE seq=?",
                                      FT_DB_ARGS(ft_db_int(seq)), err),
                            err);

    if (known != 0)
        return known < 0 ? -1 : 0;
    pick->n_results++;
    return ft_db_run(pick->db, "INSERT INTO result VALUES(?)",
                     FT_DB_ARGS(ft_db_int(seq)), err) < 0
               ? -1
               : 1;
}

static int push_outputs(struct ft_pick *pick, int64_t seq, struct stack *stack,
                        struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        ft_index_db(pick->store->index),
        "SELECT version FROM output WHERE result=?",
        FT_DB_ARGS(ft_db_int(seq)), err);
    int rc = rows ? 0 : -1;

    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        push(stack, ft_rows_text(rows, 0));
        rc = 0;
    }
    ft_rows_end(rows);
    return rc;
}

/* The result that brought the version 'id', and with it its other outputs. */
static int follow_result(struct ft_pick *pick, const char *id,
                         struct stack *stack, struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(ft_index_db(pick->store->index),
                                     "SELECT result FROM version WHERE id=?",
                                     FT_DB_ARGS(ft_db_text(id)), err);
    int rc = rows ? ft_rows_next(rows, err) : -1;
    int64_t seq = rc == 1 ? ft_rows_int(rows, 0) : 0;

    ft_rows_end(rows);
    if (rc == 0) {
        ft_err_set(err, FT_EFORMAT, "no record brought version %.12s…", id);
        return ft_err_hint(err, "look with 'fedtwin fsck'");
    }
    if (rc == 1)
        rc = add_result(pick, seq, err);
    return rc == 1 ? push_outputs(pick, seq, stack, err) : rc;
}

/* What the version was made from, as far as the store has it. */
static int follow_inputs(struct ft_pick *pick, const char *id,
                         struct stack *stack, struct ft_err *err)
{
    struct json_object *record = ft_store_lineage(pick->store, id, err);
    struct json_object *inputs = ft_json_or_null(record, "inputs");
    size_t n = inputs ? json_object_array_length(inputs) : 0;
    int rc = record ? 0 : -1;

    for (size_t i = 0; rc == 0 && i < n; i++) {
        const char *input = ft_json_str_or(
            json_object_array_get_idx(inputs, i), "version", "");
        int known = ft_id_valid(input)
                        ? ft_store_knows(pick->store, input, err)
                        : 0;

        if (known == 1)
            push(stack, input);
        rc = known < 0 ? -1 : 0;
    }
    json_object_put(record);
    return rc;
}

static int add_one(struct ft_pick *pick, const char *id, struct stack *stack,
                   struct ft_err *err)
{
    int known = ft_rows_any(ft_db_ask(pick->db,
                                      "SELECT 1 FROM version WHERE id=?",
                                      FT_DB_ARGS(ft_db_text(id)), err),
                            err);

    if (known != 0)
        return known < 0 ? -1 : 0;
    pick->n_versions++;
    if (ft_db_run(pick->db, "INSERT INTO version VALUES(?)",
                  FT_DB_ARGS(ft_db_text(id)), err) < 0 ||
        follow_result(pick, id, stack, err) < 0)
        return -1;
    return pick->closure ? follow_inputs(pick, id, stack, err) : 0;
}

static int add_version(struct ft_pick *pick, const char *first,
                       struct ft_err *err)
{
    struct stack stack = { 0 };
    int rc = 0;

    push(&stack, first);
    while (rc == 0 && stack.n) {
        char *id = stack.id[--stack.n];

        rc = add_one(pick, id, &stack, err);
        free(id);
    }
    stack_release(&stack);
    return rc;
}

/* Every version that 'rows' has in its column; ends 'rows'. */
static int add_versions(struct ft_pick *pick, struct ft_rows *rows, int column,
                        struct ft_err *err)
{
    int rc = rows ? 0 : -1;

    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1)
        rc = add_version(pick, ft_rows_text(rows, column), err);
    ft_rows_end(rows);
    return rc;
}

/* --- history -------------------------------------------------------------- */

/* 'state' "": one without a past is made later; 'tip' "": nothing that was
 * undone. */
static int add_branch(struct ft_pick *pick, const char *name,
                      const char *state, const char *tip, struct ft_err *err)
{
    pick->n_branches++;
    return ft_db_run(pick->db, "INSERT INTO branch VALUES(?,?,?)",
                     FT_DB_ARGS(ft_db_text(name), ft_db_text(state),
                                ft_db_text(tip)),
                     err);
}

/* The text of a workflow or of a manifest. */
static int add_text(struct ft_pick *pick, const char *digest,
                    struct ft_err *err)
{
    if (!digest || !*digest)
        return 0;
    return ft_db_run(pick->db, "INSERT OR IGNORE INTO source VALUES(?)",
                     FT_DB_ARGS(ft_db_text(digest)), err);
}

/* The texts that a state was made by: 'source' is JSON or "". */
static int add_texts(struct ft_pick *pick, const char *workflow,
                     const char *source, struct ft_err *err)
{
    struct json_object *json, *modules;
    int rc = add_text(pick, workflow, err);

    if (rc < 0 || !source || !*source)
        return rc;
    json = ft_json_parse(source, strlen(source), "a state", err);
    modules = ft_json_or_null(json, "modules");
    if (!json)
        return -1;
    for (size_t i = 0; rc == 0 && modules &&
                       i < json_object_array_length(modules); i++)
        rc = add_text(pick,
                      ft_json_at_or(json_object_array_get_idx(modules, i), 1,
                                    NULL),
                      err);
    json_object_put(json);
    return rc;
}

/* 1 when the state was picked. */
static int has_state(struct ft_pick *pick, const char *id, struct ft_err *err)
{
    return ft_rows_any(ft_db_ask(pick->db, "SELECT 1 FROM state WHERE id=?",
                                 FT_DB_ARGS(ft_db_text(id)), err),
                       err);
}

static int add_state(struct ft_pick *pick, const char *id, const char *run,
                     const char *workflow, const char *source,
                     struct ft_err *err)
{
    int known = has_state(pick, id, err);

    if (known != 0)
        return known < 0 ? -1 : 0;
    pick->n_states++;
    if (ft_db_run(pick->db, "INSERT INTO state VALUES(?)",
                  FT_DB_ARGS(ft_db_text(id)), err) < 0 ||
        ft_db_run(pick->db, "INSERT OR IGNORE INTO run VALUES(?)",
                  FT_DB_ARGS(ft_db_text(run)), err) < 0)
        return -1;
    return add_texts(pick, workflow, source, err);
}

/* The state 'id', all that lead to it, and what they bind. */
static int add_history(struct ft_pick *pick, const char *id,
                       struct ft_err *err)
{
    struct ft_db *db = ft_index_db(pick->store->index);
    int rc = has_state(pick, id, err);
    struct ft_rows *rows;

    if (rc != 0)
        return rc < 0 ? -1 : 0;
    rows = ft_db_ask(db,
                     CHAIN "SELECT s.id, s.run, s.workflow, s.source FROM chain"
                           " JOIN state s ON s.n = chain.n",
                     FT_DB_ARGS(ft_db_text(id)), err);
    rc = rows ? 0 : -1;
    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1)
        rc = add_state(pick, ft_rows_text(rows, 0), ft_rows_text(rows, 1),
                       ft_rows_text(rows, 2), ft_rows_text(rows, 3), err);
    ft_rows_end(rows);
    if (rc < 0)
        return -1;
    return add_versions(pick,
                        ft_db_ask(db,
                                  CHAIN "SELECT DISTINCT c.version FROM chain"
                                        " JOIN change c ON c.state = chain.n"
                                        " WHERE c.version IS NOT NULL",
                                  FT_DB_ARGS(ft_db_text(id)), err),
                        0, err);
}

/* A branch with its history, also of what was undone on it. */
static int add_whole(struct ft_pick *pick, const char *branch,
                     struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        ft_index_db(pick->store->index),
        "SELECT s.id, ifnull(t.id, '') FROM branch b"
        " JOIN state s ON s.n = b.state LEFT JOIN state t ON t.n = b.tip"
        " WHERE b.name=?",
        FT_DB_ARGS(ft_db_text(branch)), err);
    int rc = rows ? ft_rows_next(rows, err) : -1;
    char *state = NULL, *tip = NULL;

    if (rc == 1) {
        state = ft_strdup(ft_rows_text(rows, 0));
        tip = ft_strdup(ft_rows_text(rows, 1));
    }
    ft_rows_end(rows);
    if (rc == 1 && (add_branch(pick, branch, state, tip, err) < 0 ||
                    add_history(pick, state, err) < 0 ||
                    (*tip && add_history(pick, tip, err) < 0)))
        rc = -1;
    free(state);
    free(tip);
    return rc < 0 ? -1 : 0;
}

/* The tags of states that are picked, or with 'all' every tag and its state. */
static int add_tags(struct ft_pick *pick, bool all, struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        ft_index_db(pick->store->index),
        "SELECT t.name, s.id FROM tag t JOIN state s ON s.n = t.state", NULL,
        0, err);
    int rc = rows ? 0 : -1;

    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        const char *id = ft_rows_text(rows, 1);

        rc = all ? add_history(pick, id, err) : 0;
        if (rc == 0)
            rc = has_state(pick, id, err);
        if (rc == 1)
            rc = ft_db_run(pick->db, "INSERT INTO tag VALUES(?,?)",
                           FT_DB_ARGS(ft_db_text(ft_rows_text(rows, 0)),
                                      ft_db_text(id)),
                           err);
    }
    ft_rows_end(rows);
    return rc;
}

/* Tasks without outputs leave a result and no version: those of the runs that
 * made the states come along, so that they are not repeated. */
static int add_empty_results(struct ft_pick *pick, struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(
        ft_index_db(pick->store->index),
        "SELECT seq, run FROM result WHERE lineage IS NOT NULL", NULL, 0, err);
    int rc = rows ? 0 : -1;

    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        rc = ft_rows_any(
            ft_db_ask(pick->db, "SELECT 1 FROM run WHERE id=?",
                      FT_DB_ARGS(ft_db_text(ft_rows_text(rows, 1))), err),
            err);
        if (rc == 1)
            rc = add_result(pick, ft_rows_int(rows, 0), err);
        rc = rc < 0 ? -1 : 0;
    }
    ft_rows_end(rows);
    return rc;
}

/* --- without history ------------------------------------------------------ */

static int bind(struct ft_pick *pick, const char *branch, const char *object,
                const char *cell, int64_t pos, const char *version,
                struct ft_err *err)
{
    return ft_db_run(pick->db, "INSERT OR IGNORE INTO bound VALUES(?,?,?,?,?)",
                     FT_DB_ARGS(ft_db_text(branch), ft_db_text(object),
                                ft_db_text(cell ? cell : ""), ft_db_int(pos),
                                ft_db_text(version)),
                     err);
}

static int add_tip(struct ft_pick *pick, const char *branch,
                   struct ft_err *err)
{
    struct ft_db *db = ft_store_bound(pick->store, branch, err);
    struct ft_rows *rows = db ? ft_db_ask(db,
                                          "SELECT object, cell, pos, version"
                                          " FROM binding WHERE branch=?"
                                          " ORDER BY object, pos",
                                          FT_DB_ARGS(ft_db_text(branch)), err)
                              : NULL;
    int rc = rows ? add_branch(pick, branch, "", "", err) : -1;

    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        const char *version = ft_rows_text(rows, 3);

        rc = bind(pick, branch, ft_rows_text(rows, 0), ft_rows_text(rows, 1),
                  ft_rows_int(rows, 2), version, err);
        if (rc == 0)
            rc = add_version(pick, version, err);
    }
    ft_rows_end(rows);
    if (rc == 0) {
        rows = ft_db_ask(ft_index_db(pick->store->index),
                         "SELECT s.workflow, s.source FROM branch b"
                         " JOIN state s"
                         " ON s.n = b.state WHERE b.name=?",
                         FT_DB_ARGS(ft_db_text(branch)), err);
        rc = rows ? ft_rows_next(rows, err) : -1;
        if (rc == 1)
            rc = add_texts(pick, ft_rows_text(rows, 0),
                           ft_rows_text(rows, 1), err);
        ft_rows_end(rows);
    }
    return rc;
}

static int add_ref(struct ft_pick *pick, const char *ref, struct ft_err *err)
{
    struct ft_versions versions = { 0 };
    int rc = ft_store_resolve(pick->store, ref, &versions, err);

    for (size_t i = 0; rc == 0 && i < versions.n; i++) {
        const struct ft_version *v = &versions.item[i];

        rc = bind(pick, FT_BRANCH_DEFAULT, v->object, v->cell, (int64_t)i,
                  v->id, err);
        if (rc == 0)
            rc = add_version(pick, v->id, err);
    }
    ft_versions_release(&versions);
    return rc;
}

/* --- all of it ------------------------------------------------------------ */

static int check_branch(struct ft_pick *pick, const char *name,
                        struct ft_err *err)
{
    int known = ft_rows_any(ft_db_ask(ft_index_db(pick->store->index),
                                      "SELECT 1 FROM branch WHERE name=?",
                                      FT_DB_ARGS(ft_db_text(name)), err),
                            err);

    return known == 0 ? ft_history_no_branch(pick->store, name, err)
                      : known < 0 ? -1 : 0;
}

static int add_named(struct ft_pick *pick,
                     const struct ft_export_request *request,
                     const char *name, struct ft_err *err)
{
    int known = ft_rows_any(ft_db_ask(pick->db,
                                      "SELECT 1 FROM branch WHERE name=?",
                                      FT_DB_ARGS(ft_db_text(name)), err),
                            err);

    if (known != 0 || check_branch(pick, name, err) < 0)
        return known == 1 ? 0 : -1;
    return request->no_history ? add_tip(pick, name, err)
                               : add_whole(pick, name, err);
}

static int add_all_branches(struct ft_pick *pick,
                            const struct ft_export_request *request,
                            struct ft_err *err)
{
    struct ft_rows *rows = ft_db_ask(ft_index_db(pick->store->index),
                                     "SELECT name FROM branch ORDER BY name",
                                     NULL, 0, err);
    int rc = rows ? 0 : -1;
    bool any = false;

    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        rc = add_named(pick, request, ft_rows_text(rows, 0), err);
        any = true;
    }
    ft_rows_end(rows);
    if (rc == 0 && !request->no_history)
        rc = add_tags(pick, true, err);
    if (rc == 0 && !any)
        return ft_err_set(err, FT_ENOENT,
                          "there is nothing to export: no run has ended yet");
    return rc;
}

static int add_requested(struct ft_pick *pick,
                         const struct ft_export_request *request,
                         struct ft_err *err)
{
    int rc = 0;

    if (request->n_refs && request->n_branches)
        return ft_err_set(err, FT_EUSAGE,
                          "name either branches or objects, not both");
    if (request->n_refs)
        rc = add_branch(pick, FT_BRANCH_DEFAULT, "", "", err);
    for (size_t i = 0; rc == 0 && i < request->n_refs; i++)
        rc = add_ref(pick, request->ref[i], err);
    for (size_t i = 0; rc == 0 && i < request->n_branches; i++)
        rc = add_named(pick, request, request->branch[i], err);
    if (rc == 0 && request->n_branches)
        rc = add_tags(pick, false, err);
    if (rc == 0 && !request->n_refs && !request->n_branches)
        rc = add_all_branches(pick, request, err);
    return rc == 0 ? add_empty_results(pick, err) : -1;
}

int ft_pick_init(struct ft_pick *pick, struct ft_store *store,
                 const struct ft_export_request *request, const char *path,
                 struct ft_err *err)
{
    *pick = (struct ft_pick){ .store = store,
                              .closure = request->closure,
                              .loose = request->n_refs > 0 };
    if (!ft_store_db(store, err))
        return -1;
    pick->db = ft_db_open(path, FT_DB_WRITE, false, err);
    if (!pick->db || ft_db_script(pick->db, tables, err) < 0 ||
        add_requested(pick, request, err) < 0)
        return -1;
    return ft_db_script(pick->db, "COMMIT", err);
}

void ft_pick_release(struct ft_pick *pick)
{
    ft_db_close(pick->db);
    pick->db = NULL;
}
