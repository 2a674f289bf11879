/* Every kernel of env.flood gives the same bits; the one that rounds each
 * product differs by rounding only. */
#include "unit.h"

#include <math.h>
#include <string.h>

#include "flood/kernel.h"

#define NX 77 /* not a whole number of vectors */
#define NY 13
#define STRIDE 104
#define PAD 16
#define SIZE ((NY + 2 * FLOOD_HALO + 1) * STRIDE)
#define STEPS 40
#define AT(i, j) (((j) + FLOOD_HALO) * STRIDE + PAD + (i))

/* Old and new depth and discharges, peaks. */
enum { OLD, NEW = 3, PEAKS = 6, ARRAYS = 10 };

struct domain {
    double a[ARRAYS][SIZE], z[SIZE];
    double rate;
};

static const struct flood_source source = { AT(3, 2), 1e-3, 1e-3, -1e-3 };

typedef void run_fn(struct flood_tile *tile);

static run_fn *scheme(const struct flood_kernel *kernel, int which)
{
    run_fn *const all[] = { kernel->first, kernel->second, kernel->inertial };

    return all[which];
}

/* From one seed always the same numbers, 0 to 1. */
static double next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed / 4294967296.0;
}

/* Rough ground, deep, shallow and dry, with a wall and a cliff. */
static void fill(struct domain *d)
{
    uint32_t seed = 7;

    memset(d, 0, sizeof(*d));
    for (int k = 0; k < SIZE; k++) {
        d->z[k] = 1000;
        d->a[PEAKS + 3][k] = INFINITY;
    }
    for (int j = 0; j < NY; j++)
        for (int i = 0; i < NX; i++) {
            double z = 0.3 * next(&seed) + (i > 50 ? 2 : 0);
            double level = i < 20 ? 3 : i < 35 ? 0.2 : 2.2;

            d->z[AT(i, j)] = i == 40 ? 9 : z;
            d->a[OLD][AT(i, j)] = i < 40 ? fmax(level - z, 0) : i > 60;
        }
}

/* Depth and discharges from array 'k' on. */
static struct flood_state state_of(struct domain *d, int k)
{
    return (struct flood_state){ d->a[k], d->a[k + 1], d->a[k + 2] };
}

/* One step, the 'n'th. */
static struct flood_tile step(struct domain *d, run_fn *advance, int n)
{
    struct flood_peaks peaks = {
        .depth = d->a[PEAKS], .speed2 = d->a[PEAKS + 1],
        .hazard = d->a[PEAKS + 2], .arrival = d->a[PEAKS + 3],
        .wet = 0.01, .debris = { 0.5, 1 }, .deep = 0.25,
    };
    struct flood_tile tile = {
        .first = AT(0, 0), .stride = STRIDE, .nx = NX, .ny = NY,
        .dt = 0.02, .dx = 1, .dy = 1, .g = 9.81, .dry = 1e-6, .theta = 0.8,
        .time_s = 0.02 * n, .z = d->z, .drag_all = 0.009,
        .old = state_of(d, OLD), .new = state_of(d, NEW),
        .peaks = &peaks, .source = &source, .n_sources = 1,
    };

    advance(&tile);
    return tile;
}

static void run(struct domain *d, run_fn *advance)
{
    fill(d);
    for (int n = 0; n < STEPS; n++) {
        struct flood_tile tile = step(d, advance, n);

        ck_assert_int_eq(tile.bad, 0);
        d->rate = tile.rate;
        for (int j = 0; j < NY; j++) /* what is around stays */
            for (int k = 0; k < 3; k++)
                memcpy(d->a[OLD + k] + AT(0, j), d->a[NEW + k] + AT(0, j),
                       NX * sizeof(double));
    }
}

START_TEST(same_bits)
{
    static const char *const name[] = { "generic", "avx2", "avx512" };
    static struct domain first, other;

    run(&first, scheme(flood_kernel(name[0]), _i));
    ck_assert_double_gt(first.a[PEAKS + 1][AT(37, 5)], 0);
    ck_assert_double_gt(first.rate, 1);
    for (int k = 1; k < 3; k++) {
        const struct flood_kernel *kernel = flood_kernel(name[k]);

        if (!kernel)
            continue;
        run(&other, scheme(kernel, _i));
        ck_assert_mem_eq(&first, &other, sizeof(first));
    }
}
END_TEST

START_TEST(rounded_products)
{
    static struct domain fused, rounded;

    run(&fused, scheme(flood_kernel("generic"), _i));
    run(&rounded, scheme(&flood_kernel_generic, _i));
    for (int k = 0; k < ARRAYS; k++)
        for (int c = 0; c < SIZE; c++)
            if (isfinite(fused.a[k][c]) || isfinite(rounded.a[k][c]))
                ck_assert_double_eq_tol(fused.a[k][c], rounded.a[k][c], 1e-9);
}
END_TEST

START_TEST(bad_depths)
{
    static const double depth[] = { NAN, -1 };
    static struct domain d;

    for (int k = 0; k < 2; k++) {
        fill(&d);
        d.a[OLD][AT(NX - 1, NY - 1)] = depth[k];
        ck_assert_int_eq(step(&d, scheme(flood_kernel(NULL), _i), 0).bad, 1);
    }
}
END_TEST

START_TEST(unknown_name)
{
    ck_assert_ptr_null(flood_kernel("sse9"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("flood_kernel");
    TCase *tc = tcase_create("flood_kernel");

    tcase_add_loop_test(tc, same_bits, 0, 3);
    tcase_add_loop_test(tc, rounded_products, 0, 3);
    tcase_add_loop_test(tc, bad_depths, 0, 3);
    tcase_add_test(tc, unknown_name);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
