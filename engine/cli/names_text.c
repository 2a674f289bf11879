/* names_text.c - lists of branches and tags */
#include "cli/names_text.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "cli/open.h"
#include "cli/term.h"

#define SCHEMA 1
#define ID_SHOWN 12

static void print_names(const struct ft_names *names)
{
    struct ft_table table;

    ft_table_init(&table, 4, 0);
    for (size_t i = 0; i < names->n; i++) {
        const struct ft_name *name = &names->item[i];
        struct ft_str when = FT_STR_INIT;

        ft_when_text(name->time_ns, &when);
        ft_table_add(&table, "%s", name->current ? "*" : " ");
        ft_table_add(&table, "%s", name->name);
        ft_table_add(&table, "%.*s", ID_SHOWN, name->state);
        ft_table_add(&table, "%s%s", when.s,
                     name->undone ? ", redo possible" : "");
        ft_str_release(&when);
    }
    ft_table_print(&table);
}

static void print_names_json(const char *key, const struct ft_names *names)
{
    struct json_object *obj = json_object_new_object();
    struct json_object *list = json_object_new_array();

    ft_json_add_int(obj, "schema", SCHEMA);
    for (size_t i = 0; i < names->n; i++) {
        const struct ft_name *name = &names->item[i];
        struct json_object *one = json_object_new_object();
        char when[FT_TIME_TEXT];

        ft_time_text(name->time_ns, when);
        ft_json_add_str(one, "name", name->name);
        ft_json_add_str(one, "state", name->state);
        ft_json_add_str(one, "time", when);
        ft_json_add_bool(one, "current", name->current);
        ft_json_add_bool(one, "undone", name->undone);
        json_object_array_add(list, one);
    }
    json_object_object_add(obj, key, list);
    ft_print_json(obj);
}

int ft_cli_list_names(const struct ft_cli *cli, ft_names_fn *read,
                      const char *kind)
{
    struct ft_session s = FT_SESSION_INIT;
    struct ft_names names = { 0 };
    struct ft_err err;
    int status = ft_session_store(&s, FT_STORE_READ);

    if (!status && read(s.store, &names, &err) < 0)
        status = ft_print_err(&err);
    else if (!status && ft_cli_has(cli, "json"))
        print_names_json(kind, &names);
    else if (!status && names.n)
        print_names(&names);
    else if (!status)
        fprintf(stderr, "no %s yet\n", kind);
    ft_names_release(&names);
    ft_session_close(&s);
    return status;
}
