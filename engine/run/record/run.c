/* run.c - a run in memory, and the events that change it */
#include "run/record/run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "plan/bind.h"
#include "run/accounts/usage.h"
#include "run/record/change.h"

#define X(name, text) text,
const char *const ft_task_state_names[] = { FT_TASK_STATES(X) NULL };
#undef X

const char *const ft_run_state_names[] = {
    [FT_RUN_RUNNING] = "running",
    [FT_RUN_SUCCEEDED] = "succeeded",
    [FT_RUN_FAILED] = "failed",
    [FT_RUN_CANCELLED] = "cancelled",
    [FT_RUN_EXPIRED] = "expired",
    [FT_RUN_PAUSED] = "paused",
    [FT_RUN_INTERRUPTED] = "interrupted",
    NULL,
};

int ft_run_state_status(enum ft_run_state state)
{
    static const int status[] = {
        [FT_RUN_RUNNING] = 0,   [FT_RUN_SUCCEEDED] = 0,
        [FT_RUN_FAILED] = 1,    [FT_RUN_CANCELLED] = 5,
        [FT_RUN_EXPIRED] = 6,   [FT_RUN_PAUSED] = 6,
        [FT_RUN_INTERRUPTED] = 4,
    };

    return status[state];
}

/* --- lifecycle ------------------------------------------------------------ */

struct ft_run *ft_run_new(const char *id, struct ft_plan *plan,
                          const char *workflow_file, int64_t start_ns)
{
    struct ft_run *run = ft_calloc(1, sizeof(*run));

    snprintf(run->id, sizeof(run->id), "%s", id);
    run->plan = plan;
    run->workflow_file = ft_strdup(workflow_file);
    run->state = FT_RUN_RUNNING;
    run->start_ns = start_ns;
    run->task = ft_calloc(plan->n_tasks, sizeof(*run->task));
    run->counts = ft_calloc(plan->wf->n_stages, sizeof(*run->counts));
    run->usage = ft_calloc(plan->wf->n_stages, sizeof(*run->usage));
    run->stage = ft_calloc(plan->wf->n_stages, sizeof(*run->stage));
    run->n_memos = plan->wf->n_stages;
    run->memo = ft_calloc(run->n_memos, sizeof(*run->memo));
    for (size_t s = 0; s < plan->wf->n_stages; s++) {
        run->counts[s][FT_TASK_WAITING] = (uint32_t)plan->stage[s].n;
        run->memo[s].id = (struct ft_str)FT_STR_INIT;
    }
    return run;
}

void ft_run_free(struct ft_run *run)
{
    if (!run)
        return;
    for (size_t i = 0; i < run->n_details; i++) {
        ft_versions_release(&run->detail[i].out);
        free(run->detail[i].reason);
        free(run->detail[i].job);
        free(run->detail[i].placement);
        json_object_put(run->detail[i].report);
    }
    for (size_t s = 0; s < run->n_memos; s++) {
        free(run->memo[s].run);
        free(run->memo[s].key);
        ft_str_release(&run->memo[s].id);
    }
    free(run->memo);
    for (size_t i = 0; i < run->n_hosts; i++)
        free(run->host[i]);
    free(run->host);
    free(run->detail);
    ft_steer_release(&run->steer);
    ft_map_release(&run->uses);
    free(run->task);
    free(run->counts);
    free(run->usage);
    free(run->outlook.path);
    free(run->user);
    free(run->branch);
    free(run->kept);
    for (size_t s = 0; s < run->n_memos; s++)
        free(run->stage[s].reason);
    free(run->stage);
    free(run->workflow_file);
    for (size_t i = 0; i < run->n_sites; i++)
        free(run->site_file[i]);
    free(run->site_file);
    free(run->runner);
    free(run->reason);
    ft_plan_free(run->own_plan);
    ft_workflow_free(run->own_wf);
    ft_module_set_free(run->own_modules);
    free(run);
}

/* --- questions ------------------------------------------------------------ */

const struct ft_task_detail *ft_run_detail(const struct ft_run *run,
                                           size_t task)
{
    uint32_t at = run->task[task].detail;

    return at ? &run->detail[at - 1] : NULL;
}

