/* solve.c - the temperature of a step
 *
 * Linear equations are solved once, for the temperature of free nodes above
 * 'shift'.  The right-hand side is what the residual lacks there, so fixed
 * temperatures, sources and old temperatures enter in one place, the residual;
 * and the matrix is made anew only when the time scheme changes.  Others are
 * left to Newton's method.
 */
#include <math.h>
#include <stdio.h>

#include "heat/heat.h"
#include "stage/stage.h"

#define STEP_TOLERANCE 1e-8 /* of the linear solves inside Newton's method */

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
    const struct heat_case *c = &heat->c;
    bool steady = c->scheme == HEAT_STEADY;

    PetscFunctionBeginUser;
    heat->equations = (struct phy_equations){
        .domain = &heat->d,
        .unknowns = 1,
        .fixed = heat->fixed,
        .prefix = "heat_",
        .preset = c->unsymmetric ? FE_UNSYMMETRIC : FE_SCALAR,
        .context = heat,
        .residual = heat_residual,
        .jacobian = heat_jacobian,
    };
    heat->newton.tolerance = c->newton_tolerance;
    heat->newton.most = c->newton;
    heat->newton.tells = steady;
    PetscCall(phy_newton_new(&heat->equations, c->petsc_options,
                             c->nonlinear ? STEP_TOLERANCE : c->tolerance,
                             c->iterations, &heat->newton));
    if (steady && !c->nonlinear)
        PetscCall(KSPMonitorSet(heat->newton.solver.ksp, tell, heat, NULL));
    PetscFunctionReturn(0);
}

/* The matrix belongs to the weights of the scheme; they seldom change. */
static PetscErrorCode prepare(struct heat *heat)
{
    struct fe_matrix *matrix = &heat->newton.matrix;

    PetscFunctionBeginUser;
    if (heat->matrix_w == heat->now.w_new && heat->matrix_v == heat->now.v_new)
        PetscFunctionReturn(0);
    PetscCall(fe_matrix_zero(matrix));
    PetscCall(heat_jacobian(heat, heat->u, matrix));
    PetscCall(fe_matrix_assemble(matrix));
    heat->matrix_w = heat->now.w_new;
    heat->matrix_v = heat->now.v_new;
    PetscFunctionReturn(0);
}

/* Right-hand side: minus the residual with free nodes at 'shift'. */
static PetscErrorCode fill_right(struct heat *heat)
{
    struct fe_solver *solver = &heat->newton.solver;
    double *u = heat->newton.trial, *b, *x;

    PetscFunctionBeginUser;
    for (PetscInt i = 0; i < heat->d.n; i++)
        u[i] = heat->fixed[i] ? heat->u[i] : heat->shift;
    PetscCall(heat_residual(heat, u, heat->r));
    PetscCall(fe_agree(heat->mesh->comm, heat->trouble));
    PetscCall(VecGetArrayWrite(solver->b, &b));
    PetscCall(VecGetArrayWrite(solver->x, &x));
    for (PetscInt i = 0; i < heat->mesh->n_owned; i++) {
        b[i] = heat->fixed[i] ? 0 : -heat->r[i];
        x[i] = heat->fixed[i] ? 0 : heat->u[i] - heat->shift;
    }
    PetscCall(VecRestoreArrayWrite(solver->x, &x));
    PetscCall(VecRestoreArrayWrite(solver->b, &b));
    PetscFunctionReturn(0);
}

static PetscErrorCode take_solution(struct heat *heat)
{
    const double *x;
    char msg[FE_MSG] = "";

    PetscFunctionBeginUser;
    PetscCall(VecGetArrayRead(heat->newton.solver.x, &x));
    for (PetscInt i = 0; i < heat->mesh->n_owned; i++) {
        if (!heat->fixed[i])
            heat->u[i] = heat->shift + x[i];
        if (!isfinite(heat->u[i]))
            PetscCall(PetscStrncpy(msg, "the temperature is not finite; "
                                   "are the parameters of a sensible size?",
                                   sizeof(msg)));
    }
    PetscCall(VecRestoreArrayRead(heat->newton.solver.x, &x));
    PetscCall(fe_agree(heat->mesh->comm, msg));
    PetscCall(fe_mesh_spread(heat->mesh, heat->u));
    PetscFunctionReturn(0);
}

