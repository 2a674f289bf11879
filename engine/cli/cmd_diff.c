/* cmd_diff.c - fedtwin diff: how two states, runs or versions differ */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/diff_side.h"
#include "cli/diff_text.h"
#include "cli/open.h"
#include "cli/ref_text.h"
#include "cli/term.h"
#include "cli/tolerance.h"
#include "data/history/diff.h"

#define STATUS_DIFFERS 1
#define STATUS_USAGE 2
#define MAX_OBJECTS 100
#define MAX_FIRST 100

/* --- options -------------------------------------------------------------- */

static int read_options(const struct ft_cli *cli, struct ft_diff_how *how,
                        struct ft_tolerances *atol)
{
    long max = ft_cli_number(cli, "max", MAX_OBJECTS);
    long first = ft_cli_number(cli, "first", 0);
    int status = ft_tolerances_read(cli, 0, atol);

    *how = (struct ft_diff_how){
        .compare = {
            .rtol = atol->rtol,
            .atol = atol->item,
            .n_atol = atol->n,
            .key = ft_cli_option(cli, "key"),
            .first = first > 0 ? (size_t)first : 0,
        },
        .names = ft_cli_has(cli, "stat"),
        .objects_only = ft_cli_has(cli, "objects-only"),
        .only = ft_cli_option(cli, "only"),
        .max = max > 0 ? (size_t)max : 0,
        .call = ft_ref_text,
    };
    if (first > MAX_FIRST) {
        ft_print_error("--first is at most %d", MAX_FIRST);
        status = STATUS_USAGE;
    }
    if (how->names && (how->compare.rtol > 0 || atol->n)) {
        ft_print_error("--stat does not look at values: no tolerance counts");
        status = STATUS_USAGE;
    }
    return status || max < 0 || first < 0 ? STATUS_USAGE : 0;
}

/* -------------------------------------------------------------------------- */

static int print_diff(struct ft_session *s, const struct ft_cli *cli,
                      struct ft_diff_side side[2],
                      const struct ft_diff_how *how, struct ft_tolerances *atol)
{
    struct json_object *objects;
    struct ft_err err;
    struct json_object *diff = ft_diff(s->store, &side[0], &side[1], how,
                                       atol->used, &err);
    bool same;

    if (!diff)
        return ft_print_err(&err);
    same = ft_json_bool_or(diff, "same", false);
    objects = ft_json_or_null(diff, "objects");
    if (ft_json_int_or(objects, "differs", 0) ||
        ft_json_int_or(objects, "within", 0))
        ft_tolerances_warn(atol);
    if (ft_cli_has(cli, "json")) {
        ft_print_json(diff);
    } else {
        ft_diff_print(diff, how->names);
        json_object_put(diff);
    }
    return same ? 0 : STATUS_DIFFERS;
}

int ft_cmd_diff(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    struct ft_tolerances atol = { .n = 0 };
    struct ft_diff_side side[2] = { { 0 }, { 0 } };
    struct ft_diff_how how;
    int status = read_options(cli, &how, &atol);

    if (!status)
        status = ft_session_look(&s, cli);
    if (!status)
        status = ft_diff_sides(&s, cli, side);
    if (!status)
        status = print_diff(&s, cli, side, &how, &atol);
    ft_diff_side_release(&side[0]);
    ft_diff_side_release(&side[1]);
    ft_session_close(&s);
    return status;
}
