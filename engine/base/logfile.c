/* logfile.c - append-only record files: the oplog and every journal
 *
 * Reading goes record by record through a window on the file; writing collects
 * records in memory and puts them behind the last durable one with one write.
 *
 *     | header | record | record | record | record |  queued (memory)  |
 *                       ^ durable           ^ stored                   ^ end
 */
#include "base/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/logrec.h"
#include "base/path.h"
#include "base/sha256.h"
#include "base/str.h"

#define VERSION 1
#define HEADER 8 /* bytes: magic and version */
#define MAGIC 6
#define PREFIX FT_LOGREC_PREFIX
#define PAYLOAD_MIN FT_LOGREC_PAYLOAD_MIN
#define WINDOW (256u << 10)

static const uint8_t header[HEADER] = { 'F', 'T', 'L', 'O', 'G', 0, VERSION };

struct ft_log {
    char *path;
    int fd;
    enum ft_log_mode mode;
    struct ft_log_position durable; /* of an appender: what it has synced */
    struct ft_log_position stored; /* behind the last record in the file */
    struct ft_log_position end;    /* behind the last queued one */
    struct ft_str queue;
    bool trusted; /* 'stored' was given, and no record has confirmed it */
    bool headed;  /* the file has its header; a reader may come too early */
    bool torn;
    bool poisoned; /* a failed write could not be undone */
    /* How a record in the file begins, near its end, and where; 0: unknown. */
    uint8_t last[PREFIX];
    uint64_t last_at;
    /* A part of the file, for reading. */
    uint8_t *window;
    size_t cap, len;
    uint64_t at;
};

/* --- bytes ---------------------------------------------------------------- */

static void remember(struct ft_log *log, const void *record, uint64_t offset)
{
    memcpy(log->last, record, PREFIX);
    log->last_at = offset;
}

/* Step over one record of 'size' bytes. */
static void advance(struct ft_log_position *pos, const void *record,
                    size_t size)
{
    pos->offset += size;
    pos->seq++;
    ft_sha256(record, size, pos->head);
}

/* Behind the header. */
static struct ft_log_position first_position(void)
{
    struct ft_log_position pos = { .offset = HEADER };

    ft_sha256(header, HEADER, pos.head);
    return pos;
}

/* Let the window hold up to 'need' bytes of the file from 'offset' on.  Return
 * how many there are, fewer at the end of the file, or -1 with errno set. */
static ssize_t look(struct ft_log *log, uint64_t offset, size_t need,
                    const uint8_t **bytes)
{
    size_t want = need > WINDOW ? need : WINDOW;
    ssize_t n;

    if (offset < log->at || offset + need > log->at + log->len) {
        if (want > log->cap) {
            log->window = ft_realloc(log->window, want, 1);
            log->cap = want;
        }
        log->at = offset;
        log->len = 0;
        while (log->len < want) {
            n = pread(log->fd, log->window + log->len, want - log->len,
                      (off_t)(offset + log->len));
            if (n < 0 && errno == EINTR)
                continue;
            if (n < 0)
                return -1;
            if (n == 0)
                break;
            log->len += (size_t)n;
        }
    }
    *bytes = log->window + (offset - log->at);
    want = log->at + log->len - offset;
    return (ssize_t)(want < need ? want : need);
}

static int fail_read(const struct ft_log *log, struct ft_err *err)
{
    return ft_err_sys(err, "cannot read log '%s'", log->path);
}

static int fail_damaged(const struct ft_log *log, const char *what,
                        struct ft_err *err)
{
    return ft_err_set(err, FT_EFORMAT, "log '%s' is damaged at offset %llu: %s",
                      log->path, (unsigned long long)log->stored.offset, what);
}

/* Another process wrote while this one had, or believed to have, the lock. */
static int fail_fenced(const struct ft_log *log, struct ft_err *err)
{
    ft_err_set(err, FT_EBUSY, "another process wrote to log '%s' although it "
               "was locked", log->path);
    return ft_err_hint(err, "nothing was written; try again, and see that "
                            "locks work on this file system");
}

