/* operator.c - the discrete equations: residual, stiffness, loads */
#include <math.h>
#include <stdio.h>

#include "elasticity/ela.h"
#include "elasticity/vector.h"
#include "fe/comm.h"
#include "fe/func.h"
#include "fe/kernel.h"
#include "fe/map.h"

/* Does the condition hold on this cell or facet? */
static bool applies(const struct ela_condition *condition,
                    const struct fe_block *block, PetscInt c)
{
    return block->elem->dim == condition->dim &&
           (block->group[c] == condition->group ||
            condition->kind == ELA_GRAVITY);
}

/* --- stresses ---------------------------------------------------------- */

static void add_cells(struct ela *ela, const double u[])
{
    const struct fe_mesh *mesh = ela->mesh;
    int n = ela->c.dofs;
    const double *dt = ela->dt; /* of the next cell */
    double x[FE_MAX_NODES][3], v[ELA_DOFS], r[ELA_DOFS];

    for (int b = 0; b < mesh->n_cell_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];

        for (PetscInt c = 0; c < block->n; c++) {
            fe_mesh_corners(mesh, block, c, x);
            fe_mesh_take(block, c, n, u, v);
            ela_kernel_residual(&ela->domain.tab[b], x,
                                &ela_material(ela, block->group[c])->law,
                                ela->domain.thickness_m, v, dt, r);
            dt += dt ? block->elem->nodes : 0;
            fe_mesh_add(block, c, n, r, ela->r);
        }
    }
}

/* --- loads ------------------------------------------------------------- */

/* The density of a load at a place, whose outward normal is 'normal'. */
static void density(const struct ela *ela,
                    const struct ela_condition *condition, PetscInt group,
                    const double x[3], const double normal[3], double f[3],
                    char msg[FE_MSG])
{
    double value[3];

    for (int k = 0; k < 3; k++) {
        value[k] = condition->func[k] ? fe_func_value(condition->func[k], x, 0)
                                      : condition->value[k];
        if (!isfinite(value[k]) && !msg[0])
            (void)snprintf(msg, FE_MSG, "parameter '%s': the function is not "
                           "finite at x = %g, y = %g, z = %g m",
                           condition->name, x[0], x[1], x[2]);
    }
    for (int k = 0; k < 3; k++) {
        f[k] = value[k];
        if (condition->kind == ELA_PRESSURE)
            f[k] = -value[0] * normal[k];
        if (condition->kind == ELA_FORCE)
            f[k] = value[k] / condition->measure;
        if (condition->kind == ELA_GRAVITY)
            f[k] = value[k] * ela_material(ela, group)->density;
    }
}

/* The unit normal at a point of a facet, outwards if 'sign' is its side. */
static void normal_at(const struct fe_tab *tab, int q, const double x[][3],
                      int sign, double normal[3])
{
    double j[3][3], size;

    fe_jacobian(tab->elem->dim, tab->elem->nodes, x, tab->dn[q], j);
    if (tab->elem->dim == 2) {
        fe_cross(j[0], j[1], normal);
    } else {
        normal[0] = j[0][1];
        normal[1] = -j[0][0];
        normal[2] = 0;
    }
    size = sqrt(fe_dot(normal, normal));
    for (int k = 0; k < 3; k++)
        normal[k] *= sign / size;
}

/* The load on one cell or facet, into r; its force and moment grow. */
static void load_cell(const struct ela *ela, struct ela_condition *condition,
                      int b, PetscInt c, int side, double r[],
                      char msg[FE_MSG])
{
    const struct fe_block *block = &ela->mesh->block[b];
    const struct fe_tab *tab = &ela->domain.tab[b];
    double x[FE_MAX_NODES][3], at[FE_MAX_POINTS][3], weight[FE_MAX_POINTS];
    int n = ela->c.dofs;

    fe_mesh_corners(ela->mesh, block, c, x);
    fe_kernel_points(tab, x, at, weight);
    for (int i = 0; i < n * block->elem->nodes; i++)
        r[i] = 0;
    for (int q = 0; q < tab->points; q++) {
        double normal[3] = { 0, 0, 0 }, f[3], moment[3];

        if (condition->kind == ELA_PRESSURE)
            normal_at(tab, q, x, side, normal);
        density(ela, condition, block->group[c], at[q], normal, f, msg);
        for (int k = 0; k < 3; k++)
            f[k] *= weight[q] * phy_depth(&ela->domain, at[q]);
        for (int i = 0; i < block->elem->nodes; i++)
            for (int k = 0; k < n; k++)
                r[i * n + k] -= tab->n[q][i] * f[k];
        fe_cross(at[q], f, moment);
        for (int k = 0; k < 3; k++) {
            condition->force[k] += f[k];
            condition->moment[k] += moment[k];
        }
    }
}

