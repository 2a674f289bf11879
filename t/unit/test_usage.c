/* test_usage.c - every attempt counts once, whatever became of it */
#include "run/accounts/usage.h"

#include <string.h>

#include "model/workflow.h"
#include "run/record/change.h"
#include "t/unit/unit.h"

#define S INT64_C(1000000000)

#define TEXT                                                                 \
    "fedtwin: 1\nworkflow: w\nstages:\n"                                     \
    "  make:\n    run: [\"true\"]\n    matrix: {i: [1, 2]}\n"                \
    "    out: {a: {type: file, path: a}}\n"                                  \
    "  last:\n    run: [\"true\"]\n    needs: [make]\n"

struct world {
    struct ft_module_set *modules;
    struct ft_workflow *wf;
    struct ft_plan *plan;
    struct ft_run *run;
};

static void open_world(struct world *w)
{
    struct ft_diags diags = FT_DIAGS_INIT;

    *w = (struct world){ .modules = ft_module_set_new(NULL) };
    w->wf = ft_workflow_parse("t.yaml", "/", TEXT, strlen(TEXT), w->modules,
                              NULL, 0, &diags);
    ck_assert_msg(w->wf != NULL, "%s", diags.len ? diags.item[0].msg : "?");
    w->plan = ft_plan_new(w->wf, &diags);
    w->run = ft_run_new("r", w->plan, "t.yaml", 1);
    ft_diags_release(&diags);
}

static void close_world(struct world *w)
{
    ft_run_free(w->run);
    ft_plan_free(w->plan);
    ft_workflow_free(w->wf);
    ft_module_set_free(w->modules);
}

/* An attempt of 'task' on 'slots' from second 'from' to 'to'. */
static struct ft_ending attempt(struct world *w, size_t task, int number,
                                enum ft_outcome outcome, int slots,
                                int64_t from, int64_t to)
{
    struct ft_ending e = { .outcome = outcome, .slots = slots,
                           .start_ns = from * S, .end_ns = to * S,
                           .user_s = 0.5, .system_s = 0.25 };

    ft_run_intend(w->run, task, number);
    ft_run_start(w->run, task, from * S, "1", "n1");
    ft_run_attempt_end(w->run, task, &e);
    return e;
}

static const struct {
    struct ft_ending ending;
    double wall_s, core_s;
} ending[] = {
    { { .start_ns = 1 * S, .end_ns = 3 * S, .slots = 4 }, 2, 8 },
    { { .start_ns = 1 * S, .end_ns = 3 * S }, 2, 2 },
    { { .start_ns = 3 * S, .end_ns = 1 * S, .slots = 4 }, 0, 0 },
    { { .start_ns = 0, .end_ns = 3 * S, .slots = 4 }, 0, 0 },
};

START_TEST(slots_times_wall_time)
{
    ck_assert_double_eq(ft_ending_wall_s(&ending[_i].ending),
                        ending[_i].wall_s);
    ck_assert_double_eq(ft_ending_core_s(&ending[_i].ending),
                        ending[_i].core_s);
}
END_TEST

START_TEST(failed_attempts_count)
{
    struct ft_usage sum, *u;
    struct world w;

    open_world(&w);
    attempt(&w, 0, 1, FT_OUT_ERROR, 2, 10, 13);
    ft_run_again(w.run, 0);
    attempt(&w, 0, 2, FT_OUT_OK, 2, 20, 25);
    attempt(&w, 2, 1, FT_OUT_OK, 1, 30, 31);
    u = &w.run->usage[0];
    ck_assert_uint_eq(u->n_attempts, 2);
    ck_assert_uint_eq(u->n_failed, 1);
    ck_assert_double_eq(u->core_s, 16);
    ck_assert_double_eq(u->failed_core_s, 6);
    ck_assert_double_eq(u->cpu_s, 1.5);
    ck_assert_uint_eq(u->n_ok, 1);
    ck_assert_double_eq(u->ok_s, 5);
    ft_usage_of_run(w.run, &sum);
    ck_assert_uint_eq(sum.n_attempts, 3);
    ck_assert_double_eq(sum.core_s, 17);
    close_world(&w);
}
END_TEST

