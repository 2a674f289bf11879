/* test_members.c - the scanner takes what json-c takes, and as it means it */
#include "run/record/members.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "t/unit/unit.h"

#define MUTATIONS 200000

/* --- single texts --------------------------------------------------------- */

static const struct {
    const char *text;
    bool ok;
    int64_t n; /* of member "n", -7 when there is no integer */
} row[] = {
    { "{\"n\":0}", true, 0 },
    { "{\"n\":-1}", true, -1 },
    { "{\"n\":9223372036854775807}", true, INT64_MAX },
    { "{\"n\":-9223372036854775807}", true, -INT64_MAX },
    { "{\"n\":1795000000000000000,\"m\":\"x\"}", true, 1795000000000000000 },
    { "{\"n\":1.0}", true, -7 },
    { "{\"n\":1e3}", true, -7 },
    { "{\"n\":\"1\"}", true, -7 },
    { "{\"n\":null}", true, -7 },
    { "{\"n\":[1,2]}", true, -7 },
    { "{\"n\":{\"n\":1}}", true, -7 },
    { "{}", true, -7 },
    { "{\"a\":\"\\u0041\\n\",\"n\":5}", true, 5 }, /* json-c's work */
    { "{ \"n\" : 5 }", true, 5 },
    { "{\"n\":1,\"n\":2}", true, 2 }, /* the last one counts */
    { "{\"n\":01}", false, 0 },
    { "{\"n\":.5}", false, 0 },
    { "{\"n\":1e}", false, 0 },
    { "{\"n\":+1}", false, 0 },
    { "{\"n\":1e999}", false, 0 },
    { "{\"n\":nul}", false, 0 },
    { "{\"n\":1,}", false, 0 },
    { "{\"n\":[1,]}", false, 0 },
    { "{\"n\":[1}", false, 0 },
    { "{\"n\":1}}", false, 0 },
    { "{\"n\":1", false, 0 },
    { "{\"n\":\"a\xff\"}", false, 0 },
    { "[1]", false, 0 },
    { "", false, 0 },
};

START_TEST(single_texts)
{
    struct ft_members m = FT_MEMBERS_INIT;
    struct ft_err err = { 0 };
    int rc = ft_members_read(&m, row[_i].text, strlen(row[_i].text), "it",
                             &err);

    ck_assert_int_eq(rc, row[_i].ok ? 0 : -1);
    if (row[_i].ok)
        ck_assert_int_eq(ft_members_int(&m, "n", -7), row[_i].n);
    else
        ck_assert_int_eq(err.code, FT_EFORMAT);
    ft_members_release(&m);
}
END_TEST

START_TEST(values_by_type)
{
    static const char text[] = "{\"t\":\"a b\",\"i\":-3,\"x\":-2.5e-1,"
                               "\"b\":true,\"z\":null,"
                               "\"l\":[\"p\",[1,\"q\"],null]}";
    struct ft_members m = FT_MEMBERS_INIT;
    struct ft_member e, inner;
    char *at, *deep;

    ck_assert_int_eq(ft_members_read(&m, text, strlen(text), "it", NULL), 0);
    ck_assert_ptr_null(m.obj); /* without json-c */
    ck_assert_str_eq(ft_members_text(&m, "t", "-"), "a b");
    ck_assert_str_eq(ft_members_text(&m, "i", "-"), "-");
    ck_assert_str_eq(ft_members_text(&m, "none", "-"), "-");
    ck_assert_double_eq(ft_members_number(&m, "i", 9), -3);
    ck_assert_double_eq(ft_members_number(&m, "x", 9), -0.25);
    ck_assert_double_eq(ft_members_number(&m, "t", 9), 9);
    ck_assert_int_eq(ft_members_int(&m, "x", 9), 9);
    ck_assert_ptr_null(ft_members_list(&m, "t"));
    at = ft_members_list(&m, "l");
    ck_assert(ft_members_next(&at, &e) && e.type == FT_MEMBER_TEXT);
    ck_assert_str_eq(e.text, "p");
    ck_assert(ft_members_next(&at, &e) && e.type == FT_MEMBER_LIST);
    deep = e.text;
    ck_assert(ft_members_next(&deep, &inner) && inner.n == 1);
    ck_assert(ft_members_next(&deep, &inner));
    ck_assert_str_eq(inner.text, "q");
    ck_assert(!ft_members_next(&deep, &inner));
    ck_assert(ft_members_next(&at, &e) && e.type == FT_MEMBER_NULL);
    ck_assert(!ft_members_next(&at, &e));
    ft_members_release(&m);
}
END_TEST

