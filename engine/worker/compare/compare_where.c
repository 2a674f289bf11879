/* compare_where.c - where in space an element of an array lies */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "worker/compare/compare_in.h"
#include "worker/slab.h"

#define VTK "/VTKHDF/"
#define CELL_POINTS_MAX 27

/* Elements of one row of the array: what stands behind its first dimension. */
static uint64_t row_length(const struct ft_item *item)
{
    uint64_t n = 1;

    for (int i = 1; i < item->rank; i++)
        n *= item->dim[i];
    return n;
}

static int read_point(const struct ft_scan *scan, uint64_t point,
                      double at[3])
{
    const struct ft_item *points = ft_scan_find(scan, VTK "Points");

    if (!points || points->rank != 2 || points->dim[1] != 3 ||
        points->type.size != sizeof(double) || point >= points->dim[0])
        return -1;
    return ft_slab_read(scan->file, points, point, 1, at, NULL);
}

/* The mean of the cell's points. */
static int read_cell(const struct ft_scan *scan, uint64_t cell, double at[3])
{
    const struct ft_item *offsets = ft_scan_find(scan, VTK "Offsets");
    const struct ft_item *ids = ft_scan_find(scan, VTK "Connectivity");
    int64_t range[2], point[CELL_POINTS_MAX];
    double one[3];
    uint64_t n;

    if (!offsets || !ids || cell + 1 >= offsets->dim[0] ||
        ft_slab_read(scan->file, offsets, cell, 2, range, NULL) < 0 ||
        range[0] < 0 || range[1] <= range[0] ||
        range[1] - range[0] > CELL_POINTS_MAX ||
        (uint64_t)range[1] > ids->dim[0])
        return -1;
    n = (uint64_t)(range[1] - range[0]);
    if (ft_slab_read(scan->file, ids, (uint64_t)range[0], n, point, NULL) < 0)
        return -1;
    memset(at, 0, 3 * sizeof(*at));
    for (uint64_t i = 0; i < n; i++) {
        if (point[i] < 0 || read_point(scan, (uint64_t)point[i], one) < 0)
            return -1;
        for (int k = 0; k < 3; k++)
            at[k] += one[k] / (double)n;
    }
    return 0;
}

/* Point (z, y, x) of a grid: origin + direction * (spacing * index). */
static int read_grid(const struct ft_scan *scan, const struct ft_item *item,
                     uint64_t row, double at[3])
{
    double origin[3], spacing[3], direction[9];
    uint64_t index[3];
    int64_t extent[6];

    if (item->rank < 3 ||
        ft_kind_numbers(scan, "WholeExtent", "i8", 6, extent, NULL) < 0 ||
        ft_kind_numbers(scan, "Origin", "f8", 3, origin, NULL) < 0 ||
        ft_kind_numbers(scan, "Spacing", "f8", 3, spacing, NULL) < 0 ||
        ft_kind_numbers(scan, "Direction", "f8", 9, direction, NULL) < 0)
        return -1;
    index[0] = row % item->dim[2];
    index[1] = row / item->dim[2] % item->dim[1];
    index[2] = row / item->dim[2] / item->dim[1];
    for (int i = 0; i < 3; i++) {
        at[i] = origin[i];
        for (int k = 0; k < 3; k++)
            at[i] += direction[3 * i + k] * spacing[k] *
                     (double)((int64_t)index[k] + extent[2 * k]);
    }
    return 0;
}

/* The element has a place: true with it. */
static bool find_place(const struct ft_sides *sides,
                       const struct ft_item *item, uint64_t index,
                       double at[3])
{
    const struct ft_scan *scan = sides->scan[0];

    if (sides->kind == &ft_kind_image)
        return ft_starts_with(item->path, VTK "PointData/") &&
               read_grid(scan, item,
                         item->rank > 3 ? index / item->dim[3] : index,
                         at) == 0;
    if (sides->kind != &ft_kind_mesh && sides->kind != &ft_kind_field)
        return false;
    index /= row_length(item);
    if (ft_starts_with(item->path, VTK "CellData/"))
        return read_cell(scan, index, at) == 0;
    if (!ft_starts_with(item->path, VTK "PointData/") &&
        strcmp(item->path, VTK "Points") != 0)
        return false;
    return read_point(scan, index, at) == 0;
}

static struct json_object *index_list(const struct ft_item *item,
                                      uint64_t index)
{
    struct json_object *list = json_object_new_array();
    uint64_t part[FT_H5_RANK_MAX];

    for (int i = item->rank; i-- > 0;) {
        part[i] = index % item->dim[i];
        index /= item->dim[i];
    }
    for (int i = 0; i < item->rank; i++)
        json_object_array_add(list, json_object_new_int64((int64_t)part[i]));
    return list;
}

struct json_object *ft_where(const struct ft_sides *sides,
                             const struct ft_item *item, uint64_t index,
                             struct json_object *a, struct json_object *b)
{
    struct json_object *out = json_object_new_object();
    struct json_object *values = json_object_new_array();
    struct json_object *place;
    double at[3];

    json_object_array_add(values, a);
    json_object_array_add(values, b);
    json_object_object_add(out, "index", index_list(item, index));
    json_object_object_add(out, "values", values);
    if (find_place(sides, item, index, at)) {
        place = json_object_new_array();
        for (int i = 0; i < 3; i++)
            json_object_array_add(place, ft_gaps_number(at[i]));
        json_object_object_add(out, "at", place);
    }
    return out;
}
