/* picture.h - a graph of boxes and arrows, laid out in columns, as SVG
 *
 * Boxes are added, then arrows between them, then the picture is drawn.  An
 * arrow points from left to right: every box stands in a column behind all that
 * it depends on (layers.c).  svg.c writes it down.
 */
#ifndef FT_CLI_PICTURE_H
#define FT_CLI_PICTURE_H

#include <stdbool.h>
#include <stddef.h>

struct ft_str;

#define FT_PICTURE_LINES 3

/* A part of the bar at the foot of a box. */
struct ft_picture_part {
    const char *kind; /* class of its colour: "ok", "cached", "bad", ... */
    double share;     /* of all tasks, 0 to 1 */
};
#define FT_PICTURE_PARTS_MAX 6

struct ft_picture_box {
    char *line[FT_PICTURE_LINES]; /* name, what it is, how many; or NULL */
    const char *kind;             /* as above, constant; NULL: plain */
    struct ft_picture_part part[FT_PICTURE_PARTS_MAX];
    size_t n_parts;
    /* Set by the layout: */
    double x, y, width, height;
};

struct ft_picture_arrow {
    size_t from, to;
    char *label; /* "" for none */
    bool dashed; /* order only */
};

/* A line between neighbouring columns.  It leaves (x1, y1), is straight to x2
 * as far as labels stand on it, bends to (x3, y3) and, where no box is, goes on
 * to x4. */
struct ft_picture_line {
    double x1, y1, x2, x3, y3, x4;
    bool dashed, head;
};

/* The name of what leaves a box, beside it. */
struct ft_picture_label {
    double x, y;
    const char *text; /* borrowed from an arrow */
};

struct ft_picture {
    char *title, *about;
    struct ft_picture_box *box;
    size_t n_boxes, cap_boxes;
    struct ft_picture_arrow *arrow;
    size_t n_arrows, cap_arrows;
    /* Set by the layout: */
    struct ft_picture_line *line;
    size_t n_lines, cap_lines;
    struct ft_picture_label *label;
    size_t n_labels, cap_labels;
    double width, height;
};

/* Texts are for people who cannot see the picture. */
struct ft_picture *ft_picture_new(const char *title, const char *about);
void ft_picture_free(struct ft_picture *picture); /* NULL is fine */

/* The number of a new box.  Texts are copied; NULL: none. */
size_t ft_picture_add(struct ft_picture *picture, const char *name,
                      const char *what, const char *count);
void ft_picture_connect(struct ft_picture *picture, size_t from, size_t to,
                        const char *label, bool dashed);

/* Give everything its place (layers.c); once, by ft_picture_svg(). */
void ft_picture_layout(struct ft_picture *picture);

/* Width that a text takes at a font size of 1, as an estimate that is seldom
 * too small. */
double ft_picture_text_width(const char *text);

/* The picture as an element <svg>.  'alone': as a file of its own, with its
 * style; otherwise the page has to hold ft_picture_style. */
void ft_picture_svg(struct ft_picture *picture, bool alone,
                    struct ft_str *out);
extern const char ft_picture_style[];

#endif