/* The end comes twice: the second time because the store refused an output. */
START_TEST(a_refused_attempt_is_counted_once)
{
    struct ft_ending e;
    struct ft_usage *u;
    struct world w;

    open_world(&w);
    e = attempt(&w, 0, 1, FT_OUT_OK, 2, 10, 13);
    e.outcome = FT_OUT_ERROR;
    ft_run_attempt_end(w.run, 0, &e);
    u = &w.run->usage[0];
    ck_assert_uint_eq(u->n_attempts, 1);
    ck_assert_uint_eq(u->n_failed, 1);
    ck_assert_uint_eq(u->n_ok, 0);
    ck_assert_double_eq(u->ok_s, 0);
    ck_assert_double_eq(u->core_s, 6);
    ck_assert_double_eq(u->failed_core_s, 6);
    close_world(&w);
}
END_TEST

/* The runner died and another one found what the attempt had left. */
START_TEST(an_attempt_that_is_found_again)
{
    struct ft_ending e;
    struct ft_usage *u;
    struct world w;

    open_world(&w);
    u = &w.run->usage[0];
    e = attempt(&w, 0, 1, FT_OUT_OK, 2, 10, 13); /* was on record */
    ft_run_resume(w.run);
    ft_run_attempt_end(w.run, 0, &e);
    ck_assert_uint_eq(u->n_attempts, 1);
    ck_assert_uint_eq(u->n_unended, 0);
    ck_assert_double_eq(u->core_s, 6);

    ft_run_intend(w.run, 1, 1); /* was not */
    ft_run_start(w.run, 1, 20 * S, "1", "n1");
    ft_run_resume(w.run);
    ck_assert_uint_eq(u->n_unended, 1);
    e.start_ns = 20 * S;
    e.end_ns = 21 * S;
    ft_run_attempt_end(w.run, 1, &e);
    ck_assert_uint_eq(u->n_unended, 0);
    ck_assert_uint_eq(u->n_attempts, 2);
    ck_assert_double_eq(u->core_s, 8);
    close_world(&w);
}
END_TEST

START_TEST(an_attempt_without_an_end)
{
    struct ft_usage *u;
    struct world w;

    open_world(&w);
    u = &w.run->usage[0];
    ft_run_intend(w.run, 0, 1);
    ft_run_start(w.run, 0, 10 * S, "1", "n1");
    ft_run_resume(w.run);
    ft_run_resume(w.run);
    ck_assert_uint_eq(u->n_unended, 1);
    attempt(&w, 0, 2, FT_OUT_OK, 1, 20, 21);
    ck_assert_uint_eq(u->n_unended, 1);
    ck_assert_uint_eq(u->n_attempts, 1);
    ck_assert_double_eq(u->core_s, 1);
    ft_run_intend(w.run, 1, 1);
    ft_run_start(w.run, 1, 30 * S, "1", "n1");
    ft_run_end(w.run, FT_RUN_CANCELLED, "cancelled", 40 * S);
    ck_assert_uint_eq(u->n_unended, 2);
    close_world(&w);
}
END_TEST

START_TEST(sums)
{
    struct ft_usage a = { .n_attempts = 1, .core_s = 2, .peak_bytes = 7,
                          .energy_j = 1.5, .n_metered = 1 };
    struct ft_usage b = { .n_attempts = 2, .core_s = 3, .peak_bytes = 5,
                          .n_cached = 4, .read_bytes = 512 };

    ft_usage_add(&a, &b);
    ck_assert_uint_eq(a.n_attempts, 3);
    ck_assert_double_eq(a.core_s, 5);
    ck_assert_double_eq(a.peak_bytes, 7); /* the largest, not the sum */
    ck_assert_double_eq(a.energy_j, 1.5);
    ck_assert_uint_eq(a.n_metered, 1);
    ck_assert_uint_eq(a.n_cached, 4);
    ck_assert_double_eq(a.read_bytes, 512);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("usage");
    TCase *tc = tcase_create("usage");

    tcase_add_loop_test(tc, slots_times_wall_time, 0, FT_ARRAY_LEN(ending));
    tcase_add_test(tc, failed_attempts_count);
    tcase_add_test(tc, a_refused_attempt_is_counted_once);
    tcase_add_test(tc, an_attempt_that_is_found_again);
    tcase_add_test(tc, an_attempt_without_an_end);
    tcase_add_test(tc, sums);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
