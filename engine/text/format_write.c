/* format_write.c - from the tree to text */
#include <string.h>

#include "text/format_in.h"
#include "text/utf8.h"

#define STEP 2

struct writer {
    const struct ft_format *f;
    struct ft_str *out;
};

static bool is_collection(const struct ft_piece *piece)
{
    return piece->form == FT_FORM_MAP || piece->form == FT_FORM_LIST;
}

static bool is_null(const struct ft_piece *piece)
{
    return piece->form == FT_FORM_PLAIN && !piece->len;
}

static void add_indent(struct writer *w, size_t indent)
{
    ft_str_addf(w->out, "%*s", (int)indent, "");
}

static void add_anchor(const struct ft_piece *piece, struct ft_str *out)
{
    if (piece->anchor && piece->form != FT_FORM_ALIAS)
        ft_str_addf(out, "&%s ", piece->anchor);
}

/* --- on one line ---------------------------------------------------------- */

static void add_inline(const struct ft_piece *piece, struct ft_str *out);

static void add_key(const struct ft_piece *key, struct ft_str *out)
{
    add_anchor(key, out);
    ft_scalar_inline(key, out);
    ft_str_add(out, key->form == FT_FORM_ALIAS ? " :" : ":");
}

static void add_members(const struct ft_piece *piece, struct ft_str *out)
{
    for (size_t i = 0; i < piece->n; i++) {
        const struct ft_entry *e = &piece->entry[i];

        ft_str_add(out, i ? ", " : "");
        if (e->key) {
            add_key(e->key, out);
            ft_str_addc(out, ' ');
        }
        add_inline(e->value, out);
    }
}

static void add_inline(const struct ft_piece *piece, struct ft_str *out)
{
    add_anchor(piece, out);
    if (is_collection(piece)) {
        ft_str_addc(out, piece->form == FT_FORM_MAP ? '{' : '[');
        add_members(piece, out);
        ft_str_addc(out, piece->form == FT_FORM_MAP ? '}' : ']');
    } else if (is_null(piece)) {
        ft_str_add(out, "null");
    } else {
        ft_scalar_inline(piece, out);
    }
}

static bool has_comments(const struct ft_piece *piece)
{
    bool yes = piece->tail.n > 0;

    for (size_t i = 0; i < piece->n && !yes; i++)
        yes = piece->entry[i].before.n || piece->entry[i].behind ||
              has_comments(piece->entry[i].value);
    return yes;
}

/* --- over several lines --------------------------------------------------- */

static void add_entries(struct writer *w, const struct ft_piece *piece,
                        size_t indent, bool begun);

static void add_comments(struct writer *w, const struct ft_comments *comments,
                         size_t indent, bool first)
{
    for (size_t i = 0; i < comments->n; i++) {
        if (comments->item[i].blank && !(first && i == 0))
            ft_str_addc(w->out, '\n');
        add_indent(w, indent);
        ft_str_addf(w->out, "%.*s\n", (int)comments->item[i].len,
                    comments->item[i].text);
    }
}

static void end_line(struct writer *w, const struct ft_entry *e)
{
    if (e->behind)
        ft_str_addf(w->out, "  %.*s", (int)e->behind_len, e->behind);
    ft_str_addc(w->out, '\n');
}

/* On the line that begins at column 'col'; false when it is no place for it. */
static bool add_flow(struct writer *w, const struct ft_entry *e, size_t col)
{
    struct ft_str text = FT_STR_INIT;
    const struct ft_piece *piece = e->value;
    bool fits;

    if (piece->n && (!piece->flow || has_comments(piece)))
        return false;
    add_inline(piece, &text);
    fits = !piece->n || col + ft_utf8_count(text.s, text.len) <=
                            FT_FORMAT_WIDTH;
    if (fits) {
        ft_str_addf(w->out, " %s", text.s);
        end_line(w, e);
    }
    ft_str_release(&text);
    return fits;
}

/* May the first entry stand behind the dash? */
static bool joins_dash(const struct ft_entry *e)
{
    return !e->key && !e->behind && !e->value->anchor &&
           !e->value->entry[0].before.n;
}

static void add_collection(struct writer *w, const struct ft_entry *e,
                           size_t indent, size_t col)
{
    if (add_flow(w, e, col + 1))
        return;
    if (joins_dash(e)) {
        ft_str_addc(w->out, ' ');
        add_entries(w, e->value, indent + STEP, true);
        return;
    }
    if (e->value->anchor)
        ft_str_addf(w->out, " &%s", e->value->anchor);
    end_line(w, e);
    add_entries(w, e->value, indent + STEP, false);
}

static void add_value(struct writer *w, const struct ft_entry *e,
                      size_t indent, size_t col)
{
    size_t before = w->out->len;

    if (is_collection(e->value)) {
        add_collection(w, e, indent, col);
    } else if (is_null(e->value) && !e->value->anchor) {
        end_line(w, e);
    } else {
        ft_str_addc(w->out, ' ');
        add_anchor(e->value, w->out);
        ft_scalar_block(w->f, e->value, indent + STEP,
                        col + w->out->len - before, e->behind, e->behind_len,
                        w->out);
    }
}

/* 'begun': the first line is indented already. */
static void add_entries(struct writer *w, const struct ft_piece *piece,
                        size_t indent, bool begun)
{
    for (size_t i = 0; i < piece->n; i++) {
        const struct ft_entry *e = &piece->entry[i];
        size_t start;

        add_comments(w, &e->before, indent, i == 0);
        if (e->blank && (i || e->before.n))
            ft_str_addc(w->out, '\n');
        if (i || !begun)
            add_indent(w, indent);
        start = w->out->len;
        if (e->key)
            add_key(e->key, w->out);
        else
            ft_str_addc(w->out, '-');
        add_value(w, e, indent,
                  indent + ft_utf8_count(w->out->s + start,
                                         w->out->len - start));
    }
    add_comments(w, &piece->tail, indent, piece->n == 0);
}

void ft_format_write(const struct ft_format *f, struct ft_str *out)
{
    struct writer w = { f, out };

    add_comments(&w, &f->head, 0, true);
    if (!f->root || is_null(f->root))
        return;
    if (f->head.n)
        ft_str_addc(out, '\n');
    if (is_collection(f->root) && f->root->n) {
        add_entries(&w, f->root, 0, false);
    } else {
        add_inline(f->root, out);
        ft_str_addc(out, '\n');
        add_comments(&w, &f->root->tail, 0, false);
    }
}
