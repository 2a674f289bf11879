/* utf8.h - one character after the other */
#ifndef FT_TEXT_UTF8_H
#define FT_TEXT_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the character at 's', of which 'len' bytes may be read, and its
 * code point.  0 when they are not well-formed UTF-8 (RFC 3629), or len is 0.
 */
size_t ft_utf8_next(const char *s, size_t len, uint32_t *c);

/* Behind the first 'n' characters of 's', at most at s + len; a byte that is
 * not UTF-8 counts as one. */
const char *ft_utf8_skip(const char *s, size_t len, size_t n);

/* Characters in 'len' bytes, counted in the same way. */
size_t ft_utf8_count(const char *s, size_t len);

#endif
