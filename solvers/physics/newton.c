/* newton.c - Newton's method: full steps near the solution, shorter ones where
 * the equations bend */
#include "physics/newton.h"

#include <math.h>
#include <stdio.h>

#include "stage/stage.h"

#define HALVINGS 40 /* from far too cold, radiation promises huge steps */
#define ENOUGH 1e-4   /* of the decrease that the slope promises */
#define SAME 1e-12    /* a relative change of u that is none */
#define ROUNDING 1e-8 /* ... below which the residual may be all rounding */

PetscErrorCode phy_newton_new(const struct phy_equations *equations,
                              const char *options, double linear_tolerance,
                              PetscInt linear_most, struct phy_newton *newton)
{
    const struct phy_domain *d = equations->domain;

    PetscFunctionBeginUser;
    newton->equations = equations;
    PetscCall(PetscMalloc1(d->n * equations->unknowns, &newton->trial));
    PetscCall(fe_matrix_new(d->mesh, equations->unknowns, equations->fixed,
                            &newton->matrix));
    PetscCall(fe_solver_new(d->mesh, &newton->matrix, equations->preset,
                            equations->prefix, options, linear_tolerance,
                            linear_most, &newton->solver));
    PetscFunctionReturn(0);
}

PetscErrorCode phy_newton_release(struct phy_newton *newton)
{
    PetscFunctionBeginUser;
    PetscCall(fe_solver_release(&newton->solver));
    PetscCall(fe_matrix_release(&newton->matrix));
    PetscCall(PetscFree(newton->trial));
    PetscFunctionReturn(0);
}

static PetscErrorCode free_norm(const struct phy_equations *e,
                                const double r[], double *norm)
{
    const struct fe_mesh *mesh = e->domain->mesh;
    double sum = 0;

    PetscFunctionBeginUser;
    for (PetscInt i = 0; i < mesh->n_owned * e->unknowns; i++)
        sum += e->fixed[i] ? 0 : r[i] * r[i];
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM,
                               mesh->comm));
    *norm = sqrt(sum);
    PetscFunctionReturn(0);
}

/* Values at local unknowns: owners' to ghosts. */
static PetscErrorCode spread(const struct phy_equations *e, double v[])
{
    const struct fe_mesh *mesh = e->domain->mesh;
    double *ghosts = v + mesh->n_owned * e->unknowns;
    MPI_Datatype item;

    PetscFunctionBeginUser;
    PetscCallMPI(MPI_Type_contiguous(e->unknowns, MPI_DOUBLE, &item));
    PetscCallMPI(MPI_Type_commit(&item));
    PetscCall(PetscSFBcastBegin(mesh->halo, item, v, ghosts, MPI_REPLACE));
    PetscCall(PetscSFBcastEnd(mesh->halo, item, v, ghosts, MPI_REPLACE));
    PetscCallMPI(MPI_Type_free(&item));
    PetscFunctionReturn(0);
}

/* Solve for the step; 'size' is the largest change of an unknown, relative to
 * the largest unknown. */
static PetscErrorCode find_step(struct phy_newton *newton, const double u[],
                                const double r[], struct phy_outcome *out,
                                double *size)
{
    const struct phy_equations *e = newton->equations;
    PetscInt n = e->domain->mesh->n_owned * e->unknowns, iterations;
    const char *cause;
    const double *x;
    double *b, most[2] = { 0, 0 };

    PetscFunctionBeginUser;
    PetscCall(fe_matrix_zero(&newton->matrix));
    PetscCall(e->jacobian(e->context, u, &newton->matrix));
    PetscCall(fe_matrix_assemble(&newton->matrix));
    PetscCall(VecGetArrayWrite(newton->solver.b, &b));
    for (PetscInt i = 0; i < n; i++)
        b[i] = e->fixed[i] ? 0 : -r[i];
    PetscCall(VecRestoreArrayWrite(newton->solver.b, &b));
    PetscCall(VecZeroEntries(newton->solver.x));
    PetscCall(fe_solver_solve(&newton->solver, &newton->matrix, &iterations,
                              &cause));
    out->linear += iterations;
    if (cause)
        (void)snprintf(out->cause, sizeof(out->cause), "the linear solver: "
                       "%s, after %d iterations", cause, (int)iterations);
    PetscCall(VecGetArrayRead(newton->solver.x, &x));
    for (PetscInt i = 0; i < n; i++) {
        most[0] = fmax(most[0], fabs(x[i]));
        most[1] = fmax(most[1], fabs(u[i]));
    }
    PetscCall(VecRestoreArrayRead(newton->solver.x, &x));
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, most, 2, MPI_DOUBLE, MPI_MAX,
                               e->domain->mesh->comm));
    *size = most[1] > 0 ? most[0] / most[1] : 1;
    PetscFunctionReturn(0);
}

