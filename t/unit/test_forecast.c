/* test_forecast.c - forecasts with known durations, and what bounds them */
#include "run/accounts/forecast.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "run/accounts/budget.h"
#include "run/accounts/estimate.h"
#include "run/accounts/usage.h"
#include "t/unit/unit.h"

static const size_t up[] = { 0, 1, 2, 3 };
static const size_t s0[] = { 0 }, s1[] = { 1 }, s01[] = { 0, 1 };
static const size_t s12[] = { 1, 2 };

/* n tasks, task_s each, slots each */
#define FREE(n_, s_, k_) { .n = n_, .task_s = s_, .slots = k_ }
#define AFTER(n_, s_, k_, list, n_list)                                      \
    { .n = n_, .task_s = s_, .slots = k_, .after = list, .n_after = n_list }
#define ALONG(n_, s_, k_, list, n_list)                                      \
    { .n = n_, .task_s = s_, .slots = k_, .along = list, .n_along = n_list }

static const struct {
    const char *what;
    struct ft_work stage[4];
    size_t n;
    int slots;
    struct ft_under_way running[2];
    size_t n_running;
    double left_s, least_s, path_s;
    const char *path; /* numbers of its stages */
    size_t n_unknown;
} row[] = {
    { "tasks that need nothing", { FREE(100, 10, 1) }, 1, 2, { { 0 } }, 0,
      500, 500, 10, "0", 0 },
    { "one wave more for the last one", { FREE(101, 10, 1) }, 1, 2, { { 0 } },
      0, 510, 505, 10, "0", 0 },
    { "a chain",
      { FREE(1, 5, 1), AFTER(1, 7, 1, s0, 1), AFTER(1, 11, 1, s1, 1) }, 3, 4,
      { { 0 } }, 0, 23, 23, 23, "012", 0 },
    { "a sweep that is gathered",
      { FREE(100, 10, 1), AFTER(1, 1500, 1, s0, 1) }, 2, 2, { { 0 } }, 0,
      2000, 1510, 1510, "01", 0 },
    { "two sweeps and one gather",
      { FREE(100, 10, 1), FREE(100, 10, 1), AFTER(1, 1500, 1, s01, 2) }, 3, 2,
      { { 0 } }, 0, 2500, 1750, 1510, "02", 0 },
    { "cell by cell", { FREE(4, 10, 1), ALONG(4, 10, 1, s0, 1) }, 2, 2,
      { { 0 } }, 0, 40, 40, 20, "01", 0 },
    { "cells of the first go on when all slots are free",
      { FREE(4, 10, 1), ALONG(4, 10, 1, s0, 1) }, 2, 8, { { 0 } }, 0, 20, 20,
      20, "01", 0 },
    { "two slots of three are taken", { FREE(3, 10, 2) }, 1, 3, { { 0 } }, 0,
      30, 20, 10, "0", 0 },
    { "the longest path comes first",
      { FREE(2, 1, 1), FREE(1, 5, 1), AFTER(1, 5, 1, s1, 1) }, 3, 2,
      { { 0 } }, 0, 10, 10, 10, "12", 0 },
    { "what runs, then what waits",
      { { .n = 3, .n_done = 1, .n_running = 1, .task_s = 10, .slots = 1 } },
      1, 1, { { 0, 3 } }, 1, 13, 13, 10, "0", 0 },
    { "what runs is the longest path",
      { { .n = 1, .n_running = 1, .task_s = 10, .slots = 1 },
        AFTER(1, 2, 1, s0, 1), FREE(1, 3, 1) }, 3, 2, { { 0, 4 } }, 1, 6, 6,
      6, "01", 0 },
    { "later than thought", /* nobody knows how much */
      { { .n = 1, .n_running = 1, .task_s = 10, .slots = 1 } }, 1, 1,
      { { 0, 0 } }, 1, 0, 0, 0, "", 0 },
    { "a stage that was never seen is taken for nothing, and counted",
      { FREE(1, 5, 1), AFTER(1, -1, 1, s0, 1), AFTER(1, 4, 1, s1, 1) }, 3, 1,
      { { 0 } }, 0, 9, 9, 9, "02", 1 },
    { "nothing is known", { FREE(7, -1, 1) }, 1, 2, { { 0 } }, 0, 0, 0, 0, "",
      1 },
    { "all is done",
      { { .n = 5, .n_done = 5, .task_s = 10, .slots = 1 } }, 1, 2, { { 0 } },
      0, 0, 0, 0, "", 0 },
    { "a stage without tasks holds nobody up",
      { FREE(0, 10, 1), AFTER(1, 3, 1, s0, 1), ALONG(2, 2, 1, s0, 1) }, 3, 3,
      { { 0 } }, 0, 3, 3, 3, "1", 0 },
    { "a diamond",
      { FREE(1, 1, 1), AFTER(1, 8, 1, s0, 1), AFTER(1, 2, 1, s0, 1),
        AFTER(1, 1, 1, s12, 2) }, 4, 2, { { 0 } }, 0, 10, 10, 10, "013", 0 },
};

