/* steering.h - what the commands that steer a run share
 *
 * Each function prints what is wrong and returns the exit status, or 0.
 */
#ifndef FT_CLI_STEERING_H
#define FT_CLI_STEERING_H

#include <stdbool.h>

#include "cli/open.h"

struct json_object;

struct ft_steering {
    struct ft_session s;
    char id[FT_RUN_ID_MAX];
    struct json_object *request;
    bool changed; /* it was not so already */
    bool live;    /* a runner has done it */
};

/* The run that the first argument, "RUN" or "RUN/TASK", means, and a request to
 * do 'op'.  With 'tasks' the request names what follows the slash and the other
 * arguments. */
int ft_steering_open(const struct ft_cli *cli, const char *op, bool tasks,
                     struct ft_steering *st);
int ft_steering_send(struct ft_steering *st);
void ft_steering_close(struct ft_steering *st);

#endif
