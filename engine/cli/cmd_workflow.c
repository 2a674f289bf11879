/* cmd_workflow.c - fedtwin workflow: what a state was made by */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/umask.h"
#include "cli/open.h"
#include "cli/term.h"
#include "data/history/history.h"
#include "model/module.h"

#define SCHEMA 1

static size_t count(struct json_object *list)
{
    return list ? json_object_array_length(list) : 0;
}

static void print_json(const char *state, const struct ft_recalled *r)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_int(obj, "schema", SCHEMA);
    ft_json_add_str(obj, "state", state);
    ft_json_add_str(obj, "file", r->file);
    ft_json_add_str(obj, "directory", r->dir);
    ft_json_add_str(obj, "text", r->text);
    json_object_object_add(obj, "texts",
                           r->more ? json_object_get(r->more)
                                   : json_object_new_array());
    json_object_object_add(obj, "parameters", json_object_get(r->settings));
    json_object_object_add(obj, "modules", json_object_get(r->modules));
    ft_print_json(obj);
}

/* --- into files ----------------------------------------------------------- */

/* A file of its own, never over another one. */
static int write_file(const char *dir, const char *name, const char *text)
{
    char *path = ft_path_join(dir, name), *parent = ft_path_dir(path);
    struct ft_err err;
    mode_t mask = ft_umask_user();
    int rc = ft_path_mkdirs(parent, 0777, &err);

    if (rc == 0 && ft_path_exists(path))
        rc = ft_err_set(&err, FT_EEXIST, "'%s' exists already", path);
    if (rc == 0)
        rc = ft_file_write(path, text, strlen(text), 0666, &err);
    umask(mask);
    if (rc == 0)
        printf("%s\n", path);
    free(parent);
    free(path);
    return rc < 0 ? ft_print_err(&err) : 0;
}

/* Files that were somewhere else than beside the workflow go by their names. */
static const char *name_below(const char *path)
{
    return ft_path_is_below(path) ? path : ft_path_base(path);
}

/* An imported state may call a module what it likes. */
static int write_module(const char *dir, const char *module, const char *text)
{
    char *name;
    int status;

    if (!ft_module_name_valid(module)) {
        ft_print_error("the state names a module '%s', which is no name",
                       module);
        return ft_code_status(FT_EFORMAT);
    }
    name = ft_asprintf("modules/%s.yaml", module);
    status = write_file(dir, name, text);
    free(name);
    return status;
}

static int write_files(const char *dir, const struct ft_recalled *r)
{
    int status = write_file(dir, ft_path_base(r->file), r->text);

    for (size_t i = 0; !status && i < count(r->more); i++) {
        struct json_object *pair = json_object_array_get_idx(r->more, i);

        status = write_file(dir, name_below(ft_json_at_or(pair, 0, "")),
                            ft_json_at_or(pair, 1, ""));
    }
    for (size_t i = 0; !status && i < count(r->modules); i++) {
        struct json_object *one = json_object_array_get_idx(r->modules, i);

        status = write_module(dir, ft_json_at_or(one, 0, ""),
                              ft_json_at_or(one, 2, ""));
    }
    return status;
}

/* -------------------------------------------------------------------------- */

int ft_cmd_workflow(struct ft_cli *cli)
{
    const char *dir = ft_cli_option(cli, "output");
    struct ft_session s = FT_SESSION_INIT;
    struct ft_recalled recalled = { 0 };
    char id[FT_SHA256_HEX + 1] = "";
    struct ft_err err;
    int status = ft_session_store(&s, FT_STORE_READ);

    if (!status &&
        (ft_history_find(s.store, ft_cli_arg(cli, 0), id, &err) < 0 ||
         ft_store_recall(s.store, id, &recalled, &err) < 0))
        status = ft_print_err(&err);
    if (!status && dir)
        status = write_files(dir, &recalled);
    else if (!status && ft_cli_has(cli, "json"))
        print_json(id, &recalled);
    else if (!status)
        fputs(recalled.text, stdout);
    ft_recalled_release(&recalled);
    ft_session_close(&s);
    return status;
}
