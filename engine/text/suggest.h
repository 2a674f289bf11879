/* suggest.h - the nearest name to a misspelt one */
#ifndef FT_TEXT_SUGGEST_H
#define FT_TEXT_SUGGEST_H

#include <stddef.h>

#define FT_SUGGEST_MAX 64 /* longer names get no suggestion */

/* The candidate with the smallest Damerau-Levenshtein distance (case ignored),
 * if that is at most a third of the length of 'name' (at least 1) and less
 * than that length; ties go to the first.  Borrowed, or NULL. */
const char *ft_suggest(const char *name, const char *const *candidate,
                       size_t n);

#endif
