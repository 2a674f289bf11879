/* cmd_branch.c - fedtwin branch: names that move with the work */
#include <stdio.h>

#include "base/err.h"
#include "cli/names_text.h"
#include "cli/open.h"
#include "cli/term.h"

#define STATUS_USAGE 2
#define ID_SHOWN 12

static int add_branch(struct ft_session *s, const struct ft_cli *cli)
{
    struct ft_move move;
    struct ft_err err;

    if (ft_history_add_branch(s->store, cli->arg[0], ft_cli_arg(cli, 1),
                              ft_cli_has(cli, "force"), &move, &err) < 0)
        return ft_print_err(&err);
    if (*move.from)
        printf("branch %s: %.*s to %.*s\n", move.branch, ID_SHOWN, move.from,
               ID_SHOWN, move.to);
    else
        printf("branch %s at %.*s\n", move.branch, ID_SHOWN, move.to);
    return 0;
}

static int delete_branch(struct ft_session *s, const struct ft_cli *cli)
{
    struct ft_err err;

    if (ft_history_delete_branch(s->store, cli->arg[0],
                                 ft_cli_has(cli, "force"), &err) < 0)
        return ft_print_err(&err);
    printf("deleted branch %s\n", cli->arg[0]);
    return 0;
}

int ft_cmd_branch(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    bool remove = ft_cli_has(cli, "delete");
    int status;

    if (!cli->n_args && !remove)
        return ft_cli_list_names(cli, ft_store_branches, "branches");
    if (remove && cli->n_args != 1) {
        ft_print_error("--delete wants the name of one branch");
        return STATUS_USAGE;
    }
    status = ft_session_store(&s, FT_STORE_WRITE);
    if (!status)
        status = remove ? delete_branch(&s, cli) : add_branch(&s, cli);
    ft_session_close(&s);
    return status;
}
