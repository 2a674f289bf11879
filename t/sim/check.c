/* check.c - the invariants */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/workflow.h"
#include "run/record/change.h"
#include "run/record/steer.h"
#include "t/sim/sim.h"

_Noreturn void sim_broken(const struct sim *sim, const char *fmt, ...)
{
    va_list ap;

    printf("broken: history %llu, step %u: ", (unsigned long long)sim->seed,
           sim->step);
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    printf("\nreplay it with: sim --seed %llu\n",
           (unsigned long long)sim->seed);
    fflush(stdout);
    exit(1);
}

/* --- what may happen to a task -------------------------------------------- */

/* Everything that 'task' takes from others is there, or never will be. */
static void check_inputs(const struct sim *sim, size_t task)
{
    const struct spec *spec = world_spec(sim->w, task);

    for (size_t i = 0; i < spec->n_links; i++) {
        const struct spec *from = &sim->w->spec[spec->link[i].from];

        for (size_t t = from->first; t < from->first + from->n; t++)
            if (world_feeds(sim->w, task, &spec->link[i], t) &&
                !ft_run_settled(sim->run, t))
                sim_broken(sim, "task %zu comes before task %zu", task, t);
    }
}

static bool must_skip(const struct sim *sim, size_t task)
{
    const struct spec *spec = world_spec(sim->w, task);
    unsigned n_b = spec->n_b ? spec->n_b : 1;

    if (spec->when >= 0 &&
        (task - spec->first) / n_b >= (unsigned)spec->when)
        return true;
    for (size_t i = 0; i < spec->n_links; i++) {
        const struct link *link = &spec->link[i];
        const struct spec *from = &sim->w->spec[link->from];
        bool any = link->kind == LINK_NEEDS;

        for (size_t t = from->first; t < from->first + from->n; t++)
            any |= world_feeds(sim->w, task, link, t) &&
                   !ft_run_absent(sim->run, t);
        if (!any)
            return true;
    }
    return false;
}

static void check_idle(const struct sim *sim, size_t task)
{
    enum life life = sim->truth[task].life;

    if (life != LIFE_NONE && life != LIFE_LATER)
        sim_broken(sim, "task %zu is under way already", task);
    if (ft_task_state_final(sim->run->task[task].state))
        sim_broken(sim, "task %zu has its final state already", task);
    if (sim->run->steer.paused || ft_sched_closed(sim->sched))
        sim_broken(sim, "task %zu is touched though the run stands still",
                   task);
}

void check_prepare(const struct sim *sim, size_t task)
{
    check_idle(sim, task);
    check_inputs(sim, task);
    if (sim->truth[task].life == LIFE_NONE && ft_run_held(sim->run, task))
        sim_broken(sim, "task %zu is prepared though it is held", task);
    if (must_skip(sim, task))
        sim_broken(sim, "task %zu should be skipped", task);
}

void check_skip(const struct sim *sim, size_t task)
{
    check_idle(sim, task);
    check_inputs(sim, task);
    if (!must_skip(sim, task))
        sim_broken(sim, "task %zu is skipped without a reason", task);
}

void check_start(const struct sim *sim, size_t task)
{
    const struct truth *t = &sim->truth[task];

    if (t->life != LIFE_READY)
        sim_broken(sim, "task %zu starts though it is not ready", task);
    if (t->kept || ft_run_settled(sim->run, task))
        sim_broken(sim, "task %zu starts again after its success", task);
    if (sim->run->steer.paused || ft_run_held(sim->run, task))
        sim_broken(sim, "task %zu starts though it is held", task);
    check_inputs(sim, task);
}

void check_room(const struct sim *sim)
{
    if (sim->used_slots > (unsigned)sim->limits.slots)
        sim_broken(sim, "%u of %d slots are taken", sim->used_slots,
                   sim->limits.slots);
    if (sim->used_memory > sim->limits.memory_bytes)
        sim_broken(sim, "%g of %g GiB are taken", sim->used_memory / GIB,
                   sim->limits.memory_bytes / GIB);
}

