/* term.h - what goes to the terminal: errors, tables, colour, JSON */
#ifndef FT_CLI_TERM_H
#define FT_CLI_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct ft_diags;
struct ft_err;
struct ft_str;
struct json_object;

enum ft_colour_when { FT_COLOUR_AUTO, FT_COLOUR_ALWAYS, FT_COLOUR_NEVER };

/* Called once, before anything is printed. */
void ft_term_init(enum ft_colour_when when);
bool ft_term_colour(FILE *to);   /* may it have colour? */
bool ft_term_is_live(FILE *to);  /* a terminal that can be redrawn */
void ft_term_size(FILE *to, int *columns, int *rows);

/* SGR sequences, or "" without colour. */
enum ft_tone { FT_PLAIN, FT_BOLD, FT_DIM, FT_RED, FT_GREEN, FT_YELLOW,
               FT_CYAN };
const char *ft_tone(FILE *to, enum ft_tone tone);

/* "fedtwin: error: ..." to stderr. */
void ft_print_error(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));
void ft_print_warning(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));
void ft_print_hint(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));
/* The error with place and hint; returns its exit status. */
int ft_print_err(const struct ft_err *err);
/* All diagnostics, sorted, and their count; to stderr. */
void ft_print_diags(struct ft_diags *diags);

/* A table of text columns, as wide as their cells; to stdout. */
struct ft_table {
    int n_cols;
    char **cell;
    size_t n, cap;
    unsigned right; /* bit per column: align right */
};
void ft_table_init(struct ft_table *table, int n_cols, unsigned right);
void ft_table_add(struct ft_table *table, const char *fmt, ...)
    __attribute__((format(printf, 2, 3))); /* the next cell */
void ft_table_print(struct ft_table *table); /* and release it */
void ft_table_release(struct ft_table *table);

/* Pretty JSON to stdout; releases 'obj'. */
void ft_print_json(struct json_object *obj);

/* "12.3 KiB", "1.5 s", "3 min ago" for people. */
void ft_size_text(double bytes, struct ft_str *out);
void ft_duration_text(double seconds, struct ft_str *out);
/* Local time: "2026-11-21 07:37". */
void ft_when_text(int64_t ns, struct ft_str *out);

/* Text from outside (file contents, messages of programs) with control
 * characters made visible, so that it cannot drive the terminal. */
void ft_safe_text(const char *s, size_t len, struct ft_str *out);

#endif
