/* matrix.c - merge the entries of element matrices, give them to PETSc
 *
 * For each local node, the cells that have it give its row: a column is new
 * when its mark is not of this row.  No entry is ever searched for.
 */
#include "fe/matrix.h"

/* The cells of each local node: nodes first[i] .. first[i+1] of 'at', each the
 * block and the position in its list of nodes. */
struct incidence {
    PetscCount *first;
    struct {
        PetscInt block, at;
    } *item;
};

static PetscErrorCode find_incidence(const struct fe_mesh *mesh,
                                     struct incidence *inc)
{
    PetscInt n = mesh->n_owned + mesh->n_ghosts;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(n + 2, &inc->first));
    for (int b = 0; b < mesh->n_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];

        for (PetscInt k = 0; k < block->n * block->elem->nodes; k++)
            inc->first[block->node[k] + 2]++;
    }
    for (PetscInt i = 0; i < n; i++)
        inc->first[i + 2] += inc->first[i + 1];
    PetscCall(PetscMalloc1(inc->first[n + 1], &inc->item));
    for (PetscInt b = 0; b < mesh->n_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];

        for (PetscInt k = 0; k < block->n * block->elem->nodes; k++) {
            PetscCount at = inc->first[block->node[k] + 1]++;

            inc->item[at].block = b;
            inc->item[at].at = k;
        }
    }
    PetscFunctionReturn(0);
}

/* The merged entries of row 'i', from 'n' on; how many there are then. */
static PetscInt merge_row(const struct fe_mesh *mesh, const char fixed[],
                          const struct incidence *inc, PetscInt i, PetscInt n,
                          PetscInt mark[], PetscInt column[],
                          struct fe_matrix *matrix)
{
    PetscInt start = n;

    for (PetscCount k = inc->first[i]; k < inc->first[i + 1]; k++) {
        const struct fe_block *block = &mesh->block[inc->item[k].block];
        int nodes = block->elem->nodes;
        const PetscInt *node =
            block->node + inc->item[k].at / nodes * nodes;
        PetscInt *place = matrix->place[inc->item[k].block] +
                          (PetscCount)inc->item[k].at * nodes;

        for (int j = 0; j < nodes; j++) {
            place[j] = -1;
            if (fixed[i] || fixed[node[j]])
                continue;
            if (mark[node[j]] < start) {
                mark[node[j]] = n;
                column[n++] = fe_mesh_number(mesh, node[j]);
            }
            place[j] = mark[node[j]];
        }
    }
    return n;
}

/* No more entries than all cells have, before merging. */
static PetscErrorCode count_most(const struct fe_mesh *mesh, PetscInt *most)
{
    PetscCount n = mesh->n_owned;

    PetscFunctionBeginUser;
    for (int b = 0; b < mesh->n_blocks; b++) {
        PetscCount nodes = mesh->block[b].elem->nodes;

        n += nodes * nodes * mesh->block[b].n;
    }
    PetscCheck(n < PETSC_MAX_INT, PETSC_COMM_SELF, PETSC_ERR_USER_INPUT,
               "the mesh is too large for this number of ranks: one has %lld "
               "entries of element matrices, PETSc counts to %lld",
               (long long)n, (long long)PETSC_MAX_INT);
    *most = (PetscInt)n;
    PetscFunctionReturn(0);
}

/* Rows and columns of all merged entries; the caller frees both. */
static PetscErrorCode merge(const struct fe_mesh *mesh, const char fixed[],
                            struct fe_matrix *matrix, PetscInt **row,
                            PetscInt **column)
{
    PetscInt nodes = mesh->n_owned + mesh->n_ghosts, most, n = 0, *mark;
    struct incidence inc = { 0 };

    PetscFunctionBeginUser;
    PetscCall(count_most(mesh, &most));
    PetscCall(find_incidence(mesh, &inc));
    PetscCall(PetscMalloc2(most, row, most, column));
    PetscCall(PetscMalloc1(nodes, &mark));
    for (PetscInt i = 0; i < nodes; i++)
        mark[i] = -1;
    for (PetscInt i = 0; i < nodes; i++) {
        PetscInt end = merge_row(mesh, fixed, &inc, i, n, mark, *column,
                                 matrix);

        while (n < end)
            (*row)[n++] = fe_mesh_number(mesh, i);
    }
    matrix->n = n;
    for (PetscInt i = 0; i < mesh->n_owned; i++)
        if (fixed[i]) {
            (*row)[n] = (*column)[n] = mesh->first + i;
            n++;
        }
    matrix->n_fixed = n - matrix->n;
    PetscCall(PetscFree(mark));
    PetscCall(PetscFree(inc.first));
    PetscCall(PetscFree(inc.item));
    PetscFunctionReturn(0);
}

PetscErrorCode fe_matrix_new(const struct fe_mesh *mesh, const char fixed[],
                             struct fe_matrix *matrix)
{
    PetscInt *row, *column;

    PetscFunctionBeginUser;
    for (int b = 0; b < mesh->n_blocks; b++) {
        PetscCount nodes = mesh->block[b].elem->nodes;

        PetscCall(PetscMalloc1(nodes * nodes * mesh->block[b].n,
                               &matrix->place[b]));
    }
    PetscCall(merge(mesh, fixed, matrix, &row, &column));
    PetscCall(PetscCalloc1(matrix->n + matrix->n_fixed, &matrix->value));
    for (PetscInt i = 0; i < matrix->n_fixed; i++)
        matrix->value[matrix->n + i] = 1;
    PetscCall(MatCreate(mesh->comm, &matrix->mat));
    PetscCall(MatSetSizes(matrix->mat, mesh->n_owned, mesh->n_owned,
                          mesh->n_nodes, mesh->n_nodes));
    PetscCall(MatSetType(matrix->mat, MATAIJ));
    PetscCall(MatSetPreallocationCOO(matrix->mat,
                                     matrix->n + matrix->n_fixed, row,
                                     column));
    PetscCall(MatSetOption(matrix->mat, MAT_SPD, PETSC_TRUE));
    PetscCall(PetscFree2(row, column));
    PetscFunctionReturn(0);
}

PetscErrorCode fe_matrix_release(struct fe_matrix *matrix)
{
    PetscFunctionBeginUser;
    PetscCall(MatDestroy(&matrix->mat));
    PetscCall(PetscFree(matrix->value));
    for (int b = 0; b < FE_MAX_BLOCKS; b++)
        PetscCall(PetscFree(matrix->place[b]));
    PetscFunctionReturn(0);
}

void fe_matrix_zero(struct fe_matrix *matrix)
{
    for (PetscInt i = 0; i < matrix->n; i++)
        matrix->value[i] = 0;
}

PetscErrorCode fe_matrix_assemble(struct fe_matrix *matrix)
{
    PetscFunctionBeginUser;
    PetscCall(MatSetValuesCOO(matrix->mat, matrix->value, INSERT_VALUES));
    PetscFunctionReturn(0);
}
