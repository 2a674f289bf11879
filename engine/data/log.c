/* log.c - reading history: the states of a branch, the objects of the newest */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/store_impl.h"

static void state_release(struct ft_state *state)
{
    free(state->run);
    free(state->workflow);
    free(state->workflow_file);
    free(state->outcome);
    free(state->user);
    free(state->branch);
}

void ft_states_release(struct ft_states *states)
{
    for (size_t i = 0; i < states->n; i++)
        state_release(&states->item[i]);
    free(states->item);
    *states = (struct ft_states){ 0 };
}

static void copy_id(char id[FT_SHA256_HEX + 1], const char *text)
{
    size_t len = text ? strlen(text) : 0;

    if (len == FT_SHA256_HEX)
        memcpy(id, text, len + 1);
}

static void read_state(struct ft_rows *rows, struct ft_state *state)
{
    *state = (struct ft_state){
        .time_ns = ft_rows_int(rows, 2) * 1000,
        .run = ft_strdup(ft_rows_text(rows, 3)),
        .workflow = ft_strdup(ft_rows_text(rows, 4)),
        .workflow_file = ft_strdup(ft_rows_text(rows, 5)),
        .outcome = ft_strdup(ft_rows_text(rows, 6)),
        .user = ft_strdup(ft_rows_text(rows, 7)),
        .n_objects = (size_t)ft_rows_int(rows, 8),
        .n_changed = (size_t)ft_rows_int(rows, 9),
        .branch = ft_strdup(ft_rows_text(rows, 10)),
    };
    copy_id(state->id, ft_rows_text(rows, 0));
    copy_id(state->parent, ft_rows_text(rows, 1));
}

int ft_store_log(struct ft_store *store, size_t max, struct ft_states *states,
                 struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    struct ft_rows *rows;
    size_t cap = 0;
    int rc;

    *states = (struct ft_states){ 0 };
    if (!db)
        return -1;
    rows = ft_db_ask(
        db,
        "WITH RECURSIVE chain(n, depth) AS ("
        " SELECT state, 0 FROM branch WHERE name=?1 UNION ALL"
        " SELECT s.parent, depth+1 FROM chain JOIN state s ON s.n = chain.n"
        "  WHERE s.parent IS NOT NULL AND depth+1 < ?2)"
        " SELECT s.id, p.id, s.time_us, s.run, s.workflow, s.workflow_file,"
        "  s.outcome, s.user, s.n_objects, s.n_changed,"
        "  (SELECT name FROM branch b WHERE b.state = s.n LIMIT 1)"
        " FROM chain JOIN state s ON s.n = chain.n"
        " LEFT JOIN state p ON p.n = s.parent ORDER BY depth",
        FT_DB_ARGS(ft_db_text(FT_BRANCH_DEFAULT),
                   ft_db_int(max ? (int64_t)max : INT64_MAX)),
        err);
    rc = rows ? 0 : -1;
    while (rc == 0 && (rc = ft_rows_next(rows, err)) == 1) {
        states->item = ft_grow(states->item, states->n, &cap,
                               sizeof(*states->item));
        read_state(rows, &states->item[states->n++]);
        rc = 0;
    }
    ft_rows_end(rows);
    if (rc < 0)
        ft_states_release(states);
    return rc;
}

int ft_store_list(struct ft_store *store, const char *prefix, size_t max,
                  struct ft_versions *versions, struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);

    *versions = (struct ft_versions){ 0 };
    if (!db)
        return -1;
    return ft_versions_read(
        ft_db_ask(db,
                  "SELECT " FT_BOUND_COLUMNS FT_BOUND_FROM
                  " WHERE b.branch=?1"
                  " AND substr(b.object, 1, length(?2)) = ?2"
                  " ORDER BY b.object, b.pos LIMIT ?3",
                  FT_DB_ARGS(ft_db_text(FT_BRANCH_DEFAULT),
                             ft_db_text(prefix ? prefix : ""),
                             ft_db_int(max ? (int64_t)max : -1)),
                  err),
        versions, err);
}
