/* fuzz_netcdf.c - netCDF's classic formats
 *
 * A file is surveyed as for the engine, and read up to the image that it would
 * become, which is then not written.  Both end in an error of the file alone.
 * netCDF-4 files are HDF5's affair: see fuzz_version.c.
 */
#include "t/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "worker/formats/nc_plan.h"
#include "worker/h5.h"

/* What a name or a unit is has no promise but to be one. */
static void check(const struct ft_err *err)
{
    if ((err->code != FT_EFORMAT && err->code != FT_EUSAGE) || !err->msg[0])
        FT_BUG("error %d: %s", (int)err->code, err->msg);
}

static void read_image(const char *path, struct json_object *answer)
{
    struct ft_nc_want want = {
        .array = ft_json_str_or(answer, "array", NULL), .unit = "K",
        .was = ft_json_str_or(answer, "unit", NULL),
        .axes = ft_json_or_null(answer, "axes"), .spacing_m = 1,
    };
    struct ft_err err = { 0 };

    json_object_object_foreach(want.axes, name, axis) {
        (void)name;
        ft_json_add_str(axis, "was", ft_json_str_or(axis, "unit", NULL));
    }
    if (ft_nc_image(path, &want, -1, &err) == 0)
        FT_BUG("an image was written nowhere");
    check(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    static char path[32];
    const struct ft_nc_want want = { .array = NULL };
    struct json_object *answer;
    struct ft_err err = { 0 };

    if (fd < 0) {
        fd = memfd_create("fuzz-netcdf", 0);
        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        if (fd < 0 || ft_h5_init(&err) < 0)
            FT_BUG("cannot start: %s", err.msg);
    }
    if (size < 4 || memcmp(data, "CDF", 3) != 0)
        return 0;
    if (ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0 ||
        ft_write_all(fd, data, size) < 0)
        FT_BUG("cannot write the input");
    answer = json_object_new_object();
    if (ft_nc_survey(path, &want, answer, &err) == 0)
        read_image(path, answer);
    else
        check(&err);
    json_object_put(answer);
    return 0;
}
