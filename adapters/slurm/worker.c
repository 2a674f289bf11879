/* worker.c - a program that answers one request at a time, or is killed */
#include "adapters/slurm/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adapters/link/wire.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/json.h"

static _Noreturn void become(const char *path, int in, int out, pid_t parent)
{
    /* What it starts, ssh for one, must not get the engine's signals. */
    (void)setpgid(0, 0);
    (void)signal(SIGPIPE, SIG_DFL);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent &&
        dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0)
        execl(path, path, (char *)NULL);
    _exit(127);
}

int ft_worker_start(struct ft_worker *worker, const char *program,
                    struct ft_err *err)
{
    int to[2] = { -1, -1 }, from[2] = { -1, -1 };
    char *path = ft_dirs_program(program);
    pid_t parent = getpid(), pid = -1;

    if (access(path, X_OK) < 0)
        ft_err_sys(err, "there is no '%s'", path);
    else if (pipe2(to, O_CLOEXEC) < 0 || pipe2(from, O_CLOEXEC) < 0 ||
             (pid = fork()) < 0)
        ft_err_sys(err, "cannot start '%s'", path);
    if (pid == 0)
        become(path, to[0], from[1], parent);
    free(path);
    close(to[0]);
    close(from[1]);
    if (pid < 0) {
        close(to[1]);
        close(from[0]);
        return -1;
    }
    (void)signal(SIGPIPE, SIG_IGN); /* its end is seen by a failing write */
    *worker = (struct ft_worker){ .pid = pid, .to = to[1], .from = from[0],
                                  .line = FT_STR_INIT };
    return 0;
}

int ft_worker_send(struct ft_worker *worker, struct json_object *request)
{
    ft_str_cut(&worker->line, 0);
    return ft_json_send(worker->to, request);
}

int ft_worker_read(struct ft_worker *worker)
{
    char buf[65536];
    ssize_t n = read(worker->from, buf, sizeof(buf));

    if (n < 0 && errno == EINTR)
        return 0;
    if (n <= 0)
        return -1;
    ft_str_addn(&worker->line, buf, (size_t)n);
    return buf[n - 1] == '\n';
}

struct json_object *ft_worker_answer(const struct ft_worker *worker)
{
    return ft_json_parse(worker->line.s, worker->line.len, "answer", NULL);
}

void ft_worker_stop(struct ft_worker *worker)
{
    if (!worker->pid)
        return;
    (void)kill(-worker->pid, SIGKILL);
    (void)kill(worker->pid, SIGKILL);
    while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    close(worker->to);
    close(worker->from);
    ft_str_release(&worker->line);
    *worker = (struct ft_worker){ 0 };
}
