/* coarse.c - corners get numbers of their own, in the order that they have */
#include "fe/coarse.h"

#include "fe/comm.h"
#include "fe/matrix.h"

PetscErrorCode fe_coarse_exists(const struct fe_mesh *mesh, bool *exists)
{
    int order = 1;

    PetscFunctionBeginUser;
    for (int b = 0; b < mesh->n_cell_blocks; b++)
        order = PetscMax(order, mesh->block[b].elem->order);
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &order, 1, MPI_INT, MPI_MAX,
                               mesh->comm));
    *exists = order > 1;
    PetscFunctionReturn(0);
}

/* By local node of the mesh: its number among the corners, or -1. */
static PetscErrorCode number_corners(const struct fe_mesh *mesh,
                                     struct fe_mesh *coarse, double number[])
{
    PetscInt n = mesh->n_owned + mesh->n_ghosts;
    double corners = 0;

    PetscFunctionBeginUser;
    PetscCall(PetscArrayzero(number, n));
    for (int b = 0; b < mesh->n_cell_blocks; b++) {
        const struct fe_elem *elem = mesh->block[b].elem;

        for (PetscInt k = 0; k < mesh->block[b].n * elem->nodes; k++)
            if (k % elem->nodes < elem->corners)
                number[mesh->block[b].node[k]] = 1;
    }
    PetscCall(fe_mesh_gather(mesh, number));
    for (PetscInt i = 0; i < mesh->n_owned; i++)
        coarse->n_owned += number[i] > 0;
    PetscCall(fe_start(mesh->comm, coarse->n_owned, &coarse->first));
    for (PetscInt i = 0; i < mesh->n_owned; i++)
        number[i] = number[i] > 0 ? (double)coarse->first + corners++ : -1;
    PetscCall(fe_mesh_spread(mesh, number));
    for (PetscInt i = mesh->n_owned; i < n; i++)
        coarse->n_ghosts += number[i] >= 0;
    PetscCallMPI(MPI_Allreduce(&coarse->n_owned, &coarse->n_nodes, 1, MPIU_INT,
                               MPI_SUM, mesh->comm));
    PetscFunctionReturn(0);
}

/* Owned corners come first, as owned nodes do. */
static PetscErrorCode take_nodes(const struct fe_mesh *mesh,
                                 const double number[],
                                 struct fe_coarse *coarse, PetscInt of[])
{
    PetscInt n = mesh->n_owned + mesh->n_ghosts, at = 0;
    struct fe_mesh *to = &coarse->mesh;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(to->n_ghosts, &to->ghost));
    PetscCall(PetscMalloc1(3 * (to->n_owned + to->n_ghosts), &to->x));
    PetscCall(PetscMalloc1(to->n_owned + to->n_ghosts, &coarse->node));
    for (PetscInt i = 0; i < n; i++) {
        if (number[i] < 0)
            continue;
        if (i >= mesh->n_owned)
            to->ghost[at - to->n_owned] = (PetscInt)number[i];
        for (int k = 0; k < 3; k++)
            to->x[3 * at + k] = mesh->x[3 * i + k];
        coarse->node[at] = i;
        of[i] = at++;
    }
    PetscFunctionReturn(0);
}

/* Numbers of VTK's cells of first order, by dimension and corners. */
static const struct fe_elem *straight(const struct fe_elem *elem)
{
    if (elem->dim == 1)
        return fe_elem_vtk(3);
    if (elem->dim == 2)
        return fe_elem_vtk(elem->simplex ? 5 : 9);
    return fe_elem_vtk(elem->simplex ? 10 : 12);
}

PetscErrorCode fe_coarse_new(const struct fe_mesh *mesh,
                             struct fe_coarse *coarse)
{
    PetscInt n = mesh->n_owned + mesh->n_ghosts, *of;
    struct fe_mesh *to = &coarse->mesh;
    double *number;

    PetscFunctionBeginUser;
    to->comm = mesh->comm;
    to->dim = mesh->dim;
    to->n_cells = mesh->n_cells;
    to->n_cell_blocks = to->n_blocks = mesh->n_cell_blocks;
    PetscCall(PetscMalloc2(n, &number, n, &of));
    PetscCall(number_corners(mesh, to, number));
    PetscCall(take_nodes(mesh, number, coarse, of));
    for (int b = 0; b < mesh->n_cell_blocks; b++) {
        const struct fe_block *from = &mesh->block[b];
        int nodes = from->elem->nodes, corners = from->elem->corners;

        to->block[b].elem = straight(from->elem);
        to->block[b].n = from->n;
        PetscCall(PetscMalloc1(from->n * corners, &to->block[b].node));
        for (PetscInt k = 0; k < from->n * corners; k++)
            to->block[b].node[k] =
                of[from->node[k / corners * nodes + k % corners]];
    }
    PetscCall(PetscFree2(number, of));
    PetscFunctionReturn(0);
}

PetscErrorCode fe_coarse_release(struct fe_coarse *coarse)
{
    PetscFunctionBeginUser;
    for (int b = 0; b < coarse->mesh.n_blocks; b++)
        PetscCall(PetscFree(coarse->mesh.block[b].node));
    PetscCall(PetscFree(coarse->mesh.ghost));
    PetscCall(PetscFree(coarse->mesh.x));
    PetscCall(PetscFree(coarse->node));
    PetscFunctionReturn(0);
}

/* Rows first, then columns: each goes in equal shares to the corners around its
 * node. */
void fe_coarse_matrix(const struct fe_elem *elem, int unknowns,
                      const double a[], double to[])
{
    int n = elem->nodes * unknowns, m = elem->corners * unknowns;
    double half[FE_MAX_CORNERS * FE_MAX_UNKNOWNS * FE_MAX_NODES *
                FE_MAX_UNKNOWNS];
    int corner[FE_MAX_CORNERS];

    for (int p = 0; p < m * n; p++)
        half[p] = 0;
    for (int p = 0; p < m * m; p++)
        to[p] = 0;
    for (int i = 0; i < elem->nodes; i++) {
        int parents = fe_elem_parents(elem, i, corner);

        for (int p = 0; p < parents * unknowns; p++) {
            int k = p % unknowns, row = corner[p / unknowns] * unknowns + k;

            for (int q = 0; q < n; q++)
                half[row * n + q] += a[(i * unknowns + k) * n + q] / parents;
        }
    }
    for (int j = 0; j < elem->nodes; j++) {
        int parents = fe_elem_parents(elem, j, corner);

        for (int p = 0; p < m; p++)
            for (int d = 0; d < parents; d++)
                for (int l = 0; l < unknowns; l++)
                    to[p * m + corner[d] * unknowns + l] +=
                        half[p * n + j * unknowns + l] / parents;
    }
}