/* Go along the step as far as the residual gets smaller; *norm is the new one.
 * *length is 0, u and r are as before, when it never does. */
static PetscErrorCode search(struct phy_newton *newton, double u[], double r[],
                             double *norm, double *length)
{
    const struct phy_equations *e = newton->equations;
    PetscInt n = e->domain->mesh->n_owned * e->unknowns;
    double before = *norm;
    const double *x;

    PetscFunctionBeginUser;
    *length = 1;
    for (int turn = 0; turn <= HALVINGS; turn++, *length /= 2) {
        PetscCall(VecGetArrayRead(newton->solver.x, &x));
        for (PetscInt i = 0; i < n; i++)
            newton->trial[i] = u[i] + *length * x[i];
        PetscCall(VecRestoreArrayRead(newton->solver.x, &x));
        PetscCall(spread(e, newton->trial));
        PetscCall(e->residual(e->context, newton->trial, r));
        PetscCall(free_norm(e, r, norm));
        if (*norm <= (1 - ENOUGH * *length) * before) {
            PetscCall(PetscArraycpy(u, newton->trial,
                                    e->domain->n * e->unknowns));
            PetscFunctionReturn(0);
        }
    }
    *length = 0;
    PetscCall(e->residual(e->context, u, r));
    *norm = before;
    PetscFunctionReturn(0);
}

/* The place of the largest residual, for the message. */
static PetscErrorCode say_where(const struct phy_equations *e,
                                const double r[], char cause[FE_MSG])
{
    const struct fe_mesh *mesh = e->domain->mesh;
    struct {
        double size;
        int rank;
    } most = { -1, 0 };
    double at[3] = { 0, 0, 0 };
    PetscMPIInt rank;
    size_t used;

    PetscFunctionBeginUser;
    PetscCallMPI(MPI_Comm_rank(mesh->comm, &rank));
    most.rank = rank;
    for (PetscInt i = 0; i < mesh->n_owned * e->unknowns; i++)
        if (!e->fixed[i] && fabs(r[i]) > most.size) {
            most.size = fabs(r[i]);
            for (int k = 0; k < 3; k++)
                at[k] = mesh->x[3 * (i / e->unknowns) + k];
        }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_DOUBLE_INT,
                               MPI_MAXLOC, mesh->comm));
    PetscCallMPI(MPI_Bcast(at, 3, MPI_DOUBLE, most.rank, mesh->comm));
    PetscCall(PetscStrlen(cause, &used));
    (void)snprintf(cause + used, FE_MSG - used, "; the residual is largest at "
                   "(%g, %g, %g) m", at[0], at[1], at[2]);
    PetscFunctionReturn(0);
}

static PetscErrorCode give_up(const struct phy_newton *newton,
                              const char *why, double norm, const double r[],
                              struct phy_outcome *out)
{
    PetscFunctionBeginUser;
    (void)snprintf(out->cause, sizeof(out->cause), "%s after %d iterations, "
                   "residual %g of %g", why, (int)out->newton, norm,
                   newton->largest);
    PetscCall(say_where(newton->equations, r, out->cause));
    PetscFunctionReturn(0);
}

PetscErrorCode phy_newton_solve(struct phy_newton *newton, double u[],
                                double r[], struct phy_outcome *out)
{
    const struct phy_equations *e = newton->equations;
    double norm, size, length;

    PetscFunctionBeginUser;
    *out = (struct phy_outcome){ 0 };
    PetscCall(e->residual(e->context, u, r));
    PetscCall(free_norm(e, r, &norm));
    if (!isfinite(norm)) {
        (void)snprintf(out->cause, sizeof(out->cause), "the residual is not "
                       "finite at the start");
        PetscFunctionReturn(0);
    }
    newton->largest = fmax(newton->largest, norm);
    while (norm > newton->tolerance * newton->largest) {
        if (out->newton == newton->most) {
            PetscCall(give_up(newton, "no solution", norm, r, out));
            break;
        }
        PetscCall(find_step(newton, u, r, out, &size));
        if (out->cause[0])
            break;
        PetscCall(search(newton, u, r, &norm, &length));
        out->newton++;
        if (newton->tells)
            stg_progress(e->domain->task, out->newton, -1,
                         norm / newton->largest, NAN);
        if (size <= SAME || (length == 0 && size <= ROUNDING))
            break;
        if (length == 0) {
            PetscCall(give_up(newton, "no step makes the residual smaller",
                              norm, r, out));
            break;
        }
    }
    out->residual = newton->largest > 0 ? norm / newton->largest : 0;
    PetscFunctionReturn(0);
}
