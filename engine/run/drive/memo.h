/* memo.h - whole stages whose results are known to be there
 *
 * A matrix of a hundred thousand cells that ran before is not asked for cell by
 * cell.  When a stage ends with a result for every cell, the store remembers
 * its versions under a key that stands for all that their recipes are made of:
 * the recipe of its first cell, the text of the stage, the parameters, and what
 * its inputs hold.  A later run that comes to the same key, and finds that all
 * these files are there, has its results in one step.  A memo that is missing
 * costs time, never a result.
 */
#ifndef FT_RUN_MEMO_H
#define FT_RUN_MEMO_H

#include <stdbool.h>
#include <stddef.h>

struct ft_bound;
struct ft_drive;
struct ft_err;
struct ft_run;
struct ft_store;

#define FT_MEMO_CELLS_MIN 64 /* of a stage that is worth it */

/* Take the stage of 'first', the bound first task of it that comes up.  True:
 * all its tasks are cached, and the scheduler knows. */
bool ft_memo_take(struct ft_drive *d, const struct ft_bound *first);

/* The run has ended: remember its stages. */
void ft_memo_keep(struct ft_drive *d);

/* A run goes on: stages whose memo is gone since are done again. */
void ft_memo_check(struct ft_run *run, struct ft_store *store);

/* Fill in the results of 'task', which came from a memo, if that is still
 * there. */
void ft_memo_fill(struct ft_run *run, struct ft_store *store, size_t task);

/* Find run->memo[stage].id of a stage that came from a memo; false when it is
 * no longer known. */
bool ft_memo_look_up(struct ft_run *run, struct ft_store *store,
                     size_t stage);

#endif
