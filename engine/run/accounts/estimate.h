/* estimate.h - how long tasks of a stage take, from those that have ended
 *
 * A stage is the same in two runs when the names of workflow, stage and module
 * are.
 */
#ifndef FT_RUN_ESTIMATE_H
#define FT_RUN_ESTIMATE_H

#include <stddef.h>

struct ft_plan;
struct ft_project;
struct ft_usage;

struct ft_estimate {
    double task_s; /* mean wall time */
    size_t n;      /* of so many attempts that did well; 0: not known */
};

/* Durations of this run count as many times as there are of them, those of
 * earlier runs at most as often as this. */
#define FT_ESTIMATE_PRIOR_MAX 3

/* What the newest runs but 'run_id' (NULL: of all) know about the stages of
 * 'plan': for each stage, the newest run in which tasks of it were executed. */
void ft_estimates_read(const struct ft_project *project,
                       const struct ft_plan *plan, const char *run_id,
                       struct ft_estimate *stage);

/* Together with what 'usage' of this run says. */
struct ft_estimate ft_estimate_update(const struct ft_estimate *earlier,
                                      const struct ft_usage *usage);

#endif
