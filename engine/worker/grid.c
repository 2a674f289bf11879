/* grid.c - the rules for a mesh that another program made */
#include "worker/grid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

#define FACES_MAX 6
#define FLAT 1e-9 /* how far z may differ, against x and y */

/* VTK's linear cells; faces are seen from outside, -1 ends a triangle. */
static const struct shape {
    int dimension, nodes, faces;
    int face[FACES_MAX][4];
} shape[] = {
    [5] = { 2, 3, 1, { { 0, 1, 2, -1 } } },
    [9] = { 2, 4, 1, { { 0, 1, 2, 3 } } },
    [10] = { 3, 4, 4,
             { { 0, 2, 1, -1 }, { 0, 1, 3, -1 }, { 1, 2, 3, -1 },
               { 0, 3, 2, -1 } } },
    [12] = { 3, 8, 6,
             { { 0, 3, 2, 1 }, { 4, 5, 6, 7 }, { 0, 1, 5, 4 }, { 1, 2, 6, 5 },
               { 2, 3, 7, 6 }, { 3, 0, 4, 7 } } },
    [13] = { 3, 6, 5,
             { { 0, 2, 1, -1 }, { 3, 4, 5, -1 }, { 0, 1, 4, 3 },
               { 1, 2, 5, 4 }, { 2, 0, 3, 5 } } },
    [14] = { 3, 5, 5,
             { { 0, 3, 2, 1 }, { 0, 1, 4, -1 }, { 1, 2, 4, -1 },
               { 2, 3, 4, -1 }, { 3, 0, 4, -1 } } },
    /* Only beside cells that it could be a facet of. */
    [3] = { 1, 2, 0, { { 0 } } },
};

int ft_grid_nodes(uint8_t type)
{
    return type < FT_ARRAY_LEN(shape) ? shape[type].nodes : 0;
}

int ft_grid_dimension(uint8_t type)
{
    return shape[type].dimension;
}

int ft_grid_face(uint8_t type, int i, int node[4])
{
    const struct shape *is = &shape[type];

    if (i >= (is->dimension == 2 ? is->nodes : is->faces))
        return 0;
    if (is->dimension == 2) {
        node[0] = i;
        node[1] = (i + 1) % is->nodes;
        return 2;
    }
    memcpy(node, is->face[i], sizeof(is->face[i]));
    return node[3] < 0 ? 3 : 4;
}

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

/* The area in the plane z = const, or by the divergence theorem the volume. */
static double measure(const struct ft_grid *grid, uint64_t cell)
{
    static const double up[3] = { 0, 0, 3 };
    const struct shape *is = &shape[grid->types[cell]];
    const int64_t *node = grid->connectivity + grid->offsets[cell];
    const double *first = grid->points + 3 * node[0];
    double sum = 0, a[3], b[3], c[3];

    for (int i = 0; i < is->faces; i++) {
        const int *face = is->face[i];
        int n = face[3] < 0 ? 3 : 4;

        minus(grid->points + 3 * node[face[0]], first, a);
        for (int k = 1; k + 1 < n; k++) {
            minus(grid->points + 3 * node[face[k]], first, b);
            minus(grid->points + 3 * node[face[k + 1]], first, c);
            sum += triple(is->dimension == 2 ? up : a, b, c) / 6;
        }
    }
    return sum;
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

/* Every point is in a cell. */
static int check_used(const struct ft_grid *grid, struct ft_err *err)
{
    bool *used = ft_calloc(grid->n_points, sizeof(*used));
    uint64_t i;

    for (i = 0; i < grid->n_connectivity; i++)
        used[grid->connectivity[i]] = true;
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
    int facet = grid->group && grid->group[i];

    if (!nodes)
        return ft_err_set(err, FT_EFORMAT, "cell %llu has the VTK type %d: "
                          "only linear lines, triangles, quads, tetrahedra, "
                          "hexahedra, wedges and pyramids are taken",
                          (unsigned long long)i, type);
    if (shape[type].dimension != dimension &&
        !(facet && shape[type].dimension == dimension - 1)) {
        ft_err_set(err, FT_EFORMAT, "cell %llu has dimension %d, the first "
                   "cell %d", (unsigned long long)i, shape[type].dimension,
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
        double size = measure(grid, i);

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
                    ? shape[grid->types[0]].dimension : 3;
    if (dimension == 1)
        return ft_err_set(err, FT_EFORMAT, "cell 0 is a line: a mesh has flat "
                          "or solid cells");
    if (check_cells(grid, dimension, err) < 0 ||
        check_coordinates(grid, dimension == 2, err) < 0 ||
        check_used(grid, err) < 0)
        return -1;
    while (cells < grid->n_cells &&
           shape[grid->types[cells]].dimension == dimension)
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
