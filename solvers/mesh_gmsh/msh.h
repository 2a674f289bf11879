/* msh.h - a mesh file of Gmsh, MSH 4.1 in binary, as it lies in the file
 *
 * The reader trusts no number in the file: one that was cut off, or whose
 * counts do not fit, is an error.
 */
#ifndef MSH_H
#define MSH_H

#include "stage/mesh.h"

/* A physical group. */
struct msh_label {
    int dimension, tag;
    char name[STG_GROUP_NAME_MAX + 1]; /* its number when it has no name */
};

/* A point, curve, surface or volume of the geometry. */
struct msh_entity {
    int dimension, tag;
    int label; /* index, or -1 */
};

/* Elements of one type on one entity. */
struct msh_block {
    int dimension, entity;
    int type;         /* Gmsh's number */
    int label;        /* of the entity: index, or -1 */
    int64_t elements;
    const char *data; /* [elements]{size_t tag, node[nodes of type]} */
};

struct msh {
    char *bytes;
    size_t size;
    struct msh_label *label;
    struct msh_entity *entity;
    struct msh_block *block;
    int64_t labels, entities, blocks, nodes;
    uint64_t *node_tag; /* [nodes] */
    double *xyz;        /* [nodes][3] */
};

/* One process; fills 'msh' also partly on failure: release it always. */
PetscErrorCode msh_read(struct stg_task *task, const char *path,
                        struct msh *msh);
void msh_release(struct msh *msh);

/* A type of element. */
struct msh_type {
    int type;            /* Gmsh's number */
    enum stg_cell cell;
    const uint8_t *node; /* Gmsh's node for each of VTK's, or NULL: the same */
};

/* NULL for types that are not supported. */
const struct msh_type *msh_type(int type);
const struct stg_cell_type *msh_cell_type(int type);

#endif
