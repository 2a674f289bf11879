/* plot.c - curves: columns of tables over a column, or over a parameter of the
 * runs */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "post/axes.h"
#include "post/data.h"
#include "post_picture/picture.h"
#include "stage/h5.h"

#define NAME_ROOM 192

struct curve {
    char name[NAME_ROOM];
    size_t n;
    double (*at)[2]; /* x, y */
};

struct plot {
    struct page *page;
    struct post_axes axes;
    struct curve curve[PICTURE_CURVES_MAX];
    size_t n;
    char unit[2][64], name[2][NAME_ROOM]; /* of x, y */
};

/* --- columns -------------------------------------------------------------- */

struct column {
    size_t n;
    double *value;
    char unit[64], name[NAME_ROOM]; /* the long name, where there is one */
    char words[2048]; /* what its numbers 0, 1, ... stand for, or "" */
};

static PetscErrorCode read_open(struct stg_h5 *h5, const char *label,
                                const char *name, struct column *column)
{
    char path[NAME_ROOM + 16], columns[4096];
    struct stg_rows rows = { .name = path, .type = H5T_IEEE_F64LE };
    bool found = false;

    (void)snprintf(path, sizeof(path), "/table/%s", name);
    PetscCall(stg_h5_read_text(h5, "/table", "columns", sizeof(columns),
                               columns, &found));
    if (!found || strchr(name, '/') || !stg_h5_exists(h5, path))
        return stg_fail(h5->task, "%s has no column '%s'; it has: %s", label,
                        name, found ? columns : "none");
    PetscCall(stg_h5_read_text(h5, path, "units", sizeof(column->unit),
                               column->unit, &found));
    if (!found)
        return stg_fail(h5->task, "column '%s' of %s holds text, which cannot "
                        "be drawn", name, label);
    PetscCall(stg_h5_read_text(h5, path, "long_name", sizeof(column->name),
                               column->name, &found));
    if (!found || !column->name[0])
        (void)snprintf(column->name, sizeof(column->name), "%s", name);
    PetscCall(stg_h5_read_text(h5, path, "flag_meanings",
                               sizeof(column->words), column->words, &found));
    PetscCall(stg_h5_shape(h5, &rows));
    rows.mine = rows.total;
    column->n = rows.total;
    PetscCall(PetscMalloc1(rows.total + 1, &column->value));
    return stg_h5_read(h5, &rows, H5T_NATIVE_DOUBLE, column->value);
}

static PetscErrorCode read_column(struct stg_task *task, size_t table,
                                  const char *name, struct column *column)
{
    struct stg_input input;
    struct stg_h5 h5;
    char label[256];
    PetscErrorCode rc;

    PetscFunctionBeginUser;
    *column = (struct column){ 0 };
    PetscCall(stg_input(task, "tables", table, &input));
    post_input_label(&input, label, sizeof(label));
    rc = stg_h5_open(task, input.path, &h5);
    if (!rc)
        rc = read_open(&h5, label, name, column);
    PetscCall(stg_h5_close(&h5, rc));
    PetscFunctionReturn(0);
}

/* --- curves --------------------------------------------------------------- */

/* All curves share the units of their axes. */
static PetscErrorCode take_unit(struct plot *plot, int axis, const char *unit,
                                const char *name, const char *column)
{
    if (!plot->unit[axis][0]) {
        (void)snprintf(plot->unit[axis], sizeof(plot->unit[axis]), "%s", unit);
        (void)snprintf(plot->name[axis], sizeof(plot->name[axis]), "%s", name);
    }
    if (strcmp(plot->unit[axis], unit) != 0)
        return stg_fail(plot->page->task, "column '%s' is in '%s', but what "
                        "is on the same axis is in '%s'", column, unit,
                        plot->unit[axis]);
    return 0;
}

static PetscErrorCode check_row(const struct plot *plot,
                                const struct column *c, const char *name,
                                size_t *row)
{
    int64_t n = (int64_t)c->n, at = plot->page->ask->row;

    if (at < -n || at >= n)
        return stg_fail(plot->page->task, "parameter 'row' is %lld, but column "
                        "'%s' has %lld rows", (long long)at, name,
                        (long long)n);
    *row = (size_t)(at < 0 ? at + n : at);
    return 0;
}

