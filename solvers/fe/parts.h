/* parts.h - which nodes of a mesh hang together */
#ifndef FE_PARTS_H
#define FE_PARTS_H

#include "fe/mesh.h"

/* part[i] of a local node: the smallest node number of its part.  Two nodes
 * are in one part when a chain of cells and pairs joins them.  Collective. */
PetscErrorCode fe_parts(const struct fe_mesh *mesh, PetscInt part[]);

#endif
