/* kernel_rows.h - what a kernel does with one row; only for kernel_body.h
 *
 * Rows are walked in whole vectors, from up to one vector before the first cell
 * of the tile to one behind the last.  Processors divide and take roots at a
 * small part of the rate at which they multiply, so there is one division a
 * face, and roots of depths are found by multiplications.
 */
#ifndef FLOOD_KERNEL_ROWS_H
#define FLOOD_KERNEL_ROWS_H

#include <stdbool.h>

#include "flood/kernel.h"
#include "flood/kernel_vector.h"

#define ROW static __attribute__((noinline, unused)) void

#define STILL 1e-100   /* m/s: nothing moves, and 1 / it must not overflow */
#define NOTHING 1e-100 /* m: as deep as no water, whose root has an inverse */
#define FRONT 16       /* numbers before cell 0 in buffers */
#define ROOM (FRONT + FLOOD_TILE_X + 16)
#define ABREAST 2      /* vectors whose new values are found together */

#define IN_LINES __attribute__((aligned(64)))

/* A row of cells. */
struct IN_LINES cells {
    double u[ROOM], v[ROOM]; /* m/s */
    double c[ROOM];          /* speed of waves, m/s */
    double r[ROOM];          /* 1 / depth, 0 when dry */
    double k[ROOM];          /* c r / 2: how c changes with the depth, 1/s */
    bool water;              /* any depth of the row or beside it is not 0 */
};

/* What the low faces of a row of cells let through in a step, for one cell's
 * width; 'low' is what it brings to the cell before the face. */
struct IN_LINES faces {
    double h[ROOM];               /* m */
    double low[ROOM], high[ROOM]; /* m2/s along the normal, for both cells */
    double t[ROOM];               /* m2/s across it */
};

/* The values of cells at their high faces along one direction. */
struct IN_LINES sides {
    double h[ROOM], u[ROOM], v[ROOM], c[ROOM], k[ROOM];
    double z[ROOM]; /* of the bed, above the centre */
};

/* The largest of all rows of a tile, lane by lane. */
struct found {
    vec speed_x, speed_y; /* of waves, m/s */
    vec depth;            /* m */
    vec bad;              /* > 0: a depth is negative or not a number */
};

/* The arrays from cell 0 of a row on. */
struct row {
    const double *h, *qx, *qy, *z, *drag;
    const double *mean_h, *mean_qx, *mean_qy;
    double *new_h, *new_qx, *new_qy;
};

/* The same for all rows. */
struct step {
    int n; /* cells in a row, in whole vectors */
    int64_t stride;
    double g, dry, dt, ax, ay; /* ax: dt / dx */
};

/* Ask for what the next row has at 'i': rows of a tile are too short for the
 * processor to see where they go on. */
INLINE void fetch_old(const struct step *s, const struct row *t, int64_t i)
{
    i += s->stride;
    __builtin_prefetch(t->h + i);
    __builtin_prefetch(t->qx + i);
    __builtin_prefetch(t->qy + i);
    __builtin_prefetch(t->z + i);
}

INLINE void fetch_new(const struct step *s, const struct row *t, bool mean,
                      int64_t i)
{
    i += s->stride;
    __builtin_prefetch(t->new_h + i, 1);
    __builtin_prefetch(t->new_qx + i, 1);
    __builtin_prefetch(t->new_qy + i, 1);
    if (mean) {
        __builtin_prefetch(t->mean_h + i);
        __builtin_prefetch(t->mean_qx + i);
        __builtin_prefetch(t->mean_qy + i);
    }
}

INLINE void fetch_peaks(const struct step *s, const struct flood_peaks *peaks,
                        int64_t i)
{
    i += s->stride;
    __builtin_prefetch(peaks->depth + i, 1);
    __builtin_prefetch(peaks->speed2 + i, 1);
    __builtin_prefetch(peaks->hazard + i, 1);
}

INLINE void find_some(const struct step *s, const struct row *t,
                      struct cells *restrict p, bits *seen, int from, int n)
{
    double half_g = 0.5 * s->g;
    vec dry = all(s->dry), h[BESIDE], c2[BESIDE], y[BESIDE];

