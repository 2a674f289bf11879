/* cmd_retry.c - fedtwin retry: execute tasks of a run again */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "cli/execute.h"
#include "cli/steering.h"
#include "cli/term.h"
#include "run/control/ask.h"

#define STATUS_USAGE 2

/* Nobody drives the run: go on with it. */
static int go_on(const struct ft_cli *cli, struct ft_steering *st,
                 struct ft_drive_options *options)
{
    struct ft_execution what = { .options = options,
                                 .resume = st->id,
                                 .json = ft_cli_has(cli, "json") };

    options->retry = st->request;
    ft_session_modules(&st->s);
    return ft_cli_has(cli, "detach") ? ft_execute_detached(&st->s, &what)
                                     : ft_execute(&st->s, &what);
}

int ft_cmd_retry(struct ft_cli *cli)
{
    struct ft_drive_options options;
    struct ft_steering st;
    struct ft_err err;
    int status, asked;

    if (ft_execute_options(cli, &options) < 0)
        return STATUS_USAGE;
    status = ft_steering_open(cli, "retry", strchr(cli->arg[0], '/') != NULL,
                              &st);
    if (!status) {
        asked = ft_run_ask(st.s.project, st.id, st.request, &err);
        if (asked < 0)
            status = ft_print_err(&err);
        else if (asked > 0)
            printf("run %s tries again\n", st.id);
        else
            status = go_on(cli, &st, &options);
    }
    ft_steering_close(&st);
    return status;
}
