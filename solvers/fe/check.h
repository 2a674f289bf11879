/* check.h - is this mesh fit for computing?
 *
 * Failures speak of cells and points by their position in the input, counted
 * from 0.  Collective.
 */
#ifndef FE_CHECK_H
#define FE_CHECK_H

#include "fe/mesh.h"

/* Before dividing: types, ranges, groups, points that no cell uses.  Returns
 * the dimension of the mesh and the number of all points. */
PetscErrorCode fe_check_slab(MPI_Comm comm, const struct fe_slab *slab,
                             const struct fe_group group[], int n_groups,
                             int *dim, PetscInt *n_nodes);

/* After dividing: inverted and degenerate cells. */
PetscErrorCode fe_check_cells(const struct fe_mesh *mesh);

#endif
