/* test_module.c - manifests: reading, refusing, finding */
#include "model/module.h"

#include <stdlib.h>

#include "twin.h"

#define HEAD "fedtwin-module: 1\nmodule: m\nversion: '1'\n"
#define OUT "out: {o: {type: table}}\n"

static const struct ft_module *find(const char *name, struct ft_diags *diags,
                                    struct ft_module_set **set)
{
    struct ft_mark mark = { "wf.yaml", 4, 13, 3 };

    *set = ft_module_set_new(twin_dir);
    return ft_module_find(*set, name, NULL, &mark, diags);
}

START_TEST(every_key)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_module_set *set;
    const struct ft_module *m;
    const struct ft_param *p;

    twin_write("modules/solver", "#!/bin/sh\n");
    twin_write("modules/m.yaml",
               HEAD "doc: does it\n"
                    "program: ./solver\n"
                    "mpi: true\n"
                    "serve: true\n"
                    "in:\n"
                    "  a: {type: file, format: [x, y], doc: the a}\n"
                    "  b: {type: field, many: true, optional: true,"
                    " shown_in: u}\n"
                    "params:\n"
                    "  n: {type: integer, default: 3, min: 1, max: 9}\n"
                    "  l: {type: quantity, unit: mm, min: 1 cm}\n"
                    "  u: {type: unit, optional: true}\n"
                    "out:\n"
                    "  f: {type: field, unit: degC}\n"
                    "  g: {type: file, path: d/g.txt, media_type: text/plain,"
                    " optional: true}\n"
                    "resources: {ranks: 4, walltime: 2 min}\n"
                    "determinism: bitwise\n");
    m = find("m", &diags, &set);
    ck_assert(m && m->missing); /* it is no executable */
    ft_module_set_free(set);

    {
        char *path = ft_path_join(twin_dir, "modules/solver");

        ck_assert_int_eq(chmod(path, 0755), 0);
        free(path);
    }
    m = find("m", &diags, &set);
    ck_assert_uint_eq(diags.len, 0);
    ck_assert(m && !m->missing);
    ck_assert_str_eq(m->name, "m");
    ck_assert_str_eq(m->version, "1");
    ck_assert_str_eq(m->doc, "does it");
    ck_assert(ft_ends_with(m->program, "modules/./solver"));
    ck_assert(m->mpi && m->serve);
    ck_assert_uint_eq(strlen(m->digest), 64);
    ck_assert_uint_eq(m->n_in, 2);
    ck_assert_str_eq(ft_module_in(m, "a")->format, "x y");
    ck_assert(ft_module_in(m, "b")->many && ft_module_in(m, "b")->optional);
    ck_assert_ptr_null(ft_module_in(m, "b")->unit);
    ck_assert_ptr_null(ft_module_in(m, "c"));
    ck_assert_str_eq(ft_unit_text(ft_module_out(m, "f")->unit), "degC");
    ck_assert_str_eq(ft_module_out(m, "f")->path, "f.h5");
    ck_assert_str_eq(ft_module_out(m, "g")->path, "d/g.txt");
    ck_assert_str_eq(ft_module_out(m, "g")->media_type, "text/plain");
    p = ft_params_find(&m->params, "n");
    ck_assert(!p->required && p->has_min && p->has_max);
    ck_assert_double_eq(p->deflt.number, 3);
    p = ft_params_find(&m->params, "l");
    ck_assert(p->required && !p->has_max);
    ck_assert_double_eq_tol(p->min, 0.01, 1e-15);
    ck_assert_int_eq(m->resources.ranks, 4);
    ck_assert_double_eq(m->resources.walltime_s, 120);
    ck_assert_int_eq(m->determinism, FT_DET_BITWISE);
    ft_module_set_free(set);
}
END_TEST

