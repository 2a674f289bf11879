/* solver.h - linear solvers for the matrices of matrix.h: one place for what
 * is known to work
 */
#ifndef FE_SOLVER_H
#define FE_SOLVER_H

#include <petscksp.h>

#include "fe/matrix.h"
#include "fe/mesh.h"

enum fe_preset {
    FE_SCALAR,  /* one unknown a node, diffusion: CG with BoomerAMG */
    FE_UNSYMMETRIC, /* the same with first derivatives: GMRES */
    FE_ELASTIC, /* displacements: CG with GAMG; call fe_matrix_near_rigid() */
    FE_ELASTIC_SECOND, /* CG with two levels, and GAMG for that of first order;
                          call fe_solver_set_coarse() */
};

struct fe_solver {
    KSP ksp;
    PetscOptions options;
    Vec b, x; /* right-hand side and solution, owned unknowns */
};

/* 'prefix' as in "heat_" names the solver's PETSc options; those of the text
 * 'options' (or NULL) win over the preset.  Solves stop at the relative
 * residual 'tolerance', or fail after 'iterations'.  Solutions start from what
 * is in 'x'.  Collective. */
PetscErrorCode fe_solver_new(const struct fe_mesh *mesh,
                             const struct fe_matrix *matrix,
                             enum fe_preset preset, const char *prefix,
                             const char *options, double tolerance,
                             PetscInt iterations, struct fe_solver *solver);
/* For FE_ELASTIC_SECOND: the matrix of first order, and the values at the nodes
 * of second order that its unknowns mean.  Both must outlive the solver.
 * Nothing happens when the options have chosen another preconditioner.
 * Collective. */
PetscErrorCode fe_solver_set_coarse(struct fe_solver *solver,
                                    const struct fe_matrix *coarse,
                                    Mat interpolation);
/* A zeroed solver is fine.  Collective. */
PetscErrorCode fe_solver_release(struct fe_solver *solver);

/* Solve for solver->b; the matrix may have got new values before.  *cause
 * is NULL, or why the solver gave up: text in the user's terms, for
 * '... : %s'.  Collective. */
PetscErrorCode fe_solver_solve(struct fe_solver *solver,
                               const struct fe_matrix *matrix,
                               PetscInt *iterations, const char **cause);

#endif
