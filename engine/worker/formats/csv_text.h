/* csv_text.h - the fields of a text, one after another (RFC 4180) */
#ifndef FT_WORKER_CSV_TEXT_H
#define FT_WORKER_CSV_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/str.h"

struct ft_err;

struct ft_csv_text {
    const char *name;          /* of the file, for errors */
    FILE *stream;              /* owned by the caller */
    int line, col;             /* of the next character */
    int field_line, field_col; /* where the field began */
    struct ft_str field;       /* the field that was read last */
    bool quoted;               /* it stood in quotes */
};

/* To the first field of the first line; a byte order mark is skipped. */
int ft_csv_rewind(struct ft_csv_text *text, struct ft_err *err);

/* What stands behind a field. */
enum ft_csv_end { FT_CSV_END_FIELD, FT_CSV_END_ROW, FT_CSV_END_TEXT };

/* Read the next field; an enum ft_csv_end, or -1. */
int ft_csv_next(struct ft_csv_text *text, struct ft_err *err);

/* FT_EFORMAT with the place where the last field began.  Return -1. */
int ft_csv_fail(const struct ft_csv_text *text, struct ft_err *err,
                const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
