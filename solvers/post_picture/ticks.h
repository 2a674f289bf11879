/* ticks.h - round numbers along an axis
 */
#ifndef PICTURE_TICKS_H
#define PICTURE_TICKS_H

#include <stdbool.h>

#define TICKS_MAX 24

struct ticks {
    int n;
    double at[TICKS_MAX], step; /* step of the digits; log: 0 */
};

struct scale {
    double from, to; /* from < to; log: both positive */
    bool log;
};

/* About 'wanted' numbers from 'from' to 'to'. */
void ticks_find(const struct scale *scale, int wanted, struct ticks *ticks);
/* Where a value is: 0 at from, 1 at to. */
double scale_at(const struct scale *scale, double x);
/* Widened to both sides, so that nothing lies on the frame. */
void scale_widen(struct scale *scale);

#endif
