/* solve.c - conjugate gradients with BoomerAMG for the temperature of a step
 *
 * The unknown is the temperature of free nodes above 'shift'.  The right-hand
 * side is what the residual lacks there, so fixed temperatures, sources and
 * old temperatures enter in one place, the residual.
 */
#include <math.h>

#include "fe/comm.h"
#include "heat/heat.h"
#include "stage/stage.h"

/* A steady calculation is one long solve: tell its iterations. */
static PetscErrorCode tell(KSP ksp, PetscInt iteration, PetscReal norm,
                           void *context)
{
    struct heat *heat = context;

    (void)ksp;
    stg_progress(heat->task, iteration, -1, norm, NAN);
    return 0;
}

static PetscErrorCode make_solver(struct heat *heat)
{
    PetscFunctionBeginUser;
    PetscCall(fe_solver_new(heat->mesh, &heat->matrix, FE_SCALAR, "heat_",
                            heat->c.petsc_options, heat->c.tolerance,
                            heat->c.iterations, &heat->solver));
    if (heat->c.scheme == HEAT_STEADY)
        PetscCall(KSPMonitorSet(heat->solver.ksp, tell, heat, NULL));
    PetscFunctionReturn(0);
}

/* The matrix belongs to the weights of the scheme; they seldom change. */
static PetscErrorCode prepare(struct heat *heat,
                              const struct heat_scheme_now *now)
{
    PetscFunctionBeginUser;
    if (heat->solver.ksp && heat->matrix_w == now->w_new &&
        heat->matrix_v == now->v_new)
        PetscFunctionReturn(0);
    if (!heat->matrix.mat)
        PetscCall(fe_matrix_new(heat->mesh, 1, heat->fixed,
                                &heat->matrix));
    PetscCall(heat_jacobian(heat, now));
    if (!heat->solver.ksp)
        PetscCall(make_solver(heat));
    heat->matrix_w = now->w_new;
    heat->matrix_v = now->v_new;
    PetscFunctionReturn(0);
}

static PetscErrorCode solve(struct heat *heat, PetscInt *iterations)
{
    const char *cause;
    double norm;

    PetscFunctionBeginUser;
    PetscCall(fe_solver_solve(&heat->solver, &heat->matrix, iterations,
                              &cause));
    if (!cause)
        PetscFunctionReturn(0);
    PetscCall(KSPGetResidualNorm(heat->solver.ksp, &norm));
    PetscFunctionReturn(stg_fail(
        heat->task, "the linear solver did not converge in step %d: %s after "
        "%d iterations, residual %g", (int)heat->step + 1, cause,
        (int)*iterations, norm));
}

/* Right-hand side: minus the residual with free nodes at 'shift'. */
static PetscErrorCode fill_right(struct heat *heat,
                                 const struct heat_scheme_now *now)
{
    PetscInt n = heat->mesh->n_owned, all = n + heat->mesh->n_ghosts;
    double *u, *b, *x;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(all, &u));
    for (PetscInt i = 0; i < all; i++)
        u[i] = heat->fixed[i] ? heat->u[i] : heat->shift;
    PetscCall(heat_residual(heat, now, u));
    PetscCall(VecGetArrayWrite(heat->solver.b, &b));
    PetscCall(VecGetArrayWrite(heat->solver.x, &x));
    for (PetscInt i = 0; i < n; i++) {
        b[i] = heat->fixed[i] ? 0 : -heat->r[i];
        x[i] = heat->fixed[i] ? 0 : heat->u[i] - heat->shift;
    }
    PetscCall(VecRestoreArrayWrite(heat->solver.x, &x));
    PetscCall(VecRestoreArrayWrite(heat->solver.b, &b));
    PetscCall(PetscFree(u));
    PetscFunctionReturn(0);
}

static PetscErrorCode take_solution(struct heat *heat)
{
    const double *x;
    char msg[FE_MSG] = "";

    PetscFunctionBeginUser;
    PetscCall(VecGetArrayRead(heat->solver.x, &x));
    for (PetscInt i = 0; i < heat->mesh->n_owned; i++) {
        if (!heat->fixed[i])
            heat->u[i] = heat->shift + x[i];
        if (!isfinite(heat->u[i]))
            PetscCall(PetscStrncpy(msg, "the temperature is not finite; "
                                   "are the parameters of a sensible size?",
                                   sizeof(msg)));
    }
    PetscCall(VecRestoreArrayRead(heat->solver.x, &x));
    PetscCall(fe_agree(heat->mesh->comm, msg));
    PetscCall(fe_mesh_spread(heat->mesh, heat->u));
    PetscFunctionReturn(0);
}

/* Reactions to the conditions that hold their nodes; the norm of what is
 * left of the residual at free nodes. */
static PetscErrorCode take_reactions(struct heat *heat, double *norm)
{
    int n = heat->c.n_conditions;
    double *sum; /* by condition, then the square of the norm */

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(n + 1, &sum));
    for (PetscInt i = 0; i < heat->mesh->n_owned; i++) {
        if (heat->fixed[i])
            sum[heat->fixed_by[i]] += heat->r[i];
        else
            sum[n] += heat->r[i] * heat->r[i];
    }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, sum, n + 1, MPI_DOUBLE, MPI_SUM,
                               heat->mesh->comm));
    for (int i = 0; i < n; i++)
        if (heat->c.condition[i].kind == HEAT_FIXED)
            heat->c.condition[i].heat = sum[i];
    *norm = sqrt(sum[n]);
    PetscCall(PetscFree(sum));
    PetscFunctionReturn(0);
}

PetscErrorCode heat_solve(struct heat *heat, const struct heat_scheme_now *now,
                          PetscInt *iterations, double *residual)
{
    double size, left;

    PetscFunctionBeginUser;
    PetscCall(prepare(heat, now));
    PetscCall(heat_fix(heat, now->time_s, heat->u));
    PetscCall(fill_right(heat, now));
    PetscCall(VecNorm(heat->solver.b, NORM_2, &size));
    PetscCall(solve(heat, iterations));
    PetscCall(take_solution(heat));
    PetscCall(heat_residual(heat, now, heat->u));
    PetscCall(take_reactions(heat, &left));
    *residual = size > 0 ? left / size : left;
    PetscFunctionReturn(0);
}
