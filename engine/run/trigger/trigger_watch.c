/* trigger_watch.c - files, objects and the clock */
#include "run/trigger/trigger_in.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/path.h"
#include "base/str.h"
#include "data/store/project.h"
#include "data/store/store.h"

#define NS_PER_S 1e9
#define NS_PER_MS 1000000
#define SETTLE_MS 200 /* a file that is being written is left alone */
#define LOOK_MS 30000 /* what no event tells, as on a network file system */

int64_t ft_trigger_next(double every_s, int64_t now_ns)
{
    int64_t step = (int64_t)(every_s * NS_PER_S);

    if (step < 1)
        step = 1;
    return (now_ns / step + 1) * step;
}

/* --- watching ------------------------------------------------------------- */

/* Digest of what a reference names: of its versions' ids. */
static void look_at_object(struct ft_watched *w, char digest[FT_SHA256_HEX + 1])
{
    struct ft_store *store = ft_store_open(w->trigger->project, FT_STORE_READ,
                                           NULL);
    struct ft_versions found = { 0 };
    struct ft_str text = FT_STR_INIT;

    digest[0] = '\0';
    if (store && ft_store_resolve(store, w->what, &found, NULL) == 0) {
        for (size_t i = 0; i < found.n; i++)
            ft_str_addf(&text, "%s %s\n", found.item[i].cell,
                        found.item[i].content);
        ft_sha256_text(text.s, text.len, digest);
    }
    ft_str_release(&text);
    ft_versions_release(&found);
    ft_store_close(store);
}

static void look_at(struct ft_watched *w)
{
    uint64_t size_bytes;

    if (w->is_object)
        look_at_object(w, w->digest);
    else if (ft_sha256_file(w->what, w->digest, &size_bytes, NULL) < 0)
        w->digest[0] = '\0';
}

/* Has anything changed since the last cycle?  What is not there does not start
 * one. */
static void look_at_all(struct ft_trigger *t)
{
    struct ft_str cause = FT_STR_INIT;

    for (size_t i = 0; i < t->n_watched; i++) {
        struct ft_watched *w = &t->watched[i];
        const char *seen = ft_trigger_seen(&t->log, w->name);
        char before[FT_SHA256_HEX + 1];

        memcpy(before, w->digest, sizeof(before));
        look_at(w);
        if (*w->digest && strcmp(w->digest, before) != 0 &&
            (!seen || strcmp(seen, w->digest) != 0))
            ft_str_addf(&cause, "%s%s changed", cause.len ? ", " : "",
                        w->name);
    }
    if (cause.len)
        ft_trigger_fire(t, ft_str_take(&cause));
    ft_str_release(&cause);
}

static void on_settled(uv_timer_t *timer)
{
    look_at_all(timer->data);
}

static void on_event(uv_fs_event_t *event, const char *file, int events,
                     int status)
{
    const struct ft_watched *w = event->data;

    (void)events;
    if (status < 0 ||
        (file && !w->is_object && strcmp(file, ft_path_base(w->what)) != 0))
        return;
    (void)uv_timer_start(&w->trigger->settle, on_settled, SETTLE_MS, LOOK_MS);
}

/* Of a file its directory: a new one may be renamed over it. */
static void watch(struct ft_watched *w)
{
    char *dir = w->is_object
                    ? ft_path_join(w->trigger->project->meta, "oplog")
                    : ft_path_dir(w->what);

    (void)uv_fs_event_init(&w->trigger->loop, &w->event);
    w->event.data = w;
    /* Without events it is looked at now and then. */
    (void)uv_fs_event_start(&w->event, on_event, dir, 0);
    free(dir);
}

static void on_clock(uv_timer_t *timer);

static void set_clock(struct ft_trigger *t)
{
    int64_t now = ft_clock_now_ns();

    t->next_ns = ft_trigger_next(t->options->every_s, now);
    uv_update_time(&t->loop);
    (void)uv_timer_start(&t->clock, on_clock,
                         (uint64_t)((t->next_ns - now) / NS_PER_MS + 1), 0);
}

/* Timers know nothing of a clock that is set: then it may not be time yet. */
static void on_clock(uv_timer_t *timer)
{
    struct ft_trigger *t = timer->data;
    int64_t step = (int64_t)(t->options->every_s * NS_PER_S);
    int64_t now = ft_clock_now_ns();
    char when[FT_TIME_TEXT];

    if (now >= t->next_ns) {
        t->tick_ns = now / step * step;
        ft_time_text(t->tick_ns, when);
        ft_trigger_fire(t, ft_asprintf("it is %s", when));
    }
    set_clock(t);
}

int ft_trigger_first_look(struct ft_trigger *t, struct ft_err *err)
{
    for (size_t i = 0; i < t->n_watched; i++) {
        struct ft_watched *w = &t->watched[i];

        if (ft_trigger_seen(&t->log, w->name))
            continue;
        look_at(w);
        if (ft_trigger_log_see(&t->log, w->name, w->digest, err) < 0)
            return -1;
    }
    return 0;
}

void ft_trigger_watch(struct ft_trigger *t)
{
    for (size_t i = 0; i < t->n_watched; i++)
        watch(&t->watched[i]);
    if (t->n_watched) {
        look_at_all(t); /* what changed while nobody looked */
        (void)uv_timer_start(&t->settle, on_settled, LOOK_MS, LOOK_MS);
    }
    if (t->options->now && t->log.ended && !t->pending)
        ft_trigger_fire(t, ft_strdup("wanted now"));
    if (t->options->every_s > 0)
        set_clock(t);
}
