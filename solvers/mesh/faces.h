/* faces.h - the faces of all cells of a mesh, sorted
 *
 * Two faces of equal corners next to each other are where two cells meet.
 */
#ifndef FACES_H
#define FACES_H

#include "stage/mesh.h"

#define FACE_CORNERS_MAX 4

struct face {
    int64_t corner[FACE_CORNERS_MAX]; /* rising; -1 first fills up */
    int64_t cell;
};

/* One process, all of the mesh in one slab.  The faces of the cells of the
 * highest dimension, *list is the caller's (PetscFree), also on failure. */
PetscErrorCode faces_sort(const struct stg_mesh *mesh, struct face **list,
                          int64_t *n);

bool faces_equal(const struct face *a, const struct face *b);

/* Facets that are the face of no cell: a condition on them would do nothing.
 * *first is the index of the first such facet, -1 when there is none. */
int64_t faces_loose(const struct stg_mesh *mesh, const struct face *list,
                    int64_t n, int64_t *first);

#endif
