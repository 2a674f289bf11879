/* lines.c - lines and characters of a text, as libyaml counts them
 *
 * libyaml reports bytes that are not UTF-8 and control characters badly; they
 * are looked for here, before it sees the text.
 */
#include "text/lines.h"

#include <string.h>

#include "text/utf8.h"

/* Bytes of the line break at 's' as libyaml sees it, or 0. */
static size_t break_len(const char *s, const char *end)
{
    if (*s == '\r')
        return s + 1 < end && s[1] == '\n' ? 2 : 1;
    if (*s == '\n')
        return 1;
    if (end - s >= 2 && memcmp(s, "\xc2\x85", 2) == 0)
        return 2;
    if (end - s >= 3 && (memcmp(s, "\xe2\x80\xa8", 3) == 0 ||
                         memcmp(s, "\xe2\x80\xa9", 3) == 0))
        return 3;
    return 0;
}

static const char *line_end(const char *s, const char *end)
{
    while (s < end && !break_len(s, end))
        s++;
    return s;
}

const char *ft_line_find(const char *text, size_t size, int line, size_t *len)
{
    const char *s = text, *end = text + size;

    if (line < 1)
        return NULL;
    while (--line) {
        s = line_end(s, end);
        if (s == end)
            return NULL;
        s += break_len(s, end);
    }
    *len = (size_t)(line_end(s, end) - s);
    return s;
}

static bool printable(uint32_t c)
{
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0x7f) ||
           c == 0x85 || (c >= 0xa0 && c <= 0xfffd && c != 0xfeff) ||
           c >= 0x10000;
}

bool ft_encoding_check(const struct ft_doc *doc, struct ft_diags *diags)
{
    size_t size, len = 0;
    const char *s = ft_doc_text(doc, &size), *end = s + size, *start = s;
    struct ft_mark mark = { .file = ft_doc_file(doc), .line = 1, .width = 1 };
    uint32_t c = 0;

    while (s < end) {
        size_t eol = break_len(s, end);

        if (eol) {
            s += eol;
            start = s;
            mark.line++;
            continue;
        }
        len = ft_utf8_next(s, (size_t)(end - s), &c);
        if (!len || !printable(c))
            break;
        s += len;
    }
    if (s == end)
        return true;
    mark.col = (int)ft_utf8_count(start, (size_t)(s - start)) + 1;
    if (len) {
        ft_diag_add(diags, doc, &mark, FT_D_ENCODING,
                    "the control character U+%04X may not stand in YAML",
                    (unsigned)c);
    } else {
        ft_diag_add(diags, doc, &mark, FT_D_ENCODING,
                    "the text is not UTF-8 (byte 0x%02X)",
                    (unsigned)(unsigned char)*s);
        ft_diag_hint(diags, "save the file as UTF-8");
    }
    return false;
}