/* Pressure needs to know the outside. */
static void check_side(const struct fe_mesh *mesh,
                       const struct ela_condition *condition, int side,
                       char msg[FE_MSG])
{
    if (condition->kind == ELA_PRESSURE && side == 0 && !msg[0])
        (void)snprintf(msg, FE_MSG, "parameter '%s': group '%s' has cells on "
                       "both sides; a pressure needs a surface of the body",
                       condition->name, mesh->group[condition->group].name);
}

static void add_load(struct ela *ela, struct ela_condition *condition,
                     char msg[FE_MSG])
{
    const struct fe_mesh *mesh = ela->mesh;
    bool facets = condition->dim < mesh->dim;
    int from = facets ? mesh->n_cell_blocks : 0;
    int to = facets ? mesh->n_blocks : mesh->n_cell_blocks;
    PetscInt facet = 0;
    double r[ELA_DOFS];

    for (int b = from; b < to; b++) {
        const struct fe_block *block = &mesh->block[b];

        for (PetscInt c = 0; c < block->n; c++, facet++) {
            int side = facets && ela->side ? ela->side[facet] : 0;

            if (!applies(condition, block, c))
                continue;
            check_side(mesh, condition, side, msg);
            load_cell(ela, condition, b, c, side, r, msg);
            fe_mesh_add(block, c, ela->c.dofs, r, ela->r);
        }
    }
}

void ela_cancel(struct ela_condition *condition)
{
    condition->force[0] = 0;
    for (int k = 0; k < 3; k++)
        condition->moment[k] = 0;
}

PetscErrorCode ela_residual(struct ela *ela, const double u[])
{
    const struct fe_mesh *mesh = ela->mesh;
    char msg[FE_MSG] = "";

    PetscFunctionBeginUser;
    PetscCall(PetscArrayzero(ela->r, (mesh->n_owned + mesh->n_ghosts) *
                                         ela->c.dofs));
    add_cells(ela, u);
    for (int i = 0; i < ela->c.n_conditions; i++) {
        struct ela_condition *condition = &ela->c.condition[i];

        if (ELA_HOLDS(condition->kind))
            continue;
        PetscCall(PetscArrayzero(condition->force, 3));
        PetscCall(PetscArrayzero(condition->moment, 3));
        add_load(ela, condition, msg);
        PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, condition->force, 3,
                                   MPI_DOUBLE, MPI_SUM, mesh->comm));
        PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, condition->moment, 3,
                                   MPI_DOUBLE, MPI_SUM, mesh->comm));
        if (ela->domain.axial)
            ela_cancel(condition);
    }
    PetscCall(fe_agree(mesh->comm, msg));
    PetscCall(ela_gather(mesh, ela->c.dofs, ela->r));
    PetscFunctionReturn(0);
}

/* --- stiffness --------------------------------------------------------- */

PetscErrorCode ela_stiffness(struct ela *ela)
{
    const struct fe_mesh *mesh = ela->mesh;
    double x[FE_MAX_NODES][3], a[ELA_DOFS * ELA_DOFS];

    PetscFunctionBeginUser;
    PetscCall(fe_matrix_zero(&ela->matrix));
    for (int b = 0; b < mesh->n_cell_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];
        int nodes = block->elem->nodes;

        for (PetscInt c = 0; c < block->n; c++) {
            fe_mesh_corners(mesh, block, c, x);
            ela_kernel_matrix(&ela->domain.tab[b], x,
                              &ela_material(ela, block->group[c])->law,
                              ela->domain.thickness_m, a);
            if (ela->second)
                ela_coarse_add(mesh, &ela->support, &ela->coarse, b, c, a);
            if (ela->support.n_frames > 0)
                ela_matrix_to_axes(&ela->support, nodes,
                                   block->node + c * nodes, a);
            fe_matrix_add(mesh, &ela->matrix, b, c, a);
        }
    }
    PetscCall(fe_matrix_assemble(&ela->matrix));
    if (ela->second)
        PetscCall(fe_matrix_assemble(&ela->coarse.matrix));
    PetscFunctionReturn(0);
}

/* --- volume ------------------------------------------------------------ */

PetscErrorCode ela_measure(struct ela *ela)
{
    const struct fe_mesh *mesh = ela->mesh;
    double x[FE_MAX_NODES][3], volume = 0;

    PetscFunctionBeginUser;
    for (int b = 0; b < mesh->n_cell_blocks; b++)
        for (PetscInt c = 0; c < mesh->block[b].n; c++) {
            fe_mesh_corners(mesh, &mesh->block[b], c, x);
            volume += phy_measure(&ela->domain, b, x);
        }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &volume, 1, MPI_DOUBLE, MPI_SUM,
                               mesh->comm));
    ela->result.volume = volume;
    for (int i = 0; i < ela->c.n_conditions; i++)
        if (ela->c.condition[i].kind == ELA_GRAVITY)
            ela->c.condition[i].measure = volume;
    PetscFunctionReturn(0);
}
