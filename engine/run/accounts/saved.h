/* saved.h - what reuse has saved: what a result had cost when it was made
 *
 * The journal of a run names the run that made each result it reused; that
 * run's journal knows what the attempt had cost.  Runs are read once each.
 */
#ifndef FT_RUN_SAVED_H
#define FT_RUN_SAVED_H

struct ft_costs;
struct ft_project;
struct ft_run;
struct ft_usage;

struct ft_costs *ft_costs_new(const struct ft_project *project);
void ft_costs_free(struct ft_costs *costs); /* NULL is fine */

/* Add to stage[] (as many as the run has) what its reused results had cost.
 * Those of runs that are gone are left out: 'n_saved' stays below
 * 'n_cached'. */
void ft_costs_add_saved(struct ft_costs *costs, const struct ft_run *run,
                        struct ft_usage *stage);

#endif
