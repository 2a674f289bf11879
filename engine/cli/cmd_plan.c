/* cmd_plan.c - fedtwin plan: what a run would execute, and why */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/form_text.h"
#include "cli/freight_text.h"
#include "cli/open.h"
#include "cli/term.h"
#include "data/store/project.h"
#include "model/site.h"
#include "plan/expand.h"
#include "plan/reuse.h"

#define SCHEMA 1

static const char *const decision_names[] = {
    [FT_WILL_RUN] = "run",
    [FT_WILL_REUSE] = "reuse",
    [FT_WILL_SKIP] = "skip",
    [FT_MAY_RUN] = "maybe",
    [FT_NOT_NEEDED] = "no",
};

/* Reasons may have several lines; a table has one. */
static void add_reason(struct ft_str *out, const char *reason)
{
    for (; reason && *reason; reason++) {
        if (*reason == '\n')
            ft_str_add(out, "; ");
        else
            ft_str_addc(out, *reason);
    }
}

struct counts {
    size_t n[FT_NOT_NEEDED + 1];
    const char *reason; /* of the first task that would run; else of the first
                           that has one */
};

static struct counts count_stage(const struct ft_plan *plan, size_t s,
                                 const struct ft_forecast *f)
{
    struct counts c = { 0 };

    for (size_t i = 0; i < plan->stage[s].n; i++) {
        size_t t = plan->stage[s].first + i;

        c.n[f->decision[t]]++;
        if (f->decision[t] == FT_WILL_RUN && c.n[FT_WILL_RUN] == 1)
            c.reason = f->reason[t];
        else if (f->decision[t] != FT_NOT_NEEDED && !c.n[FT_WILL_RUN] &&
                 f->decision[t] != FT_MAY_RUN && !c.reason)
            c.reason = f->reason[t];
    }
    return c;
}

static void print_stages(const struct ft_plan *plan,
                         const struct ft_forecast *f)
{
    struct ft_table table;

    ft_table_init(&table, 5, 1u << 1 | 1u << 2 | 1u << 3);
    for (int i = 0; i < 5; i++)
        ft_table_add(&table, "%s", (const char *const[]){
            "STAGE", "RUN", "REUSE", "SKIP", "WHY" }[i]);
    for (size_t s = 0; s < plan->wf->n_stages; s++) {
        struct counts c = count_stage(plan, s, f);
        struct ft_str why = FT_STR_INIT;

        add_reason(&why, c.reason);
        if (plan->stage[s].unknown)
            ft_plan_rows_text(plan, s, &why);
        if (c.n[FT_MAY_RUN])
            ft_str_addf(&why, "%sup to %zu more turns", why.len ? "; " : "",
                        c.n[FT_MAY_RUN]);
        ft_table_add(&table, "%s", plan->wf->stage[s].name);
        for (int d = 0; d < 3; d++)
            ft_table_add(&table, "%zu", c.n[d]);
        ft_table_add(&table, "%s", why.s);
        ft_str_release(&why);
    }
    ft_table_print(&table);
}

/* With a column for what is to be moved, if there is where to. */
static void print_tasks(const struct ft_plan *plan,
                        const struct ft_forecast *f,
                        const struct ft_freights *freights)
{
    struct ft_table table;

    ft_table_init(&table, freights->n ? 4 : 3, 0);
    for (size_t t = 0; t < plan->n_tasks; t++) {
        struct ft_str name = FT_STR_INIT, why = FT_STR_INIT;
        struct ft_str moves = FT_STR_INIT;

        if (f->decision[t] == FT_NOT_NEEDED)
            continue;
        ft_plan_task_name(plan, t, &name);
        add_reason(&why, f->reason[t]);
        ft_table_add(&table, "%s", name.s);
        ft_table_add(&table, "%s", decision_names[f->decision[t]]);
        ft_freights_task(freights, t, &moves);
        if (freights->n)
            ft_table_add(&table, "%s", moves.s);
        ft_table_add(&table, "%s", why.s);
        ft_str_release(&name);
        ft_str_release(&why);
        ft_str_release(&moves);
    }
    ft_table_print(&table);
}

/* Stages that have one task for each row of a table that is not there. */
static void add_unknown(struct json_object *obj, const struct ft_plan *plan)
{
    struct json_object *list = json_object_new_array();

    for (size_t s = 0; s < plan->wf->n_stages; s++)
        if (plan->stage[s].unknown)
            json_object_array_add(list, json_object_new_string(
                                            plan->wf->stage[s].name));
    json_object_object_add(obj, "unknown", list);
}

