/* sched_in.h - between the files of the scheduler; for nobody else
 *
 *   sched.c        what comes next, and what happened
 *   sched_wait.c   what stages and tasks wait for
 *   sched_room.c   slots and memory, and which ready task gets them
 *   sched_queue.c  containers
 */
#ifndef FT_RUN_SCHED_IN_H
#define FT_RUN_SCHED_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run/sched/sched.h"
#include "run/sched/sched_queue.h"

struct ft_sched_stage {
    size_t waits;  /* stages in 'after' that are not complete */
    size_t *next;  /* stages that wait for this one as a whole */
    size_t n_next;
    size_t rank;   /* position in the workflow's order */
    size_t cursor; /* cells before it were looked at */
    struct ft_fifo open; /* cells whose chosen producers are there by now */
    struct ft_fifo turn; /* turns after the first, whose time has come */
    bool listed;         /* in sched->candidate */
    bool complete;
    bool expanding; /* its rows were asked for */
};

/* Consumers of one producer, when cells are chosen: a linked list in 'edge'. */
struct ft_sched_edge {
    size_t consumer;
    uint32_t next; /* 1 + index, or 0 */
    bool late; /* it waits until a decision on the producer's turn, as who goes
                  round with it does not */
};

struct ft_sched {
    const struct ft_plan *plan;
    struct ft_sched_limits limit;
    struct ft_sched_stage *stage;
    struct ft_heap candidate; /* stages with cells to look at, last first */
    struct ft_sched_edge *edge;
    size_t n_edges, cap_edges;
    uint32_t *first_edge; /* of each task: 1 + index; NULL: no stage chooses */
    uint32_t *missing;    /* of each task: producers that are not there */
    size_t n_tasks;       /* that these two have room for */
    struct ft_sorted ready; /* last stage first, then as prepared */
    struct ft_heap later;   /* tasks by the time they may come again */
    struct ft_sorted preparing; /* handed out, not yet ready; key 0 */
    struct ft_fifo parked;  /* had everything they wait for, but are held */
    struct ft_rooms taken;  /* by what runs */
    int slots;              /* of limit.slots, how many may be used now */
    double memory_bytes;    /* likewise */
    struct ft_fifo decide;  /* turns that are done: is another one needed? */
    size_t in_flight; /* between todo and finished */
    size_t n_running;
    int used_slots;
    double used_memory;
    int overtaken; /* times that the first ready task was passed by */
    bool paused;
    bool halted; /* until an attempt ends */
    bool closed;
};

/* --- sched_wait.c --------------------------------------------------------- */

/* Connect the stages and note what 'run' has done already. */
void ft_sched_wait_init(struct ft_sched *s, const struct ft_run *run);
void ft_sched_wait_release(struct ft_sched *s);

/* The next cell of 'stage' that has everything it waits for: 1, none now: 0.
 * -1: 'task' has an input that cannot be told.  Each cell that is looked at
 * takes one from 'looks'. */
int ft_sched_next_cell(struct ft_sched *s, const struct ft_run *run,
                       size_t stage, size_t *task, int *looks,
                       struct ft_err *err);
/* A task whose turn has come is skipped by 'when', or after its inputs. */
int ft_sched_must_skip(const struct ft_sched *s, const struct ft_run *run,
                       size_t stage, size_t task, bool *skip,
                       struct ft_err *err);
/* Tasks of one cell are settled: whoever waited for them may go on. */
void ft_sched_arrived(struct ft_sched *s, const struct ft_run *run,
                      size_t first, size_t last);
/* 'task', which waits, may be handed out again. */
void ft_sched_offer(struct ft_sched *s, size_t task);
/* 'task' is done: with its results may come another turn. */
void ft_sched_done(struct ft_sched *s, const struct ft_run *run, size_t task);
/* The tasks of 'stage' have come. */
void ft_sched_add_tasks(struct ft_sched *s, const struct ft_run *run,
                        size_t stage);
/* A turn behind the first may be looked at. */
void ft_sched_next_turn(struct ft_sched *s, size_t task);

/* --- sched_room.c --------------------------------------------------------- */

/* The first ready task that fits takes its room and starts. */
bool ft_sched_take_ready(struct ft_sched *s, const struct ft_run *run,
                         size_t *task);
/* How many of the ready tasks are held. */
size_t ft_sched_held_ready(const struct ft_sched *s,
                           const struct ft_run *run);
/* 'task' is ready, or done with. */
void ft_sched_not_preparing(struct ft_sched *s, size_t task);

#endif
