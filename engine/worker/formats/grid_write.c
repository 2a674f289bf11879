/* grid_write.c - the layout of a mesh or field (objects.md) */
#include "worker/formats/grid.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "worker/h5.h"

#define CHUNK_BYTES (1u << 20)

/* A dataset that is written at once. */
struct set {
    const char *path;
    hid_t file_type, memory_type;
    size_t size; /* bytes of an element */
    uint64_t rows, columns; /* columns 0: one dimension */
    const void *value;
    const char *unit, *long_name; /* or NULL */
};

static hid_t creation_list(const struct set *set)
{
    hsize_t row = set->size * (set->columns ? set->columns : 1);
    hsize_t chunk[2] = { CHUNK_BYTES / row, set->columns };
    hid_t plist = ft_h5_dataset_plist();

    if (set->rows < chunk[0])
        chunk[0] = set->rows;
    if (plist >= 0 && set->rows &&
        (H5Pset_chunk(plist, set->columns ? 2 : 1, chunk) < 0 ||
         H5Pset_fletcher32(plist) < 0)) {
        ft_h5_close(plist);
        return -1;
    }
    return plist;
}

static int write_text(hid_t id, const char *name, const char *text,
                      struct ft_err *err)
{
    return text ? ft_h5_attr_write_text(id, name, text, strlen(text), err) : 0;
}

static int write_set(hid_t file, const struct set *set, struct ft_err *err)
{
    hsize_t dim[2] = { set->rows, set->columns };
    hid_t plist = creation_list(set), id = -1;
    hid_t space = H5Screate_simple(set->columns ? 2 : 1, dim, NULL);
    int rc = -1;

    if (plist >= 0 && space >= 0)
        id = H5Dcreate2(file, set->path, set->file_type, space, H5P_DEFAULT,
                        plist, H5P_DEFAULT);
    if (id < 0 ||
        (set->rows && H5Dwrite(id, set->memory_type, H5S_ALL, H5S_ALL,
                               H5P_DEFAULT, set->value) < 0))
        ft_h5_error(err, "could not write '%s'", set->path);
    else if (write_text(id, "units", set->unit, err) == 0 &&
             write_text(id, "long_name", set->long_name, err) == 0)
        rc = 0;
    if (ft_h5_close(id) < 0 && rc == 0)
        rc = ft_h5_error(err, "could not write '%s'", set->path);
    ft_h5_close(space);
    ft_h5_close(plist);
    return rc;
}

static int write_version(hid_t group, struct ft_err *err)
{
    static const int64_t version[2] = { 1, 0 };
    hsize_t two = 2;
    hid_t space = H5Screate_simple(1, &two, NULL), id = -1;
    int rc = -1;

    if (space >= 0)
        id = H5Acreate2(group, "Version", H5T_STD_I64LE, space, H5P_DEFAULT,
                        H5P_DEFAULT);
    if (id >= 0 && H5Awrite(id, H5T_NATIVE_INT64, version) >= 0)
        rc = 0;
    if (ft_h5_close(id) < 0)
        rc = -1;
    ft_h5_close(space);
    return rc < 0 ? ft_h5_error(err, "could not write the version") : 0;
}

static int make_group(hid_t file, const char *path, hid_t *id,
                      struct ft_err *err)
{
    hid_t plist = ft_h5_group_plist();

    *id = H5Gcreate2(file, path, H5P_DEFAULT, plist, H5P_DEFAULT);
    ft_h5_close(plist);
    return *id < 0 ? ft_h5_error(err, "could not create '%s'", path) : 0;
}

static int write_head(hid_t file, const char *field, struct ft_err *err)
{
    static const char *const path[] = { "/VTKHDF/CellData", "/groups",
                                        "/VTKHDF/PointData" };
    hid_t group;
    int rc;

    if (make_group(file, "/VTKHDF", &group, err) < 0)
        return -1;
    rc = write_text(group, "Type", "UnstructuredGrid", err);
    if (rc == 0)
        rc = write_version(group, err);
    if (rc == 0)
        rc = write_text(group, "fedtwin_field", field, err);
    if (ft_h5_close(group) < 0 && rc == 0)
        rc = ft_h5_error(err, "could not write '/VTKHDF'");
    for (size_t i = 0; rc == 0 && i < FT_ARRAY_LEN(path); i++) {
        rc = make_group(file, path[i], &group, err);
        ft_h5_close(group);
    }
    return rc;
}

static int write_counts(const struct ft_grid *grid, hid_t file,
                        struct ft_err *err)
{
    const int64_t count[] = { (int64_t)grid->n_points, (int64_t)grid->n_cells,
                              (int64_t)grid->n_connectivity };
    static const char *const path[] = {
        "/VTKHDF/NumberOfPoints", "/VTKHDF/NumberOfCells",
        "/VTKHDF/NumberOfConnectivityIds",
    };
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < FT_ARRAY_LEN(count); i++) {
        struct set set = { path[i], H5T_STD_I64LE, H5T_NATIVE_INT64, 8, 1, 0,
                           &count[i], NULL, NULL };

        rc = write_set(file, &set, err);
    }
    return rc;
}

