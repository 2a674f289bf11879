/* cmd_usage.c - fedtwin usage: what runs have cost */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/map.h"
#include "cli/open.h"
#include "cli/term.h"
#include "cli/usage_text.h"
#include "run/accounts/saved.h"
#include "run/record/place.h"
#include "text/quantity.h"

#define STATUS_USAGE 2
#define STATUS_IO 4
#define NS_PER_S 1e9

/* What the rows stand for. */
enum by { BY_STAGE, BY_RUN, BY_USER };
static const char *const by_names[] = { "stage", "run", "user", NULL };

struct asking {
    struct ft_session s;
    enum by by;
    int64_t since_ns;
    bool one_run;
    struct ft_costs *costs;
    struct ft_usage_rows rows;
    struct ft_map index; /* name -> row, by its number + 1 */
    bool incomplete;     /* a run could not be read */
};

/* --- options -------------------------------------------------------------- */

static int read_by(const struct ft_cli *cli, struct asking *a)
{
    const char *text = ft_cli_option(cli, "by");

    a->by = a->one_run ? BY_STAGE : BY_RUN;
    if (!text)
        return 0;
    for (a->by = 0; by_names[a->by]; a->by++)
        if (strcmp(by_names[a->by], text) == 0)
            return 0;
    ft_print_error("--by takes stage, run or user, not '%s'", text);
    return STATUS_USAGE;
}

/* An instant, or how long ago. */
static int read_since(const struct ft_cli *cli, struct asking *a)
{
    const char *text = ft_cli_option(cli, "since");
    struct ft_quantity q;

    a->since_ns = INT64_MIN;
    if (!text || ft_time_parse(text, &a->since_ns) == 0)
        return 0;
    if (ft_quantity_parse_in(text, "s", &q, NULL) == 0 && q.si >= 0) {
        a->since_ns = ft_clock_now_ns() - (int64_t)(q.si * NS_PER_S);
        return 0;
    }
    ft_print_error("--since takes a date, an instant or a duration, not '%s'",
                   text);
    ft_print_hint("such as 2026-11-21, 2026-11-21T18:00Z or '7 day'");
    return STATUS_USAGE;
}

static int read_options(const struct ft_cli *cli, struct asking *a)
{
    int status = read_by(cli, a);

    if (!status)
        status = read_since(cli, a);
    if (!status && ft_cli_has(cli, "json") && ft_cli_has(cli, "csv")) {
        ft_print_error("--json and --csv exclude each other");
        status = STATUS_USAGE;
    }
    if (!status && a->one_run && ft_cli_has(cli, "since")) {
        ft_print_error("--since is about all runs; do not name one");
        status = STATUS_USAGE;
    }
    return status;
}

/* --- rows ----------------------------------------------------------------- */

static void add(struct asking *a, const char *name,
                const struct ft_usage *usage)
{
    size_t at = (size_t)(uintptr_t)ft_map_get(&a->index, name);

    if (!at) {
        at = ft_usage_rows_add(&a->rows, name);
        ft_map_put(&a->index, name, (void *)(uintptr_t)at);
    }
    ft_usage_add(&a->rows.item[at - 1].usage, usage);
}

static void add_stage(struct asking *a, const struct ft_run *run, size_t s,
                      const struct ft_usage *usage)
{
    const struct ft_workflow *wf = run->plan->wf;
    char *name = a->one_run
                     ? ft_strdup(wf->stage[s].name)
                     : ft_asprintf("%s/%s", wf->name, wf->stage[s].name);

    add(a, name, usage);
    free(name);
}

static void add_run(struct asking *a, const struct ft_run *run)
{
    size_t n = run->plan->wf->n_stages;
    struct ft_usage *stage = ft_calloc(n, sizeof(*stage));

    for (size_t s = 0; s < n; s++)
        stage[s] = ft_usage_of_stage(run, s);
    ft_costs_add_saved(a->costs, run, stage);
    for (size_t s = 0; s < n; s++) {
        if (a->by == BY_STAGE)
            add_stage(a, run, s, &stage[s]);
        else if (a->by == BY_RUN)
            add(a, run->id, &stage[s]);
        else
            add(a, run->user ? run->user : "unknown", &stage[s]);
    }
    free(stage);
}

/* Oldest first, as in a ledger. */
static int add_all(struct asking *a)
{
    char(*ids)[FT_RUN_ID_MAX] = NULL;
    struct ft_err err;
    size_t n = 0;

    if (ft_run_ids(a->s.project, &ids, &n, &err) < 0)
        return ft_print_err(&err);
    while (n-- > 0) {
        struct ft_run *run = ft_run_read(a->s.project, ids[n], NULL, &err);

        if (run && run->start_ns >= a->since_ns) {
            add_run(a, run);
        } else if (!run) {
            ft_err_context(&err, "run '%s' is not counted", ids[n]);
            (void)ft_print_err(&err);
            a->incomplete = true;
        }
        ft_run_free(run);
    }
    free(ids);
    return 0;
}

int ft_cmd_usage(struct ft_cli *cli)
{
    struct asking a = { .s = FT_SESSION_INIT, .index = FT_MAP_INIT,
                        .one_run = ft_cli_arg(cli, 0) != NULL };
    int status = read_options(cli, &a);

    if (!status)
        status = a.one_run ? ft_session_run(&a.s, cli->arg[0])
                           : ft_session_project(&a.s);
    if (!status) {
        a.costs = ft_costs_new(a.s.project);
        if (a.one_run)
            add_run(&a, a.s.run);
        else
            status = add_all(&a);
    }
    if (!status && ft_cli_has(cli, "json"))
        ft_print_json(ft_usage_json(&a.rows, by_names[a.by]));
    else if (!status && ft_cli_has(cli, "csv"))
        ft_usage_print_csv(&a.rows, by_names[a.by]);
    else if (!status)
        ft_usage_print(&a.rows, by_names[a.by]);
    ft_costs_free(a.costs);
    ft_map_release(&a.index);
    ft_usage_rows_release(&a.rows);
    ft_session_close(&a.s);
    return status ? status : a.incomplete ? STATUS_IO : 0;
}
