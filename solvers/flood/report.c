/* report.c - balances and gauges while the flood runs */
#include <math.h>
#include <string.h>

#include "flood/flood.h"

PetscErrorCode flood_look(struct flood *f, const struct flood_state *from,
                          const double *left)
{
    enum { N = 5 };
    size_t n = f->c.n_gauges + 2 * f->c.n_structures;
    double *all;

    PetscFunctionBeginUser;
    if (n == 0)
        PetscFunctionReturn(0);
    PetscCall(PetscCalloc1(N * n, &all));
    for (size_t i = 0; i < n; i++) {
        int64_t k = f->spot[i].cell;

        if (k < 0)
            continue;
        all[N * i] = from->h[k];
        all[N * i + 1] = from->qx[k];
        all[N * i + 2] = from->qy[k];
        all[N * i + 3] = f->grid.z[k];
        all[N * i + 4] = left[k];
    }
    /* One rank has each of them, the others 0. */
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, all, (int)(N * n), MPI_DOUBLE,
                               MPI_SUM, f->comm));
    for (size_t i = 0; i < n; i++) {
        f->spot[i].h = all[N * i];
        f->spot[i].qx = all[N * i + 1];
        f->spot[i].qy = all[N * i + 2];
        f->spot[i].z = all[N * i + 3];
        f->spot[i].left = all[N * i + 4];
    }
    PetscCall(PetscFree(all));
    PetscFunctionReturn(0);
}

PetscErrorCode flood_volume(struct flood *f, double *volume, double *depth,
                            double *area)
{
    const struct flood_grid *g = &f->grid;
    double sum[2] = { 0 }, most = 0;

    PetscFunctionBeginUser;
    for (int64_t j = 0; j < g->ny; j++) {
        double row = 0;
        int64_t wet = 0;

        for (int64_t k = flood_at(g, 0, j); k < flood_at(g, g->nx, j); k++) {
            double h = f->state[0].h[k];

            row += h;
            wet += h > f->c.wet;
            most = h > most ? h : most;
        }
        sum[0] += row;
        sum[1] += (double)wet;
    }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, sum, 2, MPI_DOUBLE, MPI_SUM,
                               f->comm));
    PetscCallMPI(MPI_Allreduce(&most, depth, 1, MPI_DOUBLE, MPI_MAX,
                               f->comm));
    *volume = sum[0] * g->area;
    *area = sum[1] * g->area;
    PetscFunctionReturn(0);
}

static PetscErrorCode make_room(struct flood *f)
{
    size_t rows = (size_t)f->reports + 1;

    PetscFunctionBeginUser;
    if ((rows & (rows - 1)) != 0 && rows > 1)
        PetscFunctionReturn(0);
    PetscCall(PetscRealloc(2 * rows * FLOOD_COLUMNS * sizeof(double),
                           &f->row));
    PetscCall(PetscRealloc((2 * rows * f->c.n_gauges * FLOOD_G_COLUMNS + 1) *
                           sizeof(double), &f->gauge_row));
    PetscFunctionReturn(0);
}

/* Volumes by condition to what came in and went out of the domain. */
static PetscErrorCode find_balance(struct flood *f, double *row)
{
    size_t crossing = f->c.n_inflows + f->c.n_boundaries;
    double *all, most;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(f->n_volumes, &all));
    PetscCallMPI(MPI_Allreduce(f->volume, all, (int)f->n_volumes, MPI_DOUBLE,
                               MPI_SUM, f->comm));
    for (size_t i = 0; i < crossing; i++)
        row[all[i] > 0 ? FLOOD_IN : FLOOD_OUT] += fabs(all[i]);
    row[FLOOD_RAIN] = all[f->n_volumes - 2];
    row[FLOOD_SOAKED] = all[f->n_volumes - 1];
    PetscCall(PetscFree(all));
    most = fmax(f->volume_0, row[FLOOD_VOLUME]);
    most = fmax(most, row[FLOOD_IN] + row[FLOOD_RAIN]);
    if (most > 0)
        row[FLOOD_ERROR] = (row[FLOOD_VOLUME] + row[FLOOD_OUT] +
                            row[FLOOD_SOAKED] - row[FLOOD_IN] -
                            row[FLOOD_RAIN] - f->volume_0) / most;
    PetscFunctionReturn(0);
}

/* Area where water is deeper than wet_depth and faster than its waves. */
static PetscErrorCode find_fast(struct flood *f, const struct flood_state *s,
                                double *area)
{
    const struct flood_grid *g = &f->grid;
    int64_t n = 0;

    PetscFunctionBeginUser;
    for (int64_t j = 0; j < g->ny; j++)
        for (int64_t k = flood_at(g, 0, j); k < flood_at(g, g->nx, j); k++) {
            double h = s->h[k], x = s->qx[k], y = s->qy[k];

            n += h > f->c.wet && x * x + y * y > FLOOD_G * h * h * h;
        }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &n, 1, MPI_INT64_T, MPI_SUM,
                               f->comm));
    *area = (double)n * g->area;
    PetscFunctionReturn(0);
}

static void see_gauge(const struct flood *f, const struct flood_spot *p,
                      double *row)
{
    double w = p->h > f->c.dry ? 1 / p->h : 0;

    row[FLOOD_G_DEPTH] = p->h;
    row[FLOOD_G_LEVEL] = p->h > 0 ? p->h + p->z : NAN;
    row[FLOOD_G_U] = p->qx * w;
    row[FLOOD_G_V] = p->qy * w;
}

PetscErrorCode flood_report(struct flood *f)
{
    struct flood_state cells = flood_cells(f);
    double *row;

    PetscFunctionBeginUser;
    PetscCall(make_room(f));
    row = f->row + f->reports * FLOOD_COLUMNS;
    memset(row, 0, FLOOD_COLUMNS * sizeof(*row));
    row[FLOOD_TIME] = f->time_s;
    row[FLOOD_STEP] = (double)f->steps;
    row[FLOOD_DT] = f->dt_s;
    PetscCall(flood_volume(f, &row[FLOOD_VOLUME], &row[FLOOD_DEPTH],
                           &row[FLOOD_AREA]));
    PetscCall(find_balance(f, row));
    PetscCall(find_fast(f, &cells, &row[FLOOD_FAST]));
    PetscCall(flood_look(f, &cells, cells.h));
    for (size_t i = 0; i < f->c.n_gauges; i++)
        see_gauge(f, &f->spot[i],
                  f->gauge_row + ((size_t)f->reports * f->c.n_gauges + i) *
                                     FLOOD_G_COLUMNS);
    f->reports++;
    PetscFunctionReturn(0);
}
