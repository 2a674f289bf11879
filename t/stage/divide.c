/* divide.c - a stage program that divides a mesh as solvers do, and writes the
 * most points and cells of a rank and the ghosts of all into 'divided' */
#include <stdio.h>

#include "fe/mesh.h"
#include "stage/mesh.h"

static PetscErrorCode divide(struct stg_task *task,
                             const struct stg_mesh *input,
                             const struct fe_group *group)
{
    const struct fe_slab slab = {
        .n_points = (PetscInt)input->my_points,
        .n_cells = (PetscInt)input->my_cells,
        .x = input->point,
        .vtk = input->type,
        .node = input->node,
        .group = input->group,
    };
    struct fe_mesh *mesh;
    int n[3] = { 0, 0, 0 }; /* points, cells, ghosts */
    FILE *out;

    PetscCall(fe_mesh_new(stg_comm(task), &slab, group, (int)input->n_groups,
                          &mesh));
    n[0] = (int)mesh->n_owned;
    for (int b = 0; b < mesh->n_cell_blocks; b++)
        n[1] += (int)mesh->block[b].n;
    n[2] = (int)mesh->n_ghosts;
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, n, 2, MPI_INT, MPI_MAX,
                               mesh->comm));
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, n + 2, 1, MPI_INT, MPI_SUM,
                               mesh->comm));
    PetscCall(fe_mesh_free(&mesh));
    out = stg_rank(task) == 0 ? fopen("divided", "we") : NULL;
    if (out) {
        fprintf(out, "%d %d %d\n", n[0], n[1], n[2]);
        fclose(out);
    }
    return 0;
}

static PetscErrorCode run(struct stg_task *task)
{
    struct stg_mesh input;
    struct fe_group *group;
    const char *path;

    PetscCall(stg_input_path(task, "mesh", &path));
    PetscCall(stg_mesh_read(task, path, &input));
    PetscCall(PetscCalloc1(input.n_groups, &group));
    for (size_t g = 0; g < input.n_groups; g++)
        group[g] = (struct fe_group){ .id = input.groups[g].id,
                                      .dim = input.groups[g].dimension,
                                      .name = input.groups[g].name };
    PetscCall(divide(task, &input, group));
    PetscCall(PetscFree(group));
    stg_mesh_release(&input);
    return 0;
}

static const struct stg_program program = {
    .name = "divide", .module = "test.divide", .run = run,
};

int main(int argc, char **argv)
{
    return stg_main(argc, argv, &program);
}
