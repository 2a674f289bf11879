/* kernel_rows.h - what a kernel does with one row; only for kernel_body.h
 *
 * Every loop is over neighbours in a row and free of branches, so compilers
 * turn them into vector instructions.  Minima and maxima are written as
 * conditions, since fmin() and fmax() are not.
 */
#ifndef FLOOD_KERNEL_ROWS_H
#define FLOOD_KERNEL_ROWS_H

#include <math.h>
#include <string.h>

#include "flood/kernel.h"

#define MAX2(a, b) ((a) > (b) ? (a) : (b))
#define MIN2(a, b) ((a) < (b) ? (a) : (b))
#define ROW static __attribute__((noinline, unused)) void
#define VECTOR _Pragma("GCC ivdep")
#define INLINE static inline __attribute__((always_inline))

#define EDGE FLOOD_HALO
#define STILL 1e-100 /* m/s: nothing moves, and 1 / it must not overflow */
#define ROOM (FLOOD_TILE_X + 16)

/* A row of cells, EDGE more on each side. */
struct cells {
    double u[ROOM], v[ROOM]; /* m/s */
    double c[ROOM];          /* speed of waves, m/s */
    double r[ROOM];          /* 1 / depth, 0 when dry */
};

/* What a row of faces lets through. */
struct faces {
    double h[ROOM];             /* m2/s */
    double low[ROOM], high[ROOM]; /* m3/s2 along the normal, for both cells */
    double t[ROOM];             /* m3/s2 across it */
};

/* The values of cells at both of their faces along one direction. */
struct sides {
    double h[2][ROOM], u[2][ROOM], v[2][ROOM], c[2][ROOM];
    double z[2][ROOM];  /* of the bed, above the centre */
    double slope[ROOM]; /* of the bed over the cell, m */
};

ROW find_cells(int n, const double *restrict h,
                       const double *restrict qx, const double *restrict qy,
                       double dry, double g, struct cells *restrict p)
{
    VECTOR
    for (int i = 0; i < n; i++) {
        double wet = h[i] > dry ? 1.0 : 0.0;
        double r = wet / (h[i] > dry ? h[i] : 1.0);

        p->r[i] = r;
        p->u[i] = qx[i] * r;
        p->v[i] = qy[i] * r;
        p->c[i] = sqrt(g * MAX2(h[i], 0.0));
    }
}

/* One side of a face. */
struct side {
    double h, u, v, c, r;
};

/* Hydrostatic reconstruction over the step 'dz' of the bed, then HLLC. */
INLINE void cross(struct side l, struct side r, double dz, double g,
                  double *restrict fh, double *restrict low,
                  double *restrict high, double *restrict across)
{
    double up = MAX2(dz, 0.0), down = MAX2(-dz, 0.0);
    double hl = MAX2(l.h - up, 0.0), hr = MAX2(r.h - down, 0.0);
    /* sqrt(1 - x) <= 1 - x/2: never below the speed in the depth that is
     * left, without another root. */
    double cl = hl > 0 ? l.c * (1.0 - 0.5 * up * l.r) : 0.0;
    double cr = hr > 0 ? r.c * (1.0 - 0.5 * down * r.r) : 0.0;
    double um = 0.5 * (l.u + r.u) + (cl - cr);
    double cm = 0.5 * (cl + cr) + 0.25 * (l.u - r.u);
    double sl = MIN2(l.u - cl, um - cm), sr = MAX2(r.u + cr, um + cm);
    double a, b, d, ql, qr, pl, pr, f, n, drop_l, drop_r;

    sl = hl > 0 ? sl : r.u - 2.0 * cr;
    sr = hl > 0 ? sr : r.u + cr;
    sl = hr > 0 ? sl : l.u - cl;
    sr = hr > 0 ? sr : l.u + 2.0 * cl;
    a = MIN2(sl, 0.0);
    b = MAX2(sr, 0.0);
    d = b - a;
    d = 1.0 / (d > STILL ? d : 1.0);
    ql = hl * l.u;
    qr = hr * r.u;
    pl = ql * l.u + 0.5 * g * hl * hl;
    pr = qr * r.u + 0.5 * g * hr * hr;
    f = (b * ql - a * qr + a * b * (hr - hl)) * d;
    n = (b * pl - a * pr + a * b * (qr - ql)) * d;
    /* A bed that ends above the other side's surface: the water falls over
     * the whole step, not over its own depth only. */
    drop_l = l.h * MAX2(down - r.h, 0.0);
    drop_r = r.h * MAX2(up - l.h, 0.0);
    *fh = f;
    *low = n + g * (0.5 * (l.h - hl) * (l.h + hl) - drop_l);
    *high = n + g * (0.5 * (r.h - hr) * (r.h + hr) - drop_r);
    *across = f * (f > 0 ? l.v : r.v);
}

