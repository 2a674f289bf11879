/* params.c - typed access to the parameters of a task */
#include "stage/task.h"

#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void name_part(const struct stg_value *whole, const char *part,
                      struct stg_value *value)
{
    char name[sizeof(value->name)];

    snprintf(name, sizeof(name), "%.60s%s%.60s", whole->name,
             whole->name[0] && part[0] != '[' ? "." : "", part);
    memcpy(value->name, name, sizeof(name));
    value->task = whole->task;
}

static struct json_object *find(const struct stg_value *map, const char *name)
{
    struct json_object *member = NULL;

    if (json_object_is_type(map->json, json_type_object))
        json_object_object_get_ex(map->json, name, &member);
    return member; /* null counts as absent */
}

static PetscErrorCode expected(const struct stg_value *value, const char *what)
{
    return stg_fail(value->task, "parameter '%s' must be %s, not %.60s",
                    value->name, what, json_object_to_json_string(value->json));
}

bool stg_has(const struct stg_value *map, const char *name)
{
    return find(map, name) != NULL;
}

PetscErrorCode stg_get(const struct stg_value *map, const char *name,
                       struct stg_value *value)
{
    struct json_object *member = find(map, name);
    struct stg_value found;

    name_part(map, name, &found);
    if (!member)
        return stg_fail(map->task, "parameter '%s' is missing", found.name);
    found.json = member;
    *value = found;
    return 0;
}

/* --- single values -------------------------------------------------------- */

static bool finite_number(struct json_object *json, double *x)
{
    if (!json_object_is_type(json, json_type_double) &&
        !json_object_is_type(json, json_type_int))
        return false;
    *x = json_object_get_double(json);
    return isfinite(*x);
}

PetscErrorCode stg_as_quantity(const struct stg_value *value, const char *unit,
                               double *si)
{
    struct json_object *number = NULL, *text = NULL;
    const char *given;
    double x;

    if (!json_object_object_get_ex(value->json, "value", &number) ||
        !finite_number(number, &x) ||
        !json_object_object_get_ex(value->json, "unit", &text) ||
        !json_object_is_type(text, json_type_string))
        return expected(value, "a number with a unit");
    given = json_object_get_string(text);
    if (unit && !stg_unit_same(given, unit))
        return stg_fail(value->task, "parameter '%s' is in '%s', not in '%s'",
                        value->name, given, unit);
    *si = x;
    return 0;
}

PetscErrorCode stg_as_number(const struct stg_value *value, double *x)
{
    double number;

    if (!finite_number(value->json, &number))
        return expected(value, "a number");
    *x = number;
    return 0;
}

PetscErrorCode stg_as_integer(const struct stg_value *value, int64_t *n)
{
    if (!json_object_is_type(value->json, json_type_int))
        return expected(value, "an integer");
    *n = json_object_get_int64(value->json);
    return 0;
}

PetscErrorCode stg_as_text(const struct stg_value *value, const char **text)
{
    if (!json_object_is_type(value->json, json_type_string))
        return expected(value, "a text");
    *text = json_object_get_string(value->json);
    return 0;
}

PetscErrorCode stg_as_bool(const struct stg_value *value, bool *yes)
{
    if (!json_object_is_type(value->json, json_type_boolean))
        return expected(value, "true or false");
    *yes = json_object_get_boolean(value->json);
    return 0;
}

PetscErrorCode stg_get_quantity(const struct stg_value *map, const char *name,
                                const char *unit, double *si)
{
    struct stg_value value;

    PetscCall(stg_get(map, name, &value));
    return stg_as_quantity(&value, unit, si);
}

PetscErrorCode stg_get_number(const struct stg_value *map, const char *name,
                              double *x)
{
    struct stg_value value;

    PetscCall(stg_get(map, name, &value));
    return stg_as_number(&value, x);
}

PetscErrorCode stg_get_integer(const struct stg_value *map, const char *name,
                               int64_t *n)
{
    struct stg_value value;

    PetscCall(stg_get(map, name, &value));
    return stg_as_integer(&value, n);
}

PetscErrorCode stg_get_text(const struct stg_value *map, const char *name,
                            const char **text)
{
    struct stg_value value;

    PetscCall(stg_get(map, name, &value));
    return stg_as_text(&value, text);
}

PetscErrorCode stg_get_bool(const struct stg_value *map, const char *name,
                            bool *yes)
{
    struct stg_value value;

    PetscCall(stg_get(map, name, &value));
    return stg_as_bool(&value, yes);
}

PetscErrorCode stg_get_unit(const struct stg_value *map, const char *name,
                            struct stg_unit *unit)
{
    struct stg_value value;
    struct stg_unit found;

    PetscCall(stg_get(map, name, &value));
    if (!json_object_is_type(value.json, json_type_object))
        return expected(&value, "a unit");
    PetscCall(stg_get_text(&value, "written", &found.written));
    PetscCall(stg_get_text(&value, "unit", &found.si));
    PetscCall(stg_get_number(&value, "scale", &found.scale));
    PetscCall(stg_get_number(&value, "zero", &found.zero));
    if (!(found.scale > 0))
        return expected(&value, "a unit");
    *unit = found;
    return 0;
}

/* --- mappings and lists --------------------------------------------------- */

PetscErrorCode stg_count(const struct stg_value *value, size_t *n)
{
    if (json_object_is_type(value->json, json_type_array))
        *n = json_object_array_length(value->json);
    else if (json_object_is_type(value->json, json_type_object))
        *n = (size_t)json_object_object_length(value->json);
    else
        return expected(value, "a mapping or a list");
    return 0;
}

PetscErrorCode stg_member(const struct stg_value *map, size_t i,
                          const char **name, struct stg_value *value)
{
    if (!json_object_is_type(map->json, json_type_object))
        return expected(map, "a mapping");
    json_object_object_foreach(map->json, key, json)
    {
        if (i-- > 0)
            continue;
        *name = key;
        name_part(map, key, value);
        value->json = json;
        return 0;
    }
    return stg_fail(map->task, "parameter '%s' has no such member", map->name);
}

PetscErrorCode stg_element(const struct stg_value *list, size_t i,
                           struct stg_value *value)
{
    char index[32];

    if (!json_object_is_type(list->json, json_type_array))
        return expected(list, "a list");
    snprintf(index, sizeof(index), "[%zu]", i);
    if (i >= json_object_array_length(list->json))
        return stg_fail(list->task, "parameter '%s' has no element %s",
                        list->name, index);
    name_part(list, index, value);
    value->json = json_object_array_get_idx(list->json, i);
    return 0;
}

bool stg_group_value(const struct stg_value *map, const char *group,
                     struct stg_value *value)
{
    const char *name = find(map, group) ? group : "*";
    struct json_object *json = find(map, name);

    if (!json)
        return false;
    name_part(map, name, value);
    value->json = json;
    return true;
}
