/* cmd_switch.c - fedtwin switch: work on another branch */
#include <stdio.h>

#include "base/err.h"
#include "cli/open.h"
#include "cli/term.h"
#include "data/history/history.h"

#define STATUS_USAGE 2
#define ID_SHOWN 12

static int create(struct ft_session *s, const char *name, const char *at)
{
    struct ft_move move;
    struct ft_err err;

    return ft_history_add_branch(s->store, name, at, false, &move, &err) < 0
               ? ft_print_err(&err) : 0;
}

/* A state is not a branch: new results need a name to go to. */
static int print_no_branch(struct ft_session *s, const char *text,
                           const struct ft_err *err)
{
    char id[FT_SHA256_HEX + 1];

    if (ft_history_find(s->store, text, id, NULL) < 0)
        return ft_print_err(err);
    ft_print_error("'%s' is no branch", text);
    ft_print_hint("to go on from there: 'fedtwin switch -c NAME %s'; to look "
                  "at it: --at '%s'", text, text);
    return ft_code_status(err->code);
}

int ft_cmd_switch(struct ft_cli *cli)
{
    const char *name = ft_cli_option(cli, "create");
    struct ft_session s = FT_SESSION_INIT;
    char id[FT_SHA256_HEX + 1] = "";
    struct ft_err err;
    int status;

    if (!name && !cli->n_args) {
        ft_print_error("which branch?");
        ft_print_hint("'fedtwin branch' lists them");
        return STATUS_USAGE;
    }
    status = ft_session_store(&s, FT_STORE_WRITE);
    if (!status && name)
        status = create(&s, name, ft_cli_arg(cli, 0));
    if (!name)
        name = cli->arg[0];
    if (!status && ft_history_switch(s.store, name, &err) < 0)
        status = print_no_branch(&s, name, &err);
    if (!status && ft_store_head(s.store, id, &err) < 0)
        status = ft_print_err(&err);
    if (!status)
        printf("on branch %s at %.*s\n", name, ID_SHOWN, id);
    ft_session_close(&s);
    return status;
}
