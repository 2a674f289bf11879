/* grid.h - a mesh in memory on its way into an object
 *
 * What another program's file became, before it is laid out as objects.md
 * says.  Files have no more than the limits below, so it fits.
 */
#ifndef FT_WORKER_GRID_H
#define FT_WORKER_GRID_H

#include <hdf5.h>
#include <stdbool.h>
#include <stdint.h>

struct ft_err;

#define FT_GRID_BYTES_MAX (1ull << 30) /* of all arrays together */
#define FT_GRID_COORDINATE_MAX 1e12    /* m; volumes stay finite */

struct ft_grid {
    uint64_t n_points, n_cells, n_connectivity;
    double *points;        /* 3 each, in metres */
    int64_t *connectivity; /* points of each cell, in VTK's order */
    int64_t *offsets;      /* n_cells + 1; the first is 0 */
    uint8_t *types;
};

/* The values of a field on a grid. */
struct ft_grid_field {
    bool cells;       /* else of points */
    const char *name, *unit;
    int columns;      /* 1 or 3 */
    double *value;
};

/* Nodes of a linear cell of VTK's type 'type'; 0 when objects.md does not have
 * it. */
int ft_grid_nodes(uint8_t type);

/* The rules that objects.md leaves to the writer of a mesh: cells of one
 * dimension, 2 or 3 (no lower ones, as there are no groups they could belong
 * to), each with existing points and positive area or volume; every point
 * finite and in a cell; flat meshes in one plane z = const.  FT_EFORMAT. */
int ft_grid_check(const struct ft_grid *grid, struct ft_err *err);

/* Write the checked grid, without groups, into a new file; with the field
 * unless that is NULL. */
int ft_grid_write(const struct ft_grid *grid,
                  const struct ft_grid_field *field, hid_t file,
                  struct ft_err *err);

void ft_grid_release(struct ft_grid *grid);

#endif