    EACH(m, n)
    {
        h[m] = load(t->h + from + m * FLOOD_LANES);
        c2[m] = s->g * largest(h[m], all(NOTHING));
        *seen |= (bits)h[m];
    }
    inverse_sqrts(c2, y, n);
    EACH(m, n)
    {
        int i = from + m * FLOOD_LANES;
        vec k = only(above(h[m], dry), half_g * y[m]), r = k * (y[m] + y[m]);

        fetch_old(s, t, i);
        store(p->r + FRONT + i, r);
        store(p->u + FRONT + i, load(t->qx + i) * r);
        store(p->v + FRONT + i, load(t->qy + i) * r);
        store(p->c + FRONT + i, c2[m] * y[m]);
        store(p->k + FRONT + i, k);
    }
}

ROW find_cells(const struct step *s, const struct row *row,
               struct cells *restrict p)
{
    const struct row t = *row;
    int i = -8, end = s->n + 8, many = BESIDE * FLOOD_LANES;
    bits seen = { 0 };

    for (; i + many <= end; i += many)
        find_some(s, &t, p, &seen, i, BESIDE);
    for (; i < end; i += FLOOD_LANES)
        find_some(s, &t, p, &seen, i, 1);
    p->water = false;
    for (int k = 0; k < FLOOD_LANES; k++)
        p->water |= seen[k] != 0;
}

/* --- faces ---------------------------------------------------------------- */

/* One side of a face. */
struct side {
    vec h, u, v, c, k;
};

/* What a face lets through. */
struct flux {
    vec h, low, high, t;
};

/* Hydrostatic reconstruction over the step 'dz' of the bed, then HLLC, times
 * 'ratio'.  Momentum is what the cell gets beyond the pressure g h^2 / 2 of
 * its own depth at the face, which leaves nothing when water is at rest. */
INLINE struct flux cross(struct side l, struct side r, vec dz, double g,
                         double ratio)
{
    vec zero = all(0), up = largest(dz, zero), down = least(dz, zero);
    vec hl = l.h - up, hr = r.h + down; /* above the higher bed */
    /* sqrt(1 - x) <= 1 - x/2: never below the speed in the depth that is
     * left, without another root. */
    vec cl = minus(l.c, up, l.k), cr = plus(r.c, down, r.k);
    vec behind = l.u - cl, ahead = r.u + cr;
    vec il = plus(l.u, all(2), cl), ir = minus(r.u, all(2), cr), fan = il - ir;
    vec a = least(behind, plus(ir, all(0.25), fan));
    vec b = largest(ahead, minus(il, all(0.25), fan));
    vec fall_l = zero, fall_r = zero, d, from_l, from_r, push, n;
    struct flux f;

    /* Where all cells are wet, nothing of this would change anything. */
    if (!every(above(least(hl, hr), zero))) {
        mask wet_l = above(hl, zero), wet_r = above(hr, zero);

        if (!any(above(largest(hl, hr), zero)))
            return (struct flux){ zero, zero, zero, zero };
        a = pick(wet_r, pick(wet_l, a, ir), behind);
        b = pick(wet_r, pick(wet_l, b, ahead), il);
        /* A bed that ends above the other side's surface: the water falls
         * over the whole step, not over its own depth only. */
        fall_l = (g * ratio) * (l.h * least(hr, zero));
        fall_r = (g * ratio) * (r.h * least(hl, zero));
        hl = largest(hl, zero);
        hr = largest(hr, zero);
    }
    a = least(a, zero);
    b = largest(b, zero);
    d = ratio / largest(b - a, all(STILL));
    /* In this order both are the same, but for the sign, at rest. */
    from_l = b * (l.u - a) * hl;
    from_r = a * (b - r.u) * hr;
    n = plus(from_l * l.u, from_r, r.u);
    push = (0.5 * g) * ((hr - hl) * (hr + hl));
    f.h = (from_l + from_r) * d;
    f.t = f.h * pick(above(f.h, zero), l.v, r.v);
    f.low = plus(fall_l, minus(n, a, push), d);
    f.high = plus(fall_r, minus(n, b, push), d);
    return f;
}

INLINE struct side side_of(const struct cells *p, const double *h, int i)
{
    int k = FRONT + i;

    return (struct side){ load(h + i), load(p->u + k), load(p->v + k),
                          load(p->c + k), load(p->k + k) };
}

