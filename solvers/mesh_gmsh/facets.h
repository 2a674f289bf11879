/* facets.h - is every facet a face of a cell? */
#ifndef FACETS_H
#define FACETS_H

#include "stage/mesh.h"

/* One process, all of the mesh in one slab.  Fails, and names the group, when
 * a facet lies on no cell: a condition on it would do nothing. */
PetscErrorCode facets_check(struct stg_task *task,
                            const struct stg_mesh *mesh);

#endif
