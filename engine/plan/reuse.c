/* reuse.c - which tasks would run, and why
 *
 * First everything is decided as if payloads that were removed were not missed.
 * Then whoever would run is asked what it takes: a task whose result is wanted
 * and cannot be had would run, too, and with that as given everything is
 * decided anew, until nothing more is wanted.
 */
#include "plan/reuse_in.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "plan/bind.h"
#include "plan/expand.h"
#include "plan/wanted.h"

static const struct ft_version *version_of(const struct ft_have *have,
                                           size_t task, size_t out)
{
    const struct ft_forecast *f = have->arg;
    const struct ft_versions *v = &f->found[task];

    return out < v->n && *v->item[out].id ? &v->item[out] : NULL;
}

const char *ft_reuse_keep(struct ft_forecast *out, char *text)
{
    /* Neighbouring cells mostly share their reason. */
    if (out->n_texts && strcmp(out->text[out->n_texts - 1], text) == 0) {
        free(text);
        return out->text[out->n_texts - 1];
    }
    out->text = ft_realloc(out->text, out->n_texts + 1, sizeof(*out->text));
    out->text[out->n_texts++] = text;
    return text;
}

void ft_reuse_decide(struct ft_forecasting *f, size_t task,
                   enum ft_decision decision, char *reason)
{
    size_t *counter[] = {
        [FT_WILL_RUN] = &f->out->n_run,
        [FT_WILL_REUSE] = &f->out->n_reuse,
        [FT_WILL_SKIP] = &f->out->n_skip,
        [FT_MAY_RUN] = &f->out->n_may,
    };

    f->out->decision[task] = decision;
    if (reason)
        f->out->reason[task] = ft_reuse_keep(f->out, reason);
    if (decision < FT_ARRAY_LEN(counter))
        ++*counter[decision];
}

static bool was_needed(const struct ft_have *have, size_t task)
{
    const struct ft_forecast *f = have->arg;

    return f->decision[task] != FT_NOT_NEEDED &&
           f->decision[task] != FT_WILL_SKIP;
}

struct ft_have ft_forecast_have(const struct ft_forecast *forecast)
{
    return (struct ft_have){ .version = version_of, .needed = was_needed,
                             .arg = (void *)forecast };
}

size_t ft_forecast_last_turn(const struct ft_forecast *forecast,
                             const struct ft_plan *plan, size_t task)
{
    size_t first = ft_plan_first_turn(plan, task);

    while (task > first && (forecast->decision[task] == FT_NOT_NEEDED ||
                            forecast->decision[task] == FT_WILL_SKIP))
        task--;
    return task;
}

static size_t last_turn(void *arg, size_t task)
{
    const struct ft_forecasting *f = arg;

    return ft_forecast_last_turn(f->out, f->plan, task);
}

/* What the producers of one input decide about its consumer: -1 failure, 0
 * nothing, 1 decided. */
static int follow_input(struct ft_forecasting *f, size_t task, size_t i,
                        const struct ft_input *in, struct ft_err *err)
{
    struct ft_tasks tasks = { 0 };
    size_t n_skipped = 0, maker, output;
    int rc = 0;

    if (!ft_plan_source(f->plan, task, i, &maker, &output))
        return 0;
    if (f->plan->stage[maker].unknown) {
        ft_reuse_decide(f, task, FT_WILL_RUN,
               ft_asprintf("input '%s' comes from '%s', which will run",
                           in->name, f->plan->wf->stage[maker].name));
        return 1;
    }
    if (ft_plan_producers(f->plan, task, i, &tasks, err) < 0)
        rc = -1;
    for (size_t k = 0; k < tasks.n && rc == 0; k++) {
        size_t from = tasks.last_turns ? last_turn(f, tasks.item[k])
                                       : tasks.item[k];
        enum ft_decision d = f->out->decision[from];

        n_skipped += d == FT_WILL_SKIP || d == FT_NOT_NEEDED;
        if (d != FT_WILL_RUN && d != FT_MAY_RUN)
            continue;
        ft_reuse_decide(f, task, FT_WILL_RUN,
               ft_asprintf("input '%s' comes from '%s', which will run",
                           in->name, f->plan->wf->stage[maker].name));
        rc = 1;
    }
    if (rc == 0 && tasks.n && n_skipped == tasks.n &&
        !(in->port && in->port->optional)) {
        ft_reuse_decide(f, task, FT_WILL_SKIP,
               ft_asprintf("all that feeds input '%s' is skipped", in->name));
        rc = 1;
    }
    ft_tasks_release(&tasks);
    return rc;
}

/* One bit an output; those behind the last share it. */
static uint64_t bit_of(size_t output)
{
    return UINT64_C(1) << (output < 63 ? output : 63);
}

