/* local.c - the adapter for the machine that the engine runs on
 *
 * An attempt is a session of processes whose leader is our child.  When the
 * leader has ended, what is left of the session is ended, too; the attempt has
 * ended when the session is empty.  Everything that has no event of its own
 * (time-outs, memory, streams that grow, progress) is looked at ten times a
 * second.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adapters/local_energy.h"
#include "adapters/local_job.h"
#include "adapters/local_pool.h"
#include "adapters/local_session.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"

#define TICK_MS 100
#define SWEEP_WAIT_MS 5000

static void on_child(uv_signal_t *handle, int signum)
{
    struct ft_local *local = handle->data;

    (void)signum;
    ft_local_collect(local);
    ft_pools_reap(local->pools);
}

static void on_tick(uv_timer_t *handle)
{
    ft_local_watch(handle->data);
}

static double machine_memory(void)
{
    uint64_t total = uv_get_total_memory();
    uint64_t limit = uv_get_constrained_memory();

    return (double)(limit && limit < total ? limit : total);
}

static void on_closed(uv_handle_t *handle)
{
    struct ft_local *local = handle->data;

    if (--local->n_handles == 0) {
        ft_energy_close(local->energy);
        ft_local_programs_release(&local->programs);
        free(local->job);
        free(local);
    }
}

static int open_local(const struct ft_site *site, struct uv_loop_s *loop,
                      const struct ft_adapter_events *events, void **conn,
                      struct ft_err *err)
{
    struct ft_local *local = ft_calloc(1, sizeof(*local));
    const struct ft_pool_events pool_events = { ft_local_answered,
                                                ft_local_lost, local };
    const char *powercap = getenv("FEDTWIN_POWERCAP");

    local->site = site;
    local->loop = loop;
    local->events = *events;
    local->slots = site && site->slots ? site->slots
                                       : (int)uv_available_parallelism();
    local->memory_bytes = site && site->memory_bytes > 0 ? site->memory_bytes
                                                         : machine_memory();
    local->oom_kills = ft_session_oom_kills();
    (void)gethostname(local->host, sizeof(local->host) - 1);
    if (uv_signal_init(loop, &local->child) < 0 ||
        uv_signal_start(&local->child, on_child, SIGCHLD) < 0) {
        free(local);
        return ft_err_set(err, FT_ESITE, "cannot watch child processes");
    }
    local->energy = ft_energy_open(powercap ? powercap : FT_POWERCAP_ROOT);
    (void)uv_timer_init(loop, &local->tick);
    local->pools = ft_pools_new(site, loop, local->slots, &pool_events);
    local->child.data = local->tick.data = local;
    local->n_handles = 2;
    *conn = local;
    return 0;
}

static void capacity_local(void *conn, int *slots, double *memory_bytes)
{
    struct ft_local *local = conn;

    *slots = local->slots;
    *memory_bytes = local->memory_bytes;
}

/* Why this machine can never run the attempt, or NULL. */
static char *refusal(const struct ft_local *local, const struct ft_attempt *a)
{
    const struct ft_resources *res = &a->resources;

    if (res->nodes > 1)
        return ft_asprintf("asks for %d nodes, this machine is one",
                           res->nodes);
    if (res->gpus > 0)
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
    double cores = (double)(res->ranks ? res->ranks : 1) *
                   (res->threads ? res->threads : 1);

    return cores < local->slots ? (int)cores : local->slots;
}

/* Taken before the program is started: a short one may end before anything
 * else is done here. */
struct began {
    int64_t now_ns, mono_ns;
    int slots; /* held from now on */
    double energy_mark;
};

static struct began begin(struct ft_local *local, const struct ft_attempt *a)
{
    struct began b = { ft_clock_now_ns(), ft_clock_mono_ns(),
                       slots_of(local, &a->resources), 0 };

    b.energy_mark = ft_local_meter(local, b.slots);
    return b;
}

static void add_job(struct ft_local *local, const struct ft_attempt *a,
                    const struct began *began, pid_t pid, int alive_fd,
                    struct ft_pool *pool)
{
    struct ft_local_job *job = ft_calloc(1, sizeof(*job));

