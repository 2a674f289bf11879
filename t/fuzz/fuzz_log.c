/* fuzz_log.c - a log that was damaged shows a true beginning of itself
 *
 * Bytes that begin with the log's magic are a log as they are.  Others are a
 * recipe: the first byte n asks for n % 8 records, then each three bytes
 * change one byte of that log: where (16 bits), and by which pattern.
 */
#include "t/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/logfile.h"
#include "base/path.h"
#include "base/str.h"

struct seen {
    size_t n;
    bool recipe; /* the records are those of make_records() */
};

static void payload_of(size_t i, char text[32])
{
    snprintf(text, 32, "{\"i\":%zu,\"x\":\"%.*s\"}", i, (int)i, "abcdefgh");
}

static int check_record(const struct ft_log_record *record, void *arg,
                        struct ft_err *err)
{
    struct seen *seen = arg;
    char text[32];

    (void)err;
    payload_of(seen->n, text);
    if (record->seq != seen->n++)
        FT_BUG("record out of order");
    if (seen->recipe && (strlen(text) != record->len ||
                         memcmp(text, record->payload, record->len) != 0))
        FT_BUG("record %zu was invented", seen->n - 1);
    return 0;
}

/* Reading, cutting and reading again must show the same records. */
static void replay(const char *path, bool recipe)
{
    struct seen first = { 0, recipe }, second = { 0, recipe };
    struct seen third = { 0, recipe };
    struct ft_err err = { 0 };
    struct ft_log *log;
    bool readable;

    log = ft_log_open(path, FT_LOG_READ, NULL, check_record, &first, &err);
    readable = log != NULL;
    ft_log_close(log);
    log = ft_log_open(path, FT_LOG_APPEND, NULL, check_record, &second, &err);
    if (log && (!readable || first.n != second.n))
        FT_BUG("reader and writer differ");
    if (log && !recipe) { /* a foreign log may hold anything before it */
        ft_log_close(log);
        return;
    }
    if (log) {
        char text[32];

        payload_of(second.n, text);
        if (ft_log_append(log, text, strlen(text), &err) < 0 ||
            ft_log_sync(log, &err) < 0)
            FT_BUG("cannot append: %s", err.msg);
        ft_log_close(log);
        log = ft_log_open(path, FT_LOG_READ, NULL, check_record, &third, &err);
        if (!log || third.n != second.n + 1 || ft_log_was_torn(log))
            FT_BUG("appended record is lost");
    }
    ft_log_close(log);
}

static void make_records(const char *path, int fd, size_t n)
{
    struct ft_err err = { 0 };
    struct ft_log *log;
    char text[32];

    if (ft_write_all(fd, "FTLOG\0\1\0", 8) < 0)
        FT_BUG("cannot write the header");
    log = ft_log_open(path, FT_LOG_APPEND, NULL, NULL, NULL, &err);
    for (size_t i = 0; log && i < n; i++) {
        payload_of(i, text);
        ft_log_append(log, text, strlen(text), &err);
    }
    if (!log || ft_log_sync(log, &err) < 0)
        FT_BUG("cannot make a log: %s", err.msg);
    ft_log_close(log);
}

/* Change one byte, or cut the file there when the pattern is 0. */
static void damage(int fd, const uint8_t edit[3])
{
    off_t size = lseek(fd, 0, SEEK_END), at;
    uint8_t byte;

    if (!size)
        return;
    at = (edit[0] << 8 | edit[1]) % size;
    if (!edit[2]) {
        if (ftruncate(fd, at) < 0)
            FT_BUG("cannot cut");
    } else if (pread(fd, &byte, 1, at) == 1) {
        byte ^= edit[2];
        if (pwrite(fd, &byte, 1, at) != 1)
            FT_BUG("cannot write");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("log", MFD_CLOEXEC);
    bool recipe = size < 5 || memcmp(data, "FTLOG", 5) != 0;
    char path[32];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (!recipe) {
        if (ft_write_all(fd, data, size) < 0)
            FT_BUG("cannot write");
    } else {
        make_records(path, fd, size ? data[0] % 8 : 0);
        for (size_t i = 1; i + 3 <= size; i += 3)
            damage(fd, data + i);
    }
    replay(path, recipe);
    close(fd);
    return 0;
}
