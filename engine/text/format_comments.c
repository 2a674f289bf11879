/* format_comments.c - what each comment belongs to
 *
 * libyaml drops comments.  A '#' outside of every scalar, behind white space or
 * at the start of a line, begins one.  It belongs
 *
 *   - behind something on its line: to the entry of that
 *   - alone on its line inside {...} or [...]: to the entry that follows there
 *   - alone, not further right than the entry that follows: to that
 *   - alone, further right: to the end of the collection it is aligned with,
 *     when that ends there
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "text/format_in.h"
#include "text/utf8.h"

/* An entry in the order of the source, with the collections round it. */
struct place {
    struct ft_piece *in;
    size_t index;  /* of the entry */
    size_t up;     /* 1 + place of the entry that 'in' is the value of, or 0 */
    size_t begin;
    size_t col;    /* of its key or its dash, in bytes */
};

struct attach {
    struct ft_format *f;
    struct place *place;
    size_t n, cap;
    /* For each byte: part of a scalar? */
    bool *covered;
};

static struct ft_entry *entry_at(const struct place *p)
{
    return &p->in->entry[p->index];
}

static size_t begin_of(const struct ft_entry *e)
{
    return e->key ? e->key->begin : e->value->begin;
}

static size_t line_of(const struct ft_format *f, size_t offset)
{
    size_t low = 0, high = f->n_lines;

    while (low + 1 < high) {
        size_t mid = low + (high - low) / 2;

        if (f->line[mid] <= offset)
            low = mid;
        else
            high = mid;
    }
    return low;
}

static size_t column(const struct ft_format *f, const struct ft_piece *in,
                     const struct ft_entry *e)
{
    size_t at = begin_of(e), start = f->line[line_of(f, at)];
    size_t dash = at;

    if (in->form == FT_FORM_MAP || in->flow)
        return at - start;
    while (dash > start && f->text[dash - 1] == ' ')
        dash--;
    if (dash > start && f->text[dash - 1] == '-')
        return dash - 1 - start;
    return at - start;
}

static void cover(struct attach *a, const struct ft_piece *piece)
{
    for (size_t i = piece->begin; i < piece->end; i++)
        a->covered[i] = true;
}

/* The header of a block scalar may have a comment of its own. */
static void uncover_header(struct attach *a, const struct ft_piece *piece)
{
    size_t i = piece->begin;

    while (i < piece->end && a->f->text[i] != '\n')
        a->covered[i++] = false;
}

static void walk(struct attach *a, struct ft_piece *piece, size_t up)
{
    if (piece->form != FT_FORM_MAP && piece->form != FT_FORM_LIST) {
        cover(a, piece);
        if (piece->form == FT_FORM_BLOCK)
            uncover_header(a, piece);
    }
    for (size_t i = 0; i < piece->n; i++) {
        struct ft_entry *e = &piece->entry[i];

        a->place = ft_grow(a->place, a->n, &a->cap, sizeof(*a->place));
        a->place[a->n++] = (struct place){
            .in = piece, .index = i, .up = up, .begin = begin_of(e),
            .col = column(a->f, piece, e),
        };
        if (e->key)
            cover(a, e->key);
        walk(a, e->value, a->n);
    }
}

static void add_comment(struct ft_comments *to, const char *text, size_t len,
                        bool blank)
{
    to->item = ft_grow(to->item, to->n, &to->cap, sizeof(*to->item));
    to->item[to->n++] = (struct ft_comment){ text, len, blank };
}

/* --- behind something ----------------------------------------------------- */

static void last_end(const struct ft_piece *piece, size_t from, size_t to,
                     size_t *end)
{
    size_t at = piece->form == FT_FORM_BLOCK ? piece->begin + 1 : piece->end;

    if (at > from && at <= to && at > *end)
        *end = at;
}

/* The entry that something on the line before the comment belongs to, the last
 * one of them; NULL: there is nothing. */
static struct ft_entry *entry_before(const struct attach *a, size_t start,
                                     size_t comment)
{
    struct ft_entry *found = NULL;
    size_t best = 0;

    for (size_t i = 0; i < a->n && a->place[i].begin < comment; i++) {
        struct ft_entry *e = entry_at(&a->place[i]);
        size_t end = 0;
        bool block = (e->value->form == FT_FORM_MAP ||
                      e->value->form == FT_FORM_LIST) && !e->value->flow;

        if (e->key)
            last_end(e->key, start, comment, &end);
        if (!block)
            last_end(e->value, start, comment, &end);
        if (end > best) {
            best = end;
            found = e;
        }
    }
    return found;
}

/* --- alone ---------------------------------------------------------------- */

