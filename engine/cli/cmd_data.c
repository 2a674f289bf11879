/* cmd_data.c - fedtwin data: ls, show, verify */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/str.h"
#include "cli/open.h"
#include "cli/ref_text.h"
#include "cli/term.h"
#include "data/archive/foreign.h"
#include "data/history/history.h"

#define SCHEMA 1
#define STATUS_USAGE 2
#define ID_SHOWN 12

/* --- ls ------------------------------------------------------------------- */

static void print_versions(const struct ft_versions *versions)
{
    static const char *const head[] = { "OBJECT", "TYPE", "UNIT", "SIZE",
                                        "VERSION", "MADE" };
    struct ft_table table;

    ft_table_init(&table, 6, 1u << 3);
    for (int i = 0; i < 6; i++)
        ft_table_add(&table, "%s", head[i]);
    for (size_t i = 0; i < versions->n; i++) {
        const struct ft_version *v = &versions->item[i];
        struct ft_str text = FT_STR_INIT;

        ft_ref_text(v, &text);
        ft_table_add(&table, "%s", text.s);
        ft_table_add(&table, "%s", ft_object_type_text(v->type));
        ft_table_add(&table, "%s", v->unit ? v->unit : "");
        ft_str_cut(&text, 0);
        ft_size_text((double)v->size_bytes, &text);
        ft_table_add(&table, "%s%s", text.s, v->gone ? ", removed" : "");
        ft_table_add(&table, "%.*s", ID_SHOWN, v->id);
        ft_str_cut(&text, 0);
        ft_when_text(v->time_ns, &text);
        ft_table_add(&table, "%s", text.s);
        ft_str_release(&text);
    }
    ft_table_print(&table);
}

static void print_versions_json(const char *key,
                                const struct ft_versions *versions)
{
    struct json_object *obj = json_object_new_object();
    struct json_object *list = json_object_new_array();

    ft_json_add_int(obj, "schema", SCHEMA);
    for (size_t i = 0; i < versions->n; i++)
        json_object_array_add(list, ft_ref_version_json(&versions->item[i]));
    json_object_object_add(obj, key, list);
    ft_print_json(obj);
}

/* What is to be listed: objects of the state, or the newest versions. */
static int list(struct ft_store *store, const struct ft_cli *cli, long max,
                long newest, struct ft_versions *versions, struct ft_err *err)
{
    const char *prefix = ft_cli_arg(cli, 0);

    if (newest)
        return ft_store_newest(store, prefix, (size_t)newest, versions, err);
    return ft_store_list(store, prefix, (size_t)max, versions, err);
}

/* What is not listed because a run left it out, failed ones before all. */
static void note_gone(struct ft_store *store, bool none)
{
    const char *branch = ft_store_branch(store, NULL);
    struct ft_gone gone = { .run = NULL };

    if (branch && ft_store_gone(store, branch, NULL, &gone, NULL) == 1 &&
        (none || gone.failed))
        fprintf(stderr, "run %s %s: %zu object%s of the state before %s not "
                "here; 'fedtwin data ls --at %.12s' lists them\n", gone.run,
                gone.failed ? "failed" : "left them out", gone.n,
                gone.n == 1 ? "" : "s", gone.n == 1 ? "is" : "are",
                gone.before);
    else if (none)
        fprintf(stderr, "no objects yet\n");
    ft_gone_release(&gone);
}

static void print_list(struct ft_store *store,
                       const struct ft_versions *versions, bool whole)
{
    if (versions->n)
        print_versions(versions);
    if (whole)
        note_gone(store, !versions->n);
    else if (!versions->n)
        fprintf(stderr, "no objects\n");
}

