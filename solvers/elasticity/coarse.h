/* coarse.h - the equations of first order inside those of second order
 *
 * Multigrid corrects solutions of second order by ones of first order on the
 * same cells.  With u = P y the displacements that the unknowns y at the
 * corners mean, their stiffness is P^T K P; it is added up cell by cell, and P
 * keeps what the supports hold at zero.
 */
#ifndef ELA_COARSE_H
#define ELA_COARSE_H

#include "elasticity/support.h"
#include "fe/coarse.h"
#include "fe/matrix.h"

struct ela_coarse {
    struct fe_coarse first;
    char *fixed; /* by unknown of its nodes, as in support.h */
    struct fe_matrix matrix;
    Mat p;
};

/* 'coarse' is zeroed before; all values of its matrix are zero.  Collective. */
PetscErrorCode ela_coarse_new(const struct fe_mesh *mesh,
                              const struct ela_support *support,
                              struct ela_coarse *coarse);
/* A zeroed or half-built one is fine.  Collective. */
PetscErrorCode ela_coarse_release(struct ela_coarse *coarse);

/* Add the stiffness 'a', in space, of cell 'c' of block 'b'.  Not
 * collective. */
void ela_coarse_add(const struct fe_mesh *mesh,
                    const struct ela_support *support,
                    struct ela_coarse *coarse, int b, PetscInt c,
                    const double a[]);

#endif
