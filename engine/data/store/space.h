/* space.h - how much a project holds, and how much it may */
#ifndef FT_DATA_SPACE_H
#define FT_DATA_SPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ft_err;
struct ft_store;

#define FT_QUOTA_ENV "FEDTWIN_STORE_QUOTA" /* "100 GiB"; empty: none */

/* A size in the environment; false, and *bytes as it was, when there is none
 * that can be read. */
bool ft_size_setting(const char *env, uint64_t *bytes);

struct ft_taken_row {
    char *name;
    size_t n; /* versions */
    uint64_t bytes;
};
struct ft_taken {
    struct ft_taken_row *item; /* the largest first */
    size_t n;
};
enum ft_taken_by { FT_SPACE_OBJECT, FT_SPACE_RUN, FT_SPACE_BRANCH };

/* What the payloads that are there take.  By branch a version counts for each
 * branch that shows it. */
int ft_store_space(struct ft_store *store, enum ft_taken_by by,
                   struct ft_taken *space, struct ft_err *err);
void ft_taken_release(struct ft_taken *space);

struct ft_taken_sums {
    size_t n_present, n_trash;
    uint64_t present, trash;
};
int ft_store_space_sums(struct ft_store *store, struct ft_taken_sums *sums,
                        struct ft_err *err);

/* FT_ENOSPC when 'bytes' more would be over the quota; who uses what is in the
 * message. */
int ft_store_check_quota(struct ft_store *store, uint64_t bytes,
                         struct ft_err *err);

#endif
