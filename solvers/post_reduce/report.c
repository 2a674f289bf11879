/* report.c - a row for each run and each thing that was asked about it */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "post_reduce/reduce.h"

/* --- columns -------------------------------------------------------------- */

/* The words of names, for the column that tells the rows of a run apart. */
static PetscErrorCode add_names(struct post_sheet *sheet, const char *column,
                                const char *const name[], size_t n)
{
    char *words = NULL;

    PetscFunctionBeginUser;
    for (size_t i = 0; i < n; i++)
        PetscCall(post_words_add(&words, strcmp(name[i], "*") ? name[i]
                                                              : "all"));
    PetscCall(post_sheet_counter(sheet, column, words));
    PetscCall(PetscFree(words));
    PetscFunctionReturn(0);
}

static PetscErrorCode add_extreme(struct post_sheet *sheet, const char *name,
                                  const char *unit)
{
    char text[32];

    PetscFunctionBeginUser;
    PetscCall(post_sheet_column(sheet, name, unit, NULL));
    for (int k = 0; k < 3; k++) {
        (void)snprintf(text, sizeof(text), "%s_%c", name, "xyz"[k]);
        PetscCall(post_sheet_column(sheet, text, "m", NULL));
    }
    PetscFunctionReturn(0);
}

/* The columns of a region of 'dim' dimensions. */
static PetscErrorCode add_region(const struct reduce *r,
                                 struct post_sheet *sheet, int dim)
{
    static const char *const measures[] = { "", "length", "area", "volume" };
    char unit[POST_UNIT_MAX];

    PetscFunctionBeginUser;
    (void)snprintf(unit, sizeof(unit), dim == 1 ? "m" : "m%d", dim);
    PetscCall(post_sheet_column(sheet, measures[dim], unit, NULL));
    PetscCall(add_extreme(sheet, "min", r->unit));
    PetscCall(add_extreme(sheet, "max", r->unit));
    PetscCall(post_sheet_column(sheet, "mean", r->unit, NULL));
    PetscCall(post_sheet_column(sheet, "sd", r->unit, "standard deviation"));
    if (post_unit_times_metres(r->unit, dim, unit, sizeof(unit)) < 0)
        PetscFunctionReturn(stg_fail(r->task, "the unit '%s' is too long",
                                     r->unit));
    PetscCall(post_sheet_column(sheet, "integral", unit, NULL));
    for (size_t i = 0; i < r->ask.n_quantiles; i++) {
        char name[32];

        (void)snprintf(name, sizeof(name), "q%g", 100 * r->ask.quantile[i]);
        PetscCall(post_sheet_column(sheet, name, r->unit, "quantile, %"));
    }
    PetscFunctionReturn(0);
}

static PetscErrorCode add_place(struct post_sheet *sheet, const char *unit,
                                const char *long_name)
{
    PetscFunctionBeginUser;
    for (int k = 0; k < 3; k++)
        PetscCall(post_sheet_column(sheet, (char[]){ "xyz"[k], '\0' }, "m",
                                    NULL));
    PetscCall(post_sheet_column(sheet, "value", unit, long_name));
    PetscFunctionReturn(0);
}

PetscErrorCode reduce_begin(struct reduce *r,
                            const struct reduce_source *source)
{
    const struct reduce_ask *ask = &r->ask;
    struct post_sheet *all[] = { &r->summary, &r->surfaces, &r->cuts,
                                 &r->lines, &r->samples, &r->probes,
                                 &r->points };
    int dim = r->dimension = source->dimension;

    PetscFunctionBeginUser;
    memcpy(r->unit, source->unit, sizeof(r->unit));
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        PetscCall(post_axes_columns(&r->axes, all[i]));
    PetscCall(add_names(&r->summary, "group", ask->group, ask->n_groups));
    PetscCall(add_region(r, &r->summary, dim));
    PetscCall(add_names(&r->surfaces, "group", ask->surface,
                        ask->n_surfaces));
    PetscCall(add_region(r, &r->surfaces, dim - 1));
    PetscCall(post_sheet_counter(&r->cuts, "plane", NULL));
    PetscCall(add_region(r, &r->cuts, dim - 1));
    PetscCall(post_sheet_counter(&r->lines, "line", NULL));
    PetscCall(add_region(r, &r->lines, 1));
    PetscCall(post_sheet_counter(&r->samples, "line", NULL));
    PetscCall(post_sheet_column(&r->samples, "s", "m",
                                "distance from the beginning"));
    PetscCall(add_place(&r->samples, r->unit, source->long_name));
    PetscCall(post_sheet_counter(&r->probes, "probe", NULL));
    PetscCall(add_place(&r->probes, r->unit, source->long_name));
    PetscCall(add_names(&r->points, "group", ask->point_group,
                        ask->n_point_groups));
    PetscCall(add_place(&r->points, r->unit, source->long_name));
    PetscFunctionReturn(0);
}

