/* Elements, their maps and kernels, and the curve that divides a mesh. */
#include "unit.h"

#include <math.h>
#include <stdio.h>

#include "fe/curve.h"
#include "fe/order.h"
#include "fe/elem.h"
#include "fe/face.h"
#include "fe/kernel.h"

#define N_TYPES 12

/* A distorted cell of each type by its corners, and its measure. */
static const struct {
    int vtk;
    double corner[FE_MAX_CORNERS][3];
    double measure;
} shape[] = {
    { 3, { { 1, 1, 1 }, { 3, 4, 7 } }, 7 },
    { 5, { { 0, 0, 0 }, { 2, 0, 0 }, { 0, 3, 4 } }, 5 },
    { 9, { { 0, 0, 0 }, { 4, 0, 0 }, { 3, 2, 0 }, { 1, 2, 0 } }, 6 },
    { 10, { { 0, 0, 0 }, { 2, 0, 0 }, { 1, 3, 0 }, { 1, 1, 4 } }, 4 },
    /* a frustum: 4 x 4 below, 2 x 2 on top, 3 high */
    { 12, { { 0, 0, 0 }, { 4, 0, 0 }, { 4, 4, 0 }, { 0, 4, 0 },
            { 1, 1, 3 }, { 3, 1, 3 }, { 3, 3, 3 }, { 1, 3, 3 } }, 28 },
};
static const struct {
    int vtk, shape;
} types[N_TYPES] = {
    { 3, 0 },  { 5, 1 },  { 9, 2 },  { 10, 3 }, { 12, 4 }, { 21, 0 },
    { 22, 1 }, { 23, 2 }, { 24, 3 }, { 25, 4 }, { 28, 2 }, { 29, 4 },
};

/* The cell of types[i] with straight sides; its measure. */
static double make_cell(int i, const struct fe_elem **elem, double x[][3])
{
    int which = types[i].shape;

    *elem = fe_elem_vtk(types[i].vtk);
    for (int n = 0; n < (*elem)->nodes; n++) {
        int corner[FE_MAX_CORNERS];
        int parents = fe_elem_parents(*elem, n, corner);

        for (int k = 0; k < 3; k++) {
            x[n][k] = 0;
            for (int p = 0; p < parents; p++)
                x[n][k] += shape[which].corner[corner[p]][k] / parents;
        }
    }
    return shape[which].measure;
}

START_TEST(shape_functions_are_a_basis)
{
    const struct fe_elem *elem = fe_elem_vtk(types[_i].vtk);
    double xi[3] = { 0.2, 0.3, 0.1 }, step = 1e-6;
    double n[FE_MAX_NODES], dn[FE_MAX_NODES][3], n2[FE_MAX_NODES],
        unused[FE_MAX_NODES][3], sum = 0;

    fe_elem_shape(elem, xi, n, dn);
    for (int i = 0; i < elem->nodes; i++)
        sum += n[i];
    ck_assert_double_eq_tol(sum, 1, 1e-15);
    for (int k = 0; k < elem->dim; k++) {
        double moved[3] = { xi[0], xi[1], xi[2] };

        moved[k] += step;
        fe_elem_shape(elem, moved, n2, unused);
        for (int i = 0; i < elem->nodes; i++)
            ck_assert_double_eq_tol((n2[i] - n[i]) / step, dn[i][k], 1e-5);
    }
}
END_TEST

