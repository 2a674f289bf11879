/* matrix.h - assemble the matrix of one unknown a node
 *
 * The entries that this rank contributes are merged here, row after row, and
 * handed to PETSc as coordinates (COO) once; then only values travel.  Rows
 * and columns of fixed nodes are left out and 1 is put on their diagonal: the
 * matrix stays symmetric, and a solution is zero there.
 */
#ifndef FE_MATRIX_H
#define FE_MATRIX_H

#include <petscmat.h>

#include "fe/mesh.h"

struct fe_matrix {
    Mat mat;
    PetscInt n;       /* merged entries */
    PetscInt n_fixed; /* more: the diagonals of fixed nodes, all 1 */
    double *value;
    /* By block: for each entry of each element matrix, row after row, its
     * place in 'value', or -1. */
    PetscInt *place[FE_MAX_BLOCKS];
};

/* 'fixed' has one byte for each local node, ghosts included; not 0: fixed.
 * All values are zero.  Collective. */
PetscErrorCode fe_matrix_new(const struct fe_mesh *mesh, const char fixed[],
                             struct fe_matrix *matrix);
/* A zeroed or half-built matrix is fine.  Collective. */
PetscErrorCode fe_matrix_release(struct fe_matrix *matrix);

/* Forget all values.  Not collective. */
void fe_matrix_zero(struct fe_matrix *matrix);

/* Add the matrix of cell 'c' of block 'b', row after row.  Not collective. */
static inline void fe_matrix_add(const struct fe_mesh *mesh,
                                 struct fe_matrix *matrix, int b, PetscInt c,
                                 const double a[])
{
    int nodes = mesh->block[b].elem->nodes;
    const PetscInt *place =
        matrix->place[b] + (PetscCount)c * nodes * nodes;

    for (int i = 0; i < nodes * nodes; i++)
        if (place[i] >= 0)
            matrix->value[place[i]] += a[i];
}

/* Give the values to PETSc.  Collective. */
PetscErrorCode fe_matrix_assemble(struct fe_matrix *matrix);

#endif
