/* csv_read.c - from text to a table
 *
 * The text is read twice: first to learn what each column is and how many rows
 * there are, then to store the values; so memory does not grow with it.
 */
#include "worker/formats/csv.h"

#include <hdf5_hl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "worker/copy.h"
#include "worker/formats/csv_text.h"
#include "worker/table.h"

#define CHUNK_ROWS 65536

/* --- columns -------------------------------------------------------------- */

struct column {
    char *name, *unit; /* unit NULL: text */
    bool integers;     /* all values are */
    bool missing;      /* some are */
    bool quoted;       /* a text that looks like a number is meant as text */
    bool numbers, any; /* of texts: all look like numbers, there is one */
    bool ascii;
    size_t width; /* of the longest text, at least 1 */
    hid_t id;
    char *block; /* the values of the rows at hand */
};

struct csv {
    struct ft_csv_text text;
    struct column *column;
    size_t n, cap;
    uint64_t rows;
    hid_t group;
};

static bool is_column_name(const char *name)
{
    return *name && strlen(name) <= 255 && !strpbrk(name, "/,") &&
           strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
           ft_h5_text_valid(name);
}

/* Cut "name [unit]" into its parts; *unit stays NULL without one. */
static int split_header(const struct ft_csv_text *in, char **name, char **unit,
                        struct ft_err *err)
{
    char *head = ft_strdup(in->field.s + strspn(in->field.s, " \t"));
    size_t len = strlen(head);
    char *open;

    while (len && (head[len - 1] == ' ' || head[len - 1] == '\t'))
        head[--len] = '\0';
    open = len && head[len - 1] == ']' ? strchr(head, '[') : NULL;
    if (open) {
        head[len - 1] = '\0';
        *unit = ft_strdup(open + 1);
        do
            *open = '\0';
        while (open > head && (*--open == ' ' || *open == '\t'));
    }
    *name = head;
    if (open && !(*unit)[strspn(*unit, " \t")])
        return ft_csv_fail(in, err,
                           "the unit of column '%s' is empty; '[1]' "
                           "is a number without dimension",
                           head);
    if (open && !ft_h5_text_valid(*unit))
        return ft_csv_fail(in, err, "the unit of column '%s' is not printable",
                           head);
    if (is_column_name(head))
        return 0;
    return ft_csv_fail(in, err, "'%s' cannot be the name of a column", head);
}

static int add_column(struct csv *csv, struct ft_err *err)
{
    struct column *column;

    if (csv->n >= FT_TABLE_COLUMNS_MAX)
        return ft_csv_fail(&csv->text, err, "more than %d columns",
                           FT_TABLE_COLUMNS_MAX);
    csv->column = ft_grow(csv->column, csv->n, &csv->cap, sizeof(*csv->column));
    column = &csv->column[csv->n++];
    *column = (struct column){
        .integers = true, .numbers = true, .ascii = true, .width = 1, .id = -1
    };
    if (split_header(&csv->text, &column->name, &column->unit, err) < 0)
        return -1;
    if (strcmp(column->name, "row") == 0)
        return ft_csv_fail(&csv->text, err,
                           "'row' is the name of the row numbers "
                           "and cannot be a column");
    for (size_t i = 0; i + 1 < csv->n; i++)
        if (strcmp(csv->column[i].name, column->name) == 0)
            return ft_csv_fail(&csv->text, err, "column '%s' is there twice",
                               column->name);
    return 0;
}

static int read_header(struct csv *csv, struct ft_err *err)
{
    int end;

    do {
        end = ft_csv_next(&csv->text, err);
        if (end < 0 || add_column(csv, err) < 0)
            return -1;
    } while (end == FT_CSV_END_FIELD);
    return 0;
}

static struct column *find_column(struct csv *csv, const char *name)
{
    for (size_t i = 0; i < csv->n; i++)
        if (strcmp(csv->column[i].name, name) == 0)
            return &csv->column[i];
    return NULL;
}

/* A unit that the caller knows; it must not be another one than the text's. */
static int give_unit(struct csv *csv, const char *name, const char *unit,
                     struct ft_err *err)
{
    struct column *column = find_column(csv, name);

    if (!column)
        return ft_err_set(err, FT_EFORMAT, "%s:1: there is no column '%s'",
                          csv->text.name, name);
    if (!unit || !*unit)
        return ft_err_set(err, FT_EUSAGE, "the unit of column '%s' is no text",
                          name);
    if (column->unit && strcmp(column->unit, unit) != 0)
        return ft_err_set(err, FT_EFORMAT,
                          "%s:1: column '%s' has the unit '%s', not '%s'",
                          csv->text.name, name, column->unit, unit);
    if (!column->unit)
        column->unit = ft_strdup(unit);
    return 0;
}

