/* test_field.c - documents against tables, and tables as schemas */
#include "text/field.h"

#include <json-c/json.h>
#include <math.h>
#include <string.h>

#include "unit.h"

static const char *const moods[] = { "never", "content", NULL };

static const struct ft_field inner[] = {
    { .key = "max", .type = FT_FIELD_INT, .required = true, .min = 1,
      .max = 9 },
    { .key = "deep", .type = FT_FIELD_MAP, .of = FT_FIELD_INT },
    { 0 },
};

static const struct ft_field table[] = {
    { .key = "text", .type = FT_FIELD_TEXT, .doc = "any text" },
    { .key = "name", .type = FT_FIELD_NAME },
    { .key = "bool", .type = FT_FIELD_BOOL },
    { .key = "count", .type = FT_FIELD_INT, .min = 0, .max = HUGE_VAL },
    { .key = "number", .type = FT_FIELD_NUMBER, .expr = true, .min = -1.5,
      .max = 1.5 },
    { .key = "length", .type = FT_FIELD_QUANTITY, .unit = "m",
      .min = 0.001, .max = HUGE_VAL },
    { .key = "mood", .type = FT_FIELD_CHOICE, .choices = moods },
    { .key = "any", .type = FT_FIELD_ANY },
    { .key = "list", .type = FT_FIELD_LIST, .of = FT_FIELD_INT },
    { .key = "names", .type = FT_FIELD_LIST, .of = FT_FIELD_NAME,
      .scalar_ok = true },
    { .key = "words", .type = FT_FIELD_MAP, .of = FT_FIELD_ANY,
      .words = true },
    { .key = "map", .type = FT_FIELD_MAP, .of = FT_FIELD_QUANTITY,
      .unit = "s" },
    { .key = "inner", .type = FT_FIELD_STRUCT, .fields = inner },
    { .key = "inners", .type = FT_FIELD_MAP, .of = FT_FIELD_STRUCT,
      .fields = inner },
    { 0 },
};

static bool check(const char *text, struct ft_diags *diags)
{
    struct ft_doc *doc = ft_doc_parse("t.yaml", text, strlen(text), diags);
    bool ok;

    ck_assert_ptr_nonnull(doc);
    ok = ft_fields_check(doc, ft_doc_root(doc), table, "the test", diags);
    ft_doc_free(doc);
    return ok;
}

static const char *const good[] = {
    "{}",
    "text: x[1]",
    "text: 12",
    "name: a_B-3",
    "bool: false",
    "count: 0",
    "count: 123456789012",
    "number: -1.5",
    "number: 1.5",
    "number: ${params.x + 7}",
    "length: 1 mm",
    "length: 3 km",
    "mood: never",
    "any: [{a: [b]}]",
    "list: []",
    "list: [1, 2]",
    "names: one",
    "names: [one, two]",
    "map: {a: 3 s, b: 2 h}",
    "inner: {max: 1}",
    "inner: {max: 9, deep: {a: 1}}",
    "inners: {a: {max: 2}}",
};

START_TEST(accepted)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    bool ok = check(good[_i], &diags);

    ck_assert_msg(!diags.len, "%s", diags.len ? diags.item[0].msg : "");
    ck_assert(ok);
    ft_diags_release(&diags);
}
END_TEST

static const struct {
    const char *text, *code;
    int line, col;
    const char *msg, *hint;
} bad[] = {
    { "[1]", "FT0104", 1, 1, "the test must be a mapping, not a list", NULL },
    { "a: 1\ncuont: 1", "FT0102", 1, 1, "unknown key 'a' in the test",
      "known keys are text, name, bool, count, number, length, mood, any, "
      "list, names, words, map, inner, inners" },
    { "cuont: 1", "FT0102", 1, 1, "unknown key 'cuont' in the test",
      "did you mean 'count'?" },
    { "text: [1]", "FT0104", 1, 7, "'text' of the test must be text, not a "
      "list", NULL },
    { "text:", "FT0104", 1, 6, "'text' of the test must be text, not "
      "nothing", NULL },
    { "name: 3d", "FT0106", 1, 7, "'3d' is not a name",
      "a letter, then letters, digits, '_' and '-', at most 64" },
    { "name: \"${x}\"", "FT0104", 1, 7,
      "'name' of the test cannot hold an expression",
      "write the value itself: it cannot depend on parameters or cells" },
    { "bool: yes", "FT0104", 1, 7,
      "'bool' of the test must be true or false, not text", NULL },
    { "count: -1", "FT0204", 1, 8, "'count' of the test must be at least 0",
      NULL },
    { "count: 1.5", "FT0104", 1, 8,
      "'count' of the test must be a whole number, not a number", NULL },
    { "number: 1.6", "FT0204", 1, 9,
      "'number' of the test must be at most 1.5", NULL },
    { "number: x", "FT0104", 1, 9,
      "'number' of the test must be a number, not text", NULL },
    { "length: 0.9 mm", "FT0204", 1, 9,
      "'length' of the test must be at least 0.001 m", NULL },
    { "length: 2", "FT0203", 1, 9, NULL, NULL },
    { "length: 2 s", "FT0203", 1, 9, NULL, NULL },
    { "length: 2 mn", "FT0202", 1, 9, NULL, NULL },
    { "length: two", "FT0201", 1, 9, NULL, NULL },
    { "length: [2]", "FT0104", 1, 9,
      "'length' of the test must be a number with a unit, not a list", NULL },
    { "mood: nevr", "FT0105", 1, 7, "'nevr' is no choice for 'mood' of the "
      "test", "did you mean 'never'?" },
    { "mood: x", "FT0105", 1, 7, "'x' is no choice for 'mood' of the test",
      "one of never, content" },
    { "list: 1", "FT0104", 1, 7, "'list' of the test must be a list, not a "
      "number", NULL },
    { "list: [1, x]", "FT0104", 1, 11,
      "'list' of the test must be a whole number, not text", NULL },
    { "names:", "FT0104", 1, 7, "'names' of the test must be a list, not "
      "nothing", NULL },
    { "map: [1]", "FT0104", 1, 6, "'map' of the test must be a mapping, not "
      "a list", NULL },
    { "map: {2x: 1 s}", "FT0106", 1, 7, "'2x' is not a name",
      "a letter, then letters, digits, '_' and '-', at most 64" },
    { "words: {a_b: 1, a-b: 2}", "FT0106", 1, 17,
      "the name 'a-b' cannot have a '-'",
      "in expressions it would subtract; take '_'" },
    { "map: {a: 1 m}", "FT0203", 1, 10, NULL, NULL },
    { "inner: {}", "FT0103", 1, 8, "'inner' of the test lacks the key 'max'",
      NULL },
    { "inner: {max: 10}", "FT0204", 1, 14,
      "'max' of 'inner' of the test must be at most 9", NULL },
    { "inner: {max: 1, deep: {a: b}}", "FT0104", 1, 27,
      "'a' of 'deep' of 'inner' of the test must be a whole number, not text",
      NULL },
    { "inners: {a: {mix: 1, max: 1}}", "FT0102", 1, 14,
      "unknown key 'mix' in 'a' of 'inners' of the test",
      "did you mean 'max'?" },
};

