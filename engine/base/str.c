/* str.c - a growing string */
#include "base/str.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define FORMAT_LIKELY 64 /* room in which most texts fit at once */

char ft_str_empty[1] = "";

static void reserve(struct ft_str *str, size_t more)
{
    size_t need = str->len + more + 1;

    if (need <= str->cap)
        return;
    if (need < str->cap + str->cap / 2)
        need = str->cap + str->cap / 2;
    if (need < 32)
        need = 32;
    str->s = ft_realloc(str->cap ? str->s : NULL, need, 1);
    str->cap = need;
}

void ft_str_addn(struct ft_str *str, const void *bytes, size_t len)
{
    if (!len)
        return;
    reserve(str, len);
    memcpy(str->s + str->len, bytes, len);
    str->len += len;
    str->s[str->len] = '\0';
}

void ft_str_add(struct ft_str *str, const char *s)
{
    ft_str_addn(str, s, strlen(s));
}

void ft_str_addc(struct ft_str *str, char c)
{
    ft_str_addn(str, &c, 1);
}

void ft_str_vaddf(struct ft_str *str, const char *fmt, va_list ap)
{
    va_list again;
    int n;

    reserve(str, FORMAT_LIKELY);
    va_copy(again, ap);
    n = vsnprintf(str->s + str->len, str->cap - str->len, fmt, again);
    va_end(again);
    if (n < 0)
        FT_BUG("bad format '%s'", fmt);
    if ((size_t)n >= str->cap - str->len) {
        reserve(str, (size_t)n);
        vsnprintf(str->s + str->len, (size_t)n + 1, fmt, ap);
    }
    str->len += (size_t)n;
}

void ft_str_addi(struct ft_str *str, int64_t n)
{
    uint64_t left = n < 0 ? -(uint64_t)n : (uint64_t)n;
    char text[24];
    size_t at = sizeof(text);

    do {
        text[--at] = (char)('0' + left % 10);
        left /= 10;
    } while (left);
    if (n < 0)
        text[--at] = '-';
    ft_str_addn(str, text + at, sizeof(text) - at);
}

void ft_str_addf(struct ft_str *str, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    ft_str_vaddf(str, fmt, ap);
    va_end(ap);
}

void ft_str_add_quoted(struct ft_str *str, const char *s)
{
    for (; *s; s++)
        if (*s == '\'') /* no backslash helps inside */
            ft_str_add(str, "'\\''");
        else
            ft_str_addc(str, *s);
}

void ft_str_add_word(struct ft_str *str, const char *s)
{
    ft_str_addc(str, '\'');
    ft_str_add_quoted(str, s);
    ft_str_addc(str, '\'');
}

void ft_str_cut(struct ft_str *str, size_t len)
{
    if (len >= str->len)
        return;
    str->len = len;
    str->s[len] = '\0';
}

char *ft_str_take(struct ft_str *str)
{
    char *s = str->cap ? str->s : ft_strdup("");

    *str = (struct ft_str)FT_STR_INIT;
    return s;
}

void ft_str_release(struct ft_str *str)
{
    if (str->cap)
        free(str->s);
    *str = (struct ft_str)FT_STR_INIT;
}

bool ft_starts_with(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool ft_ends_with(const char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);

    return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

/* Bytes of the character at 's', at most 'len'; 0 when it is malformed.  The
 * second byte's range excludes overlong forms, surrogates and what is past
 * U+10FFFF. */
static size_t utf8_char(const unsigned char *s, size_t len)
{
    unsigned char low = 0x80, high = 0xbf;
    size_t n;

    if (s[0] < 0x80)
        return 1;
    if (s[0] < 0xc2 || s[0] > 0xf4)
        return 0;
    n = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    if (n > len)
        return 0;
    if (s[0] == 0xe0)
        low = 0xa0;
    if (s[0] == 0xed)
        high = 0x9f;
    if (s[0] == 0xf0)
        low = 0x90;
    if (s[0] == 0xf4)
        high = 0x8f;
    if (s[1] < low || s[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

size_t ft_ascii_len(const char *s, size_t len)
{
    uint64_t eight;
    size_t i = 0;

    for (; i + sizeof(eight) <= len; i += sizeof(eight)) {
        memcpy(&eight, s + i, sizeof(eight));
        if (eight & 0x8080808080808080)
            break;
    }
    while (i < len && (unsigned char)s[i] < 0x80)
        i++;
    return i;
}

bool ft_utf8_valid(const char *s, size_t len)
{
    for (size_t i = ft_ascii_len(s, len), n; i < len;
         i += n, i += ft_ascii_len(s + i, len - i)) {
        n = utf8_char((const unsigned char *)s + i, len - i);
        if (!n)
            return false;
    }
    return true;
}
