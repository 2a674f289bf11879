/* cmd_export.c - fedtwin export: projects and objects into one file */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "cli/archive_text.h"
#include "cli/open.h"
#include "cli/term.h"
#include "data/archive/archive.h"

#define SCHEMA 1
#define STATUS_USAGE 2

static void on_progress(uint64_t done, uint64_t total, void *arg)
{
    ft_meter_show(arg, done, total);
}

/* The values of all --branch; the caller frees the list. */
static const char **branches_of(const struct ft_cli *cli, size_t *n)
{
    const char **branch = ft_calloc((size_t)cli->n_given + 1,
                                    sizeof(*branch));

    *n = 0;
    for (int i = 0; i < cli->n_given; i++)
        if (strcmp(cli->given[i].name, "branch") == 0)
            branch[(*n)++] = cli->given[i].value;
    return branch;
}

static void print_json(const struct ft_export_totals *t)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_int(obj, "schema", SCHEMA);
    ft_json_add_int(obj, "branches", (int64_t)t->n_branches);
    ft_json_add_int(obj, "states", (int64_t)t->n_states);
    ft_json_add_int(obj, "versions", (int64_t)t->n_versions);
    ft_json_add_int(obj, "size", (int64_t)t->version_bytes);
    ft_json_add_int(obj, "archive_size", (int64_t)t->archive_bytes);
    ft_print_json(obj);
}

/* Standard output may be the archive: then to standard error. */
static void print_totals(const struct ft_export_request *request,
                         const struct ft_export_totals *t)
{
    bool to_stdout = strcmp(request->file, "-") == 0;
    struct ft_str text = FT_STR_INIT;

    ft_str_addf(&text, "%zu version%s (", t->n_versions,
                t->n_versions == 1 ? "" : "s");
    ft_size_text((double)t->version_bytes, &text);
    ft_str_add(&text, ")");
    if (!request->n_refs)
        ft_str_addf(&text, " of %zu branch%s", t->n_branches,
                    t->n_branches == 1 ? "" : "es");
    if (t->n_states)
        ft_str_addf(&text, " with %zu state%s", t->n_states,
                    t->n_states == 1 ? "" : "s");
    if (request->dry) {
        ft_str_add(&text, " would be exported");
    } else {
        ft_str_add(&text, ", ");
        ft_size_text((double)t->archive_bytes, &text);
        ft_str_add(&text, " in the archive");
    }
    fprintf(to_stdout && !request->dry ? stderr : stdout, "%s\n", text.s);
    ft_str_release(&text);
}

static int export(struct ft_session *s, const struct ft_cli *cli,
                  struct ft_export_request *request)
{
    struct ft_meter meter = { .verb = "exporting" };
    struct ft_export_totals totals;
    struct ft_err err;
    int rc = ft_store_export(s->store, request, on_progress, &meter, &totals,
                             &err);

    ft_meter_end(&meter);
    if (rc < 0)
        return ft_print_err(&err);
    if (ft_cli_has(cli, "json"))
        print_json(&totals);
    else
        print_totals(request, &totals);
    return 0;
}

/* What would ruin the archive or the terminal. */
static int check_stdout(const struct ft_cli *cli)
{
    if (strcmp(cli->arg[0], "-") != 0 || ft_cli_has(cli, "dry-run"))
        return 0;
    if (ft_cli_has(cli, "json"))
        ft_print_error("--json and the archive cannot both go to standard "
                       "output");
    else if (isatty(STDOUT_FILENO))
        ft_print_error("an archive is not written to a terminal");
    else
        return 0;
    return STATUS_USAGE;
}

int ft_cmd_export(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    struct ft_export_request request = {
        .file = cli->arg[0],
        .ref = cli->arg + 1,
        .n_refs = (size_t)cli->n_args - 1,
        .no_history = ft_cli_has(cli, "no-history"),
        .closure = ft_cli_has(cli, "closure"),
        .force = ft_cli_has(cli, "force"),
        .dry = ft_cli_has(cli, "dry-run"),
    };
    const char **branch = branches_of(cli, &request.n_branches);
    int status = check_stdout(cli);

    request.branch = branch;
    if (!status)
        status = ft_session_store(&s, FT_STORE_READ);
    if (!status)
        status = export(&s, cli, &request);
    ft_session_close(&s);
    free(branch);
    return status;
}
