/* csv_write.c - from a table to text */
#include "worker/formats/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/number.h"
#include "worker/outfile.h"
#include "worker/slab.h"
#include "worker/table.h"

/* It would be taken for the byte order mark at the beginning of a file. */
static bool is_marked(const char *text)
{
    return strncmp(text, "\xef\xbb\xbf", 3) == 0;
}

/* Quote what would not be read back as the same text. */
static void add_field(struct ft_str *line, const char *text)
{
    size_t len = strlen(text);
    int64_t integer;
    double number;

    if (!strpbrk(text, ",\"\r\n") && len && text[0] != ' ' &&
        text[len - 1] != ' ' && !is_marked(text) &&
        ft_csv_value(text, &integer, &number) == FT_CSV_TEXT) {
        ft_str_add(line, text);
        return;
    }
    if (!len)
        return;
    ft_str_addc(line, '"');
    for (; *text; text++) {
        if (*text == '"')
            ft_str_addc(line, '"');
        ft_str_addc(line, *text);
    }
    ft_str_addc(line, '"');
}

static void add_header(struct ft_str *text, const struct ft_table *table)
{
    for (size_t i = 0; i < table->n; i++) {
        const struct ft_column *column = &table->column[i];
        char *name = column->unit
                         ? ft_asprintf("%s [%s]", column->name, column->unit)
                         : ft_strdup(column->name);

        if (i)
            ft_str_addc(text, ',');
        add_field(text, name);
        free(name);
    }
    ft_str_addc(text, '\n');
}

static void add_value(struct ft_str *text, const struct ft_item *item,
                      const char *at)
{
    int64_t integer;
    double number;
    char *word;

    switch (item->type.kind) {
    case 'f':
        memcpy(&number, at, sizeof(number));
        if (!isnan(number)) /* a missing value is an empty field */
            ft_number_text(number, text);
        break;
    case 'i':
        memcpy(&integer, at, sizeof(integer));
        ft_str_addf(text, "%lld", (long long)integer);
        break;
    default:
        word = ft_strndup(at, strnlen(at, item->type.size));
        add_field(text, word);
        free(word);
    }
}

/* Append 'n' rows from 'first'; 'block' has room for each column's values. */
static int add_rows(const struct ft_table *table, const struct ft_scan *scan,
                    uint64_t first, uint64_t n, char **block,
                    struct ft_str *text, struct ft_err *err)
{
    for (size_t i = 0; i < table->n; i++)
        if (ft_slab_read(scan->file, table->column[i].item, first, n,
                         block[i], err) < 0)
            return -1;
    for (uint64_t row = 0; row < n; row++) {
        for (size_t i = 0; i < table->n; i++) {
            const struct ft_item *item = table->column[i].item;

            if (i)
                ft_str_addc(text, ',');
            add_value(text, item, block[i] + row * item->type.size);
        }
        ft_str_addc(text, '\n');
    }
    return 0;
}

static int write_rows(const struct ft_table *table, const struct ft_scan *scan,
                      struct ft_outfile *out, struct ft_err *err)
{
    char **block = ft_calloc(table->n, sizeof(*block));
    struct ft_str text = FT_STR_INIT;
    uint64_t n = 1;
    size_t bytes = 0;
    int rc = 0;

    for (size_t i = 0; i < table->n; i++)
        bytes += table->column[i].item->type.size;
    if (bytes < FT_CSV_BLOCK)
        n = FT_CSV_BLOCK / bytes;
    if (n > table->rows)
        n = table->rows ? table->rows : 1;
    for (size_t i = 0; i < table->n; i++)
        block[i] = ft_calloc(n, table->column[i].item->type.size);
    add_header(&text, table);
    for (uint64_t at = 0; at < table->rows && rc == 0; at += n) {
        uint64_t rows = table->rows - at < n ? table->rows - at : n;

        rc = add_rows(table, scan, at, rows, block, &text, err);
        if (rc == 0)
            rc = ft_outfile_add(out, text.s, text.len, err);
        ft_str_cut(&text, 0);
    }
    if (rc == 0)
        rc = ft_outfile_add(out, text.s, text.len, err);
    for (size_t i = 0; i < table->n; i++)
        free(block[i]);
    free(block);
    ft_str_release(&text);
    return rc;
}

int ft_csv_write(const struct ft_scan *scan, const char *dest, uint64_t *rows,
                 struct ft_err *err)
{
    struct ft_outfile out;
    struct ft_table table;
    int rc = -1;

    if (ft_table_init(&table, scan, err) < 0)
        return -1;
    if (ft_outfile_init(&out, dest, err) == 0) {
        rc = write_rows(&table, scan, &out, err);
        if (rc == 0)
            rc = ft_outfile_finish(&out, err);
        ft_outfile_release(&out);
    }
    *rows = table.rows;
    ft_table_release(&table);
    return rc;
}
