/* heat.h - the state of a heat calculation and the parts that work on it
 *
 * With w the temperature and v its rate as the time scheme sees them, the
 * equations of all nodes are
 *
 *     R(w, v) = K(w) w + M(w) v - f(w) = reaction,
 *
 * where f is the heat that conditions bring in, and the reaction is zero at
 * free nodes and, at nodes with a fixed temperature, the heat in W that holds
 * it there.  share/doc/modules/solve.heat.md derives this.
 *
 * Arrays named u.. have a value for each local node of the mesh, ghosts
 * included.  Everything here is collective.
 */
#ifndef HEAT_HEAT_H
#define HEAT_HEAT_H

#include "fe/locate.h"
#include "heat/case.h"
#include "physics/newton.h"

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
    struct phy_domain d;
    struct fe_mesh *mesh;      /* that of the domain */
    struct heat_case c;

    PetscInt *fixed_by;        /* by local node: condition, or -1 */
    char *fixed;               /* the same as a flag */
    double shift;              /* K; linear equations have u - shift */

    double *u, *u_old, *u_older; /* temperature now and before, K */
    double *rate_old;            /* K/s at the end of the step before */
    double *w, *v, *r;           /* work, see above */

    struct phy_equations equations;
    struct phy_newton newton;
    struct heat_scheme_now now;
    double matrix_w, matrix_v; /* w_new, v_new that the matrix is for; linear */
    char trouble[FE_MSG];      /* why the last residual is not finite, or "" */

    PetscInt step;             /* steps done */
    double time_s;             /* at the end of the last one */
    double last_s, next_s;     /* lengths of the last step and of the next */
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
/* r = R for the temperature u and heat->now, complete at owned nodes; updates
 * the heat of the conditions without the fixed ones, and heat->stored.  When a
 * function has no value there, r is not a number, and heat->trouble says why.
 */
PetscErrorCode heat_residual(void *heat, const double u[], double r[]);
/* dR/du without fixed nodes. */
PetscErrorCode heat_jacobian(void *heat, const double u[],
                             struct fe_matrix *matrix);

/* density.c: the heat s that a condition brings in per area or volume, in W,
 * and its derivative by the temperature, at the points of the rule on a cell
 * or facet with the corners x and temperatures w.  Not collective. */
void heat_density(const struct heat *heat,
                  const struct phy_condition *condition,
                  const struct fe_tab *tab, const double x[][3],
                  const double w[], double s[], double slope[],
                  char msg[FE_MSG]);
/* The same for a material: conductivity k and storage c times depth, and
 * their derivatives.  Not collective. */
void heat_properties(const struct heat *heat, const struct heat_material *m,
                     const struct fe_tab *tab, const double x[][3],
                     const double value[], double k[], double k_slope[],
                     double c[], double c_slope[], char msg[FE_MSG]);

/* The conductance h between the sides of a contact at the mean temperatures
 * value[q], in W/K per area, times depth; its derivative.  Not collective.
 */
void heat_conductance(const struct heat *heat,
                      const struct phy_condition *contact,
                      const struct fe_tab *tab, const double x[][3],
                      const double value[], double h[], double slope[],
                      char msg[FE_MSG]);

/* contact.c: add the heat between the sides of a contact's pairs to r; what
 * goes from the first sides to the second ones, in W.  Not collective. */
double heat_contact_residual(struct heat *heat,
                             const struct phy_condition *contact, double r[]);
/* Its derivative.  Not collective. */
void heat_contact_matrix(struct heat *heat,
                         const struct phy_condition *contact,
                         struct fe_matrix *matrix);

/* solve.c: one step by heat->now.  On return u is the new temperature, heat->r
 * holds the residual and the reactions, and the heat of all conditions is set.
 * outcome->cause is not empty when it failed. */
PetscErrorCode heat_solve(struct heat *heat, struct phy_outcome *outcome);

/* march.c: all steps, from heat->time_s on. */
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
