/* schema.c - JSON Schemas of the three kinds of file, from the field tables */
#include "model/schema.h"

#include <json-c/json.h>
#include <string.h>

#include "base/alloc.h"
#include "model/module.h"
#include "model/site.h"
#include "model/workflow.h"
#include "text/field.h"

#define DRAFT "https://json-schema.org/draft/2020-12/schema"

static const struct {
    const char *title;
    const struct ft_field *table;
} kinds[] = {
    { "fedtwin workflow", ft_workflow_fields },
    { "fedtwin module manifest", ft_module_fields },
    { "fedtwin site file", ft_site_fields },
};

const char *const ft_schema_names[] = { "workflow", "module", "site", NULL };

/* Exactly one of these keys: what a table alone cannot say. */
static const char *const stage_actions[] = { "module", "run", "shell",
                                             "python", "use", NULL };
static const char *const module_actions[] = { "program", "run", "python",
                                              NULL };
/* At least one of these. */
static const char *const stage_sources[] = { "stages", "include", NULL };

static struct json_object *member(struct json_object *obj, const char *key)
{
    struct json_object *found = json_object_object_get(obj, key);

    if (!found)
        FT_BUG("the schema has no '%s'", key);
    return found;
}

/* "oneOf" or "anyOf": [{"required": [KEY]}, ...] */
static void require(struct json_object *schema, const char *how,
                    const char *const *keys)
{
    struct json_object *list = json_object_new_array();

    for (; *keys; keys++) {
        struct json_object *one = json_object_new_object();
        struct json_object *required = json_object_new_array();

        json_object_array_add(required, json_object_new_string(*keys));
        json_object_object_add(one, "required", required);
        json_object_array_add(list, one);
    }
    json_object_object_add(schema, how, list);
}

struct json_object *ft_schema(const char *name)
{
    struct json_object *schema, *stages;
    size_t i = 0;

    while (ft_schema_names[i] && strcmp(ft_schema_names[i], name) != 0)
        i++;
    if (!ft_schema_names[i])
        return NULL;
    schema = ft_fields_schema(kinds[i].table);
    json_object_object_add(schema, "$schema", json_object_new_string(DRAFT));
    json_object_object_add(schema, "title",
                           json_object_new_string(kinds[i].title));
    if (kinds[i].table == ft_module_fields)
        require(schema, "oneOf", module_actions);
    if (kinds[i].table == ft_workflow_fields) {
        stages = member(member(schema, "properties"), "stages");
        json_object_object_add(stages, "minProperties",
                               json_object_new_int(1));
        require(member(stages, "additionalProperties"), "oneOf",
                stage_actions);
        require(schema, "anyOf", stage_sources);
    }
    return schema;
}
