/* mesh_write.c - a mesh as VTKHDF UnstructuredGrid, with its groups */
#include "stage/vtk.h"

#include <math.h>
#include <string.h>

PetscErrorCode stg_vtk_begin(struct stg_h5 *h5, const char *type)
{
    const int64_t version[2] = { 1, 0 };

    PetscCall(stg_h5_group(h5, "/VTKHDF"));
    PetscCall(stg_h5_values(h5, "/VTKHDF", "Version", H5T_STD_I64LE,
                            H5T_NATIVE_INT64, 2, version));
    return stg_h5_text(h5, "/VTKHDF", "Type", type);
}

PetscErrorCode stg_vtk_describe(struct stg_h5 *h5, const char *set,
                                const char *unit, const char *long_name,
                                double time_s)
{
    PetscCall(stg_h5_text(h5, set, "units", unit));
    if (long_name)
        PetscCall(stg_h5_text(h5, set, "long_name", long_name));
    PetscCall(stg_h5_text(h5, "/VTKHDF", "fedtwin_field",
                          set + strlen("/VTKHDF/")));
    if (!isnan(time_s))
        PetscCall(stg_h5_values(h5, "/", "time", H5T_IEEE_F64LE,
                                H5T_NATIVE_DOUBLE, 0, &time_s));
    return 0;
}

static PetscErrorCode write_counts(struct stg_h5 *h5,
                                   const struct stg_mesh *mesh,
                                   int64_t all_nodes)
{
    PetscCall(stg_h5_write_small(h5, "/VTKHDF/NumberOfPoints", H5T_STD_I64LE,
                                 1, &mesh->points));
    PetscCall(stg_h5_write_small(h5, "/VTKHDF/NumberOfCells", H5T_STD_I64LE, 1,
                                 &mesh->cells));
    return stg_h5_write_small(h5, "/VTKHDF/NumberOfConnectivityIds",
                              H5T_STD_I64LE, 1, &all_nodes);
}

static PetscErrorCode write_points(struct stg_h5 *h5,
                                   const struct stg_mesh *mesh)
{
    const struct stg_rows rows = {
        .name = "/VTKHDF/Points", .type = H5T_IEEE_F64LE, .columns = 3,
        .total = mesh->points, .first = mesh->first_point,
        .mine = mesh->my_points,
    };

    PetscCall(stg_h5_write(h5, &rows, mesh->point));
    return stg_h5_text(h5, rows.name, "units", "m");
}

/* Offsets has one entry more than there are cells: the 0 in front, which
 * rank 0 writes. */
static PetscErrorCode write_offsets(struct stg_task *task, struct stg_h5 *h5,
                                    const struct stg_mesh *mesh,
                                    int64_t first_node)
{
    int leading = stg_rank(task) == 0;
    struct stg_rows rows = {
        .name = "/VTKHDF/Offsets", .type = H5T_STD_I64LE,
        .total = mesh->cells + 1, .first = mesh->first_cell + !leading,
        .mine = mesh->my_cells + leading,
    };
    int64_t *end = NULL;
    PetscErrorCode rc = PetscMalloc1(mesh->my_cells + 1, &end);

    rc = stg_agree(task, rc);
    if (!rc) {
        end[0] = first_node;
        for (int64_t i = 0; i < mesh->my_cells; i++)
            end[i + 1] = first_node + mesh->offset[i + 1];
        rc = stg_h5_write(h5, &rows, leading ? end : end + 1);
    }
    PetscFree(end);
    return rc;
}

static PetscErrorCode write_cells(struct stg_task *task, struct stg_h5 *h5,
                                  const struct stg_mesh *mesh)
{
    int64_t mine = mesh->my_cells ? mesh->offset[mesh->my_cells] : 0;
    int64_t first = 0, all = 0;
    struct stg_rows rows = { .name = "/VTKHDF/Connectivity",
                             .type = H5T_STD_I64LE, .mine = mine };

    PetscCallMPI(MPI_Exscan(&mine, &first, 1, MPI_INT64_T, MPI_SUM,
                            stg_comm(task)));
    PetscCallMPI(MPI_Allreduce(&mine, &all, 1, MPI_INT64_T, MPI_SUM,
                               stg_comm(task)));
    if (stg_rank(task) == 0)
        first = 0;
    PetscCall(write_counts(h5, mesh, all));
    rows.first = first;
    rows.total = all;
    PetscCall(stg_h5_write(h5, &rows, mesh->node));
    PetscCall(write_offsets(task, h5, mesh, first));
    rows = (struct stg_rows){ .name = "/VTKHDF/Types", .type = H5T_STD_U8LE,
                              .total = mesh->cells, .first = mesh->first_cell,
                              .mine = mesh->my_cells };
    return stg_h5_write(h5, &rows, mesh->type);
}

