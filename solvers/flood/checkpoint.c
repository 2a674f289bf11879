/* checkpoint.c - the state between two steps
 *
 * One HDF5 file: /state has a dataset for each array, by row of the raster, so
 * any number of ranks can go on with it; attributes of /state hold the rest.
 */
#include <math.h>
#include <string.h>

#include "flood/flood.h"
#include "stage/h5.h"

#define GROUP "/state"
#define FORMAT 2

enum { N_ARRAYS = 8, N_NUMBERS = 5, N_COUNTS = 8 };

struct arrays {
    const char *name[N_ARRAYS];
    double *at[N_ARRAYS];
};

static struct arrays list_arrays(struct flood *f)
{
    return (struct arrays){
        { GROUP "/h", GROUP "/qx", GROUP "/qy", GROUP "/peak_depth",
          GROUP "/peak_speed2", GROUP "/peak_hazard", GROUP "/arrival",
          GROUP "/soaked" },
        { f->state[0].h, f->state[0].qx, f->state[0].qy, f->peaks.depth,
          f->peaks.speed2, f->peaks.hazard, f->peaks.arrival, f->soaked },
    };
}

static struct stg_rows rows_of(const struct flood *f, const char *name)
{
    const struct flood_grid *g = &f->grid;

    return (struct stg_rows){
        .name = name, .type = H5T_IEEE_F64LE, .columns = (hsize_t)g->nx,
        .total = (hsize_t)g->raster.ny, .first = (hsize_t)g->first_row,
        .mine = (hsize_t)g->ny,
    };
}

/* What must be the same in the task that goes on. */
static void count(const struct flood *f, int64_t n[N_COUNTS])
{
    n[0] = FORMAT;
    n[1] = f->grid.raster.nx;
    n[2] = f->grid.raster.ny;
    n[3] = (int64_t)f->c.scheme;
    n[4] = (int64_t)f->n_volumes;
    n[5] = (int64_t)f->c.n_gauges;
    n[6] = f->steps;
    n[7] = f->reports;
}

/* --- writing -------------------------------------------------------------- */

static PetscErrorCode write_arrays(struct flood *f, struct stg_h5 *h5,
                                   double *value)
{
    const struct flood_grid *g = &f->grid;
    struct arrays a = list_arrays(f);

    for (int k = 0; k < N_ARRAYS; k++) {
        struct stg_rows rows = rows_of(f, a.name[k]);

        if (!a.at[k])
            continue;
        for (int64_t j = 0; j < g->ny; j++)
            memcpy(value + j * g->nx, a.at[k] + flood_at(g, 0, j),
                   (size_t)g->nx * sizeof(double));
        PetscCall(stg_h5_write(h5, &rows, value));
    }
    return 0;
}

static PetscErrorCode write_rest(struct flood *f, struct stg_h5 *h5,
                                 double *volume)
{
    double number[N_NUMBERS] = { f->time_s, f->dt_s, f->rate, f->volume_0,
                                 (double)f->repeated };
    int64_t n[N_COUNTS];
    size_t gauges = (size_t)f->reports * f->c.n_gauges * FLOOD_G_COLUMNS;

    count(f, n);
    PetscCall(stg_h5_values(h5, GROUP, "counts", H5T_STD_I64LE,
                            H5T_NATIVE_INT64, N_COUNTS, n));
    PetscCall(stg_h5_values(h5, GROUP, "numbers", H5T_IEEE_F64LE,
                            H5T_NATIVE_DOUBLE, N_NUMBERS, number));
    PetscCall(stg_h5_write_small(h5, GROUP "/volume", H5T_IEEE_F64LE,
                                 f->n_volumes, volume));
    PetscCall(stg_h5_write_small(h5, GROUP "/rows", H5T_IEEE_F64LE,
                                 (hsize_t)f->reports * FLOOD_COLUMNS, f->row));
    return stg_h5_write_small(h5, GROUP "/gauge_rows", H5T_IEEE_F64LE, gauges,
                              f->gauge_row);
}

static PetscErrorCode write_all(struct flood *f, const char *path,
                                double *volume, double *value)
{
    int64_t bytes = f->grid.raster.nx * f->grid.raster.ny *
                    (int64_t)sizeof(double);
    int64_t tables = f->reports * (FLOOD_COLUMNS + FLOOD_G_COLUMNS *
                                   (int64_t)f->c.n_gauges) * 8;
    struct stg_h5 h5;
    PetscErrorCode rc = stg_h5_create(f->task, path, bytes + tables, &h5);

    if (!rc)
        rc = stg_h5_group(&h5, GROUP);
    if (!rc)
        rc = write_arrays(f, &h5, value);
    if (!rc)
        rc = write_rest(f, &h5, volume);
    return stg_h5_close(&h5, rc);
}

