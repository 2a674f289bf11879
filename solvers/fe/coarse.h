/* coarse.h - the mesh of first order that is inside one of second order
 *
 * Its cells are those of the mesh, with their corners as nodes.  Functions of
 * first order are functions of second order, too, on curved cells as on
 * straight ones: their value in the middle of some corners is the mean of those
 * at the corners (fe_elem_parents()).
 */
#ifndef FE_COARSE_H
#define FE_COARSE_H

#include "fe/mesh.h"

struct fe_coarse {
    struct fe_mesh mesh; /* only what matrix.h needs: nodes and cells */
    PetscInt *node;      /* by its local nodes: those of the mesh */
};

/* Has the mesh cells of second order?  Collective. */
PetscErrorCode fe_coarse_exists(const struct fe_mesh *mesh, bool *exists);

/* 'coarse' is zeroed before.  Collective. */
PetscErrorCode fe_coarse_new(const struct fe_mesh *mesh,
                             struct fe_coarse *coarse);
/* A zeroed one is fine.  Collective. */
PetscErrorCode fe_coarse_release(struct fe_coarse *coarse);

/* The matrix 'a' of a cell, as that of functions of first order:
 * to[(i * unknowns + k) * n + j * unknowns + l], n = unknowns times corners.
 * Not collective. */
void fe_coarse_matrix(const struct fe_elem *elem, int unknowns,
                      const double a[], double to[]);

#endif
