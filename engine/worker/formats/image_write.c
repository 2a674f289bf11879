/* image_write.c - the layout of an image (objects.md) */
#include "worker/formats/image.h"

#include <hdf5_hl.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/str.h"
#include "worker/h5.h"

#define CHUNK_VALUES ((1u << 20) / sizeof(double))

/* How netCDF marks a dimension that has no values. */
#define NO_VARIABLE "This is a netCDF dimension but not a netCDF variable."

const char *const ft_image_text_name[FT_IMAGE_TEXTS] = {
    [FT_IMAGE_UNITS] = "units",
    [FT_IMAGE_LONG_NAME] = "long_name",
    [FT_IMAGE_STANDARD_NAME] = "standard_name",
    [FT_IMAGE_AXIS] = "axis",
    [FT_IMAGE_POSITIVE] = "positive",
    [FT_IMAGE_CALENDAR] = "calendar",
};

/* --- datasets ------------------------------------------------------------- */

/* Whole rows, as many as fit into 1 MiB. */
static hid_t creation_list(int rank, const hsize_t *dim)
{
    hid_t plist = ft_h5_dataset_plist();
    hsize_t chunk[3], left = CHUNK_VALUES;

    for (int i = rank - 1; i >= 0; i--) {
        chunk[i] = dim[i] < left ? dim[i] : left;
        left /= chunk[i];
        left = left ? left : 1;
    }
    if (rank && plist >= 0 && (H5Pset_chunk(plist, rank, chunk) < 0 ||
                               H5Pset_fletcher32(plist) < 0)) {
        ft_h5_close(plist);
        return -1;
    }
    return plist;
}

static int write_texts(hid_t id, const char *const *text, struct ft_err *err)
{
    for (int i = 0; i < FT_IMAGE_TEXTS; i++)
        if (text[i] && ft_h5_attr_write_text(id, ft_image_text_name[i],
                                             text[i], strlen(text[i]),
                                             err) < 0)
            return -1;
    return 0;
}

/* Create and fill it; *id is open, for the caller to close in any case. */
static int write_values(hid_t file, const char *path, int rank,
                        const hsize_t *dim, const double *value,
                        const char *const *text, hid_t *id,
                        struct ft_err *err)
{
    hid_t plist = creation_list(rank, dim);
    hid_t space = rank ? H5Screate_simple(rank, dim, NULL)
                       : H5Screate(H5S_SCALAR);
    int rc = -1;

    *id = -1;
    if (plist >= 0 && space >= 0)
        *id = H5Dcreate2(file, path, H5T_IEEE_F64LE, space, H5P_DEFAULT, plist,
                         H5P_DEFAULT);
    if (*id < 0 || H5Dwrite(*id, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL,
                            H5P_DEFAULT, value) < 0)
        ft_h5_error(err, "could not write '%s'", path);
    else
        rc = write_texts(*id, text, err);
    ft_h5_close(space);
    ft_h5_close(plist);
    return rc;
}

/* --- coordinates ---------------------------------------------------------- */

/* An axis as dimension scale of dimension 'i' of 'values'. */
static int write_axis(const struct ft_image_axis *axis, hid_t file,
                      hid_t values, unsigned i, struct ft_err *err)
{
    char *path = ft_asprintf("/%s", axis->name);
    char *name = axis->value ? ft_strdup(axis->name)
                             : ft_asprintf(NO_VARIABLE "%10llu",
                                           (unsigned long long)axis->n);
    double *none = axis->value ? NULL : ft_calloc(axis->n, sizeof(*none));
    hsize_t n = axis->n;
    hid_t id = -1;
    int rc = write_values(file, path, 1, &n, none ? none : axis->value,
                          axis->text, &id, err);

    if (rc == 0 && (H5DSset_scale(id, name) < 0 ||
                    H5DSattach_scale(values, id, i) < 0))
        rc = ft_h5_error(err, "could not attach '%s'", path);
    if (ft_h5_close(id) < 0 && rc == 0)
        rc = ft_h5_error(err, "could not write '%s'", path);
    free(none);
    free(name);
    free(path);
    return rc;
}

static int write_scalars(const struct ft_image *image, hid_t file,
                         struct ft_err *err)
{
    int rc = 0;

