/* plan.h - the tasks of a workflow and what each depends on; only ever grows
 *
 * Stage s owns the tasks [first, first + n_cells): a matrix stays a range, and
 * what a task depends on is computed, not stored.  The turns of a loop are
 * tasks, too; which of them are needed is known only as the run goes.
 */
#ifndef FT_PLAN_PLAN_H
#define FT_PLAN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "model/workflow.h"

struct ft_err;
struct json_object;

#define FT_TASKS_MAX 20000000

struct ft_plan_stage {
    size_t first;  /* number of its first task */
    size_t n;      /* tasks */
    size_t turns;  /* of the loop of each cell, next to each other; else 1 */
    bool unknown;  /* one for each row of a table that is not there yet */
    size_t *after; /* stages that it depends on as a whole: gathers, needs */
    size_t n_after;
    bool chooses;  /* some input takes chosen cells only: ask
                      ft_plan_producers() */
};

struct ft_plan_range {
    size_t first, stage;
};

struct ft_plan {
    const struct ft_workflow *wf; /* borrowed */
    char *dir; /* of the workflow, as realpath() gives it; or NULL */
    struct ft_plan_stage *stage;  /* as many as wf->n_stages */
    size_t n_tasks;
    struct ft_plan_range *range; /* tasks of the stages that have some, in order
                                    of numbers */
    size_t n_ranges;
};

/* FT_D_PLAN problems (a selector that matches no cell, too many tasks) go to
 * 'diags'; NULL then. */
struct ft_plan *ft_plan_new(const struct ft_workflow *wf,
                            struct ft_diags *diags);
void ft_plan_free(struct ft_plan *plan);
/* For expand.c: give the tasks of 'stage', which has plan->stage[stage].n, the
 * next numbers. */
void ft_plan_add_range(struct ft_plan *plan, size_t stage);

/* The rows that 'stage' is to be done for have come ('columns' as in rows.h):
 * its tasks go behind all that there are, so that no number changes.  FT_EDOC
 * when they cannot be tasks: a row that stands twice, a value that is missing,
 * a unit that is not known, too many of them.  The plan is as it was then. */
int ft_plan_expand(struct ft_plan *plan, size_t stage,
                   struct json_object *columns, struct ft_err *err);

size_t ft_plan_stage_of(const struct ft_plan *plan, size_t task);
size_t ft_plan_cell_of(const struct ft_plan *plan, size_t task);
void ft_plan_task_name(const struct ft_plan *plan, size_t task,
                       struct ft_str *out);
/* The task called 'name', or -1. */
long ft_plan_find_task(const struct ft_plan *plan, const char *name);

/* The first and the last turn of the loop that 'task' is a turn of; 'task'
 * itself without one. */
size_t ft_plan_first_turn(const struct ft_plan *plan, size_t task);
size_t ft_plan_last_turn(const struct ft_plan *plan, size_t task);

/* The task of 'stage', which goes round with that of 'task', in the same turn
 * of the same cell. */
size_t ft_plan_beside(const struct ft_plan *plan, size_t task, size_t stage);
/* The one that a decision on the turn of 'task' is told of: that of
 * loop->judge, or itself. */
size_t ft_plan_judged(const struct ft_plan *plan, size_t task);

/* A growing list of task numbers. */
struct ft_tasks {
    size_t *item;
    size_t n, cap;
    bool last_turns; /* each is the last turn of a loop and stands for the last
                        one that was needed */
};
void ft_tasks_release(struct ft_tasks *tasks);

/* The object that feeds input 'in' of 'task': false when it is none.  Not the
 * same for all tasks of a stage: turns after the first may carry. */
bool ft_plan_source(const struct ft_plan *plan, size_t task, size_t in,
                    size_t *stage, size_t *output);

/* The tasks that write the table of stage->rows (one; none when that is a
 * version in the store). */
int ft_plan_row_makers(const struct ft_plan *plan, size_t stage,
                       struct ft_tasks *tasks, struct ft_err *err);

/* The tasks whose object feeds input 'in' of 'task', in matrix order (empty
 * when no object does).  FT_EDOC when a selector has no value. */
int ft_plan_producers(const struct ft_plan *plan, size_t task, size_t in,
                      struct ft_tasks *tasks, struct ft_err *err);

/* Does 'when' allow this task?  Without 'when' it does. */
int ft_plan_when(const struct ft_plan *plan, size_t task, bool *yes,
                 struct ft_err *err);

/* The resources of a task on its 'attempt' (1 for the first): the stage's, then
 * the module's, then the defaults; scaled by 'retry'. */
void ft_plan_resources(const struct ft_plan *plan, size_t task, int attempt,
                       struct ft_resources *res);

/* Does it run under the MPI launcher?  More than one rank makes an MPI program
 * of a 'run' or 'python' stage; the text of 'shell' starts what it wants
 * itself. */
bool ft_plan_is_mpi(const struct ft_stage *stage,
                    const struct ft_resources *res);

/* What 'retry' adds to 'res', which is that of a first attempt. */
void ft_plan_escalate(const struct ft_plan *plan, size_t task, int attempt,
                      struct ft_resources *res);

/* DOT text of the stages: one node a stage with its number of tasks. */
void ft_plan_dot(const struct ft_plan *plan, struct ft_str *out);

#endif
