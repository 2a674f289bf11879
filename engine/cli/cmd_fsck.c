/* cmd_fsck.c - fedtwin fsck: check the project's store */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "cli/open.h"
#include "cli/term.h"
#include "data/store/sharing.h"

#define SCHEMA 1
#define STATUS_IO 4

struct report {
    struct json_object *list; /* NULL: print as it comes */
    const struct ft_project *project;
};

static void on_finding(const char *severity, const char *path,
                       const char *text, void *arg)
{
    struct report *r = arg;
    struct json_object *obj;

    if (!r->list) {
        enum ft_tone tone = strcmp(severity, "error") == 0     ? FT_RED
                            : strcmp(severity, "warning") == 0 ? FT_YELLOW
                                                               : FT_DIM;

        printf("%s%s:%s %s: %s\n", ft_tone(stdout, tone), severity,
               ft_tone(stdout, FT_PLAIN), path, text);
        return;
    }
    obj = json_object_new_object();
    ft_json_add_str(obj, "severity", severity);
    ft_json_add_str(obj, "path", path);
    ft_json_add_str(obj, "text", text);
    json_object_array_add(r->list, obj);
}

static void print_totals(const struct ft_cli *cli, struct report *r,
                         const struct ft_fsck_totals *t, bool clean)
{
    struct json_object *obj;

    if (!ft_cli_has(cli, "json")) {
        printf("%zu records, %zu versions, %zu missing, %zu damaged, %zu "
               "orphans: %s\n", t->records, t->versions, t->missing,
               t->damaged, t->orphans, clean ? "clean" : "NOT clean");
        return;
    }
    obj = json_object_new_object();
    ft_json_add_int(obj, "schema", SCHEMA);
    ft_json_add_bool(obj, "clean", clean);
    ft_json_add_int(obj, "records", (int64_t)t->records);
    ft_json_add_int(obj, "versions", (int64_t)t->versions);
    ft_json_add_int(obj, "missing", (int64_t)t->missing);
    ft_json_add_int(obj, "damaged", (int64_t)t->damaged);
    ft_json_add_int(obj, "orphans", (int64_t)t->orphans);
    ft_json_add_int(obj, "removed", (int64_t)t->gone);
    json_object_object_add(obj, "findings", json_object_get(r->list));
    ft_print_json(obj);
}

static int check(const struct ft_cli *cli, struct report *r)
{
    enum ft_fsck_level level = ft_cli_has(cli, "deep")   ? FT_FSCK_DEEP
                               : ft_cli_has(cli, "full") ? FT_FSCK_FULL
                                                         : FT_FSCK_QUICK;
    struct ft_fsck_totals totals = { 0 };
    struct ft_err err = { 0 };
    int rc;

    if (ft_cli_has(cli, "rebuild"))
        rc = ft_store_rebuild(r->project, on_finding, r, &totals, &err);
    else
        rc = ft_store_fsck(r->project, level, on_finding, r, &totals, &err);
    print_totals(cli, r, &totals, rc == 0);
    return rc < 0 ? ft_print_err(&err) : 0;
}

/* Modes are no part of the store's health, so they do not change the status
 * unless they were to be mended and could not. */
static int check_modes(const struct ft_cli *cli, struct report *r)
{
    bool mend = ft_cli_has(cli, "fix-modes");
    struct ft_err err;
    size_t faults;

    if (ft_sharing_check(r->project, mend, on_finding, r, &faults, &err) < 0)
        return ft_print_err(&err);
    return mend && faults ? STATUS_IO : 0;
}

int ft_cmd_fsck(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    struct report r = { 0 };
    struct ft_err err;
    int status = ft_session_project(&s);

    r.project = s.project;
    r.list = ft_cli_has(cli, "json") ? json_object_new_array() : NULL;
    if (!status && ft_cli_has(cli, "adopt") &&
        ft_store_adopt_orphans(s.project, on_finding, &r, &err) < 0)
        status = ft_print_err(&err);
    if (!status) {
        int modes = check_modes(cli, &r);

        status = check(cli, &r);
        status = status ? status : modes;
    }
    json_object_put(r.list);
    ft_session_close(&s);
    return status;
}
