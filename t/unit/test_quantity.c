/* test_quantity.c - a number means what its writer meant, or is refused */
#include "t/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "text/quantity.h"

/* --- accepted ------------------------------------------------------------- */

static const struct {
    const char *text;
    double si;
    const char *si_unit;
    const char *back; /* NULL: as 'text' */
} good[] = {
    { "2 mm", 0.002, "m", NULL },
    { "1.1 mm", 0.0011, "m", NULL }, /* the same double as 0.0011 m */
    { "3 \u00b5m", 3e-6, "m", NULL },
    { "237 W/m/K", 237, "m.kg.s-3.K-1", NULL },
    { "237 W m-1 K-1", 237, "m.kg.s-3.K-1", NULL },
    { "237 W\u00b7m\u207b\u00b9\u00b7K\u207b\u00b9", 237, "m.kg.s-3.K-1",
      NULL },
    { "237 W/(m K)", 237, "m.kg.s-3.K-1", NULL },
    { "25 W/m2/degC", 25, "kg.s-3.K-1", NULL },
    { "4186 J/(kg*K)", 4186, "m2.s-2.K-1", NULL },
    { "1 g/cm3", 1000, "m-3.kg", NULL },
    { "7 kg.m**2/s^2", 7, "m2.kg.s-2", NULL },
    { "1 m\u00b2", 1, "m2", NULL },
    { "2 k\u03a9", 2000, "m2.kg.s-3.A-2", NULL },
    { "1 1/s", 1, "s-1", NULL },
    { "5 Hz", 5, "s-1", NULL },
    { "60 rpm", 6.283185307179586, "s-1.rad", NULL },
    { "180 deg", 3.141592653589793, "1", NULL },
    { "10 min", 600, "s", NULL },
    { "2 h", 7200, "s", NULL },
    { "1 d", 86400, "s", NULL },
    { "1 hours", 3600, "s", NULL },
    { "20 degC", 293.15, "K", NULL },
    { "20 \u00b0C", 293.15, "K", NULL },
    { "-273.15 degC", 0, "K", NULL },
    { "32 degF", 273.15, "K", NULL },
    { "300 K", 300, "K", NULL },
    { "300 kelvin", 300, "K", NULL },
    { "1 B", 1, "byte", NULL },
    { "2 kB", 2000, "byte", NULL },
    { "2 KiB", 2048, "byte", NULL },
    { "2 GiB", 2147483648, "byte", NULL },
    { "1 TiB", 1099511627776, "byte", NULL },
    { "3 bytes", 3, "byte", NULL },
    { "100 MB/s", 1e8, "s-1.byte", NULL },
    { "8 Gbit/s", 1e9, "s-1.byte", NULL },
    { "50 %", 0.5, "1", NULL },
    { "1 kWh", 3.6e6, "m2.kg.s-2", NULL },
    { "1 t", 1000, "kg", NULL },
    { "1 psi", 6894.757293168359, "m-1.kg.s-2", NULL },
    { "100 mph", 44.704, "m.s-1", NULL },
    { "1 furlong", 201.16840233680466, "m", NULL },
    { "3", 3, "1", NULL },
    { "1e-3", 0.001, "1", "0.001" },
    { " +.5\tm ", 0.5, "m", "0.5 m" },
    { "5.m", 5, "m", "5 m" },
    { "2mm", 0.002, "m", "2 mm" },
    { "0e-400 m", 0, "m", "0 m" },
    { "7 1", 7, "1", "7" },
};

START_TEST(good_rows)
{
    struct ft_err err = { 0 };
    struct ft_quantity q;
    struct ft_str text = FT_STR_INIT;

    ft_quantity_parse(good[_i].text, &q, &err);
    ck_assert_msg(!err.code, "%s", err.msg);
    ck_assert(fabs(q.si - good[_i].si) <= 1e-15 * fabs(good[_i].si));
    ck_assert_str_eq(ft_unit_si_text(q.unit), good[_i].si_unit);
    ft_quantity_text(&q, &text);
    ck_assert_str_eq(text.s, good[_i].back ? good[_i].back : good[_i].text);
    ft_str_release(&text);
}
END_TEST

START_TEST(decimal_prefixes_are_exact)
{
    struct ft_quantity q;

    for (int i = 1; i < 1000; i++) {
        char text[32];

        snprintf(text, sizeof(text), "%d.%d mm", i, i % 10);
        ck_assert_int_eq(ft_quantity_parse(text, &q, NULL), 0);
        ck_assert(q.si == (i + i % 10 / 10.0) / 1000);
        ck_assert(ft_unit_to_si(q.unit, q.written) == q.si);
    }
}
END_TEST