static int fail_poisoned(const struct ft_log *log, struct ft_err *err)
{
    return ft_err_set(err, FT_EIO,
                      "log '%s' is closed to writing: a failed write could "
                      "not be undone",
                      log->path);
}

/* --- the header ----------------------------------------------------------- */

/* Give an empty file its header. */
static int write_header(struct ft_log *log, struct ft_err *err)
{
    if (ftruncate(log->fd, 0) == 0 &&
        pwrite(log->fd, header, HEADER, 0) == HEADER && fsync(log->fd) == 0)
        return ft_path_sync_parent(log->path, err);
    return ft_err_sys(err, "cannot write log '%s'", log->path);
}

/* A crash while the log was made leaves nothing, zeros or a part of the
 * header, and never a record. */
static bool is_torn_header(const uint8_t *p, size_t len)
{
    static const uint8_t zeros[HEADER];

    return (len < HEADER && memcmp(p, header, len) == 0) ||
           memcmp(p, zeros, len) == 0;
}

static int read_header(struct ft_log *log, uint64_t *size, struct ft_err *err)
{
    const uint8_t *p;
    ssize_t n = look(log, 0, HEADER, &p);

    if (n < 0)
        return fail_read(log, err);
    if (*size <= HEADER && is_torn_header(p, (size_t)n)) {
        if (log->stored.offset > HEADER)
            return fail_damaged(log, "the file was longer before", err);
        log->torn = n > 0;
        if (log->mode == FT_LOG_READ)
            return 0;
        *size = HEADER;
        log->headed = true;
        return write_header(log, err);
    }
    if (n < HEADER || memcmp(p, header, MAGIC) != 0 || (!p[6] && !p[7]))
        return ft_err_set(err, FT_EFORMAT, "'%s' is not a fedtwin log",
                          log->path);
    if (memcmp(p, header, HEADER) != 0)
        return ft_err_set(err, FT_EVERSION,
                          "log '%s' has format %d; this fedtwin reads %d",
                          log->path, p[6] | p[7] << 8, VERSION);
    log->headed = true;
    return 0;
}

/* --- reading -------------------------------------------------------------- */

/* Is there a whole record with the right CRC at 'offset' of a file of 'size'
 * bytes?  1 and its payload's length, 0, or -1 with errno set. */
static int check_record(struct ft_log *log, uint64_t offset, uint64_t size,
                        const uint8_t **record, size_t *payload_len)
{
    const uint8_t *p;
    ssize_t n;
    size_t len;

    if (size - offset < PREFIX + PAYLOAD_MIN)
        return 0;
    n = look(log, offset, PREFIX, &p);
    if (n < PREFIX)
        return n < 0 ? -1 : 0;
    len = ft_logrec_payload(ft_logrec_get32(p));
    if (!len || len > size - offset - PREFIX)
        return 0;
    n = look(log, offset, PREFIX + len, &p);
    if (n < 0 || (size_t)n < PREFIX + len)
        return n < 0 ? -1 : 0;
    *record = p;
    *payload_len = len;
    return p[PREFIX] == '{' && p[PREFIX + len - 1] == '}' &&
           ft_logrec_crc(p, len) == ft_logrec_get32(p + 4);
}

/* The record at the end of what was read is bad.  Does a valid one behind it
 * say that it was durable?  Each place where a record could begin is tried;
 * what a crash leaves has few of them, so bytes that cost many passes over the
 * rest are damage.  1 yes, 0 no, -1 with errno set. */
