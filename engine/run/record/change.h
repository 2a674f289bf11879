/* change.h - the events that change a run, the same live and on replay
 *
 * Nothing else writes to 'struct ft_run'.  The journal calls these when it
 * takes a record and when it reads one back, so that what is in memory and
 * what is on disk cannot differ.
 */
#ifndef FT_RUN_CHANGE_H
#define FT_RUN_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run/adapter.h"
#include "run/record/run.h"

/* A run of 'plan' (borrowed) in which everything waits. */
struct ft_run *ft_run_new(const char *id, struct ft_plan *plan,
                          const char *workflow_file, int64_t start_ns);

/* The files of the sites that it may use, as the journal has them: null is this
 * machine; and back. */
struct json_object *ft_run_sites_json(const struct ft_run *run);
void ft_run_sites_read(struct ft_run *run, struct json_object *list);

/* The rows of a table have come: tasks of 'stage' for them (ft_plan_expand).
 * Or they could not become tasks, for 'reason'. */
int ft_run_expand(struct ft_run *run, size_t stage,
                  struct json_object *columns, struct ft_err *err);
void ft_run_cannot_expand(struct ft_run *run, size_t stage,
                          const char *reason);

/* Attempt number 'attempt' of 'task' may be started from now on; it is open
 * until its end, or until it is to be tried again. */
void ft_run_intend(struct ft_run *run, size_t task, int attempt);
/* A task takes a version that the run has neither made nor reused. */
void ft_run_use(struct ft_run *run, const char *version);
/* It was handed to the site; and it runs. */
void ft_run_submit(struct ft_run *run, size_t task);
void ft_run_start(struct ft_run *run, size_t task, int64_t now_ns,
                  const char *job, const char *host);
/* Of several sites it was given to this one. */
void ft_run_place(struct ft_run *run, size_t task, const char *site,
                  const char *why);
void ft_run_wait_reason(struct ft_run *run, size_t task, const char *reason);

/* The attempt ended.  'ok' of a stage without outputs is success; otherwise
 * another event says what becomes of the task. */
void ft_run_attempt_end(struct ft_run *run, size_t task,
                        const struct ft_ending *ending);
/* It will be tried again. */
void ft_run_again(struct ft_run *run, size_t task);

/* Final states.  'out' is moved into the run: one version for each output of
 * the stage, with an empty id where an optional one is missing. */
void ft_run_succeed(struct ft_run *run, size_t task, struct ft_versions *out,
                    int64_t now_ns);
void ft_run_reuse(struct ft_run *run, size_t task, struct ft_versions *out);
/* All tasks of a stage at once, from a memo (memo.h) of what 'maker' made. */
void ft_run_take(struct ft_run *run, size_t stage, const char *key,
                 const char *maker);
/* What it was taken from is gone: its tasks wait again. */
void ft_run_give_back(struct ft_run *run, size_t stage);
/* What such a task has, which was found now; moved into the run. */
void ft_run_fill(struct ft_run *run, size_t task, struct ft_versions *out);
void ft_run_skip(struct ft_run *run, size_t task);
/* Is it a turn that its loop, which is not over, could end with? */
bool ft_run_can_end(const struct ft_run *run, size_t task);
/* 'task' ends the loop that it is a turn of: those behind it are skipped, as
 * they are after ft_run_skip() and a failure that is forgiven. */
void ft_run_end_loop(struct ft_run *run, size_t task, const char *reason);
/* FAILED, or CANCELLED, EXPIRED, LOST; 'reason' may be NULL. */
void ft_run_fail(struct ft_run *run, size_t task, enum ft_task_state state,
                 const char *reason, int64_t now_ns);

/* The run has ended: what had not begun goes back to waiting, or shares the
 * fate of a cancelled or expired run. */
void ft_run_end(struct ft_run *run, enum ft_run_state state,
                const char *reason, int64_t now_ns);
/* The loop whose first turn is 'first' is no longer over, if it was; to be told
 * before its turns wait again. */
void ft_run_loop_again(struct ft_run *run, size_t first);
/* A task waits again, with fresh credit, whatever had become of it. */
void ft_run_wait_again(struct ft_run *run, size_t task);
/* It goes on: everything without a result waits again, with fresh credit. */
void ft_run_resume(struct ft_run *run);

/* What only tasks that were executed or reused have. */
struct ft_task_detail *ft_run_make_detail(struct ft_run *run, size_t task);
/* What was told of its end.  The path is moved into the run. */
void ft_run_foresee(struct ft_run *run, struct ft_outlook *outlook);

/* Newest progress from one line of a stage; false: it could not be read. */
bool ft_run_progress(struct ft_run *run, size_t task, const char *line);
/* The same of all lines that the attempt in 'dir' has left. */
void ft_run_recall_progress(struct ft_run *run, size_t task, const char *dir);
/* What it reported, from the journal or from the lineage of its results. */
void ft_run_report(struct ft_run *run, size_t task,
                   struct json_object *report);

bool ft_task_state_final(enum ft_task_state state);
bool ft_task_has_results(enum ft_task_state state);

/* Everything about a version that follows from its place in the plan. */
void ft_run_fill_version(const struct ft_run *run, size_t task, size_t out,
                         struct ft_version *version);

#endif
