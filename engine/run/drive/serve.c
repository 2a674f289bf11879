/* serve.c - what other commands ask of a run that goes on */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/user.h"
#include "run/control/control.h"
#include "run/drive/drive_in.h"
#include "run/drive/rivals.h"

#define CANCEL_GRACE_S 10.0

/* --- cancel --------------------------------------------------------------- */

static void cancel_running(struct ft_drive *d, double grace_s)
{
    uint64_t *tag = ft_calloc(d->n_flights + 1, sizeof(*tag));
    size_t n = 0;

    for (size_t i = 0; i < d->n_flights; i++)
        if (d->flight[i]->submitted)
            tag[n++] = ft_flight_tag(d->flight[i]);
    d->adapter->cancel(d->site, tag, n, grace_s);
    free(tag);
}

void ft_drive_stop(struct ft_drive *d, enum ft_run_state fate,
                   const char *reason, bool now)
{
    bool again = d->fate != FT_RUN_RUNNING && d->fate != FT_RUN_PAUSED;
    char *tag;

    if (!again) {
        d->fate = fate;
        free(d->reason);
        d->reason = ft_strdup(reason);
    }
    if (d->watcher.note)
        d->watcher.note(again || now ? "ending what runs at once"
                                     : "cancelling: asking what runs to end",
                        d->watcher.arg);
    ft_sched_close(d->sched);
    cancel_running(d, again || now ? 0 : CANCEL_GRACE_S);
    /* Jobs of an earlier runner that this one has not come to. */
    if (d->resumed && !d->adapter->mortal) {
        tag = ft_asprintf("%s/", d->run->id);
        (void)d->adapter->sweep(d->site, NULL, tag);
        free(tag);
    }
}

static int cancel(struct ft_drive *d, struct json_object *request)
{
    ft_drive_stop(d, FT_RUN_CANCELLED,
                  ft_json_str_or(request, "reason", "cancelled"),
                  ft_json_bool_or(request, "now", false));
    return 0;
}

/* --- status and watch ----------------------------------------------------- */

static void add_status(const struct ft_drive *d, struct json_object *obj)
{
    struct json_object *counts = json_object_new_object();
    const struct ft_steer *steer = &d->run->steer;

    ft_json_add_str(obj, "run", d->run->id);
    ft_json_add_str(obj, "state", ft_run_state_names[d->fate]);
    ft_json_add_bool(obj, "paused", steer->paused);
    ft_json_add_int(obj, "held", (int64_t)ft_run_count_held(d->run));
    ft_json_add_int(obj, "jobs", ft_drive_slots(d));
    ft_json_add_num(obj, "weight", steer->weight > 0 ? steer->weight : 1);
    ft_json_add_int(obj, "priority", steer->priority);
    ft_json_add_int(obj, "tasks", (int64_t)d->plan->n_tasks);
    for (int s = 0; s < FT_TASK_STATE_COUNT; s++) {
        size_t n = ft_run_count(d->run, (enum ft_task_state)s);

        if (n)
            ft_json_add_int(counts, ft_task_state_names[s], (int64_t)n);
    }
    json_object_object_add(obj, "counts", counts);
}

void ft_serve_task(struct ft_drive *d, size_t task)
{
    const struct ft_task_detail *detail = ft_run_detail(d->run, task);
    struct json_object *event = json_object_new_object();
    struct ft_str name = FT_STR_INIT;

    ft_plan_task_name(d->plan, task, &name);
    ft_json_add_str(event, "event", "task");
    ft_json_add_str(event, "task", name.s);
    ft_json_add_str(event, "state",
                    ft_task_state_names[d->run->task[task].state]);
    if (detail && detail->reason)
        ft_json_add_str(event, "reason", detail->reason);
    ft_control_tell(d->control, event);
    json_object_put(event);
    ft_str_release(&name);
}

/* --- acts ----------------------------------------------------------------- */

