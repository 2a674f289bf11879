/* step.c - one step of time
 *
 * How long a step may be follows from the waves at its beginning, which the
 * kernel finds while it takes it.  So a step is tried with what the one before
 * found, and taken again when that was too long or a depth became negative;
 * the state at its beginning is still there.
 */
#include <math.h>
#include <string.h>

#include "flood/flood.h"

#define TOO_LONG 1.1 /* times the wanted Courant number */
#define MOST_TRIES 30

static size_t count_tiles(const struct flood *f)
{
    return (size_t)f->grid.tiles_x * (size_t)f->grid.tiles_y;
}

static int least(int64_t a, int64_t b)
{
    return (int)(a < b ? a : b);
}

/* --- tiles with water ----------------------------------------------------- */

static bool any_water(const struct flood_grid *g, const double *h, int64_t i0,
                      int64_t i1, int64_t j0, int64_t j1)
{
    for (int64_t j = j0; j < j1; j++)
        for (int64_t k = flood_at(g, i0, j); k < flood_at(g, i1, j); k++)
            if (h[k] > 0)
                return true;
    return false;
}

void flood_find_wet(struct flood *f)
{
    const struct flood_grid *g = &f->grid;

    for (int y = 0; y < g->tiles_y; y++)
        for (int x = 0; x < g->tiles_x; x++) {
            int64_t i0 = (int64_t)x * FLOOD_TILE_X;
            int64_t j0 = (int64_t)y * FLOOD_TILE_Y;
            int t = y * g->tiles_x + x;

            f->wet[t] = any_water(g, f->state[0].h, i0,
                                  least(i0 + FLOOD_TILE_X, g->nx), j0,
                                  least(j0 + FLOOD_TILE_Y, g->ny));
            f->dirty[0][t] |= f->wet[t];
        }
}

static void wake(struct flood *f, int x, int y)
{
    if (x >= 0 && x < f->grid.tiles_x && y >= 0 && y < f->grid.tiles_y)
        f->active[y * f->grid.tiles_x + x] = 1;
}

static void wake_around(struct flood *f, int x, int y)
{
    for (int b = -1; b <= 1; b++)
        for (int a = -1; a <= 1; a++)
            wake(f, x + a, y + b);
}

static bool brings_water(const struct flood *f, const struct flood_target *t)
{
    if (t->kind != FLOOD_EDGE)
        return true;
    return t->which >= 0 && (f->c.boundary[t->which].kind == FLOOD_LEVEL ||
                             f->c.boundary[t->which].kind == FLOOD_DISCHARGE);
}

/* Tiles with water, those beside them or beside a neighbour's water, and those
 * where something may come in. */
static void find_active(struct flood *f)
{
    const struct flood_grid *g = &f->grid;

    memset(f->active, 0, count_tiles(f));
    for (int x = 0; x < g->tiles_x; x++) {
        int64_t i0 = (int64_t)x * FLOOD_TILE_X;
        int64_t i1 = least(i0 + FLOOD_TILE_X, g->nx);

        for (int y = 0; y < g->tiles_y; y++)
            if (f->wet[y * g->tiles_x + x])
                wake_around(f, x, y);
        if (any_water(g, f->state[0].h, i0, i1, -FLOOD_HALO, 0))
            wake_around(f, x, -1);
        if (any_water(g, f->state[0].h, i0, i1, g->ny, g->ny + FLOOD_HALO))
            wake_around(f, x, g->tiles_y);
    }
    for (size_t i = 0; i < f->n_targets; i++)
        if (brings_water(f, &f->target[i]))
            f->active[f->target[i].tile] = 1;
}

/* --- one stage ------------------------------------------------------------ */

/* What all ranks must know of a stage. */
struct outcome {
    double rate; /* 1/s */
    double bad;  /* > 0: a depth is negative */
};

static void fill_tile(const struct flood *f, int x, int y, double dt_s,
                      struct flood_tile *t)
{
    const struct flood_grid *g = &f->grid;
    int64_t i = (int64_t)x * FLOOD_TILE_X, j = (int64_t)y * FLOOD_TILE_Y;
    size_t n = (size_t)y * (size_t)g->tiles_x + (size_t)x;

