/* test_shell_text.c - values inside the text of a shell: stage */
#include "plan/shell_text.h"

#include "text/expr.h"
#include "unit.h"

static struct ft_value text_value(char *text)
{
    return (struct ft_value){ .kind = FT_VALUE_TEXT, .text = text };
}

static const struct {
    const char *before;
    const char *value;
    const char *after;
    const char *result;
} row[] = {
    /* words: what needs no quotes gets none */
    { "cat ", "/a/b-1.2_c,d", " >o", "cat /a/b-1.2_c,d >o" },
    { "cat ", "größe空.txt", "", "cat größe空.txt" },
    { "cat ", "a b", " >o", "cat 'a b' >o" },
    { "cat ", "it's", "", "cat 'it'\\''s'" },
    { "cat ", "$(x);`y`\n", "", "cat '$(x);`y`\n'" },
    { "cat ", "~", "", "cat '~'" },
    { "cat ", "", " x", "cat '' x" },
    { "a=x\\", "b c", "", "a=x\\'b c'" },
    /* in quotes a value is text */
    { "echo \"P=", "45 W", "\"", "echo \"P=45 W\"" },
    { "echo \"", "a\"b$c`d\\e", "\"", "echo \"a\\\"b\\$c\\`d\\\\e\"" },
    { "echo '", "a b", "'", "echo 'a b'" },
    { "echo '", "it's", "'", "echo 'it'\\''s'" },
    { "echo \\\" ", "a b", "", "echo \\\" 'a b'" },
    { "echo \"\\\"", "a b", "\"", "echo \"\\\"a b\"" },
    { "echo 'a\\' ", "b c", "", "echo 'a\\' 'b c'" },
    { "echo \"a\"'b' ", "c d", "", "echo \"a\"'b' 'c d'" },
    /* a command inside of quotes starts anew */
    { "x=\"$(cat ", "a b", ")\"", "x=\"$(cat 'a b')\"" },
    { "x=\"$(f (a) \"$(g)\") ", "a b", "\"", "x=\"$(f (a) \"$(g)\") a b\"" },
    { "x=$(cat ", "a b", ")", "x=$(cat 'a b')" },
    { "x=$((1 << 3)); cat ", "a b", "", "x=$((1 << 3)); cat 'a b'" },
    /* comments */
    { "# don't\ncat ", "a b", "", "# don't\ncat 'a b'" },
    { "# for ", "a\nrm x", "\ncat", "# for \ncat" },
    { "echo a#b' ", "c d", "'", "echo a#b' c d'" },
    { "echo $# '", "c d", "'", "echo $# 'c d'" },
    /* here-documents */
    { "cat <<E\nP=", "45 W", "\nE\n", "cat <<E\nP=45 W\nE\n" },
    { "cat <<E\ndon't ", "a$b", "\nE\n", "cat <<E\ndon't a\\$b\nE\n" },
    { "cat <<'E'\n", "a$b", "\nE\n", "cat <<'E'\na$b\nE\n" },
    { "cat <<E >o\nx\nE\ncat ", "a b", "", "cat <<E >o\nx\nE\ncat 'a b'" },
    { "cat <<-E\n\tx\n\tE\ncat ", "a b", "", "cat <<-E\n\tx\n\tE\ncat 'a b'" },
    { "cat <<E\n", "E", "\n\"", "cat <<E\nE\n\"" },
};

START_TEST(one_value)
{
    struct ft_shell_text sh = FT_SHELL_TEXT_INIT;
    struct ft_value value = text_value((char *)row[_i].value);

    ft_shell_text_add(&sh, row[_i].before);
    ft_shell_text_value(&sh, &value);
    ft_shell_text_add(&sh, row[_i].after);
    ck_assert_str_eq(sh.out.s, row[_i].result);
    ft_shell_text_release(&sh);
}
END_TEST

static const struct {
    const char *before;
    size_t n; /* of "a", "b c", "d" */
    const char *result;
} list_row[] = {
    { "cat ", 3, "cat a 'b c' d" },
    { "cat ", 1, "cat a" },
    { "cat ", 0, "cat " },
    { "echo \"", 3, "echo \"a b c d" },
    { "cat <<E\n", 3, "cat <<E\na b c d" },
};

START_TEST(lists)
{
    struct ft_shell_text sh = FT_SHELL_TEXT_INIT;
    struct ft_value item[] = { text_value((char *)"a"),
                               text_value((char *)"b c"),
                               text_value((char *)"d") };
    struct ft_value list = { .kind = FT_VALUE_LIST, .item = item,
                             .n = list_row[_i].n };

    ft_shell_text_add(&sh, list_row[_i].before);
    ft_shell_text_value(&sh, &list);
    ck_assert_str_eq(sh.out.s, list_row[_i].result);
    ft_shell_text_release(&sh);
}
END_TEST

/* What lies deeper than the limit is taken for text in quotes. */
START_TEST(depth)
{
    struct ft_shell_text sh = FT_SHELL_TEXT_INIT;
    struct ft_value value = text_value((char *)"a b");

    for (int i = 0; i < FT_SHELL_DEPTH_MAX; i++)
        ft_shell_text_add(&sh, "\"$(");
    ck_assert_int_eq(sh.place, FT_SHELL_WORD);
    ck_assert_int_eq(sh.depth, FT_SHELL_DEPTH_MAX);
    ft_shell_text_add(&sh, "\"$(");
    ck_assert_int_eq(sh.place, FT_SHELL_DOUBLE);
    ft_str_cut(&sh.out, 0);
    ft_shell_text_value(&sh, &value);
    ck_assert_str_eq(sh.out.s, "a b");
    ft_shell_text_release(&sh);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("shell_text");
    TCase *tc = tcase_create("shell_text");

    tcase_add_loop_test(tc, one_value, 0, FT_ARRAY_LEN(row));
    tcase_add_loop_test(tc, lists, 0, FT_ARRAY_LEN(list_row));
    tcase_add_test(tc, depth);
    suite_add_tcase(s, tc);
    return unit_main(s);
}
