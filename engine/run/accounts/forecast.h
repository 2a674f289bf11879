/* forecast.h - when a run will have ended, and what keeps it longest
 *
 * Pure: from how long tasks are thought to take, what is left, and how many
 * slots there are.  The forecast plays the rest of the run with those numbers,
 * as the scheduler would: stages by upward rank, each task as soon as it has
 * what it waits for and a slot.  share/doc/deadlines.md has the formulas.
 */
#ifndef FT_RUN_FORECAST_H
#define FT_RUN_FORECAST_H

#include <stddef.h>

/* A stage, as far as it is still to be done. */
struct ft_work {
    size_t n;         /* tasks */
    size_t n_done;    /* that need nothing more */
    size_t n_running;
    double task_s;    /* of each task; negative: not known */
    int slots;        /* of each task, at most those of the run */
    const size_t *after; /* stages that it waits for as a whole */
    size_t n_after;
    const size_t *along; /* stages of which it takes cell by cell */
    size_t n_along;
};

struct ft_under_way {
    size_t stage;
    double left_s; /* until the task ends */
};

/* All that is left of a run; 'order' is topological. */
struct ft_rest {
    const struct ft_work *stage;
    size_t n_stages;
    const size_t *order;
    int slots;
    const struct ft_under_way *running;
    size_t n_running;
};

#define FT_PATH_MAX 8

struct ft_forecast {
    double left_s;  /* until the last task ends */
    double least_s; /* nobody can be faster: the longest path takes as long, or
                       all the work on all the slots */
    double path_s;  /* of the longest path */
    size_t path[FT_PATH_MAX]; /* its stages, the last ones */
    size_t n_path;
    size_t n_unknown; /* stages with tasks left of unknown duration: they are
                         taken for nothing */
};

void ft_forecast_make(const struct ft_rest *rest, struct ft_forecast *f);

/* rank[s]: the time from the start of a task of stage s to the end of the last
 * task that depends on it, on any number of slots.  Where nothing is known of a
 * stage it is taken for an average one. */
void ft_upward_ranks(const struct ft_rest *rest, double *rank);

#endif
