/* cmd_gc.c - fedtwin gc: remove what nothing leads to any more */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/gc_text.h"
#include "cli/open.h"
#include "cli/term.h"
#include "data/store/ballast.h"
#include "run/record/upkeep.h"
#include "text/quantity.h"

#define STATUS_USAGE 2
#define NS_PER_S 1e9
#define GRACE "14 day"

struct asking {
    struct ft_session s;
    struct ft_gc_options options;
    struct ft_run_needs needs;
    struct ft_run_clean clean;
    bool dry, purge;
};

/* --- options -------------------------------------------------------------- */

static int read_duration(const struct ft_cli *cli, const char *name,
                         const char *fallback, double *seconds)
{
    const char *text = ft_cli_option(cli, name);
    struct ft_quantity q;

    if (ft_quantity_parse_in(text ? text : fallback, "s", &q, NULL) == 0 &&
        q.si >= 0 && q.si < 1e9) {
        *seconds = q.si;
        return 0;
    }
    ft_print_error("--%s takes a duration such as '14 day', not '%s'", name,
                   text);
    return STATUS_USAGE;
}

/* An instant, or how long ago. */
static int read_since(const struct ft_cli *cli, struct asking *a)
{
    const char *text = ft_cli_option(cli, "keep-since");
    struct ft_quantity q;

    a->options.keep_since_ns = INT64_MIN;
    if (!text || ft_time_parse(text, &a->options.keep_since_ns) == 0)
        return 0;
    if (ft_quantity_parse_in(text, "s", &q, NULL) == 0 && q.si >= 0 &&
        q.si < 1e9) {
        a->options.keep_since_ns = a->options.now_ns -
                                   (int64_t)(q.si * NS_PER_S);
        return 0;
    }
    ft_print_error("--keep-since takes a date, an instant or a duration, not "
                   "'%s'", text);
    ft_print_hint("such as 2026-11-21, 2026-11-21T18:00Z or '30 day'");
    return STATUS_USAGE;
}

static int read_options(const struct ft_cli *cli, struct asking *a)
{
    long keep = ft_cli_number(cli, "keep-states", 0);
    double work_s = 0, runs_s = 0;
    int status = keep < 0 ? STATUS_USAGE : 0;

    a->options.now_ns = ft_clock_now_ns();
    a->options.keep_states = (size_t)keep;
    a->dry = ft_cli_has(cli, "dry-run");
    a->purge = ft_cli_has(cli, "purge");
    if (!status)
        status = read_duration(cli, "grace", GRACE, &a->options.grace_s);
    if (!status)
        status = read_duration(cli, "work", GRACE, &work_s);
    if (!status)
        status = read_duration(cli, "runs", "0 s", &runs_s);
    if (!status)
        status = read_since(cli, a);
    a->clean = (struct ft_run_clean){
        .work_before_ns = a->options.now_ns - (int64_t)(work_s * NS_PER_S),
        .runs_before_ns = ft_cli_has(cli, "runs")
                              ? a->options.now_ns -
                                    (int64_t)(runs_s * NS_PER_S)
                              : INT64_MIN,
        .dry = a->dry,
    };
    return status;
}

/* --- trash ---------------------------------------------------------------- */

static int list(struct asking *a, bool json)
{
    struct ft_removals removals;
    struct ft_err err;

    if (ft_store_removals(a->s.store, &removals, &err) < 0)
        return ft_print_err(&err);
    ft_gc_print_removals(&removals, json);
    ft_removals_release(&removals);
    return 0;
}

static int restore(struct asking *a, const char *removal)
{
    struct ft_err err;
    size_t n;

    if (ft_store_restore(a->s.store, removal, &n, &err) < 0)
        return ft_print_err(&err);
    printf("%zu version%s back\n", n, n == 1 ? " is" : "s are");
    return 0;
}

/* Whether the trash may be destroyed: a run that was there when it was filled
 * may still read what it holds. */
static bool is_due(const struct asking *a, const struct ft_removal *removal,
                   int64_t oldest_live_ns)
{
    if (removal->purged_ns || removal->time_ns >= oldest_live_ns)
        return false;
    return a->purge || (double)(a->options.now_ns - removal->time_ns) >=
                           a->options.grace_s * NS_PER_S;
}

static int purge(struct asking *a, struct ft_gc_done *done)
{
    struct ft_removals removals = { 0 };
    int64_t oldest_ns;
    struct ft_err err;
    int rc = ft_run_oldest_live(a->s.project, &oldest_ns, &err);

    if (rc == 0)
        rc = ft_store_removals(a->s.store, &removals, &err);
    for (size_t i = 0; rc == 0 && i < removals.n; i++) {
        const struct ft_removal *removal = &removals.item[i];

        if (!is_due(a, removal, oldest_ns)) {
            done->n_trash += removal->purged_ns ? 0 : removal->n;
            done->trash_bytes += removal->purged_ns ? 0 : removal->bytes;
            continue;
        }
        if (!a->dry)
            rc = ft_store_purge(a->s.store, removal, &err);
        done->n_purged += removal->n;
        done->purged_bytes += removal->bytes;
    }
    ft_removals_release(&removals);
    return rc < 0 ? ft_print_err(&err) : 0;
}

/* --- gc ------------------------------------------------------------------- */

static int collect(struct asking *a, struct ft_gc_done *done)
{
    struct ft_err err;
    int rc, status;

    a->needs = (struct ft_run_needs){ a->s.project, a->s.store };
    a->options.tell = ft_run_tell_needs;
    a->options.arg = &a->needs;
    rc = a->dry ? 0 : ft_store_settle(a->s.store, &err);
    if (rc == 0)
        rc = a->dry ? ft_store_gc_plan(a->s.store, &a->options, &done->gc,
                                       &err)
                    : ft_store_gc(a->s.store, &a->options, &done->gc, &err);
    if (rc == 0)
        rc = ft_run_clean(a->s.project, &a->clean, &err);
    done->clean = &a->clean;
    status = rc < 0 ? ft_print_err(&err) : purge(a, done);
    if (!a->dry) /* on a disk that is still full there is none */
        (void)ft_ballast_make(a->s.project, NULL);
    return status;
}

int ft_cmd_gc(struct ft_cli *cli)
{
    struct asking a = { .s = FT_SESSION_INIT };
    struct ft_gc_done done = { 0 };
    const char *removal = ft_cli_option(cli, "restore");
    bool json = ft_cli_has(cli, "json");
    int status = read_options(cli, &a);

    if (!status)
        status = ft_cli_has(cli, "list")
                     ? ft_session_store(&a.s, FT_STORE_READ)
                     : ft_session_cleaning(&a.s);
    if (!status && ft_cli_has(cli, "list")) {
        status = list(&a, json);
    } else if (!status && removal) {
        status = restore(&a, removal);
    } else if (!status) {
        status = collect(&a, &done);
        done.dry = a.dry;
        if (!status)
            ft_gc_print(&done, json);
    }
    ft_gc_release(&done.gc);
    ft_session_close(&a.s);
    return status;
}
