/* cmd_hold.c - fedtwin hold: keep tasks from starting */
#include <stdio.h>

#include "cli/steering.h"

int ft_cmd_hold(struct ft_cli *cli)
{
    struct ft_steering st;
    int status = ft_steering_open(cli, "hold", true, &st);

    if (!status)
        status = ft_steering_send(&st);
    if (!status)
        printf("held in run %s until 'fedtwin release'%s\n", st.id,
               st.live ? "" : "; the run has no runner");
    ft_steering_close(&st);
    return status;
}