bool ft_task_has_results(enum ft_task_state state)
{
    return state == FT_TASK_SUCCEEDED || state == FT_TASK_CACHED;
}

bool ft_task_state_final(enum ft_task_state state)
{
    return state >= FT_TASK_SUCCEEDED;
}

/* --- small steps ---------------------------------------------------------- */

struct ft_task_detail *ft_run_make_detail(struct ft_run *run, size_t task)
{
    struct ft_task *t = &run->task[task];

    if (!t->detail) {
        run->detail = ft_grow(run->detail, run->n_details, &run->cap_details,
                              sizeof(*run->detail));
        run->detail[run->n_details] = (struct ft_task_detail){
            .step = -1, .of = -1, .residual = NAN,
        };
        t->detail = (uint32_t)++run->n_details;
    }
    return &run->detail[t->detail - 1];
}

static void set_state(struct ft_run *run, size_t task,
                      enum ft_task_state state)
{
    uint32_t *count = run->counts[ft_plan_stage_of(run->plan, task)];

    count[run->task[task].state]--;
    count[state]++;
    run->task[task].state = state;
    if (state == FT_TASK_SUCCEEDED && task < run->steer.n_redo)
        run->steer.redo[task] = false;
}

static void set_text(char **at, const char *text)
{
    char *copy = text && *text ? ft_strdup(text) : NULL;

    free(*at);
    *at = copy;
}

/* Many tasks, few hosts and sites: a name is kept once.  The newest one comes
 * first to mind. */
static const char *keep_host(struct ft_run *run, const char *host)
{
    if (!host || !*host)
        return NULL;
    for (size_t i = run->n_hosts; i-- > 0;)
        if (strcmp(run->host[i], host) == 0)
            return run->host[i];
    run->host = ft_grow(run->host, run->n_hosts, &run->cap_hosts,
                        sizeof(*run->host));
    run->host[run->n_hosts] = ft_strdup(host);
    return run->host[run->n_hosts++];
}

static void take_versions(struct ft_task_detail *d, struct ft_versions *out)
{
    ft_versions_release(&d->out);
    d->out = *out;
    *out = (struct ft_versions){ 0 };
}

/* --- growing -------------------------------------------------------------- */

int ft_run_expand(struct ft_run *run, size_t stage,
                  struct json_object *columns, struct ft_err *err)
{
    size_t before = run->plan->n_tasks, n;

    if (ft_plan_expand(run->plan, stage, columns, err) < 0)
        return -1;
    n = run->plan->n_tasks - before;
    run->task = ft_realloc(run->task, run->plan->n_tasks, sizeof(*run->task));
    memset(&run->task[before], 0, n * sizeof(*run->task));
    run->counts[stage][FT_TASK_WAITING] += (uint32_t)n;
    set_text(&run->stage[stage].reason, NULL);
    return 0;
}

void ft_run_cannot_expand(struct ft_run *run, size_t stage,
                          const char *reason)
{
    set_text(&run->stage[stage].reason, reason);
}

/* --- attempts ------------------------------------------------------------- */

void ft_run_intend(struct ft_run *run, size_t task, int attempt)
{
    run->task[task].attempts = (uint16_t)attempt;
    run->task[task].open = 1;
    set_state(run, task, FT_TASK_READY);
}

void ft_run_use(struct ft_run *run, const char *version)
{
    (void)ft_map_put(&run->uses, version, run);
}

void ft_run_submit(struct ft_run *run, size_t task)
{
    set_state(run, task, FT_TASK_SUBMITTED);
}

void ft_run_start(struct ft_run *run, size_t task, int64_t now_ns,
                  const char *job, const char *host)
{
    struct ft_task_detail *d = ft_run_make_detail(run, task);

    set_state(run, task, FT_TASK_RUNNING);
    d->start_ns = now_ns;
    d->end_ns = 0;
    d->step = d->of = -1;
    d->residual = NAN;
    json_object_put(d->report);
    d->report = NULL;
    set_text(&d->reason, NULL);
    set_text(&d->job, job);
    d->host = keep_host(run, host);
}

