/* image.c - an image as a source: rectangles of one value, those with data */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "post/image.h"
#include "post_reduce/reduce.h"

#define VTK_QUAD 9

struct open_image {
    struct post_image image;
    char label[256];
};

static const struct post_image *image_of(const struct reduce_source *source)
{
    return &((const struct open_image *)source->data)->image;
}

static PetscErrorCode group_of_image(const struct reduce_source *source,
                                     const char *name, bool facets,
                                     struct reduce_region *region)
{
    const struct post_image *image = image_of(source);
    const struct stg_raster *r = &image->raster;
    double x[3], value;

    PetscFunctionBeginUser;
    if (facets || strcmp(name, "*") != 0)
        PetscFunctionReturn(stg_fail(source->task, "parameter '%s': %s is an "
                                     "image, which has no groups",
                                     facets ? "surfaces" : "groups",
                                     source->label));
    for (int64_t j = 0; j < image->rows; j++)
        for (int64_t i = 0; i < r->nx; i++) {
            value = post_image_at(image, j, i, x);
            if (isnan(value))
                continue;
            post_range_add(&region->range, value, x);
            PetscCall(post_samples_add(&region->samples, value,
                                       r->dx * r->dy));
        }
    PetscFunctionReturn(0);
}

static PetscErrorCode points_of_image(const struct reduce_source *source,
                                      const char *name, int *n,
                                      struct reduce_point **point)
{
    (void)name;
    *n = 0;
    *point = NULL;
    return stg_fail(source->task, "parameter 'points': %s is an image, which "
                    "has no groups", source->label);
}

/* Only the rectangles that a line can reach are given to 'cut'. */
static PetscErrorCode cut_image(const struct reduce_source *source,
                                const struct post_plane *plane,
                                struct reduce_region *region)
{
    const struct post_image *image = image_of(source);
    const struct fe_elem *quad = fe_elem_vtk(VTK_QUAD);
    const struct stg_raster *r = &image->raster;
    double reach = 0.5 * hypot(r->dx, r->dy) * (1 + 1e-12);
    struct reduce_piece_taker taker = { region, 0 };

    for (int64_t j = 0; j < image->rows; j++)
        for (int64_t i = 0; i < r->nx; i++) {
            double at[3], value = post_image_at(image, j, i, at);
            double x0 = at[0] - 0.5 * r->dx, x1 = at[0] + 0.5 * r->dx;
            double y0 = at[1] - 0.5 * r->dy, y1 = at[1] + 0.5 * r->dy;
            double x[][3] = { { x0, y0 }, { x1, y0 }, { x1, y1 }, { x0, y1 } };
            double v[] = { value, value, value, value };

            if (!isnan(value) &&
                fabs(plane->normal[0] * at[0] + plane->normal[1] * at[1] -
                     plane->offset) <= reach)
                post_cut_cell(quad, x, v, plane, reduce_take_piece, &taker);
        }
    return taker.rc;
}

/* The value there on the rank that has it, 0 on the others. */
static PetscErrorCode find_value(const struct reduce_source *source,
                                 const char *what, int point, const double x[3],
                                 double *value)
{
    const struct post_image *image = image_of(source);
    int64_t row, column;

    *value = 0;
    if (!post_image_find(image, x, &row, &column))
        return stg_fail(source->task, "%s: point %d, (%g, %g) m, is outside "
                        "%s", what, point, x[0], x[1], source->label);
    row -= image->first;
    if (row >= 0 && row < image->rows)
        *value = image->value[row * image->raster.nx + column];
    if (isnan(*value))
        return stg_fail(source->task, "%s: %s has no data at point %d, "
                        "(%g, %g) m", what, source->label, point, x[0], x[1]);
    return 0;
}

static PetscErrorCode at_in_image(const struct reduce_source *source,
                                  const char *what, int n, double x[][3],
                                  double value[])
{
    PetscErrorCode rc = 0;

    for (int i = 0; i < n && !rc; i++)
        rc = find_value(source, what, i + 1, x[i], &value[i]);
    PetscCall(stg_agree(source->task, rc));
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, value, n, MPI_DOUBLE, MPI_SUM,
                               stg_comm(source->task)));
    return 0;
}

static PetscErrorCode close_image(struct reduce_source *source)
{
    struct open_image *open = source->data;

    if (open)
        post_image_release(&open->image);
    return PetscFree(source->data);
}

PetscErrorCode reduce_open_image(struct stg_task *task, size_t i,
                                 const struct reduce_ask *ask,
                                 struct reduce_source *source)
{
    struct open_image *open;
    struct stg_input input;

    PetscCall(PetscNew(&open));
    *source = (struct reduce_source){
        .task = task, .data = open, .label = open->label, .dimension = 2,
        .group = group_of_image, .cut = cut_image, .at = at_in_image,
        .points = points_of_image, .close = close_image,
    };
    PetscCall(stg_input(task, "images", i, &input));
    post_input_label(&input, open->label, sizeof(open->label));
    if (*ask->component)
        return stg_fail(task, "parameter 'component' is '%s', but %s is an "
                        "image, which has one value at each place",
                        ask->component, open->label);
    PetscCall(post_image_read(task, "images", i, &open->image));
    (void)snprintf(source->unit, sizeof(source->unit), "%s",
                   open->image.unit);
    (void)snprintf(source->long_name, sizeof(source->long_name), "%s",
                   open->image.title);
    return 0;
}
