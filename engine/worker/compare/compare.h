/* compare.h - how two versions of one object differ
 *
 * What differs is counted, measured and placed; nothing is converted.  Two
 * numbers agree when they are equal, or when their difference is at most the
 * absolute tolerance of their unit, or at most the relative tolerance times the
 * larger magnitude.  NaN agrees with NaN alone, an infinity with itself alone.
 */
#ifndef FT_WORKER_COMPARE_H
#define FT_WORKER_COMPARE_H

#include "worker/version_file.h"

struct json_object;

#define FT_COMPARE_FIRST_MAX 100       /* values listed of one array */
#define FT_COMPARE_PLACES_MAX 20000    /* of all arrays together */
#define FT_COMPARE_LIST_MAX 1000       /* arrays or attributes listed */
#define FT_COMPARE_TEXT_MAX (1u << 20) /* bytes of a file shown by lines */
#define FT_COMPARE_LINES_MAX 2000
#define FT_COMPARE_KEY_ROWS_MAX (4u << 20)
#define FT_COMPARE_KEY_BYTES_MAX (256u << 20) /* of a column that is sorted */

struct ft_compare {
    double rtol;
    struct json_object *atol; /* unit, as written in the files -> number; or
                                 NULL */
    const char *key;          /* column that pairs rows, or NULL: by number */
    size_t first;             /* differing values listed of an array */
    size_t lines;             /* of a text */
};

/* Add the members that worker.md names to 'answer'.
 *   FT_EUSAGE   there is no column 'key', its values do not name rows, or the
 *               table is too large for it */
int ft_compare(const struct ft_version_file *a,
               const struct ft_version_file *b, const struct ft_compare *how,
               struct json_object *answer, struct ft_err *err);

#endif
