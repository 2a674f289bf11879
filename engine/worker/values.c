/* values.c - objects of type field and image: values on a mesh or a grid */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "worker/kinds.h"
#include "worker/mesh.h"

/* The dataset that the attribute 'fedtwin_field' of /VTKHDF names: "PointData/
 * NAME", or with 'cells' also "CellData/NAME". */
static const struct ft_item *find_values(const struct ft_scan *scan,
                                         bool cells, struct ft_err *err)
{
    const struct ft_item *group = ft_kind_group(scan, "/VTKHDF", err);
    const struct ft_item *item = NULL;
    char *name, *path;

    name = group ? ft_kind_text(scan, group, "fedtwin_field", err) : NULL;
    if (!name)
        return NULL;
    path = ft_asprintf("/VTKHDF/%s", name);
    if (ft_starts_with(name, "PointData/") ||
        (cells && ft_starts_with(name, "CellData/")))
        item = ft_kind_dataset(scan, path, "f8", -1, err);
    else
        ft_err_set(err, FT_EFORMAT, "'fedtwin_field' is '%s': not a path in "
                   "PointData%s", name, cells ? " or CellData" : "");
    free(path);
    free(name);
    return item;
}

static int describe_values(const struct ft_scan *scan,
                           struct json_object *summary, struct ft_err *err)
{
    const struct ft_item *item = find_values(scan, true, err);

    if (!item)
        return -1;
    ft_json_add_str(summary, "field", item->path + strlen("/VTKHDF/"));
    return ft_kind_add_range(scan, item, summary, err);
}

/* --- field ---------------------------------------------------------------- */

static int check_field(const struct ft_scan *scan, const char *unit,
                       struct ft_err *err)
{
    const struct ft_item *item, *holder;
    bool cells;

    if (ft_mesh_check(scan, err) < 0)
        return -1;
    item = find_values(scan, true, err);
    if (!item)
        return -1;
    cells = ft_starts_with(item->path, "/VTKHDF/CellData/");
    holder = ft_scan_find(scan, cells ? "/VTKHDF/Types" : "/VTKHDF/Points");
    if (item->rank < 1 || item->rank > 2 || item->dim[0] != holder->dim[0] ||
        (item->rank == 2 && item->dim[1] != 3 && item->dim[1] != 6))
        return ft_err_set(err, FT_EFORMAT, "'%s' does not have one value, or "
                          "three, or six, for each of %llu %s", item->path,
                          (unsigned long long)holder->dim[0],
                          cells ? "cells" : "points");
    return ft_kind_check_unit(scan, item, unit, err);
}

static int describe_field(const struct ft_scan *scan,
                          struct json_object *summary, struct ft_err *err)
{
    if (ft_mesh_describe(scan, summary, err) < 0)
        return -1;
    return describe_values(scan, summary, err);
}

const struct ft_kind ft_kind_field = {
    .name = "field",
    .check = check_field,
    .describe = describe_field,
};

/* --- image ---------------------------------------------------------------- */

int ft_kind_numbers(const struct ft_scan *scan, const char *name,
                    const char *type, size_t n, void *value,
                    struct ft_err *err)
{
    const struct ft_item *item = ft_kind_group(scan, "/VTKHDF", err);
    hid_t group = item ? ft_item_open(scan->file, item) : -1;
    struct ft_h5_attr attr;
    int rc;

    if (!item)
        return -1;
    if (group < 0)
        return ft_h5_error(err, "cannot open '/VTKHDF'");
    rc = ft_h5_attr_read(group, "/VTKHDF", name, FT_H5_ATTR_MAX, &attr, err);
    ft_h5_close(group);
    if (rc < 0)
        return -1;
    if (strcmp(attr.type.text, type) == 0 && attr.count == n)
        memcpy(value, attr.bytes.s, attr.bytes.len);
    else
        rc = ft_err_set(err, FT_EFORMAT, "attribute '%s' of '/VTKHDF' is not "
                        "%zu numbers of type %s", name, n, type);
    ft_h5_attr_release(&attr);
    return rc;
}

static int check_grid(const struct ft_scan *scan, int64_t extent[6],
                      struct ft_err *err)
{
    double origin[3], spacing[3], direction[9];

    if (ft_mesh_check_vtkhdf(scan, "ImageData", err) < 0 ||
        ft_kind_numbers(scan, "WholeExtent", "i8", 6, extent, err) < 0 ||
        ft_kind_numbers(scan, "Origin", "f8", 3, origin, err) < 0 ||
        ft_kind_numbers(scan, "Spacing", "f8", 3, spacing, err) < 0 ||
        ft_kind_numbers(scan, "Direction", "f8", 9, direction, err) < 0)
        return -1;
    for (int i = 0; i < 3; i++)
        if (!(spacing[i] > 0) || !isfinite(spacing[i]) ||
            !isfinite(origin[i]))
            return ft_err_set(err, FT_EFORMAT, "'Spacing' or 'Origin' is not "
                              "a length");
    return 0;
}

/* Points along x, y and z, and their product. */
static int grid_points(const int64_t extent[6], uint64_t n[3],
                       uint64_t *points, struct ft_err *err)
{
    *points = 1;
    for (int i = 0; i < 3; i++) {
        int64_t from = extent[2 * i], to = extent[2 * i + 1];

        if (to < from || from < -INT32_MAX || to > INT32_MAX)
            return ft_err_set(err, FT_EFORMAT, "'WholeExtent' is not a range "
                              "of indices");
        n[i] = (uint64_t)(to - from) + 1;
        if (*points > UINT64_MAX / n[i])
            return ft_err_set(err, FT_EFORMAT, "'WholeExtent' is too large");
        *points *= n[i];
    }
    return 0;
}

/* (z, y, x), or what is left of it without axes in front that have one point;
 * 3 behind them for vectors. */
static bool has_shape(const struct ft_item *item, const uint64_t n[3],
                      int columns)
{
    int rank = item->rank - (columns == 3);

    if (rank < 1 || rank > 3 || (columns == 3 && item->dim[rank] != 3))
        return false;
    for (int i = 0; i < 3; i++)
        if ((i < rank ? item->dim[rank - 1 - i] : 1) != n[i])
            return false;
    return true;
}

static int check_image(const struct ft_scan *scan, const char *unit,
                       struct ft_err *err)
{
    const struct ft_item *item;
    int64_t extent[6] = { 0 };
    uint64_t n[3], points;

    if (check_grid(scan, extent, err) < 0 ||
        grid_points(extent, n, &points, err) < 0)
        return -1;
    item = find_values(scan, false, err);
    if (!item)
        return -1;
    if (!has_shape(item, n, 1) && !has_shape(item, n, 3))
        return ft_err_set(err, FT_EFORMAT, "'%s' does not have the shape "
                          "(%llu, %llu, %llu) of 'WholeExtent', z first",
                          item->path, (unsigned long long)n[2],
                          (unsigned long long)n[1], (unsigned long long)n[0]);
    return ft_kind_check_unit(scan, item, unit, err);
}

static int describe_image(const struct ft_scan *scan,
                          struct json_object *summary, struct ft_err *err)
{
    int64_t extent[6] = { 0 };
    uint64_t n[3], points;

    if (check_grid(scan, extent, err) < 0 ||
        grid_points(extent, n, &points, err) < 0)
        return -1;
    ft_json_add_int(summary, "points", (int64_t)points);
    return describe_values(scan, summary, err);
}

const struct ft_kind ft_kind_image = {
    .name = "image",
    .check = check_image,
    .describe = describe_image,
};
