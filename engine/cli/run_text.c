/* run_text.c - a run as JSON and as tables */
#include "cli/run_text.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/map.h"
#include "base/str.h"
#include "cli/limit_text.h"
#include "cli/term.h"

#define SCHEMA 1
#define WAITS_MAX 3 /* reasons that are shown */

static void add_time(struct json_object *obj, const char *key, int64_t ns)
{
    char text[FT_TIME_TEXT];

    ft_time_text(ns, text);
    ft_json_add_str(obj, key, ns ? text : NULL);
}

static struct json_object *outputs_json(const struct ft_stage *stage,
                                        const struct ft_task_detail *d)
{
    struct json_object *obj = json_object_new_object();

    for (size_t i = 0; i < d->out.n && i < stage->n_out; i++)
        if (*d->out.item[i].id)
            ft_json_add_str(obj, stage->out[i].name, d->out.item[i].id);
    return obj;
}

/* A hold means nothing to a task that has started. */
static bool is_held(const struct ft_run *run, size_t task)
{
    unsigned state = run->task[task].state;

    return (state == FT_TASK_WAITING || state == FT_TASK_READY) &&
           ft_run_held(run, task);
}

static struct json_object *task_json(const struct ft_run *run, size_t s,
                                     size_t task)
{
    const struct ft_task_detail *d = ft_run_detail(run, task);
    const struct ft_task *t = &run->task[task];
    struct json_object *obj = json_object_new_object();
    struct ft_str name = FT_STR_INIT;

    ft_plan_task_name(run->plan, task, &name);
    ft_json_add_str(obj, "task", name.s);
    ft_json_add_str(obj, "state", ft_task_state_names[t->state]);
    ft_json_add_int(obj, "attempts", t->attempts);
    if (is_held(run, task))
        ft_json_add_bool(obj, "held", true);
    ft_str_release(&name);
    if (!d)
        return obj;
    if (t->attempts)
        ft_json_add_str(obj, "outcome", ft_outcome_names[t->outcome]);
    add_time(obj, "start", d->start_ns);
    add_time(obj, "end", d->end_ns);
    ft_json_add_int(obj, "exit_code", d->exit_code);
    ft_json_add_int(obj, "signal", d->signal);
    ft_json_add_num(obj, "cpu_s", d->user_s + d->system_s);
    ft_json_add_num(obj, "peak_rss_bytes", d->peak_rss_bytes);
    ft_json_add_str(obj, "reason", d->reason);
    if (d->report)
        json_object_object_add(obj, "report", json_object_get(d->report));
    ft_json_add_str(obj, "job", d->job);
    ft_json_add_str(obj, "host", d->host);
    json_object_object_add(obj, "outputs",
                           outputs_json(&run->plan->wf->stage[s], d));
    return obj;
}

static struct json_object *stage_json(const struct ft_run *run, size_t s)
{
    struct json_object *obj = json_object_new_object();
    struct json_object *counts = json_object_new_object();
    struct ft_str rows = FT_STR_INIT;

    ft_json_add_str(obj, "stage", run->plan->wf->stage[s].name);
    ft_json_add_int(obj, "tasks", (int64_t)ft_run_stage_tasks(run, s));
    if (run->plan->wf->stage[s].optional)
        json_object_object_add(obj, "optional",
                               json_object_new_boolean(true));
    if (run->plan->stage[s].unknown) {
        ft_run_rows_text(run, s, &rows);
        ft_json_add_str(obj, "rows", rows.s);
    }
    ft_str_release(&rows);
    for (int state = 0; state < FT_TASK_STATE_COUNT; state++)
        if (ft_run_shown(run, s, state))
            ft_json_add_int(counts, ft_task_state_names[state],
                            ft_run_shown(run, s, state));
    json_object_object_add(obj, "counts", counts);
    return obj;
}

struct json_object *ft_run_text_json(const struct ft_run *run, bool tasks)
{
    struct json_object *obj = json_object_new_object();
    struct json_object *stages = json_object_new_array();
    struct json_object *list = json_object_new_array();
    const struct ft_plan *plan = run->plan;

    ft_json_add_int(obj, "schema", SCHEMA);
    ft_json_add_str(obj, "run", run->id);
    ft_json_add_str(obj, "workflow", run->workflow_file);
    ft_json_add_str(obj, "state", ft_run_state_names[run->state]);
    ft_json_add_str(obj, "reason", run->reason);
    ft_json_add_str(obj, "runner", run->runner);
    ft_json_add_bool(obj, "paused", run->steer.paused);
    ft_json_add_int(obj, "held", (int64_t)ft_run_count_held(run));
    add_time(obj, "start", run->start_ns);
    add_time(obj, "end", run->end_ns);
    ft_limit_text_json(run, obj);
    for (size_t s = 0; s < plan->wf->n_stages; s++) {
        json_object_array_add(stages, stage_json(run, s));
        for (size_t c = 0; tasks && c < plan->stage[s].n; c++) {
            size_t t = plan->stage[s].first + c;

            if (ft_run_is_shown(run, t))
                json_object_array_add(list, task_json(run, s, t));
        }
    }
    json_object_object_add(obj, "stages", stages);
    if (tasks)
        json_object_object_add(obj, "tasks", list);
    else
        json_object_put(list);
    return obj;
}

