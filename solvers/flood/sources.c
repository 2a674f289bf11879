/* sources.c - what boundaries, inflows and structures do in a step
 *
 * The kernel sees the world beyond the domain as a wall of rock with water at
 * rest before it: it lets nothing through and pushes back with g h^2 / 2.
 * A boundary adds the difference to the flux that is meant.
 */
#include <math.h>
#include <string.h>

#include "flood/flood.h"

#define ORIFICE 0.6 /* contraction of the jet through an opening */

/* The cell in front of a face: u outward, v along the face. */
struct front {
    double h, u, v, c, z;
};

/* Outward fluxes: volume, momentum along u beyond g h^2 / 2, along v. */
struct flux {
    double h, u, v;
    double rate; /* m/s, of waves that the boundary sends */
};

/* --- boundaries ----------------------------------------------------------- */

/* A mirror image beyond the wall. */
static struct flux wall(const struct front *p)
{
    double b = fmax(p->c - p->u, p->c + 0.5 * p->u);
    double push = p->h * p->u * (p->u + b);

    return (struct flux){
        .u = fmax(push, -0.5 * FLOOD_G * p->h * p->h),
    };
}

/* Over an edge into the depth: the wave that a dry bed draws. */
static struct flux fall(const struct front *p)
{
    double u = p->u >= p->c ? p->u : fmax((p->u + 2 * p->c) / 3, 0);
    double h = p->u >= p->c ? p->h : u * u / FLOOD_G;

    return (struct flux){
        .h = h * u, .v = h * u * p->v,
        .u = h * u * u + 0.5 * FLOOD_G * (h * h - p->h * p->h),
    };
}

/* Local inertia: as uniform flow down the bed, or the surface where the bed
 * does not fall; no more than over an edge. */
static struct flux leave(const struct flood *f, const struct flood_target *t,
                         const struct front *p)
{
    const struct flood_grid *g = &f->grid;
    double n2 = g->drag ? g->drag[t->cell] / FLOOD_G
                        : f->c.manning * f->c.manning;
    double drop = t->drop > 0 ? t->drop : flood_inner_drop(f, t);
    double q = p->h * sqrt(cbrt(p->h) * p->h * drop / (n2 * g->raster.dx));

    return (struct flux){ .h = drop > 0 ? fmin(q, fall(p).h) : 0 };
}

/* Water of depth h beyond, which moves as that in front: HLL. */
static struct flux beside(const struct front *p, double h)
{
    double c = sqrt(FLOOD_G * h);
    double um = p->u + p->c - c, cm = 0.5 * (p->c + c);
    double a = fmin(fmin(p->u - p->c, um - cm), 0);
    double b = fmax(h > 0 ? fmax(p->u + c, um + cm) : p->u + 2 * p->c, 0);
    double ql = p->h * p->u, qr = h * p->u;
    double pl = ql * p->u + 0.5 * FLOOD_G * p->h * p->h;
    double pr = qr * p->u + 0.5 * FLOOD_G * h * h, q;

    if (!(b > a))
        return (struct flux){ 0 };
    q = (b * ql - a * qr + a * b * (h - p->h)) / (b - a);
    return (struct flux){
        .h = q, .v = q > 0 ? q * p->v : 0, .rate = fabs(p->u) + c,
        .u = (b * pl - a * pr + a * b * (qr - ql)) / (b - a) -
             0.5 * FLOOD_G * p->h * p->h,
    };
}

/* The bed falls on as it does here, and the water with it: what a cell takes
 * that is lower by 'drop'.  A cell at the edge has no slopes, so with second
 * order it has felt half of the fall on its inner side and gets the other half
 * here; with first order it is all at the face, as in the kernel.  Only so is
 * uniform flow steady. */
static struct flux outflow(const struct front *p, double drop, bool sloped)
{
    double step = sloped ? 0.5 * drop : drop;
    struct flux flux = beside(p, fmax(p->h - step, 0));

    if (!(flux.h > 0))
        return (struct flux){ .u = -FLOOD_G * p->h * drop };
    flux.u -= FLOOD_G * p->h * (drop - step + fmax(step - p->h, 0));
    return flux;
}