/* The same, turned so that u is along y. */
INLINE struct side turned(const struct cells *p, const double *h, int i)
{
    int k = FRONT + i;

    return (struct side){ load(h + i), load(p->v + k), load(p->u + k),
                          load(p->c + k), load(p->k + k) };
}

INLINE void keep(struct faces *restrict f, int i, struct flux flux)
{
    store(f->h + i, flux.h);
    store(f->low + i, flux.low);
    store(f->high + i, flux.high);
    store(f->t + i, flux.t);
}

/* Between the cells of a row; one more face than there are cells. */
ROW cross_x(const struct step *s, const struct row *t,
            const struct cells *restrict p, struct faces *restrict f)
{
    for (int i = 0; i <= s->n; i += FLOOD_LANES)
        keep(f, i, cross(side_of(p, t->h, i - 1), side_of(p, t->h, i),
                         load(t->z + i) - load(t->z + i - 1), s->g, s->ax));
}

/* Between two rows. */
ROW cross_y(const struct step *s, const struct row *t0,
            const struct cells *restrict p0, const struct row *t1,
            const struct cells *restrict p1, struct faces *restrict f)
{
    for (int i = 0; i < s->n; i += FLOOD_LANES)
        keep(f, i, cross(turned(p0, t0->h, i), turned(p1, t1->h, i),
                         load(t1->z + i) - load(t0->z + i), s->g, s->ay));
}

/* --- second order --------------------------------------------------------- */

/* A cell and its neighbours along one direction. */
struct three {
    vec a, b, c;
};

INLINE struct three along_x(const double *p, int i)
{
    return (struct three){ load(p + i - 1), load(p + i), load(p + i + 1) };
}

INLINE struct three along_y(const double *p0, const double *p1,
                            const double *p2, int i)
{
    return (struct three){ load(p0 + i), load(p1 + i), load(p2 + i) };
}

/* Four times half of the generalised minmod with parameter 1.5 of the
 * differences on both sides: their sum, but not beyond three times the smaller
 * one, and nothing where their signs differ. */
INLINE vec limit(vec a, vec b)
{
    vec low = least(a, b), high = largest(a, b);
    vec up = largest(low, all(0)), down = least(high, all(0));

    return least(high, up + up) + largest(low, down + down);
}

INLINE vec slope(struct three p)
{
    return limit(p.b - p.a, p.c - p.b);
}

/* A quarter, but a cell next to a dry one has no slopes. */
INLINE vec weigh(struct three h, double dry)
{
    return only(above(least(least(h.a, h.b), h.c), all(dry)), all(0.25));
}

/* Both sides of a cell, and the bed and the surface at the high one, above
 * those at the centre. */
struct both {
    struct side low, high;
    vec z, rise;
};

INLINE struct both reconstruct(struct three h, struct three z, struct three u,
                               struct three v, vec c, vec r, vec k, double dry)
{
    vec w = weigh(h, dry), dh0 = h.b - h.a, dh1 = h.c - h.b;
    vec dh = w * limit(dh0, dh1);
    vec rise = w * limit(dh0 + (z.b - z.a), dh1 + (z.c - z.b));
    vec du = slope(u), dv = slope(v), wr = w * r;
    vec low = h.b - dh, high = h.b + dh;
    /* Weights that leave the momentum of the cell as it is. */
    vec a = high * wr, b = low * wr;

    return (struct both){
        .low = { low, minus(u.b, a, du), minus(v.b, a, dv), minus(c, k, dh),
                 k },
        .high = { high, plus(u.b, b, du), plus(v.b, b, dv), plus(c, k, dh),
                  k },
        .z = rise - dh, .rise = rise,
    };
}

/* The surface's slope within the cell pushes, too; it is counted with the low
 * face. */
INLINE struct flux and_slope(struct flux f, vec h, vec rise, double g2_ratio)
{
    f.high = minus(f.high, g2_ratio * h, rise);
    return f;
}

INLINE struct side shift_side(struct side a, struct side b)
{
    return (struct side){ shift(a.h, b.h), shift(a.u, b.u), shift(a.v, b.v),
                          shift(a.c, b.c), shift(a.k, b.k) };
}

