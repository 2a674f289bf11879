/* image.h - values on a regular grid in memory on their way into an object */
#ifndef FT_WORKER_IMAGE_H
#define FT_WORKER_IMAGE_H

#include <hdf5.h>
#include <stdint.h>

struct ft_err;

/* Texts that say what an axis or the values are, as CF has them. */
enum ft_image_text {
    FT_IMAGE_UNITS,
    FT_IMAGE_LONG_NAME,
    FT_IMAGE_STANDARD_NAME,
    FT_IMAGE_AXIS,
    FT_IMAGE_POSITIVE,
    FT_IMAGE_CALENDAR,
    FT_IMAGE_TEXTS
};
extern const char *const ft_image_text_name[FT_IMAGE_TEXTS]; /* "units" */

struct ft_image_axis {
    const char *name;
    uint64_t n;
    double *value;       /* rising; NULL: one point without a place */
    double origin, spacing;
    const char *text[FT_IMAGE_TEXTS]; /* or NULL */
};

struct ft_image {
    int rank;                      /* axes that there are, 1 to 3 */
    struct ft_image_axis axis[3];  /* x, y, z */
    struct ft_image_axis *scalar;  /* coordinates of what was cut out */
    int n_scalars;
    const char *name;
    const char *text[FT_IMAGE_TEXTS];
    double *value;                 /* x runs fastest */
};

/* Write it as objects.md says, with its coordinates, into a new file. */
int ft_image_write(const struct ft_image *image, hid_t file,
                   struct ft_err *err);

#endif
