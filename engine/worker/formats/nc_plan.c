/* nc_plan.c - which part of a netCDF file becomes an image */
#include "worker/formats/nc_plan.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"

#define CUT (-1)
#define OPEN (-2) /* an axis of which nothing tells the direction */
#define OTHERS_MAX 100 /* bytes of the list of variables */

/* --- the variable --------------------------------------------------------- */

struct others {
    struct ft_str list;
    char *first;
    size_t n;
};

static void note_other(const char *path, void *arg)
{
    struct others *others = arg;

    if (!others->n++)
        others->first = ft_strdup(path);
    if (others->list.len < OTHERS_MAX)
        ft_str_addf(&others->list, "%s%.40s", others->list.len ? ", " : "",
                    path);
}

static int choose(struct ft_nc_plan *plan, const char *array,
                  struct ft_err *err)
{
    struct others others = { .list = FT_STR_INIT };
    struct ft_nc *nc = &plan->nc;
    int rc = array ? nc->format->find(nc, array, &plan->var, err) : 0;

    if (rc == 0)
        rc = nc->format->list(nc, note_other, &others, err) < 0 ? -1 : 0;
    if (rc == 0 && !array && others.n == 1)
        rc = nc->format->find(nc, others.first, &plan->var, err);
    if (rc == 0) {
        rc = ft_err_set(err, FT_EFORMAT, array ? "%s: there is no variable '%s'"
                        : others.n ? "%s: which variable?%s"
                                   : "%s: there is no variable with a grid%s",
                        nc->name, array ? array : "");
        if (others.n)
            ft_err_hint(err, "give --array: %s", others.list.s);
    }
    free(others.first);
    ft_str_release(&others.list);
    return rc < 0 ? -1 : 0;
}

static int check_variable(const struct ft_nc_plan *plan, struct ft_err *err)
{
    const struct ft_nc_var *var = &plan->var;

    if (!var->kind || !var->rank)
        return ft_err_set(err, FT_EFORMAT, "%s: '%s' is %s", plan->nc.name,
                          var->path, var->kind ? "a single number" : "text");
    for (int i = 0; i < var->rank; i++)
        if (!var->dim[i])
            return ft_err_set(err, FT_EFORMAT, "%s: '%s' has no values",
                              plan->nc.name, var->path);
    return 0;
}

/* --- dimensions ----------------------------------------------------------- */

static int read_texts(struct ft_nc *nc, const struct ft_nc_var *var,
                      char **text, struct ft_err *err)
{
    for (int i = 0; i < FT_IMAGE_TEXTS; i++)
        if (ft_nc_text(nc, var, ft_image_text_name[i], &text[i], err) < 0)
            return -1;
    return 0;
}

static bool is_one_of(const char *text, const char *const *list)
{
    for (; text && *list; list++)
        if (strcasecmp(text, *list) == 0)
            return true;
    return false;
}

/* By the means of CF: axis, standard_name, units, positive. */
static int role_of(const struct ft_nc_dim *dim)
{
    static const char *const x[] = {
        "X", "longitude", "grid_longitude", "projection_x_coordinate",
        "degrees_east", "degree_east", "degree_E", "degrees_E", "degreeE",
        "degreesE", NULL
    };
    static const char *const y[] = {
        "Y", "latitude", "grid_latitude", "projection_y_coordinate",
        "degrees_north", "degree_north", "degree_N", "degrees_N", "degreeN",
        "degreesN", NULL
    };
    static const char *const z[] = { "Z", "height", "altitude", "depth",
                                     "air_pressure", NULL };
    static const int telling[] = { FT_IMAGE_AXIS, FT_IMAGE_STANDARD_NAME,
                                   FT_IMAGE_UNITS };

    for (size_t i = 0; i < FT_ARRAY_LEN(telling); i++) {
        const char *text = dim->text[telling[i]];

        if (is_one_of(text, x))
            return 0;
        if (is_one_of(text, y))
            return 1;
        if (is_one_of(text, z))
            return 2;
    }
    return dim->text[FT_IMAGE_POSITIVE] ? 2 : OPEN;
}

