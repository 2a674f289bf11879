/* revision.h - what took the place of a version, and what took it away */
#ifndef FT_DATA_REVISION_H
#define FT_DATA_REVISION_H

#include "data/store/store.h"

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

/* The removal (gc, eviction) that has taken the payload of 'version':
 * {"id","kind","time_us","user","reason"}, which the caller releases; NULL:
 * it was not taken. */
struct json_object *ft_revision_removal(struct ft_store *store,
                                        const char *version);

#endif
