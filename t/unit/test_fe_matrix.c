/* Matrices of several unknowns a node, on one rank. */
#include "unit.h"

#include <math.h>
#include <stdlib.h>

#include "fe/matrix.h"
#include "fe/solver.h"

/* Two unit tetrahedra on a common face, and one triangle of the surface. */
static const double x[] = { 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1 };
static const unsigned char vtk[] = { 10, 10, 5 };
static const int64_t node[] = { 0, 1, 2, 3, 1, 2, 3, 4, 0, 2, 1 };
static const int32_t group[] = { 0, 0, 0 };
static const struct fe_slab slab = { 5, 3, x, vtk, node, group };

#define M 3 /* unknowns a node */
#define N (5 * M)

/* Numbers that depend on both unknowns, the same for every cell. */
static double value(int i, int j)
{
    return 1 + i + 10 * j + 10 * i + j; /* symmetric */
}

static void fill(const struct fe_mesh *mesh, struct fe_matrix *matrix)
{
    double a[12 * 12];

    for (int i = 0; i < 12; i++)
        for (int j = 0; j < 12; j++)
            a[i * 12 + j] = value(i, j);
    for (PetscInt c = 0; c < mesh->block[0].n; c++)
        fe_matrix_add(mesh, matrix, 0, c, a);
}

/* The same, dense and by the definition. */
static void fill_dense(const struct fe_mesh *mesh, const char fixed[],
                       double a[N][N])
{
    const struct fe_block *block = &mesh->block[0];

    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            a[i][j] = i == j && fixed[i];
    for (PetscInt c = 0; c < block->n; c++)
        for (int i = 0; i < 12; i++)
            for (int j = 0; j < 12; j++) {
                PetscInt row = block->node[4 * c + i / M] * M + i % M;
                PetscInt col = block->node[4 * c + j / M] * M + j % M;

                if (!fixed[row] && !fixed[col])
                    a[row][col] += value(i, j);
            }
}

static const struct {
    const char *fixed; /* by unknown */
} rows[] = {
    { "000000000000000" }, { "111000000000000" }, { "010000100000001" },
    { "111111111111111" }, { "111100000000111" },
};
#define N_ROWS ((int)(sizeof(rows) / sizeof(rows[0])))

START_TEST(blocks_are_placed)
{
    struct fe_mesh *mesh;
    struct fe_matrix matrix = { 0 };
    char fixed[N];
    double want[N][N];

    ck_assert_int_eq(fe_mesh_new(PETSC_COMM_SELF, &slab, NULL, 0, &mesh), 0);
    for (int i = 0; i < N; i++)
        fixed[i] = rows[_i].fixed[i] - '0';
    ck_assert_int_eq(fe_matrix_new(mesh, M, fixed, &matrix), 0);
    for (int turn = 0; turn < 2; turn++) { /* values do not pile up */
        ck_assert_int_eq(fe_matrix_zero(&matrix), 0);
        fill(mesh, &matrix);
        ck_assert_int_eq(fe_matrix_assemble(&matrix), 0);
    }
    fill_dense(mesh, fixed, want);
    for (PetscInt i = 0; i < N; i++)
        for (PetscInt j = 0; j < N; j++) {
            double got;

            MatGetValues(matrix.mat, 1, &i, 1, &j, &got);
            ck_assert_double_eq(got, want[i][j]);
        }
    fe_matrix_release(&matrix);
    fe_mesh_free(&mesh);
}
END_TEST

#define SIDE 16 /* cells */
#define N_GRID ((SIDE + 1) * (SIDE + 1))

/* The numbers of a cell are no further apart than three layers around a
 * corner; along the curve that divides points, they are up to 227. */
START_TEST(numbers_of_a_cell_are_near)
{
    double at[3 * N_GRID] = { 0 };
    unsigned char type[SIDE * SIDE];
    int64_t of_cell[4 * SIDE * SIDE], *to = of_cell;
    const int32_t none[SIDE * SIDE] = { 0 };
    const struct fe_slab grid = { N_GRID, SIDE * SIDE, at, type, of_cell,
                                  none };
    struct fe_mesh *mesh;

    for (int i = 0; i < N_GRID; i++)
        for (int k = 0; k < 2; k++)
            at[3 * i + k] = k ? i / (SIDE + 1) : i % (SIDE + 1);
    for (int c = 0; c < SIDE * SIDE; c++) {
        int64_t corner = c / SIDE * (SIDE + 1) + c % SIDE;

        type[c] = 9;
        *to++ = corner;
        *to++ = corner + 1;
        *to++ = corner + SIDE + 2;
        *to++ = corner + SIDE + 1;
    }
    ck_assert_int_eq(fe_mesh_new(PETSC_COMM_SELF, &grid, NULL, 0, &mesh), 0);
    for (PetscInt k = 0; k < 4 * mesh->block[0].n; k++)
        ck_assert_int_le(abs(mesh->block[0].node[k] -
                             mesh->block[0].node[k / 4 * 4]),
                         3 * (2 * SIDE + 1));
    fe_mesh_free(&mesh);
}
END_TEST

