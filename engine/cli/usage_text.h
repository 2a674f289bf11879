/* usage_text.h - sums of what was used, for people and for programs */
#ifndef FT_CLI_USAGE_TEXT_H
#define FT_CLI_USAGE_TEXT_H

#include "run/accounts/usage.h"

struct json_object;

struct ft_usage_row {
    char *name;
    struct ft_usage usage;
};

struct ft_usage_rows {
    struct ft_usage_row *item;
    size_t n, cap;
};

/* A new row, by its number from 1. */
size_t ft_usage_rows_add(struct ft_usage_rows *rows, const char *name);
void ft_usage_rows_release(struct ft_usage_rows *rows);

/* 'by' says what a row is: "stage", "run", "user". */
void ft_usage_print(const struct ft_usage_rows *rows, const char *by);
void ft_usage_print_csv(const struct ft_usage_rows *rows, const char *by);
struct json_object *ft_usage_json(const struct ft_usage_rows *rows,
                                  const char *by);

#endif
