/* kernel_body.h - a kernel; each file that includes it chooses the instructions
 *
 * A tile is swept from south to north.  Of each row the fluxes over its
 * northern faces are kept for the next one; all rows that are needed at a time
 * stay in the processor's first caches.
 */
#ifndef FLOOD_KERNEL_BODY_H
#define FLOOD_KERNEL_BODY_H

#include "flood/kernel_rows.h"

/* Cells are kept for four rows, faces along y for two. */
struct work {
    struct step step;
    struct cells cells[4];
    struct faces x, y[2];
    struct sides sides;
    struct found found;
    double drag[FLOOD_TILE_X];
} __attribute__((aligned(64)));

static struct cells *cells_of(struct work *w, int j)
{
    return &w->cells[(j + 4) % 4];
}

static struct row row_of(const struct flood_tile *t, const struct work *w,
                         int j)
{
    int64_t at = t->first + (int64_t)j * t->stride;
    struct row row = {
        .h = t->old.h + at, .qx = t->old.qx + at, .qy = t->old.qy + at,
        .z = t->z + at, .drag = t->drag ? t->drag + at : w->drag,
        .new_h = t->new.h + at, .new_qx = t->new.qx + at,
        .new_qy = t->new.qy + at,
    };

    if (t->mean.h) {
        row.mean_h = t->mean.h + at;
        row.mean_qx = t->mean.qx + at;
        row.mean_qy = t->mean.qy + at;
    }
    return row;
}

static void begin(const struct flood_tile *t, struct work *w)
{
    w->step = (struct step){
        .n = (t->nx + FLOOD_ALIGN - 1) / FLOOD_ALIGN * FLOOD_ALIGN,
        .stride = t->stride, .g = t->g, .dry = t->dry, .dt = t->dt,
        .ax = t->dt / t->dx, .ay = t->dt / t->dy,
    };
    memset(w->cells, 0, sizeof(w->cells));
    memset(&w->sides, 0, sizeof(w->sides));
    memset(&w->found, 0, sizeof(w->found));
    for (int i = 0; i < w->step.n; i++)
        w->drag[i] = t->drag_all;
}

static void end(struct flood_tile *t, const struct work *w)
{
    const struct found *f = &w->found;

    t->rate = t->depth = 0;
    t->bad = 0;
    for (int i = 0; i < FLOOD_LANES; i++) {
        t->rate = fmax(t->rate, fmax(f->speed_x[i] / t->dx,
                                     f->speed_y[i] / t->dy));
        t->depth = fmax(f->depth[i], t->depth);
        t->bad |= f->bad[i] > 0;
    }
}

static void find_row(const struct flood_tile *t, struct work *w, int j)
{
    struct row row = row_of(t, w, j);

    find_cells(&w->step, &row, cells_of(w, j));
}

/* There is no water in rows 'from' to 'to', of those that are kept. */
static bool dry(struct work *w, int from, int to)
{
    for (int j = from; j <= to; j++)
        if (cells_of(w, j)->water)
            return false;
    return true;
}

static void clear_row(const struct step *s, const struct row *t)
{
    size_t bytes = (size_t)s->n * sizeof(double);

    memset(t->new_h, 0, bytes);
    memset(t->new_qx, 0, bytes);
    memset(t->new_qy, 0, bytes);
}

/* Sources of row j come through its southern faces; 'next' is the first one
 * that has not been added. */
static size_t add_sources(const struct flood_tile *t, struct faces *south,
                          int j, size_t next)
{
    int64_t at = t->first + (int64_t)j * t->stride;

    for (; next < t->n_sources; next++) {
        const struct flood_source *s = &t->source[next];
        int64_t i = s->cell - at;

        if (i >= t->nx)
            break;
        south->h[i] += s->h;
        south->t[i] += s->qx;
        south->high[i] += s->qy;
    }
    return next;
}

/* The new values of row j from its faces and from its sources, of which 'next'
 * is the first; the first one behind them. */
static size_t finish_row(const struct flood_tile *t, struct work *w, int j,
                         size_t next)
{
    struct faces *south = &w->y[j % 2], *north = &w->y[(j + 1) % 2];
    size_t after = add_sources(t, south, j, next);
    struct row row = row_of(t, w, j);

    if (after == next && !t->mean.h && dry(w, j - 1, j + 1)) {
        clear_row(&w->step, &row);
        return after;
    }
    if (t->mean.h)
        update_mean(&w->step, &row, &w->x, south, north, &w->found);
    else
        update(&w->step, &row, &w->x, south, north, &w->found);
    if (t->peaks)
        look_at(&w->step, &row, cells_of(w, j), t->peaks, t->time_s,
                t->first + j * t->stride, &w->found);
    return after;
}

static __attribute__((unused)) void advance_first(struct flood_tile *t)
{
    size_t next = 0;
    struct work w;

    begin(t, &w);
    find_row(t, &w, -1);
    for (int j = 0; j <= t->ny; j++) {
        struct row low = row_of(t, &w, j - 1), high = row_of(t, &w, j);

        find_row(t, &w, j);
        if (dry(&w, j - 1, j))
            memset(&w.y[j % 2], 0, sizeof(w.y[0]));
        else
            cross_y(&w.step, &low, cells_of(&w, j - 1), &high,
                    cells_of(&w, j), &w.y[j % 2]);
        if (j == 0)
            continue;
        cross_x(&w.step, &low, cells_of(&w, j - 1), &w.x);
        next = finish_row(t, &w, j - 1, next);
    }
    end(t, &w);
}

static __attribute__((unused)) void advance_second(struct flood_tile *t)
{
    size_t next = 0;
    struct work w;

    begin(t, &w);
    find_row(t, &w, -2);
    find_row(t, &w, -1);
    for (int j = -1; j <= t->ny; j++) {
        struct row row[3] = { row_of(t, &w, j - 1), row_of(t, &w, j),
                              row_of(t, &w, j + 1) };
        const struct cells *cells[3] = { cells_of(&w, j - 1), cells_of(&w, j),
                                         cells_of(&w, j + 1) };

        find_row(t, &w, j + 1);
        if (dry(&w, j - 1, j + 1)) {
            memset(&w.sides, 0, sizeof(w.sides));
            memset(&w.y[(j + 2) % 2], 0, sizeof(w.y[0]));
        } else {
            cross_slopes_y(&w.step, row, cells, &w.sides, &w.y[(j + 2) % 2]);
        }
        if (j < 1)
            continue;
        if (dry(&w, j - 1, j - 1))
            memset(&w.x, 0, sizeof(w.x));
        else
            cross_slopes_x(&w.step, &row[0], cells[0], &w.x);
        next = finish_row(t, &w, j - 1, next);
    }
    end(t, &w);
}

#endif
