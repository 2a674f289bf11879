/* kernel.h - the inner loops of the shallow-water scheme
 *
 * A kernel advances the cells of one tile by one forward step.  There is one
 * compiled for each instruction set; all of them do the same operations in the
 * same order on each cell and fuse the same products, so they give the same
 * bits.  On an x86 processor without fused products "generic" is the only one,
 * and rounds once more.
 */
#ifndef FLOOD_KERNEL_H
#define FLOOD_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#define FLOOD_TILE_X 256 /* cells; what a tile needs fits the first caches */
#define FLOOD_TILE_Y 64
#define FLOOD_HALO 3     /* cells around a strip that kernels may read */

/* Kernels take whole vectors: what is behind a row up to a multiple of
 * FLOOD_ALIGN cells is computed, too, and stays 0 where it is beyond the
 * domain. */
#define FLOOD_ALIGN 8

/* The share of a cell's water that may leave it in a step where that is
 * limited; rounding must not make the rest negative. */
#define FLOOD_MOST (1 - 1e-14)

/* What else changes a cell in a step, already times dt: boundaries, inflows. */
struct flood_source {
    int64_t cell;       /* index into the arrays */
    double h, qx, qy;   /* m, m2/s */
};

/* Depth and discharge per width, by cell; of local inertia by its western and
 * its southern face. */
struct flood_state {
    double *h, *qx, *qy; /* m, m2/s */
};

/* The largest values so far, by cell. */
struct flood_peaks {
    double *depth;   /* m */
    double *speed2;  /* m2/s2 */
    double *hazard;  /* m2/s */
    double *arrival; /* s; infinite: not yet */
    double wet;      /* m; deeper cells count for speed, hazard, arrival */
    double debris[2]; /* of shallow and of deep water */
    double deep;      /* m; where deep water begins */
};

struct flood_tile {
    int64_t first;  /* index of its first cell */
    int64_t stride; /* from one row to the next */
    int nx, ny;     /* at most FLOOD_TILE_X, FLOOD_TILE_Y */

    double dt, dx, dy, g;
    double dry;     /* m; cells up to this depth do not move */
    double theta;   /* local inertia: how much a face's own discharge counts */
    double time_s;  /* of 'old' */
    const double *z;    /* m */
    const double *drag; /* g n2 by cell; NULL: drag_all everywhere */
    double drag_all;

    struct flood_state old, new;
    /* Second stage: the result is the mean of this and of the step. */
    struct flood_state mean; /* .h NULL: none */
    struct flood_peaks *peaks; /* updated with 'old'; NULL: not wanted, nor
                                * is 'rate' */
    /* In the order of cells; not for local inertia. */
    const struct flood_source *source;
    size_t n_sources;

    /* Results. */
    double rate;  /* largest (|u| + c) / dx in 'old', 1/s; local inertia: c / dx
                   * in 'new' */
    double depth; /* largest in 'new' */
    int bad;      /* a new depth is negative or not a number */
};

struct flood_kernel {
    const char *name; /* "avx512", "avx2", "generic" */
    void (*first)(struct flood_tile *tile);
    void (*second)(struct flood_tile *tile);
    void (*inertial)(struct flood_tile *tile);
};

/* The best one that this processor runs, or the one of that name; NULL when
 * there is none such. */
const struct flood_kernel *flood_kernel(const char *name);

extern const struct flood_kernel flood_kernel_generic;
#ifdef __x86_64__
extern const struct flood_kernel flood_kernel_fma;
extern const struct flood_kernel flood_kernel_avx2;
extern const struct flood_kernel flood_kernel_avx512;
#endif

#endif