static bool is_time(const struct ft_nc_dim *dim)
{
    const char *units = dim->text[FT_IMAGE_UNITS];
    const char *axis = dim->text[FT_IMAGE_AXIS];

    return (units && strstr(units, " since ")) ||
           (axis && strcmp(axis, "T") == 0);
}

static int look_at_dimension(struct ft_nc_plan *plan, int i,
                             struct ft_err *err)
{
    static const char *const plain[] = { "x", "y", "z" };
    struct ft_nc_dim *dim = &plan->dim[i];
    struct ft_nc *nc = &plan->nc;
    int from_last = plan->var.rank - 1 - i, rc = 0;

    dim->name = plan->var.dim_name[i] ? ft_path_base(plan->var.dim_name[i])
                : from_last < 3 ? plain[from_last] : "";
    if (plan->var.dim_name[i])
        rc = nc->format->coordinate(nc, &plan->var, i, &dim->coordinate, err);
    if (rc < 0)
        return -1;
    dim->has_values = rc > 0;
    if (dim->has_values && dim->coordinate.dim[0] != plan->var.dim[i])
        return ft_err_set(err, FT_EFORMAT, "%s: dimension '%s' has %llu "
                          "values, its coordinate %llu", nc->name, dim->name,
                          (unsigned long long)plan->var.dim[i],
                          (unsigned long long)dim->coordinate.dim[0]);
    if (dim->has_values && read_texts(nc, &dim->coordinate, dim->text, err) < 0)
        return -1;
    dim->time = is_time(dim);
    dim->role = role_of(dim);
    return 0;
}

static int check_dimensions(const struct ft_nc_plan *plan, struct ft_err *err)
{
    for (int i = 0; i < plan->var.rank; i++)
        for (int k = 0; k < i; k++)
            if (strcmp(plan->dim[i].name, plan->dim[k].name) == 0)
                return ft_err_set(err, FT_EFORMAT, "%s: '%s' has the "
                                  "dimension '%s' twice", plan->nc.name,
                                  plan->var.path, plan->dim[i].name);
    return 0;
}

/* --- cutting -------------------------------------------------------------- */

static int cut_wanted(struct ft_nc_plan *plan, struct json_object *slice,
                      struct ft_err *err)
{
    if (!slice)
        return 0;
    json_object_object_foreach(slice, name, value) {
        int64_t at = json_object_get_int64(value);
        int i = 0;

        while (i < plan->var.rank && strcmp(plan->dim[i].name, name) != 0)
            i++;
        if (i == plan->var.rank)
            return ft_err_set(err, FT_EFORMAT, "%s: '%s' has no dimension "
                              "'%s'", plan->nc.name, plan->var.path, name);
        if (at < 0 || (uint64_t)at >= plan->var.dim[i])
            return ft_err_set(err, FT_EFORMAT, "%s: dimension '%s' has the "
                              "indices 0 to %llu, not %lld", plan->nc.name,
                              name, (unsigned long long)plan->var.dim[i] - 1,
                              (long long)at);
        plan->dim[i].role = CUT;
        plan->dim[i].at = (uint64_t)at;
    }
    return 0;
}

static int ask_for_slice(const struct ft_nc_plan *plan, int i,
                         struct ft_err *err)
{
    ft_err_set(err, FT_EFORMAT, "%s: '%s' has %llu %s '%s': an image has one "
               "time and at most three dimensions", plan->nc.name,
               plan->var.path, (unsigned long long)plan->var.dim[i],
               plan->dim[i].time ? "times along" : "values along",
               plan->dim[i].name);
    return ft_err_hint(err, "choose one: --slice %s=0 is the first",
                       plan->dim[i].name);
}

static int cut_rest(struct ft_nc_plan *plan, struct ft_err *err)
{
    int left = 0, first = -1;

    for (int i = 0; i < plan->var.rank; i++) {
        struct ft_nc_dim *dim = &plan->dim[i];

        if (dim->role != CUT && plan->var.dim[i] == 1)
            dim->role = CUT;
        if (dim->role == CUT)
            continue;
        if (dim->time)
            return ask_for_slice(plan, i, err);
        left++;
        first = first < 0 ? i : first;
    }
    if (!left)
        plan->dim[plan->var.rank - 1].role = OPEN; /* an image of one point */
    return left > 3 ? ask_for_slice(plan, first, err) : 0;
}

