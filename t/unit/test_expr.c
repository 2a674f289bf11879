/* test_expr.c - expressions, their units, and the place of every mistake */
#include "t/unit/unit.h"

#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "text/expr.h"

/* --- names that the tests know -------------------------------------------- */

static const struct {
    const char *name, *expr; /* the value, as an expression of its own */
} known[] = {
    { "params.size", "2 mm" },      { "params.n", "4" },
    { "params.mode", "'fast'" },    { "params.my_size", "3 mm" },
    { "matrix.power", "45 W" },     { "params.t", "20 degC" },
    { "params.list", "[1, 2, 3]" }, { "s", "7" },
};

/* Shows the reference itself for "mesh.mesh", selectors included. */
static int look_object(const struct ft_ref *ref, struct ft_value *value)
{
    struct ft_str text = FT_STR_INIT;
    struct ft_value chosen = FT_VALUE_INIT;
    size_t at;

    ft_str_addf(&text, "%s.%s", ref->part[0], ref->part[1]);
    for (size_t i = 0; i < ref->n_axes; i++) {
        ck_assert_int_eq(ft_expr_eval(ref->chosen[i], NULL, &chosen, &at, NULL),
                         0);
        ft_str_addf(&text, " %s=", ref->axis[i]);
        ft_value_text(&chosen, &text);
        ft_value_release(&chosen);
    }
    value->kind = FT_VALUE_OBJECT;
    value->text = ft_str_take(&text);
    return 0;
}

static int look(const struct ft_scope *scope, const struct ft_ref *ref,
                struct ft_value *value, struct ft_err *err)
{
    struct ft_str name = FT_STR_INIT;
    struct ft_expr *expr = NULL;
    size_t at;

    (void)scope;
    for (size_t i = 0; i < ref->n; i++)
        ft_str_addf(&name, "%s%s", i ? "." : "", ref->part[i]);
    if (ft_starts_with(name.s, "mesh.")) {
        ft_str_release(&name);
        return look_object(ref, value);
    }
    for (size_t i = 0; i < FT_ARRAY_LEN(known); i++)
        if (strcmp(known[i].name, name.s) == 0)
            expr =
                ft_expr_parse(known[i].expr, strlen(known[i].expr), &at, err);
    if (!expr) {
        ft_err_set(err, FT_EDOC, "unknown name '%s'", name.s);
        ft_str_release(&name);
        return ft_err_id(err, "FT0302");
    }
    ft_str_release(&name);
    ck_assert_int_eq(ft_expr_eval(expr, NULL, value, &at, err), 0);
    ft_expr_free(expr);
    return 0;
}

static const struct ft_scope scope = { .look = look };

/* --- values --------------------------------------------------------------- */

