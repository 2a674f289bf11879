/* test_share.c - slots and memory divided among runs, once and over time */
#include "run/drive/share.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/path.h"
#include "data/store/project.h"
#include "run/drive/share_file.h"
#include "t/unit/unit.h"

#define RUNS_MAX 4

static struct ft_share_claim claim(double weight, int priority, int used,
                                   int wanted, int unit, double served)
{
    return (struct ft_share_claim){ .weight = weight, .priority = priority,
                                    .served = served, .slots = 4,
                                    .used = used, .wanted = wanted,
                                    .unit = unit };
}

/* --- one division --------------------------------------------------------- */

/* weight, priority, used, wanted, unit, served */
static const struct {
    const char *what;
    double run[RUNS_MAX][6];
    size_t n;
    int granted[RUNS_MAX];
} row[] = {
    { "alone", { { 1, 0, 0, 4, 1, 0 } }, 1, { 4 } },
    { "alone, little to do", { { 1, 0, 0, 1, 1, 0 } }, 1, { 1 } },
    { "nothing to do", { { 1, 0, 0, 0, 1, 0 } }, 1, { 0 } },
    { "equal", { { 1, 0, 0, 4, 1, 0 }, { 1, 0, 0, 4, 1, 0 } }, 2, { 2, 2 } },
    { "3 to 1", { { 3, 0, 0, 4, 1, 0 }, { 1, 0, 0, 4, 1, 0 } }, 2, { 3, 1 } },
    { "what one does not want the other has",
      { { 1, 0, 0, 1, 1, 0 }, { 1, 0, 0, 4, 1, 0 } }, 2, { 1, 3 } },
    { "priority first", { { 1, 0, 4, 4, 1, 0 }, { 1, 5, 0, 3, 1, 0 } }, 2,
      { 1, 3 } },
    { "negative priority is last",
      { { 9, -1, 0, 4, 1, 0 }, { 1, 0, 0, 4, 1, 0 } }, 2, { 0, 4 } },
    { "who was served less is first",
      { { 1, 0, 0, 4, 1, 9 }, { 1, 0, 0, 4, 1, 0 } }, 2, { 0, 4 } },
    { "a large task gets all it needs or nothing",
      { { 1, 0, 0, 3, 3, 5 }, { 1, 0, 0, 2, 1, 0 } }, 2, { 0, 2 } },
    { "a large task whose turn it is",
      { { 1, 0, 0, 3, 3, 0 }, { 1, 0, 2, 2, 1, 5 } }, 2, { 3, 1 } },
    { "the used ones came in pieces",
      { { 1, 0, 2, 4, 4, 0 }, { 1, 0, 0, 4, 1, 0 } }, 2, { 2, 2 } },
    { "more runs than slots",
      { { 1, 0, 0, 4, 2, 0 }, { 1, 0, 0, 4, 2, 1 }, { 1, 0, 0, 4, 2, 1.5 } },
      3, { 2, 2, 0 } },
};

START_TEST(divisions)
{
    struct ft_share_claim c[RUNS_MAX] = { 0 };
    int granted[RUNS_MAX];

    for (size_t i = 0; i < row[_i].n; i++) {
        const double *r = row[_i].run[i];

        c[i] = claim(r[0], (int)r[1], (int)r[2], (int)r[3], (int)r[4], r[5]);
    }
    ft_share_divide(c, row[_i].n, granted);
    for (size_t i = 0; i < row[_i].n; i++)
        ck_assert_msg(granted[i] == row[_i].granted[i],
                      "%s: run %zu gets %d, not %d", row[_i].what, i,
                      granted[i], row[_i].granted[i]);
}
END_TEST

/* What others are still on cannot be had. */
START_TEST(nobody_is_put_out)
{
    struct ft_share_claim c[] = { claim(1, 0, 4, 4, 1, 9),
                                  claim(1, 0, 0, 4, 1, 0) };

    ck_assert_int_eq(ft_share_of(c, 2, 1, 0).slots, 0);
    c[0].used = 3;
    ck_assert_int_eq(ft_share_of(c, 2, 1, 0).slots, 1);
    ck_assert_int_eq(ft_share_of(c, 2, 0, 0).slots, 0); /* and starts none */
}
END_TEST

