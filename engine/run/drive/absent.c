/* absent.c - results that are reused although a payload of theirs was removed
 *
 * Whether somebody needs the bytes depends on what all that comes behind will
 * do, so the first such result makes the drive look ahead once, as 'fedtwin
 * plan' does.  A look that turns out wrong - what would be reused was removed a
 * moment later - makes a task fail that cannot be prepared, and says what is
 * missing.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/user.h"
#include "plan/reuse.h"
#include "plan/wanted.h"
#include "run/drive/drive_in.h"
#include "run/record/change.h"

struct ft_absent {
    struct ft_forecast forecast;
};

void ft_absent_free(struct ft_drive *d)
{
    if (d->absent)
        ft_forecast_release(&d->absent->forecast);
    free(d->absent);
    d->absent = NULL;
}

/* Rows that have come since make the plan larger. */
static int look_ahead(struct ft_drive *d, struct ft_err *err)
{
    if (d->absent && d->absent->forecast.n == d->plan->n_tasks)
        return 0;
    ft_absent_free(d);
    d->absent = ft_calloc(1, sizeof(*d->absent));
    return ft_forecast(d->run->plan, d->store, FT_FORECAST_ACT,
                       &d->absent->forecast, err);
}

/* 1 it is there again, 0 it cannot be had, -1. */
static int bring_back(struct ft_drive *d, struct ft_version *version,
                      struct ft_err *err)
{
    char *path;

    if (!ft_store_in_trash(d->store, version->id))
        return 0;
    path = ft_store_file(d->store, version->id, err);
    if (!path)
        return err->code == FT_ENOENT ? 0 : -1; /* purged just now */
    free(path);
    version->gone = false;
    return 1;
}

int ft_absent_serves(struct ft_drive *d, size_t task,
                     struct ft_versions *found, struct ft_err *err)
{
    int rc = 1;

    /* What is done over again is in no forecast. */
    if (d->run->steer.redo)
        rc = 0;
    else if (look_ahead(d, err) < 0)
        rc = -1;
    else if (d->absent->forecast.decision[task] != FT_WILL_REUSE)
        rc = 0;
    for (size_t i = 0; i < found->n && rc == 1; i++)
        if (found->item[i].gone &&
            ft_forecast_wants(&d->absent->forecast, task, i))
            rc = bring_back(d, &found->item[i], err);
    if (rc != 1)
        ft_versions_release(found);
    return rc;
}

/* --- a run that goes on --------------------------------------------------- */

/* A run that had failed protects nothing: what it has made or reused may have
 * been removed since. */
struct missing {
    struct ft_drive *d;
    bool *set;      /* tasks to be executed again */
    uint64_t *seen; /* outputs that were looked at; those behind the 63rd have
                       none */
    size_t n;
};

static size_t last_turn(void *arg, size_t task)
{
    const struct missing *m = arg;

    return ft_run_last_turn(m->d->run, task);
}

static void on_taken(void *arg, size_t task, size_t output)
{
    struct missing *m = arg;
    uint64_t bit = output < 63 ? UINT64_C(1) << output : 0;
    const struct ft_version *v;

    if (m->set[task] || m->seen[task] & bit)
        return;
    m->seen[task] |= bit;
    v = m->d->have.version(&m->d->have, task, output);
    m->set[task] = v && ft_store_lost(m->d->store, v->id);
    m->n += m->set[task];
}

/* What the tasks of a stage take that are to be executed. */
static int ask_stage(struct missing *m, size_t s, struct ft_err *err)
{
    const struct ft_plan *plan = m->d->plan;
    const struct ft_plan_stage *ps = &plan->stage[s];
    struct ft_taking taking = { last_turn, on_taken, m };
    int rc = 0;

    for (size_t t = ps->first + ps->n; t-- > ps->first && rc == 0;)
        if (m->set[t] || !ft_task_state_final(
                             (enum ft_task_state)m->d->run->task[t].state))
            rc = ft_plan_each_taken(plan, t, &taking, err);
    return rc;
}

/* Tables whose rows are not known yet. */
static int ask_rows(struct missing *m, size_t s, struct ft_err *err)
{
    const struct ft_input *rows = m->d->plan->wf->stage[s].rows;
    struct ft_tasks makers = { 0 };
    int rc = 0;

    if (rows && m->d->plan->stage[s].unknown)
        rc = ft_plan_row_makers(m->d->plan, s, &makers, err);
    for (size_t i = 0; i < makers.n && rc == 0; i++)
        on_taken(m, makers.last_turns ? last_turn(m, makers.item[i])
                                      : makers.item[i],
                 rows->output);
    ft_tasks_release(&makers);
    return rc;
}

/* An act 'retry' of the engine itself. */
static struct json_object *make_act(const struct missing *m)
{
    struct json_object *act = json_object_new_object();
    struct json_object *list = json_object_new_array();
    char *by = ft_user_name();

    ft_json_add_str(act, "k", "retry");
    ft_json_add_int(act, "at", ft_drive_now_ns(m->d));
    ft_json_add_str(act, "by", by);
    ft_json_add_str(act, "reason", "the payload was removed");
    for (size_t t = 0; t < m->d->plan->n_tasks; t++) {
        struct json_object *range;

        if (!m->set[t])
            continue;
        range = json_object_new_array();
        json_object_array_add(range, json_object_new_int64((int64_t)t));
        json_object_array_add(range, json_object_new_int64((int64_t)t + 1));
        json_object_array_add(list, range);
    }
    json_object_object_add(act, "tasks", list);
    free(by);
    return act;
}

int ft_absent_resume(struct ft_drive *d, struct ft_err *err)
{
    const struct ft_workflow *wf = d->plan->wf;
    struct missing m = { .d = d };
    struct json_object *act;
    int rc = 0;

    if (d->adapter->bare || !ft_store_any_gone(d->store))
        return 0;
    m.set = ft_calloc(d->plan->n_tasks, sizeof(*m.set));
    m.seen = ft_calloc(d->plan->n_tasks, sizeof(*m.seen));
    for (size_t k = wf->n_stages; k-- > 0 && rc == 0;) {
        rc = ask_rows(&m, wf->order[k], err);
        if (rc == 0)
            rc = ask_stage(&m, wf->order[k], err);
    }
    if (rc == 0 && m.n) {
        act = make_act(&m);
        rc = ft_journal_steer(d->journal, d->run, act, err);
        json_object_put(act);
    }
    free(m.set);
    free(m.seen);
    return rc;
}
