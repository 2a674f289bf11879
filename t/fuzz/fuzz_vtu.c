/* fuzz_vtu.c - VTK's XML files of unstructured grids
 *
 * Read as a mesh, and when it is one as a field of its array T: what is taken
 * is good by the rules of its type, all else is refused as malformed.
 */
#include "t/fuzz/fuzz.h"

#include "base/alloc.h"
#include "base/err.h"
#include "t/fuzz/fresh.h"
#include "t/fuzz/shown.h"
#include "worker/formats/vtu.h"
#include "worker/kinds.h"

static struct shown grid;

/* False when it is refused. */
static bool read_grid(const struct ft_vtu_want *want,
                      const struct ft_kind *kind)
{
    struct ft_err err = { 0 }, wrong = { 0 };
    const char *path;
    hid_t file = fresh_file(&path);
    struct ft_scan scan;
    bool taken = ft_vtu_read(grid.path, want, file, &err) == 0;

    if (!taken && err.code != FT_EFORMAT)
        FT_BUG("refused for another reason: %s", err.msg);
    if (taken && (ft_scan_init(&scan, file, path, &wrong) < 0 ||
                  kind->check(&scan, want->unit, &wrong) < 0))
        FT_BUG("what was taken is no %s: %s", kind->name, wrong.msg);
    if (taken)
        ft_scan_release(&scan);
    return taken;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct ft_vtu_want mesh = { .length_m = 0.001 },
                                    field = { .length_m = 1, .array = "T",
                                              .unit = "K" };

    if (!*grid.path)
        shown_init(&grid, ".vtu");
    shown_set(&grid, data, size);
    if (read_grid(&mesh, &ft_kind_mesh))
        (void)read_grid(&field, &ft_kind_field);
    return 0;
}