/* The value of parameter or column 'x' for one table. */
static PetscErrorCode x_of_run(struct plot *plot, size_t run, double *x)
{
    const char *name = plot->page->ask->x;
    struct column c;
    size_t row = 0;
    PetscErrorCode rc;

    PetscFunctionBeginUser;
    for (size_t i = 0; i < plot->axes.n; i++) {
        const struct post_axis *axis = &plot->axes.axis[i];

        if (strcmp(axis->name, name) != 0)
            continue;
        *x = axis->value[run];
        PetscFunctionReturn(take_unit(plot, 0, *axis->unit ? axis->unit : "1",
                                      name, name));
    }
    PetscCall(read_column(plot->page->task, run, name, &c));
    rc = check_row(plot, &c, name, &row);
    if (!rc)
        rc = take_unit(plot, 0, c.unit, c.name, name);
    *x = rc ? 0 : c.value[row];
    PetscCall(PetscFree(c.value));
    PetscFunctionReturn(rc);
}

static int by_x(const void *a, const void *b)
{
    const double *p = a, *q = b;

    return (p[0] > q[0]) - (p[0] < q[0]);
}

/* One curve: a point for each table. */
static PetscErrorCode over_runs(struct plot *plot, const char *name)
{
    struct curve *curve = &plot->curve[plot->n++];
    struct stg_task *task = plot->page->task;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(plot->axes.runs, &curve->at));
    for (size_t run = 0; run < plot->axes.runs; run++) {
        struct column c;
        size_t row = 0;

        PetscCall(read_column(task, run, name, &c));
        PetscCall(check_row(plot, &c, name, &row));
        PetscCall(take_unit(plot, 1, c.unit, c.name, name));
        PetscCall(x_of_run(plot, run, &curve->at[run][0]));
        curve->at[run][1] = c.value[row];
        (void)snprintf(curve->name, sizeof(curve->name), "%s", c.name);
        PetscCall(PetscFree(c.value));
    }
    curve->n = plot->axes.runs;
    qsort(curve->at, curve->n, sizeof(curve->at[0]), by_x);
    PetscFunctionReturn(0);
}

/* The text between two blanks of 'words' with number 'i'; or "". */
static void take_word(const char *words, double i, char *word, size_t size)
{
    for (double k = 0; *words && k < i; k++) {
        words += strcspn(words, " ");
        words += strspn(words, " ");
    }
    (void)snprintf(word, size, "%.*s", (int)strcspn(words, " "), words);
}

/* What tells a curve of rows from the others. */
static void name_rows(const struct plot *plot, size_t table, const char *y,
                      const struct column *by, double key, char *name)
{
    const struct picture_ask *ask = plot->page->ask;
    struct stg_input input;
    char label[256] = "", word[64] = "";
    const char *of;

    if (plot->axes.runs > 1 &&
        !stg_input(plot->page->task, "tables", table, &input))
        post_input_label(&input, label, sizeof(label));
    of = strstr(label, " of ");
    if (by) {
        take_word(by->words, key, word, sizeof(word));
        if (!*word)
            (void)snprintf(word, sizeof(word), "%.40s=%g", ask->by, key);
    }
    (void)snprintf(name, NAME_ROOM, "%.50s%s%.60s%s%s",
                   ask->n_y > 1 ? y : "", ask->n_y > 1 && *label ? ", " : "",
                   of ? of + 4 : label,
                   (ask->n_y > 1 || *label) && *word ? ", " : "", word);
}

/* The rows of a table whose value of 'by' is 'key', or all of them. */
static PetscErrorCode add_rows(struct plot *plot, const struct column *x,
                               const struct column *y, const struct column *by,
                               double key, struct curve **added)
{
    struct curve *curve = &plot->curve[plot->n];

    PetscFunctionBeginUser;
    if (plot->n == PICTURE_CURVES_MAX)
        PetscFunctionReturn(stg_fail(plot->page->task, "there would be more "
                                     "than %d curves; give fewer tables or "
                                     "columns, or 'row'", PICTURE_CURVES_MAX));
    plot->n++;
    PetscCall(PetscMalloc1(x->n + 1, &curve->at));
    for (size_t i = 0; i < x->n; i++) {
        if (by && by->value[i] != key)
            continue;
        curve->at[curve->n][0] = x->value[i];
        curve->at[curve->n++][1] = y->value[i];
    }
    *added = curve;
    PetscFunctionReturn(0);
}