START_TEST(known_durations)
{
    struct ft_rest rest = { row[_i].stage, row[_i].n, up, row[_i].slots,
                            row[_i].running, row[_i].n_running };
    char path[FT_PATH_MAX + 1] = "";
    struct ft_forecast f;

    ft_forecast_make(&rest, &f);
    for (size_t i = 0; i < f.n_path; i++)
        path[i] = (char)('0' + f.path[i]);
    ck_assert_msg(fabs(f.left_s - row[_i].left_s) < 1e-9, "%s: left %g",
                  row[_i].what, f.left_s);
    ck_assert_msg(fabs(f.least_s - row[_i].least_s) < 1e-9, "%s: least %g",
                  row[_i].what, f.least_s);
    ck_assert_msg(fabs(f.path_s - row[_i].path_s) < 1e-9, "%s: path %g",
                  row[_i].what, f.path_s);
    ck_assert_str_eq(path, row[_i].path);
    ck_assert_uint_eq(f.n_unknown, row[_i].n_unknown);
}
END_TEST

START_TEST(upward_ranks)
{
    static const struct ft_work stage[] = {
        FREE(1, 1, 1), AFTER(1, 8, 1, s0, 1), AFTER(1, 2, 1, s0, 1),
        AFTER(1, -1, 1, s12, 2), /* taken for (1 + 8 + 2) / 3 */
    };
    struct ft_rest rest = { stage, 4, up, 2, NULL, 0 };
    double rank[4];

    ft_upward_ranks(&rest, rank);
    ck_assert_double_eq_tol(rank[3], 11 / 3.0, 1e-9);
    ck_assert_double_eq_tol(rank[2], 2 + 11 / 3.0, 1e-9);
    ck_assert_double_eq_tol(rank[1], 8 + 11 / 3.0, 1e-9);
    ck_assert_double_eq_tol(rank[0], 9 + 11 / 3.0, 1e-9);
}
END_TEST

/* Without any history every stage weighs the same: the longest chain wins. */
START_TEST(ranks_of_the_unknown)
{
    static const struct ft_work stage[] = {
        FREE(1, -1, 1), FREE(1, -1, 1), AFTER(1, -1, 1, s1, 1),
    };
    struct ft_rest rest = { stage, 3, up, 2, NULL, 0 };
    double rank[3];

    ft_upward_ranks(&rest, rank);
    ck_assert_double_eq(rank[0], 1);
    ck_assert_double_eq(rank[1], 2);
    ck_assert_double_eq(rank[2], 1);
}
END_TEST

START_TEST(a_million_tasks)
{
    static const struct ft_work stage[] = { FREE(1000000, 1, 1),
                                            AFTER(1, 10, 1, s0, 1) };
    struct ft_rest rest = { stage, 2, up, 3, NULL, 0 };
    struct ft_forecast f;

    ft_forecast_make(&rest, &f);
    ck_assert_double_eq_tol(f.left_s, 1e6 / 3 + 10, 400);
}
END_TEST

/* xorshift64: the same numbers for the same seed everywhere. */
static size_t draw(uint64_t *seed, size_t n)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (size_t)(*seed % n);
}

/* Any list schedule of tasks of one slot ends by W/P + (1 - 1/P) C (Graham
 * 1969), and none before max(C, W/P). */
