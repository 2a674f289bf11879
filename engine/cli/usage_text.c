/* usage_text.c - sums of what was used, for people and for programs */
#include "cli/usage_text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/amount.h"
#include "base/json.h"
#include "base/number.h"
#include "base/str.h"
#include "cli/term.h"

#define SCHEMA 1

/* --- rows ----------------------------------------------------------------- */

size_t ft_usage_rows_add(struct ft_usage_rows *rows, const char *name)
{
    rows->item = ft_grow(rows->item, rows->n, &rows->cap,
                         sizeof(*rows->item));
    rows->item[rows->n++] = (struct ft_usage_row){ .name = ft_strdup(name) };
    return rows->n;
}

void ft_usage_rows_release(struct ft_usage_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++)
        free(rows->item[i].name);
    free(rows->item);
    *rows = (struct ft_usage_rows){ 0 };
}

static struct ft_usage total_of(const struct ft_usage_rows *rows)
{
    struct ft_usage sum = { 0 };

    for (size_t i = 0; i < rows->n; i++)
        ft_usage_add(&sum, &rows->item[i].usage);
    return sum;
}

/* --- one table for all forms ---------------------------------------------- */

enum kind { COUNT, SECONDS, BYTES, JOULES };

static double get_count(size_t n)
{
    return (double)n;
}

#define COLUMNS(X)                                                           \
    X(attempts, "ATTEMPTS", COUNT, get_count(u->n_attempts))                 \
    X(failed, "FAILED", COUNT, get_count(u->n_failed))                       \
    X(core_s, "CORE TIME", SECONDS, u->core_s)                               \
    X(failed_core_s, "OF FAILED", SECONDS, u->failed_core_s)                 \
    X(cpu_s, "CPU TIME", SECONDS, u->cpu_s)                                  \
    X(peak_rss_bytes, "MEMORY", BYTES, u->peak_bytes)                        \
    X(read_bytes, "READ", BYTES, u->read_bytes)                              \
    X(written_bytes, "WRITTEN", BYTES, u->written_bytes)                     \
    X(result_bytes, "RESULTS", BYTES, u->result_bytes)                       \
    X(energy_j, "ENERGY", JOULES, u->energy_j)                               \
    X(cached, "CACHED", COUNT, get_count(u->n_cached))                       \
    X(saved_core_s, "SAVED", SECONDS, u->saved_core_s)

#define X(key, head, kind, value)                                            \
    static double get_##key(const struct ft_usage *u)                        \
    {                                                                        \
        return value;                                                        \
    }
COLUMNS(X)
#undef X

static const struct column {
    const char *key, *head;
    enum kind kind;
    double (*get)(const struct ft_usage *usage);
} columns[] = {
#define X(key, head, kind, value) { #key, head, kind, get_##key },
    COLUMNS(X)
#undef X
};
#define N_COLUMNS FT_ARRAY_LEN(columns)

/* --- for people ----------------------------------------------------------- */

/* What is zero was not seen, or not measured: nothing is shown. */
static void add_cell(struct ft_table *table, const struct column *c,
                     const struct ft_usage *usage)
{
    double value = c->get(usage);
    struct ft_str text = FT_STR_INIT;

    if (value > 0 && c->kind == COUNT)
        ft_str_addf(&text, "%.0f", value);
    else if (value > 0 && c->kind == SECONDS)
        ft_duration_text(value, &text);
    else if (value > 0 && c->kind == BYTES)
        ft_size_text(value, &text);
    else if (value > 0)
        ft_amount_energy(value, &text);
    ft_table_add(table, "%s", text.s);
    ft_str_release(&text);
}

static void add_row(struct ft_table *table, const char *name, const bool *show,
                    const struct ft_usage *usage)
{
    ft_table_add(table, "%s", name);
    for (size_t c = 0; c < N_COLUMNS; c++)
        if (show[c])
            add_cell(table, &columns[c], usage);
}

