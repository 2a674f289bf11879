/* test_doc.c - YAML read into a tree: places, refusals and limits */
#include "text/doc.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

static struct ft_doc *parse(const char *text, struct ft_diags *diags)
{
    return ft_doc_parse("t.yaml", text, strlen(text), diags);
}

static struct ft_doc *parse_good(const char *text)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_doc *doc = parse(text, &diags);

    ck_assert_ptr_nonnull(doc);
    ck_assert_uint_eq(diags.len, 0);
    return doc;
}

/* --- what is refused, and where ------------------------------------------- */

static const struct {
    const char *text;
    const char *code;
    int line, col, width;
    const char *msg;
    const char *hint; /* NULL: none */
} bad[] = {
    /* expressions in flow style */
    { "in: {mesh: ${mesh.mesh}}", "FT0001", 1, 12, 12,
      "an expression has to be quoted inside {...} and [...]",
      "write \"${mesh.mesh}\"" },
    { "a: 1\nb: [1, ${x}, 2]", "FT0001", 2, 8, 4,
      "an expression has to be quoted inside {...} and [...]",
      "write \"${x}\"" },
    { "é: {a: ${x", "FT0001", 1, 8, 2,
      "an expression has to be quoted inside {...} and [...]",
      "write \"${...}\"" },
    { "a: {b: x-${c}.h5}", "FT0001", 1, 10, 4,
      "an expression has to be quoted inside {...} and [...]",
      "write \"${c}\"" },
    /* syntax */
    { "a:\n\tb: 1", "FT0001", 2, 1, 1, "a tab cannot indent in YAML",
      "use spaces" },
    { "a:\n  b: 1\n  \tc: 2", "FT0001", 3, 3, 1,
      "a tab cannot indent in YAML", "use spaces" },
    { "a: [1, 2", "FT0001", 1, 4, 1,
      "did not find expected ',' or ']' while parsing a flow sequence",
      NULL },
    { "a: {b: 1\nc: 2\n", "FT0001", 2, 2, 1,
      "did not find expected ',' or '}'",
      "while parsing a flow mapping that starts in line 1" },
    { "a: b: c", "FT0001", 1, 5, 1,
      "mapping values are not allowed in this context", NULL },
    { "a: \"x", "FT0001", 1, 6, 1, "found unexpected end of stream",
      "while scanning a quoted scalar" },
    { "", "FT0001", 0, 0, 0, "the file is empty", NULL },
    { "# only a comment\n", "FT0001", 0, 0, 0, "the file is empty", NULL },
    { "a: *x", "FT0001", 1, 4, 2, "the alias '*x' has no anchor before it",
      NULL },
    { "&x [*x]", "FT0001", 1, 5, 2,
      "the alias '*x' stands inside its own anchor", NULL },
    /* features that are not accepted */
    { "a: !!int 3", "FT0005", 1, 4, 7, "tags ('!...') are not accepted",
      NULL },
    { "a: !mine [1]", "FT0005", 1, 4, 7, "tags ('!...') are not accepted",
      NULL },
    { "!!map {a: 1}", "FT0005", 1, 1, 7, "tags ('!...') are not accepted",
      NULL },
    { "a: 1\n---\nb: 2", "FT0005", 2, 1, 3,
      "a second document ('---') is not accepted", NULL },
    { "b: &b {x: 1}\na: {<<: *b}", "FT0005", 2, 5, 2,
      "merge keys ('<<') are not accepted", NULL },
    { "? [a]\n: 1", "FT0005", 1, 3, 3, "a key has to be text", NULL },
    { "- &k a\n- {*k : 1}", "FT0005", 1, 3, 4, "a key has to be text",
      NULL },
    /* keys */
    { "a: 1\nb: 2\na: 3", "FT0003", 3, 1, 1, "the key 'a' stands twice",
      "it is first in line 1" },
    { "{x: 1, \"x\": 2}", "FT0003", 1, 8, 3, "the key 'x' stands twice",
      "it is first in line 1" },
    /* characters */
    { "a: caf\xe9", "FT0004", 1, 7, 1, "the text is not UTF-8 (byte 0xE9)",
      "save the file as UTF-8" },
    { "ok: 1\né: \xc0\xaf", "FT0004", 2, 4, 1,
      "the text is not UTF-8 (byte 0xC0)", "save the file as UTF-8" },
    { "\xff\xfe" "a", "FT0004", 1, 1, 1,
      "the text is not UTF-8 (byte 0xFF)", "save the file as UTF-8" },
    { "a: \xed\xa0\x80", "FT0004", 1, 4, 1,
      "the text is not UTF-8 (byte 0xED)", "save the file as UTF-8" },
    { "a: x\x07", "FT0004", 1, 5, 1,
      "the control character U+0007 may not stand in YAML", NULL },
    { "a: \"x\\0y\"", "FT0004", 1, 4, 6,
      "a NUL character may not stand in a value", NULL },
};

