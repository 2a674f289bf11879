/* suggest.h - the nearest name to a misspelt one */
#ifndef FT_TEXT_SUGGEST_H
#define FT_TEXT_SUGGEST_H

#include <stddef.h>

/* The candidate with the smallest Damerau-Levenshtein distance (case ignored),
 * if that is at most a third of the length of 'name' (at least 1); ties go to
 * the first.  Borrowed, or NULL. */
const char *ft_suggest(const char *name, const char *const *candidate,
                       size_t n);

#endif
