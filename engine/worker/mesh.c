/* mesh.c - points, cells and groups: what mesh and field share */
#include "worker/mesh.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/map.h"
#include "worker/kinds.h"
#include "worker/slab.h"

#define CELLS_AT_ONCE (1 << 16)

/* VTK's cell types of first and second order. */
static const struct cell_type {
    uint8_t dimension, points; /* points 0: not known */
} cell_type[] = {
    [1] = { 0, 1 },  [3] = { 1, 2 },  [5] = { 2, 3 },  [9] = { 2, 4 },
    [10] = { 3, 4 }, [12] = { 3, 8 }, [13] = { 3, 6 }, [14] = { 3, 5 },
    [21] = { 1, 3 }, [22] = { 2, 6 }, [23] = { 2, 8 }, [24] = { 3, 10 },
    [25] = { 3, 20 }, [28] = { 2, 9 }, [29] = { 3, 27 },
};
#define CELL_POINTS_MAX 27

struct group {
    int32_t id, dimension;
    char *name;
    uint64_t cells;
};

struct mesh {
    const struct ft_scan *scan;
    const struct ft_item *points, *connectivity, *offsets, *types;
    const struct ft_item *cell_group;
    uint64_t n_points, n_cells, n_connectivity;
    struct group *group; /* sorted by id */
    size_t n_groups;
};

/* Some cells, read in step. */
struct cells {
    uint8_t type[CELLS_AT_ONCE];
    int64_t offset[CELLS_AT_ONCE + 1];
    int32_t group[CELLS_AT_ONCE];
    int64_t connectivity[CELLS_AT_ONCE * CELL_POINTS_MAX];
};

/* --- the datasets --------------------------------------------------------- */

int ft_mesh_check_vtkhdf(const struct ft_scan *scan, const char *type,
                         struct ft_err *err)
{
    const struct ft_item *group = ft_kind_group(scan, "/VTKHDF", err);
    struct ft_h5_attr version;
    int64_t number[2] = { 0 };
    hid_t id;
    char *text;
    int rc;

    text = group ? ft_kind_text(scan, group, "Type", err) : NULL;
    if (!text)
        return -1;
    rc = strcmp(text, type) == 0 ? 0
         : ft_err_set(err, FT_EFORMAT, "'/VTKHDF' has the Type '%s', not '%s'",
                      text, type);
    free(text);
    if (rc < 0)
        return -1;
    id = ft_item_open(scan->file, group);
    rc = ft_h5_attr_read(id, "/VTKHDF", "Version", FT_H5_ATTR_MAX, &version,
                         err);
    ft_h5_close(id);
    if (rc < 0)
        return -1;
    if (strcmp(version.type.text, "i8") == 0 && version.count == 2)
        memcpy(number, version.bytes.s, sizeof(number));
    ft_h5_attr_release(&version);
    if (number[0] != 1 || number[1] != 0)
        return ft_err_set(err, FT_EFORMAT, "the attribute 'Version' of "
                          "'/VTKHDF' is not (1, 0) in 8-byte integers");
    return 0;
}

/* A dataset with one number. */
static int read_count(const struct mesh *mesh, const char *path,
                      uint64_t *count, struct ft_err *err)
{
    const struct ft_item *item = ft_kind_dataset(mesh->scan, path, "i8", 1,
                                                 err);
    int64_t value;

    if (!item)
        return -1;
    if (item->count != 1)
        return ft_err_set(err, FT_EFORMAT, "'%s' has %llu elements: only "
                          "meshes of one partition are taken", path,
                          (unsigned long long)item->count);
    if (ft_slab_read(mesh->scan->file, item, 0, 1, &value, err) < 0)
        return -1;
    if (value < 0)
        return ft_err_set(err, FT_EFORMAT, "'%s' is negative", path);
    *count = (uint64_t)value;
    return 0;
}

/* The length of a dataset must be the number that stands elsewhere. */
static int check_length(const struct ft_item *item, uint64_t want,
                        struct ft_err *err)
{
    if (item->dim[0] == want)
        return 0;
    return ft_err_set(err, FT_EFORMAT, "'%s' has %llu entries where %llu are "
                      "expected", item->path, (unsigned long long)item->dim[0],
                      (unsigned long long)want);
}

