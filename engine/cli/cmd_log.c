/* cmd_log.c - fedtwin log: the history of the project */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "cli/log_graph.h"
#include "cli/open.h"
#include "cli/term.h"
#include "data/history/history.h"

#define SCHEMA 2
#define STATUS_USAGE 2
#define ID_SHOWN 12 /* digits of an id that people see */

/* --- states --------------------------------------------------------------- */

static void print_made_by(const struct ft_state *state)
{
    if (*state->run)
        printf("run %s of %s: %s", state->run, state->workflow_file,
               state->outcome);
    else if (*state->merge)
        printf("merge");
    else if (strcmp(state->outcome, "rebuilt") == 0)
        printf("rebuilt from version files");
    else
        printf("data put");
    if (*state->merge)
        printf(", with %.*s", ID_SHOWN, state->merge);
    putchar('\n');
}

static void print_state(const struct ft_state *state, const char *head,
                        const char *body)
{
    struct ft_str when = FT_STR_INIT;

    ft_when_text(state->time_ns, &when);
    printf("%s%sstate %.*s%s", head, ft_tone(stdout, FT_YELLOW), ID_SHOWN,
           state->id, ft_tone(stdout, FT_PLAIN));
    if (*state->names)
        printf(" (%s)", state->names);
    if (state->undone)
        printf(" undone");
    printf("\n%s  %s  by %s\n%s  ", body, when.s, state->user, body);
    print_made_by(state);
    printf("%s  %zu object%s, %zu changed\n", body, state->n_objects,
           state->n_objects == 1 ? "" : "s", state->n_changed);
    ft_str_release(&when);
}

static void print_states(const struct ft_states *states, bool graph)
{
    struct ft_log_graph lines = FT_LOG_GRAPH_INIT;

    for (size_t i = 0; i < states->n; i++) {
        struct ft_str before = FT_STR_INIT, head = FT_STR_INIT;
        struct ft_str body = FT_STR_INIT, after = FT_STR_INIT;

        if (graph)
            ft_log_graph_next(&lines, &states->item[i], &before, &head, &body,
                              &after);
        fputs(before.s, stdout);
        print_state(&states->item[i], head.s, body.s);
        while (body.len && body.s[body.len - 1] == ' ')
            ft_str_cut(&body, body.len - 1);
        printf("%s\n%s", body.s, after.s);
        ft_str_release(&before);
        ft_str_release(&head);
        ft_str_release(&body);
        ft_str_release(&after);
    }
    ft_log_graph_release(&lines);
}

static struct json_object *state_json(const struct ft_state *state)
{
    struct json_object *one = json_object_new_object();
    char when[FT_TIME_TEXT];

    ft_time_text(state->time_ns, when);
    ft_json_add_str(one, "state", state->id);
    ft_json_add_str(one, "parent", *state->parent ? state->parent : NULL);
    ft_json_add_str(one, "merge", *state->merge ? state->merge : NULL);
    ft_json_add_str(one, "time", when);
    ft_json_add_str(one, "names", *state->names ? state->names : NULL);
    ft_json_add_bool(one, "undone", state->undone);
    ft_json_add_str(one, "run", state->run);
    ft_json_add_str(one, "workflow", state->workflow);
    ft_json_add_str(one, "workflow_file", state->workflow_file);
    ft_json_add_str(one, "outcome", state->outcome);
    ft_json_add_str(one, "user", state->user);
    ft_json_add_int(one, "objects", (int64_t)state->n_objects);
    ft_json_add_int(one, "changed", (int64_t)state->n_changed);
    return one;
}

static void print_states_json(const struct ft_states *states)
{
    struct json_object *obj = json_object_new_object();
    struct json_object *list = json_object_new_array();

    ft_json_add_int(obj, "schema", SCHEMA);
    for (size_t i = 0; i < states->n; i++)
        json_object_array_add(list, state_json(&states->item[i]));
    json_object_object_add(obj, "states", list);
    ft_print_json(obj);
}

static int show_states(struct ft_session *s, const struct ft_cli *cli,
                       size_t max)
{
    struct ft_states states = { 0 };
    struct ft_err err;
    int status = 0;

    if (ft_store_log(s->store, ft_cli_has(cli, "all"), max, &states, &err) < 0)
        status = ft_print_err(&err);
    else if (ft_cli_has(cli, "json"))
        print_states_json(&states);
    else
        print_states(&states, ft_cli_has(cli, "graph"));
    ft_states_release(&states);
    return status;
}

/* --- operations ----------------------------------------------------------- */

static void print_operations(const struct ft_operations *ops)
{
    static const char *const head[] = { "TIME", "BRANCH", "WHAT", "FROM", "TO",
                                        "BY" };
    struct ft_table table;

    ft_table_init(&table, 6, 0);
    for (int i = 0; i < 6; i++)
        ft_table_add(&table, "%s", head[i]);
    for (size_t i = 0; i < ops->n; i++) {
        const struct ft_operation *op = &ops->item[i];
        struct ft_str when = FT_STR_INIT;

        ft_when_text(op->time_ns, &when);
        ft_table_add(&table, "%s", when.s);
        ft_table_add(&table, "%s", op->branch);
        ft_table_add(&table, "%s", op->op);
        ft_table_add(&table, "%.*s", ID_SHOWN, op->old);
        ft_table_add(&table, "%.*s", ID_SHOWN, op->state);
        ft_table_add(&table, "%s", op->user);
        ft_str_release(&when);
    }
    ft_table_print(&table);
}

static void print_operations_json(const struct ft_operations *ops)
{
    struct json_object *obj = json_object_new_object();
    struct json_object *list = json_object_new_array();

    ft_json_add_int(obj, "schema", SCHEMA);
    for (size_t i = 0; i < ops->n; i++) {
        const struct ft_operation *op = &ops->item[i];
        struct json_object *one = json_object_new_object();
        char when[FT_TIME_TEXT];

        ft_time_text(op->time_ns, when);
        ft_json_add_str(one, "time", when);
        ft_json_add_str(one, "branch", op->branch);
        ft_json_add_str(one, "what", op->op);
        ft_json_add_str(one, "from", *op->old ? op->old : NULL);
        ft_json_add_str(one, "to", *op->state ? op->state : NULL);
        ft_json_add_str(one, "user", op->user);
        json_object_array_add(list, one);
    }
    json_object_object_add(obj, "operations", list);
    ft_print_json(obj);
}

static int show_operations(struct ft_session *s, const struct ft_cli *cli,
                           size_t max)
{
    struct ft_operations ops = { 0 };
    struct ft_err err;
    int status = 0;

    if (ft_store_operations(s->store, max, &ops, &err) < 0)
        status = ft_print_err(&err);
    else if (ft_cli_has(cli, "json"))
        print_operations_json(&ops);
    else if (ops.n)
        print_operations(&ops);
    ft_operations_release(&ops);
    return status;
}

int ft_cmd_log(struct ft_cli *cli)
{
    long max = ft_cli_number(cli, "max", 0);
    struct ft_session s = FT_SESSION_INIT;
    int status;

    if (max < 0)
        return STATUS_USAGE;
    status = ft_session_look(&s, cli);
    if (!status)
        status = ft_cli_has(cli, "operations")
                     ? show_operations(&s, cli, (size_t)max)
                     : show_states(&s, cli, (size_t)max);
    ft_session_close(&s);
    return status;
}
