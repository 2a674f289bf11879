/* solve.c - conjugate gradients with algebraic multigrid
 *
 * The unknown is what free axes add to the given displacements.  The
 * right-hand side is what the residual lacks there, so loads, temperatures and
 * given displacements enter in one place, the residual.
 */
#include <math.h>

#include "elasticity/ela.h"
#include "elasticity/vector.h"
#include "fe/comm.h"
#include "fe/map.h"
#include "stage/stage.h"

static PetscErrorCode tell(KSP ksp, PetscInt iteration, PetscReal norm,
                           void *context)
{
    struct ela *ela = context;

    (void)ksp;
    stg_progress(ela->task, iteration, -1, norm, NAN);
    return 0;
}

/* Multigrid has to carry the rigid motions to its coarse levels: along the
 * axes of the nodes, if they have their own.  Turning them keeps them
 * orthonormal.  Node i of 'mesh' has the support of node 'of[i]' (NULL: i). */
static PetscErrorCode tell_motions(const struct ela_support *support,
                                   const struct fe_mesh *mesh,
                                   const PetscInt of[],
                                   struct fe_matrix *matrix)
{
    int n = support->dofs;
    MatNullSpace space;
    PetscInt motions;
    const Vec *old;
    Vec turned[6];
    double *v;

    PetscFunctionBeginUser;
    PetscCall(fe_matrix_near_rigid(mesh, matrix));
    PetscCall(MatGetNearNullSpace(matrix->mat, &space));
    PetscCall(MatNullSpaceGetVecs(space, NULL, &motions, &old));
    for (PetscInt m = 0; m < motions; m++) {
        PetscCall(VecDuplicate(old[m], &turned[m]));
        PetscCall(VecCopy(old[m], turned[m]));
        PetscCall(VecGetArray(turned[m], &v));
        for (PetscInt i = 0; i < mesh->n_owned; i++)
            ela_to_axes(support, of ? of[i] : i, v + i * n);
        PetscCall(VecRestoreArray(turned[m], &v));
    }
    PetscCall(MatNullSpaceCreate(mesh->comm, PETSC_FALSE, motions, turned,
                                 &space));
    PetscCall(MatSetNearNullSpace(matrix->mat, space));
    PetscCall(MatNullSpaceDestroy(&space));
    for (PetscInt m = 0; m < motions; m++)
        PetscCall(VecDestroy(&turned[m]));
    PetscFunctionReturn(0);
}

/* Cells of second order get a level of first order below theirs. */
static PetscErrorCode make_matrices(struct ela *ela)
{
    const struct ela_support *support = &ela->support;

    PetscFunctionBeginUser;
    PetscCall(fe_coarse_exists(ela->mesh, &ela->second));
    PetscCall(fe_matrix_new(ela->mesh, ela->c.dofs, support->fixed,
                            &ela->matrix));
    PetscCall(tell_motions(support, ela->mesh, NULL, &ela->matrix));
    if (ela->second) {
        PetscCall(ela_coarse_new(ela->mesh, support, &ela->coarse));
        PetscCall(tell_motions(support, &ela->coarse.first.mesh,
                               ela->coarse.first.node, &ela->coarse.matrix));
    }
    PetscCall(ela_stiffness(ela));
    PetscFunctionReturn(0);
}

static PetscErrorCode make_solver(struct ela *ela)
{
    PetscFunctionBeginUser;
    PetscCall(fe_solver_new(ela->mesh, &ela->matrix,
                            ela->second ? FE_ELASTIC_SECOND : FE_ELASTIC,
                            "elasticity_", ela->c.petsc_options,
                            ela->c.tolerance, ela->c.iterations,
                            &ela->solver));
    if (ela->second)
        PetscCall(fe_solver_set_coarse(&ela->solver, &ela->coarse.matrix,
                                       ela->coarse.p));
    PetscCall(KSPMonitorSet(ela->solver.ksp, tell, ela, NULL));
    PetscFunctionReturn(0);
}

/* u = the given displacements where held, 0 elsewhere; then the right-hand
 * side is minus the residual along free axes. */
static PetscErrorCode fill_right(struct ela *ela)
{
    PetscInt n = ela->mesh->n_owned, all = n + ela->mesh->n_ghosts;
    int m = ela->c.dofs;
    double *b, r[3];

    PetscFunctionBeginUser;
    for (PetscInt i = 0; i < all; i++) {
        for (int k = 0; k < m; k++)
            ela->u[i * m + k] = ela->support.value[i * m + k];
        ela_from_axes(&ela->support, i, ela->u + i * m);
    }
    PetscCall(ela_residual(ela, ela->u));
    ela->load = 0;
    PetscCall(VecGetArrayWrite(ela->solver.b, &b));
    for (PetscInt i = 0; i < n; i++) {
        for (int k = 0; k < m; k++) {
            r[k] = ela->r[i * m + k];
            ela->load += fabs(r[k]);
        }
        ela_to_axes(&ela->support, i, r);
        for (int k = 0; k < m; k++)
            b[i * m + k] = ela->support.fixed[i * m + k] ? 0 : -r[k];
    }
    PetscCall(VecRestoreArrayWrite(ela->solver.b, &b));
    PetscCall(VecZeroEntries(ela->solver.x));
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &ela->load, 1, MPI_DOUBLE,
                               MPI_SUM, ela->mesh->comm));
    PetscFunctionReturn(0);
}

