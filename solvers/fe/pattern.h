/* pattern.h - which blocks the rows of a matrix have; for matrix.c alone */
#ifndef FE_PATTERN_H
#define FE_PATTERN_H

#include "fe/matrix.h"

/* Find the rows of 'matrix', whose 'unknowns' and 'fixed' are known: first,
 * place, one, others.  The columns of the blocks of owned nodes, as numbers of
 * nodes in ascending order, go to *column, which the caller frees.
 * Collective. */
PetscErrorCode fe_pattern(const struct fe_mesh *mesh, struct fe_matrix *matrix,
                          PetscInt **column);

#endif
