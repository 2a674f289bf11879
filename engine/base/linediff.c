/* linediff.c - how two texts differ, line by line, in unified form
 *
 * Myers' greedy algorithm (An O(ND) Difference Algorithm, 1986) on what lies
 * between the common beginning and the common end.
 */
#include "base/linediff.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define CONTEXT 3 /* equal lines shown around what differs */

struct line {
    const char *s;
    size_t len; /* with its end */
    uint64_t hash;
};

struct side {
    struct line *line;
    size_t n, cap;
    bool *differs; /* of each line: it is not in the other text */
};

/* --- lines ---------------------------------------------------------------- */

static uint64_t hash_of(const char *s, size_t len)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)s[i]) * UINT64_C(1099511628211);
    return hash;
}

static void split(const char *text, size_t len, struct side *side)
{
    *side = (struct side){ 0 };
    while (len) {
        const char *end = memchr(text, '\n', len);
        size_t n = end ? (size_t)(end - text) + 1 : len;

        side->line = ft_grow(side->line, side->n, &side->cap,
                             sizeof(*side->line));
        side->line[side->n++] = (struct line){ text, n, hash_of(text, n) };
        text += n;
        len -= n;
    }
    side->differs = ft_calloc(side->n + 1, sizeof(*side->differs));
}

static void side_release(struct side *side)
{
    free(side->line);
    free(side->differs);
}

static bool same(const struct line *a, const struct line *b)
{
    return a->hash == b->hash && a->len == b->len &&
           memcmp(a->s, b->s, a->len) == 0;
}

/* --- which lines differ --------------------------------------------------- */

/* The middle of both texts. */
struct middle {
    const struct line *a, *b;
    int32_t n, m;
    bool *removed, *added;
};

/* 'reach' of the diagonals -d ... d after d edits stands at trace[d * d]. */
static int32_t reach(const int32_t *trace, int32_t d, int32_t k)
{
    return k < -d || k > d ? -1 : trace[d * d + d + k];
}

/* How far diagonal k = x - y is reached with d edits. */
static int32_t step(const struct middle *mid, const int32_t *trace, int32_t d,
                    int32_t k)
{
    int32_t below = d ? reach(trace, d - 1, k + 1) : -1;
    int32_t left = d ? reach(trace, d - 1, k - 1) : -1;
    int32_t x = d == 0 ? 0 : below > left ? below : left + 1;

    while (x < mid->n && x - k < mid->m && x - k >= 0 &&
           same(&mid->a[x], &mid->b[x - k]))
        x++;
    return x;
}

/* Walk back from the end through the diagonals that led there. */
static void mark(const struct middle *mid, const int32_t *trace, int32_t d)
{
    int32_t k = mid->n - mid->m;

    for (; d > 0; d--) {
        int32_t below = reach(trace, d - 1, k + 1);
        int32_t left = reach(trace, d - 1, k - 1);

        if (below > left) {
            mid->added[below - (k + 1)] = true;
            k++;
        } else {
            mid->removed[left] = true;
            k--;
        }
    }
}

/* False when it takes more than FT_LINEDIFF_EDITS_MAX edits. */
static bool find_edits(const struct middle *mid)
{
    int32_t *trace = NULL;
    bool found = false;

    for (int32_t d = 0; d <= FT_LINEDIFF_EDITS_MAX && !found; d++) {
        trace = ft_realloc(trace, (size_t)(d + 1) * (size_t)(d + 1),
                           sizeof(*trace));
        for (int32_t k = -d; k <= d; k++) {
            int32_t *x = &trace[d * d + d + k];

            *x = -1; /* the diagonal lies outside, or is not of this parity */
            if ((k + d) % 2 == 0 && k >= -mid->m && k <= mid->n)
                *x = step(mid, trace, d, k);
            if (k == mid->n - mid->m && *x >= mid->n)
                found = true;
        }
        if (found)
            mark(mid, trace, d);
    }
    free(trace);
    return found;
}

static void compare(struct side *a, struct side *b)
{
    size_t from = 0, a_end = a->n, b_end = b->n;
    struct middle mid;

    while (from < a_end && from < b_end &&
           same(&a->line[from], &b->line[from]))
        from++;
    while (a_end > from && b_end > from &&
           same(&a->line[a_end - 1], &b->line[b_end - 1])) {
        a_end--;
        b_end--;
    }
    mid = (struct middle){
        .a = a->line + from, .b = b->line + from,
        .n = (int32_t)(a_end - from), .m = (int32_t)(b_end - from),
        .removed = a->differs + from, .added = b->differs + from,
    };
    if (a_end - from < INT32_MAX / 2 && b_end - from < INT32_MAX / 2 &&
        find_edits(&mid))
        return;
    memset(mid.removed, true, a_end - from);
    memset(mid.added, true, b_end - from);
}

