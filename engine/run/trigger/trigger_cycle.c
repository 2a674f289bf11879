/* trigger_cycle.c - one cycle of a trigger: a run in other processes */
#include "run/trigger/trigger_in.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/words.h"

#define RESUMES_MAX 3 /* of a cycle whose runner was killed */
#define STATUS_CANCELLED 5
#define STATUS_GONE 4

/* A fedtwin that was started for a cycle. */
struct child {
    struct ft_trigger *trigger;
    uv_process_t process;
    uv_pipe_t out;
    char chunk[512];
    struct ft_str text; /* its standard output */
    int open;           /* handles; and the process, until it has ended */
    int status;
    void (*ended)(struct ft_trigger *t, int status, const char *text);
};

/* --- other processes ------------------------------------------------------ */

static void child_closed(uv_handle_t *handle)
{
    struct child *c = handle->data;
    struct ft_trigger *t = c->trigger;

    if (--c->open)
        return;
    if (t->child == c)
        t->child = NULL;
    if (!t->stopping)
        c->ended(t, c->status, c->text.s);
    ft_str_release(&c->text);
    free(c);
}

static void child_exited(uv_process_t *process, int64_t status, int signal)
{
    struct child *c = process->data;

    c->status = signal ? 128 + signal : (int)status;
    uv_close((uv_handle_t *)process, child_closed);
}

static void child_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    struct child *c = handle->data;

    (void)size;
    *buf = uv_buf_init(c->chunk, sizeof(c->chunk));
}

static void child_wrote(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct child *c = stream->data;

    if (n > 0)
        ft_str_addn(&c->text, buf->base, (size_t)n);
    else if (n < 0)
        uv_close((uv_handle_t *)stream, child_closed);
}

/* Takes 'argv'.  Standard error stays ours: what goes wrong is said there. */
static void start_child(struct ft_trigger *t, struct ft_words *argv,
                        void (*ended)(struct ft_trigger *t, int status,
                                      const char *text))
{
    struct child *c = ft_calloc(1, sizeof(*c));
    uv_stdio_container_t stdio[3] = {
        { .flags = UV_IGNORE },
        { .flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE },
        { .flags = UV_INHERIT_FD, .data.fd = 2 },
    };
    uv_process_options_t options = {
        .exit_cb = child_exited, .file = t->options->self,
        .args = argv->item, .stdio = stdio, .stdio_count = 3,
        .flags = UV_PROCESS_DETACHED, /* Ctrl-C is for us alone */
    };
    struct ft_err err;
    int rc;

    c->trigger = t;
    c->ended = ended;
    c->text = (struct ft_str)FT_STR_INIT;
    (void)uv_pipe_init(&t->loop, &c->out, 0);
    stdio[1].data.stream = (uv_stream_t *)&c->out;
    c->process.data = c->out.data = c;
    rc = uv_spawn(&t->loop, &c->process, &options);
    ft_words_free(argv->item);
    c->open = 2;
    t->child = c;
    if (rc == 0) {
        (void)uv_read_start((uv_stream_t *)&c->out, child_alloc,
                            child_wrote);
        return;
    }
    ft_err_set(&err, FT_EIO, "cannot start '%s': %s", t->options->self,
               uv_strerror(rc));
    ft_trigger_give_up(t, &err);
    uv_close((uv_handle_t *)&c->process, child_closed);
    uv_close((uv_handle_t *)&c->out, child_closed);
}

static void add_word(struct ft_words *argv, const char *word)
{
    ft_words_add(argv, ft_strdup(word));
}

static struct ft_words command(const struct ft_trigger *t, const char *verb)
{
    struct ft_words argv = { 0 };

    add_word(&argv, t->options->self);
    add_word(&argv, verb);
    return argv;
}

void ft_trigger_close_handle(uv_handle_t *handle, void *arg)
{
    (void)arg;
    if (uv_is_closing(handle))
        return;
    /* A child's memory goes with its last handle. */
    if (handle->type == UV_PROCESS && handle->data)
        (void)uv_process_kill((uv_process_t *)handle, SIGTERM);
    if (handle->type == UV_PROCESS && !handle->data)
        uv_close(handle, (uv_close_cb)free);
    else if (handle->type == UV_PROCESS || handle->type == UV_NAMED_PIPE)
        uv_close(handle, child_closed);
    else
        uv_close(handle, NULL);
}

/* --- a cycle -------------------------------------------------------------- */

static void next_cycle(struct ft_trigger *t);

static const char *state_text(int status)
{
    return status == 0                  ? "succeeded"
           : status == 1                ? "failed"
           : status == STATUS_CANCELLED ? "cancelled"
           : status == 6                ? "expired"
                                        : "interrupted";
}

static void end_cycle(struct ft_trigger *t, const char *state)
{
    struct ft_err err;
    bool good = strcmp(state, "succeeded") == 0 ||
                strcmp(state, "superseded") == 0;

    ft_trigger_tell(t, "cycle %lld %s%s%s", (long long)t->log.cycle, state,
                    *t->log.run ? ": run " : "", t->log.run);
    t->n_failed += !good;
    t->cancelling = false;
    t->n_resumes = 0;
    if (ft_trigger_log_end(&t->log, state, &err) < 0) {
        ft_trigger_give_up(t, &err);
        return;
    }
    if (t->options->cycles && ++t->n_cycles >= t->options->cycles)
        ft_trigger_stop(t);
    else
        next_cycle(t);
}

