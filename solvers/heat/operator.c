/* operator.c - the discrete heat equation: residual, Jacobian, conditions */
#include <math.h>

#include "fe/kernel.h"
#include "heat/heat.h"

static const struct heat_material *material_of(const struct heat *heat,
                                               PetscInt group)
{
    return &heat->c.material[group >= 0 ? group : heat->mesh->n_groups];
}

PetscErrorCode heat_fix(struct heat *heat, double time_s, double u[])
{
    char msg[FE_MSG] = "";

    PetscFunctionBeginUser;
    for (PetscInt i = 0; i < heat->d.n; i++)
        if (heat->fixed_by[i] >= 0)
            u[i] = phy_coef_at(
                &heat->c.conditions.item[heat->fixed_by[i]].value,
                heat->d.at + 3 * i, time_s, 0, NULL, msg);
    PetscCall(fe_agree(heat->mesh->comm, msg));
    PetscFunctionReturn(0);
}

/* --- residual ------------------------------------------------------------ */

/* Conduction and storage where they are constants; the heat that goes into
 * storage, in W. */
static double constant_cell(struct heat *heat, int b, const double x[][3],
                            const struct heat_material *m, const double w[],
                            const double v[], double r[])
{
    double total[2] = { 0, 0 }, thickness = heat->d.thickness_m;
    bool moving = heat->c.scheme != HEAT_STEADY;

    fe_kernel_residual(&heat->d.tab[b], x, m->conductivity.value * thickness,
                       m->density.value * m->specific_heat.value * thickness,
                       w, moving ? v : NULL, NULL, r, total);
    return total[0];
}

/* The same where they vary. */
static double varying_cell(struct heat *heat, int b, const double x[][3],
                           const struct heat_material *m, const double w[],
                           const double v[], double r[])
{
    const struct fe_tab *tab = &heat->d.tab[b];
    double value[FE_MAX_POINTS], flux[FE_MAX_POINTS][3], k[FE_MAX_POINTS],
        c[FE_MAX_POINTS], slope[2][FE_MAX_POINTS], at[FE_MAX_POINTS][3],
        weight[FE_MAX_POINTS], stored = 0;

    fe_kernel_values(tab, x, w, value, flux);
    fe_kernel_points(tab, x, at, weight);
    heat_properties(heat, m, tab, x, value, k, slope[0], c, slope[1],
                    heat->trouble);
    for (int q = 0; q < tab->points; q++) {
        double rate = 0;

        for (int i = 0; i < tab->elem->nodes; i++)
            rate += tab->n[q][i] * v[i];
        for (int a = 0; a < 3; a++)
            flux[q][a] *= k[q];
        c[q] *= rate;
        stored += weight[q] * c[q];
    }
    fe_kernel_residual_at(tab, x, flux, c, r);
    return stored;
}

/* stored[0]: heat that goes into storage, in W; stored[1]: heat that goes into
 * or out of it. */
static void add_cells(struct heat *heat, double r[], double stored[2])
{
    const struct fe_mesh *mesh = heat->mesh;
    double x[FE_MAX_NODES][3], w[FE_MAX_NODES], v[FE_MAX_NODES],
        of_cell[FE_MAX_NODES];

    for (int b = 0; b < mesh->n_cell_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];

        for (PetscInt c = 0; c < block->n; c++) {
            const struct heat_material *m = material_of(heat,
                                                        block->group[c]);
            double into;

            fe_mesh_corners(mesh, block, c, x);
            fe_mesh_take(block, c, 1, heat->w, w);
            fe_mesh_take(block, c, 1, heat->v, v);
            into = (m->varies ? varying_cell : constant_cell)(
                heat, b, x, m, w, v, of_cell);
            fe_mesh_add(block, c, 1, of_cell, r);
            stored[0] += into;
            stored[1] += fabs(into);
        }
    }
}

