/* cmd_graph.c - fedtwin graph: the stages of a workflow as a picture */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/path.h"
#include "cli/open.h"
#include "cli/term.h"

#define STATUS_USAGE 2
#define STATUS_IO 4

extern char **environ;

/* Start 'dot -Tsvg' with its input on '*in' and our output as its own. */
static int start_dot(pid_t *pid, int *in)
{
    static const char *const argv[] = { "dot", "-Tsvg", NULL };
    posix_spawn_file_actions_t actions;
    int fd[2], rc;

    if (pipe2(fd, O_CLOEXEC) < 0)
        return errno;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fd[0], 0);
    rc = posix_spawnp(pid, "dot", &actions, NULL, (char *const *)argv,
                      environ);
    posix_spawn_file_actions_destroy(&actions);
    close(fd[0]);
    if (rc)
        close(fd[1]);
    *in = fd[1];
    return rc;
}

static int print_svg(const struct ft_str *dot)
{
    int in = -1, rc, status;
    pid_t pid;

    fflush(stdout);
    rc = start_dot(&pid, &in);
    if (rc) {
        ft_print_error("cannot start 'dot': %s", strerror(rc));
        ft_print_hint("install the package 'graphviz', or use -f dot");
        return STATUS_IO;
    }
    rc = ft_write_all(in, dot->s, dot->len);
    close(in);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (rc == 0 && status == 0)
        return 0;
    ft_print_error("'dot' did not draw the graph");
    return STATUS_IO;
}

int ft_cmd_graph(struct ft_cli *cli)
{
    const char *format = ft_cli_option(cli, "format");
    struct ft_session s = FT_SESSION_INIT;
    struct ft_str dot = FT_STR_INIT;
    bool svg = format && strcmp(format, "svg") == 0;
    int status;

    if (format && !svg && strcmp(format, "dot") != 0) {
        ft_print_error("the format is dot or svg, not '%s'", format);
        return STATUS_USAGE;
    }
    status = ft_session_plan(&s, cli, cli->arg[0]);
    if (!status) {
        ft_plan_dot(s.plan, &dot);
        if (svg)
            status = print_svg(&dot);
        else
            fputs(dot.s, stdout);
    }
    ft_str_release(&dot);
    ft_session_close(&s);
    return status;
}
