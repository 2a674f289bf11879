/* test_path.c - names, paths, directories, files written whole, own parts */
#include "t/unit/unit.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <signal.h>
#include <unistd.h>

#include "base/dirs.h"
#include "base/err.h"
#include "base/path.h"

static char scratch[32];

static void enter_scratch(void)
{
    memcpy(scratch, "test_path.XXXXXX", sizeof("test_path.XXXXXX"));
    ck_assert_ptr_nonnull(mkdtemp(scratch));
    ck_assert_int_eq(chdir(scratch), 0);
}

static void leave_scratch(void)
{
    ck_assert_int_eq(chdir(".."), 0);
    ck_assert_int_eq(ft_path_remove(scratch, NULL), 0);
    ck_assert(!ft_path_exists(scratch));
}

/* --- names and paths ------------------------------------------------------ */

static const struct {
    const char *name;
    bool valid;
} name[] = {
    { "a", true },    { "Heat_2-b", true },  { "", false },
    { "2a", false },  { "_a", false },       { "-a", false },
    { "a.b", false }, { "a/b", false },      { "..", false },
    { "a b", false }, { "\xc3\xa4", false }, { "a\n", false },
};

START_TEST(name_rows)
{
    ck_assert_int_eq(ft_name_valid(name[_i].name), name[_i].valid);
}
END_TEST

START_TEST(name_at_the_limit_and_one_past)
{
    char s[FT_NAME_MAX + 2];

    memset(s, 'a', sizeof(s));
    s[FT_NAME_MAX] = '\0';
    ck_assert(ft_name_valid(s));
    s[FT_NAME_MAX] = 'a';
    s[FT_NAME_MAX + 1] = '\0';
    ck_assert(!ft_name_valid(s));
}
END_TEST

static const struct {
    const char *dir, *name, *path;
} join[] = {
    { "a", "b", "a/b" }, { "a/", "b", "a/b" }, { "/", "b", "/b" },
    { "a", "/b", "/b" }, { "", "b", "b" },     { NULL, "b", "b" },
};

START_TEST(join_rows)
{
    char *path = ft_path_join(join[_i].dir, join[_i].name);

    ck_assert_str_eq(path, join[_i].path);
    free(path);
}
END_TEST

static const struct {
    const char *path, *dir, *base;
    bool below;
} split[] = {
    { "a/b/c", "a/b", "c", true },
    { "a", ".", "a", true },
    { "/a", "/", "a", false },
    { "//a", "/", "a", false },
    { "/", "/", "", false },
    { "a//b", "a", "b", true },
    { "a/", "a", "", true },
    { "", ".", "", false },
    { "..", ".", "..", false },
    { "../a", "..", "a", false },
    { "a/../b", "a/..", "b", false },
    { "a/..", "a", "..", false },
    { "a//../b", "a//..", "b", false },
    { "..a/b..", "..a", "b..", true },
    { "./a", ".", "a", true },
    { "...", ".", "...", true },
};

START_TEST(split_rows)
{
    char *dir = ft_path_dir(split[_i].path);

    ck_assert_str_eq(dir, split[_i].dir);
    ck_assert_str_eq(ft_path_base(split[_i].path), split[_i].base);
    ck_assert_int_eq(ft_path_is_below(split[_i].path), split[_i].below);
    free(dir);
}
END_TEST

/* --- directories ---------------------------------------------------------- */

START_TEST(makes_and_removes_trees)
{
    struct ft_err err = { 0 };

    ck_assert_int_eq(ft_path_mkdirs("a/b//c/", 0755, &err), 0);
    ck_assert_int_eq(ft_path_mkdirs("a/b/c", 0755, &err), 0);
    ck_assert_int_eq(ft_path_mkdirs("/", 0755, &err), 0);
    ck_assert_int_eq(ft_file_write("a/b/f", "x", 1, 0644, &err), 0);
    ck_assert_int_eq(symlink("../..", "a/b/up"), 0);
    ck_assert_int_eq(ft_file_write("kept", "x", 1, 0644, &err), 0);
    ck_assert_int_eq(ft_path_remove("a", &err), 0);
    ck_assert(!ft_path_exists("a"));
    ck_assert(ft_path_exists("kept")); /* links are not followed */
    ck_assert_int_eq(ft_path_remove("a", &err), 0);
    ck_assert_int_eq(err.code, FT_OK);
}
END_TEST

START_TEST(a_file_in_the_way_is_named)
{
    struct ft_err err = { 0 };

    ck_assert_int_eq(ft_file_write("f", "x", 1, 0644, &err), 0);
    ck_assert_int_eq(ft_path_mkdirs("f/a", 0755, &err), -1);
    ck_assert_str_eq(err.msg, "cannot create directory 'f': File exists");
    ck_assert_int_eq(symlink("nowhere", "dangling"), 0);
    ck_assert_int_eq(ft_path_mkdirs("dangling/a", 0755, &err), -1);
    ck_assert_str_eq(err.msg,
                     "cannot create directory 'dangling': File exists");
    ck_assert_int_eq(ft_path_sync_parent("no/such", &err), -1);
    ck_assert_str_eq(err.msg, "cannot sync directory 'no': "
                              "No such file or directory");
    ck_assert_int_eq(ft_path_remove("f/a", &err), -1);
    ck_assert_str_eq(err.msg, "cannot remove 'f/a': Not a directory");
}
END_TEST