static void want(struct ft_forecasting *f, size_t task, size_t output)
{
    f->out->wanted[task] |= bit_of(output);
}

/* Why a bound task that is not in the cache has to run. */
static char *reason_of(struct ft_forecasting *f, const struct ft_bound *bound)
{
    struct json_object *before =
        ft_store_last_lineage(f->store, bound->name, NULL);
    struct ft_str text = FT_STR_INIT;

    if (!before)
        return ft_strdup("never ran before");
    ft_recipe_diff(before, bound->recipe, &text);
    json_object_put(before);
    if (!text.len)
        ft_str_add(&text, "its results are no longer kept");
    while (text.len && text.s[text.len - 1] == '\n')
        ft_str_cut(&text, text.len - 1);
    return ft_str_take(&text);
}

/* Binding a million cells to find that nothing was ever made takes a minute;
 * the first of each stage shows what is wrong with the stage. */
static bool need_not_look(const struct ft_forecasting *f, size_t s, size_t task)
{
    return !f->store || (!f->any && task != f->plan->stage[s].first);
}

/* A result whose payload was removed serves when it stands between stages, or
 * comes back from the trash.  1, or 0 and why it has to be made again. */
static int judge_gone(struct ft_forecasting *f, size_t s, size_t task,
                      char **reason)
{
    const struct ft_versions *found = &f->out->found[task];

    for (size_t i = 0; i < found->n; i++) {
        const struct ft_version *v = &found->item[i];

        if (!v->gone || ft_plan_is_between(f->plan, s, i))
            continue;
        if (ft_store_in_trash(f->store, v->id) &&
            !ft_plan_is_read(f->plan, s, i)) {
            want(f, task, i);
            continue;
        }
        *reason = ft_asprintf("the payload of its result '%s' was removed",
                              f->plan->wf->stage[s].out[i].name);
        ft_versions_release(&f->out->found[task]);
        return 0;
    }
    f->gone = true;
    return 1;
}

/* 1, 0 and why, -1. */
static int find(struct ft_forecasting *f, size_t task, struct ft_bound *bound,
                const struct ft_stage *stage, char **reason,
                struct ft_err *err)
{
    const char **name = ft_calloc(stage->n_out + 1, sizeof(*name));
    int hit;

    for (size_t i = 0; i < stage->n_out; i++)
        name[i] = stage->out[i].name;
    hit = ft_store_cached(f->store, bound->key, name, stage->n_out,
                          &f->out->found[task], err);
    if (hit == 0) {
        hit = ft_store_cached_gone(f->store, bound->key, name, stage->n_out,
                                   &f->out->found[task], err);
        if (hit > 0)
            hit = judge_gone(f, ft_plan_stage_of(f->plan, task), task,
                             reason);
    }
    if (hit == 0 && !*reason && f->use == FT_FORECAST_TELL)
        *reason = reason_of(f, bound);
    free(name);
    return hit;
}

static int look_up(struct ft_forecasting *f, size_t task,
                   const struct ft_stage *stage, struct ft_err *err)
{
    struct ft_bound *bound = ft_bind(f->plan, task, &f->have, f->store, err);
    char *reason = NULL;
    int hit = 0;

    if (!bound)
        return -1;
    if (stage->cache == FT_CACHE_NEVER)
        reason = ft_strdup("the stage says cache: never");
    else
        hit = find(f, task, bound, stage, &reason, err);
    if (hit > 0)
        ft_plan_claim(f->plan, task, &f->out->found[task]);
    if (hit >= 0)
        ft_reuse_decide(f, task, hit ? FT_WILL_REUSE : FT_WILL_RUN, reason);
    ft_bound_free(bound);
    return hit < 0 ? -1 : 0;
}

int ft_reuse_task(struct ft_forecasting *f, size_t s, size_t task,
                         struct ft_err *err)
{
    const struct ft_stage *stage = &f->plan->wf->stage[s];
    bool yes;
    int rc = 0;

    if (ft_plan_when(f->plan, task, &yes, err) < 0)
        return -1;
    if (!yes) {
        ft_reuse_decide(f, task, FT_WILL_SKIP, ft_strdup("'when' is false"));
        return 0;
    }
    if (f->forced[task] || f->rows_change) {
        ft_reuse_decide(f, task, FT_WILL_RUN,
               ft_strdup(f->forced[task] ? f->forced[task]
                                         : "its rows will be made again"));
        return 0;
    }
    for (size_t i = 0; i < stage->n_in && rc == 0; i++)
        if (stage->in[i].kind == FT_SOURCE_OBJECT || stage->in[i].carry)
            rc = follow_input(f, task, i, &stage->in[i], err);
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    if (!need_not_look(f, s, task))
        return look_up(f, task, stage, err);
    ft_reuse_decide(f, task, FT_WILL_RUN, ft_strdup("never ran before"));
    return 0;
}

