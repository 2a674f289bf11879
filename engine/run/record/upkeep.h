/* upkeep.h - what a gc has to know of runs, and what it removes of them */
#ifndef FT_RUN_UPKEEP_H
#define FT_RUN_UPKEEP_H

#include "data/upkeep/upkeep.h"

struct ft_project;

/* For ft_store_gc() and ft_store_evict(): all that runs which have not ended
 * name in their journals or have made. */
struct ft_run_needs {
    const struct ft_project *project;
    struct ft_store *store;
};
ft_needs_tell ft_run_tell_needs; /* 'arg' is one of these */

/* When the oldest run that lives now began; INT64_MAX when none does.  What was
 * removed since must not be destroyed: the run may still read it. */
int ft_run_oldest_live(const struct ft_project *project, int64_t *start_ns,
                       struct ft_err *err);

/* What 'path' and all below take on disk; links are not followed. */
uint64_t ft_disk_bytes(const char *path);

/* What a gc takes of the directories of runs. */
struct ft_run_clean {
    int64_t work_before_ns; /* attempt directories of runs that ended before */
    int64_t runs_before_ns; /* whole runs; INT64_MIN: none */
    bool dry;
    size_t n_work, n_runs; /* how many were, or would be, removed */
    uint64_t bytes;        /* that they take on disk */
};
int ft_run_clean(const struct ft_project *project, struct ft_run_clean *clean,
                 struct ft_err *err);

#endif
