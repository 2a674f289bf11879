/* solve.c - the potential, the charges that hold it, and capacitances */
#include <math.h>
#include <stdio.h>

#include "electrostatics/es.h"
#include "fe/kernel.h"

/* --- equations ------------------------------------------------------------ */

static void add_cells(const struct es *es, const double u[], double r[])
{
    static const double none[FE_MAX_POINTS];
    const struct fe_mesh *mesh = es->d.mesh;
    double x[FE_MAX_NODES][3], v[FE_MAX_NODES], of_cell[FE_MAX_NODES],
        value[FE_MAX_POINTS], flux[FE_MAX_POINTS][3], factor[FE_MAX_POINTS];

    for (int b = 0; b < mesh->n_cell_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];
        const struct fe_tab *tab = &es->d.tab[b];

        for (PetscInt c = 0; c < block->n; c++) {
            fe_mesh_corners(mesh, block, c, x);
            fe_mesh_take(block, c, 1, u, v);
            fe_kernel_values(tab, x, v, value, flux);
            es_factors(es, block, c, tab, x, factor);
            for (int q = 0; q < tab->points; q++)
                for (int a = 0; a < 3; a++)
                    flux[q][a] *= factor[q];
            fe_kernel_residual_at(tab, x, flux, none, of_cell);
            fe_mesh_add(block, c, 1, of_cell, r);
        }
    }
}

/* Charge in space or on a surface; the charge of this rank's cells, in C. */
static double add_charge(const struct es *es,
                         const struct phy_condition *condition, double r[],
                         char msg[FE_MSG])
{
    const struct fe_mesh *mesh = es->d.mesh;
    double x[FE_MAX_NODES][3], of_cell[FE_MAX_NODES], s[FE_MAX_POINTS],
        at[FE_MAX_POINTS][3], weight[FE_MAX_POINTS], total[2] = { 0, 0 };

    for (int b = 0; b < mesh->n_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];
        const struct fe_tab *tab = &es->d.tab[b];

        for (PetscInt c = 0; c < block->n; c++) {
            if (!phy_holds(condition, block, c))
                continue;
            fe_mesh_corners(mesh, block, c, x);
            fe_kernel_points(tab, x, at, weight);
            for (int q = 0; q < tab->points; q++)
                s[q] = phy_coef_at(&condition->value, at[q], 0, 0, NULL, msg) *
                       phy_depth(&es->d, at[q]) / ES_EPSILON_0;
            fe_kernel_residual(tab, x, 0, 0, NULL, NULL, s, of_cell, total);
            fe_mesh_add(block, c, 1, of_cell, r);
        }
    }
    return ES_EPSILON_0 * total[1];
}

/* es->r = R(u), complete at owned nodes; with or without the given charges. */
static PetscErrorCode find_residual(struct es *es, const double u[],
                                    bool charged)
{
    const struct phy_conditions *list = &es->conditions;
    char msg[FE_MSG] = "";
    double charge = 0;

    PetscFunctionBeginUser;
    PetscCall(PetscArrayzero(es->r, es->d.n));
    add_cells(es, u, es->r);
    for (int i = 0; charged && i < list->n; i++)
        if (list->item[i].kind != ES_POTENTIAL)
            charge += add_charge(es, &list->item[i], es->r, msg);
    PetscCall(fe_agree(es->d.mesh->comm, msg));
    PetscCall(fe_mesh_gather(es->d.mesh, es->r));
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &charge, 1, MPI_DOUBLE, MPI_SUM,
                               es->d.mesh->comm));
    if (charged)
        es->free_charge_c = charge;
    PetscFunctionReturn(0);
}

static PetscErrorCode make_solver(struct es *es)
{
    const struct fe_mesh *mesh = es->d.mesh;
    static const double none[FE_MAX_POINTS];
    double x[FE_MAX_NODES][3], factor[FE_MAX_POINTS],
        a[FE_MAX_NODES * FE_MAX_NODES];

    PetscFunctionBeginUser;
    PetscCall(fe_matrix_new(mesh, 1, es->fixed, &es->matrix));
    for (int b = 0; b < mesh->n_cell_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];
        const struct fe_tab *tab = &es->d.tab[b];

        for (PetscInt c = 0; c < block->n; c++) {
            fe_mesh_corners(mesh, block, c, x);
            es_factors(es, block, c, tab, x, factor);
            fe_kernel_matrix_at(tab, x, factor, NULL, none, a);
            fe_matrix_add(mesh, &es->matrix, b, c, a);
        }
    }
    PetscCall(fe_matrix_assemble(&es->matrix));
    PetscCall(fe_solver_new(mesh, &es->matrix, FE_SCALAR, "electrostatics_",
                            es->petsc_options, es->tolerance, es->most,
                            &es->solver));
    PetscFunctionReturn(0);
}

/* --- one solution --------------------------------------------------------- */

static PetscErrorCode free_norm(const struct es *es, double *norm)
{
    double sum = 0;

    PetscFunctionBeginUser;
    for (PetscInt i = 0; i < es->d.mesh->n_owned; i++)
        sum += es->fixed[i] ? 0 : es->r[i] * es->r[i];
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM,
                               es->d.mesh->comm));
    *norm = sqrt(sum);
    PetscFunctionReturn(0);
}

