/* forces.c - the energy of the field, and the forces on conductors
 *
 * With g = 1 on a conductor, 0 at all other nodes, the force on it is
 *     F = - integral of T grad g,   T = epsilon (E E - |E|^2 / 2),
 * Maxwell's stress, averaged over the layer of cells around the conductor.
 * For the discrete field this is the derivative of the energy when the
 * conductor's nodes move: the principle of virtual work.
 */
#include "electrostatics/es.h"
#include "fe/kernel.h"
#include "fe/map.h"

/* The conductor that holds each node, or -1. */
static PetscErrorCode mark_conductors(const struct es *es, int **by)
{
    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(es->d.n + 1, by));
    for (PetscInt i = 0; i < es->d.n; i++) {
        (*by)[i] = -1;
        for (int k = 0; k < es->n_conductors; k++)
            if (es->held_by[i] == es->conductor[k].condition)
                (*by)[i] = k;
    }
    PetscFunctionReturn(0);
}

/* One point of the rule of a cell: 'e' is the gradient of the potential, whose
 * sign does not matter, 'weight' has the permittivity in it. */
static void add_stress(const double e[3], const double grad[][3], int nodes,
                       const PetscInt *node, const int *by, double weight,
                       struct es_conductor *conductor)
{
    double square = fe_dot(e, e);

    for (int i = 0; i < nodes; i++) {
        double along = fe_dot(e, grad[i]);

        for (int a = 0; by[node[i]] >= 0 && a < 3; a++)
            conductor[by[node[i]]].force_n[a] -=
                weight * (e[a] * along - square * grad[i][a] / 2);
    }
}

static void add_cell(struct es *es, const struct fe_block *block, PetscInt c,
                     const struct fe_tab *tab, const int *by)
{
    const int nodes = block->elem->nodes;
    const PetscInt *node = block->node + c * nodes;
    double x[FE_MAX_NODES][3], factor[FE_MAX_POINTS];

    fe_mesh_corners(es->d.mesh, block, c, x);
    es_factors(es, block, c, tab, x, factor);
    for (int q = 0; q < tab->points; q++) {
        double grad[FE_MAX_NODES][3], e[3] = { 0, 0, 0 };
        double weight = ES_EPSILON_0 * tab->w[q] * factor[q] *
                        fe_gradients(tab->elem->dim, nodes, x, tab->dn[q],
                                     grad);

        for (int i = 0; i < nodes; i++)
            for (int a = 0; a < 3; a++)
                e[a] += grad[i][a] * es->u[node[i]];
        es->energy_j += weight * fe_dot(e, e) / 2;
        add_stress(e, grad, nodes, node, by, weight, es->conductor);
    }
}

PetscErrorCode es_forces(struct es *es)
{
    const struct fe_mesh *mesh = es->d.mesh;
    int *by;

    PetscFunctionBeginUser;
    PetscCall(mark_conductors(es, &by));
    for (int b = 0; b < mesh->n_cell_blocks; b++)
        for (PetscInt c = 0; c < mesh->block[b].n; c++)
            add_cell(es, &mesh->block[b], c, &es->d.tab[b], by);
    PetscCall(PetscFree(by));
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &es->energy_j, 1, MPI_DOUBLE,
                               MPI_SUM, mesh->comm));
    for (int k = 0; k < es->n_conductors; k++) {
        double *force = es->conductor[k].force_n;

        PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, force, 3, MPI_DOUBLE, MPI_SUM,
                                   mesh->comm));
        if (es->d.axial) /* what pushes outward is balanced all around */
            force[0] = 0;
    }
    PetscFunctionReturn(0);
}