static PetscErrorCode take_solution(struct ela *ela)
{
    int m = ela->c.dofs;
    const double *x;
    char msg[FE_MSG] = "";

    PetscFunctionBeginUser;
    PetscCall(VecGetArrayRead(ela->solver.x, &x));
    for (PetscInt i = 0; i < ela->mesh->n_owned; i++) {
        double v[3];

        for (int k = 0; k < m; k++)
            v[k] = x[i * m + k];
        ela_from_axes(&ela->support, i, v);
        for (int k = 0; k < m; k++) {
            ela->u[i * m + k] += v[k];
            if (!isfinite(ela->u[i * m + k]))
                PetscCall(PetscStrncpy(msg, "a displacement is not finite; "
                                       "are the parameters of a sensible "
                                       "size?", sizeof(msg)));
        }
    }
    PetscCall(VecRestoreArrayRead(ela->solver.x, &x));
    PetscCall(fe_agree(ela->mesh->comm, msg));
    PetscCall(ela_spread(ela->mesh, m, ela->u));
    PetscFunctionReturn(0);
}

/* The part of a node's reaction along the held axis 'k', as a vector. */
static void reaction_along(const struct ela *ela, PetscInt i, int k,
                           double force[3])
{
    int m = ela->c.dofs;
    double r[3] = { 0, 0, 0 };

    for (int a = 0; a < m; a++)
        r[a] = ela->r[i * m + a];
    ela_to_axes(&ela->support, i, r);
    for (int a = 0; a < 3; a++)
        force[a] = a == k ? r[k] : 0;
    ela_from_axes(&ela->support, i, force);
}

/* Forces and moments of the supports: [6 conditions], then the sum of what is
 * left along free axes, squared, and that of the sizes of reactions. */
static void sum_reactions(const struct ela *ela, double sum[])
{
    int m = ela->c.dofs, n = ela->c.n_conditions;

    for (PetscInt i = 0; i < ela->mesh->n_owned; i++)
        for (int k = 0; k < m; k++) {
            PetscInt by = ela->support.by[i * m + k];
            double force[3], moment[3], size;

            reaction_along(ela, i, k, force);
            size = sqrt(fe_dot(force, force));
            if (by < 0) {
                if (!ela->support.fixed[i * m + k]) /* else the axis holds */
                    sum[6 * n] += size * size;
                continue;
            }
            sum[6 * n + 1] += size;
            fe_cross(ela->mesh->x + 3 * i, force, moment);
            for (int a = 0; a < 3; a++) {
                sum[6 * by + a] += force[a];
                sum[6 * by + 3 + a] += moment[a];
            }
        }
}

/* What is missing in the sums of all forces and moments, compared with the
 * forces at nodes, and these times the size of the mesh. */
static PetscErrorCode balance(struct ela *ela, double forces)
{
    double total[6] = { 0 }, range[6], size = 0;

    PetscFunctionBeginUser;
    for (int i = 0; i < ela->c.n_conditions; i++)
        for (int a = 0; a < 3; a++) {
            total[a] += ela->c.condition[i].force[a];
            total[3 + a] += ela->c.condition[i].moment[a];
        }
    for (int a = 0; a < 3; a++)
        range[a] = range[3 + a] = 0;
    for (PetscInt i = 0; i < 3 * ela->mesh->n_owned; i++)
        range[i % 3] = fmax(range[i % 3], fabs(ela->mesh->x[i]));
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, range, 3, MPI_DOUBLE, MPI_MAX,
                               ela->mesh->comm));
    size = sqrt(fe_dot(range, range));
    if (forces > 0) {
        ela->result.force_imbalance = sqrt(fe_dot(total, total)) / forces;
        ela->result.moment_imbalance =
            sqrt(fe_dot(total + 3, total + 3)) / (forces * size);
    }
    PetscFunctionReturn(0);
}

static PetscErrorCode take_reactions(struct ela *ela, double right)
{
    int n = ela->c.n_conditions;
    double *sum, left;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(6 * n + 2, &sum));
    sum_reactions(ela, sum);
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, sum, 6 * n + 2, MPI_DOUBLE,
                               MPI_SUM, ela->mesh->comm));
    for (int i = 0; i < n; i++) {
        struct ela_condition *condition = &ela->c.condition[i];

        for (int a = 0; ELA_HOLDS(condition->kind) && a < 3; a++) {
            condition->force[a] = sum[6 * i + a];
            condition->moment[a] = sum[6 * i + 3 + a];
        }
        if (ela->domain.axial)
            ela_cancel(condition);
    }
    left = sqrt(sum[6 * n]);
    ela->result.residual = right > 0 ? left / right : left;
    PetscCall(balance(ela, fmax(ela->load, sum[6 * n + 1])));
    PetscCall(PetscFree(sum));
    PetscFunctionReturn(0);
}

PetscErrorCode ela_solve(struct ela *ela)
{
    PetscInt iterations;
    const char *cause;
    double right;

    PetscFunctionBeginUser;
    PetscCall(make_matrices(ela));
    PetscCall(make_solver(ela));
    PetscCall(fill_right(ela));
    PetscCall(VecNorm(ela->solver.b, NORM_2, &right));
    if (!isfinite(right))
        PetscFunctionReturn(stg_fail(ela->task, "the forces on the nodes are "
                                     "not finite; are the parameters of a "
                                     "sensible size?"));
    PetscCall(fe_solver_solve(&ela->solver, &ela->matrix, &iterations,
                              &cause));
    if (cause)
        PetscFunctionReturn(stg_fail(ela->task, "the linear solver did not "
                                     "converge: %s", cause));
    ela->result.iterations = (double)iterations;
    PetscCall(take_solution(ela));
    PetscCall(ela_residual(ela, ela->u));
    PetscCall(take_reactions(ela, right));
    PetscFunctionReturn(0);
}
