/* What post.* is built on: exact sums, units of integrals, cuts. */
#include "unit.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "post/cut.h"
#include "post/exact.h"
#include "post/quantity.h"

/* --- exact sums ----------------------------------------------------------- */

static const struct {
    double x[5];
    double sum;
} sums[] = {
    { { 0 }, 0 },
    { { 1, 1e100, 1, -1e100 }, 2 },
    { { 0.1, 0.2, -0.3 }, 0x1p-55 }, /* what the three doubles lack */
    { { DBL_MAX, -DBL_MAX, DBL_TRUE_MIN }, DBL_TRUE_MIN },
    { { -DBL_TRUE_MIN, -DBL_TRUE_MIN }, -2 * DBL_TRUE_MIN },
    { { DBL_MIN, -DBL_TRUE_MIN }, DBL_MIN - DBL_TRUE_MIN },
    { { -1, 0x1p-53, 0x1p-53 }, -1 + 0x1p-52 },
    { { DBL_MAX / 2, DBL_MAX / 4, DBL_MAX / 4, -DBL_MAX }, 0 },
    { { 1e300, 1, -1e300, 0x1p-1070, -1 }, 0x1p-1070 },
};

START_TEST(sums_are_exact)
{
    struct post_sum there = { 0 }, back = { 0 };
    double want = sums[_i].sum;

    for (int i = 0; i < 5; i++) {
        post_sum_add(&there, sums[_i].x[i]);
        post_sum_add(&back, sums[_i].x[4 - i]);
    }
    ck_assert_double_eq(post_sum_value(&there), post_sum_value(&back));
    ck_assert_double_le(fabs(post_sum_value(&there) - want),
                        fabs(want) * DBL_EPSILON);
}
END_TEST

START_TEST(many_additions_do_not_overflow)
{
    struct post_sum sum = { .added = (1u << 29) - 3 };

    for (int i = 0; i < 1000; i++)
        post_sum_add(&sum, -0x1.fffffffffffffp0);
    for (int i = 0; i < 1000; i++)
        post_sum_add(&sum, 2);
    ck_assert_double_eq_tol(post_sum_value(&sum), 1000 * 0x1p-52, 1e-26);
}
END_TEST

/* --- units ---------------------------------------------------------------- */

static const struct {
    const char *unit;
    int power;
    const char *want;
} units[] = {
    { "W m-2", 2, "W" },
    { "W.m-2", 2, "W" },
    { "W m-2", 3, "W m" },
    { "K", 3, "K m3" },
    { "1", 2, "m2" },
    { "m-2", 2, "1" },
    { "m", 1, "m2" },
    { "m s-1", 2, "s-1 m3" },
    { "mm", 1, "mm m" },
    { "mol m-3", 3, "mol" },
    { "K", 0, "K" },
    { "degC/min", 2, "(degC/min) m2" },
    { "m.kg.s-3.K-1", 1, "kg s-3 K-1 m2" },
};

START_TEST(units_of_integrals)
{
    char text[POST_UNIT_MAX];

    ck_assert_int_eq(post_unit_times_metres(units[_i].unit, units[_i].power,
                                            text, sizeof(text)), 0);
    ck_assert_str_eq(text, units[_i].want);
}
END_TEST

START_TEST(units_that_do_not_fit)
{
    char text[5];

    ck_assert_int_eq(post_unit_times_metres("K s", 2, text, 5), -1);
    ck_assert_int_eq(post_unit_times_metres("K", 2, text, 5), 0);
    ck_assert_str_eq(text, "K m2");
}
END_TEST

/* --- cuts ----------------------------------------------------------------- */

/* Adds up the measure of the pieces, and the integral of the value. */
static void add_piece(const struct post_vertex v[], int n, void *user)
{
    double *sum = user, a[3], b[3] = { 0, 0, 0 }, size, mean = 0;

    for (int k = 0; k < 3; k++) {
        a[k] = v[1].x[k] - v[0].x[k];
        if (n == 3)
            b[k] = v[2].x[k] - v[0].x[k];
    }
    size = sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]);
    if (n == 3)
        size = 0.5 * sqrt(pow(a[1] * b[2] - a[2] * b[1], 2) +
                          pow(a[2] * b[0] - a[0] * b[2], 2) +
                          pow(a[0] * b[1] - a[1] * b[0], 2));
    for (int i = 0; i < n; i++)
        mean += v[i].value / n;
    sum[0] += size;
    sum[1] += size * mean;
}

static const double cube[8][3] = {
    { 0, 0, 0 }, { 1, 0, 0 }, { 1, 1, 0 }, { 0, 1, 0 },
    { 0, 0, 1 }, { 1, 0, 1 }, { 1, 1, 1 }, { 0, 1, 1 },
};

static const struct {
    int vtk;
    struct post_plane plane;
    double size, integral; /* of x + 2 y + 4 z */
} cuts[] = {
    { 12, { { 0, 0, 1 }, 0.25 }, 1, 2.5 },
    { 12, { { 1, 0, 0 }, 0.5 }, 1, 3.5 },
    { 12, { { 0, 0, 1 }, 0 }, 0, 0 },   /* all of it is above */
    { 12, { { 0, 0, 1 }, 1 }, 1, 5.5 }, /* its top is not below */
    { 12, { { 0, 0, -1 }, -1 }, 0, 0 },
    { 12, { { 0, 0, 1 }, 1.5 }, 0, 0 },
    { 9, { { 1, 0, 0 }, 0.25 }, 1, 1.25 },
    { 9, { { 0, 1, 0 }, 1 }, 1, 2.5 },
    { 5, { { 1, 0, 0 }, 0.25 }, 0.25, 0.125 }, /* from y = 0 to x */
};

START_TEST(cuts_of_cells)
{
    const struct fe_elem *elem = fe_elem_vtk(cuts[_i].vtk);
    double value[8], sum[2] = { 0, 0 };

    for (int i = 0; i < 8; i++)
        value[i] = cube[i][0] + 2 * cube[i][1] + 4 * cube[i][2];
    post_cut_cell(elem, cube, value, &cuts[_i].plane, add_piece, sum);
    ck_assert_double_eq_tol(sum[0], cuts[_i].size, 1e-14);
    ck_assert_double_eq_tol(sum[1], cuts[_i].integral, 1e-13);
}
END_TEST

#define LEN(a) ((int)(sizeof(a) / sizeof((a)[0])))

int main(void)
{
    Suite *suite = suite_create("post");
    TCase *tc = tcase_create("post");

    tcase_add_loop_test(tc, sums_are_exact, 0, LEN(sums));
    tcase_add_test(tc, many_additions_do_not_overflow);
    tcase_add_loop_test(tc, units_of_integrals, 0, LEN(units));
    tcase_add_test(tc, units_that_do_not_fit);
    tcase_add_loop_test(tc, cuts_of_cells, 0, LEN(cuts));
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