/* --- refused -------------------------------------------------------------- */

static const struct {
    const char *text, *id, *error, *hint;
} bad[] = {
    { "", "FT0201", "'' does not begin with a number", "" },
    { "mm", "FT0201", "'mm' does not begin with a number",
      "write '1 mm' if that is meant" },
    { "mmm", "FT0201", "'mmm' does not begin with a number", "" },
    { "- 5 m", "FT0201", "'- 5 m' does not begin with a number", "" },
    { "nan", "FT0201", "'nan' does not begin with a number", "" },
    { "inf m", "FT0201", "'inf m' does not begin with a number", "" },
    { "1e400 m", "FT0201", "'1e400 m' is outside the range of numbers", "" },
    { "1e-400 m", "FT0201", "'1e-400 m' is outside the range of numbers", "" },
    { "1e308 km", "FT0201", "'1e308 km' is outside the range of numbers", "" },
    { "1,5 mm", "FT0201", "'1,5 mm' is not a number with a unit",
      "the decimal sign is a point" },
    { "0x10 m", "FT0202", "unknown unit 'x' in 'x10 m'", "" },
    { "5 kelvn", "FT0202", "unknown unit 'kelvn'", "did you mean 'kelvin'?" },
    { "5 Kg", "FT0202", "unknown unit 'Kg'", "did you mean 'kg'?" },
    { "5 wat/m", "FT0202", "unknown unit 'wat' in 'wat/m'",
      "did you mean 'watt'?" },
    { "5 xyzzy", "FT0202", "unknown unit 'xyzzy'", "" },
    { "5 dB", "FT0202", "unit 'dB' is logarithmic", "convert the value first" },
    { "5 KB", "FT0202", "unknown unit 'KB'",
      "bytes are 'B', 'kB', 'KiB', 'MB', 'MiB' and so on" },
    { "5 mB", "FT0202", "unknown unit 'mB'",
      "bytes are 'B', 'kB', 'KiB', 'MB', 'MiB' and so on" },
    { "5 W/m K", "FT0202", "unit 'W/m K' can be read in two ways",
      "write 'a/(b c)' or 'a/b/c'" },
    { "5 (W/m K)", "FT0202", "unit '(W/m K)' can be read in two ways",
      "write 'a/(b c)' or 'a/b/c'" },
    { "5 2 m", "FT0202", "unit '2 m' has a number inside",
      "put the number in front of the unit" },
    { "5 m 2", "FT0202", "unit 'm 2' has a number inside",
      "put the number in front of the unit" },
    { "5 m2.5", "FT0202",
      "unit 'm2.5' has a power that is no small whole number", "" },
    { "5 m^", "FT0202", "unit 'm^' has a power that is no small whole number",
      "" },
    { "5 m100", "FT0202",
      "unit 'm100' has a power that is no small whole number", "" },
    { "5 /s", "FT0202", "unit '/s' is malformed", "" },
    { "5 m//s", "FT0202", "unit 'm//s' is malformed", "" },
    { "5 (m", "FT0202", "unit '(m' lacks a ')'", "" },
    { "5 m)", "FT0202", "unit 'm)' is malformed", "" },
    { "5 m-", "FT0202", "unit 'm-' is malformed", "" },
    { "5 s @ 3", "FT0202", "unit 's @ 3' is malformed", "" },
    { "5 s since 2000", "FT0202", "unit 'since' makes a date",
      "write a duration" },
    { "5 lg(re 1 mW)", "FT0202", "unit 'lg(re 1 mW)' is malformed", "" },
    { "5 ton", "FT0202", "unit 'ton' is 907, 1000 or 1016 kg",
      "write 't', 'short_ton' or 'long_ton'" },
    { "5 Ton", "FT0202", "unit 'ton' is 907, 1000 or 1016 kg",
      "write 't', 'short_ton' or 'long_ton'" },
    { "5 gallon", "FT0202", "unit 'gallon' differs between countries",
      "write 'US_liquid_gallon' or 'UK_liquid_gallon'" },
    { "5 Nm", "FT0202", "unit 'Nm' is not known", "write 'N.m'" },
    { "5e", "FT0202", "unit 'e' is easily taken for a power of ten",
      "write the charge in 'C'" },
};