START_TEST(refused)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    bool ok = check(bad[_i].text, &diags);
    const struct ft_diag *d = diags.item;

    ck_assert(!ok);
    ck_assert_uint_ge(diags.len, 1);
    ck_assert_str_eq(d->code, bad[_i].code);
    ck_assert_int_eq(d->line, bad[_i].line);
    ck_assert_int_eq(d->col, bad[_i].col);
    if (bad[_i].msg) { /* else the words are quantity.c's */
        ck_assert_str_eq(d->msg, bad[_i].msg);
        ck_assert_pstr_eq(d->hint, bad[_i].hint);
    }
    ft_diags_release(&diags);
}
END_TEST

START_TEST(all_at_once)
{
    struct ft_diags diags = FT_DIAGS_INIT;

    ck_assert(!check("cuont: 1\nbool: 3\nlist: [a, b]\ninner: {}\n", &diags));
    ck_assert_uint_eq(diags.n_errors, 5);
    ft_diags_release(&diags);
}
END_TEST

START_TEST(as_json)
{
    static const char text[] =
        "text: 012\nbool: true\ncount: 3\nnumber: 0.5\nlength: 50 cm\n"
        "mood: never\nany: {a: [1, 2.5, x, '3', true, ~]}\nlist: [7]\n"
        "names: alone\nmap: {t: 1 min}\ninners: {i: {max: 2}}\n";
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_doc *doc = ft_doc_parse("t.yaml", text, strlen(text), &diags);
    struct json_object *json;

    ck_assert(ft_fields_check(doc, ft_doc_root(doc), table, "t", &diags));
    json = ft_fields_json(ft_doc_root(doc), table);
    ck_assert_str_eq(
        json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN),
        "{\"text\":\"012\",\"bool\":true,\"count\":3,\"number\":0.5,"
        "\"length\":0.5,\"mood\":\"never\","
        "\"any\":{\"a\":[1,2.5,\"x\",\"3\",true,null]},\"list\":[7],"
        "\"names\":[\"alone\"],\"map\":{\"t\":60.0},"
        "\"inners\":{\"i\":{\"max\":2}}}");
    json_object_put(json);
    ft_doc_free(doc);
    ft_diags_release(&diags);
}
END_TEST

START_TEST(as_schema)
{
    struct json_object *schema = ft_fields_schema(inner);

    ck_assert_str_eq(
        json_object_to_json_string_ext(schema, JSON_C_TO_STRING_PLAIN),
        "{\"type\":\"object\",\"additionalProperties\":false,"
        "\"properties\":{\"max\":{\"type\":\"integer\",\"minimum\":1.0,"
        "\"maximum\":9.0},\"deep\":{\"type\":\"object\","
        "\"propertyNames\":{\"type\":\"string\",\"pattern\":"
        "\"^[A-Za-z][A-Za-z0-9_-]{0,63}$\"},\"additionalProperties\":"
        "{\"type\":\"integer\"}}},\"required\":[\"max\"]}");
    json_object_put(schema);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("field");
    TCase *tc = tcase_create("field");

    tcase_add_loop_test(tc, accepted, 0, FT_ARRAY_LEN(good));
    tcase_add_loop_test(tc, refused, 0, FT_ARRAY_LEN(bad));
    tcase_add_test(tc, all_at_once);
    tcase_add_test(tc, as_json);
    tcase_add_test(tc, as_schema);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
