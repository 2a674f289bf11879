/* test_worker_scan.c - which objects a scan keeps open */
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "unit.h"
#include "worker/content.h"

#define MANY (FT_SCAN_KEPT_MAX + 6)

static const struct {
    const char *name;
    hsize_t dim, chunk; /* elements of 8 bytes; chunk 0: contiguous */
    bool kept;
} row[] = {
    { "small", 10, 0, true },
    { "large", 1 << 18, 0, true },
    { "cut", 1000, 100, true },
    { "just", 1 << 17, 1 << 16, true },
    { "above", (1 << 17) + 1, 1 << 16, false },
    { "wide", 3, 1 << 18, false }, /* a few elements in a large chunk */
};

static void add_dataset(hid_t file, const char *name, hsize_t dim,
                        hsize_t chunk)
{
    hid_t plist = ft_h5_dataset_plist(), id;
    hid_t space = H5Screate_simple(1, &dim, &(hsize_t){ H5S_UNLIMITED });
    int64_t *value = ft_calloc(dim, sizeof(*value));

    for (hsize_t i = 0; i < dim; i++)
        value[i] = (int64_t)i;
    if (chunk) {
        ck_assert_int_ge(H5Pset_chunk(plist, 1, &chunk), 0);
    } else {
        ft_h5_close(space);
        space = H5Screate_simple(1, &dim, NULL);
    }
    id = H5Dcreate2(file, name, H5T_STD_I64LE, space, H5P_DEFAULT, plist,
                    H5P_DEFAULT);
    ck_assert_int_ge(H5Dwrite(id, H5T_STD_I64LE, H5S_ALL, H5S_ALL,
                              H5P_DEFAULT, value), 0);
    ft_h5_close(id);
    ft_h5_close(space);
    ft_h5_close(plist);
    free(value);
}

static hid_t new_file(struct ft_err *err)
{
    hid_t file;

    ck_assert_int_eq(ft_h5_init(err), 0);
    file = ft_h5_create("scan.h5", true, err);
    ck_assert_int_ge(file, 0);
    return file;
}

/* Nothing but the file itself is left open. */
static void finish(struct ft_scan *scan, hid_t file, struct ft_err *err)
{
    ft_scan_release(scan);
    ck_assert_int_eq(H5Fget_obj_count(file, H5F_OBJ_ALL), 1);
    ck_assert_int_eq(ft_h5_finish(file, "scan.h5", err), 0);
    (void)unlink("scan.h5");
}

START_TEST(kept_open)
{
    struct ft_err err = { 0 };
    hid_t file = new_file(&err), id;
    struct ft_scan scan;

    for (size_t i = 0; i < FT_ARRAY_LEN(row); i++)
        add_dataset(file, row[i].name, row[i].dim, row[i].chunk);
    ck_assert_int_eq(ft_scan_init(&scan, file, "scan.h5", &err), 0);
    ck_assert(ft_scan_find(&scan, "/")->kept);
    for (size_t i = 0; i < FT_ARRAY_LEN(row); i++) {
        char *path = ft_asprintf("/%s", row[i].name);
        const struct ft_item *item = ft_scan_find(&scan, path);

        ck_assert_msg(!item->kept == !row[i].kept, "%s", path);
        id = ft_item_open(file, item);
        ck_assert_int_eq(H5Iget_type(id), H5I_DATASET);
        ft_h5_close(id);
        ck_assert(!item->kept || H5Iis_valid(item->kept) > 0);
        free(path);
    }
    finish(&scan, file, &err);
}
END_TEST

/* Those that stay closed count as much. */
START_TEST(not_too_many)
{
    char before[FT_CONTENT_TEXT], after[FT_CONTENT_TEXT];
    struct ft_err err = { 0 };
    hid_t file = new_file(&err);
    struct ft_scan scan;
    size_t kept = 0;

    for (int i = 0; i < MANY; i++) {
        char *name = ft_asprintf("d%d", i);

        add_dataset(file, name, 4, 0);
        free(name);
    }
    ck_assert_int_eq(ft_scan_init(&scan, file, "scan.h5", &err), 0);
    for (size_t i = 0; i < scan.n; i++)
        kept += scan.item[i].kept != 0;
    ck_assert_uint_eq(kept, FT_SCAN_KEPT_MAX);
    ck_assert_int_eq(ft_content_digest(&scan, before, &err), 0);
    for (size_t i = 0; i < scan.n; i++) {
        ft_h5_close(scan.item[i].kept ? scan.item[i].kept : -1);
        scan.item[i].kept = 0;
    }
    ck_assert_int_eq(ft_content_digest(&scan, after, &err), 0);
    ck_assert_str_eq(before, after);
    finish(&scan, file, &err);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("worker scan");
    TCase *tc = tcase_create("kept");

    tcase_add_test(tc, kept_open);
    tcase_add_test(tc, not_too_many);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
