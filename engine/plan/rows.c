/* rows.c - the rows of a table object as values */
#include "plan/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "text/suggest.h"

struct json_object *ft_rows_column(struct json_object *rows, const char *name,
                                   struct ft_err *err)
{
    size_t n = json_object_array_length(rows);
    const char **known = ft_calloc(n, sizeof(*known)), *near;
    struct json_object *found = NULL;

    for (size_t i = 0; i < n && !found; i++) {
        struct json_object *column = json_object_array_get_idx(rows, i);

        known[i] = ft_json_str_or(column, "name", "");
        if (strcmp(known[i], name) == 0)
            found = column;
    }
    if (!found) {
        near = ft_suggest(name, known, n);
        ft_err_set(err, FT_EDOC, "the table has no column '%s'", name);
        if (near)
            ft_err_hint(err, "did you mean '%s'?", near);
    }
    free(known);
    return found;
}

static int no_value(struct json_object *column, size_t row,
                    struct ft_err *err)
{
    return ft_err_set(err, FT_EDOC, "column '%s' has no value in row %zu",
                      ft_json_str_or(column, "name", ""), row + 1);
}

static int number_value(struct json_object *column, struct json_object *x,
                        struct ft_value *value, struct ft_err *err)
{
    const char *text = ft_json_str_or(column, "unit", "");
    const struct ft_unit *unit = ft_unit_parse(text, err);
    double number = json_object_get_double(x);

    if (!unit)
        return ft_err_context(err, "column '%s'",
                              ft_json_str_or(column, "name", ""));
    if (unit == ft_unit_one() || strcmp(ft_unit_text(unit), "1") == 0)
        *value = (struct ft_value){ .kind = FT_VALUE_NUMBER,
                                    .number = number };
    else
        *value = (struct ft_value){
            .kind = FT_VALUE_QUANTITY,
            .quantity = { .si = ft_unit_to_si(unit, number), .unit = unit,
                          .written = number },
        };
    return 0;
}

int ft_rows_value(struct json_object *column, size_t row,
                  struct ft_value *value, struct ft_err *err)
{
    struct json_object *list = ft_json_or_null(column, "values"), *x;

    if (!json_object_is_type(list, json_type_array) ||
        row >= json_object_array_length(list))
        return no_value(column, row, err);
    x = json_object_array_get_idx(list, row);
    if (ft_json_or_null(column, "unit"))
        return json_object_is_type(x, json_type_double) ||
                       json_object_is_type(x, json_type_int)
                   ? number_value(column, x, value, err)
                   : no_value(column, row, err);
    if (!json_object_is_type(x, json_type_string))
        return no_value(column, row, err);
    *value = (struct ft_value){
        .kind = FT_VALUE_TEXT, .text = ft_strdup(json_object_get_string(x))
    };
    return 0;
}
