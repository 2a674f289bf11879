/* removal.h - what the files of upkeep share */
#ifndef FT_DATA_REMOVAL_H
#define FT_DATA_REMOVAL_H

#include "data/store/store_impl.h"
#include "data/upkeep/upkeep.h"

/* The removal that took 'version' and can be undone: 1, 0 there is none, -1. */
int ft_removal_of(struct ft_db *db, const char *version,
                  char removal[FT_REMOVAL_ID_MAX], struct ft_err *err);

/* Under the lock, with an index that knows all: bring the file back when it is
 * in the trash, and add the version to 'back', the list of a "restore" record
 * that the caller then commits.  1, 0 it was not gone or cannot be had, -1. */
int ft_payload_revive(struct ft_store *store, const char *version,
                      struct json_object *back, struct ft_err *err);
/* That record; takes over 'back'. */
struct json_object *ft_payload_restored(struct json_object *back);

/* The same for a version that a record names anew, without one of its own; when
 * it cannot be had that is FT_ENOENT. */
int ft_payload_take_back(struct ft_store *store, const char *version,
                         struct ft_err *err);
/* And for all that a new state binds: the record is queued. */
struct ft_delta;
int ft_payload_revive_bound(struct ft_store *store,
                            const struct ft_delta *delta, struct ft_err *err);

/* Append records of a removal that name 'version'[0..n) and make them durable,
 * under the lock.  FT_EFORMAT, FT_EIO, … */
struct ft_removal_new {
    const char *id, *kind, *reason;
    const char *const *version;
    size_t n;
};
int ft_removal_record(struct ft_store *store,
                      const struct ft_removal_new *removal,
                      struct ft_err *err);
/* Move what the records name to the trash, in batches, each under the lock. */
int ft_removal_move(struct ft_store *store, const char *removal,
                    struct ft_err *err);

#endif
