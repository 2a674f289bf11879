/* loops.c - publish for ever, be killed, run out of space */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "crash.h"

/* --- publishing ----------------------------------------------------------- */

#define WINDOW 4 /* tasks under way at once */

static void acknowledge(int fd, const struct task *task)
{
    char line[256];
    int n = snprintf(line, sizeof(line), "%" PRIu64 " %" PRIu64 " %s %s\n",
                     task->seed, task->number, task->out[0].version,
                     task->out[1].version);

    if (ft_write_all(fd, line, (size_t)n) < 0) {
        perror("acknowledge");
        exit(1);
    }
}

/* A request that fails is told, not acknowledged. */
static void finish(void *token, const struct ft_err *err, void *arg)
{
    struct task *task = token;

    if (err)
        fprintf(stderr, "refused: %s: %s\n", ft_code_text(err->code),
                err->msg);
    else
        acknowledge(STDOUT_FILENO, task);
    *(int *)arg |= err != NULL;
    task_release(task);
    free(task);
}

int publish_loop(const char *dir, const char *work, uint64_t seed,
                 uint64_t count)
{
    struct ft_project *project = open_project(dir);
    struct ft_store *store = open_store(project);
    struct ft_err err = { 0 };
    uint64_t i = 0;
    int failed = 0;

    while (i < count || ft_store_pending(store)) {
        while (i < count && ft_store_pending(store) < WINDOW) {
            struct task *task = ft_calloc(1, sizeof(*task));

            task_init(task, work, seed, i++);
            if (ft_store_publish_start(store, &task->result, task, &err) < 0)
                give_up("publish", &err);
        }
        if (ft_store_advance(store, true, finish, &failed, &err) < 0)
            give_up("advance", &err);
    }
    ft_store_close(store);
    ft_project_close(project);
    return failed;
}

/* --- killing -------------------------------------------------------------- */

#define CHECK_EVERY 250 /* kills between two deep checks */

/* A publisher lives for a random time up to a limit, which follows the speed of
 * the machine: longer after one that acknowledged nothing, else shorter. */
#define LIFE_US 80000
#define LIFE_MIN_US 40000
#define LIFE_STEP_US 10000

static void pause_us(long us)
{
    struct timespec pause = { .tv_sec = us / 1000000,
                              .tv_nsec = us % 1000000 * 1000 };

    nanosleep(&pause, NULL);
}

/* A publisher that appends what it acknowledges to 'acks'. */
static pid_t start_publisher(const char *dir, const char *work, uint64_t seed,
                             int acks)
{
    pid_t pid = fork();

    if (pid == 0) {
        if (dup2(acks, STDOUT_FILENO) < 0)
            _exit(1);
        exit(publish_loop(dir, work, seed, UINT64_MAX));
    }
    if (pid < 0) {
        perror("fork");
        exit(1);
    }
    return pid;
}