INLINE struct side side_of(const struct cells *p, const double *h, int i)
{
    return (struct side){ h[i], p->u[i], p->v[i], p->c[i], p->r[i] };
}

/* The same, turned so that u is along y. */
INLINE struct side turned(const struct cells *p, const double *h, int i)
{
    return (struct side){ h[i], p->v[i], p->u[i], p->c[i], p->r[i] };
}

/* Faces 0 ... n between cells EDGE - 1 + i and EDGE + i of a row. */
ROW cross_x(int n, const double *restrict h, const double *restrict z,
                    const struct cells *restrict p, double g,
                    struct faces *restrict f)
{
    h += EDGE - 1;
    z += EDGE - 1;
    VECTOR
    for (int i = 0; i <= n; i++)
        cross(side_of(p, h - EDGE + 1, i + EDGE - 1),
              side_of(p, h - EDGE + 1, i + EDGE), z[i + 1] - z[i], g,
              &f->h[i], &f->low[i], &f->high[i], &f->t[i]);
}

/* Faces between cells EDGE + i of two rows. */
ROW cross_y(int n, const double *restrict h0, const double *restrict z0,
                    const struct cells *restrict p0, const double *restrict h1,
                    const double *restrict z1, const struct cells *restrict p1,
                    double g, struct faces *restrict f)
{
    VECTOR
    for (int i = 0; i < n; i++)
        cross(turned(p0, h0, i + EDGE), turned(p1, h1, i + EDGE),
              z1[i + EDGE] - z0[i + EDGE], g, &f->h[i], &f->low[i],
              &f->high[i], &f->t[i]);
}

/* --- second order --------------------------------------------------------- */

/* Generalised minmod with parameter 1.5 of the differences on both sides. */
INLINE double limit(double a, double b)
{
    double m = 0.5 * (a + b), a1 = 1.5 * a, b1 = 1.5 * b;
    double low = MIN2(MIN2(a1, b1), m), high = MAX2(MAX2(a1, b1), m);

    return low > 0 ? low : high < 0 ? high : 0.0;
}

/* Half the limited differences of one cell. */
struct slopes {
    double h, surface, u, v;
};

/* Of the values low, mid, high in neighbours; u is along the direction. */
#define SLOPE(low, mid, high) (on * limit((mid) - (low), (high) - (mid)))

INLINE void reconstruct(double h, double u, double v, double c, double r,
                        struct slopes d, struct sides *restrict s, int i)
{
    double low = h - d.h, high = h + d.h, x = 0.5 * d.h * r;

    s->h[0][i] = low;
    s->h[1][i] = high;
    /* Weights that leave the momentum of the cell as it is. */
    s->u[0][i] = u - high * r * d.u;
    s->u[1][i] = u + low * r * d.u;
    s->v[0][i] = v - high * r * d.v;
    s->v[1][i] = v + low * r * d.v;
    s->c[0][i] = c * (1.0 - x);
    s->c[1][i] = c * (1.0 + x);
    s->z[0][i] = d.h - d.surface;
    s->z[1][i] = d.surface - d.h;
    s->slope[i] = 2.0 * (d.surface - d.h);
}

/* A cell next to a dry one has no slopes. */
INLINE double half_if_wet(double a, double b, double c, double dry)
{
    double least = MIN2(a, b);

    least = MIN2(least, c);
    return least > dry ? 0.5 : 0.0;
}

INLINE double surface_slope(double h0, double h1, double h2, double z0,
                            double z1, double z2)
{
    return limit((h1 - h0) + (z1 - z0), (h2 - h1) + (z2 - z1));
}

/* Sides along x of the cells EDGE - 1 ... EDGE + n of a row. */
ROW sides_x(int n, const double *restrict h, const double *restrict z,
                    const struct cells *restrict p, double dry,
                    struct sides *restrict s)
{
    const double *restrict u = p->u, *restrict v = p->v;

    VECTOR
    for (int i = EDGE - 1; i <= EDGE + n; i++) {
        double on = half_if_wet(h[i - 1], h[i], h[i + 1], dry);
        struct slopes d = {
            .h = SLOPE(h[i - 1], h[i], h[i + 1]),
            .surface = on * surface_slope(h[i - 1], h[i], h[i + 1], z[i - 1],
                                          z[i], z[i + 1]),
            .u = SLOPE(u[i - 1], u[i], u[i + 1]),
            .v = SLOPE(v[i - 1], v[i], v[i + 1]),
        };

        reconstruct(h[i], u[i], v[i], p->c[i], p->r[i], d, s, i);
    }
}