static int give_units(struct csv *csv, struct json_object *units,
                      struct ft_err *err)
{
    if (!units)
        return 0;
    json_object_object_foreach(units, name, unit)
        if (give_unit(csv, name,
                      json_object_is_type(unit, json_type_string)
                          ? json_object_get_string(unit)
                          : NULL,
                      err) < 0)
            return -1;
    return 0;
}

/* Go over the fields of the header once more. */
static int skip_header(struct csv *csv, struct ft_err *err)
{
    int end;

    do
        end = ft_csv_next(&csv->text, err);
    while (end == FT_CSV_END_FIELD);
    return end < 0 ? -1 : 0;
}

/* --- rows ----------------------------------------------------------------- */

typedef int field_fn(struct csv *csv, struct column *column, uint64_t row,
                     struct ft_err *err);

/* Show the fields of one row to 'each'.  Return 1, 0 at the end, -1. */
static int read_row(struct csv *csv, uint64_t row, field_fn *each,
                    struct ft_err *err)
{
    struct ft_csv_text *text = &csv->text;
    size_t n = 0;
    int end;

    do {
        end = ft_csv_next(text, err);
        if (end < 0)
            return -1;
        if (n == 0 && end == FT_CSV_END_TEXT && !text->field.len &&
            !text->quoted)
            return 0;
        if (n >= csv->n)
            return ft_csv_fail(text, err,
                               "the row has more fields than the header "
                               "(%zu)",
                               csv->n);
        if (each(csv, &csv->column[n++], row, err) < 0)
            return -1;
    } while (end == FT_CSV_END_FIELD);
    if (n < csv->n)
        return ft_csv_fail(text, err, "the row has %zu fields, the header %zu",
                           n, csv->n);
    return 1;
}

/* First time: learn what the column is. */
static int learn(struct csv *csv, struct column *column, uint64_t row,
                 struct ft_err *err)
{
    const struct ft_str *field = &csv->text.field;
    enum ft_csv_value is;
    int64_t integer;
    double number;

    (void)row;
    is = ft_csv_value(field->s, &integer, &number);
    if (column->unit) {
        if (is == FT_CSV_TEXT && field->s[strspn(field->s, " \t")])
            return ft_csv_fail(&csv->text, err,
                               "'%.40s' in column '%s' is not a "
                               "number",
                               field->s, column->name);
        column->missing |= is == FT_CSV_TEXT;
        column->integers &= is == FT_CSV_INTEGER;
        return 0;
    }
    if (csv->text.quoted && !ft_h5_text_valid(field->s))
        return ft_csv_fail(&csv->text, err, "not printable UTF-8 text");
    column->quoted |= csv->text.quoted;
    if (field->len) {
        column->any = true;
        column->numbers &= is != FT_CSV_TEXT;
    }
    for (size_t i = 0; i < field->len; i++)
        column->ascii &= (unsigned char)field->s[i] < 0x80;
    if (field->len > column->width)
        column->width = field->len;
    return 0;
}

static int learn_all(struct csv *csv, struct ft_err *err)
{
    int rc;

    while ((rc = read_row(csv, csv->rows, learn, err)) > 0)
        csv->rows++;
    if (rc < 0)
        return -1;
    for (size_t i = 0; i < csv->n; i++) {
        const struct column *column = &csv->column[i];

        if (column->unit || column->quoted || !column->any || !column->numbers)
            continue;
        ft_err_set(err, FT_EFORMAT,
                   "%s:1: column '%s' holds numbers but has "
                   "no unit",
                   csv->text.name, column->name);
        return ft_err_hint(err,
                           "write '%s [unit]', '%s [1]' without "
                           "dimension, or quote texts",
                           column->name, column->name);
    }
    return 0;
}

static size_t value_size(const struct column *column)
{
    return column->unit ? 8 : column->width;
}

/* Second time: put the value into the column's block. */
static int store(struct csv *csv, struct column *column, uint64_t row,
                 struct ft_err *err)
{
    const struct ft_str *field = &csv->text.field;
    char *to = column->block + row * value_size(column);
    double number = NAN;
    int64_t integer = 0;

