/* steps.c - what a scheduler's wish means: skip, prepare, start */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "run/accounts/estimate.h"
#include "run/accounts/usage.h"
#include "run/drive/drive_in.h"
#include "run/drive/memo.h"
#include "run/record/change.h"
#include "run/site/travel.h"

#define STEPS_MAX 256 /* in one turn, so that events are not kept waiting */

/* --- small steps ---------------------------------------------------------- */

void ft_drive_fail(struct ft_drive *d, size_t task, enum ft_task_state state,
                   const char *reason)
{
    ft_journal_fail(d->journal, d->run, task, state, reason,
                    ft_drive_now_ns(d));
    ft_drive_changed(d, task);
    ft_sched_finished(d->sched, d->run, task);
}

static void skip(struct ft_drive *d, size_t task)
{
    ft_journal_skip(d->journal, d->run, task);
    ft_drive_changed(d, task);
    ft_sched_finished(d->sched, d->run, task);
}

/* A failure to prepare: the task's own, unless every task would meet it. */
void ft_drive_unprepared(struct ft_drive *d, size_t task,
                         const struct ft_err *err)
{
    struct ft_str text = FT_STR_INIT;

    if (ft_drive_is_ours(err->code))
        ft_drive_give_up(d, err);
    if (err->line)
        ft_str_addf(&text, "%s:%d:%d: ", err->file, err->line, err->col);
    ft_str_add(&text, err->msg);
    if (*err->hint)
        ft_str_addf(&text, "; %s", err->hint);
    if (d->fatal.code != FT_OK)
        ft_sched_finished(d->sched, d->run, task); /* a resume tries again */
    else
        ft_drive_fail(d, task, FT_TASK_FAILED, text.s);
    ft_str_release(&text);
}

/* --- reuse ---------------------------------------------------------------- */

/* Results of this very run that the journal does not know: the engine died
 * between the commit of the store and its own. */
static bool are_our_own(const struct ft_drive *d, size_t task,
                        const struct ft_versions *found)
{
    bool redo = ft_run_must_redo(d->run, task);

    for (size_t i = 0; i < found->n; i++)
        if (*found->item[i].id) /* made before a retry, they do not count */
            return strcmp(found->item[i].run, d->run->id) == 0 &&
                   !(redo && found->item[i].time_ns < d->run->steer.redo_ns);
    return false;
}

/* Nothing was written, so that nothing can tell what a turn has reported. */
static bool is_empty(const struct ft_versions *found)
{
    for (size_t i = 0; i < found->n; i++)
        if (*found->item[i].id)
            return false;
    return true;
}

static int look_up(struct ft_drive *d, const struct ft_bound *bound,
                   const struct ft_stage *stage, struct ft_versions *found,
                   struct ft_err *err)
{
    const char **name = ft_calloc(stage->n_out + 1, sizeof(*name));
    int hit;

    for (size_t i = 0; i < stage->n_out; i++)
        name[i] = stage->out[i].name;
    if (ft_store_use(d->store, err) < 0) {
        free(name);
        return -1;
    }
    hit = ft_store_cached(d->store, bound->key, name, stage->n_out, found,
                          err);
    if (hit == 0) {
        hit = ft_store_cached_gone(d->store, bound->key, name, stage->n_out,
                                   found, err);
        if (hit > 0)
            hit = ft_absent_serves(d, bound->task, found, err);
    }
    if (hit > 0)
        ft_plan_claim(d->plan, bound->task, found);
    free(name);
    return hit;
}

/* 1: its results were there, 0: it has to run, -1: failure.  Of a stage without
 * outputs it is enough that it was done. */
static int reuse(struct ft_drive *d, const struct ft_bound *bound,
                 struct ft_err *err)
{
    const struct ft_stage *stage =
        &d->plan->wf->stage[ft_plan_stage_of(d->plan, bound->task)];
    bool tried = d->run->task[bound->task].attempts > 0;
    bool wanted = !d->options.fresh && stage->cache == FT_CACHE_CONTENT &&
                  !ft_run_must_redo(d->run, bound->task);
    struct ft_versions found = { 0 };
    int hit;