static void tell_act(struct ft_drive *d, struct json_object *act)
{
    const char *kind = ft_json_str_or(act, "k", "");
    const char *by = ft_json_str_or(act, "by", "");
    const char *reason = ft_json_str_or(act, "reason", NULL);
    struct json_object *event = json_object_new_object();
    char *note = ft_asprintf("%s by %s%s%s", kind, by, reason ? ": " : "",
                             reason ? reason : "");

    if (d->watcher.note)
        d->watcher.note(note, d->watcher.arg);
    ft_json_add_str(event, "event", "act");
    json_object_object_add(event, "act", json_object_get(act));
    ft_control_tell(d->control, event);
    json_object_put(event);
    free(note);
}

int ft_serve_act(struct ft_drive *d, struct json_object *act,
                 struct ft_err *err)
{
    if (ft_journal_steer(d->journal, d->run, act, err) < 0)
        return -1;
    if (ft_journal_sync(d->journal, err) < 0) {
        ft_drive_give_up(d, err);
        return -1;
    }
    ft_sched_limit(d->sched, ft_drive_slots(d));
    ft_sched_steered(d->sched, d->run);
    (void)ft_rivals_turn(d); /* else all of it were ours */
    tell_act(d, act);
    return 0;
}

static int steer(struct ft_drive *d, struct json_object *request,
                 const char *by, struct json_object *answer,
                 struct ft_err *err)
{
    const char *op = ft_json_str_or(request, "op", "");
    struct json_object *act = NULL;
    int rc = ft_steer_request(d->run, request, by, ft_clock_now_ns(), &act,
                              err);

    if (rc == 0 && act && strcmp(op, "cancel") == 0)
        rc = ft_recall_cancel(d, act, err);
    else if (rc == 0 && act && strcmp(op, "retry") == 0)
        rc = ft_recall_retry(d, act, err);
    else if (rc == 0 && act)
        rc = ft_serve_act(d, act, err);
    ft_json_add_bool(answer, "changed", act != NULL);
    json_object_put(act);
    return rc;
}

static struct json_object *options_set(const struct ft_drive *d)
{
    const struct ft_drive_options *o = &d->options;
    struct json_object *set = json_object_new_object();
    char jobs[24];

    if (o->weight)
        ft_json_add_str(set, "weight", o->weight);
    if (o->priority)
        ft_json_add_str(set, "priority", o->priority);
    snprintf(jobs, sizeof(jobs), "%d", o->jobs);
    if (o->jobs_said && d->run->steer.jobs && d->run->steer.jobs != o->jobs)
        ft_json_add_str(set, "jobs", jobs);
    return set;
}

int ft_serve_options(struct ft_drive *d, struct ft_err *err)
{
    struct json_object *request = json_object_new_object(), *act = NULL;
    struct json_object *set = options_set(d);
    char *by = ft_user_name();
    int rc = 0;

    ft_json_add_str(request, "op", "set");
    json_object_object_add(request, "set", set);
    if (json_object_object_length(set))
        rc = ft_steer_request(d->run, request, by, ft_clock_now_ns(), &act,
                              err);
    if (act)
        rc = ft_journal_steer(d->journal, d->run, act, err);
    if (act && rc == 0)
        rc = ft_journal_sync(d->journal, err);
    json_object_put(act);
    json_object_put(request);
    free(by);
    return rc;
}

int ft_serve(struct json_object *request, const char *by,
             struct json_object *answer, void *arg, struct ft_err *err)
{
    const char *op = ft_json_str_or(request, "op", "");
    struct ft_drive *d = arg;
    int rc = 0;

    if (strcmp(op, "cancel") == 0 &&
        !json_object_object_get_ex(request, "tasks", NULL))
        rc = cancel(d, request);
    else if (strcmp(op, "status") != 0 && strcmp(op, "watch") != 0)
        rc = steer(d, request, by, answer, err);
    if (rc == 0)
        add_status(d, answer);
    return rc;
}
