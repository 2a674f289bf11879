/* test_json.c - strict reading, canonical writing, checked access */
#include "t/unit/unit.h"

#include <math.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"

/* --- reading -------------------------------------------------------------- */

static const struct {
    const char *text;
    const char *error; /* how the message begins; NULL: parses */
} parse[] = {
    { "{}", NULL },
    { " [1, 2.5, \"a\", null, true] \r\n\t", NULL },
    { "17", NULL },
    { "-0.5e3", NULL },
    { "null", NULL },
    { "\"\"", NULL },
    { "", "x is not JSON: " },
    { "  ", "x is not JSON: " },
    { "{", "x is not JSON: " },
    { "[1, 2", "x is not JSON: " },
    { "\"abc", "x is not JSON: " },
    { "tru", "x is not JSON: " },
    { "{} x", "x is not JSON: text after the value at offset 3" },
    { "1 2", "x is not JSON: text after the value at offset 2" },
    { "{}{}", "x is not JSON: text after the value at offset 2" },
    { "[1,]", "x is not JSON: " },
    { "/* c */ 1", "x is not JSON: " },
    { "NaN", "x has a number that is not finite" },
    { "[1, [1e999]]", "x has a number that is not finite" },
    { "\"\xff\"", "x is not JSON: not UTF-8" },
    { "\"\\\xc3\xa9\"", "x is not JSON: " },
    { "\xc3\xa9", "x is not JSON: " },
};

START_TEST(parse_rows)
{
    struct ft_err err = { 0 };
    struct json_object *value;
    const char *text = parse[_i].text;

    value = ft_json_parse(text, strlen(text), "x", &err);
    if (parse[_i].error) {
        ck_assert_ptr_null(value);
        ck_assert_int_eq(err.code, FT_EFORMAT);
        ck_assert_msg(ft_starts_with(err.msg, parse[_i].error), "%s", err.msg);
    } else {
        ck_assert_msg(!err.code, "%s", err.msg);
    }
    json_object_put(value);
}
END_TEST

START_TEST(zero_byte_is_refused)
{
    struct ft_err err = { 0 };

    ck_assert_ptr_null(ft_json_parse("[1]\0", 4, "x", &err));
    ck_assert_str_eq(err.msg, "x is not JSON: zero byte at offset 3");
}
END_TEST

/* One array in the other, 'depth' of them. */
static struct json_object *nested(int depth, struct ft_err *err)
{
    struct ft_str s = FT_STR_INIT;
    struct json_object *value;

    for (int i = 0; i < depth; i++)
        ft_str_addc(&s, '[');
    for (int i = 0; i < depth; i++)
        ft_str_addc(&s, ']');
    value = ft_json_parse(s.s, s.len, "x", err);
    ft_str_release(&s);
    return value;
}

START_TEST(depth_at_the_limit_and_one_past)
{
    struct ft_err err = { 0 };
    struct json_object *value = nested(FT_JSON_DEPTH_MAX, &err);

    ck_assert_ptr_nonnull(value);
    json_object_put(value);
    ck_assert_ptr_null(nested(FT_JSON_DEPTH_MAX + 1, &err));
    ck_assert(ft_starts_with(err.msg, "x is not JSON: nesting"));
}
END_TEST

START_TEST(size_at_the_limit_and_one_past)
{
    struct ft_err err = { 0 };
    struct ft_str s = FT_STR_INIT;
    struct json_object *value;

    ft_str_addf(&s, "%*s", FT_JSON_SIZE_MAX, "[]");
    value = ft_json_parse(s.s, s.len, "x", &err);
    ck_assert_ptr_nonnull(value);
    json_object_put(value);
    ft_str_addc(&s, ' ');
    ck_assert_ptr_null(ft_json_parse(s.s, s.len, "x", &err));
    ck_assert_str_eq(err.msg, "x is larger than 64 MiB");
    ft_str_release(&s);
}
END_TEST

