/* cmd_diff.c - fedtwin diff: how two states, runs or versions differ */
#include <math.h>
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
#include "data/diff.h"

#define STATUS_DIFFERS 1
#define STATUS_USAGE 2
#define MAX_OBJECTS 100
#define MAX_FIRST 100
#define ATOL_MAX 16

/* --- options -------------------------------------------------------------- */

struct tolerances {
    struct ft_quantity item[ATOL_MAX];
    const char *text[ATOL_MAX]; /* as given */
    bool used[ATOL_MAX];
    size_t n;
};

/* A number from 0 on; -1 after printing that it is none. */
static double read_rtol(const struct ft_cli *cli)
{
    const char *text = ft_cli_option(cli, "rtol");
    double x = 0;

    if (!text)
        return 0;
    if (*text && ft_number_scan(text, &x) == strlen(text) && x >= 0 &&
        isfinite(x))
        return x;
    ft_print_error("--rtol wants a number from 0 on, not '%s'", text);
    return -1;
}

static int add_atol(struct tolerances *atol, const char *text)
{
    struct ft_quantity q;
    struct ft_err err;

    if (atol->n == ATOL_MAX) {
        ft_print_error("more than %d times --atol", ATOL_MAX);
        return STATUS_USAGE;
    }
    if (ft_quantity_parse(text, &q, &err) < 0) {
        ft_err_context(&err, "--atol");
        ft_print_err(&err);
        return STATUS_USAGE;
    }
    if (!(q.written >= 0)) {
        ft_print_error("--atol: '%s' is negative", text);
        return STATUS_USAGE;
    }
    for (size_t i = 0; i < atol->n; i++)
        if (ft_unit_same_dimension(atol->item[i].unit, q.unit)) {
            ft_print_error("--atol: '%s' and '%s' are of one dimension",
                           atol->text[i], text);
            return STATUS_USAGE;
        }
    atol->item[atol->n] = q;
    atol->text[atol->n++] = text;
    return 0;
}

static int read_options(const struct ft_cli *cli, struct ft_diff_how *how,
                        struct tolerances *atol)
{
    long max = ft_cli_number(cli, "max", MAX_OBJECTS);
    long first = ft_cli_number(cli, "first", 0);
    int status = 0;

    for (int i = 0; i < cli->n_given && !status; i++)
        if (strcmp(cli->given[i].name, "atol") == 0)
            status = add_atol(atol, cli->given[i].value);
    *how = (struct ft_diff_how){
        .compare = {
            .rtol = read_rtol(cli),
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
    return status || max < 0 || first < 0 || how->compare.rtol < 0
               ? STATUS_USAGE : 0;
}

/* A tolerance that nothing was compared with is likely a wrong unit. */
static void warn_unused(const struct tolerances *atol,
                        struct json_object *diff)
{
    struct json_object *objects = ft_json_or_null(diff, "objects");

    if (!ft_json_int_or(objects, "differs", 0) &&
        !ft_json_int_or(objects, "within", 0))
        return;
    for (size_t i = 0; i < atol->n; i++)
        if (!atol->used[i])
            ft_print_warning("--atol '%s': nothing that was compared has such "
                             "a unit", atol->text[i]);
}

/* -------------------------------------------------------------------------- */

static int print_diff(struct ft_session *s, const struct ft_cli *cli,
                      struct ft_diff_side side[2],
                      const struct ft_diff_how *how, struct tolerances *atol)
{
    struct ft_err err;
    struct json_object *diff = ft_diff(s->store, &side[0], &side[1], how,
                                       atol->used, &err);
    bool same;

    if (!diff)
        return ft_print_err(&err);
    same = ft_json_bool_or(diff, "same", false);
    warn_unused(atol, diff);
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
    struct tolerances atol = { .n = 0 };
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
