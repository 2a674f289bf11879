/* pull.c - a file that comes over a link, a chunk at a time */
#include "adapters/link/pull.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/sha256.h"

#define CHUNK_BYTES (256u << 10)
#define WINDOW_BYTES (2u << 20) /* asked for and not on the disk yet */
#define BLOCK_BYTES (1u << 20)
#define WRONG_MAX 3 /* times that all of it came, and was something else */

struct chunk {
    struct chunk *next;
    size_t len;
    char bytes[];
};

/* What the other thread does at the moment. */
enum step { OPEN, WRITE, FINISH };

struct ft_pull {
    uv_work_t work;
    struct ft_pull_events events;
    char *path, *part;
    char sha256[FT_SHA256_HEX + 1];
    uint64_t size;
    mode_t mode;
    int fd;
    struct ft_sha256 *sha;
    enum step step;
    bool working, freed, over;
    bool placed;     /* it is there */
    bool is_wrong;   /* all of it came, and it is something else */
    int wrong;       /* so many times */
    struct ft_err err;
    uint64_t written; /* the other thread's while it works */
    /* stored <= come <= asked <= size; all of the loop's thread */
    uint64_t stored, come, asked;
    uint64_t came;   /* over the link, in all */
    struct chunk *first, **last;
};

/* --- in the other thread -------------------------------------------------- */

static int fail(struct ft_pull *pull, const char *what)
{
    return ft_err_sys(&pull->err, "cannot %s '%s'", what, pull->path);
}

/* Digest what is in 'fd' from its start, at most 'size' bytes; how many. */
static uint64_t digest(struct ft_sha256 *sha, int fd, uint64_t size)
{
    char *block = ft_calloc(1, BLOCK_BYTES);
    uint64_t done = 0;
    ssize_t n = 1;

    while (done < size && n > 0) {
        n = pread(fd, block,
                  size - done < BLOCK_BYTES ? size - done : BLOCK_BYTES,
                  (off_t)done);
        if (n > 0) {
            ft_sha256_add(sha, block, (size_t)n);
            done += (uint64_t)n;
        }
    }
    free(block);
    return done;
}

static bool has_digest(struct ft_pull *pull)
{
    uint8_t bytes[FT_SHA256_BYTES];
    char hex[FT_SHA256_HEX + 1];

    ft_sha256_end(pull->sha, bytes);
    ft_sha256_hex(bytes, hex);
    return strcmp(hex, pull->sha256) == 0;
}

/* An earlier pull has finished it. */
static bool is_there(struct ft_pull *pull)
{
    int fd = open(pull->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat st;
    bool same = false;

    if (fd < 0)
        return false;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
        (uint64_t)st.st_size == pull->size) {
        (void)digest(pull->sha, fd, pull->size);
        same = has_digest(pull);
    }
    (void)close(fd);
    return same;
}

static int start_over(struct ft_pull *pull)
{
    uint8_t bytes[FT_SHA256_BYTES];

    ft_sha256_end(pull->sha, bytes); /* it starts over, too */
    pull->written = 0;
    return ftruncate(pull->fd, 0) < 0 ? fail(pull, "write") : 0;
}

static int open_part(struct ft_pull *pull)
{
    struct stat st;

    if (is_there(pull)) {
        pull->placed = true;
        (void)unlink(pull->part); /* somebody else was faster */
        return 0;
    }
    pull->fd = open(pull->part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
                    0600);
    if (pull->fd < 0 || fstat(pull->fd, &st) < 0)
        return fail(pull, "write");
    if ((uint64_t)st.st_size > pull->size)
        return start_over(pull);
    pull->written = digest(pull->sha, pull->fd, (uint64_t)st.st_size);
    return 0;
}

static int write_chunk(struct ft_pull *pull)
{
    const struct chunk *chunk = pull->first;
    size_t done = 0;

    while (done < chunk->len) {
        ssize_t n = pwrite(pull->fd, chunk->bytes + done, chunk->len - done,
                           (off_t)(pull->written + done));

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return fail(pull, "write");
        done += (size_t)n;
    }
    ft_sha256_add(pull->sha, chunk->bytes, chunk->len);
    pull->written += chunk->len;
    return 0;
}

static int finish(struct ft_pull *pull)
{
    if (!has_digest(pull)) {
        pull->is_wrong = true;
        return start_over(pull);
    }
    if (fchmod(pull->fd, pull->mode) < 0 || fsync(pull->fd) < 0)
        return fail(pull, "write");
    if (rename(pull->part, pull->path) < 0)
        return fail(pull, "write");
    pull->placed = true;
    return ft_path_sync_parent(pull->path, &pull->err);
}

