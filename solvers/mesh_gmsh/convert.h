/* convert.h - from Gmsh's view of a mesh to fedtwin's */
#ifndef CONVERT_H
#define CONVERT_H

#include "mesh_gmsh/msh.h"
#include "mesh_gmsh/options.h"

/* One process.  All of the mesh in one slab: the cells of the wanted
 * dimension, then the facets that are in a group, both in the order of the
 * file; the points that they use, in m.  Groups are numbered 1, 2 ... with
 * those of cells first.  Fails when there are no cells in a group. */
PetscErrorCode convert(struct stg_task *task, const struct options *options,
                       const struct msh *msh, struct stg_mesh *mesh);

#endif
