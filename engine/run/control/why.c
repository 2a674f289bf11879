/* why.c - why a task is in its state, in words */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "plan/bind.h"
#include "run/accounts/deadline.h"
#include "run/record/change.h"
#include "text/doc.h"

#define NAMES_MAX 3      /* tasks that are named before "and N more" */
#define MIB (1024.0 * 1024.0)
#define LOOK_BACK_MAX 50 /* states searched for an earlier version */

struct asking {
    const struct ft_project *project;
    const struct ft_run *run;
    const struct ft_stage *stage;
    const struct ft_task_detail *detail; /* or NULL */
    struct ft_store *store;              /* or NULL */
    size_t task;
    struct ft_str *out;
};

static void add_time(struct ft_str *out, int64_t ns)
{
    char text[FT_TIME_TEXT];

    ft_time_text(ns, text);
    ft_str_add(out, text);
}

/* --- waiting -------------------------------------------------------------- */

static void add_producer(const struct asking *a, size_t task)
{
    const struct ft_task_detail *d = ft_run_detail(a->run, task);
    bool failed = a->run->task[task].state == FT_TASK_FAILED;

    ft_str_add(a->out, "waits for '");
    ft_plan_task_name(a->run->plan, task, a->out);
    ft_str_addf(a->out, "', which %s%s", failed ? "" : "is ",
                ft_task_state_names[a->run->task[task].state]);
    if (failed && d && d->reason)
        ft_str_addf(a->out, ": %s", d->reason);
    ft_str_addc(a->out, '\n');
}

static void add_more(const struct asking *a, size_t n, const char *what)
{
    if (n > NAMES_MAX)
        ft_str_addf(a->out, "waits for %zu more tasks of '%s'\n",
                    n - NAMES_MAX, what);
}

/* The turn that counts of the loop that 'task' is a turn of. */
static size_t shown_turn(const struct ft_run *run, size_t task)
{
    while (!ft_run_is_shown(run, task))
        task--;
    return task;
}

static void wait_for_stage(const struct asking *a, size_t stage)
{
    const struct ft_plan_stage *ps = &a->run->plan->stage[stage];
    size_t n = 0;

    for (size_t t = ps->first; t < ps->first + ps->n; t++)
        if (!ft_run_settled(a->run, t) && ft_run_is_shown(a->run, t) &&
            n++ < NAMES_MAX)
            add_producer(a, t);
    add_more(a, n, a->run->plan->wf->stage[stage].name);
}

static int wait_for_chosen(const struct asking *a, size_t in,
                           struct ft_err *err)
{
    struct ft_tasks from = { 0 };
    size_t n = 0;
    int rc = ft_plan_producers(a->run->plan, a->task, in, &from, err);

    for (size_t k = 0; k < from.n && rc == 0; k++)
        if (!ft_run_settled(a->run, from.item[k]) && n++ < NAMES_MAX)
            add_producer(a, shown_turn(a->run, from.item[k]));
    if (rc == 0)
        add_more(a, n, a->run->plan->wf->stage[a->stage->in[in].stage].name);
    ft_tasks_release(&from);
    return rc;
}

/* What people have asked for keeps it from starting. */
static void add_steer(const struct asking *a)
{
    const struct ft_hold *hold = ft_run_held(a->run, a->task);
    const struct ft_steer *s = &a->run->steer;

    if (hold) {
        ft_str_addf(a->out, "held by %s since ", hold->by);
        add_time(a->out, hold->at_ns);
        ft_str_addf(a->out, "; 'fedtwin release \"%s/", a->run->id);
        ft_plan_task_name(a->run->plan, a->task, a->out);
        ft_str_add(a->out, "\"' lets it start\n");
    }
    if (s->paused) {
        ft_str_addf(a->out, "the run is paused by %s since ", s->paused_by);
        add_time(a->out, s->paused_ns);
        ft_str_addf(a->out, "%s%s; 'fedtwin unpause %s' lets it go on\n",
                    s->paused_reason ? ": " : "",
                    s->paused_reason ? s->paused_reason : "", a->run->id);
    }
}

