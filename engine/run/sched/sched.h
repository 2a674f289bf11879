/* sched.h - what to do next: (plan, run, now) -> the next thing to do
 *
 * No I/O and no clock: whoever drives tells what happened and asks what comes
 * next, so that a test can simulate any outcome in any order.  The run is only
 * read; the scheduler keeps what would be slow to compute anew: how many stages
 * each stage still waits for, where in its matrix it has got to, what is free.
 *
 *   waiting --prepare--> (being prepared) --ft_sched_prepared()--> ready
 *      |                        |                                    |
 *      | skip                   | reused, or it failed             start
 *      v                        v                                    v
 *   skipped   ft_sched_finished()  <--- final ---  running  <--------+
 *                                                    | ft_sched_retry()
 *                                                    v
 *                                      (later) --prepare--> ...
 *
 * The turns of a loop come one after another: when one is done, DECIDE asks
 * whether another is needed.
 *
 *   turn k done --DECIDE--> ft_sched_turn(go on) ---> turn k+1 --prepare--> ...
 *                       \-> ft_sched_turn(ended)  ---> whoever waits for it
 *                       \-> ft_sched_finished()        (state FAILED)
 *
 * Tasks are prepared a little ahead of free slots, so that starting one is
 * nothing but starting a program.  Stages further down the workflow come first:
 * results appear early and temporary data stays small.
 *
 * What always holds, and what a simulation may check after each step:
 *   - a task is prepared only when every task that feeds it is settled
 *     (ft_run_settled) and, as a turn, the turn before it is done and was
 *     decided: one turn of a cell at most is between PREPARE and its end;
 *   - PREPARE, SKIP and FAIL name a task in state WAITING (or READY, when it
 *     comes again); a task that is done is never named again but by DECIDE;
 *   - DECIDE names each turn that was done at most once, and again only after
 *     ft_sched_new() when no turn behind it has begun;
 *   - EXPAND names a stage whose table is settled, once for each scheduler;
 *     the stage has no task before, and those behind it wait;
 *   - started tasks never need more than the limits, unless one alone does;
 *   - ft_sched_over() becomes true when every todo has been answered and no
 *     failure is left to retry; every task is settled then, unless something
 *     failed or ft_sched_close() was called;
 *   - ft_sched_new() on a run whose events end anywhere gives the same future
 *     as the scheduler that was lost, after ft_run_resume().
 */
#ifndef FT_RUN_SCHED_H
#define FT_RUN_SCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run/record/run.h"

struct ft_err;
struct ft_sched;

/* How often tasks behind may overtake one that needs more than is free. */
#define FT_SCHED_OVERTAKE_MAX 16
/* Ends that were the site's fault, before they count as the task's. */
#define FT_SITE_FAULTS_MAX 20

struct ft_sched_limits {
    int slots;           /* at least 1 */
    double memory_bytes; /* 0: not known, nothing is kept back */
    size_t ahead;        /* tasks prepared before there is a slot for them */
    bool keep_going;     /* a failure stops only what depends on it */
    const size_t *rank;  /* of each stage: the highest comes first; borrowed.
                            NULL: those further down come first */
};

enum ft_todo_kind {
    FT_TODO_NOTHING, /* until something happens, or ft_sched_due() */
    FT_TODO_AGAIN,   /* nothing yet, but ask again soon */
    FT_TODO_SKIP,    /* record that 'task' is skipped */
    FT_TODO_FAIL,    /* record that 'task' failed: 'err' says why */
    FT_TODO_PREPARE, /* bind 'task'; reuse its results or hand it over */
    FT_TODO_START,   /* submit 'task', which is prepared */
    FT_TODO_DECIDE,  /* does the loop go on after 'task', which is done? */
    FT_TODO_EXPAND,  /* the table is there whose rows give 'stage' its tasks */
};

struct ft_todo {
    enum ft_todo_kind kind;
    size_t task;
    size_t stage; /* EXPAND only */
};

/* What 'run' has done already is taken into account. */
struct ft_sched *ft_sched_new(const struct ft_plan *plan,
                              const struct ft_run *run,
                              const struct ft_sched_limits *limits);
void ft_sched_free(struct ft_sched *sched);

/* The next thing to do.  SKIP and FAIL are to be recorded and answered by
 * ft_sched_finished(); 'err' is filled for FAIL only. */
