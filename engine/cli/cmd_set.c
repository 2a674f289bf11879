/* cmd_set.c - fedtwin set: change a run, or what its waiting tasks get */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "cli/steering.h"
#include "cli/term.h"

#define STATUS_USAGE 2

/* "memory=4 GiB" */
static int add_setting(struct json_object *set, const char *arg)
{
    const char *eq = strchr(arg, '=');
    char *key;

    if (!eq || eq == arg) {
        ft_print_error("'%s' is not of the form KEY=VALUE", arg);
        return STATUS_USAGE;
    }
    key = ft_strndup(arg, (size_t)(eq - arg));
    ft_json_add_str(set, key, eq + 1);
    free(key);
    return 0;
}

static int make_request(const struct ft_cli *cli, struct ft_steering *st)
{
    struct json_object *set = json_object_new_object();
    const char *task = strchr(cli->arg[0], '/');
    struct json_object *names;
    int status = 0;

    json_object_object_add(st->request, "set", set);
    if (task) {
        names = json_object_new_array();
        json_object_array_add(names, json_object_new_string(task + 1));
        json_object_object_add(st->request, "tasks", names);
    }
    for (int i = 1; i < cli->n_args && !status; i++)
        status = add_setting(set, cli->arg[i]);
    return status;
}

int ft_cmd_set(struct ft_cli *cli)
{
    struct ft_steering st;
    int status = ft_steering_open(cli, "set", false, &st);

    if (!status)
        status = make_request(cli, &st);
    if (!status)
        status = ft_steering_send(&st);
    if (!status)
        printf("set in run %s%s\n", st.id,
               st.live ? "" : "; it counts when the run is resumed");
    ft_steering_close(&st);
    return status;
}