START_TEST(refused)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_doc *doc = parse(bad[_i].text, &diags);
    const struct ft_diag *d = diags.item;

    ck_assert_uint_eq(diags.len, 1);
    ck_assert_str_eq(d->msg, bad[_i].msg);
    ck_assert_str_eq(d->code, bad[_i].code);
    ck_assert_int_eq(d->line, bad[_i].line);
    ck_assert_int_eq(d->col, bad[_i].col);
    ck_assert_int_eq(d->width, bad[_i].width);
    ck_assert_pstr_eq(d->hint, bad[_i].hint);
    ck_assert_str_eq(d->file, "t.yaml");
    ft_doc_free(doc);
    ft_diags_release(&diags);
}
END_TEST

START_TEST(goes_on_after_refusals)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_doc *doc = parse("a: 1\na: 2\nb: !x 3\nc: 4\n", &diags);
    const struct ft_node *root;

    ck_assert_ptr_nonnull(doc);
    ck_assert_uint_eq(diags.n_errors, 2);
    root = ft_doc_root(doc);
    ck_assert_uint_eq(root->n, 3);
    ck_assert_str_eq(ft_node_get(root, "a")->text, "1"); /* the first */
    ck_assert_str_eq(ft_node_get(root, "c")->text, "4");
    ft_doc_free(doc);
    ft_diags_release(&diags);
}
END_TEST

/* --- the tree ------------------------------------------------------------- */

START_TEST(tree)
{
    static const char text[] = "\xef\xbb\xbf# größe\n"
                               "größe: 2 mm\n"
                               "list:\n"
                               "  - a\n"
                               "  - {b: 'c', d: []}\n"
                               "text: |\n"
                               "  one\n"
                               "  two\n"
                               "none:\n";
    struct ft_doc *doc = parse_good(text);
    const struct ft_node *root = ft_doc_root(doc), *node, *key;
    const char *line;
    size_t len;

    ck_assert_int_eq(root->kind, FT_NODE_MAP);
    ck_assert_uint_eq(root->n, 4);
    ck_assert_str_eq(ft_doc_file(doc), "t.yaml");
    key = ft_node_key(root, "größe");
    ck_assert_int_eq(key->mark.line, 2);
    ck_assert_int_eq(key->mark.col, 1);
    ck_assert_int_eq(key->mark.width, 5);
    node = ft_node_get(root, "größe");
    ck_assert_str_eq(node->text, "2 mm");
    ck_assert_int_eq(node->mark.col, 8);
    ck_assert_int_eq(node->mark.width, 4);
    node = ft_node_get(root, "list");
    ck_assert_int_eq(node->kind, FT_NODE_LIST);
    ck_assert_uint_eq(node->n, 2);
    node = node->item[1];
    ck_assert_int_eq(node->mark.line, 5);
    ck_assert_int_eq(node->mark.col, 5);
    ck_assert_int_eq(node->mark.width, 15);
    ck_assert(ft_node_get(node, "b")->quoted);
    ck_assert_uint_eq(ft_node_get(node, "d")->n, 0);
    node = ft_node_get(root, "text");
    ck_assert_str_eq(node->text, "one\ntwo\n");
    ck_assert(node->quoted);
    ck_assert(ft_node_is_null(ft_node_get(root, "none")));
    ck_assert_ptr_null(ft_node_get(root, "gone"));
    ck_assert_ptr_null(ft_node_get(NULL, "gone"));
    ck_assert_ptr_null(ft_node_get(node, "gone"));
    line = ft_doc_line(doc, 2, &len);
    ck_assert_uint_eq(len, strlen("größe: 2 mm"));
    ck_assert_int_eq(strncmp(line, "größe: 2 mm", len), 0);
    ck_assert_ptr_null(ft_doc_line(doc, 11, &len));
    ck_assert_ptr_null(ft_doc_line(doc, 0, &len));
    ft_doc_free(doc);
    ft_doc_free(NULL);
}
END_TEST

