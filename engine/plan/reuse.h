/* reuse.h - which tasks would run, and why: the dry run of 'fedtwin plan' */
#ifndef FT_PLAN_REUSE_H
#define FT_PLAN_REUSE_H

#include "plan/bind.h"
#include "plan/plan.h"

struct ft_store;

enum ft_decision {
    FT_WILL_RUN,
    FT_WILL_REUSE,
    FT_WILL_SKIP,
    FT_MAY_RUN,    /* a turn behind one that will run */
    FT_NOT_NEEDED, /* a turn behind the end of its loop */
};

struct ft_forecast {
    enum ft_decision *decision; /* of each task */
    /* Why it would run, in words ("parameter 'size': 2 mm -> 1 mm", "never ran
     * before", "input 'mesh' comes from 'mesh', which will run"), and what of
     * a payload that was removed of one that would be reused; else NULL.
     * Shared texts: the forecast owns them. */
    const char **reason;
    size_t n;
    size_t n_run, n_reuse, n_skip, n_may;
    char **text; /* owner of the reasons */
    size_t n_texts;
    uint64_t *wanted; /* of each task: see ft_forecast_wants() */
    struct ft_versions *found; /* results of each task that would be reused;
                                  FT_FORECAST_TELL only */
};

enum ft_forecast_use {
    FT_FORECAST_TELL, /* the plan grows by the rows of tables that would be
                         reused; stages that stay unknown have no decisions */
    FT_FORECAST_ACT,  /* the plan, which is being executed, stays as it is; why
                         a task would run is not found out */
};

/* 'store' may be NULL: nothing was ever made.
 *
 * The payload of a result that would be reused may have been removed.  It stays
 * away when nobody needs its bytes; else it comes back from the trash, or the
 * task that made it would run. */
int ft_forecast(struct ft_plan *plan, struct ft_store *store,
                enum ft_forecast_use use, struct ft_forecast *forecast,
                struct ft_err *err);
void ft_forecast_release(struct ft_forecast *forecast);

/* For binding tasks to what would be reused, as long as 'forecast' is there;
 * FT_FORECAST_TELL only. */
struct ft_have ft_forecast_have(const struct ft_forecast *forecast);

/* The last turn that is needed, for the last one that there could be. */
size_t ft_forecast_last_turn(const struct ft_forecast *forecast,
                             const struct ft_plan *plan, size_t task);

/* Does somebody need the bytes of this output of 'task', which would be
 * reused?  Asked of one that was removed. */
bool ft_forecast_wants(const struct ft_forecast *forecast, size_t task,
                       size_t output);

#endif