    if (d->adapter->bare || (!wanted && !tried))
        return 0;
    hit = look_up(d, bound, stage, &found, err);
    if (hit > 0 && stage->loop && is_empty(&found)) {
        ft_versions_release(&found);
        return 0;
    }
    if (hit <= 0)
        return hit;
    if (tried && are_our_own(d, bound->task, &found)) {
        ft_journal_succeed(d->journal, d->run, bound->task, &found,
                           ft_drive_now_ns(d));
    } else if (wanted) {
        ft_journal_reuse(d->journal, d->run, bound->task, &found);
    } else {
        ft_versions_release(&found);
        return 0;
    }
    ft_drive_changed(d, bound->task);
    ft_sched_finished(d->sched, d->run, bound->task);
    return 1;
}

/* --- prepare and start ---------------------------------------------------- */

void ft_drive_ready(struct ft_flight *f)
{
    struct ft_drive *d = f->drive;

    ft_journal_intend(d->journal, d->run, f->task, f->attempt);
    f->intent = ft_journal_taken(d->journal);
    ft_drive_changed(d, f->task);
    ft_sched_prepared(d->sched, f->task);
}

/* An attempt that an earlier runner began, at a site whose jobs do not end with
 * their runner: it is given to the site as it is, to be found there.  False:
 * there is none. */
static bool rejoin(struct ft_drive *d, struct ft_bound *bound)
{
    struct ft_task *task = &d->run->task[bound->task];
    struct ft_flight *f;
    struct ft_err err;

    if (!d->resumed || d->adapter->mortal || !task->open ||
        ft_run_must_redo(d->run, bound->task))
        return false;
    f = ft_flight_new(d, bound, task->attempts);
    f->again = true;
    if (!ft_path_exists(f->dir) || ft_handoff_again(f, &err) < 0) {
        f->bound = NULL; /* still the caller's */
        ft_flight_free(f);
        return false;
    }
    ft_drive_ready(f);
    return true;
}

/* What the task takes from outside of the run is perhaps named by nobody else:
 * it stands in the journal before a sweep can come. */
static int keep_stored(struct ft_drive *d, const struct ft_bound *bound,
                       struct ft_err *err)
{
    for (size_t i = 0; i < bound->n_in; i++)
        for (size_t k = 0; k < bound->in[i].stored.n; k++) {
            if (ft_store_use(d->store, err) < 0)
                return -1;
            ft_journal_use(d->journal, d->run, bound->task,
                           bound->in[i].stored.item[k].id);
        }
    return 0;
}

/* With the ranks that somebody has asked for since. */
static struct ft_bound *bind_task(struct ft_drive *d, size_t task,
                                  struct ft_err *err)
{
    struct ft_bound *bound = ft_bind(d->plan, task, &d->have, d->store, err);
    struct ft_resources res;

    if (!bound)
        return NULL;
    ft_run_resources(d->run, task, &res);
    if (ft_bound_set_ranks(bound, res.ranks, err) == 0)
        return bound;
    ft_bound_free(bound);
    return NULL;
}

static void prepare(struct ft_drive *d, size_t task)
{
    struct ft_err err;
    struct ft_bound *bound = bind_task(d, task, &err);
    struct ft_flight *f;
    int hit = -1;

    if (bound && ft_memo_take(d, bound)) {
        ft_bound_free(bound);
        return;
    }
    if (bound)
        hit = reuse(d, bound, &err);
    if (hit == 0 && !d->adapter->bare)
        hit = keep_stored(d, bound, &err);
    if (hit < 0)
        ft_drive_unprepared(d, task, &err);
    if (hit != 0) {
        ft_bound_free(bound);
        return;
    }
    if (d->resumed && !d->adapter->bare && !ft_run_must_redo(d->run, task) &&
        ft_collect_earlier(d, bound))
        return;
    if (rejoin(d, bound))
        return;
    f = ft_flight_new(d, bound, d->run->task[task].attempts + 1);
    if (!d->adapter->bare && ft_handoff(f, &err) < 0) {
        if (f->n_extracts) {
            f->failed = true; /* freed when the store lets go of it */
            f->ending.outcome = FT_OUT_ERROR;
        } else {
            ft_flight_free(f);
        }
        ft_drive_unprepared(d, task, &err);
    } else if (!f->n_extracts) {
        ft_drive_ready(f);
    }
}

