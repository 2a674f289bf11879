/* Functions of place and time: values, derivatives, and what is refused. */
#include "unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fe/func.h"

static const double at[3] = { 0.7, -1.3, 2.1 };
static const double at_s = 0.4;

static const struct {
    const char *text;
    double value; /* at x 0.7, y -1.3, z 2.1, t 0.4 */
} good[] = {
    { "1", 1 },
    { " 1.5e-2 ", 0.015 },
    { ".5", 0.5 },
    { "x + 10*y + 100*z + 1000*t", 597.7 },
    { "2 - 3 - 4", -5 },
    { "24 / 4 / 2", 3 },
    { "2 + 3*4^2", 50 },
    { "2^3^2", 512 },
    { "-2^2", -4 },
    { "2^-1", 0.5 },
    { "--3", 3 },
    { "-(1 + 2)*3", -9 },
    { "pi", M_PI },
    { "log(e)", 1 },
    { "sin(pi/6) + cos(pi/3) + tan(pi/4)", 2 },
    { "asin(1) + acos(1) + atan(1)", 0.75 * M_PI },
    { "cosh(x)^2 - sinh(x)^2 + tanh(0)", 1 },
    { "exp(log(7)) + sqrt(9) + abs(-2)", 12 },
    { "step(0) + step(-1e-9) + step(3)", 2 },
    { "min(x, y) + max(x, y)", -0.6 },
    { "interp(t, 0, 10, 1, 20)", 14 },
    { "interp(t, -2, 10, -1, 30)", 30 },
    { "interp(t, 1, 7, 2, 8)", 7 },
    { "interp(x, 0, 0, 0.5, 1, 1, -1)", 0.2 },
    { "(-8)^(1/3)", NAN },
    { "1/0", INFINITY },
    { "\ty\n", -1.3 },
};

START_TEST(values)
{
    char msg[200] = "";
    struct fe_func *func = fe_func_new(good[_i].text, msg, sizeof(msg));
    double value;

    ck_assert_msg(func != NULL, "%s", msg);
    ck_assert_str_eq(fe_func_text(func), good[_i].text);
    value = fe_func_value(func, at, at_s);
    if (isfinite(good[_i].value))
        ck_assert_double_eq_tol(value, good[_i].value, 1e-12);
    else
        ck_assert_int_eq(isnan(value), isnan(good[_i].value));
    fe_func_free(func);
}
END_TEST

/* Each rule of differentiation, against differences. */
static const char *const smooth[] = {
    "x*y*z + x/y - z", "x^3 + 2^x + z^x", "sin(x*y) + cos(x)*tan(y)",
    "asin(x/2) + acos(y/2) + atan(z)", "sinh(x)*cosh(y)*tanh(z)",
    "exp(x*z) + log(z + x) + sqrt(z*x)", "abs(y*x) + step(x)*x",
    "min(x*y, z) + max(x, y*y)", "interp(x*z, 0, 1, 1, 3, 2, 10)",
    "-x^2 + y^0 + (y)^3", "interp(x, 2, 1, 3, 2) + interp(x, 0, 1, 0.5, 2)",
};

START_TEST(derivatives)
{
    char msg[200] = "";
    struct fe_func *func = fe_func_new(smooth[_i], msg, sizeof(msg));
    double grad[3], value, step = 1e-6;

    ck_assert_msg(func != NULL, "%s", msg);
    value = fe_func_gradient(func, at, at_s, grad);
    ck_assert_double_eq(value, fe_func_value(func, at, at_s));
    for (int k = 0; k < 3; k++) {
        double up[3] = { at[0], at[1], at[2] };
        double down[3] = { at[0], at[1], at[2] };

        up[k] += step;
        down[k] -= step;
        ck_assert_double_eq_tol((fe_func_value(func, up, at_s) -
                                 fe_func_value(func, down, at_s)) /
                                    (2 * step),
                                grad[k], 1e-7);
    }
    fe_func_free(func);
}
END_TEST

static const struct {
    const char *text, *error;
} bad[] = {
    { "", "column 1: a value is missing at the end" },
    { "1 +", "column 4: a value is missing at the end" },
    { "1 2", "column 3: unexpected '2'" },
    { "(1", "column 3: ')' expected at the end" },
    { "(1]", "column 3: ')' expected, found ']'" },
    { "u", "column 1: unknown name 'u'" },
    { "sine(x)", "column 1: unknown name 'sine'" },
    { "sin x", "column 5: '(' expected, found 'x'" },
    { "sin()", "column 5: unexpected ')'" },
    { "sin(x, y)", "column 10: 'sin' takes 1 argument, not 2" },
    { "min(x)", "column 7: 'min' takes 2 arguments, not 1" },
    { "2e", "column 2: unexpected 'e'" },
    { "1..2", "column 1: malformed number" },
    { "0x10", "column 1: malformed number" },
    { "1e999", "column 1: malformed number" },
    { "x = 1", "column 3: unexpected '='" },
    { "x; y", "column 2: unexpected ';'" },
    { "interp(t)", "column 10: 'interp' takes a value and two or more pairs" },
    { "interp(t, 0, 1, 2)",
      "column 19: 'interp' takes a value and two or more pairs" },
    { "interp(t, 0, 1, 0, 2)",
      "column 22: the points of 'interp' must increase" },
    { "interp(t, 0, x, 1, 2)",
      "column 22: the pairs of 'interp' must be plain numbers" },
    { "interp(t, 0, 1+1, 1, 2)",
      "column 24: the pairs of 'interp' must be plain numbers" },
};

