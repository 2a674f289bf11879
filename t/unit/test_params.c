/* test_params.c - values of declared parameters, from text and from values */
#include "model/params.h"

#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "unit.h"

/* Read one declaration "p: ..." . */
static struct ft_doc *declare(const char *text, struct ft_params *params)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_doc *doc = ft_doc_parse("t", text, strlen(text), &diags);

    ck_assert_ptr_nonnull(doc);
    ck_assert(ft_params_read(doc, ft_doc_root(doc), params, &diags));
    ck_assert_uint_eq(diags.len, 0);
    return doc;
}

#define LENGTH "p: {type: quantity, unit: mm, min: 1 mm, max: 1 m}"
#define COUNT "p: {type: integer, min: -2, max: 3}"
#define NUMBER "p: {type: number}"
#define TEXT "p: {type: string}"
#define CHOICE "p: {type: string, choices: [red, green]}"
#define FLAG "p: {type: boolean}"
#define RATIO "p: {type: quantity, unit: '1'}"
#define TIMES "p: {type: quantity, unit: s, each: list}"
#define GROUPS "p: {type: number, each: group}"
#define UNIT "p: {type: unit}"
#define LENGTH_UNIT "p: {type: unit, unit: m}"
#define UNITS "p: {type: unit, each: group}"
#define UNIT_RECORDS                                                        \
    "p: {type: record, each: list, fields: {u: {type: unit}}}"
#define RECORD                                                              \
    "p: {type: record, fields: {a: {type: integer}, "                       \
    "b: {type: string, default: x}, c: {type: number, optional: true}}}"
#define RECORDS                                                             \
    "p: {type: record, each: group, fields: {a: {type: integer}}}"

