/* matrix.h - assemble the matrix of some unknowns a node
 *
 * Unknown k of node i is number i * unknowns + k: those of a node follow each
 * other, as algebraic multigrid wants them.  Which entries there are is found
 * here, row after row of blocks (pattern.c); then only values travel.  On one
 * rank PETSc works on the arrays where cells are added up, without a copy.
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

/* Where a block from another rank is added: a local node, and a place in its
 * row. */
struct fe_other {
    PetscInt node, place;
};

struct fe_matrix {
    Mat mat;      /* MATAIJ with that block size */
    int unknowns; /* a node */
    const char *fixed; /* borrowed: by local unknown */
    /* The row of local node i has the blocks first[i] .. first[i + 1], in the
     * order of their columns.  In 'value' follow each other the rows of its
     * unknowns: these are the rows of PETSc.  Ghosts' come last. */
    PetscInt n_owned, n_rows, *first;
    PetscCount n_values;
    double *value;
    PetscCount n_ones, *one; /* places of ones in 'value' */
    /* By block of the mesh: for each pair of nodes of each cell, row after
     * row, its block, or -1. */
    PetscInt *place[FE_MAX_BLOCKS];
    PetscInt *i, *j; /* rows and columns as PETSc knows them, on one rank */
    PetscSF others;  /* blocks of ghosts' rows there -> what is added here */
    PetscInt n_mine, n_others;
    struct fe_other *other;
};

/* The first entry of block 'place' of the row of local node 'i', in 'value';
 * from there to the next row of the block.  Not collective. */
static inline PetscCount fe_matrix_at(const struct fe_matrix *matrix,
                                      PetscInt i, PetscInt place)
{
    PetscCount first = matrix->first[i], m = matrix->unknowns;

    return first * m * m + (place - first) * m;
}

static inline PetscInt fe_matrix_stride(const struct fe_matrix *matrix,
                                        PetscInt i)
{
    return (matrix->first[i + 1] - matrix->first[i]) * matrix->unknowns;
}

/* 'fixed' has one byte for each local unknown, ghosts included; not 0: fixed.
 * It must outlive the matrix.  All values are zero.  'mat' needs the other
 * members as long as it is used.  Collective. */
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

/* Give the values to PETSc; then they must be forgotten before more are added.
 * Collective. */
PetscErrorCode fe_matrix_assemble(struct fe_matrix *matrix);

/* Tell multigrid the rigid motions of a mesh whose unknowns are displacements
 * along x, y (and z): three or six of them.  Collective. */
PetscErrorCode fe_matrix_near_rigid(const struct fe_mesh *mesh,
                                    struct fe_matrix *matrix);

#endif
