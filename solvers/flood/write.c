/* write.c - the tables and images that are handed over */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "flood/flood.h"
#include "stage/table.h"

/* --- tables --------------------------------------------------------------- */

struct column {
    const char *name, *unit, *long_name;
};

static const struct column balance_columns[FLOOD_COLUMNS] = {
    [FLOOD_TIME] = { "time", "s", "time" },
    [FLOOD_STEP] = { "step", "1", "steps so far" },
    [FLOOD_DT] = { "dt", "s", "length of the last step" },
    [FLOOD_VOLUME] = { "volume", "m3", "water in the domain" },
    [FLOOD_IN] = { "inflow", "m3", "water that came in so far" },
    [FLOOD_OUT] = { "outflow", "m3", "water that went out so far" },
    [FLOOD_RAIN] = { "rain", "m3", "rain so far" },
    [FLOOD_SOAKED] = { "infiltration", "m3", "infiltration so far" },
    [FLOOD_ERROR] = { "error", "1", "volume unaccounted for, relative" },
    [FLOOD_DEPTH] = { "depth_max", "m", "largest depth at the time" },
    [FLOOD_AREA] = { "flooded_area", "m2", "area deeper than wet_depth" },
    [FLOOD_FAST] = { "supercritical_area", "m2", "area deeper than wet_depth, "
                     "with a Froude number above 1" },
};

/* 'value' has a row of 'columns' numbers for each of 'rows'. */
static void pick(size_t rows, size_t columns, size_t column,
                 const double *value, double *to)
{
    for (size_t r = 0; r < rows; r++)
        to[r] = value[r * columns + column];
}

static PetscErrorCode write_balance(struct flood *f)
{
    struct stg_column column[FLOOD_COLUMNS];
    size_t rows = (size_t)f->reports;
    const char *path;
    double *real;

    PetscFunctionBeginUser;
    PetscCall(stg_output_path(f->task, "balance", &path));
    PetscCall(PetscMalloc1(FLOOD_COLUMNS * rows, &real));
    for (size_t k = 0; k < FLOOD_COLUMNS; k++) {
        pick(rows, FLOOD_COLUMNS, k, f->row, real + k * rows);
        column[k] = (struct stg_column){
            .name = balance_columns[k].name, .unit = balance_columns[k].unit,
            .long_name = balance_columns[k].long_name,
            .real = real + k * rows,
        };
    }
    PetscCall(stg_table_write(f->task, path, column, FLOOD_COLUMNS, rows));
    PetscCall(PetscFree(real));
    PetscFunctionReturn(0);
}

/* The names as CF's flags: words of letters, digits and '_'. */
static void name_gauges(const struct flood *f, char *text, size_t size)
{
    size_t used = 0;

    for (size_t i = 0; i < f->c.n_gauges && used < size; i++) {
        size_t first = used;

        used += (size_t)snprintf(text + used, size - used, "%s%s",
                                 i ? " " : "", f->c.gauge[i].name);
        for (size_t k = first + (i > 0); k < used && k < size; k++)
            if (text[k] == ' ')
                text[k] = '_';
    }
}

static PetscErrorCode write_gauge_rows(struct flood *f, const char *path,
                                       size_t rows, const char *names,
                                       double *real, int64_t *which)
{
    static const struct column columns[] = {
        { "time", "s", "time" },
        { "x", "m", "position" },
        { "y", "m", "position" },
        { "depth", "m", "depth of water" },
        { "level", "m", "height of the surface; missing when dry" },
        { "velocity_x", "m s-1", "velocity to the east" },
        { "velocity_y", "m s-1", "velocity to the north" },
    };
    enum { N = sizeof(columns) / sizeof(columns[0]), FIRST = 3 };
    struct stg_column column[N + 1];
    size_t n = f->c.n_gauges;

    for (size_t i = 0; i < rows; i++) {
        which[i] = (int64_t)(i % n);
        real[i] = f->row[i / n * FLOOD_COLUMNS + FLOOD_TIME];
        real[rows + i] = f->c.gauge[i % n].x;
        real[2 * rows + i] = f->c.gauge[i % n].y;
    }
    column[0] = (struct stg_column){ .name = "gauge", .unit = "1",
                                     .long_name = "name of the gauge",
                                     .integer = which, .meanings = names };
    for (size_t k = 0; k < N; k++) {
        if (k >= FIRST)
            pick(rows, FLOOD_G_COLUMNS, k - FIRST, f->gauge_row,
                 real + k * rows);
        column[k + 1] = (struct stg_column){
            .name = columns[k].name, .unit = columns[k].unit,
            .long_name = columns[k].long_name, .real = real + k * rows,
        };
    }
    return stg_table_write(f->task, path, column, N + 1, rows);
}

