/* utf8.c - decoding of UTF-8, strict as RFC 3629 */
#include "text/utf8.h"

size_t ft_utf8_next(const char *s, size_t len, uint32_t *c)
{
    /* The smallest code point that needs n bytes: longer forms are refused. */
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    const unsigned char *u = (const unsigned char *)s;
    size_t n;

    if (!len)
        return 0;
    if (u[0] < 0x80) {
        *c = u[0];
        return 1;
    }
    n = u[0] >= 0xf0 ? 4 : u[0] >= 0xe0 ? 3 : 2;
    if (u[0] < 0xc2 || u[0] > 0xf4 || n > len)
        return 0;
    *c = u[0] & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((u[i] & 0xc0) != 0x80)
            return 0;
        *c = *c << 6 | (u[i] & 0x3f);
    }
    if (*c < least[n] || *c > 0x10ffff || (*c >= 0xd800 && *c <= 0xdfff))
        return 0;
    return n;
}

const char *ft_utf8_skip(const char *s, size_t len, size_t n)
{
    const char *end = s + len;
    uint32_t c;

    while (n-- && s < end) {
        size_t step = ft_utf8_next(s, (size_t)(end - s), &c);

        s += step ? step : 1;
    }
    return s;
}

size_t ft_utf8_count(const char *s, size_t len)
{
    const char *end = s + len;
    size_t n = 0;

    for (; s < end; n++)
        s = ft_utf8_skip(s, (size_t)(end - s), 1);
    return n;
}
