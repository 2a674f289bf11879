/* options.c - read and check the parameters of mesh.gmsh */
#include "mesh_gmsh/options.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* What users call things, and Gmsh's number for it. */
struct choice {
    const char *name;
    int number;
};

static const struct choice algorithms_2d[] = {
    { "auto", 2 },     { "meshadapt", 1 },     { "delaunay", 5 },
    { "frontal", 6 },  { "frontal-quads", 8 }, { NULL, 0 },
};
/* HXT makes better shapes, but orders its work by addresses in memory, so its
 * meshes differ from run to run: it is not the default. */
static const struct choice algorithms_3d[] = {
    { "delaunay", 1 },
    { "hxt", 10 },
    { NULL, 0 },
};
static const struct choice group_sources[] = {
    { "physical", 0 }, { "entities", 1 }, { NULL, 0 },
};

static const struct {
    const char *ending, *used;
    enum geometry_kind kind;
} endings[] = {
    { "geo", "geo", GEOMETRY_SCRIPT },
    { "geo_unrolled", "geo_unrolled", GEOMETRY_SCRIPT },
    { "step", "step", GEOMETRY_STEP },
    { "stp", "step", GEOMETRY_STEP },
    { "brep", "brep", GEOMETRY_BREP },
    { "msh", "msh", GEOMETRY_MESH },
};

static PetscErrorCode read_ending(struct stg_task *task,
                                  struct options *options)
{
    const char *dot = strrchr(options->geometry, '.');

    for (size_t i = 0; dot && i < sizeof(endings) / sizeof(endings[0]); i++) {
        if (strcasecmp(dot + 1, endings[i].ending) != 0)
            continue;
        options->ending = endings[i].used;
        options->kind = endings[i].kind;
        return 0;
    }
    return stg_fail(task, "'%s' is none of .geo, .geo_unrolled, .step, .stp, "
                    ".brep, .msh",
                    options->geometry);
}

static PetscErrorCode read_choice(const struct stg_value *params,
                                  const char *name,
                                  const struct choice *choice, int *number)
{
    const char *text;

    if (!stg_has(params, name))
        return 0;
    PetscCall(stg_get_text(params, name, &text));
    for (; choice->name; choice++) {
        if (strcmp(choice->name, text) == 0) {
            *number = choice->number;
            return 0;
        }
    }
    return stg_fail(params->task, "parameter '%s' cannot be '%s'", name, text);
}

static PetscErrorCode read_length(const struct stg_value *params,
                                  const char *name, double *length_m)
{
    if (!stg_has(params, name))
        return 0;
    PetscCall(stg_get_quantity(params, name, "m", length_m));
    if (*length_m <= 0)
        return stg_fail(params->task, "'%s' is %g m, but must be more than 0",
                        name, *length_m);
    return 0;
}

static PetscErrorCode read_sizes(const struct stg_value *params,
                                 struct options *options)
{
    PetscCall(read_length(params, "size", &options->size_m));
    PetscCall(read_length(params, "min_size", &options->min_size_m));
    if (options->size_m > 0 && options->min_size_m > options->size_m)
        return stg_fail(params->task, "'min_size' is %g m, more than 'size', "
                        "%g m",
                        options->min_size_m, options->size_m);
    if (stg_has(params, "size_factor"))
        PetscCall(stg_get_number(params, "size_factor",
                                 &options->size_factor));
    if (options->size_factor < 0)
        return stg_fail(params->task, "'size_factor' must be more than 0");
    if (options->kind == GEOMETRY_MESH &&
        (options->size_m > 0 || options->min_size_m > 0 ||
         options->size_factor > 0))
        return stg_fail(params->task, "'%s' is a mesh already; leave out "
                        "'size', 'min_size' and 'size_factor'",
                        options->geometry);
    return 0;
}

static PetscErrorCode read_size_field(struct stg_task *task,
                                      struct options *options)
{
    if (stg_input_count(task, "size_field") == 0)
        return 0;
    if (options->kind == GEOMETRY_MESH)
        return stg_fail(task, "'%s' is a mesh already; leave out "
                        "'size_field'",
                        options->geometry);
    if (stg_ranks(task) > 1)
        return stg_fail(task, "with 'size_field' mesh.gmsh works on one rank; "
                        "leave out 'ranks' in 'resources'");
    return stg_input_path(task, "size_field", &options->size_field);
}

