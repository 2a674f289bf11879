/* files.c - what lies in o/ and tmp/, whether the oplog names it or not */
#include "data/store/files.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "base/sha256.h"
#include "base/str.h"
#include "data/store/id.h"

#define SUFFIX ".h5"

static int no_dots(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static void free_names(struct dirent **name, int n)
{
    for (int i = 0; i < n; i++)
        free(name[i]);
    free(name);
}

/* The id in "ab…….h5" in the directory "ab"; the caller frees.  Or NULL. */
static char *id_of(const char *dir, const char *name)
{
    char *id = NULL;

    if (strlen(name) == FT_SHA256_HEX + strlen(SUFFIX) &&
        ft_ends_with(name, SUFFIX) && strlen(dir) == 2 &&
        ft_starts_with(name, dir))
        id = ft_strndup(name, FT_SHA256_HEX);
    if (id && !ft_id_valid(id)) {
        free(id);
        id = NULL;
    }
    return id;
}

/* The files of one directory of o/, or of tmp/ where 'shard' is "". */
static int walk(const char *dir, const char *shard, ft_files_each *each,
                void *arg, struct ft_err *err)
{
    struct dirent **name;
    int n = scandir(dir, &name, no_dots, alphasort), rc = 0;

    if (n < 0)
        return ft_err_sys(err, "cannot read '%s'", dir);
    for (int i = 0; rc == 0 && i < n; i++) {
        char *path = ft_path_join(dir, name[i]->d_name);
        char *id = id_of(shard, name[i]->d_name);

        rc = each(path, id, arg, err);
        free(id);
        free(path);
    }
    free_names(name, n);
    return rc;
}

int ft_files_versions(const char *meta, ft_files_each *each, void *arg,
                      struct ft_err *err)
{
    char *top = ft_path_join(meta, "o");
    struct dirent **name = NULL;
    int n = scandir(top, &name, no_dots, alphasort), rc = 0;

    if (n < 0)
        rc = ft_err_sys(err, "cannot read '%s'", top);
    for (int i = 0; rc == 0 && i < n; i++) {
        char *dir = ft_path_join(top, name[i]->d_name);

        if (name[i]->d_type == DT_DIR || name[i]->d_type == DT_UNKNOWN)
            rc = walk(dir, name[i]->d_name, each, arg, err);
        else
            rc = each(dir, NULL, arg, err);
        free(dir);
    }
    if (n >= 0)
        free_names(name, n);
    free(top);
    return rc;
}

int ft_files_tmp(const char *meta, ft_files_each *each, void *arg,
                 struct ft_err *err)
{
    char *dir = ft_path_join(meta, "tmp");
    int rc = walk(dir, "", each, arg, err);

    free(dir);
    return rc;
}
