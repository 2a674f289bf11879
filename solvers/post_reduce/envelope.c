/* envelope.c - fields made of the values that all runs have at one place */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "post_reduce/reduce.h"

static const struct {
    const char *output, *prefix;
    enum { LEAST, MOST, MEAN, DEVIATION } what;
} fields[] = {
    { "least", "least", LEAST },
    { "most", "greatest", MOST },
    { "mean", "mean", MEAN },
    { "deviation", "standard deviation of", DEVIATION },
};
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

bool reduce_envelope_wanted(const struct stg_task *task)
{
    for (size_t i = 0; i < N_FIELDS; i++)
        if (stg_wants(task, fields[i].output))
            return true;
    return false;
}

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

static PetscErrorCode begin(struct post_field *f, struct reduce_envelope *e)
{
    PetscFunctionBeginUser;
    e->mesh = f->input;
    e->field = f->field;
    f->input = (struct stg_mesh){ 0 };
    f->field = (struct stg_field){ 0 };
    e->rows = e->field.place == STG_ON_CELLS ? e->mesh.my_cells
                                             : e->mesh.my_points;
    PetscCall(PetscCalloc4(e->rows + 1, &e->least, e->rows + 1, &e->most,
                           e->rows + 1, &e->mean, e->rows + 1, &e->square));
    for (int64_t i = 0; i < e->rows; i++)
        e->least[i] = e->most[i] = e->mean[i] = e->field.value[i];
    PetscFunctionReturn(0);
}

/* Welford's recurrence, which needs the values once. */
static void take(struct reduce_envelope *e, size_t run, const double v[])
{
    for (int64_t i = 0; i < e->rows; i++) {
        double off = v[i] - e->mean[i];

        e->least[i] = fmin(e->least[i], v[i]);
        e->most[i] = fmax(e->most[i], v[i]);
        e->mean[i] += off / (double)(run + 1);
        e->square[i] += off * (v[i] - e->mean[i]);
    }
}

PetscErrorCode reduce_envelope_add(struct stg_task *task, size_t run,
                                   const char *component,
                                   struct reduce_envelope *e)
{
    struct post_field f;
    struct stg_input input;
    char label[256];
    PetscErrorCode rc = 0;

    PetscFunctionBeginUser;
    PetscCall(post_field_load(task, "fields", run, component, &f));
    PetscCall(stg_input(task, "fields", run, &input));
    post_input_label(&input, label, sizeof(label));
    if (run == 0)
        rc = begin(&f, e);
    else if (f.field.place != e->field.place || !same_mesh(&f.input, &e->mesh))
        rc = stg_fail(task, "%s is on another mesh than the first input, so "
                      "'least', 'most', 'mean' and 'deviation' cannot be "
                      "made; leave these outputs out", label);
    PetscCall(stg_agree(task, rc));
    if (run > 0)
        take(e, run, f.field.value);
    PetscCall(post_field_release(&f));
    PetscFunctionReturn(0);
}

PetscErrorCode reduce_envelope_write(struct stg_task *task, size_t runs,
                                     struct reduce_envelope *e)
{
    double *const value[] = { e->least, e->most, e->mean, e->square };

    PetscFunctionBeginUser;
    for (int64_t i = 0; i < e->rows; i++) /* estimated from a sample */
        e->square[i] = runs > 1 ? sqrt(e->square[i] / (double)(runs - 1)) : 0;
    for (size_t i = 0; i < N_FIELDS; i++) {
        struct stg_field field = e->field;
        const char *path;
        char text[256];

        if (!stg_wants(task, fields[i].output))
            continue;
        PetscCall(stg_output_path(task, fields[i].output, &path));
        (void)snprintf(text, sizeof(text), "%s %s of %zu runs",
                       fields[i].prefix,
                       field.long_name ? field.long_name : field.name, runs);
        field.long_name = text;
        field.value = value[fields[i].what];
        PetscCall(stg_field_write(task, path, &e->mesh, &field));
    }
    PetscFunctionReturn(0);
}

void reduce_envelope_release(struct reduce_envelope *e)
{
    PetscFree4(e->least, e->most, e->mean, e->square);
    stg_field_release(&e->field);
    stg_mesh_release(&e->mesh);
}
