/* matrix.h - assemble the matrix of one unknown a node
 *
 * Element matrices are written one after the other into a flat array, block
 * after block of the mesh; PETSc was told once where each entry belongs.
 * Rows and columns of fixed nodes are left out, and 1 put on their diagonal:
 * the matrix stays symmetric, and a solution has zero there.
 *
 * Everything here is collective unless it says otherwise.
 */
#ifndef FE_MATRIX_H
#define FE_MATRIX_H

#include <petscmat.h>

#include "fe/mesh.h"

struct fe_matrix {
    Mat mat;
    double *value; /* element matrices, then the diagonals of fixed nodes */
    PetscCount n;
    PetscCount at[FE_MAX_BLOCKS]; /* where each block starts in 'value' */
};

/* 'fixed' has one byte for each local node, ghosts included; not 0: fixed. */
PetscErrorCode fe_matrix_new(const struct fe_mesh *mesh, const char fixed[],
                             struct fe_matrix *matrix);

/* Where the matrix of cell 'c' of block 'b' is, row after row; zero until
 * written.  Not collective. */
double *fe_matrix_cell(const struct fe_mesh *mesh, struct fe_matrix *matrix,
                       int b, PetscInt c);

/* Sum what has been written. */
PetscErrorCode fe_matrix_assemble(struct fe_matrix *matrix);

PetscErrorCode fe_matrix_release(struct fe_matrix *matrix);

#endif
