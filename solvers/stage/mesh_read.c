/* mesh_read.c - read slabs of a mesh and check what objects.md promises */
#include "stage/vtk.h"

#include <math.h>
#include <string.h>

static PetscErrorCode check_kind(struct stg_h5 *h5)
{
    char type[64];
    int64_t version[2] = { 0, 0 };
    bool has_type = false, has_version = false;

    if (!stg_h5_exists(h5, "/VTKHDF"))
        return stg_fail(h5->task, "'%s' is not a mesh: it has no '/VTKHDF'",
                        h5->path);
    PetscCall(stg_h5_read_text(h5, "/VTKHDF", "Type", sizeof(type), type,
                               &has_type));
    if (!has_type || strcmp(type, "UnstructuredGrid") != 0)
        return stg_fail(h5->task,
                        "'%s' is not a mesh: its type is '%s', not "
                        "'UnstructuredGrid'",
                        h5->path, type);
    PetscCall(stg_h5_read_values(h5, "/VTKHDF", "Version", H5T_NATIVE_INT64, 2,
                                 version, &has_version));
    if (!has_version || version[0] != 1)
        return stg_fail(h5->task,
                        "'%s' is VTKHDF version %lld.%lld; 1.0 is understood",
                        h5->path, (long long)version[0],
                        (long long)version[1]);
    return 0;
}

/* Read a dataset of one number. */
static PetscErrorCode read_count(struct stg_h5 *h5, const char *name,
                                 int64_t *n)
{
    struct stg_rows rows = { .name = name, .type = H5T_STD_I64LE };

    PetscCall(stg_h5_shape(h5, &rows));
    if (rows.total != 1 || rows.columns)
        return stg_fail(h5->task,
                        "'%s' of '%s' has %llu parts; one is understood", name,
                        h5->path, (unsigned long long)rows.total);
    rows.mine = 1;
    return stg_h5_read(h5, &rows, H5T_NATIVE_INT64, n);
}

/* The shape of a dataset must be what the counts say. */
static PetscErrorCode expect_rows(struct stg_h5 *h5, struct stg_rows *rows,
                                  int64_t total, hsize_t columns)
{
    PetscCall(stg_h5_shape(h5, rows));
    if (total < 0 || rows->total != (hsize_t)total || rows->columns != columns)
        return stg_fail(h5->task,
                        "'%s' of '%s' has %llu rows, %lld expected",
                        rows->name, h5->path, (unsigned long long)rows->total,
                        (long long)total);
    return 0;
}

static PetscErrorCode read_points(struct stg_h5 *h5, struct stg_mesh *mesh)
{
    struct stg_task *task = h5->task;
    struct stg_rows rows = { .name = "/VTKHDF/Points",
                             .type = H5T_IEEE_F64LE };
    PetscErrorCode rc;

    PetscCall(read_count(h5, "/VTKHDF/NumberOfPoints", &mesh->points));
    PetscCall(expect_rows(h5, &rows, mesh->points, 3));
    stg_slab(mesh->points, stg_rank(task), stg_ranks(task), &mesh->first_point,
             &mesh->my_points);
    rows.first = mesh->first_point;
    rows.mine = mesh->my_points;
    rc = PetscMalloc1(3 * mesh->my_points + 1, &mesh->point);
    PetscCall(stg_agree(task, rc));
    PetscCall(stg_h5_read(h5, &rows, H5T_NATIVE_DOUBLE, mesh->point));
    for (int64_t i = 0; i < 3 * mesh->my_points && !rc; i++)
        if (!isfinite(mesh->point[i]))
            rc = stg_fail(task, "point %lld of '%s' is not finite",
                          (long long)(mesh->first_point + i / 3), h5->path);
    return stg_agree(task, rc);
}

/* Types and group of my cells, and offsets with the entry after the last. */
static PetscErrorCode read_cells(struct stg_h5 *h5, struct stg_mesh *mesh)
{
    struct stg_task *task = h5->task;
    struct stg_rows types = { .name = "/VTKHDF/Types", .type = H5T_STD_U8LE };
    struct stg_rows offsets = { .name = "/VTKHDF/Offsets",
                                .type = H5T_STD_I64LE };
    struct stg_rows groups = { .name = "/VTKHDF/CellData/group",
                               .type = H5T_STD_I32LE };
    PetscErrorCode rc;

    PetscCall(read_count(h5, "/VTKHDF/NumberOfCells", &mesh->cells));
    PetscCall(expect_rows(h5, &types, mesh->cells, 0));
    PetscCall(expect_rows(h5, &offsets, mesh->cells + 1, 0));
    PetscCall(expect_rows(h5, &groups, mesh->cells, 0));
    stg_slab(mesh->cells, stg_rank(task), stg_ranks(task), &mesh->first_cell,
             &mesh->my_cells);
    types.first = offsets.first = groups.first = mesh->first_cell;
    types.mine = groups.mine = mesh->my_cells;
    offsets.mine = mesh->my_cells + 1;
    rc = PetscMalloc1(mesh->my_cells + 1, &mesh->type);
    if (!rc)
        rc = PetscMalloc1(mesh->my_cells + 1, &mesh->offset);
    if (!rc)
        rc = PetscMalloc1(mesh->my_cells + 1, &mesh->group);
    PetscCall(stg_agree(task, rc));
    PetscCall(stg_h5_read(h5, &types, H5T_NATIVE_UINT8, mesh->type));
    PetscCall(stg_h5_read(h5, &offsets, H5T_NATIVE_INT64, mesh->offset));
    return stg_h5_read(h5, &groups, H5T_NATIVE_INT32, mesh->group);
}

