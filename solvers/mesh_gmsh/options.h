/* options.h - the parameters of mesh.gmsh, checked */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "stage/stage.h"

enum geometry_kind { GEOMETRY_SCRIPT, GEOMETRY_STEP, GEOMETRY_BREP,
                     GEOMETRY_MESH };

struct options {
    const char *geometry; /* path of the input */
    const char *size_field; /* path of the input, or NULL */
    const char *ending;   /* "geo", "geo_unrolled", "step", "brep", "msh" */
    enum geometry_kind kind;
    int dimension, order;
    double length_unit_m; /* one unit of the coordinates in the geometry */
    double size_m, min_size_m, size_factor; /* 0: not given */
    int algorithm_2d, algorithm_3d;         /* Gmsh's numbers */
    bool heal, optimize, entities;
    struct stg_value parameters; /* .json NULL: none */
    size_t n_parameters;
};

/* Rank 0 only. */
PetscErrorCode options_read(struct stg_task *task, struct options *options);

/* The i-th value for a name in the geometry. */
PetscErrorCode options_parameter(const struct options *options, size_t i,
                                 const char **name, double *value);

#endif