static const struct {
    const char *text, *value;
} good[] = {
    /* literals */
    { "1", "1" },
    { " 1.5e3 ", "1500" },
    { ".5", "0.5" },
    { "'a\\'b\\n'", "a'b\n" },
    { "\"it's\"", "it's" },
    { "true", "true" },
    { "null", "null" },
    { "[]", "" },
    { "[1, 2 mm, 'x', [true]]", "1, 2 mm, x, true" },
    { "[1, 2,]", "1, 2" },
    /* numbers with units, and where a unit ends */
    { "2 mm", "2 mm" },
    { "2mm", "2 mm" },
    { "237 W/m/K", "237 W/m/K" },
    { "237 W m-1 K-1", "237 W m-1 K-1" },
    { "237 W/(m K)", "237 W/(m K)" },
    { "2 m^2", "2 m^2" },
    { "10 m/s", "10 m/s" },
    { "10 m / s", "1.4285714285714286 m" },
    { "10 m/params.n", "2.5 m" },
    { "10 m/2", "5 m" },
    { "2 m*3", "6 m" },
    { "2 N.m", "2 N.m" },
    { "5 m - 2 m", "3 m" },
    { "5 m-2", "5 m-2" },
    { "3 m -params.size", "2.998 m" },
    { "50 %", "50 %" },
    { "50% * 4", "200 %" },
    { "5 % 2", "1" },
    { "5%2", "1" },
    { "2 \u00b5m", "2 \u00b5m" },
    { "20 \u00b0C", "20 \u00b0C" },
    { "2 GiB", "2 GiB" },
    { "2 mm == 3 mm and true", "false" },
    /* arithmetic */
    { "1 + 2 * 3", "7" },
    { "(1 + 2) * 3", "9" },
    { "7 - 2 - 1", "4" },
    { "2 ^ 3 ^ 2", "512" },
    { "-2 ^ 2", "-4" },
    { "2 ^ -1", "0.5" },
    { "- - 3", "3" },
    { "-7 % 3", "2" },
    { "7 % -3", "-2" },
    { "7.5 mm % 2 mm", "1.5 mm" },
    { "1 m % 750 mm", "0.25 m" },
    { "3 * 0.1 mm", "0.30000000000000004 mm" },
    { "params.size / 2 + 1 mm", "2 mm" },
    { "1 m + 1 mm", "1.001 m" },
    { "1 mm + 1 m", "1001 mm" },
    { "2 mm * 3 mm", "0.000006 m2" },
    { "10 m / 4 s", "2.5 m.s-1" },
    { "1 m / 1 mm", "1000" },
    { "6 mm / 2 mm", "3" },
    { "2 / 4 s", "0.5 s-1" },
    { "(2 m) ^ 3", "8 m3" },
    { "50 % == 0.5 and 50 % != 1", "true" },
    { "1 > 50 % and true", "true" },
    { "50 % + 1", "150 %" },
    { "'a' + 'b'", "ab" },
    /* temperatures */
    { "-5 degC", "-5 degC" },
    { "30 degC - 20 degC", "10 K" },
    { "params.t + 5 K", "25 degC" },
    { "params.t - 5 K", "15 degC" },
    { "300 K - 20 degC", "6.850000000000023 K" },
    { "20 degC == 293.15 K", "true" },
    { "20 degC < 294 K", "true" },
    { "mean(10 degC, 30 degC)", "20 degC" },
    { "max(10 degC, 300 K)", "300 K" },
    { "value(20 degC, 'K')", "293.15" },
    { "quantity(20, 'degC')", "20 degC" },
    /* comparison and logic */
    { "1 km == 1000 m", "true" },
    { "1 < 2", "true" },
    { "2 <= 2 and 2 >= 2 and not 2 > 2", "true" },
    { "1 != 2 || false", "true" },
    { "!true", "false" },
    { "not 1 == 2", "true" },
    { "'abc' < 'abd'", "true" },
    { "params.mode == 'fast'", "true" },
    { "null == 1", "false" },
    { "null == null", "true" },
    { "[1, 2] == [1, 2]", "true" },
    { "[1, 2] != [1, 3]", "true" },
    { "false and 1 / 0 == 1", "false" },
    { "true or nothing.such", "true" },
    { "if(true, 1, 1 / 0)", "1" },
    /* names */
    { "params.size", "2 mm" },
    { "params.my_size", "3 mm" },
    { "params.n - 1", "3" },
    { "params.n-1", "3" },
    { "params . n", "4" },
    { "matrix.power * 2", "90 W" },
    { "mesh.mesh", "mesh.mesh" },
    { "mesh.mesh{power = 40 W + 5 W, k = 'a'}", "mesh.mesh power=45 W k=a" },
    { "params.list[1]", "2" },
    { "[[1, 2], [3]][0][1]", "2" },
    /* functions */
    { "abs(-2 mm)", "2 mm" },
    { "min(3, 1, 2)", "1" },
    { "max([3 mm, 1 cm])", "1 cm" },
    { "sum(params.list)", "6" },
    { "sum(1 m, 1 mm)", "1.001 m" },
    { "mean([1, 2])", "1.5" },
    { "sqrt(9 m2)", "3 m" },
    { "sqrt(2.25)", "1.5" },
    { "exp(0)", "1" },
    { "log(1)", "0" },
    { "log10(1000)", "3" },
    { "sin(0)", "0" },
    { "cos(0 deg)", "1" },
    { "round(100 * sin(90 deg))", "100" },
    { "tan(0 rad)", "0" },
    { "atan2(0 m, 1 m)", "0" },
    { "floor(2.7 mm)", "2 mm" },
    { "ceil(2.1)", "3" },
    { "round(2.5)", "3" },
    { "pow(2, 10)", "1024" },
    { "pow(2 m, 2)", "4 m2" },
    { "len('\u00e4bc')", "3" },
    { "len([1, 2])", "2" },
    { "value(2 mm, 'm')", "0.002" },
    { "value(50 %, '1')", "0.5" },
    { "quantity(params.n, 'mm')", "4 mm" },
    { "quantity(1, '1')", "1" },
    { "unit(2 mm)", "mm" },
    { "unit(2)", "1" },
    { "str(2 mm) + '!'", "2 mm!" },
    { "format(3.14159, 2)", "3.14" },
    { "format(2 mm, 1)", "2.0 mm" },
    { "join([1, 2 mm], '; ')", "1; 2 mm" },
    { "join([], ',')", "" },
    { "contains('abc', 'bc')", "true" },
    { "contains([1, 2], 2)", "true" },
    { "contains([1 m], 1000 mm)", "true" },
    { "contains(['a'], 1)", "false" },
    { "startswith('abc', 'ab')", "true" },
    { "endswith('abc', 'ab')", "false" },
    { "upper('aB\u00e4')", "AB\u00e4" },
    { "lower('aB')", "ab" },
    { "replace('a-b-c', '-', '+')", "a+b+c" },
    { "range(0, 3)", "0, 1, 2" },
    { "range(3, 0, -1)", "3, 2, 1" },
    { "range(0, 3, -1)", "" },
    { "len(range(0, 1, 0.1))", "10" },
    { "range(0 mm, 1 cm, 5 mm)", "0 mm, 5 mm" },
    { "range(20 degC, 22 degC, 1 K)", "20 degC, 21 degC" },
};

