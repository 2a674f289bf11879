/* usage.c - what one task of many in a process has used
 *
 * The peak that getrusage() knows is that of the process's whole life.  Linux
 * lets a process forget it: then VmHWM is that of the task.
 */
#include "stage/task.h"

#include <fcntl.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define STATUS_BYTES 4096
#define KIB 1024.0
#define BLOCK_BYTES 512.0 /* that getrusage() counts in */
#define SLACK_BYTES (16 << 20)

static double seconds(const struct timeval *time)
{
    return (double)time->tv_sec + 1e-6 * (double)time->tv_usec;
}

/* Add 'sign' times what this process, and the programs that it has started and
 * seen end, have used so far. */
static void add_used(struct stg_usage *usage, double sign)
{
    static const int who[] = { RUSAGE_SELF, RUSAGE_CHILDREN };
    struct rusage used;

    for (int i = 0; i < 2; i++) {
        if (getrusage(who[i], &used) < 0)
            continue;
        usage->user_s += sign * seconds(&used.ru_utime);
        usage->system_s += sign * seconds(&used.ru_stime);
        usage->read_bytes += sign * BLOCK_BYTES * (double)used.ru_inblock;
        usage->written_bytes += sign * BLOCK_BYTES * (double)used.ru_oublock;
    }
}

static bool forget_peak(void)
{
    int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
    bool ok = fd >= 0 && write(fd, "5", 1) == 1;

    if (fd >= 0)
        close(fd);
    return ok;
}

/* "\nVmHWM:     12 kB" */
static double find_bytes(const char *text, const char *key)
{
    const char *at = strstr(text, key);

    return at ? strtod(at + strlen(key), NULL) * KIB : -INFINITY;
}

static void read_memory(double *peak_bytes, double *rss_bytes)
{
    char text[STATUS_BYTES] = "";
    int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);

    if (fd >= 0 && read(fd, text, sizeof(text) - 1) < 0)
        text[0] = '\0';
    if (fd >= 0)
        close(fd);
    *peak_bytes = find_bytes(text, "\nVmHWM:");
    *rss_bytes = find_bytes(text, "\nVmRSS:");
}

void stg_usage_begin(struct stg_usage *usage)
{
    *usage = (struct stg_usage){ 0 };
    add_used(usage, -1);
    usage->peak_rss_bytes = forget_peak() ? 0 : -INFINITY;
}

void stg_usage_end(struct stg_usage *usage)
{
    double peak_bytes;

    add_used(usage, 1);
    read_memory(&peak_bytes, &usage->rss_bytes);
    usage->peak_rss_bytes += peak_bytes;
}

double stg_usage_trim(double rss_bytes, double least_bytes)
{
    double peak_bytes;

    if (rss_bytes > least_bytes + SLACK_BYTES) {
        (void)malloc_trim(0);
        read_memory(&peak_bytes, &rss_bytes);
    }
    return rss_bytes;
}

void stg_usage_sum(const struct stg_usage *usage, MPI_Comm comm,
                   struct stg_usage *sum)
{
    double mine[] = { usage->user_s,         usage->system_s,
                      usage->peak_rss_bytes, usage->rss_bytes,
                      usage->read_bytes,     usage->written_bytes };
    double all[6] = { 0 };

    (void)MPI_Reduce(mine, all, 6, MPI_DOUBLE, MPI_SUM, 0, comm);
    *sum = (struct stg_usage){ all[0], all[1], all[2], all[3], all[4], all[5] };
}
