/* culvert.c - inlet and outlet control of culverts, after HDS-5 */
#include "flood/culvert.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define G 9.81
#define SI 1.811   /* makes HDS-5's numbers of m and m3/s those of feet */
#define FREE 3.5   /* up to here the inlet has a free surface, ... */
#define DROWNED 4.0 /* ... from here on it is under water */
#define HALVINGS 50

static const struct flood_entrance entrances[] = {
    { "concrete_headwall", false, 0.0098, 2, 0.0398, 0.67, -0.5, 0.5 },
    { "concrete_groove_headwall", false, 0.0018, 2, 0.0292, 0.74, -0.5, 0.2 },
    { "concrete_groove_projecting", false, 0.0045, 2, 0.0317, 0.69, -0.5,
      0.2 },
    { "metal_headwall", false, 0.0078, 2, 0.0379, 0.69, -0.5, 0.5 },
    { "metal_mitered", false, 0.0210, 1.33, 0.0463, 0.75, 0.7, 0.7 },
    { "metal_projecting", false, 0.0340, 1.5, 0.0553, 0.54, -0.5, 0.9 },
    { "box_wingwalls_30_to_75", true, 0.026, 1, 0.0347, 0.81, -0.5, 0.4 },
    { "box_wingwalls_90_or_15", true, 0.061, 0.75, 0.0400, 0.80, -0.5, 0.5 },
    { "box_wingwalls_0", true, 0.061, 0.75, 0.0423, 0.82, -0.5, 0.7 },
};

const struct flood_entrance *flood_entrance(const char *name)
{
    for (size_t i = 0; i < sizeof(entrances) / sizeof(entrances[0]); i++)
        if (strcmp(entrances[i].name, name) == 0)
            return &entrances[i];
    return NULL;
}

/* --- the barrel ----------------------------------------------------------- */

struct section {
    double area, top, radius; /* m2, width of the surface, hydraulic radius */
};

static double rise_of(const struct flood_culvert *c)
{
    return c->diameter > 0 ? c->diameter : c->height;
}

/* Of water of a depth up to the rise.  The radius is at most that of the full
 * barrel, whose top is wet: deeper water must not flow worse. */
static struct section section(const struct flood_culvert *c, double depth)
{
    double d = c->diameter, w = c->width, x, angle;

    if (!(d > 0))
        return (struct section){
            .area = w * depth, .top = w,
            .radius = fmin(w * depth / (w + 2 * depth),
                           0.5 * w * c->height / (w + c->height)),
        };
    x = fmax(1 - 2 * depth / d, -1);
    angle = acos(x);
    return (struct section){
        .area = 0.25 * d * d * (angle - x * sin(angle)),
        .top = d * sin(angle),
        .radius = 0.25 * d * fmin(1 - x * sin(angle) / angle, 1),
    };
}

/* At most the rise. */
static double critical_depth(const struct flood_culvert *c, double q)
{
    double low = 0, high = rise_of(c);

    for (int i = 0; i < HALVINGS; i++) {
        double mid = 0.5 * (low + high);
        struct section s = section(c, mid);

        if (G * s.area * s.area * s.area < q * q * s.top)
            low = mid;
        else
            high = mid;
    }
    return high;
}

/* --- the water before it -------------------------------------------------- */

/* Water over the bottom of the inlet, by the rise, for
 * x = SI q / (A sqrt D). */
static double free_inlet(const struct flood_culvert *c, double x, double slope)
{
    const struct flood_entrance *e = c->entrance;
    double rise = rise_of(c), full = section(c, rise).area;
    double q = x * full * sqrt(rise) / SI, y = critical_depth(c, q);
    double v = q > 0 ? q / section(c, y).area : 0;

    return (y + 0.5 * v * v / G) / rise + e->k * pow(x, e->m) +
           e->slope * slope;
}

static double drowned_inlet(const struct flood_entrance *e, double x,
                            double slope)
{
    return e->c * x * x + e->y + e->slope * slope;
}

static double inlet_control(const struct flood_culvert *c, double q,
                            double slope)
{
    double rise = rise_of(c), a, b;
    double x = SI * q / (section(c, rise).area * sqrt(rise));

    if (x <= FREE)
        return rise * free_inlet(c, x, slope);
    if (x >= DROWNED)
        return rise * drowned_inlet(c->entrance, x, slope);
    a = free_inlet(c, FREE, slope);
    b = drowned_inlet(c->entrance, DROWNED, slope);
    return rise * (a + (b - a) * (x - FREE) / (DROWNED - FREE));
}

/* Water in the barrel stands as high as before it, at most to its top: the
 * whole section, as HDS-5 has it, from there on. */
static double outlet_control(const struct flood_culvert *c, double q,
                             double head, double tail, double fall)
{
    double depth = fmin(head, rise_of(c)), n = c->manning;
    struct section s = section(c, depth);
    double v = q / s.area;
    double out = fmax(tail, 0.5 * (critical_depth(c, q) + depth));
    double heads = 1 + c->entrance->loss +
                   2 * G * n * n * c->length / pow(s.radius, 4.0 / 3);

    return out + heads * 0.5 * v * v / G - fall;
}

double flood_culvert_flow(const struct flood_culvert *c, double head,
                          double tail, double fall)
{
    double low = 0, high = sqrt(2 * G * fmax(head + fall, 0));

    if (!(head > 0) || !(head + fall > fmax(tail, 0)))
        return 0;
    high *= section(c, fmin(head, rise_of(c))).area;
    for (int i = 0; i < HALVINGS; i++) {
        double q = 0.5 * (low + high);

        if (fmax(inlet_control(c, q, fall / c->length),
                 outlet_control(c, q, head, tail, fall)) > head)
            high = q;
        else
            low = q;
    }
    return low * c->barrels;
}
