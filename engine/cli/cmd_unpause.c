/* cmd_unpause.c - fedtwin unpause: let a paused run go on */
#include <stdio.h>

#include "cli/steering.h"

int ft_cmd_unpause(struct ft_cli *cli)
{
    struct ft_steering st;
    int status = ft_steering_open(cli, "unpause", false, &st);

    if (!status)
        status = ft_steering_send(&st);
    if (!status && !st.changed)
        printf("run %s is not paused\n", st.id);
    else if (!status && st.live)
        printf("run %s goes on\n", st.id);
    else if (!status)
        printf("run %s is no longer paused; it has no runner: fedtwin resume "
               "%s\n", st.id, st.id);
    ft_steering_close(&st);
    return status;
}
