/* cut.h - where a plane cuts a cell
 *
 * A cell is divided into simplices (an element of second order into those of
 * its halves) on which place and value are linear; what the plane cuts out of
 * them are segments or triangles.  Not collective.
 */
#ifndef POST_CUT_H
#define POST_CUT_H

#include <stdbool.h>

#include "fe/elem.h"

struct post_plane {
    double normal[3]; /* of length 1 */
    double offset;    /* normal . x on the plane */
};

struct post_vertex {
    double x[3], value;
};

/* Take a piece of the cut: 2 vertices of a flat cell, 3 of a solid one. */
typedef void post_take_piece(const struct post_vertex v[], int n, void *user);

/* A simplex with corners in the plane counts as being on the side that the
 * normal points to; so a face in the plane is taken once, from the cell on the
 * other side. */
void post_cut_cell(const struct fe_elem *elem, const double x[][3],
                   const double value[], const struct post_plane *plane,
                   post_take_piece *take, void *user);

#endif