START_TEST(refused)
{
    char msg[200] = "";

    ck_assert_ptr_null(fe_func_new(bad[_i].text, msg, sizeof(msg)));
    ck_assert_str_eq(msg, bad[_i].error);
}
END_TEST

/* 'n' times 'open', then "1", then n times 'close'. */
static char *nest(const char *open, int n, const char *close)
{
    size_t a = strlen(open), b = strlen(close);
    char *text = calloc((a + b) * (size_t)n + 2, 1);

    for (int i = 0; i < n; i++)
        memcpy(text + a * (size_t)i, open, a);
    text[a * (size_t)n] = '1';
    for (int i = 0; i < n; i++)
        memcpy(text + a * (size_t)n + 1 + b * (size_t)i, close, b);
    return text;
}

static void expect(char *text, const char *error)
{
    char msg[200] = "";
    struct fe_func *func = fe_func_new(text, msg, sizeof(msg));

    if (error)
        ck_assert_ptr_null(func);
    else
        ck_assert_msg(func != NULL, "%s", msg);
    ck_assert_msg(!error || strstr(msg, error), "%s", msg);
    fe_func_free(func);
    free(text);
}

START_TEST(limits)
{
    expect(nest("(", FE_FUNC_DEPTH - 1, ")"), NULL);
    expect(nest("(", FE_FUNC_DEPTH, ")"), "nested too deeply");
    expect(nest("-", FE_FUNC_DEPTH - 1, ""), NULL);
    expect(nest("-", FE_FUNC_DEPTH, ""), "nested too deeply");
    expect(nest("1+", (FE_FUNC_CODE - 1) / 2, ""), NULL);
    expect(nest("1+", FE_FUNC_CODE / 2, ""), "too long");
    expect(nest(" ", FE_FUNC_TEXT - 1, ""), NULL);
    expect(nest(" ", FE_FUNC_TEXT, ""), "more than 4096 characters");
}
END_TEST

START_TEST(values_waiting)
{
    char text[600] = "interp(t", msg[200];
    size_t n = strlen(text);

    /* an argument and 31 pairs are 63 values; 32 pairs are 65 */
    for (int i = 0; i < 32; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, ", %d, 1", i);
    text[n] = ')';
    ck_assert_ptr_null(fe_func_new(text, msg, sizeof(msg)));
    ck_assert_ptr_nonnull(strstr(msg, "too many values"));
}
END_TEST

/* With T at 2, x = 3, t = 5. */
static const struct {
    const char *text;
    double value, slope;
    bool has;
} of_solution[] = {
    { "7", 7, 0, false },
    { "x + t", 8, 0, false },
    { "T", 2, 1, true },
    { "x*T^2 - t", 7, 12, true },
    { "interp(T, 0, 10, 4, 30)", 20, 5, true },
    { "interp(T, 3, 10, 4, 30)", 10, 0, true },
    { "max(T, x)", 3, 0, true },
};

START_TEST(slopes_by_solution)
{
    const double x[3] = { 3, 0, 0 };
    char msg[100];
    struct fe_func *func = fe_func_new_of(of_solution[_i].text, "T", msg,
                                          sizeof(msg));
    double slope;

    ck_assert_ptr_nonnull(func);
    ck_assert_double_eq(fe_func_slope(func, x, 5, 2, &slope),
                        of_solution[_i].value);
    ck_assert_double_eq(slope, of_solution[_i].slope);
    ck_assert_int_eq(fe_func_has_solution(func), of_solution[_i].has);
    fe_func_free(func);
    ck_assert_ptr_null(fe_func_new_of("T", NULL, msg, sizeof(msg)));
    ck_assert_ptr_null(fe_func_new_of("T", "u", msg, sizeof(msg)));
}
END_TEST

START_TEST(free_takes_null)
{
    fe_func_free(NULL);
}
END_TEST

#define LEN(a) ((int)(sizeof(a) / sizeof((a)[0])))

int main(void)
{
    Suite *suite = suite_create("fe_func");
    TCase *tc = tcase_create("fe_func");

    tcase_add_loop_test(tc, values, 0, LEN(good));
    tcase_add_loop_test(tc, derivatives, 0, LEN(smooth));
    tcase_add_loop_test(tc, refused, 0, LEN(bad));
    tcase_add_test(tc, limits);
    tcase_add_test(tc, values_waiting);
    tcase_add_loop_test(tc, slopes_by_solution, 0, LEN(of_solution));
    tcase_add_test(tc, free_takes_null);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
