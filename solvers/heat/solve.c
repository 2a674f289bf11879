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

/* Preset options; those of the parameter 'petsc_options' come after.  In three
 * dimensions aggressive coarsening of the finest level halves the time that
 * the set-up takes. */
static const char presets[] =
    "-heat_ksp_type cg -heat_pc_type hypre -heat_pc_hypre_type boomeramg "
    "-heat_pc_hypre_boomeramg_coarsen_type HMIS "
    "-heat_pc_hypre_boomeramg_interp_type ext+i "
    "-heat_pc_hypre_boomeramg_P_max 4 "
    "-heat_pc_hypre_boomeramg_strong_threshold 0.25 "
    "-heat_pc_hypre_boomeramg_relax_type_all symmetric-SOR/Jacobi ";

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
    PetscCall(PetscOptionsCreate(&heat->options));
    PetscCall(PetscOptionsInsertString(heat->options, presets));
    if (heat->mesh->dim == 3)
        PetscCall(PetscOptionsInsertString(
            heat->options, "-heat_pc_hypre_boomeramg_agg_nl 1"));
    if (heat->c.petsc_options)
        PetscCall(PetscOptionsInsertString(heat->options,
                                           heat->c.petsc_options));
    PetscCall(KSPCreate(heat->mesh->comm, &heat->ksp));
    PetscCall(PetscObjectSetOptions((PetscObject)heat->ksp, heat->options));
    PetscCall(KSPSetOptionsPrefix(heat->ksp, "heat_"));
    PetscCall(KSPSetTolerances(heat->ksp, heat->c.tolerance, PETSC_DEFAULT,
                               PETSC_DEFAULT, heat->c.iterations));
    PetscCall(KSPSetInitialGuessNonzero(heat->ksp, PETSC_TRUE));
    PetscCall(KSPSetOperators(heat->ksp, heat->matrix.mat, heat->matrix.mat));
    if (heat->c.scheme == HEAT_STEADY)
        PetscCall(KSPMonitorSet(heat->ksp, tell, heat, NULL));
    PetscCall(KSPSetFromOptions(heat->ksp));
    PetscCall(MatCreateVecs(heat->matrix.mat, &heat->x, &heat->b));
    PetscFunctionReturn(0);
}

/* The matrix belongs to the weights of the scheme; they seldom change. */
static PetscErrorCode prepare(struct heat *heat,
                              const struct heat_scheme_now *now)
{
    PetscFunctionBeginUser;
    if (heat->ksp && heat->matrix_w == now->w_new &&
        heat->matrix_v == now->v_new)
        PetscFunctionReturn(0);
    if (!heat->matrix.mat)
        PetscCall(fe_matrix_new(heat->mesh, heat->fixed, &heat->matrix));
    PetscCall(heat_jacobian(heat, now));
    if (!heat->ksp)
        PetscCall(make_solver(heat));
    PetscCall(KSPSetOperators(heat->ksp, heat->matrix.mat, heat->matrix.mat));
    heat->matrix_w = now->w_new;
    heat->matrix_v = now->v_new;
    PetscFunctionReturn(0);
}

static PetscErrorCode check_solved(struct heat *heat, PetscInt *iterations)
{
    KSPConvergedReason reason;
    double norm;

    PetscFunctionBeginUser;
    PetscCall(KSPGetConvergedReason(heat->ksp, &reason));
    PetscCall(KSPGetIterationNumber(heat->ksp, iterations));
    PetscCall(KSPGetResidualNorm(heat->ksp, &norm));
    if (reason > 0)
        PetscFunctionReturn(0);
    PetscFunctionReturn(stg_fail(
        heat->task, "the linear solver did not converge in step %d: %s after "
        "%d iterations, residual %g", (int)heat->step + 1,
        KSPConvergedReasons[reason], (int)*iterations, norm));
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
    PetscCall(VecGetArrayWrite(heat->b, &b));
    PetscCall(VecGetArrayWrite(heat->x, &x));
    for (PetscInt i = 0; i < n; i++) {
        b[i] = heat->fixed[i] ? 0 : -heat->r[i];
        x[i] = heat->fixed[i] ? 0 : heat->u[i] - heat->shift;
    }
    PetscCall(VecRestoreArrayWrite(heat->x, &x));
    PetscCall(VecRestoreArrayWrite(heat->b, &b));
    PetscCall(PetscFree(u));
    PetscFunctionReturn(0);
}

static PetscErrorCode take_solution(struct heat *heat)
{
    const double *x;
    char msg[FE_MSG] = "";

    PetscFunctionBeginUser;
    PetscCall(VecGetArrayRead(heat->x, &x));
    for (PetscInt i = 0; i < heat->mesh->n_owned; i++) {
        if (!heat->fixed[i])
            heat->u[i] = heat->shift + x[i];
        if (!isfinite(heat->u[i]))
            PetscCall(PetscStrncpy(msg, "the temperature is not finite; "
                                   "are the parameters of a sensible size?",
                                   sizeof(msg)));
    }
    PetscCall(VecRestoreArrayRead(heat->x, &x));
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
    PetscCall(VecNorm(heat->b, NORM_2, &size));
    PetscCall(KSPSolve(heat->ksp, heat->b, heat->x));
    PetscCall(check_solved(heat, iterations));
    PetscCall(take_solution(heat));
    PetscCall(heat_residual(heat, now, heat->u));
    PetscCall(take_reactions(heat, &left));
    *residual = size > 0 ? left / size : left;
    PetscFunctionReturn(0);
}
