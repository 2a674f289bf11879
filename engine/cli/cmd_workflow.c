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
#include "data/history.h"

#define SCHEMA 1

static const char *text_at(struct json_object *list, size_t i)
{
    const char *text = json_object_get_string(
        json_object_array_get_idx(list, i));

    return text ? text : "";
}

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
    return path[0] == '/' || strncmp(path, "../", 3) == 0 ||
                   strstr(path, "/../")
               ? ft_path_base(path) : path;
}

static int write_files(const char *dir, const struct ft_recalled *r)
{
    int status = write_file(dir, ft_path_base(r->file), r->text);

    for (size_t i = 0; !status && i < count(r->more); i++) {
        struct json_object *pair = json_object_array_get_idx(r->more, i);

        status = write_file(dir, name_below(text_at(pair, 0)),
                            text_at(pair, 1));
    }
    for (size_t i = 0; !status && i < count(r->modules); i++) {
        struct json_object *one = json_object_array_get_idx(r->modules, i);
        char *name = ft_asprintf("modules/%s.yaml", text_at(one, 0));

        status = write_file(dir, name, text_at(one, 2));
        free(name);
    }
    return status;
}

/* -------------------------------------------------------------------------- */

static int find(struct ft_session *s, const char *text,
                char id[FT_SHA256_HEX + 1])
{
    struct ft_err err;

    if ((text ? ft_history_find(s->store, text, id, &err)
              : ft_store_head(s->store, id, &err)) < 0)
        return ft_print_err(&err);
    if (*id)
        return 0;
    ft_err_set(&err, FT_ENOENT, "the project has no state yet");
    return ft_print_err(&err);
}

int ft_cmd_workflow(struct ft_cli *cli)
{
    const char *dir = ft_cli_option(cli, "output");
    struct ft_session s = FT_SESSION_INIT;
    struct ft_recalled recalled = { 0 };
    char id[FT_SHA256_HEX + 1] = "";
    struct ft_err err;
    int status = ft_session_store(&s, FT_STORE_READ);

    if (!status)
        status = find(&s, ft_cli_arg(cli, 0), id);
    if (!status && ft_store_recall(s.store, id, &recalled, &err) < 0)
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
