/* cmd_cancel.c - fedtwin cancel: end a run, or tasks of it */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "cli/steering.h"
#include "cli/term.h"
#include "run/control/ask.h"

#define STATUS_USAGE 2

/* Single tasks: only a runner can tell them to end. */
static int cancel_tasks(const struct ft_cli *cli, const char *reason)
{
    struct ft_steering st;
    struct ft_err err;
    int status = ft_steering_open(cli, "cancel", true, &st), asked;

    if (!status && reason)
        ft_json_add_str(st.request, "reason", reason);
    if (!status) {
        asked = ft_run_ask(st.s.project, st.id, st.request, &err);
        if (asked < 0) {
            status = ft_print_err(&err);
        } else if (asked == 0) {
            ft_print_error("run '%s' has no runner: none of its tasks runs",
                           st.id);
            ft_print_hint("'fedtwin hold' keeps a task from starting");
            status = STATUS_USAGE;
        } else {
            printf("cancelled in run %s\n", st.id);
        }
    }
    ft_steering_close(&st);
    return status;
}

int ft_cmd_cancel(struct ft_cli *cli)
{
    const char *reason = ft_cli_option(cli, "reason");
    struct ft_session s = FT_SESSION_INIT;
    struct ft_err err;
    int status;

    if (strchr(cli->arg[0], '/'))
        return cancel_tasks(cli, reason);
    if (cli->n_args > 1) {
        ft_print_error("'%s' is no task of a run: RUN/TASK", cli->arg[0]);
        return STATUS_USAGE;
    }
    status = ft_session_run(&s, cli->arg[0]);
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
