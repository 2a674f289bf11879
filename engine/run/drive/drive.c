/* drive.c - run a workflow to its end: the only place that waits
 *
 * One turn of the loop: take what happened, do what the scheduler wants
 * (steps.c), make the journal durable where something is about to rely on it,
 * wait.  The end comes when the scheduler has nothing under way and nothing to
 * come.
 */
#include "run/drive/drive.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/path.h"
#include "data/store/project.h"
#include "run/control/control.h"
#include "run/drive/drive_in.h"
#include "run/drive/memo.h"
#include "run/drive/rivals.h"
#include "run/drive/workdirs.h"
#include "run/record/change.h"
#include "run/record/lease.h"
#include "run/record/outcome.h"

#define NS_PER_MS 1000000
#define NS_PER_S 1e9
#define AHEAD_MIN 64      /* tasks prepared before there is a slot */
#define FLUSH_MS 10       /* before the journal is made durable anyway, */
#define FLUSH_SHARE 10    /* or so many times as long as that takes */
#define FLUSH_MAX_MS 1000
#define TICK_MS 100       /* of the watcher */
#define LAST_WORD_MS 10000 /* that sites have for it */

/* --- small services for the other files ----------------------------------- */

bool ft_drive_is_ours(enum ft_code code)
{
    return code == FT_ENOSPC || code == FT_EIO || code == FT_EACCES;
}

void ft_drive_give_up(struct ft_drive *d, const struct ft_err *err)
{
    if (d->fatal.code != FT_OK)
        return; /* the first failure is the one to report */
    d->fatal = *err;
    ft_sched_close(d->sched);
    if (d->watcher.note && ft_sched_running(d->sched))
        d->watcher.note("the run cannot go on; waiting for what runs",
                        d->watcher.arg);
}

void ft_drive_changed(struct ft_drive *d, size_t task)
{
    if (d->watcher.task)
        d->watcher.task(d->run, task, d->watcher.arg);
    if (ft_control_watched(d->control))
        ft_serve_task(d, task);
}

static const struct ft_version *have_version(const struct ft_have *have,
                                             size_t task, size_t out)
{
    const struct ft_drive *d = have->arg;
    const struct ft_task_detail *detail = ft_run_detail(d->run, task);
    unsigned state = d->run->task[task].state;

    if (!detail && d->run->memo[ft_plan_stage_of(d->plan, task)].run) {
        ft_memo_fill(d->run, d->store, task);
        detail = ft_run_detail(d->run, task);
    }
    if (!detail || out >= detail->out.n ||
        (state != FT_TASK_SUCCEEDED && state != FT_TASK_CACHED))
        return NULL;
    if (d->adapter->bare)
        return &ft_imagined_version;
    if (!*detail->out.item[out].id)
        return NULL;
    return &detail->out.item[out];
}

static bool was_needed(const struct ft_have *have, size_t task)
{
    const struct ft_drive *d = have->arg;

    return d->run->task[task].state != FT_TASK_SKIPPED;
}

/* --- when it has to end --------------------------------------------------- */

static void on_signal(uv_signal_t *handle, int signum)
{
    char *reason = ft_asprintf("signal %d (%s)", signum, strsignal(signum));

    ft_drive_stop(handle->data, FT_RUN_CANCELLED, reason, false);
    free(reason);
}

/* --- the loop ------------------------------------------------------------- */

static void sync_journal(struct ft_drive *d)
{
    struct ft_err err;

    if (ft_journal_sync(d->journal, &err) < 0)
        ft_drive_give_up(d, &err);
    ft_collect_tidy(d);
}

static void on_synced(uv_fs_t *sync)
{
    struct ft_drive *d = sync->data;
    int64_t took_ms = (ft_clock_mono_ns() - d->sync_ns) / NS_PER_MS;
    struct ft_err err;

    if (ft_journal_sync_end(d->journal, -(int)sync->result, &err) < 0)
        ft_drive_give_up(d, &err);
    uv_fs_req_cleanup(sync);
    d->sync_ns = 0;
    ft_collect_tidy(d);
    d->flush_ms = FLUSH_MS + FLUSH_SHARE * (uint64_t)took_ms;
    if (d->flush_ms > FLUSH_MAX_MS)
        d->flush_ms = FLUSH_MAX_MS;
}

