/* heat.h - the state of a heat calculation and the parts that work on it
 *
 * With w the temperature and v its rate as the time scheme sees them, the
 * equations of all nodes are
 *
 *     R(w, v) = K w + M v + H (w - ambient) - f = reaction,
 *
 * where the reaction is zero at free nodes and, at nodes with a fixed
 * temperature, the heat in W that holds it there.  share/doc/modules/
 * solve.heat.md derives this.
 *
 * Arrays named u.. have a value for each local node of the mesh, ghosts
 * included.  Everything here is collective.
 */
#ifndef HEAT_HEAT_H
#define HEAT_HEAT_H

#include "fe/locate.h"
#include "fe/matrix.h"
#include "fe/mesh.h"
#include "fe/solver.h"
#include "heat/case.h"
#include "stage/mesh.h"

/* One line of the summary. */
struct heat_row {
    double step, time_s;
    double t_min, t_max, t_mean;            /* K */
    double heat_in, heat_out, stored;       /* W */
    double imbalance;                       /* what is missing, relative */
    double iterations, residual;
    double l2_error, h1_error;              /* K m^(d/2), K m^(d/2-1) */
};

/* What the time scheme makes of the temperature u at the end of a step:
 *     w = w_new u + w_0,    v = v_new u + v_0. */
struct heat_scheme_now {
    double w_new, v_new;
    double w_old;           /* w_0 = w_old u_old */
    double v_old, v_older;  /* v_0 = v_old u_old + v_older u_older */
    double time_s;          /* at the end of the step */
    double before_s;        /* at its start */
};

struct heat {
    struct stg_task *task;
    struct stg_mesh input;     /* as read; facets are dropped in outputs */
    struct fe_group *group;
    struct fe_mesh *mesh;
    struct fe_tab tab[FE_MAX_BLOCKS];
    struct heat_case c;

    PetscInt *fixed_by;        /* by local node: condition, or -1 */
    char *fixed;               /* the same as a flag */
    double shift;              /* K; the solver works with u - shift */

    double *u, *u_old, *u_older; /* temperature now and before, K */
    double *w, *v, *r;           /* work, see above */

    struct fe_matrix matrix;
    double matrix_w, matrix_v; /* w_new, v_new that it was made for */
    struct fe_solver solver;

    PetscInt step;             /* steps done */
    double stored, moved;      /* W into storage; into or out of it */
    struct heat_row *row;      /* the summary so far */
    PetscInt n_rows, max_rows;
    struct fe_place *place;    /* of the probes */
    double *probed;            /* n_rows * n_probes values, K */
};

/* setup.c: from the task to a mesh, conditions and initial values. */
PetscErrorCode heat_setup(struct heat *heat);
PetscErrorCode heat_release(struct heat *heat);

/* operator.c */
/* Put the fixed temperatures of time 'time_s' into u. */
PetscErrorCode heat_fix(struct heat *heat, double time_s, double u[]);
/* heat->r = R for the temperature u, complete at owned nodes; updates the heat
 * of the conditions without the fixed ones, and heat->stored. */
PetscErrorCode heat_residual(struct heat *heat,
                             const struct heat_scheme_now *now,
                             const double u[]);
/* dR/du without fixed nodes, into heat->matrix. */
PetscErrorCode heat_jacobian(struct heat *heat,
                             const struct heat_scheme_now *now);
/* Areas and volumes of the conditions' groups. */
PetscErrorCode heat_measure(struct heat *heat);

/* solve.c: one step.  On return u is the new temperature, heat->r holds the
 * residual and the reactions, and the heat of all conditions is set. */
PetscErrorCode heat_solve(struct heat *heat, const struct heat_scheme_now *now,
                          PetscInt *iterations, double *residual);

/* march.c: all steps, from heat->step on. */
PetscErrorCode heat_march(struct heat *heat);

/* report.c */
/* Append a line for the present state to the summary. */
PetscErrorCode heat_report(struct heat *heat, PetscInt iterations,
                           double residual);
/* Room for one more line. */
PetscErrorCode heat_report_room(struct heat *heat);
PetscErrorCode heat_write(struct heat *heat);

/* checkpoint.c */
PetscErrorCode heat_checkpoint(struct heat *heat);
PetscErrorCode heat_restart(struct heat *heat, const char *path);

#endif
