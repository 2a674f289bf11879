/* spawn.c - a program that works for the engine: its start, socket and end */
#include "data/store/spawn.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/path.h"

#define ARGS_MAX 8
#define STDERR_TAIL 160
#define END_PAUSE_NS 1000000
#define END_PAUSES 1000

static char *program_path(const struct ft_worker_program *program)
{
    const char *given = program->variable ? getenv(program->variable) : NULL;

    return given && *given ? ft_strdup(given)
                           : ft_dirs_program(program->name);
}

/* A group of its own, so that the terminal's interrupt reaches the engine
 * alone, which ends the worker when it is done; and plain signals. */
static void set_attributes(posix_spawnattr_t *attr)
{
    sigset_t none, all;

    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(attr);
    posix_spawnattr_setflags(attr, POSIX_SPAWN_SETPGROUP |
                                       POSIX_SPAWN_SETSIGMASK |
                                       POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(attr, 0);
    posix_spawnattr_setsigmask(attr, &none);
    posix_spawnattr_setsigdefault(attr, &all);
}

static int spawn(const struct ft_worker_program *program, int io, int errors,
                 pid_t *pid, struct ft_err *err)
{
    char *path = program_path(program), *args[ARGS_MAX + 2] = { path };
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    int rc;

    for (size_t i = 0; i < ARGS_MAX && program->arg[i]; i++)
        args[i + 1] = (char *)program->arg[i];
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, io, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, io, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, errors, STDERR_FILENO);
    if (program->fd >= 0)
        posix_spawn_file_actions_adddup2(&files, program->fd, FT_WORKER_FD);
    set_attributes(&attr);
    rc = posix_spawnp(pid, path, &files, &attr, args, environ);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&files);
    if (rc) {
        errno = rc;
        ft_err_sys(err, "cannot start '%s'", path);
    }
    free(path);
    return rc ? -1 : 0;
}

int ft_worker_start(struct ft_worker *worker,
                    const struct ft_worker_program *program,
                    struct ft_err *err)
{
    int pair[2] = { -1, -1 };

    *worker = (struct ft_worker){ .fd = -1, .stderr_fd = -1 };
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return ft_err_sys(err, "cannot talk to %s", program->name);
    worker->stderr_fd = memfd_create(program->name, MFD_CLOEXEC);
    if (worker->stderr_fd < 0) {
        ft_err_sys(err, "cannot talk to %s", program->name);
        goto fail;
    }
    if (spawn(program, pair[1], worker->stderr_fd, &worker->pid, err) < 0)
        goto fail;
    close(pair[1]);
    worker->fd = pair[0];
    return 0;
fail:
    close(pair[0]);
    close(pair[1]);
    ft_worker_end(worker);
    return -1;
}

/* --- the end -------------------------------------------------------------- */

static int reap(struct ft_worker *worker)
{
    int status = 0;

    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    worker->pid = 0;
    return status;
}

/* It closed its side, so it is about to end; one that does not is killed. */
static int await_end(struct ft_worker *worker)
{
    struct timespec pause = { .tv_nsec = END_PAUSE_NS };
    siginfo_t info;

    for (int i = 0; i < END_PAUSES; i++) {
        info.si_pid = 0;
        if (waitid(P_PID, (id_t)worker->pid, &info,
                   WEXITED | WNOHANG | WNOWAIT) < 0 ||
            info.si_pid)
            return reap(worker);
        nanosleep(&pause, NULL);
    }
    (void)kill(worker->pid, SIGKILL);
    return reap(worker);
}

/* The last line on its standard error that has something in it. */
static void last_line(int fd, char line[STDERR_TAIL])
{
    off_t size = lseek(fd, 0, SEEK_END);
    off_t from = size > STDERR_TAIL - 1 ? size - (STDERR_TAIL - 1) : 0;
    ssize_t n = size > 0 ? pread(fd, line, STDERR_TAIL - 1, from) : 0;
    char *newline;

    line[n > 0 ? n : 0] = '\0';
    while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == ' '))
        line[--n] = '\0';
    newline = strrchr(line, '\n');
    if (newline)
        memmove(line, newline + 1, strlen(newline + 1) + 1);
}

void ft_worker_end_text(struct ft_worker *worker, const char *why,
                        char text[FT_WORKER_END_TEXT])
{
    char line[STDERR_TAIL];
    int status, n;

    if (why)
        (void)kill(worker->pid, SIGKILL);
    status = why ? reap(worker) : await_end(worker);
    if (why)
        n = snprintf(text, FT_WORKER_END_TEXT, "%s", why);
    else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF)
        n = snprintf(text, FT_WORKER_END_TEXT,
                     "took more time than a file of this size may");
    else if (WIFSIGNALED(status))
        n = snprintf(text, FT_WORKER_END_TEXT, "was killed by signal %d",
                     WTERMSIG(status));
    else
        n = snprintf(text, FT_WORKER_END_TEXT, "ended with status %d",
                     WEXITSTATUS(status));
    last_line(worker->stderr_fd, line);
    if (*line)
        snprintf(text + n, FT_WORKER_END_TEXT - (size_t)n, " (%s)", line);
}

void ft_worker_end(struct ft_worker *worker)
{
    if (worker->fd >= 0)
        close(worker->fd);
    if (worker->stderr_fd >= 0)
        close(worker->stderr_fd);
    if (worker->pid > 0) {
        (void)kill(worker->pid, SIGKILL);
        (void)reap(worker);
    }
    *worker = (struct ft_worker){ .fd = -1, .stderr_fd = -1 };
}
