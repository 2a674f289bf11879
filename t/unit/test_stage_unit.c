/* test_stage_unit.c - which units have one dimension, names of groups, slabs
 */
#include "unit.h"

#include <string.h>

#include "stage/mesh.h"
#include "stage/task.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
    const char *a, *b;
    bool same;
} unit_rows[] = {
    { "m", "m", true },
    { "1", "", true },
    { "rad", "1", true },
    { "m.kg.s-3.K-1", "W.m-1.K-1", true },
    { "m.kg.s-3.K-1", "W m-1 K-1", true },
    { "kg.m2.s-3", "W", true },
    { "kg.s-3", "W.m-2", true },
    { "m2.kg.s-2", "N.m", true },
    { "m2.kg.s-3.A-1", "V", true },
    { "byte", "byte", true },
    { "K", "K", true },
    { "parsec", "parsec", true },
    { "m", "s", false },
    { "m", "mm", false },
    { "K", "degC", false },
    { "W", "W.m-2", false },
    { "m2", "m", false },
    { "m.", "m", false },
    { "m-", "m", false },
    { "m100", "m", false },
    { "byte", "1", false },
    { "mol", "m", false },
};

START_TEST(same_dimension)
{
    ck_assert_int_eq(stg_unit_same(unit_rows[_i].a, unit_rows[_i].b),
                     unit_rows[_i].same);
    ck_assert_int_eq(stg_unit_same(unit_rows[_i].b, unit_rows[_i].a),
                     unit_rows[_i].same);
}
END_TEST

static const struct {
    const char *name;
    bool valid;
} name_rows[] = {
    { "chip", true },  { "block of steel", true }, { "~!", true },
    { "", false },     { "*", false },             { "**", true },
    { " chip", false }, { "chip ", false },        { "a\tb", false },
    { "K\xc3\xb6rper", false },
};

START_TEST(group_names)
{
    ck_assert_int_eq(stg_group_name_valid(name_rows[_i].name),
                     name_rows[_i].valid);
}
END_TEST

START_TEST(group_name_length)
{
    char name[STG_GROUP_NAME_MAX + 2] = "";

    memset(name, 'x', STG_GROUP_NAME_MAX);
    ck_assert(stg_group_name_valid(name));
    name[STG_GROUP_NAME_MAX] = 'x';
    ck_assert(!stg_group_name_valid(name));
}
END_TEST

/* Slabs follow each other, differ by at most one and make up the whole. */
START_TEST(slabs)
{
    static const int64_t sizes[] = { 0, 1, 3, 4, 5, 1000003 };

    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        int64_t next = 0, first, count;

        for (int rank = 0; rank < 4; rank++) {
            stg_slab(sizes[i], rank, 4, &first, &count);
            ck_assert_int_eq(first, next);
            ck_assert_int_ge(count, sizes[i] / 4);
            ck_assert_int_le(count, sizes[i] / 4 + 1);
            next += count;
        }
        ck_assert_int_eq(next, sizes[i]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stage");
    TCase *tc = tcase_create("unit");

    tcase_add_loop_test(tc, same_dimension, 0, ARRAY_LEN(unit_rows));
    tcase_add_loop_test(tc, group_names, 0, ARRAY_LEN(name_rows));
    tcase_add_test(tc, group_name_length);
    tcase_add_test(tc, slabs);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
