/* newton.h - solve R(u) = 0 by Newton's method with a line search
 *
 * Collective.
 */
#ifndef PHY_NEWTON_H
#define PHY_NEWTON_H

#include "fe/comm.h"
#include "fe/matrix.h"
#include "fe/solver.h"
#include "physics/domain.h"

/* The equations of a physics.  Nodal arrays have a value for each local
 * unknown, ghosts included. */
struct phy_equations {
    const struct phy_domain *domain;
    int unknowns;            /* a node */
    const char *fixed;       /* by local unknown: not 0 where u is given */
    const char *prefix;      /* of the PETSc options of the solver */
    enum fe_preset preset;
    void *context;           /* handed to the two functions */
    /* r = R(u), complete at owned unknowns; at fixed ones, the reaction. */
    PetscErrorCode (*residual)(void *context, const double u[], double r[]);
    /* Add dR/du to the zeroed matrix (fe_matrix_add()). */
    PetscErrorCode (*jacobian)(void *context, const double u[],
                               struct fe_matrix *matrix);
};

struct phy_newton {
    const struct phy_equations *equations;
    struct fe_matrix matrix;
    struct fe_solver solver;
    double tolerance;     /* of the residual, relative to the largest so far */
    PetscInt most;        /* iterations */
    bool tells;           /* each iteration is progress of the task */
    double largest;       /* norm of a residual at the start of a solve */
    double *trial;        /* work: local unknowns */
};

/* What a solve came to. */
struct phy_outcome {
    PetscInt newton, linear; /* iterations */
    double residual;         /* relative */
    char cause[FE_MSG];      /* why it failed, in the user's terms, or "" */
};

/* 'options': PETSc options of the user, or NULL.  'linear_tolerance' and
 * 'linear_most' are those of the solves for a step. */
PetscErrorCode phy_newton_new(const struct phy_equations *equations,
                              const char *options, double linear_tolerance,
                              PetscInt linear_most, struct phy_newton *newton);
PetscErrorCode phy_newton_release(struct phy_newton *newton);

/* From u, whose fixed unknowns have their values, to a solution; r is R(u).
 * Each step is shortened until it makes the residual smaller.  It ends, with a
 * cause, when none does, after 'most' iterations, when a linear solve fails, or
 * when there is no finite residual: u is then the best that was found. */
PetscErrorCode phy_newton_solve(struct phy_newton *newton, double u[],
                                double r[], struct phy_outcome *outcome);

#endif