    if (!column->unit) {
        if (field->len > column->width)
            return ft_err_set(err, FT_EBUSY, "'%s' changed while it was read",
                              csv->text.name);
        memset(to, 0, column->width);
        memcpy(to, field->s, field->len);
        return 0;
    }
    if (ft_csv_value(field->s, &integer, &number) == FT_CSV_TEXT)
        number = NAN;
    if (column->integers)
        memcpy(to, &integer, sizeof(integer));
    else
        memcpy(to, &number, sizeof(number));
    return 0;
}

/* --- the HDF5 file -------------------------------------------------------- */

static hid_t column_type(const struct column *column)
{
    hid_t type;

    if (column->unit)
        return H5Tcopy(column->integers ? H5T_STD_I64LE : H5T_IEEE_F64LE);
    type = H5Tcopy(H5T_C_S1);
    if (type >= 0 && H5Tset_size(type, column->width) >= 0 &&
        H5Tset_strpad(type, H5T_STR_NULLPAD) >= 0 &&
        (column->ascii || H5Tset_cset(type, H5T_CSET_UTF8) >= 0))
        return type;
    (void)H5Tclose(type);
    return -1;
}

static hid_t create_dataset(hid_t group, const char *name, hid_t type,
                            uint64_t rows)
{
    hsize_t n = rows, chunk = rows < CHUNK_ROWS ? rows : CHUNK_ROWS;
    hid_t plist = ft_h5_dataset_plist();
    hid_t space = H5Screate_simple(1, &n, NULL), id = -1;

    if (plist >= 0 && space >= 0 && type >= 0 &&
        (!rows || (H5Pset_chunk(plist, 1, &chunk) >= 0 &&
                   H5Pset_fletcher32(plist) >= 0)))
        id = H5Dcreate2(group, name, type, space, H5P_DEFAULT, plist,
                        H5P_DEFAULT);
    ft_h5_close(space);
    ft_h5_close(plist);
    return id;
}

/* The datasets of all columns, and the text attribute that lists them. */
static int create_columns(struct csv *csv, struct ft_err *err)
{
    struct ft_str names = FT_STR_INIT;
    int rc = 0;

    for (size_t i = 0; i < csv->n && rc == 0; i++) {
        struct column *column = &csv->column[i];
        hid_t type = column_type(column);

        ft_str_addf(&names, "%s%s", i ? "," : "", column->name);
        column->id = create_dataset(csv->group, column->name, type, csv->rows);
        ft_h5_close(type);
        if (column->id < 0)
            rc = ft_h5_error(err, "could not create column '%s'", column->name);
        if (rc == 0 && column->unit)
            rc = ft_h5_attr_write_text(column->id, "units", column->unit,
                                       strlen(column->unit), err);
        if (rc == 0)
            rc = ft_h5_attr_write_text(column->id, "long_name", column->name,
                                       strlen(column->name), err);
    }
    if (rc == 0)
        rc = ft_h5_attr_write_text(csv->group, "columns", names.s, names.len,
                                   err);
    ft_str_release(&names);
    return rc;
}

static int write_rows(hid_t id, const void *block, uint64_t first, uint64_t n)
{
    hsize_t start = first, count = n;
    hid_t memory = H5Screate_simple(1, &count, NULL);
    hid_t space = H5Dget_space(id), type = H5Dget_type(id);
    int rc = -1;

    if (memory >= 0 && space >= 0 && type >= 0 &&
        H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, NULL, &count,
                            NULL) >= 0 &&
        H5Dwrite(id, type, memory, space, H5P_DEFAULT, block) >= 0)
        rc = 0;
    ft_h5_close(type);
    ft_h5_close(space);
    ft_h5_close(memory);
    return rc;
}

/* Read the next 'n' rows and write their blocks. */
static int store_block(struct csv *csv, uint64_t first, uint64_t n,
                       struct ft_err *err)
{
    int rc;

    for (uint64_t i = 0; i < n; i++) {
        rc = read_row(csv, i, store, err);
        if (rc == 0)
            ft_err_set(err, FT_EBUSY, "'%s' changed while it was read",
                       csv->text.name);
        if (rc <= 0)
            return -1;
    }
    for (size_t i = 0; i < csv->n; i++)
        if (write_rows(csv->column[i].id, csv->column[i].block, first, n) < 0)
            return ft_h5_error(err, "could not write column '%s'",
                               csv->column[i].name);
    return 0;
}

