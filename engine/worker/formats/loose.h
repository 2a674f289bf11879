/* loose.h - a mesh as another program keeps it, on its way to a grid
 *
 *   readers of files -> loose mesh -> grid (grid.h) -> object
 *
 * Elements of any dimension in any order, some of them in a group; nodes that
 * may be of no element.  The grid gets the cells of the highest dimension, and
 * of one less and none, facets and points, those in a group; nodes that nothing
 * uses stay behind.
 */
#ifndef FT_WORKER_LOOSE_H
#define FT_WORKER_LOOSE_H

#include "worker/formats/grid.h"

#define FT_LOOSE_NONE (-1) /* no group */

struct ft_loose {
    const char *name; /* of the file, for errors; borrowed */
    double *xyz;      /* 3 each, in the file's unit */
    uint64_t nodes;
    uint8_t *type;    /* VTK's, of each element */
    int32_t *label;   /* index into 'group', or FT_LOOSE_NONE */
    int64_t *node;    /* of one element after the other, in VTK's order */
    size_t elements, elements_cap, refs, refs_cap;
    struct ft_grid_group *group;
    size_t groups, groups_cap;
    bool either_hand; /* all solid cells may be mirrored */
    bool two_sided;   /* a facet may come from the cells on both sides of it */
};

/* A new group; its index, or -1 when the name may not be one or there are too
 * many. */
int32_t ft_loose_add_group(struct ft_loose *loose, int dimension,
                           const char *name, struct ft_err *err);

/* Is there room for the points and 'elements' more of so many nodes?
 * FT_EFORMAT. */
int ft_loose_check_room(const struct ft_loose *loose, uint64_t elements,
                        uint64_t nodes, struct ft_err *err);

/* Which of 'n' things, from 0, a file numbers 'number', from 1; -1: none. */
int64_t ft_loose_index(double number, uint64_t n);

#define FT_LOOSE_POINT 1 /* VTK's type of an element that names a node */

/* Append an element, whose nodes the caller fills in. */
int64_t *ft_loose_add(struct ft_loose *loose, uint8_t type, int32_t label);

/* Append a face of an element of VTK's type 'type', whose nodes begin at 'refs'
 * of the mesh's. */
void ft_loose_add_face(struct ft_loose *loose, uint8_t type, size_t refs,
                       int face, int32_t label);

/* Write the mesh, whose nodes all exist and whose coordinates are in 'length_m'
 * metres, into the new file 'file'.  FT_EFORMAT when it breaks a rule. */
int ft_loose_write(const struct ft_loose *loose, double length_m, hid_t file,
                   struct ft_err *err);

void ft_loose_release(struct ft_loose *loose);

#endif
