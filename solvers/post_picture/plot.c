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

static PetscErrorCode show_column(struct stg_task *task, const char *name,
                                  const struct stg_unit *to,
                                  struct column *column)
{
    char what[NAME_ROOM + 16];

    (void)snprintf(what, sizeof(what), "column '%s'", name);
    PetscCall(stg_show_in(task, to, what, column->unit, column->n,
                          column->value));
    if (to->written)
        (void)snprintf(column->unit, sizeof(column->unit), "%s", to->written);
    return 0;
}

/* A column as it is shown; the caller frees its values in any case. */
static PetscErrorCode read_column(struct stg_task *task, size_t table,
                                  const char *name, const struct stg_unit *to,
                                  struct column *column)
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
    PetscCall(show_column(task, name, to, column));
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

/* One row of a column, for the axis 'axis'. */
static PetscErrorCode read_cell(struct plot *plot, size_t run, int axis,
                                const char *name, double *value,
                                struct column *c)
{
    const struct picture_ask *ask = plot->page->ask;
    size_t row = 0;
    PetscErrorCode rc = read_column(plot->page->task, run, name,
                                    axis ? &ask->unit : &ask->x_unit, c);

    if (!rc)
        rc = check_row(plot, c, name, &row);
    if (!rc)
        rc = take_unit(plot, axis, c->unit, c->name, name);
    *value = rc ? 0 : c->value[row];
    PetscCall(PetscFree(c->value));
    return rc;
}

/* The value of parameter or column 'x' for one table. */
static PetscErrorCode x_of_run(struct plot *plot, size_t run, double *x)
{
    const char *name = plot->page->ask->x;
    struct column c = { .n = 1, .value = x };

    PetscFunctionBeginUser;
    for (size_t i = 0; i < plot->axes.n; i++) {
        const struct post_axis *axis = &plot->axes.axis[i];

        if (strcmp(axis->name, name) != 0)
            continue;
        *x = axis->value[run];
        (void)snprintf(c.unit, sizeof(c.unit), "%s",
                       *axis->unit ? axis->unit : "1");
        PetscCall(show_column(plot->page->task, name,
                              &plot->page->ask->x_unit, &c));
        PetscFunctionReturn(take_unit(plot, 0, c.unit, name, name));
    }
    PetscCall(read_cell(plot, run, 0, name, x, &c));
    PetscFunctionReturn(0);
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

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(plot->axes.runs, &curve->at));
    for (size_t run = 0; run < plot->axes.runs; run++) {
        struct column c;

        PetscCall(read_cell(plot, run, 1, name, &curve->at[run][1], &c));
        PetscCall(x_of_run(plot, run, &curve->at[run][0]));
        (void)snprintf(curve->name, sizeof(curve->name), "%s", c.name);
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
    char label[256] = "", word[128] = "", unit[64];
    const char *of;

    if (plot->axes.runs > 1 &&
        !stg_input(plot->page->task, "tables", table, &input))
        post_input_label(&input, label, sizeof(label));
    of = strstr(label, " of ");
    if (by) {
        take_word(by->words, key, word, sizeof(word));
        text_of_unit(by->unit, unit, sizeof(unit));
        if (!*word)
            (void)snprintf(word, sizeof(word), "%.40s=%g%s%s", ask->by, key,
                           *unit ? " " : "", unit);
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

static bool is_among(const double known[], size_t n, double key)
{
    for (size_t i = 0; i < n; i++)
        if (known[i] == key)
            return true;
    return false;
}

/* A curve for each value of 'by', in the order in which they come. */
static PetscErrorCode add_each(struct plot *plot, size_t table,
                               const char *name, const struct column *x,
                               const struct column *y, const struct column *by)
{
    double known[PICTURE_CURVES_MAX];
    struct curve *curve;
    size_t n = 0;

    PetscFunctionBeginUser;
    for (size_t i = 0; i < by->n; i++) {
        if (is_among(known, n, by->value[i]))
            continue;
        PetscCall(add_rows(plot, x, y, by, by->value[i], &curve));
        known[n++] = by->value[i];
        name_rows(plot, table, name, by, by->value[i], curve->name);
    }
    PetscFunctionReturn(0);
}

static PetscErrorCode add_all(struct plot *plot, size_t table,
                              const char *name, const struct column *x,
                              const struct column *y)
{
    struct curve *curve;

    PetscFunctionBeginUser;
    PetscCall(add_rows(plot, x, y, NULL, 0, &curve));
    name_rows(plot, table, name, NULL, 0, curve->name);
    if (!*curve->name)
        (void)snprintf(curve->name, sizeof(curve->name), "%s", y->name);
    PetscFunctionReturn(0);
}

/* A point for each row of a table: one curve, or one for each value of 'by'. */
static PetscErrorCode over_rows(struct plot *plot, size_t table,
                                const char *name)
{
    const struct picture_ask *ask = plot->page->ask;
    struct stg_task *task = plot->page->task;
    struct column x = { 0 }, y = { 0 }, by = { 0 };
    PetscErrorCode rc = read_column(task, table, ask->x, &ask->x_unit, &x);

    if (!rc)
        rc = read_column(task, table, name, &ask->unit, &y);
    if (!rc && *ask->by)
        rc = read_column(task, table, ask->by, &ask->by_unit, &by);
    if (!rc)
        rc = take_unit(plot, 0, x.unit, x.name, ask->x);
    if (!rc)
        rc = take_unit(plot, 1, y.unit, y.name, name);
    if (!rc)
        rc = *ask->by ? add_each(plot, table, name, &x, &y, &by)
                      : add_all(plot, table, name, &x, &y);
    PetscFree(x.value);
    PetscFree(y.value);
    PetscFree(by.value);
    return rc;
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