START_TEST(file_that_is_not_there)
{
    struct ft_err err = { 0 };

    ck_assert_ptr_null(ft_json_read("no/such.json", &err));
    ck_assert_int_eq(err.code, FT_ENOENT);
}
END_TEST

/* --- canonical text ------------------------------------------------------- */

static const struct {
    const char *text;
    const char *canonical; /* NULL: refused */
} canonical[] = {
    /* RFC 8785, sections 3.2.2 and 3.2.3 */
    { "{\"numbers\": [333333333.33333329, 1E30, 4.50, 2e-3, "
      "0.000000000000000000000000001],\n"
      "\"string\": "
      "\"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\","
      "\"literals\": [null, true, false]}",
      "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,"
      "4.5,0.002,1e-27],\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\"
      "\\\"/\"}" },
    { "{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\","
      "\"\\ufb33\":\"Hebrew Letter Dalet With Dagesh\",\"1\":\"One\","
      "\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\","
      "\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}",
      "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\","
      "\"\xc3\xb6\":\"Latin Small Letter O With Diaeresis\","
      "\"\xe2\x82\xac\":\"Euro Sign\","
      "\"\xf0\x9f\x98\x80\":\"Emoji: Grinning Face\","
      "\"\xef\xac\xb3\":\"Hebrew Letter Dalet With Dagesh\"}" },
    { "{}", "{}" },
    { "[]", "[]" },
    { "\"\\b\\t\\n\\f\\r\\u0001\\u007f\"", "\"\\b\\t\\n\\f\\r\\u0001\x7f\"" },
    { "[-0, -0.0, 1.0, 100, 1e2]", "[0,0,1,100,100]" },
    { "{\"b\":{\"d\":1,\"c\":2},\"a\":[{\"z\":1,\"y\":2}],\"\":0,\"aa\":0}",
      "{\"\":0,\"a\":[{\"y\":2,\"z\":1}],\"aa\":0,\"b\":{\"c\":2,\"d\":1}}" },
    { "[9007199254740992, -9007199254740992]",
      "[9007199254740992,-9007199254740992]" },
    { "9007199254740993", NULL },
    { "-9007199254740993", NULL },
    { "18446744073709551615", NULL },
    { "[\"\xc2\xb5\", \"\\\\\xe2\x82\xac\", \"\xf0\x9f\x98\x80\"]",
      "[\"\xc2\xb5\",\"\\\\\xe2\x82\xac\",\"\xf0\x9f\x98\x80\"]" },
};

START_TEST(canonical_rows)
{
    struct ft_err err = { 0 };
    struct ft_str out = FT_STR_INIT;
    struct json_object *value;
    const char *text = canonical[_i].text;

    value = ft_json_parse(text, strlen(text), "x", &err);
    ck_assert_msg(!err.code, "%s", err.msg);
    ft_str_add(&out, "=");
    if (canonical[_i].canonical) {
        ck_assert_int_eq(ft_json_canonical(value, &out, &err), 0);
        ck_assert_str_eq(out.s + 1, canonical[_i].canonical);
    } else {
        ck_assert_int_eq(ft_json_canonical(value, &out, &err), -1);
        ck_assert_int_eq(err.code, FT_EFORMAT);
        ck_assert_str_eq(out.s, "="); /* untouched */
    }
    ft_str_release(&out);
    json_object_put(value);
}
END_TEST

START_TEST(canonical_refuses_what_json_cannot_say)
{
    struct ft_err err = { 0 };
    struct ft_str out = FT_STR_INIT;
    struct json_object *value = json_object_new_object();

    ft_json_add_num(value, "x", NAN);
    ck_assert_int_eq(ft_json_canonical(value, &out, &err), -1);
    ck_assert_str_eq(err.msg, "number is not finite");
    ft_json_add_num(value, "x", -INFINITY);
    ck_assert_int_eq(ft_json_canonical(value, &out, &err), -1);
    ft_json_add_str(value, "x", "\xc3(");
    ck_assert_int_eq(ft_json_canonical(value, &out, &err), -1);
    ck_assert_str_eq(err.msg, "text is not UTF-8");
    ck_assert_str_eq(out.s, "");
    json_object_put(value);
    ft_str_release(&out);
}
END_TEST