static PetscErrorCode check_types(struct stg_task *task, const char *path,
                                  const struct stg_mesh *mesh)
{
    for (int64_t i = 0; i < mesh->my_cells; i++) {
        const struct stg_cell_type *type = stg_cell_type(mesh->type[i]);
        int64_t nodes = mesh->offset[i + 1] - mesh->offset[i];

        if (!type)
            return stg_fail(task, "cell %lld of '%s' has unknown type %d",
                            (long long)(mesh->first_cell + i), path,
                            mesh->type[i]);
        if (nodes != type->nodes)
            return stg_fail(task, "cell %lld of '%s', a %s, has %lld nodes",
                            (long long)(mesh->first_cell + i), path,
                            type->name, (long long)nodes);
    }
    return 0;
}

static PetscErrorCode read_nodes(struct stg_h5 *h5, struct stg_mesh *mesh)
{
    struct stg_task *task = h5->task;
    struct stg_rows rows = { .name = "/VTKHDF/Connectivity",
                             .type = H5T_STD_I64LE };
    int64_t all, first = mesh->offset[0];
    PetscErrorCode rc;

    PetscCall(read_count(h5, "/VTKHDF/NumberOfConnectivityIds", &all));
    PetscCall(expect_rows(h5, &rows, all, 0));
    rc = check_types(task, h5->path, mesh);
    rows.first = first;
    rows.mine = mesh->offset[mesh->my_cells] - first;
    if (!rc && (first < 0 || rows.mine > rows.total ||
                rows.first > rows.total - rows.mine))
        rc = stg_fail(task, "an offset of '%s' lies outside the connectivity",
                      h5->path);
    if (!rc)
        rc = PetscMalloc1(rows.mine + 1, &mesh->node);
    PetscCall(stg_agree(task, rc));
    PetscCall(stg_h5_read(h5, &rows, H5T_NATIVE_INT64, mesh->node));
    for (int64_t i = 0; i <= mesh->my_cells; i++)
        mesh->offset[i] -= first;
    for (int64_t i = 0; i < mesh->offset[mesh->my_cells] && !rc; i++)
        if (mesh->node[i] < 0 || mesh->node[i] >= mesh->points)
            rc = stg_fail(task, "a cell of '%s' refers to point %lld of %lld",
                          h5->path, (long long)mesh->node[i],
                          (long long)mesh->points);
    return stg_agree(task, rc);
}

/* --- groups --------------------------------------------------------------- */

/* Every rank reads all of a small dataset. */
static PetscErrorCode read_all(struct stg_h5 *h5, struct stg_rows *rows,
                               hid_t memory, void *data)
{
    rows->first = 0;
    rows->mine = rows->total;
    return stg_h5_read(h5, rows, memory, data);
}

static PetscErrorCode read_names(struct stg_h5 *h5, struct stg_mesh *mesh)
{
    struct stg_task *task = h5->task;
    struct stg_rows rows = { .name = "/groups/name", .type = H5T_C_S1 };
    hid_t memory = H5Tcopy(H5T_C_S1);
    const size_t width = STG_GROUP_NAME_MAX + 1;
    char *names = NULL;
    PetscErrorCode rc = expect_rows(h5, &rows, mesh->n_groups, 0);

    if (!rc) {
        rc = PetscCalloc1(mesh->n_groups * width + 1, &names);
        if (!rc && (memory < 0 || H5Tset_size(memory, width) < 0))
            rc = stg_h5_fail(h5, "read", rows.name);
        rc = stg_agree(task, rc);
    }
    if (!rc)
        rc = read_all(h5, &rows, memory, names);
    for (size_t i = 0; !rc && i < mesh->n_groups; i++)
        memcpy(mesh->groups[i].name, names + i * width, width - 1);
    PetscFree(names);
    H5Tclose(memory);
    return rc;
}

static PetscErrorCode read_numbers(struct stg_h5 *h5, struct stg_rows *id,
                                   struct stg_mesh *mesh)
{
    struct stg_rows dim = { .name = "/groups/dimension",
                            .type = H5T_STD_I32LE };
    int32_t *number = NULL;
    PetscErrorCode rc;

