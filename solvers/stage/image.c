/* image.c - flat images as versions keep them: VTKHDF with CF's coordinates */
#include "stage/h5.h"
#include "stage/image.h"
#include "stage/vtk.h"

#include <hdf5_hl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define PATH_BYTES 192
#define CRS "/crs"
#define SAME_PLACE 1e-6 /* of a spacing */

/* --- writing -------------------------------------------------------------- */

static PetscErrorCode write_head(struct stg_h5 *h5,
                                 const struct stg_raster *raster)
{
    static const double direction[9] = { 1, 0, 0, 0, 1, 0, 0, 0, 1 };
    int64_t extent[6] = { 0, raster->nx - 1, 0, raster->ny - 1, 0, 0 };
    double origin[3] = { raster->x, raster->y, 0 };
    double spacing[3] = { raster->dx, raster->dy, 1 };

    PetscCall(stg_vtk_begin(h5, "ImageData"));
    PetscCall(stg_h5_values(h5, "/VTKHDF", "WholeExtent", H5T_STD_I64LE,
                            H5T_NATIVE_INT64, 6, extent));
    PetscCall(stg_h5_values(h5, "/VTKHDF", "Origin", H5T_IEEE_F64LE,
                            H5T_NATIVE_DOUBLE, 3, origin));
    PetscCall(stg_h5_values(h5, "/VTKHDF", "Spacing", H5T_IEEE_F64LE,
                            H5T_NATIVE_DOUBLE, 3, spacing));
    PetscCall(stg_h5_values(h5, "/VTKHDF", "Direction", H5T_IEEE_F64LE,
                            H5T_NATIVE_DOUBLE, 9, direction));
    PetscCall(stg_h5_text(h5, "/", "Conventions", "CF-1.8"));
    return stg_h5_group(h5, "/VTKHDF/PointData");
}

/* One coordinate of all points, as a dimension scale. */
static PetscErrorCode write_axis(struct stg_h5 *h5, const char *name,
                                 int64_t n, double first, double step,
                                 const char *unit)
{
    bool degrees = strncmp(unit, "degree", 6) == 0, x = name[1] == 'x';
    PetscErrorCode rc;
    double *value;

    PetscCall(PetscMalloc1(n, &value));
    for (int64_t i = 0; i < n; i++)
        value[i] = first + (double)i * step;
    rc = stg_h5_write_small(h5, name, H5T_IEEE_F64LE, (hsize_t)n, value);
    if (!rc)
        rc = stg_h5_text(h5, name, "units",
                         !degrees ? unit : x ? "degrees_east"
                                             : "degrees_north");
    if (!rc)
        rc = stg_h5_text(h5, name, "standard_name",
                         degrees ? x ? "longitude" : "latitude"
                                 : x ? "projection_x_coordinate"
                                     : "projection_y_coordinate");
    if (!rc)
        rc = stg_h5_text(h5, name, "axis", x ? "X" : "Y");
    PetscFree(value);
    return rc;
}

/* Where GDAL finds the corner in the south-west and the spacing; it does not
 * look for the axes of a variable outside its group. */
static PetscErrorCode write_corner(struct stg_h5 *h5,
                                   const struct stg_raster *r)
{
    char text[PATH_BYTES];

    snprintf(text, sizeof(text), "%.17g %.17g 0 %.17g 0 %.17g",
             r->x - 0.5 * r->dx, r->dx, r->y - 0.5 * r->dy, r->dy);
    return stg_h5_text(h5, CRS, "GeoTransform", text);
}

/* A variable without dimensions and with the CRS in its attributes, as CF and
 * GDAL have it. */
static PetscErrorCode write_crs(struct stg_h5 *h5,
                                const struct stg_raster *raster,
                                const char *set)
{
    hid_t space = H5I_INVALID_HID, list = H5I_INVALID_HID, id = -1;
    const int nothing = 0; /* all ranks write the same; only attributes count */
    PetscErrorCode rc = 0;

    if (!raster->wkt[0])
        return 0;
    if (stg_h5_present(h5)) {
        space = H5Screate(H5S_SCALAR);
        list = H5Pcreate(H5P_DATASET_CREATE);
        if (space >= 0 && list >= 0 && H5Pset_obj_track_times(list, 0) >= 0)
            id = H5Dcreate2(h5->file, CRS, H5T_STD_I32LE, space, H5P_DEFAULT,
                            list, H5P_DEFAULT);
        if (id < 0 || H5Dwrite(id, H5T_NATIVE_INT, H5S_ALL, H5S_ALL,
                               H5P_DEFAULT, &nothing) < 0 ||
            H5Dclose(id) < 0)
            rc = stg_h5_fail(h5, "create", CRS);
        H5Pclose(list);
        H5Sclose(space);
    }
    PetscCall(stg_h5_agree(h5, rc));
    PetscCall(stg_h5_text(h5, CRS, "crs_wkt", raster->wkt));
    PetscCall(stg_h5_text(h5, CRS, "spatial_ref", raster->wkt));
    if (raster->mapping[0])
        PetscCall(stg_h5_text(h5, CRS, "grid_mapping_name", raster->mapping));
    PetscCall(write_corner(h5, raster));
    return stg_h5_text(h5, set, "grid_mapping", CRS);
}

