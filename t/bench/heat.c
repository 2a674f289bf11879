/* heat.c - how long assembling and solving a heat problem takes
 *
 * usage: heat N ORDER       a cube of N^3 hexahedra; prints, in seconds of CPU,
 *                           "assembly solve iterations unknowns"
 *
 * What solve.heat does between reading its mesh and writing its results: the
 * pattern and the values of the matrix, the right-hand side, multigrid and
 * conjugate gradients to 1e-8.  t/bench/heat.py does the same with dolfinx.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "fe/kernel.h"
#include "fe/matrix.h"
#include "fe/solver.h"

/* A grid of points whose cells have order^3 of its intervals. */
static PetscErrorCode make_mesh(int n, int order, struct fe_mesh **mesh)
{
    const struct fe_elem *elem = fe_elem_vtk(order == 2 ? 29 : 12);
    PetscInt side = n * order + 1, cells = (PetscInt)n * n * n;
    struct fe_slab slab = { .n_points = side * side * side, .n_cells = cells };
    unsigned char *vtk;
    int64_t *node;
    int32_t *group;
    double *x;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc4(3 * slab.n_points, &x, cells, &vtk,
                           cells * elem->nodes, &node, cells, &group));
    for (PetscInt i = 0; i < slab.n_points; i++) {
        x[3 * i] = (double)(i % side) / (side - 1);
        x[3 * i + 1] = (double)(i / side % side) / (side - 1);
        x[3 * i + 2] = (double)(i / (side * side)) / (side - 1);
    }
    for (PetscInt c = 0; c < cells; c++) {
        int at[3] = { c % n, c / n % n, c / (n * n) };

        vtk[c] = (unsigned char)elem->vtk;
        group[c] = 0;
        for (int i = 0; i < elem->nodes; i++) {
            int64_t p[3];

            for (int k = 0; k < 3; k++)
                p[k] = at[k] * order + elem->at[i][k] * order / 2;
            node[c * elem->nodes + i] = (p[2] * side + p[1]) * side + p[0];
        }
    }
    slab.x = x;
    slab.vtk = vtk;
    slab.node = node;
    slab.group = group;
    PetscCall(fe_mesh_new(PETSC_COMM_SELF, &slab, NULL, 0, mesh));
    PetscCall(PetscFree4(x, vtk, node, group));
    PetscFunctionReturn(0);
}

/* -div grad u = 1, u = 0 on the sides of the cube. */
static PetscErrorCode assemble(const struct fe_mesh *mesh, const char fixed[],
                               struct fe_matrix *matrix, double r[])
{
    const struct fe_block *block = &mesh->block[0];
    double x[FE_MAX_NODES][3], a[FE_MAX_NODES * FE_MAX_NODES],
        of_cell[FE_MAX_NODES], total[2] = { 0, 0 }, s[FE_MAX_POINTS];
    struct fe_tab tab;

    PetscFunctionBeginUser;
    fe_tab_init(&tab, block->elem, FE_RULE_SYSTEM);
    for (int q = 0; q < tab.points; q++)
        s[q] = 1;
    PetscCall(fe_matrix_new(mesh, 1, fixed, matrix));
    for (PetscInt c = 0; c < block->n; c++) {
        fe_mesh_corners(mesh, block, c, x);
        fe_kernel_matrix(&tab, x, 1, 0, a);
        fe_matrix_add(mesh, matrix, 0, c, a);
        fe_kernel_residual(&tab, x, 0, 0, NULL, NULL, s, of_cell, total);
        for (int i = 0; i < block->elem->nodes; i++)
            r[block->node[c * block->elem->nodes + i]] -= of_cell[i];
    }
    PetscCall(fe_matrix_assemble(matrix));
    PetscFunctionReturn(0);
}

static PetscErrorCode solve(const struct fe_mesh *mesh, const char fixed[],
                            const struct fe_matrix *matrix, const double r[],
                            PetscInt *iterations)
{
    struct fe_solver solver = { 0 };
    const char *cause;
    double *b;

    PetscFunctionBeginUser;
    PetscCall(fe_solver_new(mesh, matrix, FE_SCALAR, "b_", NULL, 1e-8, 100,
                            &solver));
    PetscCall(VecGetArrayWrite(solver.b, &b));
    for (PetscInt i = 0; i < mesh->n_owned; i++)
        b[i] = fixed[i] ? 0 : r[i];
    PetscCall(VecRestoreArrayWrite(solver.b, &b));
    PetscCall(VecZeroEntries(solver.x));
    PetscCall(fe_solver_solve(&solver, matrix, iterations, &cause));
    PetscCheck(!cause, PETSC_COMM_SELF, PETSC_ERR_CONV_FAILED, "%s", cause);
    PetscCall(fe_solver_release(&solver));
    PetscFunctionReturn(0);
}

static PetscErrorCode bench(int n, int order)
{
    struct fe_mesh *mesh;
    struct fe_matrix matrix = { 0 };
    PetscInt iterations;
    clock_t start, middle, end;
    char *fixed;
    double *r;

    PetscFunctionBeginUser;
    PetscCall(make_mesh(n, order, &mesh));
    PetscCall(PetscCalloc2(mesh->n_owned, &fixed, mesh->n_owned, &r));
    for (PetscInt i = 0; i < 3 * mesh->n_owned; i++)
        if (mesh->x[i] == 0 || mesh->x[i] == 1)
            fixed[i / 3] = 1;
    start = clock();
    PetscCall(assemble(mesh, fixed, &matrix, r));
    middle = clock();
    PetscCall(solve(mesh, fixed, &matrix, r, &iterations));
    end = clock();
    printf("%.3f %.3f %d %d\n", (double)(middle - start) / CLOCKS_PER_SEC,
           (double)(end - middle) / CLOCKS_PER_SEC, (int)iterations,
           (int)mesh->n_nodes);
    PetscCall(fe_matrix_release(&matrix));
    PetscCall(fe_mesh_free(&mesh));
    PetscCall(PetscFree2(fixed, r));
    PetscFunctionReturn(0);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s N ORDER\n", argv[0]);
        return 2;
    }
    PetscCall(PetscInitialize(&argc, &argv, NULL, NULL));
    PetscCall(bench((int)strtol(argv[1], NULL, 10),
                    (int)strtol(argv[2], NULL, 10)));
    return PetscFinalize();
}