    for (int i = 0; rc == 0 && i < image->n_scalars; i++) {
        const struct ft_image_axis *axis = &image->scalar[i];
        char *path = ft_asprintf("/%s", axis->name);
        hid_t id;

        rc = write_values(file, path, 0, NULL, axis->value, axis->text, &id,
                          err);
        if (ft_h5_close(id) < 0 && rc == 0)
            rc = ft_h5_error(err, "could not write '%s'", path);
        free(path);
    }
    return rc;
}

/* --- the head ------------------------------------------------------------- */

static int write_numbers(hid_t group, const char *name, hid_t type,
                         hid_t memory, hsize_t n, const void *value,
                         struct ft_err *err)
{
    hid_t space = H5Screate_simple(1, &n, NULL), id = -1;
    int rc = -1;

    if (space >= 0)
        id = H5Acreate2(group, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    if (id >= 0 && H5Awrite(id, memory, value) >= 0)
        rc = 0;
    if (ft_h5_close(id) < 0)
        rc = -1;
    ft_h5_close(space);
    return rc < 0 ? ft_h5_error(err, "could not write '%s'", name) : 0;
}

static int write_head(const struct ft_image *image, hid_t group,
                      struct ft_err *err)
{
    static const int64_t version[2] = { 1, 0 };
    static const double direction[9] = { 1, 0, 0, 0, 1, 0, 0, 0, 1 };
    int64_t extent[6] = { 0 };
    double origin[3] = { 0 }, spacing[3] = { 1, 1, 1 };
    const struct {
        const char *name;
        hid_t type, memory;
        hsize_t n;
        const void *value;
    } row[] = {
        { "Version", H5T_STD_I64LE, H5T_NATIVE_INT64, 2, version },
        { "WholeExtent", H5T_STD_I64LE, H5T_NATIVE_INT64, 6, extent },
        { "Origin", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 3, origin },
        { "Spacing", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 3, spacing },
        { "Direction", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 9, direction },
    };
    char *field = ft_asprintf("PointData/%s", image->name);
    int rc = ft_h5_attr_write_text(group, "Type", "ImageData", 9, err);

    for (int k = 0; k < image->rank; k++) {
        extent[2 * k + 1] = (int64_t)image->axis[k].n - 1;
        origin[k] = image->axis[k].origin;
        spacing[k] = image->axis[k].spacing;
    }
    for (size_t i = 0; rc == 0 && i < FT_ARRAY_LEN(row); i++)
        rc = write_numbers(group, row[i].name, row[i].type, row[i].memory,
                           row[i].n, row[i].value, err);
    if (rc == 0)
        rc = ft_h5_attr_write_text(group, "fedtwin_field", field,
                                   strlen(field), err);
    free(field);
    return rc;
}

static int make_groups(const struct ft_image *image, hid_t file,
                       struct ft_err *err)
{
    hid_t plist = ft_h5_group_plist();
    hid_t group = H5Gcreate2(file, "/VTKHDF", H5P_DEFAULT, plist, H5P_DEFAULT);
    hid_t inner = group < 0 ? -1 : H5Gcreate2(group, "PointData", H5P_DEFAULT,
                                              plist, H5P_DEFAULT);
    int rc = inner < 0 ? ft_h5_error(err, "could not create '/VTKHDF'")
                       : write_head(image, group, err);

    ft_h5_close(inner);
    ft_h5_close(group);
    ft_h5_close(plist);
    return rc;
}

int ft_image_write(const struct ft_image *image, hid_t file,
                   struct ft_err *err)
{
    char *path = ft_asprintf("/VTKHDF/PointData/%s", image->name);
    hid_t id = -1;
    hsize_t dim[3];
    int rank = image->rank, rc = make_groups(image, file, err);

    for (int i = 0; i < rank; i++)
        dim[i] = image->axis[rank - 1 - i].n;
    if (rc == 0)
        rc = write_values(file, path, rank, dim, image->value, image->text,
                          &id, err);
    for (int i = 0; rc == 0 && i < rank; i++)
        rc = write_axis(&image->axis[rank - 1 - i], file, id, (unsigned)i,
                        err);
    if (rc == 0)
        rc = write_scalars(image, file, err);
    if (ft_h5_close(id) < 0 && rc == 0)
        rc = ft_h5_error(err, "could not write '%s'", path);
    free(path);
    return rc;
}