/* The worker of the publisher 'pid', or 0 when it has none at the moment. */
static pid_t worker_of(pid_t pid)
{
    char path[64], text[64];
    ssize_t n;
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid,
             (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    return (pid_t)strtol(text, NULL, 10);
}

struct kills {
    uint64_t engine, worker;
    long life_us;
};

static void adapt_life(struct kills *kills, bool acknowledged)
{
    if (!acknowledged)
        kills->life_us += 2 * LIFE_STEP_US;
    else if (kills->life_us > LIFE_MIN_US)
        kills->life_us -= LIFE_STEP_US;
}

/* One publisher: its worker is killed up to twice, and then itself. */
static void kill_once(const char *dir, const char *work, uint64_t seed,
                      int acks, struct kills *kills)
{
    off_t before = lseek(acks, 0, SEEK_END);
    pid_t pid = start_publisher(dir, work, seed, acks);
    int times = rand() % 3;

    for (int i = 0; i < times; i++) {
        pid_t worker;

        pause_us(rand() % kills->life_us);
        worker = worker_of(pid);
        if (worker > 0 && kill(worker, SIGKILL) == 0)
            kills->worker++;
    }
    pause_us(rand() % kills->life_us);
    if (kill(pid, SIGKILL) == 0)
        kills->engine++;
    if (waitpid(pid, NULL, 0) < 0)
        perror("waitpid");
    adapt_life(kills, lseek(acks, 0, SEEK_END) > before);
}

int kill_loop(const char *dir, const char *work, uint64_t seed,
              uint64_t kills_wanted)
{
    char *path = ft_path_join(work, "acks");
    int acks = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    struct kills kills = { .life_us = LIFE_US };
    size_t faults = 0;
    uint64_t round = 0, checked = 0;

    if (acks < 0) {
        perror(path);
        exit(1);
    }
    srand((unsigned)seed);
    while (!faults && kills.engine + kills.worker < kills_wanted) {
        kill_once(dir, work, seed + round++, acks, &kills);
        if (kills.engine + kills.worker - checked >= CHECK_EVERY) {
            checked = kills.engine + kills.worker;
            faults += check_store(dir, path, work);
        }
    }
    faults += check_store(dir, path, work);
    printf("kills of the engine %" PRIu64 ", of the worker %" PRIu64 "\n",
           kills.engine, kills.worker);
    close(acks);
    free(path);
    return faults ? 1 : 0;
}

/* --- running out of space ------------------------------------------------- */

#define LEAVE_STEP 4096
#define LEAVE_MAX (192 * 1024)

/* Fill the file system but for about 'leave' bytes. */
static void fill(const char *path, off_t leave)
{
    static const char block[LEAVE_STEP];
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    off_t size = 0;
    ssize_t n;

    if (fd < 0) {
        perror(path);
        exit(1);
    }
    while ((n = write(fd, block, sizeof(block))) > 0)
        size += n;
    if (ftruncate(fd, size > leave ? size - leave : 0) < 0)
        perror(path);
    close(fd);
}

struct outcome {
    int acks;
    bool refused, odd;
};

static void note(void *token, const struct ft_err *err, void *arg)
{
    struct outcome *outcome = arg;

    outcome->refused |= err != NULL;
    if (!err) {
        acknowledge(outcome->acks, token);
    } else if (err->code != FT_ENOSPC) {
        outcome->odd = true;
        fprintf(stderr, "a full disk gave: %s\n", err->msg);
    }
}

/* The space goes away between the start, when it is asked for, and the work. */
static struct outcome publish_full(const char *dir, const char *work,
                                   uint64_t seed, uint64_t number, off_t leave,
                                   int acks)
{
    char *filler = ft_path_join(dir, "filler");
    struct ft_project *project = open_project(dir);
    struct ft_store *store = open_store(project);
    struct outcome outcome = { .acks = acks };
    struct ft_err err = { 0 };
    struct task task;

    task_init(&task, work, seed, number);
    if (ft_store_publish_start(store, &task.result, &task, &err) < 0)
        give_up("publish", &err);
    fill(filler, leave);
    while (ft_store_pending(store))
        if (ft_store_advance(store, true, note, &outcome, &err) < 0)
            give_up("advance", &err);
    (void)unlink(filler);
    task_release(&task);
    ft_store_close(store);
    ft_project_close(project);
    free(filler);
    return outcome;
}

/* With ever more room: at first nothing fits, at last all does. */
int fill_loop(const char *dir, const char *work, uint64_t seed)
{
    char *path = ft_path_join(work, "acks");
    int acks = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    size_t refused = 0, faults = 0, rounds = 0;

    for (off_t leave = 0; leave <= LEAVE_MAX; leave += LEAVE_STEP, rounds++) {
        struct outcome outcome = publish_full(dir, work, seed, rounds, leave,
                                              acks);

        refused += outcome.refused;
        faults += outcome.odd;
    }
    faults += check_store(dir, path, work);
    printf("rounds %zu, refused %zu\n", rounds, refused);
    if (!refused || refused == rounds) {
        fprintf(stderr, "the disk was never full, or always\n");
        faults++;
    }
    close(acks);
    free(path);
    return faults ? 1 : 0;
}