static int why_waiting(const struct asking *a, struct ft_err *err)
{
    const struct ft_plan *plan = a->run->plan;
    const struct ft_plan_stage *ps =
        &plan->stage[ft_plan_stage_of(plan, a->task)];
    size_t before = a->out->len;

    add_steer(a);
    if (!ft_run_is_shown(a->run, a->task)) {
        ft_str_add(a->out, "comes when the loop goes on so far\n");
        add_producer(a, shown_turn(a->run, a->task));
        return 0;
    }
    for (size_t i = 0; i < ps->n_after; i++)
        wait_for_stage(a, ps->after[i]);
    for (size_t i = 0; i < a->stage->n_in; i++)
        if (a->stage->in[i].kind == FT_SOURCE_OBJECT &&
            ft_input_chooses(&a->stage->in[i]) &&
            wait_for_chosen(a, i, err) < 0)
            return -1;
    if (a->out->len > before)
        return 0;
    ft_str_addf(a->out, a->run->state == FT_RUN_RUNNING
                            ? "its turn has not come yet\n"
                            : "the run ended (%s) before its turn came\n",
                ft_run_state_names[a->run->state]);
    return 0;
}

static int why_ready(const struct asking *a, struct ft_err *err)
{
    size_t before = a->out->len;

    (void)err;
    add_steer(a);
    if (a->out->len > before)
        return 0;
    if (a->run->task[a->task].attempts > 1)
        ft_str_addf(a->out, "attempt %u comes after a pause or when a slot is "
                    "free\n", a->run->task[a->task].attempts);
    else
        ft_str_add(a->out, "waits for a free slot\n");
    if (a->detail && a->detail->reason)
        ft_str_addf(a->out, "%s\n", a->detail->reason);
    return 0;
}

/* Which warm program had the newest attempt. */
static void add_pool(const struct asking *a)
{
    const struct ft_task_detail *d = a->detail;

    if (d && d->job && ft_starts_with(d->job, FT_POOL_JOB))
        ft_str_addf(a->out, " in %s", d->job);
}

static int why_running(const struct asking *a, struct ft_err *err)
{
    const struct ft_task_detail *d = a->detail;

    (void)err;
    ft_str_addf(a->out, "attempt %u", a->run->task[a->task].attempts);
    if (d && d->start_ns) {
        ft_str_add(a->out, " runs since ");
        add_time(a->out, d->start_ns);
    }
    if (d && d->host)
        ft_str_addf(a->out, " on '%s'", d->host);
    if (d && d->job && !ft_starts_with(d->job, FT_POOL_JOB))
        ft_str_addf(a->out, " as %s %s", a->run->n_sites ? "job" : "process",
                    d->job);
    add_pool(a);
    ft_str_addc(a->out, '\n');
    if (d && d->step >= 0)
        ft_str_addf(a->out, "step %lld\n", (long long)d->step);
    if (d && d->reason && ft_starts_with(d->reason, "site "))
        ft_str_addf(a->out, "%s\n", d->reason);
    return 0;
}

/* Why the loop ended with the turn 'task', where it did. */
static void add_loop_end(const struct asking *a, size_t task)
{
    const struct ft_task_detail *d = ft_run_detail(a->run, task);

    if (!d || !d->ends_loop || !d->reason)
        return;
    ft_str_addf(a->out, "the loop %s\n", d->reason);
}

/* --- executed or reused --------------------------------------------------- */

/* "heat.temperature{power = 45 W}~2" */
static void make_ref(const struct asking *a, size_t out, int back,
                     struct ft_str *ref)
{
    const struct ft_plan *plan = a->run->plan;

    ft_str_cut(ref, 0);
    ft_str_addf(ref, "%s.%s", a->stage->name, a->stage->out[out].name);
    for (size_t x = 0; x < a->stage->n_axes; x++) {
        ft_str_addf(ref, "%s%s=", x ? "," : "{", a->stage->axis[x].name);
        ft_value_text(ft_stage_cell(a->stage,
                                    ft_plan_cell_of(plan, a->task), x), ref);
    }
    ft_str_addf(ref, "%s~%d", a->stage->n_axes ? "}" : "", back);
}

/* The lineage of the version that was in place of 'id' before, or NULL. */
static struct json_object *lineage_before(const struct asking *a, size_t out,
                                          const char *id)
{
    struct json_object *lineage = NULL;
    struct ft_str ref = FT_STR_INIT;
    bool passed = false, more = true;

    for (int back = 0; back < LOOK_BACK_MAX && more && !lineage; back++) {
        struct ft_versions found = { 0 };

        make_ref(a, out, back, &ref);
        more = ft_store_resolve(a->store, ref.s, &found, NULL) == 0 &&
               found.n == 1;
        if (more && passed)
            lineage = ft_store_lineage(a->store, found.item[0].id, NULL);
        if (more && strcmp(found.item[0].id, id) == 0)
            passed = true;
        ft_versions_release(&found);
    }
    ft_str_release(&ref);
    return lineage;
}

