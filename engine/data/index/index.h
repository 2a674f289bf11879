/* index.h - the oplog in a form that answers questions fast
 *
 * A SQLite database that can be thrown away at any time: it is filled by
 * replaying the oplog and remembers how far that got.  index_path.h says where
 * it lies; when it can be neither written nor read there, it is in memory.
 *
 * Tables (share/doc/formats/store.md draws them): result, version, output,
 * made_from, unlisted, workflow, state, change, branch, head, tag, move,
 * binding, origin, file_digest, memo, place.
 */
#ifndef FT_DATA_INDEX_H
#define FT_DATA_INDEX_H

#include <stdbool.h>

#include "data/index/db.h"
#include "data/store/oplog.h"

struct ft_err;
struct ft_index;

enum ft_index_mode {
    FT_INDEX_WRITE,  /* on disk; in memory where the disk does not allow it */
    FT_INDEX_READ,   /* nothing in the project is written */
    FT_INDEX_MEMORY, /* made from the oplog for this process alone */
};

/* Open the index and the oplog and replay what the index has not seen.  A
 * missing, damaged or foreign index, or one that knows more than the oplog, is
 * made anew.
 *   FT_EFORMAT   the oplog is missing or damaged
 *   FT_EVERSION  the oplog has a record of unknown kind
 *   FT_EACCES, FT_EIO, FT_EBUSY */
struct ft_index *ft_index_open(const char *meta, enum ft_index_mode mode,
                               struct ft_oplog **log, struct ft_err *err);
void ft_index_close(struct ft_index *index); /* NULL is fine */

/* Replay what was appended to 'log' since, by anybody.  After a failure the
 * index is as it was and the next call tries again; if the disk is the cause,
 * the index goes on in memory. */
int ft_index_follow(struct ft_index *index, struct ft_oplog *log,
                    struct ft_err *err);

/* The same, but only when an earlier call failed; for before a question. */
int ft_index_settle(struct ft_index *index, struct ft_oplog *log,
                    struct ft_err *err);

/* For questions; changes with the two calls above, so ask each time. */
struct ft_db *ft_index_db(const struct ft_index *index);
bool ft_index_writable(const struct ft_index *index);
bool ft_index_in_memory(const struct ft_index *index);

/* An empty database with the tables of an index, at 'path', for records that
 * are not in an oplog (yet): ft_index_apply() enters them. */
struct ft_db *ft_index_scratch(const char *path, struct ft_err *err);

/* Remove the index from disk; a missing one is fine. */
int ft_index_remove(const char *meta, struct ft_err *err);

#endif
