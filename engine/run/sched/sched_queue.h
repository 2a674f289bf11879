/* sched_queue.h - the small containers of the scheduler */
#ifndef FT_RUN_SCHED_QUEUE_H
#define FT_RUN_SCHED_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* First in, first out. */
struct ft_fifo {
    size_t *item;
    size_t head, n, cap; /* item[head .. n) */
};

void ft_fifo_push(struct ft_fifo *fifo, size_t item);
bool ft_fifo_any(const struct ft_fifo *fifo);
bool ft_fifo_pop(struct ft_fifo *fifo, size_t *item);
void ft_fifo_release(struct ft_fifo *fifo);

/* What has a key and a number. */
struct ft_keyed {
    int64_t key;
    size_t item;
};

/* at[0] has the smallest key. */
struct ft_heap {
    struct ft_keyed *at;
    size_t n, cap;
};

void ft_heap_add(struct ft_heap *heap, int64_t key, size_t item);
size_t ft_heap_take(struct ft_heap *heap); /* at[0]; there must be one */
/* Take 'item' out from wherever it is; false: it is not there. */
bool ft_heap_remove(struct ft_heap *heap, size_t item);
void ft_heap_release(struct ft_heap *heap);

/* A short list, smallest key first; equal keys as they came. */
struct ft_sorted {
    struct ft_keyed *at;
    size_t n, cap;
};

void ft_sorted_add(struct ft_sorted *list, int64_t key, size_t item);
void ft_sorted_remove(struct ft_sorted *list, size_t i);
/* Where 'item' is, or list->n. */
size_t ft_sorted_find(const struct ft_sorted *list, size_t item);
void ft_sorted_release(struct ft_sorted *list);

/* What a running task took. */
struct ft_room {
    size_t task;
    int slots; /* at least 1 */
    double memory_bytes;
};

/* Found by the task. */
struct ft_rooms {
    struct ft_room *at; /* slots 0: a free place */
    size_t n, cap;      /* cap: a power of two, or 0 */
};

void ft_rooms_put(struct ft_rooms *rooms, const struct ft_room *room);
/* Take it out of the table, where it must be. */
struct ft_room ft_rooms_take(struct ft_rooms *rooms, size_t task);
void ft_rooms_release(struct ft_rooms *rooms);

#endif
