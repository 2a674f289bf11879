/* operator.c - the discrete heat equation: residual, Jacobian, conditions */
#include <math.h>
#include <stdio.h>

#include "fe/comm.h"
#include "fe/func.h"
#include "fe/kernel.h"
#include "heat/heat.h"

/* A cell's part of an array of nodal values. */
static void take(const struct fe_block *block, PetscInt c, const double v[],
                 double of_cell[])
{
    const PetscInt *node = block->node + c * block->elem->nodes;

    for (int i = 0; i < block->elem->nodes; i++)
        of_cell[i] = v[node[i]];
}

static void add(const struct fe_block *block, PetscInt c,
                const double of_cell[], double v[])
{
    const PetscInt *node = block->node + c * block->elem->nodes;

    for (int i = 0; i < block->elem->nodes; i++)
        v[node[i]] += of_cell[i];
}

static const struct heat_material *material_of(const struct heat *heat,
                                               PetscInt group)
{
    return &heat->c.material[group >= 0 ? group : heat->mesh->n_groups];
}

/* Does the condition hold on this cell or facet? */
static bool applies(const struct heat_condition *condition,
                    const struct fe_block *block, PetscInt c)
{
    return block->elem->dim == condition->dim &&
           block->group[c] == condition->group;
}

/* --- values of conditions ---------------------------------------------- */

/* A function that fails somewhere is reported with the place; the first of
 * them, in 'msg'. */
static double evaluate(const struct fe_func *func, const char *name,
                       const double x[3], double time_s, char msg[FE_MSG])
{
    double value = fe_func_value(func, x, time_s);

    if (!isfinite(value) && !msg[0])
        (void)snprintf(msg, FE_MSG, "parameter '%s': the function is not "
                       "finite at x = %g, y = %g, z = %g m, t = %g s", name,
                       x[0], x[1], x[2], time_s);
    return value;
}

/* The condition's value at a place, weighted over the step as w is. */
static double value_at(const struct heat_condition *condition,
                       const struct heat_scheme_now *now, const double x[3],
                       char msg[FE_MSG])
{
    double value;

    if (!condition->func)
        return condition->value;
    value = evaluate(condition->func, condition->name, x, now->time_s, msg);
    if (now->w_old == 0)
        return value;
    return now->w_new * value +
           now->w_old * evaluate(condition->func, condition->name, x,
                                 now->before_s, msg);
}

PetscErrorCode heat_fix(struct heat *heat, double time_s, double u[])
{
    const struct fe_mesh *mesh = heat->mesh;
    char msg[FE_MSG] = "";

    PetscFunctionBeginUser;
    for (PetscInt i = 0; i < mesh->n_owned + mesh->n_ghosts; i++) {
        const struct heat_condition *condition;

        if (heat->fixed_by[i] < 0)
            continue;
        condition = &heat->c.condition[heat->fixed_by[i]];
        u[i] = condition->func ? evaluate(condition->func, condition->name,
                                          mesh->x + 3 * i, time_s, msg)
                               : condition->value;
    }
    PetscCall(fe_agree(mesh->comm, msg));
    PetscFunctionReturn(0);
}

/* --- residual ---------------------------------------------------------- */

/* Conduction and storage.  stored[0]: heat that goes into storage, in W;
 * stored[1]: heat that goes into or out of it. */
static void add_cells(struct heat *heat, double stored[2])
{
    const struct fe_mesh *mesh = heat->mesh;
    double x[FE_MAX_NODES][3], w[FE_MAX_NODES], v[FE_MAX_NODES],
        r[FE_MAX_NODES];
    bool moving = heat->c.scheme != HEAT_STEADY;

    for (int b = 0; b < mesh->n_cell_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];

        for (PetscInt c = 0; c < block->n; c++) {
            const struct heat_material *m = material_of(heat,
                                                        block->group[c]);
            double total[2] = { 0, 0 };

            fe_mesh_corners(mesh, block, c, x);
            take(block, c, heat->w, w);
            if (moving)
                take(block, c, heat->v, v);
            fe_kernel_residual(&heat->tab[b], x,
                               m->conductivity * heat->c.thickness_m,
                               m->capacity * heat->c.thickness_m, w,
                               moving ? v : NULL, NULL, r, total);
            add(block, c, r, heat->r);
            stored[0] += total[0];
            stored[1] += fabs(total[0]);
        }
    }
}

/* The heat that a condition brings in, at the points of the rule on a cell or
 * facet; convection's is that for a surface at 0 K. */
static void densities(const struct heat *heat,
                      const struct heat_condition *condition,
                      const struct heat_scheme_now *now,
                      const struct fe_tab *tab, const double x[][3],
                      double s[], char msg[FE_MSG])
{
    double at[FE_MAX_POINTS][3], weight[FE_MAX_POINTS];
    double factor = heat->c.thickness_m;

    if (condition->kind == HEAT_POWER)
        factor /= condition->measure;
    if (condition->kind == HEAT_CONVECTION)
        factor *= condition->coefficient;
    if (condition->func)
        fe_kernel_points(tab, x, at, weight);
    for (int q = 0; q < tab->points; q++)
        s[q] = factor * value_at(condition, now, at[q], msg);
}