/* Is this the first row with its value? */
static bool is_first(const struct column *by, size_t row)
{
    for (size_t i = 0; i < row; i++)
        if (by->value[i] == by->value[row])
            return false;
    return true;
}

/* A curve for each value of 'by', in the order in which they come. */
static PetscErrorCode add_each(struct plot *plot, size_t table,
                               const char *name, const struct column *x,
                               const struct column *y, const struct column *by)
{
    struct curve *curve;

    PetscFunctionBeginUser;
    for (size_t i = 0; i < by->n; i++) {
        if (!is_first(by, i))
            continue;
        PetscCall(add_rows(plot, x, y, by, by->value[i], &curve));
        name_rows(plot, table, name, by, by->value[i], curve->name);
    }
    PetscFunctionReturn(0);
}

/* A point for each row of a table: one curve, or one for each value of 'by'. */
static PetscErrorCode over_rows(struct plot *plot, size_t table,
                                const char *name)
{
    const struct picture_ask *ask = plot->page->ask;
    struct stg_task *task = plot->page->task;
    struct column x, y, by = { 0 };
    struct curve *curve;

    PetscFunctionBeginUser;
    PetscCall(read_column(task, table, ask->x, &x));
    PetscCall(read_column(task, table, name, &y));
    PetscCall(take_unit(plot, 0, x.unit, x.name, ask->x));
    PetscCall(take_unit(plot, 1, y.unit, y.name, name));
    if (*ask->by) {
        PetscCall(read_column(task, table, ask->by, &by));
        PetscCall(add_each(plot, table, name, &x, &y, &by));
    } else {
        PetscCall(add_rows(plot, &x, &y, NULL, 0, &curve));
        name_rows(plot, table, name, NULL, 0, curve->name);
        if (!*curve->name)
            (void)snprintf(curve->name, sizeof(curve->name), "%s", y.name);
    }
    PetscCall(PetscFree(x.value));
    PetscCall(PetscFree(y.value));
    PetscCall(PetscFree(by.value));
    PetscFunctionReturn(0);
}

static PetscErrorCode collect(struct plot *plot)
{
    const struct picture_ask *ask = plot->page->ask;
    struct stg_task *task = plot->page->task;

    PetscFunctionBeginUser;
    if (!*ask->x || !ask->n_y)
        PetscFunctionReturn(stg_fail(task, "name a column for 'x', and one or "
                                     "more for 'y'"));
    PetscCall(post_axes_read(task, "tables", &plot->axes));
    if (*ask->by && !ask->all_rows)
        PetscFunctionReturn(stg_fail(task, "'row' takes one row of each "
                                     "table, so 'by' has none to divide; "
                                     "leave one of them out"));
    for (size_t i = 0; i < ask->n_y; i++) {
        if (!ask->all_rows)
            PetscCall(over_runs(plot, ask->y[i]));
        for (size_t t = 0; ask->all_rows && t < plot->axes.runs; t++)
            PetscCall(over_rows(plot, t, ask->y[i]));
    }
    PetscFunctionReturn(0);
}

/* --- drawing -------------------------------------------------------------- */

static PetscErrorCode find_scale(const struct plot *plot, int axis,
                                 struct scale *scale)
{
    const struct picture_ask *ask = plot->page->ask;
    bool is_log = axis ? ask->log : ask->log_x;

    *scale = (struct scale){ INFINITY, -INFINITY, is_log };
    for (size_t i = 0; i < plot->n; i++)
        for (size_t k = 0; k < plot->curve[i].n; k++) {
            double v = plot->curve[i].at[k][axis];

            if (!isfinite(v))
                return stg_fail(plot->page->task, "'%s' is not finite in row "
                                "%zu", plot->curve[i].name, k);
            scale->from = fmin(scale->from, v);
            scale->to = fmax(scale->to, v);
        }
    if (scale->from > scale->to)
        return stg_fail(plot->page->task, "the tables have no rows to draw");
    if (is_log && !(scale->from > 0))
        return stg_fail(plot->page->task, "a logarithmic axis has positive "
                        "values only, but the least of '%s' is %g",
                        plot->name[axis], scale->from);
    scale_widen(scale);
    if (axis && !isnan(ask->min))
        scale->from = ask->min;
    if (axis && !isnan(ask->max))
        scale->to = ask->max;
    return 0;
}