START_TEST(within_the_bounds_of_theory)
{
    enum { N = 12 };
    static size_t order[N], from[N];
    uint64_t seed = 0x9e3779b97f4a7c15u + (uint64_t)_i;
    struct ft_work stage[N];
    struct ft_rest rest = { stage, N, order, (int)(1 + draw(&seed, 7)), NULL,
                            0 };
    struct ft_forecast f;
    double work = 0;

    for (size_t s = 0; s < N; s++) {
        order[s] = s;
        from[s] = s ? draw(&seed, s) : 0;
        stage[s] = (struct ft_work){ .n = 1 + draw(&seed, 9), .slots = 1,
                                     .task_s = (double)draw(&seed, 50) };
        work += (double)stage[s].n * stage[s].task_s;
        if (s && draw(&seed, 3)) {
            stage[s].after = &from[s];
            stage[s].n_after = 1;
        }
    }
    ft_forecast_make(&rest, &f);
    ck_assert_double_ge(f.left_s, f.least_s - 1e-9);
    ck_assert_double_le(f.left_s, work / rest.slots +
                                      (1 - 1.0 / rest.slots) * f.path_s +
                                      1e-9);
}
END_TEST

/* --- estimates ------------------------------------------------------------ */

static const struct {
    struct ft_estimate earlier;
    struct ft_usage now;
    double task_s;
    size_t n;
} estimate[] = {
    { { 0, 0 }, { 0 }, 0, 0 },
    { { 8, 2 }, { 0 }, 8, 2 },
    { { 8, 500 }, { 0 }, 8, 3 },
    { { 0, 0 }, { .n_ok = 4, .ok_s = 20 }, 5, 4 },
    { { 8, 500 }, { .n_ok = 1, .ok_s = 4 }, 7, 4 },
    { { 8, 500 }, { .n_ok = 97, .ok_s = 97 * 4 }, 4.12, 100 },
};

START_TEST(estimates_follow_this_run)
{
    struct ft_estimate e = ft_estimate_update(&estimate[_i].earlier,
                                              &estimate[_i].now);

    ck_assert_double_eq_tol(e.task_s, estimate[_i].task_s, 1e-9);
    ck_assert_uint_eq(e.n, estimate[_i].n);
}
END_TEST

/* --- budgets -------------------------------------------------------------- */

static const struct {
    struct ft_budget_case c;
    enum ft_budget_answer answer;
} ask[] = {
    { { 0, 1e9, 1e9, 1e9 }, FT_BUDGET_YES },
    { { 10, 0, 0, 0 }, FT_BUDGET_YES },
    { { 10, 4, 3, 3 }, FT_BUDGET_YES }, /* to the last second */
    { { 10, 4, 3, 3.1 }, FT_BUDGET_WAIT },
    { { 10, 4, 30, 6 }, FT_BUDGET_WAIT },
    { { 10, 4, 0, 6 }, FT_BUDGET_YES },
    { { 10, 4, 0, 6.1 }, FT_BUDGET_NO },
    { { 10, 4, 3, 6.1 }, FT_BUDGET_NO }, /* waiting will not help */
    { { 10, 9.9, 0, 0 }, FT_BUDGET_YES },
    { { 10, 10, 0, 0 }, FT_BUDGET_NO },
    { { 10, 12, 5, 0 }, FT_BUDGET_NO },
};

START_TEST(budgets)
{
    ck_assert_int_eq(ft_budget_ask(&ask[_i].c), ask[_i].answer);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("forecast");
    TCase *tc = tcase_create("forecast");

    tcase_add_loop_test(tc, known_durations, 0, FT_ARRAY_LEN(row));
    tcase_add_test(tc, upward_ranks);
    tcase_add_test(tc, ranks_of_the_unknown);
    tcase_add_test(tc, a_million_tasks);
    tcase_add_loop_test(tc, within_the_bounds_of_theory, 0, 500);
    tcase_add_loop_test(tc, estimates_follow_this_run, 0,
                        FT_ARRAY_LEN(estimate));
    tcase_add_loop_test(tc, budgets, 0, FT_ARRAY_LEN(ask));
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
