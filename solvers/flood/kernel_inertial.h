/* kernel_inertial.h - the kernel of the local inertia equations
 *
 * Depths are of cells, discharges of the faces between them: qx[k] crosses the
 * western face of cell k, qy[k] its southern one.  A face takes what the step
 * of the surface and friction leave of its discharge; then cells that would
 * give more than they hold give a share of it.  A tile computes the faces and
 * the shares of the cells around it, too, so that it needs nothing from other
 * tiles but the old state.
 *
 * Included after kernel_body.h; FLOOD_LANES chooses the instructions.
 */
#ifndef FLOOD_KERNEL_INERTIAL_H
#define FLOOD_KERNEL_INERTIAL_H

#include "flood/kernel_rows.h"

#define STILL_2 1e-200 /* m4/s2: the square of no discharge, and its inverse's
                        * root must not overflow */
#define AROUND 8       /* columns before and behind a tile, in whole vectors */
#define ABREAST 2      /* vectors of faces at a time */

/* A row of cells and of their western and southern faces. */
struct lane {
    double x[ROOM], y[ROOM]; /* new discharges, m2/s */
    double uy[ROOM];         /* old speed at the southern face, m/s */
    double share[ROOM];      /* of what its faces take a cell can give */
};

struct inertia {
    struct step step;
    double theta, beside; /* weights of a face's discharge and neighbours' */
    struct lane lane[4];
    double ux[ROOM];      /* old speed at the western faces, m/s */
    double drag[ROOM];
    vec depth, bad;       /* largest of each lane; bad > 0: not a depth */
};

static struct lane *lane_of(struct inertia *w, int j)
{
    return &w->lane[(j + 4) % 4];
}

static struct row inertial_row(const struct flood_tile *t,
                               const struct inertia *w, int j)
{
    int64_t at = t->first + (int64_t)j * t->stride;

    return (struct row){
        .h = t->old.h + at, .qx = t->old.qx + at, .qy = t->old.qy + at,
        .z = t->z + at, .drag = t->drag ? t->drag + at : w->drag + FRONT,
        .new_h = t->new.h + at, .new_qx = t->new.qx + at,
        .new_qy = t->new.qy + at,
    };
}

/* --- faces ---------------------------------------------------------------- */

/* Two cells and what stands between them. */
struct pair {
    vec h0, h1, dz; /* depths; how much the bed rises, m */
    vec drag;       /* of both cells, added */
    struct three q; /* along the normal: face before, this one, next, m2/s */
    vec across;     /* m2/s */
};

struct moved {
    vec q, u; /* new discharge; old speed */
};

/* A face that carries nothing does not slow the one beside it. */
INLINE vec beside(vec q, vec here)
{
    return pick(above(magnitude(q), all(0)), q, here);
}

/* Friction dt drag |q, across| q / h^(7/3) is implicit in q; the length of the
 * vector is the tangent at the old one, exact when the flow is steady.  The
 * roots of n <= ABREAST vectors are found side by side. */
INLINE void move(const struct inertia *w, const struct pair *p, double ratio,
                 struct moved *m, int n)
{
    vec zero = all(0), one = all(1), h[ABREAST], y[ABREAST], r[ABREAST];
    vec length2[ABREAST], inverse[ABREAST], a[ABREAST], square[ABREAST];
    mask wet[ABREAST];

    EACH(i, n)
    {
        vec y0 = p[i].h0 - largest(p[i].dz, zero);
        vec y1 = p[i].h1 + least(p[i].dz, zero);
        vec q = plus(w->theta * p[i].q.b, all(w->beside),
                     beside(p[i].q.a, p[i].q.b) + beside(p[i].q.c, p[i].q.b));

        h[i] = largest(y0, y1); /* highest surface above the higher bed */
        wet[i] = above(h[i], all(w->step.dry));
        r[i] = minus(q, (w->step.g * ratio) * h[i], y1 - y0);
        h[i] = pick(wet[i], h[i], one);
        length2[i] = plus(p[i].across * p[i].across, p[i].q.b, p[i].q.b);
        inverse[i] = largest(length2[i], all(STILL_2));
        m[i] = (struct moved){ zero, zero };
    }
    if (!any(wet[0]) && !any(wet[n - 1]))
        return;
    inverse_cbrts(h, y, n);
    inverse_sqrts(inverse, inverse, n);
    EACH(i, n)
    {
        vec y3 = y[i] * y[i] * y[i], along = magnitude(p[i].q.b);
        vec k = (0.5 * w->step.dt) * p[i].drag * (y3 * y3 * y[i]);
        vec b = k * pick(above(length2[i], all(STILL_2)), along * inverse[i],
                         one);

        a[i] = plus(one, k, p[i].across * p[i].across * inverse[i]);
        square[i] = plus(a[i] * a[i], 4.0 * b, magnitude(r[i]));
        m[i].u = only(wet[i], along * y3);
    }
    inverse_sqrts(square, inverse, n);
    EACH(i, n)
        m[i].q = only(wet[i], r[i] * (2.0 / plus(a[i], square[i],
                                                 inverse[i])));
}

