/* ballast.c - a file that holds nothing, so that a full disk can be cleaned */
#include "data/store/ballast.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "data/store/project.h"
#include "data/store/space.h"

#define DEFAULT_BYTES (64u << 20)
#define SHARE 100      /* of the free space */
#define LEAST 65536    /* less helps nobody */
#define NEED (8u << 20) /* with so much free it may stay */

static char *path_of(const char *meta)
{
    return ft_path_join(meta, "ballast");
}

static uint64_t free_bytes(const char *meta)
{
    struct statvfs fs;

    return statvfs(meta, &fs) == 0 ? (uint64_t)fs.f_bavail * fs.f_frsize : 0;
}

static uint64_t size_of(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

/* Holes would hold nothing, so the blocks are asked for. */
static int fill(const char *part, uint64_t bytes, struct ft_err *err)
{
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    int rc = fd < 0 ? -1 : 0;

    if (fd >= 0) {
        errno = posix_fallocate(fd, 0, (off_t)bytes);
        rc = errno ? -1 : 0;
    }
    if (rc < 0)
        ft_err_sys(err, "cannot make '%s'", part);
    if (fd >= 0)
        close(fd);
    return rc;
}

int ft_ballast_make(const struct ft_project *project, struct ft_err *err)
{
    char *path = path_of(project->meta), *part = ft_asprintf("%s.new", path);
    uint64_t want = DEFAULT_BYTES;
    uint64_t most = (free_bytes(project->meta) + size_of(path)) / SHARE;
    int rc = 0;

    ft_size_setting(FT_BALLAST_ENV, &want);
    if (want > most)
        want = most;
    if (want < LEAST) {
        (void)unlink(path);
    } else if (size_of(path) < want / 2 || size_of(path) > want) {
        rc = fill(part, want, err);
        if (rc == 0 && rename(part, path) < 0)
            rc = ft_err_sys(err, "cannot make '%s'", path);
        if (rc < 0)
            (void)unlink(part);
    }
    free(part);
    free(path);
    return rc;
}

void ft_ballast_drop(const struct ft_project *project)
{
    char *path = path_of(project->meta);

    if (!project->read_only && free_bytes(project->meta) < NEED)
        (void)unlink(path); /* without it there is simply less room */
    free(path);
}
