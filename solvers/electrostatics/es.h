/* es.h - the state of an electrostatic calculation and the parts that work on
 * it
 *
 * With u the potential, the equations of all nodes are, divided by the electric
 * constant,
 *
 *     R(u) = K u - f = reaction,
 *
 * where the reaction is zero at free nodes and, at nodes that a conductor
 * holds, the conductor's charge there over the electric constant.
 * share/doc/modules/solve.electrostatics.md derives this.
 *
 * Arrays of nodal values have one for each local node, ghosts included.
 * Everything here is collective.
 */
#ifndef ES_H
#define ES_H

#include "fe/matrix.h"
#include "fe/solver.h"
#include "physics/given.h"

#define ES_EPSILON_0 8.8541878128e-12 /* F/m, CODATA 2018 */

enum es_kind { ES_POTENTIAL, ES_SURFACE_CHARGE, ES_CHARGE };

/* A group that is held at one potential. */
struct es_conductor {
    int condition;    /* position in the list */
    double charge_c;
    double force_n[3];
};

struct es {
    struct stg_task *task;
    struct phy_domain d;
    struct phy_conditions conditions;
    struct phy_coef *permittivity; /* relative, by group, then without one */
    bool wants_capacitance;
    struct fe_func *exact; /* or NULL */
    double tolerance;
    PetscInt most;       /* iterations */
    const char *petsc_options;

    PetscInt *held_by;   /* by local node: condition, or -1 */
    char *fixed;         /* the same as a flag */
    struct es_conductor *conductor;
    int n_conductors;
    double *capacitance_f; /* Maxwell's, [n][n], or NULL */

    double *u, *r, *w;   /* potential, V; residual, V m; work */
    struct fe_matrix matrix;
    struct fe_solver solver;

    PetscInt iterations; /* of all solves */
    double residual;     /* the largest, relative */
    double energy_j;
    double free_charge_c; /* given in space and on surfaces */
    double imbalance;    /* charge that is missing, relative */
};

/* setup.c */
PetscErrorCode es_setup(struct es *es);
PetscErrorCode es_release(struct es *es);

/* Permittivity times thickness or circumference at the points of the rule of a
 * cell; the latter alone for a facet.  Not collective. */
void es_factors(const struct es *es, const struct fe_block *block, PetscInt c,
                const struct fe_tab *tab, const double x[][3],
                double factor[]);

/* solve.c: the potential; then charges and, where asked for, capacitances. */
PetscErrorCode es_solve(struct es *es);

/* forces.c: energy, and the force on each conductor. */
PetscErrorCode es_forces(struct es *es);

/* report.c */
PetscErrorCode es_write(struct es *es);

#endif
