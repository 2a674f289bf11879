/* test_energy.c - counters of a powercap tree that a test can turn */
#include "adapters/local/local_energy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "t/unit/unit.h"

#define RANGE "65532610987"

static void put(const char *root, const char *zone, const char *name,
                const char *text)
{
    char *dir = ft_path_join(root, zone), *path = ft_path_join(dir, name);

    (void)mkdir(dir, 0777);
    ck_assert_int_eq(ft_file_write(path, text, strlen(text), 0666, NULL), 0);
    free(path);
    free(dir);
}

static void put_zone(const char *root, const char *zone, const char *name,
                     const char *counter)
{
    put(root, zone, "name", name);
    put(root, zone, "max_energy_range_uj", RANGE "\n");
    put(root, zone, "energy_uj", counter);
}

static char *make_root(void)
{
    char root[] = "/tmp/fedtwin-energy-XXXXXX";

    ck_assert_ptr_nonnull(mkdtemp(root));
    return ft_strdup(root);
}

static void remove_root(char *root)
{
    ck_assert_int_eq(ft_path_remove(root, NULL), 0);
    free(root);
}

START_TEST(packages_and_memory_are_summed)
{
    char *root = make_root();
    struct ft_energy *e;

    put_zone(root, "intel-rapl:0", "package-0\n", "1000000\n");
    put_zone(root, "intel-rapl:1", "package-1\n", "0\n");
    put_zone(root, "intel-rapl:0:0", "core\n", "5\n");
    put_zone(root, "intel-rapl:0:1", "dram\n", "0\n");
    put_zone(root, "intel-rapl:2", "psys\n", "5\n");
    put_zone(root, "intel-rapl-mmio:0", "package-0\n", "1000000\n");
    e = ft_energy_open(root);
    ck_assert_ptr_nonnull(e);
    put(root, "intel-rapl:0", "energy_uj", "3000000\n");
    put(root, "intel-rapl:1", "energy_uj", "1500000\n");
    put(root, "intel-rapl:0:0", "energy_uj", "900000000\n");
    put(root, "intel-rapl:0:1", "energy_uj", "500000\n");
    put(root, "intel-rapl:2", "energy_uj", "900000000\n");
    put(root, "intel-rapl-mmio:0", "energy_uj", "3000000\n");
    ck_assert_double_eq_tol(ft_energy_per_slot(e, 1), 2 + 1.5 + 0.5, 1e-9);
    ft_energy_close(e);
    remove_root(root);
}
END_TEST

START_TEST(a_counter_starts_anew)
{
    char *root = make_root();
    struct ft_energy *e;

    put_zone(root, "intel-rapl:0", "package-0\n", "65532000000\n");
    e = ft_energy_open(root);
    ck_assert_ptr_nonnull(e);
    put(root, "intel-rapl:0", "energy_uj", "1389013\n");
    ck_assert_double_eq_tol(ft_energy_per_slot(e, 1), 2, 1e-9);
    ft_energy_close(e);
    remove_root(root);
}
END_TEST

/* Two slots, then four of them, then none, then one. */
START_TEST(slots_share_what_was_taken_meanwhile)
{
    static const struct {
        const char *counter;
        int slots;
        double per_slot;
    } row[] = {
        { "4000000", 2, 2 },
        { "8000000", 4, 3 },
        { "9000000", 0, 3 }, /* nobody's */
        { "9500000", 1, 3.5 },
        { "9500000", 1, 3.5 },
    };
    char *root = make_root();
    struct ft_energy *e;

    put_zone(root, "intel-rapl:0", "package-0\n", "0\n");
    e = ft_energy_open(root);
    for (size_t i = 0; i < FT_ARRAY_LEN(row); i++) {
        put(root, "intel-rapl:0", "energy_uj", row[i].counter);
        ck_assert_double_eq_tol(ft_energy_per_slot(e, row[i].slots),
                                row[i].per_slot, 1e-9);
    }
    ft_energy_close(e);
    remove_root(root);
}
END_TEST

START_TEST(a_reading_that_fails_is_made_up_for)
{
    char *root = make_root();
    struct ft_energy *e;

    put_zone(root, "intel-rapl:0", "package-0\n", "0\n");
    e = ft_energy_open(root);
    put(root, "intel-rapl:0", "energy_uj", "nonsense\n");
    ck_assert_double_eq(ft_energy_per_slot(e, 1), 0);
    put(root, "intel-rapl:0", "energy_uj", "");
    ck_assert_double_eq(ft_energy_per_slot(e, 1), 0);
    put(root, "intel-rapl:0", "energy_uj", "7000000\n");
    ck_assert_double_eq_tol(ft_energy_per_slot(e, 1), 7, 1e-9);
    ft_energy_close(e);
    remove_root(root);
}
END_TEST

/* No tree; a tree without zones; a zone whose counter may not be read (as for
 * everybody but root); one without a range. */
START_TEST(without_counters_there_is_no_meter)
{
    char *root = make_root();

    ck_assert_ptr_null(ft_energy_open("/nonexistent"));
    ck_assert_ptr_null(ft_energy_open(root));
    put(root, "intel-rapl:0", "name", "package-0\n");
    put(root, "intel-rapl:0", "max_energy_range_uj", RANGE "\n");
    ck_assert_ptr_null(ft_energy_open(root));
    put(root, "intel-rapl:1", "name", "package-1\n");
    put(root, "intel-rapl:1", "energy_uj", "1\n");
    ck_assert_ptr_null(ft_energy_open(root));
    ck_assert_double_eq(ft_energy_per_slot(NULL, 1), 0);
    ft_energy_close(NULL);
    remove_root(root);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("energy");
    TCase *tc = tcase_create("energy");

    tcase_add_test(tc, packages_and_memory_are_summed);
    tcase_add_test(tc, a_counter_starts_anew);
    tcase_add_test(tc, slots_share_what_was_taken_meanwhile);
    tcase_add_test(tc, a_reading_that_fails_is_made_up_for);
    tcase_add_test(tc, without_counters_there_is_no_meter);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