/* Along y, of the middle one of three rows. */
ROW sides_y(int n, int64_t stride, const double *restrict h,
            const double *restrict z, const struct cells *restrict p0,
            const struct cells *restrict p1, const struct cells *restrict p2,
            double dry, struct sides *restrict s)
{
    const double *h0 = h - stride, *h2 = h + stride;
    const double *z0 = z - stride, *z2 = z + stride;

    VECTOR
    for (int i = EDGE; i < EDGE + n; i++) {
        double on = half_if_wet(h0[i], h[i], h2[i], dry);
        struct slopes d = {
            .h = SLOPE(h0[i], h[i], h2[i]),
            .surface = on * surface_slope(h0[i], h[i], h2[i], z0[i], z[i],
                                          z2[i]),
            .u = SLOPE(p0->v[i], p1->v[i], p2->v[i]),
            .v = SLOPE(p0->u[i], p1->u[i], p2->u[i]),
        };

        reconstruct(h[i], p1->v[i], p1->u[i], p1->c[i], p1->r[i], d, s, i);
    }
}

/* The side of a cell towards higher (1) or lower (0) coordinates. */
INLINE struct side from(const struct sides *s, const double *r, int k, int i)
{
    return (struct side){ s->h[k][i], s->u[k][i], s->v[k][i], s->c[k][i],
                          r[i] };
}

ROW cross_sides_x(int n, const double *restrict z,
                          const struct cells *restrict p,
                          const struct sides *restrict s, double g,
                          struct faces *restrict f)
{
    VECTOR
    for (int i = 0; i <= n; i++) {
        int l = i + EDGE - 1, r = i + EDGE;

        cross(from(s, p->r, 1, l), from(s, p->r, 0, r),
              (z[r] - z[l]) + (s->z[0][r] - s->z[1][l]), g, &f->h[i],
              &f->low[i], &f->high[i], &f->t[i]);
    }
}

ROW cross_sides_y(int n, const double *restrict z0,
                          const struct cells *restrict p0,
                          const struct sides *restrict s0,
                          const double *restrict z1,
                          const struct cells *restrict p1,
                          const struct sides *restrict s1, double g,
                          struct faces *restrict f)
{
    VECTOR
    for (int i = 0; i < n; i++) {
        int k = i + EDGE;

        cross(from(s0, p0->r, 1, k), from(s1, p1->r, 0, k),
              (z1[k] - z0[k]) + (s1->z[0][k] - s0->z[1][k]), g, &f->h[i],
              &f->low[i], &f->high[i], &f->t[i]);
    }
}

/* --- the new values ------------------------------------------------------- */

/* Changes of a row in the step, times dt. */
struct change {
    double h[ROOM], qx[ROOM], qy[ROOM];
};

ROW sum_faces(int n, const struct faces *restrict fx,
                      const struct faces *restrict south,
                      const struct faces *restrict north, double ax, double ay,
                      struct change *restrict d)
{
    VECTOR
    for (int i = 0; i < n; i++) {
        d->h[i] = ax * (fx->h[i] - fx->h[i + 1]) +
                  ay * (south->h[i] - north->h[i]);
        d->qx[i] = ax * (fx->high[i] - fx->low[i + 1]) +
                   ay * (south->t[i] - north->t[i]);
        d->qy[i] = ax * (fx->t[i] - fx->t[i + 1]) +
                   ay * (south->high[i] - north->low[i]);
    }
}

/* The slope of the bed inside the cells. */
ROW add_slopes(int n, const double *restrict h,
                       const double *restrict slope_x,
                       const double *restrict slope_y, double ax, double ay,
                       struct change *restrict d)
{
    VECTOR
    for (int i = 0; i < n; i++) {
        d->qx[i] -= ax * h[i] * slope_x[i];
        d->qy[i] -= ay * h[i] * slope_y[i];
    }
}

/* 1 / cube root of x > 0: a third of the exponent, then Newton. */
INLINE double inverse_cbrt(double x)
{
    uint64_t bits, third;
    double y;

    memcpy(&bits, &x, sizeof(bits));
    third = (bits >> 2) + (bits >> 4);
    third += third >> 4;
    third += third >> 8;
    third += third >> 16;
    bits = UINT64_C(0x553ef0ff289dd796) - third;
    memcpy(&y, &bits, sizeof(y));
    y *= (4.0 - x * y * y * y) * (1.0 / 3.0);
    y *= (4.0 - x * y * y * y) * (1.0 / 3.0);
    y *= (4.0 - x * y * y * y) * (1.0 / 3.0);
    y *= (4.0 - x * y * y * y) * (1.0 / 3.0);
    return y;
}

