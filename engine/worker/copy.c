/* copy.c - copying whole files */
#include "worker/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"

#define BLOCK (1u << 20)

int ft_source_open(const char *path, uint64_t *size_bytes,
                   struct ft_err *err)
{
    /* O_NONBLOCK: a pipe without a writer must not hold us. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;

    if (fd < 0)
        return ft_err_sys(err, "cannot open '%s'", path);
    if (fstat(fd, &st) < 0) {
        ft_err_sys(err, "cannot read '%s'", path);
    } else if (!S_ISREG(st.st_mode)) {
        ft_err_set(err, FT_EFORMAT, "'%s' is not a regular file", path);
    } else {
        *size_bytes = (uint64_t)st.st_size;
        return fd;
    }
    close(fd);
    return -1;
}

ssize_t ft_read_all(int fd, void *bytes, size_t len)
{
    size_t have = 0;

    while (have < len) {
        ssize_t n = read(fd, (char *)bytes + have, len - have);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        have += (size_t)n;
    }
    return (ssize_t)have;
}

int ft_copy_changed(const char *name, struct ft_err *err)
{
    ft_err_set(err, FT_EBUSY, "'%s' changed while it was copied", name);
    return ft_err_hint(err, "a process of the stage still writes it");
}

/* Within the kernel, as far as the file systems can; the rest is for
 * copy_by_hand().  Return the bytes copied. */
static uint64_t copy_in_kernel(int in, int out, uint64_t size)
{
    uint64_t done = 0;

    while (done < size) {
        ssize_t n = copy_file_range(in, NULL, out, NULL, size - done, 0);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        done += (uint64_t)n;
    }
    return done;
}

/* Return 0 at the end of 'in', with the bytes in *copied. */
static int copy_by_hand(int in, const char *in_name, int out,
                        const char *out_name, uint64_t *copied,
                        struct ft_err *err)
{
    char *block = ft_realloc(NULL, BLOCK, 1);
    int rc = -1;

    for (;;) {
        ssize_t n = read(in, block, BLOCK);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            ft_err_sys(err, "cannot read '%s'", in_name);
            break;
        }
        if (n == 0) {
            rc = 0;
            break;
        }
        if (ft_write_all(out, block, (size_t)n) < 0) {
            ft_err_sys(err, "could not write '%s'", out_name);
            break;
        }
        *copied += (uint64_t)n;
    }
    free(block);
    return rc;
}

int ft_copy(int in, const char *in_name, int out, const char *out_name,
            uint64_t size_bytes, struct ft_err *err)
{
    uint64_t copied = copy_in_kernel(in, out, size_bytes);

    if (copy_by_hand(in, in_name, out, out_name, &copied, err) < 0)
        return -1;
    return copied == size_bytes ? 0 : ft_copy_changed(in_name, err);
}
