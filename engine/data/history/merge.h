/* merge.h - bring what another branch has into the current one
 *
 * Object by object against the state that both came from: what one side has
 * changed is taken, what both have changed in different ways is a conflict that
 * somebody has to decide.  Parameters and the workflow are merged alike.  The
 * numbers in results are never mixed.
 */
#ifndef FT_DATA_MERGE_H
#define FT_DATA_MERGE_H

#include "data/history/history.h"

enum ft_merge_kind { FT_MERGE_OBJECT, FT_MERGE_PARAM, FT_MERGE_WORKFLOW };

enum ft_merge_side {
    FT_MERGE_CONFLICT, /* nobody has decided */
    FT_MERGE_OURS,
    FT_MERGE_THEIRS,
    FT_MERGE_NEITHER, /* an object that will be computed anew */
};

/* What differs between the two, and which is taken. */
struct ft_merge_item {
    enum ft_merge_kind kind;
    char *name;   /* "heat.temperature", "size", "" of the workflow */
    char *cell;   /* canonical JSON, "" */
    char *base, *ours, *theirs; /* version, JSON value, digest; NULL: none */
    enum ft_merge_side side;
    bool both; /* both have changed it */
};

struct ft_merge {
    char theirs_name[FT_NAME_MAX + 1]; /* as it was asked for */
    char base[FT_SHA256_HEX + 1];      /* "": nothing in common */
    char ours[FT_SHA256_HEX + 1], theirs[FT_SHA256_HEX + 1];
    struct ft_merge_item *item;
    size_t n, cap;
};

/* Compare the current branch with the state 'theirs' (ft_history_find).
 * FT_ENOENT. */
int ft_merge_plan(struct ft_store *store, const char *theirs,
                  struct ft_merge *merge, struct ft_err *err);
void ft_merge_release(struct ft_merge *merge);

/* Theirs is part of ours already; ours is part of theirs. */
bool ft_merge_is_done(const struct ft_merge *merge);
bool ft_merge_is_forward(const struct ft_merge *merge);

/* Decide the conflicts of 'name' - an object with all its cells, a parameter or
 * "workflow"; NULL: all -; NEITHER is for objects alone, others stay.  Returns
 * how many it was. */
size_t ft_merge_decide(struct ft_merge *merge, const char *name,
                       enum ft_merge_side side);
size_t ft_merge_conflicts(const struct ft_merge *merge);

/* Record it: a state with both as parents, or when ours is part of theirs the
 * branch goes there.  FT_EBUSY when the branch has moved meanwhile, FT_EUSAGE
 * when there are conflicts. */
int ft_merge_commit(struct ft_store *store, const struct ft_merge *merge,
                    struct ft_recorded *recorded, struct ft_err *err);

#endif
