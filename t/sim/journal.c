/* journal.c - the records of a history, and a run made of them */
#include <stdio.h>

#include "base/alloc.h"
#include "base/json.h"
#include "run/record/change.h"
#include "run/record/steer.h"
#include "t/sim/sim.h"

static const char *const record_names[] = {
    [REC_INTENT] = "intent",   [REC_STARTED] = "started",
    [REC_ENDED] = "ended",     [REC_AGAIN] = "again",
    [REC_DONE] = "done",       [REC_CACHED] = "cached",
    [REC_SKIPPED] = "skipped", [REC_FAILED] = "failed",
    [REC_END] = "end",         [REC_RESUME] = "resume",
    [REC_PAUSE] = "pause",     [REC_UNPAUSE] = "unpause",
    [REC_HOLD] = "hold",       [REC_RELEASE] = "release",
};

/* An act of people on one task, or on the run. */
static void steer(struct ft_run *run, const struct record *r)
{
    struct json_object *act = json_object_new_object();
    struct json_object *pair = json_object_new_array();
    struct json_object *list = json_object_new_array();

    json_object_array_add(pair, json_object_new_int64((int64_t)r->task));
    json_object_array_add(pair, json_object_new_int64((int64_t)r->task + 1));
    json_object_array_add(list, pair);
    json_object_object_add(act, "tasks", list);
    ft_json_add_str(act, "k", record_names[r->kind]);
    ft_json_add_int(act, "at", r->at_ns);
    if (ft_steer_apply(run, act, NULL) < 0)
        FT_BUG("act '%s' was refused", record_names[r->kind]);
    json_object_put(act);
}

static void apply(struct ft_run *run, const struct record *r)
{
    struct ft_versions none = { 0 };
    struct ft_ending e = { .outcome = r->what, .end_ns = r->at_ns };

    switch (r->kind) {
    case REC_INTENT:
        ft_run_intend(run, r->task, (int)r->what);
        break;
    case REC_STARTED:
        ft_run_start(run, r->task, r->at_ns, NULL, NULL);
        break;
    case REC_ENDED:
        ft_run_attempt_end(run, r->task, &e);
        break;
    case REC_AGAIN:
        ft_run_again(run, r->task);
        break;
    case REC_DONE:
        ft_run_succeed(run, r->task, &none, r->at_ns);
        break;
    case REC_CACHED:
        ft_run_reuse(run, r->task, &none);
        break;
    case REC_SKIPPED:
        ft_run_skip(run, r->task);
        break;
    case REC_FAILED:
        ft_run_fail(run, r->task, r->what, NULL, r->at_ns);
        break;
    case REC_END:
        ft_run_end(run, r->what, NULL, r->at_ns);
        break;
    case REC_RESUME:
        ft_run_resume(run);
        break;
    default:
        steer(run, r);
    }
}

void sim_record(struct sim *sim, enum record_kind kind, size_t task,
                unsigned what)
{
    struct record r = { kind, what, task, ++sim->now_ns };

    sim->record = ft_grow(sim->record, sim->n_records, &sim->cap_records,
                          sizeof(*sim->record));
    sim->record[sim->n_records++] = r;
    apply(sim->run, &r);
    if (sim->trace)
        printf("%5u %12.3f  %-8s task %zu  %s\n", sim->step,
               (double)sim->now_ns / 1e9, record_names[kind], task,
               kind == REC_ENDED    ? ft_outcome_names[what]
               : kind == REC_FAILED ? ft_task_state_names[what]
               : kind == REC_END    ? ft_run_state_names[what]
                                    : "");
}

void sim_durable(struct sim *sim, size_t n)
{
    for (; sim->n_durable < n; sim->n_durable++) {
        const struct record *r = &sim->record[sim->n_durable];
        bool plain = r->kind == REC_ENDED && r->what == FT_OUT_OK &&
                     !world_spec(sim->w, r->task)->outputs;

        if (plain || r->kind == REC_DONE || r->kind == REC_CACHED)
            sim->truth[r->task].kept = true;
    }
}

struct ft_run *sim_replay(const struct sim *sim)
{
    struct ft_run *run = ft_run_new("r", sim->w->plan, "random.yaml", 1);

    for (size_t i = 0; i < sim->n_records; i++)
        apply(run, &sim->record[i]);
    return run;
}
