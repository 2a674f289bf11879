/* flood.h - the state of a flood calculation and the parts that work on it
 *
 * Depth h and discharge per width (qx, qy) at the cells of a raster, which are
 * its points with half a spacing around them; local inertia has discharges at
 * their western and southern faces.  Ranks hold strips of whole rows with
 * FLOOD_HALO rows more on both sides.  share/doc/modules/env.flood.md has
 * the equations.  Everything here is collective unless it says otherwise.
 */
#ifndef FLOOD_FLOOD_H
#define FLOOD_FLOOD_H

#include "flood/case.h"
#include "flood/kernel.h"
#include "stage/image.h"
#include "stage/stage.h"

#define FLOOD_PAD 8 /* columns in front of a row; keeps rows aligned */
#define FLOOD_STATES 3
/* bed, roughness, states, peaks, infiltration */
#define FLOOD_ARRAYS (2 + 3 * FLOOD_STATES + 4 + 1)

/* My part of the raster. */
struct flood_grid {
    struct stg_raster raster;
    int64_t nx, ny;       /* mine; nx is the raster's */
    int64_t first_row;
    int64_t stride, size; /* of a row and of an array, in numbers */
    int tiles_x, tiles_y;
    double area;          /* of a cell, m2 */
    int64_t n_inside;     /* cells of the domain, of all ranks */
    int south, north;     /* ranks beside me, or MPI_PROC_NULL */

    double *z;            /* bed, m; beyond the domain high above it */
    double *drag;         /* g n2, or NULL: the same everywhere */
    uint8_t *inside;      /* the cell belongs to the domain */
};

/* A boundary face, an inflow or the end of a structure, in one of my cells. */
struct flood_target {
    int64_t cell;
    int tile;
    enum { FLOOD_EDGE, FLOOD_INFLOW, FLOOD_LINK } kind;
    int which;   /* boundary (-1: wall), inflow or structure */
    int axis;    /* edge: 0 x, 1 y */
    double sign; /* edge: outward, +1 or -1; link: the other end's share */
    double drop; /* edge: how much the bed falls towards it, m */
    double most; /* of the cell's water that it may take in a step */
};

/* A cell whose state all ranks know: of gauges and structures. */
struct flood_spot {
    int64_t cell; /* mine, or -1 */
    double h, qx, qy, z;
    double left; /* m that structures take from, and how much of it at most */
    double most;
};

struct flood {
    struct stg_task *task;
    MPI_Comm comm;
    struct flood_case c;
    struct flood_grid grid;
    const struct flood_kernel *kernel;
    void *block[FLOOD_ARRAYS]; /* the memory of all arrays of cells */
    int n_blocks;

    struct flood_state state[FLOOD_STATES]; /* [0]: now */
    char *dirty[FLOOD_STATES]; /* by tile: may hold something else than 0 */
    char *wet;                 /* by tile: there is water in state[0] */
    char *active;              /* by tile: wet, or beside one that is */
    struct flood_peaks peaks;
    double *soaked;            /* m that the ground has taken up, or NULL */

    struct flood_target *target; /* in the order of tiles and cells */
    struct flood_source *source; /* what they come to in this stage */
    size_t n_targets, *tile_target; /* [tiles + 1] */
    double *faces;             /* by boundary: m of all its faces */
    double source_rate;        /* largest (|u| + c) / dx at boundaries, 1/s */
    struct flood_spot *spot;   /* gauges, then both ends of structures */
    double *flow;              /* by structure: m3/s now */

    double time_s, dt_s;
    double rate;               /* largest (|u| + c) / dx of state[0], 1/s */
    int64_t steps, repeated;
    int64_t reports;           /* rows of the tables so far */

    /* Volumes since the beginning, m3, on each rank its own part: inflows,
     * boundaries (into the domain), structures, rain, infiltration. */
    double *volume, *pending;
    size_t n_volumes;
    double volume_0;           /* at the beginning, of all ranks */
    double *row;               /* the balance so far */
    double *gauge_row;
};

