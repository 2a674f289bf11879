/* test_map.c - from a string to a pointer, in the order of insertion */
#include "t/unit/unit.h"

#include <stdio.h>

#include "base/map.h"

START_TEST(empty_map_has_nothing)
{
    struct ft_map map = FT_MAP_INIT;

    ck_assert_ptr_null(ft_map_get(&map, "a"));
    ck_assert_uint_eq(map.len, 0);
    ft_map_release(&map);
    ft_map_release(&map);
}
END_TEST

START_TEST(replaces_and_returns_the_old_value)
{
    struct ft_map map = FT_MAP_INIT;
    char key[] = "a";
    int one, two;

    ck_assert_ptr_null(ft_map_put(&map, key, &one));
    key[0] = 'z'; /* keys are copied */
    ck_assert_ptr_eq(ft_map_put(&map, "a", &two), &one);
    ck_assert_ptr_eq(ft_map_get(&map, "a"), &two);
    ck_assert_ptr_null(ft_map_get(&map, "z"));
    ck_assert_uint_eq(map.len, 1);
    ft_map_put(&map, "", &one);
    ck_assert_ptr_eq(ft_map_get(&map, ""), &one);
    ft_map_release(&map);
}
END_TEST

START_TEST(keeps_order_through_growth)
{
    struct ft_map map = FT_MAP_INIT;
    static char values[10000];
    char key[16];

    for (size_t i = 0; i < sizeof(values); i++) {
        snprintf(key, sizeof(key), "k%zu", i);
        ft_map_put(&map, key, &values[i]);
    }
    ck_assert_uint_eq(map.len, sizeof(values));
    for (size_t i = 0; i < sizeof(values); i++) {
        snprintf(key, sizeof(key), "k%zu", i);
        ck_assert_ptr_eq(ft_map_get(&map, key), &values[i]);
        ck_assert_str_eq(map.entry[i].key, key);
    }
    ft_map_release(&map);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("map");
    TCase *tc = tcase_create("map");

    tcase_add_test(tc, empty_map_has_nothing);
    tcase_add_test(tc, replaces_and_returns_the_old_value);
    tcase_add_test(tc, keeps_order_through_growth);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