static PetscErrorCode fill_right(struct es *es)
{
    double *b;

    PetscFunctionBeginUser;
    PetscCall(VecGetArrayWrite(es->solver.b, &b));
    for (PetscInt i = 0; i < es->d.mesh->n_owned; i++)
        b[i] = es->fixed[i] ? 0 : -es->r[i];
    PetscCall(VecRestoreArrayWrite(es->solver.b, &b));
    PetscCall(VecSet(es->solver.x, 0));
    PetscFunctionReturn(0);
}

static PetscErrorCode take_solution(struct es *es, double u[])
{
    const double *x;
    char msg[FE_MSG] = "";

    PetscFunctionBeginUser;
    PetscCall(VecGetArrayRead(es->solver.x, &x));
    for (PetscInt i = 0; i < es->d.mesh->n_owned; i++) {
        u[i] += es->fixed[i] ? 0 : x[i];
        if (!isfinite(u[i]))
            (void)snprintf(msg, sizeof(msg), "the potential is not finite; "
                           "are the parameters of a sensible size?");
    }
    PetscCall(VecRestoreArrayRead(es->solver.x, &x));
    PetscCall(fe_agree(es->d.mesh->comm, msg));
    PetscCall(fe_mesh_spread(es->d.mesh, u));
    PetscFunctionReturn(0);
}

/* From u with the held potentials, and anything elsewhere, to the solution;
 * es->r has the reactions then. */
static PetscErrorCode solve(struct es *es, double u[], bool charged)
{
    double before, after;
    const char *cause;
    PetscInt iterations;

    PetscFunctionBeginUser;
    PetscCall(find_residual(es, u, charged));
    PetscCall(free_norm(es, &before));
    PetscCall(fill_right(es));
    PetscCall(fe_solver_solve(&es->solver, &es->matrix, &iterations, &cause));
    es->iterations += iterations;
    if (cause)
        PetscFunctionReturn(stg_fail(es->task, "the potential did not "
                                     "converge in %d iterations: %s",
                                     (int)iterations, cause));
    PetscCall(take_solution(es, u));
    PetscCall(find_residual(es, u, charged));
    PetscCall(free_norm(es, &after));
    if (before > 0)
        es->residual = fmax(es->residual, after / before);
    PetscFunctionReturn(0);
}

/* --- charges -------------------------------------------------------------- */

/* Charge of each condition that holds nodes, by its position in the list. */
static PetscErrorCode sum_charges(const struct es *es, double charge_c[])
{
    PetscFunctionBeginUser;
    PetscCall(PetscArrayzero(charge_c, es->conditions.n));
    for (PetscInt i = 0; i < es->d.mesh->n_owned; i++)
        if (es->fixed[i])
            charge_c[es->held_by[i]] += ES_EPSILON_0 * es->r[i];
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, charge_c, es->conditions.n,
                               MPI_DOUBLE, MPI_SUM, es->d.mesh->comm));
    PetscFunctionReturn(0);
}

static PetscErrorCode solve_given(struct es *es, double charge_c[])
{
    const struct phy_conditions *list = &es->conditions;
    char msg[FE_MSG] = "";
    double sum = es->free_charge_c, size = 0;

    PetscFunctionBeginUser;
    for (PetscInt i = 0; i < es->d.n; i++)
        es->u[i] = es->fixed[i]
            ? phy_coef_at(&list->item[es->held_by[i]].value,
                          es->d.mesh->x + 3 * i, 0, 0, NULL, msg)
            : 0;
    PetscCall(fe_agree(es->d.mesh->comm, msg));
    PetscCall(solve(es, es->u, true));
    PetscCall(sum_charges(es, charge_c));
    sum = es->free_charge_c;
    size = fabs(sum);
    for (int i = 0; i < list->n; i++) {
        sum += charge_c[i];
        size = fmax(size, fabs(charge_c[i]));
    }
    es->imbalance = size > 0 ? fabs(sum) / size : 0;
    for (int i = 0; i < es->n_conductors; i++)
        es->conductor[i].charge_c = charge_c[es->conductor[i].condition];
    PetscFunctionReturn(0);
}

/* Column k: conductor k at 1 V, everything else that is held at 0. */
static PetscErrorCode solve_column(struct es *es, int k, double charge_c[])
{
    const int n = es->n_conductors;

    PetscFunctionBeginUser;
    for (PetscInt i = 0; i < es->d.n; i++)
        es->w[i] = es->held_by[i] == es->conductor[k].condition;
    PetscCall(solve(es, es->w, false));
    PetscCall(sum_charges(es, charge_c));
    for (int i = 0; i < n; i++)
        es->capacitance_f[i * n + k] = charge_c[es->conductor[i].condition];
    PetscFunctionReturn(0);
}

PetscErrorCode es_solve(struct es *es)
{
    const int n = es->n_conductors;
    double *charge_c;

    PetscFunctionBeginUser;
    PetscCall(make_solver(es));
    PetscCall(PetscCalloc1(es->conditions.n + 1, &charge_c));
    PetscCall(solve_given(es, charge_c));
    if (es->wants_capacitance)
        PetscCall(PetscCalloc1(n * n, &es->capacitance_f));
    for (int k = 0; es->wants_capacitance && k < n; k++) {
        stg_progress(es->task, k, n, es->residual, NAN);
        PetscCall(solve_column(es, k, charge_c));
    }
    PetscCall(PetscFree(charge_c));
    PetscFunctionReturn(0);
}
