/* param_json.c - parameters as a program gets them
 *
 * As their values are, but for units: with a text alone no program could
 * convert anything, so it is told what the unit means.
 */
#include <json-c/json.h>

#include "base/alloc.h"
#include "base/json.h"
#include "model/params.h"

static struct json_object *value_json(const struct ft_param *param,
                                      const struct ft_value *value);

/* {"written":"degC","unit":"K","scale":1,"zero":273.15}: x of it are
 * zero + scale * x of the SI unit. */
static struct json_object *unit_json(const char *text)
{
    const struct ft_unit *unit = ft_unit_parse(text, NULL);
    struct json_object *obj = json_object_new_object();

    if (!unit)
        FT_BUG("the unit '%s' was not checked", text);
    ft_json_add_str(obj, "written", text);
    ft_json_add_str(obj, "unit", ft_unit_si_text(unit));
    ft_json_add_num(obj, "scale", ft_unit_scale(unit));
    ft_json_add_num(obj, "zero", ft_unit_to_si(unit, 0));
    return obj;
}

static struct json_object *list_json(const struct ft_param *one,
                                     const struct ft_value *list)
{
    struct json_object *array = json_object_new_array();

    for (size_t i = 0; i < list->n; i++)
        json_object_array_add(array, value_json(one, &list->item[i]));
    return array;
}

static struct json_object *group_json(const struct ft_param *one,
                                      const struct ft_value *map)
{
    struct json_object *obj = json_object_new_object();

    for (size_t i = 0; i < map->n; i++)
        json_object_object_add(obj, map->key[i],
                               value_json(one, &map->item[i]));
    return obj;
}

static struct json_object *value_json(const struct ft_param *param,
                                      const struct ft_value *value)
{
    const struct ft_params fields = { param->field, param->n_fields };
    struct ft_param one = *param;

    one.each = FT_EACH_ONE;
    if (param->each == FT_EACH_LIST)
        return list_json(&one, value);
    if (param->each == FT_EACH_GROUP)
        return group_json(&one, value);
    if (param->type == FT_PARAM_RECORD)
        return ft_params_json(&fields, value);
    return param->type == FT_PARAM_UNIT ? unit_json(value->text)
                                        : ft_value_json(value);
}

struct json_object *ft_params_json(const struct ft_params *declared,
                                   const struct ft_value *values)
{
    struct json_object *obj = json_object_new_object();

    for (size_t i = 0; i < values->n; i++)
        json_object_object_add(
            obj, values->key[i],
            value_json(ft_params_find(declared, values->key[i]),
                       &values->item[i]));
    return obj;
}