/* One condition other than a fixed temperature; its heat. */
static double add_condition(struct heat *heat,
                            const struct phy_condition *condition, double r[])
{
    const struct fe_mesh *mesh = heat->mesh;
    double x[FE_MAX_NODES][3], w[FE_MAX_NODES], of_cell[FE_MAX_NODES],
        s[FE_MAX_POINTS], slope[FE_MAX_POINTS], total[2] = { 0, 0 };

    for (int b = 0; b < mesh->n_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];

        for (PetscInt c = 0; c < block->n; c++) {
            if (!phy_holds(condition, block, c))
                continue;
            fe_mesh_corners(mesh, block, c, x);
            fe_mesh_take(block, c, 1, heat->w, w);
            heat_density(heat, condition, &heat->d.tab[b], x, w, s, slope,
                         heat->trouble);
            fe_kernel_residual(&heat->d.tab[b], x, 0, 0, NULL, NULL, s,
                               of_cell, total);
            fe_mesh_add(block, c, 1, of_cell, r);
        }
    }
    return total[1];
}

static void weigh(struct heat *heat, const double u[])
{
    const struct heat_scheme_now *now = &heat->now;

    for (PetscInt i = 0; i < heat->d.n; i++) {
        heat->w[i] = now->w_new * u[i];
        heat->v[i] = now->v_new * u[i];
        if (now->w_old != 0)
            heat->w[i] += now->w_old * heat->u_old[i];
        if (now->v_old != 0)
            heat->v[i] += now->v_old * heat->u_old[i];
        if (now->v_older != 0)
            heat->v[i] += now->v_older * heat->u_older[i];
    }
}

/* Every rank knows whether one is in trouble; the residual shows it. */
static PetscErrorCode spoil(struct heat *heat, double r[])
{
    PetscMPIInt in_trouble = heat->trouble[0] != '\0';

    PetscFunctionBeginUser;
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &in_trouble, 1, MPI_INT, MPI_LOR,
                               heat->mesh->comm));
    for (PetscInt i = 0; in_trouble && i < heat->d.n; i++)
        r[i] = NAN;
    PetscFunctionReturn(0);
}

PetscErrorCode heat_residual(void *context, const double u[], double r[])
{
    struct heat *heat = context;
    struct phy_conditions *list = &heat->c.conditions;
    double *heats;

    PetscFunctionBeginUser;
    heat->trouble[0] = '\0';
    PetscCall(PetscCalloc1(list->n + 2, &heats));
    weigh(heat, u);
    PetscCall(PetscArrayzero(r, heat->d.n));
    add_cells(heat, r, &heats[list->n]);
    for (int i = 0; i < list->n; i++) {
        if (list->item[i].kind == HEAT_CONTACT)
            heats[i] = heat_contact_residual(heat, &list->item[i], r);
        else if (list->item[i].kind != HEAT_FIXED)
            heats[i] = add_condition(heat, &list->item[i], r);
    }
    PetscCall(fe_mesh_gather(heat->mesh, r));
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, heats, list->n + 2, MPI_DOUBLE,
                               MPI_SUM, heat->mesh->comm));
    for (int i = 0; i < list->n; i++)
        list->item[i].flow = heats[i];
    heat->stored = heats[list->n];
    heat->moved = heats[list->n + 1];
    PetscCall(PetscFree(heats));
    PetscCall(spoil(heat, r));
    PetscFunctionReturn(0);
}

/* --- Jacobian ------------------------------------------------------------ */

