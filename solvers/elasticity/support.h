/* support.h - which displacements are given, and along which axes
 *
 * A node may be held along any directions: those of space, the normals of
 * planes of symmetry.  Where these are not the directions of space, the node
 * has axes of its own, and its unknowns are the displacements along them:
 *
 *     y[k] = axes[k] . u          u = sum of y[k] axes[k]
 *
 * "Along the axes" below says that values of a node are meant like y.
 */
#ifndef ELA_SUPPORT_H
#define ELA_SUPPORT_H

#include "elasticity/case.h"
#include "fe/comm.h"
#include "fe/mesh.h"

struct ela_support {
    int dofs;        /* a node: D = 2 or 3 */
    bool axial;      /* around the axis y */
    char *fixed;     /* [D nodes] along the axes; not 0: held */
    double *value;   /* [D nodes] where held, m */
    PetscInt *by;    /* [D nodes] the condition that holds; -1: none, or the
                        axis of a body of revolution */
    PetscInt *frame; /* [nodes] its own axes, or -1: those of space */
    double (*axes)[3][3];
    PetscInt n_frames;
};

/* Nodes are held by the conditions of the groups they are on; where these
 * contradict each other, the group that the mesh lists first counts.  Points
 * on the axis of a body of revolution stay there.  Fails,
 * in the user's terms, on planes of symmetry that are not flat and on
 * functions that are not finite.  Finds the normals of the conditions.
 * Collective. */
PetscErrorCode ela_support_find(const struct phy_domain *d, struct ela_case *c,
                                struct ela_support *support);
void ela_support_release(struct ela_support *support);

/* rigid.c: in how many ways the parts of the mesh can move as rigid bodies;
 * 'text' says how the first of them can, "" if none does.  Collective. */
PetscErrorCode ela_count_free(const struct fe_mesh *mesh,
                              const struct ela_support *support, int *n_free,
                              char text[FE_MSG]);

/* The values of one node from space to its axes, and back; in place.  Not
 * collective. */
void ela_to_axes(const struct ela_support *support, PetscInt node, double v[]);
void ela_from_axes(const struct ela_support *support, PetscInt node,
                   double v[]);

/* An element matrix from space to the axes of its nodes.  Not collective. */
void ela_matrix_to_axes(const struct ela_support *support, int nodes,
                        const PetscInt node[], double a[]);

#endif