void ft_run_place(struct ft_run *run, size_t task, const char *site,
                  const char *why)
{
    struct ft_task_detail *d = ft_run_make_detail(run, task);

    d->site = keep_host(run, site);
    set_text(&d->placement, why);
}

void ft_run_wait_reason(struct ft_run *run, size_t task, const char *reason)
{
    set_text(&ft_run_make_detail(run, task)->reason, reason);
}

bool ft_outcome_charged(enum ft_outcome outcome)
{
    return outcome == FT_OUT_ERROR || outcome == FT_OUT_OOM ||
           outcome == FT_OUT_TIMEOUT;
}

static bool is_site_fault(enum ft_outcome outcome)
{
    return outcome == FT_OUT_NODE_FAIL || outcome == FT_OUT_PREEMPTED ||
           outcome == FT_OUT_LOST;
}

/* An end that was recorded before is one whose output was refused, or one that
 * a runner found again after the last one died. */
static void count_usage(struct ft_run *run, size_t task,
                        const struct ft_ending *ending)
{
    struct ft_usage *usage =
        &run->usage[ft_plan_stage_of(run->plan, task)];
    const struct ft_task_detail *d = ft_run_detail(run, task);
    const struct ft_task *t = &run->task[task];

    if (d->end_ns && d->end_ns == ending->end_ns) {
        if (t->outcome == FT_OUT_OK)
            ft_usage_refuse(usage, ending);
        return;
    }
    if (t->state == FT_TASK_WAITING && d->start_ns && !d->end_ns)
        usage->n_unended--; /* its end came to light after all */
    ft_usage_attempt(usage, ending);
}

void ft_run_attempt_end(struct ft_run *run, size_t task,
                        const struct ft_ending *ending)
{
    struct ft_task_detail *d = ft_run_make_detail(run, task);
    struct ft_task *t = &run->task[task];
    size_t stage = ft_plan_stage_of(run->plan, task);

    count_usage(run, task, ending);
    t->outcome = ending->outcome;
    t->open = 0;
    if (ft_outcome_charged(ending->outcome) && t->charged < UINT8_MAX)
        t->charged++;
    if (is_site_fault(ending->outcome) && t->faults < FT_FAULTS_MAX)
        t->faults++;
    if (ending->start_ns)
        d->start_ns = ending->start_ns;
    d->end_ns = ending->end_ns;
    d->exit_code = ending->exit_code;
    d->signal = ending->signal;
    d->user_s = ending->user_s;
    d->system_s = ending->system_s;
    d->peak_rss_bytes = ending->peak_rss_bytes;
    d->core_s = ft_ending_core_s(ending);
    d->moved_bytes = ending->moved_bytes;
    d->returned_bytes = ending->returned_bytes;
    set_text(&d->reason, ending->reason);
    if (*ending->host)
        d->host = keep_host(run, ending->host);
    if (ending->outcome == FT_OUT_OK && !run->plan->wf->stage[stage].n_out)
        set_state(run, task, FT_TASK_SUCCEEDED);
}

void ft_run_again(struct ft_run *run, size_t task)
{
    run->task[task].open = 0;
    set_state(run, task, FT_TASK_READY);
}

/* --- final states --------------------------------------------------------- */

void ft_run_succeed(struct ft_run *run, size_t task, struct ft_versions *out,
                    int64_t now_ns)
{
    struct ft_task_detail *d = ft_run_make_detail(run, task);
    size_t stage = ft_plan_stage_of(run->plan, task);

    take_versions(d, out);
    for (size_t i = 0; i < d->out.n; i++)
        run->usage[stage].result_bytes += (double)d->out.item[i].size_bytes;
    set_text(&d->reason, NULL);
    if (!d->end_ns)
        d->end_ns = now_ns;
    set_state(run, task, FT_TASK_SUCCEEDED);
}

void ft_run_reuse(struct ft_run *run, size_t task, struct ft_versions *out)
{
    if (out->n)
        take_versions(ft_run_make_detail(run, task), out);
    set_state(run, task, FT_TASK_CACHED);
}

void ft_run_take(struct ft_run *run, size_t stage, const char *key,
                 const char *maker)
{
    const struct ft_plan_stage *ps = &run->plan->stage[stage];

    set_text(&run->memo[stage].run, maker);
    set_text(&run->memo[stage].key, key);
    for (size_t c = 0; c < ps->n; c++)
        set_state(run, ps->first + c, FT_TASK_CACHED);
}

