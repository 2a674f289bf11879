/* test_sched.c - random workflows with random outcomes, simulated
 *
 * The scheduler is driven by a clock that only jumps.  Whatever happens, these
 * hold: nothing starts before its inputs are there, nothing succeeds twice, the
 * slots are never exceeded, and the run ends.
 */
#include "run/sched/sched.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "model/workflow.h"
#include "run/record/change.h"
#include "t/unit/unit.h"

#define SECOND INT64_C(1000000000)

/* --- plans ---------------------------------------------------------------- */

struct world {
    struct ft_module_set *modules;
    struct ft_workflow *wf;
    struct ft_plan *plan;
    struct ft_run *run;
    struct ft_sched *sched;
    int64_t now_ns;
};

static void open_world(struct world *w, const char *text,
                       const struct ft_sched_limits *limits)
{
    struct ft_diags diags = FT_DIAGS_INIT;

    *w = (struct world){ .modules = ft_module_set_new(NULL) };
    w->wf = ft_workflow_parse("t.yaml", ".", text, strlen(text), w->modules,
                              NULL, 0, &diags);
    ck_assert_msg(w->wf != NULL, "%s\n%s",
                  diags.len ? diags.item[0].msg : "?", text);
    w->plan = ft_plan_new(w->wf, &diags);
    ck_assert_ptr_nonnull(w->plan);
    w->run = ft_run_new("r", w->plan, "t.yaml", 1);
    w->sched = ft_sched_new(w->plan, w->run, limits);
    ft_diags_release(&diags);
}

static void close_world(struct world *w)
{
    ft_sched_free(w->sched);
    ft_run_free(w->run);
    ft_plan_free(w->plan);
    ft_workflow_free(w->wf);
    ft_module_set_free(w->modules);
}

static struct ft_todo next(struct world *w)
{
    struct ft_todo todo;
    struct ft_err err;

    do
        ft_sched_next(w->sched, w->run, w->now_ns, &todo, &err);
    while (todo.kind == FT_TODO_AGAIN);
    return todo;
}

static void succeed(struct world *w, size_t task)
{
    struct ft_versions none = { 0 };

    ft_run_succeed(w->run, task, &none, w->now_ns);
    ft_sched_finished(w->sched, w->run, task);
}

/* --- the simulation ------------------------------------------------------- */

