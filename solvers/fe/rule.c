/* rule.c - quadrature rules, and elements tabulated at their points */
#include "fe/elem.h"

#include <stddef.h>

/* Gauss-Legendre on [0,1]; n points are exact to degree 2n - 1. */
static const struct {
    double x[4], w[4];
} gauss[] = {
    [2] = { { 0.21132486540518711775, 0.78867513459481288225 },
            { 0.5, 0.5 } },
    [3] = { { 0.11270166537925831148, 0.5, 0.88729833462074168852 },
            { 5. / 18, 8. / 18, 5. / 18 } },
    [4] = { { 0.06943184420297371239, 0.33000947820757186760,
              0.66999052179242813240, 0.93056815579702628761 },
            { 0.17392742256872692869, 0.32607257743127307131,
              0.32607257743127307131, 0.17392742256872692869 } },
};

/* Symmetric rules on simplices: orbits of points by their barycentric
 * coordinates.  A vertex orbit has 'near' once and 'far' elsewhere, an edge
 * orbit has 'near' twice.  Weights are those of each point. */
struct orbit {
    bool edge;
    double near, far, weight;
};

/* degree 2 */
static const struct orbit triangle_2[] = {
    { false, 2. / 3, 1. / 6, 1. / 6 },
};
static const struct orbit tetrahedron_2[] = {
    { false, 0.58541019662496845446, 0.13819660112501051518, 1. / 24 },
};
/* degree 4 */
static const struct orbit triangle_4[] = {
    { false, 0.10810301816807022736, 0.44594849091596488632,
      0.11169079483900573285 },
    { false, 0.81684757298045851308, 0.09157621350977074346,
      0.05497587182766093382 },
};
/* degree 5 */
static const struct orbit tetrahedron_5[] = {
    { false, 0.06734224221009817060, 0.31088591926330060980,
      0.01878132095300264180 },
    { false, 0.72179424906732632079, 0.09273525031089122640,
      0.01224884051939365826 },
    { true, 0.45449629587435035051, 0.04550370412564964949,
      0.00709100346284691107 },
};

static void add_point(struct fe_tab *tab, const double xi[3], double weight)
{
    int q = tab->points++;

    for (int k = 0; k < 3; k++)
        tab->xi[q][k] = xi[k];
    tab->w[q] = weight;
    fe_elem_shape(tab->elem, xi, tab->n[q], tab->dn[q]);
    for (int i = 0; i < tab->elem->nodes; i++)
        for (int k = 0; k < tab->elem->dim; k++)
            tab->slope[q][k][i] = tab->dn[q][i][k];
}

/* n points an axis.  On a simplex the cube is collapsed on it: the Jacobian
 * of that map takes dim - 1 degrees of the rule. */
static void add_product(struct fe_tab *tab, int n)
{
    const struct fe_elem *elem = tab->elem;
    int total = 1;

    for (int k = 0; k < elem->dim; k++)
        total *= n;
    for (int q = 0; q < total; q++) {
        double xi[3] = { 0, 0, 0 }, weight = 1, room = 1;
        int rest = q;

        for (int k = 0; k < elem->dim; k++, rest /= n) {
            double size = elem->simplex ? room : 1;

            xi[k] = size * gauss[n].x[rest % n];
            weight *= size * gauss[n].w[rest % n];
            room -= xi[k];
        }
        add_point(tab, xi, weight);
    }
}

/* All points of an orbit: 'near' at corner a, and at corner b when a != b. */
static void add_orbit(struct fe_tab *tab, const struct orbit *orbit)
{
    int corners = tab->elem->corners;

    for (int a = 0; a < corners; a++)
        for (int b = a; b < corners; b++) {
            double l[4], xi[3] = { 0, 0, 0 };

            if ((a != b) != orbit->edge)
                continue;
            for (int c = 0; c < corners; c++)
                l[c] = c == a || c == b ? orbit->near : orbit->far;
            for (int k = 0; k < tab->elem->dim; k++)
                xi[k] = l[k + 1];
            add_point(tab, xi, orbit->weight);
        }
}

static void add_simplex(struct fe_tab *tab)
{
    static const struct {
        const struct orbit *orbit;
        size_t n;
    } rules[2][2] = { /* by order - 1, by dim - 2 */
        { { triangle_2, 1 }, { tetrahedron_2, 1 } },
        { { triangle_4, 2 }, { tetrahedron_5, 3 } },
    };
    int order = tab->elem->order - 1, dim = tab->elem->dim - 2;

    for (size_t i = 0; i < rules[order][dim].n; i++)
        add_orbit(tab, &rules[order][dim].orbit[i]);
}

static void add_centre(struct fe_tab *tab)
{
    const struct fe_elem *elem = tab->elem;
    double at = elem->simplex ? 1. / elem->corners : 0.5;
    double weight = 1;

    for (int k = 2; elem->simplex && k <= elem->dim; k++)
        weight /= k;
    add_point(tab, (double[3]){ at, at, at }, weight);
}

/* From the tabulated rule to one with the nodes as its points, each with the
 * integral of its shape function. */
static void move_to_nodes(struct fe_tab *tab)
{
    const struct fe_elem *elem = tab->elem;
    double weight[FE_MAX_NODES];

    for (int i = 0; i < elem->nodes; i++) {
        weight[i] = 0;
        for (int q = 0; q < tab->points; q++)
            weight[i] += tab->w[q] * tab->n[q][i];
        if (weight[i] < 1e-6)
            return;
    }
    tab->points = 0;
    for (int i = 0; i < elem->nodes; i++)
        add_point(tab, (double[3]){ elem->at[i][0] / 2., elem->at[i][1] / 2.,
                                    elem->at[i][2] / 2. }, weight[i]);
}

void fe_tab_init(struct fe_tab *tab, const struct fe_elem *elem,
                 enum fe_rule rule)
{
    if (elem->half)
        elem = elem->half;
    *tab = (struct fe_tab){ .elem = elem };
    if (rule == FE_RULE_CENTRE)
        add_centre(tab);
    else if (rule == FE_RULE_ERROR)
        add_product(tab, 4);
    else if (elem->simplex)
        add_simplex(tab);
    else
        add_product(tab, elem->order + 1);
    if (rule == FE_RULE_NODES)
        move_to_nodes(tab);
}
