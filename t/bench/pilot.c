/* pilot.c - how long tasks take that an agent serves on this machine
 *
 * usage: pilot [-s SLOTS] [-a AHEAD] [-r RANKS] AGENT N PROGRAM
 *
 * Plays home for one agent in the working directory and gives it N tasks, at
 * most SLOTS + AHEAD at a time; prints milliseconds per task, from the first
 * attempt directory being made to the end of the last task.  With -r PROGRAM is
 * started by mpirun, kept and given one task after another, and the attempt
 * directories are ./task.1 ... ./task.N, which exist.
 */
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "adapters/home/home.h"
#include "adapters/link/agent_file.h"
#include "base/clock.h"
#include "base/err.h"
#include "run/adapter.h"

extern char **environ;

struct bench {
    uv_loop_t loop;
    struct ft_home *home;
    char dir[PATH_MAX];
    char *argv[2];
    int slots, ahead, ranks;
    size_t n, given, done;
    int64_t begin_ns, end_ns;
};

static void fail(const char *what)
{
    fprintf(stderr, "pilot: %s\n", what);
    exit(1);
}

/* As the engine does it: a fresh directory with a task.json. */
static void make_directory(const char *dir)
{
    static const char task[] = "{\"schema\": 1, \"task\": \"t\"}\n";
    char path[PATH_MAX + 64];

    snprintf(path, sizeof(path), "%s/task.json", dir);
    if (mkdir(dir, 0777) < 0 ||
        ft_file_put(path, task, sizeof(task) - 1, 0666, NULL) < 0)
        fail("cannot make an attempt directory");
}

static void give_one(struct bench *b, struct ft_agent *agent)
{
    char dir[PATH_MAX + 32], tag[64];
    static char *none[] = { NULL };
    struct ft_attempt a = {
        .tag = ++b->given,
        .tag_text = tag,
        .dir = dir,
        .argv = b->argv,
        .env = none,
        .modules = none,
        .mpi = b->ranks > 0,
        .serve = b->ranks > 0,
        .more = b->n - b->given,
        .resources = { .ranks = b->ranks },
    };

    snprintf(dir, sizeof(dir), "%s/task.%zu", b->dir, b->given);
    snprintf(tag, sizeof(tag), "run/task[n=%zu]/1", b->given);
    if (!b->ranks)
        make_directory(dir);
    ft_home_give(agent, &a);
}

static void give_some(struct bench *b, struct ft_agent *agent)
{
    size_t most = (size_t)(b->slots / (b->ranks ? b->ranks : 1) + b->ahead);

    while (b->given < b->n && b->given - b->done < most)
        give_one(b, agent);
}

static void joined(struct ft_agent *agent, const struct ft_agent_hello *hello,
                   void *arg)
{
    struct bench *b = arg;

    (void)hello;
    b->begin_ns = ft_clock_mono_ns();
    give_some(b, agent);
}

static void left(struct ft_agent *agent, const char *reason, void *arg)
{
    struct bench *b = arg;

    (void)agent;
    if (!reason || b->done < b->n)
        fail("the agent is gone");
    uv_stop(&b->loop);
}

static void accepted(struct ft_agent *agent, uint64_t tag, void *arg)
{
    (void)agent;
    (void)tag;
    (void)arg;
}

static void text(struct ft_agent *agent, uint64_t tag, const char *line,
                 void *arg)
{
    (void)agent;
    (void)tag;
    (void)line;
    (void)arg;
}

static void refused(struct ft_agent *agent, uint64_t tag, const char *reason,
                    void *arg)
{
    (void)agent;
    (void)tag;
    (void)arg;
    fail(reason);
}

static void ended(struct ft_agent *agent, uint64_t tag, const char *tag_text,
                  const struct ft_ending *ending, void *arg)
{
    struct bench *b = arg;

    (void)tag;
    (void)tag_text;
    if (ending->outcome != FT_OUT_OK)
        fail(ending->reason);
    b->done++;
    give_some(b, agent);
    if (b->done < b->n)
        return;
    b->end_ns = ft_clock_mono_ns();
    ft_home_finish(agent);
}

static pid_t start_agent(struct bench *b, char *agent)
{
    char file_name[] = "file.json", name[] = "local", tag[] = "run/pilot-1/1";
    char home[PATH_MAX + 32];
    struct ft_site site = { .name = name, .slots = b->slots };
    struct ft_agent_file file = { .tag = tag, .site = &site, .home = home,
                                  .serve = true, .idle_s = 60 };
    char *argv[] = { agent, file_name, NULL };
    pid_t pid;

    snprintf(home, sizeof(home), "%s/home.json", b->dir);
    if (ft_home_publish(b->home, home, NULL) < 0 ||
        ft_agent_file_write(file_name, &file, ft_file_replace, NULL) < 0 ||
        posix_spawn(&pid, agent, NULL, NULL, argv, environ) != 0)
        fail("cannot start the agent");
    return pid;
}

static void read_options(struct bench *b, int argc, char **argv)
{
    int c;

    while ((c = getopt(argc, argv, "s:a:r:")) != -1) {
        int value = optarg ? (int)strtol(optarg, NULL, 10) : 0;

        if (c == 's')
            b->slots = value;
        else if (c == 'a')
            b->ahead = value;
        else if (c == 'r')
            b->ranks = value;
        else
            exit(2);
    }
    if (argc - optind != 3)
        fail("usage: pilot [-s SLOTS] [-a AHEAD] [-r RANKS] AGENT N PROGRAM");
    b->n = strtoul(argv[optind + 1], NULL, 10);
    b->argv[0] = argv[optind + 2];
}

int main(int argc, char **argv)
{
    static struct bench b = { .slots = 2, .ahead = 2 };
    const struct ft_home_events events = {
        .joined = joined,
        .left = left,
        .accepted = accepted,
        .refused = refused,
        .started = text,
        .progress = text,
        .ended = ended,
        .arg = &b,
    };
    struct ft_err err = { 0 };
    int status;
    pid_t pid;

    read_options(&b, argc, argv);
    if (!getcwd(b.dir, sizeof(b.dir)) || uv_loop_init(&b.loop) < 0)
        fail("cannot begin");
    (void)signal(SIGPIPE, SIG_IGN);
    b.home = ft_home_open(&b.loop, &events, &err);
    if (!b.home)
        fail(err.msg);
    pid = start_agent(&b, argv[optind]);
    (void)uv_run(&b.loop, UV_RUN_DEFAULT);
    if (waitpid(pid, &status, 0) != pid || status)
        fail("the agent failed");
    printf("%.3f\n", (double)(b.end_ns - b.begin_ns) / 1e6 / (double)b.n);
    return 0;
}
