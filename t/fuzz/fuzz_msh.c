/* fuzz_msh.c - mesh files of Gmsh
 *
 * A file is read up to the mesh that it would become, which is then not
 * written.  It is a mesh, or malformed, and nothing else.
 */
#include "t/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/path.h"
#include "worker/h5.h"
#include "worker/msh.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    static char path[32];
    struct ft_err err = { 0 };

    if (fd < 0) {
        fd = memfd_create("fuzz-msh", 0);
        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        if (fd < 0 || ft_h5_init(&err) < 0)
            FT_BUG("cannot start: %s", err.msg);
    }
    if (ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0 ||
        ft_write_all(fd, data, size) < 0)
        FT_BUG("cannot write the input");
    if (ft_msh_read(path, 1e-3, -1, &err) == 0)
        FT_BUG("a mesh was written nowhere");
    if (err.code != FT_EFORMAT || !err.msg[0])
        FT_BUG("error %d: %s", (int)err.code, err.msg);
    return 0;
}
