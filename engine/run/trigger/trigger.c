/* trigger.c - start a workflow again and again: beginning and end
 *
 *   something changed, or it is time --> pending --> a cycle: 'run -d', 'wait'
 *                                           ^             |
 *                                           +-------------+ when it has ended
 *
 * The cycle is carried out by fedtwin itself in other processes, so that the
 * trigger holds nothing that a run needs.
 */
#include "run/trigger/trigger_in.h"

#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/path.h"
#include "base/str.h"
#include "data/store/project.h"
#include "run/record/lease.h"

#define NS_PER_S 1e9

void ft_trigger_tell(struct ft_trigger *t, const char *fmt, ...)
{
    struct ft_str text = FT_STR_INIT;
    va_list ap;

    va_start(ap, fmt);
    ft_str_vaddf(&text, fmt, ap);
    va_end(ap);
    t->say(text.s, t->say_arg);
    ft_str_release(&text);
}

void ft_trigger_stop(struct ft_trigger *t)
{
    t->stopping = true;
    uv_stop(&t->loop);
}

void ft_trigger_give_up(struct ft_trigger *t, const struct ft_err *err)
{
    if (t->fatal.code == FT_OK)
        t->fatal = *err;
    ft_trigger_stop(t);
}

/* --- beginning and end ---------------------------------------------------- */

static void on_signal(uv_signal_t *handle, int signum)
{
    struct ft_trigger *t = handle->data;

    (void)signum;
    if (!t->log.ended && *t->log.run)
        ft_trigger_tell(t, "the trigger ends; run %s goes on", t->log.run);
    ft_trigger_stop(t);
}

static void add_watched(struct ft_trigger *t, const char *what, bool is_object)
{
    struct ft_watched *w = &t->watched[t->n_watched++];

    w->trigger = t;
    w->what = what;
    w->is_object = is_object;
    w->name = ft_asprintf("%s '%s'", is_object ? "object" : "file", what);
}

/* A run that the last trigger was starting when it died. */
static void find_lost_run(struct ft_trigger *t)
{
    struct ft_run_lines lines = { 0 };
    struct ft_err err;

    if (ft_run_list(t->project, 1, &lines, &err) == 0 && lines.n &&
        lines.item[0].start_ns >= t->log.fired_ns &&
        strcmp(lines.item[0].workflow_file, t->options->workflow) == 0)
        (void)ft_trigger_log_start(&t->log, lines.item[0].id, &err);
    ft_run_lines_release(&lines);
}

/* Go on where the last trigger was. */
static void take_up(struct ft_trigger *t)
{
    int64_t step = (int64_t)(t->options->every_s * NS_PER_S);
    struct ft_err err;

    if (!t->log.ended && !*t->log.run)
        find_lost_run(t);
    if (!t->log.ended && *t->log.run) {
        ft_trigger_tell(t, "cycle %lld goes on: run %s",
                        (long long)t->log.cycle, t->log.run);
        ft_trigger_await(t);
    } else if (!t->log.ended) {
        if (ft_trigger_log_end(&t->log, "lost", &err) < 0)
            ft_trigger_give_up(t, &err);
        ft_trigger_fire(t, ft_asprintf("cycle %lld had not begun",
                            (long long)t->log.cycle));
    }
    if (step > 0 && t->log.tick_ns &&
        ft_clock_now_ns() / step * step > t->log.tick_ns) {
        t->tick_ns = ft_clock_now_ns() / step * step;
        ft_trigger_fire(t, ft_strdup("the time passed while the trigger was "
                                     "away"));
    }
}

static void init_loop(struct ft_trigger *t)
{
    if (uv_loop_init(&t->loop) < 0)
        FT_BUG("no event loop");
    (void)uv_timer_init(&t->loop, &t->settle);
    (void)uv_timer_init(&t->loop, &t->clock);
    (void)uv_signal_init(&t->loop, &t->interrupt);
    (void)uv_signal_init(&t->loop, &t->terminate);
    t->settle.data = t->clock.data = t;
    t->interrupt.data = t->terminate.data = t;
    (void)uv_signal_start(&t->interrupt, on_signal, SIGINT);
    (void)uv_signal_start(&t->terminate, on_signal, SIGTERM);
}

static int begin(struct ft_trigger *t, const char *dir, struct ft_err *err)
{
    char *path = ft_path_join(dir, "journal");
    int rc = ft_trigger_log_open(&t->log, path, t->options->workflow, err);

    free(path);
    t->tick_ns = t->log.tick_ns;
    if (rc == 0)
        rc = ft_trigger_first_look(t, err);
    return rc;
}

/* Of its own for each workflow and set of conditions. */
static char *directory(const struct ft_project *project,
                       const struct ft_trigger_options *o)
{
    struct ft_str text = FT_STR_INIT;
    char *path = realpath(o->workflow, NULL);
    char hex[FT_SHA256_HEX + 1], *dir;

    ft_str_addf(&text, "%s\n%.17g\n", path ? path : o->workflow,
                o->every_s);
    free(path);
    for (size_t i = 0; i < o->n_files; i++)
        ft_str_addf(&text, "file %s\n", o->file[i]);
    for (size_t i = 0; i < o->n_objects; i++)
        ft_str_addf(&text, "object %s\n", o->object[i]);
    for (size_t i = 0; i < o->n_args; i++)
        ft_str_addf(&text, "arg %s\n", o->arg[i]);
    ft_sha256_text(text.s, text.len, hex);
    ft_str_release(&text);
    dir = ft_asprintf("%s/triggers/%.12s", project->meta, hex);
    return dir;
}

static void release(struct ft_trigger *t)
{
    t->stopping = true;
    uv_walk(&t->loop, ft_trigger_close_handle, NULL);
    (void)uv_run(&t->loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(&t->loop);
    for (size_t i = 0; i < t->n_watched; i++)
        free(t->watched[i].name);
    free(t->watched);
    free(t->pending);
    ft_trigger_log_close(&t->log);
}

int ft_trigger(const struct ft_project *project,
               const struct ft_trigger_options *o, ft_trigger_say *tell,
               void *arg, size_t *failed, struct ft_err *err)
{
    char *dir = directory(project, o);
    struct ft_trigger t = { .project = project, .options = o, .say = tell,
                         .say_arg = arg };
    struct ft_lease *lease = NULL;
    int rc = ft_path_mkdirs(dir, 0777, err);

    init_loop(&t);
    t.watched = ft_calloc(o->n_files + o->n_objects + 1, sizeof(*t.watched));
    for (size_t i = 0; i < o->n_files; i++)
        add_watched(&t, o->file[i], false);
    for (size_t i = 0; i < o->n_objects; i++)
        add_watched(&t, o->object[i], true);
    if (rc == 0) {
        lease = ft_lease_take(dir, NULL, err);
        rc = lease ? begin(&t, dir, err) : -1;
    }
    if (rc == 0) {
        take_up(&t);
        ft_trigger_watch(&t);
        if (!t.stopping)
            (void)uv_run(&t.loop, UV_RUN_DEFAULT);
        if (t.fatal.code != FT_OK) {
            *err = t.fatal;
            rc = -1;
        }
    }
    *failed = t.n_failed;
    release(&t);
    ft_lease_release(lease);
    free(dir);
    return rc;
}
