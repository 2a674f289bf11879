/* progress.c - one JSON line now and then for whoever watches the task */
#include "stage/task.h"

#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define LINE_MAX_BYTES 512 /* below PIPE_BUF: a line is written whole */

void stg_progress_open(struct stg_task *task)
{
    task->progress_last_s = -INFINITY;
    task->progress_fd = -1;
    if (task->rank != 0)
        return;
    /* It may be a FIFO; one that nobody reads must not hold up the task. */
    task->progress_fd = open("progress.ndjson", O_WRONLY | O_APPEND | O_CREAT |
                                                    O_NONBLOCK | O_CLOEXEC,
                             0640);
}

void stg_progress_close(struct stg_task *task)
{
    if (task->progress_fd >= 0)
        close(task->progress_fd);
    task->progress_fd = -1;
}

static void add(char *line, size_t *used, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add(char *line, size_t *used, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    *used += vsnprintf(line + *used, LINE_MAX_BYTES - *used, format, args);
    va_end(args);
}

void stg_progress(struct stg_task *task, int64_t step, int64_t of,
                  double residual, double time_s)
{
    char line[LINE_MAX_BYTES];
    size_t used = 0;
    double now_s;

    if (task->progress_fd < 0)
        return;
    now_s = MPI_Wtime();
    if (step != of && now_s - task->progress_last_s < STG_PROGRESS_INTERVAL_S)
        return;
    task->progress_last_s = now_s;
    add(line, &used, "{\"step\":%lld", (long long)step);
    if (of > 0)
        add(line, &used, ",\"of\":%lld", (long long)of);
    if (isfinite(residual))
        add(line, &used, ",\"residual\":%.6g", residual);
    if (isfinite(time_s))
        add(line, &used, ",\"time\":%.9g", time_s);
    add(line, &used, "}\n");
    /* A line that does not fit into a full pipe is dropped: the next one
     * says more. */
    if (write(task->progress_fd, line, used) < 0)
        return;
}