static void add_start(struct ft_drive *d, size_t task)
{
    d->start = ft_grow(d->start, d->n_starts, &d->cap_starts,
                       sizeof(*d->start));
    d->start[d->n_starts++] = ft_flight_find(d, task);
}

static bool has_expr(const struct ft_node *map)
{
    for (size_t i = 0; map && i < map->n; i++)
        if (ft_node_has_expr(map->item[i]))
            return true;
    return false;
}

/* How many tasks of the same program are to come after this one, which is still
 * counted as ready; none when each may have an environment of its own. */
static size_t count_more(const struct ft_drive *d,
                         const struct ft_stage *stage)
{
    const struct ft_workflow *wf = d->plan->wf;
    size_t n = 0;

    if (has_expr(stage->env))
        return 0;
    for (size_t i = 0; i < wf->n_stages; i++) {
        const uint32_t *count = d->run->counts[i];

        if (wf->stage[i].module == stage->module)
            n += count[FT_TASK_WAITING] + count[FT_TASK_READY];
    }
    return n - 1;
}

static void choose_pool(const struct ft_flight *f, const struct ft_stage *stage,
                        struct ft_attempt *attempt)
{
    const struct ft_drive *d = f->drive;

    attempt->serve = stage->module && stage->module->serve && attempt->mpi &&
                     !d->options.no_pool;
    if (!attempt->serve)
        return;
    /* If the first one took a pool with it, the second shows who is to
     * blame. */
    attempt->alone = f->attempt > 1;
    attempt->more = count_more(d, stage);
}

/* Tasks of 'stage' that no site was given yet, without the one that is being
 * given and is still counted as ready. */
static size_t count_follow(const struct ft_drive *d,
                           const struct ft_stage *stage)
{
    const uint32_t *count = d->run->counts[stage - d->plan->wf->stage];
    size_t n = count[FT_TASK_WAITING] + count[FT_TASK_READY];

    return n ? n - 1 : 0;
}

/* Of the module's program, as it went into the recipe: elsewhere another one
 * may lie under its path. */
static const char *program_digest(const struct ft_flight *f,
                                  const struct ft_stage *stage)
{
    struct json_object *files = ft_json_or_null(f->bound->recipe, "files");

    return stage->module && stage->module->program
               ? ft_json_str_or(files, ft_path_base(stage->module->program),
                                NULL)
               : NULL;
}

static double expected_s(struct ft_drive *d, size_t task)
{
    size_t s = ft_plan_stage_of(d->plan, task);
    struct ft_estimate e = ft_estimate_update(
        &ft_ahead_estimates(d)[s], &d->run->usage[s]);

    return e.n ? e.task_s : 0;
}

