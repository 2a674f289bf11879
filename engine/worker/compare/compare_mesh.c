/* compare_mesh.c - do two meshes, or grids, have their values at one place? */
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "worker/compare/compare_in.h"
#include "worker/slab.h"

#define VTK "/VTKHDF/"

struct equality {
    size_t size; /* of an element */
    bool equal;
};

static int see_equal(const void *a, const void *b, size_t count, void *arg,
                     struct ft_err *err)
{
    struct equality *e = arg;

    (void)err;
    e->equal = e->equal && memcmp(a, b, count * e->size) == 0;
    return 0;
}

/* Whether the dataset has the same bytes on both sides. */
static int same_dataset(const struct ft_sides *sides, const char *path,
                        bool *same, struct ft_err *err)
{
    const struct ft_item *a = ft_scan_find(sides->scan[0], path);
    const struct ft_item *b = ft_scan_find(sides->scan[1], path);
    struct equality e = { .equal = true };

    *same = false;
    if (!a || !b || strcmp(a->type.text, b->type.text) != 0 ||
        !ft_compare_shapes(a, b))
        return 0;
    e.size = a->type.size;
    if (ft_slab_pairs(sides->scan[0]->file, a, sides->scan[1]->file, b,
                      see_equal, &e, err) < 0)
        return -1;
    *same = e.equal;
    return 0;
}

static void add_counts(const struct ft_sides *sides, const char *key,
                       const char *path, struct json_object *out)
{
    const struct ft_item *a = ft_scan_find(sides->scan[0], path);
    const struct ft_item *b = ft_scan_find(sides->scan[1], path);

    ft_compare_counts(out, key, a->dim[0], b->dim[0]);
}

/* Values of points belong together when the points do: where they are the same
 * or, if they have moved, when the cells still join the same ones. */
int ft_compare_mesh(struct ft_sides *sides, struct json_object *answer,
                    struct ft_err *err)
{
    static const char *const cells[] = { VTK "Connectivity", VTK "Offsets",
                                         VTK "Types" };
    struct json_object *out;
    bool points, same = true;

    if (same_dataset(sides, VTK "Points", &points, err) < 0)
        return -1;
    for (size_t i = 0; i < FT_ARRAY_LEN(cells) && same; i++)
        if (same_dataset(sides, cells[i], &same, err) < 0)
            return -1;
    out = json_object_new_object();
    ft_json_add_bool(out, "same", points && same);
    ft_json_add_bool(out, "same_points", points);
    ft_json_add_bool(out, "same_cells", same);
    add_counts(sides, "points", VTK "Points", out);
    add_counts(sides, "cells", VTK "Types", out);
    json_object_object_add(answer, "mesh", out);
    sides->same_cells = same;
    sides->same_points = points || same;
    return 0;
}

/* A grid is its attributes. */
int ft_compare_grid(struct ft_sides *sides, struct json_object *answer,
                    struct ft_err *err)
{
    static const struct {
        const char *name, *type;
        size_t n;
    } part[] = {
        { "WholeExtent", "i8", 6 },
        { "Origin", "f8", 3 },
        { "Spacing", "f8", 3 },
        { "Direction", "f8", 9 },
    };
    double value[2][9];

    for (size_t i = 0; i < FT_ARRAY_LEN(part); i++) {
        for (int k = 0; k < 2; k++)
            if (ft_kind_numbers(sides->scan[k], part[i].name, part[i].type,
                                part[i].n, value[k], err) < 0)
                return -1;
        if (memcmp(value[0], value[1], part[i].n * sizeof(double)) != 0)
            sides->same_grid = false;
    }
    ft_json_add_bool(answer, "same_grid", sides->same_grid);
    return 0;
}
