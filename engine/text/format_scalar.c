/* format_scalar.c - scalars in their styles */
#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "text/format_in.h"
#include "text/utf8.h"

#define STEP 2 /* columns of indentation */

/* --- quoted --------------------------------------------------------------- */

/* Characters that a reader would take for a line break or drop. */
static bool is_hidden(uint32_t c)
{
    return c < 0x20 || c == 0x7f || c == 0x85 || c == 0xa0 || c == 0x2028 ||
           c == 0x2029 || c == 0xfeff;
}

static void add_escaped(uint32_t c, const char *s, size_t n,
                        struct ft_str *out)
{
    switch (c) {
    case '\n':
        ft_str_add(out, "\\n");
        break;
    case '\t':
        ft_str_add(out, "\\t");
        break;
    case '"':
    case '\\':
        ft_str_addf(out, "\\%c", (int)c);
        break;
    default:
        if (is_hidden(c))
            ft_str_addf(out, c < 0x100 ? "\\x%02X" : "\\u%04X", (unsigned)c);
        else
            ft_str_addn(out, s, n);
    }
}

/* Double quotes, unless single ones need less. */
static bool wants_single(const struct ft_piece *piece)
{
    bool escapes = false;

    for (size_t i = 0, n; i < piece->len; i += n) {
        uint32_t c = 0;

        n = ft_utf8_next(piece->text + i, piece->len - i, &c);
        if (!n || is_hidden(c) || c == '\'')
            return false;
        escapes |= c == '"' || c == '\\';
    }
    return escapes;
}

static void add_quoted(const struct ft_piece *piece, struct ft_str *out)
{
    bool single = wants_single(piece);

    ft_str_addc(out, single ? '\'' : '"');
    for (size_t i = 0, n; i < piece->len; i += n) {
        uint32_t c = 0;

        n = ft_utf8_next(piece->text + i, piece->len - i, &c);
        if (!n) {
            c = (unsigned char)piece->text[i];
            n = 1;
        }
        if (single)
            ft_str_addn(out, piece->text + i, n);
        else
            add_escaped(c, piece->text + i, n, out);
    }
    ft_str_addc(out, single ? '\'' : '"');
}

void ft_scalar_inline(const struct ft_piece *piece, struct ft_str *out)
{
    if (piece->form == FT_FORM_ALIAS)
        ft_str_addf(out, "*%s", piece->anchor);
    else if (piece->form == FT_FORM_PLAIN && !strchr(piece->text, '\n'))
        ft_str_add(out, piece->text);
    else
        add_quoted(piece, out);
}

/* --- plain, over several lines -------------------------------------------- */

/* May a line end before the space at text[i]? */
static bool may_break(const char *text, size_t i)
{
    return text[i] == ' ' && i && !strchr(" :\n", text[i - 1]) &&
           isalnum((unsigned char)text[i + 1]);
}

/* Where the line that starts at 'text' has to end, to be at most 'width' wide
 * where that can be. */
static size_t line_length(const char *text, size_t width)
{
    size_t end = 0, i = 0;

    for (; text[i] && text[i] != '\n'; i++) {
        if (!may_break(text, i))
            continue;
        if (end && ft_utf8_count(text, i) > width)
            return end;
        end = i;
    }
    return end && ft_utf8_count(text, i) > width ? end : i;
}

static void add_plain(const char *text, size_t indent, size_t col,
                      struct ft_str *out)
{
    size_t width = FT_FORMAT_WIDTH > col ? FT_FORMAT_WIDTH - col : 1;

    while (*text) {
        size_t len = line_length(text, width);

        ft_str_addn(out, text, len);
        text += len;
        if (!*text)
            break;
        /* A blank line stands for each line break in the value. */
        ft_str_addc(out, '\n');
        if (*text == ' ')
            text++;
        for (; *text == '\n'; text++)
            ft_str_addc(out, '\n');
        ft_str_addf(out, "%*s", (int)indent, "");
        width = FT_FORMAT_WIDTH - (indent < 60 ? indent : 60);
    }
}

