/* scene.h - the visible surface of a field as triangles in space
 */
#ifndef PICTURE_SCENE_H
#define PICTURE_SCENE_H

#include "post/cut.h"
#include "post/data.h"
#include "post/image.h"

struct scene_triangle {
    struct post_vertex v[3];
    int group;      /* of the cell, or -1 */
    unsigned edges; /* as in raster.h */
};

struct scene { /* zeroed: empty */
    struct scene_triangle *triangle;
    size_t n, room;
    double min, max; /* of the values */
};

/* The cells of a flat mesh, the outer faces of a solid one; curved ones and
 * those with more than linear values in several pieces. */
PetscErrorCode scene_surface(const struct post_field *f, struct scene *scene);
/* The rectangles of an image that have data.  Of an image with more than
 * 'columns' x 'rows' of them every second, third ... is shown, larger; 'min'
 * and 'max' are those of all. */
PetscErrorCode scene_image(const struct post_image *image, int columns,
                           int rows, struct scene *scene);
/* What a plane cuts out of a solid mesh. */
PetscErrorCode scene_cut(const struct post_field *f,
                         const struct post_plane *plane, struct scene *scene);
PetscErrorCode scene_add(struct scene *scene,
                         const struct scene_triangle *triangle);
void scene_release(struct scene *scene);

#endif
