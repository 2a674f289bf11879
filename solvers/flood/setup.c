/* setup.c - from the task to a domain with water in it */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "flood/flood.h"

/* How far the bed beyond the domain rises above its highest place: nothing
 * gets there, and boundaries are computed apart (targets.c). */
#define BEYOND_M 1000.0
#define LARGE_PAGE (1 << 21)
#define STAGGER (97 * 64) /* bytes: whole cache lines, an odd number of them */
#define MAX_CELLS (INT64_C(1) << 31)

/* --- the raster ----------------------------------------------------------- */

static PetscErrorCode check_raster(struct stg_task *task,
                                   const struct stg_raster *raster,
                                   const char *unit)
{
    if (strcmp(raster->unit, "m") != 0)
        return stg_fail(task, "the terrain's coordinates are in '%s'; a flood "
                        "needs metres: reproject it, e.g. by the parameter "
                        "'crs' of raster.read", raster->unit);
    if (strcmp(unit, "m") != 0)
        return stg_fail(task, "the terrain's heights are in '%s', not in 'm'",
                        unit);
    if (fabs(raster->dx - raster->dy) > 1e-6 * raster->dx)
        return stg_fail(task, "the terrain's cells are not square: %g m by "
                        "%g m; resample it, e.g. by the parameter "
                        "'resolution' of raster.read", raster->dx,
                        raster->dy);
    if (raster->nx * raster->ny > MAX_CELLS)
        return stg_fail(task, "the terrain has more than 2^31 cells");
    return 0;
}

/* Strips of about equal height. */
static PetscErrorCode divide(struct flood *f)
{
    struct flood_grid *g = &f->grid;
    int64_t ny = g->raster.ny, ranks = stg_ranks(f->task),
            rank = stg_rank(f->task);

    if (ny < FLOOD_HALO * ranks)
        return stg_fail(f->task, "%lld rows of terrain are too few for %lld "
                        "ranks", (long long)ny, (long long)ranks);
    g->first_row = ny * rank / ranks;
    g->ny = ny * (rank + 1) / ranks - g->first_row;
    g->nx = g->raster.nx;
    g->stride = (g->nx + FLOOD_PAD + FLOOD_HALO + 7) / 8 * 8;
    /* One row more: kernels may look past the end of the last one. */
    g->size = (g->ny + 2 * FLOOD_HALO + 1) * g->stride;
    g->tiles_x = (int)((g->nx + FLOOD_TILE_X - 1) / FLOOD_TILE_X);
    g->tiles_y = (int)((g->ny + FLOOD_TILE_Y - 1) / FLOOD_TILE_Y);
    g->area = g->raster.dx * g->raster.dy;
    g->south = rank > 0 ? (int)rank - 1 : MPI_PROC_NULL;
    g->north = rank < ranks - 1 ? (int)rank + 1 : MPI_PROC_NULL;
    return 0;
}

/* Rows begin at cache lines; large pages save processors most of the search for
 * the many places that a kernel works at.  Each array begins STAGGER further
 * into its pages than the one before: at the same distance all rows of a tile
 * would want the same few places of the caches. */
static PetscErrorCode new_array(struct flood *f, double **a)
{
    size_t skip = (size_t)f->n_blocks * STAGGER;
    size_t bytes = (size_t)f->grid.size * sizeof(**a) + skip;
    void *p;

    PetscFunctionBeginUser;
    if (posix_memalign(&p, bytes < LARGE_PAGE ? 64 : LARGE_PAGE, bytes) != 0)
        SETERRQ(PETSC_COMM_SELF, PETSC_ERR_MEM, "no memory for %zu bytes",
                bytes);
    (void)madvise(p, bytes, MADV_HUGEPAGE); /* only a hint */
    memset(p, 0, bytes);
    f->block[f->n_blocks++] = p;
    *a = (double *)((char *)p + skip);
    PetscFunctionReturn(0);
}

/* Read an image into an array: my rows and those of the halo. */
static PetscErrorCode read_array(struct flood *f, const char *path, double *a)
{
    const struct flood_grid *g = &f->grid;
    int64_t first = g->first_row - (g->south == MPI_PROC_NULL ? 0 : FLOOD_HALO);
    int64_t end = g->first_row + g->ny +
                  (g->north == MPI_PROC_NULL ? 0 : FLOOD_HALO);
    double *value;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1((end - first) * g->nx, &value));
    PetscCall(stg_image_read(f->task, path, &g->raster, first, end - first,
                             value));
    for (int64_t r = first; r < end; r++)
        memcpy(a + flood_at(g, 0, r - g->first_row),
               value + (r - first) * g->nx, (size_t)g->nx * sizeof(*a));
    PetscCall(PetscFree(value));
    PetscFunctionReturn(0);
}