/* Each is 1 at its node and 0 at the others. */
START_TEST(shape_functions_belong_to_nodes)
{
    const struct fe_elem *elem = fe_elem_vtk(types[_i].vtk);
    double n[FE_MAX_NODES], dn[FE_MAX_NODES][3];

    for (int i = 0; i < elem->nodes; i++) {
        double xi[3];

        for (int k = 0; k < 3; k++)
            xi[k] = elem->at[i][k] / 2.;
        ck_assert(fe_elem_inside(elem, xi, 0));
        fe_elem_shape(elem, xi, n, dn);
        for (int j = 0; j < elem->nodes; j++)
            ck_assert_double_eq_tol(n[j], i == j, 1e-15);
    }
    ck_assert(!fe_elem_inside(elem, (double[3]){ -0.1, 0, 0 }, 0.05));
    ck_assert(fe_elem_inside(elem, (double[3]){ -0.1, 0, 0 }, 0.15));
    ck_assert(!fe_elem_inside(elem, (double[3]){ 1.1, 1.1, 1.1 }, 0.05));
    ck_assert(!fe_elem_inside(elem, (double[3]){ NAN, 0, 0 }, 0.05));
}
END_TEST

START_TEST(rules_measure_cells)
{
    static const enum fe_rule rule[] = { FE_RULE_SYSTEM, FE_RULE_ERROR };
    double x[FE_MAX_NODES][3], measure;
    const struct fe_elem *elem;
    struct fe_tab tab;

    measure = make_cell(_i, &elem, x);
    for (int r = 0; r < 2; r++) {
        fe_tab_init(&tab, elem, rule[r]);
        ck_assert_double_eq_tol(fe_kernel_measure(&tab, x), measure, 1e-13);
    }
}
END_TEST

/* The integral of x^a y^b z^c over the reference cell. */
static double monomial(const struct fe_elem *elem, const int power[3])
{
    double value = 1;
    int total = elem->dim;

    for (int k = 0; k < elem->dim; k++) {
        value *= elem->simplex ? tgamma(power[k] + 1)
                                               : 1. / (power[k] + 1);
        total += power[k];
    }
    return elem->simplex ? value / tgamma(total + 1) : value;
}

static double by_rule(const struct fe_tab *tab, const int power[3])
{
    double sum = 0;

    for (int q = 0; q < tab->points; q++) {
        double value = tab->w[q];

        for (int k = 0; k < tab->elem->dim; k++) {
            double xi = 0;

            for (int i = 0; i < tab->elem->nodes; i++)
                xi += tab->n[q][i] * tab->elem->at[i][k] / 2.;
            value *= pow(xi, power[k]);
        }
        sum += value;
    }
    return sum;
}

/* Exact to twice the order for matrices, to degree 5 for norms. */
START_TEST(rules_are_exact)
{
    const struct fe_elem *elem = fe_elem_vtk(types[_i].vtk);
    struct fe_tab tab;

    for (int r = 0; r < 2; r++) {
        int degree = r ? 5 : 2 * elem->order;

        fe_tab_init(&tab, elem, r ? FE_RULE_ERROR : FE_RULE_SYSTEM);
        for (int m = 0; m < 216; m++) {
            int power[3] = { m % 6, m / 6 % 6, m / 36 };

            if (power[0] + power[1] + power[2] > degree ||
                (elem->dim < 3 && power[2]) || (elem->dim < 2 && power[1]))
                continue;
            ck_assert_double_eq_tol(by_rule(&tab, power),
                                    monomial(elem, power), 1e-14);
        }
    }
}
END_TEST

/* r = A u for the matrix A of the same cell; rows of A sum to c times the
 * integral of the shape function. */
START_TEST(kernels_agree)
{
    static const double u[FE_MAX_NODES] = {
        3, -1, 4, 1, -5, 9, 2, -6, 5, 3, -5, 8, 9, -7, 9, 3, 2, -3, 8, 4, 6,
        -2, 6, 4, 3, -3, 8,
    };
    double a[FE_MAX_NODES * FE_MAX_NODES], r[FE_MAX_NODES],
        x[FE_MAX_NODES][3], measure, total[2] = { 0, 0 }, sum = 0;
    const struct fe_elem *elem;
    struct fe_tab tab;
    int nodes;

    measure = make_cell(_i, &elem, x);
    x[elem->nodes - 1][0] += elem->order == 2 ? 0.1 : 0; /* curved */
    nodes = elem->nodes;
    fe_tab_init(&tab, elem, FE_RULE_SYSTEM);
    if (elem->order == 2)
        measure = fe_kernel_measure(&tab, x);
    fe_kernel_matrix(&tab, x, 2, 3, a);
    fe_kernel_residual(&tab, x, 2, 3, u, u, NULL, r, total);
    for (int i = 0; i < nodes; i++) {
        double want = 0;

        for (int j = 0; j < nodes; j++) {
            want += a[i * nodes + j] * u[j];
            sum += a[i * nodes + j];
            ck_assert_double_eq(a[i * nodes + j], a[j * nodes + i]);
        }
        ck_assert_double_eq_tol(r[i], want, 1e-11);
    }
    ck_assert_double_eq_tol(sum, 3 * measure, 1e-11);
    ck_assert_double_eq(total[1], 0);
}
END_TEST