static int find_datasets(struct mesh *mesh, struct ft_err *err)
{
    const struct {
        const char *path, *type;
        int rank;
        const struct ft_item **item;
    } row[] = {
        { "/VTKHDF/Points", "f8", 2, &mesh->points },
        { "/VTKHDF/Connectivity", "i8", 1, &mesh->connectivity },
        { "/VTKHDF/Offsets", "i8", 1, &mesh->offsets },
        { "/VTKHDF/Types", "u1", 1, &mesh->types },
    };

    if (read_count(mesh, "/VTKHDF/NumberOfPoints", &mesh->n_points, err) < 0 ||
        read_count(mesh, "/VTKHDF/NumberOfCells", &mesh->n_cells, err) < 0 ||
        read_count(mesh, "/VTKHDF/NumberOfConnectivityIds",
                   &mesh->n_connectivity, err) < 0)
        return -1;
    for (size_t i = 0; i < FT_ARRAY_LEN(row); i++) {
        *row[i].item = ft_kind_dataset(mesh->scan, row[i].path, row[i].type,
                                       row[i].rank, err);
        if (!*row[i].item)
            return -1;
    }
    if (mesh->points->dim[1] != 3)
        return ft_err_set(err, FT_EFORMAT, "'/VTKHDF/Points' has %llu "
                          "coordinates a point, not 3",
                          (unsigned long long)mesh->points->dim[1]);
    if (check_length(mesh->points, mesh->n_points, err) < 0 ||
        check_length(mesh->types, mesh->n_cells, err) < 0 ||
        check_length(mesh->offsets, mesh->n_cells + 1, err) < 0)
        return -1;
    return check_length(mesh->connectivity, mesh->n_connectivity, err);
}

/* --- groups --------------------------------------------------------------- */

static int compare_groups(const void *a, const void *b)
{
    const struct group *x = a, *y = b;

    return (x->id > y->id) - (x->id < y->id);
}

bool ft_mesh_name_valid(const char *name)
{
    size_t len = strlen(name);

    if (!len || len > FT_MESH_NAME_MAX || name[0] == ' ' ||
        name[len - 1] == ' ' || strcmp(name, "*") == 0)
        return false;
    for (size_t i = 0; i < len; i++)
        if (name[i] < 0x20 || name[i] > 0x7e)
            return false;
    return true;
}

static int read_names(struct mesh *mesh, const struct ft_item *item,
                      struct ft_err *err)
{
    size_t width = item->type.size;
    char *text = ft_calloc(mesh->n_groups, width);
    int rc = ft_slab_read(mesh->scan->file, item, 0, mesh->n_groups, text,
                          err);

    for (size_t i = 0; i < mesh->n_groups && rc == 0; i++) {
        mesh->group[i].name = ft_strndup(text + i * width,
                                         strnlen(text + i * width, width));
        if (!ft_mesh_name_valid(mesh->group[i].name))
            rc = ft_err_set(err, FT_EFORMAT, "the name of group %d is not 1 "
                            "to %d characters of printable ASCII",
                            mesh->group[i].id, FT_MESH_NAME_MAX);
    }
    free(text);
    return rc;
}

static int read_numbers(struct mesh *mesh, const struct ft_item *id,
                        const struct ft_item *dimension, struct ft_err *err)
{
    int32_t *value = ft_calloc(mesh->n_groups, sizeof(*value));
    int rc = ft_slab_read(mesh->scan->file, id, 0, mesh->n_groups, value, err);

    for (size_t i = 0; i < mesh->n_groups && rc == 0; i++)
        mesh->group[i].id = value[i];
    if (rc == 0)
        rc = ft_slab_read(mesh->scan->file, dimension, 0, mesh->n_groups,
                          value, err);
    for (size_t i = 0; i < mesh->n_groups && rc == 0; i++)
        mesh->group[i].dimension = value[i];
    free(value);
    return rc;
}

/* Ids are unique, names are within their dimension. */
static int check_groups(struct mesh *mesh, struct ft_err *err)
{
    struct ft_map names = FT_MAP_INIT;
    int rc = 0;

    qsort(mesh->group, mesh->n_groups, sizeof(*mesh->group), compare_groups);
    for (size_t i = 0; i < mesh->n_groups && rc == 0; i++) {
        struct group *group = &mesh->group[i];
        char *key = ft_asprintf("%d %s", group->dimension, group->name);

        if (group->dimension < 0 || group->dimension > 3 || group->id < 1)
            rc = ft_err_set(err, FT_EFORMAT, "group '%s' has id %d and "
                            "dimension %d", group->name, group->id,
                            group->dimension);
        else if (i && group[-1].id == group->id)
            rc = ft_err_set(err, FT_EFORMAT, "groups '%s' and '%s' have the "
                            "same id", group[-1].name, group->name);
        else if (ft_map_put(&names, key, group))
            rc = ft_err_set(err, FT_EFORMAT, "two groups of dimension %d have "
                            "the name '%s'", group->dimension, group->name);
        free(key);
    }
    ft_map_release(&names);
    return rc;
}

