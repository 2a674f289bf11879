/* cmd_run.c - fedtwin run: execute a workflow */
#include "cli/execute.h"

#define STATUS_USAGE 2

int ft_cmd_run(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    struct ft_drive_options options;
    struct ft_execution what = { .options = &options,
                                 .json = ft_cli_has(cli, "json") };
    int status;

    if (ft_cli_has(cli, "dry-run"))
        return ft_cmd_plan(cli);
    if (ft_execute_options(cli, &options) < 0)
        return STATUS_USAGE;
    status = ft_session_project(&s);
    if (!status)
        status = ft_session_site(&s, cli);
    options.site = (const struct ft_site *const *)s.site;
    options.n_sites = s.n_sites;
    if (!status)
        status = ft_session_plan(&s, cli, ft_cli_arg(cli, 0));
    if (!status)
        status = ft_session_fit(&s, NULL);
    if (!status && ft_cli_has(cli, "detach"))
        status = ft_execute_detached(&s, &what);
    else if (!status)
        status = ft_execute(&s, &what);
    ft_session_close(&s);
    return status;
}
