/* cmd_import.c - fedtwin import: an archive into a project */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/str.h"
#include "cli/archive_text.h"
#include "cli/open.h"
#include "cli/ref_text.h"
#include "cli/term.h"
#include "data/archive/archive.h"

#define SCHEMA 1
#define STATUS_USAGE 2
#define ID_SHOWN 12

struct showing {
    struct ft_meter meter;
    struct json_object *list; /* versions for --json, or NULL */
    bool print;               /* versions, one a line */
};

/* --- what is shown -------------------------------------------------------- */

static void on_progress(uint64_t done, uint64_t total, void *arg)
{
    struct showing *showing = arg;

    ft_meter_show(&showing->meter, done, total);
}

static void print_version(const struct ft_import_version *v)
{
    struct ft_version named = { .object = (char *)v->object,
                                .task = (char *)v->task,
                                .cell = (char *)v->cell };
    struct ft_str ref = FT_STR_INIT, size = FT_STR_INIT;

    ft_ref_text(&named, &ref);
    ft_size_text((double)v->size_bytes, &size);
    printf("%.*s  %s  %s%s%s  %s%s\n", ID_SHOWN, v->id, ref.s, v->type,
           v->unit ? " in " : "", v->unit ? v->unit : "", size.s,
           v->known ? "  (here already)" : "");
    ft_str_release(&ref);
    ft_str_release(&size);
}

static void add_version(struct json_object *list,
                        const struct ft_import_version *v)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_str(obj, "version", v->id);
    ft_json_add_str(obj, "object", v->object);
    if (*v->cell)
        ft_json_add_str(obj, "cell", v->cell);
    ft_json_add_str(obj, "type", v->type);
    ft_json_add_str(obj, "unit", v->unit);
    ft_json_add_int(obj, "size", (int64_t)v->size_bytes);
    ft_json_add_bool(obj, "known", v->known);
    json_object_array_add(list, obj);
}

static void on_version(const struct ft_import_version *version, void *arg)
{
    struct showing *showing = arg;

    if (showing->list)
        add_version(showing->list, version);
    else if (showing->print)
        print_version(version);
}

static void print_names(const struct ft_import_report *r, bool dry)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct ft_import_name *item = &r->item[i];

        if (item->same)
            printf("%s '%s' is here already\n", item->what, item->as);
        else if (strcmp(item->name, item->as) == 0)
            printf("%s '%s'%s\n", item->what, item->as,
                   dry ? " would be new" : "");
        else
            printf("%s '%s' %s '%s'\n", item->what, item->name,
                   dry ? "would be called" : "is called", item->as);
    }
}

static void print_report(const struct ft_import_report *r, bool dry)
{
    struct ft_str when = FT_STR_INIT, size = FT_STR_INIT;

    ft_when_text(r->exported_us * 1000, &when);
    ft_size_text((double)r->version_bytes, &size);
    printf("from project '%s', exported by %s on %s\n", r->project,
           *r->user ? r->user : "?", when.s);
    printf("%zu version%s (%s) verified, %zu %snew\n", r->n_versions,
           r->n_versions == 1 ? "" : "s", size.s, r->n_new,
           dry ? "would be " : "");
    print_names(r, dry);
    ft_str_release(&when);
    ft_str_release(&size);
}

static struct json_object *names_json(const struct ft_import_report *r,
                                      const char *what)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < r->n; i++) {
        const struct ft_import_name *item = &r->item[i];
        struct json_object *one;

        if (strcmp(item->what, what) != 0)
            continue;
        one = json_object_new_object();
        ft_json_add_str(one, "name", item->name);
        ft_json_add_str(one, "as", item->as);
        ft_json_add_str(one, "state", item->state);
        ft_json_add_bool(one, "known", item->same);
        json_object_array_add(list, one);
    }
    return list;
}

static void print_json(const struct ft_import_report *r,
                       struct json_object *versions, bool dry)
{
    struct json_object *obj = json_object_new_object();
    char when[FT_TIME_TEXT];

    ft_time_text(r->exported_us * 1000, when);
    ft_json_add_int(obj, "schema", SCHEMA);
    ft_json_add_bool(obj, "imported", !dry);
    ft_json_add_str(obj, "project", r->project);
    ft_json_add_str(obj, "user", r->user);
    ft_json_add_str(obj, "engine", r->engine);
    ft_json_add_str(obj, "exported", when);
    ft_json_add_int(obj, "new", (int64_t)r->n_new);
    json_object_object_add(obj, "branches", names_json(r, "branch"));
    json_object_object_add(obj, "tags", names_json(r, "tag"));
    json_object_object_add(obj, "versions", json_object_get(versions));
    ft_print_json(obj);
}

/* --- importing ------------------------------------------------------------ */

static int import(struct ft_session *s, const struct ft_cli *cli)
{
    struct showing showing = {
        .meter = { .verb = "verifying" },
        .list = ft_cli_has(cli, "json") ? json_object_new_array() : NULL,
        .print = ft_cli_has(cli, "dry-run"),
    };
    struct ft_import_request request = {
        .file = cli->arg[0],
        .as = ft_cli_option(cli, "as"),
        .large = ft_cli_has(cli, "large"),
        .dry = ft_cli_has(cli, "dry-run"),
        .each = on_version,
        .progress = on_progress,
        .arg = &showing,
    };
    struct ft_import_report report;
    struct ft_err err;
    int rc = ft_store_import(s->store, &request, &report, &err), status = 0;

    ft_meter_end(&showing.meter);
    if (rc < 0)
        status = ft_print_err(&err);
    else if (showing.list)
        print_json(&report, showing.list, request.dry);
    else
        print_report(&report, request.dry);
    ft_import_report_release(&report);
    json_object_put(showing.list);
    return status;
}

/* --into: a project of its own, which is not left behind empty. */
static int make_project(struct ft_session *s, const char *dir)
{
    struct ft_err err;

    if (ft_project_init(dir, &err) < 0)
        return ft_print_err(&err);
    s->project = ft_project_open(dir, &err);
    return s->project ? 0 : ft_print_err(&err);
}

static void unmake_project(const char *dir)
{
    char *meta = ft_path_join(dir, ".fedtwin");

    (void)ft_path_remove(meta, NULL);
    (void)rmdir(dir); /* fails, as it should, when there is anything in it */
    free(meta);
}

int ft_cmd_import(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    const char *as = ft_cli_option(cli, "as");
    const char *into = ft_cli_option(cli, "into");
    bool made = false;
    int status = 0;

    if (as && !ft_name_valid(as)) {
        ft_print_error("'%s' is not a name of a branch", as);
        status = STATUS_USAGE;
    }
    if (!status && into) {
        status = make_project(&s, into);
        made = s.project;
    }
    if (!status)
        status = ft_session_store(&s, FT_STORE_PUBLISH);
    if (!status)
        status = import(&s, cli);
    ft_session_close(&s);
    if (made && (status || ft_cli_has(cli, "dry-run")))
        unmake_project(into);
    return status;
}
