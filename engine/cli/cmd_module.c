/* cmd_module.c - fedtwin module: list and show */
#include <stdio.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/str.h"
#include "cli/open.h"
#include "cli/term.h"

#define SCHEMA 1
#define STATUS_INVALID 3

static const char *const determinism_names[] = {
    [FT_DET_BITWISE] = "bitwise",
    [FT_DET_TOLERANCE] = "tolerance",
    [FT_DET_NONE] = "none",
};

/* The manifest of 'name'; its problems are printed. */
static const struct ft_module *load(struct ft_session *s, const char *name)
{
    struct ft_mark mark = { .file = "command line" };
    struct ft_diags diags = FT_DIAGS_INIT;
    const struct ft_module *module =
        ft_module_find(s->modules, name, NULL, &mark, &diags);

    ft_print_diags(&diags);
    ft_diags_release(&diags);
    return module;
}

int ft_cmd_module_list(struct ft_cli *cli)
{
    struct json_object *list = json_object_new_array(), *obj;
    struct ft_session s = FT_SESSION_INIT;
    const char *const *name;
    struct ft_table table;
    size_t n;

    ft_session_modules(&s);
    name = ft_module_names(s.modules, &n);
    ft_table_init(&table, 3, 0);
    for (size_t i = 0; i < n; i++) {
        const struct ft_module *m = load(&s, name[i]);

        if (!m)
            continue;
        obj = json_object_new_object();
        ft_json_add_str(obj, "module", m->name);
        ft_json_add_str(obj, "version", m->version);
        ft_json_add_str(obj, "doc", m->doc);
        ft_json_add_str(obj, "file", m->file);
        json_object_array_add(list, obj);
        ft_table_add(&table, "%s", m->name);
        ft_table_add(&table, "%s", m->version);
        ft_table_add(&table, "%s", m->doc ? m->doc : "");
    }
    if (ft_cli_has(cli, "json")) {
        obj = json_object_new_object();
        ft_json_add_int(obj, "schema", SCHEMA);
        json_object_object_add(obj, "modules", json_object_get(list));
        ft_print_json(obj);
    } else {
        ft_table_print(&table);
    }
    ft_table_release(&table);
    json_object_put(list);
    ft_session_close(&s);
    return 0;
}

/* --- show ----------------------------------------------------------------- */

static struct json_object *port_json(const struct ft_port *port)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_str(obj, "name", port->name);
    ft_json_add_str(obj, "type", ft_object_type_text(port->type));
    if (port->unit)
        ft_json_add_str(obj, "unit", ft_unit_text(port->unit));
    ft_json_add_bool(obj, "optional", port->optional);
    ft_json_add_bool(obj, "many", port->many);
    ft_json_add_str(obj, "doc", port->doc);
    return obj;
}

static struct json_object *param_json(const struct ft_param *param)
{
    static const char *const each[] = {
        [FT_EACH_ONE] = "one", [FT_EACH_LIST] = "list",
        [FT_EACH_GROUP] = "group",
    };
    struct json_object *obj = json_object_new_object();

    ft_json_add_str(obj, "name", param->name);
    ft_json_add_str(obj, "type", ft_param_type_text(param->type));
    ft_json_add_str(obj, "each", each[param->each]);
    if (param->unit)
        ft_json_add_str(obj, "unit", ft_unit_text(param->unit));
    ft_json_add_bool(obj, "required", param->required);
    json_object_object_add(obj, "default", ft_value_json(&param->deflt));
    ft_json_add_str(obj, "doc", param->doc);
    return obj;
}