ROW cross_slopes_x(const struct step *s, const struct row *t,
                   const struct cells *restrict p, struct faces *restrict f)
{
    double push = 2 * s->g * s->ax;
    struct both last = { 0 };

    for (int i = -FLOOD_LANES; i <= s->n; i += FLOOD_LANES) {
        struct three h = along_x(t->h, i), z = along_x(t->z, i);
        int k = FRONT + i;
        struct both here = reconstruct(h, z, along_x(p->u, k),
                                       along_x(p->v, k), load(p->c + k),
                                       load(p->r + k), load(p->k + k), s->dry);

        if (i >= 0) {
            vec step = (z.b - z.a) - (here.z + shift(last.z, here.z));
            struct flux flux = cross(shift_side(last.high, here.high),
                                     here.low, step, s->g, s->ax);

            keep(f, i, and_slope(flux, h.b, here.rise, push));
        }
        last = here;
    }
}

/* Between the row before t[1] and t[1]; 'sides' has the high sides of the
 * former and gets those of the latter. */
ROW cross_slopes_y(const struct step *s, const struct row t[3],
                   const struct cells *const p[3], struct sides *restrict sides,
                   struct faces *restrict f)
{
    double push = 2 * s->g * s->ay;

    for (int i = 0; i < s->n; i += FLOOD_LANES) {
        struct three h = along_y(t[0].h, t[1].h, t[2].h, i);
        struct three z = along_y(t[0].z, t[1].z, t[2].z, i);
        int k = FRONT + i;
        struct both here = reconstruct(
            h, z, along_y(p[0]->v, p[1]->v, p[2]->v, k),
            along_y(p[0]->u, p[1]->u, p[2]->u, k), load(p[1]->c + k),
            load(p[1]->r + k), load(p[1]->k + k), s->dry);
        struct side low = { load(sides->h + i), load(sides->u + i),
                            load(sides->v + i), load(sides->c + i),
                            load(sides->k + i) };
        vec step = (z.b - z.a) - (here.z + load(sides->z + i));
        struct flux flux = cross(low, here.low, step, s->g, s->ay);

        keep(f, i, and_slope(flux, h.b, here.rise, push));
        store(sides->h + i, here.high.h);
        store(sides->u + i, here.high.u);
        store(sides->v + i, here.high.v);
        store(sides->c + i, here.high.c);
        store(sides->k + i, here.high.k);
        store(sides->z + i, here.z);
    }
}

/* --- the new values ------------------------------------------------------- */

/* Which share w of momentum q1 friction leaves: q = w q1 solves
 * q + dt drag |q| q / h^(7/3) = q1. */
INLINE void rub(const vec *h, const vec *q2, const vec *drag_dt, vec *w, int n)
{
    vec q[BESIDE], y[BESIDE];

    EACH(k, n) q[k] = root(q2[k]);
    inverse_cbrts(h, y, n);
    EACH(k, n)
    {
        vec y2 = y[k] * y[k], y7 = (y2 * y[k]) * (y2 * y2);

        w[k] = root(plus(all(1), 4.0 * drag_dt[k] * y7, q[k]));
    }
    EACH(k, n) w[k] = 2.0 / (1.0 + w[k]);
}

INLINE void add_some(const struct step *s, const struct row *t, bool mean,
                     const struct faces *restrict x,
                     const struct faces *restrict south,
                     const struct faces *restrict north,
                     struct found *restrict f, int from, int n)
{
    vec dry = all(s->dry), h[BESIDE], qx[BESIDE], qy[BESIDE], w[BESIDE];
    vec deep[BESIDE], q2[BESIDE], drag_dt[BESIDE];