START_TEST(line_breaks)
{
    struct ft_doc *doc = parse_good("a: 1\r\nb: 2\rc: 3\n\nd: 4");
    size_t len;

    ck_assert_int_eq(ft_node_get(ft_doc_root(doc), "d")->mark.line, 5);
    ck_assert_int_eq(*ft_doc_line(doc, 3, &len), 'c');
    ck_assert_uint_eq(len, 4);
    ck_assert_int_eq(*ft_doc_line(doc, 5, &len), 'd');
    ft_doc_free(doc);
}
END_TEST

START_TEST(aliases_share_nodes)
{
    struct ft_doc *doc = parse_good("a: &x [1, 2]\nb: *x\nc: &y z\nd: *y\n");
    const struct ft_node *root = ft_doc_root(doc);

    ck_assert_ptr_eq(ft_node_get(root, "a"), ft_node_get(root, "b"));
    ck_assert_ptr_eq(ft_node_get(root, "c"), ft_node_get(root, "d"));
    ft_doc_free(doc);
}
END_TEST

static const struct {
    const char *text;
    bool null, boolean, is_int, is_number;
    double value;
    const char *kind;
} scalar[] = {
    { "", true, false, false, false, 0, "nothing" },
    { "~", true, false, false, false, 0, "nothing" },
    { "null", true, false, false, false, 0, "nothing" },
    { "'null'", false, false, false, false, 0, "text" },
    { "true", false, true, false, false, 1, "true or false" },
    { "false", false, true, false, false, 0, "true or false" },
    { "'true'", false, false, false, false, 0, "text" },
    { "yes", false, false, false, false, 0, "text" },
    { "on", false, false, false, false, 0, "text" },
    { "0", false, false, true, true, 0, "a number" },
    { "-12", false, false, true, true, -12, "a number" },
    { "+7", false, false, true, true, 7, "a number" },
    { "010", false, false, false, true, 10, "a number" },
    { "0x1f", false, false, false, false, 0, "text" },
    { "1_000", false, false, false, false, 0, "text" },
    { "1.5", false, false, false, true, 1.5, "a number" },
    { ".5", false, false, false, true, 0.5, "a number" },
    { "2.", false, false, false, true, 2, "a number" },
    { "1e-3", false, false, false, true, 1e-3, "a number" },
    { "1e", false, false, false, false, 0, "text" },
    { ".", false, false, false, false, 0, "text" },
    { "1e999", false, false, false, false, 0, "text" },
    { "inf", false, false, false, false, 0, "text" },
    { "nan", false, false, false, false, 0, "text" },
    { "9223372036854775808", false, false, false, true,
      9223372036854775808.0, "a number" },
    { "'3'", false, false, false, false, 0, "text" },
    { "2 mm", false, false, false, false, 0, "text" },
};

START_TEST(scalars)
{
    struct ft_str text = FT_STR_INIT;
    struct ft_doc *doc;
    const struct ft_node *node;
    long long n = 99;
    double x = 99;
    bool b = false;

    ft_str_addf(&text, "a: %s", scalar[_i].text);
    doc = parse_good(text.s);
    node = ft_node_get(ft_doc_root(doc), "a");
    ck_assert_int_eq(ft_node_is_null(node), scalar[_i].null);
    ck_assert_int_eq(ft_node_bool(node, &b), scalar[_i].boolean);
    if (scalar[_i].boolean)
        ck_assert_int_eq(b, scalar[_i].value != 0);
    ck_assert_int_eq(ft_node_int(node, &n), scalar[_i].is_int);
    ck_assert_int_eq(n, scalar[_i].is_int ? (int)scalar[_i].value : 99);
    ck_assert_int_eq(ft_node_number(node, &x), scalar[_i].is_number);
    ck_assert_double_eq(x, scalar[_i].is_number ? scalar[_i].value : 99);
    ck_assert_str_eq(ft_node_kind_text(node), scalar[_i].kind);
    ft_doc_free(doc);
    ft_str_release(&text);
}
END_TEST