    *t = (struct flood_tile){
        .first = flood_at(g, i, j), .stride = g->stride,
        .nx = least(FLOOD_TILE_X, g->nx - i),
        .ny = least(FLOOD_TILE_Y, g->ny - j),
        .dt = dt_s, .dx = g->raster.dx, .dy = g->raster.dy, .g = FLOOD_G,
        .dry = f->c.dry, .theta = f->c.theta, .time_s = f->time_s,
        .z = g->z, .drag = g->drag,
        .drag_all = g->drag ? 0 : FLOOD_G * f->c.manning * f->c.manning,
        .source = f->source + f->tile_target[n],
        .n_sources = f->tile_target[n + 1] - f->tile_target[n],
    };
}

/* Nothing is in the tile and nothing comes: all 0 in 's', too. */
static void clear_tile(const struct flood *f, int tile, struct flood_state *s,
                       char *dirty)
{
    struct flood_tile t;

    if (!dirty[tile])
        return;
    fill_tile(f, tile % f->grid.tiles_x, tile / f->grid.tiles_x, 0, &t);
    for (int j = 0; j < t.ny; j++) {
        int64_t at = t.first + j * t.stride;
        size_t bytes = (size_t)t.nx * sizeof(double);

        memset(s->h + at, 0, bytes);
        memset(s->qx + at, 0, bytes);
        memset(s->qy + at, 0, bytes);
    }
    dirty[tile] = 0;
}

static void run_kernel(const struct flood *f, struct flood_tile *t)
{
    void (*const scheme[])(struct flood_tile *) = {
        [FLOOD_FIRST] = f->kernel->first,
        [FLOOD_SECOND] = f->kernel->second,
        [FLOOD_INERTIAL] = f->kernel->inertial,
    };

    scheme[f->c.scheme](t);
}

/* Advance state 'from' by dt into state 'to'; 'mean': of that and state 0.
 * Kernels add sources, but that of local inertia. */
static PetscErrorCode advance(struct flood *f, int from, int to, bool mean,
                              double dt_s, double share, struct outcome *o)
{
    bool inertial = f->c.scheme == FLOOD_INERTIAL;
    struct flood_tile t;

    PetscFunctionBeginUser;
    if (!inertial)
        PetscCall(flood_find_sources(f, &f->state[from], f->state[from].h,
                                     dt_s, share));
    for (int y = 0, n = 0; y < f->grid.tiles_y; y++)
        for (int x = 0; x < f->grid.tiles_x; x++, n++) {
            if (!f->active[n]) {
                clear_tile(f, n, &f->state[to], f->dirty[to]);
                continue;
            }
            fill_tile(f, x, y, dt_s, &t);
            t.old = f->state[from];
            t.new = f->state[to];
            if (mean)
                t.mean = f->state[0];
            if (from == 0)
                t.peaks = &f->peaks;
            run_kernel(f, &t);
            o->rate = fmax(o->rate, t.rate);
            o->bad = fmax(o->bad, t.bad);
            f->dirty[to][n] = 1;
            f->wet[n] = t.depth > 0;
        }
    if (inertial)
        PetscCall(flood_add_sources(f, f->state[to].h, dt_s));
    PetscFunctionReturn(0);
}

/* --- the step ------------------------------------------------------------- */

static void swap(struct flood *f, int k)
{
    struct flood_state s = f->state[0];
    char *dirty = f->dirty[0];

    f->state[0] = f->state[k];
    f->state[k] = s;
    f->dirty[0] = f->dirty[k];
    f->dirty[k] = dirty;
}

static PetscErrorCode try_step(struct flood *f, double dt_s,
                               struct outcome *o)
{
    bool second = f->c.scheme == FLOOD_SECOND;

    PetscFunctionBeginUser;
    *o = (struct outcome){ 0 };
    f->source_rate = 0;
    memset(f->pending, 0, f->n_volumes * sizeof(*f->pending));
    PetscCall(advance(f, 0, 1, false, dt_s, second ? 0.5 : 1, o));
    if (second) {
        PetscCall(flood_exchange(f, &f->state[1]));
        PetscCall(advance(f, 1, 2, true, dt_s, 0.5, o));
    }
    o->rate = fmax(o->rate, f->source_rate);
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, o, 2, MPI_DOUBLE, MPI_MAX,
                               f->comm));
    PetscFunctionReturn(0);
}