void ft_sched_next(struct ft_sched *sched, const struct ft_run *run,
                   int64_t now_ns, struct ft_todo *todo, struct ft_err *err);

/* --- what happened -------------------------------------------------------- */

/* 'task' is prepared and may be started. */
void ft_sched_prepared(struct ft_sched *sched, size_t task);

/* An attempt that was started has ended: the slots that it took are free. */
void ft_sched_freed(struct ft_sched *sched, size_t task);

/* 'task' ended with 'outcome' (counted in run->task[task] already).  True: it
 * will come again, after a pause; false: that was its last attempt. */
bool ft_sched_retry(struct ft_sched *sched, const struct ft_run *run,
                    size_t task, enum ft_outcome outcome, int64_t now_ns);

/* The site did not take 'task' now: prepare it again at 'when_ns'. */
void ft_sched_later(struct ft_sched *sched, size_t task, int64_t when_ns);

/* 'task' has its final state in 'run'. */
void ft_sched_finished(struct ft_sched *sched, const struct ft_run *run,
                       size_t task);

/* Every task of the stage of 'task' has, and none but 'task' was handed out. */
void ft_sched_stage_finished(struct ft_sched *sched, const struct ft_run *run,
                             size_t task);

/* The answer to DECIDE: the next turn may come, or the loop has ended and 'run'
 * knows it (ft_run_end_loop).  A loop that failed is told as any failure of a
 * task, by ft_sched_finished(). */
void ft_sched_turn(struct ft_sched *sched, const struct ft_run *run,
                   size_t task, bool go_on);

/* The answer to EXPAND: 'run' has tasks for the stage (ft_run_expand), or it is
 * still unknown, which counts as a failure.  Whoever keeps something for each
 * task lets it grow now. */
void ft_sched_expanded(struct ft_sched *sched, const struct ft_run *run,
                       size_t stage);

/* Start nothing more: cancelled, expired, or the disk is full. */
void ft_sched_close(struct ft_sched *sched);

/* Start nothing before an attempt has ended, or something is asked of the run:
 * what it costs is not known before. */
void ft_sched_halt(struct ft_sched *sched);

/* --- what was asked ------------------------------------------------------- */

/* The run was paused or goes on, tasks were held or released (run->steer). */
void ft_sched_steered(struct ft_sched *sched, const struct ft_run *run);

/* From now on there are so many slots in all. */
void ft_sched_limit(struct ft_sched *sched, int slots);
/* Of all slots and memory so much may be used now: others have the rest.  A
 * task that needs more waits until there is. */
void ft_sched_share(struct ft_sched *sched, int slots, double memory_bytes);

/* 'task', which is ready or comes again later, shall not start after all;
 * false: it is neither.  Nobody hands it out again before ft_sched_reopen(). */
bool ft_sched_withdraw(struct ft_sched *sched, size_t task);

/* Tasks that had their final state wait again: look at everything anew, and go
 * on if a failure had closed the run. */
void ft_sched_reopen(struct ft_sched *sched, const struct ft_run *run);

/* --- questions ------------------------------------------------------------ */

/* Nothing is under way and nothing will come: the run has ended.  Certain once
 * ft_sched_next() has said FT_TODO_NOTHING. */
bool ft_sched_over(const struct ft_sched *sched);
bool ft_sched_closed(const struct ft_sched *sched);
/* When to ask again though nothing happened, or -1. */
int64_t ft_sched_due(const struct ft_sched *sched);
/* Slots that 'task' holds when it runs. */
int ft_sched_slots(const struct ft_sched *sched, const struct ft_run *run,
                   size_t task);
/* Attempts that are started and hold slots. */
size_t ft_sched_running(const struct ft_sched *sched);
/* Is every slot taken, with more that could start? */
bool ft_sched_busy(const struct ft_sched *sched);
/* What is in use, and what could be if nobody else was there: all that is ready
 * or about to be, up to the limit.  The unit is what the next task needs. */
struct ft_sched_demand {
    int used, wanted, unit; /* slots */
    double used_bytes, unit_bytes;
};
void ft_sched_demand(const struct ft_sched *sched, const struct ft_run *run,
                     struct ft_sched_demand *demand);
/* Is 'task' between FT_TODO_PREPARE and ft_sched_prepared()? */
bool ft_sched_preparing(const struct ft_sched *sched, size_t task);

#endif
