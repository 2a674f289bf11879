/* points.h - more points for a mesh that is read */
#ifndef PHY_POINTS_H
#define PHY_POINTS_H

#include "stage/mesh.h"

/* Append the points x[n] of this rank: they are numbered from mesh->points on,
 * rank after rank.  All points are then cut anew, like stg_mesh_read() does.
 * Collective. */
PetscErrorCode phy_points_add(struct stg_task *task, struct stg_mesh *mesh,
                              PetscInt n, double x[][3]);

#endif
