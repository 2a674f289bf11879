/* cmd_resume.c - fedtwin resume: go on with an interrupted run */
#include "cli/execute.h"

#define STATUS_USAGE 2

int ft_cmd_resume(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    struct ft_drive_options options;
    int status;

    if (ft_execute_options(cli, &options) < 0)
        return STATUS_USAGE;
    status = ft_session_run(&s, ft_cli_arg(cli, 0));
    if (!status)
        status = ft_execute_resume(&s, s.run->id, &options,
                                   ft_cli_has(cli, "json"));
    ft_session_close(&s);
    return status;
}
