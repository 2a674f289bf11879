/* main.c - mesh.adapt: estimate the error of a field, say what size of cells
 * would bring it down
 *
 * In reading order: setup.c, recover.c, estimate.c, size.c.
 */
#include <math.h>

#include "mesh_adapt/adapt.h"
#include "stage/table.h"

/* --- fields --------------------------------------------------------------- */

/* The part of each cell in the relative error. */
static PetscErrorCode write_error(const struct adapt *adapt)
{
    struct stg_field field = {
        .name = "error",
        .long_name = "estimated error of the cell, relative to the whole",
        .unit = "1", .place = STG_ON_CELLS, .components = 1, .time_s = NAN,
    };
    double *here, *input;
    const char *path;
    PetscErrorCode rc;

    if (!stg_wants(adapt->task, "error"))
        return 0;
    PetscCall(stg_output_path(adapt->task, "error", &path));
    PetscCall(PetscCalloc2(3 * adapt->n_cells + 1, &here,
                           3 * adapt->input.my_cells + 1, &input));
    for (PetscInt c = 0; c < adapt->n_cells; c++)
        here[3 * c] = adapt->norm > 0 ? adapt->error[c] / adapt->norm : 0;
    PetscCall(fe_mesh_cells_to_input(adapt->mesh, here, input));
    PetscCall(PetscCalloc1(adapt->input.my_cells + 1, &field.value));
    for (int64_t i = 0; i < adapt->input.my_cells; i++)
        field.value[i] = input[3 * i];
    rc = stg_field_write(adapt->task, path, &adapt->input, &field);
    PetscCall(PetscFree2(here, input));
    PetscCall(PetscFree(field.value));
    return rc;
}

static PetscErrorCode write_size(const struct adapt *adapt)
{
    struct stg_field field = {
        .name = "size", .long_name = "size that cells should have",
        .unit = "m", .place = STG_ON_POINTS, .components = 1, .time_s = NAN,
    };
    const char *path;
    PetscErrorCode rc;

    if (!stg_wants(adapt->task, "size"))
        return 0;
    PetscCall(stg_output_path(adapt->task, "size", &path));
    PetscCall(PetscCalloc1(adapt->input.my_points + 1, &field.value));
    PetscCall(fe_mesh_to_input(adapt->mesh, adapt->point_m, field.value));
    rc = stg_field_write(adapt->task, path, &adapt->input, &field);
    PetscCall(PetscFree(field.value));
    return rc;
}

/* --- the summary ---------------------------------------------------------- */

static PetscErrorCode write_summary(struct adapt *adapt)
{
    const double relative = adapt->norm > 0 ? adapt->estimate / adapt->norm
                                            : 0;
    const double effectivity = adapt->estimate / adapt->true_error;
    const int64_t points = adapt->mesh->n_nodes;
    const int64_t cells = adapt->mesh->n_cells;
    const struct stg_column column[] = {
        { .name = "points", .unit = "1", .integer = &points },
        { .name = "cells", .unit = "1", .integer = &cells },
        { .name = "error", .unit = "1", .real = &relative,
          .long_name = "estimated error over the norm of the field" },
        { .name = "estimate", .unit = "1", .real = &adapt->estimate,
          .long_name = "estimated error in the energy norm, SI" },
        { .name = "norm", .unit = "1", .real = &adapt->norm,
          .long_name = "energy norm of the field, SI" },
        { .name = "predicted_cells", .unit = "1", .real = &adapt->predicted,
          .long_name = "cells of a mesh of the new sizes, about" },
        { .name = "true_error", .unit = "1", .real = &adapt->true_error,
          .long_name = "error in the energy norm, SI" },
        { .name = "effectivity", .unit = "1", .real = &effectivity,
          .long_name = "estimated over true error" },
    };
    size_t columns = sizeof(column) / sizeof(column[0]);
    const char *path;

    PetscCall(stg_output_path(adapt->task, "summary", &path));
    stg_progress(adapt->task, 1, 1, relative, NAN);
    return stg_table_write(adapt->task, path, column,
                           adapt->exact ? columns : columns - 2, 1);
}

static PetscErrorCode work(struct adapt *adapt)
{
    struct aim aim;

    PetscCall(adapt_setup(adapt));
    PetscCall(adapt_read_aim(adapt, &aim));
    PetscCall(adapt_estimate(adapt));
    PetscCall(adapt_size(adapt, &aim));
    PetscCall(write_error(adapt));
    PetscCall(write_size(adapt));
    return write_summary(adapt);
}

static PetscErrorCode run(struct stg_task *task)
{
    struct adapt adapt = { .task = task };
    PetscErrorCode rc = work(&adapt), released = adapt_release(&adapt);

    return rc ? rc : released;
}

static const struct stg_program program = {
    .name = "fedtwin-mesh-adapt",
    .module = "mesh.adapt",
    .run = run,
};

int main(int argc, char **argv)
{
    return stg_main(argc, argv, &program);
}