/* Solves q + dt drag |q| q / h^(7/3) = q1 for q / q1. */
INLINE double rub(double h, double q2, double drag_dt)
{
    double y = inverse_cbrt(h), y2 = y * y, y4 = y2 * y2;

    return 2.0 / (1.0 + sqrt(1.0 + 4.0 * drag_dt * y4 * y2 * y * sqrt(q2)));
}

ROW update(int n, const double *restrict h, const double *restrict qx,
                   const double *restrict qy, const struct change *restrict d,
                   const double *restrict drag, double drag_dt, double dry,
                   double *restrict oh, double *restrict ox,
                   double *restrict oy)
{
    VECTOR
    for (int i = 0; i < n; i++) {
        double h1 = h[i] + d->h[i];
        double x = qx[i] + d->qx[i], y = qy[i] + d->qy[i];
        double w = rub(h1 > dry ? h1 : 1.0, x * x + y * y,
                       drag_dt * drag[i]);

        w = h1 > dry ? w : 0.0;
        oh[i] = h1;
        ox[i] = w * x;
        oy[i] = w * y;
    }
}

ROW update_smooth(int n, const double *restrict h,
                          const double *restrict qx, const double *restrict qy,
                          const struct change *restrict d, double dry,
                          double *restrict oh, double *restrict ox,
                          double *restrict oy)
{
    VECTOR
    for (int i = 0; i < n; i++) {
        double h1 = h[i] + d->h[i];
        double w = h1 > dry ? 1.0 : 0.0;

        oh[i] = h1;
        ox[i] = w * (qx[i] + d->qx[i]);
        oy[i] = w * (qy[i] + d->qy[i]);
    }
}

ROW average(int n, const double *restrict h, const double *restrict qx,
                    const double *restrict qy, double dry, double *restrict oh,
                    double *restrict ox, double *restrict oy)
{
    VECTOR
    for (int i = 0; i < n; i++) {
        double h1 = 0.5 * (h[i] + oh[i]);
        double w = h1 > dry ? 0.5 : 0.0;

        oh[i] = h1;
        ox[i] = w * (qx[i] + ox[i]);
        oy[i] = w * (qy[i] + oy[i]);
    }
}

/* What is looked for in all rows of a tile, column by column. */
struct found {
    double rate[ROOM], depth[ROOM], bad[ROOM];
};

ROW find_rates(int n, const struct cells *restrict p, double ax,
                       double ay, struct found *restrict f)
{
    VECTOR
    for (int i = 0; i < n; i++) {
        double u = p->u[i + EDGE], v = p->v[i + EDGE], c = p->c[i + EDGE];
        double x = ax * ((u < 0 ? -u : u) + c), y = ay * ((v < 0 ? -v : v) + c);
        double most = MAX2(x, y);

        f->rate[i] = MAX2(most, f->rate[i]);
    }
}

ROW find_depths(int n, const double *restrict h,
                        struct found *restrict f)
{
    VECTOR
    for (int i = 0; i < n; i++) {
        f->depth[i] = MAX2(h[i], f->depth[i]);
        f->bad[i] = h[i] >= 0 ? f->bad[i] : 1.0;
    }
}

ROW find_peaks(int n, const double *restrict h,
                       const struct cells *restrict p,
                       const struct flood_peaks *peaks, double time_s,
                       int64_t at)
{
    double *restrict depth = peaks->depth + at;
    double *restrict speed2 = peaks->speed2 + at;
    double *restrict hazard = peaks->hazard + at;
    double *restrict arrival = peaks->arrival + at;
    double wet = peaks->wet, deep = peaks->deep;
    double shallow_debris = peaks->debris[0], deep_debris = peaks->debris[1];

    VECTOR
    for (int i = 0; i < n; i++) {
        double u = p->u[i + EDGE], v = p->v[i + EDGE];
        double s2 = h[i] > wet ? u * u + v * v : 0.0;
        double debris = h[i] > deep ? deep_debris : shallow_debris;
        double danger = h[i] > wet ? h[i] * (sqrt(s2) + 0.5) + debris : 0.0;
        double since = h[i] > wet ? time_s : arrival[i];

        depth[i] = MAX2(h[i], depth[i]);
        speed2[i] = MAX2(s2, speed2[i]);
        hazard[i] = MAX2(danger, hazard[i]);
        arrival[i] = MIN2(since, arrival[i]);
    }
}

#endif
