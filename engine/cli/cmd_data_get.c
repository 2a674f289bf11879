/* cmd_data_get.c - fedtwin data get: copy a version out of the project */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/str.h"
#include "base/umask.h"
#include "cli/open.h"
#include "cli/ref_text.h"
#include "cli/term.h"

#define STATUS_USAGE 2

static bool is_dir(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* "heat.temperature-power-45-W.h5": characters that shells dislike become '-'.
 */
static char *file_name(const struct ft_version *v, const char *ending)
{
    struct ft_str ref = FT_STR_INIT, name = FT_STR_INIT;

    ft_ref_text(v, &ref);
    for (const char *c = ref.s; *c; c++) {
        bool plain = strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                            "abcdefghijklmnopqrstuvwxyz0123456789._-+", *c);

        if (plain)
            ft_str_addc(&name, *c);
        else if (name.len && name.s[name.len - 1] != '-' && *c != '}')
            ft_str_addc(&name, '-');
    }
    ft_str_release(&ref);
    ft_str_add(&name, ending);
    return ft_str_take(&name);
}

/* A file object has the name it was made under; it is checked, since it comes
 * from a file. */
static char *default_name(struct ft_session *s, const struct ft_version *v)
{
    struct json_object *summary;
    const char *given;
    char *name = NULL;

    if (v->type != FT_OBJECT_FILE)
        return file_name(v, ".h5");
    summary = ft_store_describe(s->store, v->id, NULL);
    given = ft_json_str_or(summary, "name", "");
    if (*given && !strchr(given, '/') && strcmp(given, "..") != 0 &&
        strcmp(given, ".") != 0 && !*v->cell)
        name = ft_strdup(given);
    else
        name = file_name(v, strrchr(given, '.') ? strrchr(given, '.') : "");
    json_object_put(summary);
    return name;
}

static int copy_version(struct ft_session *s, const struct ft_version *v,
                        const char *dest, struct ft_err *err)
{
    char *path = ft_store_file(s->store, v->id, err);
    mode_t mask = ft_umask_user();
    int rc = path ? ft_file_copy(path, dest, err) : -1;

    umask(mask);
    free(path);
    return rc;
}

/* The worker writes as for the project; the file is the user's. */
static int get_table(struct ft_session *s, const struct ft_version *v,
                     const char *dest, struct ft_err *err)
{
    if (ft_store_table_csv(s->store, v->id, dest, err) < 0)
        return -1;
    if (chmod(dest, 0666 & ~ft_umask_own()) < 0)
        return ft_err_sys(err, "cannot change the mode of '%s'", dest);
    return 0;
}

static int get_to_file(struct ft_session *s, const struct ft_version *v,
                       const char *dest, struct ft_err *err)
{
    if (ft_path_exists(dest))
        return ft_err_set(err, FT_EEXIST, "'%s' exists already", dest);
    if (v->type == FT_OBJECT_FILE)
        return ft_store_extract(s->store, v->id, dest, err);
    if (v->type == FT_OBJECT_TABLE && ft_ends_with(dest, ".csv"))
        return get_table(s, v, dest, err);
    return copy_version(s, v, dest, err);
}

/* To standard output: by way of a file, since the worker writes files. */
static int get_to_stdout(struct ft_session *s, const struct ft_version *v,
                         struct ft_err *err)
{
    char *stem = ft_path_join(s->project->meta, "tmp/get");
    char *path = ft_path_unused(stem, v->type == FT_OBJECT_TABLE ? ".csv" : "");
    struct ft_str bytes = FT_STR_INIT;
    int rc = get_to_file(s, v, path, err);

    if (rc == 0)
        rc = ft_file_read(path, SIZE_MAX, &bytes, err);
    if (rc == 0)
        fwrite(bytes.s, 1, bytes.len, stdout);
    unlink(path);
    ft_str_release(&bytes);
    free(path);
    free(stem);
    return rc;
}

static int get(struct ft_session *s, const struct ft_version *v,
               const char *dest, struct ft_err *err)
{
    char *name, *path;
    int rc;

    if (dest && strcmp(dest, "-") == 0)
        return get_to_stdout(s, v, err);
    name = dest && !is_dir(dest) ? ft_strdup(dest) : default_name(s, v);
    path = dest && is_dir(dest) ? ft_path_join(dest, name) : ft_strdup(name);
    rc = get_to_file(s, v, path, err);
    if (rc == 0)
        printf("%s\n", path);
    free(path);
    free(name);
    return rc;
}

int ft_cmd_data_get(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    struct ft_versions versions = { 0 };
    const char *dest = ft_cli_arg(cli, 1);
    struct ft_err err;
    int status = ft_session_look(&s, cli);

    if (!status && ft_store_resolve(s.store, cli->arg[0], &versions, &err) < 0)
        status = ft_print_err(&err);
    if (!status && versions.n > 1 && dest && !is_dir(dest)) {
        ft_print_error("'%s' names %zu versions, but '%s' is not a directory",
                       cli->arg[0], versions.n, dest);
        status = STATUS_USAGE;
    }
    for (size_t i = 0; !status && i < versions.n; i++)
        if (get(&s, &versions.item[i], dest, &err) < 0)
            status = ft_print_err(&err);
    ft_versions_release(&versions);
    ft_session_close(&s);
    return status;
}