START_TEST(good_rows)
{
    const char *text = good[_i].text;
    struct ft_err err = { 0 };
    struct ft_str got = FT_STR_INIT;
    struct ft_value value = FT_VALUE_INIT;
    struct ft_expr *expr;
    size_t at = 0;

    expr = ft_expr_parse(text, strlen(text), &at, &err);
    ck_assert_msg(expr != NULL, "%s: %s at %zu", text, err.msg, at);
    ft_expr_eval(expr, &scope, &value, &at, &err);
    ck_assert_msg(!err.code, "%s: %s at %zu", text, err.msg, at);
    ft_value_text(&value, &got);
    ck_assert_str_eq(got.s, good[_i].value);
    ft_value_release(&value);
    ft_str_release(&got);
    ft_expr_free(expr);
}
END_TEST

/* --- mistakes ------------------------------------------------------------- */

static const struct {
    const char *text;
    size_t at;
    const char *id, *error, *hint;
} bad[] = {
    { "", 0, "FT0301", "expected a value at the end", "" },
    { "1 +", 3, "FT0301", "expected a value at the end", "" },
    { "1 2", 2, "FT0301", "expected an operator, not '2'", "" },
    { "(1", 2, "FT0301", "expected ')' at the end", "" },
    { "1)", 1, "FT0301", "expected an operator, not ')'", "" },
    { "[1, 2", 5, "FT0301", "expected ',' at the end", "" },
    { "[,]", 1, "FT0301", "expected a value, not ','", "" },
    { "a.", 2, "FT0301", "expected a name at the end", "" },
    { "a[1", 3, "FT0301", "expected ']' at the end", "" },
    { "a{1}", 2, "FT0301", "expected the name of a matrix axis, not '1'", "" },
    { "a{b}", 3, "FT0301", "expected '=', not '}'", "" },
    { "a{b = 1", 7, "FT0301", "expected '}' at the end", "" },
    { "'abc", 0, "FT0301", "text without its closing '", "" },
    { "'a\\x'", 2, "FT0301",
      "unknown escape in text; known are \\n \\t \\\\ \\' \\\"", "" },
    { "1 & 2", 2, "FT0301", "unexpected '&'", "" },
    { "1 + $", 4, "FT0301", "unexpected '$'", "" },
    { "\x01", 0, "FT0301", "unexpected byte 0x01", "" },
    { "a = 1", 2, "FT0301", "expected an operator, not '='", "" },
    { "1 < 2 < 3", 6, "FT0301", "comparisons cannot be chained",
      "write 'a < b and b < c'" },
    { "2 m ^ 3", 4, "FT0301", "a power after a unit can be read in two ways",
      "write '(2 m) ^ 3' or '2 m^3'" },
    { "1e999", 0, "FT0301", "number '1e999' is outside the range of numbers",
      "" },
    { "3 foo", 2, "FT0202", "unknown unit 'foo'", "did you mean 'foot'?" },
    { "1 + 3 kelvn", 6, "FT0202", "unknown unit 'kelvn'",
      "did you mean 'kelvin'?" },
    { "3 ton", 2, "FT0202", "unit 'ton' is 907, 1000 or 1016 kg",
      "write 't', 'short_ton' or 'long_ton'" },
    { "1 + sqr(4)", 4, "FT0302", "unknown function 'sqr'",
      "did you mean 'sqrt'?" },
    { "file(2)", 0, "FT0302", "unknown function 'file'",
      "'fedtwin help expressions' lists them; a file is its path alone" },
    { "sqrt()", 0, "FT0301", "'sqrt' takes 1 argument, not 0", "" },
    { "pow(1)", 0, "FT0301", "'pow' takes 2 arguments, not 1", "" },
    { "range(1)", 0, "FT0301", "'range' takes at least 2 arguments", "" },
    { "range(1, 2, 3, 4)", 0, "FT0301", "'range' takes at most 3 arguments",
      "" },
    { "1 + params.siz", 4, "FT0302", "unknown name 'params.siz'", "" },
    { "2 * (1 mm + 3 s)", 10, "FT0303",
      "'1 mm' and '3 s' do not mix: one has the dimension 'm', the other 's'",
      "" },
    { "1 + 2 mm", 2, "FT0303",
      "'1' and '2 mm' do not mix: one has the dimension '1', the other 'm'",
      "" },
    { "1 s < 1 m", 4, "FT0303",
      "'1 s' and '1 m' do not mix: one has the dimension 's', the other 'm'",
      "" },
    { "1 s == 1 m", 4, "FT0303",
      "'1 s' and '1 m' do not mix: one has the dimension 's', the other 'm'",
      "" },
    { "60 rpm == 1 Hz", 7, "FT0303",
      "'60 rpm' and '1 Hz' do not mix: one has the dimension 's-1.rad', the "
      "other 's-1'",
      "" },
    { "'a' == 1", 4, "FT0303", "text cannot be compared with a number", "" },
    { "[1] < [2]", 4, "FT0303", "a list and a list have no order", "" },
    { "'a' * 2", 4, "FT0303", "a side of '*' must be a number, not text", "" },
    { "-'a'", 0, "FT0303", "what follows '-' must be a number, not text", "" },
    { "1 and true", 0, "FT0303",
      "a side of 'and' must be true or false, not a number", "" },
    { "true and 'x'", 9, "FT0303",
      "a side of 'and' must be true or false, not text", "" },
    { "not 3", 4, "FT0303",
      "what follows 'not' must be true or false, not a number", "" },
    { "if(1, 2, 3)", 3, "FT0303",
      "the condition of 'if' must be true or false, not a number", "" },
    { "20 degC + 30 degC", 8, "FT0303",
      "'+' cannot be applied to a value in 'degC'",
      "a unit with an offset names a place on a scale; use 'K', or value(x, "
      "'degC') for the number" },
    { "2 * params.t", 2, "FT0303", "'*' cannot be applied to a value in 'degC'",
      "a unit with an offset names a place on a scale; use 'K', or value(x, "
      "'degC') for the number" },
    { "-params.t", 0, "FT0303", "'-' cannot be applied to a value in 'degC'",
      "a unit with an offset names a place on a scale; use 'K', or value(x, "
      "'degC') for the number" },
    { "2 ^ (1 m)", 2, "FT0303", "a power must be a number, not a value in 'm'",
      "" },
    { "(2 m) ^ 0.5", 6, "FT0303",
      "the power of a value in 'm' must be a whole number; see sqrt()", "" },
    { "(2 m) ^ 1000", 6, "FT0303", "the power has no unit", "" },
    { "sqrt(2 m)", 0, "FT0303", "'m' has no square root", "" },
    { "sqrt(-1)", 0, "FT0304", "a negative number has no square root", "" },
    { "log(0)", 0, "FT0304", "only a positive number has a logarithm", "" },
    { "exp(1 m)", 0, "FT0303",
      "the argument must have no dimension, but 'm' has 'm'", "" },
    { "1 / 0", 2, "FT0304", "division by zero", "" },
    { "1 % 0", 2, "FT0304", "division by zero", "" },
    { "0 ^ -1", 2, "FT0304", "division by zero", "" },
    { "1e308 * 10", 6, "FT0304", "the result is not a finite number", "" },
    { "(-8) ^ 0.5", 5, "FT0304", "the result is not a finite number", "" },
    { "params.list[3]", 11, "FT0304",
      "a list of 3 has no element 3; the first is 0", "" },
    { "params.list[-1]", 11, "FT0304",
      "a list of 3 has no element -1; the first is 0", "" },
    { "params.list[0.5]", 11, "FT0304",
      "a list of 3 has no element 0.5; the first is 0", "" },
    { "1[0]", 1, "FT0303", "a number cannot be indexed by a number", "" },
    { "min([])", 0, "FT0304", "the list is empty", "" },
    { "sum('a')", 0, "FT0303", "the argument must be a number, not text", "" },
    { "value(1 m, 's')", 0, "FT0303", "a value in 'm' has none in 's'", "" },
    { "quantity(1 m, 's')", 0, "FT0303", "a quantity cannot be given a unit",
      "" },
    { "quantity(1, 'foo')", 0, "FT0202", "unknown unit 'foo'",
      "did you mean 'foot'?" },
    { "format(1, 18)", 0, "FT0304",
      "digits must be a whole number from 0 to 17", "" },
    { "upper(1)", 0, "FT0303", "the argument must be text, not a number", "" },
    { "replace('a', '', 'b')", 0, "FT0304", "the text to replace is empty",
      "" },
    { "range(0, 1, 0)", 0, "FT0304", "the step is zero", "" },
    { "range(0 m, 1 m)", 0, "FT0303",
      "'0 m' and '1' do not mix: one has the dimension 'm', the other '1'",
      "" },
    { "range(0, 1e9)", 0, "FT0304", "the value would be larger than 64 MiB",
      "" },
    { "join(1, 'a')", 0, "FT0303", "a number is not a list", "" },
};

