/* ticks.c - 1, 2 and 5 times powers of ten */
#include "post_picture/ticks.h"

#include <math.h>

static void find_linear(const struct scale *scale, int wanted,
                        struct ticks *ticks)
{
    double raw = (scale->to - scale->from) / wanted;
    double base = pow(10, floor(log10(raw))), part = raw / base;
    double first;

    ticks->step = base * (part <= 1.001 ? 1 : part <= 2.001 ? 2
                          : part <= 5.001 ? 5 : 10);
    first = ceil(scale->from / ticks->step - 1e-9);
    for (ticks->n = 0; ticks->n < TICKS_MAX; ticks->n++) {
        double x = (first + ticks->n) * ticks->step;

        if (x > scale->to + 1e-9 * ticks->step)
            return;
        ticks->at[ticks->n] = x;
    }
}

/* Powers of ten, every second or third of many. */
static void find_powers(const struct scale *scale, int wanted,
                        struct ticks *ticks)
{
    int first = (int)ceil(log10(scale->from) - 1e-9);
    int last = (int)floor(log10(scale->to) + 1e-9);
    int every = (last - first) / wanted + 1;

    ticks->n = 0;
    ticks->step = 0;
    for (int i = first; i <= last && ticks->n < TICKS_MAX; i += every)
        ticks->at[ticks->n++] = pow(10, i);
}

void ticks_find(const struct scale *scale, int wanted, struct ticks *ticks)
{
    if (scale->log)
        find_powers(scale, wanted, ticks);
    if (!scale->log || ticks->n < 2)
        find_linear(scale, wanted, ticks);
}

double scale_at(const struct scale *scale, double x)
{
    if (scale->log)
        return log(x / scale->from) / log(scale->to / scale->from);
    return (x - scale->from) / (scale->to - scale->from);
}

void scale_widen(struct scale *scale)
{
    double by = 0.04 * (scale->to - scale->from);

    if (scale->log) {
        double factor = pow(scale->to / scale->from, 0.04);

        scale->from /= factor > 1 ? factor : 2;
        scale->to *= factor > 1 ? factor : 2;
        return;
    }
    if (!(by > 0))
        by = fmax(0.05 * fabs(scale->from), 1e-12);
    scale->from -= by;
    scale->to += by;
}
