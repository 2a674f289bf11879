/* raise.h - a mesh of first order gets cells of second order */
#ifndef PHY_RAISE_H
#define PHY_RAISE_H

#include "stage/mesh.h"

/* Replace a mesh of first order by one whose cells and facets are of second
 * order, in place.  The points keep their numbers; new ones, in the middle of
 * edges, of quadrilaterals and of hexahedra, follow, ordered by the numbers of
 * the points between which they lie: the same on any number of ranks.  Groups
 * and the order of the cells stay.  Points and cells are cut anew, like
 * stg_mesh_read() does.  A mesh whose cells all are of second order is left as
 * it is.
 *
 * Collective.  Fails, naming the cell, on types without an element of second
 * order and on a mesh of both orders. */
PetscErrorCode phy_raise(struct stg_task *task, struct stg_mesh *mesh);

#endif
