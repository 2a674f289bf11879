/* matrix.c - add up element matrices where PETSc will use them */
#include "fe/matrix.h"

#include "fe/pattern.h"

/* --- creation ---------------------------------------------------------- */

/* From blocks to the rows and columns of single entries. */
static PetscErrorCode expand(const struct fe_mesh *mesh,
                             const PetscInt column[], struct fe_matrix *matrix)
{
    const PetscInt *first = matrix->first;
    PetscCount m = matrix->unknowns, all = first[mesh->n_owned] * m * m;
    PetscInt *j;

    PetscFunctionBeginUser;
    PetscCheck(all < PETSC_MAX_INT, PETSC_COMM_SELF, PETSC_ERR_USER_INPUT,
               "the mesh is too large for this number of ranks: the matrix of "
               "one has %lld entries, PETSc counts to %lld", (long long)all,
               (long long)PETSC_MAX_INT);
    PetscCall(PetscMalloc1(mesh->n_owned * m + 1, &matrix->i));
    PetscCall(PetscMalloc1(all, &matrix->j));
    j = matrix->j;
    for (PetscInt i = 0; i < mesh->n_owned; i++)
        for (int k = 0; k < m; k++) {
            matrix->i[i * m + k] = (PetscInt)(j - matrix->j);
            for (PetscInt p = first[i]; p < first[i + 1]; p++)
                for (int l = 0; l < m; l++)
                    *j++ = column[p] * (PetscInt)m + l;
        }
    matrix->i[mesh->n_owned * m] = (PetscInt)all;
    PetscFunctionReturn(0);
}

/* Several ranks keep the columns of others apart, so PETSc takes copies. */
static PetscErrorCode create(const struct fe_mesh *mesh,
                             struct fe_matrix *matrix)
{
    PetscInt m = matrix->unknowns, n = mesh->n_owned * m;
    PetscMPIInt ranks;

    PetscFunctionBeginUser;
    PetscCallMPI(MPI_Comm_size(mesh->comm, &ranks));
    if (ranks == 1) {
        PetscCall(MatCreateSeqAIJWithArrays(mesh->comm, n, n, matrix->i,
                                            matrix->j, matrix->value,
                                            &matrix->mat));
        PetscCall(MatSetBlockSize(matrix->mat, m));
        PetscFunctionReturn(0);
    }
    PetscCall(MatCreate(mesh->comm, &matrix->mat));
    PetscCall(MatSetSizes(matrix->mat, n, n, mesh->n_nodes * m,
                          mesh->n_nodes * m));
    PetscCall(MatSetBlockSize(matrix->mat, m));
    PetscCall(MatSetType(matrix->mat, MATMPIAIJ));
    PetscCall(MatMPIAIJSetPreallocationCSR(matrix->mat, matrix->i, matrix->j,
                                           matrix->value));
    PetscCall(PetscFree(matrix->i));
    PetscCall(PetscFree(matrix->j));
    PetscFunctionReturn(0);
}

PetscErrorCode fe_matrix_new(const struct fe_mesh *mesh, int unknowns,
                             const char fixed[], struct fe_matrix *matrix)
{
    PetscInt all = mesh->n_owned + mesh->n_ghosts, *column;

    PetscFunctionBeginUser;
    PetscCheck(mesh->n_nodes < PETSC_MAX_INT / unknowns, mesh->comm,
               PETSC_ERR_USER_INPUT, "%d points with %d unknowns each are "
               "more than this build of PETSc counts to", (int)mesh->n_nodes,
               unknowns);
    matrix->unknowns = unknowns;
    matrix->fixed = fixed;
    PetscCall(fe_pattern(mesh, matrix, &column));
    PetscCall(expand(mesh, column, matrix));
    PetscCall(PetscFree(column));
    matrix->n_values = (PetscCount)matrix->first[all] * unknowns * unknowns;
    PetscCall(PetscMalloc1(matrix->n_values, &matrix->value));
    PetscCall(fe_matrix_zero(matrix));
    PetscCall(create(mesh, matrix));
    PetscCall(MatSetOption(matrix->mat, MAT_SPD, PETSC_TRUE));
    PetscFunctionReturn(0);
}

PetscErrorCode fe_matrix_release(struct fe_matrix *matrix)
{
    PetscFunctionBeginUser;
    PetscCall(MatDestroy(&matrix->mat));
    PetscCall(PetscSFDestroy(&matrix->others));
    PetscCall(PetscFree(matrix->other));
    PetscCall(PetscFree(matrix->first));
    PetscCall(PetscFree(matrix->value));
    PetscCall(PetscFree(matrix->one));
    PetscCall(PetscFree(matrix->i));
    PetscCall(PetscFree(matrix->j));
    for (int b = 0; b < FE_MAX_BLOCKS; b++)
        PetscCall(PetscFree(matrix->place[b]));
    PetscFunctionReturn(0);
}

PetscErrorCode fe_matrix_zero(struct fe_matrix *matrix)
{
    PetscFunctionBeginUser;
    PetscCall(PetscArrayzero(matrix->value, matrix->n_values));
    for (PetscCount i = 0; i < matrix->n_ones; i++)
        matrix->value[matrix->one[i]] = 1;
    PetscFunctionReturn(0);
}

/* --- values ------------------------------------------------------------ */

static void add_scalar(struct fe_matrix *matrix, const PetscInt place[],
                       int n, const double a[])
{
    for (int i = 0; i < n; i++)
        if (place[i] >= 0)
            matrix->value[place[i]] += a[i];
}

