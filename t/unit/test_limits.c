/* test_limits.c - budgets and deadlines, from workflows and command lines */
#include "model/limits.h"

#include <string.h>

#include "base/err.h"
#include "model/workflow.h"
#include "t/unit/unit.h"

#define NS INT64_C(1000000000)

static const struct {
    const char *text;
    double core_s, energy_j;
    const char *error; /* NULL: must be taken */
} budget[] = {
    { "core_time=2 h", 7200, 0, NULL },
    { "core_time=0.001 s", 0.001, 0, NULL },
    { "energy=1.5 MJ", 0, 1.5e6, NULL },
    { "energy=1 kW.h", 0, 3.6e6, NULL },
    { "core_time=0.0009 s", 0, 0,
      "budget core_time: '0.0009 s' is too little" },
    { "core_time=-1 h", 0, 0, "budget core_time: '-1 h' is too little" },
    { "core_time=2", 0, 0, "budget core_time" },
    { "core_time=2 kg", 0, 0, "budget core_time" },
    { "energy=2 h", 0, 0, "budget energy" },
    { "core_tim=2 h", 0, 0, "a budget has no 'core_tim'" },
    { "=2 h", 0, 0, "a budget has no ''" },
    { "2 h", 0, 0, "budget '2 h' is not of the form NAME=VALUE" },
};

START_TEST(budgets)
{
    struct ft_limits limits = { .deadline_s = 1 };
    struct ft_err err = { 0 };
    int rc = ft_limits_set_budget(&limits, budget[_i].text, &err);

    ck_assert_int_eq(rc, budget[_i].error ? -1 : 0);
    if (budget[_i].error)
        ck_assert_msg(strstr(err.msg, budget[_i].error) == err.msg, "%s",
                      err.msg);
    ck_assert_double_eq_tol(limits.core_s, budget[_i].core_s, 1e-12);
    ck_assert_double_eq_tol(limits.energy_j, budget[_i].energy_j, 1e-6);
    ck_assert_double_eq(limits.deadline_s, 1);
}
END_TEST

static const struct {
    const char *text;
    int64_t at_ns; /* for a run that began at second 1000; 0: refused */
} deadline[] = {
    { "2 h", 8200 * NS },
    { "90 s", 1090 * NS },
    { "1970-01-02", 86400 * NS },
    { "1970-01-01T02:00+01:00", 3600 * NS },
    { "2 parsec", 0 },
    { "90", 0 },
    { "0 s", 0 },
    { "-1 h", 0 },
    { "200 year", 0 },
    { "1e300 s", 0 },
    { "2026-11-21T18:00", 0 },
    { "1970-01-01", 0 },
    { "tomorrow", 0 },
    { "", 0 },
};

START_TEST(deadlines)
{
    struct ft_limits limits = { .core_s = 1 };
    struct ft_err err = { 0 };
    int rc = ft_limits_set_deadline(&limits, deadline[_i].text, &err);

    ck_assert_int_eq(rc, deadline[_i].at_ns ? 0 : -1);
    ck_assert_int_eq(ft_limits_deadline(&limits, 1000 * NS),
                     deadline[_i].at_ns);
    ck_assert_double_eq(limits.core_s, 1);
}
END_TEST

/* The later one says only what it says; an instant replaces a duration. */
START_TEST(the_command_line_wins)
{
    struct ft_limits limits = { .core_s = 1, .energy_j = 2, .deadline_s = 3 };
    struct ft_limits none = { 0 };
    struct ft_limits over = { .energy_j = 5, .deadline_ns = 7 * NS };

    ft_limits_override(&limits, &none);
    ck_assert_double_eq(limits.deadline_s, 3);
    ft_limits_override(&limits, &over);
    ck_assert_double_eq(limits.core_s, 1);
    ck_assert_double_eq(limits.energy_j, 5);
    ck_assert_int_eq(ft_limits_deadline(&limits, 1000 * NS), 7 * NS);
}
END_TEST

static struct ft_workflow *parse(const char *keys, struct ft_module_set *set,
                                 struct ft_diags *diags)
{
    char *text = ft_asprintf("fedtwin: 1\nworkflow: w\n%sstages:\n"
                             "  a: {run: [\"true\"]}\n", keys);
    struct ft_workflow *wf = ft_workflow_parse("t.yaml", "/", text,
                                               strlen(text), set, NULL, 0,
                                               diags);

    free(text);
    return wf;
}

START_TEST(a_workflow_says_both)
{
    struct ft_module_set *set = ft_module_set_new(NULL);
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_workflow *wf = parse("budget: {core_time: 2 h, energy: 5 MJ}\n"
                                   "deadline: 1970-01-02T00:00Z\n", set,
                                   &diags);

    ck_assert_msg(wf != NULL, "%s", diags.len ? diags.item[0].msg : "?");
    ck_assert_double_eq(wf->limits.core_s, 7200);
    ck_assert_double_eq(wf->limits.energy_j, 5e6);
    ck_assert_int_eq(wf->limits.deadline_ns, 86400 * NS);
    ft_workflow_free(wf);
    ft_diags_release(&diags);
    ft_module_set_free(set);
}
END_TEST

static const struct {
    const char *keys;
    const char *code;
    int line;
} wrong[] = {
    { "deadline: soon\n", "FT0104", 3 },
    { "deadline: 2\n", "FT0104", 3 },
    { "deadline: [2 h]\n", "FT0104", 3 },
    { "budget: 2 h\n", "FT0104", 3 },
    { "budget:\n  core_time: 2\n", "FT0203", 4 },
    { "budget:\n  core_time: 0 s\n", "FT0204", 4 },
    { "budget:\n  core_hours: 2 h\n", "FT0102", 4 },
};

START_TEST(a_workflow_is_told_what_is_wrong)
{
    struct ft_module_set *set = ft_module_set_new(NULL);
    struct ft_diags diags = FT_DIAGS_INIT;

    ck_assert_ptr_null(parse(wrong[_i].keys, set, &diags));
    ck_assert_uint_eq(diags.n_errors, 1);
    ck_assert_str_eq(diags.item[0].code, wrong[_i].code);
    ck_assert_int_eq(diags.item[0].line, wrong[_i].line);
    ft_diags_release(&diags);
    ft_module_set_free(set);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("limits");
    TCase *tc = tcase_create("limits");

    tcase_add_loop_test(tc, budgets, 0, FT_ARRAY_LEN(budget));
    tcase_add_loop_test(tc, deadlines, 0, FT_ARRAY_LEN(deadline));
    tcase_add_test(tc, the_command_line_wins);
    tcase_add_test(tc, a_workflow_says_both);
    tcase_add_loop_test(tc, a_workflow_is_told_what_is_wrong, 0,
                        FT_ARRAY_LEN(wrong));
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