START_TEST(bad_rows)
{
    const char *text = bad[_i].text;
    struct ft_err err = { 0 };
    struct ft_value value = FT_VALUE_INIT;
    struct ft_expr *expr;
    size_t at = 999;

    expr = ft_expr_parse(text, strlen(text), &at, &err);
    if (expr)
        ck_assert_int_eq(ft_expr_eval(expr, &scope, &value, &at, &err), -1);
    ck_assert_str_eq(err.msg, bad[_i].error);
    ck_assert_str_eq(err.hint, bad[_i].hint);
    ck_assert_str_eq(err.id, bad[_i].id);
    ck_assert_uint_eq(at, bad[_i].at);
    ck_assert_int_eq(value.kind, FT_VALUE_NULL);
    ft_expr_free(expr);
}
END_TEST

/* --- limits --------------------------------------------------------------- */

static struct ft_expr *parse(const struct ft_str *text, struct ft_err *err)
{
    size_t at;

    return ft_expr_parse(text->s, text->len, &at, err);
}

START_TEST(depth_at_the_limit_and_one_past)
{
    struct ft_str text = FT_STR_INIT;
    struct ft_err err = { 0 };
    struct ft_expr *expr;

    ft_str_add(&text, "1");
    for (int depth = 1; depth < FT_EXPR_DEPTH_MAX; depth++) {
        char *inner = ft_str_take(&text);

        ft_str_addf(&text, "(%s)", inner);
        free(inner);
    }
    expr = parse(&text, &err);
    ck_assert_msg(expr != NULL, "%s", err.msg);
    ft_expr_free(expr);
    ft_str_addn(&text, ")", 1);
    memmove(text.s + 1, text.s, text.len - 1);
    text.s[0] = '(';
    ck_assert_ptr_null(parse(&text, &err));
    ck_assert_str_eq(err.msg, "nested deeper than 64");
    ft_str_release(&text);
}
END_TEST

