/* project.c - make, find and open the directory with .fedtwin/ */
#include "data/store/project.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/logfile.h"
#include "base/path.h"
#include "base/umask.h"
#include "data/store/sharing.h"

#define META ".fedtwin"
#define FORMAT_NUMBER 1
#define FORMAT_SIZE_MAX 65536

static const char format_text[] =
    "{\"format\":1,\"compat\":[],\"ro_compat\":[],\"incompat\":[]}\n";

static const char *const subdirs[] = { "oplog", "o", "tmp", "trash", "runs" };

/* Features that this version knows; none so far. */
static const char *const known_ro_compat[] = { NULL };
static const char *const known_incompat[] = { NULL };

/* --- making --------------------------------------------------------------- */

/* 'dir', and what is missing above it, with names that are durable. */
static int make_dir(const char *dir, struct ft_err *err)
{
    char *up = ft_path_dir(dir);
    bool there = ft_path_exists(dir);
    int rc = there ? 0 : make_dir(up, err);

    if (rc == 0)
        rc = ft_path_mkdirs(dir, 0777, err);
    if (rc == 0 && !there)
        rc = ft_path_sync_parent(dir, err);
    free(up);
    return rc;
}

static int make_empty_log(const char *meta, struct ft_err *err)
{
    char *path = ft_path_join(meta, "oplog/0.log");
    struct ft_log *log = ft_log_open(path, FT_LOG_APPEND, NULL, NULL, NULL,
                                     err);
    int rc = log ? ft_log_sync(log, err) : -1;

    ft_log_close(log);
    free(path);
    return rc;
}

static int write_format(const char *meta, struct ft_err *err)
{
    char *path = ft_path_join(meta, "FORMAT");
    int rc = ft_file_write(path, format_text, sizeof(format_text) - 1, 0644,
                           err);

    free(path);
    return rc;
}

static int fill_meta(const char *meta, struct ft_err *err)
{
    for (size_t i = 0; i < FT_ARRAY_LEN(subdirs); i++) {
        char *path = ft_path_join(meta, subdirs[i]);
        int rc = ft_path_mkdirs(path, 0777, err);

        free(path);
        if (rc < 0)
            return -1;
    }
    if (make_empty_log(meta, err) < 0)
        return -1;
    return write_format(meta, err);
}

/* The whole '.fedtwin' is made under another name and appears by one rename,
 * so that nobody ever meets half a project. */
int ft_project_init(const char *dir, struct ft_err *err)
{
    char *meta = ft_path_join(dir, META);
    char *part = ft_path_unused(meta, ".part");
    int rc = -1;

    if (make_dir(dir, err) < 0)
        goto done;
    ft_umask_project(false);
    if (ft_path_exists(meta)) {
        ft_err_set(err, FT_EEXIST, "'%s' is a project already", dir);
        goto done;
    }
    if (fill_meta(part, err) < 0)
        goto done;
    if (rename(part, meta) < 0) {
        if (errno == EEXIST || errno == ENOTEMPTY)
            ft_err_set(err, FT_EEXIST, "'%s' is a project already", dir);
        else
            ft_err_sys(err, "cannot create '%s'", meta);
        goto done;
    }
    rc = ft_path_sync_parent(meta, err);
done:
    if (rc < 0)
        (void)ft_path_remove(part, NULL); /* the first error is the one */
    free(part);
    free(meta);
    return rc;
}

/* --- opening -------------------------------------------------------------- */

static bool is_known(const char *name, const char *const *known)
{
    for (; *known; known++)
        if (strcmp(*known, name) == 0)
            return true;
    return false;
}

/* *unknown becomes the first member of the list 'key' that is not in 'known',
 * or NULL; borrowed from 'format'. */
static int find_unknown(struct json_object *format, const char *key,
                        const char *const *known, const char *what,
                        const char **unknown, struct ft_err *err)
{
    struct json_object *list = ft_json_get(format, key, json_type_array, what,
                                           err);

    if (!list)
        return -1;
    *unknown = NULL;
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *item = json_object_array_get_idx(list, i);

        if (!json_object_is_type(item, json_type_string))
            return ft_err_set(err, FT_EFORMAT,
                              "'%s' of %s has a member that is no text", key,
                              what);
        if (!*unknown && !is_known(json_object_get_string(item), known))
            *unknown = json_object_get_string(item);
    }
    return 0;
}