static const struct {
    const char *declaration, *text;
    const char *json; /* NULL: refused with */
    const char *id, *msg;
} row[] = {
    { LENGTH, "2 mm", "{\"value\":0.002,\"unit\":\"m\"}", NULL, NULL },
    { LENGTH, "2 cm", "{\"value\":0.02,\"unit\":\"m\"}", NULL, NULL },
    { LENGTH, "1 mm", "{\"value\":0.001,\"unit\":\"m\"}", NULL, NULL },
    { LENGTH, "0.9 mm", NULL, "FT0204",
      "'p' must be at least 1 mm, not 0.9 mm" },
    { LENGTH, "1.1 m", NULL, "FT0204",
      "'p' must be at most 1000 mm, not 1.1 m" },
    { LENGTH, "2", NULL, "FT0203", "'p' lacks its unit" },
    { LENGTH, "2 s", NULL, "FT0203", NULL },
    { LENGTH, "2 mn", NULL, "FT0202", NULL },
    { LENGTH, "two", NULL, "FT0201", NULL },
    { LENGTH, "[2 mm]", NULL, "FT0104",
      "'p' must be a number with a unit, not a list" },
    { LENGTH, " ", NULL, "FT0104", "'p' is given no value" },
    { LENGTH, "${x}", NULL, "FT0104", "'p' cannot hold an expression here" },
    { COUNT, "-2", "-2", NULL, NULL },
    { COUNT, "3", "3", NULL, NULL },
    { COUNT, "4", NULL, "FT0204", "'p' must be at most 3, not 4" },
    { COUNT, "-3", NULL, "FT0204", "'p' must be at least -2, not -3" },
    { COUNT, "1.5", NULL, "FT0104",
      "'p' must be a whole number up to 2^53, not a number" },
    { COUNT, "x", NULL, "FT0104", "'p' must be a whole number, not text" },
    { COUNT, "2 m", NULL, "FT0104", "'p' must be a whole number, not text" },
    { NUMBER, "1e-3", "0.001", NULL, NULL },
    { NUMBER, "'3'", NULL, "FT0104", "'p' must be a number, not text" },
    { TEXT, "3", "\"3\"", NULL, NULL },
    { TEXT, "a: [b", "\"a: [b\"", NULL, NULL },
    { TEXT, "", "\"\"", NULL, NULL },
    { CHOICE, "green", "\"green\"", NULL, NULL },
    { CHOICE, "gren", NULL, "FT0105", "'gren' is no choice for 'p'" },
    { FLAG, "true", "true", NULL, NULL },
    { FLAG, "yes", NULL, "FT0104", "'p' must be true or false, not text" },
    { FLAG, "1", NULL, "FT0104", "'p' must be true or false, not a number" },
    { RATIO, "0.5", "{\"value\":0.5,\"unit\":\"1\"}", NULL, NULL },
    { TIMES, "[1 s, 2 min]",
      "[{\"value\":1,\"unit\":\"s\"},{\"value\":120,\"unit\":\"s\"}]", NULL,
      NULL },
    { TIMES, "[]", "[]", NULL, NULL },
    { TIMES, "1 s", NULL, "FT0104", "'p' must be a list, not text" },
    { GROUPS, "3", "{\"*\":3}", NULL, NULL },
    { GROUPS, "{top side: 1, '*': 2}", "{\"top side\":1,\"*\":2}", NULL,
      NULL },
    { GROUPS, "{a: x}", NULL, "FT0104", "'p' must be a number, not text" },
    { UNIT, "MPa", "{\"written\":\"MPa\",\"unit\":\"m-1.kg.s-2\","
      "\"scale\":1000000,\"zero\":0}", NULL, NULL },
    { UNIT, "degC", "{\"written\":\"degC\",\"unit\":\"K\",\"scale\":1,"
      "\"zero\":273.15}", NULL, NULL },
    { UNIT, "1", "{\"written\":\"1\",\"unit\":\"1\",\"scale\":1,"
      "\"zero\":0}", NULL, NULL },
    { UNIT, "MPaa", NULL, "FT0202", NULL },
    { UNIT, "2 mm", NULL, "FT0202", NULL },
    { UNIT, "true", NULL, "FT0202", NULL },
    { UNIT, "[mm]", NULL, "FT0104",
      "'p' must be a unit such as 'mm', not a list" },
    { LENGTH_UNIT, "cm", "{\"written\":\"cm\",\"unit\":\"m\","
      "\"scale\":0.01,\"zero\":0}", NULL, NULL },
    { LENGTH_UNIT, "K", NULL, "FT0203",
      "'p' has the unit 'K', which is no 'm'" },
    { UNITS, "{a: mm}", "{\"a\":{\"written\":\"mm\",\"unit\":\"m\","
      "\"scale\":0.001,\"zero\":0}}", NULL, NULL },
    { UNIT_RECORDS, "[{u: km}]", "[{\"u\":{\"written\":\"km\","
      "\"unit\":\"m\",\"scale\":1000,\"zero\":0}}]", NULL, NULL },
    { RECORD, "{a: 1}", "{\"a\":1,\"b\":\"x\"}", NULL, NULL },
    { RECORD, "{c: 2, a: 1, b: y}", "{\"a\":1,\"b\":\"y\",\"c\":2}", NULL,
      NULL },
    { RECORD, "{b: y}", NULL, "FT0103", "'p' lacks 'a'" },
    { RECORD, "{a: 1, d: 2}", NULL, "FT0110", "'p' has no field 'd'" },
    { RECORD, "3", NULL, "FT0104", "'p' must be a mapping, not a number" },
    { RECORDS, "{g: {a: 1}}", "{\"g\":{\"a\":1}}", NULL, NULL },
    { RECORDS, "{a: 1}", NULL, "FT0104",
      "'p' must be a mapping, not a number" },
};

/* What a program gets, compared in canonical form: 3 and 3.0 are one number. */
static void assert_json(const struct ft_params *params,
                        struct ft_value *value, const char *want)
{
    const struct ft_value all = { .kind = FT_VALUE_MAP, .n = 1,
                                  .key = (char *[]){ params->item->name },
                                  .item = value };
    struct json_object *whole = ft_params_json(params, &all);
    struct json_object *got = ft_json_or_null(whole, "p");
    struct json_object *json = json_tokener_parse(want);
    struct ft_str a = FT_STR_INIT, b = FT_STR_INIT;

    ck_assert_int_eq(ft_json_canonical(got, &a, NULL), 0);
    ck_assert_int_eq(ft_json_canonical(json, &b, NULL), 0);
    ck_assert_str_eq(a.s, b.s);
    ft_str_release(&a);
    ft_str_release(&b);
    json_object_put(json);
    json_object_put(whole);
}

