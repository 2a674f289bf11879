/* words.h - a NULL-terminated list of texts that grows: argument lists,
 * environments
 */
#ifndef FT_BASE_WORDS_H
#define FT_BASE_WORDS_H

#include <stddef.h>

struct ft_words {
    char **item; /* item[n] is NULL; NULL itself before the first word */
    size_t n, cap;
};

/* Append 'word', which belongs to the list from now on. */
void ft_words_add(struct ft_words *words, char *word);

/* Free every word and the list; NULL is fine. */
void ft_words_free(char **item);

#endif
