/* solve.c - the lowest modes, by Krylov-Schur on the inverse
 *
 * The matrix that is factored is K - shift M.  A body that is held has a
 * regular stiffness and needs no shift.  One that can move is shifted below
 * zero, where the matrix is positive definite; its rigid motions are then
 * found like other modes, at zero.
 */
#include <math.h>
#include <stdio.h>

#include "elasticity/vector.h"
#include "fe/comm.h"
#include "fe/map.h"
#include "modes/modes.h"
#include "stage/stage.h"

#define SHIFT 1e-3  /* of the squared frequency of a wave across the body */
#define RIGID 1e-5  /* below RIGID * shift a squared frequency is zero */
#define TOLERANCE 1e-11
#define EQUAL 1e-6  /* roots that are so near each other count as equal */
#define TURNS 4     /* attempts to find roots that were missed */
#define MORE 8      /* roots in each further attempt, beside those missed */

/* (speed of sound / size of the body)^2, s^-2, by its slowest material. */
static PetscErrorCode wave_rate(const struct ela *ela, double *rate)
{
    double range[6], speed2 = INFINITY, size2 = 0;

    PetscFunctionBeginUser;
    for (int a = 0; a < 6; a++)
        range[a] = INFINITY;
    for (PetscInt i = 0; i < 3 * ela->mesh->n_owned; i++) {
        range[i % 3] = fmin(range[i % 3], ela->mesh->x[i]);
        range[3 + i % 3] = fmin(range[3 + i % 3], -ela->mesh->x[i]);
    }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, range, 6, MPI_DOUBLE, MPI_MIN,
                               ela->mesh->comm));
    for (int a = 0; a < 3; a++)
        size2 += (range[a] + range[3 + a]) * (range[a] + range[3 + a]);
    for (int g = 0; g <= ela->mesh->n_groups; g++) {
        const struct ela_material *m = &ela->c.material[g];

        if (m->young > 0 && m->density > 0)
            speed2 = fmin(speed2, m->young / m->density);
    }
    *rate = speed2 / size2;
    PetscFunctionReturn(0);
}

static PetscErrorCode make_solver(struct modes *modes, double shift)
{
    ST st;
    KSP ksp;
    PC pc;

    PetscFunctionBeginUser;
    PetscCall(EPSCreate(modes->ela.mesh->comm, &modes->eps));
    PetscCall(EPSSetOptionsPrefix(modes->eps, "modes_"));
    PetscCall(EPSSetOperators(modes->eps, modes->k, modes->m));
    PetscCall(EPSSetProblemType(modes->eps, EPS_GHEP));
    PetscCall(EPSSetType(modes->eps, EPSKRYLOVSCHUR));
    PetscCall(EPSSetTarget(modes->eps, shift));
    PetscCall(EPSSetWhichEigenpairs(modes->eps, EPS_TARGET_MAGNITUDE));
    PetscCall(EPSSetTolerances(modes->eps, TOLERANCE, modes->ela.c.iterations));
    PetscCall(EPSGetST(modes->eps, &st));
    PetscCall(STSetType(st, STSINVERT));
    PetscCall(STSetMatStructure(st, SAME_NONZERO_PATTERN));
    PetscCall(STGetKSP(st, &ksp));
    PetscCall(KSPSetType(ksp, KSPPREONLY));
    PetscCall(KSPGetPC(ksp, &pc));
    PetscCall(PCSetType(pc, PCCHOLESKY));
    PetscCall(PCFactorSetMatSolverType(pc, MATSOLVERMUMPS));
    PetscFunctionReturn(0);
}

/* The user's options hold while the solver is set up and runs. */
static PetscErrorCode run_solver(struct modes *modes, PetscInt count)
{
    PetscOptions options;
    PetscInt n;

    PetscFunctionBeginUser;
    PetscCall(EPSSetDimensions(modes->eps, count, PETSC_DEFAULT,
                               PETSC_DEFAULT));
    PetscCall(PetscOptionsCreate(&options));
    if (modes->ela.c.petsc_options)
        PetscCall(PetscOptionsInsertString(options,
                                           modes->ela.c.petsc_options));
    PetscCall(PetscOptionsPush(options));
    PetscCall(EPSSetFromOptions(modes->eps));
    PetscCall(EPSSolve(modes->eps));
    PetscCall(PetscOptionsPop());
    PetscCall(PetscOptionsDestroy(&options));
    PetscCall(EPSGetConverged(modes->eps, &n));
    if (n < modes->wanted)
        PetscFunctionReturn(stg_fail(modes->ela.task, "only %d of %d modes "
                                     "converged; give more 'iterations' or "
                                     "ask for fewer", (int)n,
                                     (int)modes->wanted));
    PetscFunctionReturn(0);
}

/* --- are these the lowest ones? ------------------------------------------- */

