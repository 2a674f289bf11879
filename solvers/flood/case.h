/* case.h - what a task asks of env.flood, checked */
#ifndef FLOOD_CASE_H
#define FLOOD_CASE_H

#include "flood/culvert.h"
#include "flood/series.h"
#include "stage/stage.h"

#define FLOOD_G 9.81 /* m/s2 */

enum flood_scheme { FLOOD_FIRST, FLOOD_SECOND, FLOOD_INERTIAL };

enum flood_soil { FLOOD_NO_SOIL, FLOOD_CONSTANT, FLOOD_HORTON,
                  FLOOD_GREEN_AMPT };

struct flood_inflow {
    char name[64];
    double x, y, x2, y2;        /* m; one place twice: a point */
    struct flood_series discharge; /* m3/s */
};

enum flood_edge { FLOOD_WALL, FLOOD_FREE, FLOOD_FALL, FLOOD_LEVEL,
                  FLOOD_DISCHARGE };

struct flood_boundary {
    char name[64];
    int side;                   /* 0 west, 1 east, 2 south, 3 north, 4 all */
    double from, to;            /* m, along the side */
    enum flood_edge kind;
    struct flood_series series; /* level in m, or m3/s */
};

/* A weir, with 'height' an opening, or a culvert, between two cells. */
struct flood_structure {
    char name[64];
    double x, y, x2, y2;
    bool flap;                  /* nothing flows back to the first end */
    double crest, width;        /* m */
    double height;              /* m; infinite: open above */
    double coefficient;         /* of the weir, m^0.5/s */
    bool is_culvert;            /* 'crest' is its bottom at the first end */
    double crest2;              /* m; and at the second one */
    struct flood_culvert culvert;
};

struct flood_wall {
    double x, y, x2, y2;
    double crest;               /* m */
};

struct flood_gauge {
    char name[64];
    double x, y;
};

struct flood_case {
    enum flood_scheme scheme;
    double cfl, longest_s;
    double theta;               /* of local inertia */
    double end_s, report_s, checkpoint_s;
    double dry, wet;
    double manning;             /* s m^-1/3; NAN: by cell */
    double debris[2], deep;
    double level;               /* m; NAN: none given */
    const char *kernel;         /* or NULL */

    bool rains;
    struct flood_series rain;   /* m/s */
    enum flood_soil soil;
    double soil_rate;           /* m/s: constant, final, conductivity */
    double soil_initial;        /* m/s, Horton */
    double soil_decay;          /* 1/s, Horton */
    double soil_suction, soil_deficit; /* m, 1: Green-Ampt */

    struct flood_inflow *inflow;
    struct flood_boundary *boundary;
    struct flood_structure *structure;
    struct flood_wall *wall;
    struct flood_gauge *gauge;
    size_t n_inflows, n_boundaries, n_structures, n_walls, n_gauges;
};

/* Collective.  On failure release what was read, too. */
PetscErrorCode flood_case_read(struct stg_task *task, struct flood_case *c);
void flood_case_release(struct flood_case *c);

#endif
