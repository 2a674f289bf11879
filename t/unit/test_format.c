/* test_format.c - canonical YAML with its comments */
#include "text/format.h"

#include <string.h>

#include "base/err.h"
#include "unit.h"

static const struct ft_field inner[] = {
    { .key = "run", .type = FT_FIELD_ANY },
    { .key = "in", .type = FT_FIELD_MAP, .of = FT_FIELD_ANY },
    { .key = "doc", .type = FT_FIELD_TEXT },
    { 0 },
};
static const struct ft_field table[] = {
    { .key = "fedtwin", .type = FT_FIELD_INT },
    { .key = "doc", .type = FT_FIELD_TEXT },
    { .key = "stages", .type = FT_FIELD_MAP, .of = FT_FIELD_STRUCT,
      .fields = inner },
    { 0 },
};

#define LONG "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
    const char *text, *want; /* NULL: it is canonical */
} row[] = {
    /* order, indentation, spaces */
    { "stages: {}\nfedtwin:   1\n", "fedtwin: 1\nstages: {}\n" },
    { "stages:\n    a:\n        doc: x\n        run: [ a,b ]\n",
      "stages:\n  a:\n    run: [a, b]\n    doc: x\n" },
    { "stages:\n  b: {doc: x, run: y}\n  a: {in: {z: 1, y: 2}}\n",
      "stages:\n  b: {run: y, doc: x}\n  a: {in: {z: 1, y: 2}}\n" },
    { "x: 1\nfedtwin: 1\nw: 2\n", "fedtwin: 1\nx: 1\nw: 2\n" },
    { "x:\n- a\n-   - b\n    - c\n- k: v\n  l: w\n",
      "x:\n  - a\n  - - b\n    - c\n  - k: v\n    l: w\n" },
    { "a: &x [1]\nfedtwin: *x\n", NULL }, /* the anchor has to come first */
    /* flow style */
    { "x: {a: 1,\n  b: [c,\n d]}\n", "x: {a: 1, b: [c, d]}\n" },
    { "x: [" LONG ", " LONG ", 123]\n", NULL }, /* 100 columns */
    { "x: [" LONG ", " LONG ", 1234]\n",
      "x:\n  - " LONG "\n  - " LONG "\n  - 1234\n" },
    { "x: [a, # one\n  b]\n", "x:\n  - a  # one\n  - b\n" },
    { "x: {a, b: }\n", "x: {a: null, b: null}\n" },
    /* quotes */
    { "a: 'x'\nb: \"${y}\"\nc: 'say \"x\"'\nd: \"it's\"\ne: 'it''s'\n",
      "a: \"x\"\nb: \"${y}\"\nc: 'say \"x\"'\nd: \"it's\"\ne: \"it's\"\n" },
    { "a: \"true\"\nb: '1'\nc: \"\"\n",
      "a: \"true\"\nb: \"1\"\nc: \"\"\n" },
    { "a: \"x\n\n  y\"\nb: \"\\x1b\"\n", "a: \"x\\ny\"\nb: \"\\x1B\"\n" },
    /* text over several lines */
    { "a: one\n  two\n\n  three\n", "a: one two\n\n  three\n" },
    { "a: |\n     x\n       y\n\n     # no comment\n\n\nb: 1\n",
      "a: |\n  x\n    y\n\n  # no comment\n\nb: 1\n" },
    { "a: |2-\n    x\n   y\n", "a: |2-\n    x\n   y\n" },
    { "a: >\n   x\n   y\n\n   z\n", "a: >\n  x\n  y\n\n  z\n" },
    { "a: |+\n  x\n\n", "a: \"x\\n\\n\"\n" },
    { "a: " LONG " " LONG " bb cc dd ee ff gg\n",
      "a: " LONG " " LONG " bb cc\n  dd ee ff gg\n" },
    /* comments */
    { "# file\n\n# b\nb: 1\n# f\nfedtwin: 1 # v\n",
      "# file\n\n# f\nfedtwin: 1  # v\n# b\nb: 1\n" },
    { "x:   # x\n      # one\n  a: 1\n  # two\n\n\n# y\ny: 2\n# end\n",
      "x:  # x\n  # one\n  a: 1\n  # two\n\n# y\ny: 2\n# end\n" },
    { "x: |  # c\n  t # t\n # behind\ny: 1\n",
      "x: |  # c\n  t # t\n# behind\ny: 1\n" },
    { "x:\n  - # c\n    a\n", "x:\n  # c\n  - a\n" },
    { "x: \"a # b\" # c\ny: a#b\n", "x: \"a # b\"  # c\ny: a#b\n" },
    /* blank lines and ends of lines */
    { "\n\na: 1\n\n\n\nb: 2\n\n", "a: 1\n\nb: 2\n" },
    { "a: 1 # c\r\nb: 2\r\n", "a: 1  # c\nb: 2\n" },
    { "---\na: 1\n...\n", "a: 1\n" },
    { "a: 1", "a: 1\n" },
};

static void format(const char *text, struct ft_str *out)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_doc *doc = ft_doc_parse("t.yaml", text, strlen(text), &diags);
    struct ft_err err = { 0 };

    ck_assert_msg(doc && !diags.n_errors, "%s", text);
    ck_assert_msg(ft_format(doc, table, out, &err) == 0, "%s: %s", text,
                  err.msg);
    ft_doc_free(doc);
    ft_diags_release(&diags);
}

START_TEST(formats)
{
    struct ft_str once = FT_STR_INIT, twice = FT_STR_INIT;

    format(row[_i].text, &once);
    ck_assert_str_eq(once.s, row[_i].want ? row[_i].want : row[_i].text);
    format(once.s, &twice);
    ck_assert_str_eq(twice.s, once.s);
    ft_str_release(&once);
    ft_str_release(&twice);
}
END_TEST

static const struct {
    const char *a, *b;
    bool same;
} pair[] = {
    { "fedtwin: 1\ndoc: x\n", "doc: x\nfedtwin: 1\n", true },
    { "stages: {a: {}, b: {}}\n", "stages: {b: {}, a: {}}\n", false },
    { "stages: {a: {run: x, doc: y}}\n", "stages: {a: {doc: y, run: x}}\n",
      true },
    { "stages: {a: {in: {x: 1, y: 2}}}\n", "stages: {a: {in: {y: 2, x: 1}}}\n",
      false },
    { "x: y\n", "x: \"y\"\n", true },
    { "x: true\n", "x: \"true\"\n", false },
    { "x: 1\n", "x: '1'\n", false },
    { "x: [a, b]\n", "x: [b, a]\n", false },
    { "x: [a]\n", "x: a\n", false },
    { "x:\n", "x: null\n", true },
    { "x: |\n  a\n", "x: a\n", false },
    { "x: 1\n", "x: 1\ny: 2\n", false },
};

START_TEST(same_meaning)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    const char *a = pair[_i].a, *b = pair[_i].b;
    struct ft_doc *x = ft_doc_parse("a", a, strlen(a), &diags);
    struct ft_doc *y = ft_doc_parse("b", b, strlen(b), &diags);

    ck_assert(ft_format_same(ft_doc_root(x), ft_doc_root(y), table) ==
              pair[_i].same);
    ft_doc_free(x);
    ft_doc_free(y);
    ft_diags_release(&diags);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("format");
    TCase *tc = tcase_create("format");

    tcase_add_loop_test(tc, formats, 0, (int)FT_ARRAY_LEN(row));
    tcase_add_loop_test(tc, same_meaning, 0, (int)FT_ARRAY_LEN(pair));
    suite_add_tcase(s, tc);
    return s;
}

int main(void)
{
    return unit_main(suite());
}