/* --- terrain -------------------------------------------------------------- */

/* Cells without a height, or with one of those by which files say that there
 * is none, are outside. */
static bool is_height(double z)
{
    return isfinite(z) && z > -9000 && z < 9000;
}

static PetscErrorCode find_inside(struct flood *f)
{
    struct flood_grid *g = &f->grid;
    double highest = -INFINITY;
    int64_t n = 0;

    PetscFunctionBeginUser;
    PetscCall(PetscCalloc1(g->size, &g->inside));
    for (int64_t j = -FLOOD_HALO; j < g->ny + FLOOD_HALO; j++)
        for (int64_t i = 0; i < g->nx; i++) {
            int64_t k = flood_at(g, i, j);

            if (g->first_row + j < 0 || g->first_row + j >= g->raster.ny ||
                !is_height(g->z[k]))
                continue;
            g->inside[k] = 1;
            highest = fmax(highest, g->z[k]);
            n += j >= 0 && j < g->ny;
        }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &highest, 1, MPI_DOUBLE, MPI_MAX,
                               f->comm));
    PetscCallMPI(MPI_Allreduce(&n, &g->n_inside, 1, MPI_INT64_T, MPI_SUM,
                               f->comm));
    if (g->n_inside == 0)
        PetscFunctionReturn(stg_fail(f->task, "no cell of the terrain has a "
                                     "height"));
    for (int64_t k = 0; k < g->size; k++)
        if (!g->inside[k])
            g->z[k] = highest + BEYOND_M;
    PetscFunctionReturn(0);
}

bool flood_find(const struct flood_grid *g, double x, double y, int64_t *i,
                int64_t *j)
{
    double a = floor((x - g->raster.x) / g->raster.dx + 0.5);
    double b = floor((y - g->raster.y) / g->raster.dy + 0.5);

    /* The far edges belong to the last cells. */
    if (a == (double)g->nx && x <= g->raster.x + (a - 0.5) * g->raster.dx)
        a--;
    if (b == (double)g->raster.ny && y <= g->raster.y + (b - 0.5) *
                                                            g->raster.dy)
        b--;
    if (!(a >= 0 && b >= 0 && a < (double)g->nx && b < (double)g->raster.ny))
        return false;
    *i = (int64_t)a;
    *j = (int64_t)b;
    return true;
}

/* Raise the cells that a wall crosses; neighbours share an edge, so that
 * nothing leaks through corners. */
static void raise_wall(struct flood_grid *g, const struct flood_wall *w)
{
    double length = hypot(w->x2 - w->x, w->y2 - w->y);
    int64_t n = (int64_t)ceil(8 * length / g->raster.dx) + 1, i = 0, j = 0;
    int64_t before_i = -1, before_j = -1;

    for (int64_t k = 0; k <= n; k++) {
        double t = (double)k / (double)n;

        if (!flood_find(g, w->x + t * (w->x2 - w->x),
                        w->y + t * (w->y2 - w->y), &i, &j)) {
            before_i = -1;
            continue;
        }
        for (int corner = 0; corner < 2; corner++) {
            /* On a diagonal step also the cell beside it. */
            int64_t row = (corner ? before_j : j) - g->first_row, at;

            if ((corner && (before_i < 0 || i == before_i || j == before_j)) ||
                row < -FLOOD_HALO || row >= g->ny + FLOOD_HALO)
                continue;
            at = flood_at(g, i, row);
            if (g->inside[at])
                g->z[at] = fmax(g->z[at], w->crest);
        }
        before_i = i;
        before_j = j;
    }
}

static PetscErrorCode check_walls(struct flood *f)
{
    const struct stg_raster *r = &f->grid.raster;

    for (size_t k = 0; k < f->c.n_walls; k++) {
        const struct flood_wall *w = &f->c.wall[k];

        if (fmax(w->x, w->x2) < r->x || fmax(w->y, w->y2) < r->y ||
            fmin(w->x, w->x2) > r->x + r->dx * (double)(r->nx - 1) ||
            fmin(w->y, w->y2) > r->y + r->dy * (double)(r->ny - 1))
            return stg_fail(f->task, "wall %zu is outside the terrain", k + 1);
        raise_wall(&f->grid, w);
    }
    return 0;
}

