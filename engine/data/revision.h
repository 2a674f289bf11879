/* revision.h - which version took the place of which */
#ifndef FT_DATA_REVISION_H
#define FT_DATA_REVISION_H

#include "data/store.h"

struct ft_revision {
    char version[FT_SHA256_HEX + 1]; /* that the run made */
    char earlier[FT_SHA256_HEX + 1]; /* of the same object and cell, in the
                                        state that the run began with */
};

struct ft_revisions {
    struct ft_revision *item;
    size_t n;
};

/* What 'run' replaced, by its newest state; none when it has no state. */
int ft_revisions_read(struct ft_store *store, const char *run,
                      struct ft_revisions *revisions, struct ft_err *err);
void ft_revisions_release(struct ft_revisions *revisions);

#endif
