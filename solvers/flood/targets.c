/* targets.c - the cells where boundaries, inflows and structures act */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "flood/flood.h"

struct list {
    struct flood *f;
    struct flood_target *item;
    size_t n, room;
};

static PetscErrorCode add(struct list *l, int64_t i, int64_t j,
                          struct flood_target t)
{
    PetscFunctionBeginUser;
    if (l->n == l->room) {
        l->room = 2 * l->room + 64;
        PetscCall(PetscRealloc(l->room * sizeof(t), &l->item));
    }
    t.cell = flood_at(&l->f->grid, i, j);
    t.tile = flood_tile_of(&l->f->grid, i, j);
    l->item[l->n++] = t;
    PetscFunctionReturn(0);
}

/* --- boundaries ----------------------------------------------------------- */

enum { WEST, EAST, SOUTH, NORTH, ALL };

/* The first boundary with this face; -1: a wall. */
static int find_boundary(const struct flood *f, int side, double along)
{
    for (size_t b = 0; b < f->c.n_boundaries; b++) {
        const struct flood_boundary *p = &f->c.boundary[b];

        if ((p->side == side || p->side == ALL) && along >= p->from &&
            along <= p->to)
            return (int)b;
    }
    return -1;
}

static PetscErrorCode add_edge(struct list *l, int64_t i, int64_t j, int side)
{
    static const int di[] = { -1, 1, 0, 0 }, dj[] = { 0, 0, -1, 1 };
    struct flood *f = l->f;
    const struct flood_grid *g = &f->grid;
    int64_t here = flood_at(g, i, j), in = flood_at(g, i - di[side],
                                                    j - dj[side]);
    bool along_y = side == WEST || side == EAST;
    double along = along_y
        ? g->raster.y + (double)(g->first_row + j) * g->raster.dy
        : g->raster.x + (double)i * g->raster.dx;
    struct flood_target t = {
        .kind = FLOOD_EDGE, .which = find_boundary(f, side, along),
        .axis = along_y ? 0 : 1,
        .sign = side == EAST || side == NORTH ? 1 : -1,
    };

    if (g->inside[flood_at(g, i + di[side], j + dj[side])])
        return 0;
    if (g->inside[in])
        t.drop = fmax(g->z[in] - g->z[here], 0);
    if (t.which >= 0)
        f->faces[t.which] += along_y ? g->raster.dy : g->raster.dx;
    return add(l, i, j, t);
}

static PetscErrorCode add_edges(struct list *l)
{
    struct flood *f = l->f;
    const struct flood_grid *g = &f->grid;
    int n = (int)f->c.n_boundaries;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(n + 1, &f->faces));
    for (int64_t j = 0; j < g->ny; j++)
        for (int64_t i = 0; i < g->nx; i++)
            for (int side = WEST; side <= NORTH; side++)
                if (g->inside[flood_at(g, i, j)])
                    PetscCall(add_edge(l, i, j, side));
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, f->faces, n, MPI_DOUBLE, MPI_SUM,
                               f->comm));
    for (int b = 0; b < n; b++)
        if (f->faces[b] <= 0)
            PetscFunctionReturn(stg_fail(f->task, "boundary '%s' meets no "
                                         "edge of the terrain",
                                         f->c.boundary[b].name));
    PetscFunctionReturn(0);
}

/* --- inflows -------------------------------------------------------------- */

/* Every rank asks for the same place; fails on all of them unless the cell is
 * in the domain.  *row: of my strip, *mine: is it in it? */
static PetscErrorCode locate(struct flood *f, const char *kind,
                             const char *name, double x, double y, int64_t *i,
                             int64_t *row, bool *mine)
{
    const struct flood_grid *g = &f->grid;
    PetscErrorCode rc = 0;
    int64_t j;

    if (!flood_find(g, x, y, i, &j))
        return stg_fail(f->task, "%s '%s' at x = %g m, y = %g m is outside "
                        "the terrain, which reaches from (%g, %g) to (%g, %g)",
                        kind, name, x, y, g->raster.x - 0.5 * g->raster.dx,
                        g->raster.y - 0.5 * g->raster.dy,
                        g->raster.x + ((double)g->nx - 0.5) * g->raster.dx,
                        g->raster.y + ((double)g->raster.ny - 0.5) *
                                          g->raster.dy);
    *row = j - g->first_row;
    *mine = *row >= 0 && *row < g->ny;
    if (*mine && !g->inside[flood_at(g, *i, *row)])
        rc = stg_fail(f->task, "%s '%s' at x = %g m, y = %g m lies where the "
                      "terrain has no data", kind, name, x, y);
    return stg_agree(f->task, rc);
}

static PetscErrorCode add_inflow(struct list *l, size_t which)
{
    struct flood *f = l->f;
    const struct flood_inflow *p = &f->c.inflow[which];
    double step = f->grid.raster.dx;
    int64_t n = (int64_t)(hypot(p->x2 - p->x, p->y2 - p->y) / step * 4) + 1;
    int64_t before_i = -1, before_j = -1, cells = 0, i, j;
    size_t first = l->n;
    bool mine;

    PetscFunctionBeginUser;
    for (int64_t k = 0; k <= n; k++) {
        double t = (double)k / (double)n;

        PetscCall(locate(f, "inflow", p->name, p->x + t * (p->x2 - p->x),
                         p->y + t * (p->y2 - p->y), &i, &j, &mine));
        if (i == before_i && j == before_j)
            continue;
        cells++;
        before_i = i;
        before_j = j;
        if (mine)
            PetscCall(add(l, i, j, (struct flood_target){
                                       .kind = FLOOD_INFLOW,
                                       .which = (int)which }));
    }
    for (size_t k = first; k < l->n; k++)
        l->item[k].sign = 1.0 / (double)cells;
    PetscFunctionReturn(0);
}

