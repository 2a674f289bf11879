/* case.h - what the user asked for: the parameters of solve.heat, checked
 *
 * All quantities are SI.  The case is the same on every rank.
 */
#ifndef HEAT_CASE_H
#define HEAT_CASE_H

#include <petscsys.h>
#include <stdbool.h>

#include "physics/given.h"

enum heat_scheme { HEAT_STEADY, HEAT_THETA, HEAT_BDF2 };

enum heat_kind {
    HEAT_FIXED,      /* value in K */
    HEAT_FLUX,       /* value in W/m2, into the body */
    HEAT_CONVECTION, /* value is the ambient temperature in K, the coefficient
                        in W/(m2 K) */
    HEAT_SOURCE,     /* value in W/m3 */
    HEAT_POWER,      /* value in W, spread evenly over the group */
    HEAT_RADIATION,  /* value is the ambient temperature in K, the coefficient
                        the emissivity */
    HEAT_CONTACT,    /* the value to the power of the coefficient (1 or -1) is
                        the conductance between the sides in W/(m2 K) */
};

struct heat_material {
    struct phy_coef conductivity;  /* W/(m K) */
    struct phy_coef density;       /* kg/m3 */
    struct phy_coef specific_heat; /* J/(kg K) */
    bool varies; /* one of them is a function, or there is an axis */
};

struct heat_case {
    enum heat_scheme scheme;
    double theta, end_s;
    double step_s;   /* of time; the longest one when 'error' is given */
    double error;    /* K a step that time may bring in; 0: fixed steps */
    PetscInt steps;  /* 0: steady, or as many as the error needs */
    PetscInt every;  /* steps between rows of the summary */
    double checkpoint_s; /* least wall time between checkpoints */
    double initial;      /* K */
    struct fe_func *initial_func; /* or NULL */
    struct fe_func *exact;        /* or NULL */
    double tolerance;
    PetscInt iterations; /* most of them for one linear solve */
    double newton_tolerance;
    PetscInt newton;     /* most of its iterations */
    const char *petsc_options; /* or NULL */
    struct phy_conditions conditions; /* flow: W into the body; of a contact,
                                         W from the first side to the second */
    /* by group of the mesh; the last one is for cells without a group */
    struct heat_material *material;
    size_t n_materials;
    bool nonlinear;      /* something depends on the temperature ... */
    bool unsymmetric;    /* ... the conductivity or a contact does */
    double (*probe)[3];
    int n_probes;
};

/* Does the condition tie the temperature to a given one?  Not collective. */
bool heat_anchors(const struct phy_condition *condition);

/* Read and check the parameters.  'has_initial' says that a field gives the
 * initial temperature.  A zeroed 'c' is fine for heat_case_release() whatever
 * happens here.  Collective. */
PetscErrorCode heat_case_read(struct phy_domain *d, bool has_initial,
                              struct heat_case *c);
void heat_case_release(struct heat_case *c);

#endif