/* --- groups --------------------------------------------------------------- */

/* The columns of /groups. */
struct list {
    size_t width; /* of the names */
    int32_t *id, *dimension;
    char *name;
};

static void list_groups(const struct ft_grid *grid, struct list *list)
{
    size_t n = grid->n_groups;

    list->width = 1;
    for (size_t i = 0; i < n; i++)
        if (strlen(grid->groups[i].name) > list->width)
            list->width = strlen(grid->groups[i].name);
    list->id = ft_calloc(n, sizeof(*list->id));
    list->dimension = ft_calloc(n, sizeof(*list->dimension));
    list->name = ft_calloc(n, list->width);
    for (size_t i = 0; i < n; i++) {
        list->id[i] = (int32_t)i + 1;
        list->dimension[i] = grid->groups[i].dimension;
        memcpy(list->name + i * list->width, grid->groups[i].name,
               strlen(grid->groups[i].name));
    }
}

static int write_groups(const struct ft_grid *grid, hid_t file,
                        struct ft_err *err)
{
    hid_t text = H5Tcopy(H5T_C_S1);
    int32_t *zero = grid->group ? NULL
                                : ft_calloc(grid->n_cells, sizeof(*zero));
    struct list list;
    int rc = 0;

    list_groups(grid, &list);
    const struct set set[] = {
        { "/VTKHDF/CellData/group", H5T_STD_I32LE, H5T_NATIVE_INT32, 4,
          grid->n_cells, 0, zero ? zero : grid->group, NULL, NULL },
        { "/groups/id", H5T_STD_I32LE, H5T_NATIVE_INT32, 4, grid->n_groups, 0,
          list.id, NULL, NULL },
        { "/groups/dimension", H5T_STD_I32LE, H5T_NATIVE_INT32, 4,
          grid->n_groups, 0, list.dimension, NULL, NULL },
        { "/groups/name", text, text, list.width, grid->n_groups, 0, list.name,
          NULL, NULL },
    };
    if (text < 0 || H5Tset_size(text, list.width) < 0 ||
        H5Tset_strpad(text, H5T_STR_NULLPAD) < 0)
        rc = ft_h5_error(err, "could not make a type of text");
    for (size_t i = 0; rc == 0 && i < FT_ARRAY_LEN(set); i++)
        rc = write_set(file, &set[i], err);
    ft_h5_close(text);
    free(list.id);
    free(list.dimension);
    free(list.name);
    free(zero);
    return rc;
}

/* --- points and cells ----------------------------------------------------- */

static int write_arrays(const struct ft_grid *grid, hid_t file,
                        struct ft_err *err)
{
    const struct set set[] = {
        { "/VTKHDF/Points", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 8,
          grid->n_points, 3, grid->points, "m", NULL },
        { "/VTKHDF/Connectivity", H5T_STD_I64LE, H5T_NATIVE_INT64, 8,
          grid->n_connectivity, 0, grid->connectivity, NULL, NULL },
        { "/VTKHDF/Offsets", H5T_STD_I64LE, H5T_NATIVE_INT64, 8,
          grid->n_cells + 1, 0, grid->offsets, NULL, NULL },
        { "/VTKHDF/Types", H5T_STD_U8LE, H5T_NATIVE_UINT8, 1, grid->n_cells, 0,
          grid->types, NULL, NULL },
    };
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < FT_ARRAY_LEN(set); i++)
        rc = write_set(file, &set[i], err);
    return rc;
}

static int write_field(const struct ft_grid *grid,
                       const struct ft_grid_field *field, const char *path,
                       hid_t file, struct ft_err *err)
{
    const struct set set = {
        path, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 8,
        field->cells ? grid->n_cells : grid->n_points,
        field->columns == 1 ? 0 : (uint64_t)field->columns, field->value,
        field->unit, field->name,
    };

    return write_set(file, &set, err);
}

int ft_grid_write(const struct ft_grid *grid,
                  const struct ft_grid_field *field, hid_t file,
                  struct ft_err *err)
{
    char *name = NULL, *path = NULL;
    int rc;

    if (field) {
        name = ft_asprintf("%s/%s", field->cells ? "CellData" : "PointData",
                           field->name);
        path = ft_asprintf("/VTKHDF/%s", name);
    }
    rc = write_head(file, name, err);
    if (rc == 0)
        rc = write_counts(grid, file, err);
    if (rc == 0)
        rc = write_arrays(grid, file, err);
    if (rc == 0)
        rc = write_groups(grid, file, err);
    if (rc == 0 && field)
        rc = write_field(grid, field, path, file, err);
    free(path);
    free(name);
    return rc;
}