static PetscErrorCode read_terrain(struct flood *f)
{
    struct flood_grid *g = &f->grid;
    char unit[STG_IMAGE_NAME_BYTES];
    const char *path;

    PetscFunctionBeginUser;
    PetscCall(stg_input_path(f->task, "terrain", &path));
    PetscCall(stg_raster_read(f->task, path, &g->raster, unit));
    PetscCall(check_raster(f->task, &g->raster, unit));
    PetscCall(divide(f));
    PetscCall(new_array(f, &g->z));
    PetscCall(read_array(f, path, g->z));
    PetscCall(find_inside(f));
    PetscCall(check_walls(f));
    PetscFunctionReturn(0);
}

/* --- roughness and water -------------------------------------------------- */

/* Another image on the terrain's points. */
static PetscErrorCode read_beside(struct flood *f, const char *input,
                                  const char *wanted, double *a)
{
    char unit[STG_IMAGE_NAME_BYTES];
    struct stg_raster raster;
    const char *path;

    PetscFunctionBeginUser;
    PetscCall(stg_input_path(f->task, input, &path));
    PetscCall(stg_raster_read(f->task, path, &raster, unit));
    if (!stg_raster_same(&raster, &f->grid.raster))
        PetscFunctionReturn(stg_fail(f->task, "the input '%s' does not have "
                                     "the terrain's points", input));
    if (strcmp(unit, wanted) != 0)
        PetscFunctionReturn(stg_fail(f->task, "the input '%s' is in '%s', not "
                                     "in '%s'", input, unit, wanted));
    PetscCall(read_array(f, path, a));
    PetscFunctionReturn(0);
}

/* The first cell of the domain where a value must not be. */
static PetscErrorCode check_values(struct flood *f, const char *input,
                                   const double *a)
{
    const struct flood_grid *g = &f->grid;
    PetscErrorCode rc = 0;

    for (int64_t j = 0; j < g->ny && !rc; j++)
        for (int64_t i = 0; i < g->nx && !rc; i++) {
            int64_t k = flood_at(g, i, j);

            if (g->inside[k] && !(a[k] >= 0 && isfinite(a[k])))
                rc = stg_fail(f->task, "the input '%s' is %g at x = %g m, "
                              "y = %g m, inside the terrain; it must not be "
                              "negative or missing", input, a[k],
                              g->raster.x + (double)i * g->raster.dx,
                              g->raster.y + (double)(g->first_row + j) *
                                                g->raster.dy);
        }
    return stg_agree(f->task, rc);
}

static PetscErrorCode read_roughness(struct flood *f)
{
    struct flood_grid *g = &f->grid;
    bool given = stg_input_count(f->task, "roughness") > 0;

    PetscFunctionBeginUser;
    if (given == !isnan(f->c.manning))
        PetscFunctionReturn(stg_fail(f->task, "give exactly one of the "
                                     "parameter 'manning' and the input "
                                     "'roughness'"));
    if (!given)
        PetscFunctionReturn(0);
    PetscCall(new_array(f, &g->drag));
    PetscCall(read_beside(f, "roughness", "1", g->drag));
    PetscCall(check_values(f, "roughness", g->drag));
    for (int64_t k = 0; k < g->size; k++)
        g->drag[k] = g->inside[k] ? FLOOD_G * g->drag[k] * g->drag[k] : 0;
    PetscFunctionReturn(0);
}

