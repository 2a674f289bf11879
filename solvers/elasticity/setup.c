/* setup.c - from the task to a divided mesh, supports and temperatures */
#include <math.h>
#include <stdio.h>

#include "elasticity/ela.h"
#include "fe/comm.h"
#include "fe/func.h"
#include "fe/side.h"
#include "physics/corners.h"
#include "stage/stage.h"

/* --- mesh -------------------------------------------------------------- */

/* A plane calculation takes place in x and y. */
static PetscErrorCode check_plane(const struct ela *ela)
{
    const struct stg_mesh *mesh = &ela->domain.input;
    double range[2] = { INFINITY, INFINITY }; /* min, -max of z */

    PetscFunctionBeginUser;
    if (mesh->dimension == 3)
        PetscFunctionReturn(0);
    for (int64_t i = 0; i < mesh->my_points; i++) {
        range[0] = fmin(range[0], mesh->point[3 * i + 2]);
        range[1] = fmin(range[1], -mesh->point[3 * i + 2]);
    }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, range, 2, MPI_DOUBLE, MPI_MIN,
                               stg_comm(ela->task)));
    if (range[0] != -range[1])
        PetscFunctionReturn(stg_fail(ela->task, "the cells of the mesh are "
                                     "flat, but z is between %g m and %g m; "
                                     "shells cannot be computed", range[0],
                                     -range[1]));
    PetscFunctionReturn(0);
}

/* --- conditions -------------------------------------------------------- */

static PetscErrorCode check_held(const struct ela *ela)
{
    char text[FE_MSG];
    int n;

    PetscFunctionBeginUser;
    PetscCall(ela_count_free(ela->mesh, &ela->support, &n, text));
    if (n > 0)
        PetscFunctionReturn(stg_fail(ela->task, "%s; use 'fixed', 'symmetry', "
                                     "'displacement' or 'points'", text));
    PetscFunctionReturn(0);
}

static PetscErrorCode find_sides(struct ela *ela)
{
    const struct fe_mesh *mesh = ela->mesh;
    PetscInt n = 0;

    PetscFunctionBeginUser;
    for (int b = mesh->n_cell_blocks; b < mesh->n_blocks; b++)
        n += mesh->block[b].n;
    for (int i = 0; i < ela->c.n_conditions; i++)
        if (ela->c.condition[i].kind == ELA_PRESSURE && !ela->side) {
            PetscCall(PetscMalloc1(n + 1, &ela->side));
            PetscCall(fe_sides(mesh, ela->side));
        }
    PetscFunctionReturn(0);
}

/* --- temperatures ------------------------------------------------------ */

/* A temperature that the parameters give, or that was read into *t. */
static void warm_cells(const struct ela_case *c, const struct fe_mesh *mesh,
                       bool read, double t[], char msg[FE_MSG])
{
    for (int b = 0; b < mesh->n_cell_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];

        for (PetscInt i = 0; i < block->n * block->elem->nodes; i++, t++) {
            const double *x = mesh->x + 3 * block->node[i];

            if (!read)
                *t = c->warm_func ? fe_func_value(c->warm_func, x, 0)
                                  : c->warm;
            if (!isfinite(*t) && !msg[0])
                (void)snprintf(msg, FE_MSG, "the temperature is not finite at "
                               "x = %g, y = %g, z = %g m", x[0], x[1], x[2]);
            *t -= c->reference;
        }
    }
}

/* ela->dt: how much warmer than without thermal strain. */
static PetscErrorCode find_heat(struct ela *ela)
{
    const struct fe_mesh *mesh = ela->mesh;
    bool read = stg_input_count(ela->task, "temperature") > 0;
    PetscInt n = 0;
    char msg[FE_MSG] = "";

    PetscFunctionBeginUser;
    if (!ela->c.heated)
        PetscFunctionReturn(0);
    for (int b = 0; b < mesh->n_cell_blocks; b++)
        n += mesh->block[b].n * mesh->block[b].elem->nodes;
    if (read)
        PetscCall(phy_read_corners(&ela->domain, "temperature", "K",
                                   &ela->dt));
    else
        PetscCall(PetscMalloc1(n + 1, &ela->dt));
    warm_cells(&ela->c, mesh, read, ela->dt, msg);
    PetscCall(fe_agree(mesh->comm, msg));
    PetscFunctionReturn(0);
}

PetscErrorCode ela_setup(struct ela *ela, int needs)
{
    PetscInt n;

    PetscFunctionBeginUser;
    PetscCall(phy_domain_open(ela->task, &ela->domain));
    ela->mesh = ela->domain.mesh;
    PetscCall(ela_case_read(&ela->domain, needs, &ela->c));
    PetscCall(check_plane(ela));
    PetscCall(ela_measure(ela));
    PetscCall(ela_support_find(&ela->domain, &ela->c, &ela->support));
    if (needs & ELA_NEEDS_LOADS)
        PetscCall(check_held(ela));
    PetscCall(find_sides(ela));
    PetscCall(find_heat(ela));
    n = (ela->mesh->n_owned + ela->mesh->n_ghosts) * ela->c.dofs;
    PetscCall(PetscCalloc2(n, &ela->u, n, &ela->r));
    PetscCall(PetscMalloc1(ela->c.n_probes, &ela->place));
    PetscCall(fe_locate(ela->mesh, "parameter 'probes'", ela->c.n_probes,
                        ela->c.probe, ela->place));
    PetscFunctionReturn(0);
}

PetscErrorCode ela_release(struct ela *ela)
{
    PetscFunctionBeginUser;
    PetscCall(fe_solver_release(&ela->solver));
    PetscCall(fe_matrix_release(&ela->matrix));
    PetscCall(ela_coarse_release(&ela->coarse));
    PetscCall(PetscFree2(ela->u, ela->r));
    PetscCall(PetscFree(ela->dt));
    PetscCall(PetscFree(ela->side));
    PetscCall(PetscFree(ela->stress));
    PetscCall(PetscFree(ela->von_mises));
    PetscCall(PetscFree(ela->place));
    ela_support_release(&ela->support);
    ela_case_release(&ela->c);
    PetscCall(phy_domain_release(&ela->domain));
    PetscFunctionReturn(0);
}
