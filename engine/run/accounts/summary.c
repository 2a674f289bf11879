/* summary.c - how long tasks took, how busy the slots were */
#include "run/accounts/summary.h"

#include <stdlib.h>

#include "base/alloc.h"

#define NS_PER_S 1e9

bool ft_task_times(const struct ft_run *run, size_t task, int64_t now_ns,
                   int64_t *start_ns, int64_t *end_ns)
{
    const struct ft_task_detail *d = ft_run_detail(run, task);
    bool runs = run->task[task].state == FT_TASK_RUNNING;

    if (!d || !d->start_ns || (!d->end_ns && !runs))
        return false;
    *start_ns = d->start_ns;
    *end_ns = d->end_ns ? d->end_ns : now_ns;
    if (*end_ns < *start_ns) /* the clock was set back */
        *end_ns = *start_ns;
    return true;
}

int64_t ft_run_last_ns(const struct ft_run *run, int64_t now_ns)
{
    int64_t last = run->start_ns;

    if (run->end_ns)
        return run->end_ns > run->start_ns ? run->end_ns : run->start_ns;
    if (run->state == FT_RUN_RUNNING)
        return now_ns > last ? now_ns : last;
    for (size_t i = 0; i < run->n_details; i++) {
        const struct ft_task_detail *d = &run->detail[i];

        last = d->start_ns > last ? d->start_ns : last;
        last = d->end_ns > last ? d->end_ns : last;
    }
    return last;
}

/* --- durations ------------------------------------------------------------ */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

/* Of sorted values; between two of them in proportion. */
static double quantile(const double *value, size_t n, double q)
{
    double at = q * (double)(n - 1);
    size_t low = (size_t)at;
    double part = at - (double)low;

    return low + 1 < n ? value[low] + part * (value[low + 1] - value[low])
                       : value[n - 1];
}

void ft_summary_durations(const struct ft_run *run, size_t stage,
                          struct ft_durations *durations)
{
    const struct ft_plan_stage *ps = &run->plan->stage[stage];
    double *value = ft_calloc(ps->n + 1, sizeof(*value));
    struct ft_durations d = { 0 };
    int64_t start, end;

    for (size_t t = ps->first; t < ps->first + ps->n; t++) {
        if (run->task[t].attempts > 1)
            d.n_retries += run->task[t].attempts - 1u;
        if (run->task[t].state < FT_TASK_SUCCEEDED ||
            !ft_task_times(run, t, 0, &start, &end))
            continue;
        value[d.n] = (double)(end - start) / NS_PER_S;
        d.total_s += value[d.n++];
    }
    if (d.n) {
        qsort(value, d.n, sizeof(*value), by_value);
        d.min_s = value[0];
        d.max_s = value[d.n - 1];
        d.median_s = quantile(value, d.n, 0.5);
        d.p95_s = quantile(value, d.n, 0.95);
    }
    *durations = d;
    free(value);
}

/* --- slots over time ------------------------------------------------------ */

/* Slots that a task held: what was recorded, or one. */
static double slots_of(const struct ft_run *run, size_t task, double wall_s)
{
    double core_s = ft_run_detail(run, task)->core_s;

    return core_s > 0 && wall_s > 0 ? core_s / wall_s : 1;
}

static void add_interval(double from, double to, double slots, size_t n,
                         double *busy)
{
    size_t first, last;

    from = from < 0 ? 0 : from;
    to = to > (double)n ? (double)n : to;
    if (from >= to)
        return;
    first = (size_t)from;
    last = (size_t)to < n ? (size_t)to : n - 1;
    for (size_t i = first; i <= last; i++) {
        double low = from > (double)i ? from : (double)i;
        double high = to < (double)i + 1 ? to : (double)i + 1;

        if (high > low)
            busy[i] += slots * (high - low);
    }
}

void ft_summary_busy(const struct ft_run *run, size_t stage, int64_t from_ns,
                     int64_t to_ns, int64_t now_ns, size_t n, double *busy)
{
    size_t first = 0, end = run->plan->n_tasks;
    double width = (double)(to_ns - from_ns) / (double)n;
    int64_t start_ns, end_ns;

    for (size_t i = 0; i < n; i++)
        busy[i] = 0;
    if (width <= 0)
        return;
    if (stage != FT_NO_STAGE) {
        first = run->plan->stage[stage].first;
        end = first + run->plan->stage[stage].n;
    }
    for (size_t t = first; t < end; t++)
        if (ft_task_times(run, t, now_ns, &start_ns, &end_ns))
            add_interval((double)(start_ns - from_ns) / width,
                         (double)(end_ns - from_ns) / width,
                         slots_of(run, t,
                                  (double)(end_ns - start_ns) / NS_PER_S),
                         n, busy);
}

/* --- bars ----------------------------------------------------------------- */

static int by_start(const void *a, const void *b)
{
    const struct ft_bar *x = a, *y = b;

    if (x->start_ns != y->start_ns)
        return x->start_ns < y->start_ns ? -1 : 1;
    return x->task < y->task ? -1 : x->task > y->task;
}

/* Lanes in use, as a heap by the end of their last bar, and free ones, as a
 * heap by number. */
struct lanes {
    struct lane {
        int64_t key;
        size_t lane;
    } *used, *idle;
    size_t n_used, n_idle;
};

static void push(struct lane *heap, size_t *n, int64_t key, size_t lane)
{
    size_t at = (*n)++;

    for (; at && heap[(at - 1) / 2].key > key; at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = (struct lane){ key, lane };
}

static struct lane pop(struct lane *heap, size_t *n)
{
    struct lane top = heap[0], last = heap[--*n];
    size_t at = 0, child;

    while ((child = 2 * at + 1) < *n) {
        if (child + 1 < *n && heap[child + 1].key < heap[child].key)
            child++;
        if (heap[child].key >= last.key)
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = last;
    return top;
}

static void give_lanes(struct ft_bars *bars)
{
    struct lanes l = { .used = ft_calloc(bars->n + 1, sizeof(*l.used)),
                       .idle = ft_calloc(bars->n + 1, sizeof(*l.idle)) };

    for (size_t i = 0; i < bars->n; i++) {
        struct ft_bar *bar = &bars->item[i];

        while (l.n_used && l.used[0].key <= bar->start_ns) {
            size_t lane = pop(l.used, &l.n_used).lane;

            push(l.idle, &l.n_idle, (int64_t)lane, lane);
        }
        bar->lane = l.n_idle ? pop(l.idle, &l.n_idle).lane : bars->n_lanes++;
        push(l.used, &l.n_used, bar->end_ns, bar->lane);
    }
    free(l.used);
    free(l.idle);
}

void ft_summary_bars(const struct ft_run *run, int64_t now_ns,
                     struct ft_bars *bars)
{
    size_t n_tasks = run->plan->n_tasks;

    *bars = (struct ft_bars){ 0 };
    bars->item = ft_calloc(n_tasks + 1, sizeof(*bars->item));
    for (size_t t = 0; t < n_tasks; t++) {
        struct ft_bar *bar = &bars->item[bars->n];

        bar->task = t;
        if (ft_task_times(run, t, now_ns, &bar->start_ns, &bar->end_ns))
            bars->n++;
    }
    qsort(bars->item, bars->n, sizeof(*bars->item), by_start);
    give_lanes(bars);
}

void ft_bars_release(struct ft_bars *bars)
{
    free(bars->item);
    *bars = (struct ft_bars){ 0 };
}
