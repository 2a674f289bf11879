/* local.c - the adapter for the machine that the engine runs on
 *
 * An attempt is a session of processes whose leader is our child.  When the
 * leader has ended, what is left of the session is ended, too; the attempt has
 * ended when the session is empty.  Everything that has no event of its own
 * (time-outs, memory, streams that grow, progress) is looked at ten times a
 * second.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "adapters/local_energy.h"
#include "adapters/local_session.h"
#include "adapters/local_spawn.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "run/adapter.h"

#define TICK_MS 100
#define NS_PER_S 1e9
#define GRACE_S 5.0        /* between SIGTERM and SIGKILL after a time-out */
#define METER_S 10.0       /* between readings of the energy, at least */
#define STUBBORN_S 30.0    /* then a session that does not end is left alone */
#define SWEEP_WAIT_MS 5000
#define PROGRESS_LINE_MAX 4096
#define PROGRESS_READ_MAX (256 << 10) /* bytes taken at a time */
#define DEVICE_BLOCK 512 /* bytes that ru_inblock and ru_oublock count in */
#define SHELL_SIGNAL_BASE 128 /* exit status of sh and mpirun after a signal */

/* Why we end an attempt. */
enum verdict { NONE, CANCELLED, TIMED_OUT, TOO_BIG, FLOODED };

struct job {
    uint64_t tag;
    pid_t pid; /* leader and id of the session */
    char *dir;
    double memory_bytes, timeout_s; /* 0: no limit */
    int64_t start_ns, start_mono_ns;
    double peak_bytes;    /* of the session, as sampled */
    double own_rss_bytes; /* the engine's, when it was started */
    enum verdict verdict;
    int64_t kill_ns;      /* when SIGTERM was not enough; 0: not asked to end */
    const char *flooded;  /* the stream that grew too long */
    bool exited;          /* the leader has */
    int status;
    int64_t exit_mono_ns;
    struct rusage usage;
    int slots;
    double energy_mark;   /* joules per slot when it was started */
    off_t progress_at;    /* bytes of the progress file that were read */
    int alive_fd;         /* at its end when no process is left; or -1 */
};

struct local {
    const struct ft_site *site;
    struct ft_adapter_events events;
    uv_loop_t *loop;
    uv_signal_t child;
    uv_timer_t tick;
    int n_handles; /* that are not closed yet */
    struct job **job;
    size_t n, cap;
    char host[64];
    int slots;
    double memory_bytes;
    uint64_t oom_kills;
    struct ft_energy *energy; /* NULL: the machine does not tell */
    int held;                 /* slots, by all jobs */
    int64_t metered_ns;       /* when that was last read */
    struct ft_local_programs programs;
};

/* --- ending --------------------------------------------------------------- */

static void free_job(struct job *job)
{
    if (job->alive_fd >= 0)
        (void)close(job->alive_fd);
    free(job->dir);
    free(job);
}

static void end_session(struct job *job, enum verdict verdict, double grace_s)
{
    int64_t kill_ns = ft_clock_mono_ns() + (int64_t)(grace_s * NS_PER_S);

    if (job->verdict == NONE)
        job->verdict = verdict;
    if (job->kill_ns && job->kill_ns <= kill_ns)
        return; /* on its way already */
    job->kill_ns = kill_ns;
    (void)ft_session_signal(job->pid, grace_s > 0 ? SIGTERM : SIGKILL);
}