static void submit(struct ft_flight *f)
{
    struct ft_drive *d = f->drive;
    const struct ft_stage *stage =
        &d->plan->wf->stage[ft_plan_stage_of(d->plan, f->task)];
    const struct ft_task_detail *detail = ft_run_detail(d->run, f->task);
    struct ft_attempt attempt = {
        .tag = ft_flight_tag(f),
        .tag_text = f->tag_text,
        .stage = stage->name,
        .dir = f->dir,
        .argv = f->argv,
        .env = f->env,
        .modules = stage->modules,
        .n_modules = stage->n_modules,
        .outputs = stage->n_out > 0,
        .again = f->again,
        .placed = detail ? detail->site : NULL,
        .site = stage->site,
        .number = f->attempt,
        .form = stage->form,
    };

    if (!d->adapter->mortal) {
        attempt.follow = stage->varying ? 0 : count_follow(d, stage);
        attempt.expected_s = expected_s(d, f->task);
        attempt.program_sha256 = program_digest(f, stage);
    }
    ft_run_resources(d->run, f->task, &attempt.resources);
    if (f->again || ft_handoff_ranks(f, attempt.resources.ranks, NULL) < 0)
        attempt.resources.ranks = f->bound->ranks; /* as it was prepared */
    attempt.mpi = ft_plan_is_mpi(stage, &attempt.resources);
    attempt.timeout_s = ft_resources_limit_s(
        &attempt.resources, ft_run_timeout_s(d->run, f->task));
    choose_pool(f, stage, &attempt);
    if (ft_travel_needed(d))
        attempt.file = ft_travel_files(d->plan, f->bound, d->store, f->dir,
                                       &attempt.n_files);
    f->submitted = true;
    d->adapter->submit(d->site, &attempt, 1);
    ft_attempt_files_free(attempt.file, attempt.n_files);
}

/* What is to start has to be found in the journal by whoever comes after us:
 * after a power cut only where it can outlive one. */
static int keep_intents(struct ft_drive *d, struct ft_err *err)
{
    uint64_t need = 0;

    for (size_t i = 0; i < d->n_starts; i++)
        if (d->start[i]->intent > need)
            need = d->start[i]->intent;
    if (need > ft_journal_written(d->journal) && d->adapter->mortal)
        return ft_journal_write(d->journal, err);
    if (need > ft_journal_durable(d->journal) && !d->adapter->mortal)
        return ft_journal_sync(d->journal, err);
    return 0;
}

static void submit_all(struct ft_drive *d)
{
    struct ft_err err;

    if (keep_intents(d, &err) < 0)
        ft_drive_give_up(d, &err);
    for (size_t i = 0; i < d->n_starts; i++) {
        struct ft_flight *f = d->start[i];

        if (d->fatal.code == FT_OK) {
            submit(f);
            continue;
        }
        ft_sched_freed(d->sched, f->task);
        ft_sched_finished(d->sched, d->run, f->task);
        ft_flight_free(f);
    }
    d->n_starts = 0;
}

static void take_step(struct ft_drive *d, const struct ft_todo *todo,
                      struct ft_err *err)
{
    switch (todo->kind) {
    case FT_TODO_NOTHING:
    case FT_TODO_AGAIN:
        break;
    case FT_TODO_SKIP:
        skip(d, todo->task);
        break;
    case FT_TODO_FAIL:
        ft_drive_unprepared(d, todo->task, err);
        break;
    case FT_TODO_PREPARE:
        prepare(d, todo->task);
        break;
    case FT_TODO_START:
        if (ft_limit_start(d, todo->task))
            add_start(d, todo->task);
        break;
    case FT_TODO_DECIDE:
        ft_drive_decide(d, todo->task);
        break;
    case FT_TODO_EXPAND:
        ft_drive_expand(d, todo->stage);
        break;
    }
}

/* What can start here does so before anything else is prepared: no slot waits.
 * Elsewhere all of a turn starts together: each time the intents have to be
 * durable first. */
bool ft_drive_steps(struct ft_drive *d)
{
    struct ft_todo todo = { .kind = FT_TODO_AGAIN };
    struct ft_err err;

    for (int i = 0; i < STEPS_MAX && todo.kind != FT_TODO_NOTHING; i++) {
        ft_sched_next(d->sched, d->run, ft_drive_mono_ns(d), &todo, &err);
        if (todo.kind != FT_TODO_START && d->adapter->mortal)
            submit_all(d);
        take_step(d, &todo, &err);
    }
    submit_all(d);
    /* What was found is named where a gc looks for it. */
    if (ft_store_uses(d->store) && ft_journal_write(d->journal, &err) == 0)
        ft_store_used(d->store);
    return todo.kind != FT_TODO_NOTHING;
}
