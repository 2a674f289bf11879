/* oplog.c - the authority: what the oplog does not name does not exist */
#include "data/store/oplog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/sha256.h"

/* Bytes of oplog/LOCK, each a lock of its own. */
#define LOCK_APPEND 0 /* exclusive while appending */
#define LOCK_ATTEND 1 /* shared by writers, exclusive to rebuild */
#define LOCK_USE 2    /* shared while versions are chosen, exclusive to sweep */

#define LOCK_PAUSE_MAX_NS 5000000

struct ft_oplog {
    char *meta, *path;
    struct ft_log *reader;
    struct ft_log *writer; /* NULL until the first append */
    int lock_fd;           /* -1: not attending */
};

char *ft_oplog_path(const char *meta)
{
    return ft_path_join(meta, "oplog/0.log");
}

/* --- reading -------------------------------------------------------------- */

static int hint_fsck(const char *path, struct ft_err *err)
{
    if (!err)
        return -1;
    if (err->code == FT_ENOENT)
        ft_err_set(err, FT_EFORMAT, "the oplog '%s' is missing", path);
    if (err->code == FT_EFORMAT)
        ft_err_hint(err, "look with 'fedtwin fsck', mend with 'fedtwin fsck "
                         "--rebuild'");
    return -1;
}

/* All of [from, to) of 'fd' into 'out'; 1, or 0 when the file is shorter. */
static int read_span(int fd, uint64_t from, uint64_t to, uint8_t *out)
{
    size_t len = to - from, have = 0;
    struct stat st;

    if (fstat(fd, &st) < 0)
        return -1;
    if (to > (uint64_t)st.st_size)
        return 0;
    while (have < len) {
        ssize_t n = pread(fd, out + have, len - have, (off_t)(from + have));

        if (n == 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return -1;
        if (n > 0)
            have += (size_t)n;
    }
    return 1;
}

int ft_oplog_matches(const char *meta, const struct ft_oplog_place *place,
                     struct ft_err *err)
{
    const struct ft_log_position *at = &place->at;
    char *path = ft_oplog_path(meta);
    uint8_t digest[FT_SHA256_BYTES], *bytes = NULL;
    int fd = -1, rc = 0;

    if (place->last >= at->offset ||
        at->offset - place->last > 2 * (uint64_t)FT_LOG_RECORD_MAX)
        goto done; /* no place at all */
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        ft_err_sys(err, "cannot open '%s'", path);
        rc = hint_fsck(path, err);
        goto done;
    }
    bytes = ft_calloc(at->offset - place->last, 1);
    rc = read_span(fd, place->last, at->offset, bytes);
    if (rc < 0)
        ft_err_sys(err, "cannot read '%s'", path);
    if (rc <= 0)
        goto done;
    ft_sha256(bytes, at->offset - place->last, digest);
    rc = memcmp(digest, at->head, sizeof(digest)) == 0;
done:
    free(bytes);
    if (fd >= 0)
        close(fd);
    free(path);
    return rc;
}

struct ft_oplog *ft_oplog_open(const char *meta,
                               const struct ft_log_position *from,
                               ft_log_each *each, void *arg,
                               struct ft_err *err)
{
    struct ft_oplog *log = ft_calloc(1, sizeof(*log));

    log->lock_fd = -1;
    log->meta = ft_strdup(meta);
    log->path = ft_oplog_path(meta);
    log->reader = ft_log_open(log->path, FT_LOG_READ, from, each, arg, err);
    if (!log->reader) {
        hint_fsck(log->path, err);
        ft_oplog_close(log);
        return NULL;
    }
    return log;
}

void ft_oplog_close(struct ft_oplog *log)
{
    if (!log)
        return;
    ft_log_close(log->reader);
    ft_log_close(log->writer);
    if (log->lock_fd >= 0)
        close(log->lock_fd); /* and with it the locks */
    free(log->path);
    free(log->meta);
    free(log);
}

int ft_oplog_follow(struct ft_oplog *log, ft_log_each *each, void *arg,
                    struct ft_err *err)
{
    if (ft_log_follow(log->reader, each, arg, err) < 0)
        return hint_fsck(log->path, err);
    return 0;
}

int ft_oplog_rewind(struct ft_oplog *log, const struct ft_log_position *from,
                    ft_log_each *each, void *arg, struct ft_err *err)
{
    struct ft_log *again = ft_log_open(log->path, FT_LOG_READ, from, each,
                                       arg, err);

    if (!again)
        return hint_fsck(log->path, err);
    ft_log_close(log->reader);
    log->reader = again;
    return 0;
}

bool ft_oplog_was_torn(const struct ft_oplog *log)
{
    return ft_log_was_torn(log->reader);
}

void ft_oplog_reader_end(const struct ft_oplog *log,
                         struct ft_log_position *end)
{
    ft_log_end(log->reader, end);
}

/* --- locking -------------------------------------------------------------- */

static int open_lock(const char *meta, struct ft_err *err)
{
    char *path = ft_path_join(meta, "oplog/LOCK");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

    if (fd < 0)
        ft_err_sys(err, "cannot open '%s'", path);
    free(path);
    return fd;
}

static int set_lock(int fd, short type, off_t byte)
{
    struct flock lock = {
        .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1
    };

    return fcntl(fd, F_OFD_SETLK, &lock);
}

