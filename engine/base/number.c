/* number.c - the fewest digits that read back as the same number */
#include "base/number.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 17 /* always enough for a double */
#define WHOLE_MAX 9007199254740992.0 /* 2^53: all below are exact */

/* x = 0.d1d2d3... times 10 to the power of 'point' */
struct decimal {
    char digit[DIGITS_MAX + 1];
    int n, point;
};

/* Round 'x' > 0 to 'n' digits. */
static void round_to(double x, int n, struct decimal *dec)
{
    char text[32];
    const char *e;

    snprintf(text, sizeof(text), "%.*e", n - 1, x);
    e = strchr(text, 'e');
    dec->digit[0] = text[0];
    memcpy(dec->digit + 1, text + 2, n > 1 ? (size_t)n - 1 : 0);
    dec->digit[n] = '\0';
    dec->n = n;
    dec->point = (int)strtol(e + 1, NULL, 10) + 1;
}

/* Add one to the last digit. */
static void bump(struct decimal *dec)
{
    int i = dec->n - 1;

    while (i >= 0 && dec->digit[i] == '9')
        dec->digit[i--] = '0';
    if (i >= 0) {
        dec->digit[i]++;
    } else {
        dec->digit[0] = '1';
        dec->point++;
    }
}

static bool reads_back(double x, const struct decimal *dec)
{
    char text[32];

    snprintf(text, sizeof(text), "0.%se%d", dec->digit, dec->point);
    return strtod(text, NULL) == x;
}

/* Does 'x' have a decimal of 'n' digits?  Below a power of two the doubles are
 * twice as dense as above it, so there the decimal next above may read back
 * although the nearest one does not. */
static bool fits(double x, int n, struct decimal *dec)
{
    int exponent;

    round_to(x, n, dec);
    if (reads_back(x, dec))
        return true;
    if (frexp(x, &exponent) != 0.5)
        return false;
    bump(dec);
    return reads_back(x, dec);
}

/* Fifteen digits survive the way through a normal double, so a shorter text
 * shows up as zeros at the end; a subnormal holds fewer. */
static void shortest(double x, struct decimal *dec)
{
    int n = x < DBL_MIN ? 1 : DBL_DIG;

    while (n < DIGITS_MAX && !fits(x, n, dec))
        n++;
    if (n == DIGITS_MAX)
        round_to(x, n, dec);
    while (dec->n > 1 && dec->digit[dec->n - 1] == '0')
        dec->digit[--dec->n] = '\0';
}

static void add_zeros(int n, struct ft_str *out)
{
    while (n-- > 0)
        ft_str_addc(out, '0');
}

/* ECMA-262, Number::toString, radix 10. */
void ft_number_text(double x, struct ft_str *out)
{
    struct decimal dec;
    int k, n;

    if (!isfinite(x)) {
        ft_str_add(out, isnan(x) ? "nan" : x > 0 ? "inf" : "-inf");
        return;
    }
    if (fabs(x) <= WHOLE_MAX && x == (double)(int64_t)x) {
        ft_str_addi(out, (int64_t)x);
        return;
    }
    if (x < 0)
        ft_str_addc(out, '-');
    shortest(fabs(x), &dec);
    k = dec.n;
    n = dec.point;
    if (k <= n && n <= 21) {
        ft_str_add(out, dec.digit);
        add_zeros(n - k, out);
    } else if (0 < n && n <= 21) {
        ft_str_addf(out, "%.*s.%s", n, dec.digit, dec.digit + n);
    } else if (-6 < n && n <= 0) {
        ft_str_add(out, "0.");
        add_zeros(-n, out);
        ft_str_add(out, dec.digit);
    } else {
        ft_str_addc(out, dec.digit[0]);
        if (k > 1)
            ft_str_addf(out, ".%s", dec.digit + 1);
        ft_str_addf(out, "e%+d", n - 1);
    }
}
