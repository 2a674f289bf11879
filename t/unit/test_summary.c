/* test_summary.c - what a run was like: durations, slots, bars, the chain that
 * decided its end */
#include "run/accounts/summary.h"

#include <string.h>

#include "model/workflow.h"
#include "run/record/change.h"
#include "t/unit/unit.h"

#define SECOND INT64_C(1000000000)

/* make[0..3] (numbers 0 to 3), use[0..3] from the same cell (4 to 7), all (8)
 * from every 'use', alone (9). */
static const char text[] =
    "fedtwin: 1\nworkflow: w\nstages:\n"
    "  make:\n    run: [\"true\"]\n    matrix: {i: [1, 2, 3, 4]}\n"
    "    out: {a: {type: file, path: a}}\n"
    "  use:\n    run: [\"true\"]\n    matrix: {i: [1, 2, 3, 4]}\n"
    "    in: {a: \"${make.a{i = matrix.i}}\"}\n"
    "    out: {b: {type: file, path: b}}\n"
    "  all:\n    run: [\"true\"]\n    in: {b: \"${use.b}\"}\n"
    "  alone:\n    run: [\"true\"]\n";

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
    w->wf = ft_workflow_parse("t.yaml", "/", text, strlen(text), w->modules,
                              NULL, 0, &diags);
    ck_assert_msg(w->wf != NULL, "%s", diags.len ? diags.item[0].msg : "?");
    w->plan = ft_plan_new(w->wf, &diags);
    ck_assert_ptr_nonnull(w->plan);
    w->run = ft_run_new("r", w->plan, "t.yaml", 100 * SECOND);
    ft_diags_release(&diags);
}

static void close_world(struct world *w)
{
    ft_run_free(w->run);
    ft_plan_free(w->plan);
    ft_workflow_free(w->wf);
    ft_module_set_free(w->modules);
}

/* 'task' ran from..to seconds after the run began; 'to' 0: it still does. */
static void play(struct world *w, size_t task, int from, int to)
{
    int64_t zero = w->run->start_ns;
    struct ft_ending end = { .outcome = FT_OUT_OK,
                             .start_ns = zero + from * SECOND,
                             .end_ns = zero + to * SECOND };
    struct ft_versions out = { 0 };

    ft_run_intend(w->run, task, w->run->task[task].attempts + 1);
    ft_run_start(w->run, task, zero + from * SECOND, NULL, NULL);
    if (!to)
        return;
    ft_run_attempt_end(w->run, task, &end);
    ft_run_succeed(w->run, task, &out, end.end_ns);
}

static void play_all(struct world *w)
{
    play(w, 0, 0, 1);
    play(w, 1, 0, 2);
    play(w, 2, 1, 4);
    play(w, 3, 2, 6);
    play(w, 4, 4, 5);
    play(w, 5, 5, 7);
    play(w, 6, 6, 8);
    play(w, 7, 8, 12);
    play(w, 8, 13, 14);
    play(w, 9, 7, 8);
}

START_TEST(durations)
{
    struct world w;
    struct ft_durations d;

    open_world(&w);
    ft_summary_durations(w.run, 0, &d);
    ck_assert_uint_eq(d.n, 0);
    play_all(&w);
    ft_summary_durations(w.run, 0, &d); /* 1, 2, 3, 4 s */
    ck_assert_uint_eq(d.n, 4);
    ck_assert_double_eq_tol(d.min_s, 1, 1e-9);
    ck_assert_double_eq_tol(d.median_s, 2.5, 1e-9);
    ck_assert_double_eq_tol(d.p95_s, 3.85, 1e-9);
    ck_assert_double_eq_tol(d.max_s, 4, 1e-9);
    ck_assert_double_eq_tol(d.total_s, 10, 1e-9);
    ck_assert_uint_eq(d.n_retries, 0);
    ft_run_intend(w.run, 9, 3);
    ft_summary_durations(w.run, 3, &d); /* ready again: not counted */
    ck_assert_uint_eq(d.n, 0);
    ck_assert_uint_eq(d.n_retries, 2);
    close_world(&w);
}
END_TEST