START_TEST(sources_add_up)
{
    double s[FE_MAX_POINTS], r[FE_MAX_NODES], x[FE_MAX_NODES][3], measure,
        total[2] = { 0, 0 }, sum = 0;
    const struct fe_elem *elem;
    struct fe_tab tab;

    measure = make_cell(_i, &elem, x);
    fe_tab_init(&tab, elem, FE_RULE_SYSTEM);
    for (int q = 0; q < tab.points; q++)
        s[q] = 7;
    fe_kernel_residual(&tab, x, 0, 0, NULL, NULL, s, r, total);
    for (int i = 0; i < tab.elem->nodes; i++)
        sum += r[i];
    ck_assert_double_eq_tol(total[1], 7 * measure, 1e-12);
    ck_assert_double_eq_tol(sum, -total[1], 1e-12);
}
END_TEST

/* A pair has the nodes of two facets, and otherwise is one of them. */
START_TEST(pairs_are_two_facets)
{
    const struct fe_elem *half = fe_elem_vtk(types[_i].vtk);
    const struct fe_elem *pair = fe_elem_vtk(FE_PAIR + types[_i].vtk);
    struct fe_tab tab;

    if (half->dim == 3) {
        ck_assert_ptr_null(pair);
        return;
    }
    ck_assert_ptr_eq(pair->half, half);
    ck_assert_int_eq(pair->dim, half->dim);
    ck_assert_int_eq(pair->corners, half->corners);
    ck_assert_int_eq(pair->nodes, 2 * half->nodes);
    for (int i = 0; i < half->nodes; i++) {
        int own[FE_MAX_CORNERS], near[FE_MAX_CORNERS], far[FE_MAX_CORNERS];
        int n = fe_elem_parents(half, i, own);

        ck_assert_int_eq(fe_elem_parents(pair, i, near), n);
        ck_assert_int_eq(fe_elem_parents(pair, half->nodes + i, far), n);
        for (int k = 0; k < n; k++) {
            ck_assert_int_eq(near[k], own[k]);
            ck_assert_int_eq(far[k], half->nodes + own[k]);
        }
    }
    fe_tab_init(&tab, pair, FE_RULE_SYSTEM);
    ck_assert_ptr_eq(tab.elem, half);
}
END_TEST

/* The rule whose points are the nodes measures a cell like the others do, and
 * is not used where a node would weigh nothing or less. */
START_TEST(nodes_are_a_rule)
{
    const struct fe_elem *elem;
    double x[FE_MAX_NODES][3], measure = make_cell(_i, &elem, x);
    bool other = elem->vtk == 22 || elem->vtk == 23 || elem->vtk == 24 ||
                 elem->vtk == 25;
    struct fe_tab tab;

    fe_tab_init(&tab, elem, FE_RULE_NODES);
    ck_assert_int_eq(tab.points == elem->nodes &&
                     tab.n[elem->nodes - 1][elem->nodes - 1] == 1, !other);
    if (elem->affine || elem->dim == 1 || elem->vtk == 28 || elem->vtk == 29)
        ck_assert_double_eq_tol(fe_kernel_measure(&tab, x), measure, 1e-12);
    for (int q = 0; !other && q < tab.points; q++)
        for (int i = 0; i < elem->nodes; i++)
            ck_assert_double_eq_tol(tab.n[q][i], i == q, 1e-15);
}
END_TEST

