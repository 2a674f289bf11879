/* parcel.c - what an attempt starts with, for a site that does not see it */
#include "adapters/home/parcel.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/dirs.h"
#include "base/json.h"
#include "base/path.h"
#include "run/adapter.h"

#define DEPTH_MAX 8 /* of directories in a checkpoint */

static struct ft_parcel_file *add_file(struct ft_parcel *parcel,
                                       const char *path)
{
    struct ft_parcel_file *file;

    parcel->file = ft_grow(parcel->file, parcel->n, &parcel->cap,
                           sizeof(*parcel->file));
    file = &parcel->file[parcel->n++];
    *file = (struct ft_parcel_file){ .path = ft_strdup(path) };
    return file;
}

/* Its size, and the digest where it is not known yet. */
static int measure(struct ft_parcel_file *file, struct ft_err *err)
{
    struct stat st;

    if (stat(file->path, &st) < 0)
        return ft_err_sys(err, "cannot read '%s'", file->path);
    if (!S_ISREG(st.st_mode))
        return ft_err_set(err, FT_EFORMAT, "'%s' is no regular file",
                          file->path);
    file->runs = (st.st_mode & S_IXUSR) != 0;
    if (!*file->sha256)
        return ft_sha256_file(file->path, file->sha256, &file->size_bytes,
                              err);
    file->size_bytes = (uint64_t)st.st_size;
    return 0;
}

static int add_files(struct ft_parcel *parcel, const struct ft_attempt *a,
                     struct ft_err *err)
{
    for (size_t i = 0; i < a->n_files; i++) {
        const struct ft_attempt_file *from = &a->file[i];
        struct ft_parcel_file *to = add_file(parcel, from->path);

        if (ft_dirs_is_program(from->path)) {
            to->program = ft_strdup(ft_path_base(from->path));
            continue;
        }
        to->name = ft_asprintf("in/%zu/%s", i, ft_path_base(from->path));
        to->content = ft_strdup(from->content);
        if (from->sha256 && strlen(from->sha256) == FT_SHA256_HEX)
            memcpy(to->sha256, from->sha256, FT_SHA256_HEX);
        if (measure(to, err) < 0)
            return -1;
    }
    return 0;
}

/* All regular files below 'path', which is called 'name' there. */
static int add_tree(struct ft_parcel *parcel, const char *path,
                    const char *name, int depth, struct ft_err *err)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    int rc = 0;

    if (!dir || depth > DEPTH_MAX) {
        if (dir)
            (void)closedir(dir);
        return ft_err_sys(err, "cannot read '%s'", path);
    }
    while (rc == 0 && (entry = readdir(dir))) {
        char *below, *as;
        struct stat st;

        if (entry->d_name[0] == '.')
            continue;
        below = ft_path_join(path, entry->d_name);
        as = ft_path_join(name, entry->d_name);
        if (lstat(below, &st) == 0 && S_ISDIR(st.st_mode)) {
            rc = add_tree(parcel, below, as, depth + 1, err);
        } else if (S_ISREG(st.st_mode)) {
            struct ft_parcel_file *file = add_file(parcel, below);

            file->name = ft_strdup(as);
            rc = measure(file, err);
        }
        free(as);
        free(below);
    }
    (void)closedir(dir);
    return rc;
}

struct ft_parcel *ft_parcel_make(const struct ft_attempt *a)
{
    struct ft_parcel *parcel = ft_calloc(1, sizeof(*parcel));
    char *path = ft_path_join(a->dir, FT_TASK_FILE);
    const char *restart;

    parcel->tag = a->tag;
    parcel->task = ft_json_read(path, &parcel->err);
    free(path);
    if (!parcel->task || add_files(parcel, a, &parcel->err) < 0)
        return parcel;
    restart = ft_json_str_or(parcel->task, "restart", NULL);
    parcel->restart = ft_strdup(restart);
    if (restart)
        (void)add_tree(parcel, restart, FT_PARCEL_RESTART, 0, &parcel->err);
    return parcel;
}

const struct ft_parcel_file *ft_parcel_find(const struct ft_parcel *parcel,
                                            const char *sha256)
{
    for (size_t i = 0; i < parcel->n; i++)
        if (strcmp(parcel->file[i].sha256, sha256) == 0 && *sha256)
            return &parcel->file[i];
    return NULL;
}

void ft_parcel_free(struct ft_parcel *parcel)
{
    if (!parcel)
        return;
    for (size_t i = 0; i < parcel->n; i++) {
        free(parcel->file[i].path);
        free(parcel->file[i].name);
        free(parcel->file[i].program);
        free(parcel->file[i].content);
    }
    free(parcel->file);
    free(parcel->restart);
    json_object_put(parcel->task);
    free(parcel);
}
