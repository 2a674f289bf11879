/* field.c - values on the points or cells of a mesh */
#include "stage/task.h"
#include "stage/vtk.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NAME_MAX_BYTES 128

static const char *const place_names[] = {
    [STG_ON_POINTS] = "PointData",
    [STG_ON_CELLS] = "CellData",
};

static void slab_of(const struct stg_mesh *mesh, const struct stg_field *field,
                    struct stg_rows *rows)
{
    bool cells = field->place == STG_ON_CELLS;

    rows->total = cells ? mesh->cells : mesh->points;
    rows->first = cells ? mesh->first_cell : mesh->first_point;
    rows->mine = cells ? mesh->my_cells : mesh->my_points;
}

static PetscErrorCode write_values(struct stg_h5 *h5,
                                   const struct stg_mesh *mesh,
                                   const struct stg_field *field)
{
    char name[NAME_MAX_BYTES + 32];
    struct stg_rows rows = { .name = name, .type = H5T_IEEE_F64LE };

    snprintf(name, sizeof(name), "/VTKHDF/%s/%s", place_names[field->place],
             field->name);
    rows.columns = field->components > 1 ? (hsize_t)field->components : 0;
    slab_of(mesh, field, &rows);
    if (field->place == STG_ON_POINTS)
        PetscCall(stg_h5_group(h5, "/VTKHDF/PointData"));
    PetscCall(stg_h5_write(h5, &rows, field->value));
    return stg_vtk_describe(h5, name, field->unit, field->long_name,
                            field->time_s);
}

PetscErrorCode stg_field_write(struct stg_task *task, const char *path,
                               const struct stg_mesh *mesh,
                               const struct stg_field *field)
{
    struct stg_h5 h5;
    int64_t rows = field->place == STG_ON_CELLS ? mesh->cells : mesh->points;
    int64_t bytes = PetscMax(stg_vtk_mesh_bytes(mesh), rows *
                             field->components * (int64_t)sizeof(double));
    PetscErrorCode rc = stg_h5_create(task, path, bytes, &h5);

    if (!rc)
        rc = stg_vtk_write_mesh(&h5, mesh);
    if (!rc)
        rc = write_values(&h5, mesh, field);
    return stg_h5_close(&h5, rc);
}

/* --- reading -------------------------------------------------------------- */

/* The dataset that is the field, from the attribute 'fedtwin_field'. */
static PetscErrorCode find_values(struct stg_h5 *h5, char *name, size_t size,
                                  struct stg_field *field)
{
    char place[NAME_MAX_BYTES];
    bool found = false;

    PetscCall(stg_h5_read_text(h5, "/VTKHDF", "fedtwin_field", sizeof(place),
                               place, &found));
    if (!found)
        return stg_fail(h5->task,
                        "'%s' is not a field: '/VTKHDF' has no attribute "
                        "'fedtwin_field'",
                        h5->path);
    snprintf(name, size, "/VTKHDF/%s", place);
    for (int i = STG_ON_POINTS; i <= STG_ON_CELLS; i++) {
        size_t n = strlen(place_names[i]);

        if (strncmp(place, place_names[i], n) == 0 && place[n] == '/') {
            field->place = (enum stg_place)i;
            return PetscStrallocpy(place + n + 1, (char **)&field->name);
        }
    }
    return stg_fail(h5->task, "'%s' names '%s' as its field", h5->path, place);
}

static PetscErrorCode read_units(struct stg_h5 *h5, const char *name,
                                 const char *unit, struct stg_field *field)
{
    char text[NAME_MAX_BYTES];
    bool found = false;

    PetscCall(stg_h5_read_text(h5, name, "units", sizeof(text), text, &found));
    if (!found)
        return stg_fail(h5->task, "'%s' of '%s' has no attribute 'units'",
                        name, h5->path);
    if (unit && !stg_unit_same(unit, text))
        return stg_fail(h5->task, "'%s' of '%s' is in '%s', not in '%s'", name,
                        h5->path, text, unit);
    PetscCall(PetscStrallocpy(text, (char **)&field->unit));
    PetscCall(stg_h5_read_text(h5, name, "long_name", sizeof(text), text,
                               &found));
    if (found)
        PetscCall(PetscStrallocpy(text, (char **)&field->long_name));
    field->time_s = NAN;
    return stg_h5_read_values(h5, "/", "time", H5T_NATIVE_DOUBLE, 1,
                              &field->time_s, &found);
}

static PetscErrorCode read_values(struct stg_h5 *h5, const char *unit,
                                  const struct stg_mesh *mesh,
                                  struct stg_field *field)
{
    char name[2 * NAME_MAX_BYTES];
    struct stg_rows rows = { .name = name, .type = H5T_IEEE_F64LE };
    struct stg_rows slab;
    PetscErrorCode rc;

    PetscCall(find_values(h5, name, sizeof(name), field));
    PetscCall(read_units(h5, name, unit, field));
    PetscCall(stg_h5_shape(h5, &rows));
    slab = rows;
    slab_of(mesh, field, &slab);
    if (rows.total != slab.total ||
        (rows.columns && rows.columns != 3 && rows.columns != 6))
        return stg_fail(h5->task, "'%s' of '%s' does not fit its mesh", name,
                        h5->path);
    field->components = rows.columns ? (int)rows.columns : 1;
    rc = PetscMalloc1(slab.mine * field->components + 1, &field->value);
    PetscCall(stg_agree(h5->task, rc));
    return stg_h5_read(h5, &slab, H5T_NATIVE_DOUBLE, field->value);
}

PetscErrorCode stg_field_read(struct stg_task *task, const char *path,
                              const char *unit, struct stg_mesh *mesh,
                              struct stg_field *field)
{
    struct stg_h5 h5;
    PetscErrorCode rc;

    memset(mesh, 0, sizeof(*mesh));
    memset(field, 0, sizeof(*field));
    rc = stg_h5_open(task, path, &h5);
    if (!rc)
        rc = stg_vtk_read_mesh(&h5, mesh);
    if (!rc)
        rc = read_values(&h5, unit, mesh, field);
    rc = stg_h5_close(&h5, rc);
    if (rc) {
        stg_mesh_release(mesh);
        stg_field_release(field);
    }
    return rc;
}

void stg_field_release(struct stg_field *field)
{
    char *name = (char *)field->name, *unit = (char *)field->unit;
    char *long_name = (char *)field->long_name;

    PetscFree(name);
    PetscFree(unit);
    PetscFree(long_name);
    PetscFree(field->value);
    memset(field, 0, sizeof(*field));
}
