/* cmd_why.c - fedtwin why: explain the state of a task */
#include <stdio.h>

#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "cli/open.h"
#include "cli/term.h"

#define SCHEMA 1
#define STATUS_USAGE 2

static void print_json(const struct ft_run *run, size_t task, const char *why)
{
    struct json_object *obj = json_object_new_object();
    struct ft_str name = FT_STR_INIT;

    ft_plan_task_name(run->plan, task, &name);
    ft_json_add_int(obj, "schema", SCHEMA);
    ft_json_add_str(obj, "run", run->id);
    ft_json_add_str(obj, "task", name.s);
    ft_json_add_str(obj, "state", ft_task_state_names[run->task[task].state]);
    ft_json_add_str(obj, "why", why);
    ft_print_json(obj);
    ft_str_release(&name);
}

int ft_cmd_why(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    struct ft_str why = FT_STR_INIT;
    struct ft_err err;
    long task = -1;
    int status = ft_session_task(&s, cli->arg[0], &task);

    if (!status && task < 0) {
        ft_print_error("'%s' names no task; write RUN/TASK", cli->arg[0]);
        status = STATUS_USAGE;
    }
    if (!status)
        status = ft_session_store(&s, FT_STORE_READ);
    if (!status && ft_run_why(s.project, s.run, (size_t)task, s.store, &why,
                              &err) < 0)
        status = ft_print_err(&err);
    else if (!status && ft_cli_has(cli, "json"))
        print_json(s.run, (size_t)task, why.s);
    else if (!status)
        fputs(why.s, stdout);
    ft_str_release(&why);
    ft_session_close(&s);
    return status;
}
