/* norm.h - integrals of a nodal field over the cells of a mesh
 *
 * Nodal fields have a value for each local node, ghosts included.  Collective.
 */
#ifndef FE_NORM_H
#define FE_NORM_H

#include "fe/func.h"
#include "fe/mesh.h"

/* L2 norm of u - exact, and of its gradient (the H1 seminorm). */
PetscErrorCode fe_error_norms(const struct fe_mesh *mesh, const double u[],
                              const struct fe_func *exact, double time_s,
                              double *l2, double *h1);

/* Gradients at the centres of the cells, three numbers each, block after
 * block.  Not collective. */
void fe_cell_gradients(const struct fe_mesh *mesh, const double u[],
                       double grad[]);

#endif
