/* colour.c - paths through OKLab (B. Ottosson, A perceptual color space for
 * image processing, 2020), in which equal steps look equal */
#include "post_picture/colour.h"

#include <math.h>
#include <stdbool.h>

static double encode(double linear)
{
    return linear <= 0.0031308 ? 12.92 * linear
                               : 1.055 * pow(linear, 1 / 2.4) - 0.055;
}

/* From lightness, chroma and hue; false when sRGB does not have it. */
static bool to_rgb(double lightness, double chroma, double hue,
                   struct colour *colour)
{
    double a = chroma * cos(hue), b = chroma * sin(hue);
    double l = pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
    double m = pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
    double s = pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3);
    double rgb[3] = {
        4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
        -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
        -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s,
    };

    for (int i = 0; i < 3; i++)
        if (!(rgb[i] >= 0 && rgb[i] <= 1))
            return false;
    *colour = (struct colour){ encode(rgb[0]), encode(rgb[1]),
                               encode(rgb[2]) };
    return true;
}

/* With as much of the chroma as sRGB has. */
static struct colour nearest(double lightness, double chroma, double hue)
{
    struct colour colour = { 0, 0, 0 };
    double lo = 0, hi = chroma;

    if (to_rgb(lightness, chroma, hue, &colour))
        return colour;
    for (int i = 0; i < 20; i++) {
        double mid = (lo + hi) / 2;

        if (to_rgb(lightness, mid, hue, &colour))
            lo = mid;
        else
            hi = mid;
    }
    (void)to_rgb(lightness, lo, hue, &colour);
    return colour;
}

static double degrees(double angle)
{
    return angle * M_PI / 180;
}

struct colour colour_of(enum colour_map map, double s)
{
    s = fmin(fmax(s, 0), 1);
    if (map == COLOUR_SEQUENTIAL) /* chroma a little below what sRGB has */
        return nearest(0.25 + 0.68 * s,
                       0.115 + 0.06 * s * s * s - 0.03 * pow(sin(M_PI * s), 2),
                       degrees(300 - 195 * s));
    return nearest(0.95 - fabs(2 * s - 1) * 0.5, fabs(2 * s - 1) * 0.16,
                   degrees(s < 0.5 ? 258 : 28));
}

void colour_table(enum colour_map map, struct colour table[COLOUR_TABLE])
{
    for (int i = 0; i < COLOUR_TABLE; i++)
        table[i] = colour_of(map, i / (COLOUR_TABLE - 1.));
}

struct colour colour_of_group(int i)
{
    return nearest(i % 2 ? 0.66 : 0.78, 0.11, degrees(250 + 137.508 * i));
}
