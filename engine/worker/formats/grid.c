/* grid.c - the rules for a mesh that another program made */
#include "worker/formats/grid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

#define FLAT 1e-9 /* how far z may differ, against x and y */

static void minus(const double *a, const double *b, double c[3])
{
    for (int i = 0; i < 3; i++)
        c[i] = a[i] - b[i];
}

/* a . (b x c) */
static double triple(const double a[3], const double b[3], const double c[3])
{
    return a[0] * (b[1] * c[2] - b[2] * c[1]) +
           a[1] * (b[2] * c[0] - b[0] * c[2]) +
           a[2] * (b[0] * c[1] - b[1] * c[0]);
}

/* Six times the volume between a fan of corners and the point 'first', or of a
 * flat cell twice its area in the plane z = const. */
static double fan(const struct ft_grid *grid, const int64_t *node,
                  const int *corner, int n, const double *first, bool flat)
{
    static const double up[3] = { 0, 0, 1 };
    double sum = 0, a[3], b[3], c[3];

    minus(grid->points + 3 * node[corner[0]], first, a);
    for (int k = 1; k + 1 < n; k++) {
        minus(grid->points + 3 * node[corner[k]], first, b);
        minus(grid->points + 3 * node[corner[k + 1]], first, c);
        sum += triple(flat ? up : a, b, c);
    }
    return sum;
}

double ft_grid_measure(const struct ft_grid *grid, uint64_t cell)
{
    static const int around[] = { 0, 1, 2, 3 };
    uint8_t type = grid->types[cell];
    int corners = ft_grid_corners(type), face[FT_GRID_FACE_NODES], n;
    const int64_t *node = grid->connectivity + grid->offsets[cell];
    const double *first = grid->points + 3 * node[0];
    double sum = 0;

    if (ft_grid_dimension(type) == 2)
        return fan(grid, node, around, corners, first, true) / 2;
    for (int i = 0; (n = ft_grid_face(type, i, face)); i++)
        sum += fan(grid, node, face, n / ft_grid_order(type), first, false);
    return sum / 6;
}

/* --- points --------------------------------------------------------------- */

static int check_coordinates(const struct ft_grid *grid, bool flat,
                             struct ft_err *err)
{
    const double *x = grid->points;
    double reach = 0;

    for (uint64_t i = 0; i < 3 * grid->n_points; i++) {
        if (!(fabs(x[i]) <= FT_GRID_COORDINATE_MAX))
            return ft_err_set(err, FT_EFORMAT, "point %llu has the "
                              "coordinate %g m", (unsigned long long)(i / 3),
                              x[i]);
        if (i % 3 < 2)
            reach = fmax(reach, fabs(x[i]));
    }
    for (uint64_t i = 0; flat && i < grid->n_points; i++)
        if (fabs(x[3 * i + 2] - x[2]) > FLAT * reach)
            return ft_err_set(err, FT_EFORMAT, "the cells are flat, but point "
                              "%llu has another z than point 0: surfaces in "
                              "space are not taken", (unsigned long long)i);
    return 0;
}

/* Every point is in a cell, which a vertex is not. */
static int check_used(const struct ft_grid *grid, struct ft_err *err)
{
    bool *used = ft_calloc(grid->n_points, sizeof(*used));
    uint64_t i;

    for (i = 0; i < grid->n_cells && ft_grid_dimension(grid->types[i]); i++)
        for (int64_t k = grid->offsets[i]; k < grid->offsets[i + 1]; k++)
            used[grid->connectivity[k]] = true;
    for (i = 0; i < grid->n_points && used[i]; i++)
        continue;
    free(used);
    if (i == grid->n_points)
        return 0;
    ft_err_set(err, FT_EFORMAT, "point %llu belongs to no cell",
               (unsigned long long)i);
    return ft_err_hint(err, "remove unused points, in ParaView with the filter "
                            "Clean to Grid");
}

/* --- cells ---------------------------------------------------------------- */

static int check_cell(const struct ft_grid *grid, uint64_t i, int dimension,
                      struct ft_err *err)
{
    uint8_t type = grid->types[i];
    int nodes = ft_grid_nodes(type);
    bool named = grid->group && grid->group[i]; /* facets and points are */

