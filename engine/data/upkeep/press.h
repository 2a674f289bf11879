/* press.h - a compressed version file on its way to its name
 *
 *   press/<version>-<file digest>.h5   whole and durable
 *   record "recompress"                from here on this is the version's file
 *   rename to o/ab/<version>.h5        over the one that was there
 *
 * All of it under the lock for appending, so what lies in press/ when the lock
 * is free was left by a crash.  The index tells how it goes on: a file with the
 * digest that it has of the version gets its name, any other goes.
 */
#ifndef FT_DATA_PRESS_H
#define FT_DATA_PRESS_H

#include "data/store/store_impl.h"

struct ft_press_file {
    const char *version;
    const char *was;  /* the digest of the file that it replaces */
    const char *file; /* its own */
    int64_t size_bytes;
};

/* Let 'path' below tmp/, which is durable, become the file of its version, if
 * that still has the file that was compressed: 1, 0 (then 'path' is gone), -1.
 * After a failure the next ft_press_settle() decides what holds. */
int ft_press(struct ft_store *store, const char *path,
             const struct ft_press_file *to, struct ft_err *err);

/* Note that the file of 'version' gains nothing. */
int ft_press_keep(struct ft_store *store, const char *version,
                  struct ft_err *err);

/* Finish or undo what a crash left; does little when there is nothing. */
int ft_press_settle(struct ft_store *store, struct ft_err *err);

/* Whether the compressed file of 'version' is recorded, but lies in press/
 * still: 1, with digest and size of the file in o/ until then; 0; -1. */
int ft_press_pending(struct ft_db *db, const char *meta,
                     const struct ft_version *version,
                     char was[FT_SHA256_HEX + 1], uint64_t *was_bytes,
                     struct ft_err *err);

#endif
