/* events.c - what the store and the site report */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "run/drive/drive_in.h"
#include "run/record/change.h"

#define NS_PER_S 1e9
#define GATHER_MAX 64 /* results that are committed together, */
#define GATHER_MS 5   /* or how long they wait for company */

/* --- the store ------------------------------------------------------------ */

static void extracted(struct ft_flight *f, const struct ft_err *err)
{
    struct ft_drive *d = f->drive;

    f->n_extracts--;
    if (err && !f->failed) {
        f->failed = true;
        snprintf(f->ending.reason, sizeof(f->ending.reason), "%.*s",
                 (int)sizeof(f->ending.reason) - 1, err->msg);
        if (ft_drive_is_ours(err->code))
            ft_drive_give_up(d, err);
        if (d->fatal.code == FT_OK)
            ft_drive_fail(d, f->task, FT_TASK_FAILED, f->ending.reason);
        else
            ft_sched_finished(d->sched, d->run, f->task);
    }
    if (f->n_extracts)
        return;
    if (f->failed)
        ft_flight_free(f);
    else
        ft_drive_ready(f);
}

static void on_stored(void *token, const struct ft_err *err, void *arg)
{
    struct ft_flight *f = token;

    (void)arg;
    if (f->n_extracts)
        extracted(f, err);
    else
        ft_collect_published(f, err);
}

static void on_poll_closed(uv_handle_t *handle)
{
    free(handle);
}

void ft_drive_stop_polling(struct ft_drive *d)
{
    if (!d->poll)
        return;
    (void)uv_poll_stop(d->poll);
    uv_close((uv_handle_t *)d->poll, on_poll_closed);
    d->poll = NULL;
    d->poll_fd = -1;
}

static void advance(struct ft_drive *d)
{
    struct ft_err err;

    (void)uv_timer_stop(&d->gather);
    if (ft_store_advance(d->store, false, on_stored, d, &err) < 0)
        ft_drive_give_up(d, &err);
    ft_drive_poll_store(d);
}

static void on_gathered(uv_timer_t *timer)
{
    advance(timer->data);
}

/* While every slot is taken nobody is kept waiting by results that gather for a
 * moment, to be committed together. */
static void on_store_readable(uv_poll_t *handle, int status, int events)
{
    struct ft_drive *d = handle->data;
    size_t n = ft_store_gather(d->store);

    (void)status;
    (void)events;
    if (!n)
        ft_drive_poll_store(d);
    else if (n >= GATHER_MAX || !ft_sched_busy(d->sched))
        advance(d);
    else if (!uv_is_active((uv_handle_t *)&d->gather))
        (void)uv_timer_start(&d->gather, on_gathered, GATHER_MS, 0);
}

int ft_drive_drain_store(struct ft_drive *d, struct ft_err *err)
{
    int rc = 0;

    while (rc == 0 && ft_store_pending(d->store))
        rc = ft_store_advance(d->store, true, on_stored, d, err);
    return rc;
}

/* The descriptor is there only while something is under way, and may change. */
void ft_drive_poll_store(struct ft_drive *d)
{
    int fd = ft_store_fd(d->store);

    if (fd == d->poll_fd && fd >= 0)
        return;
    ft_drive_stop_polling(d);
    if (fd < 0)
        return;
    d->poll = ft_calloc(1, sizeof(*d->poll));
    d->poll->data = d;
    if (uv_poll_init(&d->loop, d->poll, fd) < 0)
        FT_BUG("the store's descriptor %d cannot be watched", fd);
    (void)uv_poll_start(d->poll, UV_READABLE, on_store_readable);
    d->poll_fd = fd;
}

/* --- the site ------------------------------------------------------------- */