int ft_cmd_data_ls(struct ft_cli *cli)
{
    long max = ft_cli_number(cli, "max", 0);
    long newest = ft_cli_number(cli, "newest", 0);
    struct ft_session s = FT_SESSION_INIT;
    struct ft_versions versions = { 0 };
    struct ft_err err;
    int status;

    if (max < 0 || newest < 0)
        return STATUS_USAGE;
    if (max && newest) {
        ft_print_error("--max and --newest exclude each other");
        return STATUS_USAGE;
    }
    status = ft_session_look(&s, cli);
    if (!status && list(s.store, cli, max, newest, &versions, &err) < 0)
        status = ft_print_err(&err);
    else if (!status && ft_cli_has(cli, "json"))
        print_versions_json("objects", &versions);
    else if (!status)
        print_list(s.store, &versions, !newest && !ft_cli_arg(cli, 0));
    ft_versions_release(&versions);
    ft_session_close(&s);
    return status;
}

/* --- show ----------------------------------------------------------------- */

static void print_range(struct json_object *obj)
{
    struct json_object *min = ft_json_or_null(obj, "min");
    struct json_object *max = ft_json_or_null(obj, "max");

    if (min && max)
        printf("%.7g … %.7g", json_object_get_double(min),
               json_object_get_double(max));
}

static void print_columns(struct json_object *columns)
{
    size_t n = columns ? json_object_array_length(columns) : 0;

    for (size_t i = 0; i < n; i++) {
        struct json_object *col = json_object_array_get_idx(columns, i);

        printf("  column   %s", ft_json_str_or(col, "name", "?"));
        if (ft_json_or_null(col, "units"))
            printf(" [%s]  ", ft_json_str_or(col, "units", ""));
        print_range(col);
        putchar('\n');
    }
}

static void print_groups(struct json_object *groups)
{
    size_t n = groups ? json_object_array_length(groups) : 0;

    for (size_t i = 0; i < n; i++) {
        struct json_object *group = json_object_array_get_idx(groups, i);

        printf("  group    %s  dimension %lld, %lld cells\n",
               ft_json_str_or(group, "name", "?"),
               (long long)ft_json_int_or(group, "dimension", 0),
               (long long)ft_json_int_or(group, "cells", 0));
    }
}

static void print_summary(struct json_object *summary)
{
    static const char *const counts[] = { "points", "cells", "rows" };

    for (size_t i = 0; i < FT_ARRAY_LEN(counts); i++)
        if (ft_json_or_null(summary, counts[i]))
            printf("  %-8s %lld\n", counts[i],
                   (long long)ft_json_int_or(summary, counts[i], 0));
    if (ft_json_or_null(summary, "media_type"))
        printf("  media    %s\n", ft_json_str_or(summary, "media_type", ""));
    if (ft_json_or_null(summary, "min")) {
        printf("  range    ");
        print_range(summary);
        putchar('\n');
    }
    print_columns(ft_json_or_null(summary, "columns"));
    print_groups(ft_json_or_null(summary, "groups"));
}

static void print_foreign(const struct ft_foreign *foreign)
{
    struct ft_str when = FT_STR_INIT;

    if (!foreign->project)
        return;
    ft_when_text(foreign->exported_us * 1000, &when);
    printf("  from     project '%s', exported by %s on %s\n",
           foreign->project, foreign->user, when.s);
    ft_str_release(&when);
}

static void print_version(struct ft_session *s, const struct ft_version *v,
                          const struct ft_foreign *foreign,
                          struct json_object *summary)
{
    struct ft_str text = FT_STR_INIT;
    char *path = ft_store_path(s->store, v->id);

    ft_ref_text(v, &text);
    printf("%s  %s%s%s\n", text.s, ft_object_type_text(v->type),
           v->unit ? " in " : "", v->unit ? v->unit : "");
    ft_str_cut(&text, 0);
    ft_size_text((double)v->size_bytes, &text);
    printf("  version  %s\n  content  %s\n  size     %s\n", v->id, v->content,
           text.s);
    ft_str_cut(&text, 0);
    ft_when_text(v->time_ns, &text);
    if (v->run && *v->run)
        printf("  made     %s by '%s' of run %s (%s)\n", text.s, v->task,
               v->run, v->module ? v->module : "");
    else
        printf("  put      %s\n", text.s);
    print_foreign(foreign);
    printf("  file     %s\n", path);
    print_summary(summary);
    free(path);
    ft_str_release(&text);
}

