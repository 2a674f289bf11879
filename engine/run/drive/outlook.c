/* outlook.c - look ahead: what comes first for the sake of the deadline, and
 * whether it will be kept
 *
 * A look takes the estimates of all stages, and what has ended and runs, and
 * plays the rest (forecast.c).  It is repeated while the run goes on, but never
 * takes more than a hundredth of the time.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "run/accounts/deadline.h"
#include "run/accounts/estimate.h"
#include "run/accounts/forecast.h"
#include "run/accounts/usage.h"
#include "run/drive/drive_in.h"
#include "run/record/change.h"

#define NS_PER_S 1e9
#define NS_PER_MS 1000000
#define LOOK_MS 200 /* between two looks, at least */
#define SLOTS_LOOKED_AT 16 /* tasks */
#define LOOK_SHARE 100

struct ft_ahead {
    struct ft_work *work; /* of each stage */
    struct ft_under_way *running;
    size_t n_running, cap_running;
    size_t *rank; /* for the scheduler: higher comes first */
    struct ft_estimate *estimate; /* from earlier runs */
    size_t n_loops; /* stages with an unknown number of turns left */
    size_t n_known; /* durations and progress that the newest look rests on */
    uv_timer_t timer;
};

const struct ft_estimate *ft_ahead_estimates(struct ft_drive *d)
{
    if (!d->estimate) {
        d->estimate = ft_calloc(d->plan->wf->n_stages, sizeof(*d->estimate));
        ft_estimates_read(d->project, d->plan, d->run->id, d->estimate);
    }
    return d->estimate;
}

/* --- what is left --------------------------------------------------------- */

/* Stages of which 'stage' takes cell by cell; the caller frees. */
static size_t *taken_along(const struct ft_stage *stage, size_t *n)
{
    size_t *list = ft_calloc(stage->n_in + 1, sizeof(*list));

    *n = 0;
    for (size_t i = 0; i < stage->n_in; i++)
        if (stage->in[i].kind == FT_SOURCE_OBJECT && stage->in[i].n_axes)
            list[(*n)++] = stage->in[i].stage;
    return list;
}

static void connect_work(const struct ft_drive *d, struct ft_work *work)
{
    const struct ft_plan *plan = d->plan;

    for (size_t s = 0; s < plan->wf->n_stages; s++) {
        struct ft_work *w = &work[s];

        w->after = plan->stage[s].after;
        w->n_after = plan->stage[s].n_after;
        w->along = taken_along(&plan->wf->stage[s], &w->n_along);
    }
}

/* Slots of a task of the stage; where they differ the mean of some. */
static int slots_of(const struct ft_drive *d, size_t s)
{
    const struct ft_plan_stage *ps = &d->plan->stage[s];
    size_t n = d->plan->wf->stage[s].varying ? SLOTS_LOOKED_AT : 1;
    double cores = 0;
    int most = ft_drive_slots(d);

    n = ps->n < n ? ps->n : n;
    for (size_t i = 0; i < n; i++) {
        struct ft_resources res;

        ft_run_resources(d->run, ps->first + i * ps->n / n, &res);
        cores += fmin(ft_resources_cores(&res), most);
    }
    return n ? (int)ceil(cores / (double)n) : 1;
}

static void update_work(struct ft_drive *d, struct ft_ahead *a)
{
    const struct ft_estimate *earlier = ft_ahead_estimates(d);

    a->n_known = 0;
    for (size_t s = 0; s < d->plan->wf->n_stages; s++) {
        struct ft_work *w = &a->work[s];
        struct ft_estimate e = ft_estimate_update(&earlier[s],
                                                  &d->run->usage[s]);

        w->n = d->plan->stage[s].n;
        w->n_done = ft_run_stage_settled(d->run, s);
        w->n_running = 0;
        w->task_s = e.n ? e.task_s : -1;
        w->slots = slots_of(d, s);
        a->n_known += e.n;
    }
}

/* --- what runs ------------------------------------------------------------ */

/* What the task itself says of its progress is the better guess. */
static double time_left(const struct ft_drive *d, struct ft_ahead *a,
                        const struct ft_flight *f, size_t s)
{
    const struct ft_task_detail *detail = ft_run_detail(d->run, f->task);
    double since_s = detail && detail->start_ns
                         ? (double)(ft_drive_now_ns(d) - detail->start_ns) /
                               NS_PER_S
                         : 0;

    if (detail && detail->step > 0 && detail->of > detail->step) {
        a->n_known++;
        return since_s * (double)(detail->of - detail->step) /
               (double)detail->step;
    }
    return fmax(a->work[s].task_s - since_s, 0);
}

static void update_running(const struct ft_drive *d, struct ft_ahead *a)
{
    a->n_running = 0;
    for (size_t i = 0; i < d->n_flights; i++) {
        const struct ft_flight *f = d->flight[i];
        size_t s = ft_plan_stage_of(d->plan, f->task);
        struct ft_work *w = &a->work[s];

        if (!f->submitted || f->done || f->later ||
            w->n_done + w->n_running >= w->n)
            continue;
        w->n_running++;
        a->running = ft_grow(a->running, a->n_running, &a->cap_running,
                             sizeof(*a->running));
        a->running[a->n_running++] = (struct ft_under_way){
            s, f->ending.end_ns ? 0 : time_left(d, a, f, s),
        };
    }
}

/* How many turns a loop still takes nobody knows: one for each that has not
 * ended is sure, the others are not counted. */
