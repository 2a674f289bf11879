/* outcome.h - what a run leaves behind when it has ended */
#ifndef FT_RUN_OUTCOME_H
#define FT_RUN_OUTCOME_H

#include <stdbool.h>

#include "run/record/run.h"

struct ft_diff_side;
struct ft_err;
struct ft_store;

/* Record the objects that the run made or reused as the new state of the
 * project.  Doing it again changes nothing. */
int ft_run_record_state(struct ft_run *run, struct ft_store *store,
                        enum ft_run_state end, struct ft_err *err);

/* The run as one side of a comparison (data/history/diff.h): what it was given,
 * and the objects that it made or reused.  Release it with
 * ft_diff_side_release(). */
int ft_run_side(struct ft_run *run, struct ft_store *store,
                struct ft_diff_side *side, struct ft_err *err);

/* summary.json, so that a list of runs need not read their journals.  It may be
 * missing; it is never wrong. */
void ft_run_write_summary(const struct ft_run *run, const char *dir);
void ft_run_remove_summary(const char *dir);
bool ft_run_read_summary(const char *dir, struct ft_run_line *line);
void ft_run_fill_line(const struct ft_run *run, struct ft_run_line *line);

#endif
