/* rain.c - what falls on the cells and what the ground takes up */
#include <math.h>

#include "flood/flood.h"

/* m that the soil would take up in the step; 'taken' so far. */
static double thirst(const struct flood_case *c, double time_s, double dt_s,
                     double taken, double depth)
{
    double k = c->soil_rate * dt_s, b, head;

    switch (c->soil) {
    case FLOOD_CONSTANT:
        return k;
    case FLOOD_HORTON: /* the integral of final + (initial - final) e^-at */
        if (c->soil_decay <= 0)
            return c->soil_initial * dt_s;
        return k + (c->soil_initial - c->soil_rate) / c->soil_decay *
                       exp(-c->soil_decay * time_s) *
                       -expm1(-c->soil_decay * dt_s);
    case FLOOD_GREEN_AMPT: /* implicit in the depth of the wetting front */
        head = (c->soil_suction + depth) * c->soil_deficit;
        b = k - taken;
        return 0.5 * (b + sqrt(b * b + 4 * k * (taken + head)));
    default:
        return 0;
    }
}

/* One cell; returns what the ground took up, m. */
static double soak(struct flood *f, int64_t k, double dt_s)
{
    struct flood_state *s = &f->state[0];
    bool inertial = f->c.scheme == FLOOD_INERTIAL; /* faces keep theirs */
    double h = s->h[k], m, left;

    if (!(h > 0))
        return 0;
    m = fmax(fmin(thirst(&f->c, f->time_s, dt_s, f->soaked[k], h), h), 0);
    left = inertial ? 1 : h - m > f->c.dry ? (h - m) / h : 0;
    f->soaked[k] += m;
    s->h[k] = h - m;
    s->qx[k] *= left;
    s->qy[k] *= left;
    return m;
}

PetscErrorCode flood_rain(struct flood *f, double dt_s)
{
    const struct flood_grid *g = &f->grid;
    bool soil = f->c.soil != FLOOD_NO_SOIL;
    double rain = 0, soaked = 0;
    int64_t n = 0;

    PetscFunctionBeginUser;
    if (f->c.rains)
        rain = flood_series_mean(&f->c.rain, f->time_s, dt_s) * dt_s;
    if (!(rain > 0) && !soil)
        PetscFunctionReturn(0);
    for (int64_t j = 0; j < g->ny; j++)
        for (int64_t i = 0; i < g->nx; i++) {
            int64_t k = flood_at(g, i, j);

            if (!g->inside[k])
                continue;
            n++;
            f->state[0].h[k] += rain;
            if (soil)
                soaked += soak(f, k, dt_s);
        }
    f->volume[f->n_volumes - 2] += rain * g->area * (double)n;
    f->volume[f->n_volumes - 1] += soaked * g->area;
    if (rain > 0)
        flood_find_wet(f);
    PetscFunctionReturn(0);
}
