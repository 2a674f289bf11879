/* shape.h - how good the shape of one cell is */
#ifndef SHAPE_H
#define SHAPE_H

#include "stage/mesh.h"

/* The straight cell between the corners of a cell of second order; any other
 * as it is.  Its nodes are the first ones of the curved cell. */
const struct stg_cell_type *shape_straight(int cell);

struct shape {
    double measure;  /* m, m2 or m3 */
    /* NaN for lines: */
    double jacobian; /* scaled, least over the corners; 1 is ideal, 0 flat */
    double angle_min, angle_max; /* rad; between faces, in a face in 2D */
    double aspect;     /* longest edge over inscribed radius, 1 is ideal; for
                        * all but triangles and tetrahedra the edge ratio */
    double edge_ratio; /* longest over shortest edge */
};

/* 'x' are the nodes of the cell in VTK's order; the straight cell counts. */
void shape_of(enum stg_cell cell, double x[][3], struct shape *shape);

#endif
