/* local_job.h - what the files of the local adapter share
 *
 *   local.c        the adapter: opening, submitting, cancelling
 *   local_begin.c  how an attempt is started
 *   local_end.c    how an attempt ended, and what it used
 *   local_watch.c  time, memory, streams and progress of what runs
 */
#ifndef ADAPTERS_LOCAL_JOB_H
#define ADAPTERS_LOCAL_JOB_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <uv.h>

#include "adapters/local/local_spawn.h"
#include "run/adapter.h"

struct ft_energy;
struct ft_pool;
struct ft_pool_answer;
struct ft_pools;

/* Why we end an attempt. */
enum ft_local_verdict {
    FT_LOCAL_NONE,
    FT_LOCAL_CANCELLED,
    FT_LOCAL_TIMED_OUT,
    FT_LOCAL_TOO_BIG,
    FT_LOCAL_FLOODED,
};

struct ft_local_job {
    uint64_t tag;
    bool mpi;
    struct ft_local *local;
    /* It is being started by another thread, with this; then NULL.  Until then
     * there is no 'pid'. */
    struct ft_local_start *start;
    uv_work_t starting;
    pid_t started_pid; /* what came of that */
    int start_error;
    pid_t pid; /* leader and id of the session */
    struct ft_pool *pool; /* whose session that is; NULL: the job's own */
    const char *lost;     /* how the pool ended, while that is reported */
    char *dir;
    double memory_bytes, timeout_s; /* 0: no limit */
    int64_t start_ns, start_mono_ns;
    double peak_bytes;    /* of the session, as sampled */
    double own_rss_bytes; /* the engine's, when it was started */
    enum ft_local_verdict verdict;
    int64_t kill_ns;      /* when SIGTERM was not enough; 0: not asked to end */
    const char *flooded;  /* the stream that grew too long */
    int notify;           /* a signal that nobody has handled yet, or 0 */
    bool exited;          /* the leader has */
    int status;
    int64_t exit_mono_ns;
    struct rusage usage;
    int slots;
    double energy_mark;   /* joules per slot when it was started */
    off_t progress_at;    /* bytes of the progress file that were read */
    int alive_fd;         /* at its end when no process is left; or -1 */
};

struct ft_local {
    const struct ft_site *site;
    struct ft_adapter_events events;
    uv_loop_t *loop;
    uv_signal_t child;
    uv_timer_t tick;
    int n_handles; /* that are not closed yet, and jobs being started */
    bool closing;
    struct ft_local_job **job;
    size_t n, cap;
    char host[64];
    int slots;
    double memory_bytes;
    uint64_t oom_kills;
    struct ft_energy *energy; /* NULL: the machine does not tell */
    int held;                 /* slots, by all jobs */
    int64_t metered_ns;       /* when that was last read */
    bool look_again;          /* when the next start is over */
    struct ft_local_programs programs;
    struct ft_pools *pools;
};

/* --- local.c -------------------------------------------------------------- */

/* Somebody who needed 'local' is done: the last one frees it. */
void ft_local_leave(struct ft_local *local);

/* --- local_begin.c -------------------------------------------------------- */

/* Start 'attempt', and answer it. */
void ft_local_begin(struct ft_local *local, const struct ft_attempt *attempt);

/* --- local_end.c ---------------------------------------------------------- */

void ft_local_job_free(struct ft_local_job *job);
/* Ask the processes of 'job' to end, and tell them after 'grace_s'. */
void ft_local_end(struct ft_local_job *job, enum ft_local_verdict verdict,
                  double grace_s);
/* 'change' slots are taken (or given back, when negative); joules per slot so
 * far. */
double ft_local_meter(struct ft_local *local, int change);
/* Report 'job' if its leader has ended and has left nobody. */
void ft_local_look(struct ft_local *local, const struct ft_local_job *job);
/* A start is over: report those that seemed to have left somebody. */
void ft_local_look_again(struct ft_local *local);
/* Report the attempts whose leader has ended and who left nobody. */
void ft_local_collect(struct ft_local *local);

/* A pool has answered for its task, or has ended; for struct ft_pool_events. */
void ft_local_answered(uint64_t tag, const struct ft_pool_answer *answer,
                       void *local);
void ft_local_lost(uint64_t tag, const char *how, void *local);

/* --- local_watch.c -------------------------------------------------------- */

void ft_local_read_progress(struct ft_local *local, struct ft_local_job *job);
void ft_local_watch(struct ft_local *local); /* all of them, once */

#endif