START_TEST(slots_over_time)
{
    struct world w;
    double busy[7];
    int64_t zero;

    open_world(&w);
    play_all(&w);
    zero = w.run->start_ns;
    ft_summary_busy(w.run, FT_NO_STAGE, zero, zero + 14 * SECOND, 0, 7, busy);
    ck_assert_double_eq_tol(busy[0], (1 + 2 + 1) / 2.0, 1e-9);
    ck_assert_double_eq_tol(busy[1], 2, 1e-9); /* 2 and 3 all the time */
    ck_assert_double_eq_tol(busy[5], 1, 1e-9);
    ck_assert_double_eq_tol(busy[6], 0.5, 1e-9);
    ft_summary_busy(w.run, 2, zero, zero + 14 * SECOND, 0, 7, busy);
    ck_assert_double_eq(busy[1], 0);
    ck_assert_double_eq_tol(busy[6], 0.5, 1e-9);
    ft_summary_busy(w.run, 2, zero, zero, 0, 7, busy); /* no time at all */
    ck_assert_double_eq(busy[6], 0);
    close_world(&w);
}
END_TEST

START_TEST(bars_do_not_overlap)
{
    struct world w;
    struct ft_bars bars;

    open_world(&w);
    ft_summary_bars(w.run, 0, &bars);
    ck_assert_uint_eq(bars.n, 0);
    ck_assert_uint_eq(bars.n_lanes, 0);
    ft_bars_release(&bars);
    play_all(&w);
    ft_summary_bars(w.run, 0, &bars);
    ck_assert_uint_eq(bars.n, 10);
    ck_assert_uint_eq(bars.n_lanes, 2);
    for (size_t i = 0; i < bars.n; i++)
        for (size_t j = 0; j < i; j++) {
            const struct ft_bar *a = &bars.item[j], *b = &bars.item[i];

            ck_assert_int_le(a->start_ns, b->start_ns);
            ck_assert(a->lane != b->lane || a->end_ns <= b->start_ns);
        }
    ft_bars_release(&bars);
    close_world(&w);
}
END_TEST

START_TEST(the_chain_that_decided)
{
    static const size_t want[] = { 3, 7, 8 };
    struct world w;
    struct ft_path path;

    open_world(&w);
    ft_summary_path(w.run, 0, &path);
    ck_assert_uint_eq(path.n, 0);
    ft_path_release(&path);
    play_all(&w);
    ft_summary_path(w.run, 0, &path);
    ck_assert_uint_eq(path.n, 3);
    for (size_t i = 0; i < path.n; i++)
        ck_assert_uint_eq(path.item[i].task, want[i]);
    ck_assert_double_eq_tol(path.item[0].wait_s, 2, 1e-9);
    ck_assert_double_eq_tol(path.item[1].wait_s, 2, 1e-9);
    ck_assert_double_eq_tol(path.item[2].wait_s, 1, 1e-9);
    ft_path_release(&path);
    close_world(&w);
}
END_TEST

START_TEST(what_still_runs_ends_now)
{
    struct world w;
    int64_t start, end, zero;

    open_world(&w);
    zero = w.run->start_ns;
    play(&w, 0, 1, 0);
    ck_assert(ft_task_times(w.run, 0, zero + 5 * SECOND, &start, &end));
    ck_assert_int_eq(end - start, 4 * SECOND);
    ck_assert(!ft_task_times(w.run, 1, zero, &start, &end));
    ck_assert(ft_task_times(w.run, 0, zero, &start, &end));
    ck_assert_int_eq(end, start); /* a clock that was set back */
    ck_assert_int_eq(ft_run_last_ns(w.run, zero + 9), zero + 9);
    w.run->state = FT_RUN_INTERRUPTED;
    ck_assert_int_eq(ft_run_last_ns(w.run, zero + 9), zero + SECOND);
    w.run->end_ns = zero + 3;
    ck_assert_int_eq(ft_run_last_ns(w.run, zero + 9), zero + 3);
    close_world(&w);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("summary");
    TCase *tc = tcase_create("summary");

    tcase_add_test(tc, durations);
    tcase_add_test(tc, slots_over_time);
    tcase_add_test(tc, bars_do_not_overlap);
    tcase_add_test(tc, the_chain_that_decided);
    tcase_add_test(tc, what_still_runs_ends_now);
    suite_add_tcase(s, tc);
    return s;
}

int main(void)
{
    return unit_main(suite());
}
