/* cmd_release.c - fedtwin release: let held tasks start */
#include <stdio.h>

#include "cli/steering.h"

int ft_cmd_release(struct ft_cli *cli)
{
    struct ft_steering st;
    int status = ft_steering_open(cli, "release", true, &st);

    if (!status)
        status = ft_steering_send(&st);
    if (!status)
        printf("released in run %s%s\n", st.id,
               st.live ? "" : "; the run has no runner");
    ft_steering_close(&st);
    return status;
}
