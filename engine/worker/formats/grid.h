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

#include "worker/mesh.h"

struct ft_err;

#define FT_GRID_BYTES_MAX (1ull << 30) /* of all arrays together */
#define FT_GRID_COORDINATE_MAX 1e12    /* m; volumes stay finite */

struct ft_grid {
    uint64_t n_points, n_cells, n_connectivity;
    double *points;        /* 3 each, in metres */
    int64_t *connectivity; /* points of each cell, in VTK's order */
    int64_t *offsets;      /* n_cells + 1; the first is 0 */
    uint8_t *types;        /* falling dimensions: cells, facets, points */
    int32_t *group;        /* of each cell, 0 for none; NULL: all of them */
    struct ft_grid_group *groups; /* numbered from 1 */
    size_t n_groups;
};

struct ft_grid_group {
    int32_t dimension;
    char name[FT_MESH_NAME_MAX + 1];
};

/* The values of a field on a grid. */
struct ft_grid_field {
    bool cells;       /* else of points */
    const char *name, *unit;
    int columns;      /* 1 or 3 */
    double *value;
};

#define FT_GRID_CELL_NODES 27 /* at most */
#define FT_GRID_FACE_NODES 9
/* For errors: what has nodes. */
#define FT_GRID_TAKEN \
    "only lines, triangles, quads, tetrahedra and hexahedra of order 1 and " \
    "2, wedges and pyramids of order 1 are taken"

/* Nodes of a cell of VTK's type 'type'; 0 when objects.md does not have it. */
int ft_grid_nodes(uint8_t type);
/* Of a type that has nodes: */
int ft_grid_dimension(uint8_t type);
int ft_grid_order(uint8_t type); /* 0: of a point, which fits both */
int ft_grid_corners(uint8_t type); /* its first nodes */

/* The nodes of face 'i' in VTK's order, as indices into the cell's; how many, 0
 * when there is no such face.  Those of a flat cell are its edges. */
int ft_grid_face(uint8_t type, int i, int node[FT_GRID_FACE_NODES]);

/* VTK's type of such a face, of a cell of type 'type', with 'n' nodes. */
uint8_t ft_grid_facet(uint8_t type, int n);

/* Where each node of the mirror image of a solid cell stands in it. */
void ft_grid_mirror(uint8_t type, int order[FT_GRID_CELL_NODES]);

/* The volume between a cell's corners, or the area in the plane z = const:
 * negative when their order is the wrong one. */
double ft_grid_measure(const struct ft_grid *grid, uint64_t cell);

/* The rules that objects.md leaves to the writer of a mesh: cells of dimension
 * 2 or 3 and of one order, each with existing points and positive area or
 * volume; then facets that are in a group, each a face of a cell, and vertices
 * that are in a group; nothing is there twice, but for vertices in several
 * groups; every point finite and in a cell; flat meshes in one plane
 * z = const.  FT_EFORMAT. */
int ft_grid_check(const struct ft_grid *grid, struct ft_err *err);

/* Its part about facets and doubles, for a grid that else is right; 'cells' of
 * it are of the highest dimension. */
int ft_grid_check_faces(const struct ft_grid *grid, uint64_t cells,
                        struct ft_err *err);

/* Leave one of the facets or vertices that are there twice in one group. */
void ft_grid_merge_facets(struct ft_grid *grid);

/* Write the checked grid into a new file; with the field unless that is
 * NULL. */
int ft_grid_write(const struct ft_grid *grid,
                  const struct ft_grid_field *field, hid_t file,
                  struct ft_err *err);

void ft_grid_release(struct ft_grid *grid);

#endif