/* --- rows ----------------------------------------------------------------- */

static PetscErrorCode is_empty(const struct reduce *r,
                               const struct reduce_source *source,
                               const char *place,
                               const struct post_sheet *sheet)
{
    const char *hint = "";

    if (sheet == &r->surfaces)
        hint = "; fields leave facets out, which input 'mesh' brings back";
    if (sheet == &r->cuts)
        hint = "; to look at the face of a body, name its group in 'surfaces'";
    return stg_fail(r->task, "%s of %s is empty%s", place, source->label,
                    hint);
}

/* 'place' says in a complaint what is empty. */
static PetscErrorCode add_row(struct reduce *r, size_t run,
                              const struct reduce_source *source,
                              struct post_sheet *sheet, size_t position,
                              const char *place, struct reduce_region *region)
{
    MPI_Comm comm = stg_comm(r->task);
    double value[POST_SHEET_COLUMNS];
    size_t n = post_axes_row(&r->axes, run, value);
    struct post_moments m;

    PetscFunctionBeginUser;
    value[n++] = (double)position;
    PetscCall(post_moments(&region->samples, comm, &m));
    PetscCall(post_range_join(&region->range, comm));
    if (!(m.measure > 0))
        PetscFunctionReturn(is_empty(r, source, place, sheet));
    value[n++] = m.measure;
    for (int i = 0; i < 2; i++) {
        const struct post_extreme *e = i ? &region->range.max
                                         : &region->range.min;

        value[n++] = e->value;
        for (int k = 0; k < 3; k++)
            value[n++] = e->at[k];
    }
    value[n++] = m.mean;
    value[n++] = m.sd;
    value[n++] = m.integral;
    PetscCall(post_quantiles(&region->samples, comm, (int)r->ask.n_quantiles,
                             r->ask.quantile, value + n));
    PetscCall(post_sheet_row(sheet, value));
    PetscCall(reduce_track(r, run, place, REDUCE_MIN,
                           region->range.min.value));
    PetscCall(reduce_track(r, run, place, REDUCE_MEAN, m.mean));
    PetscCall(reduce_track(r, run, place, REDUCE_MAX,
                           region->range.max.value));
    PetscFunctionReturn(0);
}

static PetscErrorCode add_groups(struct reduce *r, size_t run,
                                 const struct reduce_source *source,
                                 bool facets)
{
    size_t n = facets ? r->ask.n_surfaces : r->ask.n_groups;
    struct post_sheet *sheet = facets ? &r->surfaces : &r->summary;

    PetscFunctionBeginUser;
    for (size_t i = 0; i < n; i++) {
        const char *name = facets ? r->ask.surface[i] : r->ask.group[i];
        struct reduce_region region = { .range = post_range_none };
        char place[160];

        (void)snprintf(place, sizeof(place), "group '%s'", name);
        if (strcmp(name, "*") == 0)
            (void)snprintf(place, sizeof(place), "all");
        PetscCall(source->group(source, name, facets, &region));
        PetscCall(add_row(r, run, source, sheet, i, place, &region));
        post_samples_release(&region.samples);
    }
    PetscFunctionReturn(0);
}

static PetscErrorCode add_cuts(struct reduce *r, size_t run,
                               const struct reduce_source *source)
{
    PetscFunctionBeginUser;
    for (size_t i = 0; i < r->ask.n_planes; i++) {
        struct reduce_region region = { .range = post_range_none };
        char place[160];

        (void)snprintf(place, sizeof(place), "the cut by plane %zu", i);
        PetscCall(source->cut(source, &r->ask.plane[i], &region));
        PetscCall(add_row(r, run, source, &r->cuts, i, place, &region));
        post_samples_release(&region.samples);
    }
    PetscFunctionReturn(0);
}

