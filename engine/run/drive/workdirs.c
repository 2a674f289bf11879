/* workdirs.c - attempt directories, new and used again */
#include "run/drive/workdirs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "run/adapter.h"

#define SPARE_MAX 256

struct ft_workdirs {
    char *spare[SPARE_MAX];
    size_t n;
};

struct ft_workdirs *ft_workdirs_new(void)
{
    return ft_calloc(1, sizeof(struct ft_workdirs));
}

void ft_workdirs_free(struct ft_workdirs *dirs)
{
    if (!dirs)
        return;
    while (dirs->n) {
        char *dir = dirs->spare[--dirs->n];

        (void)ft_path_remove(dir, NULL);
        free(dir);
    }
    free(dirs);
}

/* --- taking --------------------------------------------------------------- */

static bool reuse(struct ft_workdirs *dirs, const char *dir)
{
    bool done = false;

    while (dirs->n && !done) {
        char *spare = dirs->spare[--dirs->n];

        /* Fails when something stands under that name. */
        done = rename(spare, dir) == 0;
        if (!done)
            (void)ft_path_remove(spare, NULL);
        free(spare);
    }
    return done;
}

int ft_workdirs_take(struct ft_workdirs *dirs, const char *dir,
                     struct ft_err *err)
{
    if (reuse(dirs, dir) || mkdir(dir, 0777) == 0)
        return 0;
    if (errno == EEXIST && ft_path_remove(dir, err) < 0)
        return -1;
    if (mkdir(dir, 0777) < 0)
        return ft_err_sys(err, "cannot make the attempt directory '%s'", dir);
    return 0;
}

/* --- giving --------------------------------------------------------------- */

/* May a file called 'name' stay for the next attempt?  A stream has to be
 * empty; a record says which attempt it is of, and is replaced.  A second name
 * for the file would show what comes into it. */
static bool may_stay(int dir_fd, const char *name)
{
    bool stream = strcmp(name, FT_STDOUT_FILE) == 0 ||
                  strcmp(name, FT_STDERR_FILE) == 0 ||
                  strcmp(name, FT_PROGRESS_FILE) == 0;
    struct stat st;

    if (!stream && strcmp(name, FT_TASK_FILE) != 0 &&
        strcmp(name, FT_RESULT_FILE) != 0)
        return false;
    return fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(st.st_mode) && st.st_nlink == 1 &&
           (!stream || st.st_size == 0);
}

static bool left_nothing(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    bool nothing = dir != NULL;

    while (nothing && (entry = readdir(dir))) {
        const char *name = entry->d_name;

        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
            continue;
        nothing = may_stay(dirfd(dir), name);
    }
    if (dir)
        (void)closedir(dir);
    return nothing;
}

bool ft_workdirs_give(struct ft_workdirs *dirs, const char *dir)
{
    if (!left_nothing(dir))
        return false;
    if (dirs->n < SPARE_MAX)
        dirs->spare[dirs->n++] = ft_strdup(dir);
    else
        (void)ft_path_remove(dir, NULL);
    return true;
}