/* A section along x and z, or y and z, is an image in the plane too. */
static void close_gaps(struct ft_nc_plan *plan)
{
    int now[3], n = 0;

    for (int role = 0; role < 3; role++) {
        now[role] = n;
        for (int i = 0; i < plan->var.rank; i++)
            n += plan->dim[i].role == role;
    }
    for (int i = 0; i < plan->var.rank; i++)
        if (plan->dim[i].role >= 0)
            plan->dim[i].role = now[plan->dim[i].role];
}

/* Of which nothing tells: the last is x, the one before y, then z. */
static int give_roles(struct ft_nc_plan *plan, struct ft_err *err)
{
    const char *taken[3] = { NULL };

    for (int i = 0; i < plan->var.rank; i++) {
        struct ft_nc_dim *dim = &plan->dim[i];

        if (dim->role < 0)
            continue;
        if (taken[dim->role])
            return ft_err_set(err, FT_EFORMAT, "%s: '%s' and '%s' are both "
                              "the %c axis", plan->nc.name, taken[dim->role],
                              dim->name, "xyz"[dim->role]);
        taken[dim->role] = dim->name;
    }
    for (int i = plan->var.rank - 1; i >= 0; i--) {
        struct ft_nc_dim *dim = &plan->dim[i];
        int role = 0;

        if (dim->role != OPEN)
            continue;
        while (taken[role])
            role++;
        taken[role] = dim->name;
        dim->role = role;
    }
    close_gaps(plan);
    return 0;
}

/* -------------------------------------------------------------------------- */

int ft_nc_plan_init(struct ft_nc_plan *plan, const char *src,
                    const struct ft_nc_want *want, struct ft_err *err)
{
    *plan = (struct ft_nc_plan){ .nc.name = src };
    if (ft_nc_open(&plan->nc, src, err) < 0 ||
        choose(plan, want->array, err) < 0 || check_variable(plan, err) < 0 ||
        read_texts(&plan->nc, &plan->var, plan->text, err) < 0)
        return -1;
    for (int i = 0; i < plan->var.rank; i++)
        if (look_at_dimension(plan, i, err) < 0)
            return -1;
    if (check_dimensions(plan, err) < 0 ||
        cut_wanted(plan, want->slice, err) < 0 || cut_rest(plan, err) < 0)
        return -1;
    return give_roles(plan, err);
}

void ft_nc_plan_release(struct ft_nc_plan *plan)
{
    for (int i = 0; i < FT_NC_RANK_MAX; i++) {
        ft_nc_var_release(&plan->dim[i].coordinate);
        for (int k = 0; k < FT_IMAGE_TEXTS; k++)
            free(plan->dim[i].text[k]);
    }
    for (int k = 0; k < FT_IMAGE_TEXTS; k++)
        free(plan->text[k]);
    ft_nc_var_release(&plan->var);
    ft_nc_close(&plan->nc);
}

int ft_nc_survey(const char *src, const struct ft_nc_want *want,
                 struct json_object *answer, struct ft_err *err)
{
    struct json_object *axes = json_object_new_object();
    struct ft_nc_plan plan;
    int rc = ft_nc_plan_init(&plan, src, want, err);

    json_object_object_add(answer, "axes", axes);
    if (rc == 0) {
        ft_json_add_str(answer, "array", plan.var.path);
        ft_json_add_str(answer, "unit", plan.text[FT_IMAGE_UNITS]);
    }
    for (int i = 0; rc == 0 && i < plan.var.rank; i++)
        if (plan.dim[i].role >= 0 && plan.dim[i].has_values) {
            struct json_object *axis = json_object_new_object();

            ft_json_add_str(axis, "unit", plan.dim[i].text[FT_IMAGE_UNITS]);
            json_object_object_add(axes, plan.dim[i].name, axis);
        }
    ft_nc_plan_release(&plan);
    return rc;
}