void ft_run_text_steer(const struct ft_run *run)
{
    const struct ft_steer *s = &run->steer;
    size_t held = ft_run_count_held(run);
    struct ft_str text = FT_STR_INIT;

    if (s->paused) {
        ft_when_text(s->paused_ns, &text);
        printf("paused by %s, %s%s%s; fedtwin unpause %s\n", s->paused_by,
               text.s, s->paused_reason ? ": " : "",
               s->paused_reason ? s->paused_reason : "", run->id);
    }
    if (held)
        printf("held: %zu task%s; fedtwin release %s/TASK\n", held,
               held == 1 ? "" : "s", run->id);
    ft_str_release(&text);
}

/* Without an attempt under way the reason is that of the last one's failure. */
static const char *wait_of(const struct ft_run *run, size_t task)
{
    const struct ft_task_detail *d = ft_run_detail(run, task);
    const struct ft_task *t = &run->task[task];

    if (run->state != FT_RUN_RUNNING ||
        !(t->state == FT_TASK_SUBMITTED ||
          (t->state == FT_TASK_READY && t->open)))
        return NULL;
    return d ? d->reason : NULL;
}

void ft_run_text_waits(const struct ft_run *run)
{
    struct ft_map first = { 0 }; /* reason: where it stands in 'count' */
    size_t count[WAITS_MAX] = { 0 };

    for (size_t t = 0; t < run->plan->n_tasks; t++) {
        const char *reason = wait_of(run, t);
        size_t *n = reason ? ft_map_get(&first, reason) : NULL;

        if (reason && !n && first.len < WAITS_MAX) {
            n = &count[first.len];
            (void)ft_map_put(&first, reason, n);
        }
        if (n)
            ++*n;
    }
    for (size_t i = 0; i < first.len; i++)
        printf("waiting: %zu task%s: %s\n", count[i],
               count[i] == 1 ? "" : "s", first.entry[i].key);
    ft_map_release(&first);
}

/* How the only loop of a stage ended, or how many of them have. */
static void add_loops(const struct ft_run *run, size_t s, struct ft_str *out)
{
    const struct ft_plan_stage *ps = &run->plan->stage[s];
    const struct ft_task_detail *d;

    if (!run->plan->wf->stage[s].loop)
        return;
    d = ft_run_detail(run, ft_run_last_turn(run, ps->first + ps->turns - 1));
    if (ps->n > ps->turns)
        ft_str_addf(out, "; %u of %zu loops ended", run->stage[s].ended,
                    ps->n / ps->turns);
    else if (d && d->ends_loop && d->reason)
        ft_str_addf(out, "; %s", d->reason);
}

void ft_run_text_stages(const struct ft_run *run)
{
    struct ft_table table;

    ft_table_init(&table, 3, 0);
    for (size_t s = 0; s < run->plan->wf->n_stages; s++) {
        struct ft_str counts = FT_STR_INIT;

        for (int state = 0; state < FT_TASK_STATE_COUNT; state++)
            if (ft_run_shown(run, s, state))
                ft_str_addf(&counts, "%s%u %s", counts.len ? ", " : "",
                            ft_run_shown(run, s, state),
                            ft_task_state_names[state]);
        if (ft_run_stage_forgiven(run, s))
            ft_str_add(&counts, " (optional)");
        add_loops(run, s, &counts);
        if (run->plan->stage[s].unknown)
            ft_run_rows_text(run, s, &counts);
        ft_table_add(&table, " ");
        ft_table_add(&table, "%s", run->plan->wf->stage[s].name);
        ft_table_add(&table, "%s", counts.s);
        ft_str_release(&counts);
    }
    ft_table_print(&table);
}

static void add_task_row(struct ft_table *table, const struct ft_run *run,
                         size_t task)
{
    const struct ft_task_detail *d = ft_run_detail(run, task);
    struct ft_str text = FT_STR_INIT;

    ft_plan_task_name(run->plan, task, &text);
    ft_table_add(table, "%s", text.s);
    ft_table_add(table, "%s%s", ft_task_state_names[run->task[task].state],
                 is_held(run, task) ? " (held)" : "");
    ft_str_cut(&text, 0);
    if (d && d->start_ns && d->end_ns > d->start_ns)
        ft_duration_text((double)(d->end_ns - d->start_ns) / 1e9, &text);
    ft_table_add(table, "%s", text.s);
    ft_str_cut(&text, 0);
    if (d && d->peak_rss_bytes > 0)
        ft_size_text(d->peak_rss_bytes, &text);
    ft_table_add(table, "%s", text.s);
    ft_table_add(table, "%s", d && d->reason ? d->reason : "");
    ft_str_release(&text);
}

void ft_run_text_tasks(const struct ft_run *run)
{
    struct ft_table table;
    static const char *const head[] = { "TASK", "STATE", "TIME", "MEMORY",
                                        "REASON" };

    ft_table_init(&table, 5, 1u << 2 | 1u << 3);
    for (int i = 0; i < 5; i++)
        ft_table_add(&table, "%s", head[i]);
    for (size_t t = 0; t < run->plan->n_tasks; t++)
        if (ft_run_is_shown(run, t))
            add_task_row(&table, run, t);
    ft_table_print(&table);
}
