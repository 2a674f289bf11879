/* test_diff.c - parameters and workflows of two sides */
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "data/history/diff_in.h"
#include "unit.h"

#define WORKFLOW                                                            \
    "params:\n"                                                             \
    "  size: {type: quantity, unit: mm, default: 2 mm}\n"                   \
    "  heat: {type: quantity, unit: degC, default: 20 degC}\n"              \
    "  loads: {type: quantity, unit: W, each: list}\n"                      \
    "  film: {type: record, each: group, fields:"                           \
    " {h: {type: quantity, unit: W/m2/K}}}\n"                               \
    "  wrong: {type: quantity, unit: s}\n"

static struct ft_diff_side side_of(const char *params, const char *text)
{
    return (struct ft_diff_side){
        .kind = FT_DIFF_STATE,
        .workflow = ft_strdup("w"),
        .text = ft_strdup(text),
        .params = params ? ft_json_parse(params, strlen(params), "params",
                                         NULL) : NULL,
    };
}

static void quantity(struct ft_str *out, const char *si, const char *unit)
{
    ft_str_addf(out, "{\"value\":%s,\"unit\":\"%s\"}", si, unit);
}

/* The number of a quantity in SI, and how people see it. */
static const struct {
    const char *name, *si, *unit, *text;
} shown[] = {
    { "size", "0.002", "m", "2 mm" },
    { "size", "0.0001", "m", "0.1 mm" },
    { "size", "0.3", "m", "300 mm" },
    { "size", "0.07", "m", "70 mm" },
    { "size", "-0.0023", "m", "-2.3 mm" },
    { "size", "0.0033333333333333335", "m", "3.3333333333333335 mm" },
    { "heat", "293.15", "K", "20 degC" },
    { "heat", "310.04999999999995", "K", "36.9 degC" },
    { "wrong", "5", "m", "5 m" }, /* another dimension: as it is */
    { "other", "5", "m.s-1", "5 m.s-1" }, /* not declared */
    { "other", "5", "no unit", "5 no unit" },
};

START_TEST(values_in_the_units_of_the_workflow)
{
    struct ft_str a = FT_STR_INIT;
    struct ft_diff_side x, y = side_of("{}", WORKFLOW);
    struct json_object *list, *one;

    ft_str_addf(&a, "{\"%s\":", shown[_i].name);
    quantity(&a, shown[_i].si, shown[_i].unit);
    ft_str_addc(&a, '}');
    x = side_of(a.s, WORKFLOW);
    list = ft_diff_params(&x, &y);
    ck_assert_uint_eq(json_object_array_length(list), 1);
    one = json_object_array_get_idx(list, 0);
    ck_assert_str_eq(ft_json_str_or(one, "name", ""), shown[_i].name);
    ck_assert_str_eq(ft_json_str_or(one, "state", ""), "removed");
    one = ft_json_or_null(one, "values");
    ck_assert_str_eq(json_object_get_string(json_object_array_get_idx(one, 0)),
                     shown[_i].text);
    ck_assert_ptr_null(json_object_array_get_idx(one, 1));
    json_object_put(list);
    ft_diff_side_release(&x);
    ft_diff_side_release(&y);
    ft_str_release(&a);
}
END_TEST

/* Parameters of both sides, and what is told of them. */
static const struct {
    const char *a, *b, *want;
} row[] = {
    { "{}", "{}", "" },
    { NULL, NULL, "" },
    { NULL, "{\"n\":1}", "n added - 1;" },
    { "{\"n\":1}", NULL, "n removed 1 -;" },
    { "{\"n\":1}", "{\"n\":1.0}", "" },
    { "{\"n\":1}", "{\"n\":2}", "n changed 1 2;" },
    { "{\"n\":0.1}", "{\"n\":0.10000000000000002}",
      "n changed 0.1 0.10000000000000002;" },
    { "{\"n\":null}", "{\"n\":\"a\"}", "n changed (none) a;" },
    { "{\"n\":null}", "{\"n\":null}", "" },
    { "{\"n\":true,\"m\":\"x\"}", "{\"m\":\"x\",\"n\":false}",
      "n changed true false;" },
    { "{\"loads\":[{\"value\":45,\"unit\":\"m2.kg.s-3\"}]}",
      "{\"loads\":[{\"value\":45,\"unit\":\"m2.kg.s-3\"},"
      "{\"value\":1500,\"unit\":\"m2.kg.s-3\"}]}",
      "loads changed [45 W] [45 W, 1500 W];" },
    { "{\"film\":{\"*\":{\"h\":{\"value\":5,\"unit\":\"kg.s-3.K-1\"}}}}",
      "{\"film\":{\"fin\":{\"h\":{\"value\":6,\"unit\":\"kg.s-3.K-1\"}}}}",
      "film changed {*: {h: 5 W/m2/K}} {fin: {h: 6 W/m2/K}};" },
};

