/* elem.c - shape functions and quadrature of the reference elements */
#include "fe/elem.h"

#include <stddef.h>

/* --- shape functions --------------------------------------------------- */

static void shape_segment(const double xi[3], double n[], double dn[][3])
{
    n[0] = 1 - xi[0];
    n[1] = xi[0];
    dn[0][0] = -1;
    dn[1][0] = 1;
}

/* Barycentric coordinates: node 0 is the origin, node i lies on axis i-1. */
static void shape_simplex(int dim, const double xi[3], double n[],
                          double dn[][3])
{
    n[0] = 1;
    for (int i = 1; i <= dim; i++) {
        n[i] = xi[i - 1];
        n[0] -= xi[i - 1];
        for (int k = 0; k < dim; k++) {
            dn[i][k] = i - 1 == k;
            dn[0][k] = -1;
        }
    }
}

static void shape_triangle(const double xi[3], double n[], double dn[][3])
{
    shape_simplex(2, xi, n, dn);
}

static void shape_tetrahedron(const double xi[3], double n[], double dn[][3])
{
    shape_simplex(3, xi, n, dn);
}

/* Products of 1 - x or x along each axis, by the corner that a node is. */
static void shape_product(int dim, const double xi[3], double n[],
                          double dn[][3])
{
    static const char corner[8][3] = {
        { 0, 0, 0 }, { 1, 0, 0 }, { 1, 1, 0 }, { 0, 1, 0 },
        { 0, 0, 1 }, { 1, 0, 1 }, { 1, 1, 1 }, { 0, 1, 1 },
    };

    for (int i = 0; i < 1 << dim; i++) {
        n[i] = 1;
        for (int k = 0; k < dim; k++)
            n[i] *= corner[i][k] ? xi[k] : 1 - xi[k];
        for (int k = 0; k < dim; k++) {
            dn[i][k] = corner[i][k] ? 1 : -1;
            for (int l = 0; l < dim; l++)
                if (l != k)
                    dn[i][k] *= corner[i][l] ? xi[l] : 1 - xi[l];
        }
    }
}

static void shape_quad(const double xi[3], double n[], double dn[][3])
{
    shape_product(2, xi, n, dn);
}

static void shape_hexahedron(const double xi[3], double n[], double dn[][3])
{
    shape_product(3, xi, n, dn);
}

static const struct fe_elem elements[] = {
    { "segment", 3, 1, 2, true, shape_segment },
    { "triangle", 5, 2, 3, true, shape_triangle },
    { "quadrilateral", 9, 2, 4, false, shape_quad },
    { "tetrahedron", 10, 3, 4, true, shape_tetrahedron },
    { "hexahedron", 12, 3, 8, false, shape_hexahedron },
};

const struct fe_elem *fe_elem_vtk(int vtk)
{
    for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
        if (elements[i].vtk == vtk)
            return &elements[i];
    return NULL;
}

/* --- quadrature -------------------------------------------------------- */

/* Gauss-Legendre on [0,1]; n points are exact to degree 2n - 1. */
static const struct {
    double x[4], w[4];
} gauss[] = {
    [1] = { { 0.5 }, { 1 } },
    [2] = { { 0.21132486540518711775, 0.78867513459481288225 },
            { 0.5, 0.5 } },
    [4] = { { 0.06943184420297371239, 0.33000947820757186760,
              0.66999052179242813240, 0.93056815579702628761 },
            { 0.17392742256872692869, 0.32607257743127307131,
              0.32607257743127307131, 0.17392742256872692869 } },
};

static void add_point(struct fe_tab *tab, const double xi[3], double weight)
{
    int q = tab->points++;

    tab->w[q] = weight;
    tab->elem->shape(xi, tab->n[q], tab->dn[q]);
}

/* n points an axis.  On a simplex the cube is collapsed on it: the Jacobian
 * of that map takes dim - 1 degrees of the rule. */
static void add_product(struct fe_tab *tab, int n)
{
    const struct fe_elem *elem = tab->elem;
    int total = 1;
    bool simplex = elem->nodes == elem->dim + 1;

    for (int k = 0; k < elem->dim; k++)
        total *= n;
    for (int q = 0; q < total; q++) {
        double xi[3] = { 0, 0, 0 }, weight = 1, room = 1;
        int rest = q;

        for (int k = 0; k < elem->dim; k++, rest /= n) {
            double size = simplex ? room : 1;

            xi[k] = size * gauss[n].x[rest % n];
            weight *= size * gauss[n].w[rest % n];
            room -= xi[k];
        }
        add_point(tab, xi, weight);
    }
}

/* The symmetric rule of degree 2 with a point near each node. */
static void add_simplex(struct fe_tab *tab)
{
    bool flat = tab->elem->dim == 2;
    double near = flat ? 2. / 3 : 0.58541019662496845446;
    double far = flat ? 1. / 6 : 0.13819660112501051518;
    double weight = flat ? 1. / 6 : 1. / 24;

    for (int i = 0; i < tab->elem->nodes; i++) {
        double xi[3] = { far, far, far };

        if (i > 0)
            xi[i - 1] = near;
        add_point(tab, xi, weight);
    }
}

static void add_centre(struct fe_tab *tab)
{
    bool simplex = tab->elem->nodes == tab->elem->dim + 1;
    double at = simplex ? 1. / tab->elem->nodes : 0.5;
    double weight = 1;

    for (int k = 2; simplex && k <= tab->elem->dim; k++)
        weight /= k;
    add_point(tab, (double[3]){ at, at, at }, weight);
}

void fe_tab_init(struct fe_tab *tab, const struct fe_elem *elem,
                 enum fe_rule rule)
{
    *tab = (struct fe_tab){ .elem = elem };
    if (rule == FE_RULE_CENTRE)
        add_centre(tab);
    else if (rule == FE_RULE_ERROR)
        add_product(tab, 4);
    else if (elem->affine && elem->dim > 1)
        add_simplex(tab);
    else
        add_product(tab, 2);
}