START_TEST(length_at_the_limit_and_one_past)
{
    struct ft_str text = FT_STR_INIT;
    struct ft_err err = { 0 };
    struct ft_value value = FT_VALUE_INIT;
    struct ft_expr *expr;
    size_t at;

    while (text.len < FT_EXPR_LENGTH_MAX - 2)
        ft_str_add(&text, "1+");
    ft_str_add(&text, "1 ");
    ck_assert_uint_eq(text.len, FT_EXPR_LENGTH_MAX);
    expr = parse(&text, &err);
    ck_assert_msg(expr != NULL, "%s", err.msg);
    ck_assert_int_eq(ft_expr_eval(expr, NULL, &value, &at, &err), 0);
    ck_assert(value.number == FT_EXPR_LENGTH_MAX / 2);
    ft_expr_free(expr);
    ft_str_add(&text, " ");
    ck_assert_ptr_null(parse(&text, &err));
    ck_assert_str_eq(err.msg, "expression is longer than 4096 bytes");
    ck_assert_ptr_null(ft_expr_parse("1\0", 2, &at, &err));
    ck_assert_str_eq(err.msg, "unexpected byte 0x00");
    ck_assert_uint_eq(at, 1);
    ft_str_release(&text);
}
END_TEST

static const char *const huge[] = {
    "range(0, 1e6)",
    "[range(0, 400000), range(0, 400000), range(0, 400000)]",
    "replace(join(range(0, 1000), 'a'), 'a', join(range(0, 20000), ''))",
};

