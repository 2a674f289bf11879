/* move_text.c - what undo and redo have in common */
#include "cli/move_text.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/json.h"
#include "cli/open.h"
#include "cli/term.h"
#include "data/history/history.h"

#define SCHEMA 1
#define STATUS_USAGE 2
#define ID_SHOWN 12

static void print_move(const struct ft_move *move, const char *verb)
{
    printf("%s: %s %zu state%s, %.*s to %.*s\n", move->branch, verb, move->n,
           move->n == 1 ? "" : "s", ID_SHOWN, move->from, ID_SHOWN, move->to);
}

static void print_move_json(const struct ft_move *move)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_int(obj, "schema", SCHEMA);
    ft_json_add_str(obj, "branch", move->branch);
    ft_json_add_int(obj, "states", (int64_t)move->n);
    ft_json_add_str(obj, "from", move->from);
    ft_json_add_str(obj, "to", move->to);
    ft_print_json(obj);
}

/* [N], 1 when it is not given; 0 after an error. */
static size_t count_of(const struct ft_cli *cli)
{
    const char *text = ft_cli_arg(cli, 0);
    char *end;
    long n;

    if (!text)
        return 1;
    n = strtol(text, &end, 10);
    if (*text && !*end && n > 0)
        return (size_t)n;
    ft_print_error("'%s' is no number of states", text);
    return 0;
}

int ft_cli_move(const struct ft_cli *cli, bool back)
{
    struct ft_session s = FT_SESSION_INIT;
    size_t n = count_of(cli);
    struct ft_move done;
    struct ft_err err;
    int status;

    if (!n)
        return STATUS_USAGE;
    status = ft_session_store(&s, FT_STORE_WRITE);
    if (!status && (back ? ft_history_undo(s.store, n, &done, &err)
                         : ft_history_redo(s.store, n, &done, &err)) < 0)
        status = ft_print_err(&err);
    else if (!status && ft_cli_has(cli, "json"))
        print_move_json(&done);
    else if (!status)
        print_move(&done, back ? "undone" : "redone");
    ft_session_close(&s);
    return status;
}