static PetscErrorCode attach_axis(struct stg_h5 *h5, hid_t values,
                                  const char *name, unsigned i)
{
    hid_t axis = H5Dopen2(h5->file, name, H5P_DEFAULT);
    PetscErrorCode rc = 0;

    if (axis < 0 || H5DSset_scale(axis, name + 1) < 0 ||
        H5DSattach_scale(values, axis, i) < 0)
        rc = stg_h5_fail(h5, "attach", name);
    if (axis >= 0 && H5Dclose(axis) < 0 && !rc)
        rc = stg_h5_fail(h5, "write", name);
    return rc;
}

static PetscErrorCode attach_axes(struct stg_h5 *h5, const char *set)
{
    hid_t values = H5I_INVALID_HID;
    PetscErrorCode rc = 0;

    if (stg_h5_present(h5)) {
        values = H5Dopen2(h5->file, set, H5P_DEFAULT);
        if (values < 0)
            rc = stg_h5_fail(h5, "open", set);
        if (!rc)
            rc = attach_axis(h5, values, "/y", 0);
        if (!rc)
            rc = attach_axis(h5, values, "/x", 1);
        if (values >= 0 && H5Dclose(values) < 0 && !rc)
            rc = stg_h5_fail(h5, "write", set);
    }
    return stg_h5_agree(h5, rc);
}

static PetscErrorCode write_all(struct stg_h5 *h5,
                                const struct stg_raster *raster,
                                const struct stg_image *image, int64_t first,
                                int64_t n, const double *value)
{
    char set[PATH_BYTES];
    struct stg_rows rows = {
        .name = set, .type = H5T_IEEE_F64LE,
        .columns = (hsize_t)raster->nx, .total = (hsize_t)raster->ny,
        .first = (hsize_t)first, .mine = (hsize_t)n,
    };

    snprintf(set, sizeof(set), "/VTKHDF/PointData/%s", image->name);
    PetscCall(write_head(h5, raster));
    PetscCall(stg_h5_write(h5, &rows, value));
    PetscCall(stg_vtk_describe(h5, set, image->unit, image->long_name,
                               image->time_s));
    if (image->standard_name)
        PetscCall(stg_h5_text(h5, set, "standard_name",
                              image->standard_name));
    PetscCall(write_axis(h5, "/x", raster->nx, raster->x, raster->dx,
                         raster->unit));
    PetscCall(write_axis(h5, "/y", raster->ny, raster->y, raster->dy,
                         raster->unit));
    PetscCall(attach_axes(h5, set));
    return write_crs(h5, raster, set);
}

PetscErrorCode stg_image_write(struct stg_task *task, const char *path,
                               const struct stg_raster *raster,
                               const struct stg_image *image, int64_t first,
                               int64_t n, const double *value)
{
    int64_t bytes = raster->nx * raster->ny * (int64_t)sizeof(double);
    struct stg_h5 h5;
    PetscErrorCode rc = stg_h5_create(task, path, bytes, &h5);

    if (!rc)
        rc = write_all(&h5, raster, image, first, n, value);
    return stg_h5_close(&h5, rc);
}

/* --- reading -------------------------------------------------------------- */

/* The dataset that the image is. */
static PetscErrorCode find_values(struct stg_h5 *h5, char set[PATH_BYTES])
{
    char type[STG_IMAGE_NAME_BYTES] = "", field[PATH_BYTES - 16];
    bool found = false;

    if (stg_h5_exists(h5, "VTKHDF"))
        PetscCall(stg_h5_read_text(h5, "/VTKHDF", "Type", sizeof(type), type,
                                   &found));
    if (strcmp(type, "ImageData") != 0)
        return stg_fail(h5->task, "'%s' is not an image", h5->path);
    PetscCall(stg_h5_read_text(h5, "/VTKHDF", "fedtwin_field", sizeof(field),
                               field, &found));
    if (!found)
        return stg_fail(h5->task, "'%s' does not say which of its values the "
                        "image is", h5->path);
    snprintf(set, PATH_BYTES, "/VTKHDF/%s", field);
    return 0;
}

/* Which coordinates there are, and in which unit; metres where none are. */
static PetscErrorCode read_unit(struct stg_h5 *h5, struct stg_raster *raster)
{
    static const char *const axes[] = { "x", "lon", "longitude", "easting" };
    bool found = false;

    snprintf(raster->unit, sizeof(raster->unit), "m");
    for (size_t i = 0; i < sizeof(axes) / sizeof(axes[0]) && !found; i++)
        if (stg_h5_exists(h5, axes[i]))
            PetscCall(stg_h5_read_text(h5, axes[i], "units",
                                       sizeof(raster->unit), raster->unit,
                                       &found));
    return 0;
}