static PetscErrorCode write_gauges(struct flood *f)
{
    size_t rows = (size_t)f->reports * f->c.n_gauges;
    size_t size = f->c.n_gauges * sizeof(f->c.gauge[0].name) + 1;
    const char *path;
    int64_t *which;
    double *real;
    char *names;

    PetscFunctionBeginUser;
    if (rows == 0 || !stg_wants(f->task, "gauges"))
        PetscFunctionReturn(0);
    PetscCall(stg_output_path(f->task, "gauges", &path));
    PetscCall(PetscCalloc3(7 * rows, &real, rows, &which, size, &names));
    name_gauges(f, names, size);
    PetscCall(write_gauge_rows(f, path, rows, names, real, which));
    PetscCall(PetscFree3(real, which, names));
    PetscFunctionReturn(0);
}

/* --- images --------------------------------------------------------------- */

enum what { DEPTH, LEVEL, VELOCITY_X, VELOCITY_Y, MAX_DEPTH, MAX_SPEED,
            HAZARD, ARRIVAL };

static const struct {
    const char *name, *unit, *long_name, *standard_name;
} images[] = {
    [DEPTH] = { "depth", "m", "depth of water",
                "flood_water_thickness" },
    [LEVEL] = { "level", "m", "height of the water's surface",
                "water_surface_height_above_reference_datum" },
    [VELOCITY_X] = { "velocity_x", "m s-1", "velocity to the east", NULL },
    [VELOCITY_Y] = { "velocity_y", "m s-1", "velocity to the north", NULL },
    [MAX_DEPTH] = { "max_depth", "m", "largest depth of water",
                    "flood_water_thickness" },
    [MAX_SPEED] = { "max_speed", "m s-1", "largest speed of water",
                    "flood_water_speed" },
    [HAZARD] = { "hazard", "m2 s-1", "largest hazard rating, depth * (speed + "
                 "0.5 m/s) + debris factor", NULL },
    [ARRIVAL] = { "arrival", "s", "when water arrived; missing where it did "
                  "not", NULL },
};

static double value_of(const struct flood *f, const struct flood_state *s,
                       enum what what, int64_t k)
{
    double h = s->h[k], w = h > f->c.dry ? 1 / h : 0;

    if (!f->grid.inside[k])
        return NAN;
    switch (what) {
    case DEPTH:
        return h;
    case LEVEL:
        return h > f->c.wet ? h + f->grid.z[k] : NAN;
    case VELOCITY_X:
        return s->qx[k] * w;
    case VELOCITY_Y:
        return s->qy[k] * w;
    case MAX_DEPTH:
        return f->peaks.depth[k];
    case MAX_SPEED:
        return sqrt(f->peaks.speed2[k]);
    case HAZARD:
        return f->peaks.hazard[k];
    default:
        return isfinite(f->peaks.arrival[k]) ? f->peaks.arrival[k] : NAN;
    }
}

static PetscErrorCode write_image(struct flood *f, const struct flood_state *s,
                                  enum what what, double *value)
{
    const struct flood_grid *g = &f->grid;
    struct stg_image image = {
        .name = images[what].name, .unit = images[what].unit,
        .long_name = images[what].long_name,
        .standard_name = images[what].standard_name,
        .time_s = what <= VELOCITY_Y ? f->time_s : NAN,
    };
    const char *path;

    PetscFunctionBeginUser;
    if (!stg_wants(f->task, image.name))
        PetscFunctionReturn(0);
    PetscCall(stg_output_path(f->task, image.name, &path));
    for (int64_t j = 0; j < g->ny; j++)
        for (int64_t i = 0; i < g->nx; i++)
            value[j * g->nx + i] = value_of(f, s, what, flood_at(g, i, j));
    PetscCall(stg_image_write(f->task, path, &g->raster, &image, g->first_row,
                              g->ny, value));
    PetscFunctionReturn(0);
}

PetscErrorCode flood_write(struct flood *f)
{
    struct flood_state cells = flood_cells(f);
    double *value;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(f->grid.nx * f->grid.ny, &value));
    for (int what = DEPTH; what <= ARRIVAL; what++)
        PetscCall(write_image(f, &cells, (enum what)what, value));
    PetscCall(PetscFree(value));
    PetscCall(write_balance(f));
    PetscCall(write_gauges(f));
    PetscFunctionReturn(0);
}
