/* mesh.h - meshes and the fields on them, as slabs on the ranks
 *
 * A mesh in a file is one list of points and one list of cells (objects.md).
 * In memory each rank holds a contiguous slab of both:
 *
 *     rank        0            1          2
 *     points  0 .. 99 | 100 .. 199 | 200 .. 298     file order
 *     cells   0 .. 59 |  60 .. 119 | 120 .. 178
 *
 * The slabs of points and of cells are cut independently: a cell refers to
 * points of other ranks by their global number.  A slab may be empty, so a
 * mesh that rank 0 made alone is written with the same call.
 */
#ifndef STG_MESH_H
#define STG_MESH_H

#include "stage/stage.h"

#define STG_GROUP_NAME_MAX 127
#define STG_CELL_NODES_MAX 27

/* VTK's numbers, the only ones that a file may hold. */
enum stg_cell {
    STG_VERTEX = 1, /* names a point; the same in meshes of both orders */
    STG_LINE = 3,
    STG_TRIANGLE = 5,
    STG_QUAD = 9,
    STG_TET = 10,
    STG_HEX = 12,
    STG_WEDGE = 13,
    STG_PYRAMID = 14,
    /* of second order; names say their nodes */
    STG_LINE3 = 21,
    STG_TRIANGLE6 = 22,
    STG_QUAD8 = 23,
    STG_TET10 = 24,
    STG_HEX20 = 25,
    STG_QUAD9 = 28,
    STG_HEX27 = 29,
};

struct stg_cell_type {
    enum stg_cell cell;
    const char *name;
    int dimension, nodes, order; /* order 0: of a vertex */
};

/* NULL when 'cell' is none of the above. */
const struct stg_cell_type *stg_cell_type(int cell);

struct stg_group {
    int32_t id; /* in 'group' of a cell; unique in the mesh, 1 or more */
    int32_t dimension;
    char name[STG_GROUP_NAME_MAX + 1];
};

/* Printable ASCII, 1 to STG_GROUP_NAME_MAX characters, no space at the ends,
 * and not "*", which stands for every group in a task. */
bool stg_group_name_valid(const char *name);

struct stg_mesh {
    int64_t points, cells;            /* of all ranks */
    int64_t first_point, first_cell;  /* global number of my first */
    int64_t my_points, my_cells;
    int dimension;                    /* of the highest cells, 2 or 3 */
    int order;                        /* highest of a cell; 0 counts as 1 */
    double *point;                    /* [my_points][3], m */
    uint8_t *type;                    /* [my_cells], enum stg_cell */
    int64_t *offset;                  /* [my_cells+1], into 'node', from 0 */
    int64_t *node;                    /* global numbers of points */
    int32_t *group;                   /* [my_cells], 0: none */
    struct stg_group *groups;         /* the same on every rank */
    size_t n_groups;
};

/* The part of 0..n-1 that rank 'rank' of 'ranks' holds when it is cut evenly;
 * stg_mesh_read() cuts points and cells like this. */
void stg_slab(int64_t n, int rank, int ranks, int64_t *first, int64_t *count);

/* NULL when there is none.  A name is unique in its dimension. */
const struct stg_group *stg_group_named(const struct stg_mesh *mesh,
                                        int dimension, const char *name);
const struct stg_group *stg_group_with_id(const struct stg_mesh *mesh,
                                          int32_t id);

/* Collective.  Fill points, cells, first_point and first_cell from
 * my_points and my_cells. */
PetscErrorCode stg_mesh_number(struct stg_task *task, struct stg_mesh *mesh);

/* Collective.  Read slabs cut by stg_slab(), and check all that objects.md
 * promises.  stg_mesh_release() frees it. */
PetscErrorCode stg_mesh_read(struct stg_task *task, const char *path,
                             struct stg_mesh *mesh);

/* Collective.  The bytes do not depend on how the slabs are cut. */
PetscErrorCode stg_mesh_write(struct stg_task *task, const char *path,
                              const struct stg_mesh *mesh);

/* A zeroed or half-built mesh is fine. */
void stg_mesh_release(struct stg_mesh *mesh);

/* --- fields --------------------------------------------------------------- */

enum stg_place { STG_ON_POINTS, STG_ON_CELLS };

struct stg_field {
    const char *name;      /* "temperature" */
    const char *long_name; /* or NULL */
    const char *unit;      /* UDUNITS text: "K", "W m-2", "1" */
    enum stg_place place;
    int components;        /* 1; 3, a vector; 6, a symmetric tensor: xx yy zz
                              xy yz xz, VTK's order */
    double *value;         /* [my_points or my_cells][components] */
    double time_s;         /* NaN: none */
};

/* Collective.  Write 'mesh' and the values on its points or cells. */
PetscErrorCode stg_field_write(struct stg_task *task, const char *path,
                               const struct stg_mesh *mesh,
                               const struct stg_field *field);

/* Collective.  Read both, cut like stg_mesh_read().  'unit', when not NULL,
 * must be the field's dimension.  stg_field_release() frees what it got. */
PetscErrorCode stg_field_read(struct stg_task *task, const char *path,
                              const char *unit, struct stg_mesh *mesh,
                              struct stg_field *field);
void stg_field_release(struct stg_field *field);

#endif