/* --- the text ------------------------------------------------------------- */

struct writer {
    const struct side *a, *b;
    struct ft_str *out;
    size_t max, n; /* lines that may be, and were, written */
    struct ft_linediff *counts;
};

static void put(struct writer *w, char sign, const char *s, size_t len)
{
    bool ended = len && s[len - 1] == '\n';

    if (w->n++ >= w->max) {
        w->counts->left_out++;
        return;
    }
    if (sign)
        ft_str_addc(w->out, sign);
    ft_str_addn(w->out, s, len);
    if (!ended)
        ft_str_add(w->out, "\n\\ No newline at end of file\n");
}

/* Lines that differ from i and j on; behind them i and j. */
static void skip_changes(const struct writer *w, size_t *i, size_t *j)
{
    while (*i < w->a->n && w->a->differs[*i])
        ++*i;
    while (*j < w->b->n && w->b->differs[*j])
        ++*j;
}

/* Where the hunk ends that has a change at i and j: with so many equal lines
 * that the next change is none of its own. */
static void find_end(const struct writer *w, size_t i, size_t j,
                     size_t *a_end, size_t *b_end)
{
    size_t equal = 0;

    skip_changes(w, &i, &j);
    while (i < w->a->n && equal <= 2 * CONTEXT) {
        if (w->a->differs[i] || (j < w->b->n && w->b->differs[j])) {
            skip_changes(w, &i, &j);
            equal = 0;
        } else {
            i++;
            j++;
            equal++;
        }
    }
    if (equal <= 2 * CONTEXT && j < w->b->n) { /* added at the end */
        skip_changes(w, &i, &j);
        equal = 0;
    }
    equal = equal > CONTEXT ? equal - CONTEXT : 0;
    *a_end = i - equal;
    *b_end = j - equal;
}

static void add_range(struct ft_str *out, char sign, size_t from, size_t n)
{
    ft_str_addf(out, " %c%zu,%zu", sign, n ? from + 1 : from, n);
}

static void put_hunk(struct writer *w, size_t i, size_t j, size_t a_end,
                     size_t b_end)
{
    struct ft_str head = FT_STR_INIT;

    ft_str_add(&head, "@@");
    add_range(&head, '-', i, a_end - i);
    add_range(&head, '+', j, b_end - j);
    ft_str_add(&head, " @@\n");
    put(w, 0, head.s, head.len);
    ft_str_release(&head);
    while (i < a_end || j < b_end) {
        if (i < a_end && w->a->differs[i]) {
            put(w, '-', w->a->line[i].s, w->a->line[i].len);
            i++;
        } else if (j < b_end && w->b->differs[j]) {
            put(w, '+', w->b->line[j].s, w->b->line[j].len);
            j++;
        } else {
            put(w, ' ', w->a->line[i].s, w->a->line[i].len);
            i++;
            j++;
        }
    }
}

static void write_hunks(struct writer *w)
{
    size_t i = 0, j = 0;

    while (i < w->a->n || j < w->b->n) {
        size_t back = i < CONTEXT ? i : CONTEXT, a_end, b_end;

        if (!(i < w->a->n && w->a->differs[i]) &&
            !(j < w->b->n && w->b->differs[j])) {
            i++;
            j++;
            continue;
        }
        find_end(w, i, j, &a_end, &b_end);
        put_hunk(w, i - back, j - back, a_end, b_end);
        i = a_end;
        j = b_end;
    }
}

static size_t count(const struct side *side)
{
    size_t n = 0;

    for (size_t i = 0; i < side->n; i++)
        n += side->differs[i];
    return n;
}

void ft_linediff(const char *a, size_t a_len, const char *b, size_t b_len,
                 size_t max, struct ft_str *out, struct ft_linediff *counts)
{
    struct side x, y;
    struct writer w = { .a = &x, .b = &y, .out = out, .max = max,
                        .counts = counts };

    split(a, a_len, &x);
    split(b, b_len, &y);
    compare(&x, &y);
    *counts = (struct ft_linediff){ .removed = count(&x),
                                    .added = count(&y) };
    write_hunks(&w);
    side_release(&x);
    side_release(&y);
}
