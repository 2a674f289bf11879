/* index_upkeep.h - what records of upkeep do to the index
 *
 * Tables: removal (a gc or an eviction), gone (version -> removal, while its
 * payload is not in o/), pin, pack, packed.
 */
#ifndef FT_DATA_INDEX_UPKEEP_H
#define FT_DATA_INDEX_UPKEEP_H

#include <stdbool.h>

#include "data/index/db.h"

struct ft_err;
struct json_object;

extern const char ft_upkeep_schema[]; /* makes the tables */
extern const char ft_upkeep_empty[];  /* empties them */

/* Enter a record: 1, 0 when its kind is none of upkeep, -1. */
int ft_upkeep_apply(struct ft_db *db, const char *kind,
                    struct json_object *record, struct ft_err *err);

/* A record names the version: its file, of that digest and size, is in o/
 * again, if there was such a version before ('known'). */
int ft_upkeep_present(struct ft_db *db, const char *version, bool known,
                      const char *file, int64_t size, struct ft_err *err);

#endif