static size_t first_output(const struct asking *a)
{
    for (size_t i = 0; a->detail && i < a->detail->out.n; i++)
        if (*a->detail->out.item[i].id)
            return i;
    return (size_t)-1;
}

static int why_succeeded(const struct asking *a, struct ft_err *err)
{
    size_t out = first_output(a), before;
    struct json_object *mine, *last;

    (void)err;
    ft_str_addf(a->out, "executed in this run, attempt %u",
                a->run->task[a->task].attempts);
    add_pool(a);
    ft_str_addc(a->out, '\n');
    if (out == (size_t)-1) {
        ft_str_add(a->out, "it has no outputs: what it depends on is not "
                           "recorded with a version\n");
        return 0;
    }
    if (!a->store)
        return 0;
    mine = ft_store_lineage(a->store, a->detail->out.item[out].id, NULL);
    last = lineage_before(a, out, a->detail->out.item[out].id);
    before = a->out->len;
    if (mine && last)
        ft_recipe_diff(last, mine, a->out);
    else if (mine)
        ft_str_add(a->out, "it had no earlier result on this branch\n");
    if (mine && last && a->out->len == before)
        ft_str_add(a->out, "nothing that the result depends on had changed; "
                           "reuse was off, or the earlier result was gone\n");
    json_object_put(mine);
    json_object_put(last);
    return 0;
}

/* Outputs whose payloads were removed, then or since. */
static void add_gone(const struct asking *a)
{
    for (size_t i = 0; i < a->detail->out.n; i++) {
        struct ft_version v;

        if (!*a->detail->out.item[i].id ||
            ft_store_version(a->store, a->detail->out.item[i].id, &v, NULL) <
                0)
            continue;
        if (v.gone)
            ft_str_addf(a->out, "the payload of '%s' was removed; what it "
                        "holds is known, and nothing that runs has needed "
                        "it\n", a->stage->out[i].name);
        ft_version_release(&v);
    }
}

static int why_cached(const struct asking *a, struct ft_err *err)
{
    size_t out = first_output(a);
    struct ft_version v;

    (void)err;
    ft_str_add(a->out, "reused: module, parameters and the content of every "
                       "input are those of an earlier result\n");
    if (out == (size_t)-1 || !a->store ||
        ft_store_version(a->store, a->detail->out.item[out].id, &v, NULL) < 0)
        return 0;
    ft_str_addf(a->out, "made by run '%s' at ", v.run);
    add_time(a->out, v.time_ns);
    ft_str_addc(a->out, '\n');
    ft_version_release(&v);
    add_gone(a);
    return 0;
}

/* The input that has nothing. */
static int why_absent(const struct asking *a, struct ft_err *err)
{
    const struct ft_plan *plan = a->run->plan;
    struct ft_tasks from = { 0 };
    int rc = 0;

    for (size_t i = 0; i < a->stage->n_in && rc == 0; i++) {
        const struct ft_input *in = &a->stage->in[i];
        size_t n = 0, n_failed = 0;

        rc = ft_plan_producers(plan, a->task, i, &from, err);
        for (size_t k = 0; k < from.n && rc == 0; k++) {
            size_t t = from.last_turns
                           ? ft_run_last_turn(a->run, from.item[k])
                           : from.item[k];

            n += ft_run_absent(a->run, t);
            n_failed += a->run->task[t].state != FT_TASK_SKIPPED;
        }
        if (rc < 0 || !from.n || n < from.n)
            continue;
        ft_str_addf(a->out, "skipped because everything that feeds its input "
                    "'%s' %s: '%s'\n", in->name,
                    !n_failed ? "was skipped"
                    : n_failed == n ? "failed" : "failed or was skipped",
                    plan->wf->stage[in->stage].name);
    }
    ft_tasks_release(&from);
    return rc;
}

