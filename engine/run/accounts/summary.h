/* summary.h - what a run was like: pure functions over a run in memory
 *
 * The run may have ended or not; 'now_ns' stands for the end of what still
 * runs.  Times of a task are those of its last attempt: the run keeps no
 * others.  What was reused or skipped has no times and counts only as such.
 */
#ifndef FT_RUN_SUMMARY_H
#define FT_RUN_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run/record/run.h"

/* When 'task' ran; false when it never did. */
bool ft_task_times(const struct ft_run *run, size_t task, int64_t now_ns,
                   int64_t *start_ns, int64_t *end_ns);

/* The end of the run: that of the journal, of what ended last in a run whose
 * runner is gone, or 'now_ns' while it lives. */
int64_t ft_run_last_ns(const struct ft_run *run, int64_t now_ns);

/* How long the tasks of one stage took; those that ended only. */
struct ft_durations {
    size_t n; /* 0: the others mean nothing */
    double min_s, median_s, p95_s, max_s, total_s;
    size_t n_retries; /* attempts beyond the first of each task */
};
void ft_summary_durations(const struct ft_run *run, size_t stage,
                          struct ft_durations *durations);

/* Slots that were held by tasks of 'stage' (FT_NO_STAGE: of all), on average in
 * each of 'n' equal parts of [from_ns, to_ns). */
#define FT_NO_STAGE ((size_t)-1)
void ft_summary_busy(const struct ft_run *run, size_t stage, int64_t from_ns,
                     int64_t to_ns, int64_t now_ns, size_t n, double *busy);

/* Tasks as bars that do not overlap, each in the lowest lane that was free. */
struct ft_bar {
    size_t task;
    size_t lane;
    int64_t start_ns, end_ns;
};
struct ft_bars {
    struct ft_bar *item; /* by start */
    size_t n, n_lanes;
};
void ft_summary_bars(const struct ft_run *run, int64_t now_ns,
                     struct ft_bars *bars);
void ft_bars_release(struct ft_bars *bars);

/* The chain of tasks that decided when the run was over, from its first to its
 * last: before each stands the one of its dependencies that ended last. */
struct ft_path_step {
    size_t task;
    int64_t start_ns, end_ns;
    double wait_s; /* between what it depends on and its start */
};
struct ft_path {
    struct ft_path_step *item;
    size_t n;
};
void ft_summary_path(const struct ft_run *run, int64_t now_ns,
                     struct ft_path *path);
void ft_path_release(struct ft_path *path);

#endif
