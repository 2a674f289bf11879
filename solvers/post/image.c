/* image.c - read a flat image, divided by rows */
#include "post/image.h"

#include <math.h>
#include <string.h>

#include "post/data.h"

PetscErrorCode post_image_read(struct stg_task *task, const char *name,
                               size_t i, struct post_image *image)
{
    int64_t rank = stg_rank(task), ranks = stg_ranks(task);
    struct stg_raster *raster = &image->raster;
    struct stg_input input;
    char label[256];

    *image = (struct post_image){ 0 };
    PetscCall(stg_input(task, name, i, &input));
    post_input_label(&input, label, sizeof(label));
    PetscCall(stg_raster_read(task, input.path, raster, image->unit));
    PetscCall(stg_image_title(task, input.path, image->title));
    if (strcmp(raster->unit, "m") != 0)
        return stg_fail(task, "the points of %s are in '%s', but lengths and "
                        "areas need metres; raster.read makes them, with "
                        "'crs'", label, raster->unit);
    image->first = raster->ny * rank / ranks;
    image->rows = raster->ny * (rank + 1) / ranks - image->first;
    PetscCall(PetscMalloc1(image->rows * raster->nx + 1, &image->value));
    return stg_image_read(task, input.path, raster, image->first, image->rows,
                          image->value);
}

void post_image_release(struct post_image *image)
{
    PetscFree(image->value);
}

double post_image_at(const struct post_image *image, int64_t row,
                     int64_t column, double x[3])
{
    const struct stg_raster *r = &image->raster;

    x[0] = r->x + (double)column * r->dx;
    x[1] = r->y + (double)(image->first + row) * r->dy;
    x[2] = 0;
    return image->value[row * r->nx + column];
}

/* Which of n rectangles has 'at'; the last one has its far side, too. */
static bool find(double first, double step, int64_t n, double at, int64_t *i)
{
    double k = (at - first) / step + 0.5;

    if (!(k >= 0 && k <= (double)n))
        return false;
    *i = k < (double)n ? (int64_t)k : n - 1;
    return true;
}

bool post_image_find(const struct post_image *image, const double x[3],
                     int64_t *row, int64_t *column)
{
    const struct stg_raster *r = &image->raster;

    return find(r->x, r->dx, r->nx, x[0], column) &&
           find(r->y, r->dy, r->ny, x[1], row);
}