static struct colour curve_colour(size_t i)
{
    static const struct colour colours[] = { /* Okabe and Ito, 2008 */
        { 0, 0.447, 0.698 }, { 0.835, 0.369, 0 }, { 0, 0.62, 0.451 },
        { 0.8, 0.475, 0.655 }, { 0.902, 0.624, 0 }, { 0.337, 0.706, 0.914 },
    };

    return colours[i % (sizeof(colours) / sizeof(colours[0]))];
}

static void draw_curve(const struct plot *plot, size_t i,
                       const struct scale scale[2])
{
    const struct page *page = plot->page;
    const struct curve *curve = &plot->curve[i];
    struct colour c = curve_colour(i);
    double dash[] = { 0.6 * page->font, 0.35 * page->font };
    bool few = curve->n <= 12;

    cairo_save(page->cr);
    cairo_rectangle(page->cr, page->left, page->top, page->right - page->left,
                    page->bottom - page->top);
    cairo_clip(page->cr);
    cairo_set_source_rgb(page->cr, c.r, c.g, c.b);
    cairo_set_line_width(page->cr, 2);
    cairo_set_line_join(page->cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_dash(page->cr, dash, i < 6 ? 0 : 2, 0);
    for (int pass = 0; pass < 2; pass++) {
        for (size_t k = 0; k < curve->n; k++) {
            double x = page->left + scale_at(&scale[0], curve->at[k][0]) *
                       (page->right - page->left);
            double y = page->bottom - scale_at(&scale[1], curve->at[k][1]) *
                       (page->bottom - page->top);

            if (pass == 0) {
                cairo_line_to(page->cr, x, y);
            } else if (page->ask->points || (few && page->ask->lines)) {
                cairo_new_sub_path(page->cr);
                cairo_arc(page->cr, x, y, 0.27 * page->font, 0, 2 * M_PI);
            }
        }
        if (pass == 0 && page->ask->lines)
            cairo_stroke_preserve(page->cr);
        if (pass == 1)
            cairo_fill(page->cr);
        cairo_new_path(page->cr);
    }
    cairo_restore(page->cr);
}

static PetscErrorCode draw(struct plot *plot)
{
    struct page *page = plot->page;
    const char *name[PICTURE_CURVES_MAX], *y = page->ask->y_label;
    struct colour colour[PICTURE_CURVES_MAX];
    struct scale scale[2];
    char label[2][TEXT_MAX];
    double legend = 0;

    PetscFunctionBeginUser;
    PetscCall(find_scale(plot, 0, &scale[0]));
    PetscCall(find_scale(plot, 1, &scale[1]));
    text_of_quantity(plot->name[0], plot->unit[0], label[0], sizeof(label[0]));
    text_of_quantity(*y ? y : plot->name[1], plot->unit[1], label[1],
                     sizeof(label[1]));
    for (size_t i = 0; i < plot->n; i++) {
        name[i] = plot->curve[i].name;
        colour[i] = curve_colour(i);
        legend = fmax(legend, text_width(page->font, name[i]));
    }
    if (plot->n > 1)
        page->right -= 3 * page->font + fmin(legend, page->ask->width / 2.5);
    else
        page->right -= page->font;
    page->left += 2.6 * page->font + frame_numbers_width(page, &scale[1]);
    page->bottom -= 3 * page->font;
    frame_axes(page, &scale[0], label[0], &scale[1], label[1], true);
    for (size_t i = 0; i < plot->n; i++)
        draw_curve(plot, i, scale);
    if (plot->n > 1)
        frame_legend(page, plot->n, name, colour);
    frame_title(page);
    PetscFunctionReturn(0);
}

PetscErrorCode plot_draw(struct page *page)
{
    struct plot plot = { .page = page };
    PetscErrorCode rc = collect(&plot);

    if (!rc)
        rc = draw(&plot);
    for (size_t i = 0; i < plot.n; i++)
        PetscFree(plot.curve[i].at);
    post_axes_release(&plot.axes);
    return rc;
}
