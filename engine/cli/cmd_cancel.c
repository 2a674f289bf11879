/* cmd_cancel.c - fedtwin cancel: end a run */
#include <stdio.h>

#include "base/err.h"
#include "cli/open.h"
#include "cli/term.h"
#include "run/ask.h"

int ft_cmd_cancel(struct ft_cli *cli)
{
    const char *reason = ft_cli_option(cli, "reason");
    struct ft_session s = FT_SESSION_INIT;
    struct ft_err err;
    int status = ft_session_run(&s, cli->arg[0]);

    if (!status && s.run->state != FT_RUN_RUNNING &&
        s.run->state != FT_RUN_INTERRUPTED) {
        printf("run %s has ended already: %s\n", s.run->id,
               ft_run_state_names[s.run->state]);
    } else if (!status) {
        if (ft_run_cancel(s.project, s.run->id,
                          reason ? reason : "fedtwin cancel", &err) < 0)
            status = ft_print_err(&err);
        else
            printf("run %s is cancelled\n", s.run->id);
    }
    ft_session_close(&s);
    return status;
}
