/* table.c - objects of type table */
#include "worker/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "worker/kinds.h"

#define ROW FT_TABLE_PATH "/row"

void ft_table_release(struct ft_table *table)
{
    for (size_t i = 0; i < table->n; i++) {
        free(table->column[i].name);
        free(table->column[i].unit);
    }
    free(table->column);
    *table = (struct ft_table){ 0 };
}

/* One column: a dataset of one dimension, a number with a unit or a text. */
static int add_column(struct ft_table *table, const struct ft_scan *scan,
                      const char *name, struct ft_err *err)
{
    struct ft_column *column = &table->column[table->n++];
    char *path = ft_asprintf(FT_TABLE_PATH "/%s", name);

    column->name = ft_strdup(name);
    column->item = ft_scan_find(scan, path);
    free(path);
    if (!column->item || !column->item->dataset)
        return ft_err_set(err, FT_EFORMAT, "the table has no column '%s'",
                          name);
    if (column->item->rank != 1)
        return ft_err_set(err, FT_EFORMAT, "column '%s' has %d dimensions, "
                          "not 1", name, column->item->rank);
    if (table->n > 1 && column->item->dim[0] != table->rows)
        return ft_err_set(err, FT_EFORMAT, "column '%s' has %llu rows, column "
                          "'%s' has %llu", name,
                          (unsigned long long)column->item->dim[0],
                          table->column[0].name,
                          (unsigned long long)table->rows);
    table->rows = column->item->dim[0];
    if (column->item->type.kind == 'S')
        return 0;
    if (strcmp(column->item->type.text, "f8") != 0 &&
        strcmp(column->item->type.text, "i8") != 0)
        return ft_err_set(err, FT_EFORMAT, "column '%s' has elements of type "
                          "%s, not f8, i8 or text", name,
                          column->item->type.text);
    if (ft_kind_check_unit(scan, column->item, NULL, err) < 0)
        return -1;
    column->unit = ft_kind_text(scan, column->item, "units", err);
    return column->unit ? 0 : -1;
}

static int add_columns(struct ft_table *table, const struct ft_scan *scan,
                       char *names, struct ft_err *err)
{
    size_t n = 1;
    char *next;

    for (const char *s = names; *s; s++)
        n += *s == ',';
    if (n > FT_TABLE_COLUMNS_MAX)
        return ft_err_set(err, FT_EFORMAT, "the table has %zu columns (limit: "
                          "%d)", n, FT_TABLE_COLUMNS_MAX);
    table->column = ft_calloc(n, sizeof(*table->column));
    for (char *name = names; name; name = next) {
        next = strchr(name, ',');
        if (next)
            *next++ = '\0';
        for (size_t i = 0; i < table->n; i++)
            if (strcmp(table->column[i].name, name) == 0)
                return ft_err_set(err, FT_EFORMAT, "'columns' names '%s' "
                                  "twice", name);
        if (add_column(table, scan, name, err) < 0)
            return -1;
    }
    return 0;
}

/* Nothing in the group is left out, and the scale has the rows' length. */
static int check_rest(const struct ft_table *table, const struct ft_scan *scan,
                      struct ft_err *err)
{
    const struct ft_item *row = ft_scan_find(scan, ROW);

    if (!row || !row->dataset || row->rank != 1 ||
        row->dim[0] != table->rows)
        return ft_err_set(err, FT_EFORMAT, "the table has no dimension scale "
                          "'" ROW "' as long as its columns");
    for (size_t i = 0; i < scan->n; i++) {
        const char *path = scan->item[i].path;
        size_t k = 0;

        if (strncmp(path, FT_TABLE_PATH "/", 7) != 0 ||
            &scan->item[i] == row)
            continue;
        while (k < table->n && table->column[k].item != &scan->item[i])
            k++;
        if (k == table->n)
            return ft_err_set(err, FT_EFORMAT, "'%s' is not among the "
                              "attribute 'columns'", path);
    }
    return 0;
}

int ft_table_init(struct ft_table *table, const struct ft_scan *scan,
                  struct ft_err *err)
{
    const struct ft_item *group = ft_kind_group(scan, FT_TABLE_PATH, err);
    char *names = group ? ft_kind_text(scan, group, "columns", err) : NULL;
    int rc = -1;

    *table = (struct ft_table){ 0 };
    if (names && add_columns(table, scan, names, err) == 0)
        rc = check_rest(table, scan, err);
    free(names);
    if (rc < 0)
        ft_table_release(table);
    return rc;
}

/* --- the type ------------------------------------------------------------- */

static int check_table(const struct ft_scan *scan, const char *unit,
                       struct ft_err *err)
{
    struct ft_table table;

    (void)unit; /* each column has its own */
    if (ft_table_init(&table, scan, err) < 0)
        return -1;
    ft_table_release(&table);
    return 0;
}

static int describe_table(const struct ft_scan *scan,
                          struct json_object *summary, struct ft_err *err)
{
    struct json_object *list = json_object_new_array();
    struct ft_table table;
    int rc = 0;

    json_object_object_add(summary, "columns", list);
    if (ft_table_init(&table, scan, err) < 0)
        return -1;
    for (size_t i = 0; i < table.n && rc == 0; i++) {
        struct json_object *row = json_object_new_object();

        ft_json_add_str(row, "name", table.column[i].name);
        if (table.column[i].unit)
            ft_json_add_str(row, "units", table.column[i].unit);
        rc = ft_kind_add_range(scan, table.column[i].item, row, err);
        json_object_array_add(list, row);
    }
    ft_json_add_int(summary, "rows", (int64_t)table.rows);
    ft_table_release(&table);
    return rc;
}

const struct ft_kind ft_kind_table = {
    .name = "table",
    .check = check_table,
    .describe = describe_table,
};
