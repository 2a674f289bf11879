/* give.c - pieces of files for the other side of a link */
#include "adapters/link/give.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include "base/alloc.h"

#define QUEUE_MAX 64 /* pieces: the other side asks for fewer at a time */

struct piece {
    struct piece *next;
    char *path;
    uint64_t offset;
    size_t size, len;
    int error;
    char *bytes;
    struct json_object *head;
};

struct ft_give {
    uv_work_t work;
    ft_give_answer *answer;
    void *arg;
    struct piece *first, **last;
    size_t n;
    bool working, freed;
};

static void read_piece(uv_work_t *work)
{
    struct ft_give *give = work->data;
    struct piece *piece = give->first;
    int fd = open(piece->path, O_RDONLY | O_CLOEXEC);
    ssize_t n = 1;

    if (fd < 0) {
        piece->error = errno;
        return;
    }
    while (piece->len < piece->size && n > 0) {
        n = pread(fd, piece->bytes + piece->len, piece->size - piece->len,
                  (off_t)(piece->offset + piece->len));
        if (n > 0)
            piece->len += (size_t)n;
    }
    if (n < 0)
        piece->error = errno;
    (void)close(fd);
}

static void drop_first(struct ft_give *give)
{
    struct piece *piece = give->first;

    give->first = piece->next;
    if (!give->first)
        give->last = &give->first;
    give->n--;
    json_object_put(piece->head);
    free(piece->bytes);
    free(piece->path);
    free(piece);
}

static void release(struct ft_give *give)
{
    while (give->first)
        drop_first(give);
    free(give);
}

static void after_read(uv_work_t *work, int status);

static void begin(struct ft_give *give)
{
    give->working = true;
    (void)uv_queue_work(give->work.loop, &give->work, read_piece, after_read);
}

static void after_read(uv_work_t *work, int status)
{
    struct ft_give *give = work->data;
    struct piece *piece = give->first;
    struct json_object *head = piece->head;

    (void)status; /* it is never called off */
    if (!give->freed) {
        piece->head = NULL;
        give->answer(head, piece->bytes, piece->len, piece->error, give->arg);
    }
    give->working = false;
    if (give->freed) {
        release(give);
        return;
    }
    drop_first(give);
    if (give->first)
        begin(give);
}

struct ft_give *ft_give_new(struct uv_loop_s *loop, ft_give_answer *answer,
                            void *arg)
{
    struct ft_give *give = ft_calloc(1, sizeof(*give));

    give->work.data = give;
    give->work.loop = loop;
    give->answer = answer;
    give->arg = arg;
    give->last = &give->first;
    return give;
}

void ft_give_ask(struct ft_give *give, const char *path, uint64_t offset,
                 size_t size, struct json_object *head)
{
    struct piece *piece;

    if (give->n >= QUEUE_MAX) {
        json_object_put(head);
        return;
    }
    piece = ft_calloc(1, sizeof(*piece));
    piece->path = ft_strdup(path);
    piece->offset = offset;
    piece->size = size;
    piece->bytes = ft_calloc(1, size + 1);
    piece->head = head;
    *give->last = piece;
    give->last = &piece->next;
    give->n++;
    if (!give->working)
        begin(give);
}

void ft_give_free(struct ft_give *give)
{
    if (!give)
        return;
    give->freed = true;
    if (!give->working)
        release(give);
}
