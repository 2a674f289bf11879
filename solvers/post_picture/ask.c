/* ask.c - read the parameters of post.picture */
#include <math.h>
#include <string.h>

#include "post_picture/picture.h"

/* Parameters with a default in the manifest, which tasks by hand may lack. */
static PetscErrorCode get_text(const struct stg_value *params,
                               const char *name, const char **text)
{
    return stg_has(params, name) ? stg_get_text(params, name, text) : 0;
}

static PetscErrorCode get_bool(const struct stg_value *params,
                               const char *name, bool *yes)
{
    return stg_has(params, name) ? stg_get_bool(params, name, yes) : 0;
}

static PetscErrorCode get_number(const struct stg_value *params,
                                 const char *name, double *x)
{
    return stg_has(params, name) ? stg_get_number(params, name, x) : 0;
}

static PetscErrorCode get_angle(const struct stg_value *params,
                                const char *name, double *x)
{
    return stg_has(params, name) ? stg_get_quantity(params, name, "rad", x)
                                 : 0;
}

static PetscErrorCode get_integer(const struct stg_value *params,
                                  const char *name, int64_t *n)
{
    return stg_has(params, name) ? stg_get_integer(params, name, n) : 0;
}

static PetscErrorCode get_unit(const struct stg_value *params,
                               const char *name, struct stg_unit *unit)
{
    return stg_has(params, name) ? stg_get_unit(params, name, unit) : 0;
}

static PetscErrorCode read_units(const struct stg_value *params,
                                 struct picture_ask *ask)
{
    PetscCall(get_unit(params, "unit", &ask->unit));
    PetscCall(get_unit(params, "x_unit", &ask->x_unit));
    PetscCall(get_unit(params, "by_unit", &ask->by_unit));
    PetscCall(get_unit(params, "length_unit", &ask->length_unit));
    return stg_show_in(params->task, &ask->length_unit, "a length", "m", 0,
                       NULL);
}

static PetscErrorCode read_plane(const struct stg_value *params,
                                 struct picture_ask *ask)
{
    static const char *const at[3] = { "x", "y", "z" };
    static const char *const along[3] = { "normal_x", "normal_y", "normal_z" };
    double x, length = 0, *normal = ask->plane.normal;
    struct stg_value plane;

    ask->cut = stg_has(params, "plane");
    if (!ask->cut)
        return 0;
    PetscCall(stg_get(params, "plane", &plane));
    for (int k = 0; k < 3; k++) {
        PetscCall(stg_get_number(&plane, along[k], &normal[k]));
        length += normal[k] * normal[k];
    }
    length = sqrt(length);
    if (!(length > 0))
        return stg_fail(params->task, "parameter 'plane': its normal is zero; "
                        "give normal_x, normal_y or normal_z");
    for (int k = 0; k < 3; k++) {
        normal[k] /= length;
        PetscCall(stg_get_quantity(&plane, at[k], "m", &x));
        ask->plane.offset += normal[k] * x;
    }
    return 0;
}

static PetscErrorCode read_columns(const struct stg_value *params,
                                   struct picture_ask *ask)
{
    struct stg_value list, item;

    PetscCall(get_text(params, "x", &ask->x));
    if (!stg_has(params, "y"))
        return 0;
    PetscCall(stg_get(params, "y", &list));
    PetscCall(stg_count(&list, &ask->n_y));
    if (ask->n_y > PICTURE_CURVES_MAX)
        return stg_fail(params->task, "parameter 'y' has %zu columns; the most "
                        "is %d", ask->n_y, PICTURE_CURVES_MAX);
    for (size_t i = 0; i < ask->n_y; i++) {
        PetscCall(stg_element(&list, i, &item));
        PetscCall(stg_as_text(&item, &ask->y[i]));
    }
    return 0;
}

static PetscErrorCode check(struct stg_task *task,
                            const struct picture_ask *ask, int64_t width,
                            int64_t height)
{
    if (width < 200 || width > 8000 || height < 150 || height > 8000)
        return stg_fail(task, "a picture of %lld x %lld points cannot be "
                        "drawn; give 200 to 8000 for 'width', 150 to 8000 for "
                        "'height'", (long long)width, (long long)height);
    if (ask->min >= ask->max)
        return stg_fail(task, "parameter 'min' is %g, but must be less than "
                        "'max', %g", ask->min, ask->max);
    if (ask->log && ask->min <= 0)
        return stg_fail(task, "parameter 'min' is %g, but a logarithmic scale "
                        "has positive values only", ask->min);
    if (!(ask->zoom > 0))
        return stg_fail(task, "parameter 'zoom' is %g, but must be more than "
                        "0", ask->zoom);
    return 0;
}

PetscErrorCode picture_ask_read(struct stg_task *task, struct picture_ask *ask)
{
    const struct stg_value params = stg_params(task);
    int64_t width = 900, height = 640, levels = 0;
    const char *map = "sequential", *style = "lines";

    *ask = (struct picture_ask){
        .title = "", .component = "", .x = "", .by = "", .y_label = "",
        .azimuth = -M_PI / 3, .elevation = M_PI / 6, .zoom = 1,
        .min = NAN, .max = NAN, .all_rows = !stg_has(&params, "row"),
    };
    PetscCall(get_text(&params, "title", &ask->title));
    PetscCall(get_text(&params, "component", &ask->component));
    PetscCall(get_text(&params, "colours", &map));
    PetscCall(get_text(&params, "style", &style));
    PetscCall(get_text(&params, "by", &ask->by));
    PetscCall(get_text(&params, "y_label", &ask->y_label));
    PetscCall(get_integer(&params, "width", &width));
    PetscCall(get_integer(&params, "height", &height));
    PetscCall(get_integer(&params, "levels", &levels));
    PetscCall(get_integer(&params, "row", &ask->row));
    PetscCall(get_angle(&params, "azimuth", &ask->azimuth));
    PetscCall(get_angle(&params, "elevation", &ask->elevation));
    PetscCall(get_number(&params, "zoom", &ask->zoom));
    PetscCall(get_number(&params, "min", &ask->min));
    PetscCall(get_number(&params, "max", &ask->max));
    PetscCall(get_bool(&params, "log", &ask->log));
    PetscCall(get_bool(&params, "log_x", &ask->log_x));
    PetscCall(get_bool(&params, "edges", &ask->edges));
    PetscCall(read_units(&params, ask));
    PetscCall(read_plane(&params, ask));
    PetscCall(read_columns(&params, ask));
    PetscCall(check(task, ask, width, height));
    ask->width = (int)width;
    ask->height = (int)height;
    ask->levels = (int)levels;
    ask->map = map[0] == 'd' ? COLOUR_DIVERGING : COLOUR_SEQUENTIAL;
    ask->points = strcmp(style, "lines") != 0;
    ask->lines = strcmp(style, "points") != 0;
    return 0;
}
