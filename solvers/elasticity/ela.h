/* ela.h - the state of a static calculation and the parts that work on it
 *
 * With u the displacements, the equations of all nodes are
 *
 *     R(u) = K u - thermal forces - loads = reaction,
 *
 * where the reaction is zero along free axes of a node and, along held ones,
 * the force in N that holds it.  share/doc/modules/solve.elasticity.md derives
 * this.
 *
 * Arrays named u and r have D values for each local node of the mesh, ghosts
 * included, along the axes of space.  Everything here is
 * collective.
 */
#ifndef ELA_ELA_H
#define ELA_ELA_H

#include <petscksp.h>

#include "elasticity/case.h"
#include "elasticity/coarse.h"
#include "elasticity/support.h"
#include "fe/locate.h"
#include "fe/matrix.h"
#include "fe/mesh.h"
#include "fe/solver.h"
#include "physics/domain.h"

/* What the summary says. */
struct ela_result {
    double iterations, residual;
    double max_displacement;  /* m */
    double max_von_mises;     /* Pa, at nodes */
    double strain_energy;     /* J */
    double volume;            /* m3 */
    double force_imbalance, moment_imbalance; /* relative */
    double l2_error, h1_error;
};

struct ela {
    struct stg_task *task;
    struct phy_domain domain;
    const struct fe_mesh *mesh; /* of the domain */
    struct ela_case c;
    struct ela_support support;
    int *side;                /* of facets, see fe/side.h; or NULL */
    double *u, *r;
    double *dt;               /* K, at the nodes of the cells, cell after cell,
                                 as it may jump from one to the next; or NULL
                                 without a temperature */
    struct fe_matrix matrix;
    bool second;              /* multigrid has a level of first order: */
    struct ela_coarse coarse;
    struct fe_solver solver;
    double load;              /* N, sum of the sizes of nodal loads */
    double (*stress)[6];      /* Pa, at local nodes: xx yy zz xy yz xz */
    double *von_mises;        /* Pa, at local nodes */
    struct fe_place *place;   /* of the probes */
    struct ela_result result;
};

/* Of a cell in that group; -1: in none.  Not collective. */
static inline const struct ela_material *ela_material(const struct ela *ela,
                                                      PetscInt group)
{
    return &ela->c.material[group >= 0 ? group : ela->mesh->n_groups];
}

/* setup.c: from the task to a mesh, supports and temperatures; 'needs' as in
 * case.h. */
PetscErrorCode ela_setup(struct ela *ela, int needs);
PetscErrorCode ela_release(struct ela *ela);


/* operator.c */
/* ela->r = R(u), complete at owned nodes; the forces and moments of the
 * conditions that are loads. */
PetscErrorCode ela_residual(struct ela *ela, const double u[]);
/* dR/du along the axes of the nodes, into ela->matrix and, if ela->second,
 * ela->coarse. */
PetscErrorCode ela_stiffness(struct ela *ela);
/* All around an axis, forces across it and moments cancel out. */
void ela_cancel(struct ela_condition *condition);
/* The volume of the body, which an acceleration acts on. */
PetscErrorCode ela_measure(struct ela *ela);

/* solve.c: find u; the reactions of the conditions that hold. */
PetscErrorCode ela_solve(struct ela *ela);

/* recover.c: stress at the nodes, strain energy. */
PetscErrorCode ela_recover(struct ela *ela);

/* field.c: D displacements a node as the output 'name', a vector in space. */
PetscErrorCode ela_write_vector(struct ela *ela, const char *name,
                                const char *long_name, const char *unit,
                                const double u[]);

/* report.c */
PetscErrorCode ela_write(struct ela *ela);

#endif