static int why_skipped(const struct asking *a, struct ft_err *err)
{
    bool yes = true;

    if (!ft_run_is_shown(a->run, a->task)) {
        ft_str_add(a->out, "not needed: the loop ended before\n");
        add_loop_end(a, ft_run_last_turn(a->run,
                                         ft_plan_judged(a->run->plan,
                                                        a->task)));
        return 0;
    }
    if (ft_plan_when(a->run->plan, a->task, &yes, err) < 0)
        return -1;
    if (yes)
        return why_absent(a, err);
    if (a->stage->when && a->stage->when->kind == FT_NODE_SCALAR)
        ft_str_addf(a->out, "skipped by 'when': %s is false\n",
                    a->stage->when->text);
    else
        ft_str_add(a->out, "skipped by 'when'\n");
    return 0;
}

/* --- not done ------------------------------------------------------------- */

static int why_failed(const struct asking *a, struct ft_err *err)
{
    const struct ft_task *t = &a->run->task[a->task];
    char *dir;

    (void)err;
    if (t->attempts) {
        ft_str_addf(a->out, "%s after %u attempt%s",
                    ft_task_state_names[t->state], t->attempts,
                    t->attempts == 1 ? "" : "s");
        add_pool(a);
        ft_str_addf(a->out, ", outcome '%s'\n",
                    ft_outcome_names[t->outcome]);
    } else {
        ft_str_addf(a->out, "%s before it could be started\n",
                    ft_task_state_names[t->state]);
    }
    if (a->detail && a->detail->reason)
        ft_str_addf(a->out, "%s\n", a->detail->reason);
    if (ft_run_absent(a->run, a->task))
        ft_str_add(a->out, "the stage is optional: the run went on\n");
    if (a->run->reason && t->state != FT_TASK_FAILED)
        ft_str_addf(a->out, "the run ended: %s\n", a->run->reason);
    if (t->attempts) {
        dir = ft_run_attempt_dir(a->project, a->run, a->task, 0);
        ft_str_addf(a->out, "its files are in %s\n", dir);
        free(dir);
    }
    return 0;
}

/* Why it went where it went. */
static void why_there(const struct asking *a)
{
    const struct ft_task_detail *d = a->detail;

    if (!d || !d->site)
        return;
    ft_str_addf(a->out, "placed at %s", d->site);
    if (d->placement)
        ft_str_addf(a->out, ": %s", d->placement);
    ft_str_addc(a->out, '\n');
}

/* What it took to be there. */
static void why_moved(const struct asking *a)
{
    const struct ft_task_detail *d = a->detail;

    if (!d || !(d->moved_bytes > 0 || d->returned_bytes > 0))
        return;
    ft_str_addf(a->out, "moved %.1f MiB of inputs there and %.1f MiB of "
                "results back\n", d->moved_bytes / MIB,
                d->returned_bytes / MIB);
}

/* What the run as a whole is heading for concerns whoever waits. */
static void why_late(const struct asking *a)
{
    const struct ft_run *run = a->run;

    if (run->state != FT_RUN_RUNNING ||
        ft_task_state_final(run->task[a->task].state) ||
        !ft_outlook_is_late(run, &run->outlook))
        return;
    ft_str_add(a->out, "the run ");
    ft_outlook_text(run, &run->outlook, a->out);
    ft_str_addc(a->out, '\n');
}

int ft_run_why(const struct ft_project *project, const struct ft_run *run,
               size_t task, struct ft_store *store, struct ft_str *out,
               struct ft_err *err)
{
    static int (*const why[])(const struct asking *a, struct ft_err *err) = {
        [FT_TASK_WAITING] = why_waiting,
        [FT_TASK_READY] = why_ready,
        [FT_TASK_SUBMITTED] = why_running,
        [FT_TASK_RUNNING] = why_running,
        [FT_TASK_SUCCEEDED] = why_succeeded,
        [FT_TASK_CACHED] = why_cached,
        [FT_TASK_SKIPPED] = why_skipped,
        [FT_TASK_FAILED] = why_failed,
        [FT_TASK_CANCELLED] = why_failed,
        [FT_TASK_EXPIRED] = why_failed,
        [FT_TASK_LOST] = why_failed,
    };
    struct asking a = {
        .project = project,
        .run = run,
        .stage = &run->plan->wf->stage[ft_plan_stage_of(run->plan, task)],
        .detail = ft_run_detail(run, task),
        .store = store,
        .task = task,
        .out = out,
    };

    if (why[run->task[task].state](&a, err) < 0)
        return -1;
    add_loop_end(&a, ft_plan_judged(run->plan, task));
    why_there(&a);
    why_moved(&a);
    why_late(&a);
    return 0;
}
