/* kernel_body.h - a kernel; each file that includes it chooses the instructions
 *
 * A tile is swept from south to north.  Of each row the fluxes over its
 * northern faces are kept for the next one; all rows that are needed at a time
 * stay in the processor's first caches.
 */
#ifndef FLOOD_KERNEL_BODY_H
#define FLOOD_KERNEL_BODY_H

#include "flood/kernel_rows.h"

/* Cells are kept for four rows, faces and sides for two. */
struct work {
    struct cells cells[4];
    struct faces x, y[2];
    struct sides across, along[2];
    struct change change;
    struct found found;
    double drag[ROOM];
};

static int64_t row_at(const struct flood_tile *t, int j)
{
    return t->first + (int64_t)j * t->stride - EDGE;
}

static struct cells *cells_of(struct work *w, int j)
{
    return &w->cells[(j + 4) % 4];
}

static void begin(struct flood_tile *t, struct work *w)
{
    for (int i = 0; i < t->nx; i++) {
        w->found.rate[i] = 0;
        w->found.depth[i] = 0;
        w->found.bad[i] = 0;
        w->drag[i] = t->drag_all;
    }
}

static void end(struct flood_tile *t, const struct work *w)
{
    t->rate = t->depth = 0;
    t->bad = 0;
    for (int i = 0; i < t->nx; i++) {
        t->rate = MAX2(w->found.rate[i], t->rate);
        t->depth = MAX2(w->found.depth[i], t->depth);
        t->bad |= w->found.bad[i] > 0;
    }
}

static void find_row(const struct flood_tile *t, struct work *w, int j)
{
    int64_t at = row_at(t, j);

    find_cells(t->nx + 2 * EDGE, t->old.h + at, t->old.qx + at,
               t->old.qy + at, t->dry, t->g, cells_of(w, j));
}

/* Sources of row j; 'next' is the first one that has not been added. */
static size_t add_sources(const struct flood_tile *t, struct change *d, int j,
                          size_t next)
{
    int64_t at = row_at(t, j) + EDGE;

    for (; next < t->n_sources; next++) {
        const struct flood_source *s = &t->source[next];
        int64_t i = s->cell - at;

        if (i >= t->nx)
            break;
        d->h[i] += s->h;
        d->qx[i] += s->qx;
        d->qy[i] += s->qy;
    }
    return next;
}

/* The new values of row j; w->change is complete. */
static void finish_row(const struct flood_tile *t, struct work *w, int j)
{
    int64_t at = row_at(t, j) + EDGE;
    double *oh = t->new.h + at, *ox = t->new.qx + at, *oy = t->new.qy + at;
    const double *h = t->old.h + at, *qx = t->old.qx + at,
                 *qy = t->old.qy + at;

    if (t->drag || t->drag_all > 0)
        update(t->nx, h, qx, qy, &w->change, t->drag ? t->drag + at : w->drag,
               t->dt, t->dry, oh, ox, oy);
    else
        update_smooth(t->nx, h, qx, qy, &w->change, t->dry, oh, ox,
                      oy);
    if (t->mean.h)
        average(t->nx, t->mean.h + at, t->mean.qx + at, t->mean.qy + at,
                t->dry, oh, ox, oy);
    else
        find_rates(t->nx, cells_of(w, j), 1.0 / t->dx, 1.0 / t->dy, &w->found);
    find_depths(t->nx, oh, &w->found);
    if (t->peaks)
        find_peaks(t->nx, h, cells_of(w, j), t->peaks, t->time_s, at);
}

static __attribute__((unused)) void advance_first(struct flood_tile *t)
{
    struct work w;
    double ax = t->dt / t->dx, ay = t->dt / t->dy;
    size_t next = 0;

    begin(t, &w);
    find_row(t, &w, -1);
    for (int j = 0; j <= t->ny; j++) {
        int64_t at = row_at(t, j), below = row_at(t, j - 1);

        find_row(t, &w, j);
        cross_y(t->nx, t->old.h + below, t->z + below, cells_of(&w, j - 1),
                t->old.h + at, t->z + at, cells_of(&w, j), t->g, &w.y[j % 2]);
        if (j == 0)
            continue;
        cross_x(t->nx, t->old.h + below, t->z + below, cells_of(&w, j - 1),
                t->g, &w.x);
        sum_faces(t->nx, &w.x, &w.y[(j + 1) % 2], &w.y[j % 2], ax, ay,
                  &w.change);
        next = add_sources(t, &w.change, j - 1, next);
        finish_row(t, &w, j - 1);
    }
    end(t, &w);
}

/* Sides along y of row j, from it and its two neighbours. */
static void find_sides(const struct flood_tile *t, struct work *w, int j)
{
    int64_t at = row_at(t, j);

    sides_y(t->nx, t->stride, t->old.h + at, t->z + at, cells_of(w, j - 1),
            cells_of(w, j), cells_of(w, j + 1), t->dry,
            &w->along[(j + 2) % 2]);
}

static __attribute__((unused)) void advance_second(struct flood_tile *t)
{
    struct work w;
    double ax = t->dt / t->dx, ay = t->dt / t->dy;
    size_t next = 0;

    begin(t, &w);
    for (int j = -2; j <= 0; j++)
        find_row(t, &w, j);
    find_sides(t, &w, -1);
    for (int j = 0; j <= t->ny; j++) {
        int64_t at = row_at(t, j), below = row_at(t, j - 1);
        struct sides *low = &w.along[(j + 1) % 2], *high = &w.along[j % 2];

        find_row(t, &w, j + 1);
        find_sides(t, &w, j);
        cross_sides_y(t->nx, t->z + below, cells_of(&w, j - 1), low,
                      t->z + at, cells_of(&w, j), high, t->g, &w.y[j % 2]);
        if (j == 0)
            continue;
        sides_x(t->nx, t->old.h + below, t->z + below, cells_of(&w, j - 1),
                t->dry, &w.across);
        cross_sides_x(t->nx, t->z + below, cells_of(&w, j - 1), &w.across,
                      t->g, &w.x);
        sum_faces(t->nx, &w.x, &w.y[(j + 1) % 2], &w.y[j % 2], ax, ay,
                  &w.change);
        add_slopes(t->nx, t->old.h + below + EDGE, w.across.slope + EDGE,
                   low->slope + EDGE, t->g * ax, t->g * ay, &w.change);
        next = add_sources(t, &w.change, j - 1, next);
        finish_row(t, &w, j - 1);
    }
    end(t, &w);
}

#endif