/* Tasks for the rows of a table that would be reused. */
static int expand(struct ft_forecasting *f, size_t s, struct ft_err *err)
{
    size_t before = f->plan->n_tasks, n, more;
    struct json_object *columns = NULL;
    int rc = ft_plan_read_rows(f->plan, s, &f->have, f->store, &columns, err);

    if (rc == 0)
        rc = ft_plan_expand(f->plan, s, columns, err);
    json_object_put(columns);
    if (rc < 0)
        return ft_err_context(err, "stage '%s'", f->plan->wf->stage[s].name);
    n = f->out->n = f->plan->n_tasks;
    more = n - before;
    f->out->decision = ft_realloc(f->out->decision, n,
                                  sizeof(*f->out->decision));
    f->out->reason = ft_realloc(f->out->reason, n, sizeof(*f->out->reason));
    f->out->found = ft_realloc(f->out->found, n, sizeof(*f->out->found));
    f->forced = ft_realloc(f->forced, n, sizeof(*f->forced));
    f->out->wanted = ft_realloc(f->out->wanted, n, sizeof(*f->out->wanted));
    memset(&f->out->decision[before], 0, more * sizeof(*f->out->decision));
    memset(&f->out->reason[before], 0, more * sizeof(*f->out->reason));
    memset(&f->out->found[before], 0, more * sizeof(*f->out->found));
    memset(&f->forced[before], 0, more * sizeof(*f->forced));
    memset(&f->out->wanted[before], 0, more * sizeof(*f->out->wanted));
    return 0;
}

/* Is it known which rows the stage would be done for? */
static int rows_known(struct ft_forecasting *f, size_t s, bool *known,
                      struct ft_err *err)
{
    const struct ft_input *rows = f->plan->wf->stage[s].rows;
    struct ft_tasks tasks = { 0 };
    int rc = ft_plan_row_makers(f->plan, s, &tasks, err);

    *known = f->store && (rows->kind == FT_SOURCE_STORED ||
                          !f->plan->stage[rows->stage].unknown);
    for (size_t k = 0; k < tasks.n && rc == 0; k++) {
        size_t from = tasks.last_turns ? last_turn(f, tasks.item[k])
                                       : tasks.item[k];
        enum ft_decision d = f->out->decision[from];

        *known &= d != FT_WILL_RUN && d != FT_MAY_RUN;
    }
    ft_tasks_release(&tasks);
    return rc;
}

static int forecast_stage(struct ft_forecasting *f, size_t s,
                          struct ft_err *err)
{
    const struct ft_plan_stage *ps = &f->plan->stage[s];
    bool known = true;
    int rc = 0;

    if (f->plan->wf->stage[s].rows)
        rc = rows_known(f, s, &known, err);
    f->rows_change = !known && !ps->unknown;
    if (rc == 0 && ps->unknown && known && f->use == FT_FORECAST_TELL)
        rc = expand(f, s, err);
    if (rc == 0 && f->plan->wf->stage[s].loop)
        return ft_reuse_loop(f, s, err);
    for (size_t c = 0; c < ps->n && rc == 0; c++)
        rc = ft_reuse_task(f, s, ps->first + c, err);
    return rc;
}

/* --- bytes that are needed ------------------------------------------------ */

static void on_taken(void *arg, size_t task, size_t output)
{
    struct ft_forecasting *f = arg;
    const struct ft_versions *found = &f->out->found[task];
    size_t s = ft_plan_stage_of(f->plan, task);
    struct ft_str text = FT_STR_INIT;

    if (f->out->decision[task] != FT_WILL_REUSE || output >= found->n ||
        !found->item[output].gone)
        return;
    want(f, task, output);
    if (f->forced[task] || ft_store_in_trash(f->store, found->item[output].id))
        return;
    ft_str_addf(&text, "the payload of its result '%s' was removed, and '",
                f->plan->wf->stage[s].out[output].name);
    if (f->taker < f->plan->n_tasks)
        ft_plan_task_name(f->plan, f->taker, &text);
    ft_str_add(&text, f->taker < f->plan->n_tasks
                          ? "' needs it" : "more tasks' may need it");
    f->forced[task] = ft_reuse_keep(f->out, ft_str_take(&text));
    f->n_forced++;
}

/* Nobody knows what the tasks of a stage without rows will take. */
static void ask_unknown(struct ft_forecasting *f, size_t s)
{
    const struct ft_stage *stage = &f->plan->wf->stage[s];

    f->taker = f->plan->n_tasks;
    for (size_t i = 0; i < stage->n_in; i++) {
        const struct ft_input *in = &stage->in[i];
        const struct ft_plan_stage *from = &f->plan->stage[in->stage];

        if (in->kind != FT_SOURCE_OBJECT)
            continue;
        for (size_t t = from->first; t < from->first + from->n; t++)
            on_taken(f, t, in->output);
    }
}

