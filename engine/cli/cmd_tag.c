/* cmd_tag.c - fedtwin tag: names of states that stay */
#include <stdio.h>

#include "base/err.h"
#include "cli/names_text.h"
#include "cli/open.h"
#include "cli/term.h"

#define STATUS_USAGE 2
#define ID_SHOWN 12

static int add_tag(struct ft_session *s, const struct ft_cli *cli)
{
    char id[FT_SHA256_HEX + 1];
    struct ft_err err;

    if (ft_history_add_tag(s->store, cli->arg[0], ft_cli_arg(cli, 1),
                           ft_cli_has(cli, "force"), id, &err) < 0)
        return ft_print_err(&err);
    printf("tag %s at %.*s\n", cli->arg[0], ID_SHOWN, id);
    return 0;
}

static int delete_tag(struct ft_session *s, const struct ft_cli *cli)
{
    struct ft_err err;

    if (ft_history_delete_tag(s->store, cli->arg[0], &err) < 0)
        return ft_print_err(&err);
    printf("deleted tag %s\n", cli->arg[0]);
    return 0;
}

int ft_cmd_tag(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    bool remove = ft_cli_has(cli, "delete");
    int status;

    if (!cli->n_args && !remove)
        return ft_cli_list_names(cli, ft_store_tags, "tags");
    if (remove && cli->n_args != 1) {
        ft_print_error("--delete wants the name of one tag");
        return STATUS_USAGE;
    }
    status = ft_session_store(&s, FT_STORE_WRITE);
    if (!status)
        status = remove ? delete_tag(&s, cli) : add_tag(&s, cli);
    ft_session_close(&s);
    return status;
}