static int check_format(struct json_object *format, const char *path,
                        bool *read_only, struct ft_err *err)
{
    const char *unknown;
    int64_t number;

    if (ft_json_int(format, "format", &number, path, err) < 0)
        return -1;
    if (number != FORMAT_NUMBER) {
        ft_err_set(err, FT_EVERSION, "'%s' has format %lld, known is %d",
                   path, (long long)number, FORMAT_NUMBER);
        return ft_err_hint(err, "use the fedtwin that made this project");
    }
    if (find_unknown(format, "incompat", known_incompat, path, &unknown, err) <
        0)
        return -1;
    if (unknown) {
        ft_err_set(err, FT_EVERSION, "'%s' needs the unknown feature '%s'",
                   path, unknown);
        return ft_err_hint(err, "use the fedtwin that made this project");
    }
    if (find_unknown(format, "ro_compat", known_ro_compat, path, &unknown,
                     err) < 0)
        return -1;
    if (unknown)
        *read_only = true;
    return 0;
}

static int read_format(struct ft_project *project, struct ft_err *err)
{
    char *path = ft_path_join(project->meta, "FORMAT");
    struct ft_str text = FT_STR_INIT;
    struct json_object *format = NULL;
    int rc = -1;

    if (ft_file_read(path, FORMAT_SIZE_MAX, &text, err) < 0) {
        ft_sharing_hint(project->meta, err);
        goto done;
    }
    format = ft_json_parse(text.s, text.len, path, err);
    if (!format)
        goto done;
    if (!json_object_is_type(format, json_type_object)) {
        ft_err_set(err, FT_EFORMAT, "'%s' is no JSON object", path);
        goto done;
    }
    rc = check_format(format, path, &project->read_only, err);
    project->shared = ft_sharing_is_on(format);
done:
    json_object_put(format);
    ft_str_release(&text);
    free(path);
    return rc;
}

static bool is_writable(const char *meta)
{
    char *oplog = ft_path_join(meta, "oplog");
    /* An oplog that is gone can be written anew: see ft_store_rebuild(). */
    bool yes = access(meta, W_OK) == 0 &&
               (access(oplog, W_OK) == 0 || errno == ENOENT);

    free(oplog);
    return yes;
}

/* 'dir' or the nearest of its parents that holds '.fedtwin', or NULL. */
static char *find_dir(const char *dir)
{
    char *here = ft_strdup(dir);

    for (;;) {
        char *meta = ft_path_join(here, META);
        struct stat st;
        bool found = stat(meta, &st) == 0 && S_ISDIR(st.st_mode);
        char *up;

        free(meta);
        if (found)
            return here;
        up = ft_path_dir(here);
        if (strcmp(up, here) == 0) {
            free(up);
            free(here);
            return NULL;
        }
        free(here);
        here = up;
    }
}

struct ft_project *ft_project_open(const char *start, struct ft_err *err)
{
    struct ft_project *project = ft_calloc(1, sizeof(*project));
    char *from = realpath(start ? start : ".", NULL);

    if (!from) {
        ft_err_sys(err, "cannot open '%s'", start ? start : ".");
        goto fail;
    }
    project->dir = find_dir(from);
    if (!project->dir) {
        ft_err_set(err, FT_ENOENT,
                   "neither '%s' nor one of its parents is a project", from);
        ft_err_hint(err, "'fedtwin init' makes one");
        goto fail;
    }
    project->meta = ft_path_join(project->dir, META);
    if (read_format(project, err) < 0)
        goto fail;
    ft_umask_project(project->shared);
    if (!is_writable(project->meta))
        project->read_only = true;
    free(from);
    return project;
fail:
    free(from);
    ft_project_close(project);
    return NULL;
}

void ft_project_close(struct ft_project *project)
{
    if (!project)
        return;
    free(project->dir);
    free(project->meta);
    free(project);
}