/* --- | and > -------------------------------------------------------------- */

static size_t spaces(const char *s, size_t len)
{
    size_t n = 0;

    while (n < len && s[n] == ' ')
        n++;
    return n;
}

/* One line of a block, or nothing when it is empty. */
static void add_line(const char *s, size_t len, size_t indent,
                     struct ft_str *out)
{
    if (len)
        ft_str_addf(out, "%*s%.*s", (int)indent, "", (int)len, s);
    ft_str_addc(out, '\n');
}

static void add_literal(const struct ft_piece *piece, size_t indent,
                        struct ft_str *out)
{
    const char *at = piece->text, *end = piece->text + piece->len;

    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));

        if (!stop)
            stop = end;
        add_line(at, (size_t)(stop - at), indent, out);
        at = stop + 1;
    }
}

/* Only the source knows where its lines ended. */
static void add_folded(const struct ft_format *f, const struct ft_piece *piece,
                       size_t indent, struct ft_str *out)
{
    const char *first = piece->text + strspn(piece->text, "\n");
    size_t lead = spaces(first, strlen(first)), cut = 0, n_blank = 0;
    const char *end = f->text + piece->end;
    const char *at = memchr(f->text + piece->begin, '\n',
                            piece->end - piece->begin);
    bool begun = false;

    for (at = at ? at + 1 : end; at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t len, own;

        if (!stop)
            stop = end;
        len = (size_t)(stop - at) - (stop > at && stop[-1] == '\r');
        own = spaces(at, len);
        if (!begun && own < len) {
            cut = own - lead;
            begun = true;
        }
        if (own == len && len <= cut) {
            n_blank++;
        } else {
            for (; n_blank; n_blank--)
                ft_str_addc(out, '\n');
            add_line(at + cut, len - cut, indent, out);
        }
        at = stop + 1;
    }
}

static bool is_usual(uint32_t c)
{
    return c == '\n' || c == '\r' || c == '\t' || c == 0xa0;
}

/* Can the value be written in lines, with at most one line break at its end?
 * The source tells unusual line breaks from usual ones. */
static bool fits_block(const struct ft_format *f, const struct ft_piece *piece)
{
    size_t end = piece->len;

    for (size_t i = piece->begin, n; i < piece->end; i += n) {
        uint32_t c = 0;

        n = ft_utf8_next(f->text + i, piece->end - i, &c);
        if (!n || (is_hidden(c) && !is_usual(c)))
            return false;
    }
    return end && (piece->text[end - 1] != '\n' ||
                   (end > 1 && piece->text[end - 2] != '\n'));
}

static void add_block(const struct ft_format *f, const struct ft_piece *piece,
                      size_t indent, const char *behind, size_t behind_len,
                      struct ft_str *out)
{
    const char *first = piece->text + strspn(piece->text, "\n");

    ft_str_addc(out, piece->folded ? '>' : '|');
    if (*first == ' ' || *first == '\t')
        ft_str_addf(out, "%d", STEP);
    if (piece->text[piece->len - 1] != '\n')
        ft_str_addc(out, '-');
    if (behind)
        ft_str_addf(out, "  %.*s", (int)behind_len, behind);
    ft_str_addc(out, '\n');
    if (piece->folded)
        add_folded(f, piece, indent, out);
    else
        add_literal(piece, indent, out);
}

void ft_scalar_block(const struct ft_format *f, const struct ft_piece *piece,
                     size_t indent, size_t col, const char *behind,
                     size_t behind_len, struct ft_str *out)
{
    if (piece->form == FT_FORM_BLOCK && fits_block(f, piece)) {
        add_block(f, piece, indent, behind, behind_len, out);
        return;
    }
    if (piece->form == FT_FORM_PLAIN)
        add_plain(piece->text, indent, col, out);
    else
        ft_scalar_inline(piece, out);
    if (behind)
        ft_str_addf(out, "  %.*s", (int)behind_len, behind);
    ft_str_addc(out, '\n');
}