/* A given discharge per width comes in; at least as deep as critical. */
static struct flux discharge(const struct front *p, double q)
{
    double h = fmax(p->h, cbrt(q * q / FLOOD_G));

    if (!(q > 0))
        return wall(p);
    return (struct flux){
        .h = -q, .rate = q / h + sqrt(FLOOD_G * h),
        .u = q * q / h + 0.5 * FLOOD_G * (h * h - p->h * p->h),
    };
}

static struct flux cross_edge(const struct flood *f,
                              const struct flood_target *t,
                              const struct front *p, double dt_s)
{
    const struct flood_boundary *b;

    if (t->which < 0)
        return wall(p);
    b = &f->c.boundary[t->which];
    switch (b->kind) {
    case FLOOD_FREE:
        if (f->c.scheme == FLOOD_INERTIAL)
            return leave(f, t, p);
        return outflow(p, t->drop, f->c.scheme == FLOOD_SECOND);
    case FLOOD_FALL:
        return fall(p);
    case FLOOD_LEVEL:
        return beside(p, fmax(flood_series_mean(&b->series, f->time_s, dt_s) -
                              p->z, 0));
    case FLOOD_DISCHARGE:
        return discharge(p, flood_series_mean(&b->series, f->time_s, dt_s) /
                                f->faces[t->which]);
    default:
        return wall(p);
    }
}

static struct front in_front(const struct flood *f,
                             const struct flood_state *from,
                             const struct flood_target *t)
{
    double h = from->h[t->cell], w = h > f->c.dry ? 1 / h : 0;
    double x = from->qx[t->cell], y = from->qy[t->cell];
    struct front p = { .h = h, .c = sqrt(FLOOD_G * fmax(h, 0)),
                       .z = f->grid.z[t->cell] };

    if (f->c.scheme == FLOOD_INERTIAL) {
        p.u = flood_inner_velocity(f, t);
        return p;
    }
    p.u = t->sign * w * (t->axis ? y : x);
    p.v = w * (t->axis ? x : y);
    return p;
}

static void find_edge(struct flood *f, const struct flood_state *from,
                      const double *left, const struct flood_target *t,
                      double dt_s, double share, struct flood_source *s)
{
    const struct stg_raster *r = &f->grid.raster;
    double dx = t->axis ? r->dy : r->dx, across = t->axis ? r->dx : r->dy;
    struct front p = in_front(f, from, t);
    struct flux flux = cross_edge(f, t, &p, dt_s);
    double a = dt_s / dx, u = -t->sign * a * flux.u, v = -a * flux.v;

    if (f->c.scheme == FLOOD_INERTIAL) {
        flux.h = fmin(flux.h, t->most * left[t->cell] / a);
        u = 0.5 * t->sign * flux.h; /* its part of the cell's mean, m2/s */
        v = 0;
    }
    s->h = -a * flux.h;
    s->qx = t->axis ? v : u;
    s->qy = t->axis ? u : v;
    f->source_rate = fmax(f->source_rate, flux.rate / dx);
    if (t->which >= 0)
        f->pending[f->c.n_inflows + (size_t)t->which] -=
            share * dt_s * across * flux.h;
}

/* --- inflows and structures ----------------------------------------------- */

static void find_inflow(struct flood *f, const struct flood_target *t,
                        double dt_s, double share, struct flood_source *s)
{
    double q = flood_series_mean(&f->c.inflow[t->which].discharge, f->time_s,
                                 dt_s) * t->sign;

    s->h = q * dt_s / f->grid.area;
    f->pending[t->which] += share * q * dt_s;
}

/* m3/s from a head 'a' above the crest to a head 'b' below 'a'. */
static double flow_over(const struct flood_structure *p, double a, double b)
{
    double q, jet;

    if (!(a > 0) || !(a > b))
        return 0;
    q = p->coefficient * p->width * a * sqrt(a);
    if (b > 0) /* Villemonte */
        q *= pow(1 - pow(b / a, 1.5), 0.385);
    if (a <= p->height)
        return q;
    jet = b > 0.5 * p->height ? a - b : a - 0.5 * p->height;
    return fmin(q, ORIFICE * p->width * p->height * sqrt(2 * FLOOD_G * jet));
}