    PetscCall(expect_rows(h5, &dim, mesh->n_groups, 0));
    rc = PetscMalloc1(mesh->n_groups + 1, &number);
    rc = stg_agree(h5->task, rc);
    if (!rc)
        rc = read_all(h5, id, H5T_NATIVE_INT32, number);
    for (size_t i = 0; !rc && i < mesh->n_groups; i++)
        mesh->groups[i].id = number[i];
    if (!rc)
        rc = read_all(h5, &dim, H5T_NATIVE_INT32, number);
    for (size_t i = 0; !rc && i < mesh->n_groups; i++)
        mesh->groups[i].dimension = number[i];
    PetscFree(number);
    return rc;
}

static PetscErrorCode check_group_list(struct stg_task *task, const char *path,
                                       const struct stg_mesh *mesh)
{
    for (size_t i = 0; i < mesh->n_groups; i++) {
        const struct stg_group *group = &mesh->groups[i];

        if (group->id < 1 || stg_group_with_id(mesh, group->id) != group)
            return stg_fail(task, "'%s' lists group number %d twice, or it is "
                            "below 1",
                            path, group->id);
        if (!stg_group_name_valid(group->name) ||
            stg_group_named(mesh, group->dimension, group->name) != group)
            return stg_fail(task, "group %d of '%s' has no name of its own",
                            group->id, path);
    }
    return 0;
}

static PetscErrorCode check_groups(struct stg_task *task, const char *path,
                                   const struct stg_mesh *mesh)
{
    for (int64_t i = 0; i < mesh->my_cells; i++) {
        const struct stg_group *group;

        if (mesh->group[i] == 0)
            continue;
        group = stg_group_with_id(mesh, mesh->group[i]);
        if (!group)
            return stg_fail(task, "cell %lld of '%s' is in group %d, which "
                            "'/groups' does not list",
                            (long long)(mesh->first_cell + i), path,
                            mesh->group[i]);
        if (group->dimension != stg_cell_type(mesh->type[i])->dimension)
            return stg_fail(task, "cell %lld of '%s', a %s, is in group '%s' "
                            "of dimension %d",
                            (long long)(mesh->first_cell + i), path,
                            stg_cell_type(mesh->type[i])->name, group->name,
                            group->dimension);
    }
    return 0;
}

static PetscErrorCode read_groups(struct stg_h5 *h5, struct stg_mesh *mesh)
{
    struct stg_rows id = { .name = "/groups/id", .type = H5T_STD_I32LE };
    PetscErrorCode rc;

    PetscCall(stg_h5_shape(h5, &id));
    mesh->n_groups = id.total;
    rc = PetscCalloc1(mesh->n_groups + 1, &mesh->groups);
    PetscCall(stg_agree(h5->task, rc));
    PetscCall(read_numbers(h5, &id, mesh));
    PetscCall(read_names(h5, mesh));
    rc = check_group_list(h5->task, h5->path, mesh);
    if (!rc)
        rc = check_groups(h5->task, h5->path, mesh);
    return stg_agree(h5->task, rc);
}

/* Dimension and order. */
static PetscErrorCode find_dimension(struct stg_task *task, const char *path,
                                     struct stg_mesh *mesh)
{
    int highest[2] = { 0, 0 }; /* dimension, order */

    for (int64_t i = 0; i < mesh->my_cells; i++) {
        const struct stg_cell_type *type = stg_cell_type(mesh->type[i]);

        highest[0] = PetscMax(highest[0], type->dimension);
        highest[1] = PetscMax(highest[1], type->order);
    }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, highest, 2, MPI_INT, MPI_MAX,
                               stg_comm(task)));
    mesh->dimension = highest[0];
    mesh->order = highest[1];
    if (mesh->dimension < 2)
        return stg_fail(task, "'%s' has no cells of dimension 2 or 3", path);
    return 0;
}

PetscErrorCode stg_vtk_read_mesh(struct stg_h5 *h5, struct stg_mesh *mesh)
{
    PetscCall(check_kind(h5));
    PetscCall(read_points(h5, mesh));
    PetscCall(read_cells(h5, mesh));
    PetscCall(read_nodes(h5, mesh));
    PetscCall(read_groups(h5, mesh));
    return find_dimension(h5->task, h5->path, mesh);
}

PetscErrorCode stg_mesh_read(struct stg_task *task, const char *path,
                             struct stg_mesh *mesh)
{
    struct stg_h5 h5;
    PetscErrorCode rc;

    memset(mesh, 0, sizeof(*mesh));
    rc = stg_h5_open(task, path, &h5);
    if (!rc)
        rc = stg_vtk_read_mesh(&h5, mesh);
    rc = stg_h5_close(&h5, rc);
    if (rc)
        stg_mesh_release(mesh);
    return rc;
}
