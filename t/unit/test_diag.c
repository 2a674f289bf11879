/* test_diag.c - layout, order and limits of diagnostics */
#include "text/diag.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "text/doc.h"
#include "unit.h"

static const char text[] = "stages:\n"
                           "  heat:\n"
                           "    module: solve.hea\n"
                           "\tgrün: x\n";

static struct ft_doc *make_doc(void)
{
    struct ft_diags none = FT_DIAGS_INIT;
    static const char good[] = "stages:\n"
                               "  heat:\n"
                               "    module: solve.hea\n"
                               "  # grün\tx: y\n";
    struct ft_doc *doc = ft_doc_parse("heat.yaml", good, strlen(good), &none);

    ck_assert_ptr_nonnull(doc);
    ck_assert_uint_eq(none.len, 0);
    return doc;
}

static void assert_text(const struct ft_diag *diag, bool colour,
                        const char *want)
{
    struct ft_str out = FT_STR_INIT;

    ft_diag_text(diag, colour, &out);
    ck_assert_str_eq(out.s, want);
    ft_str_release(&out);
}

START_TEST(layout)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_doc *doc = make_doc();
    struct ft_mark mark = { "heat.yaml", 3, 13, 9 };

    ft_diag_add(&diags, doc, &mark, FT_D_UNKNOWN_MODULE,
                "unknown module '%s'", "solve.hea");
    ft_diag_hint(&diags, "did you mean '%s'?", "solve.heat");
    assert_text(&diags.item[0], false,
                "heat.yaml:3:13: error FT0107: unknown module 'solve.hea'\n"
                " 3 |     module: solve.hea\n"
                "   |             ^^^^^^^^^ hint: did you mean "
                "'solve.heat'?\n");
    assert_text(&diags.item[0], true,
                "\033[1mheat.yaml:3:13:\033[0m \033[1;31merror\033[0m "
                "FT0107: unknown module 'solve.hea'\n"
                " 3 |     module: solve.hea\n"
                "   |             \033[1;32m^^^^^^^^^\033[0m hint: did you "
                "mean 'solve.heat'?\n");

    mark = (struct ft_mark){ "heat.yaml", 4, 10, 99 }; /* past the end */
    ft_diag_warn(&diags, doc, &mark, FT_D_NAME, "odd");
    assert_text(&diags.item[1], false,
                "heat.yaml:4:10: warning FT0106: odd\n"
                " 4 |   # grün\tx: y\n"
                "   |         \t^^^^\n");

    mark = (struct ft_mark){ .file = "gone.yaml" };
    ft_diag_add(&diags, NULL, &mark, FT_D_FILE, "cannot open");
    ft_diag_hint(&diags, "look elsewhere");
    assert_text(&diags.item[2], false,
                "gone.yaml: error FT0006: cannot open\n"
                "   hint: look elsewhere\n");
    ft_diag_add(&diags, NULL, NULL, FT_D_FILE, "no file at all");
    assert_text(&diags.item[3], false, "error FT0006: no file at all\n");
    ck_assert_uint_eq(diags.n_errors, 3);
    ft_diags_release(&diags);
    ft_doc_free(doc);
}
END_TEST

START_TEST(hostile_text)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_mark mark = { "a", 4, 2, 4 };
    char longer[FT_DIAG_TEXT_MAX + 2];

    /* A broken document has no tree, but its line is still shown. */
    ck_assert_ptr_null(ft_doc_parse("a", text, strlen(text), &diags));
    ck_assert_uint_eq(diags.len, 1);
    ck_assert_str_eq(diags.item[0].source, "\tgrün: x");
    ft_diag_add(&diags, NULL, &mark, FT_D_NAME, "%s",
                "a\033[31mb\nc\x7f\xff\xc2\x9b\xe2\x80\xa8é");
    ck_assert_str_eq(diags.item[1].msg, "a?[31mb?c????é");

    memset(longer, 'x', sizeof(longer) - 1);
    longer[FT_DIAG_TEXT_MAX] = '\0';
    ft_diag_add(&diags, NULL, &mark, FT_D_NAME, "%s", longer);
    ck_assert_str_eq(diags.item[2].msg, longer);
    longer[FT_DIAG_TEXT_MAX] = 'x';
    longer[FT_DIAG_TEXT_MAX + 1] = '\0';
    ft_diag_add(&diags, NULL, &mark, FT_D_NAME, "%s", longer);
    ck_assert_uint_eq(strlen(diags.item[3].msg), FT_DIAG_TEXT_MAX + 3);
    ft_diags_release(&diags);
}
END_TEST

START_TEST(long_line)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_mark mark = { "a", 1, 1000, 2 };
    struct ft_str line = FT_STR_INIT, out = FT_STR_INIT;
    struct ft_doc *doc;

    ft_str_add(&line, "a: ");
    while (line.len < 2000)
        ft_str_addc(&line, (char)('a' + line.len % 26));
    doc = ft_doc_parse("a", line.s, line.len, &diags);
    ft_diag_add(&diags, doc, &mark, FT_D_NAME, "here");
    ck_assert_uint_eq(strlen(diags.item[0].source), FT_DIAG_LINE_MAX);
    ck_assert_int_eq(
        diags.item[0].source[1000 - diags.item[0].source_col], line.s[999]);
    ft_diag_text(&diags.item[0], false, &out);
    ck_assert_ptr_nonnull(strstr(out.s, " ^^\n"));
    ft_str_release(&out);
    ft_str_release(&line);
    ft_doc_free(doc);
    ft_diags_release(&diags);
}
END_TEST