/* d/du of k(w) grad w and of c(w) v, where w = w_new u, v = v_new u. */
static void varying_matrix(struct heat *heat, int b, const double x[][3],
                           const struct heat_material *m, const double w[],
                           const double v[], double a[])
{
    const struct fe_tab *tab = &heat->d.tab[b];
    double value[FE_MAX_POINTS], drift[FE_MAX_POINTS][3], k[FE_MAX_POINTS],
        k_slope[FE_MAX_POINTS], c[FE_MAX_POINTS], c_slope[FE_MAX_POINTS];

    fe_kernel_values(tab, x, w, value, drift);
    heat_properties(heat, m, tab, x, value, k, k_slope, c, c_slope,
                    heat->trouble);
    for (int q = 0; q < tab->points; q++) {
        double rate = 0;

        for (int i = 0; i < tab->elem->nodes; i++)
            rate += tab->n[q][i] * v[i];
        k[q] *= heat->now.w_new;
        c[q] = heat->now.v_new * c[q] + heat->now.w_new * c_slope[q] * rate;
        for (int l = 0; l < 3; l++)
            drift[q][l] *= heat->now.w_new * k_slope[q];
    }
    fe_kernel_matrix_at(tab, x, k, heat->c.unsymmetric ? drift : NULL, c, a);
}

static void fill_cells(struct heat *heat, struct fe_matrix *matrix)
{
    const struct fe_mesh *mesh = heat->mesh;
    const struct heat_scheme_now *now = &heat->now;
    double x[FE_MAX_NODES][3], w[FE_MAX_NODES], v[FE_MAX_NODES],
        a[FE_MAX_NODES * FE_MAX_NODES];

    for (int b = 0; b < mesh->n_cell_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];

        for (PetscInt c = 0; c < block->n; c++) {
            const struct heat_material *m = material_of(heat,
                                                        block->group[c]);
            double k = m->conductivity.value * heat->d.thickness_m;
            double capacity = m->density.value * m->specific_heat.value *
                              heat->d.thickness_m;

            fe_mesh_corners(mesh, block, c, x);
            if (m->varies) {
                fe_mesh_take(block, c, 1, heat->w, w);
                fe_mesh_take(block, c, 1, heat->v, v);
                varying_matrix(heat, b, x, m, w, v, a);
            } else {
                fe_kernel_matrix(&heat->d.tab[b], x, now->w_new * k,
                                 now->v_new * capacity, a);
            }
            fe_matrix_add(mesh, matrix, b, c, a);
        }
    }
}

static void fill_condition(struct heat *heat,
                           const struct phy_condition *condition,
                           struct fe_matrix *matrix)
{
    static const double none[FE_MAX_POINTS];
    const struct fe_mesh *mesh = heat->mesh;
    double x[FE_MAX_NODES][3], w[FE_MAX_NODES],
        a[FE_MAX_NODES * FE_MAX_NODES], s[FE_MAX_POINTS],
        slope[FE_MAX_POINTS];

    for (int b = 0; b < mesh->n_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];
        const struct fe_tab *tab = &heat->d.tab[b];

        for (PetscInt c = 0; c < block->n; c++) {
            if (!phy_holds(condition, block, c))
                continue;
            fe_mesh_corners(mesh, block, c, x);
            fe_mesh_take(block, c, 1, heat->w, w);
            heat_density(heat, condition, tab, x, w, s, slope, heat->trouble);
            for (int q = 0; q < tab->points; q++)
                slope[q] *= -heat->now.w_new;
            fe_kernel_matrix_at(tab, x, none, NULL, slope, a);
            fe_matrix_add(mesh, matrix, b, c, a);
        }
    }
}

PetscErrorCode heat_jacobian(void *context, const double u[],
                             struct fe_matrix *matrix)
{
    struct heat *heat = context;
    const struct phy_conditions *list = &heat->c.conditions;

    PetscFunctionBeginUser;
    weigh(heat, u);
    fill_cells(heat, matrix);
    for (int i = 0; i < list->n; i++) {
        const struct phy_condition *condition = &list->item[i];

        if (condition->kind == HEAT_CONTACT)
            heat_contact_matrix(heat, condition, matrix);
        else if (condition->kind == HEAT_CONVECTION ||
                 condition->kind == HEAT_RADIATION ||
                 (condition->kind != HEAT_FIXED &&
             phy_coef_is_nonlinear(&condition->value)))
            fill_condition(heat, condition, matrix);
    }
    PetscFunctionReturn(0);
}
