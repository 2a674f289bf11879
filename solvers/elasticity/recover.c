/* recover.c - continuous stresses from those of the elements
 *
 * Stresses are most accurate at the points where derivatives superconverge:
 * the centre of an element of first order, the points of the first-order rule
 * in one of second order.  From there each component is extrapolated to the
 * nodes of the element, by the shape functions of first order, and a node takes
 * the mean over its elements, weighted by their volumes.
 */
#include <math.h>

#include "elasticity/ela.h"
#include "elasticity/vector.h"
#include "fe/kernel.h"

#define SUMS 7 /* a node: six stresses and a volume */

/* Points of best accuracy and the way from there to the nodes. */
struct patch {
    struct fe_tab tab;
    double to_node[FE_MAX_NODES][FE_MAX_CORNERS];
};

/* Invert the n x n matrix 'a' in place, by Gauss and Jordan; it holds shape
 * functions at points near the corners, so no pivot is small. */
static void invert(int n, double a[FE_MAX_CORNERS][FE_MAX_CORNERS])
{
    for (int p = 0; p < n; p++) {
        double pivot = 1 / a[p][p];

        a[p][p] = 1;
        for (int k = 0; k < n; k++)
            a[p][k] *= pivot;
        for (int i = 0; i < n; i++) {
            double factor = a[i][p];

            if (i == p)
                continue;
            a[i][p] = 0;
            for (int k = 0; k < n; k++)
                a[i][k] -= factor * a[p][k];
        }
    }
}

/* The element of first order with the same corners. */
static const struct fe_elem *first_order(const struct fe_elem *elem)
{
    static const int types[] = { 5, 9, 10, 12 };

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        const struct fe_elem *first = fe_elem_vtk(types[i]);

        if (first->dim == elem->dim && first->corners == elem->corners)
            return first;
    }
    return elem;
}

static void init_patch(struct patch *patch, const struct fe_elem *elem)
{
    const struct fe_elem *first = first_order(elem);
    double inverse[FE_MAX_CORNERS][FE_MAX_CORNERS] = { { 0 } };
    double n[FE_MAX_NODES], dn[FE_MAX_NODES][3];
    int corners = elem->corners;

    if (elem->order == 1) {
        fe_tab_init(&patch->tab, elem, FE_RULE_CENTRE);
        for (int i = 0; i < elem->nodes; i++)
            patch->to_node[i][0] = 1;
        return;
    }
    fe_tab_init(&patch->tab, first, FE_RULE_SYSTEM);
    for (int q = 0; q < corners; q++)
        for (int k = 0; k < corners; k++)
            inverse[q][k] = patch->tab.n[q][k];
    invert(corners, inverse);
    patch->tab.elem = elem;
    for (int q = 0; q < corners; q++)
        fe_elem_shape(elem, patch->tab.xi[q], patch->tab.n[q],
                      patch->tab.dn[q]);
    for (int i = 0; i < elem->nodes; i++) {
        const double xi[3] = { elem->at[i][0] / 2., elem->at[i][1] / 2.,
                               elem->at[i][2] / 2. };

        fe_elem_shape(first, xi, n, dn);
        for (int q = 0; q < corners; q++) {
            patch->to_node[i][q] = 0;
            for (int k = 0; k < corners; k++)
                patch->to_node[i][q] += n[k] * inverse[k][q];
        }
    }
}

/* Add one cell's stresses, times its volume, and the volume to its nodes. */
static void add_cell(const struct patch *patch, const double s[][6],
                     double volume, const PetscInt node[], double sum[])
{
    for (int i = 0; i < patch->tab.elem->nodes; i++) {
        double *at = sum + SUMS * (size_t)node[i];

        at[6] += volume;
        for (int q = 0; q < patch->tab.points; q++)
            for (int k = 0; k < 6; k++)
                at[k] += volume * patch->to_node[i][q] * s[q][k];
    }
}

static double mises(const double s[6])
{
    double a = s[0] - s[1], b = s[1] - s[2], c = s[2] - s[0];
    double shear = s[3] * s[3] + s[4] * s[4] + s[5] * s[5];

    return sqrt(0.5 * (a * a + b * b + c * c) + 3 * shear);
}

/* Sums of the cells at their nodes; the strain energy of all cells here. */
static double add_cells(const struct ela *ela, double sum[])
{
    const struct fe_mesh *mesh = ela->mesh;
    const double *dt = ela->dt; /* of the next cell */
    double x[FE_MAX_NODES][3], u[ELA_DOFS], work = 0;
    double s[FE_MAX_POINTS][6], energy[FE_MAX_POINTS];
    double at[FE_MAX_POINTS][3], weight[FE_MAX_POINTS];
    struct patch patch;

    for (int b = 0; b < mesh->n_cell_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];
        const struct fe_tab *tab = &ela->domain.tab[b];

        init_patch(&patch, block->elem);
        for (PetscInt c = 0; c < block->n; c++) {
            const struct ela_law *law = &ela_material(ela, block->group[c])
                                             ->law;
            double volume = 0;

            fe_mesh_corners(mesh, block, c, x);
            fe_mesh_take(block, c, ela->c.dofs, ela->u, u);
            ela_kernel_stress(tab, x, law, u, dt, s, energy);
            fe_kernel_points(tab, x, at, weight);
            for (int q = 0; q < tab->points; q++) {
                volume += weight[q];
                work += weight[q] * energy[q] * phy_depth(&ela->domain, at[q]);
            }
            ela_kernel_stress(&patch.tab, x, law, u, dt, s, NULL);
            dt += dt ? block->elem->nodes : 0;
            add_cell(&patch, s, volume,
                     block->node + c * block->elem->nodes, sum);
        }
    }
    return work;
}

PetscErrorCode ela_recover(struct ela *ela)
{
    const struct fe_mesh *mesh = ela->mesh;
    PetscInt n = mesh->n_owned + mesh->n_ghosts;
    double *sum;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(SUMS * n, &sum));
    ela->result.strain_energy = add_cells(ela, sum);
    PetscCall(ela_gather(mesh, SUMS, sum));
    PetscCall(ela_spread(mesh, SUMS, sum));
    PetscCall(PetscMalloc1(n, &ela->stress));
    PetscCall(PetscMalloc1(n, &ela->von_mises));
    ela->result.max_von_mises = 0;
    for (PetscInt i = 0; i < n; i++) {
        for (int k = 0; k < 6; k++)
            ela->stress[i][k] = sum[SUMS * i + k] / sum[SUMS * i + 6];
        ela->von_mises[i] = mises(ela->stress[i]);
        ela->result.max_von_mises = fmax(ela->result.max_von_mises,
                                         ela->von_mises[i]);
    }
    PetscCall(PetscFree(sum));
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &ela->result.max_von_mises, 1,
                               MPI_DOUBLE, MPI_MAX, mesh->comm));
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &ela->result.strain_energy, 1,
                               MPI_DOUBLE, MPI_SUM, mesh->comm));
    PetscFunctionReturn(0);
}
