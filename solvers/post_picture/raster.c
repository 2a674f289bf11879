/* raster.c - a z-buffer with barycentric interpolation */
#include "post_picture/raster.h"

#include <math.h>

#define EDGE_WIDTH 1.1   /* samples on each side */
#define LINE_WIDTH 0.9   /* of a contour */

PetscErrorCode raster_new(int width, int height, struct raster *raster)
{
    size_t n;

    PetscFunctionBeginUser;
    raster->width = 2 * width;
    raster->height = 2 * height;
    n = (size_t)raster->width * (size_t)raster->height;
    PetscCall(PetscMalloc1(n, &raster->depth));
    PetscCall(PetscMalloc1(n, &raster->colour));
    PetscCall(PetscCalloc1(n, &raster->drawn));
    PetscFunctionReturn(0);
}

void raster_release(struct raster *raster)
{
    PetscFree(raster->depth);
    PetscFree(raster->colour);
    PetscFree(raster->drawn);
}

static struct colour mix(struct colour a, struct colour b, double of_b)
{
    return (struct colour){ a.r + of_b * (b.r - a.r), a.g + of_b * (b.g - a.g),
                            a.b + of_b * (b.b - a.b) };
}

static struct colour look_up(const struct paint *paint, double s)
{
    return paint->table[(int)(fmin(fmax(s, 0), 1) * (COLOUR_TABLE - 1) + 0.5)];
}

/* The colour of a value; 'slope' is its change from one sample to the next. */
static struct colour of_value(const struct paint *paint, double value,
                              double slope)
{
    const struct colour dark = { 0.15, 0.15, 0.15 };
    double s = scale_at(paint->scale, value), band, line;
    struct colour colour;

    if (paint->levels == 0)
        return look_up(paint, s);
    s = fmin(fmax(s, 0), 1);
    band = fmin(floor(s * paint->levels), paint->levels - 1);
    colour = look_up(paint, (band + 0.5) / paint->levels);
    line = fabs(s * paint->levels - round(s * paint->levels));
    if (round(s * paint->levels) < 0.5 ||
        round(s * paint->levels) > paint->levels - 0.5 || !(slope > 0))
        return colour;
    line /= slope * paint->levels;
    return line < LINE_WIDTH ? mix(colour, dark, 0.6) : colour;
}

static void put(struct raster *raster, int x, int y, const double b[3],
                const struct corner c[3], const double height[3],
                double slope, const struct paint *paint)
{
    size_t at = (size_t)y * (size_t)raster->width + (size_t)x;
    double depth = b[0] * c[0].depth + b[1] * c[1].depth + b[2] * c[2].depth;
    double value = b[0] * c[0].value + b[1] * c[1].value + b[2] * c[2].value;
    struct colour colour = paint->colour;

    if (raster->drawn[at] && !(depth < raster->depth[at]))
        return;
    if (paint->scale)
        colour = of_value(paint, value, slope);
    colour = mix((struct colour){ 0, 0, 0 }, colour, paint->light);
    for (int i = 0; i < 3; i++)
        if (paint->edges >> i & 1 && b[i] * height[i] < EDGE_WIDTH)
            colour = mix(colour, (struct colour){ 0.1, 0.1, 0.1 }, 0.55);
    raster->drawn[at] = 1;
    raster->depth[at] = (float)depth;
    raster->colour[at] = colour;
}

/* How much the place on the scale changes from one sample to the next. */
static double slope_of(const struct corner c[3], double area,
                       const struct paint *paint)
{
    double s[3], dx = 0, dy = 0;

    if (!paint->scale || paint->levels == 0)
        return 0;
    for (int i = 0; i < 3; i++)
        s[i] = scale_at(paint->scale, c[i].value);
    for (int i = 0; i < 3; i++) {
        const struct corner *p = &c[(i + 1) % 3], *q = &c[(i + 2) % 3];

        dx += s[i] * (p->y - q->y) / area;
        dy += s[i] * (q->x - p->x) / area;
    }
    return hypot(dx, dy);
}

void raster_triangle(struct raster *raster, const struct corner c[3],
                     const struct paint *paint)
{
    double area = (c[1].x - c[0].x) * (c[2].y - c[0].y) -
                  (c[2].x - c[0].x) * (c[1].y - c[0].y);
    double height[3], slope = slope_of(c, area, paint);
    int x0 = (int)floor(fmin(c[0].x, fmin(c[1].x, c[2].x)));
    int x1 = (int)ceil(fmax(c[0].x, fmax(c[1].x, c[2].x)));
    int y0 = (int)floor(fmin(c[0].y, fmin(c[1].y, c[2].y)));
    int y1 = (int)ceil(fmax(c[0].y, fmax(c[1].y, c[2].y)));

    if (!(fabs(area) > 1e-9))
        return;
    for (int i = 0; i < 3; i++) {
        const struct corner *p = &c[(i + 1) % 3], *q = &c[(i + 2) % 3];

        height[i] = fabs(area) / fmax(hypot(p->x - q->x, p->y - q->y), 1e-12);
    }
    for (int y = y0 < 0 ? 0 : y0; y <= y1 && y < raster->height; y++)
        for (int x = x0 < 0 ? 0 : x0; x <= x1 && x < raster->width; x++) {
            double px = x + 0.5, py = y + 0.5, b[3];

            b[0] = ((c[1].x - px) * (c[2].y - py) -
                    (c[2].x - px) * (c[1].y - py)) / area;
            b[1] = ((c[2].x - px) * (c[0].y - py) -
                    (c[0].x - px) * (c[2].y - py)) / area;
            b[2] = 1 - b[0] - b[1];
            if (b[0] >= -1e-9 && b[1] >= -1e-9 && b[2] >= -1e-9)
                put(raster, x, y, b, c, height, slope, paint);
        }
}

/* The mean of four samples, with their share of the pixel as alpha. */
static uint32_t pixel(const struct raster *raster, int x, int y)
{
    double sum[3] = { 0, 0, 0 };
    int n = 0;

    for (int k = 0; k < 4; k++) {
        size_t at = (size_t)(2 * y + k / 2) * (size_t)raster->width +
                    (size_t)(2 * x + k % 2);

        if (!raster->drawn[at])
            continue;
        sum[0] += raster->colour[at].r;
        sum[1] += raster->colour[at].g;
        sum[2] += raster->colour[at].b;
        n++;
    }
    return (uint32_t)lround(255 * n / 4.) << 24 |
           (uint32_t)lround(255 * sum[0] / 4) << 16 |
           (uint32_t)lround(255 * sum[1] / 4) << 8 |
           (uint32_t)lround(255 * sum[2] / 4);
}

PetscErrorCode raster_paint(const struct raster *raster, cairo_t *cr, int x,
                            int y)
{
    int width = raster->width / 2, height = raster->height / 2;
    cairo_surface_t *image =
        cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
    unsigned char *data = cairo_image_surface_get_data(image);
    int stride = cairo_image_surface_get_stride(image);

    PetscFunctionBeginUser;
    PetscCheck(cairo_surface_status(image) == CAIRO_STATUS_SUCCESS,
               PETSC_COMM_SELF, PETSC_ERR_MEM, "no memory for a picture of "
               "%d x %d points", width, height);
    cairo_surface_flush(image);
    for (int row = 0; row < height; row++)
        for (int column = 0; column < width; column++)
            ((uint32_t *)(void *)(data + row * stride))[column] =
                pixel(raster, column, row);
    cairo_surface_mark_dirty(image);
    cairo_set_source_surface(cr, image, x, y);
    cairo_paint(cr);
    cairo_surface_destroy(image);
    PetscFunctionReturn(0);
}
