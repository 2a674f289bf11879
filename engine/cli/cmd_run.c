/* cmd_run.c - fedtwin run: execute a workflow */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "cli/execute.h"
#include "cli/term.h"

#define STATUS_USAGE 2
#define STATUS_IO 4

/* The detached runner tells the waiting parent the id of its run. */
static void tell_id(const struct ft_run *run, void *arg)
{
    int fd = *(int *)arg;

    (void)ft_write_all(fd, run->id, strlen(run->id));
    close(fd);
}

/* The child's side: its own session, nothing of the terminal. */
static _Noreturn void run_detached(struct ft_session *s,
                                   const struct ft_drive_options *options,
                                   int tell)
{
    struct ft_watcher watcher = { .begin = tell_id, .arg = &tell };
    char id[FT_RUN_ID_MAX] = "";
    enum ft_run_state state;
    struct ft_err err;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    setsid();
    for (int fd = 0; null >= 0 && fd < 2; fd++)
        dup2(null, fd);
    if (ft_drive_new(s->project, s->wf, options, &watcher, id, &state, &err) <
        0)
        _exit(ft_print_err(&err));
    _exit(ft_run_state_status(state));
}

static int detach(struct ft_session *s, const struct ft_drive_options *options)
{
    char id[FT_RUN_ID_MAX] = "";
    int fd[2];
    ssize_t n;
    pid_t pid;

    if (pipe2(fd, O_CLOEXEC) < 0 || (pid = fork()) < 0) {
        ft_print_error("cannot start the runner: %s", strerror(errno));
        return STATUS_IO;
    }
    if (pid == 0) {
        close(fd[0]);
        run_detached(s, options, fd[1]);
    }
    close(fd[1]);
    do {
        n = read(fd[0], id, sizeof(id) - 1);
    } while (n < 0 && errno == EINTR);
    close(fd[0]);
    if (n <= 0) {
        ft_print_error("the runner ended before the run began");
        return STATUS_IO;
    }
    printf("%s\n", id);
    return 0;
}

int ft_cmd_run(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    struct ft_drive_options options;
    int status;

    if (ft_cli_has(cli, "dry-run"))
        return ft_cmd_plan(cli);
    if (ft_execute_options(cli, &options) < 0)
        return STATUS_USAGE;
    status = ft_session_project(&s);
    if (!status)
        status = ft_session_site(&s, cli);
    options.site = s.site;
    if (!status)
        status = ft_session_plan(&s, cli, cli->arg[0]);
    if (!status && ft_cli_has(cli, "detach"))
        status = detach(&s, &options);
    else if (!status)
        status = ft_execute_new(&s, &options, ft_cli_has(cli, "json"));
    ft_session_close(&s);
    return status;
}
