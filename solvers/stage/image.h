/* image.h - flat images: values at the points of a raster, with its CRS
 *
 * Rows run from south to north and points in a row from west to east, as the
 * type 'image' has them (objects.md).  A raster is cut along its rows, which
 * ranks may read in any overlapping parts.
 */
#ifndef STG_IMAGE_H
#define STG_IMAGE_H

#include "stage/stage.h"

#define STG_IMAGE_NAME_BYTES 64
#define STG_IMAGE_WKT_BYTES 16384

/* Where the points of a raster are. */
struct stg_raster {
    int64_t nx, ny;
    double x, y;   /* of the first point, the one in the south-west */
    double dx, dy; /* positive */
    char unit[STG_IMAGE_NAME_BYTES]; /* of x, y, dx, dy: "m", "degrees_east" */
    char wkt[STG_IMAGE_WKT_BYTES];   /* of the CRS; empty: not known */
    char mapping[STG_IMAGE_NAME_BYTES]; /* CF's grid_mapping_name, or empty */
};

/* What the values are. */
struct stg_image {
    const char *name; /* of the dataset: "depth" */
    const char *unit; /* UDUNITS text */
    const char *long_name;
    const char *standard_name; /* CF's, or NULL */
    double time_s;             /* NAN: none */
};

/* Collective.  Fails unless 'path' is a flat image with evenly spaced points.
 * 'unit' is filled with that of the values. */
PetscErrorCode stg_raster_read(struct stg_task *task, const char *path,
                               struct stg_raster *raster,
                               char unit[STG_IMAGE_NAME_BYTES]);

/* Collective.  The long name of the values, or that of their dataset. */
PetscErrorCode stg_image_title(struct stg_task *task, const char *path,
                               char title[STG_IMAGE_NAME_BYTES]);

/* Collective.  Rows first ... first + n - 1 into 'value', which holds
 * n * raster->nx. */
PetscErrorCode stg_image_read(struct stg_task *task, const char *path,
                              const struct stg_raster *raster, int64_t first,
                              int64_t n, double *value);

/* Collective.  Each rank gives its own rows, and all of them the raster. */
PetscErrorCode stg_image_write(struct stg_task *task, const char *path,
                               const struct stg_raster *raster,
                               const struct stg_image *image, int64_t first,
                               int64_t n, const double *value);

/* Whether both have their points at the same places. */
bool stg_raster_same(const struct stg_raster *a, const struct stg_raster *b);

#endif