START_TEST(memory_is_kept_for_who_comes_first)
{
    struct ft_share_claim c[] = { claim(1, 0, 1, 4, 1, 9),
                                  claim(1, 0, 0, 1, 1, 0) };

    c[0].used_bytes = 3e9;
    c[1].unit_bytes = 6e9;
    /* 8 GB: the second one's task does not fit yet ... */
    ck_assert_double_eq(ft_share_of(c, 2, 1, 8e9).memory_bytes, 5e9);
    /* ... and what is free is kept for it. */
    ck_assert_double_eq(ft_share_of(c, 2, 0, 8e9).memory_bytes, 2e9);
    c[0].served = 0, c[1].served = 9;
    ck_assert_double_eq(ft_share_of(c, 2, 0, 8e9).memory_bytes, 8e9);
}
END_TEST

/* --- over time ------------------------------------------------------------ */

/* Runs with endless tasks of the given length, which start and end as their
 * shares allow; slot-seconds that each has had. */
static void simulate(struct ft_share_claim *c, const double *length_s,
                     size_t n, double had[RUNS_MAX])
{
    const double step_s = 0.05;
    double end[RUNS_MAX][4] = { { 0 } }; /* of the tasks that run */

    for (int tick = 0; tick < 40000; tick++) {
        double now = tick * step_s;

        for (size_t i = 0; i < n; i++) {
            int used = 0;

            for (int k = 0; k < 4; k++)
                used += end[i][k] > now ? c[i].unit : 0;
            c[i].used = used;
        }
        for (size_t i = 0; i < n; i++) {
            int slots = ft_share_of(c, n, i, 0).slots;

            for (int k = 0; k < 4; k++)
                if (end[i][k] <= now && c[i].used + c[i].unit <= slots) {
                    end[i][k] = now + length_s[i];
                    c[i].used += c[i].unit;
                }
        }
        for (size_t i = 0, all = 0; i < n; i++) {
            had[i] += c[i].used * step_s;
            c[i].served += c[i].used * step_s / c[i].weight;
            all += (size_t)c[i].used;
            ck_assert_uint_le(all, 4);
        }
    }
}

static const struct {
    double weight[RUNS_MAX], length_s[RUNS_MAX];
    int unit[RUNS_MAX];
    size_t n;
} world[] = {
    { { 1, 1 }, { 1, 1 }, { 1, 1 }, 2 },
    { { 2, 1 }, { 1, 1 }, { 1, 1 }, 2 },
    { { 2, 1 }, { 0.3, 7 }, { 1, 1 }, 2 },
    { { 1, 1 }, { 1, 1 }, { 4, 1 }, 2 },     /* all slots or none */
    { { 3, 1 }, { 2, 5 }, { 3, 2 }, 2 },
    { { 20, 1, 1 }, { 1, 2, 3 }, { 1, 1, 1 }, 3 }, /* less than a slot */
    { { 1, 2, 3, 4 }, { 5, 1, 1, 1 }, { 1, 2, 1, 4 }, 4 },
};

START_TEST(over_time_weights_count)
{
    struct ft_share_claim c[RUNS_MAX] = { 0 };
    double had[RUNS_MAX] = { 0 }, sum = 0, weights = 0;

    for (size_t i = 0; i < world[_i].n; i++) {
        c[i] = claim(world[_i].weight[i], 0, 0, 4, world[_i].unit[i], 0);
        weights += world[_i].weight[i];
    }
    simulate(c, world[_i].length_s, world[_i].n, had);
    for (size_t i = 0; i < world[_i].n; i++)
        sum += had[i];
    for (size_t i = 0; i < world[_i].n; i++)
        ck_assert_msg(had[i] / sum > 0.9 * world[_i].weight[i] / weights &&
                          had[i] / sum < 1.1 * world[_i].weight[i] / weights,
                      "run %zu had %.3f of it, its weight is %.3f", i,
                      had[i] / sum, world[_i].weight[i] / weights);
}
END_TEST

