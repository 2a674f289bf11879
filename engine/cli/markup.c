/* markup.c - text from anywhere inside HTML and XML */
#include "cli/markup.h"

#include <string.h>

#include "base/str.h"

#define REPLACEMENT "\xef\xbf\xbd"

static const char *reference(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\n':
        return "\n";
    case '\t':
        return "\t";
    default:
        return (unsigned char)c < ' ' || c == 0x7f ? REPLACEMENT : NULL;
    }
}

/* Length of the character at 's', 0 when it is none that XML can hold. */
static size_t character(const char *s, size_t left)
{
    unsigned char c = (unsigned char)*s;
    size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

    if (n > left || !ft_utf8_valid(s, n))
        return 0;
    /* U+FFFE and U+FFFF are no characters, U+0080 to U+009F are controls. */
    if (n == 3 && memcmp(s, "\xef\xbf", 2) == 0 && (s[2] & 0x3f) >= 0x3e)
        return 0;
    if (n == 2 && c == 0xc2 && (unsigned char)s[1] < 0xa0)
        return 0;
    return n;
}

void ft_markup_textn(struct ft_str *out, const char *text, size_t len)
{
    while (len) {
        size_t n = character(text, len);
        const char *ref = n == 1 ? reference(*text) : NULL;

        if (!n)
            ft_str_add(out, REPLACEMENT);
        else if (ref)
            ft_str_add(out, ref);
        else
            ft_str_addn(out, text, n);
        n = n ? n : 1;
        text += n;
        len -= n;
    }
}

void ft_markup_text(struct ft_str *out, const char *text)
{
    ft_markup_textn(out, text, strlen(text));
}
