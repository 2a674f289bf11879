/* face.h - the faces of cells, and how facets and cells recognise them
 *
 * Nothing here is collective.
 */
#ifndef FE_FACE_H
#define FE_FACE_H

#include <stdint.h>

#include "fe/elem.h"

#define FE_FACE_MAX 4 /* corners of a face, at most */

/* The faces of a cell by its corners, turning right-handed round the normal
 * that points out; -1 fills up.  Those of flat cells are their edges, with the
 * normal (t_y, -t_x) of the tangent t. */
struct fe_faces {
    int dim, corners, n;
    signed char corner[6][FE_FACE_MAX];
};

const struct fe_faces *fe_elem_faces(const struct fe_elem *elem);

/* Does face 'f' of a cell have its node 'i'? */
bool fe_face_has(const struct fe_elem *elem, int f, int i);

/* What is the same for all cells and facets that have a face: the numbers of
 * its n corners, rising; -1 fills up in front.  'number' has them in the order
 * of a turn; 1 or -1, the sense of that turn. */
int fe_face_key(int n, const int64_t number[], int64_t key[FE_FACE_MAX]);

/* Like strcmp(). */
int fe_face_compare(const int64_t a[FE_FACE_MAX], const int64_t b[FE_FACE_MAX]);

#endif