static void add_text(struct json_object *pair, size_t i, struct ft_str *out)
{
    const char *text =
        json_object_get_string(json_object_array_get_idx(pair, i));

    ft_str_addf(out, " %s", text ? text : "-");
}

START_TEST(parameters)
{
    struct ft_diff_side x = side_of(row[_i].a, WORKFLOW);
    struct ft_diff_side y = side_of(row[_i].b, WORKFLOW);
    struct json_object *list = ft_diff_params(&x, &y);
    struct ft_str got = FT_STR_INIT;

    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *one = json_object_array_get_idx(list, i);

        ft_str_addf(&got, "%s %s", ft_json_str_or(one, "name", ""),
                    ft_json_str_or(one, "state", ""));
        add_text(ft_json_or_null(one, "values"), 0, &got);
        add_text(ft_json_or_null(one, "values"), 1, &got);
        ft_str_addc(&got, ';');
    }
    ck_assert_str_eq(got.s, row[_i].want);
    ft_str_release(&got);
    json_object_put(list);
    ft_diff_side_release(&x);
    ft_diff_side_release(&y);
}
END_TEST

/* A text that is no workflow must not hide the values. */
START_TEST(a_text_that_is_damaged)
{
    struct ft_diff_side x = side_of("{\"n\":1}", "{[");
    struct ft_diff_side y = side_of("{\"n\":2}", "params: 7");
    struct json_object *list = ft_diff_params(&x, &y);

    ck_assert_uint_eq(json_object_array_length(list), 1);
    json_object_put(list);
    ft_diff_side_release(&x);
    ft_diff_side_release(&y);
}
END_TEST

static struct json_object *more_of(const char *text)
{
    return ft_json_parse(text, strlen(text), "texts", NULL);
}

START_TEST(texts_of_a_workflow)
{
    struct ft_diff_side x = side_of("{}", "a\nb\n");
    struct ft_diff_side y = side_of("{}", "a\nc\n");
    struct json_object *out, *texts;
    struct ft_str got = FT_STR_INIT;

    free(y.workflow);
    y.workflow = ft_strdup("v");
    y.workflow_file = ft_strdup("w.yaml");
    x.more = more_of("[[\"same\",\"1\"],[\"gone\",\"2\\n\"],"
                     "[\"other\",\"3\\n\"]]");
    y.more = more_of("[[\"same\",\"1\"],[\"new\",\"2\\n\"],"
                     "[\"other\",\"4\\n\"]]");
    out = ft_diff_workflow(&x, &y);
    ck_assert(!ft_json_bool_or(out, "same", true));
    texts = ft_json_or_null(out, "texts");
    for (size_t i = 0; i < json_object_array_length(texts); i++) {
        struct json_object *one = json_object_array_get_idx(texts, i);

        ft_str_addf(&got, "%s %s -%d +%d;", ft_json_str_or(one, "path", ""),
                    ft_json_str_or(one, "state", ""),
                    (int)ft_json_int_or(one, "removed", -1),
                    (int)ft_json_int_or(one, "added", -1));
    }
    ck_assert_str_eq(got.s, "w.yaml changed -1 +1;gone removed -1 +0;"
                            "other changed -1 +1;new added -0 +1;");
    ft_str_release(&got);
    json_object_put(out);
    ft_diff_side_release(&x);
    ft_diff_side_release(&y);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("diff");
    TCase *tc = tcase_create("diff");

    tcase_add_loop_test(tc, values_in_the_units_of_the_workflow, 0,
                        FT_ARRAY_LEN(shown));
    tcase_add_loop_test(tc, parameters, 0, FT_ARRAY_LEN(row));
    tcase_add_test(tc, a_text_that_is_damaged);
    tcase_add_test(tc, texts_of_a_workflow);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
