/* linediff.h - how two texts differ, line by line, in unified form
 *
 *   @@ -1,3 +1,4 @@
 *    a line of both
 *   -a line of the first
 *   +a line of the second
 */
#ifndef FT_BASE_LINEDIFF_H
#define FT_BASE_LINEDIFF_H

#include <stddef.h>

#include "base/str.h"

/* Beyond so many insertions and deletions what differs is shown as one block
 * that was replaced: right, but not the shortest way to say it. */
#define FT_LINEDIFF_EDITS_MAX 1000

struct ft_linediff {
    size_t removed, added; /* lines */
    size_t left_out;       /* lines of the form above beyond the limit */
};

/* Append at most 'max' lines to 'out'; nothing when the texts are equal. */
void ft_linediff(const char *a, size_t a_len, const char *b, size_t b_len,
                 size_t max, struct ft_str *out, struct ft_linediff *counts);

#endif