    EACH(k, n)
    {
        int i = from + k * FLOOD_LANES;

        h[k] = load(t->h + i) + ((load(x->h + i) - load(x->h + i + 1)) +
                                 (load(south->h + i) - load(north->h + i)));
        qx[k] = load(t->qx + i) +
                ((load(x->high + i) - load(x->low + i + 1)) +
                 (load(south->t + i) - load(north->t + i)));
        qy[k] = load(t->qy + i) +
                ((load(x->t + i) - load(x->t + i + 1)) +
                 (load(south->high + i) - load(north->low + i)));
        deep[k] = pick(above(h[k], dry), h[k], all(1));
        q2[k] = plus(qx[k] * qx[k], qy[k], qy[k]);
        drag_dt[k] = s->dt * load(t->drag + i);
    }
    rub(deep, q2, drag_dt, w, n);
    EACH(k, n)
    {
        int i = from + k * FLOOD_LANES;

        fetch_new(s, t, mean, i);
        w[k] = only(above(h[k], dry), w[k]);
        qx[k] *= w[k];
        qy[k] *= w[k];
        if (mean) {
            h[k] = 0.5 * (load(t->mean_h + i) + h[k]);
            w[k] = only(above(h[k], dry), all(0.5));
            qx[k] = w[k] * (load(t->mean_qx + i) + qx[k]);
            qy[k] = w[k] * (load(t->mean_qy + i) + qy[k]);
        }
        store(t->new_h + i, h[k]);
        store(t->new_qx + i, qx[k]);
        store(t->new_qy + i, qy[k]);
        f->depth = largest(h[k], f->depth);
        f->bad = pick(reaches(h[k], all(0)), f->bad, all(1));
    }
}

INLINE void add_faces(const struct step *s, const struct row *row, bool mean,
                      const struct faces *restrict x,
                      const struct faces *restrict south,
                      const struct faces *restrict north,
                      struct found *restrict f)
{
    const struct row t = *row;
    struct found found = *f;
    int i = 0, many = ABREAST * FLOOD_LANES;

    for (; i + many <= s->n; i += many)
        add_some(s, &t, mean, x, south, north, &found, i, ABREAST);
    for (; i < s->n; i += FLOOD_LANES)
        add_some(s, &t, mean, x, south, north, &found, i, 1);
    *f = found;
}

ROW update(const struct step *s, const struct row *t,
           const struct faces *restrict x, const struct faces *restrict south,
           const struct faces *restrict north, struct found *restrict f)
{
    add_faces(s, t, false, x, south, north, f);
}

ROW update_mean(const struct step *s, const struct row *t,
                const struct faces *restrict x,
                const struct faces *restrict south,
                const struct faces *restrict north, struct found *restrict f)
{
    add_faces(s, t, true, x, south, north, f);
}

/* Where 'a' is more than what is 'known' at 'p', keep it. */
INLINE void raise(double *p, vec known, vec a)
{
    mask more = above(a, known);

    if (any(more))
        store_where(p, more, a);
}

/* What cells at 'at' with depths 'h' and squared speeds 's2' add to the peaks.
 * The hazard is above 0 wherever water has been, so it tells where water
 * arrives. */
INLINE void raise_peaks(const struct flood_peaks *p, int64_t at, vec h, vec s2,
                        double time_s)
{
    vec zero = all(0), depth = load(p->depth + at);
    vec speed2 = load(p->speed2 + at), known = load(p->hazard + at);
    mask wet = above(h, all(p->wet)), more;
    vec debris = pick(above(h, all(p->deep)), all(p->debris[1]),
                      all(p->debris[0]));
    vec hazard = only(wet, plus(debris, h, root(s2) + 0.5));

    raise(p->depth + at, depth, h);
    raise(p->speed2 + at, speed2, only(wet, s2));
    more = above(hazard, known);
    if (!any(more))
        return;
    store_where(p->hazard + at, more, hazard);
    store_where(p->arrival + at,
                above(pick(above(known, zero), zero, hazard), zero),
                all(time_s));
}

/* The old state of a row: speeds and peaks. */
ROW look_at(const struct step *s, const struct row *t,
            const struct cells *restrict p, const struct flood_peaks *peaks,
            double time_s, int64_t at, struct found *restrict f)
{
    const struct flood_peaks known = *peaks;
    struct found found = *f;

    for (int i = 0; i < s->n; i += FLOOD_LANES) {
        vec h = load(t->h + i), u = load(p->u + FRONT + i),
            v = load(p->v + FRONT + i), c = load(p->c + FRONT + i);

        fetch_peaks(s, &known, at + i);
        found.speed_x = largest(magnitude(u) + c, found.speed_x);
        found.speed_y = largest(magnitude(v) + c, found.speed_y);
        raise_peaks(&known, at + i, h, plus(u * u, v, v), time_s);
    }
    *f = found;
}

#endif
