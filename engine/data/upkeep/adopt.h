/* adopt.h - version files that the oplog does not name, taken into it */
#ifndef FT_DATA_ADOPT_H
#define FT_DATA_ADOPT_H

#include "data/store/store.h"

struct ft_err;

/* A version file that the worker has checked. */
struct ft_found {
    char version[FT_SHA256_HEX + 1];
    char content[FT_CONTENT_TEXT];
    char file_digest[FT_SHA256_HEX + 1];
    uint64_t size_bytes;
    struct json_object *record;
    int64_t made_ns; /* when its task ended, by its record */
};

struct ft_found_list {
    struct ft_found *item;
    size_t n, cap;
};

/* Let the worker check the file, and add it to 'list'.  FT_EFORMAT. */
int ft_adopt_check(struct ft_store *store, const char *path,
                   struct ft_found_list *list, struct ft_err *err);

/* Commit 'adopt' records for all of them, the outputs of one task in one
 * record, in the order in which they were made. */
int ft_adopt_commit(struct ft_store *store, struct ft_found_list *list,
                    struct ft_err *err);
void ft_found_release(struct ft_found_list *list);

#endif