    if (!nodes)
        return ft_err_set(err, FT_EFORMAT, "cell %llu has the VTK type %d: "
                          FT_GRID_TAKEN, (unsigned long long)i, type);
    if (ft_grid_dimension(type) &&
        ft_grid_order(type) != ft_grid_order(grid->types[0]))
        return ft_err_set(err, FT_EFORMAT, "cell %llu is of order %d, the "
                          "first cell of order %d: they must be of one",
                          (unsigned long long)i, ft_grid_order(type),
                          ft_grid_order(grid->types[0]));
    if (ft_grid_dimension(type) != dimension &&
        !(named && (ft_grid_dimension(type) == dimension - 1 ||
                    ft_grid_dimension(type) == 0))) {
        ft_err_set(err, FT_EFORMAT, "cell %llu has dimension %d, the first "
                   "cell %d", (unsigned long long)i, ft_grid_dimension(type),
                   dimension);
        return ft_err_hint(err, "keep the cells of the highest dimension: the "
                                "file cannot name the groups of the others");
    }
    if (grid->offsets[i] < 0 || grid->offsets[i + 1] < 0 ||
        grid->offsets[i + 1] - grid->offsets[i] != nodes)
        return ft_err_set(err, FT_EFORMAT, "the offsets of cell %llu (VTK type "
                          "%d) do not make %d points", (unsigned long long)i,
                          type, nodes);
    return 0;
}

static int check_cells(const struct ft_grid *grid, int dimension,
                       struct ft_err *err)
{
    if (grid->offsets[0] != 0)
        return ft_err_set(err, FT_EFORMAT, "the offsets do not begin with 0");
    for (uint64_t i = 0; i < grid->n_cells; i++)
        if (check_cell(grid, i, dimension, err) < 0)
            return -1;
    if ((uint64_t)grid->offsets[grid->n_cells] != grid->n_connectivity)
        return ft_err_set(err, FT_EFORMAT, "the offsets end with %lld, the "
                          "connectivity has %llu entries",
                          (long long)grid->offsets[grid->n_cells],
                          (unsigned long long)grid->n_connectivity);
    for (uint64_t i = 0; i < grid->n_connectivity; i++)
        if (grid->connectivity[i] < 0 ||
            (uint64_t)grid->connectivity[i] >= grid->n_points)
            return ft_err_set(err, FT_EFORMAT, "a cell uses point %lld of %llu",
                              (long long)grid->connectivity[i],
                              (unsigned long long)grid->n_points);
    return 0;
}

static int check_measures(const struct ft_grid *grid, uint64_t cells,
                          int dimension, struct ft_err *err)
{
    for (uint64_t i = 0; i < cells; i++) {
        double size = ft_grid_measure(grid, i);

        if (size > 0)
            continue;
        ft_err_set(err, FT_EFORMAT, "cell %llu (VTK type %d) has the %s %g %s",
                   (unsigned long long)i, grid->types[i],
                   dimension == 2 ? "area" : "volume", size,
                   dimension == 2 ? "m2" : "m3");
        return ft_err_hint(err, dimension == 2
                           ? "flat cells run counter-clockwise, seen from "
                             "above"
                           : "the order of a cell's points is that of VTK; "
                             "the triangle 0 1 2 of a wedge faces inwards");
    }
    return 0;
}

int ft_grid_check(const struct ft_grid *grid, struct ft_err *err)
{
    uint64_t cells = 0;
    int dimension;

    if (!grid->n_cells || !grid->n_points)
        return ft_err_set(err, FT_EFORMAT, "the mesh has no %s",
                          grid->n_points ? "cells" : "points");
    dimension = ft_grid_nodes(grid->types[0])
                    ? ft_grid_dimension(grid->types[0]) : 3;
    if (dimension < 2)
        return ft_err_set(err, FT_EFORMAT, "cell 0 is a %s: a mesh has flat or "
                          "solid cells", dimension ? "line" : "point");
    if (check_cells(grid, dimension, err) < 0 ||
        check_coordinates(grid, dimension == 2, err) < 0 ||
        check_used(grid, err) < 0)
        return -1;
    while (cells < grid->n_cells &&
           ft_grid_dimension(grid->types[cells]) == dimension)
        cells++;
    if (check_measures(grid, cells, dimension, err) < 0)
        return -1;
    return ft_grid_check_faces(grid, cells, err);
}

void ft_grid_release(struct ft_grid *grid)
{
    free(grid->points);
    free(grid->connectivity);
    free(grid->offsets);
    free(grid->types);
    free(grid->group);
    free(grid->groups);
    *grid = (struct ft_grid){ 0 };
}
