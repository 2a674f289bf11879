/* packs.h - which version is in which container */
#ifndef FT_DATA_PACKS_H
#define FT_DATA_PACKS_H

#include <stdbool.h>

#include "data/store/store_impl.h"
#include "data/upkeep/pack.h"

/* Where 'version' is packed: 1, with '*path' of the container, which the caller
 * frees; 0 nowhere; -1. */
int ft_packs_find(struct ft_db *db, const char *meta, const char *version,
                  struct ft_pack_member *member, char **path,
                  struct ft_err *err);

/* It is packed, and the container is there. */
bool ft_packs_has(struct ft_store *store, const char *version);

/* Make the file 'dest' of it, by way of .fedtwin/tmp, or of the directory of
 * 'dest' when that is outside.  1, 0 it is not packed, -1. */
int ft_packs_thaw(struct ft_store *store, const char *version,
                  const char *dest, struct ft_err *err);

/* All that containers have, for asking about very many. */
struct ft_packs_set {
    uint8_t (*id)[FT_SHA256_BYTES]; /* sorted */
    size_t n, cap;
};
int ft_packs_load(struct ft_store *store, struct ft_packs_set *set);
bool ft_packs_in(const struct ft_packs_set *set, const char *version);
void ft_packs_release(struct ft_packs_set *set);

#endif
