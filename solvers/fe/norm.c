/* norm.c - sums over the cells: error norms, gradients */
#include "fe/norm.h"

#include <math.h>

#include "fe/kernel.h"
#include "fe/map.h"

/* Value and gradient of a field at a point of a cell's rule; returns the
 * weight times the measure there. */
static double at_point(const struct fe_tab *tab, int q, const double x[][3],
                       const double u[], double *value, double grad[3],
                       double place[3])
{
    int nodes = tab->elem->nodes;
    double g[FE_MAX_NODES][3], size;

    size = fe_gradients(tab->elem->dim, nodes, x, tab->dn[q], g);
    *value = 0;
    for (int a = 0; a < 3; a++)
        grad[a] = place[a] = 0;
    for (int i = 0; i < nodes; i++) {
        *value += tab->n[q][i] * u[i];
        for (int a = 0; a < 3; a++) {
            grad[a] += g[i][a] * u[i];
            place[a] += tab->n[q][i] * x[i][a];
        }
    }
    return size * tab->w[q];
}

static void take(const struct fe_mesh *mesh, const struct fe_block *block,
                 PetscInt c, const double u[], double x[][3], double of_cell[])
{
    fe_mesh_corners(mesh, block, c, x);
    for (int i = 0; i < block->elem->nodes; i++)
        of_cell[i] = u[block->node[c * block->elem->nodes + i]];
}

PetscErrorCode fe_error_norms(const struct fe_mesh *mesh, const double u[],
                              const struct fe_func *exact, double time_s,
                              double *l2, double *h1)
{
    double sum[2] = { 0, 0 };
    double x[FE_MAX_NODES][3], v[FE_MAX_NODES], grad[3], place[3], value;
    struct fe_tab tab;

    PetscFunctionBeginUser;
    for (int b = 0; b < mesh->n_cell_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];

        fe_tab_init(&tab, block->elem, FE_RULE_ERROR);
        for (PetscInt c = 0; c < block->n; c++) {
            take(mesh, block, c, u, x, v);
            for (int q = 0; q < tab.points; q++) {
                double weight = at_point(&tab, q, x, v, &value, grad, place);
                double want[3];

                value -= fe_func_gradient(exact, place, time_s, want);
                for (int k = 0; k < 3; k++)
                    /* a sheet has no gradient across it */
                    grad[k] -= mesh->dim == 2 && k == 2 ? 0 : want[k];
                sum[0] += weight * value * value;
                sum[1] += weight * fe_dot(grad, grad);
            }
        }
    }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, sum, 2, MPI_DOUBLE, MPI_SUM,
                               mesh->comm));
    *l2 = sqrt(sum[0]);
    *h1 = sqrt(sum[1]);
    PetscFunctionReturn(0);
}

void fe_cell_gradients(const struct fe_mesh *mesh, const double u[],
                       double grad[])
{
    double x[FE_MAX_NODES][3], v[FE_MAX_NODES], place[3], value;
    struct fe_tab tab;

    for (int b = 0; b < mesh->n_cell_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];

        fe_tab_init(&tab, block->elem, FE_RULE_CENTRE);
        for (PetscInt c = 0; c < block->n; c++, grad += 3) {
            take(mesh, block, c, u, x, v);
            (void)at_point(&tab, 0, x, v, &value, grad, place);
        }
    }
}
