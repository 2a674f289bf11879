/* case.h - what the user asked for: the parameters of solve.heat, checked
 *
 * All quantities are SI.  The case is the same on every rank.
 */
#ifndef HEAT_CASE_H
#define HEAT_CASE_H

#include <petscsys.h>
#include <stdbool.h>

struct stg_task;
struct stg_mesh;
struct fe_func;

enum heat_scheme { HEAT_STEADY, HEAT_THETA, HEAT_BDF2 };

enum heat_kind {
    HEAT_FIXED,      /* value in K */
    HEAT_FLUX,       /* value in W/m2, into the body */
    HEAT_CONVECTION, /* value is the ambient temperature in K */
    HEAT_SOURCE,     /* value in W/m3 */
    HEAT_POWER,      /* value in W, spread evenly over the group */
};

/* One condition on one group of cells or facets. */
struct heat_condition {
    enum heat_kind kind;
    const char *name;     /* the parameter that gave it */
    int group;            /* position in the mesh's table; -1: cells without */
    int dim;              /* of the group */
    double value;
    struct fe_func *func; /* of place and time, instead of 'value'; or NULL */
    double coefficient;   /* of convection, W/(m2 K) */
    double measure;       /* area in m2 or volume in m3; found by the solver */
    double heat;          /* W into the body, as last evaluated */
};

struct heat_material {
    double conductivity; /* W/(m K) */
    double capacity;     /* density * specific heat, J/(m3 K) */
};

struct heat_case {
    enum heat_scheme scheme;
    double theta, step_s;
    PetscInt steps; /* 0: steady */
    PetscInt every; /* steps between rows of the summary */
    double checkpoint_s; /* least wall time between checkpoints */
    double thickness_m;  /* of a mesh of two dimensions; 1 for three */
    double initial;      /* K */
    struct fe_func *initial_func; /* or NULL */
    struct fe_func *exact;        /* or NULL */
    double tolerance;
    PetscInt iterations; /* most of them for one solve */
    const char *petsc_options; /* or NULL */
    struct heat_condition *condition;
    int n_conditions;
    /* by group of the mesh; the last one is for cells without a group */
    struct heat_material *material;
    double (*probe)[3];
    int n_probes;
};

/* Read and check the parameters against the groups of the mesh.  'has_initial'
 * says that a field gives the initial temperature.  A zeroed 'c' is fine for
 * heat_case_release() whatever happens here.  Not collective: it does the same
 * on every rank. */
PetscErrorCode heat_case_read(struct stg_task *task,
                              const struct stg_mesh *mesh, bool has_initial,
                              struct heat_case *c);
void heat_case_release(struct heat_case *c);

#endif
