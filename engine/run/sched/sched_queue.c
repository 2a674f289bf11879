/* sched_queue.c - the small containers of the scheduler */
#include "run/sched/sched_queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* --- first in, first out -------------------------------------------------- */

void ft_fifo_push(struct ft_fifo *q, size_t item)
{
    q->item = ft_grow(q->item, q->n, &q->cap, sizeof(*q->item));
    q->item[q->n++] = item;
}

bool ft_fifo_any(const struct ft_fifo *q)
{
    return q->head < q->n;
}

bool ft_fifo_pop(struct ft_fifo *q, size_t *item)
{
    if (q->head == q->n)
        return false;
    *item = q->item[q->head++];
    if (q->head == q->n)
        q->head = q->n = 0;
    return true;
}

void ft_fifo_release(struct ft_fifo *q)
{
    free(q->item);
    *q = (struct ft_fifo){ 0 };
}

/* --- the smallest key first ----------------------------------------------- */

static void swap(struct ft_keyed *a, struct ft_keyed *b)
{
    struct ft_keyed keep = *a;

    *a = *b;
    *b = keep;
}

void ft_heap_add(struct ft_heap *h, int64_t key, size_t item)
{
    size_t i = h->n;

    h->at = ft_grow(h->at, h->n, &h->cap, sizeof(*h->at));
    h->at[h->n++] = (struct ft_keyed){ key, item };
    for (; i && h->at[i].key < h->at[(i - 1) / 2].key; i = (i - 1) / 2)
        swap(&h->at[i], &h->at[(i - 1) / 2]);
}

size_t ft_heap_take(struct ft_heap *h)
{
    size_t item = h->at[0].item, i = 0, child;

    h->at[0] = h->at[--h->n];
    for (; (child = 2 * i + 1) < h->n; i = child) {
        if (child + 1 < h->n && h->at[child + 1].key < h->at[child].key)
            child++;
        if (h->at[i].key <= h->at[child].key)
            break;
        swap(&h->at[child], &h->at[i]);
    }
    return item;
}

/* Rare: everything that stays is put in again. */
bool ft_heap_remove(struct ft_heap *h, size_t item)
{
    struct ft_heap rest = { 0 };
    size_t before = h->n;

    for (size_t i = 0; i < before; i++)
        if (h->at[i].item != item)
            ft_heap_add(&rest, h->at[i].key, h->at[i].item);
    ft_heap_release(h);
    *h = rest;
    return h->n < before;
}

void ft_heap_release(struct ft_heap *h)
{
    free(h->at);
    *h = (struct ft_heap){ 0 };
}

/* --- sorted --------------------------------------------------------------- */

void ft_sorted_add(struct ft_sorted *l, int64_t key, size_t item)
{
    size_t i = l->n;

    l->at = ft_grow(l->at, l->n, &l->cap, sizeof(*l->at));
    while (i && key < l->at[i - 1].key)
        i--;
    memmove(&l->at[i + 1], &l->at[i], (l->n++ - i) * sizeof(*l->at));
    l->at[i] = (struct ft_keyed){ key, item };
}

void ft_sorted_remove(struct ft_sorted *l, size_t i)
{
    memmove(&l->at[i], &l->at[i + 1], (--l->n - i) * sizeof(*l->at));
}

size_t ft_sorted_find(const struct ft_sorted *l, size_t item)
{
    size_t i = 0;

    while (i < l->n && l->at[i].item != item)
        i++;
    return i;
}

void ft_sorted_release(struct ft_sorted *l)
{
    free(l->at);
    *l = (struct ft_sorted){ 0 };
}

/* --- what running tasks took ---------------------------------------------- */

#define ROOMS_MIN 16 /* places; a power of two */

/* Spreads neighbours, which tasks that run together often are. */
static size_t home(const struct ft_rooms *r, size_t task)
{
    return (size_t)(task * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (r->cap - 1);
}

static void put(struct ft_rooms *r, const struct ft_room *room)
{
    size_t i = home(r, room->task);

    while (r->at[i].slots)
        i = (i + 1) & (r->cap - 1);
    r->at[i] = *room;
    r->n++;
}

static void grow(struct ft_rooms *r)
{
    struct ft_rooms more = { .cap = r->cap ? 2 * r->cap : ROOMS_MIN };

    more.at = ft_calloc(more.cap, sizeof(*more.at));
    for (size_t i = 0; i < r->cap; i++)
        if (r->at[i].slots)
            put(&more, &r->at[i]);
    free(r->at);
    *r = more;
}

void ft_rooms_put(struct ft_rooms *r, const struct ft_room *room)
{
    if (2 * r->n >= r->cap)
        grow(r);
    put(r, room);
}

/* What stands behind the hole, and could not be at home before it, moves up. */
static void close_hole(struct ft_rooms *r, size_t hole)
{
    size_t mask = r->cap - 1;

    for (size_t i = (hole + 1) & mask; r->at[i].slots; i = (i + 1) & mask) {
        if (((i - home(r, r->at[i].task)) & mask) < ((i - hole) & mask))
            continue;
        r->at[hole] = r->at[i];
        hole = i;
    }
    r->at[hole].slots = 0;
}

struct ft_room ft_rooms_take(struct ft_rooms *r, size_t task)
{
    size_t i = r->n ? home(r, task) : 0;
    struct ft_room room;

    while (r->n && r->at[i].slots && r->at[i].task != task)
        i = (i + 1) & (r->cap - 1);
    if (!r->n || !r->at[i].slots)
        FT_BUG("task %zu took no room", task);
    room = r->at[i];
    close_hole(r, i);
    r->n--;
    return room;
}

void ft_rooms_release(struct ft_rooms *r)
{
    free(r->at);
    *r = (struct ft_rooms){ 0 };
}