    job->tag = a->tag;
    job->pid = pid;
    job->pool = pool;
    job->alive_fd = alive_fd;
    job->dir = ft_strdup(a->dir);
    job->memory_bytes = a->resources.memory_bytes;
    job->timeout_s = a->timeout_s;
    job->start_ns = began->now_ns;
    job->start_mono_ns = began->mono_ns;
    job->own_rss_bytes = own_peak_bytes();
    job->slots = began->slots;
    job->energy_mark = began->energy_mark;
    local->job = ft_grow(local->job, local->n, &local->cap,
                         sizeof(*local->job));
    local->job[local->n++] = job;
    if (local->n == 1)
        (void)uv_timer_start(&local->tick, on_tick, TICK_MS, TICK_MS);
}

/* Programs that wait for tasks have no claim to memory that tasks need. */
static void make_room(struct ft_local *local)
{
    double free_bytes = local->memory_bytes;

    for (size_t i = 0; i < local->n; i++)
        free_bytes -= local->job[i]->memory_bytes;
    ft_pools_shrink(local->pools, free_bytes);
}

static void submit_one(struct ft_local *local, const struct ft_attempt *a)
{
    const struct ft_adapter_events *ev = &local->events;
    char *why = refusal(local, a), job[24];
    struct began began = begin(local, a);
    struct ft_pool *pool = why ? NULL : ft_pools_give(local->pools, a);
    int error, alive_fd = -1;
    pid_t pid = -1;

    if (!why && !pool) {
        error = ft_local_spawn(local->site, a, &local->programs, &pid,
                               &alive_fd);
        if (error == EAGAIN || error == ENOMEM) {
            (void)ft_local_meter(local, -began.slots);
            ev->submitted(a->tag, FT_SUBMIT_RETRY_AFTER, NULL, 1,
                          "the machine cannot start more processes now",
                          ev->arg);
            return;
        }
        if (error)
            why = ft_asprintf("cannot start '%s': %s",
                              a->mpi ? "mpirun" : a->argv[0],
                              strerror(error));
    }
    if (why) {
        (void)ft_local_meter(local, -began.slots);
        ev->submitted(a->tag, FT_SUBMIT_REJECTED, NULL, 0, why, ev->arg);
        free(why);
        return;
    }
    if (pool) {
        pid = ft_pool_session(pool);
        snprintf(job, sizeof(job), FT_POOL_JOB "%d", ft_pool_number(pool));
    } else {
        snprintf(job, sizeof(job), "%d", (int)pid);
    }
    add_job(local, a, &began, pid, alive_fd, pool);
    make_room(local);
    ev->submitted(a->tag, FT_SUBMIT_OK, job, 0, NULL, ev->arg);
    ev->started(a->tag, local->host, ev->arg);
}

static void submit_local(void *conn, const struct ft_attempt *attempt,
                         size_t n)
{
    for (size_t i = 0; i < n; i++)
        submit_one(conn, &attempt[i]);
}

static void cancel_local(void *conn, const uint64_t *tag, size_t n,
                         double grace_s)
{
    struct ft_local *local = conn;

    for (size_t i = 0; i < local->n; i++)
        for (size_t k = 0; k < n; k++)
            if (local->job[i]->tag == tag[k])
                ft_local_end(local->job[i], FT_LOCAL_CANCELLED, grace_s);
}

/* The tag tells whether it is still that attempt: a process number may have
 * been given to something else. */
static bool sweep_local(void *conn, const char *job, const char *tag_text)
{
    (void)conn;
    (void)job;
    return ft_session_sweep(tag_text, SWEEP_WAIT_MS);
}

static void close_local(void *conn)
{
    struct ft_local *local = conn;

    if (!local)
        return;
    ft_pools_close(local->pools);
    for (size_t i = 0; i < local->n; i++) {
        struct ft_local_job *job = local->job[i];

        if (!job->pool)
            (void)ft_session_signal(job->pid, SIGKILL);
        if (!job->pool && !job->exited)
            (void)waitpid(job->pid, NULL, 0);
        ft_local_job_free(job);
    }
    local->n = 0;
    uv_close((uv_handle_t *)&local->child, on_closed);
    uv_close((uv_handle_t *)&local->tick, on_closed);
}

const struct ft_adapter ft_adapter_local = {
    .name = "local",
    .open = open_local,
    .capacity = capacity_local,
    .submit = submit_local,
    .cancel = cancel_local,
    .sweep = sweep_local,
    .close = close_local,
};
