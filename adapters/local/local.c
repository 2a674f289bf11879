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

#include "adapters/local/local.h"
#include "adapters/local/local_energy.h"
#include "adapters/local/local_job.h"
#include "adapters/local/local_pool.h"
#include "adapters/local/local_session.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"

#define SWEEP_WAIT_MS 5000

static void on_child(uv_signal_t *handle, int signum)
{
    struct ft_local *local = handle->data;

    (void)signum;
    ft_local_collect(local);
    ft_pools_reap(local->pools);
}

static double machine_memory(void)
{
    uint64_t total = uv_get_total_memory();
    uint64_t limit = uv_get_constrained_memory();

    return (double)(limit && limit < total ? limit : total);
}

void ft_local_leave(struct ft_local *local)
{
    if (--local->n_handles == 0) {
        ft_energy_close(local->energy);
        ft_local_programs_release(&local->programs);
        free(local->job);
        free(local);
    }
}

static void on_closed(uv_handle_t *handle)
{
    ft_local_leave(handle->data);
}

static int open_local(const struct ft_site *site,
                      const struct ft_adapter_place *place,
                      struct uv_loop_s *loop,
                      const struct ft_adapter_events *events, void **conn,
                      struct ft_err *err)
{
    struct ft_local *local = ft_calloc(1, sizeof(*local));
    const struct ft_pool_events pool_events = { ft_local_answered,
                                                ft_local_lost, local };
    const char *powercap = getenv("FEDTWIN_POWERCAP");

    (void)place;
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

static void submit_local(void *conn, const struct ft_attempt *attempt,
                         size_t n)
{
    for (size_t i = 0; i < n; i++)
        ft_local_begin(conn, &attempt[i]);
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

void ft_local_notify(void *conn, int signal)
{
    struct ft_local *local = conn;

    for (size_t i = 0; i < local->n; i++)
        local->job[i]->notify = signal;
    ft_local_watch(local);
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
    local->closing = true;
    ft_pools_close(local->pools);
    for (size_t i = 0; i < local->n; i++) {
        struct ft_local_job *job = local->job[i];

        if (job->start)
            continue; /* ended as soon as it has begun */
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
    .mortal = true,
    .open = open_local,
    .capacity = capacity_local,
    .submit = submit_local,
    .cancel = cancel_local,
    .sweep = sweep_local,
    .close = close_local,
};
