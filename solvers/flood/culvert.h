/* culvert.h - what a pipe or a box under a road lets through
 *
 * After the Federal Highway Administration's Hydraulic Design Series 5 (HDS-5):
 * of inlet and outlet control counts what needs the higher water before the
 * culvert.  share/doc/modules/env.flood.md has the equations.
 */
#ifndef FLOOD_CULVERT_H
#define FLOOD_CULVERT_H

#include <stdbool.h>

/* A shape of the inlet: table A.1 of HDS-5; the loss: table C.2. */
struct flood_entrance {
    const char *name;
    bool box;
    double k, m;  /* free surface at the inlet */
    double c, y;  /* inlet under water */
    double slope; /* how the barrel's slope counts */
    double loss;  /* of velocity heads */
};

struct flood_culvert {
    double diameter;      /* m; 0: a box */
    double width, height; /* m, of a box */
    double length;        /* m */
    double manning;       /* s m^-1/3 */
    int barrels;
    const struct flood_entrance *entrance;
};

/* NULL: none of that name. */
const struct flood_entrance *flood_entrance(const char *name);

/* m3/s, never negative, when water stands 'head' m above the bottom of the
 * inlet and 'tail' m above that of the outlet (or below), which is 'fall' m
 * lower. */
double flood_culvert_flow(const struct flood_culvert *c, double head,
                          double tail, double fall);

#endif