/* The western faces of a row from column 'from' on, n vectors. */
INLINE void move_some_x(const struct row *low, const struct row *high,
                        struct inertia *w, double *restrict x, int from, int n)
{
    struct pair p[ABREAST];
    struct moved m[ABREAST];

    EACH(k, n)
    {
        int i = from + k * FLOOD_LANES;

        p[k] = (struct pair){
            .h0 = load(low->h + i - 1), .h1 = load(low->h + i),
            .dz = load(low->z + i) - load(low->z + i - 1),
            .drag = load(low->drag + i - 1) + load(low->drag + i),
            .q = along_x(low->qx, i),
            .across = 0.25 * ((load(low->qy + i - 1) + load(low->qy + i)) +
                              (load(high->qy + i - 1) + load(high->qy + i))),
        };
    }
    move(w, p, w->step.ax, m, n);
    EACH(k, n)
    {
        store(x + FRONT + from + k * FLOOD_LANES, m[k].q);
        store(w->ux + FRONT + from + k * FLOOD_LANES, m[k].u);
    }
}

/* The western faces of row j. */
ROW move_x(const struct flood_tile *t, struct inertia *w, int j)
{
    struct row low = inertial_row(t, w, j), high = inertial_row(t, w, j + 1);
    double *x = lane_of(w, j)->x;
    int i = -AROUND, end = w->step.n + AROUND;

    for (; i + ABREAST * FLOOD_LANES <= end; i += ABREAST * FLOOD_LANES)
        move_some_x(&low, &high, w, x, i, ABREAST);
    for (; i < end; i += FLOOD_LANES)
        move_some_x(&low, &high, w, x, i, 1);
}

/* The southern faces of row[1] from column 'from' on, n vectors. */
INLINE void move_some_y(const struct row row[3], const struct inertia *w,
                        struct lane *restrict to, int from, int n)
{
    struct pair p[ABREAST];
    struct moved m[ABREAST];

    EACH(k, n)
    {
        int i = from + k * FLOOD_LANES;

        p[k] = (struct pair){
            .h0 = load(row[0].h + i), .h1 = load(row[1].h + i),
            .dz = load(row[1].z + i) - load(row[0].z + i),
            .drag = load(row[0].drag + i) + load(row[1].drag + i),
            .q = along_y(row[0].qy, row[1].qy, row[2].qy, i),
            .across = 0.25 * ((load(row[0].qx + i) + load(row[0].qx + i + 1)) +
                              (load(row[1].qx + i) + load(row[1].qx + i + 1))),
        };
    }
    move(w, p, w->step.ay, m, n);
    EACH(k, n)
    {
        store(to->y + FRONT + from + k * FLOOD_LANES, m[k].q);
        store(to->uy + FRONT + from + k * FLOOD_LANES, m[k].u);
    }
}

/* The southern faces of row j. */
ROW move_y(const struct flood_tile *t, struct inertia *w, int j)
{
    const struct row row[3] = { inertial_row(t, w, j - 1),
                                inertial_row(t, w, j),
                                inertial_row(t, w, j + 1) };
    struct lane *to = lane_of(w, j);
    int i = -AROUND, end = w->step.n + AROUND;

    for (; i + ABREAST * FLOOD_LANES <= end; i += ABREAST * FLOOD_LANES)
        move_some_y(row, w, to, i, ABREAST);
    for (; i < end; i += FLOOD_LANES)
        move_some_y(row, w, to, i, 1);
}

/* --- cells ---------------------------------------------------------------- */

