/* steering.c - what the commands that steer a run share */
#include "cli/steering.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/term.h"
#include "run/control/ask.h"
#include "run/record/place.h"

#define STATUS_USAGE 2

/* Tasks may be named with their run each, or after the first without. */
static void add_task(struct json_object *list, const char *arg,
                     const char *run, size_t run_len)
{
    if (strncmp(arg, run, run_len) == 0 && arg[run_len] == '/')
        arg += run_len + 1;
    json_object_array_add(list, json_object_new_string(arg));
}

static int add_tasks(const struct ft_cli *cli, struct ft_steering *st)
{
    struct json_object *list = json_object_new_array();
    size_t len = strcspn(cli->arg[0], "/");

    json_object_object_add(st->request, "tasks", list);
    if (!cli->arg[0][len]) {
        ft_print_error("'%s' names no task", cli->arg[0]);
        ft_print_hint("%s/STAGE or '%s/STAGE[axis=value]'", cli->arg[0],
                      cli->arg[0]);
        return STATUS_USAGE;
    }
    for (int i = 0; i < cli->n_args; i++)
        add_task(list, cli->arg[i], cli->arg[0], len);
    return 0;
}

int ft_steering_open(const struct ft_cli *cli, const char *op, bool tasks,
                     struct ft_steering *st)
{
    char *run = ft_strndup(cli->arg[0], strcspn(cli->arg[0], "/"));
    struct ft_err err;
    int status;

    *st = (struct ft_steering){ .s = FT_SESSION_INIT,
                                .request = json_object_new_object() };
    ft_json_add_str(st->request, "op", op);
    status = ft_session_project(&st->s);
    if (!status && ft_run_find(st->s.project, run, st->id, &err) < 0)
        status = ft_print_err(&err);
    if (!status && tasks)
        status = add_tasks(cli, st);
    free(run);
    return status;
}

int ft_steering_send(struct ft_steering *st)
{
    struct ft_err err;

    return ft_run_steer(st->s.project, st->id, st->request, &st->changed,
                        &st->live, &err) < 0
               ? ft_print_err(&err)
               : 0;
}

void ft_steering_close(struct ft_steering *st)
{
    json_object_put(st->request);
    ft_session_close(&st->s);
}
