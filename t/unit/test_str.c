/* test_str.c - the growing string, numbers as text, UTF-8 and instants */
#include "t/unit/unit.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/amount.h"
#include "base/clock.h"
#include "base/number.h"
#include "base/str.h"

START_TEST(empty_string_is_terminated_and_shared)
{
    struct ft_str s = FT_STR_INIT;
    char *taken;

    ck_assert_str_eq(s.s, "");
    ft_str_add(&s, "");
    ck_assert_uint_eq(s.cap, 0);
    taken = ft_str_take(&s);
    ck_assert_str_eq(taken, "");
    free(taken);
    ft_str_release(&s);
    ft_str_release(&s);
}
END_TEST

START_TEST(grows_cuts_and_is_used_again)
{
    struct ft_str s = FT_STR_INIT;
    char *taken;

    for (int i = 0; i < 1000; i++)
        ft_str_addf(&s, "%03d,", i);
    ck_assert_uint_eq(s.len, 4000);
    ck_assert_str_eq(s.s + 3992, "998,999,");
    ft_str_cut(&s, 5000);
    ck_assert_uint_eq(s.len, 4000);
    ft_str_cut(&s, 3);
    ck_assert_str_eq(s.s, "000");
    ft_str_addc(&s, '!');
    taken = ft_str_take(&s);
    ck_assert_str_eq(taken, "000!");
    free(taken);
    ft_str_addn(&s, "a\0b", 3);
    ck_assert_uint_eq(s.len, 3);
    ck_assert_mem_eq(s.s, "a\0b", 4);
    ft_str_release(&s);
    ck_assert_str_eq(s.s, "");
}
END_TEST

START_TEST(prefix_and_suffix)
{
    ck_assert(ft_starts_with("fedtwin-heat", "fedtwin-"));
    ck_assert(ft_starts_with("x", ""));
    ck_assert(!ft_starts_with("fed", "fedtwin"));
    ck_assert(ft_ends_with("a.yaml", ".yaml"));
    ck_assert(ft_ends_with("x", ""));
    ck_assert(!ft_ends_with("yaml", ".yaml"));
}
END_TEST

