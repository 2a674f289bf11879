/* rows.h - the rows of a table object as values
 *
 * A column is {"name", "unit" (null: text), "values": [...]}, as the store and
 * the journal have it; a table is an array of columns.
 */
#ifndef FT_PLAN_ROWS_H
#define FT_PLAN_ROWS_H

#include <stddef.h>

#include "text/expr.h"

struct ft_err;
struct json_object;

/* The column called 'name'; NULL after FT_EDOC, with the nearest name. */
struct json_object *ft_rows_column(struct json_object *rows, const char *name,
                                   struct ft_err *err);
/* Its value in 'row': a number in unit "1", a quantity or a text.  FT_EDOC when
 * there is no such row, no value, or a unit that is not known. */
int ft_rows_value(struct json_object *column, size_t row,
                  struct ft_value *value, struct ft_err *err);

#endif