/* Each node of a face is one of fe_face_has(): as many as a facet has. */
START_TEST(faces_have_their_nodes)
{
    static const struct {
        int vtk, nodes; /* of each face */
    } row[] = {
        { 5, 2 },  { 9, 2 },  { 10, 3 }, { 12, 4 }, { 22, 3 },
        { 23, 3 }, { 24, 6 }, { 25, 8 }, { 28, 3 }, { 29, 9 },
    };

    for (size_t k = 0; k < sizeof(row) / sizeof(row[0]); k++) {
        const struct fe_elem *elem = fe_elem_vtk(row[k].vtk);

        for (int f = 0; f < fe_elem_faces(elem)->n; f++) {
            int n = 0;

            for (int i = 0; i < elem->nodes; i++)
                n += fe_face_has(elem, f, i);
            ck_assert_int_eq(n, row[k].nodes);
        }
    }
    ck_assert_ptr_null(fe_elem_faces(fe_elem_vtk(3)));
}
END_TEST

START_TEST(faces_are_known_by_corners)
{
    static const struct {
        int n;
        int64_t number[4], key[FE_FACE_MAX];
        int turn;
    } row[] = {
        { 2, { 3, 8 }, { -1, -1, 3, 8 }, 1 },
        { 2, { 8, 3 }, { -1, -1, 3, 8 }, -1 },
        { 3, { 9, 2, 5 }, { -1, 2, 5, 9 }, 1 },
        { 3, { 5, 2, 9 }, { -1, 2, 5, 9 }, -1 },
        { 3, { 2, 9, 5 }, { -1, 2, 5, 9 }, -1 },
        { 4, { 7, 1, 4, 6 }, { 1, 4, 6, 7 }, 1 },
        { 4, { 6, 4, 1, 7 }, { 1, 4, 6, 7 }, -1 },
    };

    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        int64_t key[FE_FACE_MAX];

        ck_assert_int_eq(fe_face_key(row[i].n, row[i].number, key),
                         row[i].turn);
        ck_assert_int_eq(fe_face_compare(key, row[i].key), 0);
    }
    ck_assert_int_lt(fe_face_compare(row[0].key, row[2].key), 0);
    ck_assert_int_gt(fe_face_compare(row[5].key, row[2].key), 0);
}
END_TEST

START_TEST(unknown_cells_have_no_element)
{
    static const int vtk[] = { 0, 2, 13, 14, 26, -1, 255, 128, 129, 138,
                               140 };

    for (size_t i = 0; i < sizeof(vtk) / sizeof(vtk[0]); i++)
        ck_assert_ptr_null(fe_elem_vtk(vtk[i]));
}
END_TEST

/* Also behind cells of second order, where it is the same. */
START_TEST(a_point_measures_one)
{
    static const double x[1][3] = { { 3, 2, 1 } };
    const struct fe_elem *point = fe_elem_vtk(1);
    struct fe_tab tab;

    fe_tab_init(&tab, point, FE_RULE_SYSTEM);
    ck_assert_int_eq(tab.points, 1);
    ck_assert_double_eq(tab.n[0][0], 1);
    ck_assert_double_eq(fe_kernel_measure(&tab, x), 1);
    ck_assert_ptr_eq(fe_elem_vtk(point->raised), point);
}
END_TEST

/* On a grid of 2^bits points an axis the curve visits each point once and
 * goes to a neighbour each time. */
