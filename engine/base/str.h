/* str.h - a growing string
 *
 * 's' is always a terminated string, never NULL, and 'len' its length; bytes
 * of value 0 may stand inside.  Start with FT_STR_INIT, end with
 * ft_str_release(), which leaves an empty string that can be used again.
 */
#ifndef FT_BASE_STR_H
#define FT_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ft_str {
    char *s;
    size_t len;
    size_t cap; /* bytes owned; 0: 's' is the shared empty string */
};

extern char ft_str_empty[1];
#define FT_STR_INIT { .s = ft_str_empty }

void ft_str_add(struct ft_str *str, const char *s);
void ft_str_addn(struct ft_str *str, const void *bytes, size_t len);
void ft_str_addc(struct ft_str *str, char c);
void ft_str_addi(struct ft_str *str, int64_t n); /* in decimal */
void ft_str_addf(struct ft_str *str, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void ft_str_vaddf(struct ft_str *str, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/* As one word of the shell, between single quotes, whatever it holds; and what
 * stands between them alone. */
void ft_str_add_word(struct ft_str *str, const char *s);
void ft_str_add_quoted(struct ft_str *str, const char *s);

/* Cut to the first 'len' bytes; the memory is kept. */
void ft_str_cut(struct ft_str *str, size_t len);

/* Hand the bytes to the caller, who frees them; 'str' is empty after. */
char *ft_str_take(struct ft_str *str);

void ft_str_release(struct ft_str *str);

bool ft_starts_with(const char *s, const char *prefix);
bool ft_ends_with(const char *s, const char *suffix);

/* How many bytes at the start are ASCII. */
size_t ft_ascii_len(const char *s, size_t len);
/* Well-formed UTF-8 (RFC 3629): no surrogates, no overlong forms. */
bool ft_utf8_valid(const char *s, size_t len);

#endif
