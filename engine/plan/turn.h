/* turn.h - after a turn of a loop: another one, or is it over? */
#ifndef FT_PLAN_TURN_H
#define FT_PLAN_TURN_H

#include "plan/bind.h"
#include "plan/plan.h"

struct ft_err;
struct json_object;

/* What a turn that is done has left behind. */
struct ft_turn_facts {
    struct json_object *report; /* as in struct ft_task_detail; or NULL */
    const struct ft_have *have; /* what it has made */
    struct ft_store *store;     /* where that is; NULL: nothing is written */
};

enum ft_turn {
    FT_TURN_NEXT,   /* go on */
    FT_TURN_END,    /* the loop is over, and this turn is its result */
    FT_TURN_FAILED, /* it diverged, or did not converge in time */
};

/* Judge the turn 'task', one of ft_plan_judged().  'reason' gets why it is
 * over, in words ("converged after turn 7: report.residual < 1e-6,
 * report.residual = 8.1e-07").  FT_EDOC when the condition has no value, such
 * as of what was not reported. */
int ft_turn_judge(const struct ft_plan *plan, size_t task,
                  const struct ft_turn_facts *facts, enum ft_turn *turn,
                  struct ft_str *reason, struct ft_err *err);

/* What the turn that made these versions had reported, by their lineage; NULL:
 * nothing.  The caller releases. */
struct json_object *ft_turn_report(struct ft_store *store,
                                   const struct ft_versions *out);

#endif