START_TEST(curve_is_continuous)
{
    int axes = _i, side = axes == 3 ? 8 : 16, n = 1;
    struct fe_curve curve = { .axes = axes, .axis = { 0, 1, 2 },
                              .bits = axes == 3 ? 3 : 4, .scale = 1 };
    int at[512][3];
    char seen[512] = { 0 };

    for (int k = 0; k < axes; k++)
        n *= side;
    for (int i = 0; i < n; i++) {
        double x[3] = { i % side, i / side % side, i / (side * side) };
        uint64_t key = fe_curve_key(&curve, x);

        ck_assert_uint_lt(key, n);
        ck_assert_int_eq(seen[key], 0);
        seen[key] = 1;
        for (int k = 0; k < 3; k++)
            at[key][k] = (int)x[k];
    }
    for (int i = 1; i < n; i++) {
        int far = 0;

        for (int k = 0; k < 3; k++)
            far += abs(at[i][k] - at[i - 1][k]);
        ck_assert_int_eq(far, 1);
    }
}
END_TEST

START_TEST(keys_belong_to_parts)
{
    const uint64_t last[] = { 10, 10, 20, UINT64_MAX };

    ck_assert_int_eq(fe_curve_part(0, 4, last), 0);
    ck_assert_int_eq(fe_curve_part(10, 4, last), 0);
    ck_assert_int_eq(fe_curve_part(11, 4, last), 2);
    ck_assert_int_eq(fe_curve_part(20, 4, last), 2);
    ck_assert_int_eq(fe_curve_part(21, 4, last), 3);
    ck_assert_int_eq(fe_curve_part(UINT64_MAX, 4, last), 3);
}
END_TEST

/* Segments of a few nodes, as "03 31" ('-': a ghost, below 0; '9': one above)
 * and the numbers that the nodes get. */
static const struct {
    const char *cells;
    int n;
    const char *order;
} ways[] = {
    { "03 31 14 42", 5, "02413" }, /* a chain, from its end */
    { "31 42 03 14", 5, "02413" }, /* however its cells lie */
    { "12 20 13 35 04 46", 7, "0315264" }, /* both ends in turn */
    { "24 40 13", 5, "03241" }, /* the second part starts at node 1 */
    { "0- -2 29 91", 3, "012" }, /* nothing is reached through ghosts */
    { "", 3, "012" },
};

START_TEST(nodes_follow_their_neighbours)
{
    PetscCount first[10] = { 0 };
    PetscInt node[20], order[10], n_cells = 0, n = 0;

    for (const char *p = ways[_i].cells; *p; p++) {
        if (*p == ' ')
            continue;
        node[n++] = *p == '-' ? -3 : *p - '0';
        if (n % 2 == 0)
            first[++n_cells] = n;
    }
    ck_assert_int_eq(fe_order(ways[_i].n, n_cells, first, node, order), 0);
    for (int i = 0; i < ways[_i].n; i++)
        ck_assert_int_eq(order[i], ways[_i].order[i] - '0');
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fe");
    TCase *tc = tcase_create("fe");

    tcase_add_loop_test(tc, shape_functions_are_a_basis, 0, N_TYPES);
    tcase_add_loop_test(tc, shape_functions_belong_to_nodes, 0, N_TYPES);
    tcase_add_loop_test(tc, rules_measure_cells, 0, N_TYPES);
    tcase_add_loop_test(tc, rules_are_exact, 0, N_TYPES);
    tcase_add_loop_test(tc, kernels_agree, 0, N_TYPES);
    tcase_add_loop_test(tc, sources_add_up, 0, N_TYPES);
    tcase_add_loop_test(tc, pairs_are_two_facets, 0, N_TYPES);
    tcase_add_loop_test(tc, nodes_are_a_rule, 0, N_TYPES);
    tcase_add_test(tc, faces_have_their_nodes);
    tcase_add_test(tc, faces_are_known_by_corners);
    tcase_add_test(tc, unknown_cells_have_no_element);
    tcase_add_test(tc, a_point_measures_one);
    tcase_add_loop_test(tc, curve_is_continuous, 1, 4);
    tcase_add_test(tc, keys_belong_to_parts);
    tcase_add_loop_test(tc, nodes_follow_their_neighbours, 0,
                        (int)(sizeof(ways) / sizeof(ways[0])));
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
