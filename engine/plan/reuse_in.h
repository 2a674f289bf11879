/* reuse_in.h - between the files that say which tasks would run
 *
 *   reuse.c       tasks, one stage after another
 *   reuse_loop.c  turns of loops, as far as they are known
 */
#ifndef FT_PLAN_REUSE_IN_H
#define FT_PLAN_REUSE_IN_H

#include <stdbool.h>

#include "plan/bind.h"
#include "plan/reuse.h"

struct ft_forecasting {
    struct ft_plan *plan;
    struct ft_store *store;
    enum ft_forecast_use use;
    struct ft_forecast *out;
    const char **forced; /* why a task would run whatever is found, or NULL */
    size_t n_forced;
    size_t taker; /* the task that is asked what it takes */
    bool gone;    /* a result is reused whose payload was removed */
    bool rows_change; /* those of the stage that is looked at may */
    bool *went_round; /* of each stage: its loop was looked at */
    struct ft_have have;
    bool any; /* result is there that could be used again */
};

/* The text (taken), which the forecast owns from now on. */
const char *ft_reuse_keep(struct ft_forecast *out, char *text);
/* What becomes of 'task'; 'reason' (taken) may be NULL. */
void ft_reuse_decide(struct ft_forecasting *f, size_t task,
                     enum ft_decision decision, char *reason);
/* Decide about 'task' of stage 's', all that it takes being decided. */
int ft_reuse_task(struct ft_forecasting *f, size_t s, size_t task,
                  struct ft_err *err);
/* The same for all turns of all stages that go round with 's', once. */
int ft_reuse_loop(struct ft_forecasting *f, size_t s, struct ft_err *err);

#endif
