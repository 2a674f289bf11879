/* measure.c - how long a command takes: the median of several runs
 *
 * usage: measure [-m | -c] [-r RUNS] [-p PREPARE] COMMAND [ARG...]
 *
 * Runs COMMAND, its output thrown away, and prints the median wall time in
 * milliseconds, or with -m the median of its largest resident size in KiB, or
 * with -c the medians of both wall and processor time in milliseconds.
 * PREPARE is a shell command that goes before each run and is
 * not counted.  A command that fails ends the measurement with exit 1.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS_MAX 1000

extern char **environ;

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double in_ms(const struct timeval *t)
{
    return (double)t->tv_sec * 1e3 + (double)t->tv_usec / 1e3;
}

/* Returns the wall time of 'argv' in ms (or its memory in KiB), or -1 when it
 * failed.  'cpu_ms' may be NULL. */
static double run(const char *const argv[], bool memory, double *cpu_ms)
{
    posix_spawn_file_actions_t quiet;
    double start = now_ms();
    int status = -1;
    struct rusage use;
    pid_t pid;
    int rc;

    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
    rc = posix_spawnp(&pid, argv[0], &quiet, NULL, (char *const *)argv,
                      environ);
    posix_spawn_file_actions_destroy(&quiet);
    if (rc == 0 && wait4(pid, &status, 0, &use) == pid && status == 0) {
        if (cpu_ms)
            *cpu_ms = in_ms(&use.ru_utime) + in_ms(&use.ru_stime);
        return memory ? (double)use.ru_maxrss : now_ms() - start;
    }
    fprintf(stderr, "measure: '%s' failed: %s\n", argv[0],
            rc ? strerror(rc) : "exit status is not 0");
    return -1;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double value[], long n)
{
    qsort(value, (size_t)n, sizeof(value[0]), by_value);
    return value[n / 2];
}

int main(int argc, char **argv)
{
    const char *prepare[] = { "sh", "-c", NULL, NULL };
    double took[RUNS_MAX], cpu[RUNS_MAX];
    int opt, what = 0;
    long runs = 5;

    while ((opt = getopt(argc, argv, "+cmr:p:")) != -1) {
        if (opt == 'm' || opt == 'c')
            what = opt;
        else if (opt == 'r')
            runs = strtol(optarg, NULL, 10);
        else if (opt == 'p')
            prepare[2] = optarg;
        else
            return 2;
    }
    if (optind == argc || runs < 1 || runs > RUNS_MAX) {
        fprintf(stderr, "usage: measure [-m | -c] [-r 1..%d] [-p PREPARE] "
                        "COMMAND [ARG...]\n", RUNS_MAX);
        return 2;
    }
    for (long i = 0; i < runs; i++) {
        if (prepare[2] && run(prepare, false, NULL) < 0)
            return 1;
        took[i] = run((const char *const *)argv + optind, what == 'm', &cpu[i]);
        if (took[i] < 0)
            return 1;
    }
    printf("%.4f", median(took, runs));
    if (what == 'c')
        printf(" %.4f", median(cpu, runs));
    printf("\n");
    return 0;
}