static int was_durable(struct ft_log *log, uint64_t size)
{
    uint64_t start = log->stored.offset, tried = 0;
    uint64_t budget = 8 * (size - start) + FT_LOG_RECORD_MAX;
    const uint8_t *record;
    size_t len;
    int rc;

    for (uint64_t at = start + 1; at < size; at++) {
        len = 0;
        rc = check_record(log, at, size, &record, &len);
        if (rc < 0)
            return rc;
        tried += len;
        if (tried > budget ||
            (rc && ft_logrec_durable(ft_logrec_get32(record), at) > start))
            return 1;
    }
    return 0;
}

/* Make 'stored' the end of the file, durably. */
static int cut(struct ft_log *log)
{
    log->len = 0; /* the window may show what is cut */
    if (ftruncate(log->fd, (off_t)log->stored.offset) < 0)
        return -1;
    return fdatasync(log->fd);
}

/* Read from the start whether a record really begins at 'stored'; a wrong place
 * must not let good records pass for a tail. */
static int confirm_place(struct ft_log *log, struct ft_err *err)
{
    struct ft_log_position place = first_position();
    const uint8_t *record;
    size_t len;
    int rc;

    while (place.offset < log->stored.offset) {
        rc = check_record(log, place.offset, log->stored.offset, &record, &len);
        if (rc < 0)
            return fail_read(log, err);
        if (rc == 0)
            break;
        advance(&place, record, PREFIX + len);
    }
    if (place.offset != log->stored.offset || place.seq != log->stored.seq ||
        memcmp(place.head, log->stored.head, FT_SHA256_BYTES) != 0)
        return fail_damaged(log, "no record of this log begins there", err);
    return 0;
}

/* What stands behind the last good record, up to 'size', is no record. */
static int end_in_tail(struct ft_log *log, uint64_t size, struct ft_err *err)
{
    struct stat st;
    int durable;

    if (log->trusted && confirm_place(log, err) < 0)
        return -1;
    durable = was_durable(log, size);

    if (durable < 0)
        return fail_read(log, err);
    if (durable)
        return fail_damaged(log, "a bad record before good ones", err);
    log->torn = true;
    if (log->mode == FT_LOG_APPEND &&
        (fstat(log->fd, &st) < 0 || (uint64_t)st.st_size != size))
        return fail_fenced(log, err); /* it is being written */
    if (log->mode == FT_LOG_APPEND && cut(log) < 0)
        return ft_err_sys(err, "cannot cut the torn end of log '%s'",
                          log->path);
    return 0;
}

static int file_size(struct ft_log *log, uint64_t *size, struct ft_err *err)
{
    struct stat st;

    if (fstat(log->fd, &st) < 0)
        return fail_read(log, err);
    *size = (uint64_t)st.st_size;
    return 0;
}

static int show(const struct ft_log *log, const uint8_t *record, size_t len,
                ft_log_each *each, void *arg, struct ft_err *err)
{
    const struct ft_log_record shown = {
        .seq = log->stored.seq,
        .offset = log->stored.offset,
        .payload = (const char *)record + PREFIX,
        .len = len,
    };

    return each ? each(&shown, arg, err) : 0;
}

/* Verify and show all records from 'stored' on. */
static int read_on(struct ft_log *log, ft_log_each *each, void *arg,
                   struct ft_err *err)
{
    const uint8_t *record;
    uint64_t size = 0;
    size_t len;
    int rc;

    log->len = 0; /* the file may have grown since */
    if (log->mode == FT_LOG_READ)
        log->torn = false; /* a writer may have completed it since */
    if (file_size(log, &size, err) < 0)
        return -1;
    if (!log->headed && read_header(log, &size, err) < 0)
        return -1;
    if (!log->headed)
        return 0;
    if (size < log->stored.offset)
        return fail_damaged(log, "the file was longer before", err);
    while (log->stored.offset < size) {
        rc = check_record(log, log->stored.offset, size, &record, &len);
        if (rc < 0)
            return fail_read(log, err);
        if (rc == 0)
            return end_in_tail(log, size, err);
        if (memcmp(record + 8, log->stored.head, FT_SHA256_BYTES) != 0)
            return fail_damaged(log, "the chain of records is broken", err);
        if (show(log, record, len, each, arg, err) < 0)
            return -1;
        remember(log, record, log->stored.offset);
        advance(&log->stored, record, PREFIX + len);
        log->trusted = false; /* the chain proves where we are */
    }
    return 0;
}