/* m3/s between surfaces at 'high' and 'low'; 'back': from the second end. */
static double flow_through(const struct flood_structure *p, double high,
                           double low, bool back)
{
    double from = back ? p->crest2 : p->crest;
    double to = back ? p->crest : p->crest2;

    if (back && p->flap)
        return 0;
    if (!p->is_culvert)
        return flow_over(p, high - p->crest, low - p->crest);
    return flood_culvert_flow(&p->culvert, high - from, low - to, from - to);
}

/* At most half of the water of the cell that gives it, or its part of it where
 * others take, too. */
static void find_flows(struct flood *f, double dt_s, double share)
{
    for (size_t k = 0; k < f->c.n_structures; k++) {
        const struct flood_structure *p = &f->c.structure[k];
        const struct flood_spot *up = &f->spot[f->c.n_gauges + 2 * k],
                                *down = up + 1;
        double a = up->h + up->z, b = down->h + down->z;
        double q = flow_through(p, fmax(a, b), fmin(a, b), b > a);
        const struct flood_spot *from = a > b ? up : down;

        q = fmin(q, fmin(from->most, 0.5) * from->left * f->grid.area / dt_s);
        f->flow[k] = a > b ? q : -q;
        if (stg_rank(f->task) == 0)
            f->pending[f->c.n_inflows + f->c.n_boundaries + k] +=
                share * dt_s * f->flow[k];
    }
}

PetscErrorCode flood_find_sources(struct flood *f,
                                  const struct flood_state *from,
                                  const double *left, double dt_s,
                                  double share)
{
    PetscFunctionBeginUser;
    if (f->c.n_structures > 0) {
        PetscCall(flood_look(f, from, left));
        find_flows(f, dt_s, share);
    }
    for (size_t i = 0; i < f->n_targets; i++) {
        const struct flood_target *t = &f->target[i];
        struct flood_source *s = &f->source[i];

        *s = (struct flood_source){ .cell = t->cell };
        if (t->kind == FLOOD_EDGE && (t->which >= 0 || from->h[t->cell] > 0))
            find_edge(f, from, left, t, dt_s, share, s);
        else if (t->kind == FLOOD_INFLOW)
            find_inflow(f, t, dt_s, share, s);
        else if (t->kind == FLOOD_LINK)
            s->h = t->sign * f->flow[t->which] * dt_s / f->grid.area;
    }
    PetscFunctionReturn(0);
}

/* --- how much at once ----------------------------------------------------- */

/* Water that comes into a dry cell at 'rate' (m/s) makes waves of its own
 * within the step: g rate dt^3 <= (cfl dx)^2. */
static double longest(const struct flood *f, double rate)
{
    double reach = f->c.cfl * f->grid.raster.dx;

    return rate > 0 ? cbrt(reach * reach / (FLOOD_G * rate)) : INFINITY;
}

double flood_longest_step(const struct flood *f)
{
    double dt_s = f->c.longest_s, dx = f->grid.raster.dx;

    if (f->c.rains)
        dt_s = fmin(dt_s, longest(f, flood_series_most(&f->c.rain)));
    for (size_t i = 0; i < f->c.n_inflows; i++) {
        const struct flood_inflow *p = &f->c.inflow[i];
        double cells = 1 + fmax(fabs(p->x2 - p->x), fabs(p->y2 - p->y)) / dx;

        dt_s = fmin(dt_s, longest(f, flood_series_most(&p->discharge) /
                                         (floor(cells) * f->grid.area)));
    }
    for (size_t b = 0; b < f->c.n_boundaries; b++)
        if (f->c.boundary[b].kind == FLOOD_DISCHARGE)
            dt_s = fmin(dt_s,
                        longest(f, flood_series_most(&f->c.boundary[b].series) /
                                       (f->faces[b] * dx)));
    return dt_s;
}