static const struct {
    const char *text, *code;
    int line, col;
    const char *msg;
} bad[] = {
    { "module: m\nversion: 1\n", "FT0101", 1, 1,
      "the manifest lacks 'fedtwin-module'" },
    { "fedtwin-module: 2\n", "FT0101", 1, 17,
      "this version of manifests is not known" },
    { "fedtwin-module: 1\nmodule: n\nversion: 1\nrun: [x]\n" OUT, "FT0401",
      2, 9, "the manifest of 'm' is for a module 'n'" },
    { HEAD OUT, "FT0401", 2, 9,
      "module 'm' needs exactly one of 'program', 'run' and 'python'" },
    { HEAD OUT "run: [x]\nprogram: sh\n", "FT0401", 2, 9,
      "module 'm' needs exactly one of 'program', 'run' and 'python'" },
    { HEAD OUT "run: []\n", "FT0401", 5, 6,
      "the argument list 'run' is empty" },
    { HEAD OUT "run: [x]\nmpi: true\n", "FT0401", 2, 9,
      "'mpi' and 'serve' need a 'program'" },
    { HEAD "run: [x]\n", "FT0103", 1, 1,
      "the manifest lacks the key 'out'" },
    { HEAD OUT "run: [x]\nin: {a: {type: mehs}}\n", "FT0105", 6, 16,
      "'mehs' is no choice for 'type' of input 'a'" },
    { HEAD OUT "run: [x]\nin: {a: {type: mesh, unit: K}}\n", "FT0102", 6, 22,
      "'a' of type mesh cannot have 'unit'" },
    { HEAD OUT "run: [x]\nin: {a: {type: mesh, format: x}}\n", "FT0102", 6,
      22, "'a' of type mesh cannot have 'format'" },
    { HEAD OUT "run: [x]\nin: {a: {type: mesh, shown_in: u}}\n", "FT0102", 6,
      22, "'a' of type mesh cannot have 'shown_in'" },
    { HEAD OUT "run: [x]\nin: {a: {type: field, shown_in: u}}\n", "FT0110",
      6, 6,
      "input 'a' is shown in 'u', which is no parameter of type unit" },
    { HEAD OUT "run: [x]\nin: {a: {type: image, shown_in: u}}\n"
               "params: {u: {type: string}}\n", "FT0110", 6, 6,
      "input 'a' is shown in 'u', which is no parameter of type unit" },
    { HEAD OUT "run: [x]\nin: {a: {type: image, shown_in: u}}\n"
               "params: {u: {type: unit, each: list}}\n", "FT0110", 6, 6,
      "input 'a' is shown in 'u', which is no parameter of type unit" },
    { HEAD "run: [x]\nout: {f: {type: file, path: x, media_type: png}}\n",
      "FT0106", 5, 44, "'png' is not a media type" },
    { HEAD OUT "run: [x]\nparams: {p: {type: integer, unit: m}}\n", "FT0102",
      6, 29, "parameter 'p' of type integer cannot have 'unit'" },
    { HEAD OUT "run: [x]\nparams: {p: {type: string, min: 1}}\n", "FT0102",
      6, 28, "parameter 'p' of type string cannot have 'min'" },
    { HEAD OUT "run: [x]\nparams: {p: {type: integer, choices: [a]}}\n",
      "FT0102", 6, 29, "parameter 'p' of type integer cannot have 'choices'"
    },
    { HEAD OUT "run: [x]\nparams: {p: {type: integer, min: 2, max: 1}}\n",
      "FT0204", 6, 42, "'max' of parameter 'p' is below its 'min'" },
    { HEAD OUT "run: [x]\nparams: {p: {type: integer, max: 1, "
               "default: 2}}\n",
      "FT0204", 6, 46, "'p' must be at most 1, not 2" },
    { HEAD OUT "run: [x]\nparams: {p: {type: string, choices: [a, b], "
               "default: c}}\n",
      "FT0105", 6, 54, "'c' is no choice for 'p'" },
    { HEAD OUT "run: [x]\nparams: {p: {type: integer, optional: true, "
               "default: 2}}\n",
      "FT0104", 6, 29, "parameter 'p' is optional and has a default" },
    { HEAD OUT "run: [x]\nparams: {p: {type: record}}\n", "FT0103", 6, 10,
      "the record 'p' lacks its 'fields'" },
    { HEAD OUT "run: [x]\nparams: {p: {type: integer, "
               "fields: {q: {type: integer}}}}\n",
      "FT0102", 6, 29, "parameter 'p' of type integer cannot have 'fields'"
    },
    { HEAD OUT "run: [x]\nparams: {p: {type: record, "
               "fields: {q: {type: record}}}}\n",
      "FT0105", 6, 47, "'record' is no choice for 'type' of field 'q'" },
    { HEAD OUT "run: [x]\nparams: {p: {type: quantity, unit: m, "
               "default: \"${x}\"}}\n",
      "FT0104", 6, 48, "'p' cannot hold an expression here" },
};

START_TEST(refused)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_module_set *set;

    twin_write("modules/m.yaml", bad[_i].text);
    ck_assert_ptr_null(find("m", &diags, &set));
    ck_assert_uint_eq(diags.len, 2);
    ck_assert_str_eq(diags.item[0].msg, bad[_i].msg);
    ck_assert_str_eq(diags.item[0].code, bad[_i].code);
    ck_assert_int_eq(diags.item[0].line, bad[_i].line);
    ck_assert_int_eq(diags.item[0].col, bad[_i].col);
    ck_assert(ft_ends_with(diags.item[0].file, "/modules/m.yaml"));
    /* and where the workflow names it, every time */
    ck_assert_str_eq(diags.item[1].code, "FT0401");
    ck_assert_str_eq(diags.item[1].file, "wf.yaml");
    ck_assert_ptr_null(ft_module_find(set, "m", NULL, NULL, &diags));
    ck_assert_uint_eq(diags.len, 3);
    ft_diags_release(&diags);
    ft_module_set_free(set);
}
END_TEST