static int store_all(struct csv *csv, struct ft_err *err)
{
    uint64_t n = 1;
    size_t bytes = 0;

    if (ft_csv_rewind(&csv->text, err) < 0 || skip_header(csv, err) < 0)
        return -1;
    for (size_t i = 0; i < csv->n; i++)
        bytes += value_size(&csv->column[i]);
    if (bytes < FT_CSV_BLOCK)
        n = FT_CSV_BLOCK / bytes;
    if (n > csv->rows)
        n = csv->rows ? csv->rows : 1;
    for (size_t i = 0; i < csv->n; i++)
        csv->column[i].block = ft_calloc(n, value_size(&csv->column[i]));
    for (uint64_t at = 0; at < csv->rows; at += n)
        if (store_block(csv, at, csv->rows - at < n ? csv->rows - at : n, err) <
            0)
            return -1;
    return 0;
}

/* The row numbers, as the dimension scale of every column. */
static int add_scale(struct csv *csv, struct ft_err *err)
{
    hid_t row = create_dataset(csv->group, "row", H5T_STD_I64LE, csv->rows);
    uint64_t most = csv->rows < CHUNK_ROWS ? csv->rows + 1 : CHUNK_ROWS;
    int64_t *number = ft_calloc(most, sizeof(*number));
    int rc = row < 0 ? -1 : 0;

    for (uint64_t at = 0; at < csv->rows && rc == 0; at += CHUNK_ROWS) {
        uint64_t n = csv->rows - at < CHUNK_ROWS ? csv->rows - at : CHUNK_ROWS;

        for (uint64_t i = 0; i < n; i++)
            number[i] = (int64_t)(at + i);
        rc = write_rows(row, number, at, n);
    }
    if (rc == 0)
        rc = H5DSset_scale(row, "row") < 0 ? -1 : 0;
    for (size_t i = 0; i < csv->n && rc == 0; i++)
        rc = H5DSattach_scale(csv->column[i].id, row, 0) < 0 ? -1 : 0;
    if (ft_h5_close(row) < 0)
        rc = -1;
    if (rc < 0)
        ft_h5_error(err, "could not write the row numbers");
    free(number);
    return rc;
}

/* Close the columns; each may only now find the disk full. */
static int close_columns(struct csv *csv, struct ft_err *err)
{
    int rc = 0;

    for (size_t i = 0; i < csv->n; i++) {
        if (ft_h5_close(csv->column[i].id) < 0 && rc == 0)
            rc = ft_h5_error(err, "could not write column '%s'",
                             csv->column[i].name);
        csv->column[i].id = -1;
    }
    if (ft_h5_close(csv->group) < 0 && rc == 0)
        rc = ft_h5_error(err, "could not write the table");
    csv->group = -1;
    return rc;
}

static int write_table(struct csv *csv, hid_t file, struct ft_err *err)
{
    hid_t plist = ft_h5_group_plist();
    int rc = -1;

    csv->group =
        H5Gcreate2(file, FT_TABLE_PATH, H5P_DEFAULT, plist, H5P_DEFAULT);
    if (csv->group < 0)
        ft_h5_error(err, "could not write the table");
    else if (create_columns(csv, err) == 0 && store_all(csv, err) == 0 &&
             add_scale(csv, err) == 0)
        rc = close_columns(csv, err);
    ft_h5_close(plist);
    return rc;
}

static void csv_release(struct csv *csv)
{
    for (size_t i = 0; i < csv->n; i++) {
        ft_h5_close(csv->column[i].id);
        free(csv->column[i].name);
        free(csv->column[i].unit);
        free(csv->column[i].block);
    }
    free(csv->column);
    ft_h5_close(csv->group);
    if (csv->text.stream)
        fclose(csv->text.stream);
    ft_str_release(&csv->text.field);
}

int ft_csv_read(const char *src, struct json_object *units, hid_t file,
                struct ft_err *err)
{
    struct csv csv = { .text = { .name = src, .field = FT_STR_INIT },
                       .group = -1 };
    uint64_t size;
    int fd = ft_source_open(src, &size, err), rc = -1;

    if (fd < 0)
        return -1;
    csv.text.stream = fdopen(fd, "r");
    if (!csv.text.stream) {
        ft_err_sys(err, "cannot read '%s'", src);
        close(fd);
        return -1;
    }
    if (!size)
        ft_err_set(err, FT_EFORMAT, "'%s' is empty", src);
    else if (ft_csv_rewind(&csv.text, err) == 0 &&
             read_header(&csv, err) == 0 &&
             give_units(&csv, units, err) == 0 && learn_all(&csv, err) == 0)
        rc = write_table(&csv, file, err);
    csv_release(&csv);
    return rc;
}
