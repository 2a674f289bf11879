/* matrix.h - assemble the matrix of some unknowns a node
 *
 * Unknown k of node i is number i * unknowns + k: those of a node follow each
 * other, as algebraic multigrid wants them.  The entries that this rank
 * contributes are merged here, row after row of blocks, and handed to PETSc as
 * coordinates (COO) once; then only values travel.
 *
 * Rows and columns of fixed unknowns are zero, with 1 on the diagonal: the
 * matrix stays symmetric, and a solution is zero there.  Blocks of nodes whose
 * unknowns are all fixed are left out.
 */
#ifndef FE_MATRIX_H
#define FE_MATRIX_H

#include <petscmat.h>

#include "fe/mesh.h"

#define FE_MAX_UNKNOWNS 6 /* a node */

struct fe_matrix {
    Mat mat;          /* MATAIJ with that block size */
    int unknowns;     /* a node */
    PetscInt n;       /* merged blocks, row after row */
    PetscInt n_fixed; /* more: diagonals of nodes with fixed unknowns */
    PetscCount n_ones, *one; /* places of ones in 'value' */
    const char *fixed; /* borrowed: by local unknown */
    double *value;
    /* By block of the mesh: for each pair of nodes of each cell, row after
     * row, its block's place in 'value' / unknowns^2, or -1. */
    PetscInt *place[FE_MAX_BLOCKS];
};

/* 'fixed' has one byte for each local unknown, ghosts included; not 0: fixed.
 * It must outlive the matrix.  All values are zero.  Collective. */
PetscErrorCode fe_matrix_new(const struct fe_mesh *mesh, int unknowns,
                             const char fixed[], struct fe_matrix *matrix);
/* A zeroed or half-built matrix is fine.  Collective. */
PetscErrorCode fe_matrix_release(struct fe_matrix *matrix);

/* Forget all values.  Not collective. */
PetscErrorCode fe_matrix_zero(struct fe_matrix *matrix);

/* Add the matrix of cell 'c' of block 'b': row and column of unknown k of node
 * i are i * unknowns + k.  Not collective. */
void fe_matrix_add(const struct fe_mesh *mesh, struct fe_matrix *matrix, int b,
                   PetscInt c, const double a[]);

/* Give the values to PETSc.  Collective. */
PetscErrorCode fe_matrix_assemble(struct fe_matrix *matrix);

/* Tell multigrid the rigid motions of a mesh whose unknowns are displacements
 * along x, y (and z): three or six of them.  Collective. */
PetscErrorCode fe_matrix_near_rigid(const struct fe_mesh *mesh,
                                    struct fe_matrix *matrix);

#endif
