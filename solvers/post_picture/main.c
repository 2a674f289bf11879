/* main.c - fedtwin-post-picture: pictures without a display, module
 * post.picture
 */
#include "post_picture/picture.h"

#include <math.h>

static PetscErrorCode choose(struct page *page, bool *plot)
{
    static const char *const inputs[] = { "field", "image", "mesh",
                                          "tables" };
    int given = 0;

    for (int i = 0; i < 4; i++)
        given += stg_input_count(page->task, inputs[i]) > 0;
    *plot = stg_input_count(page->task, "tables") > 0;
    if (given != 1)
        return stg_fail(page->task, "there is %s to draw; give one of 'field', "
                        "'image', 'mesh' and 'tables'",
                        given ? "more than one thing" : "nothing");
    return 0;
}

/* A unit that nothing would be shown in is a mistake. */
static PetscErrorCode check_units(const struct page *page, bool plot)
{
    const struct picture_ask *ask = page->ask;
    bool mesh = stg_input_count(page->task, "mesh") > 0;
    const char *name = mesh && ask->unit.written ? "unit"
                       : plot && ask->length_unit.written ? "length_unit"
                       : !plot && ask->x_unit.written ? "x_unit"
                       : !plot && ask->by_unit.written ? "by_unit" : NULL;

    return name ? stg_fail(page->task, "parameter '%s' has nothing to be shown "
                           "in it: this picture is of %s", name,
                           mesh ? "a mesh" : plot ? "tables" : "a map") : 0;
}

static PetscErrorCode draw(struct page *page)
{
    const struct picture_ask *ask = page->ask;
    const char *path;
    bool plot;

    PetscFunctionBeginUser;
    if (stg_ranks(page->task) != 1)
        PetscFunctionReturn(stg_fail(page->task, "post.picture draws on one "
                                     "rank, not on %d; leave 'ranks' out",
                                     stg_ranks(page->task)));
    PetscCall(stg_output_path(page->task, "picture", &path));
    PetscCall(choose(page, &plot));
    PetscCall(check_units(page, plot));
    page->font = fmax(11, 15 * sqrt(ask->width / 900. * ask->height / 640.));
    page->left = page->font;
    page->right = ask->width - page->font;
    page->top = (*ask->title ? 2.6 : 1) * page->font;
    page->bottom = ask->height - page->font;
    cairo_set_source_rgb(page->cr, 1, 1, 1);
    cairo_paint(page->cr);
    PetscCall(plot ? plot_draw(page) : map_draw(page));
    if (cairo_surface_write_to_png(cairo_get_target(page->cr), path) !=
        CAIRO_STATUS_SUCCESS)
        PetscFunctionReturn(stg_fail(page->task, "cannot write '%s'", path));
    PetscFunctionReturn(0);
}

static PetscErrorCode run(struct stg_task *task)
{
    struct picture_ask ask;
    struct page page = { .task = task, .ask = &ask };
    cairo_surface_t *surface;
    PetscErrorCode rc = stg_agree(task, picture_ask_read(task, &ask));

    if (rc)
        return rc;
    surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, ask.width,
                                         ask.height);
    page.cr = cairo_create(surface);
    rc = draw(&page);
    cairo_destroy(page.cr);
    cairo_surface_destroy(surface);
    return rc;
}

static const struct stg_program program = {
    .name = "fedtwin-post-picture",
    .module = "post.picture",
    .run = run,
};

int main(int argc, char **argv)
{
    return stg_main(argc, argv, &program);
}
