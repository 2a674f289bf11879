/* adapt.h - the error of a field, and cells of a size that would mend it */
#ifndef ADAPT_H
#define ADAPT_H

#include "fe/func.h"
#include "fe/mesh.h"
#include "stage/mesh.h"

struct adapt {
    struct stg_task *task;
    struct stg_mesh input;
    struct stg_field field;
    struct fe_group *group;
    struct fe_mesh *mesh;
    double *u;        /* by local node */
    double *weight;   /* by group; the last one for cells in none */
    int *classes;     /* equal for groups of equal weight */
    int n_classes;
    struct fe_func *exact; /* or NULL */

    /* by cell, block after block */
    PetscInt n_cells;
    double *error;    /* estimated, in the energy norm */
    double *size_m;   /* mean length of the edges */
    double *target_m; /* what it should be */
    double *point_m;  /* by local node: the target at the points */

    /* of the whole mesh, in the energy norm */
    double estimate, norm, true_error; /* true_error NaN: not known */
    double predicted; /* cells of the next mesh, about */
};

/* How the next mesh is chosen. */
struct aim {
    double tolerance;         /* of the relative error */
    double reduction;         /* least part of the error kept in one turn */
    double refine, coarsen;   /* bounds of target over present size */
    double min_m, max_m;      /* bounds of the target */
    double most_cells;
};

/* setup.c */
PetscErrorCode adapt_setup(struct adapt *adapt);
PetscErrorCode adapt_read_aim(const struct adapt *adapt, struct aim *aim);
PetscErrorCode adapt_release(struct adapt *adapt);

/* estimate.c: fill error, size_m and the sums over the mesh. */
PetscErrorCode adapt_estimate(struct adapt *adapt);

/* size.c: fill target_m, point_m and predicted. */
PetscErrorCode adapt_size(struct adapt *adapt, const struct aim *aim);

#endif
