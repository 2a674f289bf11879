/* cmd_config.c - fedtwin config: list, get, set */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "cli/cmd.h"
#include "cli/settings.h"
#include "cli/term.h"
#include "text/suggest.h"

#define SCHEMA 1
#define STATUS_USAGE 2
#define STATUS_INVALID 3

static bool is_key(const char *key)
{
    const char *known[32];
    const char *near;
    size_t n = 0;

    for (; ft_settings[n].key; n++) {
        if (strcmp(ft_settings[n].key, key) == 0)
            return true;
        known[n] = ft_settings[n].key;
    }
    near = ft_suggest(key, known, n);
    ft_print_error("there is no setting '%s'", key);
    if (near)
        ft_print_hint("did you mean '%s'?", near);
    else
        ft_print_hint("'fedtwin config list' shows all of them");
    return false;
}

static void print_json(void)
{
    struct json_object *obj = json_object_new_object();
    struct json_object *list = json_object_new_array();

    ft_json_add_int(obj, "schema", SCHEMA);
    for (size_t i = 0; ft_settings[i].key; i++) {
        const struct ft_setting_row *row = &ft_settings[i];
        struct json_object *one = json_object_new_object();

        ft_json_add_str(one, "key", row->key);
        ft_json_add_str(one, "value", ft_setting_text(row->key));
        ft_json_add_str(one, "origin", ft_setting_origin(row->key));
        ft_json_add_str(one, "doc", row->doc);
        json_object_array_add(list, one);
    }
    json_object_object_add(obj, "settings", list);
    ft_print_json(obj);
}

int ft_cmd_config(struct ft_cli *cli)
{
    struct ft_table table;

    if (*ft_settings_problems()) {
        fputs(ft_settings_problems(), stderr);
        return STATUS_INVALID;
    }
    if (ft_cli_has(cli, "json")) {
        print_json();
        return 0;
    }
    ft_table_init(&table, 4, 0);
    for (size_t i = 0; ft_settings[i].key; i++) {
        const struct ft_setting_row *row = &ft_settings[i];

        ft_table_add(&table, "%s", row->key);
        ft_table_add(&table, "%s", ft_setting_text(row->key));
        ft_table_add(&table, "%s", ft_setting_origin(row->key));
        ft_table_add(&table, "%s", row->doc);
    }
    ft_table_print(&table);
    return 0;
}

int ft_cmd_config_get(struct ft_cli *cli)
{
    if (!is_key(cli->arg[0]))
        return STATUS_USAGE;
    printf("%s\n", ft_setting_text(cli->arg[0]));
    return 0;
}

int ft_cmd_config_set(struct ft_cli *cli)
{
    struct ft_err err;

    if (!is_key(cli->arg[0]))
        return STATUS_USAGE;
    if (ft_setting_write(ft_cli_has(cli, "user"), cli->arg[0], cli->arg[1],
                         &err) < 0)
        return ft_print_err(&err);
    return 0;
}
