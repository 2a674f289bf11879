/* cmd_wait.c - fedtwin wait: until a run has ended */
#include <stdio.h>

#include "base/err.h"
#include "cli/open.h"
#include "cli/term.h"
#include "run/control/ask.h"
#include "run/record/place.h"
#include "text/quantity.h"

#define STATUS_USAGE 2

static int read_timeout(const struct ft_cli *cli, double *timeout_s)
{
    const char *text = ft_cli_option(cli, "timeout");
    struct ft_quantity q;
    struct ft_err err;

    *timeout_s = -1;
    if (!text)
        return 0;
    if (ft_quantity_parse_in(text, "s", &q, &err) < 0) {
        ft_err_context(&err, "--timeout");
        (void)ft_print_err(&err);
        return STATUS_USAGE;
    }
    if (q.si < 0) {
        ft_print_error("--timeout: '%s' is negative", text);
        return STATUS_USAGE;
    }
    *timeout_s = q.si;
    return 0;
}

int ft_cmd_wait(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    char id[FT_RUN_ID_MAX];
    enum ft_run_state state;
    struct ft_err err;
    double timeout_s;
    int status = read_timeout(cli, &timeout_s);

    if (!status)
        status = ft_session_project(&s);
    if (!status &&
        (ft_run_find(s.project, ft_cli_arg(cli, 0), id, &err) < 0 ||
         ft_run_wait(s.project, id, timeout_s, &state, &err) < 0))
        status = ft_print_err(&err);
    if (!status) {
        printf("run %s %s\n", id, ft_run_state_names[state]);
        if (state == FT_RUN_INTERRUPTED)
            ft_print_hint("its runner is gone; 'fedtwin resume %s' goes on",
                          id);
        status = ft_run_state_status(state);
    }
    ft_session_close(&s);
    return status;
}
