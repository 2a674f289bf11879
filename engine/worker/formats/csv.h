/* csv.h - tables as text, RFC 4180
 *
 * The first line names the columns.  "name [unit]" is a column of numbers:
 * integers when all of them are, else floating-point; an empty field is a
 * missing value (NaN).  A name without unit is a column of text; when all it
 * holds are numbers that is an error, because a unit is never guessed ("[1]" is
 * a number without dimension).
 */
#ifndef FT_WORKER_CSV_H
#define FT_WORKER_CSV_H

#include "worker/scan.h"

struct json_object;

#define FT_CSV_FIELD_MAX 4096    /* bytes of one field */
#define FT_CSV_BLOCK (4u << 20) /* bytes of the rows that are held at once */

enum ft_csv_value { FT_CSV_TEXT, FT_CSV_INTEGER, FT_CSV_NUMBER };
/* What the field is, with its value in *integer (FT_CSV_INTEGER) and *number
 * (both kinds of numbers).  Blanks around a number do not count; "nan", "inf"
 * and "-inf" are numbers, hexadecimal ones and what overflows are not. */
enum ft_csv_value ft_csv_value(const char *field, int64_t *integer,
                               double *number);

/* Write the table that is the text in 'src' into the new HDF5 file 'file'.
 * 'units' {"name": "unit"} are of columns whose unit the text does not say, or
 * NULL.  FT_EFORMAT with line and column. */
int ft_csv_read(const char *src, struct json_object *units, hid_t file,
                struct ft_err *err);

/* Write the checked table as text to 'dest': whole, or not at all. */
int ft_csv_write(const struct ft_scan *scan, const char *dest, uint64_t *rows,
                 struct ft_err *err);

#endif