/* Reactions to the conditions that hold their nodes; the norm of what is
 * left of the residual at free nodes. */
static PetscErrorCode take_reactions(struct heat *heat, double *norm)
{
    struct phy_conditions *list = &heat->c.conditions;
    double *sum; /* by condition, then the square of the norm */

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(list->n + 1, &sum));
    for (PetscInt i = 0; i < heat->mesh->n_owned; i++) {
        if (heat->fixed[i])
            sum[heat->fixed_by[i]] += heat->r[i];
        else
            sum[list->n] += heat->r[i] * heat->r[i];
    }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, sum, list->n + 1, MPI_DOUBLE,
                               MPI_SUM, heat->mesh->comm));
    for (int i = 0; i < list->n; i++)
        if (list->item[i].kind == HEAT_FIXED)
            list->item[i].flow = sum[i];
    *norm = sqrt(sum[list->n]);
    PetscCall(PetscFree(sum));
    PetscFunctionReturn(0);
}

static PetscErrorCode solve_linear(struct heat *heat,
                                   struct phy_outcome *outcome)
{
    const char *cause;
    double size, norm;

    PetscFunctionBeginUser;
    *outcome = (struct phy_outcome){ 0 };
    PetscCall(prepare(heat));
    PetscCall(fill_right(heat));
    PetscCall(VecNorm(heat->newton.solver.b, NORM_2, &size));
    PetscCall(fe_solver_solve(&heat->newton.solver, &heat->newton.matrix,
                              &outcome->linear, &cause));
    PetscCall(KSPGetResidualNorm(heat->newton.solver.ksp, &norm));
    if (cause) {
        (void)snprintf(outcome->cause, sizeof(outcome->cause), "the linear "
                       "solver did not converge in step %d: %s after %d "
                       "iterations, residual %g", (int)heat->step + 1, cause,
                       (int)outcome->linear, norm);
        PetscFunctionReturn(0);
    }
    PetscCall(take_solution(heat));
    PetscCall(heat_residual(heat, heat->u, heat->r));
    PetscCall(fe_agree(heat->mesh->comm, heat->trouble));
    PetscCall(take_reactions(heat, &norm));
    outcome->residual = size > 0 ? norm / size : norm;
    PetscFunctionReturn(0);
}

static PetscErrorCode solve_nonlinear(struct heat *heat,
                                      struct phy_outcome *outcome)
{
    double norm;

    PetscFunctionBeginUser;
    PetscCall(phy_newton_solve(&heat->newton, heat->u, heat->r, outcome));
    if (outcome->cause[0]) {
        char why[FE_MSG];

        PetscCall(PetscStrncpy(why, outcome->cause, sizeof(why)));
        PetscCall(fe_agree(heat->mesh->comm, heat->trouble));
        (void)snprintf(outcome->cause, sizeof(outcome->cause), "the "
                       "temperature did not converge in step %d: %.200s",
                       (int)heat->step + 1, why);
        PetscFunctionReturn(0);
    }
    PetscCall(take_reactions(heat, &norm));
    PetscFunctionReturn(0);
}

PetscErrorCode heat_solve(struct heat *heat, struct phy_outcome *outcome)
{
    PetscFunctionBeginUser;
    if (!heat->newton.equations)
        PetscCall(make_solver(heat));
    PetscCall(heat_fix(heat, heat->now.time_s, heat->u));
    if (heat->c.nonlinear)
        PetscCall(solve_nonlinear(heat, outcome));
    else
        PetscCall(solve_linear(heat, outcome));
    PetscFunctionReturn(0);
}
