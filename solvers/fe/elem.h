/* elem.h - reference elements of first and second order, and their quadrature
 *
 * Node order and cell numbers are those of VTK, so that connectivity read
 * from a file is used as it is.  Reference domains: [0,1]^d for segment,
 * quadrilateral and hexahedron, the unit simplex for triangle, tetrahedron.
 *
 *      order 1   3 segment  5 triangle  9 quadrilateral  10 tetrahedron
 *                12 hexahedron
 *      order 2   21         22          28 (23: 8 nodes) 24
 *                29 (25: 20 nodes)
 *      both      1 point, which has the measure 1
 *
 * The nodes of an element of order 1 are the first ones, the corners, of that
 * of order 2.  Elements of order 2 are isoparametric: their sides may be
 * curved.  Nothing here is collective.
 */
#ifndef FE_ELEM_H
#define FE_ELEM_H

#include <stdbool.h>

#define FE_MAX_NODES 27  /* of a cell */
#define FE_MAX_CORNERS 8 /* of a cell */
#define FE_MAX_POINTS 64 /* of a quadrature rule */

struct fe_elem {
    const char *name; /* "tetrahedron" */
    int vtk;          /* VTK's number of the cell type */
    int dim, nodes, corners, order;
    bool simplex;     /* triangle or tetrahedron */
    bool affine;      /* its map always has a constant Jacobian */
    int raised;       /* VTK's number of the full element of order 2 */
    const char (*at)[3]; /* coordinates of the nodes, in halves */
    const struct fe_elem *half; /* of a pair: one of the two; or NULL */
};

/* A pair is two facets at one place: the nodes of one side, then those of the
 * other, in the same order.  It stands for what happens between two bodies that
 * touch there.  Its type is FE_PAIR more than that of one of the facets; and
 * its corners, its shape functions (struct fe_tab) and its measure are those of
 * one. */
#define FE_PAIR 128

/* The element of a VTK cell type, or NULL. */
const struct fe_elem *fe_elem_vtk(int vtk);

/* Values n[i] and reference gradients dn[i][k] of the shape functions at the
 * point 'xi'. */
void fe_elem_shape(const struct fe_elem *elem, const double xi[3], double n[],
                   double dn[][3]);

/* The corners that node 'i' lies in the middle of: itself, the ends of an
 * edge, the corners of a face or of the cell; in a pair, those of its side.
 * Their number. */
int fe_elem_parents(const struct fe_elem *elem, int i,
                    int corner[FE_MAX_CORNERS]);

/* Is 'xi' in the reference element, or not further outside than 'slack'? */
bool fe_elem_inside(const struct fe_elem *elem, const double xi[3],
                    double slack);

enum fe_rule {
    FE_RULE_SYSTEM, /* exact for the mass matrix of a straight cell */
    FE_RULE_ERROR,  /* degree 5 at least, for norms of smooth functions */
    FE_RULE_CENTRE, /* one point, the centroid */
    FE_RULE_NODES,  /* the nodes, where their weights are positive; else as for
                       the system: triangles and serendipity of order 2 */
};

/* An element tabulated at the points of a rule; for a pair, its half. */
struct fe_tab {
    const struct fe_elem *elem;
    int points;
    double xi[FE_MAX_POINTS][3];
    double w[FE_MAX_POINTS];
    double n[FE_MAX_POINTS][FE_MAX_NODES];
    double dn[FE_MAX_POINTS][FE_MAX_NODES][3];
    double slope[FE_MAX_POINTS][3][FE_MAX_NODES]; /* the same, by axis */
};

void fe_tab_init(struct fe_tab *tab, const struct fe_elem *elem,
                 enum fe_rule rule);

#endif
