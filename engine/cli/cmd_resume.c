/* cmd_resume.c - fedtwin resume: go on with an interrupted run */
#include "cli/execute.h"

#define STATUS_USAGE 2

int ft_cmd_resume(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    struct ft_drive_options options;
    struct ft_execution what = { .options = &options,
                                 .json = ft_cli_has(cli, "json") };
    int status;

    if (ft_execute_options(cli, &options) < 0)
        return STATUS_USAGE;
    status = ft_session_run(&s, ft_cli_arg(cli, 0));
    if (!status) {
        what.resume = s.run->id;
        status = ft_cli_has(cli, "detach") ? ft_execute_detached(&s, &what)
                                           : ft_execute(&s, &what);
    }
    ft_session_close(&s);
    return status;
}
