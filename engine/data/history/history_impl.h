/* history_impl.h - what the files that change history share */
#ifndef FT_DATA_HISTORY_IMPL_H
#define FT_DATA_HISTORY_IMPL_H

#include "data/history/history.h"
#include "data/store/store_impl.h"

/* --- tip.c: where a branch points to -------------------------------------- */

/* The state of the current branch: what a new one follows. */
struct ft_tip {
    char branch[FT_NAME_MAX + 1];
    int64_t n;                      /* of the state in the index; 0: none */
    char id[FT_SHA256_HEX + 1];     /* "": there is none */
    char undone[FT_SHA256_HEX + 1]; /* the last one that redo leads to, or "" */
    char *workflow, *workflow_file, *source, *params; /* NULL: no state */
};
/* The index knows all. */
int ft_tip_read(struct ft_store *store, struct ft_tip *tip,
                struct ft_err *err);
/* FT_EBUSY when it is not at 'state' any more. */
int ft_tip_expect(const struct ft_tip *tip, const char *state,
                  struct ft_err *err);
void ft_tip_release(struct ft_tip *tip);

void ft_copy_name(char name[FT_NAME_MAX + 1], const char *text);
/* Of an index that somebody else may have written: "" when it is none. */
void ft_copy_id(char id[FT_SHA256_HEX + 1], const char *text);

/* The index with the bindings of 'branch' in it; NULL on failure. */
struct ft_db *ft_store_bound(struct ft_store *store, const char *branch,
                             struct ft_err *err);

/* --- point.c -------------------------------------------------------------- */

/* Hint at the name in the first column of 'rows', which it ends, that is
 * nearest to 'name'. */
void ft_hint_nearest(struct ft_rows *rows, const char *name,
                     struct ft_err *err);
/* FT_ENOENT with the nearest name; -1. */
int ft_history_no_branch(struct ft_store *store, const char *name,
                         struct ft_err *err);

/* --- history.c: the records of a new state -------------------------------- */

/* What one commit appends, in this order; each is owned. */
struct ft_records {
    struct json_object **item;
    size_t n, cap;
};
/* 'record' is taken over. */
void ft_records_add(struct ft_records *records, struct json_object *record);
void ft_records_release(struct ft_records *records);

struct ft_delta;

/* Add what makes a state of 'delta' that follows 'tip' and moves the branch to
 * it.  The lock is held and the index knows all. */
int ft_history_state(struct ft_store *store, const struct ft_state_new *state,
                     const struct ft_tip *tip, const struct ft_delta *delta,
                     struct ft_records *records, struct ft_recorded *recorded,
                     struct ft_err *err);

/* --- move.c --------------------------------------------------------------- */

/* Add "user": who works here. */
void ft_history_add_user(struct json_object *record);

/* A record that moves a branch; members that are NULL count as "". */
struct ft_ref_change {
    const char *branch, *op;
    const char *state; /* where to; "": the branch is deleted */
    const char *old;
    const char *undone; /* what redo leads to */
};
struct json_object *ft_history_ref(const struct ft_ref_change *change,
                                   int64_t now_ns);

/* The current branch, which must be at 'from', goes to 'to', which came of it;
 * states that were undone are kept. */
int ft_history_forward(struct ft_store *store, const char *from,
                       const char *to, struct ft_recorded *recorded,
                       struct ft_err *err);

/* A name for a branch that nothing has yet: "main-2". */
int ft_history_free_name(struct ft_db *db, const char *branch,
                         char name[FT_NAME_MAX + 1], struct ft_err *err);

/* May history be changed through this handle?  FT_EACCES. */
int ft_history_may_change(const struct ft_store *store, struct ft_err *err);
/* Then take the lock. */
int ft_history_lock(struct ft_store *store, struct ft_err *err);

/* Append the records, make them durable and enter them.  The lock is held. */
int ft_history_commit(struct ft_store *store, struct json_object *const *record,
                      size_t n, struct ft_err *err);

#endif
