/* matrix.c - coordinate (COO) assembly of element matrices */
#include "fe/matrix.h"

/* Rows and columns of the entries; -1 makes PETSc ignore an entry. */
struct entries {
    PetscInt *row, *col;
    PetscCount n;
};

static void add_cell(struct entries *e, int nodes, const PetscInt number[])
{
    for (int i = 0; i < nodes; i++)
        for (int j = 0; j < nodes; j++) {
            bool free = number[i] >= 0 && number[j] >= 0;

            e->row[e->n] = free ? number[i] : -1;
            e->col[e->n++] = free ? number[j] : -1;
        }
}

static void add_block(const struct fe_mesh *mesh, const struct fe_block *block,
                      const char fixed[], struct entries *e)
{
    int nodes = block->elem->nodes;
    PetscInt number[FE_MAX_NODES];

    for (PetscInt c = 0; c < block->n; c++) {
        const PetscInt *node = block->node + c * nodes;

        for (int i = 0; i < nodes; i++)
            number[i] = fixed[node[i]] ? -1 : fe_mesh_number(mesh, node[i]);
        add_cell(e, nodes, number);
    }
}

/* How many entries there are, and where each block starts. */
static PetscCount count_entries(const struct fe_mesh *mesh,
                                const char fixed[], PetscCount at[])
{
    PetscCount n = 0;

    for (int b = 0; b < mesh->n_blocks; b++) {
        PetscCount nodes = mesh->block[b].elem->nodes;

        at[b] = n;
        n += nodes * nodes * mesh->block[b].n;
    }
    for (PetscInt i = 0; i < mesh->n_owned; i++)
        n += fixed[i] != 0;
    return n;
}

PetscErrorCode fe_matrix_new(const struct fe_mesh *mesh, const char fixed[],
                             struct fe_matrix *matrix)
{
    struct entries e = { .n = 0 };

    PetscFunctionBeginUser;
    matrix->n = count_entries(mesh, fixed, matrix->at);
    PetscCall(PetscCalloc1(matrix->n, &matrix->value));
    PetscCall(PetscMalloc2(matrix->n, &e.row, matrix->n, &e.col));
    for (int b = 0; b < mesh->n_blocks; b++)
        add_block(mesh, &mesh->block[b], fixed, &e);
    for (PetscInt i = 0; i < mesh->n_owned; i++)
        if (fixed[i]) {
            matrix->value[e.n] = 1;
            e.row[e.n] = e.col[e.n] = mesh->first + i;
            e.n++;
        }
    PetscCall(MatCreate(mesh->comm, &matrix->mat));
    PetscCall(MatSetSizes(matrix->mat, mesh->n_owned, mesh->n_owned,
                          mesh->n_nodes, mesh->n_nodes));
    PetscCall(MatSetType(matrix->mat, MATAIJ));
    PetscCall(MatSetPreallocationCOO(matrix->mat, e.n, e.row, e.col));
    PetscCall(MatSetOption(matrix->mat, MAT_SPD, PETSC_TRUE));
    PetscCall(PetscFree2(e.row, e.col));
    PetscFunctionReturn(0);
}

double *fe_matrix_cell(const struct fe_mesh *mesh, struct fe_matrix *matrix,
                       int b, PetscInt c)
{
    PetscCount nodes = mesh->block[b].elem->nodes;

    return matrix->value + matrix->at[b] + nodes * nodes * c;
}

PetscErrorCode fe_matrix_assemble(struct fe_matrix *matrix)
{
    PetscFunctionBeginUser;
    PetscCall(MatSetValuesCOO(matrix->mat, matrix->value, INSERT_VALUES));
    PetscFunctionReturn(0);
}

PetscErrorCode fe_matrix_release(struct fe_matrix *matrix)
{
    PetscFunctionBeginUser;
    PetscCall(MatDestroy(&matrix->mat));
    PetscCall(PetscFree(matrix->value));
    PetscFunctionReturn(0);
}
