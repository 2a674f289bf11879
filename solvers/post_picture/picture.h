/* picture.h - what post.picture is asked, and what its parts share
 *
 * main.c decides between a map (map.c: a field, an image or a mesh) and a plot
 * (plot.c: columns of tables), and writes the file.
 */
#ifndef PICTURE_PICTURE_H
#define PICTURE_PICTURE_H

#include <cairo.h>

#include "post/cut.h"
#include "post_picture/colour.h"
#include "post_picture/text.h"
#include "post_picture/ticks.h"
#include "stage/stage.h"

#define PICTURE_CURVES_MAX 12

struct picture_ask {
    int width, height;
    const char *title, *component, *x, *by, *y_label;
    const char *y[PICTURE_CURVES_MAX];
    size_t n_y;
    double azimuth, elevation, zoom;
    enum colour_map map;
    struct stg_unit unit;        /* of values, and of the vertical axis */
    struct stg_unit x_unit, by_unit, length_unit;
    double min, max; /* as they are shown; NaN: those of the values */
    int levels;
    bool log, log_x, edges, cut, points, lines;
    struct post_plane plane;
    int64_t row; /* of each table; all of them when all_rows */
    bool all_rows;
};

/* ask.c, not collective. */
PetscErrorCode picture_ask_read(struct stg_task *task,
                                struct picture_ask *ask);

/* The page, and the part of it that the values take. */
struct page {
    struct stg_task *task;
    const struct picture_ask *ask;
    cairo_t *cr;
    double font; /* size */
    double left, top, right, bottom; /* of the frame */
};

/* frame.c: title, axes and colour bar. */
void frame_title(const struct page *page);
void frame_axes(const struct page *page, const struct scale *x,
                const char *x_label, const struct scale *y,
                const char *y_label, bool grid);
/* How wide the numbers of a vertical axis are. */
double frame_numbers_width(const struct page *page, const struct scale *scale);
void frame_colour_bar(const struct page *page, const struct scale *scale,
                      const char *label);
/* Names with their colours, where the colour bar would be. */
void frame_legend(const struct page *page, size_t n,
                  const char *const name[], const struct colour colour[]);

/* map.c and plot.c, collective. */
PetscErrorCode map_draw(struct page *page);
PetscErrorCode plot_draw(struct page *page);

#endif
