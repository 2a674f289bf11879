/* setup.c - read the field, what its error is weighted with, and the aim */
#include <math.h>
#include <string.h>

#include "mesh_adapt/adapt.h"

/* --- the field ------------------------------------------------------------ */

static PetscErrorCode name_groups(struct adapt *adapt)
{
    const struct stg_mesh *input = &adapt->input;

    PetscCall(PetscCalloc1(input->n_groups + 1, &adapt->group));
    for (size_t g = 0; g < input->n_groups; g++)
        adapt->group[g] = (struct fe_group){
            .id = input->groups[g].id,
            .dim = input->groups[g].dimension,
            .name = input->groups[g].name,
        };
    return 0;
}

static PetscErrorCode divide(struct adapt *adapt)
{
    const struct stg_mesh *input = &adapt->input;
    const struct fe_slab slab = {
        .n_points = (PetscInt)input->my_points,
        .n_cells = (PetscInt)input->my_cells,
        .x = input->point,
        .vtk = input->type,
        .node = input->node,
        .group = input->group,
    };

    if (input->points >= PETSC_MAX_INT || input->cells >= PETSC_MAX_INT)
        return stg_fail(adapt->task, "the mesh has %lld points and %lld "
                        "cells; this build of PETSc counts to %lld",
                        (long long)input->points, (long long)input->cells,
                        (long long)PETSC_MAX_INT);
    return fe_mesh_new(stg_comm(adapt->task), &slab, adapt->group,
                       (int)input->n_groups, &adapt->mesh);
}

/* A mesh of two dimensions has to be flat: fits are made in x and y. */
static PetscErrorCode check_plane(struct adapt *adapt)
{
    const struct fe_mesh *mesh = adapt->mesh;
    double range[3] = { -INFINITY, -INFINITY, 0 }; /* -low, high, reach */

    for (PetscInt i = 0; i < mesh->n_owned; i++) {
        range[0] = fmax(range[0], -mesh->x[3 * i + 2]);
        range[1] = fmax(range[1], mesh->x[3 * i + 2]);
        range[2] = fmax(range[2], fmax(fabs(mesh->x[3 * i]),
                                       fabs(mesh->x[3 * i + 1])));
    }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, range, 3, MPI_DOUBLE, MPI_MAX,
                               mesh->comm));
    if (mesh->dim == 2 && range[0] + range[1] > 1e-9 * range[2])
        return stg_fail(adapt->task, "the mesh has dimension 2, but z runs "
                        "from %g to %g m; it must lie in a plane of constant "
                        "z", -range[0], range[1]);
    return 0;
}

static PetscErrorCode read_field(struct adapt *adapt)
{
    struct stg_task *task = adapt->task;
    const char *path;
    PetscInt n;

    PetscCall(stg_input_path(task, "field", &path));
    PetscCall(stg_field_read(task, path, NULL, &adapt->input, &adapt->field));
    if (adapt->field.place != STG_ON_POINTS || adapt->field.components != 1)
        return stg_fail(task, "input 'field' must have one value at each "
                        "point");
    PetscCall(name_groups(adapt));
    PetscCall(divide(adapt));
    PetscCall(check_plane(adapt));
    n = adapt->mesh->n_owned + adapt->mesh->n_ghosts;
    PetscCall(PetscCalloc1(n + 1, &adapt->u));
    PetscCall(PetscCalloc1(n + 1, &adapt->point_m));
    for (int b = 0; b < adapt->mesh->n_cell_blocks; b++)
        adapt->n_cells += adapt->mesh->block[b].n;
    PetscCall(PetscCalloc1(adapt->n_cells + 1, &adapt->error));
    PetscCall(PetscCalloc1(adapt->n_cells + 1, &adapt->size_m));
    PetscCall(PetscCalloc1(adapt->n_cells + 1, &adapt->target_m));
    PetscCall(fe_mesh_from_input(adapt->mesh, adapt->field.value, adapt->u));
    return fe_mesh_spread(adapt->mesh, adapt->u);
}

/* --- weights -------------------------------------------------------------- */

static PetscErrorCode check_weight_names(const struct adapt *adapt,
                                         const struct stg_value *weights)
{
    size_t n;

    PetscCall(stg_count(weights, &n));
    for (size_t i = 0; i < n; i++) {
        struct stg_value item;
        const char *name;

        PetscCall(stg_member(weights, i, &name, &item));
        if (strcmp(name, "*") != 0 &&
            !stg_group_named(&adapt->input, adapt->input.dimension, name))
            return stg_fail(adapt->task, "parameter 'weight': the mesh has no "
                            "group of cells '%s'", name);
    }
    return 0;
}

static PetscErrorCode read_weight(const struct adapt *adapt,
                                  const struct stg_value *weights,
                                  const char *name, double *weight)
{
    struct stg_value item;

    if (!stg_group_value(weights, name, &item))
        return stg_fail(adapt->task, "parameter 'weight' has no value for "
                        "group '%s'; give one for '*'", name);
    PetscCall(stg_as_number(&item, weight));
    if (!(*weight > 0))
        return stg_fail(adapt->task, "parameter 'weight' of group '%s' is "
                        "%g, but must be more than 0", name, *weight);
    return 0;
}