START_TEST(values_cannot_grow_without_end)
{
    struct ft_err err = { 0 };
    struct ft_value value = FT_VALUE_INIT;
    struct ft_expr *expr;
    size_t at;

    expr = ft_expr_parse(huge[_i], strlen(huge[_i]), &at, &err);
    ck_assert_msg(expr != NULL, "%s", err.msg);
    ck_assert_int_eq(ft_expr_eval(expr, NULL, &value, &at, &err), -1);
    ck_assert_str_eq(err.msg, "the value would be larger than 64 MiB");
    ft_expr_free(expr);
}
END_TEST

/* --- references and JSON -------------------------------------------------- */

static void list_ref(const struct ft_ref *ref, void *arg)
{
    ft_str_addf(arg, "%s/%zu@%zu+%zu ", ref->part[0], ref->n, ref->offset,
                ref->length);
}

START_TEST(references_are_found_with_their_places)
{
    static const char text[] = "if(a, b.c + 1, d.e{x = f . g})[h]";
    struct ft_str got = FT_STR_INIT;
    struct ft_expr *expr;
    size_t at;

    expr = ft_expr_parse(text, strlen(text), &at, NULL);
    ck_assert_ptr_nonnull(expr);
    ft_expr_refs(expr, list_ref, &got);
    ck_assert_str_eq(got.s, "a/1@3+1 b/2@6+3 d/2@15+3 f/2@23+5 h/1@31+1 ");
    ft_str_release(&got);
    ft_expr_free(expr);
}
END_TEST

START_TEST(values_as_json)
{
    static const char text[] =
        "[1, 1.5, 2 mm, 20 degC, 'a', null, true, [], 50 %, 1e300]";
    struct ft_value value = FT_VALUE_INIT, copy = FT_VALUE_INIT;
    struct ft_str got = FT_STR_INIT;
    struct json_object *json;
    struct ft_expr *expr;
    size_t at;

    expr = ft_expr_parse(text, strlen(text), &at, NULL);
    ck_assert_int_eq(ft_expr_eval(expr, NULL, &value, &at, NULL), 0);
    ft_value_copy(&value, &copy);
    ck_assert(ft_value_equal(&value, &copy));
    ft_value_release(&value);
    json = ft_value_json(&copy);
    ck_assert_int_eq(ft_json_canonical(json, &got, NULL), 0);
    ck_assert_str_eq(got.s,
                     "[1,1.5,{\"unit\":\"m\",\"value\":0.002},"
                     "{\"unit\":\"K\",\"value\":293.15},\"a\",null,true,[],"
                     "{\"unit\":\"1\",\"value\":0.5},1e+300]");
    json_object_put(json);
    ft_value_release(&copy);
    ft_str_release(&got);
    ft_expr_free(expr);
}
END_TEST

START_TEST(maps_are_shown_compared_and_indexed)
{
    char a[] = "a", b[] = "b", x[] = "x";
    struct ft_value item[] = { { .kind = FT_VALUE_NUMBER, .number = 1 },
                               { .kind = FT_VALUE_TEXT, .text = x } };
    struct ft_value swapped[] = { item[1], item[0] };
    char *key[] = { a, b }, *other[] = { b, a };
    struct ft_value map = {
        .kind = FT_VALUE_MAP, .item = item, .key = key, .n = 2
    };
    struct ft_value same = {
        .kind = FT_VALUE_MAP, .item = swapped, .key = other, .n = 2
    };
    struct ft_value copy = FT_VALUE_INIT;
    struct ft_str text = FT_STR_INIT;

    ft_value_copy(&map, &copy);
    ck_assert(ft_value_equal(&copy, &same));
    copy.item[0].number = 2;
    ck_assert(!ft_value_equal(&copy, &same));
    ft_value_text(&copy, &text);
    ck_assert_str_eq(text.s, "{a: 2, b: x}");
    ft_value_release(&copy);
    ft_str_release(&text);
}
END_TEST

