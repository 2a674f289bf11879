/* cmd_lineage.c - fedtwin lineage: how a version was made, what came of it */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "cli/crate_dir.h"
#include "cli/lineage_text.h"
#include "cli/open.h"
#include "cli/run_lineage.h"
#include "cli/term.h"
#include "run/record/place.h"

#define STATUS_USAGE 2

/* What was asked for, and what was found. */
struct asked {
    struct ft_session s;
    struct ft_prov_run run; /* id NULL: no run was asked for */
    struct ft_lineage lineage;
    unsigned ways;
    size_t depth;
};

/* --- from an argument to versions ----------------------------------------- */

/* A run has '-' in its id, which neither a version nor an object has; an object
 * has a point, which a run has not. */
static bool names_run(const char *text)
{
    return strcmp(text, "last") == 0 ||
           (strchr(text, '-') && !strpbrk(text, ".:{~"));
}

static int add(struct asked *a, const char *id)
{
    struct ft_err err;

    return ft_lineage_add(&a->lineage, a->s.store, id, &err) < 0
               ? ft_print_err(&err)
               : 0;
}

static int add_versions(struct asked *a, const char *ref)
{
    struct ft_versions versions;
    struct ft_err err;
    int status = 0;

    if (ft_store_resolve(a->s.store, ref, &versions, &err) < 0)
        return ft_print_err(&err);
    for (size_t i = 0; !status && i < versions.n; i++)
        status = add(a, versions.item[i].id);
    ft_versions_release(&versions);
    return status;
}

/* The last task first: what its results were made from then stands below
 * them. */
static int add_run(struct asked *a, const char *id)
{
    int status = ft_session_run(&a->s, id);

    if (status)
        return status;
    ft_run_lineage(&a->s, &a->run);
    for (size_t t = a->run.n_tasks; !status && t-- > 0;) {
        const struct ft_versions *out = a->run.task[t].out;

        for (size_t i = 0; !status && out && i < out->n; i++)
            if (*out->item[i].id)
                status = add(a, out->item[i].id);
    }
    return status;
}

/* A run of another project, of which there are results and no journal. */
static int add_foreign_run(struct asked *a, const char *id, bool *found)
{
    struct ft_versions versions;
    struct ft_err err;
    int status = 0;

    if (ft_store_run_versions(a->s.store, id, &versions, &err) < 0)
        return err.code == FT_ENOENT ? 0 : ft_print_err(&err);
    *found = versions.n > 0;
    for (size_t i = versions.n; !status && i-- > 0;)
        status = add(a, versions.item[i].id);
    ft_versions_release(&versions);
    return status;
}

static int find(struct asked *a, const char *text)
{
    char id[FT_RUN_ID_MAX];
    struct ft_err err;
    bool found = false;
    int status;

    if (!names_run(text))
        return add_versions(a, text);
    if (ft_run_find(a->s.project, text, id, &err) == 0)
        return add_run(a, id);
    status = err.code == FT_ENOENT ? add_foreign_run(a, text, &found) : 0;
    return status || found ? status : ft_print_err(&err);
}

/* --- printing ------------------------------------------------------------- */

static int print_prov(struct asked *a)
{
    struct ft_err err;
    struct json_object *doc = ft_prov_json(a->s.store, &a->lineage,
                                           a->run.id ? &a->run : NULL, &err);

    if (!doc)
        return ft_print_err(&err);
    ft_print_json(doc);
    return 0;
}

/* Everything that '--only' was given. */
static size_t objects_of(const struct ft_cli *cli, const char **only)
{
    size_t n = 0;

    for (int i = 0; i < cli->n_given; i++)
        if (strcmp(cli->given[i].name, "only") == 0)
            only[n++] = cli->given[i].value;
    return n;
}

/* What is no run of this project has no workflow to tell of. */
static int fail_no_run(const char *text)
{
    if (names_run(text)) {
        ft_print_error("the journal of run %s is not in this project", text);
        ft_print_hint("make the crate in the project that did the run");
    } else {
        ft_print_error("a crate is of a run, and '%s' is none", text);
        ft_print_hint("'fedtwin status' lists the runs");
    }
    return STATUS_USAGE;
}

