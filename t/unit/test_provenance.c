/* test_provenance.c - names and values of exports */
#include "base/json.h"
#include "data/provenance/provenance.h"
#include "unit.h"

static const struct {
    const char *text, *escaped;
} names[] = {
    { "", "" },
    { "heat", "heat" },
    { "solve.heat", "solve.heat" },
    { "heat[power=45 W]", "heat%5Bpower%3D45%20W%5D" },
    { "20261121-073711-7f3c", "20261121-073711-7f3c" },
    { "-a-", "%2Da%2D" },
    { ".", "%2E" },
    { "a./-b", "a%2E/%2Db" },
    { "50 %", "50%20%25" },
    { "ü", "%C3%BC" },
    { "a:b\"c\\d\n", "a%3Ab%22c%5Cd%0A" },
};

START_TEST(escapes)
{
    struct ft_str out = FT_STR_INIT;

    ft_prov_escape(&out, names[_i].text);
    ck_assert_str_eq(out.s, names[_i].escaped);
    ft_str_release(&out);
}
END_TEST

static const struct {
    const char *json, *text, *unit;
} values[] = {
    { "{\"value\":0.002,\"unit\":\"m\"}", "0.002", "m" },
    { "{\"value\":3}", "{\"value\":3}", NULL },
    { "{\"unit\":\"m\",\"value\":[1,2]}", "[1,2]", "m" },
    { "\"a text\"", "a text", NULL },
    { "1e-7", "1e-7", NULL },
    { "true", "true", NULL },
    { "null", "null", NULL },
    { "{\"b\":1,\"a\":[]}", "{\"a\":[],\"b\":1}", NULL },
};

START_TEST(values_as_text)
{
    struct json_object *json = json_tokener_parse(values[_i].json);
    struct ft_str out = FT_STR_INIT;
    const char *unit = ft_prov_value(json, &out);

    ck_assert_str_eq(out.s, values[_i].text);
    ck_assert_pstr_eq(unit, values[_i].unit);
    ft_str_release(&out);
    json_object_put(json);
}
END_TEST

static const struct {
    const char *record, *task, *tool; /* how the name of the tool begins */
} records[] = {
    { "{\"run\":\"r-1\",\"task\":\"a[x=1]\",\"attempt\":2,"
      "\"module\":\"solve.heat\",\"module_digest\":\"00ff\"}",
      "r-1/a%5Bx%3D1%5D/2", "solve.heat/" },
    { "{\"run\":\"r-1\",\"task\":\"a\",\"module\":\"shell\","
      "\"command\":[\"true\"]}",
      "r-1/a/1", "shell/" },
    { "{\"run\":\"\",\"module\":\"put\"}", "put/abc", "put/" },
    { "{}", "put/abc", "unknown/" },
};

START_TEST(record_names)
{
    struct json_object *record = json_tokener_parse(records[_i].record);
    struct ft_str out = FT_STR_INIT;

    ft_prov_record_name(&out, record, "abc");
    ck_assert_str_eq(out.s, records[_i].task);
    ft_str_cut(&out, 0);
    ft_prov_tool_name(&out, record);
    ck_assert_msg(ft_starts_with(out.s, records[_i].tool), "%s", out.s);
    ft_str_release(&out);
    json_object_put(record);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("provenance");
    TCase *tc = tcase_create("provenance");

    tcase_add_loop_test(tc, escapes, 0, FT_ARRAY_LEN(names));
    tcase_add_loop_test(tc, values_as_text, 0, FT_ARRAY_LEN(values));
    tcase_add_loop_test(tc, record_names, 0, FT_ARRAY_LEN(records));
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