START_TEST(who_comes_late_has_no_head_start)
{
    struct ft_share_claim c[] = { claim(1, 0, 4, 4, 1, 5000),
                                  claim(1, 0, 0, 4, 1, 0) };

    c[1].served = ft_share_join(c, 2, 1);
    ck_assert_double_eq(c[1].served, 5000);
    ck_assert_double_eq(ft_share_join(c, 1, 0), 5000); /* alone */
    /* Whoever was kept waiting for hours gets over it. */
    c[0].served = 9000;
    c[0].used = 0;
    ck_assert_int_eq(ft_share_of(c, 2, 1, 0).slots, 4);
    c[1].served = 9000 - FT_SHARE_LAG_MAX + 59.5;
    ck_assert_int_eq(ft_share_of(c, 2, 0, 0).slots, 2);
}
END_TEST

/* --- the file ------------------------------------------------------------- */

START_TEST(live_runs_see_each_other)
{
    char dir[] = "/tmp/fedtwin-share-XXXXXX";
    struct ft_project project = { .dir = dir, .meta = dir };
    struct ft_share_claim c = claim(2, 3, 1, 4, 2, 0.5), got[FT_SHARE_RUNS_MAX];
    struct ft_share_file *file[FT_SHARE_RUNS_MAX];
    struct ft_err err = { 0 };
    const int64_t now = INT64_C(1) << 40;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    for (size_t i = 0; i < FT_SHARE_RUNS_MAX; i++) {
        file[i] = ft_share_file_open(&project, "r", &err);
        ck_assert_msg(file[i] != NULL, "%s", err.msg);
    }
    ck_assert_ptr_null(ft_share_file_open(&project, "r", &err));
    ck_assert_int_eq(err.code, FT_EBUSY);
    ck_assert_int_eq(ft_share_file_read(file[0], now, got, &err), 0);
    ck_assert_int_eq(ft_share_file_write(file[1], &c, now, &err), 0);
    ck_assert_int_eq(ft_share_file_read(file[1], now, got, &err), 0);
    ck_assert_int_eq(ft_share_file_read(file[0], now, got, &err), 1);
    ck_assert_double_eq(got[0].weight, 2);
    ck_assert_double_eq(got[0].served, 0.5);
    ck_assert_int_eq(got[0].priority, 3);
    ck_assert_int_eq(got[0].used, 1);
    ck_assert_int_eq(got[0].wanted, 4);
    ck_assert_int_eq(got[0].unit, 2);
    /* One that has not been heard of for long counts for nothing. */
    ck_assert_int_eq(
        ft_share_file_read(file[0], now + FT_SHARE_FRESH_NS - 1, got, &err),
        1);
    ck_assert_int_eq(
        ft_share_file_read(file[0], now + FT_SHARE_FRESH_NS, got, &err), 0);
    ft_share_file_close(file[1]);
    ck_assert_int_eq(ft_share_file_read(file[0], now, got, &err), 0);
    for (size_t i = 0; i < FT_SHARE_RUNS_MAX; i++)
        if (i != 1)
            ft_share_file_close(file[i]);
    ck_assert_int_eq(ft_path_remove(dir, NULL), 0);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("share");
    TCase *tc = tcase_create("share");

    tcase_add_loop_test(tc, divisions, 0, FT_ARRAY_LEN(row));
    tcase_add_test(tc, nobody_is_put_out);
    tcase_add_test(tc, memory_is_kept_for_who_comes_first);
    tcase_add_loop_test(tc, over_time_weights_count, 0, FT_ARRAY_LEN(world));
    tcase_add_test(tc, who_comes_late_has_no_head_start);
    tcase_add_test(tc, live_runs_see_each_other);
    suite_add_tcase(s, tc);
    return s;
}

int main(void)
{
    return unit_main(suite());
}
