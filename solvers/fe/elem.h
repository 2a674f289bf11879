/* elem.h - first-order reference elements and their quadrature
 *
 * Node order and cell numbers are those of VTK, so that connectivity read
 * from a file is used as it is.  Reference domains: [0,1]^d for segment,
 * quadrilateral and hexahedron, the unit simplex for triangle, tetrahedron.
 *
 * Nothing here is collective.
 */
#ifndef FE_ELEM_H
#define FE_ELEM_H

#include <stdbool.h>

#define FE_MAX_NODES 8   /* of a cell */
#define FE_MAX_POINTS 64 /* of a quadrature rule */

struct fe_elem {
    const char *name; /* "tetrahedron" */
    int vtk;          /* VTK's number of the cell type */
    int dim, nodes;
    bool affine;      /* its map has a constant Jacobian */
    /* Values n[i] and reference gradients dn[i][k] at the point 'xi'. */
    void (*shape)(const double xi[3], double n[], double dn[][3]);
};

/* The element of a VTK cell type, or NULL. */
const struct fe_elem *fe_elem_vtk(int vtk);

enum fe_rule {
    FE_RULE_SYSTEM, /* exact for the mass matrix of a straight cell */
    FE_RULE_ERROR,  /* degree 5 at least, for norms of smooth functions */
    FE_RULE_CENTRE, /* one point, the centroid */
};

/* An element tabulated at the points of a rule. */
struct fe_tab {
    const struct fe_elem *elem;
    int points;
    double w[FE_MAX_POINTS];
    double n[FE_MAX_POINTS][FE_MAX_NODES];
    double dn[FE_MAX_POINTS][FE_MAX_NODES][3];
};

void fe_tab_init(struct fe_tab *tab, const struct fe_elem *elem,
                 enum fe_rule rule);

#endif