/* --- places inside a scalar ----------------------------------------------- */

static const struct {
    const char *text, *find;
    int line, col, width;
} inside[] = {
    { "a: ${params.x}", "params", 1, 6, 6 },
    { "a: \"${params.x}\"", "params", 1, 7, 6 },
    { "a: 'p-${one}-${two}'", "two", 1, 16, 3 },
    { "a: \"\\t\\u00e9 ${one} ${two}\"", "two", 1, 23, 3 },
    { "a: größe${x}", "x", 1, 11, 1 },
    { "a: |\n    one\n    x ${b}\n", "b", 3, 9, 1 },
    { "a: >\n  one\n  two ${b}\n  ${cc}\n", "cc", 4, 5, 2 },
    { "a: plain\n  over lines ${b}\n", "b", 2, 16, 1 },
    { "a: none at all", "at", 1, 9, 2 },
};

START_TEST(mark_inside)
{
    struct ft_doc *doc = parse_good(inside[_i].text);
    const struct ft_node *node = ft_node_get(ft_doc_root(doc), "a");
    size_t at = (size_t)(strstr(node->text, inside[_i].find) - node->text);
    struct ft_mark mark = ft_node_mark_at(doc, node, at,
                                          strlen(inside[_i].find));

    ck_assert_int_eq(mark.line, inside[_i].line);
    ck_assert_int_eq(mark.col, inside[_i].col);
    ck_assert_int_eq(mark.width, inside[_i].width);
    ft_doc_free(doc);
}
END_TEST

/* --- limits: at, and one past --------------------------------------------- */

static void repeat(struct ft_str *out, const char *s, size_t n)
{
    while (n--)
        ft_str_add(out, s);
}

static void assert_limit(const struct ft_str *text, bool good)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_doc *doc = ft_doc_parse("t", text->s, text->len, &diags);

    if (good) {
        ck_assert_uint_eq(diags.len, 0);
        ck_assert_ptr_nonnull(doc);
    } else {
        ck_assert_ptr_null(doc);
        ck_assert_uint_eq(diags.len, 1);
        ck_assert_str_eq(diags.item[0].code, "FT0002");
    }
    ft_doc_free(doc);
    ft_diags_release(&diags);
}

START_TEST(limit_size)
{
    struct ft_str text = FT_STR_INIT;

    ft_str_add(&text, "a: 1\n");
    while (text.len < FT_DOC_SIZE_MAX - 64)
        ft_str_add(&text, "# a comment as long as this, and no more\n");
    while (text.len < FT_DOC_SIZE_MAX)
        ft_str_add(&text, "\n");
    assert_limit(&text, true);
    ft_str_add(&text, "\n");
    assert_limit(&text, false);
    ft_str_release(&text);
}
END_TEST

START_TEST(limit_depth)
{
    for (size_t past = 0; past < 2; past++) {
        struct ft_str text = FT_STR_INIT;

        repeat(&text, "[", FT_DOC_DEPTH_MAX + past);
        repeat(&text, "]", FT_DOC_DEPTH_MAX + past);
        assert_limit(&text, !past);
        ft_str_release(&text);
    }
}
END_TEST

START_TEST(limit_depth_of_alias)
{
    for (size_t past = 0; past < 2; past++) {
        struct ft_str text = FT_STR_INIT;

        ft_str_add(&text, "- &x [[]]\n- ");
        repeat(&text, "[", FT_DOC_DEPTH_MAX - 3 + past);
        ft_str_add(&text, "*x");
        repeat(&text, "]", FT_DOC_DEPTH_MAX - 3 + past);
        assert_limit(&text, !past);
        ft_str_release(&text);
    }
}
END_TEST