static void print_module_json(const struct ft_module *m)
{
    struct json_object *obj = json_object_new_object();
    struct json_object *in = json_object_new_array();
    struct json_object *out = json_object_new_array();
    struct json_object *params = json_object_new_array();

    for (size_t i = 0; i < m->n_in; i++)
        json_object_array_add(in, port_json(&m->in[i]));
    for (size_t i = 0; i < m->n_out; i++)
        json_object_array_add(out, port_json(&m->out[i]));
    for (size_t i = 0; i < m->params.n; i++)
        json_object_array_add(params, param_json(&m->params.item[i]));
    ft_json_add_int(obj, "schema", SCHEMA);
    ft_json_add_str(obj, "module", m->name);
    ft_json_add_str(obj, "version", m->version);
    ft_json_add_str(obj, "doc", m->doc);
    ft_json_add_str(obj, "file", m->file);
    ft_json_add_str(obj, "program", m->program);
    ft_json_add_bool(obj, "mpi", m->mpi);
    ft_json_add_str(obj, "determinism", determinism_names[m->determinism]);
    json_object_object_add(obj, "in", in);
    json_object_object_add(obj, "params", params);
    json_object_object_add(obj, "out", out);
    ft_print_json(obj);
}

static void add_port(struct ft_table *table, const struct ft_port *port)
{
    ft_table_add(table, "  %s", port->name);
    ft_table_add(table, "%s%s%s%s", port->many ? "list of " : "",
                 ft_object_type_text(port->type), port->unit ? " in " : "",
                 port->unit ? ft_unit_text(port->unit) : "");
    ft_table_add(table, "%s%s", port->optional ? "(optional) " : "",
                 port->doc ? port->doc : "");
}

static void print_ports(const char *title, const struct ft_port *port,
                        size_t n)
{
    struct ft_table table;

    if (!n)
        return;
    printf("\n%s:\n", title);
    ft_table_init(&table, 3, 0);
    for (size_t i = 0; i < n; i++)
        add_port(&table, &port[i]);
    ft_table_print(&table);
}

static void add_param(struct ft_table *table, const struct ft_param *param,
                      const char *prefix)
{
    static const char *const each[] = {
        [FT_EACH_ONE] = "", [FT_EACH_LIST] = "list of ",
        [FT_EACH_GROUP] = "by group: ",
    };
    struct ft_str deflt = FT_STR_INIT;

    if (param->required)
        ft_str_add(&deflt, "required");
    else
        ft_value_text(&param->deflt, &deflt);
    ft_table_add(table, "  %s%s", prefix, param->name);
    ft_table_add(table, "%s%s%s%s", each[param->each],
                 ft_param_type_text(param->type), param->unit ? " in " : "",
                 param->unit ? ft_unit_text(param->unit) : "");
    ft_table_add(table, "%s", deflt.s);
    ft_table_add(table, "%s", param->doc ? param->doc : "");
    ft_str_release(&deflt);
    for (size_t i = 0; i < param->n_fields; i++)
        add_param(table, &param->field[i], "    ");
}

static void print_module(const struct ft_module *m)
{
    struct ft_table table;

    printf("%s %s\n%s\n", m->name, m->version, m->doc ? m->doc : "");
    printf("\nmanifest: %s\n", m->file);
    if (m->program)
        printf("program:  %s%s\n", m->program, m->mpi ? " (MPI)" : "");
    printf("results:  %s\n", m->determinism == FT_DET_BITWISE
               ? "the same bytes on any number of ranks"
               : m->determinism == FT_DET_TOLERANCE
                     ? "the same within rounding"
                     : "may differ from run to run");
    print_ports("inputs", m->in, m->n_in);
    if (m->params.n)
        printf("\nparameters:\n");
    ft_table_init(&table, 4, 0);
    for (size_t i = 0; i < m->params.n; i++)
        add_param(&table, &m->params.item[i], "");
    ft_table_print(&table);
    print_ports("outputs", m->out, m->n_out);
}

int ft_cmd_module_show(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    const struct ft_module *m;

    ft_session_modules(&s);
    m = load(&s, cli->arg[0]);
    if (m && ft_cli_has(cli, "json"))
        print_module_json(m);
    else if (m)
        print_module(m);
    ft_session_close(&s);
    return m ? 0 : STATUS_INVALID;
}
