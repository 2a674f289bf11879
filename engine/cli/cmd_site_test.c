/* cmd_site_test.c - fedtwin site test: does a site do what its file says? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "cli/site_text.h"
#include "cli/term.h"
#include "model/site.h"
#include "run/site/site_test.h"

#define SCHEMA 1
#define STATUS_SITE 4
#define TIMEOUT_S 300

static void print_checks_json(const struct ft_site *site,
                              const struct ft_checks *checks)
{
    struct json_object *obj = json_object_new_object();
    struct json_object *list = json_object_new_array();

    ft_json_add_int(obj, "schema", SCHEMA);
    ft_json_add_str(obj, "site", site->name);
    ft_json_add_bool(obj, "ok", !ft_checks_failed(checks));
    for (size_t i = 0; i < checks->n; i++) {
        static const char *const verdict[] = {
            [FT_CHECK_OK] = "ok",
            [FT_CHECK_WARN] = "warn",
            [FT_CHECK_FAIL] = "fail",
            [FT_CHECK_SKIP] = "skipped",
        };
        const struct ft_check *check = &checks->item[i];
        struct json_object *one = json_object_new_object();

        ft_json_add_str(one, "check", check->name);
        ft_json_add_str(one, "verdict", verdict[check->verdict]);
        ft_json_add_str(one, "found", check->found);
        ft_json_add_str(one, "hint", check->hint);
        json_object_array_add(list, one);
    }
    json_object_object_add(obj, "checks", list);
    ft_json_add_str(obj, "kept", checks->kept);
    ft_print_json(obj);
}

static void print_checks(const struct ft_checks *checks)
{
    struct ft_table table;

    ft_table_init(&table, 3, 0);
    for (size_t i = 0; i < checks->n; i++) {
        const struct ft_check *check = &checks->item[i];

        ft_table_add(&table, "%s", check->name);
        ft_table_add(&table, "%s", ft_verdict_names[check->verdict]);
        ft_table_add(&table, "%s", check->found);
        if (!check->hint)
            continue;
        ft_table_add(&table, "%s", "");
        ft_table_add(&table, "%s", "");
        ft_table_add(&table, "hint: %s", check->hint);
    }
    ft_table_print(&table);
    if (checks->kept)
        printf("what the jobs wrote: %s\n", checks->kept);
}

/* 'dir' is where runs would be. */
static int test_site(const struct ft_cli *cli, const struct ft_site *site,
                     const char *dir, long timeout_s)
{
    const struct ft_site_test_options options = {
        .dir = dir,
        .queue = ft_cli_option(cli, "queue"),
        .timeout_s = (double)timeout_s,
        .keep = ft_cli_has(cli, "keep"),
    };
    struct ft_checks checks;
    struct ft_err err;
    int status;

    if (ft_site_test(site, &options, &checks, &err) < 0)
        return ft_print_err(&err);
    status = ft_checks_failed(&checks) ? STATUS_SITE : 0;
    if (ft_cli_has(cli, "json"))
        print_checks_json(site, &checks);
    else
        print_checks(&checks);
    ft_checks_release(&checks);
    return status;
}

int ft_cmd_site_test(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    long timeout_s = ft_cli_number(cli, "timeout", TIMEOUT_S);
    char *here = realpath(".", NULL);
    struct ft_site *site = NULL;
    const char *dir;
    int status = timeout_s < 0
                     ? ft_code_status(FT_EUSAGE)
                     : ft_session_find_site(&s, cli->arg[0], &site);

    dir = s.project ? s.project->dir : here;
    if (!status && ft_cli_has(cli, "protocol"))
        status = ft_site_protocol(site, dir);
    else if (!status)
        status = test_site(cli, site, dir, timeout_s);
    ft_site_free(site);
    free(here);
    ft_session_close(&s);
    return status;
}
