/* cmd_log.c - fedtwin log: the history of the project */
#include <stdio.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "cli/open.h"
#include "cli/term.h"

#define SCHEMA 1
#define STATUS_USAGE 2
#define ID_SHOWN 12 /* digits of an id that people see */

static void print_state(const struct ft_state *state)
{
    struct ft_str when = FT_STR_INIT;

    ft_when_text(state->time_ns, &when);
    printf("%sstate %.*s%s", ft_tone(stdout, FT_YELLOW), ID_SHOWN, state->id,
           ft_tone(stdout, FT_PLAIN));
    if (state->branch)
        printf(" (%s)", state->branch);
    printf("\n  %s  by %s\n", when.s, state->user);
    if (*state->run)
        printf("  run %s of %s: %s\n", state->run, state->workflow_file,
               state->outcome);
    else
        printf("  data put\n");
    printf("  %zu object%s, %zu changed\n\n", state->n_objects,
           state->n_objects == 1 ? "" : "s", state->n_changed);
    ft_str_release(&when);
}

static void print_json(const struct ft_states *states)
{
    struct json_object *obj = json_object_new_object();
    struct json_object *list = json_object_new_array();

    ft_json_add_int(obj, "schema", SCHEMA);
    for (size_t i = 0; i < states->n; i++) {
        const struct ft_state *state = &states->item[i];
        struct json_object *one = json_object_new_object();
        char when[FT_TIME_TEXT];

        ft_time_text(state->time_ns, when);
        ft_json_add_str(one, "state", state->id);
        ft_json_add_str(one, "parent", *state->parent ? state->parent : NULL);
        ft_json_add_str(one, "time", when);
        ft_json_add_str(one, "branch", state->branch);
        ft_json_add_str(one, "run", state->run);
        ft_json_add_str(one, "workflow", state->workflow);
        ft_json_add_str(one, "workflow_file", state->workflow_file);
        ft_json_add_str(one, "outcome", state->outcome);
        ft_json_add_str(one, "user", state->user);
        ft_json_add_int(one, "objects", (int64_t)state->n_objects);
        ft_json_add_int(one, "changed", (int64_t)state->n_changed);
        json_object_array_add(list, one);
    }
    json_object_object_add(obj, "states", list);
    ft_print_json(obj);
}

int ft_cmd_log(struct ft_cli *cli)
{
    long max = ft_cli_number(cli, "max", 0);
    struct ft_session s = FT_SESSION_INIT;
    struct ft_states states = { 0 };
    struct ft_err err;
    int status;

    if (max < 0)
        return STATUS_USAGE;
    status = ft_session_store(&s, FT_STORE_READ);
    if (!status && ft_store_log(s.store, (size_t)max, &states, &err) < 0)
        status = ft_print_err(&err);
    else if (!status && ft_cli_has(cli, "json"))
        print_json(&states);
    for (size_t i = 0; !status && !ft_cli_has(cli, "json") && i < states.n;
         i++)
        print_state(&states.item[i]);
    ft_states_release(&states);
    ft_session_close(&s);
    return status;
}