static PetscErrorCode write_group_names(struct stg_task *task,
                                        struct stg_h5 *h5,
                                        const struct stg_mesh *mesh)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    size_t width = 1;
    char *names = NULL;
    PetscErrorCode rc = 0;

    for (size_t i = 0; i < mesh->n_groups; i++)
        if (strlen(mesh->groups[i].name) > width)
            width = strlen(mesh->groups[i].name);
    if (type < 0 || H5Tset_size(type, width) < 0 ||
        H5Tset_strpad(type, H5T_STR_NULLPAD) < 0)
        rc = stg_h5_fail(h5, "write", "/groups/name");
    if (!rc)
        rc = PetscCalloc1(mesh->n_groups * width + 1, &names);
    rc = stg_agree(task, rc);
    for (size_t i = 0; !rc && i < mesh->n_groups; i++)
        memcpy(names + i * width, mesh->groups[i].name,
               strlen(mesh->groups[i].name));
    if (!rc)
        rc = stg_h5_write_small(h5, "/groups/name", type, mesh->n_groups,
                                names);
    PetscFree(names);
    H5Tclose(type);
    return rc;
}

static PetscErrorCode write_group_numbers(struct stg_task *task,
                                          struct stg_h5 *h5,
                                          const struct stg_mesh *mesh)
{
    int32_t *id = NULL, *dimension = NULL;
    PetscErrorCode rc = PetscMalloc2(mesh->n_groups + 1, &id,
                                     mesh->n_groups + 1, &dimension);

    rc = stg_agree(task, rc);
    for (size_t i = 0; !rc && i < mesh->n_groups; i++) {
        id[i] = mesh->groups[i].id;
        dimension[i] = mesh->groups[i].dimension;
    }
    if (!rc)
        rc = stg_h5_write_small(h5, "/groups/id", H5T_STD_I32LE,
                                mesh->n_groups, id);
    if (!rc)
        rc = stg_h5_write_small(h5, "/groups/dimension", H5T_STD_I32LE,
                                mesh->n_groups, dimension);
    PetscFree2(id, dimension);
    return rc;
}

static PetscErrorCode write_groups(struct stg_task *task, struct stg_h5 *h5,
                                   const struct stg_mesh *mesh)
{
    const struct stg_rows rows = {
        .name = "/VTKHDF/CellData/group", .type = H5T_STD_I32LE,
        .total = mesh->cells, .first = mesh->first_cell,
        .mine = mesh->my_cells,
    };

    PetscCall(stg_h5_group(h5, "/VTKHDF/CellData"));
    PetscCall(stg_h5_write(h5, &rows, mesh->group));
    PetscCall(stg_h5_group(h5, "/groups"));
    PetscCall(write_group_numbers(task, h5, mesh));
    return write_group_names(task, h5, mesh);
}

PetscErrorCode stg_vtk_write_mesh(struct stg_h5 *h5,
                                  const struct stg_mesh *mesh)
{
    PetscCall(stg_vtk_begin(h5, "UnstructuredGrid"));
    PetscCall(write_points(h5, mesh));
    PetscCall(write_cells(h5->task, h5, mesh));
    return write_groups(h5->task, h5, mesh);
}

int64_t stg_vtk_mesh_bytes(const struct stg_mesh *mesh)
{
    int64_t points = mesh->points * 3 * (int64_t)sizeof(double);
    int64_t most = mesh->order > 1 ? STG_CELL_NODES_MAX : 8; /* of a cell */
    int64_t nodes = mesh->cells * most * (int64_t)sizeof(int64_t);
    int64_t names = (int64_t)mesh->n_groups * STG_GROUP_NAME_MAX;

    return PetscMax(points, PetscMax(nodes, names));
}

PetscErrorCode stg_mesh_write(struct stg_task *task, const char *path,
                              const struct stg_mesh *mesh)
{
    struct stg_h5 h5;
    PetscErrorCode rc = stg_h5_create(task, path, stg_vtk_mesh_bytes(mesh),
                                      &h5);

    if (!rc)
        rc = stg_vtk_write_mesh(&h5, mesh);
    return stg_h5_close(&h5, rc);
}