static void on_submitted(uint64_t tag, enum ft_submit_answer answer,
                         const char *job, double retry_after_s,
                         const char *reason, void *arg)
{
    struct ft_drive *d = arg;
    struct ft_flight *f = ft_flight_by_tag(d, tag);
    int64_t now = ft_drive_mono_ns(d);

    if (!f)
        return;
    if (answer == FT_SUBMIT_OK) {
        f->job = ft_strdup(job);
        ft_run_submit(d->run, f->task);
        ft_drive_changed(d, f->task);
        return;
    }
    ft_sched_freed(d->sched, f->task);
    if (answer == FT_SUBMIT_UNKNOWN_OUTCOME)
        (void)d->adapter->sweep(d->site, NULL, f->tag_text);
    if (answer == FT_SUBMIT_RETRY_AFTER ||
        answer == FT_SUBMIT_UNKNOWN_OUTCOME) {
        ft_run_wait_reason(d->run, f->task, reason);
        ft_journal_again(d->journal, d->run, f->task);
        ft_drive_changed(d, f->task);
        ft_sched_later(d->sched, f->task,
                       now + (int64_t)(retry_after_s * NS_PER_S));
    } else {
        ft_drive_fail(d, f->task, FT_TASK_FAILED, reason);
    }
    ft_flight_free(f);
}

static void on_started(uint64_t tag, const char *host, void *arg)
{
    struct ft_drive *d = arg;
    struct ft_flight *f = ft_flight_by_tag(d, tag);

    if (!f)
        return;
    ft_journal_start(d->journal, d->run, f->task, ft_drive_now_ns(d), f->job,
                     host);
    ft_drive_changed(d, f->task);
}

static void on_progress(uint64_t tag, const char *line, void *arg)
{
    struct ft_drive *d = arg;
    struct ft_flight *f = ft_flight_by_tag(d, tag);

    if (f && ft_run_progress(d->run, f->task, line) && d->watcher.progress)
        d->watcher.progress(d->run, f->task, line, d->watcher.arg);
}

static void on_waiting(uint64_t tag, const char *reason, void *arg)
{
    struct ft_drive *d = arg;
    struct ft_flight *f = ft_flight_by_tag(d, tag);

    if (!f)
        return;
    ft_journal_wait(d->journal, d->run, f->task, reason);
    ft_drive_changed(d, f->task);
}

static void on_placed(uint64_t tag, const char *site, const char *why,
                      void *arg)
{
    struct ft_drive *d = arg;
    struct ft_flight *f = ft_flight_by_tag(d, tag);

    if (f)
        ft_journal_place(d->journal, d->run, f->task, site, why);
}

/* Collecting the task may make another ready who then comes first, or tell
 * what is left of a budget. */
static bool must_be_collected(const struct ft_drive *d, size_t task)
{
    return d->awaited[ft_plan_stage_of(d->plan, task)] ||
           d->run->limits.core_s > 0 || d->run->limits.energy_j > 0;
}

/* Its slots are free at once.  The rest can mostly wait until they are taken
 * again. */
static void on_ended(uint64_t tag, const struct ft_ending *ending, void *arg)
{
    struct ft_drive *d = arg;
    struct ft_flight *f = ft_flight_by_tag(d, tag);

    if (!f)
        return;
    ft_sched_freed(d->sched, f->task);
    if (must_be_collected(d, f->task)) {
        ft_collect(f, ending);
        return;
    }
    d->ended = ft_grow(d->ended, d->n_ended, &d->cap_ended, sizeof(*d->ended));
    d->ended[d->n_ended++] = (struct ft_ended){ tag, *ending };
}

bool ft_drive_collect(struct ft_drive *d)
{
    bool any = d->n_ended > 0;

    for (size_t i = 0; i < d->n_ended; i++) {
        struct ft_flight *f = ft_flight_by_tag(d, d->ended[i].tag);

        if (f)
            ft_collect(f, &d->ended[i].ending);
    }
    d->n_ended = 0;
    return any;
}

const struct ft_adapter_events ft_drive_site_events = {
    .submitted = on_submitted,
    .started = on_started,
    .progress = on_progress,
    .waiting = on_waiting,
    .ended = on_ended,
    .placed = on_placed,
};