static void on_resumed(struct ft_trigger *t, int status, const char *text)
{
    (void)text;
    if (status == 0)
        ft_trigger_await(t);
    else
        end_cycle(t, "interrupted");
}

static void on_awaited(struct ft_trigger *t, int status, const char *text)
{
    struct ft_words argv;

    (void)text;
    if (status == STATUS_GONE && t->n_resumes++ < RESUMES_MAX) {
        ft_trigger_tell(t, "cycle %lld goes on: the runner of run %s was "
                        "gone", (long long)t->log.cycle, t->log.run);
        argv = command(t, "resume");
        add_word(&argv, "-d");
        add_word(&argv, t->log.run);
        start_child(t, &argv, on_resumed);
        return;
    }
    end_cycle(t, t->cancelling && status == STATUS_CANCELLED
                     ? "superseded" : state_text(status));
}

void ft_trigger_await(struct ft_trigger *t)
{
    struct ft_words argv = command(t, "wait");

    add_word(&argv, t->log.run);
    start_child(t, &argv, on_awaited);
}

static void cancel_cycle(struct ft_trigger *t);

static void on_started(struct ft_trigger *t, int status, const char *text)
{
    char id[FT_RUN_ID_MAX];
    struct ft_err err;

    snprintf(id, sizeof(id), "%.*s", (int)strcspn(text, "\n"), text);
    if (status != 0 || !*id) {
        end_cycle(t, "failed"); /* what is wrong has been said */
        return;
    }
    if (ft_trigger_log_start(&t->log, id, &err) < 0) {
        ft_trigger_give_up(t, &err);
        return;
    }
    ft_trigger_tell(t, "cycle %lld started: run %s", (long long)t->log.cycle,
                    id);
    ft_trigger_await(t);
}

static void start_run(struct ft_trigger *t, int64_t cycle_ns)
{
    struct ft_words argv = command(t, "run");
    char when[FT_TIME_TEXT];

    add_word(&argv, "-d");
    for (size_t i = 0; i < t->options->n_args; i++)
        add_word(&argv, t->options->arg[i]);
    if (t->options->time_param) {
        ft_time_text(cycle_ns, when);
        add_word(&argv, "-p");
        ft_words_add(&argv, ft_asprintf("%s=%s", t->options->time_param,
                                        when));
    }
    add_word(&argv, t->options->workflow);
    start_child(t, &argv, on_started);
}

/* What is seen now is what this cycle works on. */
static int see_all(struct ft_trigger *t, struct ft_err *err)
{
    for (size_t i = 0; i < t->n_watched; i++) {
        const struct ft_watched *w = &t->watched[i];
        const char *seen = ft_trigger_seen(&t->log, w->name);

        if ((!seen || strcmp(seen, w->digest) != 0) &&
            ft_trigger_log_see(&t->log, w->name, w->digest, err) < 0)
            return -1;
    }
    return 0;
}

static void next_cycle(struct ft_trigger *t)
{
    int64_t now = ft_clock_now_ns();
    bool by_clock = t->tick_ns > t->log.tick_ns;
    int64_t tick_ns = t->tick_ns;
    struct ft_err err;

    if (!t->pending || !t->log.ended || t->stopping)
        return;
    if (ft_trigger_log_fire(&t->log, t->pending, now, tick_ns, &err) < 0 ||
        see_all(t, &err) < 0) {
        ft_trigger_give_up(t, &err);
        return;
    }
    ft_trigger_tell(t, "cycle %lld: %s", (long long)t->log.cycle, t->pending);
    free(t->pending);
    t->pending = NULL;
    start_run(t, by_clock ? tick_ns : now);
}

static void on_cancelled(uv_process_t *process, int64_t status, int signal)
{
    (void)status;
    (void)signal;
    uv_close((uv_handle_t *)process, (uv_close_cb)free);
}

/* The 'wait' of the cycle sees how it ends. */
static void cancel_cycle(struct ft_trigger *t)
{
    uv_process_t *process = ft_calloc(1, sizeof(*process));
    struct ft_words argv = command(t, "cancel");
    uv_process_options_t options = {
        .exit_cb = on_cancelled, .file = t->options->self,
        .flags = UV_PROCESS_DETACHED,
    };

    add_word(&argv, t->log.run);
    options.args = argv.item;
    t->cancelling = true;
    ft_trigger_tell(t, "cycle %lld is stale: cancelling run %s",
                    (long long)t->log.cycle, t->log.run);
    if (uv_spawn(&t->loop, process, &options) < 0)
        uv_close((uv_handle_t *)process, (uv_close_cb)free);
    ft_words_free(argv.item);
}

/* A cycle is to come; only the last reason is kept. */
void ft_trigger_fire(struct ft_trigger *t, char *cause)
{
    free(t->pending);
    t->pending = cause;
    if (t->log.ended)
        next_cycle(t);
    else if (t->options->supersede && *t->log.run && !t->cancelling)
        cancel_cycle(t);
}
