/* local_begin.c - how an attempt is started
 *
 * posix_spawn() returns when the program has been loaded, which takes as long
 * as much that the engine does for a task; so other threads call it.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "adapters/local/local_job.h"
#include "adapters/local/local_pool.h"
#include "adapters/local/local_session.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"

#define TICK_MS 100

static void on_tick(uv_timer_t *handle)
{
    ft_local_watch(handle->data);
}

/* Why this machine can never run the attempt, or NULL. */
static char *refusal(const struct ft_local *local, const struct ft_attempt *a)
{
    const struct ft_resources *res = &a->resources;
    int nodes = local->site ? local->site->nodes : 0;

    if (res->nodes > 1 && nodes > 1 && res->nodes > nodes)
        return ft_asprintf("asks for %d nodes, the job has %d", res->nodes,
                           nodes);
    if (res->nodes > 1 && nodes <= 1)
        return ft_asprintf("asks for %d nodes, this machine is one",
                           res->nodes);
    if (local->site && local->site->gpus && res->gpus > local->site->gpus)
        return ft_asprintf("asks for %d GPUs, the job has %d", res->gpus,
                           local->site->gpus);
    if (res->gpus > 0 && !(local->site && local->site->gpus))
        return ft_asprintf("asks for %d GPUs, the local site offers none",
                           res->gpus);
    if (res->memory_bytes > local->memory_bytes)
        return ft_asprintf("asks for %.0f MiB of memory, this machine has "
                           "%.0f MiB", res->memory_bytes / (1 << 20),
                           local->memory_bytes / (1 << 20));
    return NULL;
}

static double own_peak_bytes(void)
{
    struct rusage usage;

    return getrusage(RUSAGE_SELF, &usage) == 0
               ? (double)usage.ru_maxrss * 1024 : 0;
}

static int slots_of(const struct ft_local *local,
                    const struct ft_resources *res)
{
    double cores = ft_resources_cores(res);

    return cores < local->slots ? (int)cores : local->slots;
}

/* Its slots are held and its time runs from now on. */
static struct ft_local_job *add_job(struct ft_local *local,
                                    const struct ft_attempt *a)
{
    struct ft_local_job *job = ft_calloc(1, sizeof(*job));

    job->tag = a->tag;
    job->mpi = a->mpi;
    job->local = local;
    job->alive_fd = -1;
    job->dir = ft_strdup(a->dir);
    job->memory_bytes = a->resources.memory_bytes;
    job->timeout_s = a->timeout_s;
    job->start_ns = ft_clock_now_ns();
    job->start_mono_ns = ft_clock_mono_ns();
    job->own_rss_bytes = own_peak_bytes();
    job->slots = slots_of(local, &a->resources);
    job->energy_mark = ft_local_meter(local, job->slots);
    local->job = ft_grow(local->job, local->n, &local->cap,
                         sizeof(*local->job));
    local->job[local->n++] = job;
    if (local->n == 1)
        (void)uv_timer_start(&local->tick, on_tick, TICK_MS, TICK_MS);
    return job;
}

static void remove_job(struct ft_local_job *job)
{
    struct ft_local *local = job->local;
    size_t i = 0;

    while (local->job[i] != job)
        i++;
    local->job[i] = local->job[--local->n];
    if (!local->n)
        (void)uv_timer_stop(&local->tick);
    (void)ft_local_meter(local, -job->slots);
    ft_local_job_free(job);
}

/* Programs that wait for tasks have no claim to memory that tasks need. */
static void make_room(struct ft_local *local)
{
    double free_bytes = local->memory_bytes;

    for (size_t i = 0; i < local->n; i++)
        free_bytes -= local->job[i]->memory_bytes;
    ft_pools_shrink(local->pools, free_bytes);
}

/* --- in another thread ---------------------------------------------------- */

static void start(uv_work_t *work)
{
    struct ft_local_job *job = work->data;

    job->start_error = ft_local_start_go(job->start, &job->started_pid);
}

static void refuse(const struct ft_local *local, uint64_t tag, int error,
                   const char *program)
{
    const struct ft_adapter_events *ev = &local->events;
    char *why;

    if (error == EAGAIN || error == ENOMEM) {
        ev->submitted(tag, FT_SUBMIT_RETRY_AFTER, NULL, 1,
                      "the machine cannot start more processes now", ev->arg);
        return;
    }
    why = ft_asprintf("cannot start '%s': %s", program, strerror(error));
    ev->submitted(tag, FT_SUBMIT_REJECTED, NULL, 0, why, ev->arg);
    free(why);
}

static void answer(struct ft_local_job *job)
{
    const struct ft_adapter_events *ev = &job->local->events;
    char id[24];

    if (job->pool)
        snprintf(id, sizeof(id), FT_POOL_JOB "%d", ft_pool_number(job->pool));
    else
        snprintf(id, sizeof(id), "%d", (int)job->pid);
    ev->submitted(job->tag, FT_SUBMIT_OK, id, 0, NULL, ev->arg);
    ev->started(job->tag, job->local->host, ev->arg);
}

/* The adapter was closed meanwhile. */
static void abandon(struct ft_local_job *job)
{
    if (!job->start_error) {
        (void)ft_session_signal(job->pid, SIGKILL);
        (void)waitpid(job->pid, NULL, 0);
    }
    ft_local_job_free(job);
}

static void on_started(uv_work_t *work, int status)
{
    struct ft_local_job *job = work->data;
    struct ft_local *local = job->local;
    struct ft_local_start *begun = job->start;

    (void)status; /* nobody calls it off */
    job->start = NULL;
    job->pid = job->started_pid;
    job->alive_fd = ft_local_start_alive(begun);
    if (local->closing) {
        abandon(job);
    } else if (job->start_error) {
        uint64_t tag = job->tag;
        int error = job->start_error;

        remove_job(job);
        refuse(local, tag, error, ft_local_start_program(begun));
    } else {
        answer(job);
        if (job->verdict) /* it was to end before it had begun */
            (void)ft_session_signal(
                job->pid, job->kill_ns > ft_clock_mono_ns() ? SIGTERM
                                                            : SIGKILL);
        ft_local_look(local, job);
    }
    if (!local->closing)
        ft_local_look_again(local);
    ft_local_start_free(begun);
    ft_local_leave(local);
}

/* --- all of it ------------------------------------------------------------ */

void ft_local_begin(struct ft_local *local, const struct ft_attempt *a)
{
    const struct ft_adapter_events *ev = &local->events;
    char *why = refusal(local, a);
    struct ft_local_job *job;
    struct ft_pool *pool;
    int error;

    if (why) {
        ev->submitted(a->tag, FT_SUBMIT_REJECTED, NULL, 0, why, ev->arg);
        free(why);
        return;
    }
    pool = ft_pools_give(local->pools, a);
    job = add_job(local, a);
    make_room(local);
    if (pool) {
        job->pool = pool;
        job->pid = ft_pool_session(pool);
        answer(job);
        return;
    }
    error = ft_local_start_new(local->site, a, &local->programs, &job->start);
    if (error) {
        remove_job(job);
        refuse(local, a->tag, error, a->argv[0]);
        return;
    }
    job->starting.data = job;
    local->n_handles++;
    if (uv_queue_work(local->loop, &job->starting, start, on_started) < 0)
        FT_BUG("work that cannot be queued");
}
