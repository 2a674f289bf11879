/* test_ref.c - the text by which users name results */
#include "data/index/ref.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"
#include "unit.h"

static const struct {
    const char *text;
    const char *error; /* a part; NULL: must parse */
    const char *id, *branch, *object;
    size_t n_picks, back;
} row[] = {
    { "abcd", NULL, "abcd", NULL, NULL, 0, 0 },
    { "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", NULL,
      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", NULL,
      NULL, 0, 0 },
    { "heat.t", NULL, NULL, NULL, "heat.t", 0, 0 },
    { "try-1:heat.t", NULL, NULL, "try-1", "heat.t", 0, 0 },
    { "heat.t~3", NULL, NULL, NULL, "heat.t", 0, 3 },
    { "tune.mesh.grid", NULL, NULL, NULL, "tune.mesh.grid", 0, 0 },
    { "heat.t{power=45 W}", NULL, NULL, NULL, "heat.t", 1, 0 },
    { "b:heat.t{power=45 W, n=2}~1", NULL, NULL, "b", "heat.t", 2, 1 },
    { "heat.t{s=\"a,b}\"}", NULL, NULL, NULL, "heat.t", 1, 0 },
    { "heat.t{ power = 45 W , n = 2 }", NULL, NULL, NULL, "heat.t", 2, 0 },
    { "heat.t{s = \"a,b}\" }", NULL, NULL, NULL, "heat.t", 1, 0 },
    { "", "no '.'", NULL, NULL, NULL, 0, 0 },
    { "abc", "no '.'", NULL, NULL, NULL, 0, 0 },
    { "ABCD", "no '.'", NULL, NULL, NULL, 0, 0 },
    { "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0",
      "no '.'", NULL, NULL, NULL, 0, 0 },
    { "heat.", "is no name", NULL, NULL, NULL, 0, 0 },
    { ".t", "is no name", NULL, NULL, NULL, 0, 0 },
    { "heat..u", "is no name", NULL, NULL, NULL, 0, 0 },
    { "../etc.passwd", "is no name", NULL, NULL, NULL, 0, 0 },
    { ":heat.t", "before ':' is no name", NULL, NULL, NULL, 0, 0 },
    { "a/b:heat.t", "before ':' is no name", NULL, NULL, NULL, 0, 0 },
    { "heat.t~", "no number", NULL, NULL, NULL, 0, 0 },
    { "heat.t~x", "no number", NULL, NULL, NULL, 0, 0 },
    { "heat.t~-1", "no number", NULL, NULL, NULL, 0, 0 },
    { "heat.t~99999999999999999999999", "too large", NULL, NULL, NULL, 0, 0 },
    { "heat.t~1x", "behind its end", NULL, NULL, NULL, 0, 0 },
    { "heat.t{", "no '='", NULL, NULL, NULL, 0, 0 },
    { "heat.t{}", "no '='", NULL, NULL, NULL, 0, 0 },
    { "heat.t{power}", "no '='", NULL, NULL, NULL, 0, 0 },
    { "heat.t{power=}", "is empty", NULL, NULL, NULL, 0, 0 },
    { "heat.t{power= }", "is empty", NULL, NULL, NULL, 0, 0 },
    { "heat.t{po wer=1}", "axis is no name", NULL, NULL, NULL, 0, 0 },
    { "heat.t{power=1", "not closed", NULL, NULL, NULL, 0, 0 },
    { "heat.t{s=\"1}", "not closed", NULL, NULL, NULL, 0, 0 },
    { "heat.t{=1}", "axis is no name", NULL, NULL, NULL, 0, 0 },
    { "heat.t{a=1}{b=2}", "behind its end", NULL, NULL, NULL, 0, 0 },
};

static const char *text_or(const char *s)
{
    return s ? s : "(none)";
}