/* Of two equal roots a Krylov space may have one; the other one comes late,
 * with the rounding errors, or never.  By Sylvester's law K - s M has as many
 * negative pivots as there are roots below s, whatever was found. */
static PetscErrorCode count_below(struct modes *modes, double s, PetscInt *n)
{
    MatFactorInfo info;
    IS row, column;
    Mat a, factor;

    PetscFunctionBeginUser;
    PetscCall(MatDuplicate(modes->k, MAT_COPY_VALUES, &a));
    PetscCall(MatAXPY(a, -s, modes->m, SAME_NONZERO_PATTERN));
    PetscCall(MatSetOption(a, MAT_SYMMETRIC, PETSC_TRUE));
    PetscCall(MatGetFactor(a, MATSOLVERMUMPS, MAT_FACTOR_CHOLESKY, &factor));
    PetscCall(MatMumpsSetIcntl(factor, 13, 1)); /* counts in the root, too */
    PetscCall(MatGetOrdering(a, MATORDERINGEXTERNAL, &row, &column));
    PetscCall(MatFactorInfoInitialize(&info));
    PetscCall(MatCholeskyFactorSymbolic(factor, a, row, &info));
    PetscCall(MatCholeskyFactorNumeric(factor, a, &info));
    PetscCall(MatGetInertia(factor, n, NULL, NULL));
    PetscCall(ISDestroy(&row));
    PetscCall(ISDestroy(&column));
    PetscCall(MatDestroy(&factor));
    PetscCall(MatDestroy(&a));
    PetscFunctionReturn(0);
}

/* How many roots lie below the last one that is wanted, beside those that were
 * found.  Which of several equal ones is the last does not matter. */
static PetscErrorCode count_missed(struct modes *modes, double zero,
                                   PetscInt *missed)
{
    double root, last;
    PetscInt found = 0, there;

    PetscFunctionBeginUser;
    *missed = 0;
    PetscCall(EPSGetEigenvalue(modes->eps, modes->wanted - 1, &last, NULL));
    if (last <= zero)
        PetscFunctionReturn(0); /* rigid motions, which are counted later */
    last *= 1 - EQUAL;
    for (PetscInt i = 0; i < modes->wanted; i++) {
        PetscCall(EPSGetEigenvalue(modes->eps, i, &root, NULL));
        found += root < last;
    }
    PetscCall(count_below(modes, last, &there));
    *missed = there - found;
    PetscFunctionReturn(0);
}

/* Those that were missed come when more are asked for. */
static PetscErrorCode find_lowest(struct modes *modes, double zero)
{
    PetscInt n, count, missed = 0;

    PetscFunctionBeginUser;
    PetscCall(MatGetSize(modes->k, &n, NULL));
    modes->wanted = modes->n = count = PetscMin(modes->wanted, n);
    for (int turn = 0; turn < TURNS; turn++) {
        PetscCall(run_solver(modes, count));
        PetscCall(count_missed(modes, zero, &missed));
        if (missed == 0 || count == n)
            break;
        count = PetscMin(count + missed + MORE, n);
    }
    if (missed != 0)
        PetscFunctionReturn(stg_fail(modes->ela.task, "%d modes among the "
                                     "lowest %d were not found; ask for some "
                                     "more with 'count'", (int)missed,
                                     (int)modes->wanted));
    PetscFunctionReturn(0);
}

/* --- shapes ------------------------------------------------------------ */

/* From free axes to displacements in space, of all local nodes. */
static PetscErrorCode expand(struct modes *modes, Vec v, double u[])
{
    const struct ela *ela = &modes->ela;
    int n = ela->c.dofs;
    const double *value;
    PetscInt at = 0;

    PetscFunctionBeginUser;
    PetscCall(VecGetArrayRead(v, &value));
    for (PetscInt i = 0; i < ela->mesh->n_owned; i++) {
        for (int k = 0; k < n; k++)
            u[i * n + k] = ela->support.fixed[i * n + k] ? 0 : value[at++];
        ela_from_axes(&ela->support, i, u + i * n);
    }
    PetscCall(VecRestoreArrayRead(v, &value));
    PetscCall(ela_spread(ela->mesh, n, u));
    PetscFunctionReturn(0);
}

/* The sign of a shape is arbitrary: make positive the first displacement, in
 * the order of the input, that is nearly the largest. */
static PetscErrorCode find_sign(const struct ela *ela, const double id[],
                                const double u[], double *sign)
{
    struct {
        double id;
        int rank;
    } first = { INFINITY, 0 };
    PetscInt n = ela->mesh->n_owned * ela->c.dofs;
    double most = 0;

    PetscFunctionBeginUser;
    PetscCallMPI(MPI_Comm_rank(ela->mesh->comm, &first.rank));
    for (PetscInt i = 0; i < n; i++)
        most = fmax(most, fabs(u[i]));
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_DOUBLE, MPI_MAX,
                               ela->mesh->comm));
    *sign = 1;
    for (PetscInt i = 0; i < n; i++) {
        double at = id[i / ela->c.dofs] * ela->c.dofs +
                    (double)(i % ela->c.dofs);

        if (fabs(u[i]) < 0.9 * most || at >= first.id)
            continue;
        first.id = at;
        *sign = u[i] < 0 ? -1 : 1;
    }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &first, 1, MPI_DOUBLE_INT,
                               MPI_MINLOC, ela->mesh->comm));
    PetscCallMPI(MPI_Bcast(sign, 1, MPI_DOUBLE, first.rank, ela->mesh->comm));
    PetscFunctionReturn(0);
}

