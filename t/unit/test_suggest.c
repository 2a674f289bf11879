/* test_suggest.c - the nearest name to a misspelt one */
#include "text/suggest.h"

#include "unit.h"

static const char *const names[] = {
    "mesh", "heat", "temperature", "Power", "solve.heat", "solve.head", "p",
};

static const struct {
    const char *name;
    const char *near; /* NULL: no suggestion */
} row[] = {
    { "mehs", "mesh" },              /* neighbours swapped */
    { "meshh", "mesh" },             /* one too many */
    { "mes", "mesh" },               /* one missing */
    { "temprature", "temperature" },
    { "power", "Power" },            /* case does not count */
    { "temperture", "temperature" },
    { "solve.hea", "solve.heat" },   /* a tie goes to the first */
    { "solve.heat", "solve.heat" },
    { "tmprtre", NULL },             /* distance 4 of 7 characters */
    { "m", NULL },                   /* a letter is near to nothing */
    { "", NULL },
    { "conductivity", NULL },
};

START_TEST(near_names)
{
    const char *near = ft_suggest(row[_i].name, names, FT_ARRAY_LEN(names));

    ck_assert_pstr_eq(near, row[_i].near);
}
END_TEST

START_TEST(long_names)
{
    char a[FT_SUGGEST_MAX + 2], b[FT_SUGGEST_MAX + 2];
    const char *const candidate[] = { b };

    for (size_t i = 0; i < sizeof(a); i++)
        a[i] = b[i] = 'x';
    b[0] = 'y';
    a[FT_SUGGEST_MAX] = b[FT_SUGGEST_MAX] = '\0';
    ck_assert_ptr_eq(ft_suggest(a, candidate, 1), b);
    a[FT_SUGGEST_MAX] = b[FT_SUGGEST_MAX] = 'x';
    a[FT_SUGGEST_MAX + 1] = b[FT_SUGGEST_MAX + 1] = '\0';
    ck_assert_ptr_null(ft_suggest(a, candidate, 1));
    ck_assert_ptr_null(ft_suggest("mesh", NULL, 0));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("suggest");
    TCase *tc = tcase_create("suggest");

    tcase_add_loop_test(tc, near_names, 0, FT_ARRAY_LEN(row));
    tcase_add_test(tc, long_names);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