START_TEST(parsing)
{
    struct ft_err err = { 0 };
    struct ft_ref ref;
    int rc = ft_ref_parse(row[_i].text, &ref, &err);

    if (row[_i].error) {
        ck_assert_int_eq(rc, -1);
        ck_assert_int_eq(err.code, FT_EUSAGE);
        ck_assert_msg(strstr(err.msg, row[_i].error) != NULL, "%s", err.msg);
        ck_assert_ptr_nonnull(strstr(err.hint, "stage.output"));
        return;
    }
    ck_assert_msg(rc == 0, "%s", err.msg);
    ck_assert_str_eq(text_or(ref.id), text_or(row[_i].id));
    ck_assert_str_eq(text_or(ref.branch), text_or(row[_i].branch));
    ck_assert_str_eq(text_or(ref.object), text_or(row[_i].object));
    ck_assert_uint_eq(ref.n_picks, row[_i].n_picks);
    ck_assert_uint_eq(ref.back, row[_i].back);
    ft_ref_release(&ref);
}
END_TEST

/* At the limits and one past them. */
START_TEST(limits)
{
    struct ft_str text = FT_STR_INIT;
    struct ft_err err = { 0 };
    struct ft_ref ref;

    ft_str_add(&text, "heat.t{a0=0");
    for (int i = 1; i < FT_REF_AXES_MAX; i++)
        ft_str_addf(&text, ",a%d=%d", i, i);
    ft_str_addc(&text, '}');
    ck_assert_int_eq(ft_ref_parse(text.s, &ref, &err), 0);
    ck_assert_uint_eq(ref.n_picks, FT_REF_AXES_MAX);
    ft_ref_release(&ref);
    ft_str_cut(&text, text.len - 1);
    ft_str_add(&text, ",more=1}");
    ck_assert_int_eq(ft_ref_parse(text.s, &ref, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.msg, "too many axes"));

    ft_str_cut(&text, 0);
    ft_str_add(&text, "heat.t{a=");
    while (text.len < FT_REF_TEXT_MAX - 1)
        ft_str_addc(&text, 'x');
    ft_str_addc(&text, '}');
    ck_assert_int_eq(ft_ref_parse(text.s, &ref, &err), 0);
    ft_ref_release(&ref);
    ft_str_addc(&text, '}');
    ck_assert_int_eq(ft_ref_parse(text.s, &ref, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.msg, "too long"));
    ft_str_release(&text);
}
END_TEST

#define CELL                                                                 \
    "{\"n\":2,\"on\":true,\"power\":{\"unit\":\"m2.kg.s-3\",\"value\":45},"  \
    "\"s\":\"a,b\"}"

static const struct {
    const char *ref, *cell;
    bool picked;
} picks[] = {
    { "h.t", CELL, true },
    { "h.t", "", true },
    { "h.t{power=45 W}", CELL, true },
    { "h.t{power=0.045 kW}", CELL, true },
    { "h.t{power=46 W}", CELL, false },
    { "h.t{power=45 m}", CELL, false },
    { "h.t{power=45}", CELL, false },
    { "h.t{power=high}", CELL, false },
    { "h.t{n=2}", CELL, true },
    { "h.t{n=2.0}", CELL, true },
    { "h.t{n=2x}", CELL, false },
    { "h.t{on=true}", CELL, true },
    { "h.t{on=1}", CELL, false },
    { "h.t{s=\"a,b\"}", CELL, true },
    { "h.t{s=a}", CELL, false },
    { "h.t{n=2,power=45 W}", CELL, true },
    { "h.t{n=3,power=45 W}", CELL, false },
    { "h.t{other=1}", CELL, false },
    { "h.t{n=2}", "", false },
};

START_TEST(picking)
{
    struct ft_err err = { 0 };
    struct ft_ref ref;

    ck_assert_int_eq(ft_ref_parse(picks[_i].ref, &ref, &err), 0);
    ck_assert_int_eq(ft_ref_picks(&ref, picks[_i].cell), picks[_i].picked);
    ft_ref_release(&ref);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("ref");
    TCase *tc = tcase_create("ref");

    tcase_add_loop_test(tc, parsing, 0, FT_ARRAY_LEN(row));
    tcase_add_test(tc, limits);
    tcase_add_loop_test(tc, picking, 0, FT_ARRAY_LEN(picks));
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return unit_main(suite());
}