START_TEST(the_number_of_members_has_a_limit)
{
    struct ft_members m = FT_MEMBERS_INIT;
    struct ft_err err;

    for (int n = FT_MEMBERS_MAX; n <= FT_MEMBERS_MAX + 1; n++) {
        struct ft_str text = FT_STR_INIT;

        for (int i = 0; i < n; i++)
            ft_str_addf(&text, "%s\"m%d\":%d", i ? "," : "{", i, i);
        ft_str_addc(&text, '}');
        ck_assert_int_eq(ft_members_read(&m, text.s, text.len, "it", &err),
                         n > FT_MEMBERS_MAX ? -1 : 0);
        ft_str_release(&text);
    }
    ck_assert_ptr_nonnull(strstr(err.msg, "more than 24 members"));
    ft_members_release(&m);
}
END_TEST

/* --- the same as json-c, whatever is in it -------------------------------- */

static void same_member(const struct ft_members *m, const char *key,
                        struct json_object *value, const char *text)
{
    const char *string = ft_members_text(m, key, NULL);

    ck_assert_msg(!string == !json_object_is_type(value, json_type_string),
                  "%s of %s", key, text);
    if (string)
        ck_assert_str_eq(string, json_object_get_string(value));
    if (json_object_is_type(value, json_type_int))
        ck_assert_int_eq(ft_members_int(m, key, 77),
                         json_object_get_int64(value));
    if (json_object_is_type(value, json_type_double))
        ck_assert_double_eq(ft_members_number(m, key, 77),
                            json_object_get_double(value));
    ck_assert_msg(!ft_members_list(m, key) ==
                      !json_object_is_type(value, json_type_array),
                  "%s of %s", key, text);
}

static void compare(struct ft_members *m, const char *text, size_t len)
{
    struct json_object *obj = ft_json_parse(text, len, "it", NULL);
    bool ok = ft_members_read(m, text, len, "it", NULL) == 0;

    ck_assert_msg(ok == json_object_is_type(obj, json_type_object),
                  "%d for %.*s", ok, (int)len, text);
    if (ok) {
        json_object_object_foreach(obj, key, value)
            same_member(m, key, value, text);
        ck_assert_uint_eq(m->n, (size_t)json_object_object_length(obj));
    }
    json_object_put(obj);
}

/* Records with a byte changed, put in or taken out: mostly broken, and often
 * nearly right. */
START_TEST(as_json_c_reads_it)
{
    static const char *const seeds[] = {
        "{\"k\":\"started\",\"t\":17,\"at\":1795000000000000000,"
        "\"job\":\"4711\"}",
        "{\"k\":\"ended\",\"t\":3,\"user_s\":0.012,\"rss\":3e+06,\"exit\":-1}",
        "{\"k\":\"done\",\"t\":0,\"out\":[[\"ab\",\"cd\",\"ef\",12],null,[]]}",
        "{\"a\":\"\\u00e9\\\"x\",\"b\":true,\"c\":null,\"d\":[1,[2,[3]]]}",
    };
    static const char alphabet[] = "{}[]\",:\\0123456789.eE+-truefalsn u"
                                   "\xc3\xa9";
    struct ft_members m = FT_MEMBERS_INIT;

    srandom(1);
    for (int i = 0; i < MUTATIONS; i++) {
        char text[128];
        size_t len = strlen(seeds[i % 4]);

        memcpy(text, seeds[i % 4], len + 1);
        for (long k = random() % 3; k >= 0; k--) {
            size_t at = (size_t)random() % len;
            char c = alphabet[(size_t)random() % (sizeof(alphabet) - 1)];

            if (random() % 3 == 0 && len + 1 < sizeof(text))
                memmove(text + at + 1, text + at, ++len - at);
            else if (random() % 2 && len > 2)
                memmove(text + at, text + at + 1, len-- - at);
            text[at] = c;
        }
        text[len] = '\0';
        compare(&m, text, strlen(text));
    }
    ft_members_release(&m);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("members");
    TCase *tc = tcase_create("members");

    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, single_texts, 0, FT_ARRAY_LEN(row));
    tcase_add_test(tc, values_by_type);
    tcase_add_test(tc, the_number_of_members_has_a_limit);
    tcase_add_test(tc, as_json_c_reads_it);
    suite_add_tcase(s, tc);
    return s;
}

int main(void)
{
    return unit_main(suite());
}
