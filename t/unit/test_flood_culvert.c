/* Culverts: the examples on HDS-5's charts, full flow by hand, limits. */
#include "unit.h"

#include <math.h>

#include "flood/culvert.h"

#define FOOT 0.3048
#define CFS (FOOT * FOOT * FOOT)

/* Worked examples of the charts 1B, 2B and 8B, which are read from nomographs:
 * headwater over the rise for a discharge, inlet control. */
static const struct {
    const char *entrance;
    double diameter, width, height; /* ft */
    double q;                       /* ft3/s */
    double head;                    /* by the rise */
} chart[] = {
    { "concrete_headwall", 3.5, 0, 0, 120, 2.5 },
    { "concrete_groove_headwall", 3.5, 0, 0, 120, 2.1 },
    { "concrete_groove_projecting", 3.5, 0, 0, 120, 2.2 },
    { "metal_headwall", 3, 0, 0, 66, 1.8 },
    { "metal_mitered", 3, 0, 0, 66, 2.1 },
    { "metal_projecting", 3, 0, 0, 66, 2.2 },
    { "box_wingwalls_30_to_75", 0, 5, 2, 75, 1.75 },
    { "box_wingwalls_90_or_15", 0, 5, 2, 75, 1.9 },
    { "box_wingwalls_0", 0, 5, 2, 75, 2.05 },
};

START_TEST(charts)
{
    double rise = chart[_i].diameter > 0 ? chart[_i].diameter
                                         : chart[_i].height;
    struct flood_culvert c = {
        .diameter = chart[_i].diameter * FOOT,
        .width = chart[_i].width * FOOT, .height = chart[_i].height * FOOT,
        .length = 1, .manning = 0.001, .barrels = 1,
        .entrance = flood_entrance(chart[_i].entrance),
    };
    double q = flood_culvert_flow(&c, chart[_i].head * rise * FOOT, 0, 0);

    ck_assert_double_eq_tol(q / (chart[_i].q * CFS), 1, 0.04);
}
END_TEST

/* A pipe of 1 m, 100 m long, n 0.012, loss 0.5, falls by 0.5 m; both ends under
 * water, whose surfaces differ by 1 m.  By hand: A = 0.785398, R = 0.25,
 * R^(4/3) = 0.157490, friction 2 g n^2 L / R^(4/3) = 1.793941, all
 * 3.293941 velocity heads; V = sqrt(2 g / 3.293941) = 2.440572 m/s. */
START_TEST(full)
{
    struct flood_culvert c = {
        .diameter = 1, .length = 100, .barrels = 1, .manning = 0.012,
        .entrance = flood_entrance("concrete_headwall"),
    };
    double want = 2.440572 * 0.785398;

    ck_assert_double_eq_tol(flood_culvert_flow(&c, 3, 2.5, 0.5), want, 1e-5);
    c.barrels = 3;
    ck_assert_double_eq_tol(flood_culvert_flow(&c, 3, 2.5, 0.5), 3 * want,
                            3e-5);
    /* The same of a box, 2 m by 1 m: R = 1 / 3, A = 2. */
    c = (struct flood_culvert){ .width = 2, .height = 1, .length = 100,
                                .manning = 0.012, .barrels = 1,
                                .entrance = flood_entrance("box_wingwalls_0") };
    want = 2 * sqrt(2 * 9.81 /
                    (1.7 + 2 * 9.81 * 1.44e-4 * 100 * pow(3, 4.0 / 3)));
    ck_assert_double_eq_tol(flood_culvert_flow(&c, 3, 2.5, 0.5), want, 1e-9);
}
END_TEST

/* More water before it never carries less, more behind it never more; nothing
 * jumps where one control or formula takes over. */
START_TEST(steady)
{
    struct flood_culvert c = { .diameter = 1, .length = 40, .barrels = 1,
                               .manning = 0.013,
                               .entrance = flood_entrance(chart[_i].entrance) };
    double last = 0;

    if (c.entrance->box)
        c = (struct flood_culvert){ .width = 2, .height = 1, .length = 40,
                                    .barrels = 1, .manning = 0.013,
                                    .entrance = c.entrance };
    for (int k = -4; k < 8; k++) {
        double tail = 0.25 * k;

        last = 0;
        for (int i = 0; i < 100; i++) {
            double head = 0.04 * i;
            double q = flood_culvert_flow(&c, head, tail, 0.1);

            ck_assert_msg(q >= last - 1e-9, "%g %g: %g %g", head, tail, q,
                          last);
            if (head > tail + 0.1) /* as a root below that */
                ck_assert_msg(q < 1.25 * last + 0.1, "%g %g: %g %g", head,
                              tail, q, last);
            ck_assert(q <= flood_culvert_flow(&c, head, tail - 0.2, 0.1) +
                               1e-9);
            last = q;
        }
        ck_assert(last > 0);
    }
}
END_TEST

START_TEST(nothing)
{
    struct flood_culvert c = { .diameter = 1, .length = 40, .barrels = 1,
                               .manning = 0.013,
                               .entrance = flood_entrance("metal_headwall") };

    ck_assert_ptr_null(flood_entrance("metal"));
    ck_assert_double_eq(flood_culvert_flow(&c, 0, -1, 0.1), 0);
    ck_assert_double_eq(flood_culvert_flow(&c, -1, -5, 0.1), 0);
    /* the same level at both ends, and a level that is higher behind it */
    ck_assert_double_eq(flood_culvert_flow(&c, 1, 1.25, 0.25), 0);
    ck_assert_double_eq(flood_culvert_flow(&c, 1, 1.5, 0.25), 0);
    /* the outlet is higher than the water before it */
    ck_assert_double_eq(flood_culvert_flow(&c, 1, -9, -1.5), 0);
}
END_TEST

int main(void)
{
    const int n = (int)(sizeof(chart) / sizeof(chart[0]));
    TCase *all = tcase_create("culvert");
    Suite *suite = suite_create("flood_culvert");

    tcase_set_timeout(all, 60);
    tcase_add_loop_test(all, charts, 0, n);
    tcase_add_test(all, full);
    tcase_add_loop_test(all, steady, 0, n);
    tcase_add_test(all, nothing);
    suite_add_tcase(suite, all);
    return unit_main(suite);
}
