/* cmd_help.c - fedtwin help [COMMAND [VERB]] */
#include "cli/cmd.h"
#include "cli/term.h"

#define STATUS_USAGE 2

int ft_cmd_help_on(struct ft_cli *cli)
{
    const struct ft_cmd *group, *cmd;

    if (!cli->n_args) {
        ft_cmd_overview();
        return 0;
    }
    group = cmd = ft_cmd_find(ft_cmds, cli->arg[0]);
    if (group && cli->n_args > 1)
        cmd = ft_cmd_find(group->sub, cli->arg[1]);
    if (!cmd) {
        ft_print_error("there is no command '%s%s%s'", cli->arg[0],
                       cli->n_args > 1 ? " " : "",
                       cli->n_args > 1 ? cli->arg[1] : "");
        ft_print_hint("'fedtwin help' lists the commands");
        return STATUS_USAGE;
    }
    ft_cmd_help(group, cmd);
    return 0;
}