static PetscErrorCode read_crs(struct stg_h5 *h5, const char *set,
                               struct stg_raster *raster)
{
    char name[PATH_BYTES];
    bool found;

    PetscCall(stg_h5_read_text(h5, set, "grid_mapping", sizeof(name), name,
                               &found));
    if (!found || !stg_h5_exists(h5, name))
        return 0;
    PetscCall(stg_h5_read_text(h5, name, "crs_wkt", sizeof(raster->wkt),
                               raster->wkt, &found));
    return stg_h5_read_text(h5, name, "grid_mapping_name",
                            sizeof(raster->mapping), raster->mapping, &found);
}

static PetscErrorCode read_raster(struct stg_h5 *h5, struct stg_raster *raster,
                                  char *unit)
{
    double origin[3] = { 0 }, spacing[3] = { 0 };
    char set[PATH_BYTES];
    struct stg_rows rows = { .name = set, .type = H5T_IEEE_F64LE };
    bool found;

    PetscCall(find_values(h5, set));
    PetscCall(stg_h5_shape(h5, &rows));
    if (rows.columns == 0)
        return stg_fail(h5->task, "'%s' of '%s' is not a flat image", set,
                        h5->path);
    PetscCall(stg_h5_read_values(h5, "/VTKHDF", "Origin", H5T_NATIVE_DOUBLE, 3,
                                 origin, &found));
    PetscCall(stg_h5_read_values(h5, "/VTKHDF", "Spacing", H5T_NATIVE_DOUBLE,
                                 3, spacing, &found));
    if (!(spacing[0] > 0 && spacing[1] > 0))
        return stg_fail(h5->task, "'%s' has no spacing", h5->path);
    PetscCall(stg_h5_read_text(h5, set, "units", STG_IMAGE_NAME_BYTES, unit,
                               &found));
    raster->nx = (int64_t)rows.columns;
    raster->ny = (int64_t)rows.total;
    raster->x = origin[0];
    raster->y = origin[1];
    raster->dx = spacing[0];
    raster->dy = spacing[1];
    PetscCall(read_unit(h5, raster));
    return read_crs(h5, set, raster);
}

PetscErrorCode stg_raster_read(struct stg_task *task, const char *path,
                               struct stg_raster *raster,
                               char unit[STG_IMAGE_NAME_BYTES])
{
    struct stg_h5 h5;
    PetscErrorCode rc = stg_h5_open(task, path, &h5);

    memset(raster, 0, sizeof(*raster));
    unit[0] = '\0';
    if (!rc)
        rc = read_raster(&h5, raster, unit);
    return stg_h5_close(&h5, rc);
}

static PetscErrorCode read_title(struct stg_h5 *h5, char *title)
{
    char set[PATH_BYTES];
    bool found;

    PetscCall(find_values(h5, set));
    PetscCall(stg_h5_read_text(h5, set, "long_name", STG_IMAGE_NAME_BYTES,
                               title, &found));
    if (!found)
        snprintf(title, STG_IMAGE_NAME_BYTES, "%s", strrchr(set, '/') + 1);
    return 0;
}

PetscErrorCode stg_image_title(struct stg_task *task, const char *path,
                               char title[STG_IMAGE_NAME_BYTES])
{
    struct stg_h5 h5;
    PetscErrorCode rc = stg_h5_open(task, path, &h5);

    title[0] = '\0';
    if (!rc)
        rc = read_title(&h5, title);
    return stg_h5_close(&h5, rc);
}

PetscErrorCode stg_image_read(struct stg_task *task, const char *path,
                              const struct stg_raster *raster, int64_t first,
                              int64_t n, double *value)
{
    char set[PATH_BYTES];
    struct stg_rows rows = {
        .name = set, .type = H5T_IEEE_F64LE,
        .columns = (hsize_t)raster->nx, .total = (hsize_t)raster->ny,
        .first = (hsize_t)first, .mine = (hsize_t)n,
    };
    struct stg_h5 h5;
    PetscErrorCode rc = stg_h5_open(task, path, &h5);

    if (!rc)
        rc = find_values(&h5, set);
    if (!rc)
        rc = stg_h5_read(&h5, &rows, H5T_NATIVE_DOUBLE, value);
    return stg_h5_close(&h5, rc);
}

bool stg_raster_same(const struct stg_raster *a, const struct stg_raster *b)
{
    return a->nx == b->nx && a->ny == b->ny &&
           fabs(a->dx - b->dx) * (double)a->nx <= SAME_PLACE * a->dx &&
           fabs(a->dy - b->dy) * (double)a->ny <= SAME_PLACE * a->dy &&
           fabs(a->x - b->x) <= SAME_PLACE * a->dx &&
           fabs(a->y - b->y) <= SAME_PLACE * a->dy;
}