PetscErrorCode flood_checkpoint(struct flood *f)
{
    double *volume, *value;
    const char *path;
    PetscErrorCode rc;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc2(f->n_volumes, &volume,
                           f->grid.nx * f->grid.ny, &value));
    PetscCallMPI(MPI_Allreduce(f->volume, volume, (int)f->n_volumes,
                               MPI_DOUBLE, MPI_SUM, f->comm));
    PetscCall(stg_checkpoint_part(f->task, &path));
    rc = write_all(f, path, volume, value);
    PetscCall(PetscFree2(volume, value));
    PetscCall(rc);
    PetscCall(stg_checkpoint_commit(f->task));
    PetscFunctionReturn(0);
}

/* --- reading -------------------------------------------------------------- */

static PetscErrorCode read_arrays(struct flood *f, struct stg_h5 *h5,
                                  double *value)
{
    const struct flood_grid *g = &f->grid;
    struct arrays a = list_arrays(f);

    for (int k = 0; k < N_ARRAYS; k++) {
        struct stg_rows rows = rows_of(f, a.name[k]);

        if (!a.at[k])
            continue;
        PetscCall(stg_h5_read(h5, &rows, H5T_NATIVE_DOUBLE, value));
        for (int64_t j = 0; j < g->ny; j++)
            memcpy(a.at[k] + flood_at(g, 0, j), value + j * g->nx,
                   (size_t)g->nx * sizeof(double));
    }
    return 0;
}

/* All of a small dataset, on every rank. */
static PetscErrorCode read_small(struct stg_h5 *h5, const char *name, size_t n,
                                 double *value)
{
    struct stg_rows rows = { .name = name, .type = H5T_IEEE_F64LE,
                             .total = n, .mine = n };

    return n ? stg_h5_read(h5, &rows, H5T_NATIVE_DOUBLE, value) : 0;
}

static PetscErrorCode read_head(struct flood *f, struct stg_h5 *h5)
{
    double number[N_NUMBERS] = { 0 };
    int64_t n[N_COUNTS] = { 0 }, mine[N_COUNTS];
    bool found = false, more = false;

    if (stg_h5_exists(h5, "state")) {
        PetscCall(stg_h5_read_values(h5, GROUP, "counts", H5T_NATIVE_INT64,
                                     N_COUNTS, n, &found));
        PetscCall(stg_h5_read_values(h5, GROUP, "numbers", H5T_NATIVE_DOUBLE,
                                     N_NUMBERS, number, &more));
    }
    f->steps = n[6];
    f->reports = n[7];
    count(f, mine);
    if (!found || !more || memcmp(n, mine, sizeof(n)) != 0)
        return stg_fail(f->task, "the checkpoint '%s' does not fit this task",
                        h5->path);
    f->time_s = number[0];
    f->dt_s = number[1];
    f->rate = number[2];
    f->volume_0 = number[3];
    f->repeated = (int64_t)number[4];
    return 0;
}

static PetscErrorCode read_tables(struct flood *f, struct stg_h5 *h5)
{
    size_t rows = (size_t)f->reports;
    size_t gauges = rows * f->c.n_gauges * FLOOD_G_COLUMNS, room = 1;

    while (room < rows + 1)
        room *= 2;
    PetscCall(PetscMalloc1(2 * room * FLOOD_COLUMNS, &f->row));
    PetscCall(PetscMalloc1(2 * room * f->c.n_gauges * FLOOD_G_COLUMNS + 1,
                           &f->gauge_row));
    PetscCall(read_small(h5, GROUP "/rows", rows * FLOOD_COLUMNS, f->row));
    PetscCall(read_small(h5, GROUP "/gauge_rows", gauges, f->gauge_row));
    PetscCall(read_small(h5, GROUP "/volume", f->n_volumes, f->volume));
    /* The sums of all ranks go on in one of them. */
    if (stg_rank(f->task) > 0)
        memset(f->volume, 0, f->n_volumes * sizeof(*f->volume));
    return 0;
}

PetscErrorCode flood_restart(struct flood *f, const char *path)
{
    struct stg_h5 h5;
    double *value;
    PetscErrorCode rc;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(f->grid.nx * f->grid.ny, &value));
    rc = stg_h5_open(f->task, path, &h5);
    if (!rc)
        rc = read_head(f, &h5);
    if (!rc)
        rc = read_arrays(f, &h5, value);
    if (!rc)
        rc = read_tables(f, &h5);
    rc = stg_h5_close(&h5, rc);
    PetscCall(PetscFree(value));
    PetscFunctionReturn(rc);
}
