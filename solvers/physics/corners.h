/* corners.h - values at the nodes of each cell, which may differ from cell to
 * cell at one place */
#ifndef PHY_CORNERS_H
#define PHY_CORNERS_H

#include "physics/domain.h"

/* A number for each node of each cell of d->mesh, cell after cell, block after
 * block, from an input field on its points; the caller frees *value with
 * PetscFree().  The field is on the mesh of the domain, on the one whose order
 * was raised (it is then linear between the points that it has), or on one with
 * the same cells whose points were split: its values jump there, and each cell
 * gets those of its side.  Collective.  Fails in the user's words on a field of
 * another mesh. */
PetscErrorCode phy_read_corners(const struct phy_domain *d, const char *input,
                                const char *unit, double **value);

#endif
