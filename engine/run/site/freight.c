/* freight.c - what a run would have to move to a site that does not see the
 * project
 */
#include "run/site/freight.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/map.h"
#include "data/store/project.h"
#include "model/site.h"
#include "plan/reuse.h"
#include "run/adapter.h"
#include "run/site/held.h"
#include "run/site/travel.h"

struct loading {
    const struct ft_plan *plan;
    struct ft_store *store;
    const struct ft_forecast *forecast;
    struct ft_have have;
    bool only;
    struct ft_held *held;
    struct ft_map seen;       /* files by now */
    struct ft_map seen_stage; /* those of this stage */
    struct ft_freight *out;
};

static const struct ft_stage *stage_at(const struct loading *l, size_t s)
{
    return &l->plan->wf->stage[s];
}

static bool asks_for_site(const struct loading *l, size_t s)
{
    const char *name = stage_at(l, s)->site;

    return name && strcmp(name, l->out->site->name) == 0;
}

static bool may_go(const struct loading *l, size_t s)
{
    return !stage_at(l, s)->site || asks_for_site(l, s);
}

/* --- files ---------------------------------------------------------------- */

static void add(struct ft_load *load, const struct ft_attempt_file *file,
                bool about)
{
    load->bytes += (double)file->size_bytes;
    load->about |= about;
}

/* A file is one whatever it is called. */
static bool is_new(struct ft_map *seen, const struct ft_attempt_file *file)
{
    const char *key = file->content  ? file->content
                      : file->sha256 ? file->sha256
                                     : file->path;

    return !ft_map_put(seen, key, seen);
}

static void load_files(struct loading *l, size_t s, size_t task)
{
    struct ft_load *load = &l->out->task[task];
    size_t n;
    bool all;
    struct ft_bound *bound =
        ft_bind_known(l->plan, task, &l->have, l->store, &all);
    struct ft_attempt_file *file =
        ft_travel_files(l->plan, bound, l->store, "", &n);

    load->more |= !all;
    for (size_t i = 0; i < n; i++) {
        bool about = i < bound->n_in && bound->in[i].extract;

        if (ft_held_has(l->held, &file[i]))
            continue;
        add(load, &file[i], about);
        if (is_new(&l->seen_stage, &file[i]))
            add(&l->out->stage[s], &file[i], about);
        if (is_new(&l->seen, &file[i]))
            add(&l->out->all, &file[i], about);
    }
    ft_attempt_files_free(file, n);
    ft_bound_free(bound);
}

/* --- what is not known ---------------------------------------------------- */

static bool will_be_made(const struct loading *l, const struct ft_tasks *tasks)
{
    const struct ft_forecast *f = l->forecast;

    for (size_t k = 0; k < tasks->n; k++) {
        size_t task = tasks->item[k];

        if (tasks->last_turns)
            task = ft_forecast_last_turn(f, l->plan, task);
        if (f->decision[task] == FT_WILL_RUN ||
            f->decision[task] == FT_MAY_RUN)
            return true;
    }
    return false;
}

/* Does it take what does not exist yet, and may be made elsewhere? */
static bool takes_unknown(const struct loading *l, size_t s, size_t task)
{
    struct ft_tasks tasks = { 0 };
    bool unknown = false;

    for (size_t i = 0; i < stage_at(l, s)->n_in && !unknown; i++) {
        size_t from, output;
        struct ft_err err;

        if (!ft_plan_source(l->plan, task, i, &from, &output) || l->only ||
            asks_for_site(l, from))
            continue;
        tasks.n = 0;
        tasks.last_turns = false;
        unknown = l->plan->stage[from].unknown ||
                  ft_plan_producers(l->plan, task, i, &tasks, &err) < 0 ||
                  will_be_made(l, &tasks);
    }
    ft_tasks_release(&tasks);
    return unknown;
}

/* --- all ------------------------------------------------------------------ */

static void load_task(struct loading *l, size_t s, size_t task)
{
    struct ft_freight *out = l->out;
    struct ft_load *load = &out->task[task];

    load->more = takes_unknown(l, s, task);
    if (l->forecast->decision[task] == FT_WILL_RUN) {
        load->n = 1;
        load_files(l, s, task);
    }
    out->stage[s].n += load->n;
    out->stage[s].more |= load->more;
}

static void load_stage(struct loading *l, size_t s)
{
    const struct ft_plan_stage *ps = &l->plan->stage[s];
    struct ft_freight *out = l->out;

    if (!may_go(l, s))
        return;
    for (size_t t = ps->first; t < ps->first + ps->n; t++)
        if (l->forecast->decision[t] == FT_WILL_RUN ||
            l->forecast->decision[t] == FT_MAY_RUN)
            load_task(l, s, t);
    ft_map_release(&l->seen_stage);
    l->seen_stage = (struct ft_map)FT_MAP_INIT;
    out->all.n += out->stage[s].n;
    out->all.more |= out->stage[s].more || ps->unknown;
}

struct ft_freight *ft_freight_new(const struct ft_project *project,
                                  struct ft_store *store,
                                  const struct ft_plan *plan,
                                  const struct ft_forecast *forecast,
                                  const struct ft_site *site, bool only)
{
    char *path = ft_held_path(project->meta, site->name);
    struct loading l = {
        .plan = plan,
        .store = store,
        .forecast = forecast,
        .have = ft_forecast_have(forecast),
        .only = only,
        .held = ft_held_open(path),
        .out = ft_calloc(1, sizeof(*l.out)),
    };

    l.out->site = site;
    l.out->rate = ft_held_measured(l.held);
    l.out->stage = ft_calloc(plan->wf->n_stages, sizeof(*l.out->stage));
    l.out->task = ft_calloc(plan->n_tasks, sizeof(*l.out->task));
    for (size_t s = 0; s < plan->wf->n_stages; s++)
        load_stage(&l, s);
    ft_map_release(&l.seen);
    ft_held_close(l.held);
    free(path);
    return l.out;
}

void ft_freight_free(struct ft_freight *freight)
{
    if (!freight)
        return;
    free(freight->stage);
    free(freight->task);
    free(freight);
}
