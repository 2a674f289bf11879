/* id.h - ids and digests from outside, checked before they become paths */
#ifndef FT_DATA_ID_H
#define FT_DATA_ID_H

#include <stdbool.h>
#include <stddef.h>

#include "base/sha256.h"

/* 64 lower-case hexadecimal digits. */
bool ft_id_valid(const char *id);
/* "sha256:" and 64 such digits. */
bool ft_content_valid(const char *content);
/* How many such digits 'text' starts with. */
size_t ft_id_span(const char *text);

/* "ab/ab….h5", the name of a version's file below o/; false when 'id' is not
 * valid. */
#define FT_ID_NAME (3 + FT_SHA256_HEX + 4)
bool ft_id_name(const char *id, char name[FT_ID_NAME]);
/* meta/o/ab/ab….h5; NULL when 'id' is not valid.  The caller frees. */
char *ft_id_path(const char *meta, const char *id);

#endif
