/* cmd_help.c - fedtwin help [COMMAND [VERB]] */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/dirs.h"
#include "base/path.h"
#include "cli/cmd.h"
#include "cli/term.h"

#define STATUS_USAGE 2
#define STATUS_IO 4

/* Become 'man' with the page of a command, in the build tree as well. */
static int show_page(const struct ft_cmd *group)
{
    char *page = group ? ft_asprintf("%s/man1/fedtwin-%s.1", ft_dirs()->man,
                                     group->name)
                       : ft_path_join(ft_dirs()->man, "man1/fedtwin.1");

    if (ft_path_exists(page)) {
        execlp("man", "man", "-l", page, (char *)NULL);
        ft_print_error("cannot start 'man': %s", strerror(errno));
        ft_print_hint("the page is '%s'", page);
    } else {
        ft_print_error("there is no manual page '%s'", page);
    }
    free(page);
    return STATUS_IO;
}

int ft_cmd_help_on(struct ft_cli *cli)
{
    const struct ft_cmd *group = NULL, *cmd = NULL;

    if (cli->n_args)
        group = cmd = ft_cmd_find(ft_cmds, cli->arg[0]);
    if (group && cli->n_args > 1)
        cmd = ft_cmd_find(group->sub, cli->arg[1]);
    if (cli->n_args && !cmd) {
        ft_print_error("there is no command '%s%s%s'", cli->arg[0],
                       cli->n_args > 1 ? " " : "",
                       cli->n_args > 1 ? cli->arg[1] : "");
        ft_print_hint("'fedtwin help' lists the commands");
        return STATUS_USAGE;
    }
    if (ft_cli_has(cli, "man"))
        return show_page(group);
    if (cmd)
        ft_cmd_help(group, cmd);
    else
        ft_cmd_overview();
    return 0;
}