/* The numbers of RFC 8785, appendix B. */
static const struct {
    uint64_t bits;
    const char *text;
} rfc8785[] = {
    { 0x0000000000000000, "0" },
    { 0x8000000000000000, "0" },
    { 0x0000000000000001, "5e-324" },
    { 0x8000000000000001, "-5e-324" },
    { 0x7fefffffffffffff, "1.7976931348623157e+308" },
    { 0xffefffffffffffff, "-1.7976931348623157e+308" },
    { 0x4340000000000000, "9007199254740992" },
    { 0xc340000000000000, "-9007199254740992" },
    { 0x4430000000000000, "295147905179352830000" },
    { 0x7fffffffffffffff, "nan" },
    { 0x7ff0000000000000, "inf" },
    { 0xfff0000000000000, "-inf" },
    { 0x44b52d02c7e14af5, "9.999999999999997e+22" },
    { 0x44b52d02c7e14af6, "1e+23" },
    { 0x44b52d02c7e14af7, "1.0000000000000001e+23" },
    { 0x444b1ae4d6e2ef4e, "999999999999999700000" },
    { 0x444b1ae4d6e2ef4f, "999999999999999900000" },
    { 0x444b1ae4d6e2ef50, "1e+21" },
    { 0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7" },
    { 0x3eb0c6f7a0b5ed8d, "0.000001" },
    { 0x41b3de4355555553, "333333333.3333332" },
    { 0x41b3de4355555554, "333333333.33333325" },
    { 0x41b3de4355555555, "333333333.3333333" },
    { 0x41b3de4355555556, "333333333.3333334" },
    { 0x41b3de4355555557, "333333333.33333343" },
    { 0xbecbf647612f3696, "-0.0000033333333333333333" },
    { 0x43143ff3c1cb0959, "1424953923781206.2" },
};

START_TEST(numbers_of_the_rfc)
{
    struct ft_str s = FT_STR_INIT;
    double x;

    memcpy(&x, &rfc8785[_i].bits, sizeof(x));
    ft_number_text(x, &s);
    ck_assert_str_eq(s.s, rfc8785[_i].text);
    ft_str_release(&s);
}
END_TEST

static const struct {
    double x;
    const char *text;
} number[] = {
    { 2, "2" },
    { 100, "100" },
    { 0.1, "0.1" },
    { 0.1 + 0.2, "0.30000000000000004" },
    { 293.15, "293.15" },
    { 1e-7, "1e-7" },
    { 1.5e300, "1.5e+300" },
    { DBL_MIN, "2.2250738585072014e-308" },
    { 0x1p-1073, "1e-323" },
    /* The nearest 16 digits do not read back, the next ones do. */
    { 0x1p-509, "5.966672584960166e-154" },
    { 0x1p-44, "5.684341886080802e-14" },
};

START_TEST(numbers_of_ours)
{
    struct ft_str s = FT_STR_INIT;

    ft_number_text(number[_i].x, &s);
    ck_assert_str_eq(s.s, number[_i].text);
    ft_str_release(&s);
}
END_TEST

START_TEST(every_power_of_two_reads_back)
{
    struct ft_str s = FT_STR_INIT;

    for (int e = DBL_MIN_EXP - DBL_MANT_DIG; e < DBL_MAX_EXP; e++) {
        ft_str_cut(&s, 0);
        ft_number_text(ldexp(1, e), &s);
        ck_assert(strtod(s.s, NULL) == ldexp(1, e));
    }
    ft_str_release(&s);
}
END_TEST

static const struct {
    const char *bytes;
    bool valid;
} utf8[] = {
    { "", true },
    { "a\tb", true },
    { "\xc2\xb0"
      "C",
      true },
    { "m\xe2\x81\xbb\xc2\xb9", true },
    { "\xed\x9f\xbf", true },     /* U+D7FF */
    { "\xed\xa0\x80", false },    /* U+D800, a surrogate */
    { "\xef\xbf\xbf", true },     /* U+FFFF */
    { "\xf0\x90\x80\x80", true }, /* U+10000 */
    { "\xf0\x8f\xbf\xbf", false },
    { "\xf4\x8f\xbf\xbf", true }, /* U+10FFFF */
    { "\xf4\x90\x80\x80", false },
    { "\xf5\x80\x80\x80", false },
    { "\xc1\xbf", false }, /* overlong */
    { "\xe0\x9f\xbf", false },
    { "\x80", false },
    { "\xe2\x81", false }, /* cut */
    { "\xe2\x28\xa1", false },
    { "\xff", false },
};

START_TEST(utf8_rows)
{
    ck_assert_int_eq(ft_utf8_valid(utf8[_i].bytes, strlen(utf8[_i].bytes)),
                     utf8[_i].valid);
}
END_TEST

static const struct {
    int64_t ns;
    const char *text;
} instant[] = {
    { 0, "1970-01-01T00:00:00.000000Z" },
    { 1795246631123456789, "2026-11-21T07:37:11.123456Z" },
    { -1, "1969-12-31T23:59:59.999999Z" },
    { INT64_MAX, "2262-04-11T23:47:16.854775Z" },
    { INT64_MIN, "1677-09-21T00:12:43.145224Z" },
};

START_TEST(instant_texts)
{
    char text[FT_TIME_TEXT];

    ft_time_text(instant[_i].ns, text);
    ck_assert_str_eq(text, instant[_i].text);
}
END_TEST

static const struct {
    const char *text;
    int64_t ns; /* -1: refused */
} written[] = {
    { "2026-11-21T07:37:11.123456Z", 1795246631123456000 },
    { "2026-11-21T07:37:11Z", 1795246631000000000 },
    { "2026-11-21T08:37:11+01:00", 1795246631000000000 },
    { "2026-11-21T02:07:11-05:30", 1795246631000000000 },
    { "2026-11-21T18:00Z", 1795284000000000000 },
    { "2026-11-21", 1795219200000000000 },
    { "1970-01-01", 0 },
    { "2024-02-29", 1709164800000000000 },
    { "2026-02-29", -1 },
    { "2100-02-29", -1 },
    { "2026-11-31", -1 },
    { "2026-13-01", -1 },
    { "2026-00-01", -1 },
    { "2026-11-00", -1 },
    { "1969-12-31", -1 },
    { "2026-11-21T18:00", -1 }, /* whose clock? */
    { "2026-11-21T24:00Z", -1 },
    { "2026-11-21T18:60Z", -1 },
    { "2026-11-21T18:00:60Z", -1 },
    { "2026-11-21T18:00:30.Z", -1 },
    { "2026-11-21T18Z", -1 },
    { "2026-11-21T18:00Z ", -1 },
    { "2026-11-21T18:00+1:00", -1 },
    { "26-11-21", -1 },
    { "2 h", -1 },
    { "", -1 },
};

START_TEST(instants_are_read)
{
    int64_t ns = -1;
    int rc = ft_time_parse(written[_i].text, &ns);

    ck_assert_int_eq(rc, written[_i].ns < 0 ? -1 : 0);
    ck_assert_int_eq(ns, written[_i].ns);
}
END_TEST

static const struct {
    double value;
    const char *time, *energy;
} amount[] = {
    { 0, "0 s", "0 J" },
    { 0.6125, "0.613 s", "0.613 J" },
    { 99, "99 s", "99 J" },
    { 100, "1.67 min", "100 J" },
    { 1500, "25 min", "1.5 kJ" },
    { 5999, "100 min", "6 kJ" },
    { 6000, "1.667 h", "6 kJ" },
    { 7200, "2 h", "7.2 kJ" },
    { 3.6e6, "1000 h", "3.6 MJ" },
    { 1e15, "2.778e+11 h", "1e+06 GJ" },
};

START_TEST(amounts)
{
    struct ft_str text = FT_STR_INIT;

    ft_amount_time(amount[_i].value, &text);
    ck_assert_str_eq(text.s, amount[_i].time);
    ft_str_cut(&text, 0);
    ft_amount_energy(amount[_i].value, &text);
    ck_assert_str_eq(text.s, amount[_i].energy);
    ft_str_release(&text);
}
END_TEST

START_TEST(clocks_run)
{
    int64_t before = ft_clock_mono_ns();

    ck_assert_int_ge(ft_clock_mono_ns(), before);
    ck_assert_int_gt(ft_clock_now_ns(), 1577836800000000000); /* 2020 */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("str");
    TCase *tc = tcase_create("str");

    tcase_add_test(tc, empty_string_is_terminated_and_shared);
    tcase_add_test(tc, grows_cuts_and_is_used_again);
    tcase_add_test(tc, prefix_and_suffix);
    tcase_add_loop_test(tc, numbers_of_the_rfc, 0, FT_ARRAY_LEN(rfc8785));
    tcase_add_loop_test(tc, numbers_of_ours, 0, FT_ARRAY_LEN(number));
    tcase_add_test(tc, every_power_of_two_reads_back);
    tcase_add_loop_test(tc, utf8_rows, 0, FT_ARRAY_LEN(utf8));
    tcase_add_loop_test(tc, instant_texts, 0, FT_ARRAY_LEN(instant));
    tcase_add_loop_test(tc, instants_are_read, 0, FT_ARRAY_LEN(written));
    tcase_add_loop_test(tc, amounts, 0, FT_ARRAY_LEN(amount));
    tcase_add_test(tc, clocks_run);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
