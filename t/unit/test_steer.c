/* test_steer.c - what people ask of a run: understood, refused, kept and obeyed
 */
#include "run/record/steer.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "model/workflow.h"
#include "run/record/change.h"
#include "run/sched/sched.h"
#include "t/unit/unit.h"

/* Tasks 0 to 3 are 'a', 4 is 'b', 5 and 6 are 'c'. */
#define TEXT                                                                 \
    "fedtwin: 1\nworkflow: w\nstages:\n"                                     \
    "  a:\n    run: [\"true\"]\n    matrix: {i: [1, 2, 3, 4]}\n"             \
    "    out: {o: {type: file, path: o}}\n"                                  \
    "    resources: {memory: 1 GB, walltime: 1 min}\n"                       \
    "    retry: {max: 2, on: [oom], scale: {memory: 2}}\n"                   \
    "  b:\n    run: [\"true\"]\n    in: {o: \"${a.o}\"}\n"                   \
    "    timeout: 20 s\n"                                                    \
    "  c:\n    run: [\"true\"]\n    matrix: {i: [1, 2]}\n"                   \
    "    in: {o: \"${a.o{i = matrix.i}}\"}\n"

struct world {
    struct ft_module_set *modules;
    struct ft_workflow *wf;
    struct ft_plan *plan;
    struct ft_run *run;
    struct ft_sched *sched;
};

static void open_world(struct world *w)
{
    struct ft_sched_limits limits = { .slots = 2, .ahead = 4,
                                      .memory_bytes = 64e9 };
    struct ft_diags diags = FT_DIAGS_INIT;

    *w = (struct world){ .modules = ft_module_set_new(NULL) };
    w->wf = ft_workflow_parse("t.yaml", "/", TEXT, strlen(TEXT), w->modules,
                              NULL, 0, &diags);
    ck_assert_msg(w->wf != NULL, "%s", diags.len ? diags.item[0].msg : "?");
    w->plan = ft_plan_new(w->wf, &diags);
    ck_assert_ptr_nonnull(w->plan);
    w->run = ft_run_new("r", w->plan, "t.yaml", 1);
    w->sched = ft_sched_new(w->plan, w->run, &limits);
    ft_diags_release(&diags);
}

static void close_world(struct world *w)
{
    ft_sched_free(w->sched);
    ft_run_free(w->run);
    ft_plan_free(w->plan);
    ft_workflow_free(w->wf);
    ft_module_set_free(w->modules);
}

