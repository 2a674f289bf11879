/* file.c - files read within a limit and written whole or not at all */
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"

#define BLOCK (64u << 10)

int ft_write_all(int fd, const void *bytes, size_t len)
{
    const char *p = bytes;
    ssize_t n;

    while (len) {
        n = write(fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

/* Append what is left in 'fd'.  Return 1 when it passes 'max' bytes. */
static int read_fd(int fd, size_t max, struct ft_str *out)
{
    char *block = ft_realloc(NULL, BLOCK, 1);
    size_t size = 0;
    ssize_t n;

    while ((n = read(fd, block, BLOCK)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || (size_t)n > max - size)
            break;
        ft_str_addn(out, block, (size_t)n);
        size += (size_t)n;
    }
    free(block);
    return n < 0 ? -1 : n > 0;
}

int ft_file_read(const char *path, size_t max, struct ft_str *out,
                 struct ft_err *err)
{
    size_t start = out->len;
    int fd, rc;

    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ft_err_sys(err, "cannot open '%s'", path);
    rc = read_fd(fd, max, out);
    if (rc < 0)
        ft_err_sys(err, "cannot read '%s'", path);
    if (rc > 0)
        rc = ft_err_set(err, FT_EFORMAT, "'%s' is larger than %zu bytes", path,
                        max);
    if (rc < 0)
        ft_str_cut(out, start);
    close(fd);
    return rc;
}

char *ft_path_unused(const char *path, const char *tail)
{
    uint64_t number;

    if (getrandom(&number, sizeof(number), 0) != sizeof(number))
        number = (uint64_t)ft_clock_now_ns() ^ (uint64_t)getpid() << 32;
    return ft_asprintf("%s.%016" PRIx64 "%s", path, number, tail);
}

/* Durable, or only whole. */
static int write_and_rename(const char *path, const void *bytes, size_t len,
                            mode_t mode, bool durable, struct ft_err *err)
{
    char *part = ft_path_unused(path, ".part");
    int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    int rc = -1;

    if (fd < 0) {
        ft_err_sys(err, "cannot create a file beside '%s'", path);
        free(part);
        return -1;
    }
    if (ft_write_all(fd, bytes, len) < 0 || (durable && fsync(fd) < 0)) {
        ft_err_sys(err, "cannot write '%s'", part);
        goto done;
    }
    if (rename(part, path) < 0) {
        ft_err_sys(err, "cannot replace '%s'", path);
        goto done;
    }
    free(part);
    part = NULL;
    rc = durable ? ft_path_sync_parent(path, err) : 0;
done:
    if (part)
        (void)unlink(part); /* the first error is the one to report */
    free(part);
    close(fd);
    return rc;
}

int ft_file_write(const char *path, const void *bytes, size_t len, mode_t mode,
                  struct ft_err *err)
{
    return write_and_rename(path, bytes, len, mode, true, err);
}

int ft_file_replace(const char *path, const void *bytes, size_t len,
                    mode_t mode, struct ft_err *err)
{
    return write_and_rename(path, bytes, len, mode, false, err);
}

int ft_file_put(const char *path, const void *bytes, size_t len, mode_t mode,
                struct ft_err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, mode);
    int rc = fd < 0 ? -1 : ft_write_all(fd, bytes, len);
    struct stat st;

    /* Cut afterwards: ext4 takes a file that was emptied first for one that is
     * being replaced, and closing it then waits for the disk. */
    if (rc == 0)
        rc = fstat(fd, &st);
    if (rc == 0 && st.st_size > (off_t)len)
        rc = ftruncate(fd, (off_t)len);
    if (rc < 0)
        rc = ft_err_sys(err, "cannot write '%s'", path);
    if (fd >= 0)
        (void)close(fd);
    return rc;
}

static int copy_bytes(int in, int out)
{
    char *block = ft_realloc(NULL, BLOCK, 1);
    ssize_t n;
    int rc = 0;

    while (rc == 0 && (n = read(in, block, BLOCK)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        rc = n < 0 ? -1 : ft_write_all(out, block, (size_t)n);
    }
    free(block);
    return rc;
}

int ft_file_copy(const char *from, const char *to, struct ft_err *err)
{
    int in = open(from, O_RDONLY | O_CLOEXEC), out, rc;

    if (in < 0)
        return ft_err_sys(err, "cannot open '%s'", from);
    out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (out < 0) {
        rc = ft_err_sys(err, "cannot create '%s'", to);
        goto done;
    }
    rc = copy_bytes(in, out);
    if (close(out) < 0)
        rc = -1;
    if (rc < 0) {
        ft_err_sys(err, "cannot write '%s'", to);
        (void)unlink(to);
    }
done:
    (void)close(in);
    return rc;
}
