/* detach.c - a runner that outlives its terminal */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "cli/execute.h"
#include "cli/term.h"
#include "run/record/place.h"

#define STATUS_IO 4

/* The runner's side of starting it. */
struct detaching {
    const struct ft_project *project;
    int tell; /* the waiting parent */
};

/* Nothing of the terminal from now on. */
static void redirect(const struct ft_project *project, const char *id)
{
    char *path = ft_run_path(project, id, FT_RUNNER_LOG);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);

    fflush(stdout);
    if (null >= 0)
        (void)dup2(null, STDIN_FILENO);
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
        if (log >= 0 || null >= 0)
            (void)dup2(log >= 0 ? log : null, fd);
    free(path);
}

static void on_begun(const struct ft_run *run, void *arg)
{
    struct detaching *d = arg;

    redirect(d->project, run->id);
    (void)ft_write_all(d->tell, run->id, strlen(run->id));
    (void)close(d->tell);
}

/* Its own session has no terminal that could hang up; and whoever still sends
 * SIGHUP to all processes of a user who logs out is not obeyed. */
static _Noreturn void run_detached(struct ft_session *s,
                                   const struct ft_execution *given, int tell)
{
    struct detaching d = { .project = s->project, .tell = tell };
    struct ft_execution what = *given;
    int status;

    (void)setsid();
    (void)signal(SIGHUP, SIG_IGN);
    what.begun = on_begun;
    what.arg = &d;
    status = ft_execute(s, &what);
    fflush(stdout);
    _exit(status);
}

/* The id, or nothing when the runner ended before its run began. */
static void read_id(int fd, char id[FT_RUN_ID_MAX])
{
    ssize_t n;

    do {
        n = read(fd, id, FT_RUN_ID_MAX - 1);
    } while (n < 0 && errno == EINTR);
    id[n > 0 ? n : 0] = '\0';
}

/* What it printed has said why. */
static int status_of(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return STATUS_IO;
    return WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_IO;
}

int ft_execute_detached(struct ft_session *s, const struct ft_execution *what)
{
    char id[FT_RUN_ID_MAX];
    int fd[2];
    pid_t pid;

    fflush(stdout);
    fflush(stderr);
    if (pipe2(fd, O_CLOEXEC) < 0 || (pid = fork()) < 0) {
        ft_print_error("cannot start the runner: %s", strerror(errno));
        return STATUS_IO;
    }
    if (pid == 0) {
        (void)close(fd[0]);
        run_detached(s, what, fd[1]);
    }
    (void)close(fd[1]);
    read_id(fd[0], id);
    (void)close(fd[0]);
    if (!*id)
        return status_of(pid);
    printf("%s\n", id);
    return 0;
}
