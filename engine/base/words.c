/* words.c - a NULL-terminated list of texts that grows */
#include "base/words.h"

#include <stdlib.h>

#include "base/alloc.h"

void ft_words_add(struct ft_words *words, char *word)
{
    words->item = ft_grow(words->item, words->n + 1, &words->cap,
                          sizeof(*words->item));
    words->item[words->n++] = word;
    words->item[words->n] = NULL;
}

void ft_words_free(char **item)
{
    for (size_t i = 0; item && item[i]; i++)
        free(item[i]);
    free(item);
}
