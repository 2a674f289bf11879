/* mesh_file.h - a file of a mesh, read up to the object that it would become
 *
 * That is not written.  The file is a mesh, or malformed, and nothing else.
 */
#ifndef T_FUZZ_MESH_FILE_H
#define T_FUZZ_MESH_FILE_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "worker/h5.h"

static int fuzz_mesh_file(const uint8_t *data, size_t size,
                          int (*read)(const char *src, double length_m,
                                      hid_t file, struct ft_err *err))
{
    static int fd = -1;
    static char path[32];
    struct ft_err err = { 0 };

    if (fd < 0) {
        fd = memfd_create("fuzz-mesh", 0);
        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        if (fd < 0 || ft_h5_init(&err) < 0)
            FT_BUG("cannot start: %s", err.msg);
    }
    if (ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0 ||
        ft_write_all(fd, data, size) < 0)
        FT_BUG("cannot write the input");
    if (read(path, 1e-3, -1, &err) == 0)
        FT_BUG("a mesh was written nowhere");
    if (err.code != FT_EFORMAT || !err.msg[0])
        FT_BUG("error %d: %s", (int)err.code, err.msg);
    return 0;
}

#endif
