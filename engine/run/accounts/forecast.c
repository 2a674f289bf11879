/* forecast.c - when a run will have ended, and what keeps it longest */
#include "run/accounts/forecast.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* So many ends of tasks are played at most; of more, neighbours share one. */
#define EVENTS_MAX 20000

/* --- paths ---------------------------------------------------------------- */

/* Let 'value' reach every stage that 's' waits for. */
static void hand_up(const struct ft_work *w, double value, size_t s,
                    double *best, size_t *next)
{
    const size_t *const list[] = { w->after, w->along };
    const size_t n[] = { w->n_after, w->n_along };

    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < n[k]; i++) {
            size_t from = list[k][i];

            if (value <= best[from])
                continue;
            best[from] = value;
            if (next)
                next[from] = s;
        }
}

/* longest[s] = weight[s] + the longest of what depends on it; next[s] (may be
 * NULL) is that stage, or s itself at the end. */
static void longest_paths(const struct ft_rest *rest, const double *weight,
                          double *longest, size_t *next)
{
    for (size_t s = 0; s < rest->n_stages; s++) {
        longest[s] = 0;
        if (next)
            next[s] = s;
    }
    for (size_t i = rest->n_stages; i-- > 0;) {
        size_t s = rest->order[i];

        longest[s] += weight[s];
        hand_up(&rest->stage[s], longest[s], s, longest, next);
    }
}

void ft_upward_ranks(const struct ft_rest *rest, double *rank)
{
    double *weight = ft_calloc(rest->n_stages, sizeof(*weight));
    double sum = 0, average;
    size_t n = 0;

    for (size_t s = 0; s < rest->n_stages; s++) {
        if (rest->stage[s].task_s < 0)
            continue;
        sum += rest->stage[s].task_s;
        n++;
    }
    average = n && sum > 0 ? sum / (double)n : 1;
    for (size_t s = 0; s < rest->n_stages; s++)
        weight[s] = rest->stage[s].task_s < 0 ? average
                                              : rest->stage[s].task_s;
    longest_paths(rest, weight, rank, NULL);
    free(weight);
}

static size_t n_waiting(const struct ft_work *w)
{
    return w->n - w->n_done - w->n_running;
}

/* How long a stage takes at least, from now on. */
static void remaining_weights(const struct ft_rest *rest, double *weight)
{
    for (size_t s = 0; s < rest->n_stages; s++) {
        const struct ft_work *w = &rest->stage[s];

        weight[s] = n_waiting(w) && w->task_s > 0 ? w->task_s : 0;
    }
    for (size_t i = 0; i < rest->n_running; i++) {
        const struct ft_under_way *r = &rest->running[i];

        weight[r->stage] = fmax(weight[r->stage], r->left_s);
    }
}

static void find_path(const struct ft_rest *rest, struct ft_forecast *f)
{
    double *weight = ft_calloc(rest->n_stages, sizeof(*weight));
    double *longest = ft_calloc(rest->n_stages, sizeof(*longest));
    size_t *next = ft_calloc(rest->n_stages, sizeof(*next));
    size_t s = rest->order[0];
    bool last = false;

    remaining_weights(rest, weight);
    longest_paths(rest, weight, longest, next);
    for (size_t i = 0; i < rest->n_stages; i++)
        if (longest[rest->order[i]] > longest[s])
            s = rest->order[i];
    f->path_s = longest[s];
    for (; !last; s = next[s]) {
        last = next[s] == s;
        if (!(weight[s] > 0))
            continue;
        if (f->n_path == FT_PATH_MAX)
            memmove(f->path, f->path + 1,
                    --f->n_path * sizeof(*f->path));
        f->path[f->n_path++] = s;
    }
    free(weight);
    free(longest);
    free(next);
}

/* --- playing the rest of the run ------------------------------------------ */

struct event {
    double at_s;
    size_t stage, n; /* tasks that end */
    int slots;       /* that come free */
};

struct play {
    const struct ft_rest *rest;
    size_t *begun, *done;
    size_t *by_rank; /* stages that have tasks to begin, most urgent first */
    size_t n_open;
    struct event *event; /* heap, earliest first */
    size_t n_events, cap_events;
    size_t together; /* tasks that share an event when there are too many */
    int free_slots;
    double now_s;
};

static void swap_events(struct play *p, size_t a, size_t b)
{
    struct event keep = p->event[a];

    p->event[a] = p->event[b];
    p->event[b] = keep;
}

static void add_event(struct play *p, double at_s, size_t stage, size_t n,
                      int slots)
{
    size_t i = p->n_events;

    p->event = ft_grow(p->event, p->n_events, &p->cap_events,
                       sizeof(*p->event));
    p->event[p->n_events++] = (struct event){ at_s, stage, n, slots };
    for (; i && p->event[i].at_s < p->event[(i - 1) / 2].at_s;
         i = (i - 1) / 2)
        swap_events(p, i, (i - 1) / 2);
    p->free_slots -= slots;
}

static struct event take_event(struct play *p)
{
    struct event first = p->event[0];
    size_t i = 0, child;

    p->event[0] = p->event[--p->n_events];
    for (; (child = 2 * i + 1) < p->n_events; i = child) {
        if (child + 1 < p->n_events &&
            p->event[child + 1].at_s < p->event[child].at_s)
            child++;
        if (p->event[i].at_s <= p->event[child].at_s)
            break;
        swap_events(p, child, i);
    }
    return first;
}