/* JSON reads better here with the other kind of quotes. */
static char *quoted(const char *text)
{
    char *copy = ft_strdup(text);

    for (char *c = copy; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    return copy;
}

/* Ask, and do it; the act as text, "" when there was nothing to do, or NULL
 * when it was refused. */
static char *ask(struct world *w, const char *request, struct ft_err *err)
{
    struct json_object *obj = ft_json_parse(request, strlen(request), "test",
                                            NULL);
    struct json_object *act = NULL;
    char *text = NULL;

    ck_assert_ptr_nonnull(obj);
    if (ft_steer_request(w->run, obj, "ann", 5, &act, err) == 0) {
        text = ft_strdup(act ? json_object_to_json_string_ext(
                                   act, JSON_C_TO_STRING_PLAIN)
                             : "");
        if (act && strstr(request, "cancel") == NULL) /* not kept */
            ck_assert_int_eq(ft_steer_apply(w->run, act, err), 0);
        ft_sched_steered(w->sched, w->run);
    }
    json_object_put(act);
    json_object_put(obj);
    return text;
}

/* A request with the quotes of the tables. */
static void must(struct world *w, const char *text)
{
    char *request = quoted(text), *act;
    struct ft_err err = { 0 };

    act = ask(w, request, &err);
    ck_assert_msg(act != NULL, "%s: %s", request, err.msg);
    free(act);
    free(request);
}

/* --- requests ------------------------------------------------------------- */

static const struct {
    const char *request;
    const char *act;   /* NULL: refused */
    const char *error, *hint; /* hint NULL: none */
} row[] = {
    { "{'op':'pause'}", "{'k':'pause','at':5,'by':'ann'}", NULL, NULL },
    { "{'op':'pause','reason':'too hot'}",
      "{'k':'pause','at':5,'by':'ann','reason':'too hot'}", NULL, NULL },
    { "{'op':'unpause'}", "", NULL, NULL },
    { "{'op':'hold','tasks':['a']}",
      "{'k':'hold','at':5,'by':'ann','tasks':[[0,4]]}", NULL, NULL },
    { "{'op':'hold','tasks':['a[i=2]','b']}",
      "{'k':'hold','at':5,'by':'ann','tasks':[[1,2],[4,5]]}", NULL, NULL },
    { "{'op':'hold','tasks':['a[i=5]']}", NULL,
      "run 'r' has no stage or task 'a[i=5]'",
      "'fedtwin status r -t' lists them" },
    { "{'op':'hold','tasks':[]}", NULL, "no task is named", NULL },
    { "{'op':'hold','tasks':[7]}", NULL, "run 'r' has no stage or task '7'",
      "'fedtwin status r -t' lists them" },
    { "{'op':'hold'}", NULL, "the request has no member 'tasks'", NULL },
    { "{'op':'release','tasks':['b']}", NULL, "'b' is not held", NULL },
    { "{'op':'set','set':{'jobs':'4','weight':'2.5','priority':'-3'}}",
      "{'k':'set','at':5,'by':'ann','jobs':4,'weight':2.5,'priority':-3}",
      NULL, NULL },
    { "{'op':'set','tasks':['a'],'set':{'memory':'4 GiB'}}",
      "{'k':'set','at':5,'by':'ann','memory':4294967296.0,'tasks':[[0,4]]}",
      NULL, NULL },
    { "{'op':'set','tasks':['b'],'set':{'walltime':'1 h','timeout':'90 s',"
      "'ranks':'3'}}",
      "{'k':'set','at':5,'by':'ann','walltime':3600.0,'timeout':90.0,"
      "'ranks':3,'tasks':[[4,5]]}", NULL, NULL },
    { "{'op':'set','set':{'jobs':'1000000'}}",
      "{'k':'set','at':5,'by':'ann','jobs':1000000}", NULL, NULL },
    { "{'op':'set','set':{'jobs':'1000001'}}", NULL,
      "jobs: '1000001' is no whole number from 1 to 1000000", NULL },
    { "{'op':'set','set':{'jobs':'0'}}", NULL,
      "jobs: '0' is no whole number from 1 to 1000000", NULL },
    { "{'op':'set','set':{'jobs':'4x'}}", NULL,
      "jobs: '4x' is no whole number from 1 to 1000000", NULL },
    { "{'op':'set','set':{'weight':'0'}}", NULL,
      "weight: '0' is not above 0 and at most 1000", NULL },
    { "{'op':'set','set':{'weight':'1000'}}",
      "{'k':'set','at':5,'by':'ann','weight':1000.0}", NULL, NULL },
    { "{'op':'set','set':{'weight':'1000.5'}}", NULL,
      "weight: '1000.5' is not above 0 and at most 1000", NULL },
    { "{'op':'set','set':{'memory':'4 GiB'}}", NULL,
      "'memory' is set for a stage or task", "fedtwin set RUN/STAGE memory=…" },
    { "{'op':'set','tasks':['a'],'set':{'jobs':'4'}}", NULL,
      "'jobs' is set for a run as a whole", "fedtwin set RUN jobs=…" },
    { "{'op':'set','tasks':['a'],'set':{'memroy':'4 GiB'}}", NULL,
      "'memroy' cannot be set", "did you mean 'memory'?" },
    { "{'op':'set','set':{}}", NULL, "nothing is to be set", NULL },
    { "{'op':'retry'}", NULL, "no task of run 'r' has failed",
      "'fedtwin retry r/TASK' executes one again that has not" },
    { "{'op':'retry','tasks':['a']}", NULL, "'a' has not ended yet", NULL },
    { "{'op':'cancel','tasks':['b'],'reason':'no'}",
      "{'k':'cancel','at':5,'by':'ann','reason':'no','tasks':[[4,5]]}", NULL,
      NULL },
    { "{'op':'dance'}", NULL, "unknown request 'dance'", NULL },
};

START_TEST(requests)
{
    char *request = quoted(row[_i].request), *want, *got;
    struct ft_err err = { 0 };
    struct world w;

    open_world(&w);
    got = ask(&w, request, &err);
    if (row[_i].act) {
        want = quoted(row[_i].act);
        ck_assert_msg(got != NULL, "%s", err.msg);
        ck_assert_str_eq(got, want);
        free(want);
    } else {
        ck_assert_ptr_null(got);
        ck_assert_str_eq(err.msg, row[_i].error);
        ck_assert_str_eq(err.hint, row[_i].hint ? row[_i].hint : "");
    }
    free(got);
    free(request);
    close_world(&w);
}
END_TEST

/* A bare number is no amount of memory. */
START_TEST(units_are_never_guessed)
{
    static const char *const bad[] = { "4096", "2 h", "-1 GB", "0 B", "much" };
    struct world w;

    open_world(&w);
    for (size_t i = 0; i < FT_ARRAY_LEN(bad); i++) {
        char request[120];
        struct ft_err err = { 0 };

        snprintf(request, sizeof(request), "{\"op\":\"set\",\"tasks\":[\"a\"],"
                 "\"set\":{\"memory\":\"%s\"}}", bad[i]);
        ck_assert_ptr_null(ask(&w, request, &err));
        ck_assert_msg(strncmp(err.msg, "memory: ", 8) == 0, "%s", err.msg);
    }
    ck_assert_uint_eq(w.run->steer.n_overrides, 0);
    close_world(&w);
}
END_TEST

static const char *const damaged[] = {
    "{\"k\":\"hold\",\"at\":5,\"tasks\":[[0,8]]}",
    "{\"k\":\"hold\",\"at\":5,\"tasks\":[[-1,2]]}",
    "{\"k\":\"hold\",\"at\":5,\"tasks\":[[2,2]]}",
    "{\"k\":\"hold\",\"at\":5,\"tasks\":[3]}",
    "{\"k\":\"hold\",\"at\":5}",
    "{\"k\":\"release\",\"at\":5,\"tasks\":{}}",
    "{\"k\":\"dance\"}",
};

START_TEST(damaged_acts)
{
    struct json_object *act = ft_json_parse(damaged[_i], strlen(damaged[_i]),
                                            "test", NULL);
    struct ft_err err = { 0 };
    struct world w;

    open_world(&w);
    ck_assert_int_eq(ft_steer_apply(w.run, act, &err), -1);
    ck_assert_int_eq(err.code, FT_EFORMAT);
    json_object_put(act);
    close_world(&w);
}
END_TEST

/* --- holds ---------------------------------------------------------------- */

/* Random holds and releases against one flag for each task. */
START_TEST(holds_are_what_flags_would_be)
{
    uint64_t seed = 88172645463325252u;
    bool held[7] = { false };
    struct world w;

    open_world(&w);
    for (int i = 0; i < 3000; i++) {
        char text[100];
        size_t first, end;
        struct json_object *act;
        bool hold;

        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        first = seed % 7;
        end = first + 1 + (seed >> 8) % (7 - first);
        hold = (seed >> 16) % 2;
        snprintf(text, sizeof(text), "{\"k\":\"%s\",\"tasks\":[[%zu,%zu]]}",
                 hold ? "hold" : "release", first, end);
        act = ft_json_parse(text, strlen(text), "test", NULL);
        ck_assert_int_eq(ft_steer_apply(w.run, act, NULL), 0);
        json_object_put(act);
        for (size_t t = first; t < end; t++)
            held[t] = hold;
        for (size_t t = 0; t < 7; t++)
            ck_assert_int_eq(ft_run_held(w.run, t) != NULL, held[t]);
    }
    close_world(&w);
}
END_TEST

/* --- resources ------------------------------------------------------------ */

START_TEST(what_is_set_counts_as_if_written)
{
    struct ft_ending oom = { .outcome = FT_OUT_OOM };
    struct ft_resources res;
    struct world w;

    open_world(&w);
    must(&w, "{'op':'set','tasks':['a'],'set':{'memory':'3 GB'}}");
    must(&w, "{'op':'set','tasks':['a[i=2]'],"
             "'set':{'memory':'5 GB','ranks':'4'}}");
    must(&w, "{'op':'set','tasks':['b'],'set':{'timeout':'7 s'}}");
    ft_run_resources(w.run, 0, &res);
    ck_assert_double_eq(res.memory_bytes, 3e9);
    ck_assert_double_eq(res.walltime_s, 60);
    ck_assert_int_eq(res.ranks, 1);
    ft_run_attempt_end(w.run, 1, &oom); /* so that it is scaled */
    ft_run_resources(w.run, 1, &res);
    ck_assert_double_eq(res.memory_bytes, 10e9);
    ck_assert_int_eq(res.ranks, 4);
    ck_assert_double_eq(ft_run_timeout_s(w.run, 4), 7);
    ck_assert_double_eq(ft_run_timeout_s(w.run, 0), 0);
    close_world(&w);
}
END_TEST

/* --- the scheduler obeys -------------------------------------------------- */

static struct ft_todo next(struct world *w)
{
    struct ft_todo todo;
    struct ft_err err;

    do
        ft_sched_next(w->sched, w->run, 0, &todo, &err);
    while (todo.kind == FT_TODO_AGAIN);
    return todo;
}

/* Everything that may be done now; the tasks that start, as digits. */
static void go(struct world *w, char started[16])
{
    struct ft_todo todo;
    size_t n = 0;

    while ((todo = next(w)).kind != FT_TODO_NOTHING) {
        if (todo.kind == FT_TODO_PREPARE) {
            ft_run_intend(w->run, todo.task, 1);
            ft_sched_prepared(w->sched, todo.task);
            continue;
        }
        ck_assert_int_eq(todo.kind, FT_TODO_START);
        ft_run_submit(w->run, todo.task);
        started[n++] = (char)('0' + todo.task);
    }
    started[n] = '\0';
}

static void succeed(struct world *w, size_t task)
{
    struct ft_versions none = { 0 };

    ft_sched_freed(w->sched, task);
    ft_run_succeed(w->run, task, &none, 0);
    ft_sched_finished(w->sched, w->run, task);
}

START_TEST(a_pause_starts_nothing)
{
    struct world w;
    char started[16];

    open_world(&w);
    must(&w, "{'op':'pause'}");
    go(&w, started);
    ck_assert_str_eq(started, "");
    ck_assert(!ft_sched_over(w.sched));
    must(&w, "{'op':'unpause'}");
    go(&w, started);
    ck_assert_str_eq(started, "01");
    must(&w, "{'op':'pause'}");
    succeed(&w, 0);
    go(&w, started);
    ck_assert_str_eq(started, "");
    close_world(&w);
}
END_TEST

START_TEST(what_is_held_waits_for_its_release)
{
    struct world w;
    char started[16];

    open_world(&w);
    must(&w, "{'op':'hold','tasks':['a[i=1]','a[i=3]','b']}");
    go(&w, started);
    ck_assert_str_eq(started, "13");
    succeed(&w, 1);
    succeed(&w, 3);
    go(&w, started);
    ck_assert_str_eq(started, "6"); /* c[i=2] chose a[i=2] */
    succeed(&w, 6);
    go(&w, started);
    ck_assert_str_eq(started, "");
    ck_assert(!ft_sched_over(w.sched));
    must(&w, "{'op':'release','tasks':['a']}");
    go(&w, started);
    ck_assert_str_eq(started, "02");
    succeed(&w, 0);
    succeed(&w, 2);
    go(&w, started);
    ck_assert_str_eq(started, "5");
    succeed(&w, 5);
    ck_assert_uint_eq(ft_run_count_held(w.run), 1);
    must(&w, "{'op':'release','tasks':['b']}");
    go(&w, started);
    ck_assert_str_eq(started, "4");
    succeed(&w, 4);
    go(&w, started);
    ck_assert(ft_sched_over(w.sched));
    close_world(&w);
}
END_TEST

/* Ready tasks that are held keep neither slots nor their places from others. */
START_TEST(a_ready_task_can_be_held)
{
    struct world w;
    char started[16];

    open_world(&w);
    go(&w, started);
    ck_assert_str_eq(started, "01"); /* 2 and 3 are ready */
    must(&w, "{'op':'hold','tasks':['a[i=3]']}");
    succeed(&w, 0);
    go(&w, started);
    ck_assert_str_eq(started, "3");
    close_world(&w);
}
END_TEST

START_TEST(slots_change_while_tasks_run)
{
    struct world w;
    char started[16];

    open_world(&w);
    ft_sched_limit(w.sched, 1);
    go(&w, started);
    ck_assert_str_eq(started, "0");
    ft_sched_limit(w.sched, 3);
    go(&w, started);
    ck_assert_str_eq(started, "12");
    ft_sched_share(w.sched, 1, 64e9);
    succeed(&w, 0);
    succeed(&w, 1);
    go(&w, started);
    ck_assert_str_eq(started, ""); /* 2 still runs */
    ft_sched_share(w.sched, 2, 1.5e9);
    go(&w, started);
    ck_assert_str_eq(started, "5"); /* 3 needs 1 GB, c nothing */
    close_world(&w);
}
END_TEST

/* --- retry ---------------------------------------------------------------- */

static void states(const struct world *w, char text[8])
{
    for (size_t t = 0; t < 7; t++)
        text[t] = *ft_task_state_names[w->run->task[t].state];
    text[7] = '\0';
}

/* c takes one cell of a each, b all of them. */
START_TEST(a_retry_spreads_to_what_follows)
{
    struct ft_versions none = { 0 };
    struct world w;
    char got[8];

    open_world(&w);
    for (size_t t = 0; t < 7; t++)
        ft_run_succeed(w.run, t, &none, 1);
    must(&w, "{'op':'retry','tasks':['a[i=2]']}");
    states(&w, got);
    ck_assert_str_eq(got, "swsswsw");
    ck_assert(ft_run_must_redo(w.run, 1));
    ck_assert(!ft_run_must_redo(w.run, 4));
    ft_run_succeed(w.run, 1, &none, 2);
    ck_assert(!ft_run_must_redo(w.run, 1));
    must(&w, "{'op':'retry','tasks':['c']}");
    states(&w, got);
    ck_assert_str_eq(got, "sssswww");
    close_world(&w);
}
END_TEST

START_TEST(a_retry_without_names_takes_what_failed)
{
    struct ft_versions none = { 0 };
    struct ft_err err = { 0 };
    struct world w;
    char *act;

    open_world(&w);
    for (size_t t = 0; t < 7; t++)
        ft_run_succeed(w.run, t, &none, 1);
    ft_run_fail(w.run, 2, FT_TASK_FAILED, "no", 2);
    ft_run_fail(w.run, 3, FT_TASK_LOST, "gone", 2);
    ft_run_fail(w.run, 6, FT_TASK_CANCELLED, "enough", 2);
    act = ask(&w, "{\"op\":\"retry\"}", &err);
    ck_assert_str_eq(act, "{\"k\":\"retry\",\"at\":5,\"by\":\"ann\","
                     "\"tasks\":[[2,4],[6,7]]}");
    free(act);
    close_world(&w);
}
END_TEST

/* The scheduler hands them out again, after what they wait for. */
START_TEST(what_is_retried_comes_again)
{
    struct world w;
    char started[16];

    open_world(&w);
    for (size_t n = 0; n < 7;) {
        go(&w, started);
        for (char *c = started; *c; c++, n++)
            succeed(&w, (size_t)(*c - '0'));
    }
    go(&w, started);
    ck_assert(ft_sched_over(w.sched));
    must(&w, "{'op':'retry','tasks':['a[i=1]']}");
    ft_sched_reopen(w.sched, w.run);
    go(&w, started);
    ck_assert_str_eq(started, "0");
    succeed(&w, 0);
    go(&w, started);
    ck_assert_str_eq(started, "54");
    succeed(&w, 5);
    succeed(&w, 4);
    go(&w, started);
    ck_assert(ft_sched_over(w.sched));
    close_world(&w);
}
END_TEST

START_TEST(what_is_ready_can_be_withdrawn)
{
    struct world w;
    char started[16];

    open_world(&w);
    go(&w, started);
    ck_assert_str_eq(started, "01"); /* 2 and 3 are ready */
    ck_assert(!ft_sched_withdraw(w.sched, 0));
    ck_assert(ft_sched_withdraw(w.sched, 2));
    ck_assert(!ft_sched_withdraw(w.sched, 2));
    ft_run_fail(w.run, 2, FT_TASK_CANCELLED, NULL, 1);
    succeed(&w, 0);
    go(&w, started);
    ck_assert_str_eq(started, "3");
    close_world(&w);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("steer");
    TCase *tc = tcase_create("steer");

    tcase_add_loop_test(tc, requests, 0, FT_ARRAY_LEN(row));
    tcase_add_test(tc, units_are_never_guessed);
    tcase_add_loop_test(tc, damaged_acts, 0, FT_ARRAY_LEN(damaged));
    tcase_add_test(tc, holds_are_what_flags_would_be);
    tcase_add_test(tc, what_is_set_counts_as_if_written);
    tcase_add_test(tc, a_pause_starts_nothing);
    tcase_add_test(tc, what_is_held_waits_for_its_release);
    tcase_add_test(tc, a_ready_task_can_be_held);
    tcase_add_test(tc, slots_change_while_tasks_run);
    tcase_add_test(tc, a_retry_spreads_to_what_follows);
    tcase_add_test(tc, a_retry_without_names_takes_what_failed);
    tcase_add_test(tc, what_is_retried_comes_again);
    tcase_add_test(tc, what_is_ready_can_be_withdrawn);
    suite_add_tcase(s, tc);
    return s;
}

int main(void)
{
    return unit_main(suite());
}