static PetscErrorCode fill_water(struct flood *f)
{
    static const char *const speed[] = { "initial_velocity_x",
                                         "initial_velocity_y" };
    const struct flood_grid *g = &f->grid;
    struct flood_state *s = &f->state[0];
    bool given = stg_input_count(f->task, "initial_depth") > 0;

    PetscFunctionBeginUser;
    if (given && !isnan(f->c.level))
        PetscFunctionReturn(stg_fail(f->task, "give only one of the parameter "
                                     "'initial_level' and the input "
                                     "'initial_depth'"));
    if (given) {
        PetscCall(read_beside(f, "initial_depth", "m", s->h));
        PetscCall(check_values(f, "initial_depth", s->h));
    }
    for (int k = 0; k < 2; k++)
        if (stg_input_count(f->task, speed[k]) > 0)
            PetscCall(read_beside(f, speed[k], "m s-1", k ? s->qy : s->qx));
    for (int64_t k = 0; k < g->size; k++) {
        if (!isnan(f->c.level))
            s->h[k] = f->c.level > g->z[k] ? f->c.level - g->z[k] : 0;
        s->h[k] = g->inside[k] ? s->h[k] : 0;
        s->qx[k] = s->h[k] > f->c.dry ? s->qx[k] * s->h[k] : 0;
        s->qy[k] = s->h[k] > f->c.dry ? s->qy[k] * s->h[k] : 0;
    }
    if (f->c.scheme == FLOOD_INERTIAL)
        flood_set_faces(f);
    PetscFunctionReturn(0);
}

/* --- all ------------------------------------------------------------------ */

static PetscErrorCode make_states(struct flood *f)
{
    const struct flood_grid *g = &f->grid;
    size_t tiles = (size_t)g->tiles_x * (size_t)g->tiles_y;
    int n = f->c.scheme == FLOOD_SECOND ? 3 : 2;

    PetscFunctionBeginUser;
    for (int k = 0; k < n; k++) {
        PetscCall(new_array(f, &f->state[k].h));
        PetscCall(new_array(f, &f->state[k].qx));
        PetscCall(new_array(f, &f->state[k].qy));
        PetscCall(PetscCalloc1(tiles, &f->dirty[k]));
    }
    PetscCall(PetscCalloc1(tiles, &f->wet));
    PetscCall(PetscCalloc1(tiles, &f->active));
    PetscFunctionReturn(0);
}

static PetscErrorCode make_peaks(struct flood *f)
{
    const struct flood_grid *g = &f->grid;
    struct flood_peaks *p = &f->peaks;

    PetscFunctionBeginUser;
    *p = (struct flood_peaks){
        .wet = f->c.wet, .deep = f->c.deep,
        .debris = { f->c.debris[0], f->c.debris[1] },
    };
    PetscCall(new_array(f, &p->depth));
    PetscCall(new_array(f, &p->speed2));
    PetscCall(new_array(f, &p->hazard));
    PetscCall(new_array(f, &p->arrival));
    for (int64_t k = 0; k < g->size; k++)
        p->arrival[k] = INFINITY;
    if (f->c.soil != FLOOD_NO_SOIL)
        PetscCall(new_array(f, &f->soaked));
    PetscFunctionReturn(0);
}

PetscErrorCode flood_setup(struct flood *f)
{
    const char *restart = stg_restart_path(f->task);
    double depth, area;

    PetscFunctionBeginUser;
    f->comm = stg_comm(f->task);
    PetscCall(flood_case_read(f->task, &f->c));
    f->kernel = flood_kernel(f->c.kernel);
    if (!f->kernel)
        PetscFunctionReturn(stg_fail(f->task, "this processor has no kernel "
                                     "'%s'", f->c.kernel));
    PetscCall(read_terrain(f));
    PetscCall(read_roughness(f));
    PetscCall(make_states(f));
    PetscCall(make_peaks(f));
    PetscCall(fill_water(f));
    PetscCall(flood_find_targets(f));
    if (restart)
        PetscCall(flood_restart(f, restart));
    flood_find_wet(f);
    PetscCall(flood_exchange(f, &f->state[0]));
    if (!restart) {
        PetscCall(flood_volume(f, &f->volume_0, &depth, &area));
        PetscCall(flood_find_rate(f));
    }
    PetscFunctionReturn(0);
}

void flood_release(struct flood *f)
{
    double *array[] = { f->volume, f->pending, f->row, f->gauge_row, f->faces,
                        f->flow };

    for (int i = 0; i < f->n_blocks; i++)
        free(f->block[i]);
    for (size_t i = 0; i < sizeof(array) / sizeof(array[0]); i++)
        (void)PetscFree(array[i]);
    for (int k = 0; k < FLOOD_STATES; k++)
        (void)PetscFree(f->dirty[k]);
    (void)PetscFree(f->grid.inside);
    (void)PetscFree(f->wet);
    (void)PetscFree(f->active);
    (void)PetscFree(f->target);
    (void)PetscFree(f->source);
    (void)PetscFree(f->tile_target);
    (void)PetscFree(f->spot);
    flood_case_release(&f->c);
}
