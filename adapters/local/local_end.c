/* local_end.c - how an attempt ended, and what it used */
#include "adapters/local/local_job.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adapters/local/local_energy.h"
#include "adapters/local/local_pool.h"
#include "adapters/local/local_session.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/path.h"

#define NS_PER_S 1e9
#define STUBBORN_S 30.0    /* then a session that does not end is left alone */
#define DEVICE_BLOCK 512   /* bytes that ru_inblock and ru_oublock count in */
#define HELD_NS 20000000   /* that a process may take to become its program */
#define ALONE "it is tried again alone"

void ft_local_job_free(struct ft_local_job *job)
{
    if (job->alive_fd >= 0)
        (void)close(job->alive_fd);
    free(job->dir);
    free(job);
}

void ft_local_end(struct ft_local_job *job, enum ft_local_verdict verdict,
                  double grace_s)
{
    int64_t kill_ns = ft_clock_mono_ns() + (int64_t)(grace_s * NS_PER_S);

    if (job->verdict == FT_LOCAL_NONE)
        job->verdict = verdict;
    if (job->kill_ns && job->kill_ns <= kill_ns)
        return; /* on its way already */
    job->kill_ns = kill_ns;
    if (job->pool)
        ft_pool_doom(job->pool);
    if (!job->start)
        (void)ft_session_signal(job->pid, grace_s > 0 ? SIGTERM : SIGKILL);
}

static bool ended_for_memory(struct ft_local *local)
{
    uint64_t before = local->oom_kills;

    local->oom_kills = ft_session_oom_kills();
    return local->oom_kills > before;
}

