/* reuse.h - which tasks would run, and why: the dry run of 'fedtwin plan' */
#ifndef FT_PLAN_REUSE_H
#define FT_PLAN_REUSE_H

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
     * before", "input 'mesh' comes from 'mesh', which will run"); NULL for
     * others.  Shared texts: the forecast owns them. */
    const char **reason;
    size_t n;
    size_t n_run, n_reuse, n_skip, n_may;
    char **text; /* owner of the reasons */
    size_t n_texts;
};

/* 'store' may be NULL: nothing was ever made.  The plan grows by the rows of
 * tables that would be reused; stages that stay unknown have no decisions. */
int ft_forecast(struct ft_plan *plan, struct ft_store *store,
                struct ft_forecast *forecast, struct ft_err *err);
void ft_forecast_release(struct ft_forecast *forecast);

#endif
