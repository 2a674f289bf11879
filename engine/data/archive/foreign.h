/* foreign.h - versions that were made in another project and imported */
#ifndef FT_DATA_FOREIGN_H
#define FT_DATA_FOREIGN_H

#include "data/store/store.h"

/* The project where a version was made, who exported it and when. */
struct ft_foreign {
    char *project, *user; /* NULL: it was made here */
    int64_t exported_us;
};
/* 1: it was; 0: it was made here. */
int ft_store_foreign(struct ft_store *store, const char *version,
                     struct ft_foreign *foreign, struct ft_err *err);
/* {"project","user","exported_us"}, or NULL when it was made here. */
struct json_object *ft_foreign_json(const struct ft_foreign *foreign);
void ft_foreign_release(struct ft_foreign *foreign);

#endif
