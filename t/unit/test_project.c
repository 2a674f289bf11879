/* test_project.c - making, finding and refusing projects */
#include "project.h"

static char *dir;

static void set_up(void)
{
    dir = ft_strdup("/tmp/fedtwin-unit-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void tear_down(void)
{
    (void)ft_path_remove(dir, NULL);
    free(dir);
}

static void write_format(const char *text)
{
    char *path = ft_path_join(dir, ".fedtwin/FORMAT");
    struct ft_err err = { 0 };

    ck_ok(ft_file_write(path, text, strlen(text), 0644, &err), err);
    free(path);
}

START_TEST(made_and_found_from_below)
{
    char *below = ft_path_join(dir, "a/b");
    struct ft_project *project;
    struct ft_err err = { 0 };

    ck_ok(ft_path_mkdirs(below, 0777, &err), err);
    ck_ok(ft_project_init(dir, &err), err);
    project = ft_project_open(below, &err);
    ck_assert_msg(project != NULL, "%s", err.msg);
    ck_assert_str_eq(project->dir, dir);
    ck_assert(ft_starts_with(project->meta, dir));
    ck_assert(!project->read_only);
    ft_project_close(project);
    ft_project_close(NULL);
    free(below);
}
END_TEST

START_TEST(made_in_a_new_directory)
{
    char *below = ft_path_join(dir, "new/deep");
    struct ft_err err = { 0 };

    ck_ok(ft_project_init(below, &err), err);
    ft_project_close(ft_project_open(below, &err));
    free(below);
}
END_TEST

START_TEST(never_made_twice)
{
    char *log = ft_path_join(dir, ".fedtwin/oplog/0.log");
    struct ft_err err = { 0 };
    struct stat before, after;

    ck_ok(ft_project_init(dir, &err), err);
    ck_assert_int_eq(stat(log, &before), 0);
    ck_assert_int_eq(ft_project_init(dir, &err), -1);
    ck_assert_int_eq(err.code, FT_EEXIST);
    ck_assert_int_eq(stat(log, &after), 0);
    ck_assert(before.st_ino == after.st_ino);
    free(log);
}
END_TEST

START_TEST(none_here)
{
    struct ft_err err = { 0 };

    ck_assert_ptr_null(ft_project_open(dir, &err));
    ck_assert_int_eq(err.code, FT_ENOENT);
    ck_assert_ptr_nonnull(strstr(err.hint, "fedtwin init"));
    ck_assert_ptr_null(ft_project_open("/nonexistent", &err));
    ck_assert_int_eq(err.code, FT_ENOENT);
    ck_assert_int_eq(ft_project_init("/proc/nowhere", &err), -1);
}
END_TEST

static const struct {
    const char *format;
    enum ft_code code; /* FT_OK: opens for reading only */
    const char *message;
} row[] = {
    { "", FT_EFORMAT, "" },
    { "[]", FT_EFORMAT, "no JSON object" },
    { "{\"format\":1}", FT_EFORMAT, "incompat" },
    { "{\"format\":\"1\",\"compat\":[],\"ro_compat\":[],\"incompat\":[]}",
      FT_EFORMAT, "format" },
    { "{\"format\":2,\"compat\":[],\"ro_compat\":[],\"incompat\":[]}",
      FT_EVERSION, "has format 2, known is 1" },
    { "{\"format\":1,\"compat\":[],\"ro_compat\":[],\"incompat\":[\"packs\"]}",
      FT_EVERSION, "unknown feature 'packs'" },
    { "{\"format\":1,\"compat\":[],\"ro_compat\":[],\"incompat\":[3]}",
      FT_EFORMAT, "is no text" },
    { "{\"format\":1,\"compat\":[],\"ro_compat\":{},\"incompat\":[]}",
      FT_EFORMAT, "ro_compat" },
    { "{\"format\":1,\"compat\":[],\"ro_compat\":[\"x\"],\"incompat\":[]}",
      FT_OK, NULL },
};

START_TEST(formats)
{
    struct ft_err err = { 0 };
    struct ft_project *project;

    ck_ok(ft_project_init(dir, &err), err);
    write_format(row[_i].format);
    project = ft_project_open(dir, &err);
    if (row[_i].code == FT_OK) {
        ck_assert_msg(project != NULL, "%s", err.msg);
        ck_assert(project->read_only);
    } else {
        ck_assert_ptr_null(project);
        ck_assert_int_eq(err.code, row[_i].code);
        ck_assert_msg(strstr(err.msg, row[_i].message) != NULL, "%s",
                      err.msg);
    }
    ft_project_close(project);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("project");
    TCase *tc = tcase_create("project");

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, made_and_found_from_below);
    tcase_add_test(tc, made_in_a_new_directory);
    tcase_add_test(tc, never_made_twice);
    tcase_add_test(tc, none_here);
    tcase_add_loop_test(tc, formats, 0, FT_ARRAY_LEN(row));
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    return unit_main(suite());
}
