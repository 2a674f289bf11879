/* cmd_status.c - fedtwin status: list the runs, or show one */
#include <stdio.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/limit_text.h"
#include "cli/nodes_text.h"
#include "cli/open.h"
#include "cli/run_text.h"
#include "cli/term.h"

#define SCHEMA 1
#define STATUS_USAGE 2
#define RUNS_DEFAULT 20

/* --- the list ------------------------------------------------------------- */

static void print_lines_json(const struct ft_run_lines *lines)
{
    struct json_object *obj = json_object_new_object();
    struct json_object *runs = json_object_new_array();

    ft_json_add_int(obj, "schema", SCHEMA);
    for (size_t i = 0; i < lines->n; i++) {
        const struct ft_run_line *line = &lines->item[i];
        struct json_object *run = json_object_new_object();
        char when[FT_TIME_TEXT];

        ft_json_add_str(run, "run", line->id);
        ft_json_add_str(run, "state", ft_run_state_names[line->state]);
        ft_json_add_str(run, "workflow", line->workflow_file);
        ft_time_text(line->start_ns, when);
        ft_json_add_str(run, "start", when);
        ft_time_text(line->end_ns, when);
        ft_json_add_str(run, "end", line->end_ns ? when : NULL);
        ft_json_add_int(run, "tasks", (int64_t)line->n_tasks);
        ft_json_add_int(run, "done", (int64_t)line->n_done);
        ft_json_add_int(run, "cached", (int64_t)line->n_cached);
        ft_json_add_int(run, "failed", (int64_t)line->n_failed);
        json_object_array_add(runs, run);
    }
    json_object_object_add(obj, "runs", runs);
    ft_print_json(obj);
}

static void print_lines(const struct ft_run_lines *lines)
{
    static const char *const head[] = { "RUN", "STATE", "DONE", "STARTED",
                                        "WORKFLOW" };
    struct ft_table table;

    if (!lines->n) {
        printf("no runs yet; 'fedtwin run FILE' starts one\n");
        return;
    }
    ft_table_init(&table, 5, 1u << 2);
    for (int i = 0; i < 5; i++)
        ft_table_add(&table, "%s", head[i]);
    for (size_t i = 0; i < lines->n; i++) {
        const struct ft_run_line *line = &lines->item[i];
        struct ft_str when = FT_STR_INIT;

        ft_when_text(line->start_ns, &when);
        ft_table_add(&table, "%s", line->id);
        ft_table_add(&table, "%s", ft_run_state_names[line->state]);
        ft_table_add(&table, "%zu/%zu", line->n_done, line->n_tasks);
        ft_table_add(&table, "%s", when.s);
        ft_table_add(&table, "%s", line->workflow_file);
        ft_str_release(&when);
    }
    ft_table_print(&table);
}

static int show_list(struct ft_session *s, const struct ft_cli *cli)
{
    long max = ft_cli_number(cli, "max", RUNS_DEFAULT);
    struct ft_run_lines lines = { 0 };
    struct ft_err err;
    int status;

    if (max < 0)
        return STATUS_USAGE;
    status = ft_session_project(s);
    if (status)
        return status;
    if (ft_run_list(s->project, (size_t)max, &lines, &err) < 0)
        return ft_print_err(&err);
    if (ft_cli_has(cli, "json"))
        print_lines_json(&lines);
    else
        print_lines(&lines);
    ft_run_lines_release(&lines);
    return 0;
}

/* --- one run -------------------------------------------------------------- */

static void print_next(const struct ft_run *run)
{
    switch (run->state) {
    case FT_RUN_INTERRUPTED:
        printf("\nits runner is gone; next: fedtwin resume %s\n", run->id);
        break;
    case FT_RUN_FAILED:
        printf("\nnext: fedtwin logs %s; after the repair run the workflow "
               "again\n", run->id);
        break;
    case FT_RUN_RUNNING:
        printf("\nrunner %s; next: fedtwin cancel %s\n",
               run->runner ? run->runner : "unknown", run->id);
        break;
    case FT_RUN_PAUSED:
        printf("\nnext: fedtwin resume %s --budget NAME=VALUE\n", run->id);
        break;
    case FT_RUN_SUCCEEDED:
        printf("\nnext: fedtwin data ls\n");
        break;
    default:
        break;
    }
}

static void print_run_json(const struct ft_session *s)
{
    struct json_object *obj = ft_run_text_json(s->run, true);

    json_object_object_add(obj, "nodes_left_out",
                           ft_nodes_json_run(s->project, s->run));
    ft_print_json(obj);
}

static void print_run(const struct ft_session *s, bool tasks)
{
    const struct ft_run *run = s->run;
    struct ft_str text = FT_STR_INIT;

    printf("run %s of %s: %s\n", run->id, run->workflow_file,
           ft_run_state_names[run->state]);
    if (run->reason)
        printf("reason: %s\n", run->reason);
    ft_run_text_steer(run);
    ft_run_text_waits(run);
    ft_nodes_text_run(s->project, run);
    ft_limit_text_print(run);
    ft_when_text(run->start_ns, &text);
    ft_str_add(&text, ", ");
    if (run->end_ns)
        ft_duration_text((double)(run->end_ns - run->start_ns) / 1e9, &text);
    else
        ft_str_add(&text, "not ended");
    printf("started %s\n\n", text.s);
    ft_str_release(&text);
    if (tasks)
        ft_run_text_tasks(run);
    else
        ft_run_text_stages(run);
    print_next(run);
}

int ft_cmd_status(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    bool tasks = ft_cli_has(cli, "tasks");
    int status;

    if (!ft_cli_arg(cli, 0)) {
        status = show_list(&s, cli);
    } else {
        status = ft_session_run(&s, cli->arg[0]);
        if (!status && ft_cli_has(cli, "json"))
            print_run_json(&s);
        else if (!status)
            print_run(&s, tasks);
    }
    ft_session_close(&s);
    return status;
}
