/* oplog.h - the authority: what the oplog does not name does not exist
 *
 * One log file, oplog/0.log, of JSON records (share/doc/formats/oplog.md).
 * Several processes append to it, each under an OFD lock on oplog/LOCK.
 * Two views are kept apart: the reader feeds the index and needs no lock, the
 * writer appends and exists only after the first commit.
 */
#ifndef FT_DATA_OPLOG_H
#define FT_DATA_OPLOG_H

#include <stdbool.h>

#include "base/logfile.h"

struct ft_err;
struct json_object;
struct ft_oplog;

#define FT_OPLOG_LOCK_TIMEOUT_S 30

/* A place in the log that was read before, as the index keeps it.  'last' is
 * the offset of the record before 'at' (of the header: 0), so that the head
 * can be checked against the file without reading what comes before. */
struct ft_oplog_place {
    struct ft_log_position at;
    uint64_t last;
};

/* Whether the log file still has at 'place' what it had then.  A file that
 * is shorter or differs there has been replaced.  1, 0, or -1. */
int ft_oplog_matches(const char *meta, const struct ft_oplog_place *place,
                  struct ft_err *err);

/* Open for reading from 'from' (NULL: the start).  FT_EFORMAT with a hint to
 * fsck when the file is missing or damaged. */
struct ft_oplog *ft_oplog_open(const char *meta,
                               const struct ft_log_position *from,
                               ft_log_each *each, void *arg,
                               struct ft_err *err);
void ft_oplog_close(struct ft_oplog *log); /* NULL is fine */

/* Read on what was appended since, by anybody. */
int ft_oplog_follow(struct ft_oplog *log, ft_log_each *each, void *arg,
                 struct ft_err *err);
/* Read again from 'from' (NULL: the start). */
int ft_oplog_rewind(struct ft_oplog *log, const struct ft_log_position *from,
                    ft_log_each *each, void *arg, struct ft_err *err);
bool ft_oplog_was_torn(const struct ft_oplog *log);
void ft_oplog_reader_end(const struct ft_oplog *log,
                         struct ft_log_position *end);

/* Say that this process may append, until closing: nobody replaces the log
 * meanwhile.  FT_EBUSY. */
int ft_oplog_attend(struct ft_oplog *log, struct ft_err *err);

/* Have the log alone, to replace it: a descriptor that ends the claim when it
 * is closed.  FT_EBUSY while anybody attends. */
int ft_oplog_claim(const char *meta, struct ft_err *err);

/* Take the lock and read what others appended; the process attends.
 * Waits FT_OPLOG_LOCK_TIMEOUT_S at most, then FT_EBUSY. */
int ft_oplog_lock(struct ft_oplog *log, struct ft_err *err);
void ft_oplog_unlock(struct ft_oplog *log);

/* While versions are looked up that will be used, until it stands in a journal
 * that they are, nobody sweeps; who sweeps has this alone.  Taken before the
 * lock above; the process attends.  Waits as long, then FT_EBUSY. */
int ft_oplog_use(struct ft_oplog *log, struct ft_err *err);
int ft_oplog_own(struct ft_oplog *log, struct ft_err *err);
void ft_oplog_unuse(struct ft_oplog *log);

/* Queue the canonical texts of 'n' records: all of them or, when one is too
 * large or not canonical (FT_EFORMAT), none.  The lock is held. */
int ft_oplog_append(struct ft_oplog *log, struct json_object *const *record,
                    size_t n, struct ft_err *err);
/* Make durable what is queued: the commit point.  On failure none of it is
 * in the log.  The lock is held. */
int ft_oplog_sync(struct ft_oplog *log, struct ft_err *err);

char *ft_oplog_path(const char *meta); /* the caller frees */

#endif
