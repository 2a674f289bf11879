/* scope.h - what a stage's own text may name: in., out., run., task. */
#ifndef FT_PLAN_SCOPE_H
#define FT_PLAN_SCOPE_H

#include "plan/bind.h"

/* Where a command is written for: a real attempt, or the recipe, in which
 * paths stand as "{in.mesh}" so that the key does not depend on them. */
struct ft_task_scope {
    struct ft_scope scope; /* give &scope to ft_eval_node() */
    const struct ft_plan *plan;
    const struct ft_bound *bound;
    const struct ft_stage *stage;
    size_t cell;
    const char *run; /* NULL: for the recipe */
    const char *dir; /* attempt directory; NULL: for the recipe */
};

void ft_task_scope_init(struct ft_task_scope *ts, const struct ft_plan *plan,
                        const struct ft_bound *bound, const char *run,
                        const char *dir);

/* Where the program finds an input element: absolute, the caller frees. */
char *ft_bound_input_path(const struct ft_bound_input *in, const char *dir);

#endif