static bool ended_for_memory(struct local *local)
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
static void judge_status(struct local *local, struct ft_ending *e)
{
    bool killed = e->signal == SIGKILL ||
                  e->exit_code == SHELL_SIGNAL_BASE + SIGKILL;

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

static void judge(struct local *local, const struct job *job,
                  struct ft_ending *e)
{
    switch (job->verdict) {
    case NONE:
        judge_status(local, e);
        break;
    case CANCELLED:
        set_reason(e, FT_OUT_CANCELLED, "cancelled");
        break;
    case TIMED_OUT:
        set_reason(e, FT_OUT_TIMEOUT, "timed out after %g s",
                   job->timeout_s);
        break;
    case TOO_BIG:
        set_reason(e, FT_OUT_OOM, "used %.0f MiB of memory, %.0f MiB allowed",
                   job->peak_bytes / (1 << 20),
                   job->memory_bytes / (1 << 20));
        break;
    case FLOODED:
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
static double peak_of(const struct job *job)
{
    double largest = (double)job->usage.ru_maxrss * 1024;

    if (largest > job->own_rss_bytes && largest > job->peak_bytes)
        return largest;
    return job->peak_bytes;
}

/* Cut a stream that grew too long, so that the attempt does not fill the disk
 * for as long as it is kept. */
static void trim_streams(const struct job *job)
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

static void read_progress(struct local *local, struct job *job);

/* Joules per slot up to now; 'change' slots more are held from now on. */
static double meter(struct local *local, int change)
{
    double per_slot = ft_energy_per_slot(local->energy, local->held);

    local->held += change;
    local->metered_ns = ft_clock_mono_ns();
    return per_slot;
}

/* The session is empty: report and forget. */
static void finish(struct local *local, size_t at)
{
    struct job *job = local->job[at];
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

    e.energy_j = (meter(local, -job->slots) - job->energy_mark) * job->slots;
    local->job[at] = local->job[--local->n];
    snprintf(e.host, sizeof(e.host), "%s", local->host);
    judge(local, job, &e);
    read_progress(local, job);
    if (job->verdict == FLOODED)
        trim_streams(job);
    if (!local->n)
        (void)uv_timer_stop(&local->tick);
    local->events.ended(job->tag, &e, local->events.arg);
    free_job(job);
}

/* Has the leader left nobody?  Its process group is empty and nobody holds what
 * it was given: then /proc need not be searched for the rest of its session,
 * which takes longer than many a task. */
static bool left_nobody(const struct job *job)
{
    char byte;

    return job->alive_fd >= 0 && read(job->alive_fd, &byte, 1) == 0 &&
           kill(-job->pid, 0) < 0 && errno == ESRCH;
}

/* Collect leaders that have ended, and end what they left behind. */
static void collect(struct local *local)
{
    int64_t now = ft_clock_mono_ns();

    for (size_t i = local->n; i-- > 0;) {
        struct job *job = local->job[i];

        if (!job->exited &&
            wait4(job->pid, &job->status, WNOHANG, &job->usage) == job->pid) {
            job->exited = true;
            job->exit_mono_ns = now;
        }
        if (!job->exited)
            continue;
        if (left_nobody(job) || ft_session_signal(job->pid, SIGKILL) == 0 ||
            (double)(now - job->exit_mono_ns) > STUBBORN_S * NS_PER_S)
            finish(local, i);
    }
}

static void on_child(uv_signal_t *handle, int signum)
{
    (void)signum;
    collect(handle->data);
}

/* --- looking after what runs ---------------------------------------------- */

/* Report complete lines; how many bytes they were. */
static size_t report_lines(struct local *local, struct job *job, char *text,
                           size_t len)
{
    size_t done = 0;
    char *end;

    while ((end = memchr(text + done, '\n', len - done))) {
        *end = '\0';
        if (end - (text + done) <= PROGRESS_LINE_MAX && end > text + done)
            local->events.progress(job->tag, text + done, local->events.arg);
        done = (size_t)(end - text) + 1;
    }
    /* No line may be that long: drop what there is of it. */
    return len - done > PROGRESS_LINE_MAX ? len : done;
}

/* Report what was appended since; only the newest part when it is much. */
static void read_progress(struct local *local, struct job *job)
{
    char *path = ft_path_join(job->dir, FT_PROGRESS_FILE), *text;
    struct stat st;
    ssize_t len = 0;
    int fd = -1;

    if (stat(path, &st) == 0 && st.st_size > job->progress_at)
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    free(path);
    if (fd < 0)
        return;
    if (st.st_size - job->progress_at > PROGRESS_READ_MAX)
        job->progress_at = st.st_size - PROGRESS_READ_MAX;
    text = ft_calloc(1, PROGRESS_READ_MAX + 1);
    len = pread(fd, text, PROGRESS_READ_MAX, job->progress_at);
    if (len > 0)
        job->progress_at += (off_t)report_lines(local, job, text,
                                                (size_t)len);
    free(text);
    (void)close(fd);
}

static void watch_streams(struct job *job)
{
    static const char *const name[] = { FT_STDOUT_FILE, FT_STDERR_FILE,
                                        FT_PROGRESS_FILE };

    for (size_t i = 0; i < FT_ARRAY_LEN(name); i++) {
        char *path = ft_path_join(job->dir, name[i]);
        struct stat st;

        if (stat(path, &st) == 0 && st.st_size > FT_LOG_STREAM_MAX) {
            job->flooded = name[i];
            end_session(job, FLOODED, 0);
        }
        free(path);
    }
}

static void watch_memory(struct job *job, const struct ft_session *use)
{
    double bytes = use->rss_bytes;

    if (job->memory_bytes > 0 && bytes > job->memory_bytes) {
        double shared_once = ft_session_pss(job->pid);

        if (shared_once > 0 && shared_once < bytes)
            bytes = shared_once;
        if (bytes > job->memory_bytes) {
            job->peak_bytes = bytes;
            end_session(job, TOO_BIG, 0);
        }
    }
    if (bytes > job->peak_bytes)
        job->peak_bytes = bytes;
}

static void watch_time(struct job *job, int64_t now)
{
    if (job->kill_ns && now >= job->kill_ns)
        (void)ft_session_signal(job->pid, SIGKILL);
    else if (!job->kill_ns && job->timeout_s > 0 &&
             (double)(now - job->start_mono_ns) >= job->timeout_s * NS_PER_S)
        end_session(job, TIMED_OUT, GRACE_S);
}

static void on_tick(uv_timer_t *handle)
{
    struct local *local = handle->data;
    struct ft_session *use = ft_calloc(local->n + 1, sizeof(*use));
    int64_t now = ft_clock_mono_ns();

    for (size_t i = 0; i < local->n; i++)
        use[i].id = local->job[i]->pid;
    ft_sessions_measure(use, local->n);
    for (size_t i = 0; i < local->n; i++) {
        struct job *job = local->job[i];

        watch_time(job, now);
        if (job->exited || job->verdict)
            continue;
        watch_memory(job, &use[i]);
        watch_streams(job);
        read_progress(local, job);
    }
    free(use);
    collect(local);
    if ((double)(now - local->metered_ns) > METER_S * NS_PER_S)
        (void)meter(local, 0);
}

/* --- the adapter ---------------------------------------------------------- */

static double machine_memory(void)
{
    uint64_t total = uv_get_total_memory();
    uint64_t limit = uv_get_constrained_memory();

    return (double)(limit && limit < total ? limit : total);
}

static void on_closed(uv_handle_t *handle)
{
    struct local *local = handle->data;

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
    struct local *local = ft_calloc(1, sizeof(*local));
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
    local->child.data = local->tick.data = local;
    local->n_handles = 2;
    *conn = local;
    return 0;
}

static void capacity_local(void *conn, int *slots, double *memory_bytes)
{
    struct local *local = conn;

    *slots = local->slots;
    *memory_bytes = local->memory_bytes;
}

/* Why this machine can never run the attempt, or NULL. */
static char *refusal(const struct local *local, const struct ft_attempt *a)
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

static int slots_of(const struct local *local, const struct ft_resources *res)
{
    double cores = (double)(res->ranks ? res->ranks : 1) *
                   (res->threads ? res->threads : 1);

    return cores < local->slots ? (int)cores : local->slots;
}

static void add_job(struct local *local, const struct ft_attempt *a,
                    pid_t pid, int alive_fd)
{
    struct job *job = ft_calloc(1, sizeof(*job));

    job->tag = a->tag;
    job->pid = pid;
    job->alive_fd = alive_fd;
    job->dir = ft_strdup(a->dir);
    job->memory_bytes = a->resources.memory_bytes;
    job->timeout_s = a->timeout_s;
    job->start_ns = ft_clock_now_ns();
    job->start_mono_ns = ft_clock_mono_ns();
    job->own_rss_bytes = own_peak_bytes();
    job->slots = slots_of(local, &a->resources);
    job->energy_mark = meter(local, job->slots);
    local->job = ft_grow(local->job, local->n, &local->cap,
                         sizeof(*local->job));
    local->job[local->n++] = job;
    if (local->n == 1)
        (void)uv_timer_start(&local->tick, on_tick, TICK_MS, TICK_MS);
}

static void submit_one(struct local *local, const struct ft_attempt *a)
{
    const struct ft_adapter_events *ev = &local->events;
    char *why = refusal(local, a), job[24];
    int error, alive_fd = -1;
    pid_t pid = -1;

    if (!why) {
        error = ft_local_spawn(local->site, a, &local->programs, &pid,
                               &alive_fd);
        if (error == EAGAIN || error == ENOMEM) {
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
        ev->submitted(a->tag, FT_SUBMIT_REJECTED, NULL, 0, why, ev->arg);
        free(why);
        return;
    }
    add_job(local, a, pid, alive_fd);
    snprintf(job, sizeof(job), "%d", (int)pid);
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
    struct local *local = conn;

    for (size_t i = 0; i < local->n; i++)
        for (size_t k = 0; k < n; k++)
            if (local->job[i]->tag == tag[k])
                end_session(local->job[i], CANCELLED, grace_s);
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
    struct local *local = conn;

    if (!local)
        return;
    for (size_t i = 0; i < local->n; i++) {
        struct job *job = local->job[i];

        (void)ft_session_signal(job->pid, SIGKILL);
        if (!job->exited)
            (void)waitpid(job->pid, NULL, 0);
        free_job(job);
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
