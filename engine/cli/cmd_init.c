/* cmd_init.c - fedtwin init: make a directory a project */
#include <stdio.h>

#include "base/err.h"
#include "cli/cmd.h"
#include "cli/term.h"
#include "data/ballast.h"
#include "data/project.h"

/* Space for cleaning up when the disk is full; a small disk has none. */
static void make_ballast(const char *dir)
{
    struct ft_project *project = ft_project_open(dir, NULL);

    if (project)
        (void)ft_ballast_make(project, NULL);
    ft_project_close(project);
}

int ft_cmd_init(struct ft_cli *cli)
{
    const char *dir = ft_cli_arg(cli, 0) ? cli->arg[0] : ".";
    struct ft_err err;

    if (ft_project_init(dir, &err) < 0)
        return ft_print_err(&err);
    make_ballast(dir);
    printf("'%s' is now a fedtwin project\n", dir);
    return 0;
}
