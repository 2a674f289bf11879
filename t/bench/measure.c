/* measure.c - how long a command takes: the median of several runs
 *
 * usage: measure [-m] [-r RUNS] [-p PREPARE] COMMAND [ARG...]
 *
 * Runs COMMAND, its output thrown away, and prints the median wall time in
 * milliseconds, or with -m the median of its largest resident size in KiB.
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

/* Returns the wall time of 'argv' in ms (or its memory in KiB), or -1 when it
 * failed. */
static double run(const char *const argv[], bool memory)
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
    if (rc == 0 && wait4(pid, &status, 0, &use) == pid && status == 0)
        return memory ? (double)use.ru_maxrss : now_ms() - start;
    fprintf(stderr, "measure: '%s' failed: %s\n", argv[0],
            rc ? strerror(rc) : "exit status is not 0");
    return -1;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    const char *prepare[] = { "sh", "-c", NULL, NULL };
    double took_ms[RUNS_MAX];
    bool memory = false;
    long runs = 5;
    int opt;

    while ((opt = getopt(argc, argv, "+mr:p:")) != -1) {
        if (opt == 'm')
            memory = true;
        else if (opt == 'r')
            runs = strtol(optarg, NULL, 10);
        else if (opt == 'p')
            prepare[2] = optarg;
        else
            return 2;
    }
    if (optind == argc || runs < 1 || runs > RUNS_MAX) {
        fprintf(stderr, "usage: measure [-m] [-r 1..%d] [-p PREPARE] "
                        "COMMAND [ARG...]\n", RUNS_MAX);
        return 2;
    }
    for (long i = 0; i < runs; i++) {
        if (prepare[2] && run(prepare, false) < 0)
            return 1;
        took_ms[i] = run((const char *const *)argv + optind, memory);
        if (took_ms[i] < 0)
            return 1;
    }
    qsort(took_ms, (size_t)runs, sizeof(took_ms[0]), by_value);
    printf("%.4f\n", took_ms[runs / 2]);
    return 0;
}