static int ask_takers(struct ft_forecasting *f, struct ft_err *err)
{
    struct ft_taking taking = { last_turn, on_taken, f };
    int rc = 0;

    for (size_t s = 0; s < f->plan->wf->n_stages; s++)
        if (f->plan->stage[s].unknown)
            ask_unknown(f, s);
    for (size_t t = 0; t < f->plan->n_tasks && rc == 0; t++) {
        f->taker = t;
        if (f->out->decision[t] == FT_WILL_RUN ||
            f->out->decision[t] == FT_MAY_RUN)
            rc = ft_plan_each_taken(f->plan, t, &taking, err);
    }
    return rc;
}

static bool has_gone(const struct ft_versions *found)
{
    for (size_t i = 0; i < found->n; i++)
        if (found->item[i].gone)
            return true;
    return false;
}

static void tell_gone(struct ft_forecasting *f)
{
    for (size_t t = 0; t < f->plan->n_tasks; t++) {
        if (f->out->decision[t] != FT_WILL_REUSE || f->out->reason[t] ||
            !has_gone(&f->out->found[t]))
            continue;
        f->out->reason[t] = ft_reuse_keep(
            f->out,
            ft_strdup(f->out->wanted[t]
                          ? "its payload comes back from the trash"
                          : "its payload was removed, and nothing that would "
                            "run needs it"));
    }
}

/* --- all ------------------------------------------------------------------ */

static void begin(struct ft_forecasting *f)
{
    struct ft_forecast *out = f->out;
    size_t n = f->plan->n_tasks;

    out->n_run = out->n_reuse = out->n_skip = out->n_may = 0;
    memset(out->decision, 0, n * sizeof(*out->decision));
    memset(out->reason, 0, n * sizeof(*out->reason));
    memset(out->wanted, 0, n * sizeof(*out->wanted));
    memset(f->went_round, 0, f->plan->wf->n_stages * sizeof(*f->went_round));
    for (size_t t = 0; t < n; t++)
        ft_versions_release(&f->out->found[t]);
    f->gone = false;
}

static int decide_all(struct ft_forecasting *f, struct ft_err *err)
{
    size_t before;
    int rc = 0;

    do {
        before = f->n_forced;
        begin(f);
        for (size_t k = 0; k < f->plan->wf->n_stages && rc == 0; k++)
            rc = forecast_stage(f, f->plan->wf->order[k], err);
        if (rc == 0 && f->gone)
            rc = ask_takers(f, err);
    } while (rc == 0 && f->n_forced > before);
    if (rc == 0 && f->gone)
        tell_gone(f);
    return rc;
}

static void drop_found(struct ft_forecast *forecast)
{
    for (size_t t = 0; forecast->found && t < forecast->n; t++)
        ft_versions_release(&forecast->found[t]);
    free(forecast->found);
    forecast->found = NULL;
}

int ft_forecast(struct ft_plan *plan, struct ft_store *store,
                enum ft_forecast_use use, struct ft_forecast *forecast,
                struct ft_err *err)
{
    struct ft_forecasting f = { .plan = plan, .store = store, .use = use,
                             .out = forecast };
    size_t n = plan->n_tasks;
    int rc;

    *forecast = (struct ft_forecast){ .n = n };
    forecast->decision = ft_calloc(n, sizeof(*forecast->decision));
    forecast->reason = ft_calloc(n, sizeof(*forecast->reason));
    forecast->wanted = ft_calloc(n, sizeof(*forecast->wanted));
    forecast->found = ft_calloc(n, sizeof(*forecast->found));
    f.forced = ft_calloc(n, sizeof(*f.forced));
    f.went_round = ft_calloc(plan->wf->n_stages, sizeof(*f.went_round));
    f.any = store && ft_store_any_cached(store);
    f.have = ft_forecast_have(forecast);
    rc = decide_all(&f, err);
    free(f.forced);
    free(f.went_round);
    if (use == FT_FORECAST_ACT)
        drop_found(forecast);
    if (rc < 0)
        ft_forecast_release(forecast);
    return rc;
}

bool ft_forecast_wants(const struct ft_forecast *forecast, size_t task,
                       size_t output)
{
    return task < forecast->n && forecast->wanted[task] & bit_of(output);
}

void ft_forecast_release(struct ft_forecast *forecast)
{
    drop_found(forecast);
    for (size_t i = 0; i < forecast->n_texts; i++)
        free(forecast->text[i]);
    free(forecast->text);
    free(forecast->decision);
    free(forecast->reason);
    free(forecast->wanted);
    *forecast = (struct ft_forecast){ 0 };
}
