/* cmd_logs.c - fedtwin logs: what tasks wrote */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/path.h"
#include "base/str.h"
#include "cli/open.h"
#include "cli/term.h"
#include "run/record/place.h"

#define STATUS_USAGE 2
#define STATUS_IO 4
#define CHUNK 65536
#define LOOK_MS 1000

/* Copy what a file holds from '*at' on; -1 when it cannot be read. */
static int copy_from(const char *path, off_t *at)
{
    static char buf[CHUNK];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0)
        return -1;
    while ((n = pread(fd, buf, sizeof(buf), *at)) > 0) {
        fwrite(buf, 1, (size_t)n, stdout);
        *at += n;
    }
    close(fd);
    fflush(stdout);
    return n < 0 ? -1 : 0;
}

/* The two streams of an attempt that are asked for. */
struct streams {
    char *path[2];
    off_t at[2];
};

static void open_streams(const struct ft_cli *cli, const char *dir,
                         struct streams *st)
{
    bool both = ft_cli_has(cli, "stdout") == ft_cli_has(cli, "stderr");

    *st = (struct streams){ 0 };
    if (both || ft_cli_has(cli, "stdout"))
        st->path[0] = ft_path_join(dir, FT_STDOUT_FILE);
    if (both || ft_cli_has(cli, "stderr"))
        st->path[1] = ft_path_join(dir, FT_STDERR_FILE);
}

static int copy_streams(struct streams *st)
{
    int found = 0;

    for (int i = 0; i < 2; i++)
        if (st->path[i] && copy_from(st->path[i], &st->at[i]) == 0)
            found++;
    return found ? 0 : -1;
}

static void close_streams(struct streams *st)
{
    free(st->path[0]);
    free(st->path[1]);
}

static bool is_over(enum ft_task_state state)
{
    return state >= FT_TASK_SUCCEEDED;
}

/* Wait until something in the attempt directory or the journal changes; look
 * again after a while, since it may have changed just before. */
static bool wait_for_change(const char *dir, const char *run_dir)
{
    int fd = inotify_init1(IN_CLOEXEC);
    struct pollfd p = { .fd = fd, .events = POLLIN };
    bool ok = fd >= 0 &&
              inotify_add_watch(fd, dir, IN_MODIFY | IN_CREATE) >= 0 &&
              inotify_add_watch(fd, run_dir, IN_MODIFY | IN_CREATE) >= 0 &&
              poll(&p, 1, LOOK_MS) >= 0;

    if (fd >= 0)
        close(fd);
    return ok;
}

/* The task as the journal has it now; also true when the run itself is over. */
static bool task_is_over(struct ft_session *s, const char *id, size_t task)
{
    ft_run_free(s->run);
    s->run = ft_run_read(s->project, id, s->modules, NULL);
    return !s->run || s->run->state != FT_RUN_RUNNING ||
           is_over((enum ft_task_state)s->run->task[task].state);
}

static void follow(struct ft_session *s, const char *dir, struct streams *st,
                   size_t task)
{
    char id[FT_RUN_ID_MAX];
    struct ft_str run_dir = FT_STR_INIT;

    memcpy(id, s->run->id, sizeof(id));
    ft_str_addf(&run_dir, "%s/runs/%s", s->project->meta, id);
    while (!task_is_over(s, id, task)) {
        copy_streams(st);
        if (!wait_for_change(dir, run_dir.s))
            break;
    }
    copy_streams(st);
    ft_str_release(&run_dir);
}

/* An attempt that went well and wrote nothing leaves no directory. */
static bool was_silent(const struct ft_run *run, size_t task, long attempt)
{
    const struct ft_task *t = &run->task[task];

    return t->state == FT_TASK_SUCCEEDED &&
           (attempt == 0 || attempt == t->attempts);
}

static int explain_none(const struct ft_run *run, size_t task,
                        const char *name)
{
    if (run->task[task].state == FT_TASK_RUNNING) {
        ft_print_error("task '%s' of run '%s' has no logs yet", name,
                       run->id);
        ft_print_hint("from a site that does not see the project they come "
                      "when it has ended");
    } else {
        ft_print_error("task '%s' of run '%s' has no logs: it was not "
                       "executed", name, run->id);
    }
    return STATUS_IO;
}

static int print_task(struct ft_session *s, const struct ft_cli *cli,
                      size_t task, bool heading)
{
    long attempt = ft_cli_number(cli, "attempt", 0);
    struct ft_str name = FT_STR_INIT;
    struct streams st;
    char *dir;
    int status = 0;

    if (attempt < 0)
        return STATUS_USAGE;
    ft_plan_task_name(s->run->plan, task, &name);
    dir = ft_run_attempt_dir(s->project, s->run, task, (int)attempt);
    open_streams(cli, dir, &st);
    if (heading)
        printf("==> %s <==\n", name.s);
    if (ft_cli_has(cli, "follow"))
        follow(s, dir, &st, task);
    else if (copy_streams(&st) < 0 && !was_silent(s->run, task, attempt))
        status = explain_none(s->run, task, name.s);
    close_streams(&st);
    free(dir);
    ft_str_release(&name);
    return status;
}

static int print_failed(struct ft_session *s, const struct ft_cli *cli)
{
    size_t n = 0;
    int status = 0;

    for (size_t t = 0; t < s->run->plan->n_tasks && !status; t++) {
        if (s->run->task[t].state != FT_TASK_FAILED)
            continue;
        status = print_task(s, cli, t, true);
        n++;
    }
    if (!n && !status)
        fprintf(stderr, "no task of run %s failed; 'fedtwin logs %s/TASK' "
                        "prints any other\n", s->run->id, s->run->id);
    return status;
}

/* True when the run is over, or nobody drives it. */
static bool run_is_over(struct ft_session *s)
{
    char id[FT_RUN_ID_MAX];

    memcpy(id, s->run->id, sizeof(id));
    ft_run_free(s->run);
    s->run = ft_run_read(s->project, id, s->modules, NULL);
    return !s->run || s->run->state != FT_RUN_RUNNING;
}

static int print_runner(struct ft_session *s, bool follow_it)
{
    char *dir = ft_run_path(s->project, s->run->id, NULL);
    char *path = ft_path_join(dir, FT_RUNNER_LOG);
    int status = 0;
    off_t at = 0;

    if (copy_from(path, &at) < 0) {
        ft_print_error("run '%s' was not detached: its runner keeps no log",
                       s->run->id);
        status = STATUS_IO;
    }
    while (!status && follow_it && !run_is_over(s)) {
        (void)copy_from(path, &at);
        if (!wait_for_change(dir, dir))
            break;
    }
    (void)copy_from(path, &at);
    free(path);
    free(dir);
    return status;
}

int ft_cmd_logs(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    long task = -1;
    int status = ft_session_task(&s, cli->arg[0], &task);

    if (!status && ft_cli_has(cli, "runner"))
        status = print_runner(&s, ft_cli_has(cli, "follow"));
    else if (!status && task < 0)
        status = print_failed(&s, cli);
    else if (!status)
        status = print_task(&s, cli, (size_t)task, false);
    ft_session_close(&s);
    return status;
}
