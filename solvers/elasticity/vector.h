/* vector.h - several values a node, between ranks
 *
 * Value k of local node i is v[i * n + k].  Collective.
 */
#ifndef ELA_VECTOR_H
#define ELA_VECTOR_H

#include "fe/mesh.h"

/* Owners' values to ghosts; ghosts' added to the owners'. */
PetscErrorCode ela_spread(const struct fe_mesh *mesh, int n, double v[]);
PetscErrorCode ela_gather(const struct fe_mesh *mesh, int n, double v[]);

#endif
