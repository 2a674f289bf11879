/* batch_form.c - which job a task goes to: its own, one of an array, or one of
 * many tasks
 *
 * The choice itself is in run/site/form.c, where the plan finds it, too.  Tasks
 * that may share an array wait a moment for others: the engine hands them over
 * as it prepares them.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/batch/batch_in.h"
#include "adapters/home/home.h"
#include "adapters/link/attempt_json.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"
#include "run/site/form.h"

#define RETRY_S 5.0   /* when a file could not be written */
#define GATHER_S 0.1  /* without another task: then an array is complete, */
#define GATHER_MAX_S 2.0 /* or after that, whatever still comes */
#define BRIEF_S 1.0 /* a task that took less: the next ones wait at a pilot, */
#define AHEAD 2     /* which then has so many for each slot: else the way there
                       and back would take longer than they do */
#define NS_PER_S 1e9

static bool waits(const struct ft_batch_task *task)
{
    return !task->job && !task->heard &&
           !(task->again && !task->batch->known);
}

/* --- the choice ----------------------------------------------------------- */

/* As long as it is not known how large arrays may be they are thought to be
 * possible. */
static enum ft_form choose(const struct ft_batch_task *task, size_t n_alike,
                           size_t follow, bool pilot_free, struct ft_str *why)
{
    const struct ft_batch *batch = task->batch;
    const struct ft_attempt *a = task->attempt;
    int most = batch->probe == FT_PROBE_DONE ? batch->max_array : INT_MAX;
    struct ft_form_task form = {
        .wish = a->form,
        .nodes = a->resources.nodes,
        .slots = ft_attempt_slots(a),
        .gpus = a->resources.gpus,
        .serve = a->serve,
        .memory_bytes = a->resources.memory_bytes,
        .retried = a->number > 1,
        .timeout_s = a->timeout_s,
        .expected_s = a->expected_s,
        .n_waiting = batch->n_tasks - batch->n_given + follow,
        .n_alike = n_alike + follow,
        .pilot_free = pilot_free,
    };

    return ft_form_choose(batch->site, &form, task->alone ? 1 : most, why);
}

/* The engine keeps what the task goes as, and why. */
static void tell_form(struct ft_batch_task *task, const char *what,
                      const char *why)
{
    const struct ft_batch *batch = task->batch;
    struct ft_str text = FT_STR_INIT;

    ft_str_addf(&text, "as %s: %s", what, why);
    ft_batch_nodes_text(batch, &text);
    batch->events.placed(task->attempt->tag, batch->site->name, text.s,
                         batch->events.arg);
    ft_str_release(&text);
}

/* --- pilots --------------------------------------------------------------- */

void ft_batch_note_length(struct ft_batch_job *pilot,
                          const struct ft_batch_task *task,
                          const struct ft_ending *ending)
{
    double took_s = (double)(ending->end_ns - ending->start_ns) / NS_PER_S;
    bool brief = ending->outcome == FT_OUT_OK && took_s < BRIEF_S;

    free(pilot->brief);
    pilot->brief = brief ? ft_strdup(task->attempt->stage) : NULL;
}

/* Slots that tasks of this kind may be given, running or waiting there. */
static int slots_for(const struct ft_batch_job *job,
                     const struct ft_batch_task *task)
{
    bool brief = job->brief && strcmp(job->brief, task->attempt->stage) == 0;

    return brief ? AHEAD * job->slots : job->slots;
}

/* It has a slot free for the task, or soon, and time enough. */
static bool has_room(const struct ft_batch_job *job,
                     const struct ft_batch_task *task)
{
    const struct ft_attempt *a = task->attempt;
    double needs_s = ft_form_needs_s(a->timeout_s, a->expected_s);
    int64_t end_ns = ft_clock_mono_ns() + (int64_t)(needs_s * NS_PER_S);

    return job->pilot && !job->leaving && !job->cancelled &&
           !ft_batch_node_is_out(job->batch, job->host) &&
           job->used + ft_attempt_slots(a) <= slots_for(job, task) &&
           (!job->over_ns || end_ns < job->over_ns);
}

