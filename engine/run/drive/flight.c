/* flight.c - tasks between their preparation and their final state
 *
 * A site with many slots has thousands of them under way, and every event asks
 * for one: they are found by their task through a hash table of lists.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/words.h"
#include "run/drive/drive_in.h"

#define BUCKETS_MIN 64

static struct ft_flight **bucket_of(const struct ft_drive *d, size_t task)
{
    return &d->bucket[task & (d->n_buckets - 1)];
}

static void link_flight(struct ft_drive *d, struct ft_flight *f)
{
    struct ft_flight **first = bucket_of(d, f->task);

    f->next = *first;
    *first = f;
}

static void grow_buckets(struct ft_drive *d)
{
    free(d->bucket);
    d->n_buckets = d->n_buckets ? 2 * d->n_buckets : BUCKETS_MIN;
    d->bucket = ft_calloc(d->n_buckets, sizeof(struct ft_flight *));
    for (size_t i = 0; i < d->n_flights; i++)
        link_flight(d, d->flight[i]);
}

struct ft_flight *ft_flight_new(struct ft_drive *d, struct ft_bound *bound,
                                int attempt)
{
    struct ft_flight *f = ft_calloc(1, sizeof(*f));

    f->drive = d;
    f->task = bound->task;
    f->attempt = attempt;
    f->bound = bound;
    f->dir = ft_run_attempt_dir(d->project, d->run, f->task, attempt);
    f->tag_text = ft_asprintf("%s/%s/%d", d->run->id, bound->name, attempt);
    if (d->n_flights >= d->n_buckets)
        grow_buckets(d);
    d->flight = ft_grow(d->flight, d->n_flights, &d->cap_flights,
                        sizeof(*d->flight));
    f->at = d->n_flights;
    d->flight[d->n_flights++] = f;
    link_flight(d, f);
    return f;
}

static struct ft_flight *look(const struct ft_drive *d, size_t task)
{
    struct ft_flight *f = d->n_buckets ? *bucket_of(d, task) : NULL;

    while (f && f->task != task)
        f = f->next;
    return f;
}

struct ft_flight *ft_flight_find(struct ft_drive *d, size_t task)
{
    struct ft_flight *f = look(d, task);

    if (!f)
        FT_BUG("task %zu is not in flight", task);
    return f;
}

uint64_t ft_flight_tag(const struct ft_flight *f)
{
    return (uint64_t)f->task << 16 | (uint64_t)f->attempt;
}

/* NULL: an attempt that nobody waits for any more. */
struct ft_flight *ft_flight_by_tag(struct ft_drive *d, uint64_t tag)
{
    struct ft_flight *f = look(d, (size_t)(tag >> 16));

    while (f && ft_flight_tag(f) != tag)
        f = f->next;
    return f;
}

static void unlink_flight(struct ft_drive *d, struct ft_flight *f)
{
    struct ft_flight **at = bucket_of(d, f->task);

    while (*at != f)
        at = &(*at)->next;
    *at = f->next;
    d->flight[f->at] = d->flight[--d->n_flights];
    d->flight[f->at]->at = f->at;
}

void ft_flight_free(struct ft_flight *f)
{
    unlink_flight(f->drive, f);
    ft_bound_free(f->bound);
    ft_words_free(f->argv);
    ft_words_free(f->env);
    json_object_put(f->result.lineage);
    for (size_t k = 0; k < f->result.n_out; k++)
        free((char *)f->result.out[k].path);
    free(f->result.out);
    free(f->port);
    free(f->dir);
    free(f->tag_text);
    free(f->job);
    free(f);
}