void check_retry(const struct sim *sim, size_t task, enum ft_outcome outcome,
                 bool again)
{
    const struct spec *spec = world_spec(sim->w, task);
    const struct truth *t = &sim->truth[task];
    bool own = outcome == FT_OUT_ERROR || outcome == FT_OUT_OOM ||
               outcome == FT_OUT_TIMEOUT;
    bool may = own ? (spec->retry_on & 1u << outcome) &&
                         t->failures <= spec->retry_max
                   : t->faults <= FT_SITE_FAULTS_MAX;

    if (again && ft_sched_closed(sim->sched))
        sim_broken(sim, "task %zu is retried though the run is closed", task);
    if (again && !may)
        sim_broken(sim, "task %zu is retried after %s: %u failures, %u "
                   "faults", task, ft_outcome_names[outcome], t->failures,
                   t->faults);
    if (!again && may && !ft_sched_closed(sim->sched))
        sim_broken(sim, "task %zu is given up after %s: %u failures, %u "
                   "faults", task, ft_outcome_names[outcome], t->failures,
                   t->faults);
}

/* --- the run -------------------------------------------------------------- */

static void count(const struct sim *sim, size_t stage,
                  uint32_t n[FT_TASK_STATE_COUNT])
{
    const struct spec *spec = &sim->w->spec[stage];

    memset(n, 0, FT_TASK_STATE_COUNT * sizeof(*n));
    for (size_t t = spec->first; t < spec->first + spec->n; t++)
        n[sim->run->task[t].state]++;
}

void check_counts(const struct sim *sim)
{
    uint32_t n[FT_TASK_STATE_COUNT];

    for (size_t s = 0; s < sim->w->n_stages; s++) {
        count(sim, s, n);
        if (memcmp(n, sim->run->counts[s], sizeof(n)) != 0)
            sim_broken(sim, "the counts of stage s%zu are wrong", s);
    }
}

/* SUBMITTED is the one state that no record makes. */
static unsigned recorded_state(const struct ft_run *run, size_t task)
{
    unsigned state = run->task[task].state;

    return state == FT_TASK_SUBMITTED ? FT_TASK_READY : state;
}

void check_replay(const struct sim *sim, const struct ft_run *run)
{
    for (size_t t = 0; t < sim->w->plan->n_tasks; t++) {
        const struct ft_task *a = &sim->run->task[t], *b = &run->task[t];

        if (recorded_state(sim->run, t) != recorded_state(run, t) ||
            a->attempts != b->attempts || a->charged != b->charged ||
            a->outcome != b->outcome)
            sim_broken(sim, "task %zu is '%s', its records say '%s'", t,
                       ft_task_state_names[a->state],
                       ft_task_state_names[b->state]);
        if (!ft_run_held(sim->run, t) != !ft_run_held(run, t))
            sim_broken(sim, "records and run differ about the hold of %zu",
                       t);
    }
    if (sim->run->state != run->state ||
        sim->run->steer.paused != run->steer.paused)
        sim_broken(sim, "the run and its records differ");
}

/* --- the end -------------------------------------------------------------- */

/* Does 'task' wait for something that has no result? */
static bool is_blocked(const struct sim *sim, size_t task)
{
    const struct spec *spec = world_spec(sim->w, task);

    for (size_t i = 0; i < spec->n_links; i++) {
        const struct spec *from = &sim->w->spec[spec->link[i].from];

        for (size_t t = from->first; t < from->first + from->n; t++)
            if (world_feeds(sim->w, task, &spec->link[i], t) &&
                !ft_run_settled(sim->run, t))
                return true;
    }
    return false;
}

static void check_waiting(const struct sim *sim, size_t task)
{
    if (sim->run->state != FT_RUN_FAILED)
        sim_broken(sim, "task %zu waits in a run that is %s", task,
                   ft_run_state_names[sim->run->state]);
    if (sim->limits.keep_going && !is_blocked(sim, task))
        sim_broken(sim, "task %zu was forgotten", task);
}

void check_end(const struct sim *sim)
{
    bool failed = false;

    for (size_t t = 0; t < sim->w->plan->n_tasks; t++) {
        unsigned state = sim->run->task[t].state;

        if (state == FT_TASK_WAITING)
            check_waiting(sim, t);
        else if (!ft_task_state_final(state))
            sim_broken(sim, "the run has ended, task %zu is '%s'", t,
                       ft_task_state_names[state]);
        failed |= state == FT_TASK_FAILED || state == FT_TASK_LOST;
        if (sim->truth[t].kept && state != FT_TASK_SUCCEEDED &&
            state != FT_TASK_CACHED)
            sim_broken(sim, "the success of task %zu is forgotten", t);
    }
    if (sim->run->state == FT_RUN_FAILED && !failed)
        sim_broken(sim, "the run failed, no task did");
    if (sim->used_slots || ft_sched_running(sim->sched))
        sim_broken(sim, "the run has ended, %u slots are taken",
                   sim->used_slots);
    check_counts(sim);
}