START_TEST(programs)
{
    static const struct {
        const char *line;
        bool missing;
    } r[] = {
        { "program: fedtwin-gone\n", true }, { "program: sh\n", false },
        { "program: ./gone\n", true },       { "program: /bin/sh\n", false },
        { "python: gone.py\n", true },       { "python: m.yaml\n", false },
        { "run: [gone]\n", false }, /* the site's affair */
    };

    for (size_t i = 0; i < FT_ARRAY_LEN(r); i++) {
        struct ft_diags diags = FT_DIAGS_INIT;
        struct ft_str text = FT_STR_INIT;
        struct ft_module_set *set;
        const struct ft_module *m;

        ft_str_addf(&text, "%s%s", HEAD OUT, r[i].line);
        twin_write("modules/m.yaml", text.s);
        m = find("m", &diags, &set);
        ck_assert_ptr_nonnull(m);
        ck_assert_int_eq(m->missing, r[i].missing);
        ft_module_set_free(set);
        ft_str_release(&text);
    }
}
END_TEST

START_TEST(search_order)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_module_set *set;
    char *one = ft_path_join(twin_dir, "one"), *path;
    char *two = ft_path_join(twin_dir, "two");
    const char *const *name;
    size_t n;

    ck_assert_int_eq(mkdir(one, 0777) | mkdir(two, 0777), 0);
    twin_write("modules/m.yaml", HEAD "doc: project\nrun: [x]\n" OUT);
    twin_write("one/m.yaml", HEAD "doc: one\nrun: [x]\n" OUT);
    twin_write("two/m.yaml", HEAD "doc: two\nrun: [x]\n" OUT);
    twin_write("two/not-a-module.txt", "");
    twin_write("two/.hidden.yaml", "");
    path = ft_asprintf("%s::%s:/nowhere", one, two);
    setenv("FEDTWIN_MODULE_PATH", path, 1);

    ck_assert_str_eq(find("m", &diags, &set)->doc, "project");
    name = ft_module_names(set, &n);
    ck_assert_uint_ge(n, 3);
    for (size_t i = 1; i < n; i++)
        ck_assert_int_lt(strcmp(name[i - 1], name[i]), 0);
    ft_module_set_free(set);
    set = ft_module_set_new(NULL);
    ck_assert_str_eq(ft_module_find(set, "m", NULL, NULL, &diags)->doc,
                     "one");
    ft_module_set_free(set);
    ft_module_set_free(NULL);
    unsetenv("FEDTWIN_MODULE_PATH");
    free(path);
    free(one);
    free(two);
}
END_TEST

START_TEST(unknown)
{
    static const char *const names[] = { "mk.mehs", "../modules/m",
                                         "/etc/passwd", "", "a..b", "m." };
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_module_set *set;

    for (size_t i = 0; i < FT_ARRAY_LEN(names); i++) {
        ck_assert_ptr_null(find(names[i], &diags, &set));
        ck_assert_str_eq(diags.item[i].code, "FT0107");
        ft_module_set_free(set);
    }
    ck_assert_str_eq(diags.item[0].hint, "did you mean 'mk.mesh'?");
    ck_assert_int_eq(diags.item[0].line, 4);
    ft_diags_release(&diags);
}
END_TEST

static const struct {
    const char *name;
    bool valid;
} name_row[] = {
    { "m", true },      { "solve.heat", true }, { "a.b.c-d_2", true },
    { "", false },      { ".", false },         { "a.", false },
    { ".a", false },    { "a..b", false },      { "a/b", false },
    { "2a", false },    { "a.2", false },       { "..", false },
};

START_TEST(names)
{
    ck_assert_int_eq(ft_module_name_valid(name_row[_i].name),
                     name_row[_i].valid);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("module");
    TCase *tc = tcase_create("module");

    tcase_add_unchecked_fixture(tc, twin_make, twin_remove);
    tcase_add_test(tc, every_key);
    tcase_add_loop_test(tc, refused, 0, FT_ARRAY_LEN(bad));
    tcase_add_test(tc, programs);
    tcase_add_test(tc, search_order);
    tcase_add_test(tc, unknown);
    tcase_add_loop_test(tc, names, 0, FT_ARRAY_LEN(name_row));
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