START_TEST(from_text)
{
    struct ft_params params = { 0 };
    struct ft_doc *doc = declare(row[_i].declaration, &params);
    struct ft_value value = { .kind = FT_VALUE_NUMBER, .number = 77 };
    struct ft_err err = { 0 };
    int rc = ft_param_from_text(params.item, row[_i].text, &value, &err);

    if (row[_i].json) {
        ck_assert_msg(rc == 0, "%s", err.msg);
        assert_json(&params, &value, row[_i].json);
        ft_value_release(&value);
    } else {
        ck_assert_int_eq(rc, -1);
        ck_assert_str_eq(err.id, row[_i].id);
        if (row[_i].msg)
            ck_assert_str_eq(err.msg, row[_i].msg);
        ck_assert_int_eq(err.line, 0);
        ck_assert_double_eq(value.number, 77); /* untouched */
    }
    ft_params_release(&params);
    ft_doc_free(doc);
}
END_TEST

/* What a journal keeps of a value gives it again. */
START_TEST(to_text_and_back)
{
    struct ft_params params = { 0 };
    struct ft_doc *doc = declare(row[_i].declaration, &params);
    struct ft_value value = FT_VALUE_INIT, again = FT_VALUE_INIT;
    struct ft_str text = FT_STR_INIT;
    struct ft_err err = { 0 };

    if (row[_i].json) {
        ck_assert_int_eq(ft_param_from_text(params.item, row[_i].text, &value,
                                            NULL), 0);
        ft_param_to_text(params.item, &value, &text);
        ck_assert_msg(ft_param_from_text(params.item, text.s, &again, &err) ==
                          0, "%s: %s", text.s, err.msg);
        assert_json(&params, &again, row[_i].json);
    }
    ft_value_release(&value);
    ft_value_release(&again);
    ft_str_release(&text);
    ft_params_release(&params);
    ft_doc_free(doc);
}
END_TEST

START_TEST(from_value)
{
    struct ft_params params = { 0 };
    struct ft_doc *doc = declare(LENGTH, &params);
    struct ft_value given = { .kind = FT_VALUE_QUANTITY }, value;
    struct ft_err err = { 0 };

    ck_assert_int_eq(ft_quantity_parse("20 mm", &given.quantity, NULL), 0);
    ck_assert_int_eq(ft_param_from_value(params.item, &given, &value, &err),
                     0);
    ck_assert_double_eq_tol(value.quantity.si, 0.02, 1e-15);
    ck_assert_int_eq(ft_quantity_parse("20 K", &given.quantity, NULL), 0);
    ck_assert_int_eq(ft_param_from_value(params.item, &given, &value, &err),
                     -1);
    ck_assert_str_eq(err.id, "FT0203");
    ck_assert_str_eq(err.msg, "'p' has the unit 'K', which is no 'mm'");
    given = (struct ft_value){ .kind = FT_VALUE_BOOL };
    ck_assert_int_eq(ft_param_from_value(params.item, &given, &value, NULL),
                     -1);
    ft_params_release(&params);
    ft_doc_free(doc);
}
END_TEST

START_TEST(whole_numbers)
{
    struct ft_params params = { 0 };
    struct ft_doc *doc = declare("p: {type: integer}", &params);
    struct ft_value value = FT_VALUE_INIT;

    ck_assert_int_eq(ft_param_from_text(params.item, "9007199254740992",
                                        &value, NULL), 0);
    ck_assert_double_eq(value.number, 9007199254740992.0);
    ck_assert_int_eq(ft_param_from_text(params.item, "9007199254740994",
                                        &value, NULL), -1);
    ft_params_release(&params);
    ft_doc_free(doc);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("params");
    TCase *tc = tcase_create("params");

    tcase_add_loop_test(tc, from_text, 0, FT_ARRAY_LEN(row));
    tcase_add_loop_test(tc, to_text_and_back, 0, FT_ARRAY_LEN(row));
    tcase_add_test(tc, from_value);
    tcase_add_test(tc, whole_numbers);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