/* xorshift64: the same numbers for the same seed everywhere. */
static uint64_t draw(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static bool chance(uint64_t *seed, unsigned percent)
{
    return draw(seed) % 100 < percent;
}

#define USED_FILE "test_sched.used%d.yaml"
#define INPUT_FILE "test_sched.input"

static void write_text(const char *path, const char *text)
{
    ck_assert_int_eq(ft_file_write(path, text, strlen(text), 0666, NULL), 0);
}

/* A workflow that stage 's' uses, with up to three stages. */
static void random_used(uint64_t *seed, size_t s)
{
    struct ft_str text = FT_STR_INIT;
    size_t n = 1 + draw(seed) % 3;
    char path[40];

    ft_str_addf(&text, "fedtwin: 1\nworkflow: used\ninputs:\n"
                "  x: {type: file, many: true, default: " INPUT_FILE "}\n"
                "  last: {type: file, optional: true}\n"
                "outputs: {o: \"${u%zu.o}\", t: \"${u%zu.t}\"}\nstages:\n",
                n - 1, (size_t)draw(seed) % n);
    for (size_t i = 0; i < n; i++) {
        ft_str_addf(&text, "  u%zu:\n    run: [\"true\"]\n"
                    "    out: {o: {type: file, path: o}, t: {type: table}}\n"
                    "    retry: {max: %d}\n    in: {",
                    i, (int)(draw(seed) % 2));
        if (!i || chance(seed, 30))
            ft_str_add(&text, "x: \"${inputs.x}\", last: "
                              "\"${inputs.last}\"");
        else
            ft_str_addf(&text, "y: \"${u%zu.o}\"",
                        (size_t)draw(seed) % i);
        ft_str_add(&text, "}\n");
        if (i && chance(seed, 20)) /* the first one is the judge */
            ft_str_add(&text, "    optional: true\n");
    }
    snprintf(path, sizeof(path), USED_FILE, (int)s);
    write_text(path, text.s);
    ft_str_release(&text);
}

/* Stages that take all of, a chosen cell of, or nothing from earlier ones. */
static void random_workflow(uint64_t *seed, struct ft_str *text)
{
    size_t n = 1 + draw(seed) % 7;
    int cells[8] = { 0 };
    bool rows[8] = { false }, uses[8] = { false };

    ft_str_add(text, "fedtwin: 1\nworkflow: random\nstages:\n");
    for (size_t s = 0; s < n; s++) {
        size_t from = s ? draw(seed) % s : 0;
        int kind = s ? (int)(draw(seed) % 4) : 0;

        uses[s] = chance(seed, 25);
        rows[s] = !uses[s] && s && kind != 2 && !cells[from] && !rows[from] &&
                  chance(seed, 25);
        cells[s] = rows[s]                    ? 0
                   : kind == 2 && cells[from] ? cells[from]
                                              : (int)(draw(seed) % 4);
        if (uses[s])
            random_used(seed, s);
        if (uses[s])
            ft_str_addf(text, "  s%zu:\n    use: " USED_FILE "\n", s, (int)s);
        else
            ft_str_addf(text, "  s%zu:\n    run: [\"true\"]\n"
                    "    out: {o: {type: file, path: o}, t: {type: table}}\n"
                    "    retry: {max: %d, on: [error, oom, timeout], "
                    "backoff: 1 s}\n"
                    "    resources: {ranks: %d}\n",
                    s, (int)(draw(seed) % 3), (int)(1 + draw(seed) % 4));
        if (cells[s]) {
            ft_str_add(text, "    matrix: {a: [0");
            for (int c = 1; c < cells[s]; c++)
                ft_str_addf(text, ", %d", c);
            ft_str_add(text, "]}\n");
        }
        if (rows[s])
            ft_str_addf(text, "    foreach: \"${s%zu.t}\"\n", from);
        if (kind == 1)
            ft_str_addf(text, "    in: {x: \"${s%zu.o}\"}\n", from);
        if (kind == 2)
            ft_str_addf(text, "    in: {x: \"${s%zu.o%s}\"}\n", from,
                        cells[from] ? "{a = matrix.a}" : "");
        if (kind == 3)
            ft_str_addf(text, "    needs: [s%zu]\n", from);
        if (uses[s] || chance(seed, 30))
            ft_str_addf(text, "    loop: {max: %d, carry: {last: "
                        "\"${out.o}\"}}\n", (int)(1 + draw(seed) % 4));
        if (cells[s] && chance(seed, 20))
            ft_str_add(text, "    when: \"${matrix.a < 2}\"\n");
    }
}

struct simulation {
    struct world w;
    uint64_t seed;
    struct ft_sched_limits limits;
    size_t running[64], n_running; /* tasks; 'limits.slots' at most */
    int *succeeded;                /* how often, of each task */
};

static void check_inputs(const struct simulation *sim, size_t task)
{
    const struct ft_plan *plan = sim->w.plan;
    size_t s = ft_plan_stage_of(plan, task);
    const struct ft_stage *stage = &plan->wf->stage[s];
    struct ft_tasks from = { 0 };

    for (size_t i = 0; i < stage->n_in; i++) {
        ck_assert_int_eq(ft_plan_producers(plan, task, i, &from, NULL), 0);
        for (size_t k = 0; k < from.n; k++) {
            const struct ft_stage *maker =
                &plan->wf->stage[ft_plan_stage_of(plan, from.item[k])];

            ck_assert(ft_stage_same_round(stage, maker)
                          ? ft_run_done(sim->w.run, from.item[k])
                          : ft_run_settled(sim->w.run, from.item[k]));
        }
    }
    for (size_t i = 0; i < stage->n_needs; i++) {
        const struct ft_plan_stage *ps = &plan->stage[stage->needs[i]];

        for (size_t t = ps->first; t < ps->first + ps->n; t++)
            ck_assert(ft_run_settled(sim->w.run, t));
    }
    ft_tasks_release(&from);
}

static int slots_used(const struct simulation *sim)
{
    int used = 0;

    for (size_t i = 0; i < sim->n_running; i++) {
        struct ft_resources res;

        ft_plan_resources(sim->w.plan, sim->running[i], 1, &res);
        used += res.ranks < sim->limits.slots ? res.ranks
                                              : sim->limits.slots;
    }
    return used;
}

/* All stages that go round with it are done with the turn of 'task'. */
static void check_round(const struct simulation *sim, size_t task)
{
    const struct ft_plan *plan = sim->w.plan;
    size_t first, n;

    ft_loop_stages(plan->wf, &plan->wf->stage[ft_plan_stage_of(plan, task)],
                   &first, &n);
    for (size_t s = first; s < first + n; s++)
        ck_assert(ft_run_done(sim->w.run, ft_plan_beside(plan, task, s)));
}

static void sim_prepare(struct simulation *sim, size_t task)
{
    struct world *w = &sim->w;
    struct ft_versions none = { 0 };

    check_inputs(sim, task);
    if (ft_plan_first_turn(w->plan, task) != task)
        check_round(sim, task - 1);
    if (chance(&sim->seed, 15) && !w->run->task[task].attempts) {
        ft_run_reuse(w->run, task, &none);
        sim->succeeded[task]++;
        ft_sched_finished(w->sched, w->run, task);
    } else if (chance(&sim->seed, 2)) {
        ft_run_fail(w->run, task, FT_TASK_FAILED, "no input", w->now_ns);
        ft_sched_finished(w->sched, w->run, task);
    } else {
        ft_run_intend(w->run, task, w->run->task[task].attempts + 1);
        ft_sched_prepared(w->sched, task);
    }
}

static void sim_end(struct simulation *sim)
{
    static const enum ft_outcome bad[] = { FT_OUT_ERROR, FT_OUT_OOM,
                                           FT_OUT_TIMEOUT, FT_OUT_NODE_FAIL,
                                           FT_OUT_LOST };
    struct world *w = &sim->w;
    size_t i = draw(&sim->seed) % sim->n_running, task = sim->running[i];
    struct ft_ending e = { .outcome = FT_OUT_OK };

    sim->running[i] = sim->running[--sim->n_running];
    w->now_ns += (int64_t)(draw(&sim->seed) % 1000000);
    ft_sched_freed(w->sched, task);
    if (chance(&sim->seed, 25))
        e.outcome = bad[draw(&sim->seed) % FT_ARRAY_LEN(bad)];
    ft_run_attempt_end(w->run, task, &e);
    if (e.outcome == FT_OUT_OK) {
        sim->succeeded[task]++;
        succeed(w, task);
    } else if (ft_sched_retry(w->sched, w->run, task, e.outcome,
                              w->now_ns)) {
        ft_run_again(w->run, task);
    } else {
        ft_run_fail(w->run, task, FT_TASK_FAILED, NULL, w->now_ns);
        ft_sched_finished(w->sched, w->run, task);
    }
}

/* A turn is done: it may be the last, by its condition or by its number. */
static void sim_decide(struct simulation *sim, size_t task)
{
    struct world *w = &sim->w;
    bool last = ft_plan_last_turn(w->plan, task) == task;

    ck_assert_uint_eq(ft_plan_judged(w->plan, task), task);
    check_round(sim, task);
    ck_assert(!ft_run_settled(w->run, ft_plan_last_turn(w->plan, task)));
    if (chance(&sim->seed, 5)) {
        ft_run_fail(w->run, task, FT_TASK_FAILED, "diverged", w->now_ns);
        ft_sched_finished(w->sched, w->run, task);
    } else if (last || chance(&sim->seed, 30)) {
        ft_run_end_loop(w->run, task, "converged");
        ft_sched_turn(w->sched, w->run, task, false);
    } else {
        ft_sched_turn(w->sched, w->run, task, true);
    }
}

/* A table of up to three rows, or one that cannot be read. */
static void sim_expand(struct simulation *sim, size_t stage)
{
    struct world *w = &sim->w;
    size_t before = w->plan->n_tasks, n = draw(&sim->seed) % 4;
    const struct ft_stage *st = &w->wf->stage[stage];
    struct json_object *columns = json_tokener_parse(
        "[{\"name\":\"x\",\"unit\":\"m\",\"values\":[]}]");
    struct json_object *values = ft_json_or_null(
        json_object_array_get_idx(columns, 0), "values");
    size_t from = st->rows->stage;

    ck_assert_uint_eq(ft_run_stage_settled(w->run, from),
                      w->plan->stage[from].n);
    ck_assert(w->plan->stage[stage].unknown);
    for (size_t i = 0; i < n; i++)
        json_object_array_add(values, json_object_new_int((int)i));
    if (chance(&sim->seed, 5))
        ft_run_cannot_expand(w->run, stage, "damaged");
    else
        ck_assert_int_eq(ft_run_expand(w->run, stage, columns, NULL), 0);
    sim->succeeded = ft_realloc(sim->succeeded, w->plan->n_tasks,
                                sizeof(*sim->succeeded));
    for (size_t t = before; t < w->plan->n_tasks; t++)
        sim->succeeded[t] = 0;
    ft_sched_expanded(w->sched, w->run, stage);
    json_object_put(columns);
}

static void sim_step(struct simulation *sim, const struct ft_todo *todo)
{
    struct world *w = &sim->w;

    switch (todo->kind) {
    case FT_TODO_SKIP:
        ft_run_skip(w->run, todo->task);
        ft_sched_finished(w->sched, w->run, todo->task);
        break;
    case FT_TODO_PREPARE:
        sim_prepare(sim, todo->task);
        break;
    case FT_TODO_START:
        ck_assert_uint_eq(w->run->task[todo->task].state, FT_TASK_READY);
        ft_run_submit(w->run, todo->task);
        sim->running[sim->n_running++] = todo->task;
        ck_assert_int_le(slots_used(sim), sim->limits.slots);
        break;
    case FT_TODO_NOTHING:
        if (sim->n_running) {
            sim_end(sim);
        } else {
            ck_assert_int_ge(ft_sched_due(w->sched), 0); /* or it hangs */
            ck_assert_int_gt(ft_sched_due(w->sched), w->now_ns);
            w->now_ns = ft_sched_due(w->sched);
        }
        break;
    case FT_TODO_DECIDE:
        sim_decide(sim, todo->task);
        break;
    case FT_TODO_EXPAND:
        sim_expand(sim, todo->stage);
        break;
    case FT_TODO_AGAIN:
    case FT_TODO_FAIL:
        ck_abort_msg("todo %d", todo->kind);
    }
}

/* Its part of the last turn is done, another stage's failed. */
static bool lost_its_round(const struct ft_run *run, size_t task)
{
    const struct ft_plan *plan = run->plan;

    return ft_stage_in_round(
               &plan->wf->stage[ft_plan_stage_of(plan, task)]) &&
           ft_plan_last_turn(plan, task) == task &&
           !ft_run_loop_over(run, task) && ft_run_done(run, task);
}

/* With keep_going a task without a result has failed, or waits for one that
 * has none. */
static void check_end(const struct simulation *sim)
{
    const struct ft_run *run = sim->w.run;
    size_t n_failed = ft_run_count(run, FT_TASK_FAILED);

    for (size_t s = 0; s < sim->w.wf->n_stages; s++)
        n_failed += run->stage[s].reason != NULL;
    for (size_t s = 0; s < sim->w.wf->n_stages; s++)
        ck_assert(!sim->w.plan->stage[s].unknown || n_failed);
    for (size_t t = 0; t < sim->w.plan->n_tasks; t++) {
        unsigned state = run->task[t].state;

        ck_assert_int_le(sim->succeeded[t], 1);
        ck_assert(ft_run_settled(run, t) || n_failed);
        if (sim->limits.keep_going)
            ck_assert(ft_run_settled(run, t) || state == FT_TASK_FAILED ||
                      state == FT_TASK_WAITING || lost_its_round(run, t));
    }
    for (size_t s = 0; s < sim->w.wf->n_stages; s++) {
        size_t n = 0;

        for (unsigned k = 0; k < FT_TASK_STATE_COUNT; k++)
            n += run->counts[s][k];
        ck_assert_uint_eq(n, sim->w.plan->stage[s].n);
    }
}

#define RUNS 400

START_TEST(random_runs)
{
    char path[40];

    write_text(INPUT_FILE, "");
    for (int i = 0; i < RUNS; i++) {
        uint64_t seed = UINT64_C(0x9e3779b97f4a7c15) * (uint64_t)(i + 1);
        struct simulation sim = { .seed = seed };
        struct ft_str text = FT_STR_INIT;
        int steps = 0;

        sim.limits.slots = 1 + (int)(draw(&sim.seed) % 5);
        sim.limits.ahead = 1 + draw(&sim.seed) % 10;
        sim.limits.keep_going = chance(&sim.seed, 50);
        random_workflow(&sim.seed, &text);
        open_world(&sim.w, text.s, &sim.limits);
        sim.succeeded = ft_calloc(sim.w.plan->n_tasks,
                                  sizeof(*sim.succeeded));
        for (;;) {
            struct ft_todo todo = next(&sim.w);

            if (todo.kind == FT_TODO_NOTHING && ft_sched_over(sim.w.sched))
                break;
            ck_assert_msg(steps++ < 100000, "seed %d does not end:\n%s", i,
                          text.s);
            sim_step(&sim, &todo);
        }
        ck_assert_uint_eq(sim.n_running, 0);
        check_end(&sim);
        free(sim.succeeded);
        close_world(&sim.w);
        ft_str_release(&text);
    }
    unlink(INPUT_FILE);
    for (int s = 0; s < 8; s++) {
        snprintf(path, sizeof(path), USED_FILE, s);
        unlink(path);
    }
}
END_TEST

/* --- single rules --------------------------------------------------------- */

static const struct ft_sched_limits two = { .slots = 2, .ahead = 10 };

static void start_one(struct world *w, size_t want)
{
    struct ft_todo todo;

    do {
        todo = next(w);
        if (todo.kind == FT_TODO_PREPARE) {
            ft_run_intend(w->run, todo.task,
                          w->run->task[todo.task].attempts + 1);
            ft_sched_prepared(w->sched, todo.task);
        }
    } while (todo.kind == FT_TODO_PREPARE);
    ck_assert_int_eq(todo.kind, FT_TODO_START);
    ck_assert_uint_eq(todo.task, want);
    ft_run_submit(w->run, todo.task);
}

static bool end_one(struct world *w, size_t task, enum ft_outcome outcome)
{
    struct ft_ending e = { .outcome = outcome };

    ft_sched_freed(w->sched, task);
    ft_run_attempt_end(w->run, task, &e);
    if (outcome == FT_OUT_OK) {
        succeed(w, task);
        return false;
    }
    if (ft_sched_retry(w->sched, w->run, task, outcome, w->now_ns)) {
        ft_run_again(w->run, task);
        return true;
    }
    ft_run_fail(w->run, task, FT_TASK_FAILED, NULL, w->now_ns);
    ft_sched_finished(w->sched, w->run, task);
    return false;
}

#define HEAD "fedtwin: 1\nworkflow: w\nstages:\n"

START_TEST(retry_pauses_and_gives_up)
{
    struct world w;

    open_world(&w, HEAD "  a:\n    run: [\"true\"]\n"
               "    retry: {max: 2, on: [error], backoff: 10 s}\n", &two);
    start_one(&w, 0);
    ck_assert(end_one(&w, 0, FT_OUT_ERROR));
    ck_assert_int_eq(ft_sched_due(w.sched), 10 * SECOND);
    ck_assert_int_eq(next(&w).kind, FT_TODO_NOTHING);
    w.now_ns = 10 * SECOND;
    start_one(&w, 0);
    ck_assert(end_one(&w, 0, FT_OUT_ERROR));
    ck_assert_int_eq(ft_sched_due(w.sched), 30 * SECOND); /* doubled */
    w.now_ns = 30 * SECOND;
    start_one(&w, 0);
    ck_assert(!end_one(&w, 0, FT_OUT_ERROR));
    ck_assert_int_eq(next(&w).kind, FT_TODO_NOTHING);
    ck_assert(ft_sched_over(w.sched));
    ck_assert_uint_eq(w.run->task[0].attempts, 3);
    close_world(&w);
}
END_TEST

/* Those further down come first, unless somebody has ranked the stages. */
START_TEST(ranks_decide)
{
    static const char text[] = HEAD "  a: {run: [\"true\"]}\n"
                               "  b: {run: [\"true\"]}\n"
                               "  c: {run: [\"true\"]}\n";
    static const size_t rank[] = { 1, 2, 0 };
    struct ft_sched_limits one = { .slots = 1, .ahead = 10 };
    struct world w;

    open_world(&w, text, &one);
    start_one(&w, 2);
    close_world(&w);
    one.rank = rank;
    open_world(&w, text, &one);
    start_one(&w, 1);
    ck_assert(!end_one(&w, 1, FT_OUT_OK));
    start_one(&w, 0);
    ck_assert(!end_one(&w, 0, FT_OUT_OK));
    start_one(&w, 2);
    close_world(&w);
}
END_TEST

/* What ranks highest is prepared before anything else takes the slot. */
START_TEST(the_highest_does_not_lose_its_slot)
{
    static const size_t rank[] = { 2, 1, 0 };
    struct ft_sched_limits one = { .slots = 1, .ahead = 10, .rank = rank };
    struct ft_todo todo;
    struct world w;

    open_world(&w, HEAD "  mesh: {run: [\"true\"]}\n"
               "  solve: {run: [\"true\"], needs: [mesh]}\n"
               "  survey: {run: [\"true\"], matrix: {i: [1, 2]}}\n", &one);
    start_one(&w, 0);
    for (int i = 0; i < 2; i++) {
        todo = next(&w);
        ck_assert_int_eq(todo.kind, FT_TODO_PREPARE);
        ck_assert_uint_eq(todo.task, 2 + (size_t)i);
        ft_sched_prepared(w.sched, todo.task);
    }
    ck_assert_int_eq(next(&w).kind, FT_TODO_NOTHING);
    ck_assert(!end_one(&w, 0, FT_OUT_OK));
    start_one(&w, 1);
    ck_assert(!end_one(&w, 1, FT_OUT_OK));
    start_one(&w, 2);
    close_world(&w);
}
END_TEST

/* What was to start is ready again and waits for the end of what runs. */
START_TEST(halted_until_something_ends)
{
    struct ft_todo todo;
    struct world w;

    open_world(&w, HEAD "  a:\n    run: [\"true\"]\n"
               "    matrix: {i: [1, 2, 3]}\n", &two);
    start_one(&w, 0);
    start_one(&w, 1);
    ft_sched_freed(w.sched, 1);
    ft_sched_prepared(w.sched, 1);
    ft_sched_halt(w.sched);
    do { /* what is left is prepared meanwhile */
        todo = next(&w);
        if (todo.kind == FT_TODO_PREPARE)
            ft_sched_prepared(w.sched, todo.task);
    } while (todo.kind == FT_TODO_PREPARE);
    ck_assert_int_eq(todo.kind, FT_TODO_NOTHING);
    ck_assert(!ft_sched_over(w.sched));
    ck_assert(!end_one(&w, 0, FT_OUT_OK));
    ck_assert_int_eq(next(&w).kind, FT_TODO_START);
    ck_assert_int_eq(next(&w).kind, FT_TODO_START);
    ft_sched_freed(w.sched, 1);
    ft_sched_prepared(w.sched, 1);
    ft_sched_halt(w.sched);
    ft_sched_steered(w.sched, w.run); /* somebody gave more */
    ck_assert_int_eq(next(&w).kind, FT_TODO_START);
    close_world(&w);
}
END_TEST

START_TEST(retry_only_what_is_named)
{
    struct world w;

    open_world(&w, HEAD "  a:\n    run: [\"true\"]\n"
               "    retry: {max: 2, on: [oom]}\n", &two);
    start_one(&w, 0);
    ck_assert(!end_one(&w, 0, FT_OUT_ERROR));
    close_world(&w);
}
END_TEST

START_TEST(site_faults_cost_no_retry)
{
    struct world w;

    open_world(&w, HEAD "  a:\n    run: [\"true\"]\n", &two);
    for (int i = 0; i < FT_SITE_FAULTS_MAX; i++) {
        start_one(&w, 0);
        ck_assert(end_one(&w, 0, FT_OUT_NODE_FAIL));
        ck_assert_int_gt(ft_sched_due(w.sched), w.now_ns);
        w.now_ns = ft_sched_due(w.sched);
        ck_assert_uint_eq(w.run->task[0].charged, 0);
    }
    start_one(&w, 0);
    ck_assert(!end_one(&w, 0, FT_OUT_NODE_FAIL)); /* but not for ever */
    close_world(&w);
}
END_TEST

/* Neither what the site was too busy to take nor what happened before a resume
 * is the site's fault now. */
START_TEST(only_faults_count_as_faults)
{
    struct world w;

    open_world(&w, HEAD "  a:\n    run: [\"true\"]\n", &two);
    for (int i = 0; i < FT_SITE_FAULTS_MAX; i++) {
        start_one(&w, 0);
        ft_sched_freed(w.sched, 0);
        ft_run_again(w.run, 0);
        ft_sched_later(w.sched, 0, w.now_ns);
    }
    start_one(&w, 0);
    ck_assert(end_one(&w, 0, FT_OUT_NODE_FAIL));
    ck_assert_int_le(ft_sched_due(w.sched), w.now_ns + SECOND);
    ft_run_resume(w.run);
    ck_assert_uint_eq(w.run->task[0].faults, 0);
    close_world(&w);
}
END_TEST

START_TEST(memory_is_kept_back)
{
    struct ft_sched_limits limits = { .slots = 8, .ahead = 10,
                                      .memory_bytes = 3e9 };
    struct world w;

    open_world(&w, HEAD "  a:\n    run: [\"true\"]\n"
               "    matrix: {i: [1, 2, 3, 4]}\n"
               "    resources: {memory: 1 GB}\n", &limits);
    start_one(&w, 0);
    start_one(&w, 1);
    start_one(&w, 2);
    ck_assert_int_eq(next(&w).kind, FT_TODO_PREPARE);
    ft_run_intend(w.run, 3, 1);
    ft_sched_prepared(w.sched, 3);
    ck_assert_int_eq(next(&w).kind, FT_TODO_NOTHING);
    (void)end_one(&w, 1, FT_OUT_OK);
    start_one(&w, 3);
    close_world(&w);
}
END_TEST

/* A task that needs both slots is passed by, but not for ever. */
START_TEST(wide_tasks_do_not_starve)
{
    struct ft_str text = FT_STR_INIT;
    struct world w;
    int passed = 0;
    bool wide = false;

    ft_str_add(&text, HEAD "  narrow:\n    run: [\"true\"]\n"
                           "    matrix: {i: [0");
    for (int i = 1; i < 200; i++)
        ft_str_addf(&text, ", %d", i);
    ft_str_add(&text, "]}\n  wide:\n    run: [\"true\"]\n"
                      "    resources: {ranks: 2}\n");
    open_world(&w, text.s, &two);
    /* One narrow task runs before the wide one is there. */
    for (size_t last = SIZE_MAX; !wide;) {
        struct ft_todo todo = next(&w);

        if (todo.kind == FT_TODO_PREPARE) {
            ft_run_intend(w.run, todo.task, 1);
            if (todo.task < 200 || last != SIZE_MAX)
                ft_sched_prepared(w.sched, todo.task);
            else
                last = todo.task; /* the wide one takes longer to prepare */
        } else if (todo.kind == FT_TODO_START) {
            ft_run_submit(w.run, todo.task);
            wide = todo.task == 200;
            if (last == 200) {
                ft_sched_prepared(w.sched, 200);
                last = todo.task;
            } else if (!wide) {
                passed++;
                (void)end_one(&w, last, FT_OUT_OK);
                last = todo.task;
            }
        } else {
            (void)end_one(&w, last, FT_OUT_OK); /* room for the wide one */
            last = SIZE_MAX;
        }
        ck_assert_int_le(passed, FT_SCHED_OVERTAKE_MAX);
    }
    ck_assert_int_eq(passed, FT_SCHED_OVERTAKE_MAX);
    close_world(&w);
    ft_str_release(&text);
}
END_TEST

START_TEST(closed_starts_nothing)
{
    struct world w;

    open_world(&w, HEAD "  a:\n    run: [\"true\"]\n"
               "    matrix: {i: [1, 2, 3, 4]}\n", &two);
    start_one(&w, 0);
    ft_sched_close(w.sched);
    ck_assert_int_eq(next(&w).kind, FT_TODO_NOTHING);
    ck_assert(!ft_sched_over(w.sched));
    (void)end_one(&w, 0, FT_OUT_OK);
    ck_assert(ft_sched_over(w.sched));
    close_world(&w);
}
END_TEST

START_TEST(a_failure_stops_the_rest)
{
    struct ft_sched_limits limits = two;
    struct world w;

    limits.keep_going = _i;
    open_world(&w, HEAD "  a:\n    run: [\"true\"]\n"
               "  b:\n    run: [\"true\"]\n    needs: [a]\n"
               "  c:\n    run: [\"true\"]\n", &limits);
    start_one(&w, 2);
    start_one(&w, 0);
    (void)end_one(&w, 0, FT_OUT_ERROR);
    ck_assert_int_eq(ft_sched_closed(w.sched), !limits.keep_going);
    (void)end_one(&w, 2, FT_OUT_OK);
    ck_assert_int_eq(next(&w).kind, FT_TODO_NOTHING);
    ck_assert(ft_sched_over(w.sched));
    ck_assert_uint_eq(w.run->task[1].state, FT_TASK_WAITING);
    close_world(&w);
}
END_TEST

START_TEST(skipping_goes_on_down)
{
    struct world w;
    struct ft_todo todo;

    open_world(&w, HEAD
               "  a:\n    run: [\"true\"]\n    when: \"${1 > 2}\"\n"
               "    out: {o: {type: file, path: o}}\n"
               "  b:\n    run: [\"true\"]\n    in: {x: \"${a.o}\"}\n"
               "  c:\n    run: [\"true\"]\n    needs: [b]\n", &two);
    for (size_t t = 0; t < 2; t++) {
        todo = next(&w);
        ck_assert_int_eq(todo.kind, FT_TODO_SKIP);
        ck_assert_uint_eq(todo.task, t);
        ft_run_skip(w.run, t);
        ft_sched_finished(w.sched, w.run, t);
    }
    start_one(&w, 2); /* 'needs' is order only */
    close_world(&w);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("sched");
    TCase *tc = tcase_create("sched");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, random_runs);
    tcase_add_test(tc, retry_pauses_and_gives_up);
    tcase_add_test(tc, ranks_decide);
    tcase_add_test(tc, the_highest_does_not_lose_its_slot);
    tcase_add_test(tc, halted_until_something_ends);
    tcase_add_test(tc, retry_only_what_is_named);
    tcase_add_test(tc, site_faults_cost_no_retry);
    tcase_add_test(tc, only_faults_count_as_faults);
    tcase_add_test(tc, memory_is_kept_back);
    tcase_add_test(tc, wide_tasks_do_not_starve);
    tcase_add_test(tc, closed_starts_nothing);
    tcase_add_loop_test(tc, a_failure_stops_the_rest, 0, 2);
    tcase_add_test(tc, skipping_goes_on_down);
    suite_add_tcase(s, tc);
    return s;
}

int main(void)
{
    return unit_main(suite());
}