void ft_run_give_back(struct ft_run *run, size_t stage)
{
    const struct ft_plan_stage *ps = &run->plan->stage[stage];

    set_text(&run->memo[stage].run, NULL);
    for (size_t c = 0; c < ps->n; c++)
        if (run->task[ps->first + c].state == FT_TASK_CACHED)
            set_state(run, ps->first + c, FT_TASK_WAITING);
}

void ft_run_fill(struct ft_run *run, size_t task, struct ft_versions *out)
{
    take_versions(ft_run_make_detail(run, task), out);
}

static const struct ft_stage *stage_of(const struct ft_run *run, size_t task)
{
    return &run->plan->wf->stage[ft_plan_stage_of(run->plan, task)];
}

/* The loop is over after 'task', one of its turns. */
static void end_turns(struct ft_run *run, size_t task)
{
    size_t stage = ft_plan_stage_of(run->plan, task);
    size_t last = ft_plan_last_turn(run->plan, task);

    run->stage[stage].ended++;
    run->stage[stage].unneeded += (uint32_t)(last - task);
    for (size_t t = task + 1; t <= last; t++) {
        run->counts[stage][run->task[t].state]--;
        run->counts[stage][FT_TASK_SKIPPED]++;
        run->task[t].state = FT_TASK_SKIPPED;
    }
}

/* The same for all stages that go round together. */
static void end_loop(struct ft_run *run, size_t task)
{
    size_t first, n;

    ft_loop_stages(run->plan->wf, stage_of(run, task), &first, &n);
    for (size_t s = first; s < first + n; s++)
        end_turns(run, ft_plan_beside(run->plan, task, s));
}

/* A turn of several stages goes on without one of them. */
static bool is_alone(const struct ft_stage *stage)
{
    return stage->loop && !stage->loop->use;
}

void ft_run_skip(struct ft_run *run, size_t task)
{
    set_state(run, task, FT_TASK_SKIPPED);
    if (!is_alone(stage_of(run, task)))
        return;
    end_loop(run, task);
    if (ft_plan_first_turn(run->plan, task) != task)
        run->stage[ft_plan_stage_of(run->plan, task)].unneeded++;
}

bool ft_run_can_end(const struct ft_run *run, size_t task)
{
    return stage_of(run, task)->loop &&
           ft_plan_judged(run->plan, task) == task &&
           !ft_run_settled(run, ft_plan_last_turn(run->plan, task));
}

void ft_run_end_loop(struct ft_run *run, size_t task, const char *reason)
{
    struct ft_task_detail *d = ft_run_make_detail(run, task);

    d->ends_loop = true;
    set_text(&d->reason, reason);
    if (ft_stage_in_round(stage_of(run, task)))
        ft_run_make_detail(run, ft_plan_last_turn(run->plan, task))
            ->loop_over = true;
    end_loop(run, task);
}

void ft_run_fail(struct ft_run *run, size_t task, enum ft_task_state state,
                 const char *reason, int64_t now_ns)
{
    struct ft_task_detail *d = ft_run_make_detail(run, task);

    if (reason)
        set_text(&d->reason, reason);
    if (!d->end_ns)
        d->end_ns = now_ns;
    set_state(run, task, state);
    if (is_alone(stage_of(run, task)) && ft_run_absent(run, task))
        end_loop(run, task);
}

/* --- the run as a whole --------------------------------------------------- */

/* What a task that is not finished becomes when its run ends so. */
static enum ft_task_state fate(enum ft_task_state state,
                               enum ft_run_state end)
{
    if (end == FT_RUN_EXPIRED &&
        (!ft_task_state_final(state) || state == FT_TASK_CANCELLED))
        return FT_TASK_EXPIRED;
    if (ft_task_state_final(state))
        return state;
    return end == FT_RUN_CANCELLED ? FT_TASK_CANCELLED : FT_TASK_WAITING;
}