/* Show one version; with JSON it goes into 'list'. */
static int show_version(struct ft_session *s, const struct ft_version *v,
                        struct json_object *list)
{
    struct ft_foreign foreign = { 0 };
    struct json_object *summary, *obj;
    struct ft_err err;

    summary = ft_store_describe(s->store, v->id, &err);
    if (!summary || ft_store_foreign(s->store, v->id, &foreign, &err) < 0) {
        json_object_put(summary);
        return ft_print_err(&err);
    }
    if (list) {
        obj = ft_ref_version_json(v);
        json_object_object_add(obj, "foreign", ft_foreign_json(&foreign));
        json_object_object_add(obj, "summary", summary);
        json_object_array_add(list, obj);
    } else {
        print_version(s, v, &foreign, summary);
        json_object_put(summary);
    }
    ft_foreign_release(&foreign);
    return 0;
}

int ft_cmd_data_show(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    struct ft_versions versions = { 0 };
    struct json_object *obj = NULL, *list = NULL;
    struct ft_err err;
    int status = ft_session_look(&s, cli);

    if (!status && ft_store_resolve(s.store, cli->arg[0], &versions, &err) < 0)
        status = ft_print_err(&err);
    if (!status && ft_cli_has(cli, "json")) {
        obj = json_object_new_object();
        list = json_object_new_array();
        ft_json_add_int(obj, "schema", SCHEMA);
        json_object_object_add(obj, "versions", list);
    }
    for (size_t i = 0; !status && i < versions.n; i++)
        status = show_version(&s, &versions.item[i], list);
    if (!status && obj)
        ft_print_json(obj);
    else
        json_object_put(obj);
    ft_versions_release(&versions);
    ft_session_close(&s);
    return status;
}

/* --- verify --------------------------------------------------------------- */

static void report(const char *severity, const char *path, const char *text,
                   void *arg)
{
    size_t *n = arg;

    if (strcmp(severity, "error") == 0)
        ++*n;
    ft_print_error("%s: %s", path, text);
}

static int verify_all(struct ft_session *s)
{
    struct ft_fsck_totals totals = { 0 };
    struct ft_err err;
    size_t bad = 0;

    if (ft_store_fsck(s->project, FT_FSCK_DEEP, report, &bad, &totals, &err) <
            0 && !bad)
        return ft_print_err(&err);
    printf("%zu versions, %zu wrong\n", totals.versions, bad);
    return bad ? ft_code_status(FT_EFORMAT) : 0;
}

int ft_cmd_data_verify(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    struct ft_versions versions = { 0 };
    struct ft_err err;
    int status = ft_session_look(&s, cli);

    if (!status && ft_cli_has(cli, "all")) {
        status = verify_all(&s);
        ft_session_close(&s);
        return status;
    }
    if (!status &&
        (ft_cli_arg(cli, 0)
             ? ft_store_resolve(s.store, cli->arg[0], &versions, &err)
             : ft_store_list(s.store, NULL, 0, &versions, &err)) < 0)
        status = ft_print_err(&err);
    for (size_t i = 0; !status && i < versions.n; i++)
        if (ft_store_verify(s.store, &versions.item[i], &err) < 0)
            status = ft_print_err(&err);
    if (!status && ft_cli_has(cli, "json"))
        print_versions_json("verified", &versions);
    else if (!status)
        printf("%zu version%s as recorded\n", versions.n,
               versions.n == 1 ? " is" : "s are");
    ft_versions_release(&versions);
    ft_session_close(&s);
    return status;
}