/* How many tasks of a stage have what they wait for. */
static size_t released(const struct play *p, const struct ft_work *w)
{
    size_t most = w->n;

    for (size_t i = 0; i < w->n_after; i++)
        if (p->done[w->after[i]] < p->rest->stage[w->after[i]].n)
            return 0;
    for (size_t i = 0; i < w->n_along; i++) {
        size_t n = p->rest->stage[w->along[i]].n;
        size_t done = p->done[w->along[i]];
        double part = n ? (double)done / (double)n : 1;
        size_t some = done >= n ? w->n : (size_t)(part * (double)w->n);

        most = some < most ? some : most;
    }
    return most;
}

static void begin_stage(struct play *p, size_t s)
{
    const struct ft_work *w = &p->rest->stage[s];
    int each = w->slots < 1 ? 1 : w->slots;
    size_t can = released(p, w), room, rows, n;

    if (each > p->rest->slots)
        each = p->rest->slots;
    can = can > p->begun[s] ? can - p->begun[s] : 0;
    room = p->free_slots > 0 ? (size_t)(p->free_slots / each) : 0;
    if (!can || !room)
        return;
    rows = can / room < p->together ? can / room : p->together;
    if (!rows)
        rows = 1;
    n = can < room * rows ? can : room * rows;
    p->begun[s] += n;
    add_event(p, p->now_s + fmax(w->task_s, 0) * (double)rows, s, n,
              (int)(n / rows) * each);
}

static void begin_all(struct play *p)
{
    size_t kept = 0;

    for (size_t i = 0; i < p->n_open; i++) {
        size_t s = p->by_rank[i];

        if (p->free_slots > 0)
            begin_stage(p, s);
        if (p->begun[s] < p->rest->stage[s].n)
            p->by_rank[kept++] = s;
    }
    p->n_open = kept;
}

/* Sorted by insertion into a list that is nearly sorted already: upward ranks
 * fall along the order. */
static void sort_by_rank(struct play *p)
{
    const struct ft_rest *rest = p->rest;
    double *rank = ft_calloc(rest->n_stages, sizeof(*rank));

    ft_upward_ranks(rest, rank);
    for (size_t i = 0; i < rest->n_stages; i++) {
        size_t s = rest->order[i], at = i;

        for (; at && rank[p->by_rank[at - 1]] < rank[s]; at--)
            p->by_rank[at] = p->by_rank[at - 1];
        p->by_rank[at] = s;
    }
    p->n_open = rest->n_stages;
    free(rank);
}

static void open_play(struct play *p, const struct ft_rest *rest)
{
    size_t left = 0;

    *p = (struct play){ .rest = rest, .free_slots = rest->slots };
    p->begun = ft_calloc(rest->n_stages, sizeof(*p->begun));
    p->done = ft_calloc(rest->n_stages, sizeof(*p->done));
    p->by_rank = ft_calloc(rest->n_stages, sizeof(*p->by_rank));
    for (size_t s = 0; s < rest->n_stages; s++) {
        p->done[s] = rest->stage[s].n_done;
        p->begun[s] = p->done[s] + rest->stage[s].n_running;
        left += n_waiting(&rest->stage[s]);
    }
    p->together = 1 + left / EVENTS_MAX;
    sort_by_rank(p);
    for (size_t i = 0; i < rest->n_running; i++) {
        const struct ft_under_way *r = &rest->running[i];

        add_event(p, fmax(r->left_s, 0), r->stage, 1,
                  rest->stage[r->stage].slots);
    }
}

static double play(const struct ft_rest *rest)
{
    struct play p;
    double end_s;

    open_play(&p, rest);
    begin_all(&p);
    while (p.n_events) {
        p.now_s = p.event[0].at_s;
        while (p.n_events && p.event[0].at_s <= p.now_s) {
            struct event e = take_event(&p);

            p.done[e.stage] += e.n;
            p.free_slots += e.slots;
        }
        begin_all(&p);
    }
    end_s = p.now_s;
    free(p.begun);
    free(p.done);
    free(p.by_rank);
    free(p.event);
    return end_s;
}

/* --- the forecast --------------------------------------------------------- */

/* All that is left, in slot-seconds. */
static double work_left(const struct ft_rest *rest)
{
    double sum = 0;

    for (size_t s = 0; s < rest->n_stages; s++)
        sum += (double)n_waiting(&rest->stage[s]) * rest->stage[s].slots *
               fmax(rest->stage[s].task_s, 0);
    for (size_t i = 0; i < rest->n_running; i++)
        sum += rest->running[i].left_s *
               rest->stage[rest->running[i].stage].slots;
    return sum;
}

void ft_forecast_make(const struct ft_rest *rest, struct ft_forecast *f)
{
    *f = (struct ft_forecast){ 0 };
    for (size_t s = 0; s < rest->n_stages; s++)
        f->n_unknown += n_waiting(&rest->stage[s]) &&
                        rest->stage[s].task_s < 0;
    find_path(rest, f);
    f->least_s = fmax(f->path_s, work_left(rest) / rest->slots);
    f->left_s = fmax(play(rest), f->least_s);
}
