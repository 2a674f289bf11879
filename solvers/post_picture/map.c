/* map.c - a field, a mesh or an image, seen from a direction */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "post_picture/picture.h"
#include "post_picture/raster.h"
#include "post_picture/scene.h"

/* --- the view ------------------------------------------------------------- */

struct view {
    double right[3], up[3];
    double towards[3];       /* the viewer */
    double from[2], to[2];   /* of the scene, along right and up, m */
    double scale, origin[2]; /* from metres to samples */
};

static double dot(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void look_from(struct view *view, double azimuth, double elevation)
{
    double ca = cos(azimuth), sa = sin(azimuth);
    double ce = cos(elevation), se = sin(elevation);

    *view = (struct view){
        .right = { -sa, ca, 0 }, .up = { -se * ca, -se * sa, ce },
        .towards = { ce * ca, ce * sa, se },
        .from = { INFINITY, INFINITY }, .to = { -INFINITY, -INFINITY },
    };
}

static void look_at(struct view *view, bool flat,
                    const struct picture_ask *ask)
{
    if (!flat) {
        look_from(view, ask->azimuth, ask->elevation);
        return;
    }
    *view = (struct view){
        .right = { 1, 0, 0 }, .up = { 0, 1, 0 }, .towards = { 0, 0, 1 },
        .from = { INFINITY, INFINITY }, .to = { -INFINITY, -INFINITY },
    };
}

static void bound(struct view *view, const struct scene *scene)
{
    for (size_t i = 0; i < scene->n; i++)
        for (int k = 0; k < 3; k++) {
            const double *x = scene->triangle[i].v[k].x;
            double at[2] = { dot(view->right, x), dot(view->up, x) };

            for (int d = 0; d < 2; d++) {
                view->from[d] = fmin(view->from[d], at[d]);
                view->to[d] = fmax(view->to[d], at[d]);
            }
        }
}

/* Make the frame fit the scene, whose proportions stay, with some air. */
static void fit(struct view *view, struct page *page)
{
    double width = page->right - page->left, height = page->bottom - page->top;
    double w = view->to[0] - view->from[0], h = view->to[1] - view->from[1];
    double scale = fmin(width / fmax(w, 1e-300), height / fmax(h, 1e-300));

    scale *= 0.97 * page->ask->zoom;
    for (int d = 0; d < 2; d++) {
        double middle = (view->from[d] + view->to[d]) / 2;
        double size = (d ? height : width) / scale;

        view->from[d] = middle - size / 2;
        view->to[d] = middle + size / 2;
    }
    view->scale = 2 * scale; /* two samples a pixel */
    view->origin[0] = view->from[0];
    view->origin[1] = view->to[1];
}

/* A flat scene has axes; the frame is cut to what it needs of the page. */
static void shrink(const struct view *view, struct page *page)
{
    double width = page->right - page->left, height = page->bottom - page->top;
    double w = view->to[0] - view->from[0], h = view->to[1] - view->from[1];
    double scale = fmin(width / fmax(w, 1e-300), height / fmax(h, 1e-300));
    double side = 0.5 * (width - 1.03 * scale * w);
    double above = 0.5 * (height - 1.03 * scale * h);

    if (page->ask->zoom > 1)
        return;
    page->left = floor(page->left + fmax(side, 0));
    page->right = ceil(page->right - fmax(side, 0));
    page->top = floor(page->top + fmax(above, 0));
    page->bottom = ceil(page->bottom - fmax(above, 0));
}

/* --- the subject ---------------------------------------------------------- */

/* What is drawn: values with a name and a unit, or the groups of a mesh. */
struct subject {
    struct scene scene;
    bool flat;
    const char *name, *unit;     /* NULL: no values */
    const struct post_field *of; /* has the groups */
};

/* --- painting ------------------------------------------------------------- */

/* Light comes over the left shoulder of the viewer. */
static double light_on(const struct view *view,
                       const struct scene_triangle *t)
{
    static const double from[3] = { -0.35, 0.5, 0.79 };
    double a[3], b[3], n[3], in_view[3], size;

    for (int k = 0; k < 3; k++) {
        a[k] = t->v[1].x[k] - t->v[0].x[k];
        b[k] = t->v[2].x[k] - t->v[0].x[k];
    }
    n[0] = a[1] * b[2] - a[2] * b[1];
    n[1] = a[2] * b[0] - a[0] * b[2];
    n[2] = a[0] * b[1] - a[1] * b[0];
    in_view[0] = dot(n, view->right);
    in_view[1] = dot(n, view->up);
    in_view[2] = dot(n, view->towards);
    size = sqrt(dot(n, n)) * (in_view[2] < 0 ? -1 : 1);
    return size == 0 ? 1
                     : 0.78 + 0.22 * fmax(dot(in_view, from) / size, 0);
}

static void paint_triangle(const struct view *view, bool flat,
                           const struct scene_triangle *t,
                           struct paint paint, struct raster *raster)
{
    struct corner corner[3];

    for (int k = 0; k < 3; k++) {
        const double *x = t->v[k].x;

        corner[k].x = (dot(view->right, x) - view->origin[0]) * view->scale;
        corner[k].y = (view->origin[1] - dot(view->up, x)) * view->scale;
        corner[k].depth = -dot(view->towards, x) * view->scale;
        corner[k].value = t->v[k].value;
    }
    paint.light = flat ? 1 : light_on(view, t);
    paint.edges = paint.edges ? t->edges : 0;
    if (!paint.scale)
        paint.colour = colour_of_group(t->group);
    raster_triangle(raster, corner, &paint);
}

static PetscErrorCode paint_scene(const struct page *page,
                                  const struct view *view,
                                  const struct subject *subject,
                                  const struct scale *scale)
{
    const struct scene *scene = &subject->scene;
    struct colour table[COLOUR_TABLE];
    struct paint paint = {
        .scale = scale, .table = table, .levels = page->ask->levels,
        .edges = page->ask->edges || !scale,
    };
    struct raster raster = { 0 };
    PetscErrorCode rc;

    PetscFunctionBeginUser;
    colour_table(page->ask->map, table);
    rc = raster_new((int)(page->right - page->left),
                    (int)(page->bottom - page->top), &raster);
    for (size_t i = 0; i < scene->n && !rc; i++)
        paint_triangle(view, subject->flat, &scene->triangle[i], paint,
                       &raster);
    if (!rc)
        rc = raster_paint(&raster, page->cr, (int)page->left, (int)page->top);
    raster_release(&raster);
    PetscFunctionReturn(rc);
}

/* --- axes ----------------------------------------------------------------- */

static const struct prefix {
    double metres;
    const char *unit;
} prefixes[] = {
    { 1e3, "km" }, { 1, "m" }, { 1e-3, "mm" }, { 1e-6, "\xc2\xb5m" },
    { 1e-9, "nm" },
};

#define FAR 50 /* keeps coordinates at five digits before the point */

/* The unit in which a length is a number of two or three digits. */
static const struct prefix *prefix_for(double metres)
{
    size_t i = 0;

    while (i + 1 < sizeof(prefixes) / sizeof(prefixes[0]) &&
           metres < 2 * prefixes[i].metres)
        i++;
    return &prefixes[i];
}

/* The unit that was asked for, else that one. */
static struct prefix unit_for(const struct page *page, double metres)
{
    const struct stg_unit *unit = &page->ask->length_unit;

    return unit->written ? (struct prefix){ unit->scale, unit->written }
                         : *prefix_for(metres);
}

static void draw_axes(const struct page *page, const struct view *view)
{
    double far = fmax(fabs(view->from[0]), fabs(view->to[1]));
    struct prefix prefix =
        unit_for(page, fmax(fmax(view->to[0] - view->from[0],
                                 view->to[1] - view->from[1]),
                            far / FAR));
    struct scale scale[2];
    char label[2][TEXT_MAX];

    for (int d = 0; d < 2; d++) {
        scale[d] = (struct scale){ view->from[d] / prefix.metres,
                                   view->to[d] / prefix.metres, false };
        text_of_quantity((char[]){ "xy"[d], '\0' }, prefix.unit, label[d],
                         sizeof(label[d]));
    }
    frame_axes(page, &scale[0], label[0], &scale[1], label[1], false);
}

/* Where x, y and z point to, and how long a round length is. */
static void draw_directions(const struct page *page, const struct view *view)
{
    double at[2] = { page->left + 2.6 * page->font,
                     page->bottom - 2.2 * page->font };
    double wide = (view->to[0] - view->from[0]) / 5, length;
    struct prefix prefix = unit_for(page, wide);
    struct ticks ticks;
    char text[TEXT_MAX];

    cairo_set_line_width(page->cr, 1.5);
    cairo_set_source_rgb(page->cr, 0.1, 0.1, 0.1);
    for (int k = 0; k < 3; k++) {
        double x = 2 * page->font * view->right[k];
        double y = -2 * page->font * view->up[k];

        if (hypot(x, y) < 0.3 * page->font)
            continue;
        cairo_move_to(page->cr, at[0], at[1]);
        cairo_line_to(page->cr, at[0] + x, at[1] + y);
        cairo_stroke(page->cr);
        text_draw(page->cr, at[0] + 1.3 * x, at[1] + 1.3 * y +
                  0.3 * page->font, page->font, 0.5,
                  (char[]){ "xyz"[k], '\0' });
    }
    ticks_find(&(struct scale){ 0, wide / prefix.metres, false }, 1, &ticks);
    length = ticks.step * prefix.metres * view->scale / 2;
    text_of_number(ticks.step, ticks.step, text, sizeof(text));
    (void)snprintf(text + strlen(text), sizeof(text) - strlen(text), " %s",
                   prefix.unit);
    cairo_set_line_width(page->cr, 2);
    cairo_move_to(page->cr, page->right - length, page->bottom);
    cairo_line_to(page->cr, page->right, page->bottom);
    cairo_stroke(page->cr);
    text_draw(page->cr, page->right - length / 2,
              page->bottom - 0.5 * page->font, page->font, 0.5, text);
}

/* Make values of input 'input', in 'unit', those that are shown; '*shown' is
 * then their unit. */
static PetscErrorCode show_values(const struct page *page, const char *input,
                                  const char *unit, size_t n, double value[],
                                  const char **shown)
{
    const struct stg_unit *to = &page->ask->unit;
    struct stg_input of;
    char label[256];

    PetscFunctionBeginUser;
    PetscCall(stg_input(page->task, input, 0, &of));
    post_input_label(&of, label, sizeof(label));
    PetscCall(stg_show_in(page->task, to, label, unit, n, value));
    *shown = to->written ? to->written : unit;
    PetscFunctionReturn(0);
}

/* --- the parts together --------------------------------------------------- */

static PetscErrorCode find_scale(const struct page *page, double min,
                                 double max, struct scale *scale)
{
    const struct picture_ask *ask = page->ask;

    *scale = (struct scale){ isnan(ask->min) ? min : ask->min,
                             isnan(ask->max) ? max : ask->max, ask->log };
    if (ask->log && !(scale->from > 0))
        return stg_fail(page->task, "a logarithmic scale has positive values "
                        "only, but the least is %g; give 'min', or leave "
                        "'log' out", scale->from);
    if (scale->from < scale->to)
        return 0;
    if (!isnan(ask->min) || !isnan(ask->max))
        return stg_fail(page->task, "the values, %g to %g, lie outside 'min' "
                        "and 'max'", min, max);
    scale_widen(scale); /* one value everywhere */
    return 0;
}

static PetscErrorCode draw_groups(const struct page *page,
                                  const struct post_field *f)
{
    const char *name[16];
    struct colour colour[16];
    size_t n = 0;

    for (size_t g = 0; g < f->input.n_groups && n < 16; g++)
        if (f->input.groups[g].dimension == f->mesh->dim) {
            name[n] = f->input.groups[g].name;
            colour[n++] = colour_of_group((int)g);
        }
    frame_legend(page, n, name, colour);
    return 0;
}

static double widest_group(const struct page *page, const struct post_field *f)
{
    double width = 0;

    for (size_t g = 0; g < f->input.n_groups; g++)
        if (f->input.groups[g].dimension == f->mesh->dim)
            width = fmax(width, text_width(page->font,
                                           f->input.groups[g].name));
    return fmin(width, page->ask->width / 3.);
}

static PetscErrorCode draw_subject(struct page *page,
                                   const struct subject *subject)
{
    const struct scene *scene = &subject->scene;
    bool flat = subject->flat, values = subject->unit != NULL;
    struct scale scale;
    struct view view;
    char label[TEXT_MAX] = "";

    PetscFunctionBeginUser;
    if (values) {
        PetscCall(find_scale(page, scene->min, scene->max, &scale));
        text_of_quantity(subject->name, subject->unit, label, sizeof(label));
    }
    page->right -= values ? 6.2 * page->font + frame_numbers_width(page,
                                                                   &scale)
                          : 3.5 * page->font + widest_group(page, subject->of);
    page->left += flat ? 6.5 * page->font : page->font;
    page->bottom -= flat ? 4 * page->font : 1.2 * page->font;
    look_at(&view, flat, page->ask);
    bound(&view, scene);
    if (flat)
        shrink(&view, page);
    fit(&view, page);
    PetscCall(paint_scene(page, &view, subject, values ? &scale : NULL));
    if (flat)
        draw_axes(page, &view);
    else
        draw_directions(page, &view);
    if (values)
        frame_colour_bar(page, &scale, label);
    else
        PetscCall(draw_groups(page, subject->of));
    frame_title(page);
    PetscFunctionReturn(0);
}

static PetscErrorCode draw_field(struct page *page, struct post_field *f)
{
    struct subject subject = { .flat = f->mesh->dim == 2, .of = f };
    PetscErrorCode rc;

    if (page->ask->cut && subject.flat)
        return stg_fail(page->task, "parameter 'plane' cuts solid meshes, but "
                        "this one is flat");
    if (f->value) {
        subject.name = f->field.long_name ? f->field.long_name
                                          : f->field.name;
        PetscCall(show_values(page, "field", f->field.unit,
                              post_field_size(f), f->value, &subject.unit));
    }
    rc = page->ask->cut ? scene_cut(f, &page->ask->plane, &subject.scene)
                        : scene_surface(f, &subject.scene);
    if (!rc && subject.scene.n == 0)
        rc = stg_fail(page->task, "parameter 'plane' cuts nothing out of the "
                      "mesh");
    if (!rc)
        rc = draw_subject(page, &subject);
    scene_release(&subject.scene);
    return rc;
}

static PetscErrorCode draw_mesh(struct page *page)
{
    struct post_field f = { 0 };
    bool field = stg_input_count(page->task, "field") > 0;
    PetscErrorCode rc, released;

    rc = field ? post_field_read(page->task, "field", 0,
                                 page->ask->component, &f)
               : post_mesh_read(page->task, "mesh", &f);
    if (!rc)
        rc = draw_field(page, &f);
    released = post_field_release(&f);
    return rc ? rc : released;
}

static PetscErrorCode draw_image(struct page *page)
{
    struct post_image image = { 0 };
    struct subject subject = { .flat = true, .name = image.title };
    PetscErrorCode rc = 0;

    if (page->ask->cut || *page->ask->component)
        return stg_fail(page->task, "parameter '%s' is for fields, not for an "
                        "image", page->ask->cut ? "plane" : "component");
    rc = post_image_read(page->task, "image", 0, &image);
    if (!rc)
        rc = show_values(page, "image", image.unit,
                         (size_t)(image.rows * image.raster.nx), image.value,
                         &subject.unit);
    if (!rc)
        rc = scene_image(&image, page->ask->width, page->ask->height,
                         &subject.scene);
    if (!rc && subject.scene.n == 0)
        rc = stg_fail(page->task, "the image has no data");
    if (!rc)
        rc = draw_subject(page, &subject);
    scene_release(&subject.scene);
    post_image_release(&image);
    return rc;
}

PetscErrorCode map_draw(struct page *page)
{
    bool image = stg_input_count(page->task, "image") > 0;

    return image ? draw_image(page) : draw_mesh(page);
}