static int read_groups(struct mesh *mesh, struct ft_err *err)
{
    const struct ft_item *id, *dimension, *name;

    mesh->cell_group = ft_kind_dataset(mesh->scan, "/VTKHDF/CellData/group",
                                       "i4", 1, err);
    if (!mesh->cell_group ||
        check_length(mesh->cell_group, mesh->n_cells, err) < 0)
        return -1;
    id = ft_kind_dataset(mesh->scan, "/groups/id", "i4", 1, err);
    dimension = id ? ft_kind_dataset(mesh->scan, "/groups/dimension", "i4", 1,
                                     err) : NULL;
    if (!dimension || check_length(dimension, id->count, err) < 0)
        return -1;
    name = ft_scan_find(mesh->scan, "/groups/name");
    if (!name || name->type.kind != 'S' || name->rank != 1)
        return ft_err_set(err, FT_EFORMAT, "'/groups/name' is not a list of "
                          "texts");
    if (check_length(name, id->count, err) < 0)
        return -1;
    if (id->count > FT_MESH_GROUPS_MAX)
        return ft_err_set(err, FT_EFORMAT, "more than %d groups",
                          FT_MESH_GROUPS_MAX);
    mesh->n_groups = id->count;
    mesh->group = ft_calloc(mesh->n_groups, sizeof(*mesh->group));
    if (read_numbers(mesh, id, dimension, err) < 0 ||
        read_names(mesh, name, err) < 0)
        return -1;
    return check_groups(mesh, err);
}

/* --- cells ---------------------------------------------------------------- */

static int read_cells(const struct mesh *mesh, uint64_t first, uint64_t n,
                      struct cells *cells, struct ft_err *err)
{
    hid_t file = mesh->scan->file;

    if (ft_slab_read(file, mesh->types, first, n, cells->type, err) < 0 ||
        ft_slab_read(file, mesh->offsets, first, n + 1, cells->offset,
                     err) < 0)
        return -1;
    return ft_slab_read(file, mesh->cell_group, first, n, cells->group, err);
}

/* Each cell has a known type and as many points as the type says. */
static int check_types(const struct cells *cells, uint64_t first, uint64_t n,
                       struct ft_err *err)
{
    for (uint64_t i = 0; i < n; i++) {
        uint8_t type = cells->type[i];
        uint8_t points = type < FT_ARRAY_LEN(cell_type)
                             ? cell_type[type].points : 0;

        if (!points)
            return ft_err_set(err, FT_EFORMAT, "cell %llu has the unknown "
                              "type %d", (unsigned long long)(first + i),
                              type);
        if (cells->offset[i] < 0 ||
            cells->offset[i + 1] != cells->offset[i] + points)
            return ft_err_set(err, FT_EFORMAT, "the offsets of cell %llu (VTK "
                              "type %d) do not make %d points",
                              (unsigned long long)(first + i), type, points);
    }
    return 0;
}

static int check_connectivity(const struct mesh *mesh, struct cells *cells,
                              uint64_t n, struct ft_err *err)
{
    int64_t from = cells->offset[0], to = cells->offset[n];

    if ((uint64_t)to > mesh->n_connectivity)
        return ft_err_set(err, FT_EFORMAT, "'/VTKHDF/Offsets' points behind "
                          "the connectivity");
    if (ft_slab_read(mesh->scan->file, mesh->connectivity, (uint64_t)from,
                     (uint64_t)(to - from), cells->connectivity, err) < 0)
        return -1;
    for (int64_t i = 0; i < to - from; i++)
        if (cells->connectivity[i] < 0 ||
            (uint64_t)cells->connectivity[i] >= mesh->n_points)
            return ft_err_set(err, FT_EFORMAT, "a cell uses point %lld of %llu",
                              (long long)cells->connectivity[i],
                              (unsigned long long)mesh->n_points);
    return 0;
}

