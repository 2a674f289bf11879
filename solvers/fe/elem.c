/* elem.c - shape functions of the reference elements, from their nodes' places
 */
#include "fe/elem.h"

#include <stddef.h>

/* Coordinates in halves, in VTK's order: corners, middles of edges, of faces,
 * of the cell.  Elements with fewer nodes have the first ones. */
static const char at_point[][3] = { { 0 } };
static const char at_line[][3] = { { 0 }, { 2 }, { 1 } };
static const char at_triangle[][3] = {
    { 0, 0 }, { 2, 0 }, { 0, 2 }, { 1, 0 }, { 1, 1 }, { 0, 1 },
};
static const char at_quad[][3] = {
    { 0, 0 }, { 2, 0 }, { 2, 2 }, { 0, 2 }, { 1, 0 }, { 2, 1 }, { 1, 2 },
    { 0, 1 }, { 1, 1 },
};
static const char at_tetrahedron[][3] = {
    { 0, 0, 0 }, { 2, 0, 0 }, { 0, 2, 0 }, { 0, 0, 2 }, { 1, 0, 0 },
    { 1, 1, 0 }, { 0, 1, 0 }, { 0, 0, 1 }, { 1, 0, 1 }, { 0, 1, 1 },
};
static const char at_hexahedron[][3] = {
    { 0, 0, 0 }, { 2, 0, 0 }, { 2, 2, 0 }, { 0, 2, 0 }, { 0, 0, 2 },
    { 2, 0, 2 }, { 2, 2, 2 }, { 0, 2, 2 }, { 1, 0, 0 }, { 2, 1, 0 },
    { 1, 2, 0 }, { 0, 1, 0 }, { 1, 0, 2 }, { 2, 1, 2 }, { 1, 2, 2 },
    { 0, 1, 2 }, { 0, 0, 1 }, { 2, 0, 1 }, { 2, 2, 1 }, { 0, 2, 1 },
    { 0, 1, 1 }, { 2, 1, 1 }, { 1, 0, 1 }, { 1, 2, 1 }, { 1, 1, 0 },
    { 1, 1, 2 }, { 1, 1, 1 },
};

/* Of the element in that row of the table. */
#define PAIR(name, row, vtk, dim, nodes, corners, order, at)           \
    { name, FE_PAIR + (vtk), dim, 2 * (nodes), corners, order, false,  \
      false, FE_PAIR + (vtk), at, &elements[row] }

/* name, VTK's number, dimension, nodes, corners, order, simplex, affine,
 * raised, at, half */
static const struct fe_elem elements[] = {
    { "segment", 3, 1, 2, 2, 1, false, true, 21, at_line, NULL },
    { "triangle", 5, 2, 3, 3, 1, true, true, 22, at_triangle, NULL },
    { "quadrilateral", 9, 2, 4, 4, 1, false, false, 28, at_quad, NULL },
    { "tetrahedron", 10, 3, 4, 4, 1, true, true, 24, at_tetrahedron, NULL },
    { "hexahedron", 12, 3, 8, 8, 1, false, false, 29, at_hexahedron, NULL },
    { "segment", 21, 1, 3, 2, 2, false, false, 21, at_line, NULL },
    { "triangle", 22, 2, 6, 3, 2, true, false, 22, at_triangle, NULL },
    { "quadrilateral", 23, 2, 8, 4, 2, false, false, 28, at_quad, NULL },
    { "tetrahedron", 24, 3, 10, 4, 2, true, false, 24, at_tetrahedron, NULL },
    { "hexahedron", 25, 3, 20, 8, 2, false, false, 29, at_hexahedron, NULL },
    { "quadrilateral", 28, 2, 9, 4, 2, false, false, 28, at_quad, NULL },
    { "hexahedron", 29, 3, 27, 8, 2, false, false, 29, at_hexahedron, NULL },
    PAIR("pair of segments", 0, 3, 1, 2, 2, 1, at_line),
    PAIR("pair of triangles", 1, 5, 2, 3, 3, 1, at_triangle),
    PAIR("pair of quadrilaterals", 2, 9, 2, 4, 4, 1, at_quad),
    PAIR("pair of segments", 5, 21, 1, 3, 2, 2, at_line),
    PAIR("pair of triangles", 6, 22, 2, 6, 3, 2, at_triangle),
    PAIR("pair of quadrilaterals", 7, 23, 2, 8, 4, 2, at_quad),
    PAIR("pair of quadrilaterals", 10, 28, 2, 9, 4, 2, at_quad),
    { "point", 1, 0, 1, 1, 1, false, true, 1, at_point, NULL },
};

const struct fe_elem *fe_elem_vtk(int vtk)
{
    for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
        if (elements[i].vtk == vtk)
            return &elements[i];
    return NULL;
}

