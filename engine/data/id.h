/* id.h - ids and digests from outside, checked before they become paths */
#ifndef FT_DATA_ID_H
#define FT_DATA_ID_H

#include <stdbool.h>
#include <stddef.h>

/* 64 lower-case hexadecimal digits. */
bool ft_id_valid(const char *id);
/* "sha256:" and 64 such digits. */
bool ft_content_valid(const char *content);
/* How many such digits 'text' starts with. */
size_t ft_id_span(const char *text);

/* meta/o/ab/ab….h5; NULL when 'id' is not valid.  The caller frees. */
char *ft_id_path(const char *meta, const char *id);

#endif
