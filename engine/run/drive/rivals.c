/* rivals.c - the other runs on this machine, as one that is driven sees them
 *
 * While a run is alone it says so once a second, and that is all.  In company
 * it writes what it claims whenever that changes, at the end of a turn of the
 * loop, and the watch on the file wakes the others.
 */
#include "run/drive/rivals.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "run/drive/drive_in.h"
#include "run/drive/share_file.h"

#define TICK_MS 1000 /* a killed runner makes no event */
#define NS_PER_S 1e9

struct ft_rivals {
    struct ft_share_file *file;
    uv_fs_event_t event;
    uv_timer_t tick;
    struct ft_share_claim claim[FT_SHARE_RUNS_MAX + 1]; /* the first is ours */
    int n_others;
    struct ft_share_claim told; /* what the others know of us */
    struct ft_share share;
    int64_t at_ns; /* 'served' is counted up to here */
};

static void count_served(struct ft_rivals *r, int64_t now_ns)
{
    struct ft_share_claim *mine = &r->claim[0];

    mine->served += mine->used * (double)(now_ns - r->at_ns) / NS_PER_S /
                    mine->weight;
    r->at_ns = now_ns;
}

/* What we claim from now on. */
static void make_claim(struct ft_drive *d, int64_t now_ns)
{
    const struct ft_steer *steer = &d->run->steer;
    struct ft_rivals *r = d->rivals;
    struct ft_share_claim *mine = &r->claim[0];
    bool idle = mine->wanted == 0;
    struct ft_sched_demand demand;

    count_served(r, now_ns);
    ft_sched_demand(d->sched, d->run, &demand);
    mine->weight = steer->weight > 0 ? steer->weight : 1;
    mine->priority = steer->priority;
    mine->slots = ft_drive_slots(d);
    mine->used = demand.used;
    mine->wanted = demand.wanted;
    mine->unit = demand.unit;
    mine->used_bytes = demand.used_bytes;
    mine->unit_bytes = demand.unit_bytes;
    if (idle && mine->wanted)
        mine->served = ft_share_join(r->claim, (size_t)r->n_others + 1, 0);
}

static bool is_news(const struct ft_share_claim *a,
                    const struct ft_share_claim *b)
{
    return a->weight != b->weight || a->priority != b->priority ||
           a->slots != b->slots || a->used != b->used ||
           a->wanted != b->wanted || a->unit != b->unit ||
           a->used_bytes != b->used_bytes || a->unit_bytes != b->unit_bytes;
}

/* Go on alone: better than not at all. */
static void give_up(struct ft_drive *d, const struct ft_err *err)
{
    struct ft_rivals *r = d->rivals;
    char *note = ft_asprintf("cannot share the machine with other runs: %s",
                             err->msg);

    if (d->watcher.note)
        d->watcher.note(note, d->watcher.arg);
    free(note);
    r->n_others = 0;
    (void)uv_fs_event_stop(&r->event);
    (void)uv_timer_stop(&r->tick);
    ft_sched_share(d->sched, ft_drive_slots(d), d->machine_bytes);
}

static void tell(struct ft_drive *d, int64_t now_ns)
{
    struct ft_rivals *r = d->rivals;
    struct ft_err err;

    r->told = r->claim[0];
    if (ft_share_file_write(r->file, &r->told, now_ns, &err) < 0)
        give_up(d, &err);
}

static bool take_share(struct ft_drive *d)
{
    struct ft_rivals *r = d->rivals;
    struct ft_share before = r->share;

    if (r->n_others)
        r->share = ft_share_of(r->claim, (size_t)r->n_others + 1, 0,
                               d->machine_bytes);
    else
        r->share = (struct ft_share){ ft_drive_slots(d), d->machine_bytes };
    ft_sched_share(d->sched, r->share.slots, r->share.memory_bytes);
    return r->share.slots > before.slots ||
           r->share.memory_bytes > before.memory_bytes;
}

bool ft_rivals_turn(struct ft_drive *d)
{
    struct ft_rivals *r = d->rivals;
    int64_t now_ns = ft_clock_mono_ns();

    if (!r || !r->n_others)
        return false;
    make_claim(d, now_ns);
    if (is_news(&r->claim[0], &r->told))
        tell(d, now_ns);
    return take_share(d);
}

/* See who is there; the turn of the loop that follows does what follows. */
static void look(struct ft_drive *d)
{
    struct ft_rivals *r = d->rivals;
    struct ft_err err;
    int n = ft_share_file_read(r->file, ft_clock_mono_ns(), r->claim + 1,
                               &err);

    if (n < 0) {
        give_up(d, &err);
        return;
    }
    if (n && !r->n_others) /* nobody was kept waiting before */
        r->at_ns = ft_clock_mono_ns();
    r->n_others = n;
    if (!n)
        (void)take_share(d);
}

static void on_event(uv_fs_event_t *handle, const char *name, int events,
                     int status)
{
    (void)name;
    (void)events;
    (void)status;
    look(handle->data);
}

static void on_tick(uv_timer_t *timer)
{
    struct ft_drive *d = timer->data;

    look(d);
    make_claim(d, ft_clock_mono_ns());
    tell(d, ft_clock_mono_ns());
}

void ft_rivals_open(struct ft_drive *d)
{
    struct ft_rivals *r;
    struct ft_err err;

    if (d->adapter != &ft_adapter_local)
        return; /* the slots of other sites are not this machine's */
    r = d->rivals = ft_calloc(1, sizeof(*r));
    (void)uv_fs_event_init(&d->loop, &r->event);
    (void)uv_timer_init(&d->loop, &r->tick);
    r->event.data = r->tick.data = d;
    r->claim[0].weight = 1;
    r->at_ns = ft_clock_mono_ns();
    r->share.slots = ft_drive_slots(d);
    r->file = ft_share_file_open(d->project, d->run->id, &err);
    if (!r->file) {
        give_up(d, &err);
        return;
    }
    (void)uv_fs_event_start(&r->event, on_event, ft_share_file_path(r->file),
                            0);
    (void)uv_timer_start(&r->tick, on_tick, TICK_MS, TICK_MS);
    look(d);
    make_claim(d, r->at_ns);
    tell(d, r->at_ns);
    (void)take_share(d);
}

void ft_rivals_free(struct ft_drive *d)
{
    if (!d->rivals)
        return;
    ft_share_file_close(d->rivals->file);
    free(d->rivals);
}