START_TEST(order)
{
    static const struct ft_mark mark[] = {
        { "b", 1, 1, 1 }, { "a", 2, 1, 1 }, { "a", 1, 9, 1 },
        { "a", 1, 2, 1 }, { "a", 2, 1, 1 }, { "a", 0, 0, 0 },
    };
    struct ft_diags diags = FT_DIAGS_INIT;
    static const int line[] = { 0, 1, 1, 2, 1 };

    for (size_t i = 0; i < FT_ARRAY_LEN(mark); i++)
        ft_diag_add(&diags, NULL, &mark[i], FT_D_NAME, "same");
    ft_diags_sort(&diags);
    ck_assert_uint_eq(diags.len, FT_ARRAY_LEN(line));
    ck_assert_uint_eq(diags.n_errors, FT_ARRAY_LEN(line));
    for (size_t i = 0; i < diags.len; i++)
        ck_assert_int_eq(diags.item[i].line, line[i]);
    ck_assert_int_eq(diags.item[1].col, 2);
    ck_assert_str_eq(diags.item[4].file, "b");
    ft_diags_release(&diags);
    ft_diags_sort(&diags); /* nothing is fine */
}
END_TEST

START_TEST(limit)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_mark mark = { "a", 1, 1, 1 };

    for (int i = 0; i < FT_DIAGS_MAX; i++) {
        mark.line = i + 1;
        ft_diag_add(&diags, NULL, &mark, FT_D_NAME, "one");
    }
    ck_assert_uint_eq(diags.len, FT_DIAGS_MAX);
    ck_assert_uint_eq(diags.dropped, 0);
    ft_diag_add(&diags, NULL, &mark, FT_D_NAME, "past it");
    ft_diag_hint(&diags, "for the one that is not kept");
    ck_assert_uint_eq(diags.len, FT_DIAGS_MAX);
    ck_assert_uint_eq(diags.dropped, 1);
    ck_assert_uint_eq(diags.n_errors, FT_DIAGS_MAX + 1);
    ck_assert_ptr_null(diags.item[FT_DIAGS_MAX - 1].hint);
    ft_diags_release(&diags);
}
END_TEST

START_TEST(errors)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_err err = { .id = "FT0203", .msg = "m", .hint = "h" };
    struct ft_mark mark = { "a", 7, 8, 1 };
    struct json_object *json;

    ft_diag_warn(&diags, NULL, &mark, FT_D_NAME, "only a warning");
    ft_diag_err(&diags, NULL, &mark, FT_D_NAME, &err);
    ck_assert_str_eq(diags.item[1].code, "FT0203");
    ck_assert_str_eq(diags.item[1].hint, "h");
    err = (struct ft_err){ .msg = "no id" };
    ft_diag_err(&diags, NULL, &mark, FT_D_NAME, &err);
    ck_assert_str_eq(diags.item[2].code, "FT0106");

    ck_assert_int_eq(ft_diags_to_err(&diags, &err), -1);
    ck_assert_int_eq(err.code, FT_EDOC);
    ck_assert_str_eq(err.id, "FT0203");
    ck_assert_str_eq(err.msg, "m");
    ck_assert_str_eq(err.hint, "h");
    ck_assert_str_eq(err.file, "a");
    ck_assert_int_eq(err.line, 7);
    ck_assert_int_eq(err.col, 8);
    ck_assert_int_eq(ft_diags_to_err(&diags, NULL), -1);

    json = ft_diags_json(&diags);
    ck_assert_str_eq(
        json_object_to_json_string_ext(json_object_array_get_idx(json, 1),
                                       JSON_C_TO_STRING_PLAIN),
        "{\"severity\":\"error\",\"code\":\"FT0203\",\"file\":\"a\","
        "\"line\":7,\"column\":8,\"message\":\"m\",\"hint\":\"h\"}");
    json_object_put(json);
    ft_diags_release(&diags);
}
END_TEST

/* share/doc/diagnostics.md has one line '| FTnnnn | text |' a code, in order,
 * and no other. */
START_TEST(documented)
{
    const char *srcdir = getenv("srcdir");
    struct ft_str path = FT_STR_INIT;
    char line[512], want[512];
    int code = 0;
    FILE *file;

    ft_str_addf(&path, "%s/share/doc/diagnostics.md", srcdir ? srcdir : ".");
    file = fopen(path.s, "r");
    ck_assert_msg(file, "cannot open %s", path.s);
    while (fgets(line, sizeof(line), file)) {
        if (strncmp(line, "| FT", 4) != 0)
            continue;
        ck_assert_int_lt(code, FT_DIAG_CODE_COUNT);
        snprintf(want, sizeof(want), "| %s | %s |",
                 ft_diag_code_id((enum ft_diag_code)code),
                 ft_diag_code_text((enum ft_diag_code)code));
        ck_assert_msg(strncmp(line, want, strlen(want)) == 0,
                      "'%s' instead of '%s'", line, want);
        code++;
    }
    ck_assert_int_eq(code, FT_DIAG_CODE_COUNT);
    fclose(file);
    ft_str_release(&path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("diag");
    TCase *tc = tcase_create("diag");

    tcase_add_test(tc, layout);
    tcase_add_test(tc, hostile_text);
    tcase_add_test(tc, long_line);
    tcase_add_test(tc, order);
    tcase_add_test(tc, limit);
    tcase_add_test(tc, errors);
    tcase_add_test(tc, documented);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
