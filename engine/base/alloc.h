/* alloc.h - memory that is there or the program ends
 *
 * Out of memory ends the program with status 70 and one line on stderr: the
 * journal makes every restart safe, so no caller checks for NULL.
 */
#ifndef FT_BASE_ALLOC_H
#define FT_BASE_ALLOC_H

#include <stddef.h>

#define FT_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* An inconsistency that only a bug of ours can produce: prints the place and
 * aborts.  Never for anything that input, a site or a disk can cause. */
#define FT_BUG(...) ft_bug(__FILE__, __LINE__, __VA_ARGS__)
_Noreturn void ft_bug(const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Zeroed memory; the caller frees with free(). */
void *ft_calloc(size_t count, size_t size);

/* As reallocarray(3); new bytes are not zeroed. */
void *ft_realloc(void *p, size_t count, size_t size);

char *ft_strdup(const char *s); /* NULL gives NULL */
char *ft_strndup(const char *s, size_t len);

/* printf into fresh memory; the caller frees. */
char *ft_asprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Make room for one more element in the array 'p' with 'len' used of '*cap';
 * growth is geometric.  Return the array, which may have moved:
 *     v->item = ft_grow(v->item, v->len, &v->cap, sizeof(*v->item)); */
void *ft_grow(void *p, size_t len, size_t *cap, size_t size);

#endif
