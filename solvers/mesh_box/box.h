/* box.h - a rectangle or a box cut into equal cells, numbered by formula
 *
 * Points are numbered with x fastest, then y, then z; so are the blocks.  A
 * block is a quad or a hexahedron, or with 'simplex' two triangles or six
 * tetrahedra.  After the cells come the facets of the sides, in the order
 * xmin xmax ymin ymax zmin zmax, and with 'edges' the pieces of the edges of a
 * box: those along z, then y, then x.  Every number follows from an index, so
 * each rank makes its own part of the mesh, and the mesh is the same on any
 * number of ranks.
 */
#ifndef BOX_H
#define BOX_H

#include "stage/mesh.h"

#define BOX_POINTS_MAX INT64_C(2147483647) /* PETSc numbers with 32 bits */

struct box {
    int dimension; /* 2 or 3 */
    int64_t cells[3];
    double size_m[3], origin_m[3];
    bool simplex, edges;
};

int64_t box_points(const struct box *box);
int64_t box_cells(const struct box *box);  /* of dimension 'dimension' */
int64_t box_facets(const struct box *box);
int64_t box_edges(const struct box *box); /* of all, in pieces */

void box_point(const struct box *box, int64_t i, double point[3]);

#define BOX_CELL_NODES 8
#define BOX_SIDES 6  /* of a box of three dimensions */
#define BOX_EDGES 12

/* Cell, facet or piece of an edge 'i': its type, nodes, and group: 0 the
 * domain, 1.. a side, then the edges: edge e of 0 .. 11 runs along the axis
 * 2 - e / 4; bit 0 of e says that it is high in the first of the other axes,
 * bit 1 in the second. */
struct box_cell {
    enum stg_cell type;
    int nodes, group;
    int64_t node[BOX_CELL_NODES];
};
void box_cell(const struct box *box, int64_t i, struct box_cell *cell);

#endif
