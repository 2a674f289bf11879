/* history.c - a runner and a site, all in memory, until the end
 *
 * The runner does what run/drive/drive.c does; whatever may happen at a moment
 * is drawn: an attempt ends, a publication is done, people pause the run, the
 * runner dies between any two records and another one goes on.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/err.h"
#include "run/record/change.h"
#include "run/record/steer.h"
#include "t/sim/sim.h"

#define CRASHES_MAX 5
#define RESUMES_MAX 2 /* of runs that have ended */
#define STEERS_MAX 6

/* --- chance --------------------------------------------------------------- */

/* splitmix64 */
uint64_t sim_draw(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

unsigned sim_below(uint64_t *state, unsigned n)
{
    return (unsigned)(sim_draw(state) >> 32) % n;
}

bool sim_chance(uint64_t *state, unsigned percent)
{
    return sim_below(state, 100) < percent;
}

/* --- where tasks are ------------------------------------------------------ */

static void set_life(struct sim *sim, size_t task, enum life life)
{
    enum life was = sim->truth[task].life;
    size_t i = 0;

    sim->truth[task].life = life;
    if (was == LIFE_PREPARING || was == LIFE_RUNNING ||
        was == LIFE_PUBLISHING) {
        while (sim->busy[i] != task)
            i++;
        sim->busy[i] = sim->busy[--sim->n_busy];
    }
    if (life == LIFE_PREPARING || life == LIFE_RUNNING ||
        life == LIFE_PUBLISHING)
        sim->busy[sim->n_busy++] = task;
}

static void finished(struct sim *sim, size_t task)
{
    set_life(sim, task, LIFE_NONE);
    ft_sched_finished(sim->sched, sim->run, task);
}

static void take_room(struct sim *sim, size_t task)
{
    const struct spec *spec = world_spec(sim->w, task);
    struct truth *t = &sim->truth[task];
    double bytes = spec->memory_gib * GIB;

    for (unsigned i = 0; i < t->failures; i++)
        bytes *= spec->scale;
    t->slots = spec->ranks < (unsigned)sim->limits.slots
                   ? spec->ranks : (unsigned)sim->limits.slots;
    t->memory_bytes = bytes < sim->limits.memory_bytes
                          ? bytes : sim->limits.memory_bytes;
    sim->used_slots += t->slots;
    sim->used_memory += t->memory_bytes;
    sim->attempts++;
    check_room(sim);
}

static void give_room_back(struct sim *sim, size_t task)
{
    sim->used_slots -= sim->truth[task].slots;
    sim->used_memory -= sim->truth[task].memory_bytes;
    ft_sched_freed(sim->sched, task);
}

/* --- what the runner does ------------------------------------------------- */

static void fail(struct sim *sim, size_t task, enum ft_task_state state)
{
    sim_record(sim, REC_FAILED, task, state);
    finished(sim, task);
}

/* Reuse, what an earlier runner left behind, or a fresh attempt. */
static void prepare(struct sim *sim, size_t task)
{
    const struct spec *spec = world_spec(sim->w, task);
    struct truth *t = &sim->truth[task];
    unsigned tried = sim->run->task[task].attempts;

    check_prepare(sim, task);
    if (tried && t->published) {
        sim_record(sim, REC_DONE, task, 0);
        finished(sim, task);
    } else if (!tried && sim_chance(&sim->random, sim->reuse)) {
        sim_record(sim, REC_CACHED, task, 0);
        finished(sim, task);
    } else if (spec->outputs && tried && t->usable) {
        sim_record(sim, REC_ENDED, task, FT_OUT_OK);
        set_life(sim, task, LIFE_PUBLISHING);
    } else {
        set_life(sim, task, LIFE_PREPARING);
    }
}

static void start(struct sim *sim, size_t task)
{
    static const unsigned pause_s[] = { 0, 1, 30 };

    check_start(sim, task);
    sim_durable(sim, sim->n_records);
    take_room(sim, task);
    if (!sim_chance(&sim->random, sim->refuse)) {
        ft_run_submit(sim->run, task);
        set_life(sim, task, LIFE_RUNNING);
        return;
    }
    give_room_back(sim, task);
    if (sim_chance(&sim->random, 5)) {
        fail(sim, task, FT_TASK_FAILED); /* denied, or rejected */
        return;
    }
    /* Busy, or nobody knows: swept away, and tried again. */
    sim_record(sim, REC_AGAIN, task, 0);
    set_life(sim, task, LIFE_LATER);
    ft_sched_later(sim->sched, task,
                   sim->now_ns +
                       pause_s[sim_below(&sim->random, 3)] * SECOND);
}

/* False: the runner waits for something to happen. */
static bool turn(struct sim *sim)
{
    struct ft_todo todo;
    struct ft_err err;

    ft_sched_next(sim->sched, sim->run, sim->now_ns, &todo, &err);
    switch (todo.kind) {
    case FT_TODO_NOTHING:
        return false;
    case FT_TODO_AGAIN:
        break;
    case FT_TODO_SKIP:
        check_skip(sim, todo.task);
        sim_record(sim, REC_SKIPPED, todo.task, 0);
        finished(sim, todo.task);
        break;
    case FT_TODO_FAIL:
        sim_broken(sim, "task %zu cannot be told: %s", todo.task, err.msg);
    case FT_TODO_PREPARE:
        prepare(sim, todo.task);
        break;
    case FT_TODO_DECIDE:
        sim_broken(sim, "a turn of task %zu, which does not loop", todo.task);
    case FT_TODO_EXPAND:
        sim_broken(sim, "stage s%zu takes no rows", todo.stage);
    case FT_TODO_START:
        start(sim, todo.task);
        break;
    }
    return true;
}

/* --- what happens to it --------------------------------------------------- */

static enum ft_outcome draw_outcome(struct sim *sim)
{
    static const enum ft_outcome own[] = { FT_OUT_ERROR, FT_OUT_OOM,
                                           FT_OUT_TIMEOUT };
    static const enum ft_outcome site[] = { FT_OUT_NODE_FAIL,
                                            FT_OUT_PREEMPTED, FT_OUT_LOST };

    if (sim->cancelled && !sim_chance(&sim->random, 10))
        return FT_OUT_CANCELLED;
    if (sim_chance(&sim->random, sim->fault))
        return site[sim_below(&sim->random, 3)];
    if (sim_chance(&sim->random, sim->fail))
        return own[sim_below(&sim->random, 3)];
    return FT_OUT_OK;
}

static void attempt_failed(struct sim *sim, size_t task,
                           enum ft_outcome outcome)
{
    struct truth *t = &sim->truth[task];
    bool again;

    if (outcome == FT_OUT_CANCELLED) {
        fail(sim, task, FT_TASK_CANCELLED);
        return;
    }
    if (outcome == FT_OUT_ERROR || outcome == FT_OUT_OOM ||
        outcome == FT_OUT_TIMEOUT)
        t->failures++;
    else
        t->faults++;
    again = ft_sched_retry(sim->sched, sim->run, task, outcome, sim->now_ns);
    check_retry(sim, task, outcome, again);
    if (again) {
        sim_record(sim, REC_AGAIN, task, 0);
        set_life(sim, task, LIFE_LATER);
    } else {
        fail(sim, task, outcome == FT_OUT_LOST ? FT_TASK_LOST
                                               : FT_TASK_FAILED);
    }
}

static void attempt_ends(struct sim *sim, size_t task)
{
    enum ft_outcome outcome = draw_outcome(sim);

    if (sim->run->task[task].state == FT_TASK_SUBMITTED &&
        sim_chance(&sim->random, 90))
        sim_record(sim, REC_STARTED, task, 0);
    give_room_back(sim, task);
    sim->truth[task].usable = outcome == FT_OUT_OK;
    sim_record(sim, REC_ENDED, task, outcome);
    if (outcome != FT_OUT_OK)
        attempt_failed(sim, task, outcome);
    else if (world_spec(sim->w, task)->outputs)
        set_life(sim, task, LIFE_PUBLISHING);
    else
        finished(sim, task);
}

static void published(struct sim *sim, size_t task)
{
    if (sim_chance(&sim->random, 2)) { /* the store refuses it */
        sim->truth[task].usable = false;
        sim_record(sim, REC_ENDED, task, FT_OUT_ERROR);
        attempt_failed(sim, task, FT_OUT_ERROR);
        return;
    }
    /* The store commits before the journal knows. */
    sim->truth[task].published = true;
    sim_record(sim, REC_DONE, task, 0);
    finished(sim, task);
}

static void prepared(struct sim *sim, size_t task)
{
    if (sim_chance(&sim->random, 1)) { /* an input could not be taken out */
        fail(sim, task, FT_TASK_FAILED);
        return;
    }
    sim_record(sim, REC_INTENT, task, sim->run->task[task].attempts + 1u);
    set_life(sim, task, LIFE_READY);
    ft_sched_prepared(sim->sched, task);
}

static void busy_event(struct sim *sim)
{
    size_t task = sim->busy[sim_below(&sim->random, (unsigned)sim->n_busy)];

    sim->now_ns += (int64_t)sim_below(&sim->random, 2000) * (SECOND / 1000);
    switch (sim->truth[task].life) {
    case LIFE_PREPARING:
        prepared(sim, task);
        break;
    case LIFE_RUNNING:
        attempt_ends(sim, task);
        break;
    default:
        published(sim, task);
    }
}

/* --- people --------------------------------------------------------------- */

static void act(struct sim *sim, enum record_kind kind, size_t task)
{
    sim_record(sim, kind, task, 0);
    ft_sched_steered(sim->sched, sim->run);
}

static void steer_somehow(struct sim *sim)
{
    size_t task = sim_below(&sim->random,
                            (unsigned)sim->w->plan->n_tasks);

    sim->n_steers++;
    if (sim->run->steer.paused && sim_chance(&sim->random, 70))
        act(sim, REC_UNPAUSE, 0);
    else if (ft_run_held(sim->run, task))
        act(sim, REC_RELEASE, task);
    else if (sim_chance(&sim->random, 30))
        act(sim, REC_PAUSE, 0);
    else
        act(sim, REC_HOLD, task);
}

/* Nothing else can happen: what people stopped they let go. */
static bool let_go(struct sim *sim)
{
    bool paused = sim->run->steer.paused;

    if (paused)
        act(sim, REC_UNPAUSE, 0);
    else if (sim->run->steer.n_holds)
        act(sim, REC_RELEASE, sim->run->steer.hold[0].first);
    else
        return false;
    return true;
}

/* --- runners that come and go --------------------------------------------- */

/* A runner that has 'run' before it, and nothing under way. */
static void begin(struct sim *sim, struct ft_run *run)
{
    ft_run_free(sim->run);
    ft_sched_free(sim->sched);
    sim->run = run;
    sim->sched = ft_sched_new(sim->w->plan, run, &sim->limits);
    sim->cancelled = false;
    sim->n_busy = 0;
    sim->used_slots = 0;
    sim->used_memory = 0;
    for (size_t t = 0; t < sim->w->plan->n_tasks; t++) {
        sim->truth[t].life = LIFE_NONE;
        sim->truth[t].failures = sim->truth[t].faults = 0;
    }
}

static void go_on(struct sim *sim)
{
    struct ft_run *run = sim_replay(sim);

    ft_run_free(sim->run);
    sim->run = run;
    sim_record(sim, REC_RESUME, 0, 0);
    sim_durable(sim, sim->n_records);
    sim->run = NULL;
    begin(sim, run);
}

static void crash(struct sim *sim)
{
    size_t loose = sim->n_records - sim->n_durable;
    size_t kept = sim->n_durable +
                  sim_below(&sim->random, (unsigned)loose + 1);

    sim->n_crashes++;
    sim->crashes++;
    sim->lost_records += sim->n_records - kept;
    if (sim->trace)
        printf("%5u  crash: %zu records are lost\n", sim->step,
               sim->n_records - kept);
    sim->n_records = kept;
    sim_durable(sim, kept);
    if (sim_chance(&sim->random, 30)) /* the machine went down as well */
        for (size_t t = 0; t < sim->w->plan->n_tasks; t++)
            sim->truth[t].usable = false;
    go_on(sim);
}

static void cancel(struct sim *sim)
{
    if (sim->trace)
        printf("%5u  cancel\n", sim->step);
    sim->cancelled = true;
    ft_sched_close(sim->sched);
}

/* --- a whole history ------------------------------------------------------ */

static void end(struct sim *sim)
{
    const struct ft_run *run = sim->run;
    enum ft_run_state state = FT_RUN_SUCCEEDED;

    for (size_t t = 0; t < sim->w->plan->n_tasks; t++)
        if (!ft_run_settled(run, t))
            state = FT_RUN_FAILED;
    for (size_t i = 0; i < sim->n_busy; i++)
        sim_broken(sim, "the run is over, task %zu is not", sim->busy[i]);
    if (sim->cancelled)
        state = sim_chance(&sim->random, 50) ? FT_RUN_CANCELLED
                                             : FT_RUN_EXPIRED;
    sim_record(sim, REC_END, 0, state);
    sim_durable(sim, sim->n_records);
    check_end(sim);
}

static bool over(struct sim *sim)
{
    if (!ft_sched_over(sim->sched))
        return false;
    end(sim);
    if (sim->run->state == FT_RUN_SUCCEEDED ||
        sim->n_resumes == RESUMES_MAX || sim_chance(&sim->random, 50))
        return true;
    sim->n_resumes++;
    go_on(sim);
    return false;
}

/* Something that nobody waits for; true when it happened. */
static bool surprise(struct sim *sim)
{
    unsigned n = sim_below(&sim->random, 1000);

    if (n < sim->crash && sim->n_crashes < CRASHES_MAX)
        crash(sim);
    else if (n >= 990 && !sim->cancelled && sim_chance(&sim->random, 30))
        cancel(sim);
    else if (n >= 900 && n < 930 && sim->n_steers < STEERS_MAX)
        steer_somehow(sim);
    else if (n >= 800 && n < 850)
        sim_durable(sim, sim->n_records);
    else
        return false;
    return true;
}

static void step(struct sim *sim)
{
    int64_t due;

    if (surprise(sim))
        return;
    if (sim->n_busy && sim_chance(&sim->random, 40)) {
        busy_event(sim);
        return;
    }
    if (turn(sim))
        return;
    due = ft_sched_due(sim->sched);
    if (sim->n_busy && (due < 0 || sim_chance(&sim->random, 70)))
        busy_event(sim);
    else if (due >= 0)
        sim->now_ns = due > sim->now_ns ? due : sim->now_ns + 1;
    else if (!ft_sched_over(sim->sched) && !let_go(sim))
        sim_broken(sim, "the run waits for nothing");
}

static void draw_difficulty(struct sim *sim)
{
    static const unsigned fail[] = { 0, 10, 30, 70 };
    static const unsigned fault[] = { 0, 0, 10, 95 };
    static const unsigned refuse[] = { 0, 0, 10, 60 };
    static const unsigned crashes[] = { 0, 2, 10, 50 };
    uint64_t *random = &sim->random;

    sim->limits = (struct ft_sched_limits){
        .slots = 1 + (int)sim_below(random, 5),
        .memory_bytes = (1 + sim_below(random, 8)) * GIB,
        .ahead = 1 + sim_below(random, 10),
        .keep_going = sim_chance(random, 60),
    };
    sim->fail = fail[sim_below(random, 4)];
    sim->fault = fault[sim_below(random, 4)];
    sim->refuse = refuse[sim_below(random, 4)];
    sim->crash = crashes[sim_below(random, 4)];
    sim->reuse = sim_chance(random, 30) ? 30 : 0;
}

static unsigned steps_max(const struct sim *sim)
{
    return 20000 + 2000 * (unsigned)sim->w->plan->n_tasks;
}

void sim_history(struct sim *sim, const struct world *w, uint64_t seed)
{
    struct sim fresh = {
        .seed = seed,
        .random = seed,
        .trace = sim->trace,
        .w = w,
        .record = sim->record,
        .cap_records = sim->cap_records,
        .crashes = sim->crashes,
        .attempts = sim->attempts,
        .lost_records = sim->lost_records,
    };
    size_t n = w->plan->n_tasks;

    *sim = fresh;
    draw_difficulty(sim);
    sim->truth = ft_calloc(n, sizeof(*sim->truth));
    sim->busy = ft_calloc(n, sizeof(*sim->busy));
    begin(sim, ft_run_new("r", w->plan, "random.yaml", 1));
    while (!over(sim)) {
        if (++sim->step > steps_max(sim))
            sim_broken(sim, "the run does not end");
        step(sim);
        check_counts(sim);
        if (sim_chance(&sim->random, 1)) {
            struct ft_run *again = sim_replay(sim);

            check_replay(sim, again);
            ft_run_free(again);
        }
    }
    free(sim->truth);
    free(sim->busy);
    ft_run_free(sim->run);
    ft_sched_free(sim->sched);
    sim->truth = NULL;
    sim->busy = NULL;
    sim->run = NULL;
    sim->sched = NULL;
}
