/* locate.h - points inside a mesh */
#ifndef FE_LOCATE_H
#define FE_LOCATE_H

#include "fe/mesh.h"

/* Where a point lies, on the rank that has its cell; block < 0 elsewhere. */
struct fe_place {
    int block;
    PetscInt cell;
    double n[FE_MAX_NODES]; /* weights of the cell's nodes */
};

/* Find n points, the same on every rank.  Of several cells that touch a point
 * the first of the input counts.  Fails, naming 'what' and the point, when one
 * is outside the mesh.  Collective. */
PetscErrorCode fe_locate(const struct fe_mesh *mesh, const char *what, int n,
                         double x[][3], struct fe_place place[]);

/* Values there of a nodal field, on every rank.  Collective. */
PetscErrorCode fe_probe(const struct fe_mesh *mesh, int n,
                        const struct fe_place place[], const double u[],
                        double value[]);

#endif