static void give(struct ft_batch_job *pilot, struct ft_batch_task *task,
                 const char *why)
{
    tell_form(task, "one of the tasks of a pilot", why);
    ft_batch_attach(task, pilot);
    ft_home_give(pilot->agent, task->attempt);
}

/* A pilot that is there costs nothing: few tasks go to it as well as many. */
void ft_batch_feed(struct ft_batch_job *pilot)
{
    struct ft_batch *batch = pilot->batch;
    struct ft_str why = FT_STR_INIT;
    int most = pilot->brief ? AHEAD * pilot->slots : pilot->slots;

    for (size_t i = 0; i < batch->n_tasks && pilot->used < most; i++) {
        struct ft_batch_task *task = batch->task[i];

        if (!pilot->agent || !waits(task) || task->again || task->cancelled ||
            !has_room(pilot, task))
            continue;
        ft_str_cut(&why, 0);
        if (choose(task, 1, 0, true, &why) == FT_FORM_PILOT)
            give(pilot, task, why.s);
    }
    ft_str_release(&why);
}

/* Pilots that are there or on their way, and the slots that they have free for
 * such a task. */
static int count_pilots(const struct ft_batch *batch,
                        const struct ft_batch_task *task, int *free_slots)
{
    int n = 0;

    *free_slots = 0;
    for (size_t i = 0; i < batch->n_jobs; i++) {
        const struct ft_batch_job *job = batch->job[i];

        if (!job->pilot || job->leaving || job->state == FT_BATCH_ENDED)
            continue;
        n++;
        if (job->used < job->slots && has_room(job, task))
            *free_slots += job->slots - job->used;
    }
    return n;
}

/* 'wanted' slots, for tasks like this one. */
static void make_pilots(struct ft_batch *batch,
                        const struct ft_batch_task *task, int wanted)
{
    enum ft_submit_answer answer;
    struct ft_err err;
    int free_slots, n = count_pilots(batch, task, &free_slots);

    while (n < batch->site->pilot.max && free_slots < wanted) {
        if (!ft_batch_job_new(batch, NULL, &answer, &err))
            break;
        free_slots += ft_pilot_slots(batch->site);
        n++;
    }
}

static void feed_pilots(struct ft_batch *batch)
{
    for (size_t i = 0; i < batch->n_jobs; i++)
        if (batch->job[i]->pilot && batch->job[i]->agent)
            ft_batch_feed(batch->job[i]);
}

/* --- jobs ----------------------------------------------------------------- */

static void not_placed(struct ft_batch_task *task,
                       enum ft_submit_answer answer, const struct ft_err *err)
{
    struct ft_batch *batch = task->batch;

    if (answer == FT_SUBMIT_RETRY_AFTER) {
        ft_batch_waits(task, err->msg);
        ft_batch_flush_later(batch, RETRY_S);
    } else {
        ft_batch_refused(task, answer, err->msg);
    }
}

static void place_alone(struct ft_batch_task *task, const char *why)
{
    struct ft_batch *batch = task->batch;
    enum ft_submit_answer answer;
    struct ft_err err;
    struct ft_batch_job *job = ft_batch_job_new(batch, task, &answer, &err);

    if (!job) {
        not_placed(task, answer, &err);
        return;
    }
    ft_batch_attach(task, job);
    tell_form(task, "a job of its own", why);
}

/* Tasks that need the same; nothing else tells them apart for the site. */
struct group {
    struct ft_batch_task **task;
    size_t n, cap;
    size_t follow; /* more like them, which are to come */
};

static void place_each(const struct group *g, const char *why)
{
    for (size_t i = 0; i < g->n; i++)
        place_alone(g->task[i], why);
}

/* --- arrays --------------------------------------------------------------- */

static void place_array(struct group *g, size_t first, size_t n,
                        const char *why)
{
    struct ft_batch *batch = g->task[first]->batch;
    enum ft_submit_answer answer;
    struct ft_err err;

    if (ft_batch_array_new(batch, g->task + first, n, &answer, &err) < 0) {
        for (size_t i = 0; i < n; i++)
            not_placed(g->task[first + i], answer, &err);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        char *what = ft_asprintf("element %zu of an array of %zu", i, n);

        tell_form(g->task[first + i], what, why);
        free(what);
    }
}