static void do_step(uv_work_t *work)
{
    static int (*const step[])(struct ft_pull *pull) = {
        [OPEN] = open_part,
        [WRITE] = write_chunk,
        [FINISH] = finish,
    };
    struct ft_pull *pull = work->data;

    if (step[pull->step](pull) < 0)
        pull->over = true;
}

/* --- on the loop ---------------------------------------------------------- */

static void drop_chunk(struct ft_pull *pull)
{
    struct chunk *chunk = pull->first;

    pull->first = chunk->next;
    if (!pull->first)
        pull->last = &pull->first;
    free(chunk);
}

static void release(struct ft_pull *pull)
{
    while (pull->first)
        drop_chunk(pull);
    if (pull->fd >= 0)
        (void)close(pull->fd);
    ft_sha256_free(pull->sha);
    free(pull->path);
    free(pull->part);
    free(pull);
}

static void after_step(uv_work_t *work, int status);

static void begin(struct ft_pull *pull, enum step step)
{
    pull->step = step;
    pull->working = true;
    (void)uv_queue_work(pull->work.loop, &pull->work, do_step, after_step);
}

static void ask(struct ft_pull *pull)
{
    while (pull->asked < pull->size &&
           pull->asked - pull->stored < WINDOW_BYTES) {
        uint64_t left = pull->size - pull->asked, at = pull->asked;
        size_t n = left < CHUNK_BYTES ? (size_t)left : CHUNK_BYTES;

        pull->asked += n;
        pull->events.want(at, n, pull->events.arg);
    }
}

/* All of it came, and was something else: from the start again. */
static void go_back(struct ft_pull *pull)
{
    pull->is_wrong = false;
    pull->come = pull->asked = 0;
    if (++pull->wrong < WRONG_MAX)
        return;
    pull->over = true;
    ft_err_set(&pull->err, FT_EFORMAT, "'%s' came %d times with another "
               "SHA-256 than %.12s...", pull->path, WRONG_MAX, pull->sha256);
}

static void after_step(uv_work_t *work, int status)
{
    struct ft_pull *pull = work->data;

    (void)status; /* it is never called off */
    pull->working = false;
    if (pull->step == WRITE)
        drop_chunk(pull);
    if (pull->freed) {
        release(pull);
        return;
    }
    pull->stored = pull->written;
    if (pull->step == OPEN)
        pull->come = pull->asked = pull->stored;
    if (pull->is_wrong)
        go_back(pull);
    if (pull->placed || pull->over) {
        pull->over = true;
        pull->events.done(pull->placed ? NULL : &pull->err, pull->events.arg);
    } else if (pull->first) {
        begin(pull, WRITE);
        ask(pull);
    } else if (pull->stored == pull->size) {
        begin(pull, FINISH);
    } else {
        ask(pull);
    }
}

struct ft_pull *ft_pull_new(struct uv_loop_s *loop,
                            const struct ft_pull_file *file,
                            const struct ft_pull_events *events)
{
    struct ft_pull *pull = ft_calloc(1, sizeof(*pull));

    pull->work.data = pull;
    pull->work.loop = loop;
    pull->events = *events;
    pull->path = ft_strdup(file->path);
    pull->part = ft_strdup(file->part);
    memcpy(pull->sha256, file->sha256, FT_SHA256_HEX);
    pull->size = file->size_bytes;
    pull->mode = file->mode;
    pull->fd = -1;
    pull->sha = ft_sha256_new();
    pull->last = &pull->first;
    begin(pull, OPEN);
    return pull;
}

void ft_pull_chunk(struct ft_pull *pull, uint64_t offset, const void *bytes,
                   size_t len)
{
    struct chunk *chunk;

    if (pull->over || !len || offset != pull->come ||
        len > pull->asked - pull->come)
        return;
    chunk = ft_calloc(1, sizeof(*chunk) + len);
    chunk->len = len;
    memcpy(chunk->bytes, bytes, len);
    *pull->last = chunk;
    pull->last = &chunk->next;
    pull->come += len;
    pull->came += len;
    if (!pull->working)
        begin(pull, WRITE);
}

void ft_pull_again(struct ft_pull *pull)
{
    if (pull->over || (pull->working && pull->step != WRITE))
        return; /* it asks by itself */
    pull->asked = pull->come;
    ask(pull);
}

uint64_t ft_pull_left(const struct ft_pull *pull)
{
    return pull->size - pull->come;
}

uint64_t ft_pull_came(const struct ft_pull *pull)
{
    return pull->came;
}

uint64_t ft_pull_sum(struct json_object *files)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < json_object_array_length(files); i++)
        sum += (uint64_t)ft_json_int_or(json_object_array_get_idx(files, i),
                                        "size", 0);
    return sum;
}

void ft_pull_free(struct ft_pull *pull)
{
    if (!pull)
        return;
    pull->freed = true;
    if (!pull->working)
        release(pull);
}
