/* envelope.c - what the values of all runs at one place are like */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "post_reduce/reduce.h"

static const struct {
    const char *of_fields, *of_images, *prefix;
} outputs[REDUCE_ENVELOPES] = {
    [REDUCE_LEAST] = { "least", "least_image", "least" },
    [REDUCE_MOST] = { "most", "most_image", "greatest" },
    [REDUCE_AVERAGE] = { "mean", "mean_image", "mean" },
    [REDUCE_DEVIATION] = { "deviation", "deviation_image",
                           "standard deviation of" },
};

static const char *output_name(const struct reduce *r, int what)
{
    return r->images ? outputs[what].of_images : outputs[what].of_fields;
}

static bool is_wanted(const struct reduce *r)
{
    for (int i = 0; i < REDUCE_ENVELOPES; i++)
        if (stg_wants(r->task, output_name(r, i)))
            return true;
    return false;
}

struct envelope {
    int64_t n;
    double *value[REDUCE_ENVELOPES]; /* until written, squares of deviations */
    int apart;                       /* a run has other places */
};

/* --- runs ----------------------------------------------------------------- */

static bool same_mesh(const struct stg_mesh *a, const struct stg_mesh *b)
{
    size_t points = 3 * (size_t)a->my_points, cells = (size_t)a->my_cells;

    return a->points == b->points && a->cells == b->cells &&
           memcmp(a->point, b->point, points * sizeof(*a->point)) == 0 &&
           memcmp(a->type, b->type, cells * sizeof(*a->type)) == 0 &&
           memcmp(a->offset, b->offset,
                  (cells + 1) * sizeof(*a->offset)) == 0 &&
           memcmp(a->node, b->node,
                  (size_t)a->offset[cells] * sizeof(*a->node)) == 0;
}

/* One run's values of this rank, and where they are. */
struct one_run {
    struct post_field field;
    struct post_image image;
    int64_t n;
    const double *value;
};

static PetscErrorCode load(const struct reduce *r, size_t run,
                           struct one_run *one)
{
    PetscFunctionBeginUser;
    *one = (struct one_run){ 0 };
    if (r->images) {
        PetscCall(post_image_read(r->task, "images", run, &one->image));
        one->n = one->image.rows * one->image.raster.nx;
        one->value = one->image.value;
    } else {
        PetscCall(post_field_load(r->task, "fields", run, r->ask.component,
                                  &one->field));
        one->n = one->field.field.place == STG_ON_CELLS
            ? one->field.input.my_cells : one->field.input.my_points;
        one->value = one->field.field.value;
    }
    PetscFunctionReturn(0);
}

static PetscErrorCode unload(struct one_run *one)
{
    PetscFunctionBeginUser;
    post_image_release(&one->image);
    PetscCall(post_field_release(&one->field));
    PetscFunctionReturn(0);
}

static bool same_places(const struct one_run *a, const struct one_run *b)
{
    if (a->image.value)
        return stg_raster_same(&a->image.raster, &b->image.raster);
    return a->field.field.place == b->field.field.place &&
           same_mesh(&a->field.input, &b->field.input);
}

/* Not a number stays. */
static double lesser(double a, double b)
{
    return isnan(a) || a <= b ? a : b;
}

/* Welford's recurrence, which needs the values once. */
static void take(struct envelope *e, size_t run, const double v[])
{
    double *least = e->value[REDUCE_LEAST], *most = e->value[REDUCE_MOST];
    double *mean = e->value[REDUCE_AVERAGE];
    double *square = e->value[REDUCE_DEVIATION];

    for (int64_t i = 0; i < e->n; i++) {
        double off = v[i] - mean[i];

        least[i] = run == 0 ? v[i] : lesser(least[i], v[i]);
        most[i] = run == 0 ? v[i] : -lesser(-most[i], -v[i]);
        mean[i] += off / (double)(run + 1);
        square[i] += off * (v[i] - mean[i]);
    }
}

/* Take run 'run', unless its places are not those of the first one. */
static PetscErrorCode add_run(struct reduce *r, size_t run,
                              struct one_run *first,
                              struct envelope *e)
{
    struct one_run next = { 0 };
    int apart;

    PetscFunctionBeginUser;
    PetscCall(load(r, run, run ? &next : first));
    apart = run && !same_places(first, &next);
    PetscCallMPI(MPI_Allreduce(&apart, &e->apart, 1, MPI_INT, MPI_MAX,
                               stg_comm(r->task)));
    if (run == 0) {
        e->n = first->n;
        for (int i = 0; i < REDUCE_ENVELOPES; i++)
            PetscCall(PetscCalloc1(e->n + 1, &e->value[i]));
    }
    if (!e->apart)
        take(e, run, run ? next.value : first->value);
    PetscCall(unload(&next));
    PetscFunctionReturn(0);
}

/* --- writing -------------------------------------------------------------- */

static PetscErrorCode write_one(struct reduce *r, const struct one_run *first,
                                int what, double value[])
{
    const struct stg_field *from = &first->field.field;
    const char *path, *name = from->long_name ? from->long_name : from->name;
    char text[256];

    PetscFunctionBeginUser;
    PetscCall(stg_output_path(r->task, output_name(r, what), &path));
    (void)snprintf(text, sizeof(text), "%s %s of %zu runs",
                   outputs[what].prefix,
                   r->images ? first->image.title : name, r->axes.runs);
    if (r->images) {
        struct stg_image image = { .name = outputs[what].of_fields,
                                   .unit = first->image.unit,
                                   .long_name = text, .time_s = NAN };

        PetscCall(stg_image_write(r->task, path, &first->image.raster, &image,
                                  first->image.first, first->image.rows,
                                  value));
    } else {
        struct stg_field field = *from;

        field.long_name = text;
        field.value = value;
        PetscCall(stg_field_write(r->task, path, &first->field.input, &field));
    }
    PetscFunctionReturn(0);
}

static PetscErrorCode write_all(struct reduce *r, const struct one_run *first,
                                struct envelope *e)
{
    double *square = e->value[REDUCE_DEVIATION], runs = (double)r->axes.runs;

    PetscFunctionBeginUser;
    if (e->apart && stg_rank(r->task) == 0)
        printf("not all runs have their values at the same places: '%s', "
               "'%s', '%s' and '%s' are not made\n", output_name(r, 0),
               output_name(r, 1), output_name(r, 2), output_name(r, 3));
    for (int64_t i = 0; i < e->n; i++) /* estimated from a sample */
        square[i] = runs > 1 ? sqrt(square[i] / (runs - 1)) : 0 * square[i];
    for (int i = 0; i < REDUCE_ENVELOPES && !e->apart; i++)
        if (stg_wants(r->task, output_name(r, i)))
            PetscCall(write_one(r, first, i, e->value[i]));
    PetscFunctionReturn(0);
}

PetscErrorCode reduce_envelope(struct reduce *r)
{
    struct envelope e = { 0 };
    struct one_run first = { 0 };
    PetscErrorCode rc = 0, unloaded;

    if (!is_wanted(r))
        return 0;
    for (size_t run = 0; run < r->axes.runs && !rc && !e.apart; run++)
        rc = add_run(r, run, &first, &e);
    if (!rc)
        rc = write_all(r, &first, &e);
    for (int i = 0; i < REDUCE_ENVELOPES; i++)
        PetscFree(e.value[i]);
    unloaded = unload(&first);
    return rc ? rc : unloaded;
}
