/* test_linediff.c - how two texts differ, line by line */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/linediff.h"
#include "unit.h"

#define ALL 1000

static const struct {
    const char *a, *b;
    size_t max;
    const char *want;
    size_t removed, added, left_out;
} row[] = {
    { "", "", ALL, "", 0, 0, 0 },
    { "a\n", "a\n", ALL, "", 0, 0, 0 },
    { "", "a\n", ALL, "@@ -0,0 +1,1 @@\n+a\n", 0, 1, 0 },
    { "a\n", "", ALL, "@@ -1,1 +0,0 @@\n-a\n", 1, 0, 0 },
    { "a\nb\nc\n", "a\nB\nc\n", ALL,
      "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n", 1, 1, 0 },
    { "a\nb", "a\nb\n", ALL,
      "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n", 1, 1,
      0 },
    { "a\nb\n", "a\nb\nc\n", ALL, "@@ -1,2 +1,3 @@\n a\n b\n+c\n", 0, 1, 0 },
    /* the shortest way: c is inserted, d removed */
    { "a\nb\nd\ne\n", "a\nc\nb\ne\n", ALL,
      "@@ -1,4 +1,4 @@\n a\n+c\n b\n-d\n e\n", 1, 1, 0 },
    /* six equal lines between join two changes, seven part them */
    { "x\n1\n2\n3\n4\n5\n6\ny\n", "X\n1\n2\n3\n4\n5\n6\nY\n", ALL,
      "@@ -1,8 +1,8 @@\n-x\n+X\n 1\n 2\n 3\n 4\n 5\n 6\n-y\n+Y\n", 2, 2, 0 },
    { "x\n1\n2\n3\n4\n5\n6\n7\ny\n", "X\n1\n2\n3\n4\n5\n6\n7\nY\n", ALL,
      "@@ -1,4 +1,4 @@\n-x\n+X\n 1\n 2\n 3\n"
      "@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-y\n+Y\n", 2, 2, 0 },
    /* limits: at the limit, and one line beyond it */
    { "a\n", "b\n", 3, "@@ -1,1 +1,1 @@\n-a\n+b\n", 1, 1, 0 },
    { "a\n", "b\n", 2, "@@ -1,1 +1,1 @@\n-a\n", 1, 1, 1 },
    { "a\n", "b\n", 0, "", 1, 1, 3 },
};

START_TEST(hunks)
{
    struct ft_str out = FT_STR_INIT;
    struct ft_linediff counts;

    ft_linediff(row[_i].a, strlen(row[_i].a), row[_i].b, strlen(row[_i].b),
                row[_i].max, &out, &counts);
    ck_assert_str_eq(out.s, row[_i].want);
    ck_assert_uint_eq(counts.removed, row[_i].removed);
    ck_assert_uint_eq(counts.added, row[_i].added);
    ck_assert_uint_eq(counts.left_out, row[_i].left_out);
    ft_str_release(&out);
}
END_TEST

/* Make the second text from the first by the hunks. */
static void apply(const char *a, const char *diff, struct ft_str *out)
{
    size_t line = 1, from;

    while (*diff) {
        if (*diff == '@') {
            from = strtoul(strchr(diff, '-') + 1, NULL, 10);
            for (; line < from; line++) {
                ft_str_addn(out, a, 2);
                a += 2;
            }
        } else {
            if (*diff != '-')
                ft_str_addn(out, diff + 1, 2);
            if (*diff != '+') {
                ck_assert_mem_eq(diff + 1, a, 2);
                a += 2;
                line++;
            }
        }
        diff = strchr(diff, '\n') + 1;
    }
    ft_str_add(out, a);
}

/* Two texts of lines of one letter. */
static void write_text(unsigned *seed, size_t n, unsigned letters,
                       struct ft_str *out)
{
    for (size_t i = 0; i < n; i++) {
        *seed = *seed * 1103515245u + 12345u;
        ft_str_addf(out, "%c\n", (char)('a' + (*seed >> 16) % letters));
    }
}

START_TEST(hunks_make_the_other_text)
{
    unsigned seed = (unsigned)_i + 1;
    struct ft_str a = FT_STR_INIT, b = FT_STR_INIT, out = FT_STR_INIT;
    struct ft_str made = FT_STR_INIT;
    struct ft_linediff counts;

    write_text(&seed, (size_t)_i % 23, 2 + (unsigned)_i % 3, &a);
    write_text(&seed, (size_t)_i % 19, 2 + (unsigned)_i % 3, &b);
    ft_linediff(a.s, a.len, b.s, b.len, ALL, &out, &counts);
    apply(a.s, out.s, &made);
    ck_assert_str_eq(made.s, b.s);
    ft_str_release(&a);
    ft_str_release(&b);
    ft_str_release(&out);
    ft_str_release(&made);
}
END_TEST

/* Nothing in common: at the limit of edits, and beyond it. */
START_TEST(everything_differs)
{
    struct ft_str a = FT_STR_INIT, b = FT_STR_INIT, out = FT_STR_INIT;
    size_t n = FT_LINEDIFF_EDITS_MAX / 2 + (size_t)_i;
    struct ft_linediff counts;

    for (size_t i = 0; i < n; i++) {
        ft_str_addf(&a, "a%zu\n", i);
        ft_str_addf(&b, "b%zu\n", i);
    }
    ft_linediff(a.s, a.len, b.s, b.len, 10, &out, &counts);
    ck_assert_uint_eq(counts.removed, n);
    ck_assert_uint_eq(counts.added, n);
    ck_assert_uint_eq(counts.left_out, 2 * n + 1 - 10);
    ft_str_release(&a);
    ft_str_release(&b);
    ft_str_release(&out);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linediff");
    TCase *tc = tcase_create("linediff");

    tcase_add_loop_test(tc, hunks, 0, FT_ARRAY_LEN(row));
    tcase_add_loop_test(tc, hunks_make_the_other_text, 0, 400);
    tcase_add_loop_test(tc, everything_differs, 0, 2);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
