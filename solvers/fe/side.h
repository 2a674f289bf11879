/* side.h - which side of a facet is outside the body */
#ifndef FE_SIDE_H
#define FE_SIDE_H

#include "fe/mesh.h"

/* For each facet, block after block: 1 when the normal that follows from the
 * order of its nodes points out of the body, -1 when it points into it, and 0
 * when there are cells on both sides.  That normal is dx/dxi_0 x dx/dxi_1, or
 * (t_y, -t_x) of the tangent t of a segment.  Collective. */
PetscErrorCode fe_sides(const struct fe_mesh *mesh, int sign[]);

#endif