START_TEST(limit_nodes)
{
    for (size_t past = 0; past < 2; past++) {
        struct ft_str text = FT_STR_INIT;

        ft_str_add(&text, "[");
        repeat(&text, "1,", FT_DOC_NODES_MAX - 1 + past);
        ft_str_add(&text, "]");
        assert_limit(&text, !past);
        ft_str_release(&text);
    }
}
END_TEST

START_TEST(limit_nodes_by_alias)
{
    /* 1 + 500 * (1 + 998) + 499 scalars = 500000 */
    for (size_t past = 0; past < 2; past++) {
        struct ft_str text = FT_STR_INIT;

        ft_str_add(&text, "[&x [");
        repeat(&text, "1,", 998);
        ft_str_add(&text, "],");
        repeat(&text, "*x,", 499);
        repeat(&text, "1,", 499 + past);
        ft_str_add(&text, "]");
        assert_limit(&text, !past);
        ft_str_release(&text);
    }
}
END_TEST

START_TEST(alias_bomb)
{
    struct ft_str text = FT_STR_INIT;

    ft_str_add(&text, "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 10; i++) {
        ft_str_addf(&text, "a%d: &a%d [", i, i);
        for (int j = 0; j < 10; j++)
            ft_str_addf(&text, "*a%d,", i - 1);
        ft_str_add(&text, "]\n");
    }
    assert_limit(&text, false);
    ft_str_release(&text);
}
END_TEST

START_TEST(limit_aliases)
{
    for (size_t past = 0; past < 2; past++) {
        struct ft_str text = FT_STR_INIT;

        ft_str_add(&text, "[&x 1,");
        repeat(&text, "*x,", FT_DOC_ALIASES_MAX + past);
        ft_str_add(&text, "]");
        assert_limit(&text, !past);
        ft_str_release(&text);
    }
}
END_TEST

START_TEST(limit_scalar)
{
    for (size_t past = 0; past < 2; past++) {
        struct ft_str text = FT_STR_INIT;

        ft_str_add(&text, "a: ");
        repeat(&text, "x", FT_DOC_SCALAR_MAX + past);
        assert_limit(&text, !past);
        ft_str_release(&text);
    }
}
END_TEST

/* --- files ---------------------------------------------------------------- */

START_TEST(files)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    char path[] = "test_doc.XXXXXX";
    int fd = mkstemp(path);
    struct ft_doc *doc;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, "a: 1\n", 5), 5);
    doc = ft_doc_read(path, &diags);
    ck_assert_ptr_nonnull(doc);
    ck_assert_str_eq(ft_doc_file(doc), path);
    ft_doc_free(doc);
    ck_assert_int_eq(ftruncate(fd, FT_DOC_SIZE_MAX + 1), 0);
    ck_assert_ptr_null(ft_doc_read(path, &diags));
    close(fd);
    unlink(path);
    ck_assert_ptr_null(ft_doc_read(path, &diags));
    ck_assert_uint_eq(diags.len, 2);
    ck_assert_str_eq(diags.item[0].code, "FT0002");
    ck_assert_str_eq(diags.item[1].code, "FT0006");
    ck_assert_str_eq(diags.item[1].file, path);
    ck_assert_int_eq(diags.item[1].line, 0);
    ft_diags_release(&diags);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("doc");
    TCase *tc = tcase_create("doc");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, refused, 0, FT_ARRAY_LEN(bad));
    tcase_add_test(tc, goes_on_after_refusals);
    tcase_add_test(tc, tree);
    tcase_add_test(tc, line_breaks);
    tcase_add_test(tc, aliases_share_nodes);
    tcase_add_loop_test(tc, scalars, 0, FT_ARRAY_LEN(scalar));
    tcase_add_loop_test(tc, mark_inside, 0, FT_ARRAY_LEN(inside));
    tcase_add_test(tc, limit_size);
    tcase_add_test(tc, limit_depth);
    tcase_add_test(tc, limit_depth_of_alias);
    tcase_add_test(tc, limit_nodes);
    tcase_add_test(tc, limit_nodes_by_alias);
    tcase_add_test(tc, alias_bomb);
    tcase_add_test(tc, limit_aliases);
    tcase_add_test(tc, limit_scalar);
    tcase_add_test(tc, files);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