/* --- files ---------------------------------------------------------------- */

static size_t count_files(const char *pattern)
{
    glob_t found;
    size_t n = 0;

    if (glob(pattern, 0, NULL, &found) == 0)
        n = found.gl_pathc;
    globfree(&found);
    return n;
}

START_TEST(written_whole_and_read_within_limits)
{
    struct ft_str text = FT_STR_INIT;
    struct ft_err err = { 0 };
    struct stat st;

    umask(022);
    ck_assert_int_eq(ft_file_write("f", "older and longer", 16, 0666, &err), 0);
    ck_assert_int_eq(stat("f", &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0644);
    ck_assert_int_eq(ft_file_write("f", "a\0c", 3, 0400, &err), 0);
    ck_assert_int_eq(stat("f", &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0400);
    ft_str_add(&text, "=");
    ck_assert_int_eq(ft_file_read("f", 3, &text, &err), 0);
    ck_assert_uint_eq(text.len, 4);
    ck_assert_mem_eq(text.s, "=a\0c", 5);
    ck_assert_int_eq(ft_file_read("f", 2, &text, &err), -1);
    ck_assert_int_eq(err.code, FT_EFORMAT);
    ck_assert_str_eq(err.msg, "'f' is larger than 2 bytes");
    ck_assert_uint_eq(text.len, 4);
    ck_assert_int_eq(ft_file_read(".", 10, &text, &err), -1);
    ck_assert_str_eq(err.msg, "cannot read '.': Is a directory");
    ck_assert_int_eq(ft_file_read("none", 10, &text, &err), -1);
    ck_assert_int_eq(err.code, FT_ENOENT);
    ck_assert_uint_eq(count_files("*"), 1); /* nothing temporary stays */
    ft_str_release(&text);
}
END_TEST

START_TEST(failed_write_leaves_the_old_file)
{
    struct rlimit old, small = { .rlim_cur = 4096 };
    struct ft_str text = FT_STR_INIT;
    struct ft_err err = { 0 };
    static char bytes[8192];
    int rc;

    ck_assert_int_eq(ft_file_write("f", "old", 3, 0644, &err), 0);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    small.rlim_max = old.rlim_max;
    setrlimit(RLIMIT_FSIZE, &small);
    rc = ft_file_write("f", bytes, sizeof(bytes), 0644, &err);
    setrlimit(RLIMIT_FSIZE, &old);
    ck_assert_int_eq(rc, -1);
    ck_assert_int_eq(err.code, FT_EIO);
    ck_assert_int_eq(ft_file_read("f", 10, &text, &err), 0);
    ck_assert_str_eq(text.s, "old");
    ck_assert_uint_eq(count_files("*"), 1);
    ft_str_release(&text);

    ck_assert_int_eq(ft_file_write("no/f", "x", 1, 0644, &err), -1);
    ck_assert_str_eq(err.msg, "cannot create a file beside 'no/f': "
                              "No such file or directory");
    ck_assert_int_eq(mkdir("d", 0755), 0);
    ck_assert_int_eq(ft_file_write("d", "x", 1, 0644, &err), -1);
    ck_assert_str_eq(err.msg, "cannot replace 'd': Is a directory");
    ck_assert_uint_eq(count_files("*"), 2);
}
END_TEST

/* --- own parts ------------------------------------------------------------ */

START_TEST(program_finds_its_parts)
{
    const struct ft_dirs *dirs = ft_dirs();
    char *path = ft_dirs_program("no-such-program");

    ck_assert_ptr_eq(dirs, ft_dirs());
    ck_assert_int_eq(dirs->libexec[0], '/');
    ck_assert_int_eq(dirs->modules[0], '/');
    ck_assert_int_eq(dirs->workflows[0], '/');
    ck_assert_int_eq(dirs->man[0], '/');
    ck_assert_int_eq(dirs->schemas[0], '/');
    ck_assert_str_eq(path, "no-such-program");
    free(path);
    path = ft_dirs_program("/bin/sh");
    ck_assert_str_eq(path, "/bin/sh");
    free(path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("path");
    TCase *tc = tcase_create("path");

    tcase_add_checked_fixture(tc, enter_scratch, leave_scratch);
    tcase_add_loop_test(tc, name_rows, 0, FT_ARRAY_LEN(name));
    tcase_add_test(tc, name_at_the_limit_and_one_past);
    tcase_add_loop_test(tc, join_rows, 0, FT_ARRAY_LEN(join));
    tcase_add_loop_test(tc, split_rows, 0, FT_ARRAY_LEN(split));
    tcase_add_test(tc, makes_and_removes_trees);
    tcase_add_test(tc, a_file_in_the_way_is_named);
    tcase_add_test(tc, written_whole_and_read_within_limits);
    tcase_add_test(tc, failed_write_leaves_the_old_file);
    tcase_add_test(tc, program_finds_its_parts);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
