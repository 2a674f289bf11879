/* sides.c - places of nodes, as seen from the bodies that they belong to */
#include "fe/comm.h"
#include "physics/split.h"

#define INWARD 1e-9

/* Nodes that have another on the other side, with 1 on every rank. */
static PetscErrorCode mark_split(const struct fe_mesh *mesh, double mark[])
{
    PetscFunctionBeginUser;
    PetscCall(PetscArrayzero(mark, mesh->n_owned + mesh->n_ghosts));
    for (int b = mesh->n_cell_blocks; b < mesh->n_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];
        int nodes = block->elem->nodes;

        for (PetscInt i = 0; block->elem->half && i < block->n * nodes; i++) {
            PetscInt other = i % nodes < nodes / 2 ? i + nodes / 2
                                                   : i - nodes / 2;

            if (block->node[i] != block->node[other])
                mark[block->node[i]] = 1;
        }
    }
    PetscCall(fe_mesh_gather(mesh, mark));
    PetscCall(fe_mesh_spread(mesh, mark));
    PetscFunctionReturn(0);
}

/* Along one axis: the sum of the middles of the cells of each node.  'cells'
 * counts them. */
static PetscErrorCode sum_middles(const struct fe_mesh *mesh, int axis,
                                  double sum[], double cells[])
{
    PetscInt n = mesh->n_owned + mesh->n_ghosts;

    PetscFunctionBeginUser;
    PetscCall(PetscArrayzero(sum, n));
    PetscCall(PetscArrayzero(cells, n));
    for (int b = 0; b < mesh->n_cell_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];
        int nodes = block->elem->nodes;

        for (PetscInt c = 0; c < block->n; c++) {
            const PetscInt *node = block->node + c * nodes;
            double middle = 0;

            for (int i = 0; i < nodes; i++)
                middle += mesh->x[3 * node[i] + axis] / nodes;
            for (int i = 0; i < nodes; i++) {
                sum[node[i]] += middle;
                cells[node[i]] += 1;
            }
        }
    }
    PetscCall(fe_mesh_gather(mesh, sum));
    PetscCall(fe_mesh_gather(mesh, cells));
    PetscCall(fe_mesh_spread(mesh, sum));
    PetscCall(fe_mesh_spread(mesh, cells));
    PetscFunctionReturn(0);
}

PetscErrorCode phy_split_places(const struct fe_mesh *mesh, double at[])
{
    PetscInt n = mesh->n_owned + mesh->n_ghosts;
    double *mark, *sum, *cells;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc3(n, &mark, n, &sum, n, &cells));
    PetscCall(mark_split(mesh, mark));
    for (int axis = 0; axis < 3; axis++) {
        PetscCall(sum_middles(mesh, axis, sum, cells));
        for (PetscInt i = 0; i < n; i++) {
            double x = mesh->x[3 * i + axis];

            at[3 * i + axis] = x;
            if (mark[i] > 0)
                at[3 * i + axis] += INWARD * (sum[i] / cells[i] - x);
        }
    }
    PetscCall(PetscFree3(mark, sum, cells));
    PetscFunctionReturn(0);
}
