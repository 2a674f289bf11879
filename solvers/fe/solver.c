/* solver.c - presets of Krylov methods and multigrid */
#include "fe/solver.h"

#define BOOMERAMG                                       \
    "-pc_type hypre -pc_hypre_type boomeramg "          \
    "-pc_hypre_boomeramg_coarsen_type HMIS "            \
    "-pc_hypre_boomeramg_interp_type ext+i "            \
    "-pc_hypre_boomeramg_P_max 4 "                      \
    "-pc_hypre_boomeramg_strong_threshold 0.25 "        \
    "-pc_hypre_boomeramg_relax_type_all symmetric-SOR/Jacobi"
/* Aggressive coarsening of the finest level halves the time that the set-up
 * takes in three dimensions. */
#define BOOMERAMG_SOLID "-pc_hypre_boomeramg_agg_nl 1"

static const struct {
    const char *always, *solid; /* 'solid': in three dimensions, too */
} presets[] = {
    [FE_SCALAR] = { "-ksp_type cg " BOOMERAMG, BOOMERAMG_SOLID },
    [FE_UNSYMMETRIC] = { "-ksp_type gmres -ksp_gmres_restart 100 " BOOMERAMG,
                         BOOMERAMG_SOLID },
    [FE_ELASTIC] = {
        "-ksp_type cg -pc_type gamg -pc_gamg_threshold 0.01 "
        "-mg_levels_ksp_type chebyshev -mg_levels_pc_type jacobi "
        "-mg_levels_ksp_max_it 3 -mg_levels_esteig_ksp_type cg "
        "-pc_gamg_aggressive_coarsening 1",
        "",
    },
    /* One cycle of GAMG has to solve the level of first order nearly exactly:
     * without aggressive coarsening, half the iterations are needed.  What
     * estimates eigenvalues sees fixed unknowns, whose diagonal is 1 beside a
     * stiffness of 1e11, and must not stop when only these have converged. */
    [FE_ELASTIC_SECOND] = {
        "-ksp_type cg -pc_type mg -pc_mg_levels 2 "
        "-mg_levels_ksp_type chebyshev -mg_levels_pc_type jacobi "
        "-mg_levels_ksp_max_it 2 -mg_levels_esteig_ksp_type cg "
        "-mg_levels_esteig_ksp_rtol 1e-50 "
        "-mg_coarse_ksp_type preonly -mg_coarse_pc_type gamg "
        "-mg_coarse_pc_gamg_threshold 0 "
        "-mg_coarse_pc_gamg_aggressive_coarsening 0 "
        "-mg_coarse_mg_levels_ksp_type chebyshev "
        "-mg_coarse_mg_levels_pc_type jacobi "
        "-mg_coarse_mg_levels_esteig_ksp_type cg",
        "",
    },
};

/* Put 'prefix' behind each dash that starts a name, and remember the option. */
static PetscErrorCode insert(PetscOptions options, const char *prefix,
                             const char *text)
{
    PetscFunctionBeginUser;
    PetscCall(PetscOptionsPrefixPush(options, prefix));
    PetscCall(PetscOptionsInsertString(options, text));
    PetscCall(PetscOptionsPrefixPop(options));
    PetscFunctionReturn(0);
}

PetscErrorCode fe_solver_new(const struct fe_mesh *mesh,
                             const struct fe_matrix *matrix,
                             enum fe_preset preset, const char *prefix,
                             const char *options, double tolerance,
                             PetscInt iterations, struct fe_solver *solver)
{
    PetscFunctionBeginUser;
    PetscCall(PetscOptionsCreate(&solver->options));
    PetscCall(insert(solver->options, prefix, presets[preset].always));
    if (mesh->dim == 3)
        PetscCall(insert(solver->options, prefix, presets[preset].solid));
    if (options)
        PetscCall(PetscOptionsInsertString(solver->options, options));
    if (preset == FE_UNSYMMETRIC)
        PetscCall(MatSetOption(matrix->mat, MAT_SPD, PETSC_FALSE));
    PetscCall(KSPCreate(mesh->comm, &solver->ksp));
    PetscCall(KSPSetOptionsPrefix(solver->ksp, prefix));
    PetscCall(KSPSetTolerances(solver->ksp, tolerance, PETSC_DEFAULT,
                               PETSC_DEFAULT, iterations));
    PetscCall(KSPSetInitialGuessNonzero(solver->ksp, PETSC_TRUE));
    PetscCall(KSPSetOperators(solver->ksp, matrix->mat, matrix->mat));
    PetscCall(PetscOptionsPush(solver->options));
    PetscCall(KSPSetFromOptions(solver->ksp));
    PetscCall(PetscOptionsPop());
    PetscCall(MatCreateVecs(matrix->mat, &solver->x, &solver->b));
    PetscFunctionReturn(0);
}

PetscErrorCode fe_solver_set_coarse(struct fe_solver *solver,
                                    const struct fe_matrix *coarse,
                                    Mat interpolation)
{
    PetscBool two_levels;
    KSP ksp;
    PC pc;

    PetscFunctionBeginUser;
    PetscCall(KSPGetPC(solver->ksp, &pc));
    PetscCall(PetscObjectTypeCompare((PetscObject)pc, PCMG, &two_levels));
    if (!two_levels)
        PetscFunctionReturn(0);
    PetscCall(PCMGSetInterpolation(pc, 1, interpolation));
    PetscCall(PCMGGetCoarseSolve(pc, &ksp));
    PetscCall(KSPSetOperators(ksp, coarse->mat, coarse->mat));
    PetscFunctionReturn(0);
}

PetscErrorCode fe_solver_release(struct fe_solver *solver)
{
    PetscFunctionBeginUser;
    PetscCall(KSPDestroy(&solver->ksp));
    PetscCall(VecDestroy(&solver->b));
    PetscCall(VecDestroy(&solver->x));
    PetscCall(PetscOptionsDestroy(&solver->options));
    PetscFunctionReturn(0);
}

static const char *reason_text(KSPConvergedReason reason)
{
    switch (reason) {
    case KSP_DIVERGED_ITS:
        return "the most iterations allowed were not enough";
    case KSP_DIVERGED_DTOL:
        return "the residual grew";
    case KSP_DIVERGED_NANORINF:
    case KSP_DIVERGED_PC_FAILED:
        return "the equations have values that are not finite, or no solution";
    case KSP_DIVERGED_INDEFINITE_PC:
    case KSP_DIVERGED_INDEFINITE_MAT:
        return "the equations are not positive definite";
    default:
        return KSPConvergedReasons[reason];
    }
}

PetscErrorCode fe_solver_solve(struct fe_solver *solver,
                               const struct fe_matrix *matrix,
                               PetscInt *iterations, const char **cause)
{
    KSPConvergedReason reason;

    PetscFunctionBeginUser;
    PetscCall(KSPSetOperators(solver->ksp, matrix->mat, matrix->mat));
    PetscCall(PetscOptionsPush(solver->options)); /* levels are made now */
    PetscCall(KSPSolve(solver->ksp, solver->b, solver->x));
    PetscCall(PetscOptionsPop());
    PetscCall(KSPGetConvergedReason(solver->ksp, &reason));
    PetscCall(KSPGetIterationNumber(solver->ksp, iterations));
    *cause = reason > 0 ? NULL : reason_text(reason);
    PetscFunctionReturn(0);
}
