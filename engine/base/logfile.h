/* logfile.h - append-only record files: the oplog and every journal
 *
 *   file    = header record*
 *   header  = "FTLOG\0" version:u16                              8 bytes
 *   record  = size:u32 crc32c:u32 prev:32 bytes payload:length bytes
 *   size    = length + loose << 25
 *
 * Integers are little-endian.  'prev' is the SHA-256 of the whole previous
 * record (of the header for the first one), so that the records form a chain;
 * 'crc32c' covers size, prev and payload.  The payload is one JSON object.
 * 'loose' tells how many bytes before the record may not have been durable when
 * it was put there: 0 for none, 64 + n for less than 2^n.
 *
 * A crash can leave a torn tail: of what was not durable yet, any parts may be
 * missing.  It begins with a record that is short or fails its CRC, and no
 * record behind that one says that it was durable.  Opening for append cuts it.
 * Damage anywhere else is FT_EFORMAT and is never cut.
 */
#ifndef FT_BASE_LOGFILE_H
#define FT_BASE_LOGFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FT_LOG_RECORD_MAX (16u << 20) /* bytes of one payload */

struct ft_err;
struct ft_log;

enum ft_log_mode {
    FT_LOG_READ,   /* a torn tail is left alone and not shown */
    FT_LOG_APPEND, /* created when missing; a torn tail is cut */
};

/* One record while reading.  Borrowed: valid until the next call. */
struct ft_log_record {
    uint64_t seq;    /* 0 for the first record of this file */
    uint64_t offset; /* of the record in the file */
    const char *payload;
    size_t len;
};

/* Is shown one record; -1 with 'err' filled ends the reading. */
typedef int ft_log_each(const struct ft_log_record *record, void *arg,
                        struct ft_err *err);

/* A place between two records that was verified before, so that a long log
 * need not be read again from its start. */
struct ft_log_position {
    uint64_t offset; /* bytes from the start of the file */
    uint64_t seq;    /* of the record that begins there */
    uint8_t head[32]; /* SHA-256 of the record before it */
};

/* Open and verify from 'from' (NULL: from the start); 'each' sees every
 * verified record in order (NULL: nobody looks).  When 'each' returns -1
 * opening fails with its error.  A log without a header yet (somebody is
 * making it) is empty for a reader.
 *   FT_EFORMAT   damaged before the tail; the message gives the offset
 *   FT_EVERSION  header of a newer version
 *   FT_ENOENT, FT_EACCES, FT_EIO */
struct ft_log *ft_log_open(const char *path, enum ft_log_mode mode,
                           const struct ft_log_position *from,
                           ft_log_each *each,
                           void *arg, struct ft_err *err);

/* Read on: records that another process appended since are verified and shown
 * to 'each'.  A reader follows a live log with it; a writer that shares the log
 * calls it, under a lock of its own, before it appends.  A log in
 * FT_LOG_APPEND mode cuts a torn tail that it finds here. */
int ft_log_follow(struct ft_log *log,
                  ft_log_each *each,
                  void *arg, struct ft_err *err);

/* Queue one record; nothing is durable before ft_log_sync().  FT_EFORMAT when
 * it is larger than FT_LOG_RECORD_MAX or not in braces. */
int ft_log_append(struct ft_log *log, const char *payload, size_t len,
                  struct ft_err *err);

/* Write what is queued: it outlives the process, but not the machine.  FT_EBUSY
 * when the file is no longer what was read: another process wrote to it, and
 * nothing of the queue is in it.  Other failures as in ft_log_sync(). */
int ft_log_write(struct ft_log *log, struct ft_err *err);

/* Write what is queued and fdatasync: the commit point.  After a failure the
 * log is cut back to the last durable record and can be used again; if that
 * fails too, every later call fails (FT_EIO). */
int ft_log_sync(struct ft_log *log, struct ft_err *err);

/* A sync by the caller: ft_log_fd() was synced (0) or not (-1 with errno set,
 * which is a failure of ft_log_sync()) after everything up to 'end' had been
 * written.  The sync itself may go on in another thread. */
int ft_log_synced(struct ft_log *log, const struct ft_log_position *end, int rc,
                  struct ft_err *err);
int ft_log_fd(const struct ft_log *log);

/* Where the next record goes; queued ones count. */
void ft_log_end(const struct ft_log *log, struct ft_log_position *end);
bool ft_log_was_torn(const struct ft_log *log); /* bytes were cut or skipped */

void ft_log_close(struct ft_log *log); /* NULL is fine; does not sync */

#endif