/* Six motions, orthonormal, that do not stretch a cell. */
START_TEST(rigid_motions_do_not_strain)
{
    struct fe_mesh *mesh;
    struct fe_matrix matrix = { 0 };
    const char fixed[N] = { 0 };
    MatNullSpace space;
    const Vec *motion;
    PetscBool constant;
    PetscInt n;

    ck_assert_int_eq(fe_mesh_new(PETSC_COMM_SELF, &slab, NULL, 0, &mesh), 0);
    ck_assert_int_eq(fe_matrix_new(mesh, M, fixed, &matrix), 0);
    ck_assert_int_eq(fe_matrix_near_rigid(mesh, &matrix), 0);
    MatGetNearNullSpace(matrix.mat, &space);
    MatNullSpaceGetVecs(space, &constant, &n, &motion);
    ck_assert_int_eq(n, 6);
    for (PetscInt k = 0; k < n; k++) {
        const double *u;

        VecGetArrayRead(motion[k], &u);
        for (int i = 0; i < 5; i++)
            for (int j = 0; j < i; j++) {
                double along = 0;

                for (int a = 0; a < M; a++)
                    along += (u[i * M + a] - u[j * M + a]) *
                             (mesh->x[3 * i + a] - mesh->x[3 * j + a]);
                ck_assert_double_eq_tol(along, 0, 1e-14);
            }
        VecRestoreArrayRead(motion[k], &u);
    }
    fe_matrix_release(&matrix);
    fe_mesh_free(&mesh);
}
END_TEST

/* A solver says why it gave up, and options of the user win. */
START_TEST(solvers_give_causes)
{
    struct fe_mesh *mesh;
    struct fe_matrix matrix = { 0 };
    struct fe_solver solver = { 0 };
    const char fixed[5] = { 1, 0, 0, 0, 0 };
    const char *cause;
    PetscInt iterations;
    double a[16];

    ck_assert_int_eq(fe_mesh_new(PETSC_COMM_SELF, &slab, NULL, 0, &mesh), 0);
    ck_assert_int_eq(fe_matrix_new(mesh, 1, fixed, &matrix), 0);
    for (int i = 0; i < 16; i++)
        a[i] = i % 5 == 0 ? 3 : _i == 0 ? -1 : -9; /* definite or not */
    for (PetscInt c = 0; c < 2; c++)
        fe_matrix_add(mesh, &matrix, 0, c, a);
    fe_matrix_assemble(&matrix);
    fe_solver_new(mesh, &matrix, FE_SCALAR, "t_",
                  "-t_pc_type none -t_ksp_initial_guess_nonzero 0", 1e-10,
                  100, &solver);
    VecSet(solver.b, 1);
    ck_assert_int_eq(fe_solver_solve(&solver, &matrix, &iterations, &cause),
                     0);
    if (_i == 0)
        ck_assert_ptr_null(cause);
    else
        ck_assert_str_eq(cause, "the equations are not positive definite");
    fe_solver_release(&solver);
    fe_matrix_release(&matrix);
    fe_mesh_free(&mesh);
}
END_TEST

/* Factors and levels are made anew when the values are. */
START_TEST(solvers_see_new_values)
{
    struct fe_mesh *mesh;
    struct fe_matrix matrix = { 0 };
    struct fe_solver solver = { 0 };
    const char fixed[5] = { 1, 0, 0, 0, 0 };
    double a[16], sum[2];
    const char *cause;
    PetscInt iterations;

    ck_assert_int_eq(fe_mesh_new(PETSC_COMM_SELF, &slab, NULL, 0, &mesh), 0);
    ck_assert_int_eq(fe_matrix_new(mesh, 1, fixed, &matrix), 0);
    fe_solver_new(mesh, &matrix, FE_SCALAR, "t_",
                  "-t_ksp_type preonly -t_pc_type lu "
                  "-t_ksp_initial_guess_nonzero 0", 1e-10, 100, &solver);
    VecSet(solver.b, 1);
    VecSetValue(solver.b, 0, 0, INSERT_VALUES); /* what is fixed */
    VecAssemblyBegin(solver.b);
    VecAssemblyEnd(solver.b);
    for (int turn = 0; turn < 2; turn++) {
        for (int i = 0; i < 16; i++)
            a[i] = (turn + 1) * (i % 5 == 0 ? 3 : -1);
        fe_matrix_zero(&matrix);
        for (PetscInt c = 0; c < 2; c++)
            fe_matrix_add(mesh, &matrix, 0, c, a);
        fe_matrix_assemble(&matrix);
        ck_assert_int_eq(fe_solver_solve(&solver, &matrix, &iterations,
                                         &cause), 0);
        ck_assert_ptr_null(cause);
        VecSum(solver.x, &sum[turn]);
    }
    ck_assert_double_gt(sum[0], 1);
    ck_assert_double_eq_tol(sum[1], sum[0] / 2, 1e-14 * sum[0]);
    fe_solver_release(&solver);
    fe_matrix_release(&matrix);
    fe_mesh_free(&mesh);
}
END_TEST

int main(int argc, char **argv)
{
    Suite *suite = suite_create("fe_matrix");
    TCase *tc = tcase_create("fe_matrix");
    int rc;

    if (PetscInitialize(&argc, &argv, NULL, NULL))
        return 1;
    tcase_add_loop_test(tc, blocks_are_placed, 0, N_ROWS);
    tcase_add_test(tc, numbers_of_a_cell_are_near);
    tcase_add_test(tc, rigid_motions_do_not_strain);
    tcase_add_loop_test(tc, solvers_give_causes, 0, 2);
    tcase_add_test(tc, solvers_see_new_values);
    suite_add_tcase(suite, tc);
    rc = unit_main(suite);
    PetscFinalize();
    return rc;
}