START_TEST(canonical_keeps_zero_bytes_in_text)
{
    struct ft_str out = FT_STR_INIT;
    struct json_object *value = json_object_new_string_len("a\0b", 3);

    ck_assert_int_eq(ft_json_canonical(value, &out, NULL), 0);
    ck_assert_str_eq(out.s, "\"a\\u0000b\"");
    json_object_put(value);
    ft_str_release(&out);
}
END_TEST

/* --- members -------------------------------------------------------------- */

START_TEST(members_are_checked)
{
    struct ft_err err = { 0 };
    struct json_object *obj = json_object_new_object();
    int64_t n = 7;

    ft_json_add_str(obj, "s", "text");
    ft_json_add_str(obj, "null", NULL);
    ft_json_add_int(obj, "n", INT64_MAX);
    ft_json_add_num(obj, "x", 1.5);
    ft_json_add_bool(obj, "b", true);
    json_object_object_add(obj, "cut", json_object_new_string_len("a\0b", 3));

    ck_assert_str_eq(ft_json_str(obj, "s", "o", &err), "text");
    ck_assert_int_eq(ft_json_int(obj, "n", &n, "o", &err), 0);
    ck_assert(n == INT64_MAX);
    ck_assert_ptr_nonnull(ft_json_get(obj, "x", json_type_double, "o", &err));

    ck_assert_ptr_null(ft_json_str(obj, "n", "o", &err));
    ck_assert_str_eq(err.msg, "member 'n' of o is not a string");
    ck_assert_ptr_null(ft_json_str(obj, "cut", "o", &err));
    ck_assert_ptr_null(ft_json_str(obj, "null", "o", &err));
    ck_assert_ptr_null(ft_json_str(obj, "none", "o", &err));
    ck_assert_str_eq(err.msg, "o has no member 'none'");
    n = 7;
    ck_assert_int_eq(ft_json_int(obj, "x", &n, "o", &err), -1);
    ck_assert_str_eq(err.msg, "member 'x' of o is not an integer");
    ck_assert_int_eq(n, 7);
    ck_assert_ptr_null(ft_json_get(obj, "s", json_type_array, "o", &err));
    ck_assert_str_eq(err.msg, "member 's' of o is not an array");
    ck_assert_ptr_null(ft_json_str(NULL, "s", "o", &err));
    ck_assert_str_eq(err.msg, "o is not a JSON object");

    ck_assert_str_eq(ft_json_str_or(obj, "none", "other"), "other");
    ck_assert_str_eq(ft_json_str_or(obj, "s", "other"), "text");
    ck_assert_int_eq(ft_json_int_or(obj, "s", 3), 3);
    ck_assert(ft_json_num_or(obj, "x", 3) == 1.5);
    ck_assert(ft_json_num_or(obj, "b", 3) == 3);
    ck_assert(ft_json_bool_or(obj, "b", false));
    ck_assert(!ft_json_bool_or(obj, "s", false));
    ck_assert_ptr_null(ft_json_or_null(obj, "none"));
    ck_assert_ptr_nonnull(ft_json_or_null(obj, "s"));
    json_object_put(obj);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("json");
    TCase *tc = tcase_create("json");

    tcase_add_loop_test(tc, parse_rows, 0, FT_ARRAY_LEN(parse));
    tcase_add_test(tc, zero_byte_is_refused);
    tcase_add_test(tc, depth_at_the_limit_and_one_past);
    tcase_add_test(tc, size_at_the_limit_and_one_past);
    tcase_add_test(tc, file_that_is_not_there);
    tcase_add_loop_test(tc, canonical_rows, 0, FT_ARRAY_LEN(canonical));
    tcase_add_test(tc, canonical_refuses_what_json_cannot_say);
    tcase_add_test(tc, canonical_keeps_zero_bytes_in_text);
    tcase_add_test(tc, members_are_checked);
    tcase_set_timeout(tc, 60);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