/* --- templates ------------------------------------------------------------ */

static const struct {
    const char *text, *value; /* or the error, when 'at' is not -1 */
    enum ft_value_kind kind;
    int at;
} template[] = {
    { "", "", FT_VALUE_TEXT, -1 },
    { "plain $ {text}", "plain $ {text}", FT_VALUE_TEXT, -1 },
    { "out-${matrix.power}.h5", "out-45 W.h5", FT_VALUE_TEXT, -1 },
    { "${params.n}", "4", FT_VALUE_NUMBER, -1 },
    { "${params.n} ", "4 ", FT_VALUE_TEXT, -1 },
    { "${params.n}${params.n}", "44", FT_VALUE_TEXT, -1 },
    { "$${params.n}", "${params.n}", FT_VALUE_TEXT, -1 },
    { "$$$${x}", "$$${x}", FT_VALUE_TEXT, -1 },
    { "${mesh.mesh{power = 45 W}}", "mesh.mesh power=45 W", FT_VALUE_OBJECT,
      -1 },
    { "${'}' + \"}\"}", "}}", FT_VALUE_TEXT, -1 },
    { "${'\\'}'}", "'}", FT_VALUE_TEXT, -1 },
    { "${params.list}", "1, 2, 3", FT_VALUE_LIST, -1 },
    { "ab ${1 + }", "expected a value at the end", FT_VALUE_NULL, 9 },
    { "ab ${1", "'${' without its '}'", FT_VALUE_NULL, 3 },
    { "ab ${'}", "'${' without its '}'", FT_VALUE_NULL, 3 },
    { "a ${1}${1 / 0}", "division by zero", FT_VALUE_NULL, 10 },
    { "${1 / 0}", "division by zero", FT_VALUE_NULL, 4 },
    { "${}", "expected a value at the end", FT_VALUE_NULL, 2 },
};

START_TEST(template_rows)
{
    const char *text = template[_i].text;
    struct ft_template tpl = { 0 };
    struct ft_value value = FT_VALUE_INIT;
    struct ft_str got = FT_STR_INIT;
    struct ft_err err = { 0 };
    size_t at = 0;

    if (ft_template_parse(text, strlen(text), &tpl, &at, &err) == 0)
        ft_template_eval(&tpl, &scope, &value, &at, &err);
    if (template[_i].at >= 0) {
        ck_assert_str_eq(err.msg, template[_i].value);
        ck_assert_uint_eq(at, (size_t) template[_i].at);
    } else {
        ck_assert_msg(!err.code, "%s", err.msg);
        ft_value_text(&value, &got);
        ck_assert_str_eq(got.s, template[_i].value);
    }
    ck_assert_int_eq(value.kind, template[_i].kind);
    ft_value_release(&value);
    ft_template_release(&tpl);
    ft_str_release(&got);
}
END_TEST

START_TEST(every_function_is_documented_and_sorted)
{
    const struct ft_expr_function *f = ft_expr_functions;
    size_t n = 0;

    for (; f[n].name; n++) {
        ck_assert_str_ne(f[n].args, "");
        ck_assert_str_ne(f[n].doc, "");
    }
    ck_assert_uint_eq(n, 32);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("expr");
    TCase *tc = tcase_create("expr");

    tcase_add_loop_test(tc, good_rows, 0, FT_ARRAY_LEN(good));
    tcase_add_loop_test(tc, bad_rows, 0, FT_ARRAY_LEN(bad));
    tcase_add_test(tc, depth_at_the_limit_and_one_past);
    tcase_add_test(tc, length_at_the_limit_and_one_past);
    tcase_add_loop_test(tc, values_cannot_grow_without_end, 0,
                        FT_ARRAY_LEN(huge));
    tcase_add_test(tc, references_are_found_with_their_places);
    tcase_add_test(tc, values_as_json);
    tcase_add_test(tc, maps_are_shown_compared_and_indexed);
    tcase_add_loop_test(tc, template_rows, 0, FT_ARRAY_LEN(template));
    tcase_add_test(tc, every_function_is_documented_and_sorted);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
