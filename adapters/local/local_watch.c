/* local_watch.c - what has no event of its own: time-outs, memory, streams that
 * grow, progress
 */
#include "adapters/local/local_job.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapters/local/local_session.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/path.h"

#define NS_PER_S 1e9
#define METER_S 10.0 /* between readings of the energy, at least */
#define GRACE_S 5.0 /* between SIGTERM and SIGKILL after a time-out */
#define PROGRESS_LINE_MAX 4096
#define PROGRESS_READ_MAX (256 << 10) /* bytes taken at a time */

/* Report complete lines; how many bytes they were. */
static size_t report_lines(struct ft_local *local, struct ft_local_job *job,
                           char *text, size_t len)
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
void ft_local_read_progress(struct ft_local *local, struct ft_local_job *job)
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

static void watch_streams(struct ft_local_job *job)
{
    static const char *const name[] = { FT_STDOUT_FILE, FT_STDERR_FILE,
                                        FT_PROGRESS_FILE };

    for (size_t i = 0; i < FT_ARRAY_LEN(name); i++) {
        char *path = ft_path_join(job->dir, name[i]);
        struct stat st;

        if (stat(path, &st) == 0 && st.st_size > FT_LOG_STREAM_MAX) {
            job->flooded = name[i];
            ft_local_end(job, FT_LOCAL_FLOODED, 0);
        }
        free(path);
    }
}

static void watch_memory(struct ft_local_job *job, const struct ft_session *use)
{
    double bytes = use->rss_bytes;

    if (job->memory_bytes > 0 && bytes > job->memory_bytes) {
        double shared_once = ft_session_pss(job->pid);

        if (shared_once > 0 && shared_once < bytes)
            bytes = shared_once;
        if (bytes > job->memory_bytes) {
            job->peak_bytes = bytes;
            ft_local_end(job, FT_LOCAL_TOO_BIG, 0);
        }
    }
    if (bytes > job->peak_bytes)
        job->peak_bytes = bytes;
}

static void watch_time(struct ft_local_job *job, int64_t now)
{
    if (job->kill_ns && now >= job->kill_ns)
        (void)ft_session_signal(job->pid, SIGKILL);
    else if (!job->kill_ns && job->timeout_s > 0 &&
             (double)(now - job->start_mono_ns) >= job->timeout_s * NS_PER_S)
        ft_local_end(job, FT_LOCAL_TIMED_OUT, GRACE_S);
}

/* A program that has only just begun does not handle it yet. */
static void pass_signal(struct ft_local_job *job)
{
    if (job->notify && ft_session_notify(job->pid, job->mpi, job->notify))
        job->notify = 0;
}

void ft_local_watch(struct ft_local *local)
{
    struct ft_session *use = ft_calloc(local->n + 1, sizeof(*use));
    int64_t now = ft_clock_mono_ns();

    for (size_t i = 0; i < local->n; i++)
        use[i].id = local->job[i]->pid; /* 0, of the kernel: not begun yet */
    ft_sessions_measure(use, local->n);
    for (size_t i = 0; i < local->n; i++) {
        struct ft_local_job *job = local->job[i];

        if (job->start)
            continue;
        watch_time(job, now);
        if (job->exited || job->verdict)
            continue;
        pass_signal(job);
        watch_memory(job, &use[i]);
        watch_streams(job);
        ft_local_read_progress(local, job);
    }
    free(use);
    ft_local_collect(local);
    if ((double)(now - local->metered_ns) > METER_S * NS_PER_S)
        (void)ft_local_meter(local, 0);
}