/* --- opening and following ------------------------------------------------ */

struct ft_log *ft_log_open(const char *path, enum ft_log_mode mode,
                           const struct ft_log_position *from,
                           ft_log_each *each, void *arg, struct ft_err *err)
{
    int flags = mode == FT_LOG_APPEND ? O_RDWR | O_CREAT | O_APPEND : O_RDONLY;
    struct ft_log *log = ft_calloc(1, sizeof(*log));

    log->path = ft_strdup(path);
    log->mode = mode;
    log->queue = (struct ft_str)FT_STR_INIT;
    log->stored = first_position();
    if (from) {
        log->stored = *from;
        log->trusted = true;
    }
    log->fd = open(path, flags | O_CLOEXEC, 0666);
    if (log->fd < 0) {
        ft_err_sys(err, "cannot open log '%s'", path);
        goto fail;
    }
    if (log->stored.offset < HEADER) {
        fail_damaged(log, "no record of this log begins there", err);
        goto fail;
    }
    if (ft_log_follow(log, each, arg, err) < 0)
        goto fail;
    return log;
fail:
    ft_log_close(log);
    return NULL;
}

int ft_log_follow(struct ft_log *log, ft_log_each *each, void *arg,
                  struct ft_err *err)
{
    int rc;

    if (log->queue.len)
        FT_BUG("log followed with records queued");
    if (log->poisoned)
        return fail_poisoned(log, err);
    rc = read_on(log, each, arg, err);
    log->end = log->stored;
    /* What was shown may have been written by a process that died before it
     * could sync; whoever acts on it must find it again. */
    if (rc == 0 && log->mode == FT_LOG_APPEND &&
        log->durable.offset != log->stored.offset) {
        if (fdatasync(log->fd) < 0)
            return ft_err_sys(err, "cannot sync log '%s'", log->path);
        log->durable = log->stored;
    }
    return rc;
}

void ft_log_close(struct ft_log *log)
{
    if (!log)
        return;
    if (log->fd >= 0)
        close(log->fd);
    ft_str_release(&log->queue);
    free(log->window);
    free(log->path);
    free(log);
}

/* --- writing -------------------------------------------------------------- */

int ft_log_append(struct ft_log *log, const char *payload, size_t len,
                  struct ft_err *err)
{
    size_t start = log->queue.len;
    uint8_t prefix[PREFIX], *record;

    if (log->mode != FT_LOG_APPEND)
        FT_BUG("append to a log open for reading");
    if (log->poisoned)
        return fail_poisoned(log, err);
    if (len > FT_LOG_RECORD_MAX)
        return ft_err_set(err, FT_EFORMAT,
                          "record of %zu bytes for log '%s' is larger than "
                          "the limit of %u",
                          len, log->path, FT_LOG_RECORD_MAX);
    if (len < PAYLOAD_MIN || payload[0] != '{' || payload[len - 1] != '}')
        return ft_err_set(err, FT_EFORMAT,
                          "record for log '%s' is not a JSON object",
                          log->path);
    ft_logrec_put32(prefix,
          ft_logrec_size(len, log->end.offset - log->durable.offset));
    memcpy(prefix + 8, log->end.head, FT_SHA256_BYTES);
    ft_str_addn(&log->queue, prefix, PREFIX);
    ft_str_addn(&log->queue, payload, len);
    record = (uint8_t *)log->queue.s + start;
    ft_logrec_put32(record + 4, ft_logrec_crc(record, len));
    advance(&log->end, record, PREFIX + len);
    return 0;
}

