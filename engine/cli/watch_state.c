/* watch_state.c - what a watcher knows about a run */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/watch.h"
#include "run/record/lease.h"
#include "run/record/place.h"

/* --- lists ---------------------------------------------------------------- */

static void add_running(struct ft_watch *w, size_t task)
{
    if (w->place[task])
        return;
    w->running = ft_grow(w->running, w->n_running, &w->cap_running,
                         sizeof(*w->running));
    w->running[w->n_running++] = task;
    w->place[task] = (uint32_t)w->n_running;
}

/* The last one takes its place. */
static void drop_running(struct ft_watch *w, size_t task)
{
    size_t at = w->place[task], last;

    if (!at)
        return;
    last = w->running[--w->n_running];
    w->running[at - 1] = last;
    w->place[last] = (uint32_t)at;
    w->place[task] = 0;
}

static bool is_failed(const struct ft_run *run, size_t task)
{
    unsigned state = run->task[task].state;

    return state == FT_TASK_FAILED || state == FT_TASK_LOST;
}

static void look_at(struct ft_watch *w, size_t task)
{
    if (w->run->task[task].state == FT_TASK_RUNNING)
        add_running(w, task);
    else
        drop_running(w, task);
    if (!is_failed(w->run, task))
        return;
    w->failed = ft_grow(w->failed, w->n_failed, &w->cap_failed,
                        sizeof(*w->failed));
    w->failed[w->n_failed++] = task;
}

/* After the run ended or was resumed: any task may have changed. */
static void look_at_all(struct ft_watch *w)
{
    w->n_running = w->n_failed = 0;
    memset(w->place, 0, w->run->plan->n_tasks * sizeof(*w->place));
    for (size_t t = 0; t < w->run->plan->n_tasks; t++)
        look_at(w, t);
}

/* A run may get more tasks as it goes. */
static void grow_places(struct ft_watch *w)
{
    size_t n = w->run->plan->n_tasks + 1; /* so that there is one */

    if (n <= w->n_places)
        return;
    w->place = ft_realloc(w->place, n, sizeof(*w->place));
    memset(&w->place[w->n_places], 0, (n - w->n_places) * sizeof(*w->place));
    w->n_places = n;
}

/* --- following ------------------------------------------------------------ */

int ft_watch_open(struct ft_watch *w, const struct ft_project *project,
                  const char *id, struct ft_module_set *modules,
                  struct ft_err *err)
{
    char full[FT_RUN_ID_MAX], *path;

    *w = (struct ft_watch){ .project = project, .note = FT_STR_INIT };
    if (ft_run_find(project, id, full, err) < 0)
        return -1;
    w->dir = ft_run_path(project, full, NULL);
    path = ft_run_path(project, full, "journal");
    w->follower = ft_follower_open(path, modules, err);
    free(path);
    if (!w->follower)
        return -1;
    w->run = ft_follower_run(w->follower);
    grow_places(w);
    look_at_all(w);
    return 0;
}

void ft_watch_close(struct ft_watch *w)
{
    ft_follower_close(w->follower);
    ft_str_release(&w->note);
    free(w->running);
    free(w->failed);
    free(w->place);
    free(w->dir);
}

struct reading {
    struct ft_watch *watch;
    ft_follower_changed *also;
    void *arg;
    bool all;
};

static void on_change(const struct ft_run *run, size_t task, void *arg)
{
    struct reading *r = arg;

    grow_places(r->watch);
    if (task == FT_NO_TASK)
        r->all = true;
    else
        look_at(r->watch, task);
    if (r->also)
        r->also(run, task, r->arg);
}

int ft_watch_advance(struct ft_watch *w, ft_follower_changed *also, void *arg,
                     struct ft_err *err)
{
    struct reading r = { w, also, arg, false };
    int rc = ft_follower_advance(w->follower, on_change, &r, err);

    if (r.all)
        look_at_all(w);
    return rc;
}

bool ft_watch_is_left(const struct ft_watch *w)
{
    char *holder;

    if (w->run->state != FT_RUN_RUNNING)
        return false;
    holder = ft_lease_holder(w->dir);
    free(holder);
    return !holder;
}

/* --- speed ---------------------------------------------------------------- */

void ft_watch_sample(struct ft_watch *w, int64_t now_ns)
{
    if (w->n_samples == FT_WATCH_SAMPLES)
        memmove(&w->sample[0], &w->sample[1],
                --w->n_samples * sizeof(w->sample[0]));
    w->sample[w->n_samples].ns = now_ns;
    w->sample[w->n_samples++].done = ft_run_count(w->run, FT_TASK_SUCCEEDED) +
                                     ft_run_count(w->run, FT_TASK_FAILED);
}

double ft_watch_rate(const struct ft_watch *w)
{
    double s;
    size_t n;

    if (w->n_samples < 2)
        return 0;
    s = (double)(w->sample[w->n_samples - 1].ns - w->sample[0].ns) / 1e9;
    n = w->sample[w->n_samples - 1].done - w->sample[0].done;
    return s > 0 && w->sample[w->n_samples - 1].done > w->sample[0].done
               ? (double)n / s
               : 0;
}