/* Where the step cannot be taken: the fastest cell, or one without a number. */
static PetscErrorCode explain(struct flood *f, double dt_s)
{
    const struct flood_grid *g = &f->grid;
    const struct flood_state *s = &f->state[0];
    struct {
        double rate;
        int rank;
    } worst = { -1, stg_rank(f->task) };
    int64_t at_i = 0, at_j = 0;
    PetscErrorCode rc = 0;

    PetscFunctionBeginUser;
    for (int64_t j = 0; j < g->ny; j++)
        for (int64_t i = 0; i < g->nx; i++) {
            int64_t k = flood_at(g, i, j);
            double w = s->h[k] > f->c.dry ? 1 / s->h[k] : 0;
            double rate = hypot(s->qx[k], s->qy[k]) * w +
                          sqrt(FLOOD_G * fmax(s->h[k], 0));

            rate = isfinite(rate) ? rate : 1e300;
            if (rate > worst.rate) {
                worst.rate = rate;
                at_i = i;
                at_j = j;
            }
        }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &worst, 1, MPI_DOUBLE_INT,
                               MPI_MAXLOC, f->comm));
    if (worst.rank == stg_rank(f->task))
        rc = stg_fail(f->task, "the flow does not stay finite at %g s: a step "
                      "of %g s was still too long; the fastest cell is at "
                      "x = %g m, y = %g m, %g m deep", f->time_s, dt_s,
                      g->raster.x + (double)at_i * g->raster.dx,
                      g->raster.y + (double)(g->first_row + at_j) *
                                        g->raster.dy,
                      s->h[flood_at(g, at_i, at_j)]);
    PetscFunctionReturn(stg_agree(f->task, rc));
}

static void accept(struct flood *f, double dt_s)
{
    swap(f, f->c.scheme == FLOOD_SECOND ? 2 : 1);
    for (size_t i = 0; i < f->n_volumes; i++)
        f->volume[i] += f->pending[i];
    f->dt_s = dt_s;
    f->steps++;
}

PetscErrorCode flood_step(struct flood *f, double most_s)
{
    double rate = f->rate, dt_s = most_s;
    struct outcome o;

    PetscFunctionBeginUser;
    find_active(f);
    for (int tries = 0;; tries++) {
        dt_s = rate * dt_s > f->c.cfl ? f->c.cfl / rate : dt_s;
        if (tries == MOST_TRIES)
            PetscFunctionReturn(explain(f, dt_s));
        PetscCall(try_step(f, dt_s, &o));
        if (!(o.bad > 0) && !(o.rate * dt_s > TOO_LONG * f->c.cfl))
            break;
        rate = o.rate;
        dt_s = o.bad > 0 ? 0.5 * dt_s : dt_s;
        f->repeated++;
    }
    accept(f, dt_s);
    PetscCall(flood_rain(f, dt_s));
    f->rate = o.rate;
    f->time_s += dt_s;
    PetscCall(flood_exchange(f, &f->state[0]));
    PetscFunctionReturn(0);
}

/* The kernel's rate of the present state, without a step. */
PetscErrorCode flood_find_rate(struct flood *f)
{
    const struct flood_grid *g = &f->grid;
    const struct flood_state *s = &f->state[0];
    double most = 0;

    PetscFunctionBeginUser;
    for (int64_t j = 0; j < g->ny; j++)
        for (int64_t i = 0; i < g->nx; i++) {
            int64_t k = flood_at(g, i, j);
            double w = s->h[k] > f->c.dry ? 1 / s->h[k] : 0;
            double c = sqrt(FLOOD_G * s->h[k]);

            most = fmax(most, (fabs(s->qx[k]) * w + c) / g->raster.dx);
            most = fmax(most, (fabs(s->qy[k]) * w + c) / g->raster.dy);
        }
    PetscCallMPI(MPI_Allreduce(&most, &f->rate, 1, MPI_DOUBLE, MPI_MAX,
                               f->comm));
    PetscFunctionReturn(0);
}

void flood_end_peaks(struct flood *f)
{
    const struct flood_grid *g = &f->grid;
    struct flood_state s = flood_cells(f);
    struct flood_peaks *p = &f->peaks;

    for (int64_t j = 0; j < g->ny; j++)
        for (int64_t k = flood_at(g, 0, j); k < flood_at(g, g->nx, j); k++) {
            double h = s.h[k], w = h > f->c.dry ? 1 / h : 0;
            double speed = hypot(s.qx[k] * w, s.qy[k] * w);

            p->depth[k] = fmax(p->depth[k], h);
            if (!(h > p->wet))
                continue;
            p->speed2[k] = fmax(p->speed2[k], speed * speed);
            p->hazard[k] = fmax(p->hazard[k],
                                h * (speed + 0.5) + p->debris[h > p->deep]);
            p->arrival[k] = fmin(p->arrival[k], f->time_s);
        }
}