static void set_reason(struct ft_ending *e, enum ft_outcome outcome,
                       const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void set_reason(struct ft_ending *e, enum ft_outcome outcome,
                       const char *fmt, ...)
{
    va_list ap;

    e->outcome = outcome;
    va_start(ap, fmt);
    vsnprintf(e->reason, sizeof(e->reason), fmt, ap);
    va_end(ap);
}

/* How an attempt ended that nobody ended. */
static void judge_status(struct ft_local *local, struct ft_ending *e)
{
    bool killed = e->signal == SIGKILL ||
                  e->exit_code == FT_EXIT_SIGNAL + SIGKILL;

    if (killed && ended_for_memory(local))
        set_reason(e, FT_OUT_OOM,
                   "ended by the kernel: the machine, or the limit that "
                   "fedtwin runs under, has no memory left");
    else if (e->signal)
        set_reason(e, FT_OUT_ERROR, "ended by signal %d (%s)", e->signal,
                   strsignal(e->signal));
    else if (e->exit_code == FT_EXIT_RESTART)
        set_reason(e, FT_OUT_PREEMPTED, "asks to go on from its checkpoint");
    else if (e->exit_code)
        set_reason(e, FT_OUT_ERROR, "exit status %d", e->exit_code);
}

static void judge(struct ft_local *local, const struct ft_local_job *job,
                  struct ft_ending *e)
{
    switch (job->verdict) {
    case FT_LOCAL_NONE:
        if (job->lost)
            set_reason(e, FT_OUT_NODE_FAIL, "%s; " ALONE, job->lost);
        else
            judge_status(local, e);
        break;
    case FT_LOCAL_CANCELLED:
        set_reason(e, FT_OUT_CANCELLED, "cancelled");
        break;
    case FT_LOCAL_TIMED_OUT:
        set_reason(e, FT_OUT_TIMEOUT, "timed out after %g s",
                   job->timeout_s);
        break;
    case FT_LOCAL_TOO_BIG: /* some of it may be what earlier tasks left */
        set_reason(e, job->pool ? FT_OUT_NODE_FAIL : FT_OUT_OOM,
                   "used %.0f MiB of memory, %.0f MiB allowed%s",
                   job->peak_bytes / (1 << 20), job->memory_bytes / (1 << 20),
                   job->pool ? ", in a pool; " ALONE : "");
        break;
    case FT_LOCAL_FLOODED:
        set_reason(e, FT_OUT_ERROR, "wrote more than %d MiB to %s",
                   FT_LOG_STREAM_MAX >> 20, job->flooded);
        break;
    }
}

static double seconds(const struct timeval *t)
{
    return (double)t->tv_sec + (double)t->tv_usec * 1e-6;
}

/* The largest process that the kernel saw may be the engine itself just before
 * the program replaced it: then only what was sampled is known. */
static double peak_of(const struct ft_local_job *job)
{
    double largest = (double)job->usage.ru_maxrss * 1024;

    if (largest > job->own_rss_bytes && largest > job->peak_bytes)
        return largest;
    return job->peak_bytes;
}

/* Cut a stream that grew too long, so that the attempt does not fill the disk
 * for as long as it is kept. */
static void trim_streams(const struct ft_local_job *job)
{
    static const char *const name[] = { FT_STDOUT_FILE, FT_STDERR_FILE };

    for (size_t i = 0; i < FT_ARRAY_LEN(name); i++) {
        char *path = ft_path_join(job->dir, name[i]);
        struct stat st;

        if (stat(path, &st) == 0 && st.st_size > FT_LOG_STREAM_MAX)
            (void)!truncate(path, FT_LOG_STREAM_MAX);
        free(path);
    }
}

/* Joules per slot up to now; 'change' slots more are held from now on. */
double ft_local_meter(struct ft_local *local, int change)
{
    double per_slot = ft_energy_per_slot(local->energy, local->held);

    local->held += change;
    local->metered_ns = ft_clock_mono_ns();
    return per_slot;
}

/* The session is empty: report and forget. */
static void finish(struct ft_local *local, size_t at)
{
    struct ft_local_job *job = local->job[at];
    struct ft_ending e = {
        .outcome = FT_OUT_OK,
        .exit_code = WIFEXITED(job->status) ? WEXITSTATUS(job->status) : 0,
        .signal = WIFSIGNALED(job->status) ? WTERMSIG(job->status) : 0,
        .start_ns = job->start_ns,
        .end_ns = ft_clock_now_ns(),
        .user_s = seconds(&job->usage.ru_utime),
        .system_s = seconds(&job->usage.ru_stime),
        .peak_rss_bytes = peak_of(job),
        .read_bytes = (double)job->usage.ru_inblock * DEVICE_BLOCK,
        .written_bytes = (double)job->usage.ru_oublock * DEVICE_BLOCK,
    };

    e.energy_j = (ft_local_meter(local, -job->slots) - job->energy_mark) *
                 job->slots;
    local->job[at] = local->job[--local->n];
    snprintf(e.host, sizeof(e.host), "%s", local->host);
    judge(local, job, &e);
    ft_local_read_progress(local, job);
    if (job->verdict == FT_LOCAL_FLOODED)
        trim_streams(job);
    if (!local->n)
        (void)uv_timer_stop(&local->tick);
    local->events.ended(job->tag, &e, local->events.arg);
    ft_local_job_free(job);
}

/* Has the leader left nobody?  Its process group is empty and nobody holds what
 * it was given: then /proc need not be searched for the rest of its session,
 * which takes longer than many a task. */
static bool left_nobody(const struct ft_local_job *job)
{
    char byte;

    return job->alive_fd >= 0 && read(job->alive_fd, &byte, 1) == 0 &&
           kill(-job->pid, 0) < 0 && errno == ESRCH;
}

/* A process that is just being started holds copies of all that this one has
 * open, until it becomes its program: perhaps only such a one holds what the
 * leader was given.  Then the end of that start is the time to look again. */
static bool may_be_held(struct ft_local *local, const struct ft_local_job *job,
                        int64_t now)
{
    bool starting = false;

    for (size_t i = 0; i < local->n && !starting; i++)
        starting = local->job[i]->start != NULL;
    starting = starting && now - job->exit_mono_ns < HELD_NS;
    local->look_again |= starting;
    return starting;
}

/* Collect the leader of a session, and end what it left behind. */
static void look_at(struct ft_local *local, size_t i)
{
    struct ft_local_job *job = local->job[i];
    int64_t now = ft_clock_mono_ns();

    if (job->pool || job->start)
        return; /* it will answer, or be lost; there is none yet */
    if (!job->exited &&
        wait4(job->pid, &job->status, WNOHANG, &job->usage) == job->pid) {
        job->exited = true;
        job->exit_mono_ns = now;
    }
    if (!job->exited)
        return;
    if (left_nobody(job))
        finish(local, i);
    else if (!may_be_held(local, job, now) &&
             (ft_session_signal(job->pid, SIGKILL) == 0 ||
              (double)(now - job->exit_mono_ns) > STUBBORN_S * NS_PER_S))
        finish(local, i);
}

void ft_local_look(struct ft_local *local, const struct ft_local_job *job)
{
    size_t i = 0;

    while (local->job[i] != job)
        i++;
    look_at(local, i);
}

void ft_local_look_again(struct ft_local *local)
{
    if (!local->look_again)
        return;
    local->look_again = false;
    ft_local_collect(local);
}

void ft_local_collect(struct ft_local *local)
{
    for (size_t i = local->n; i-- > 0;)
        look_at(local, i);
}

/* --- tasks in pools ------------------------------------------------------- */

static size_t job_with_tag(const struct ft_local *local, uint64_t tag)
{
    size_t i = 0;

    while (local->job[i]->tag != tag)
        i++;
    return i;
}

static struct timeval as_timeval(double s)
{
    return (struct timeval){ .tv_sec = (time_t)s,
                             .tv_usec = (suseconds_t)(fmod(s, 1) * 1e6) };
}

void ft_local_answered(uint64_t tag, const struct ft_pool_answer *answer,
                       void *arg)
{
    struct ft_local *local = arg;
    size_t at = job_with_tag(local, tag);
    struct ft_local_job *job = local->job[at];

    job->status = W_EXITCODE(answer->exit_code & 0xff, 0);
    job->usage.ru_utime = as_timeval(answer->user_s);
    job->usage.ru_stime = as_timeval(answer->system_s);
    job->usage.ru_inblock = (long)(answer->read_bytes / DEVICE_BLOCK);
    job->usage.ru_oublock = (long)(answer->written_bytes / DEVICE_BLOCK);
    job->peak_bytes = fmax(job->peak_bytes, answer->peak_rss_bytes);
    finish(local, at);
}

void ft_local_lost(uint64_t tag, const char *how, void *arg)
{
    struct ft_local *local = arg;
    size_t at = job_with_tag(local, tag);

    local->job[at]->lost = how;
    finish(local, at);
}
