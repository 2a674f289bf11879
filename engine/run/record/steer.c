/* steer.c - what people asked of a run: kept, and looked up */
#include "run/record/steer.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "run/record/redo.h"
#include "run/record/run.h"

#define WHAT "a record of the journal"

/* --- holds ---------------------------------------------------------------- */

static void add_hold(struct ft_steer *s, size_t at, const struct ft_hold *hold)
{
    s->hold = ft_grow(s->hold, s->n_holds, &s->cap_holds, sizeof(*s->hold));
    memmove(&s->hold[at + 1], &s->hold[at],
            (s->n_holds++ - at) * sizeof(*s->hold));
    s->hold[at] = *hold;
    s->hold[at].by = ft_strdup(hold->by);
}

static void remove_hold(struct ft_steer *s, size_t at)
{
    free(s->hold[at].by);
    memmove(&s->hold[at], &s->hold[at + 1],
            (--s->n_holds - at) * sizeof(*s->hold));
}

static void release(struct ft_steer *s, size_t first, size_t end)
{
    for (size_t i = s->n_holds; i-- > 0;) {
        struct ft_hold before = s->hold[i], behind = s->hold[i];

        if (s->hold[i].end <= first || end <= s->hold[i].first)
            continue;
        before.end = first;
        behind.first = end;
        if (behind.first < behind.end)
            add_hold(s, i + 1, &behind);
        if (before.first < before.end)
            add_hold(s, i + 1, &before);
        remove_hold(s, i);
    }
}

static void hold(struct ft_steer *s, const struct ft_hold *hold)
{
    size_t at = 0;

    release(s, hold->first, hold->end);
    while (at < s->n_holds && s->hold[at].first < hold->first)
        at++;
    add_hold(s, at, hold);
}

const struct ft_hold *ft_run_held(const struct ft_run *run, size_t task)
{
    const struct ft_steer *s = &run->steer;
    size_t low = 0, high = s->n_holds;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (s->hold[mid].end <= task)
            low = mid + 1;
        else
            high = mid;
    }
    return low < s->n_holds && s->hold[low].first <= task ? &s->hold[low]
                                                          : NULL;
}

size_t ft_run_count_held(const struct ft_run *run)
{
    size_t n = 0;

    for (size_t i = 0; i < run->steer.n_holds; i++)
        for (size_t t = run->steer.hold[i].first;
             t < run->steer.hold[i].end; t++)
            n += run->task[t].state == FT_TASK_WAITING ||
                 run->task[t].state == FT_TASK_READY;
    return n;
}

/* --- resources ------------------------------------------------------------ */

void ft_run_resources(const struct ft_run *run, size_t task,
                      struct ft_resources *res)
{
    const struct ft_steer *s = &run->steer;

    ft_plan_resources(run->plan, task, 1, res);
    for (size_t i = 0; i < s->n_overrides; i++) {
        const struct ft_override *o = &s->override[i];

        if (task < o->first || task >= o->end)
            continue;
        res->ranks = o->ranks ? o->ranks : res->ranks;
        if (o->memory_bytes > 0)
            res->memory_bytes = o->memory_bytes;
        if (o->walltime_s > 0)
            res->walltime_s = o->walltime_s;
    }
    ft_plan_escalate(run->plan, task, 1 + run->task[task].charged, res);
}

double ft_run_timeout_s(const struct ft_run *run, size_t task)
{
    const struct ft_plan *plan = run->plan;
    const struct ft_steer *s = &run->steer;
    double timeout_s = plan->wf->stage[ft_plan_stage_of(plan, task)].timeout_s;

    for (size_t i = 0; i < s->n_overrides; i++)
        if (task >= s->override[i].first && task < s->override[i].end &&
            s->override[i].timeout_s > 0)
            timeout_s = s->override[i].timeout_s;
    return timeout_s;
}

/* --- acts ----------------------------------------------------------------- */

/* One pair of the member "tasks". */
static int read_range(const struct ft_run *run, struct json_object *pair,
                      size_t *first, size_t *end, struct ft_err *err)
{
    int64_t a = json_object_get_int64(json_object_array_get_idx(pair, 0));
    int64_t b = json_object_get_int64(json_object_array_get_idx(pair, 1));

    if (a < 0 || a >= b || (uint64_t)b > run->plan->n_tasks)
        return ft_err_set(err, FT_EFORMAT, WHAT " names tasks that there are "
                          "not: %lld to %lld", (long long)a, (long long)b);
    *first = (size_t)a;
    *end = (size_t)b;
    return 0;
}

