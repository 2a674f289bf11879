/* rows.c - the rows of a table as JSON */
#include "worker/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/number.h"
#include "worker/slab.h"
#include "worker/table.h"

/* What is read: rows [from, from + n) of a table. */
struct part {
    const struct ft_scan *scan;
    const struct ft_table *table;
    uint64_t from, n;
};

/* Where 'range' begins in a table of so many rows. */
static uint64_t first_row(const struct ft_rows_range *range, uint64_t rows)
{
    if (range->from >= 0)
        return (uint64_t)range->from < rows ? (uint64_t)range->from : rows;
    if (range->from == INT64_MIN || rows < (uint64_t)-range->from)
        return 0;
    return rows - (uint64_t)-range->from;
}

static int check_size(const struct part *part, uint64_t max,
                      struct ft_err *err)
{
    uint64_t width = 0;

    for (size_t i = 0; i < part->table->n; i++)
        width += part->table->column[i].item->type.size;
    if (part->n > max)
        return ft_err_set(err, FT_EUSAGE, "the table has %llu rows (limit: "
                          "%llu)", (unsigned long long)part->n,
                          (unsigned long long)max);
    if (width && part->n > FT_ROWS_BYTES_MAX / width)
        return ft_err_set(err, FT_EUSAGE, "the rows of the table have %llu "
                          "bytes (limit: %u)",
                          (unsigned long long)(part->n * width),
                          FT_ROWS_BYTES_MAX);
    return 0;
}

/* --- values --------------------------------------------------------------- */

static struct json_object *number(const char *at)
{
    struct ft_str text = FT_STR_INIT;
    struct json_object *value = NULL;
    double x;

    memcpy(&x, at, sizeof(x));
    if (isfinite(x)) {
        ft_number_text(x, &text);
        value = json_object_new_double_s(x, text.s);
    }
    ft_str_release(&text);
    return value;
}

static struct json_object *text_of(const char *at, size_t size)
{
    char *word = ft_strndup(at, strnlen(at, size));
    struct json_object *value = NULL;

    if (ft_h5_text_valid(word))
        value = json_object_new_string(word);
    free(word);
    return value;
}

/* One element, or NULL when it cannot be given. */
static struct json_object *element(const struct ft_h5_type *type,
                                   const char *at)
{
    int64_t integer;

    switch (type->kind) {
    case 'f':
        return number(at);
    case 'i':
        memcpy(&integer, at, sizeof(integer));
        return json_object_new_int64(integer);
    default:
        return text_of(at, type->size);
    }
}

static int add_values(const struct part *part, const struct ft_column *column,
                      struct json_object *values, struct ft_err *err)
{
    const struct ft_h5_type *type = &column->item->type;
    char *block = ft_calloc(part->n ? part->n : 1, type->size);
    int rc = ft_slab_read(part->scan->file, column->item, part->from, part->n,
                          block, err);

    for (uint64_t i = 0; i < part->n && rc == 0; i++) {
        struct json_object *value = element(type, block + i * type->size);

        if (value)
            json_object_array_add(values, value);
        else
            rc = ft_err_set(err, FT_EFORMAT, "column '%s' has %s in row %llu",
                            column->name,
                            type->kind == 'f' ? "no finite number"
                                              : "no printable text",
                            (unsigned long long)(part->from + i + 1));
    }
    free(block);
    return rc;
}

/* {"name","unit","kind","values"} */
static int add_column(const struct part *part, const struct ft_column *column,
                      struct json_object *list, struct ft_err *err)
{
    struct json_object *out = json_object_new_object();
    struct json_object *values = json_object_new_array();

    json_object_array_add(list, out);
    ft_json_add_str(out, "name", column->name);
    ft_json_add_str(out, "unit", column->unit);
    ft_json_add_str(out, "kind", column->unit ? "number" : "text");
    json_object_object_add(out, "values", values);
    return add_values(part, column, values, err);
}

int ft_rows_read(const struct ft_scan *scan, const struct ft_rows_range *range,
                 struct json_object *answer, struct ft_err *err)
{
    struct json_object *list;
    struct ft_table table;
    struct part part = { .scan = scan, .table = &table };
    int rc;

    if (ft_table_init(&table, scan, err) < 0)
        return -1;
    part.from = first_row(range, table.rows);
    part.n = table.rows - part.from;
    rc = check_size(&part, range->max, err);
    if (rc == 0) {
        ft_json_add_int(answer, "rows", (int64_t)table.rows);
        ft_json_add_int(answer, "from", (int64_t)part.from);
        list = json_object_new_array();
        json_object_object_add(answer, "columns", list);
        for (size_t i = 0; i < table.n && rc == 0; i++)
            rc = add_column(&part, &table.column[i], list, err);
    }
    ft_table_release(&table);
    return rc;
}
