/* tip.c - the current branch, and where it points to */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/history/history_impl.h"
#include "data/index/index_bind.h"
#include "data/store/id.h"

void ft_copy_id(char id[FT_SHA256_HEX + 1], const char *text)
{
    if (text && ft_id_valid(text))
        memcpy(id, text, FT_SHA256_HEX + 1);
    else
        *id = '\0';
}

void ft_copy_name(char name[FT_NAME_MAX + 1], const char *text)
{
    snprintf(name, FT_NAME_MAX + 1, "%s", text);
}

/* --- the current branch --------------------------------------------------- */

static int read_head(struct ft_store *store, struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    struct ft_rows *rows = db ? ft_db_ask(db, "SELECT branch FROM head", NULL,
                                          0, err)
                              : NULL;
    int rc = rows ? ft_rows_next(rows, err) : -1;

    free(store->branch);
    store->branch = rc < 0 ? NULL
                    : ft_strdup(rc == 1 ? ft_rows_text(rows, 0)
                                        : FT_BRANCH_DEFAULT);
    ft_rows_end(rows);
    return rc < 0 ? -1 : 0;
}

const char *ft_store_branch(struct ft_store *store, struct ft_err *err)
{
    if (!store->branch_is_fixed && read_head(store, err) < 0)
        return NULL;
    return store->branch;
}

void ft_store_use_branch(struct ft_store *store, const char *branch)
{
    char *own = ft_strdup(branch);

    free(store->branch);
    store->branch = own;
    store->branch_is_fixed = true;
}

struct ft_db *ft_store_bound(struct ft_store *store, const char *branch,
                             struct ft_err *err)
{
    struct ft_db *db = ft_store_db(store, err);
    bool writable = ft_index_writable(store->index) && !store->is_view;
    struct ft_err local = { .code = FT_OK };
    int rc = db ? ft_index_bind(db, writable, branch, &local) : 0;

    /* Who only looks can do so when there is no space left. */
    if (rc < 0 && local.code == FT_ENOSPC && writable && !store->can_write)
        rc = ft_index_bind(db, false, branch, &local);
    if (rc == 0)
        return db;
    if (err)
        *err = local;
    return NULL;
}

/* --- its state ------------------------------------------------------------ */

void ft_tip_release(struct ft_tip *tip)
{
    free(tip->workflow);
    free(tip->workflow_file);
    free(tip->source);
    free(tip->params);
    *tip = (struct ft_tip){ 0 };
}

int ft_tip_read(struct ft_store *store, struct ft_tip *tip, struct ft_err *err)
{
    const char *branch = ft_store_branch(store, err);
    struct ft_rows *rows;
    int rc;

    *tip = (struct ft_tip){ 0 };
    if (!branch)
        return -1;
    ft_copy_name(tip->branch, branch);
    rows = ft_db_ask(ft_index_db(store->index),
                     "SELECT s.n, s.id, t.id, s.workflow, s.workflow_file,"
                     " s.params, s.source"
                     " FROM branch b JOIN state s ON s.n = b.state"
                     " LEFT JOIN state t ON t.n = b.tip WHERE b.name=?",
                     FT_DB_ARGS(ft_db_text(branch)), err);
    rc = rows ? ft_rows_next(rows, err) : -1;
    if (rc == 1) {
        tip->n = ft_rows_int(rows, 0);
        ft_copy_id(tip->id, ft_rows_text(rows, 1));
        ft_copy_id(tip->undone, ft_rows_text(rows, 2));
        tip->workflow = ft_strdup(ft_rows_text(rows, 3));
        tip->workflow_file = ft_strdup(ft_rows_text(rows, 4));
        tip->params = ft_strdup(ft_rows_text(rows, 5));
        tip->source = ft_strdup(ft_rows_text(rows, 6));
    }
    ft_rows_end(rows);
    return rc < 0 ? -1 : 0;
}

int ft_tip_expect(const struct ft_tip *tip, const char *state,
                  struct ft_err *err)
{
    if (strcmp(tip->id, state) == 0)
        return 0;
    ft_err_set(err, FT_EBUSY, "branch '%s' has moved meanwhile", tip->branch);
    return ft_err_hint(err, "look at 'fedtwin log', and try again");
}

int ft_store_head(struct ft_store *store, char id[FT_SHA256_HEX + 1],
                  struct ft_err *err)
{
    struct ft_tip tip = { 0 };
    int rc = store->is_view ? 0
                            : ft_index_follow(store->index, store->log, err);

    if (rc == 0)
        rc = ft_tip_read(store, &tip, err);
    memcpy(id, tip.id, sizeof(tip.id));
    ft_tip_release(&tip);
    return rc;
}
