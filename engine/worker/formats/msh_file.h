/* msh_file.h - a mesh file of Gmsh as it was read */
#ifndef FT_WORKER_MSH_FILE_H
#define FT_WORKER_MSH_FILE_H

#include "base/map.h"
#include "worker/formats/loose.h"
#include "worker/formats/msh_in.h"

/* A physical group. */
struct ft_msh_label {
    int32_t index, dimension;
    int64_t tag;
    char name[FT_MESH_NAME_MAX + 1]; /* its tag when it has no name */
};

/* A point, curve, surface or volume of the geometry. */
struct ft_msh_entity {
    int32_t dimension;
    int32_t label; /* index, or FT_LOOSE_NONE */
    int64_t tag;
};

struct ft_msh_file {
    struct ft_msh_in in;
    bool version4;
    struct ft_msh_label **label;
    size_t labels, labels_cap;
    struct ft_map label_at; /* "DIMENSION TAG" */
    struct ft_msh_entity *entity; /* sorted; a point has one for each label */
    size_t entities, entities_cap;
    bool has_entities, has_nodes, has_elements;
    uint64_t *node_tag;
    /* Without groups; 'node' of elements are tags, elements but points. */
    struct ft_loose mesh;
};

/* The rest of 'file' but 'in' is filled; released by the caller in any case. */
int ft_msh_read_file(struct ft_msh_file *file, struct ft_err *err);
void ft_msh_file_release(struct ft_msh_file *file);

/* --- its parts ------------------------------------------------------------ */

/* The index of a group; one that is new gets its tag as name. */
int ft_msh_find_label(struct ft_msh_file *file, int dimension, int64_t tag,
                      int32_t *index, struct ft_err *err);

/* VTK's type of an element of Gmsh's type; -1 and 'err'. */
int ft_msh_type(const struct ft_msh_in *in, int64_t type, struct ft_err *err);

/* Take one element, whose nodes follow; 'type' 0 passes over a point. */
int ft_msh_read_nodes_of(struct ft_msh_file *file, int type, int32_t label,
                         struct ft_err *err);

/* Room for 'n' nodes. */
int ft_msh_make_nodes(struct ft_msh_file *file, uint64_t n,
                      struct ft_err *err);

/* What is between "$Nodes" and "$EndNodes" and so on. */
int ft_msh2_nodes(struct ft_msh_file *file, struct ft_err *err);
int ft_msh2_elements(struct ft_msh_file *file, struct ft_err *err);
int ft_msh4_entities(struct ft_msh_file *file, struct ft_err *err);
int ft_msh4_nodes(struct ft_msh_file *file, struct ft_err *err);
int ft_msh4_elements(struct ft_msh_file *file, struct ft_err *err);

#endif
