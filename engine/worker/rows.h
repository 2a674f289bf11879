/* rows.h - the rows of a table as JSON */
#ifndef FT_WORKER_ROWS_H
#define FT_WORKER_ROWS_H

#include "worker/scan.h"

struct json_object;

/* Stored bytes of all values that are asked for; as JSON they stay below
 * FT_JSON_SIZE_MAX, which bounds an answer. */
#define FT_ROWS_BYTES_MAX (8u << 20)

struct ft_rows_range {
    int64_t from; /* the first row; negative: counted from the end */
    uint64_t max; /* rows; more are an error */
};

/* Add "rows" (of the whole table), "from" (of the first row that is there) and
 * "columns" (worker.md) of the checked table to 'answer'.
 *   FT_EUSAGE   there are more rows, or bytes, than the limit
 *   FT_EFORMAT  a number is not finite, a text not printable */
int ft_rows_read(const struct ft_scan *scan, const struct ft_rows_range *range,
                 struct json_object *answer, struct ft_err *err);

#endif
