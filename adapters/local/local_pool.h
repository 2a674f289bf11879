/* local_pool.h - programs that stay alive between the tasks of one kind
 *
 * A pool is one `mpirun PROGRAM --serve` (share/doc/formats/task.md): starting
 * MPI takes a third of a second, many a solve a hundredth.  It takes one task
 * at a time and sleeps in between.
 *
 *   start --> busy --answer--> idle --task--> busy ...
 *              |                 |
 *              | it ends, or     | no more tasks of its kind, idle for long,
 *              | is made to      | it has grown, room is needed
 *              v                 v
 *             lost             leaving (its input is closed) --> gone
 *
 * A task that is lost with its pool is not to blame yet: the caller has it
 * repeated alone.  Standard input is a pipe that only this process holds, so a
 * pool ends by itself when its runner is gone; before that it can be found by
 * the tag RUN/pool-N/0.
 */
#ifndef ADAPTERS_LOCAL_POOL_H
#define ADAPTERS_LOCAL_POOL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct ft_attempt;
struct ft_pool;
struct ft_pools;
struct ft_site;
struct uv_loop_s;

/* How a pool says that a task has ended, and what it used: of all ranks
 * together, of this task alone; 0: not known. */
struct ft_pool_answer {
    int exit_code;
    double user_s, system_s;
    double peak_rss_bytes;
    double read_bytes, written_bytes; /* from and to devices */
};

struct ft_pool_events {
    void (*answered)(uint64_t tag, const struct ft_pool_answer *answer,
                     void *arg);
    /* The pool has ended, and with it the task; 'how' is for people. */
    void (*lost)(uint64_t tag, const char *how, void *arg);
    void *arg;
};

struct ft_pools *ft_pools_new(const struct ft_site *site,
                              struct uv_loop_s *loop, int slots,
                              const struct ft_pool_events *events);
/* End all pools, politely, and wait for it, but not for long; the loop has to
 * turn once more. */
void ft_pools_close(struct ft_pools *pools);

/* Give the attempt to a pool of its kind, an idle one or a new one.  NULL: it
 * has to be started on its own. */
struct ft_pool *ft_pools_give(struct ft_pools *pools,
                              const struct ft_attempt *attempt);
int ft_pool_number(const struct ft_pool *pool);
pid_t ft_pool_session(const struct ft_pool *pool);
/* Its session is being ended: the task ends as lost, whatever it answers. */
void ft_pool_doom(struct ft_pool *pool);

/* Collect pools that have ended; for SIGCHLD, and now and then. */
void ft_pools_reap(struct ft_pools *pools);
/* Let idle pools go, the longest idle first, until they use no more than
 * 'bytes' of memory. */
void ft_pools_shrink(struct ft_pools *pools, double bytes);

#endif
