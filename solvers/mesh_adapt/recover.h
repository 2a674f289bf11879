/* recover.h - a better gradient than that of the elements
 *
 * At each corner a polynomial of the order of the elements is fitted to the
 * gradients at the points of the cells around it where these are most exact
 * (superconvergent patch recovery).  In a cell the fits of its corners are
 * blended by the corners' linear shape functions.  A corner with too few cells
 * has a fit of lower degree, which its cells use only where they have no
 * better one.
 *
 * Cells of one class share their gradient; between classes it may jump, as it
 * does where the material changes.
 */
#ifndef RECOVER_H
#define RECOVER_H

#include "fe/mesh.h"

#define RECOVER_TERMS_MAX 10 /* of a polynomial of degree 2 in space */

struct recovery {
    const struct fe_mesh *mesh;
    int order, terms;
    double *reach; /* by local node: m, how far its cells go */
    double *fit;   /* by local node: tier, then 3 polynomials */
};

/* 'classes' gives the class of a cell by its group, with the last entry for
 * cells in none.  Collective; recovery_release() frees it, also on failure. */
PetscErrorCode recovery_fit(const struct fe_mesh *mesh, const int *classes,
                            int which, const double u[],
                            struct recovery *recovery);
void recovery_release(struct recovery *recovery);

/* The recovered gradient at the place 'x' of a cell; 'blend' are the linear
 * shape functions of its corners there. */
void recovery_at(const struct recovery *recovery, const PetscInt *node,
                 int corners, const double blend[], const double x[3],
                 double gradient[3]);

/* The class of cell 'c' of a block. */
static inline int class_of_cell(const struct fe_mesh *mesh,
                                const struct fe_block *block, PetscInt c,
                                const int *classes)
{
    return classes[block->group[c] < 0 ? mesh->n_groups : block->group[c]];
}

#endif
