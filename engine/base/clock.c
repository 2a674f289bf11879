/* clock.c - the only place that asks for the time */
#include "base/clock.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"

#define NS_PER_S 1000000000

static int64_t read_clock(clockid_t id)
{
    struct timespec ts;

    if (clock_gettime(id, &ts) < 0)
        FT_BUG("no clock %d", (int)id);
    return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

int64_t ft_clock_now_ns(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t ft_clock_mono_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

void ft_time_text(int64_t ns, char text[FT_TIME_TEXT])
{
    int64_t s = ns / NS_PER_S, rest = ns % NS_PER_S;
    time_t t;
    struct tm tm;
    size_t len;

    if (rest < 0) { /* before 1970: round down, as for any other instant */
        rest += NS_PER_S;
        s--;
    }
    t = (time_t)s;
    if (!gmtime_r(&t, &tm))
        FT_BUG("instant out of range");
    len = strftime(text, FT_TIME_TEXT, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(text + len, FT_TIME_TEXT - len, ".%06dZ", (int)(rest / 1000));
}

/* --- reading -------------------------------------------------------------- */

/* Exactly 'n' digits, then go behind them. */
static bool take_digits(const char **at, int n, int *value)
{
    *value = 0;
    for (int i = 0; i < n; i++) {
        if (!isdigit((unsigned char)(*at)[i]))
            return false;
        *value = *value * 10 + (*at)[i] - '0';
    }
    *at += n;
    return true;
}

static bool take_char(const char **at, char c)
{
    if (**at != c)
        return false;
    ++*at;
    return true;
}

static bool take_date(const char **at, struct tm *tm)
{
    static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30,
                                31 };
    bool leap;

    if (!take_digits(at, 4, &tm->tm_year) || !take_char(at, '-') ||
        !take_digits(at, 2, &tm->tm_mon) || !take_char(at, '-') ||
        !take_digits(at, 2, &tm->tm_mday) || tm->tm_year < 1970 ||
        tm->tm_year > 2200 || tm->tm_mon < 1 || tm->tm_mon > 12 ||
        tm->tm_mday < 1 || tm->tm_mday > days[tm->tm_mon - 1])
        return false;
    leap = tm->tm_year % 4 == 0 &&
           (tm->tm_year % 100 != 0 || tm->tm_year % 400 == 0);
    if (tm->tm_mon == 2 && tm->tm_mday == 29 && !leap)
        return false;
    tm->tm_year -= 1900;
    tm->tm_mon--;
    return true;
}

/* ".25": nanoseconds; what is finer is cut. */
static bool take_fraction(const char **at, int64_t *ns)
{
    int64_t unit = NS_PER_S / 10;

    *ns = 0;
    if (!take_char(at, '.'))
        return true;
    if (!isdigit((unsigned char)**at))
        return false;
    for (; isdigit((unsigned char)**at); ++*at, unit /= 10)
        *ns += unit * (**at - '0');
    return true;
}

static bool take_clock(const char **at, struct tm *tm, int64_t *ns)
{
    if (!take_digits(at, 2, &tm->tm_hour) || !take_char(at, ':') ||
        !take_digits(at, 2, &tm->tm_min) || tm->tm_hour > 23 ||
        tm->tm_min > 59)
        return false;
    if (!take_char(at, ':'))
        return true;
    return take_digits(at, 2, &tm->tm_sec) && tm->tm_sec <= 59 &&
           take_fraction(at, ns);
}

/* "Z", "+01:00": seconds that the clock there is ahead of UTC. */
static bool take_zone(const char **at, int *ahead_s)
{
    int sign = **at == '-' ? -1 : 1, h, m;

    *ahead_s = 0;
    if (take_char(at, 'Z'))
        return true;
    if (!take_char(at, '+') && !take_char(at, '-'))
        return false;
    if (!take_digits(at, 2, &h) || !take_char(at, ':') ||
        !take_digits(at, 2, &m) || h > 23 || m > 59)
        return false;
    *ahead_s = sign * (h * 3600 + m * 60);
    return true;
}

int ft_time_parse(const char *text, int64_t *ns)
{
    struct tm tm = { 0 };
    int64_t fraction_ns = 0;
    int ahead_s = 0;

    if (!take_date(&text, &tm))
        return -1;
    if (take_char(&text, 'T') &&
        (!take_clock(&text, &tm, &fraction_ns) ||
         !take_zone(&text, &ahead_s)))
        return -1;
    if (*text)
        return -1;
    *ns = ((int64_t)timegm(&tm) - ahead_s) * NS_PER_S + fraction_ns;
    return 0;
}