static void print_json(const struct ft_session *session,
                       const struct ft_forecast *f,
                       const struct ft_freights *freights)
{
    const struct ft_plan *plan = session->plan;
    struct json_object *obj = json_object_new_object();
    struct json_object *tasks = json_object_new_array();

    ft_json_add_int(obj, "schema", SCHEMA);
    ft_json_add_str(obj, "workflow", plan->wf->file);
    ft_json_add_int(obj, "run", (int64_t)f->n_run);
    ft_json_add_int(obj, "reuse", (int64_t)f->n_reuse);
    ft_json_add_int(obj, "skip", (int64_t)f->n_skip);
    ft_json_add_int(obj, "maybe", (int64_t)f->n_may);
    add_unknown(obj, plan);
    for (size_t t = 0; t < plan->n_tasks; t++) {
        struct json_object *task;
        struct ft_str name = FT_STR_INIT;

        if (f->decision[t] == FT_NOT_NEEDED)
            continue;
        task = json_object_new_object();
        ft_plan_task_name(plan, t, &name);
        ft_json_add_str(task, "task", name.s);
        ft_json_add_str(task, "decision", decision_names[f->decision[t]]);
        ft_json_add_str(task, "why", f->reason[t]);
        ft_freights_add_task(freights, t, task);
        json_object_array_add(tasks, task);
        ft_str_release(&name);
    }
    json_object_object_add(obj, "tasks", tasks);
    ft_forms_add(session, f, obj);
    ft_freights_add(freights, plan, obj);
    ft_print_json(obj);
}

/* Of stages that go round together the turns count once. */
static size_t count_turns(const struct ft_plan *plan,
                          const struct ft_forecast *f)
{
    size_t n = 0;

    for (size_t t = 0; f->n_may && t < plan->n_tasks; t++)
        n += f->decision[t] == FT_MAY_RUN && ft_plan_judged(plan, t) == t;
    return n;
}

static void print_sum(const struct ft_plan *plan, const struct ft_forecast *f)
{
    size_t n_unknown = 0;

    printf("%zu task%s would run, %zu would be reused, %zu skipped",
           f->n_run, f->n_run == 1 ? "" : "s", f->n_reuse, f->n_skip);
    for (size_t s = 0; s < plan->wf->n_stages; s++)
        n_unknown += plan->stage[s].unknown;
    if (n_unknown)
        printf("; %zu stage%s one for each row", n_unknown,
               n_unknown == 1 ? " has" : "s have");
    if (f->n_may)
        printf("; up to %zu more turns may run", count_turns(plan, f));
    printf("\n");
}

static void print_forecast(const struct ft_cli *cli,
                           const struct ft_session *session,
                           const struct ft_forecast *f)
{
    const struct ft_plan *plan = session->plan;
    struct ft_freights freights = ft_freights_of(session, f);

    if (ft_cli_has(cli, "json")) {
        print_json(session, f, &freights);
    } else {
        if (ft_cli_has(cli, "tasks"))
            print_tasks(plan, f, &freights);
        else
            print_stages(plan, f);
        print_sum(plan, f);
        ft_forms_print(session, f);
        ft_freights_print(&freights, plan);
    }
    ft_freights_release(&freights);
}

int ft_cmd_plan(struct ft_cli *cli)
{
    struct ft_session s = FT_SESSION_INIT;
    bool script = ft_cli_has(cli, "show-script");
    struct ft_forecast forecast;
    struct ft_err err;
    int status;

    ft_session_modules(&s);
    /* Outside of a project nothing was ever made. */
    status = s.project ? ft_session_store(&s, FT_STORE_READ) : 0;
    if (!status)
        status = ft_session_plan(&s, cli, ft_cli_arg(cli, 0));
    if (!status)
        status = ft_session_site(&s, cli);
    if (!status && script)
        status = ft_forms_check(&s);
    if (!status && ft_forecast(s.plan, s.store, FT_FORECAST_TELL, &forecast,
                               &err) < 0) {
        status = ft_print_err(&err);
    } else if (!status) {
        if (script)
            ft_forms_scripts(&s, &forecast);
        else
            print_forecast(cli, &s, &forecast);
        status = ft_session_fit(&s, &forecast);
        ft_forecast_release(&forecast);
    }
    ft_session_close(&s);
    return status;
}