/* Count the cells of each group; every group number has a name. */
static int count_groups(struct mesh *mesh, const struct cells *cells,
                        uint64_t n, struct ft_err *err)
{
    for (uint64_t i = 0; i < n; i++) {
        struct group key = { .id = cells->group[i] }, *group;
        int dimension = cells->type[i] < FT_ARRAY_LEN(cell_type)
                            ? cell_type[cells->type[i]].dimension : 0;

        if (!key.id)
            continue;
        group = bsearch(&key, mesh->group, mesh->n_groups,
                        sizeof(*mesh->group), compare_groups);
        if (!group || group->dimension != dimension)
            return ft_err_set(err, FT_EFORMAT, "a cell of dimension %d is in "
                              "group %d, which '/groups' does not have in "
                              "that dimension", dimension, key.id);
        group->cells++;
    }
    return 0;
}

/* Go through all cells; 'full' checks points and types too. */
static int walk_cells(struct mesh *mesh, bool full, struct ft_err *err)
{
    struct cells *cells = ft_realloc(NULL, 1, sizeof(*cells));
    int rc = 0;

    for (uint64_t at = 0; at < mesh->n_cells && rc == 0;
         at += CELLS_AT_ONCE) {
        uint64_t n = mesh->n_cells - at;

        n = n < CELLS_AT_ONCE ? n : CELLS_AT_ONCE;
        rc = read_cells(mesh, at, n, cells, err);
        if (rc == 0 && full)
            rc = check_types(cells, at, n, err);
        if (rc == 0 && full)
            rc = check_connectivity(mesh, cells, n, err);
        if (rc == 0)
            rc = count_groups(mesh, cells, n, err);
        if (rc == 0 && full && at == 0 && cells->offset[0] != 0)
            rc = ft_err_set(err, FT_EFORMAT, "'/VTKHDF/Offsets' does not "
                            "begin with 0");
        if (rc == 0 && full && at + n == mesh->n_cells &&
            (uint64_t)cells->offset[n] != mesh->n_connectivity)
            rc = ft_err_set(err, FT_EFORMAT, "'/VTKHDF/Offsets' does not end "
                            "with the length of the connectivity");
    }
    free(cells);
    return rc;
}

/* --- the type ------------------------------------------------------------- */

static void mesh_release(struct mesh *mesh)
{
    for (size_t i = 0; i < mesh->n_groups; i++)
        free(mesh->group[i].name);
    free(mesh->group);
}

static int mesh_init(struct mesh *mesh, const struct ft_scan *scan, bool full,
                     struct ft_err *err)
{
    *mesh = (struct mesh){ .scan = scan };
    if (find_datasets(mesh, err) == 0 && read_groups(mesh, err) == 0 &&
        walk_cells(mesh, full, err) == 0)
        return 0;
    mesh_release(mesh);
    return -1;
}

int ft_mesh_check(const struct ft_scan *scan, struct ft_err *err)
{
    struct mesh mesh;
    int rc;

    if (ft_mesh_check_vtkhdf(scan, "UnstructuredGrid", err) < 0 ||
        mesh_init(&mesh, scan, true, err) < 0)
        return -1;
    rc = ft_kind_check_unit(scan, mesh.points, "m", err);
    mesh_release(&mesh);
    return rc;
}

int ft_mesh_describe(const struct ft_scan *scan, struct json_object *summary,
                     struct ft_err *err)
{
    struct json_object *list;
    struct mesh mesh;

    if (mesh_init(&mesh, scan, false, err) < 0)
        return -1;
    ft_json_add_int(summary, "points", (int64_t)mesh.n_points);
    ft_json_add_int(summary, "cells", (int64_t)mesh.n_cells);
    list = json_object_new_array();
    for (size_t i = 0; i < mesh.n_groups; i++) {
        struct json_object *row = json_object_new_object();

        ft_json_add_str(row, "name", mesh.group[i].name);
        ft_json_add_int(row, "dimension", mesh.group[i].dimension);
        ft_json_add_int(row, "cells", (int64_t)mesh.group[i].cells);
        json_object_array_add(list, row);
    }
    json_object_object_add(summary, "groups", list);
    mesh_release(&mesh);
    return 0;
}

static int check_mesh(const struct ft_scan *scan, const char *unit,
                      struct ft_err *err)
{
    (void)unit; /* coordinates are in metres */
    return ft_mesh_check(scan, err);
}

const struct ft_kind ft_kind_mesh = {
    .name = "mesh",
    .check = check_mesh,
    .describe = ft_mesh_describe,
};