START_TEST(bad_rows)
{
    struct ft_err err = { 0 };
    struct ft_quantity q = { .si = 17 };

    ck_assert_int_eq(ft_quantity_parse(bad[_i].text, &q, &err), -1);
    ck_assert_str_eq(err.msg, bad[_i].error);
    ck_assert_str_eq(err.hint, bad[_i].hint);
    ck_assert_str_eq(err.id, bad[_i].id);
    ck_assert_int_eq(err.code, FT_EDOC);
    ck_assert(q.si == 17);
}
END_TEST

START_TEST(unit_length_at_the_limit_and_one_past)
{
    char text[FT_UNIT_MAX + 2];
    struct ft_err err = { 0 };

    for (int i = 0; i < FT_UNIT_MAX; i++)
        text[i] = i % 2 ? '.' : 'm';
    text[FT_UNIT_MAX - 1] = '2';
    text[FT_UNIT_MAX] = '\0';
    ck_assert_ptr_nonnull(ft_unit_parse(text, &err));
    memset(text, 'm', FT_UNIT_MAX + 1);
    text[FT_UNIT_MAX + 1] = '\0';
    ck_assert_ptr_null(ft_unit_parse(text, &err));
    ck_assert_str_eq(err.msg,
                     "unit 'mmmmmmmmmmmmmmmmmmmm...' is longer than 64 bytes");
}
END_TEST

/* --- dimensions ----------------------------------------------------------- */

static const struct {
    const char *text, *unit;
    const char *error; /* NULL: accepted */
    const char *hint;
} needed[] = {
    { "5 mm", "m", NULL, "" },
    { "5", "1", NULL, "" },
    { "5 %", "1", NULL, "" },
    { "90 deg", "rad", NULL, "" },
    { "1", "rad", NULL, "" },
    { "3000 rpm", "rad/s", NULL, "" },
    { "5 Hz", "1/s", NULL, "" },
    { "20 degC", "K", NULL, "" },
    { "1 GiB", "byte", NULL, "" },
    { "5 N.m", "J", NULL, "" },
    { "5 K", "W/m/K", "'5 K' has the unit 'K' but 'W/m/K' is needed", "" },
    { "5", "mm", "'5' has no unit but 'mm' is needed",
      "write '5 mm' if that is what you mean" },
    { "5 m", "1", "'5 m' has the unit 'm' but '1' is needed", "" },
    { "5 Gb", "byte", "'5 Gb' has the unit 'Gb' but 'byte' is needed", "" },
    { "20 C", "K", "'20 C' has the unit 'C' but 'K' is needed",
      "did you mean 'degC'?" },
    { "70 F", "K", "'70 F' has the unit 'F' but 'K' is needed",
      "did you mean 'degF'?" },
    { "3000 rpm", "Hz", "'3000 rpm' has the unit 'rpm' but 'Hz' is needed",
      "" },
    { "50 Hz", "rad/s", "'50 Hz' has the unit 'Hz' but 'rad/s' is needed", "" },
};

START_TEST(needed_rows)
{
    struct ft_err err = { 0 };
    struct ft_quantity q = { .si = -1 };
    int rc = ft_quantity_parse_in(needed[_i].text, needed[_i].unit, &q, &err);

    if (needed[_i].error) {
        ck_assert_int_eq(rc, -1);
        ck_assert_str_eq(err.msg, needed[_i].error);
        ck_assert_str_eq(err.hint, needed[_i].hint);
        ck_assert_str_eq(err.id, "FT0203");
        ck_assert(q.si == -1);
    } else {
        ck_assert_msg(rc == 0, "%s", err.msg);
    }
}
END_TEST

/* --- units ---------------------------------------------------------------- */

START_TEST(units_are_interned_and_combined)
{
    const struct ft_unit *mm = ft_unit_parse("mm", NULL);
    const struct ft_unit *m2 = ft_unit_parse("m2", NULL);
    const struct ft_unit *degc = ft_unit_parse("degC", NULL);
    const struct ft_unit *one = ft_unit_parse("", NULL);

    ck_assert_ptr_eq(mm, ft_unit_parse(" mm ", NULL));
    ck_assert_ptr_eq(one, ft_unit_parse("1", NULL));
    ck_assert_ptr_eq(one, ft_unit_one());
    ck_assert_str_eq(ft_unit_text(one), "1");
    ck_assert_ptr_eq(ft_unit_multiply(mm, one), mm);
    ck_assert_ptr_eq(ft_unit_multiply(one, degc), degc);
    ck_assert_ptr_eq(ft_unit_divide(degc, one), degc);
    ck_assert_ptr_eq(ft_unit_multiply(mm, mm), m2);
    ck_assert_ptr_eq(ft_unit_divide(m2, m2), one);
    ck_assert_str_eq(ft_unit_text(ft_unit_divide(one, mm)), "m-1");
    ck_assert_ptr_eq(ft_unit_power(mm, 2), m2);
    ck_assert_ptr_eq(ft_unit_power(mm, 1), mm);
    ck_assert_ptr_eq(ft_unit_power(mm, 0), one);
    ck_assert_ptr_null(ft_unit_power(mm, 100));
    ck_assert_ptr_eq(ft_unit_power(one, 1000000), one);
    ck_assert_str_eq(ft_unit_text(ft_unit_root(m2, 2)), "m");
    ck_assert_ptr_null(ft_unit_root(mm, 2));
    ck_assert_ptr_null(ft_unit_root(mm, 0));
    ck_assert_ptr_null(ft_unit_multiply(degc, mm));
    ck_assert_ptr_null(ft_unit_power(degc, 2));
    ck_assert_str_eq(ft_unit_text(ft_unit_si(degc)), "K");
    ck_assert(ft_unit_has_offset(degc));
    ck_assert(!ft_unit_has_offset(mm));
    ck_assert_double_eq_tol(ft_unit_from_si(degc, 300), 26.85, 1e-12);
}
END_TEST