/* Tasks go on meanwhile. */
static void on_flush(uv_timer_t *timer)
{
    struct ft_drive *d = timer->data;
    struct ft_err err;
    int fd;

    if (ft_journal_sync_begin(d->journal, &fd, &err) < 0) {
        ft_drive_give_up(d, &err);
        return;
    }
    d->sync.data = d;
    d->sync_ns = ft_clock_mono_ns();
    if (uv_fs_fdatasync(&d->loop, &d->sync, fd, on_synced) < 0)
        FT_BUG("a sync that cannot begin");
}

static void on_wake(uv_timer_t *timer)
{
    (void)timer; /* the turn that follows does what is due */
}

static void on_tick(uv_timer_t *timer)
{
    struct ft_drive *d = timer->data;

    d->watcher.tick(d->run, d->watcher.arg);
}

static void on_more(uv_idle_t *idle)
{
    (void)idle; /* being active is all: the loop does not wait */
}

static void wake_when_due(struct ft_drive *d)
{
    int64_t due = ft_sched_due(d->sched), now = ft_clock_mono_ns();

    if (due < 0)
        (void)uv_timer_stop(&d->wake);
    else
        (void)uv_timer_start(&d->wake, on_wake,
                             due > now ? (uint64_t)((due - now) / NS_PER_MS)
                                             + 1 : 0, 0);
}

static void on_turn(uv_prepare_t *handle)
{
    struct ft_drive *d = handle->data;
    bool more = ft_drive_steps(d);

    if (ft_drive_collect(d))
        more = ft_drive_steps(d);
    more |= ft_rivals_turn(d);
    if (ft_sched_over(d->sched)) {
        d->over = true;
        uv_stop(&d->loop);
        return;
    }
    if (more)
        (void)uv_idle_start(&d->more, on_more);
    else
        (void)uv_idle_stop(&d->more);
    if (!d->adapter->pass)
        wake_when_due(d);
    else if (!more && ft_drive_pass_time(d))
        ft_limit_expire(d);
    if (ft_journal_durable(d->journal) < ft_journal_taken(d->journal) &&
        !d->sync_ns && !uv_is_active((uv_handle_t *)&d->flush))
        (void)uv_timer_start(&d->flush, on_flush, d->flush_ms, 0);
}

static void watch_signals(struct ft_drive *d)
{
    struct sigaction now = { .sa_handler = SIG_DFL };

    (void)uv_signal_init(&d->loop, &d->interrupt);
    (void)uv_signal_init(&d->loop, &d->terminate);
    d->interrupt.data = d->terminate.data = d;
    (void)uv_signal_start(&d->interrupt, on_signal, SIGINT);
    (void)uv_signal_start(&d->terminate, on_signal, SIGTERM);
    /* A terminal that is closed; but whoever said nohup meant it. */
    (void)uv_signal_init(&d->loop, &d->hangup);
    d->hangup.data = d;
    (void)sigaction(SIGHUP, NULL, &now);
    if (now.sa_handler != SIG_IGN)
        (void)uv_signal_start(&d->hangup, on_signal, SIGHUP);
}

static void open_loop(struct ft_drive *d)
{
    if (uv_loop_init(&d->loop) < 0)
        FT_BUG("no event loop"); /* the process has no descriptors left */
    (void)uv_prepare_init(&d->loop, &d->turn);
    (void)uv_idle_init(&d->loop, &d->more);
    (void)uv_timer_init(&d->loop, &d->flush);
    (void)uv_timer_init(&d->loop, &d->wake);
    (void)uv_timer_init(&d->loop, &d->gather);
    d->gather.data = d;
    (void)uv_timer_init(&d->loop, &d->deadline);
    (void)uv_timer_init(&d->loop, &d->tick);
    d->turn.data = d->flush.data = d->deadline.data = d->tick.data = d;
    d->poll_fd = -1;
    d->flush_ms = FLUSH_MS;
    watch_signals(d);
}