/* One condition other than a fixed temperature; its heat. */
static double add_condition(struct heat *heat,
                            const struct heat_condition *condition,
                            const struct heat_scheme_now *now,
                            char msg[FE_MSG])
{
    const struct fe_mesh *mesh = heat->mesh;
    double h = condition->coefficient * heat->c.thickness_m;
    double x[FE_MAX_NODES][3], w[FE_MAX_NODES], r[FE_MAX_NODES],
        s[FE_MAX_POINTS], total[2] = { 0, 0 };

    for (int b = 0; b < mesh->n_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];

        for (PetscInt c = 0; c < block->n; c++) {
            if (!applies(condition, block, c))
                continue;
            fe_mesh_corners(mesh, block, c, x);
            take(block, c, heat->w, w);
            densities(heat, condition, now, &heat->tab[b], x, s, msg);
            fe_kernel_residual(&heat->tab[b], x, 0, h, w, w, s, r, total);
            add(block, c, r, heat->r);
        }
    }
    return total[1] - total[0];
}

static void weigh(struct heat *heat, const struct heat_scheme_now *now,
                  const double u[])
{
    PetscInt n = heat->mesh->n_owned + heat->mesh->n_ghosts;

    for (PetscInt i = 0; i < n; i++) {
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

PetscErrorCode heat_residual(struct heat *heat,
                             const struct heat_scheme_now *now,
                             const double u[])
{
    const struct fe_mesh *mesh = heat->mesh;
    int n = heat->c.n_conditions;
    char msg[FE_MSG] = "";
    double *heats;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(n + 2, &heats));
    weigh(heat, now, u);
    PetscCall(PetscArrayzero(heat->r, mesh->n_owned + mesh->n_ghosts));
    add_cells(heat, &heats[n]);
    for (int i = 0; i < n; i++)
        if (heat->c.condition[i].kind != HEAT_FIXED)
            heats[i] = add_condition(heat, &heat->c.condition[i], now, msg);
    PetscCall(fe_agree(mesh->comm, msg));
    PetscCall(fe_mesh_gather(mesh, heat->r));
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, heats, n + 2, MPI_DOUBLE,
                               MPI_SUM, mesh->comm));
    for (int i = 0; i < n; i++)
        heat->c.condition[i].heat = heats[i];
    heat->stored = heats[n];
    heat->moved = heats[n + 1];
    PetscCall(PetscFree(heats));
    PetscFunctionReturn(0);
}

/* --- Jacobian ---------------------------------------------------------- */

static void fill_cells(struct heat *heat, const struct heat_scheme_now *now)
{
    const struct fe_mesh *mesh = heat->mesh;
    double x[FE_MAX_NODES][3], a[FE_MAX_NODES * FE_MAX_NODES];

    for (int b = 0; b < mesh->n_cell_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];

        for (PetscInt c = 0; c < block->n; c++) {
            const struct heat_material *m = material_of(heat,
                                                        block->group[c]);
            double k = m->conductivity * heat->c.thickness_m;
            double capacity = m->capacity * heat->c.thickness_m;

            fe_mesh_corners(mesh, block, c, x);
            fe_kernel_matrix(&heat->tab[b], x, now->w_new * k,
                             now->v_new * capacity, a);
            fe_matrix_add(mesh, &heat->matrix, b, c, a);
        }
    }
}

static void fill_convection(struct heat *heat,
                            const struct heat_condition *condition,
                            const struct heat_scheme_now *now)
{
    const struct fe_mesh *mesh = heat->mesh;
    double h = condition->coefficient * heat->c.thickness_m;
    double x[FE_MAX_NODES][3], a[FE_MAX_NODES * FE_MAX_NODES];

    for (int b = mesh->n_cell_blocks; b < mesh->n_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];

        for (PetscInt c = 0; c < block->n; c++)
            if (applies(condition, block, c)) {
                fe_mesh_corners(mesh, block, c, x);
                fe_kernel_matrix(&heat->tab[b], x, 0, now->w_new * h, a);
                fe_matrix_add(mesh, &heat->matrix, b, c, a);
            }
    }
}

PetscErrorCode heat_jacobian(struct heat *heat,
                             const struct heat_scheme_now *now)
{
    PetscFunctionBeginUser;
    PetscCall(fe_matrix_zero(&heat->matrix));
    fill_cells(heat, now);
    for (int i = 0; i < heat->c.n_conditions; i++)
        if (heat->c.condition[i].kind == HEAT_CONVECTION)
            fill_convection(heat, &heat->c.condition[i], now);
    PetscCall(fe_matrix_assemble(&heat->matrix));
    PetscFunctionReturn(0);
}

/* --- measures ---------------------------------------------------------- */

PetscErrorCode heat_measure(struct heat *heat)
{
    const struct fe_mesh *mesh = heat->mesh;
    int n = heat->c.n_conditions;
    double x[FE_MAX_NODES][3], *measure;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(n, &measure));
    for (int b = 0; b < mesh->n_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];

        for (PetscInt c = 0; c < block->n; c++) {
            double size;

            fe_mesh_corners(mesh, block, c, x);
            size = fe_kernel_measure(&heat->tab[b], x);
            for (int i = 0; i < n; i++)
                if (applies(&heat->c.condition[i], block, c))
                    measure[i] += size * heat->c.thickness_m;
        }
    }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, measure, n, MPI_DOUBLE, MPI_SUM,
                               mesh->comm));
    for (int i = 0; i < n; i++)
        heat->c.condition[i].measure = measure[i];
    PetscCall(PetscFree(measure));
    PetscFunctionReturn(0);
}