/* Effective masses: the squares of the shares that the mode has in a shift of
 * the whole body along each axis. */
static PetscErrorCode find_masses(struct modes *modes, const double u[],
                                  struct mode *mode)
{
    int n = modes->ela.c.dofs;
    double share[3] = { 0, 0, 0 };

    PetscFunctionBeginUser;
    for (PetscInt i = 0; i < modes->ela.mesh->n_owned; i++)
        for (int k = 0; k < n; k++)
            share[k] += modes->weight[i] * u[i * n + k];
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, share, 3, MPI_DOUBLE, MPI_SUM,
                               modes->ela.mesh->comm));
    if (modes->ela.domain.axial) /* all around, they cancel out */
        share[0] = 0;
    for (int k = 0; k < 3; k++)
        mode->mass_kg[k] = share[k] * share[k];
    PetscFunctionReturn(0);
}

static PetscErrorCode take_mode(struct modes *modes, PetscInt which,
                                const double id[], double zero, Vec v)
{
    struct ela *ela = &modes->ela;
    PetscInt n = (ela->mesh->n_owned + ela->mesh->n_ghosts) * ela->c.dofs;
    struct mode *mode = &modes->mode[which];
    double root, sign, *u;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(n, &u));
    modes->shape[which] = u;
    PetscCall(EPSGetEigenpair(modes->eps, which, &root, NULL, v, NULL));
    PetscCall(EPSComputeError(modes->eps, which, EPS_ERROR_BACKWARD,
                              &mode->error));
    PetscCall(expand(modes, v, u));
    PetscCall(find_sign(ela, id, u, &sign));
    for (PetscInt i = 0; i < n; i++)
        u[i] *= sign;
    PetscCall(find_masses(modes, u, mode));
    mode->rigid = fabs(root) <= zero;
    mode->frequency_hz = mode->rigid ? 0 : sqrt(root) / (2 * PETSC_PI);
    if (!isfinite(mode->frequency_hz))
        PetscFunctionReturn(stg_fail(ela->task, "mode %d has the squared "
                                     "angular frequency %g s-2; are the "
                                     "parameters of a sensible size?",
                                     (int)which + 1, root));
    PetscFunctionReturn(0);
}

static PetscErrorCode take_modes(struct modes *modes, double zero)
{
    const struct ela *ela = &modes->ela;
    double *slab, *id;
    PetscInt rigid = 0;
    Vec v;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(modes->n, &modes->mode));
    PetscCall(PetscCalloc1(modes->n, &modes->shape));
    PetscCall(PetscMalloc1(ela->domain.input.my_points, &slab));
    PetscCall(PetscMalloc1(ela->mesh->n_owned, &id));
    for (int64_t i = 0; i < ela->domain.input.my_points; i++)
        slab[i] = (double)(ela->domain.input.first_point + i);
    PetscCall(fe_mesh_from_input(ela->mesh, slab, id));
    PetscCall(MatCreateVecs(modes->k, &v, NULL));
    for (PetscInt i = 0; i < modes->n; i++) {
        PetscCall(take_mode(modes, i, id, zero, v));
        rigid += modes->mode[i].rigid;
    }
    PetscCall(VecDestroy(&v));
    PetscCall(PetscFree(id));
    PetscCall(PetscFree(slab));
    if (rigid != PetscMin(modes->n_free_motions, modes->n))
        PetscFunctionReturn(stg_fail(ela->task, "%d modes have frequency zero, "
                                     "but the supports leave %d rigid motions; "
                                     "do parts of the mesh hang together by "
                                     "single points or edges?", (int)rigid,
                                     modes->n_free_motions));
    PetscFunctionReturn(0);
}

PetscErrorCode modes_solve(struct modes *modes)
{
    char text[FE_MSG];
    double rate = 0, shift = 0;

    PetscFunctionBeginUser;
    PetscCall(ela_count_free(modes->ela.mesh, &modes->ela.support,
                             &modes->n_free_motions, text));
    PetscCall(wave_rate(&modes->ela, &rate));
    if (modes->n_free_motions > 0)
        shift = -SHIFT * rate;
    PetscCall(make_solver(modes, shift));
    PetscCall(find_lowest(modes, RIGID * SHIFT * rate));
    PetscCall(take_modes(modes, RIGID * SHIFT * rate));
    PetscFunctionReturn(0);
}
