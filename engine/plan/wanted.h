/* wanted.h - who needs the bytes of a result, and not only its digest
 *
 * A task whose results are reused binds those of its producers by their content
 * digests alone.  So the payload of an intermediate result can be missing: only
 * a task that is executed needs it.
 */
#ifndef FT_PLAN_WANTED_H
#define FT_PLAN_WANTED_H

#include <stdbool.h>
#include <stddef.h>

struct ft_err;
struct ft_plan;

/* Does the engine itself read the output: rows that a stage is done for, a
 * table that a loop's condition looks at? */
bool ft_plan_is_read(const struct ft_plan *plan, size_t stage, size_t output);

/* Is it there for the sake of other stages alone?  False when the engine reads
 * it, and when none takes it: it is what the workflow is for. */
bool ft_plan_is_between(const struct ft_plan *plan, size_t stage,
                        size_t output);

/* Whose outputs 'task' reads when it is executed: 'each' is called for every
 * one.  'last' gives the last turn that is needed for the last that there could
 * be. */
struct ft_taking {
    size_t (*last)(void *arg, size_t task);
    void (*each)(void *arg, size_t task, size_t output);
    void *arg;
};
int ft_plan_each_taken(const struct ft_plan *plan, size_t task,
                       const struct ft_taking *taking, struct ft_err *err);

#endif
