/* frame.c - what stands round the values */
#include <math.h>
#include <stdio.h>

#include "post_picture/picture.h"

#define BAR_STEPS 256

static void black(const struct page *page)
{
    cairo_set_source_rgb(page->cr, 0.1, 0.1, 0.1);
}

static void line(cairo_t *cr, double x0, double y0, double x1, double y1)
{
    cairo_move_to(cr, x0, y0);
    cairo_line_to(cr, x1, y1);
    cairo_stroke(cr);
}

void frame_title(const struct page *page)
{
    double size = 1.15 * page->font, room = page->ask->width - 2 * page->font;
    double width = text_width(size, page->ask->title);

    if (width > room)
        size *= room / width;
    black(page);
    text_draw(page->cr, page->ask->width / 2., page->top - page->font, size,
              0.5, page->ask->title);
}

static void number(const struct ticks *ticks, int i, char *text, size_t size)
{
    if (ticks->step > 0)
        text_of_number(ticks->at[i], ticks->step, text, size);
    else
        text_of_power((int)lround(log10(ticks->at[i])), text, size);
}

double frame_numbers_width(const struct page *page, const struct scale *scale)
{
    struct ticks ticks;
    char text[TEXT_MAX];
    double width = 0;

    ticks_find(scale, 6, &ticks);
    for (int i = 0; i < ticks.n; i++) {
        number(&ticks, i, text, sizeof(text));
        width = fmax(width, text_width(page->font, text));
    }
    return width;
}

static void draw_x(const struct page *page, const struct scale *scale,
                   bool grid)
{
    struct ticks ticks;
    char text[TEXT_MAX];
    int wanted = (int)((page->right - page->left) / (6 * page->font)) + 1;

    ticks_find(scale, wanted, &ticks);
    for (int i = 0; i < ticks.n; i++) {
        double x = page->left + scale_at(scale, ticks.at[i]) *
                   (page->right - page->left);

        if (grid) {
            cairo_set_source_rgb(page->cr, 0.87, 0.87, 0.87);
            line(page->cr, x, page->top, x, page->bottom);
        }
        black(page);
        line(page->cr, x, page->bottom, x, page->bottom + 0.35 * page->font);
        number(&ticks, i, text, sizeof(text));
        text_draw(page->cr, x, page->bottom + 1.5 * page->font, page->font,
                  0.5, text);
    }
}

static void draw_y(const struct page *page, const struct scale *scale,
                   bool grid)
{
    struct ticks ticks;
    char text[TEXT_MAX];
    int wanted = (int)((page->bottom - page->top) / (4 * page->font)) + 1;

    ticks_find(scale, wanted > 6 ? 6 : wanted, &ticks);
    for (int i = 0; i < ticks.n; i++) {
        double y = page->bottom - scale_at(scale, ticks.at[i]) *
                   (page->bottom - page->top);

        if (grid) {
            cairo_set_source_rgb(page->cr, 0.87, 0.87, 0.87);
            line(page->cr, page->left, y, page->right, y);
        }
        black(page);
        line(page->cr, page->left - 0.35 * page->font, y, page->left, y);
        number(&ticks, i, text, sizeof(text));
        text_draw(page->cr, page->left - 0.6 * page->font,
                  y + 0.36 * page->font, page->font, 1, text);
    }
}

void frame_axes(const struct page *page, const struct scale *x,
                const char *x_label, const struct scale *y,
                const char *y_label, bool grid)
{
    double numbers = frame_numbers_width(page, y);

    cairo_set_line_width(page->cr, 1);
    draw_x(page, x, grid);
    draw_y(page, y, grid);
    black(page);
    cairo_rectangle(page->cr, page->left, page->top, page->right - page->left,
                    page->bottom - page->top);
    cairo_stroke(page->cr);
    text_draw(page->cr, (page->left + page->right) / 2,
              page->bottom + 3.1 * page->font, page->font, 0.5, x_label);
    text_draw_up(page->cr, page->left - numbers - 1.3 * page->font,
                 (page->top + page->bottom) / 2, page->font, y_label);
}

void frame_colour_bar(const struct page *page, const struct scale *scale,
                      const char *label)
{
    double x = page->right + 1.6 * page->font, width = 1.2 * page->font;
    double height = page->bottom - page->top;
    int levels = page->ask->levels, n = levels ? levels : BAR_STEPS;
    struct ticks ticks;
    char text[TEXT_MAX];

    for (int i = 0; i < n; i++) {
        struct colour c = colour_of(page->ask->map, (i + 0.5) / n);

        cairo_set_source_rgb(page->cr, c.r, c.g, c.b);
        cairo_rectangle(page->cr, x, page->bottom - height * (i + 1) / n,
                        width, height / n + (i > 0));
        cairo_fill(page->cr);
    }
    black(page);
    cairo_set_line_width(page->cr, 1);
    cairo_rectangle(page->cr, x, page->top, width, height);
    cairo_stroke(page->cr);
    ticks_find(scale, 6, &ticks);
    for (int i = 0; i < ticks.n; i++) {
        double y = page->bottom - height * scale_at(scale, ticks.at[i]);

        line(page->cr, x + width, y, x + width + 0.3 * page->font, y);
        number(&ticks, i, text, sizeof(text));
        text_draw(page->cr, x + width + 0.6 * page->font,
                  y + 0.36 * page->font, page->font, 0, text);
    }
    text_draw_up(page->cr, x + width + 2.1 * page->font +
                 frame_numbers_width(page, scale), page->top + height / 2,
                 page->font, label);
}

void frame_legend(const struct page *page, size_t n,
                  const char *const name[], const struct colour colour[])
{
    double x = page->right + 1.2 * page->font, y = page->top;

    for (size_t i = 0; i < n && y < page->bottom; i++) {
        cairo_set_source_rgb(page->cr, colour[i].r, colour[i].g, colour[i].b);
        cairo_rectangle(page->cr, x, y, page->font, page->font);
        cairo_fill(page->cr);
        black(page);
        text_draw(page->cr, x + 1.5 * page->font, y + 0.86 * page->font,
                  page->font, 0, name[i]);
        y += 1.6 * page->font;
    }
}