static int write_at(int fd, const char *bytes, size_t len, uint64_t offset)
{
    ssize_t n;

    while (len) {
        n = pwrite(fd, bytes, len, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        bytes += n;
        len -= (size_t)n;
        offset += (uint64_t)n;
    }
    return 0;
}

/* After a failed sync the kernel may call pages clean that never reached the
 * disk, so nothing that was not durable before is kept. */
static int fail_write(struct ft_log *log, struct ft_err *err)
{
    int rc = ft_err_sys(err, "cannot write log '%s'", log->path);
    struct stat st;

    /* More than this process wrote is another's, and is left alone. */
    log->poisoned = fstat(log->fd, &st) < 0 ||
                    (uint64_t)st.st_size > log->end.offset;
    ft_str_release(&log->queue);
    log->last_at = 0;
    log->stored = log->end = log->durable;
    log->poisoned = log->poisoned || cut(log) < 0;
    return rc;
}

/* Whether the file still has at 'offset' a record that begins so. */
static bool holds(const struct ft_log *log, uint64_t offset, const void *begin)
{
    uint8_t now[PREFIX];

    return pread(log->fd, now, PREFIX, (off_t)offset) == PREFIX &&
           memcmp(now, begin, PREFIX) == 0;
}

/* Whether the log still is what was read, and ends there. */
static bool is_unchanged(const struct ft_log *log)
{
    struct stat st, named;

    return fstat(log->fd, &st) == 0 && stat(log->path, &named) == 0 &&
           st.st_ino == named.st_ino && st.st_dev == named.st_dev &&
           (uint64_t)st.st_size == log->stored.offset &&
           (!log->last_at || holds(log, log->last_at, log->last));
}

/* Nothing of the queue may count.  What was written of it stands behind records
 * that it does not follow; it is the end of the file, since nobody goes on from
 * there. */
static int give_way(struct ft_log *log, bool written, struct ft_err *err)
{
    struct stat st;
    uint64_t at;

    if (written && fstat(log->fd, &st) == 0 &&
        (uint64_t)st.st_size > log->queue.len) {
        at = (uint64_t)st.st_size - log->queue.len;
        if (holds(log, at, log->queue.s))
            (void)ftruncate(log->fd, (off_t)at);
    }
    ft_str_release(&log->queue);
    log->end = log->stored;
    return fail_fenced(log, err);
}

int ft_log_write(struct ft_log *log, struct ft_err *err)
{
    if (log->poisoned)
        return fail_poisoned(log, err);
    if (!log->queue.len)
        return 0;
    if (!is_unchanged(log))
        return give_way(log, false, err);
    if (write_at(log->fd, log->queue.s, log->queue.len, log->stored.offset) < 0)
        return fail_write(log, err);
    if (!holds(log, log->stored.offset, log->queue.s))
        return give_way(log, true, err);
    remember(log, log->queue.s, log->stored.offset);
    log->stored = log->end;
    ft_str_release(&log->queue);
    return 0;
}

int ft_log_sync(struct ft_log *log, struct ft_err *err)
{
    if (ft_log_write(log, err) < 0)
        return -1;
    if (log->durable.offset == log->stored.offset)
        return 0;
    if (fdatasync(log->fd) < 0)
        return fail_write(log, err);
    log->durable = log->stored;
    return 0;
}

int ft_log_fd(const struct ft_log *log)
{
    return log->fd;
}

int ft_log_synced(struct ft_log *log, const struct ft_log_position *end, int rc,
                  struct ft_err *err)
{
    if (log->poisoned)
        return fail_poisoned(log, err);
    if (rc < 0)
        return fail_write(log, err);
    if (end->offset > log->durable.offset)
        log->durable = *end;
    return 0;
}

void ft_log_end(const struct ft_log *log, struct ft_log_position *end)
{
    *end = log->end;
}

bool ft_log_was_torn(const struct ft_log *log)
{
    return log->torn;
}
