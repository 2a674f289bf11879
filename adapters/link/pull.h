/* pull.h - a file that comes over a link, a chunk at a time
 *
 * It is written beside its place, and gets its name only when all of it is on
 * the disk and has the digest that was promised.  What an earlier pull of the
 * same file left is taken over: nothing comes twice because a connection broke
 * or a program died.  All work with the disk is done in other threads.
 */
#ifndef ADAPTERS_PULL_H
#define ADAPTERS_PULL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct ft_err;
struct ft_pull;
struct json_object;
struct uv_loop_s;

/* What is pulled; borrowed during the call. */
struct ft_pull_file {
    const char *path;   /* where it shall be; its directory exists */
    const char *part;   /* where it is until then, in the same directory */
    const char *sha256; /* in hex */
    uint64_t size_bytes;
    mode_t mode;
};

struct ft_pull_events {
    /* Ask the other side for 'size' bytes at 'offset'. */
    void (*want)(uint64_t offset, size_t size, void *arg);
    /* It is at its place (NULL), or cannot be: FT_ENOSPC, FT_EIO; FT_EFORMAT:
     * what came is not what was promised, time after time.  Nothing comes any
     * more; the pull is still to be freed. */
    void (*done)(const struct ft_err *err, void *arg);
    void *arg;
};

/* A file that is at its place already is done without a question. */
struct ft_pull *ft_pull_new(struct uv_loop_s *loop,
                            const struct ft_pull_file *file,
                            const struct ft_pull_events *events);
/* What was asked for; anything else is ignored. */
void ft_pull_chunk(struct ft_pull *pull, uint64_t offset, const void *bytes,
                   size_t len);
/* The connection is a new one: what was asked for will not come. */
void ft_pull_again(struct ft_pull *pull);
/* Bytes that are still to come, and that have come over the link. */
uint64_t ft_pull_left(const struct ft_pull *pull);
uint64_t ft_pull_came(const struct ft_pull *pull);
/* Bytes of a list of files, each an object with a "size". */
uint64_t ft_pull_sum(struct json_object *files);
/* What has come stays for the next one.  NULL is fine; the loop has to turn. */
void ft_pull_free(struct ft_pull *pull);

#endif
