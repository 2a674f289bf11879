/* test_worker_csv.c - what a field of a table is */
#include <math.h>

#include "unit.h"
#include "worker/formats/csv.h"

static const struct {
    const char *field;
    enum ft_csv_value is;
    int64_t integer;
    double number;
} row[] = {
    { "0", FT_CSV_INTEGER, 0, 0 },
    { "-12", FT_CSV_INTEGER, -12, -12 },
    { "+3", FT_CSV_INTEGER, 3, 3 },
    { " 7\t", FT_CSV_INTEGER, 7, 7 },
    { "9223372036854775807", FT_CSV_INTEGER, INT64_MAX, 0x1p63 },
    { "-9223372036854775808", FT_CSV_INTEGER, INT64_MIN, -0x1p63 },
    { "9223372036854775808", FT_CSV_NUMBER, 0, 0x1p63 },
    { "1.5", FT_CSV_NUMBER, 0, 1.5 },
    { ".5e-3", FT_CSV_NUMBER, 0, .5e-3 },
    { "1E5", FT_CSV_NUMBER, 0, 1e5 },
    { "4.9e-324", FT_CSV_NUMBER, 0, 4.9e-324 },
    { "1e-400", FT_CSV_NUMBER, 0, 0 },
    { "inf", FT_CSV_NUMBER, 0, INFINITY },
    { "-inf", FT_CSV_NUMBER, 0, -INFINITY },
    { "", FT_CSV_TEXT, 0, 0 },
    { "  ", FT_CSV_TEXT, 0, 0 },
    { "x", FT_CSV_TEXT, 0, 0 },
    { "0x10", FT_CSV_TEXT, 0, 0 },
    { "1e999", FT_CSV_TEXT, 0, 0 },
    { "1,5", FT_CSV_TEXT, 0, 0 },
    { "1 2", FT_CSV_TEXT, 0, 0 },
    { "1m", FT_CSV_TEXT, 0, 0 },
    { "--1", FT_CSV_TEXT, 0, 0 },
    { "nan(1)", FT_CSV_TEXT, 0, 0 },
    { "\n1", FT_CSV_TEXT, 0, 0 },
};

START_TEST(values)
{
    int64_t integer = 0;
    double number = 0;

    ck_assert_int_eq(ft_csv_value(row[_i].field, &integer, &number),
                     row[_i].is);
    if (row[_i].is == FT_CSV_INTEGER)
        ck_assert_int_eq(integer, row[_i].integer);
    if (row[_i].is != FT_CSV_TEXT)
        ck_assert(number == row[_i].number);
}
END_TEST

START_TEST(not_a_number)
{
    int64_t integer;
    double number = 0;

    ck_assert_int_eq(ft_csv_value("nan", &integer, &number), FT_CSV_NUMBER);
    ck_assert(isnan(number));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("worker csv");
    TCase *tc = tcase_create("values");

    tcase_add_loop_test(tc, values, 0, (int)FT_ARRAY_LEN(row));
    tcase_add_test(tc, not_a_number);
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
