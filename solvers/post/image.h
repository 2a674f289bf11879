/* image.h - the rows of a flat image that a rank has, in metres
 *
 * A point of an image stands for the rectangle round it, as wide as the points
 * are apart, on which the image has its value.  Not a number: no data there.
 */
#ifndef POST_IMAGE_H
#define POST_IMAGE_H

#include "stage/image.h"

struct post_image { /* zeroed: none */
    struct stg_raster raster;
    char unit[STG_IMAGE_NAME_BYTES], title[STG_IMAGE_NAME_BYTES];
    int64_t first, rows; /* of this rank */
    double *value;       /* [rows][raster.nx] */
};

/* Collective.  Read input 'name', element 'i'; the ranks share the rows.
 * Fails in the user's terms when its points are not in metres. */
PetscErrorCode post_image_read(struct stg_task *task, const char *name,
                               size_t i, struct post_image *image);
void post_image_release(struct post_image *image);

/* The value at 'row', counted from 'first', and 'column', with its place. */
double post_image_at(const struct post_image *image, int64_t row,
                     int64_t column, double x[3]);

/* Row and column that have the place; false: it is outside the image. */
bool post_image_find(const struct post_image *image, const double x[3],
                     int64_t *row, int64_t *column);

#endif