static void print_notes(const struct ft_usage *total)
{
    if (total->n_unended)
        printf("\n%zu attempt%s no recorded end, since the runner died: not "
               "counted\n", total->n_unended,
               total->n_unended == 1 ? " has" : "s have");
    if (total->n_metered && total->n_metered < total->n_attempts)
        printf("\nenergy was metered for %zu of %zu attempts\n",
               total->n_metered, total->n_attempts);
    if (total->n_saved < total->n_cached)
        printf("\nthe cost of %zu of %zu reused results is not known\n",
               total->n_cached - total->n_saved, total->n_cached);
}

void ft_usage_print(const struct ft_usage_rows *rows, const char *by)
{
    struct ft_usage total = total_of(rows);
    bool show[N_COLUMNS];
    struct ft_table table;
    char *head = ft_strdup(by);
    int n = 1;

    for (size_t c = 0; c < N_COLUMNS; c++) {
        show[c] = columns[c].get(&total) > 0;
        n += show[c];
    }
    for (char *at = head; *at; at++)
        *at = (char)toupper((unsigned char)*at);
    ft_table_init(&table, n, ~1u);
    ft_table_add(&table, "%s", head);
    for (size_t c = 0; c < N_COLUMNS; c++)
        if (show[c])
            ft_table_add(&table, "%s", columns[c].head);
    for (size_t i = 0; i < rows->n; i++)
        add_row(&table, rows->item[i].name, show, &rows->item[i].usage);
    add_row(&table, "total", show, &total);
    ft_table_print(&table);
    print_notes(&total);
    free(head);
}

/* --- for programs --------------------------------------------------------- */

static void add_members(struct json_object *obj, const struct ft_usage *u)
{
    for (size_t c = 0; c < N_COLUMNS; c++) {
        const struct column *col = &columns[c];

        if (col->kind == COUNT)
            ft_json_add_int(obj, col->key, (int64_t)col->get(u));
        else if (col->kind == JOULES && !u->n_metered)
            json_object_object_add(obj, col->key, NULL);
        else
            ft_json_add_num(obj, col->key, col->get(u));
    }
    ft_json_add_int(obj, "unended", (int64_t)u->n_unended);
    ft_json_add_int(obj, "metered", (int64_t)u->n_metered);
    ft_json_add_int(obj, "saved", (int64_t)u->n_saved);
}

struct json_object *ft_usage_json(const struct ft_usage_rows *rows,
                                  const char *by)
{
    struct json_object *obj = json_object_new_object();
    struct json_object *list = json_object_new_array();
    struct json_object *sum = json_object_new_object();
    struct ft_usage total = total_of(rows);

    ft_json_add_int(obj, "schema", SCHEMA);
    ft_json_add_str(obj, "by", by);
    for (size_t i = 0; i < rows->n; i++) {
        struct json_object *row = json_object_new_object();

        ft_json_add_str(row, by, rows->item[i].name);
        add_members(row, &rows->item[i].usage);
        json_object_array_add(list, row);
    }
    json_object_object_add(obj, "rows", list);
    add_members(sum, &total);
    json_object_object_add(obj, "total", sum);
    return obj;
}

/* As RFC 4180 has it; user names and stage names may hold anything. */
static void add_csv_text(struct ft_str *line, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        ft_str_add(line, text);
        return;
    }
    ft_str_addc(line, '"');
    for (; *text; text++) {
        if (*text == '"')
            ft_str_addc(line, '"');
        ft_str_addc(line, *text);
    }
    ft_str_addc(line, '"');
}

void ft_usage_print_csv(const struct ft_usage_rows *rows, const char *by)
{
    struct ft_str line = FT_STR_INIT;

    ft_str_add(&line, by);
    for (size_t c = 0; c < N_COLUMNS; c++)
        ft_str_addf(&line, ",%s", columns[c].key);
    puts(line.s);
    for (size_t i = 0; i < rows->n; i++) {
        const struct ft_usage *u = &rows->item[i].usage;

        ft_str_cut(&line, 0);
        add_csv_text(&line, rows->item[i].name);
        for (size_t c = 0; c < N_COLUMNS; c++) {
            ft_str_addc(&line, ',');
            if (columns[c].kind != JOULES || u->n_metered)
                ft_number_text(columns[c].get(u), &line);
        }
        puts(line.s);
    }
    ft_str_release(&line);
}
