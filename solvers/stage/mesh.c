/* mesh.c - cell types, groups and slabs */
#include "stage/mesh.h"

#include <string.h>

static const struct stg_cell_type types[] = {
    { STG_VERTEX, "point", 0, 1, 0 },
    { STG_LINE, "line", 1, 2, 1 },
    { STG_TRIANGLE, "triangle", 2, 3, 1 },
    { STG_QUAD, "quad", 2, 4, 1 },
    { STG_TET, "tetrahedron", 3, 4, 1 },
    { STG_HEX, "hexahedron", 3, 8, 1 },
    { STG_WEDGE, "wedge", 3, 6, 1 },
    { STG_PYRAMID, "pyramid", 3, 5, 1 },
    { STG_LINE3, "line of second order", 1, 3, 2 },
    { STG_TRIANGLE6, "triangle of second order", 2, 6, 2 },
    { STG_QUAD8, "quad of second order", 2, 8, 2 },
    { STG_TET10, "tetrahedron of second order", 3, 10, 2 },
    { STG_HEX20, "hexahedron of second order", 3, 20, 2 },
    { STG_QUAD9, "quad of second order", 2, 9, 2 },
    { STG_HEX27, "hexahedron of second order", 3, 27, 2 },
};

const struct stg_cell_type *stg_cell_type(int cell)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if ((int)types[i].cell == cell)
            return &types[i];
    return NULL;
}

void stg_slab(int64_t n, int rank, int ranks, int64_t *first, int64_t *count)
{
    int64_t share = n / ranks, rest = n % ranks;

    *first = rank * share + (rank < rest ? rank : rest);
    *count = share + (rank < rest);
}

bool stg_group_name_valid(const char *name)
{
    size_t n = strlen(name);

    if (n == 0 || n > STG_GROUP_NAME_MAX || strcmp(name, "*") == 0 ||
        name[0] == ' ' || name[n - 1] == ' ')
        return false;
    for (size_t i = 0; i < n; i++)
        if (name[i] < ' ' || name[i] > '~')
            return false;
    return true;
}

const struct stg_group *stg_group_named(const struct stg_mesh *mesh,
                                        int dimension, const char *name)
{
    for (size_t i = 0; i < mesh->n_groups; i++)
        if (mesh->groups[i].dimension == dimension &&
            strcmp(mesh->groups[i].name, name) == 0)
            return &mesh->groups[i];
    return NULL;
}

const struct stg_group *stg_group_with_id(const struct stg_mesh *mesh,
                                          int32_t id)
{
    for (size_t i = 0; i < mesh->n_groups; i++)
        if (mesh->groups[i].id == id)
            return &mesh->groups[i];
    return NULL;
}

PetscErrorCode stg_mesh_number(struct stg_task *task, struct stg_mesh *mesh)
{
    int64_t mine[2] = { mesh->my_points, mesh->my_cells };
    int64_t first[2] = { 0, 0 }, all[2];

    PetscCallMPI(MPI_Exscan(mine, first, 2, MPI_INT64_T, MPI_SUM,
                            stg_comm(task)));
    PetscCallMPI(MPI_Allreduce(mine, all, 2, MPI_INT64_T, MPI_SUM,
                               stg_comm(task)));
    mesh->first_point = stg_rank(task) ? first[0] : 0;
    mesh->first_cell = stg_rank(task) ? first[1] : 0;
    mesh->points = all[0];
    mesh->cells = all[1];
    return 0;
}

void stg_mesh_release(struct stg_mesh *mesh)
{
    PetscFree(mesh->point);
    PetscFree(mesh->type);
    PetscFree(mesh->offset);
    PetscFree(mesh->node);
    PetscFree(mesh->group);
    PetscFree(mesh->groups);
    memset(mesh, 0, sizeof(*mesh));
}
