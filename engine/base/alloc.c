/* alloc.c - memory that is there or the program ends */
#include "base/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_NO_MEMORY 70

static _Noreturn void die_no_memory(void)
{
    fputs("fedtwin: out of memory\n", stderr);
    exit(EXIT_NO_MEMORY);
}

_Noreturn void ft_bug(const char *file, int line, const char *fmt, ...)
{
    va_list ap;

    fprintf(stderr, "fedtwin: bug at %s:%d: ", file, line);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    abort();
}

void *ft_calloc(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size ? size : 1);

    if (!p)
        die_no_memory();
    return p;
}

void *ft_realloc(void *p, size_t count, size_t size)
{
    p = reallocarray(p, count ? count : 1, size ? size : 1);
    if (!p)
        die_no_memory();
    return p;
}

char *ft_strdup(const char *s)
{
    return s ? ft_strndup(s, strlen(s)) : NULL;
}

char *ft_strndup(const char *s, size_t len)
{
    char *p = ft_realloc(NULL, len + 1, 1);

    memcpy(p, s, len);
    p[len] = '\0';
    return p;
}

char *ft_asprintf(const char *fmt, ...)
{
    va_list ap;
    char *s;
    int n;

    va_start(ap, fmt);
    n = vasprintf(&s, fmt, ap);
    va_end(ap);
    if (n < 0)
        die_no_memory();
    return s;
}

void *ft_grow(void *p, size_t len, size_t *cap, size_t size)
{
    if (len < *cap)
        return p;
    *cap = *cap ? *cap + *cap / 2 + 1 : 8;
    return ft_realloc(p, *cap, size);
}
