/* test_site.c - site files */
#include "model/site.h"

#include <string.h>
#include <unistd.h>

#include "unit.h"

#define HEAD "fedtwin-site: 1\nsite: hpc\n"

static struct ft_site *read_text(const char *text, struct ft_diags *diags)
{
    char path[] = "test_site.XXXXXX";
    int fd = mkstemp(path);
    struct ft_site *site;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    site = ft_site_read(path, diags);
    unlink(path);
    return site;
}

START_TEST(built_in)
{
    struct ft_site *site = ft_site_local();

    ck_assert_str_eq(site->name, "local");
    ck_assert_str_eq(site->adapter, "local");
    ck_assert_int_eq(site->slots, 0);
    ck_assert_uint_eq(site->n_mpirun, 0);
    ck_assert_ptr_null(site->node);
    ft_site_free(site);
    ft_site_free(NULL);
}
END_TEST

START_TEST(every_key)
{
    struct ft_diags diags = FT_DIAGS_INIT;
    struct ft_site *site = read_text(
        HEAD "doc: a cluster\nadapter: program\nprogram: /opt/fedtwin-hpc\n"
             "slots: 128\nmemory: 256 GiB\n"
             "mpirun: [srun, -n, \"{ranks}\"]\n"
             "options: {partition: [a, b]}\n",
        &diags);

    ck_assert_uint_eq(diags.len, 0);
    ck_assert_ptr_nonnull(site);
    ck_assert_str_eq(site->name, "hpc");
    ck_assert_str_eq(site->adapter, "program");
    ck_assert_str_eq(site->program, "/opt/fedtwin-hpc");
    ck_assert_int_eq(site->slots, 128);
    ck_assert_double_eq(site->memory_bytes, 274877906944.0);
    ck_assert_uint_eq(site->n_mpirun, 3);
    ck_assert_str_eq(site->mpirun[2], "{ranks}");
    ck_assert_uint_eq(ft_node_get(site->node, "partition")->n, 2);
    ft_site_free(site);
}
END_TEST

static const struct {
    const char *text, *code;
    int line, col;
    const char *msg;
} bad[] = {
    { "site: hpc\nadapter: local\n", "FT0101", 1, 1,
      "the site file lacks 'fedtwin-site'" },
    { "fedtwin-site: 9\n", "FT0101", 1, 15,
      "this version of site files is not known" },
    { HEAD, "FT0103", 1, 1, "the site file lacks the key 'adapter'" },
    { HEAD "adapter: slrum\n", "FT0105", 3, 10,
      "'slrum' is no choice for 'adapter' of the site file" },
    { HEAD "adapter: program\n", "FT0501", 3, 10,
      "'adapter: program' needs the key 'program'" },
    { HEAD "adapter: program\nprogram: bin/x\n", "FT0501", 4, 10,
      "'bin/x' is not an absolute path" },
    { HEAD "adapter: local\nprogram: /bin/x\n", "FT0501", 4, 1,
      "only 'adapter: program' can have a program" },
    { HEAD "adapter: local\nslots: 0\n", "FT0204", 4, 8,
      "'slots' of the site file must be at least 1" },
    { HEAD "adapter: local\nmpirun: [mpirun, -n, 2]\n", "FT0501", 4, 9,
      "'mpirun' does not say where the number of ranks goes" },
    { HEAD "adapter: local\nmemroy: 2 GiB\n", "FT0102", 4, 1,
      "unknown key 'memroy' in the site file" },
};

START_TEST(refused)
{
    struct ft_diags diags = FT_DIAGS_INIT;

    ck_assert_ptr_null(read_text(bad[_i].text, &diags));
    ck_assert_uint_eq(diags.len, 1);
    ck_assert_str_eq(diags.item[0].msg, bad[_i].msg);
    ck_assert_str_eq(diags.item[0].code, bad[_i].code);
    ck_assert_int_eq(diags.item[0].line, bad[_i].line);
    ck_assert_int_eq(diags.item[0].col, bad[_i].col);
    ft_diags_release(&diags);
}
END_TEST

START_TEST(missing_file)
{
    struct ft_diags diags = FT_DIAGS_INIT;

    ck_assert_ptr_null(ft_site_read("gone.yaml", &diags));
    ck_assert_str_eq(diags.item[0].code, "FT0006");
    ft_diags_release(&diags);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("site");
    TCase *tc = tcase_create("site");

    tcase_add_test(tc, built_in);
    tcase_add_test(tc, every_key);
    tcase_add_loop_test(tc, refused, 0, FT_ARRAY_LEN(bad));
    tcase_add_test(tc, missing_file);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
