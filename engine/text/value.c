/* value.c - what an expression can yield */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "text/expr.h"

void ft_value_release(struct ft_value *value)
{
    for (size_t i = 0; i < value->n; i++) {
        ft_value_release(&value->item[i]);
        if (value->key)
            free(value->key[i]);
    }
    free(value->item);
    free(value->key);
    free(value->text);
    *value = (struct ft_value)FT_VALUE_INIT;
}

void ft_value_copy(const struct ft_value *from, struct ft_value *to)
{
    struct ft_value copy = *from;

    copy.text = ft_strdup(from->text);
    copy.item = NULL;
    copy.key = NULL;
    if (from->item)
        copy.item = ft_calloc(from->n, sizeof(*copy.item));
    if (from->key)
        copy.key = ft_calloc(from->n, sizeof(*copy.key));
    for (size_t i = 0; i < from->n; i++) {
        ft_value_copy(&from->item[i], &copy.item[i]);
        if (from->key)
            copy.key[i] = ft_strdup(from->key[i]);
    }
    *to = copy;
}

/* The value under 'key' in a map, or NULL. */
static const struct ft_value *find(const struct ft_value *map, const char *key)
{
    for (size_t i = 0; i < map->n; i++)
        if (strcmp(map->key[i], key) == 0)
            return &map->item[i];
    return NULL;
}

static bool equal_items(const struct ft_value *a, const struct ft_value *b)
{
    const struct ft_value *other;

    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++) {
        other = a->key ? find(b, a->key[i]) : &b->item[i];
        if (!other || !ft_value_equal(&a->item[i], other))
            return false;
    }
    return true;
}

static bool equal_numbers(const struct ft_value *a, const struct ft_value *b)
{
    const struct ft_unit *one = ft_unit_one();
    bool qa = a->kind == FT_VALUE_QUANTITY, qb = b->kind == FT_VALUE_QUANTITY;

    return ft_unit_same_dimension(qa ? a->quantity.unit : one,
                                  qb ? b->quantity.unit : one) &&
           (qa ? a->quantity.si : a->number) ==
               (qb ? b->quantity.si : b->number);
}

static bool is_numeric(const struct ft_value *value)
{
    return value->kind == FT_VALUE_NUMBER || value->kind == FT_VALUE_QUANTITY;
}

bool ft_value_equal(const struct ft_value *a, const struct ft_value *b)
{
    if (is_numeric(a) && is_numeric(b))
        return equal_numbers(a, b);
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case FT_VALUE_BOOL:
        return a->boolean == b->boolean;
    case FT_VALUE_TEXT:
    case FT_VALUE_OBJECT:
        return strcmp(a->text, b->text) == 0;
    case FT_VALUE_LIST:
    case FT_VALUE_MAP:
        return equal_items(a, b);
    case FT_VALUE_NULL:
    case FT_VALUE_NUMBER:
    case FT_VALUE_QUANTITY:
        break;
    }
    return true;
}

static void add_items(const struct ft_value *value, struct ft_str *out)
{
    for (size_t i = 0; i < value->n; i++) {
        if (i)
            ft_str_add(out, ", ");
        if (value->key)
            ft_str_addf(out, "%s: ", value->key[i]);
        ft_value_text(&value->item[i], out);
    }
}

void ft_value_text(const struct ft_value *value, struct ft_str *out)
{
    switch (value->kind) {
    case FT_VALUE_NULL:
        ft_str_add(out, "null");
        break;
    case FT_VALUE_BOOL:
        ft_str_add(out, value->boolean ? "true" : "false");
        break;
    case FT_VALUE_NUMBER:
        ft_number_text(value->number, out);
        break;
    case FT_VALUE_QUANTITY:
        ft_quantity_text(&value->quantity, out);
        break;
    case FT_VALUE_TEXT:
    case FT_VALUE_OBJECT:
        ft_str_add(out, value->text);
        break;
    case FT_VALUE_LIST:
        add_items(value, out);
        break;
    case FT_VALUE_MAP:
        ft_str_addc(out, '{');
        add_items(value, out);
        ft_str_addc(out, '}');
        break;
    }
}

static struct json_object *number_json(double x)
{
    if (x == trunc(x) && fabs(x) <= (double)FT_INTEGER_MAX)
        return json_object_new_int64((int64_t)x);
    return json_object_new_double(x);
}

static struct json_object *quantity_json(const struct ft_quantity *q)
{
    struct json_object *obj = json_object_new_object();

    json_object_object_add(obj, "value", number_json(q->si));
    ft_json_add_str(obj, "unit", ft_unit_si_text(q->unit));
    return obj;
}

static struct json_object *items_json(const struct ft_value *value)
{
    struct json_object *all = value->kind == FT_VALUE_MAP
                                  ? json_object_new_object()
                                  : json_object_new_array();

    for (size_t i = 0; i < value->n; i++) {
        struct json_object *item = ft_value_json(&value->item[i]);

        if (value->kind == FT_VALUE_MAP)
            json_object_object_add(all, value->key[i], item);
        else
            json_object_array_add(all, item);
    }
    return all;
}

struct json_object *ft_value_json(const struct ft_value *value)
{
    switch (value->kind) {
    case FT_VALUE_NULL:
        break;
    case FT_VALUE_BOOL:
        return json_object_new_boolean(value->boolean);
    case FT_VALUE_NUMBER:
        return number_json(value->number);
    case FT_VALUE_QUANTITY:
        return quantity_json(&value->quantity);
    case FT_VALUE_TEXT:
    case FT_VALUE_OBJECT:
        return json_object_new_string(value->text);
    case FT_VALUE_LIST:
    case FT_VALUE_MAP:
        return items_json(value);
    }
    return NULL; /* json-c's null */
}

const char *ft_value_kind_text(enum ft_value_kind kind)
{
    static const char *const text[] = {
        [FT_VALUE_NULL] = "null",       [FT_VALUE_BOOL] = "true or false",
        [FT_VALUE_NUMBER] = "a number", [FT_VALUE_QUANTITY] = "a quantity",
        [FT_VALUE_TEXT] = "text",       [FT_VALUE_LIST] = "a list",
        [FT_VALUE_MAP] = "a map",       [FT_VALUE_OBJECT] = "an object",
    };

    return text[kind];
}