START_TEST(unit_times_its_inverse_is_dimensionless)
{
    const struct ft_unit *u = ft_unit_parse("rad/s", NULL);
    const struct ft_unit *s = ft_unit_parse("s", NULL);

    ck_assert(ft_unit_same_dimension(ft_unit_multiply(u, s), ft_unit_one()));
    ck_assert(
        ft_unit_same_dimension(ft_unit_multiply(u, ft_unit_parse("m", NULL)),
                               ft_unit_parse("m/s", NULL)));
}
END_TEST

/* The units that need no database against the same ones out of it: a name that
 * only the database has sends the whole text there. */
static const char *const common[] = {
    "g",       "mg",      "t",      "km",      "dm",   "cm",  "mm",
    "um",      "nm",      "ms",     "us",      "ns",   "sec", "second",
    "seconds", "min",     "minute", "minutes", "h",    "hr",  "hour",
    "hours",   "d",       "day",    "days",    "mA",   "mK",  "kelvin",
    "degC",    "celsius", "kmol",   "mmol",    "Hz",   "kHz", "MHz",
    "GHz",     "N",       "kN",     "MN",      "mN",   "Pa",  "hPa",
    "kPa",     "MPa",     "GPa",    "bar",     "mbar", "J",   "kJ",
    "MJ",      "mJ",      "W",      "mW",      "kW",   "MW",  "GW",
    "C",       "V",       "mV",     "kV",      "F",    "ohm", "S",
    "Wb",      "T",       "H",      "l",       "L",    "ml",  "degree",
    "%",       "percent", "ppm",    "m",       "kg",   "s",   "A",
    "K",       "mol",     "cd",     "rad",     "byte", "B",   "GiB",
    "bit",     "kWh",     "mph",    "deg",
};

START_TEST(common_units_agree_with_the_database)
{
    struct ft_str text = FT_STR_INIT;
    struct ft_err err = { 0 };
    const struct ft_unit *small, *full;
    double a, b;

    ft_str_addf(&text, "(%s).furlong/furlong", common[_i]);
    small = ft_unit_parse(common[_i], &err);
    ck_assert_msg(small != NULL, "%s", err.msg);
    full = ft_unit_parse(text.s, &err);
    ck_assert_msg(full != NULL, "%s", err.msg);
    ck_assert(ft_unit_same_dimension(small, full));
    a = ft_unit_to_si(small, 1) - ft_unit_to_si(small, 0);
    b = ft_unit_to_si(full, 1);
    ck_assert_double_eq_tol(a, b, fabs(b) * 1e-13);
    ft_str_release(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("quantity");
    TCase *tc = tcase_create("quantity");

    tcase_add_loop_test(tc, good_rows, 0, FT_ARRAY_LEN(good));
    tcase_add_test(tc, decimal_prefixes_are_exact);
    tcase_add_loop_test(tc, bad_rows, 0, FT_ARRAY_LEN(bad));
    tcase_add_test(tc, unit_length_at_the_limit_and_one_past);
    tcase_add_loop_test(tc, needed_rows, 0, FT_ARRAY_LEN(needed));
    tcase_add_test(tc, units_are_interned_and_combined);
    tcase_add_test(tc, unit_times_its_inverse_is_dimensionless);
    tcase_add_loop_test(tc, common_units_agree_with_the_database, 0,
                        FT_ARRAY_LEN(common));
    suite_add_tcase(suite, tc);
    return unit_main(suite);
}
