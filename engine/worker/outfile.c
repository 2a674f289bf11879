/* outfile.c - a plain file that appears whole or not at all */
#include "worker/outfile.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"

int ft_outfile_init(struct ft_outfile *out, const char *path,
                    struct ft_err *err)
{
    *out = (struct ft_outfile){ .path = ft_strdup(path) };
    out->part = ft_path_unused(path, ".part");
    out->fd = open(out->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (out->fd >= 0)
        return 0;
    ft_err_sys(err, "cannot create '%s'", out->part);
    free(out->part);
    out->part = NULL;
    ft_outfile_release(out);
    return -1;
}

int ft_outfile_add(struct ft_outfile *out, const void *bytes, size_t len,
                   struct ft_err *err)
{
    if (ft_write_all(out->fd, bytes, len) < 0)
        return ft_err_sys(err, "could not write '%s'", out->path);
    return 0;
}

int ft_outfile_finish(struct ft_outfile *out, struct ft_err *err)
{
    int fd = out->fd;

    out->fd = -1;
    if (fsync(fd) < 0) {
        ft_err_sys(err, "could not write '%s'", out->path);
        close(fd);
        return -1;
    }
    if (close(fd) < 0 || rename(out->part, out->path) < 0)
        return ft_err_sys(err, "could not write '%s'", out->path);
    free(out->part);
    out->part = NULL;
    return 0;
}

void ft_outfile_release(struct ft_outfile *out)
{
    if (out->fd >= 0)
        close(out->fd);
    if (out->part)
        (void)unlink(out->part);
    free(out->part);
    free(out->path);
    *out = (struct ft_outfile){ .fd = -1 };
}