static int make_crate(struct asked *a, const struct ft_cli *cli)
{
    const char *only[FT_ARGS_MAX];
    struct ft_crate_choice choice = {
        .dir = ft_cli_option(cli, "crate"),
        .license = ft_cli_option(cli, "license"),
        .only = only,
        .n_only = objects_of(cli, only),
        .no_data = ft_cli_has(cli, "no-data"),
    };
    struct ft_err err;

    if (!a->run.id)
        return fail_no_run(cli->arg[0]);
    if (a->s.run->state == FT_RUN_RUNNING) {
        ft_print_error("run %s has not ended", a->run.id);
        ft_print_hint("'fedtwin wait %s' waits for it", a->run.id);
        return ft_code_status(FT_EBUSY);
    }
    if (ft_crate_write(a->s.store, &a->lineage, &a->run, &choice, &err) < 0)
        return ft_print_err(&err);
    return 0;
}

static int print_text(struct asked *a, bool dot)
{
    struct ft_str out = FT_STR_INIT;

    if (dot)
        ft_lineage_dot(&a->lineage, &out);
    else
        ft_lineage_text(&a->lineage, a->ways, &out);
    fputs(out.s, stdout);
    ft_str_release(&out);
    return 0;
}

static int print(struct asked *a, const struct ft_cli *cli)
{
    if (ft_cli_has(cli, "crate"))
        return make_crate(a, cli);
    if (ft_cli_has(cli, "prov"))
        return print_prov(a);
    if (!ft_cli_has(cli, "json"))
        return print_text(a, ft_cli_has(cli, "dot"));
    ft_print_json(ft_lineage_json(&a->lineage));
    return 0;
}

/* -------------------------------------------------------------------------- */

static unsigned ways_of(const struct ft_cli *cli)
{
    unsigned ways = 0;

    if (ft_cli_has(cli, "up"))
        ways |= FT_LINEAGE_UP;
    if (ft_cli_has(cli, "down"))
        ways |= FT_LINEAGE_DOWN;
    return ways ? ways : FT_LINEAGE_UP;
}

/* The forms of output exclude each other, and some options are of one. */
static int check_forms(const struct ft_cli *cli)
{
    static const char *const forms[] = { "dot", "json", "prov", "crate" };
    static const char *const of_crate[] = { "only", "no-data", "license" };
    const char *first = NULL;

    for (size_t i = 0; i < FT_ARRAY_LEN(forms); i++) {
        if (!ft_cli_has(cli, forms[i]))
            continue;
        if (first) {
            ft_print_error("'--%s' and '--%s' exclude each other", first,
                           forms[i]);
            return STATUS_USAGE;
        }
        first = forms[i];
    }
    for (size_t i = 0; i < FT_ARRAY_LEN(of_crate); i++)
        if (ft_cli_has(cli, of_crate[i]) && !ft_cli_has(cli, "crate")) {
            ft_print_error("'--%s' is for '--crate'", of_crate[i]);
            return STATUS_USAGE;
        }
    return 0;
}

int ft_cmd_lineage(struct ft_cli *cli)
{
    struct asked a = { .s = FT_SESSION_INIT, .ways = ways_of(cli) };
    long depth = ft_cli_number(cli, "depth", LONG_MAX);
    struct ft_err err;
    int status = depth < 0 ? STATUS_USAGE : check_forms(cli);

    if (!status)
        status = ft_session_look(&a.s, cli);
    if (!status)
        status = find(&a, cli->arg[0]);
    if (!status && ft_lineage_walk(&a.lineage, a.s.store, a.ways,
                                   (size_t)depth, &err) < 0)
        status = ft_print_err(&err);
    if (!status)
        status = print(&a, cli);
    ft_lineage_release(&a.lineage);
    ft_prov_run_release(&a.run);
    ft_session_close(&a.s);
    return status;
}