/* The runner died while an attempt ran: nobody knows how long it did. */
static void leave(struct ft_run *run, size_t task)
{
    const struct ft_task_detail *d = ft_run_detail(run, task);

    if (run->task[task].state == FT_TASK_RUNNING && d && !d->end_ns)
        run->usage[ft_plan_stage_of(run->plan, task)].n_unended++;
}

void ft_run_end(struct ft_run *run, enum ft_run_state state,
                const char *reason, int64_t now_ns)
{
    for (size_t t = 0; t < run->plan->n_tasks; t++) {
        enum ft_task_state to = fate(run->task[t].state, state);

        leave(run, t);
        /* A turn that might have come has no fate of its own. */
        if (to != run->task[t].state &&
            (ft_plan_first_turn(run->plan, t) == t ||
             ft_task_has_results(run->task[t - 1].state)))
            set_state(run, t, to);
    }
    run->state = state;
    run->end_ns = now_ns;
    set_text(&run->reason, reason);
}

/* Of all stages that go round, given that of the judge. */
static void round_again(struct ft_run *run, size_t first)
{
    size_t last = ft_plan_last_turn(run->plan, first), end = first, from, n;

    if (!ft_run_loop_over(run, first))
        return;
    for (size_t t = first; t <= last; t++)
        if (ft_run_detail(run, t) && ft_run_detail(run, t)->ends_loop)
            end = t;
    ft_run_make_detail(run, end)->ends_loop = false;
    ft_run_make_detail(run, last)->loop_over = false;
    ft_loop_stages(run->plan->wf, stage_of(run, first), &from, &n);
    for (size_t s = from; s < from + n; s++) {
        run->stage[s].ended--;
        run->stage[s].unneeded -= (uint32_t)(last - end);
    }
}

static void turns_again(struct ft_run *run, size_t first)
{
    struct ft_run_stage *stage =
        &run->stage[ft_plan_stage_of(run->plan, first)];
    size_t last = ft_plan_last_turn(run->plan, first);
    bool over = ft_run_settled(run, last);

    stage->ended -= over;
    for (size_t t = first; t <= last; t++) {
        const struct ft_task_detail *d = ft_run_detail(run, t);

        if (over && t > first && run->task[t].state == FT_TASK_SKIPPED)
            stage->unneeded--;
        if (d)
            ft_run_make_detail(run, t)->ends_loop = false;
    }
}

void ft_run_loop_again(struct ft_run *run, size_t first)
{
    if (!ft_stage_in_round(stage_of(run, first)))
        turns_again(run, first);
    else if (ft_plan_judged(run->plan, first) == first)
        round_again(run, first); /* for all of them */
}

void ft_run_wait_again(struct ft_run *run, size_t task)
{
    run->task[task].charged = 0;
    run->task[task].faults = 0;
    leave(run, task);
    if (run->task[task].state != FT_TASK_WAITING)
        set_state(run, task, FT_TASK_WAITING);
}

void ft_run_resume(struct ft_run *run)
{
    for (size_t t = 0; t < run->plan->n_tasks; t++)
        if (!ft_run_done(run, t))
            ft_run_wait_again(run, t);
    for (size_t s = 0; s < run->plan->wf->n_stages; s++)
        set_text(&run->stage[s].reason, NULL);
    run->state = FT_RUN_RUNNING;
    run->end_ns = 0;
    run->outlook.at_ns = 0;
    set_text(&run->reason, NULL);
}

/* --- details -------------------------------------------------------------- */

void ft_run_fill_version(const struct ft_run *run, size_t task, size_t out,
                         struct ft_version *v)
{
    size_t s = ft_plan_stage_of(run->plan, task);
    const struct ft_stage *stage = &run->plan->wf->stage[s];
    const struct ft_port *port = &stage->out[out];
    struct ft_str name = FT_STR_INIT;

    ft_task_name(stage, task - run->plan->stage[s].first, &name);
    v->type = port->type;
    v->object = ft_asprintf("%s.%s", stage->name, port->name);
    v->task = ft_str_take(&name);
    v->run = ft_strdup(run->id);
    v->module = ft_strdup(stage->module ? stage->module->name : "");
    v->cell = ft_plan_cell_text(run->plan, task);
    v->unit = port->unit ? ft_strdup(ft_unit_text(port->unit)) : NULL;
}