static PetscErrorCode read_length_unit(const struct stg_value *params,
                                       struct options *options)
{
    options->length_unit_m = 1;
    PetscCall(read_length(params, "length_unit", &options->length_unit_m));
    if (options->kind == GEOMETRY_STEP && options->length_unit_m != 1)
        return stg_fail(params->task, "a STEP file says its own unit; leave "
                        "out 'length_unit'");
    return 0;
}

static PetscErrorCode read_dimension(const struct stg_value *params,
                                     struct options *options)
{
    int64_t dimension = 3, order = 1;

    if (stg_has(params, "dimension"))
        PetscCall(stg_get_integer(params, "dimension", &dimension));
    if (dimension != 2 && dimension != 3)
        return stg_fail(params->task, "'dimension' is %lld, but must be 2 or "
                        "3",
                        (long long)dimension);
    if (stg_has(params, "order"))
        PetscCall(stg_get_integer(params, "order", &order));
    if (order != 1 && order != 2)
        return stg_fail(params->task, "'order' is %lld, but must be 1 or 2",
                        (long long)order);
    if (order == 2 && options->kind == GEOMETRY_MESH)
        return stg_fail(params->task, "'%s' is a mesh already; leave out "
                        "'order'",
                        options->geometry);
    options->order = (int)order;
    options->dimension = (int)dimension;
    return 0;
}

static PetscErrorCode read_flag(const struct stg_value *params,
                                const char *name, bool *yes)
{
    return stg_has(params, name) ? stg_get_bool(params, name, yes) : 0;
}

/* --- values for the geometry's own parameters ----------------------------- */

static bool is_identifier(const char *name)
{
    if (!isalpha((unsigned char)*name) && *name != '_')
        return false;
    while (*++name)
        if (!isalnum((unsigned char)*name) && *name != '_')
            return false;
    return true;
}

PetscErrorCode options_parameter(const struct options *options, size_t i,
                                 const char **name, double *value)
{
    struct stg_value item;

    PetscCall(stg_member(&options->parameters, i, name, &item));
    if (!is_identifier(*name))
        return stg_fail(options->parameters.task,
                        "'%s' in 'parameters' cannot be a name in a geometry",
                        *name);
    return stg_as_number(&item, value);
}

static PetscErrorCode read_parameters(const struct stg_value *params,
                                      struct options *options)
{
    const char *name;
    double value;

    if (!stg_has(params, "parameters"))
        return 0;
    PetscCall(stg_get(params, "parameters", &options->parameters));
    PetscCall(stg_count(&options->parameters, &options->n_parameters));
    if (options->n_parameters > 0 && options->kind != GEOMETRY_SCRIPT)
        return stg_fail(params->task, "only a .geo file takes 'parameters'");
    for (size_t i = 0; i < options->n_parameters; i++)
        PetscCall(options_parameter(options, i, &name, &value));
    return 0;
}

PetscErrorCode options_read(struct stg_task *task, struct options *options)
{
    const struct stg_value params = stg_params(task);
    int entities = 0;

    *options = (struct options){ .algorithm_2d = 5, .algorithm_3d = 1,
                                 .optimize = true };
    PetscCall(stg_input_path(task, "geometry", &options->geometry));
    PetscCall(read_ending(task, options));
    PetscCall(read_dimension(&params, options));
    PetscCall(read_sizes(&params, options));
    PetscCall(read_length_unit(&params, options));
    PetscCall(read_size_field(task, options));
    PetscCall(read_choice(&params, "algorithm_2d", algorithms_2d,
                          &options->algorithm_2d));
    PetscCall(read_choice(&params, "algorithm_3d", algorithms_3d,
                          &options->algorithm_3d));
    PetscCall(read_choice(&params, "groups", group_sources, &entities));
    options->entities = entities;
    PetscCall(read_flag(&params, "heal", &options->heal));
    PetscCall(read_flag(&params, "optimize", &options->optimize));
    return read_parameters(&params, options);
}
