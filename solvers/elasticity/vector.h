/* vector.h - several values a node: between ranks, and in the input's order
 *
 * Value k of local node i is v[i * n + k].  Collective.
 */
#ifndef ELA_VECTOR_H
#define ELA_VECTOR_H

#include "fe/mesh.h"

/* Owners' values to ghosts; ghosts' added to the owners'. */
PetscErrorCode ela_spread(const struct fe_mesh *mesh, int n, double v[]);
PetscErrorCode ela_gather(const struct fe_mesh *mesh, int n, double v[]);

/* Values of owned nodes to the stretch of the input's points that this rank
 * read. */
PetscErrorCode ela_to_input(const struct fe_mesh *mesh, int n,
                            const double v[], double input[]);

#endif
