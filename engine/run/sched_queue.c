/* sched_queue.c - the small containers of the scheduler */
#include "run/sched_queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* --- first in, first out -------------------------------------------------- */

void ft_fifo_push(struct ft_fifo *q, size_t item)
{
    q->item = ft_grow(q->item, q->n, &q->cap, sizeof(*q->item));
    q->item[q->n++] = item;
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

void ft_sorted_release(struct ft_sorted *l)
{
    free(l->at);
    *l = (struct ft_sorted){ 0 };
}