/* --- spots ---------------------------------------------------------------- */

static PetscErrorCode find_spot(struct flood *f, const char *kind,
                                const char *name, double x, double y,
                                struct flood_spot *spot, int64_t *i,
                                int64_t *j)
{
    bool mine;

    PetscFunctionBeginUser;
    PetscCall(locate(f, kind, name, x, y, i, j, &mine));
    spot->cell = mine ? flood_at(&f->grid, *i, *j) : -1;
    PetscFunctionReturn(0);
}

static PetscErrorCode add_spots(struct list *l)
{
    struct flood *f = l->f;
    size_t n = f->c.n_gauges;
    int64_t i, j;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(n + 2 * f->c.n_structures + 1, &f->spot));
    PetscCall(PetscCalloc1(f->c.n_structures + 1, &f->flow));
    for (size_t k = 0; k < n; k++)
        PetscCall(find_spot(f, "gauge", f->c.gauge[k].name, f->c.gauge[k].x,
                            f->c.gauge[k].y, &f->spot[k], &i, &j));
    for (size_t k = 0; k < 2 * f->c.n_structures; k++) {
        const struct flood_structure *p = &f->c.structure[k / 2];

        PetscCall(find_spot(f, "structure", p->name, k % 2 ? p->x2 : p->x,
                            k % 2 ? p->y2 : p->y, &f->spot[n + k], &i, &j));
        if (f->spot[n + k].cell >= 0)
            PetscCall(add(l, i, j, (struct flood_target){
                                       .kind = FLOOD_LINK,
                                       .which = (int)(k / 2),
                                       .sign = k % 2 ? 1 : -1 }));
    }
    PetscFunctionReturn(0);
}

/* --- all ------------------------------------------------------------------ */

static int compare(const void *a, const void *b)
{
    const struct flood_target *p = a, *q = b;

    if (p->tile != q->tile)
        return p->tile < q->tile ? -1 : 1;
    if (p->cell != q->cell)
        return p->cell < q->cell ? -1 : 1;
    if (p->kind != q->kind)
        return p->kind < q->kind ? -1 : 1;
    if (p->which != q->which)
        return p->which < q->which ? -1 : 1;
    if (p->axis != q->axis)
        return p->axis < q->axis ? -1 : 1;
    return (p->sign > q->sign) - (p->sign < q->sign);
}

/* Several that may take water from one cell share what is in it. */
static PetscErrorCode share_water(struct flood *f)
{
    size_t gauges = f->c.n_gauges, ends = 2 * f->c.n_structures;
    double *most;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(ends + 1, &most));
    for (size_t i = 0, end; i < f->n_targets; i = end) {
        int takers = 0;

        for (end = i; end < f->n_targets &&
                      f->target[end].cell == f->target[i].cell; end++)
            takers += f->target[end].kind != FLOOD_INFLOW &&
                      f->target[end].which >= 0;
        for (size_t k = i; k < end; k++) {
            struct flood_target *t = &f->target[k];

            t->most = FLOOD_MOST / (takers > 1 ? takers : 1);
            if (t->kind == FLOOD_LINK)
                most[2 * t->which + (t->sign > 0)] = t->most;
        }
    }
    /* One rank has each of them, the others 0. */
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, most, (int)ends, MPI_DOUBLE,
                               MPI_SUM, f->comm));
    for (size_t i = 0; i < ends; i++)
        f->spot[gauges + i].most = most[i];
    PetscCall(PetscFree(most));
    PetscFunctionReturn(0);
}

PetscErrorCode flood_find_targets(struct flood *f)
{
    struct list l = { .f = f };
    size_t tiles = (size_t)f->grid.tiles_x * (size_t)f->grid.tiles_y, k = 0;
    PetscErrorCode rc = add_edges(&l);

    PetscFunctionBeginUser;
    for (size_t i = 0; !rc && i < f->c.n_inflows; i++)
        rc = add_inflow(&l, i);
    if (!rc)
        rc = add_spots(&l);
    f->target = l.item;
    f->n_targets = l.n;
    PetscCall(rc);
    if (l.n > 0)
        qsort(l.item, l.n, sizeof(*l.item), compare);
    PetscCall(PetscCalloc1(l.n + 1, &f->source));
    PetscCall(PetscCalloc1(tiles + 1, &f->tile_target));
    for (size_t tile = 0; tile <= tiles; tile++) {
        while (k < l.n && l.item[k].tile < (int)tile)
            k++;
        f->tile_target[tile] = k;
    }
    PetscCall(share_water(f));
    f->n_volumes = f->c.n_inflows + f->c.n_boundaries + f->c.n_structures + 2;
    PetscCall(PetscCalloc1(f->n_volumes, &f->volume));
    PetscCall(PetscCalloc1(f->n_volumes, &f->pending));
    PetscFunctionReturn(0);
}
