/* cmd_pause.c - fedtwin pause: start nothing more for now */
#include <stdio.h>

#include "base/json.h"
#include "cli/steering.h"

int ft_cmd_pause(struct ft_cli *cli)
{
    const char *reason = ft_cli_option(cli, "reason");
    struct ft_steering st;
    int status = ft_steering_open(cli, "pause", false, &st);

    if (!status && reason)
        ft_json_add_str(st.request, "reason", reason);
    if (!status)
        status = ft_steering_send(&st);
    if (!status && !st.changed)
        printf("run %s is paused already\n", st.id);
    else if (!status && st.live)
        printf("run %s is paused: what runs goes on to its end, nothing more "
               "starts\n", st.id);
    else if (!status)
        printf("run %s has no runner; when it is resumed it stays paused\n",
               st.id);
    ft_steering_close(&st);
    return status;
}
