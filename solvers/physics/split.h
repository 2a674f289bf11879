/* split.h - a mesh whose bodies have points of their own where they touch */
#ifndef PHY_SPLIT_H
#define PHY_SPLIT_H

#include "fe/mesh.h"
#include "stage/mesh.h"

/* How a mesh was split.  New points follow the old ones; a rank knows those
 * that it counted, not those of its stretch. */
struct phy_split {
    int64_t points;   /* before */
    PetscInt n;       /* new points counted here, */
    int64_t first;    /* the number of the first one, */
    PetscInt *origin; /* and the points that they were split from */
    /* The cells as struct fe_slab wants them: facets of contacts are pairs. */
    uint8_t *type;
    int64_t *node;
};

/* Split the points on the groups of facets that the parameter 'name' of the
 * task is a mapping of, in place.  Of the cells around such a point, those that
 * hang together by other faces have one point: one, where a contact ends inside
 * a body; as many as there are bodies, where contacts meet.  The cells with the
 * lowest number keep the point, which the facets of contacts have in 'mesh' as
 * well.  Numbers do not depend on that of the ranks.
 *
 * A pair has first the side whose group of cells the mesh lists first; with one
 * group on both sides, the side that the normal of the facet (fe/side.h)
 * leaves.
 *
 * '*split' stays NULL when there are no such facets, or when the mesh has cells
 * without an element, which fe_mesh_new() refuses.  Collective.  Fails, naming
 * the group, on facets that do not lie between two cells or that are listed
 * twice, and when a group has no point that is split. */
PetscErrorCode phy_split(struct stg_task *task, const char *name,
                         struct stg_mesh *mesh, struct phy_split **split);
/* NULL is fine. */
PetscErrorCode phy_split_free(struct phy_split **split);

/* Where functions of place are to be taken for nodes: at[3 i] of local node i.
 * That is its place, but for nodes on contacts, which are moved into their body
 * by 1e-9 of the way to the middle of its cells: a function that jumps at a
 * contact has the value of that side.  Collective. */
PetscErrorCode phy_split_places(const struct fe_mesh *mesh, double at[]);

/* Give new points what their origins have: 'value' has one for each point of
 * the stretch of 'mesh'.  Collective. */
PetscErrorCode phy_split_copy(MPI_Comm comm, const struct phy_split *split,
                              const struct stg_mesh *mesh, double value[]);

#endif
