/* field_json.c - a checked document as JSON: keys as written, quantities as
 * numbers in SI units
 */
#include "text/field.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "text/quantity.h"

static struct json_object *value_json(const struct ft_field *field,
                                      enum ft_field_type type,
                                      const struct ft_node *node);

static struct json_object *text_json(const struct ft_node *node)
{
    return json_object_new_string_len(node->text, (int)node->len);
}

/* As YAML means it: only what is not quoted is anything but text. */
static struct json_object *scalar_json(const struct ft_node *node)
{
    long long whole;
    double number;
    bool yes;

    if (ft_node_is_null(node))
        return NULL;
    if (ft_node_bool(node, &yes))
        return json_object_new_boolean(yes);
    if (ft_node_int(node, &whole))
        return json_object_new_int64(whole);
    if (ft_node_number(node, &number))
        return json_object_new_double(number);
    return text_json(node);
}

static struct json_object *quantity_json(const struct ft_node *node)
{
    struct ft_quantity q;

    if (ft_quantity_parse(node->text, &q, NULL) < 0)
        return text_json(node); /* an expression */
    return json_object_new_double(q.si);
}

static struct json_object *any_json(const struct ft_node *node)
{
    struct json_object *json;

    if (node->kind == FT_NODE_SCALAR)
        return scalar_json(node);
    json = node->kind == FT_NODE_MAP ? json_object_new_object()
                                     : json_object_new_array();
    for (size_t i = 0; i < node->n; i++)
        if (node->kind == FT_NODE_MAP)
            json_object_object_add(json, node->key[i]->text,
                                   any_json(node->item[i]));
        else
            json_object_array_add(json, any_json(node->item[i]));
    return json;
}

static struct json_object *list_json(const struct ft_field *field,
                                     const struct ft_node *node)
{
    struct json_object *list = json_object_new_array();

    if (node->kind != FT_NODE_LIST) /* a single element stands alone */
        json_object_array_add(list, value_json(field, field->of, node));
    for (size_t i = 0; i < node->n; i++)
        json_object_array_add(list,
                              value_json(field, field->of, node->item[i]));
    return list;
}

static struct json_object *map_json(const struct ft_field *field,
                                    const struct ft_node *node)
{
    struct json_object *map = json_object_new_object();

    for (size_t i = 0; i < node->n; i++)
        json_object_object_add(map, node->key[i]->text,
                               value_json(field, field->of, node->item[i]));
    return map;
}

static struct json_object *value_json(const struct ft_field *field,
                                      enum ft_field_type type,
                                      const struct ft_node *node)
{
    switch (type) {
    case FT_FIELD_TEXT:
    case FT_FIELD_NAME:
    case FT_FIELD_CHOICE:
        return text_json(node);
    case FT_FIELD_QUANTITY:
        return quantity_json(node);
    case FT_FIELD_LIST:
        return list_json(field, node);
    case FT_FIELD_MAP:
        return map_json(field, node);
    case FT_FIELD_STRUCT:
        return ft_fields_json(node, field->fields);
    case FT_FIELD_BOOL:
    case FT_FIELD_INT:
    case FT_FIELD_NUMBER:
    case FT_FIELD_ANY:
        break;
    }
    return any_json(node);
}

struct json_object *ft_fields_json(const struct ft_node *node,
                                   const struct ft_field *table)
{
    struct json_object *json = json_object_new_object();

    for (; table->key; table++) {
        const struct ft_node *value = ft_node_get(node, table->key);

        if (value)
            json_object_object_add(json, table->key,
                                   value_json(table, table->type, value));
    }
    return json;
}