/* Groups of equal weight are of one class. */
static void classify(struct adapt *adapt)
{
    const int n = adapt->mesh->n_groups;

    for (int g = 0; g <= n; g++) {
        int same = 0;

        while (same < g && adapt->weight[same] != adapt->weight[g])
            same++;
        adapt->classes[g] = same < g ? adapt->classes[same]
                                     : adapt->n_classes++;
    }
}

static PetscErrorCode read_weights(struct adapt *adapt)
{
    const struct stg_value params = stg_params(adapt->task);
    const int n = adapt->mesh->n_groups;
    struct stg_value weights, item;

    PetscCall(PetscMalloc1(n + 1, &adapt->weight));
    PetscCall(PetscCalloc1(n + 1, &adapt->classes));
    for (int g = 0; g <= n; g++)
        adapt->weight[g] = 1;
    if (stg_has(&params, "weight")) {
        PetscCall(stg_get(&params, "weight", &weights));
        PetscCall(check_weight_names(adapt, &weights));
        for (int g = 0; g < n; g++)
            if (adapt->group[g].dim == adapt->mesh->dim)
                PetscCall(read_weight(adapt, &weights, adapt->group[g].name,
                                      &adapt->weight[g]));
        if (stg_group_value(&weights, "*", &item))
            PetscCall(read_weight(adapt, &weights, "*", &adapt->weight[n]));
    }
    classify(adapt);
    return 0;
}

/* --- the rest ------------------------------------------------------------- */

static PetscErrorCode read_exact(struct adapt *adapt)
{
    const struct stg_value params = stg_params(adapt->task);
    const char *text;
    char msg[256];

    if (!stg_has(&params, "exact"))
        return 0;
    PetscCall(stg_get_text(&params, "exact", &text));
    adapt->exact = fe_func_new(text, msg, sizeof(msg));
    return adapt->exact ? 0 : stg_fail(adapt->task, "parameter 'exact': %s",
                                       msg);
}

PetscErrorCode adapt_setup(struct adapt *adapt)
{
    PetscCall(read_field(adapt));
    PetscCall(read_weights(adapt));
    return read_exact(adapt);
}

static PetscErrorCode read_number(const struct stg_value *params,
                                  const char *name, double *x)
{
    return stg_has(params, name) ? stg_get_number(params, name, x) : 0;
}

static PetscErrorCode read_length(const struct stg_value *params,
                                  const char *name, double *x_m)
{
    if (!stg_has(params, name))
        return 0;
    PetscCall(stg_get_quantity(params, name, "m", x_m));
    if (!(*x_m > 0))
        return stg_fail(params->task, "'%s' is %g m, but must be more than 0",
                        name, *x_m);
    return 0;
}

PetscErrorCode adapt_read_aim(const struct adapt *adapt, struct aim *aim)
{
    const struct stg_value params = stg_params(adapt->task);
    int64_t most = INT32_MAX;

    *aim = (struct aim){ .reduction = 0.5, .refine = 0.25, .coarsen = 2,
                         .min_m = 0, .max_m = INFINITY };
    PetscCall(stg_get_number(&params, "tolerance", &aim->tolerance));
    PetscCall(read_number(&params, "reduction", &aim->reduction));
    PetscCall(read_number(&params, "refine", &aim->refine));
    PetscCall(read_number(&params, "coarsen", &aim->coarsen));
    PetscCall(read_length(&params, "min_size", &aim->min_m));
    PetscCall(read_length(&params, "max_size", &aim->max_m));
    if (stg_has(&params, "most_cells"))
        PetscCall(stg_get_integer(&params, "most_cells", &most));
    aim->most_cells = (double)most;
    if (!(aim->tolerance > 0) || !(aim->reduction > 0) ||
        !(aim->refine > 0) || !(aim->coarsen >= 1) || most < 1)
        return stg_fail(adapt->task, "'tolerance', 'reduction', 'refine' and "
                        "'most_cells' must be more than 0, 'coarsen' 1 or "
                        "more");
    if (aim->min_m > aim->max_m)
        return stg_fail(adapt->task, "'min_size' is %g m, more than "
                        "'max_size', %g m", aim->min_m, aim->max_m);
    return 0;
}

PetscErrorCode adapt_release(struct adapt *adapt)
{
    PetscCall(PetscFree(adapt->u));
    PetscCall(PetscFree(adapt->point_m));
    PetscCall(PetscFree(adapt->error));
    PetscCall(PetscFree(adapt->size_m));
    PetscCall(PetscFree(adapt->target_m));
    PetscCall(PetscFree(adapt->weight));
    PetscCall(PetscFree(adapt->classes));
    fe_func_free(adapt->exact);
    PetscCall(fe_mesh_free(&adapt->mesh));
    PetscCall(PetscFree(adapt->group));
    stg_field_release(&adapt->field);
    stg_mesh_release(&adapt->input);
    return 0;
}
