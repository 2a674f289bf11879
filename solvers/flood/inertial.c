/* inertial.c - discharges at faces, which local inertia has
 *
 * In a step the kernel moves water through the faces between cells of the
 * domain.  What boundaries, inflows and structures do at its beginning is added
 * after it, and takes no more than what is left, so that no cell gives more
 * than it has.
 */
#include <math.h>
#include <string.h>

#include "flood/flood.h"

void flood_set_faces(struct flood *f)
{
    const struct flood_grid *g = &f->grid;
    struct flood_state *s = &f->state[0];

    for (int64_t k = g->size - 1; k >= g->stride; k--) {
        bool x = g->inside[k] && g->inside[k - 1];
        bool y = g->inside[k] && g->inside[k - g->stride];

        s->qx[k] = x ? 0.5 * (s->qx[k - 1] + s->qx[k]) : 0;
        s->qy[k] = y ? 0.5 * (s->qy[k - g->stride] + s->qy[k]) : 0;
    }
}

struct flood_state flood_cells(struct flood *f)
{
    const struct flood_grid *g = &f->grid;
    const struct flood_state *s = &f->state[0];
    struct flood_state mean = f->state[1];

    if (f->c.scheme != FLOOD_INERTIAL)
        return *s;
    for (int64_t j = 0; j < g->ny; j++)
        for (int64_t k = flood_at(g, 0, j); k < flood_at(g, g->nx, j); k++) {
            mean.qx[k] = 0.5 * (s->qx[k] + s->qx[k + 1]);
            mean.qy[k] = 0.5 * (s->qy[k] + s->qy[k + g->stride]);
        }
    for (size_t i = 0; i < f->n_targets; i++) {
        mean.qx[f->target[i].cell] += f->source[i].qx;
        mean.qy[f->target[i].cell] += f->source[i].qy;
    }
    memset(f->dirty[1], 1, (size_t)g->tiles_x * (size_t)g->tiles_y);
    mean.h = s->h;
    return mean;
}

/* The cell on the other side of one at an edge. */
static int64_t behind(const struct flood *f, const struct flood_target *t)
{
    int64_t next = t->axis ? f->grid.stride : 1;

    return t->sign > 0 ? t->cell - next : t->cell + next;
}

double flood_inner_drop(const struct flood *f, const struct flood_target *t)
{
    const double *h = f->state[0].h, *z = f->grid.z;
    int64_t from = behind(f, t);

    return f->grid.inside[from] ? h[from] - h[t->cell] + z[from] - z[t->cell]
                                : 0;
}

double flood_inner_velocity(const struct flood *f,
                            const struct flood_target *t)
{
    const struct flood_grid *g = &f->grid;
    const struct flood_state *s = &f->state[0];
    int64_t from = behind(f, t), low = from < t->cell ? from : t->cell;
    int64_t high = from < t->cell ? t->cell : from;
    double level = fmax(s->h[low] + g->z[low], s->h[high] + g->z[high]);
    double h = level - fmax(g->z[low], g->z[high]);
    double q = (t->axis ? s->qy : s->qx)[high];

    return h > f->c.dry ? t->sign * q / h : 0;
}

PetscErrorCode flood_add_sources(struct flood *f, double *h, double dt_s)
{
    PetscFunctionBeginUser;
    PetscCall(flood_find_sources(f, &f->state[0], h, dt_s, 1));
    for (size_t i = 0; i < f->n_targets; i++) {
        const struct flood_source *p = &f->source[i];

        h[p->cell] += p->h;
        if (p->h > 0)
            f->wet[f->target[i].tile] = 1;
    }
    PetscFunctionReturn(0);
}
