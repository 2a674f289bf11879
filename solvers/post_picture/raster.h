/* raster.h - triangles into an image, the nearest in front
 *
 * Four samples a pixel, averaged at the end.  Orthographic: values and depths
 * are linear on the screen.
 */
#ifndef PICTURE_RASTER_H
#define PICTURE_RASTER_H

#include <cairo.h>
#include <petscsys.h>

#include "post_picture/colour.h"
#include "post_picture/ticks.h"

struct raster {
    int width, height; /* in samples, twice the pixels */
    float *depth;      /* smaller is nearer */
    struct colour *colour;
    unsigned char *drawn;
};

struct corner {
    double x, y, depth; /* in samples, y downwards */
    double value;
};

struct paint {
    const struct scale *scale; /* NULL: the colour below */
    const struct colour *table; /* of the values */
    int levels;                /* 0: smooth */
    struct colour colour;
    double light;              /* 0 to 1 */
    unsigned edges;            /* bit i: the side across from corner i is one */
};

PetscErrorCode raster_new(int width, int height, struct raster *raster);
void raster_release(struct raster *raster);
void raster_triangle(struct raster *raster, const struct corner corner[3],
                     const struct paint *paint);
/* Paint the picture with its upper left corner at (x, y). */
PetscErrorCode raster_paint(const struct raster *raster, cairo_t *cr, int x,
                            int y);

#endif