/* Values along a line, and their integral by the trapezoidal rule. */
static PetscErrorCode add_line(struct reduce *r, size_t run,
                               const struct reduce_source *source, size_t i)
{
    const struct reduce_line *line = &r->ask.line[i];
    struct reduce_region region = { .range = post_range_none };
    double (*x)[3], *v, row[POST_SHEET_COLUMNS], length = 0;
    int last = line->samples - 1;
    char what[64];

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc2(line->samples, &x, line->samples, &v));
    for (int s = 0; s <= last; s++)
        for (int k = 0; k < 3; k++)
            x[s][k] = ((last - s) * line->from[k] + s * line->to[k]) / last;
    for (int k = 0; k < 3; k++)
        length += pow(line->to[k] - line->from[k], 2);
    length = sqrt(length);
    (void)snprintf(what, sizeof(what), "parameter 'lines': line %zu", i);
    PetscCall(source->at(source, what, line->samples, x, v));
    for (int s = 0; s <= last; s++) {
        size_t n = post_axes_row(&r->axes, run, row);

        row[n++] = (double)i;
        row[n++] = length * s / last;
        memcpy(row + n, x[s], sizeof(x[s]));
        row[n + 3] = v[s];
        PetscCall(post_sheet_row(&r->samples, row));
        if (stg_rank(r->task) == 0) /* they are there on every rank */
            PetscCall(post_samples_add(&region.samples, v[s], length / last /
                                       (s == 0 || s == last ? 2 : 1)));
        post_range_add(&region.range, v[s], x[s]);
    }
    (void)snprintf(what, sizeof(what), "line %zu", i);
    PetscCall(add_row(r, run, source, &r->lines, i, what, &region));
    post_samples_release(&region.samples);
    PetscCall(PetscFree2(x, v));
    PetscFunctionReturn(0);
}

static PetscErrorCode add_probes(struct reduce *r, size_t run,
                                 const struct reduce_source *source)
{
    double *v, row[POST_SHEET_COLUMNS];
    size_t points = r->ask.n_points;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(points + 1, &v));
    PetscCall(source->at(source, "parameter 'probes'", (int)points,
                         r->ask.point, v));
    for (size_t i = 0; i < points; i++) {
        size_t n = post_axes_row(&r->axes, run, row);
        char place[160];

        row[n++] = (double)i;
        memcpy(row + n, r->ask.point[i], sizeof(r->ask.point[i]));
        row[n + 3] = v[i];
        PetscCall(post_sheet_row(&r->probes, row));
        (void)snprintf(place, sizeof(place), "probe %zu", i);
        PetscCall(reduce_track(r, run, place, REDUCE_VALUE, v[i]));
    }
    PetscCall(PetscFree(v));
    PetscFunctionReturn(0);
}

PetscErrorCode reduce_run(struct reduce *r, size_t run,
                          const struct reduce_source *source)
{
    PetscFunctionBeginUser;
    r->next_track = 0;
    if (strcmp(source->unit, r->unit) != 0)
        PetscFunctionReturn(stg_fail(r->task, "%s is in '%s', but the first "
                                     "input is in '%s'", source->label,
                                     source->unit, r->unit));
    if (source->dimension != r->dimension)
        PetscFunctionReturn(stg_fail(r->task, "%s has %d dimensions, but the "
                                     "first input has %d", source->label,
                                     source->dimension, r->dimension));
    PetscCall(add_groups(r, run, source, false));
    PetscCall(add_groups(r, run, source, true));
    PetscCall(add_cuts(r, run, source));
    for (size_t i = 0; i < r->ask.n_lines; i++)
        PetscCall(add_line(r, run, source, i));
    PetscCall(add_probes(r, run, source));
    PetscCall(reduce_add_points(r, run, source));
    PetscFunctionReturn(0);
}

PetscErrorCode reduce_write(struct reduce *r)
{
    PetscFunctionBeginUser;
    PetscCall(post_sheet_write(&r->summary, r->task, "summary"));
    if (r->ask.n_surfaces)
        PetscCall(post_sheet_write(&r->surfaces, r->task, "surfaces"));
    if (r->ask.n_planes)
        PetscCall(post_sheet_write(&r->cuts, r->task, "cuts"));
    if (r->ask.n_lines) {
        PetscCall(post_sheet_write(&r->lines, r->task, "lines"));
        PetscCall(post_sheet_write(&r->samples, r->task, "samples"));
    }
    if (r->ask.n_points)
        PetscCall(post_sheet_write(&r->probes, r->task, "probes"));
    if (r->ask.n_point_groups)
        PetscCall(post_sheet_write(&r->points, r->task, "points"));
    PetscFunctionReturn(0);
}