static void close_handle(uv_handle_t *handle, void *arg)
{
    (void)arg;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void on_last_word(uv_timer_t *timer)
{
    uv_stop(timer->loop);
}

/* What is still to be ended at a site is told to the program that talks to it,
 * which has handles of its own. */
static void let_sites_end(struct ft_drive *d)
{
    uv_handle_t *const own[] = {
        (uv_handle_t *)&d->turn,      (uv_handle_t *)&d->more,
        (uv_handle_t *)&d->flush,     (uv_handle_t *)&d->wake,
        (uv_handle_t *)&d->gather,    (uv_handle_t *)&d->tick,
        (uv_handle_t *)&d->interrupt, (uv_handle_t *)&d->terminate,
        (uv_handle_t *)&d->hangup,
    };

    for (size_t i = 0; i < FT_ARRAY_LEN(own); i++)
        close_handle(own[i], NULL);
    (void)uv_timer_start(&d->deadline, on_last_word, LAST_WORD_MS, 0);
    uv_unref((uv_handle_t *)&d->deadline);
    (void)uv_run(&d->loop, UV_RUN_DEFAULT);
}

static void close_loop(struct ft_drive *d)
{
    ft_drive_stop_polling(d);
    if (d->site)
        d->adapter->close(d->site);
    ft_control_close(d->control);
    if (d->site && !d->adapter->mortal)
        let_sites_end(d);
    uv_walk(&d->loop, close_handle, NULL);
    (void)uv_run(&d->loop, UV_RUN_DEFAULT);
    if (uv_loop_close(&d->loop) < 0)
        FT_BUG("the event loop still has handles");
}

/* --- a whole drive -------------------------------------------------------- */

int ft_drive_open_site(struct ft_drive *d, struct ft_err *err)
{
    struct ft_adapter_events events = ft_drive_site_events;
    const struct ft_site *const *site = d->options.site;
    size_t n = d->options.n_sites;

    events.arg = d;
    d->place = (struct ft_adapter_place){
        .project_dir = d->project->dir,
        .run_dir = d->dir,
        .run_id = d->run->id,
        .resumed = d->resumed,
    };
    d->adapter = n > 1 ? &ft_adapter_federation
                       : ft_adapter_of(n ? site[0] : NULL);
    if (!d->adapter)
        return ft_err_set(err, FT_ESITE, "site '%s': this fedtwin has no "
                          "adapter '%s'", site[0]->name, site[0]->adapter);
    if (n > 1)
        return ft_federation_open(site, n, &d->place, &d->loop, &events,
                                  &d->site, err);
    return d->adapter->open(n ? site[0] : NULL, &d->place, &d->loop, &events,
                            &d->site, err);
}

/* What was set counts before what the runner was started with. */
int ft_drive_slots(const struct ft_drive *d)
{
    return d->run->steer.jobs ? d->run->steer.jobs
           : d->options.jobs  ? d->options.jobs
                              : d->machine_slots;
}

static void make_sched(struct ft_drive *d)
{
    struct ft_sched_limits limits = { .keep_going = d->options.keep_going };

    d->adapter->capacity(d->site, &limits.slots, &limits.memory_bytes);
    d->machine_slots = limits.slots;
    d->machine_bytes = limits.memory_bytes;
    limits.slots = ft_drive_slots(d);
    limits.ahead = AHEAD_MIN + 2 * (size_t)limits.slots;
    limits.rank = ft_ahead_open(d);
    d->sched = ft_sched_new(d->plan, d->run, &limits);
    ft_rivals_open(d);
}

/* What has outputs makes others ready when these are published, later. */
static void mark_awaited(struct ft_drive *d)
{
    const struct ft_plan *plan = d->plan;

    d->awaited = ft_calloc(plan->wf->n_stages, sizeof(*d->awaited));
    for (size_t s = 0; s < plan->wf->n_stages; s++) {
        const struct ft_plan_stage *stage = &plan->stage[s];

        for (size_t i = 0; i < stage->n_after; i++)
            if (!plan->wf->stage[stage->after[i]].n_out)
                d->awaited[stage->after[i]] = true;
        if (stage->turns > 1)
            d->awaited[s] = true;
    }
}

static enum ft_run_state verdict(const struct ft_drive *d)
{
    size_t n = 0;

    if (d->fate != FT_RUN_RUNNING)
        return d->fate;
    for (size_t s = 0; s < d->plan->wf->n_stages; s++)
        n += ft_run_stage_settled(d->run, s);
    for (size_t s = 0; s < d->plan->wf->n_stages; s++)
        if (d->plan->stage[s].unknown)
            return FT_RUN_FAILED;
    return n == d->plan->n_tasks ? FT_RUN_SUCCEEDED : FT_RUN_FAILED;
}

/* Prepared, but never started: the directories go. */
static void drop_flights(struct ft_drive *d)
{
    while (d->n_flights) {
        struct ft_flight *f = d->flight[d->n_flights - 1];

        if (!f->submitted && !f->done && !d->adapter->bare)
            (void)ft_path_remove(f->dir, NULL);
        ft_flight_free(f);
    }
}

static int finish(struct ft_drive *d, enum ft_run_state *state,
                  struct ft_err *err)
{
    enum ft_run_state end = verdict(d);
    struct ft_err failure;

    sync_journal(d);
    ft_collect_later(d);
    if (ft_drive_drain_store(d, &failure) < 0)
        ft_drive_give_up(d, &failure);
    drop_flights(d);
    if (d->fatal.code == FT_OK)
        ft_memo_keep(d);
    if (d->fatal.code == FT_OK &&
        (d->adapter->bare ||
         ft_run_record_state(d->run, d->store, end, &d->fatal) == 0)) {
        ft_journal_end(d->journal, d->run, end, d->reason,
                       ft_drive_now_ns(d));
        sync_journal(d);
    }
    if (d->fatal.code != FT_OK) {
        *err = d->fatal;
        return -1;
    }
    ft_run_write_summary(d->run, d->dir);
    *state = d->run->state;
    if (d->watcher.end)
        d->watcher.end(d->run, d->watcher.arg);
    return 0;
}

/* Whoever resumes a paused run had better know. */
static void note_pause(const struct ft_drive *d)
{
    char *note = ft_asprintf("the run is paused by %s: nothing starts before "
                             "'fedtwin unpause %s'",
                             d->run->steer.paused_by, d->run->id);

    if (d->watcher.note)
        d->watcher.note(note, d->watcher.arg);
    free(note);
}

int ft_drive_loop(struct ft_drive *d, enum ft_run_state *state,
                  struct ft_err *err)
{
    if (ft_serve_options(d, err) < 0)
        return -1;
    make_sched(d);
    d->memo = ft_calloc(d->plan->wf->n_stages, sizeof(*d->memo));
    mark_awaited(d);
    ft_limit_arm(d);
    if (d->watcher.tick)
        (void)uv_timer_start(&d->tick, on_tick, TICK_MS, TICK_MS);
    if (d->watcher.begin)
        d->watcher.begin(d->run, d->watcher.arg);
    if (d->run->steer.paused)
        note_pause(d);
    (void)uv_prepare_start(&d->turn, on_turn);
    (void)uv_run(&d->loop, UV_RUN_DEFAULT);
    if (!d->over)
        FT_BUG("run '%s' waits for nothing", d->run->id);
    return finish(d, state, err);
}

void ft_drive_init(struct ft_drive *d, const struct ft_project *project,
                   const struct ft_drive_options *options,
                   const struct ft_watcher *watcher)
{
    *d = (struct ft_drive){ .project = project, .options = *options };
    if (watcher)
        d->watcher = *watcher;
    d->workdirs = ft_workdirs_new();
    d->have = (struct ft_have){ .version = have_version,
                                .needed = was_needed, .arg = d };
    open_loop(d);
}

void ft_drive_release(struct ft_drive *d)
{
    close_loop(d);
    ft_rivals_free(d);
    ft_workdirs_free(d->workdirs);
    free(d->memo);
    ft_absent_free(d);
    free(d->awaited);
    ft_store_close(d->store);
    ft_sched_free(d->sched);
    ft_ahead_release(d);
    ft_journal_close(d->journal);
    ft_lease_release(d->lease);
    ft_run_free(d->run);
    for (size_t i = 0; d->own_site && i < d->options.n_sites; i++)
        ft_site_free(d->own_site[i]);
    free(d->own_site);
    free(d->flight);
    free(d->bucket);
    free(d->start);
    free(d->ended);
    free(d->reason);
    free(d->dir);
}