static size_t cut_loops(const struct ft_drive *d, struct ft_ahead *a)
{
    size_t n = 0;

    for (size_t s = 0; s < d->plan->wf->n_stages; s++) {
        const struct ft_plan_stage *ps = &d->plan->stage[s];
        struct ft_work *w = &a->work[s];
        size_t open, begun = w->n_done + w->n_running;

        if (ps->turns <= 1)
            continue;
        open = ps->n / ps->turns - d->run->stage[s].ended;
        open = open > w->n_running ? open - w->n_running : 0;
        n += begun < w->n;
        if (w->n > begun + open)
            w->n = begun + open;
    }
    return n;
}

static void survey(struct ft_drive *d, struct ft_ahead *a,
                   struct ft_rest *rest)
{
    update_work(d, a);
    update_running(d, a);
    a->n_loops = cut_loops(d, a);
    *rest = (struct ft_rest){
        .stage = a->work,
        .n_stages = d->plan->wf->n_stages,
        .order = d->plan->wf->order,
        .slots = ft_drive_slots(d),
        .running = a->running,
        .n_running = a->n_running,
    };
}

/* --- telling -------------------------------------------------------------- */

static char *path_text(const struct ft_drive *d, const struct ft_forecast *f)
{
    struct ft_str text = FT_STR_INIT;

    for (size_t i = 0; i < f->n_path; i++)
        ft_str_addf(&text, "%s%s", i ? " -> " : "",
                    d->plan->wf->stage[f->path[i]].name);
    return ft_str_take(&text);
}

static void tell(struct ft_drive *d, const struct ft_outlook *told,
                 bool was_late)
{
    bool late = ft_outlook_is_late(d->run, told);
    struct ft_str text = FT_STR_INIT;

    if (!d->watcher.note || late == was_late)
        return;
    ft_str_add(&text, late ? "the deadline will be missed: the run "
                           : "the deadline will be kept after all: the run ");
    ft_outlook_text(d->run, told, &text);
    d->watcher.note(text.s, d->watcher.arg);
    ft_str_release(&text);
}

static void look(struct ft_drive *d)
{
    bool was_late = ft_outlook_is_late(d->run, &d->run->outlook);
    struct ft_outlook now = { .at_ns = ft_drive_now_ns(d) };
    struct ft_forecast f;
    struct ft_rest rest;

    survey(d, d->ahead, &rest);
    if (!d->ahead->n_known)
        return; /* nothing is known yet */
    ft_forecast_make(&rest, &f);
    now.end_ns = now.at_ns + (int64_t)(f.left_s * NS_PER_S);
    now.path_s = f.path_s;
    now.n_unknown = f.n_unknown + d->ahead->n_loops;
    if (!ft_outlook_is_news(d->run, &d->run->outlook, &now))
        return;
    now.path = path_text(d, &f);
    ft_journal_foresee(d->journal, d->run, &now);
    tell(d, &d->run->outlook, was_late);
}

static void on_look(uv_timer_t *timer)
{
    struct ft_drive *d = timer->data;
    int64_t before = ft_clock_mono_ns(), took_ms;

    if (d->fate != FT_RUN_RUNNING || d->over)
        return;
    if (!d->run->steer.paused)
        look(d);
    took_ms = (ft_clock_mono_ns() - before) / NS_PER_MS;
    (void)uv_timer_start(timer, on_look,
                         LOOK_MS + LOOK_SHARE * (uint64_t)took_ms, 0);
}

/* --- beginning and end ---------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    const double *const *x = a, *const *y = b;

    if (**x != **y)
        return **x < **y ? -1 : 1;
    return *x < *y ? -1 : *x > *y; /* as in the order of the workflow */
}

/* Places by upward rank, those of the workflow's order where it is equal. */
static void rank_stages(struct ft_drive *d, struct ft_ahead *a)
{
    size_t n = d->plan->wf->n_stages;
    double *rank = ft_calloc(n, sizeof(*rank));
    double *sorted = ft_calloc(n, sizeof(*sorted));
    const double **place = ft_calloc(n, sizeof(*place));
    struct ft_rest rest;

    survey(d, a, &rest);
    ft_upward_ranks(&rest, rank);
    for (size_t i = 0; i < n; i++) {
        sorted[i] = rank[d->plan->wf->order[i]];
        place[i] = &sorted[i];
    }
    qsort(place, n, sizeof(*place), by_value);
    for (size_t i = 0; i < n; i++)
        a->rank[d->plan->wf->order[place[i] - sorted]] = i;
    free(rank);
    free(sorted);
    free(place);
}

const size_t *ft_ahead_open(struct ft_drive *d)
{
    size_t n = d->plan->wf->n_stages;
    struct ft_ahead *a;

    if (!d->run->limits.deadline_ns)
        return NULL;
    a = d->ahead = ft_calloc(1, sizeof(*a));
    a->work = ft_calloc(n, sizeof(*a->work));
    a->rank = ft_calloc(n, sizeof(*a->rank));
    connect_work(d, a->work);
    rank_stages(d, a);
    (void)uv_timer_init(&d->loop, &a->timer);
    a->timer.data = d;
    (void)uv_timer_start(&a->timer, on_look, 0, 0);
    return a->rank;
}

void ft_ahead_release(struct ft_drive *d)
{
    struct ft_ahead *a = d->ahead;

    free(d->estimate);
    if (!a)
        return;
    for (size_t s = 0; s < d->plan->wf->n_stages; s++)
        free((size_t *)a->work[s].along);
    free(a->work);
    free(a->running);
    free(a->rank);
    free(a);
}