int fe_elem_parents(const struct fe_elem *elem, int i,
                    int corner[FE_MAX_CORNERS])
{
    const struct fe_elem *side = elem->half ? elem->half : elem;
    int first = i < side->nodes ? 0 : side->nodes; /* node of that side */
    const char *at = side->at[i - first];
    int n = 0;

    for (int c = 0; c < side->corners; c++) {
        const char *end = side->at[c];
        bool parent = true;

        for (int k = 0; k < side->dim; k++)
            parent = parent && (at[k] == 1 || at[k] == end[k]);
        /* the origin is no end of a slanted edge of a simplex, and no other
         * corner has two coordinates there */
        if (side->simplex && at[0] + at[1] + at[2] == 2 && c == 0)
            parent = false;
        if (parent)
            corner[n++] = first + c;
    }
    return n;
}

bool fe_elem_inside(const struct fe_elem *elem, const double xi[3],
                    double slack)
{
    double room = 1;

    for (int k = 0; k < elem->dim; k++) {
        if (!(xi[k] >= -slack && xi[k] <= 1 + slack))
            return false;
        room -= xi[k];
    }
    return !elem->simplex || room >= -slack;
}

/* --- shape functions --------------------------------------------------- */

/* Barycentric coordinates l; corner c > 0 is the one on axis c - 1. */
static void shape_simplex(const struct fe_elem *elem, const double xi[3],
                          double n[], double dn[][3])
{
    double l[4] = { 1, 0, 0, 0 };

    for (int k = 0; k < elem->dim; k++) {
        l[k + 1] = xi[k];
        l[0] -= xi[k];
    }
    for (int i = 0; i < elem->nodes; i++) {
        double slope[4] = { 0, 0, 0, 0 }; /* by l */
        int end[FE_MAX_CORNERS];

        if (fe_elem_parents(elem, i, end) == 2) {
            n[i] = 4 * l[end[0]] * l[end[1]];
            slope[end[0]] = 4 * l[end[1]];
            slope[end[1]] = 4 * l[end[0]];
        } else if (elem->order == 2) {
            n[i] = l[i] * (2 * l[i] - 1);
            slope[i] = 4 * l[i] - 1;
        } else {
            n[i] = l[i];
            slope[i] = 1;
        }
        for (int k = 0; k < elem->dim; k++)
            dn[i][k] = slope[k + 1] - slope[0];
    }
}

/* Lagrange's polynomial that is 1 at 'at' halves; its slope. */
static double lagrange(int order, int at, double x, double *slope)
{
    if (order == 1) {
        *slope = at ? 1 : -1;
        return at ? x : 1 - x;
    }
    switch (at) {
    case 0: *slope = 4 * x - 3; return (1 - x) * (1 - 2 * x);
    case 1: *slope = 4 - 8 * x; return 4 * x * (1 - x);
    default: *slope = 4 * x - 1; return x * (2 * x - 1);
    }
}

/* Products of polynomials along each axis. */
static void shape_product(const struct fe_elem *elem, const double xi[3],
                          double n[], double dn[][3])
{
    for (int i = 0; i < elem->nodes; i++) {
        double p[3], slope[3];

        n[i] = 1;
        for (int k = 0; k < elem->dim; k++) {
            p[k] = lagrange(elem->order, elem->at[i][k], xi[k], &slope[k]);
            n[i] *= p[k];
        }
        for (int k = 0; k < elem->dim; k++) {
            dn[i][k] = slope[k];
            for (int l = 0; l < elem->dim; l++)
                if (l != k)
                    dn[i][k] *= p[l];
        }
    }
}

/* Elements of order 2 without nodes inside faces.  With s = 2 xi - 1 and the
 * node at the signs c, a corner has prod (1 + c s) (sum c s + 1 - dim) / 2^dim
 * and the middle of the edge along m 2 (1 - s_m^2) prod' (1 + c s) / 2^dim. */
static void shape_serendipity(const struct fe_elem *elem, const double xi[3],
                              double n[], double dn[][3])
{
    int dim = elem->dim;

    for (int i = 0; i < elem->nodes; i++) {
        double p[3], slope[3], scale = 1. / (1 << dim), sum = 1 - dim;
        bool corner = i < elem->corners;

        for (int k = 0; k < dim; k++) {
            double c = elem->at[i][k] - 1, s = 2 * xi[k] - 1;

            p[k] = c != 0 ? 1 + c * s : 2 * (1 - s * s);
            slope[k] = c != 0 ? 2 * c : -8 * s; /* by xi */
            sum += c * s;
        }
        n[i] = scale * (corner ? sum : 1);
        for (int k = 0; k < dim; k++)
            n[i] *= p[k];
        for (int k = 0; k < dim; k++) {
            double others = scale;

            for (int l = 0; l < dim; l++)
                others *= l != k ? p[l] : 1;
            dn[i][k] = others * slope[k];
            if (corner) /* the slope of 'sum' is that of 'p' here */
                dn[i][k] = others * slope[k] * (sum + p[k]);
        }
    }
}

void fe_elem_shape(const struct fe_elem *elem, const double xi[3], double n[],
                   double dn[][3])
{
    if (elem->simplex)
        shape_simplex(elem, xi, n, dn);
    else if (elem->vtk == 23 || elem->vtk == 25)
        shape_serendipity(elem, xi, n, dn);
    else
        shape_product(elem, xi, n, dn);
}