/* In arrays as large as the site takes them now; one that is left over goes
 * alone. */
static void place_group(struct group *g, const char *why)
{
    struct ft_batch *batch = g->task[0]->batch;
    size_t most = batch->array_now > 1 ? (size_t)batch->array_now : 1, n;

    batch->first_ns = 0;
    for (size_t at = 0; at < g->n; at += n) {
        n = g->n - at < most ? g->n - at : most;
        if (n > 1)
            place_array(g, at, n, why);
        else
            place_alone(g->task[at], why);
    }
}

/* More may come in a moment. */
static bool still_gathers(struct ft_batch *batch)
{
    int64_t now = ft_clock_mono_ns();
    double idle_s, waited_s;

    if (!batch->first_ns)
        batch->first_ns = now;
    idle_s = (double)(now - batch->came_ns) / NS_PER_S;
    waited_s = (double)(now - batch->first_ns) / NS_PER_S;
    if (idle_s >= GATHER_S || waited_s >= GATHER_MAX_S)
        return false;
    ft_batch_flush_later(batch, GATHER_S - idle_s);
    return true;
}

/* --- placing -------------------------------------------------------------- */

static bool may_share(const struct ft_batch_task *task)
{
    return !task->alone && task->attempt->number <= 1 && !task->again;
}

static bool can_share(const struct ft_batch_task *a,
                      const struct ft_batch_task *b)
{
    return a == b || (waits(b) && may_share(a) && may_share(b) &&
                      !b->cancelled && a->attempt->form == b->attempt->form &&
                      ft_batch_alike(a, b));
}

/* Those that could share an array with 'task', which is the first of them, and
 * how many the engine has more: it counts what it has not been told of. */
static void gather_alike(struct ft_batch_task *task, struct group *g)
{
    struct ft_batch *batch = task->batch;
    size_t least = task->attempt->follow, untold = 0;

    g->n = 0;
    for (size_t i = 0; i < batch->n_tasks; i++) {
        struct ft_batch_task *other = batch->task[i];

        untold += !other->told && other != task &&
                  strcmp(other->attempt->stage, task->attempt->stage) == 0;
        if (!can_share(task, other))
            continue;
        g->task = ft_grow(g->task, g->n, &g->cap,
                          sizeof(struct ft_batch_task *));
        g->task[g->n++] = other;
        other->pass = batch->pass;
        if (other->attempt->follow < least)
            least = other->attempt->follow;
    }
    g->follow = least > untold ? least - untold : 0;
}

/* Place 'task', the first that waits of those like it, and them. */
static void place_alike(struct ft_batch_task *task, struct group *g)
{
    struct ft_batch *batch = task->batch;
    struct ft_str why = FT_STR_INIT;
    enum ft_form form;

    gather_alike(task, g);
    form = choose(task, g->n, g->follow, false, &why);
    if (form == FT_FORM_PILOT)
        make_pilots(batch, task,
                    (int)g->n * ft_attempt_slots(task->attempt));
    else if (form != FT_FORM_ARRAY)
        place_each(g, why.s);
    else if (batch->probe == FT_PROBE_DONE && !still_gathers(batch))
        place_group(g, why.s);
    ft_str_release(&why);
}

/* Before anything is chosen: what an earlier runner left, what is cancelled. */
static void settle_first(struct ft_batch *batch)
{
    for (size_t i = batch->n_tasks; i-- > 0;) {
        struct ft_batch_task *task = batch->task[i];

        if (!waits(task) || (task->again && ft_batch_rejoin(task)))
            continue;
        if (task->cancelled)
            ft_batch_never_began(task);
    }
}

static struct ft_batch_task *next_task(struct ft_batch *batch)
{
    for (size_t i = 0; i < batch->n_tasks; i++)
        if (waits(batch->task[i]) && !batch->task[i]->again &&
            batch->task[i]->pass != batch->pass)
            return batch->task[i];
    return NULL;
}

void ft_batch_place(struct ft_batch *batch)
{
    struct group g = { 0 };
    struct ft_batch_task *task;

    settle_first(batch);
    batch->pass++;
    while ((task = next_task(batch)))
        place_alike(task, &g);
    feed_pilots(batch);
    free(g.task);
}
