/* field.c - values of nodes as output fields */
#include <math.h>

#include "elasticity/ela.h"
#include "elasticity/vector.h"
#include "stage/stage.h"

PetscErrorCode ela_cells_only(struct ela *ela, struct stg_mesh *mesh)
{
    PetscFunctionBeginUser;
    *mesh = ela->input;
    mesh->my_cells = 0;
    while (mesh->my_cells < ela->input.my_cells &&
           stg_cell_type(ela->input.type[mesh->my_cells])->dimension ==
               ela->mesh->dim)
        mesh->my_cells++;
    PetscCall(stg_mesh_number(ela->task, mesh));
    PetscFunctionReturn(0);
}

PetscErrorCode ela_write_field(struct ela *ela, const struct stg_mesh *mesh,
                               struct stg_field *field, int n,
                               const double v[])
{
    const char *path;
    double *slab;

    PetscFunctionBeginUser;
    if (!stg_wants(ela->task, field->name))
        PetscFunctionReturn(0);
    PetscCall(stg_output_path(ela->task, field->name, &path));
    PetscCall(PetscMalloc1(n * mesh->my_points, &slab));
    PetscCall(PetscCalloc1(field->components * mesh->my_points,
                           &field->value));
    PetscCall(ela_to_input(ela->mesh, n, v, slab));
    for (int64_t i = 0; i < mesh->my_points; i++)
        for (int k = 0; k < n; k++)
            field->value[i * field->components + k] = slab[i * n + k];
    field->time_s = NAN;
    field->place = STG_ON_POINTS;
    PetscCall(stg_field_write(ela->task, path, mesh, field));
    PetscCall(PetscFree(field->value));
    PetscCall(PetscFree(slab));
    PetscFunctionReturn(0);
}
