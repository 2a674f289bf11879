/* case.h - what the user asked for: material, supports and loads, checked
 *
 * Shared by solve.elasticity and solve.modes.  All quantities are SI.  The
 * case is the same on every rank.
 */
#ifndef ELA_CASE_H
#define ELA_CASE_H

#include <petscsys.h>
#include <stdbool.h>

#include "elasticity/kernel.h"

struct phy_domain;
struct fe_func;

enum ela_space { ELA_SOLID, ELA_PLANE_STRESS, ELA_PLANE_STRAIN, ELA_AXIAL };

enum ela_kind {
    ELA_FIXED,        /* no displacement */
    ELA_SYMMETRY,     /* none along the normal of a plane group */
    ELA_DISPLACEMENT, /* given components, m */
    ELA_TRACTION,     /* Pa */
    ELA_PRESSURE,     /* Pa, into the body */
    ELA_FORCE,        /* N, spread evenly over the group */
    ELA_BODY,         /* N/m3 */
    ELA_GRAVITY,      /* m/s2 times density, on all cells */
    ELA_POINT,        /* no displacement of given components of one node */
};
#define ELA_HOLDS(kind) ((kind) <= ELA_DISPLACEMENT || (kind) == ELA_POINT)

/* One condition on one group of cells or facets. */
struct ela_condition {
    enum ela_kind kind;
    const char *name; /* the parameter that gave it */
    int group;        /* position in the mesh's table; -1: cells without;
                         of gravity: all; of points: none */
    int dim;          /* of the group */
    bool given[3];    /* components that a displacement holds */
    double value[3];  /* a pressure is value[0] */
    struct fe_func *func[3]; /* of place, instead of value[k]; or NULL */
    double measure;   /* area, volume or number of points; of the edges of a
                         solid the length */
    double normal[3]; /* of a symmetry; found by the solver */
    double at[3];     /* where a point is wanted, m */
    double force[3], moment[3]; /* on the body, about the origin; as well */
};

struct ela_material {
    double young, poisson; /* Pa, 1 */
    double expansion;      /* 1/K */
    double density;        /* kg/m3, 0 where it is not asked for */
    struct ela_law law;
};

struct ela_case {
    enum ela_space space;
    int dofs;           /* displacements a node: 2 or 3 */
    bool heated;        /* there is a temperature */
    double reference;   /* K, free of thermal strain */
    double warm;        /* K everywhere, without a field or a function */
    struct fe_func *warm_func; /* or NULL */
    struct fe_func *exact[3];  /* or NULL */
    double tolerance;
    PetscInt iterations;
    const char *petsc_options; /* or NULL */
    struct ela_condition *condition;
    int n_conditions;
    /* by group of the mesh; the last one is for cells without a group */
    struct ela_material *material;
    double (*probe)[3];
    int n_probes;
};

/* What of a case a module has. */
enum ela_needs {
    ELA_NEEDS_LOADS = 1,   /* loads, temperatures, probes, exact solution */
    ELA_NEEDS_DENSITY = 2,
};

/* Read and check the parameters against the groups of the mesh.  A zeroed 'c'
 * is fine for ela_case_release() whatever happens here.  Collective. */
PetscErrorCode ela_case_read(struct phy_domain *d, int needs,
                             struct ela_case *c);
void ela_case_release(struct ela_case *c);

#endif
