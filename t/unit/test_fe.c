/* Elements, their maps and kernels, and the curve that divides a mesh. */
#include "unit.h"

#include <math.h>
#include <stdio.h>

#include "fe/curve.h"
#include "fe/elem.h"
#include "fe/kernel.h"

#define N_TYPES 5

/* A distorted cell of each type, and its measure. */
static const struct {
    int vtk;
    double x[FE_MAX_NODES][3];
    double measure;
} cell[N_TYPES] = {
    { 3, { { 1, 1, 1 }, { 3, 4, 7 } }, 7 },
    { 5, { { 0, 0, 0 }, { 2, 0, 0 }, { 0, 3, 4 } }, 5 },
    { 9, { { 0, 0, 0 }, { 4, 0, 0 }, { 3, 2, 0 }, { 1, 2, 0 } }, 6 },
    { 10, { { 0, 0, 0 }, { 2, 0, 0 }, { 1, 3, 0 }, { 1, 1, 4 } }, 4 },
    /* a frustum: 4 x 4 below, 2 x 2 on top, 3 high */
    { 12, { { 0, 0, 0 }, { 4, 0, 0 }, { 4, 4, 0 }, { 0, 4, 0 },
            { 1, 1, 3 }, { 3, 1, 3 }, { 3, 3, 3 }, { 1, 3, 3 } }, 28 },
};

START_TEST(shape_functions_are_a_basis)
{
    const struct fe_elem *elem = fe_elem_vtk(cell[_i].vtk);
    double xi[3] = { 0.2, 0.3, 0.1 }, step = 1e-6;
    double n[8], dn[8][3], n2[8], unused[8][3], sum = 0;

    elem->shape(xi, n, dn);
    for (int i = 0; i < elem->nodes; i++)
        sum += n[i];
    ck_assert_double_eq_tol(sum, 1, 1e-15);
    for (int k = 0; k < elem->dim; k++) {
        double moved[3] = { xi[0], xi[1], xi[2] };

        moved[k] += step;
        elem->shape(moved, n2, unused);
        for (int i = 0; i < elem->nodes; i++)
            ck_assert_double_eq_tol((n2[i] - n[i]) / step, dn[i][k], 1e-9);
    }
}
END_TEST

START_TEST(rules_measure_cells)
{
    static const enum fe_rule rule[] = { FE_RULE_SYSTEM, FE_RULE_ERROR };
    struct fe_tab tab;

    for (int r = 0; r < 2; r++) {
        fe_tab_init(&tab, fe_elem_vtk(cell[_i].vtk), rule[r]);
        ck_assert_double_eq_tol(fe_kernel_measure(&tab, cell[_i].x),
                                cell[_i].measure, 1e-13);
    }
}
END_TEST

/* The integral of x^a y^b z^c over the reference cell. */
static double monomial(const struct fe_elem *elem, const int power[3])
{
    double value = 1;
    int total = elem->dim;

    for (int k = 0; k < elem->dim; k++) {
        value *= elem->affine && elem->dim > 1 ? tgamma(power[k] + 1)
                                               : 1. / (power[k] + 1);
        total += power[k];
    }
    return elem->affine && elem->dim > 1 ? value / tgamma(total + 1) : value;
}

/* Coordinate k of node i of the reference cell. */
static double corner(const struct fe_elem *elem, int i, int k)
{
    if (elem->affine)
        return i == k + 1;
    if (k == 2)
        return i >= 4;
    return k == 1 ? i % 4 >= 2 : i % 4 == 1 || i % 4 == 2;
}

static double by_rule(const struct fe_tab *tab, const int power[3])
{
    double sum = 0;

    for (int q = 0; q < tab->points; q++) {
        double value = tab->w[q];

        for (int k = 0; k < tab->elem->dim; k++) {
            double xi = 0;

            for (int i = 0; i < tab->elem->nodes; i++)
                xi += tab->n[q][i] * corner(tab->elem, i, k);
            value *= pow(xi, power[k]);
        }
        sum += value;
    }
    return sum;
}

/* Exact to degree 2 for matrices, 5 for norms. */
START_TEST(rules_are_exact)
{
    const struct fe_elem *elem = fe_elem_vtk(cell[_i].vtk);
    struct fe_tab tab;

    for (int r = 0; r < 2; r++) {
        int degree = r ? 5 : 2;

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
    static const double u[8] = { 3, -1, 4, 1, -5, 9, 2, -6 };
    struct fe_tab tab;
    double a[64], r[8], total[2] = { 0, 0 }, sum = 0;
    int nodes;

    fe_tab_init(&tab, fe_elem_vtk(cell[_i].vtk), FE_RULE_SYSTEM);
    nodes = tab.elem->nodes;
    fe_kernel_matrix(&tab, cell[_i].x, 2, 3, a);
    fe_kernel_residual(&tab, cell[_i].x, 2, 3, u, u, NULL, r, total);
    for (int i = 0; i < nodes; i++) {
        double want = 0;

        for (int j = 0; j < nodes; j++) {
            want += a[i * nodes + j] * u[j];
            sum += a[i * nodes + j];
            ck_assert_double_eq(a[i * nodes + j], a[j * nodes + i]);
        }
        ck_assert_double_eq_tol(r[i], want, 1e-12);
    }
    ck_assert_double_eq_tol(sum, 3 * cell[_i].measure, 1e-12);
    ck_assert_double_eq(total[1], 0);
}
END_TEST

START_TEST(sources_add_up)
{
    struct fe_tab tab;
    double s[FE_MAX_POINTS], r[8], total[2] = { 0, 0 }, sum = 0;

    fe_tab_init(&tab, fe_elem_vtk(cell[_i].vtk), FE_RULE_SYSTEM);
    for (int q = 0; q < tab.points; q++)
        s[q] = 7;
    fe_kernel_residual(&tab, cell[_i].x, 0, 0, NULL, NULL, s, r, total);
    for (int i = 0; i < tab.elem->nodes; i++)
        sum += r[i];
    ck_assert_double_eq_tol(total[1], 7 * cell[_i].measure, 1e-12);
    ck_assert_double_eq_tol(sum, -total[1], 1e-12);
}
END_TEST

START_TEST(unknown_cells_have_no_element)
{
    static const int vtk[] = { 0, 1, 13, 14, 24, -1, 255 };

    for (size_t i = 0; i < sizeof(vtk) / sizeof(vtk[0]); i++)
        ck_assert_ptr_null(fe_elem_vtk(vtk[i]));
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

int main(void)
{
    Suite *suite = suite_create("fe");
    TCase *tc = tcase_create("fe");

    tcase_add_loop_test(tc, shape_functions_are_a_basis, 0, N_TYPES);
    tcase_add_loop_test(tc, rules_measure_cells, 0, N_TYPES);
    tcase_add_loop_test(tc, rules_are_exact, 0, N_TYPES);
    tcase_add_loop_test(tc, kernels_agree, 0, N_TYPES);
    tcase_add_loop_test(tc, sources_add_up, 0, N_TYPES);
    tcase_add_test(tc, unknown_cells_have_no_element);
    tcase_add_loop_test(tc, curve_is_continuous, 1, 4);
    tcase_add_test(tc, keys_belong_to_parts);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
