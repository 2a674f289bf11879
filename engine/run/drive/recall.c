/* recall.c - take single tasks back: to cancel them, or to try them again */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/path.h"
#include "run/drive/drive_in.h"
#include "run/record/change.h"
#include "run/record/redo.h"

#define CANCEL_GRACE_S 10.0

static bool is_ready(const struct ft_drive *d, size_t task)
{
    return d->run->task[task].state == FT_TASK_READY;
}

static bool is_waiting(const struct ft_drive *d, size_t task)
{
    return d->run->task[task].state == FT_TASK_WAITING &&
           !ft_sched_preparing(d->sched, task);
}

/* 'task', which is ready, does not start after all.  False: it has been handed
 * to the site just now. */
static bool withdraw(struct ft_drive *d, size_t task)
{
    if (!ft_sched_withdraw(d->sched, task))
        return false;
    for (size_t i = d->n_flights; i-- > 0;) {
        struct ft_flight *f = d->flight[i];

        if (f->task != task || f->submitted || f->later || f->done)
            continue;
        (void)ft_path_remove(f->dir, NULL);
        ft_flight_free(f);
    }
    return true;
}

static int not_now(const struct ft_drive *d, size_t task, struct ft_err *err)
{
    struct ft_str name = FT_STR_INIT;

    ft_plan_task_name(d->plan, task, &name);
    ft_err_set(err, FT_EUSAGE, "task '%s' runs, or is about to", name.s);
    ft_err_hint(err, "wait for it, or 'fedtwin cancel \"%s/%s\"'", d->run->id,
                name.s);
    ft_str_release(&name);
    return -1;
}

/* --- retry ---------------------------------------------------------------- */

/* What is under way cannot be repeated, nor can what it was made of. */
static int none_runs(const struct ft_drive *d, const uint8_t *set,
                     struct ft_err *err)
{
    for (size_t t = 0; t < d->plan->n_tasks; t++)
        if (set[t] && !is_waiting(d, t) && !is_ready(d, t) &&
            !ft_task_state_final((enum ft_task_state)d->run->task[t].state))
            return not_now(d, t, err);
    return 0;
}

/* Everything ready in 'set' waits again. */
static int withdraw_all(struct ft_drive *d, const uint8_t *set,
                        struct ft_err *err)
{
    int rc = 0;

    for (size_t t = 0; t < d->plan->n_tasks && rc == 0; t++) {
        if (!set[t] || !is_ready(d, t))
            continue;
        if (withdraw(d, t))
            ft_run_wait_again(d->run, t);
        else
            rc = not_now(d, t, err);
    }
    return rc;
}

int ft_recall_retry(struct ft_drive *d, struct json_object *act,
                    struct ft_err *err)
{
    uint8_t *set = ft_redo_set(d->run, act, err);
    int rc = set ? none_runs(d, set, err) : -1;

    if (rc == 0 && d->fate != FT_RUN_RUNNING)
        rc = ft_err_set(err, FT_EUSAGE, "run '%s' is being ended", d->run->id);
    /* So that no flight of a task that has succeeded is left. */
    if (rc == 0)
        rc = ft_journal_sync(d->journal, err);
    if (rc == 0) {
        ft_collect_tidy(d);
        rc = withdraw_all(d, set, err);
        if (rc == 0)
            rc = ft_serve_act(d, act, err);
        if (d->fatal.code == FT_OK)
            ft_sched_reopen(d->sched, d->run);
    }
    free(set);
    return rc;
}

/* --- cancel --------------------------------------------------------------- */

struct cancelling {
    struct ft_drive *d;
    const char *reason;
    size_t n; /* tasks that are, or will be */
};

static void cancel_running(struct ft_drive *d, size_t task)
{
    for (size_t i = 0; i < d->n_flights; i++) {
        const struct ft_flight *f = d->flight[i];
        uint64_t tag = ft_flight_tag(f);

        if (f->task == task && f->submitted)
            d->adapter->cancel(d->site, &tag, 1, CANCEL_GRACE_S);
    }
}

static void cancel_range(const struct ft_run *run, size_t first, size_t end,
                         struct json_object *act, void *arg)
{
    struct cancelling *c = arg;
    struct ft_drive *d = c->d;

    (void)act;
    for (size_t t = first; t < end; t++) {
        enum ft_task_state state = (enum ft_task_state)run->task[t].state;

        if (ft_task_state_final(state))
            continue;
        if (is_waiting(d, t) || (is_ready(d, t) && withdraw(d, t))) {
            ft_journal_fail(d->journal, d->run, t, FT_TASK_CANCELLED,
                            c->reason, ft_drive_now_ns(d));
            ft_drive_changed(d, t);
        } else {
            cancel_running(d, t);
        }
        c->n++;
    }
}

int ft_recall_cancel(struct ft_drive *d, struct json_object *act,
                     struct ft_err *err)
{
    const char *by = ft_json_str_or(act, "by", "");
    const char *why = ft_json_str_or(act, "reason", NULL);
    char *reason = ft_asprintf("cancelled by %s%s%s", by, why ? ": " : "",
                               why ? why : "");
    struct cancelling c = { .d = d, .reason = reason };
    int rc = ft_steer_ranges(d->run, act, cancel_range, &c, err);

    ft_sched_steered(d->sched, d->run); /* what was parked waits no more */
    if (rc == 0)
        rc = ft_journal_sync(d->journal, err);
    free(reason);
    return rc;
}