static bool is_inside(const struct ft_piece *piece, size_t offset)
{
    return piece->flow && piece->begin < offset && offset < piece->end;
}

/* The collection that a comment at column 'col' ends, which stands behind the
 * entry number 'place' and further right than what follows. */
static struct ft_piece *collection_at(const struct attach *a, size_t place,
                                      size_t col)
{
    while (place && (a->place[place - 1].in->flow ||
                     a->place[place - 1].col > col))
        place = a->place[place - 1].up;
    return place ? a->place[place - 1].in : a->f->root;
}

/* Does 'piece' hold the entry number 'place', at any depth? */
static bool holds(const struct attach *a, const struct ft_piece *piece,
                  size_t place)
{
    while (place && a->place[place - 1].in != piece)
        place = a->place[place - 1].up;
    return place > 0;
}

static struct ft_comments *owner(const struct attach *a, size_t offset,
                                 size_t col)
{
    struct ft_piece *flow = NULL, *end;
    size_t next = 0;

    while (next < a->n && a->place[next].begin < offset) {
        if (is_inside(a->place[next].in, offset))
            flow = a->place[next].in;
        next++;
    }
    if (flow && (next == a->n || a->place[next].begin > flow->end))
        return &flow->tail;
    if (next < a->n && (flow || col <= a->place[next].col))
        return &entry_at(&a->place[next])->before;
    end = collection_at(a, next, col);
    return next < a->n && holds(a, end, next + 1)
               ? &entry_at(&a->place[next])->before : &end->tail;
}

/* --- all of them ---------------------------------------------------------- */

static bool is_blank(const struct ft_format *f, size_t line)
{
    for (size_t i = f->line[line]; i < f->line[line + 1]; i++)
        if (!strchr(" \t\r\n", f->text[i]))
            return false;
    return true;
}

/* The comment on 'line', or the end of the line. */
static size_t find_comment(const struct attach *a, size_t line)
{
    const struct ft_format *f = a->f;
    size_t start = f->line[line], end = f->line[line + 1];

    for (size_t i = start; i < end; i++)
        if (f->text[i] == '#' && !a->covered[i] &&
            (i == start || strchr(" \t", f->text[i - 1])))
            return i;
    return end;
}

static void attach_line(struct attach *a, size_t line)
{
    const struct ft_format *f = a->f;
    size_t start = f->line[line], end = f->line[line + 1];
    size_t at = find_comment(a, line), first = start;
    struct ft_entry *before;
    bool blank = line && is_blank(f, line - 1);

    if (at == end)
        return;
    while (end > at && strchr(" \t\r\n", f->text[end - 1]))
        end--;
    while (first < at && strchr(" \t", f->text[first]))
        first++;
    before = first < at ? entry_before(a, start, at) : NULL;
    if (before && !before->behind) {
        before->behind = f->text + at;
        before->behind_len = end - at;
    } else if (a->n) {
        /* Behind a dash it is about what follows. */
        add_comment(owner(a, at, first < at ? 0 : at - start), f->text + at,
                    end - at, blank);
    } else {
        add_comment(&a->f->head, f->text + at, end - at, blank);
    }
}

/* Comments at the top that a blank line divides from the first entry are about
 * the file, wherever that entry goes. */
static void take_head(struct ft_format *f)
{
    struct ft_entry *first = f->root && f->root->n ? f->root->entry : NULL;
    struct ft_comments *from = first ? &first->before : NULL;
    size_t n = 0;

    if (!from)
        return;
    for (size_t i = 1; i < from->n; i++)
        if (from->item[i].blank)
            n = i;
    if (first->blank)
        n = from->n;
    if (!n)
        return;
    for (size_t i = 0; i < n; i++)
        add_comment(&f->head, from->item[i].text, from->item[i].len,
                    from->item[i].blank);
    from->n -= n;
    memmove(from->item, from->item + n, from->n * sizeof(*from->item));
    if (from->n)
        from->item[0].blank = false;
    else
        first->blank = false;
}

static void note_blanks(struct attach *a)
{
    for (size_t i = 0; i < a->n; i++) {
        size_t line = line_of(a->f, a->place[i].begin);

        entry_at(&a->place[i])->blank = line && is_blank(a->f, line - 1);
    }
}

void ft_format_attach(struct ft_format *f)
{
    struct attach a = { .f = f,
                        .covered = ft_calloc(f->len + 1, sizeof(bool)) };

    if (f->root)
        walk(&a, f->root, 0);
    note_blanks(&a);
    for (size_t line = 0; line < f->n_lines; line++)
        attach_line(&a, line);
    take_head(f);
    free(a.place);
    free(a.covered);
}