int ft_steer_ranges(const struct ft_run *run, struct json_object *act,
                    ft_steer_range *apply, void *arg, struct ft_err *err)
{
    struct json_object *list = ft_json_get(act, "tasks", json_type_array, WHAT,
                                           err);
    size_t n = list ? json_object_array_length(list) : 0;

    for (size_t i = 0; i < n; i++) {
        struct json_object *pair = json_object_array_get_idx(list, i);
        size_t first = 0, end = 0;

        if (!json_object_is_type(pair, json_type_array) ||
            json_object_array_length(pair) != 2)
            return ft_err_set(err, FT_EFORMAT, WHAT " has no list of tasks");
        if (read_range(run, pair, &first, &end, err) < 0)
            return -1;
        apply(run, first, end, act, arg);
    }
    return list ? 0 : -1;
}

static int on_pause(struct ft_run *run, struct json_object *act,
                    struct ft_err *err)
{
    struct ft_steer *s = &run->steer;
    const char *reason = ft_json_str_or(act, "reason", NULL);

    (void)err;
    free(s->paused_by);
    free(s->paused_reason);
    s->paused = true;
    s->paused_by = ft_strdup(ft_json_str_or(act, "by", ""));
    s->paused_reason = reason ? ft_strdup(reason) : NULL;
    s->paused_ns = ft_json_int_or(act, "at", 0);
    return 0;
}

static int on_unpause(struct ft_run *run, struct json_object *act,
                      struct ft_err *err)
{
    (void)act;
    (void)err;
    run->steer.paused = false;
    return 0;
}

static void hold_range(const struct ft_run *run, size_t first, size_t end,
                       struct json_object *act, void *arg)
{
    struct ft_hold h = {
        .first = first,
        .end = end,
        .by = (char *)ft_json_str_or(act, "by", ""), /* copied */
        .at_ns = ft_json_int_or(act, "at", 0),
    };

    (void)run;
    hold(arg, &h);
}

static int on_hold(struct ft_run *run, struct json_object *act,
                   struct ft_err *err)
{
    return ft_steer_ranges(run, act, hold_range, &run->steer, err);
}

static void release_range(const struct ft_run *run, size_t first, size_t end,
                          struct json_object *act, void *arg)
{
    (void)run;
    (void)act;
    release(arg, first, end);
}

static int on_release(struct ft_run *run, struct json_object *act,
                      struct ft_err *err)
{
    return ft_steer_ranges(run, act, release_range, &run->steer, err);
}

static void set_range(const struct ft_run *run, size_t first, size_t end,
                      struct json_object *act, void *arg)
{
    struct ft_steer *s = arg;
    struct ft_override o = {
        .first = first,
        .end = end,
        .ranks = (int)ft_json_int_or(act, "ranks", 0),
        .memory_bytes = ft_json_num_or(act, "memory", 0),
        .walltime_s = ft_json_num_or(act, "walltime", 0),
        .timeout_s = ft_json_num_or(act, "timeout", 0),
    };

    (void)run;
    s->override = ft_grow(s->override, s->n_overrides, &s->cap_overrides,
                          sizeof(*s->override));
    s->override[s->n_overrides++] = o;
}

static int on_set(struct ft_run *run, struct json_object *act,
                  struct ft_err *err)
{
    struct ft_limits *limits = &run->limits;
    struct ft_steer *s = &run->steer;

    s->jobs = (int)ft_json_int_or(act, "jobs", s->jobs);
    s->weight = ft_json_num_or(act, "weight", s->weight);
    s->priority = (int)ft_json_int_or(act, "priority", s->priority);
    limits->core_s = ft_json_num_or(act, "core_time", limits->core_s);
    limits->energy_j = ft_json_num_or(act, "energy", limits->energy_j);
    limits->deadline_ns = ft_json_int_or(act, "deadline",
                                         limits->deadline_ns);
    if (!json_object_object_get_ex(act, "tasks", NULL))
        return 0;
    return ft_steer_ranges(run, act, set_range, s, err);
}

int ft_steer_apply(struct ft_run *run, struct json_object *act,
                   struct ft_err *err)
{
    static const struct {
        const char *kind;
        int (*apply)(struct ft_run *run, struct json_object *act,
                     struct ft_err *err);
    } kinds[] = {
        { "pause", on_pause }, { "unpause", on_unpause },
        { "hold", on_hold },   { "release", on_release },
        { "retry", ft_redo_apply }, { "set", on_set },
    };
    const char *kind = ft_json_str_or(act, "k", "");

    for (size_t i = 0; i < FT_ARRAY_LEN(kinds); i++)
        if (strcmp(kinds[i].kind, kind) == 0)
            return kinds[i].apply(run, act, err);
    return ft_err_set(err, FT_EFORMAT, "'%s' asks nothing of a run", kind);
}

void ft_steer_release(struct ft_steer *s)
{
    for (size_t i = 0; i < s->n_holds; i++)
        free(s->hold[i].by);
    free(s->hold);
    free(s->override);
    free(s->paused_by);
    free(s->paused_reason);
    free(s->redo);
    *s = (struct ft_steer){ 0 };
}
