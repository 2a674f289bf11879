/* suggest.c - Damerau-Levenshtein distance over short names */
#include "text/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

static int fold(char c)
{
    return tolower((unsigned char)c);
}

/* Insertions, deletions, substitutions and swaps of neighbours that turn 'a'
 * into 'b'; neither is longer than FT_SUGGEST_MAX. */
static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
    size_t row[3][FT_SUGGEST_MAX + 1];

    for (size_t j = 0; j <= m; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *now = row[i % 3];
        const size_t *up = row[(i + 2) % 3], *up2 = row[(i + 1) % 3];

        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            bool same = fold(a[i - 1]) == fold(b[j - 1]);

            now[j] = min_size(up[j - 1] + !same,
                              min_size(up[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) &&
                fold(a[i - 2]) == fold(b[j - 1]))
                now[j] = min_size(now[j], up2[j - 2] + 1);
        }
    }
    return row[n % 3][m];
}

const char *ft_suggest(const char *name, const char *const *candidate,
                       size_t n)
{
    size_t len = strlen(name);
    size_t limit = len / 3 ? len / 3 : 1;
    const char *best = NULL;

    if (len > FT_SUGGEST_MAX)
        return NULL;
    limit = min_size(limit, len ? len - 1 : 0);
    for (size_t i = 0; i < n; i++) {
        size_t m = strlen(candidate[i]), d;

        if (m > FT_SUGGEST_MAX || m > len + limit || len > m + limit)
            continue;
        d = distance(name, len, candidate[i], m);
        if (d > limit || (best && d == limit))
            continue;
        best = candidate[i];
        limit = d;
        if (!d)
            break;
    }
    return best;
}
