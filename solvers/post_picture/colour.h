/* colour.h - colours of values, evenly spaced for the eye
 */
#ifndef PICTURE_COLOUR_H
#define PICTURE_COLOUR_H

struct colour {
    double r, g, b; /* sRGB, 0 to 1 */
};

enum colour_map { COLOUR_SEQUENTIAL, COLOUR_DIVERGING };

/* 's' from 0 to 1.  Lightness in OKLab is linear in s: sequential from 0.25 to
 * 0.93 while the hue turns from violet through green to yellow; diverging from
 * 0.45 (blue) to 0.95 in the middle and back to 0.45 (red). */
struct colour colour_of(enum colour_map map, double s);

/* The same, for speed: entry i is that of s = i / (COLOUR_TABLE - 1). */
#define COLOUR_TABLE 1024
void colour_table(enum colour_map map, struct colour table[COLOUR_TABLE]);

/* Of things without a value; neighbours differ. */
struct colour colour_of_group(int i);

#endif
