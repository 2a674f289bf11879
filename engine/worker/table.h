/* table.h - objects of type table */
#ifndef FT_WORKER_TABLE_H
#define FT_WORKER_TABLE_H

#include "worker/scan.h"

#define FT_TABLE_PATH "/table"
#define FT_TABLE_COLUMNS_MAX 1024

struct ft_column {
    char *name, *unit; /* unit NULL: text */
    const struct ft_item *item;
};

/* The columns in their order. */
struct ft_table {
    struct ft_column *column;
    size_t n;
    uint64_t rows;
};

/* FT_EFORMAT when it is no table. */
int ft_table_init(struct ft_table *table, const struct ft_scan *scan,
                  struct ft_err *err);
void ft_table_release(struct ft_table *table);

#endif