/* Unknown k of node i of the cell has its flag at i * m + k. */
static void add_blocks(struct fe_matrix *matrix, const PetscInt place[],
                       int nodes, const PetscInt node[], const char fixed[],
                       const double a[])
{
    int m = matrix->unknowns, n = nodes * m;

    for (int i = 0; i < nodes; i++) {
        PetscInt stride = fe_matrix_stride(matrix, node[i]);

        for (int j = 0; j < nodes; j++) {
            PetscInt at = place[i * nodes + j];
            double *to;

            if (at < 0)
                continue;
            to = matrix->value + fe_matrix_at(matrix, node[i], at);
            for (int k = 0; k < m; k++)
                for (int l = 0; l < m; l++)
                    if (!fixed[i * m + k] && !fixed[j * m + l])
                        to[k * stride + l] += a[(i * m + k) * n + j * m + l];
        }
    }
}

void fe_matrix_add(const struct fe_mesh *mesh, struct fe_matrix *matrix, int b,
                   PetscInt c, const double a[])
{
    int nodes = mesh->block[b].elem->nodes, m = matrix->unknowns;
    const PetscInt *place = matrix->place[b] + (PetscCount)c * nodes * nodes;
    const PetscInt *node = mesh->block[b].node + (PetscCount)c * nodes;
    char fixed[FE_MAX_NODES * FE_MAX_UNKNOWNS];

    if (m == 1) { /* left out: its place is -1 */
        add_scalar(matrix, place, nodes * nodes, a);
        return;
    }
    for (int i = 0; i < nodes; i++)
        for (int k = 0; k < m; k++)
            fixed[i * m + k] = matrix->fixed[node[i] * m + k];
    add_blocks(matrix, place, nodes, node, fixed, a);
}

/* The values of one block, row after row, out of the matrix or added to it. */
static void take_block(const struct fe_matrix *matrix, PetscInt i,
                       PetscInt place, double to[])
{
    int m = matrix->unknowns;
    const double *from = matrix->value + fe_matrix_at(matrix, i, place);

    for (int k = 0; k < m * m; k++)
        to[k] = from[k / m * fe_matrix_stride(matrix, i) + k % m];
}

static void add_block(struct fe_matrix *matrix, PetscInt i, PetscInt place,
                      const double from[])
{
    int m = matrix->unknowns;
    double *to = matrix->value + fe_matrix_at(matrix, i, place);

    for (int k = 0; k < m * m; k++)
        to[k / m * fe_matrix_stride(matrix, i) + k % m] += from[k];
}

/* The rows of ghosts go to their owners. */
static PetscErrorCode gather(struct fe_matrix *matrix)
{
    int size = matrix->unknowns * matrix->unknowns;
    double *mine, *others;
    MPI_Datatype type;
    PetscInt at = 0;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc2(matrix->n_mine * size, &mine,
                           matrix->n_others * size, &others));
    for (PetscInt i = matrix->n_owned; i < matrix->n_rows; i++)
        for (PetscInt p = matrix->first[i]; p < matrix->first[i + 1]; p++)
            take_block(matrix, i, p, mine + size * at++);
    PetscCallMPI(MPI_Type_contiguous(size, MPI_DOUBLE, &type));
    PetscCallMPI(MPI_Type_commit(&type));
    PetscCall(PetscSFBcastBegin(matrix->others, type, mine, others,
                                MPI_REPLACE));
    PetscCall(PetscSFBcastEnd(matrix->others, type, mine, others,
                              MPI_REPLACE));
    PetscCallMPI(MPI_Type_free(&type));
    for (PetscInt k = 0; k < matrix->n_others; k++)
        add_block(matrix, matrix->other[k].node, matrix->other[k].place,
                  others + size * k);
    PetscCall(PetscFree2(mine, others));
    PetscFunctionReturn(0);
}

PetscErrorCode fe_matrix_assemble(struct fe_matrix *matrix)
{
    PetscFunctionBeginUser;
    if (matrix->j) { /* PETSc's own arrays */
        PetscCall(MatAssemblyBegin(matrix->mat, MAT_FINAL_ASSEMBLY));
        PetscCall(MatAssemblyEnd(matrix->mat, MAT_FINAL_ASSEMBLY));
        PetscFunctionReturn(0);
    }
    PetscCall(gather(matrix));
    PetscCall(MatUpdateMPIAIJWithArray(matrix->mat, matrix->value));
    PetscFunctionReturn(0);
}

PetscErrorCode fe_matrix_near_rigid(const struct fe_mesh *mesh,
                                    struct fe_matrix *matrix)
{
    int m = matrix->unknowns;
    MatNullSpace motions;
    Vec at;
    double *x;

    PetscFunctionBeginUser;
    PetscCall(MatCreateVecs(matrix->mat, &at, NULL));
    PetscCall(VecSetBlockSize(at, m));
    PetscCall(VecGetArrayWrite(at, &x));
    for (PetscInt i = 0; i < mesh->n_owned; i++)
        for (int k = 0; k < m; k++)
            x[i * m + k] = mesh->x[3 * i + k];
    PetscCall(VecRestoreArrayWrite(at, &x));
    PetscCall(MatNullSpaceCreateRigidBody(at, &motions));
    PetscCall(MatSetNearNullSpace(matrix->mat, motions));
    PetscCall(MatNullSpaceDestroy(&motions));
    PetscCall(VecDestroy(&at));
    PetscFunctionReturn(0);
}
