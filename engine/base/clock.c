/* clock.c - the only place that asks for the time */
#include "base/clock.h"

#include <stdio.h>
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
