/* path.c - names that become paths, and walks over directories */
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"

#define WALK_FDS 16 /* directories that a removal keeps open at once */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool ft_name_valid(const char *name)
{
    size_t i = 0;

    if (!is_letter(name[0]))
        return false;
    while (is_letter(name[i]) || (name[i] >= '0' && name[i] <= '9') ||
           name[i] == '_' || name[i] == '-')
        i++;
    return !name[i] && i <= FT_NAME_MAX;
}

/* 'len' bytes: names joined by dots. */
static bool are_names(const char *text, size_t len)
{
    char part[FT_NAME_MAX + 1];

    if (!len || len > FT_STAGE_NAME_MAX)
        return false;
    for (;;) {
        const char *dot = memchr(text, '.', len);
        size_t n = dot ? (size_t)(dot - text) : len;

        if (n > FT_NAME_MAX)
            return false;
        memcpy(part, text, n);
        part[n] = '\0';
        if (!ft_name_valid(part))
            return false;
        if (!dot)
            return true;
        text += n + 1;
        len -= n + 1;
    }
}

bool ft_stage_name_valid(const char *name)
{
    return are_names(name, strlen(name));
}

const char *ft_object_dot(const char *object)
{
    const char *dot = strrchr(object, '.');

    return dot && are_names(object, (size_t)(dot - object)) &&
                   ft_name_valid(dot + 1)
               ? dot : NULL;
}

char *ft_path_join(const char *dir, const char *name)
{
    if (!dir || !*dir || name[0] == '/')
        return ft_strdup(name);
    return ft_asprintf("%s%s%s", dir, ft_ends_with(dir, "/") ? "" : "/", name);
}

char *ft_path_dir(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return ft_strdup(".");
    while (slash > path && slash[-1] == '/')
        slash--;
    return slash == path ? ft_strdup("/")
                         : ft_strndup(path, (size_t)(slash - path));
}

const char *ft_path_base(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

bool ft_path_is_below(const char *path)
{
    size_t n;

    if (!*path || *path == '/')
        return false;
    for (const char *s = path; *s; s += n + strspn(s + n, "/")) {
        n = strcspn(s, "/");
        if (n == 2 && memcmp(s, "..", 2) == 0)
            return false;
    }
    return true;
}

bool ft_path_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

char *ft_path_search(const char *name)
{
    const char *path = getenv("PATH");
    char *found = NULL;

    while (path && *path && !found) {
        size_t len = strcspn(path, ":");
        char *dir = ft_strndup(path, len);

        found = ft_path_join(dir, name);
        if (!len || access(found, X_OK) < 0) {
            free(found);
            found = NULL;
        }
        free(dir);
        path += len + (path[len] == ':');
    }
    return found;
}

/* Leaves errno alone: it still says why mkdir() failed. */
static bool is_directory(const char *path)
{
    struct stat st;
    int saved = errno;
    bool yes = stat(path, &st) == 0 && S_ISDIR(st.st_mode);

    errno = saved;
    return yes;
}

int ft_path_mkdirs(const char *path, mode_t mode, struct ft_err *err)
{
    char *copy, *s, end;
    int rc = -1;

    if (is_directory(path)) /* nearly always, and mkdir() is dear */
        return 0;
    s = copy = ft_strdup(path);
    do {
        s += strspn(s, "/");
        s += strcspn(s, "/");
        end = *s;
        *s = '\0';
        if (mkdir(copy, mode) < 0 && !is_directory(copy)) {
            ft_err_sys(err, "cannot create directory '%s'", copy);
            goto done;
        }
        *s = end;
    } while (end);
    rc = 0;
done:
    free(copy);
    return rc;
}

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path) < 0 && errno != ENOENT ? -1 : 0;
}

int ft_path_remove(const char *path, struct ft_err *err)
{
    if (nftw(path, remove_one, WALK_FDS, FTW_DEPTH | FTW_PHYS) < 0 &&
        errno != ENOENT)
        return ft_err_sys(err, "cannot remove '%s'", path);
    return 0;
}

int ft_path_sync_parent(const char *path, struct ft_err *err)
{
    char *dir = ft_path_dir(path);
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = 0;

    /* EINVAL: this file system cannot sync directories at all. */
    if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL))
        rc = ft_err_sys(err, "cannot sync directory '%s'", dir);
    if (fd >= 0)
        close(fd);
    free(dir);
    return rc;
}
