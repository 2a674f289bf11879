/* test_crc32c.c - the vectors of RFC 3720, and both ways agree */
#include "t/unit/unit.h"

#include <string.h>

#include "base/crc32c.h"

START_TEST(vectors_of_the_rfc)
{
    unsigned char bytes[32];

    ck_assert_uint_eq(ft_crc32c(0, "", 0), 0);
    ck_assert_uint_eq(ft_crc32c(0, "123456789", 9), 0xe3069283);
    memset(bytes, 0, sizeof(bytes));
    ck_assert_uint_eq(ft_crc32c(0, bytes, sizeof(bytes)), 0x8a9136aa);
    memset(bytes, 0xff, sizeof(bytes));
    ck_assert_uint_eq(ft_crc32c(0, bytes, sizeof(bytes)), 0x62a8ab43);
    for (unsigned i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)i;
    ck_assert_uint_eq(ft_crc32c(0, bytes, sizeof(bytes)), 0x46dd794e);
    for (unsigned i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)(31 - i);
    ck_assert_uint_eq(ft_crc32c(0, bytes, sizeof(bytes)), 0x113fdb5c);
}
END_TEST

START_TEST(pieces_and_both_ways_agree)
{
    unsigned char bytes[200];
    uint32_t whole, parts;

    for (unsigned i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)(i * 37 + 11);
    for (size_t from = 0; from < 9; from++)
        for (size_t len = 0; from + len <= sizeof(bytes); len++) {
            whole = ft_crc32c(0, bytes + from, len);
            parts = ft_crc32c(0, bytes + from, len / 3);
            parts = ft_crc32c(parts, bytes + from + len / 3, len - len / 3);
            ck_assert_uint_eq(whole, parts);
            ck_assert_uint_eq(whole, ft_crc32c_portable(0, bytes + from, len));
        }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crc32c");
    TCase *tc = tcase_create("crc32c");

    tcase_add_test(tc, vectors_of_the_rfc);
    tcase_add_test(tc, pieces_and_both_ways_agree);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
