/* matrix.c - merge the entries of element matrices, give them to PETSc
 *
 * For each local node, the cells that have it give its row of blocks: a column
 * is new when its mark is not of this row.  No entry is ever searched for.
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

/* By local node: how many of its unknowns are fixed.  The caller frees it. */
static PetscErrorCode count_fixed(const struct fe_mesh *mesh, int unknowns,
                                  const char fixed[], char **count)
{
    PetscInt n = mesh->n_owned + mesh->n_ghosts;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(n, count));
    for (PetscInt i = 0; i < n * unknowns; i++)
        (*count)[i / unknowns] += fixed[i] != 0;
    PetscFunctionReturn(0);
}

/* The merged blocks of row 'i', from 'n' on; how many there are then. */
static PetscInt merge_row(const struct fe_mesh *mesh, const char count[],
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
            if (count[i] == matrix->unknowns ||
                count[node[j]] == matrix->unknowns)
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

/* No more blocks than all cells have, before merging. */
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

/* Rows and columns of all merged blocks; the caller frees both. */
static PetscErrorCode merge(const struct fe_mesh *mesh, const char count[],
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
        PetscInt end = merge_row(mesh, count, &inc, i, n, mark, *column,
                                 matrix);

        while (n < end)
            (*row)[n++] = i;
    }
    matrix->n = n;
    for (PetscInt i = 0; i < mesh->n_owned; i++)
        if (count[i]) {
            (*row)[n] = i;
            (*column)[n] = mesh->first + i;
            n++;
        }
    matrix->n_fixed = n - matrix->n;
    PetscCall(PetscFree(mark));
    PetscCall(PetscFree(inc.first));
    PetscCall(PetscFree(inc.item));
    PetscFunctionReturn(0);
}

/* The ones on the diagonals of fixed unknowns, in the blocks after 'n'. */
static PetscErrorCode find_ones(const PetscInt row[], struct fe_matrix *matrix)
{
    PetscCount total = matrix->n + matrix->n_fixed;
    int m = matrix->unknowns;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(matrix->n_fixed * m, &matrix->one));
    for (PetscCount p = matrix->n; p < total; p++)
        for (int k = 0; k < m; k++)
            if (matrix->fixed[row[p] * m + k])
                matrix->one[matrix->n_ones++] = (p * m + k) * m + k;
    PetscFunctionReturn(0);
}

/* From blocks to the coordinates of single entries. */
static PetscErrorCode preallocate(const struct fe_mesh *mesh,
                                  const PetscInt row[],
                                  const PetscInt column[],
                                  struct fe_matrix *matrix)
{
    PetscInt total = matrix->n + matrix->n_fixed, *i, *j;
    int m = matrix->unknowns;
    PetscCount n = 0, all = (PetscCount)total * m * m;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc2(all, &i, all, &j));
    for (PetscInt p = 0; p < total; p++)
        for (int k = 0; k < m; k++)
            for (int l = 0; l < m; l++, n++) {
                i[n] = fe_mesh_number(mesh, row[p]) * m + k;
                j[n] = column[p] * m + l;
            }
    PetscCall(MatCreate(mesh->comm, &matrix->mat));
    PetscCall(MatSetSizes(matrix->mat, mesh->n_owned * m, mesh->n_owned * m,
                          mesh->n_nodes * m, mesh->n_nodes * m));
    PetscCall(MatSetType(matrix->mat, MATAIJ));
    PetscCall(MatSetBlockSize(matrix->mat, m));
    PetscCall(MatSetPreallocationCOO(matrix->mat, all, i, j));
    PetscCall(PetscFree2(i, j));
    PetscFunctionReturn(0);
}

PetscErrorCode fe_matrix_new(const struct fe_mesh *mesh, int unknowns,
                             const char fixed[], struct fe_matrix *matrix)
{
    PetscInt *row, *column;
    char *count;

    PetscFunctionBeginUser;
    PetscCheck(mesh->n_nodes < PETSC_MAX_INT / unknowns, mesh->comm,
               PETSC_ERR_USER_INPUT, "%d points with %d unknowns each are "
               "more than this build of PETSc counts to", (int)mesh->n_nodes,
               unknowns);
    matrix->unknowns = unknowns;
    matrix->fixed = fixed;
    for (int b = 0; b < mesh->n_blocks; b++) {
        PetscCount nodes = mesh->block[b].elem->nodes;

        PetscCall(PetscMalloc1(nodes * nodes * mesh->block[b].n,
                               &matrix->place[b]));
    }
    PetscCall(count_fixed(mesh, unknowns, fixed, &count));
    PetscCall(merge(mesh, count, matrix, &row, &column));
    PetscCall(find_ones(row, matrix));
    PetscCall(preallocate(mesh, row, column, matrix));
    PetscCall(PetscMalloc1((PetscCount)(matrix->n + matrix->n_fixed) *
                           unknowns * unknowns, &matrix->value));
    PetscCall(fe_matrix_zero(matrix));
    PetscCall(MatSetOption(matrix->mat, MAT_SPD, PETSC_TRUE));
    PetscCall(PetscFree2(row, column));
    PetscCall(PetscFree(count));
    PetscFunctionReturn(0);
}

PetscErrorCode fe_matrix_release(struct fe_matrix *matrix)
{
    PetscFunctionBeginUser;
    PetscCall(MatDestroy(&matrix->mat));
    PetscCall(PetscFree(matrix->value));
    PetscCall(PetscFree(matrix->one));
    for (int b = 0; b < FE_MAX_BLOCKS; b++)
        PetscCall(PetscFree(matrix->place[b]));
    PetscFunctionReturn(0);
}

PetscErrorCode fe_matrix_zero(struct fe_matrix *matrix)
{
    PetscFunctionBeginUser;
    PetscCall(PetscArrayzero(matrix->value,
                             (PetscCount)(matrix->n + matrix->n_fixed) *
                             matrix->unknowns * matrix->unknowns));
    for (PetscCount i = 0; i < matrix->n_ones; i++)
        matrix->value[matrix->one[i]] = 1;
    PetscFunctionReturn(0);
}

static void add_scalar(struct fe_matrix *matrix, const PetscInt place[],
                       int n, const double a[])
{
    for (int i = 0; i < n; i++)
        if (place[i] >= 0)
            matrix->value[place[i]] += a[i];
}

/* Unknown k of node i of the cell has its flag at i * m + k. */
static void add_blocks(struct fe_matrix *matrix, const PetscInt place[],
                       int nodes, const char fixed[], const double a[])
{
    int m = matrix->unknowns, n = nodes * m;

    for (int i = 0; i < nodes; i++)
        for (int j = 0; j < nodes; j++) {
            PetscCount at = place[i * nodes + j];
            double *to = matrix->value + at * m * m;

            for (int k = 0; at >= 0 && k < m; k++)
                for (int l = 0; l < m; l++)
                    if (!fixed[i * m + k] && !fixed[j * m + l])
                        to[k * m + l] += a[(i * m + k) * n + j * m + l];
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
    add_blocks(matrix, place, nodes, fixed, a);
}

PetscErrorCode fe_matrix_assemble(struct fe_matrix *matrix)
{
    PetscFunctionBeginUser;
    PetscCall(MatSetValuesCOO(matrix->mat, matrix->value, INSERT_VALUES));
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