/* Columns of flood->row. */
enum {
    FLOOD_TIME, FLOOD_STEP, FLOOD_DT, FLOOD_VOLUME, FLOOD_IN, FLOOD_OUT,
    FLOOD_RAIN, FLOOD_SOAKED, FLOOD_ERROR, FLOOD_DEPTH, FLOOD_AREA,
    FLOOD_FAST, FLOOD_COLUMNS
};
/* Columns of flood->gauge_row, for each gauge. */
enum {
    FLOOD_G_DEPTH, FLOOD_G_LEVEL, FLOOD_G_U, FLOOD_G_V, FLOOD_G_COLUMNS
};

/* setup.c: terrain, roughness, initial water. */
PetscErrorCode flood_setup(struct flood *f);
void flood_release(struct flood *f);
/* Index of a cell of my strip; rows and columns of the halo may be asked. */
static inline int64_t flood_at(const struct flood_grid *g, int64_t i,
                               int64_t j)
{
    return (j + FLOOD_HALO) * g->stride + FLOOD_PAD + i;
}
static inline int flood_tile_of(const struct flood_grid *g, int64_t i,
                                int64_t j)
{
    return (int)(j / FLOOD_TILE_Y) * g->tiles_x + (int)(i / FLOOD_TILE_X);
}
/* Column and row of the whole raster that hold a place; not collective. */
bool flood_find(const struct flood_grid *g, double x, double y, int64_t *i,
                int64_t *j);

/* halo.c: the rows of my neighbours. */
PetscErrorCode flood_exchange(struct flood *f, struct flood_state *s);

/* targets.c: where boundaries, inflows and structures act. */
PetscErrorCode flood_find_targets(struct flood *f);
/* sources.c: what they do in a step that begins with 'from', when depths 'left'
 * are there to take from; 'share' of it counts. */
PetscErrorCode flood_find_sources(struct flood *f,
                                  const struct flood_state *from,
                                  const double *left, double dt_s,
                                  double share);
/* inertial.c: from discharges of cells to those of faces. */
void flood_set_faces(struct flood *f);
/* State 0 by cell, with what edges let through in the step before.  Depths are
 * its own; discharges may be in state 1.  Valid until the next step. */
struct flood_state flood_cells(struct flood *f);
/* Of the face opposite to that of an edge: how much the surface falls towards
 * the edge, m, and the velocity towards it, m/s. */
double flood_inner_drop(const struct flood *f, const struct flood_target *t);
double flood_inner_velocity(const struct flood *f,
                            const struct flood_target *t);
/* What sources do to state 0 in a step, added to the new depths 'h'. */
PetscErrorCode flood_add_sources(struct flood *f, double *h, double dt_s);
/* rain.c: rain and infiltration, after a step. */
PetscErrorCode flood_rain(struct flood *f, double dt_s);

/* step.c: one step of at most 'most_s'. */
PetscErrorCode flood_step(struct flood *f, double most_s);
PetscErrorCode flood_find_rate(struct flood *f);
/* Let the state at the end count for the peaks; kernels see old ones only. */
void flood_end_peaks(struct flood *f);
/* Which tiles there is water in. */
void flood_find_wet(struct flood *f);
/* A step that would take longer brings in too much at once. */
double flood_longest_step(const struct flood *f);

/* march.c: until the end. */
PetscErrorCode flood_march(struct flood *f);

/* report.c: a row of both tables. */
PetscErrorCode flood_report(struct flood *f);
PetscErrorCode flood_volume(struct flood *f, double *volume, double *depth,
                            double *area);
/* The state of all spots, and what is 'left' there, on all ranks. */
PetscErrorCode flood_look(struct flood *f, const struct flood_state *from,
                          const double *left);

/* write.c: the tables and images. */
PetscErrorCode flood_write(struct flood *f);

/* checkpoint.c */
PetscErrorCode flood_checkpoint(struct flood *f);
PetscErrorCode flood_restart(struct flood *f, const char *path);

#endif
