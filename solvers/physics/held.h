/* held.h - nodes whose unknown is given, and parts of a mesh that nothing holds
 *
 * Collective.
 */
#ifndef PHY_HELD_H
#define PHY_HELD_H

#include "physics/given.h"

/* by[i] of local node i: the condition of that kind on a facet that has the
 * node, or -1.  Where several meet, the group that the mesh lists first holds
 * the node. */
PetscErrorCode phy_held_by(const struct phy_domain *d,
                           const struct phy_conditions *list, int kind,
                           PetscInt by[]);

/* No condition of that kind may share its facets with another one: 'what' says
 * why, as in "a surface with a fixed temperature can have no other condition".
 */
PetscErrorCode phy_held_alone(const struct phy_domain *d,
                              const struct phy_conditions *list, int kind,
                              const char *what);

/* Mark the local nodes of the condition's facets with 1. */
void phy_mark_nodes(const struct phy_domain *d,
                    const struct phy_condition *condition, PetscInt mark[]);

/* Every part of the mesh, cells that share nodes, must have a node with a mark
 * that is not 0.  'what' says what else: "touches no group with 'fixed', so its
 * temperature is not determined". */
PetscErrorCode phy_parts_marked(const struct phy_domain *d,
                                const PetscInt mark[], const char *what);

#endif
