/* modes.h - the state of a modal calculation and the parts that work on it
 *
 * The modes are the solutions of K p = w^2 M p with the stiffness and the
 * consistent mass of the free axes of all nodes, w = 2 pi f.  Shapes are
 * normalised so that p.M p = 1 kg m2, share/doc/modules/solve.modes.md says
 * more.  Everything here is collective.
 */
#ifndef MODES_MODES_H
#define MODES_MODES_H

#include <slepceps.h>

#include "elasticity/ela.h"

/* One mode. */
struct mode {
    double frequency_hz;
    double error;      /* of the equation, relative */
    bool rigid;        /* the body moves without straining */
    double mass_kg[3]; /* effective, along x, y and z */
};

struct modes {
    struct ela ela;       /* mesh, supports and stiffness */
    struct fe_matrix mass;
    double *weight;       /* kg, by local node: integral of density n_i */
    double total_kg;
    Mat k, m;             /* of free axes */
    IS free;              /* these, in the numbers of all unknowns */
    EPS eps;
    int n_free_motions;   /* rigid motions of the parts of the body */
    PetscInt wanted, n;   /* modes asked for, and found */
    struct mode *mode;
    double **shape;       /* [n] D displacements a local node, axes of space */
};

/* assemble.c: the matrices, and the mass of the nodes. */
PetscErrorCode modes_assemble(struct modes *modes);

/* solve.c: find modes->wanted modes or, if there are not as many unknowns,
 * all. */
PetscErrorCode modes_solve(struct modes *modes);

/* report.c */
PetscErrorCode modes_write(struct modes *modes);

#endif
