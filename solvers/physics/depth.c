/* depth.c - what a mesh of two dimensions stands for */
#include <math.h>
#include <string.h>

#include "fe/kernel.h"
#include "physics/domain.h"
#include "stage/stage.h"

#define ON_AXIS 1e-9 /* of the largest distance from it: rounding */

static PetscErrorCode check_axis(struct phy_domain *d, const char *parameter)
{
    const struct fe_mesh *mesh = d->mesh;
    double reach[2] = { 0, 0 }; /* beyond the axis, and before it */

    PetscFunctionBeginUser;
    if (mesh->dim == 3)
        PetscFunctionReturn(stg_fail(d->task, "parameter '%s' is axial, but "
                                     "the mesh has three dimensions",
                                     parameter));
    for (PetscInt i = 0; i < mesh->n_owned; i++) {
        reach[0] = fmax(reach[0], -mesh->x[3 * i]);
        reach[1] = fmax(reach[1], mesh->x[3 * i]);
    }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, reach, 2, MPI_DOUBLE, MPI_MAX,
                               mesh->comm));
    d->axis_m = ON_AXIS * fmax(reach[0], reach[1]);
    if (reach[0] > d->axis_m)
        PetscFunctionReturn(stg_fail(d->task, "parameter '%s' is axial, so x "
                                     "is the distance from the axis, but the "
                                     "mesh has points with x = %g m",
                                     parameter, -reach[0]));
    PetscFunctionReturn(0);
}

PetscErrorCode phy_read_depth(struct phy_domain *d, const char *parameter,
                              bool axial)
{
    const struct stg_value all = stg_params(d->task);

    PetscFunctionBeginUser;
    d->axial = axial;
    if (axial)
        PetscCall(check_axis(d, parameter));
    else if (d->mesh->dim == 2 && stg_has(&all, "thickness"))
        PetscCall(stg_get_quantity(&all, "thickness", "m", &d->thickness_m));
    if (!(d->thickness_m > 0))
        PetscFunctionReturn(stg_fail(d->task, "parameter 'thickness' must be "
                                     "positive"));
    PetscFunctionReturn(0);
}

PetscErrorCode phy_read_symmetry(struct phy_domain *d)
{
    const struct stg_value all = stg_params(d->task);
    const char *symmetry = "none";

    PetscFunctionBeginUser;
    if (stg_has(&all, "symmetry"))
        PetscCall(stg_get_text(&all, "symmetry", &symmetry));
    if (strcmp(symmetry, "none") != 0 && strcmp(symmetry, "axial") != 0)
        PetscFunctionReturn(stg_fail(d->task, "parameter 'symmetry' must be "
                                     "none or axial, not '%s'", symmetry));
    PetscCall(phy_read_depth(d, "symmetry", strcmp(symmetry, "axial") == 0));
    PetscFunctionReturn(0);
}

double phy_measure(const struct phy_domain *d, int b, const double x[][3])
{
    const struct fe_tab *tab = &d->tab[b];
    double at[FE_MAX_POINTS][3], weight[FE_MAX_POINTS], sum = 0;

    if (tab->elem->dim == 0)
        return fe_kernel_measure(tab, x);
    fe_kernel_points(tab, x, at, weight);
    for (int q = 0; q < tab->points; q++)
        sum += weight[q] * phy_depth(d, at[q]);
    return sum;
}

PetscErrorCode phy_mean(const struct phy_domain *d, const double u[],
                        double *mean)
{
    const struct fe_mesh *mesh = d->mesh;
    double sum[2] = { 0, 0 }; /* of the field, of one */
    double x[FE_MAX_NODES][3], v[FE_MAX_NODES], at[FE_MAX_POINTS][3],
        weight[FE_MAX_POINTS];

    PetscFunctionBeginUser;
    for (int b = 0; b < mesh->n_cell_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];
        const struct fe_tab *tab = &d->tab[b];

        for (PetscInt c = 0; c < block->n; c++) {
            fe_mesh_corners(mesh, block, c, x);
            fe_mesh_take(block, c, 1, u, v);
            fe_kernel_points(tab, x, at, weight);
            for (int q = 0; q < tab->points; q++) {
                double volume = weight[q] * phy_depth(d, at[q]);

                for (int i = 0; i < block->elem->nodes; i++)
                    sum[0] += volume * tab->n[q][i] * v[i];
                sum[1] += volume;
            }
        }
    }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, sum, 2, MPI_DOUBLE, MPI_SUM,
                               mesh->comm));
    *mean = sum[0] / sum[1];
    PetscFunctionReturn(0);
}
