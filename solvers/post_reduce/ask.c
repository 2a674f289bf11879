/* ask.c - read the parameters of post.reduce */
#include <math.h>
#include <stdio.h>

#include "post_reduce/reduce.h"

static PetscErrorCode read_names(const struct stg_value *params,
                                 const char *name, const char *text[],
                                 size_t *n)
{
    struct stg_value list, item;

    if (!stg_has(params, name))
        return 0;
    PetscCall(stg_get(params, name, &list));
    PetscCall(stg_count(&list, n));
    if (*n > REDUCE_NAMES_MAX)
        return stg_fail(params->task, "parameter '%s' has %zu names; the most "
                        "is %d", name, *n, REDUCE_NAMES_MAX);
    for (size_t i = 0; i < *n; i++) {
        PetscCall(stg_element(&list, i, &item));
        PetscCall(stg_as_text(&item, &text[i]));
    }
    return 0;
}

/* Three members of a record, in 'unit'. */
static PetscErrorCode read_triple(const struct stg_value *record,
                                  const char *const names[3],
                                  const char *unit, double x[3])
{
    for (int k = 0; k < 3; k++)
        if (unit)
            PetscCall(stg_get_quantity(record, names[k], unit, &x[k]));
        else
            PetscCall(stg_get_number(record, names[k], &x[k]));
    return 0;
}

static const char *const place[3] = { "x", "y", "z" };

/* The list 'name', and how many records it has. */
static PetscErrorCode open_list(const struct stg_value *params,
                                const char *name, struct stg_value *list,
                                size_t *n)
{
    *n = 0;
    if (!stg_has(params, name))
        return 0;
    PetscCall(stg_get(params, name, list));
    PetscCall(stg_count(list, n));
    if (*n > REDUCE_POINTS_MAX)
        return stg_fail(params->task, "parameter '%s' has %zu entries; the "
                        "most is %d", name, *n, REDUCE_POINTS_MAX);
    return 0;
}

static PetscErrorCode read_points(const struct stg_value *params,
                                  struct reduce_ask *ask)
{
    struct stg_value list, item;

    PetscCall(open_list(params, "probes", &list, &ask->n_points));
    PetscCall(PetscMalloc1(ask->n_points + 1, &ask->point));
    for (size_t i = 0; i < ask->n_points; i++) {
        PetscCall(stg_element(&list, i, &item));
        PetscCall(read_triple(&item, place, "m", ask->point[i]));
    }
    return 0;
}

static PetscErrorCode read_lines(const struct stg_value *params,
                                 struct reduce_ask *ask)
{
    static const char *const to[3] = { "to_x", "to_y", "to_z" };
    struct stg_value list, item;

    PetscCall(open_list(params, "lines", &list, &ask->n_lines));
    PetscCall(PetscMalloc1(ask->n_lines + 1, &ask->line));
    for (size_t i = 0; i < ask->n_lines; i++) {
        struct reduce_line *line = &ask->line[i];
        double length = 0;
        int64_t samples;

        PetscCall(stg_element(&list, i, &item));
        PetscCall(read_triple(&item, place, "m", line->from));
        PetscCall(read_triple(&item, to, "m", line->to));
        PetscCall(stg_get_integer(&item, "samples", &samples));
        for (int k = 0; k < 3; k++)
            length += fabs(line->to[k] - line->from[k]);
        if (!(length > 0))
            return stg_fail(params->task, "parameter 'lines': line %zu ends "
                            "where it begins", i + 1);
        if (samples < 2 || samples > REDUCE_POINTS_MAX)
            return stg_fail(params->task, "parameter 'lines': line %zu has "
                            "%lld samples; give 2 to %d", i + 1,
                            (long long)samples, REDUCE_POINTS_MAX);
        line->samples = (int)samples;
    }
    return 0;
}

static PetscErrorCode read_planes(const struct stg_value *params,
                                  struct reduce_ask *ask)
{
    static const char *const normal[3] = { "normal_x", "normal_y",
                                           "normal_z" };
    struct stg_value list, item;

    PetscCall(open_list(params, "planes", &list, &ask->n_planes));
    PetscCall(PetscMalloc1(ask->n_planes + 1, &ask->plane));
    for (size_t i = 0; i < ask->n_planes; i++) {
        struct post_plane *plane = &ask->plane[i];
        double x[3], *n = plane->normal, length;

        PetscCall(stg_element(&list, i, &item));
        PetscCall(read_triple(&item, place, "m", x));
        PetscCall(read_triple(&item, normal, NULL, n));
        length = sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
        if (!(length > 0))
            return stg_fail(params->task, "parameter 'planes': the normal of "
                            "plane %zu is zero; give normal_x, normal_y or "
                            "normal_z", i + 1);
        plane->offset = 0;
        for (int k = 0; k < 3; k++) {
            n[k] /= length;
            plane->offset += n[k] * x[k];
        }
    }
    return 0;
}

static PetscErrorCode read_quantiles(const struct stg_value *params,
                                     struct reduce_ask *ask)
{
    struct stg_value list, item;

    if (!stg_has(params, "quantiles"))
        return 0;
    PetscCall(stg_get(params, "quantiles", &list));
    PetscCall(stg_count(&list, &ask->n_quantiles));
    if (ask->n_quantiles > REDUCE_QUANTILES_MAX)
        return stg_fail(params->task, "parameter 'quantiles' has %zu entries; "
                        "the most is %d", ask->n_quantiles,
                        REDUCE_QUANTILES_MAX);
    for (size_t i = 0; i < ask->n_quantiles; i++) {
        PetscCall(stg_element(&list, i, &item));
        PetscCall(stg_as_number(&item, &ask->quantile[i]));
        if (!(ask->quantile[i] >= 0 && ask->quantile[i] <= 1))
            return stg_fail(params->task, "parameter 'quantiles': %g is not "
                            "from 0 to 1", ask->quantile[i]);
    }
    return 0;
}

PetscErrorCode reduce_ask_read(struct stg_task *task, struct reduce_ask *ask)
{
    const struct stg_value params = stg_params(task);

    ask->component = "";
    if (stg_has(&params, "component"))
        PetscCall(stg_get_text(&params, "component", &ask->component));
    PetscCall(read_names(&params, "groups", ask->group, &ask->n_groups));
    if (ask->n_groups == 0)
        ask->group[ask->n_groups++] = "*";
    PetscCall(read_names(&params, "surfaces", ask->surface,
                         &ask->n_surfaces));
    PetscCall(read_names(&params, "points", ask->point_group,
                         &ask->n_point_groups));
    PetscCall(read_points(&params, ask));
    PetscCall(read_lines(&params, ask));
    PetscCall(read_planes(&params, ask));
    return read_quantiles(&params, ask);
}

void reduce_ask_release(struct reduce_ask *ask)
{
    PetscFree(ask->point);
    PetscFree(ask->line);
    PetscFree(ask->plane);
}