static int fail_locking(const char *meta, struct ft_err *err)
{
    bool none = errno == ENOLCK || errno == ENOSYS || errno == EOPNOTSUPP ||
                errno == EINVAL;

    ft_err_sys(err, "cannot lock '%s/oplog/LOCK'", meta);
    return none ? ft_err_hint(err, "this file system has no locks: NFS needs "
                                   "its lock service, Lustre the mount "
                                   "option 'flock'")
                : -1;
}

static int fail_lock(const char *meta, const char *busy, struct ft_err *err)
{
    if (errno != EAGAIN && errno != EACCES)
        return fail_locking(meta, err);
    ft_err_set(err, FT_EBUSY, "another process %s '%s'", busy, meta);
    return ft_err_hint(err, "try again when it has ended");
}

int ft_oplog_attend(struct ft_oplog *log, struct ft_err *err)
{
    if (log->lock_fd < 0)
        log->lock_fd = open_lock(log->meta, err);
    if (log->lock_fd < 0)
        return -1;
    if (set_lock(log->lock_fd, F_RDLCK, LOCK_ATTEND) < 0)
        return fail_lock(log->meta, "is rebuilding", err);
    return 0;
}

int ft_oplog_claim(const char *meta, struct ft_err *err)
{
    int fd = open_lock(meta, err);

    if (fd >= 0 && set_lock(fd, F_WRLCK, LOCK_ATTEND) < 0) {
        fail_lock(meta, "is writing to", err);
        close(fd);
        return -1;
    }
    return fd;
}

/* Others hold a lock for the few milliseconds of a commit, so waiting means
 * to look again soon; a signal-driven wait would not end in time if the holder
 * is stopped. */
static int wait_lock(struct ft_oplog *log, short type, off_t byte,
                     struct ft_err *err)
{
    struct timespec pause = { .tv_nsec = 50000 };
    double waited_s = 0;

    while (set_lock(log->lock_fd, type, byte) < 0) {
        if (errno != EAGAIN && errno != EACCES)
            return fail_locking(log->meta, err);
        if (waited_s > FT_OPLOG_LOCK_TIMEOUT_S) {
            ft_err_set(err, FT_EBUSY,
                       "another process keeps '%s/oplog' locked", log->meta);
            return ft_err_hint(err, "look for a stopped fedtwin process");
        }
        nanosleep(&pause, NULL);
        waited_s += (double)pause.tv_nsec * 1e-9;
        if (pause.tv_nsec < LOCK_PAUSE_MAX_NS)
            pause.tv_nsec *= 2;
    }
    return 0;
}

static int ready_writer(struct ft_oplog *log, struct ft_err *err)
{
    struct ft_log_position from;

    if (log->writer)
        return ft_log_follow(log->writer, NULL, NULL, err);
    if (!ft_path_exists(log->path)) /* never start an empty one in its place */
        return ft_err_set(err, FT_ENOENT, "no log");
    ft_log_end(log->reader, &from);
    log->writer = ft_log_open(log->path, FT_LOG_APPEND, &from, NULL, NULL,
                              err);
    return log->writer ? 0 : -1;
}

int ft_oplog_lock(struct ft_oplog *log, struct ft_err *err)
{
    if (wait_lock(log, F_WRLCK, LOCK_APPEND, err) < 0)
        return -1;
    if (ready_writer(log, err) < 0) {
        ft_oplog_unlock(log);
        return hint_fsck(log->path, err);
    }
    return 0;
}

void ft_oplog_unlock(struct ft_oplog *log)
{
    /* Cannot fail on a lock of our own. */
    (void)set_lock(log->lock_fd, F_UNLCK, LOCK_APPEND);
}

int ft_oplog_use(struct ft_oplog *log, struct ft_err *err)
{
    return wait_lock(log, F_RDLCK, LOCK_USE, err);
}

int ft_oplog_own(struct ft_oplog *log, struct ft_err *err)
{
    return wait_lock(log, F_WRLCK, LOCK_USE, err);
}

void ft_oplog_unuse(struct ft_oplog *log)
{
    (void)set_lock(log->lock_fd, F_UNLCK, LOCK_USE);
}

/* --- appending ------------------------------------------------------------ */

static int text_of(struct json_object *record, struct ft_str *text,
                   struct ft_err *err)
{
    if (ft_json_canonical(record, text, err) < 0)
        return -1;
    if (text->len > FT_LOG_RECORD_MAX)
        return ft_err_set(err, FT_EFORMAT,
                          "a record of %zu bytes is more than an oplog takes",
                          text->len);
    return 0;
}

int ft_oplog_append(struct ft_oplog *log, struct json_object *const *record,
                    size_t n, struct ft_err *err)
{
    struct ft_str *text = ft_calloc(n, sizeof(*text));
    int rc = 0;

    for (size_t i = 0; i < n; i++)
        text[i] = (struct ft_str)FT_STR_INIT;
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = text_of(record[i], &text[i], err);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = ft_log_append(log->writer, text[i].s, text[i].len, err);
    for (size_t i = 0; i < n; i++)
        ft_str_release(&text[i]);
    free(text);
    return rc;
}

int ft_oplog_sync(struct ft_oplog *log, struct ft_err *err)
{
    return ft_log_sync(log->writer, err);
}