/* What leaves a cell is no more than what it held at the beginning. */
ROW find_share(const struct flood_tile *t, struct inertia *w, int j)
{
    const double *h = t->old.h + t->first + (int64_t)j * t->stride;
    struct lane *here = lane_of(w, j);
    const double *x = here->x + FRONT, *south = here->y + FRONT,
                 *north = lane_of(w, j + 1)->y + FRONT;
    vec zero = all(0), one = all(1);

    for (int i = -AROUND; i < w->step.n + AROUND; i += FLOOD_LANES) {
        vec out = w->step.ax * (largest(load(x + i + 1), zero) -
                                least(load(x + i), zero)) +
                  w->step.ay * (largest(load(north + i), zero) -
                                least(load(south + i), zero));
        vec deep = load(h + i);
        mask much = above(out, deep);
        vec share = one;

        if (any(much))
            share = pick(much, FLOOD_MOST * deep / pick(much, out, one), one);
        store(here->share + FRONT + i, share);
    }
}

/* What a face lets through, by the share of the cell that gives it. */
INLINE vec give(const double *q, const double *low, const double *high)
{
    vec a = load(q);

    return a * pick(above(a, all(0)), load(low), load(high));
}

ROW inertial_update(const struct flood_tile *t, struct inertia *w, int j)
{
    struct row row = inertial_row(t, w, j);
    const struct lane *low = lane_of(w, j - 1), *here = lane_of(w, j),
                      *high = lane_of(w, j + 1);
    vec depth = w->depth, bad = w->bad;

    for (int i = 0; i < w->step.n; i += FLOOD_LANES) {
        int k = FRONT + i;
        const double *s = here->share + k;
        vec west = give(here->x + k, s - 1, s);
        vec east = give(here->x + k + 1, s, s + 1);
        vec south = give(here->y + k, low->share + k, s);
        vec north = give(high->y + k, s, high->share + k);
        vec h = load(row.h + i) + (w->step.ax * (west - east) +
                                   w->step.ay * (south - north));

        store(row.new_h + i, h);
        store(row.new_qx + i, west);
        store(row.new_qy + i, south);
        depth = largest(h, depth);
        bad = pick(reaches(h, all(0)), bad, all(1));
    }
    w->depth = depth;
    w->bad = bad;
}

/* The old state of row j: the faster of two faces counts along each axis. */
ROW inertial_look(const struct flood_tile *t, struct inertia *w, int j)
{
    const struct flood_peaks peaks = *t->peaks;
    int64_t at = t->first + (int64_t)j * t->stride;
    const double *south = lane_of(w, j)->uy, *north = lane_of(w, j + 1)->uy;

    for (int i = 0; i < w->step.n; i += FLOOD_LANES) {
        int k = FRONT + i;
        vec u = largest(load(w->ux + k), load(w->ux + k + 1));
        vec v = largest(load(south + k), load(north + k));

        raise_peaks(&peaks, at + i, load(t->old.h + at + i),
                    plus(u * u, v, v), t->time_s);
    }
}

/* --- a tile --------------------------------------------------------------- */

static void inertial_begin(const struct flood_tile *t, struct inertia *w)
{
    memset(w, 0, sizeof(*w));
    w->step = (struct step){
        .n = (t->nx + FLOOD_ALIGN - 1) / FLOOD_ALIGN * FLOOD_ALIGN,
        .g = t->g, .dry = t->dry, .dt = t->dt,
        .ax = t->dt / t->dx, .ay = t->dt / t->dy,
    };
    w->theta = t->theta;
    w->beside = 0.5 * (1 - t->theta);
    for (int i = 0; i < ROOM; i++)
        w->drag[i] = t->drag_all;
}

/* How fast waves are where the new water is deepest. */
static void inertial_end(struct flood_tile *t, const struct inertia *w)
{
    t->depth = 0;
    t->bad = 0;
    for (int i = 0; i < FLOOD_LANES; i++) {
        t->depth = fmax(w->depth[i], t->depth);
        t->bad |= w->bad[i] > 0;
    }
    t->rate = sqrt(t->g * t->depth) / fmin(t->dx, t->dy);
}

static __attribute__((unused)) void advance_inertial(struct flood_tile *t)
{
    struct inertia w;

    inertial_begin(t, &w);
    move_y(t, &w, -1);
    for (int j = -1; j <= t->ny; j++) {
        move_x(t, &w, j);
        move_y(t, &w, j + 1);
        find_share(t, &w, j);
        if (j >= 0 && j < t->ny)
            inertial_look(t, &w, j);
        if (j >= 1)
            inertial_update(t, &w, j - 1);
    }
    inertial_end(t, &w);
}

#endif
