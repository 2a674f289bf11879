/* home.c - a home for agents that does what it is told
 *
 * usage: home FILE
 *
 * Puts itself into FILE, says what agents say, a line each, and takes lines:
 *
 *   give ATTEMPT      to the agent that joined last
 *   cancel TAG GRACE
 *   finish
 *   hang up           cut all connections and go
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "adapters/home/home.h"
#include "adapters/link/attempt_json.h"
#include "base/err.h"
#include "base/json.h"

struct world {
    uv_loop_t loop;
    uv_pipe_t in;
    struct ft_home *home;
    struct ft_agent *agent;
    struct ft_str line;
    char chunk[65536];
};

/* --- what agents say ------------------------------------------------------ */

static void joined(struct ft_agent *agent, const struct ft_agent_hello *hello,
                   void *arg)
{
    struct world *w = arg;

    printf("joined %s job=%s host=%s slots=%d left=%s serve=%d held=",
           hello->tag, hello->job, hello->host, hello->slots,
           hello->left_s < 0 ? "?" : hello->left_s < 100 ? "<100" : ">=100",
           hello->serve);
    for (size_t i = 0; i < hello->n_held; i++)
        printf("%s%llu", i ? "," : "", (unsigned long long)hello->held[i]);
    printf("\n");
    w->agent = agent;
}

static void left(struct ft_agent *agent, const char *reason, void *arg)
{
    struct world *w = arg;

    printf("left %s\n", reason ? reason : "(broken)");
    if (w->agent == agent)
        w->agent = NULL;
}

static void accepted(struct ft_agent *agent, uint64_t tag, void *arg)
{
    (void)agent;
    (void)arg;
    printf("accepted %llu\n", (unsigned long long)tag);
}

static void refused(struct ft_agent *agent, uint64_t tag, const char *reason,
                    void *arg)
{
    (void)agent;
    (void)arg;
    printf("refused %llu: %s\n", (unsigned long long)tag, reason);
}

static void started(struct ft_agent *agent, uint64_t tag, const char *host,
                    void *arg)
{
    (void)agent;
    (void)arg;
    printf("started %llu on %s\n", (unsigned long long)tag, host);
}

static void progress(struct ft_agent *agent, uint64_t tag, const char *line,
                     void *arg)
{
    (void)agent;
    (void)arg;
    printf("progress %llu %s\n", (unsigned long long)tag, line);
}

static void ended(struct ft_agent *agent, uint64_t tag, const char *tag_text,
                  const struct ft_ending *e, void *arg)
{
    (void)agent;
    (void)arg;
    printf("ended %llu %s: %s%s %d %s\n", (unsigned long long)tag, tag_text,
           ft_outcome_names[e->outcome], e->by_site ? " by site" : "",
           e->exit_code, e->reason);
}

/* --- what it is told ------------------------------------------------------ */

static void give(struct world *w, const char *text)
{
    struct ft_err err = { 0 };
    struct json_object *obj = ft_json_parse(text, strlen(text), "the attempt",
                                            &err);
    struct ft_attempt *a = obj ? ft_attempt_read(obj, &err) : NULL;

    if (a && w->agent)
        ft_home_give(w->agent, a);
    else
        printf("error %s\n", a ? "no agent" : err.msg);
    ft_attempt_free(a);
    json_object_put(obj);
}

static void obey(struct world *w, const char *line)
{
    unsigned long long tag;
    double grace_s;

    if (strncmp(line, "give ", 5) == 0)
        give(w, line + 5);
    else if (sscanf(line, "cancel %llu %lf", &tag, &grace_s) == 2 && w->agent)
        ft_home_cancel(w->agent, tag, grace_s);
    else if (strcmp(line, "finish") == 0 && w->agent)
        ft_home_finish(w->agent);
    else if (strcmp(line, "hang up") == 0)
        uv_stop(&w->loop);
    else
        printf("error cannot '%s'\n", line);
}

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    struct world *w = handle->data;

    (void)size;
    *buf = uv_buf_init(w->chunk, sizeof(w->chunk));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct world *w = stream->data;
    char *line, *rest;

    if (n < 0) {
        uv_stop(&w->loop);
        return;
    }
    ft_str_addn(&w->line, buf->base, (size_t)n);
    rest = w->line.s;
    while (strchr(rest, '\n')) {
        line = strsep(&rest, "\n");
        obey(w, line);
    }
    w->line.len = strlen(rest);
    memmove(w->line.s, rest, w->line.len + 1);
}

int main(int argc, char **argv)
{
    static struct world w = { .line = FT_STR_INIT };
    const struct ft_home_events events = {
        .joined = joined,
        .left = left,
        .accepted = accepted,
        .refused = refused,
        .started = started,
        .progress = progress,
        .ended = ended,
        .arg = &w,
    };
    struct ft_err err = { 0 };

    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc != 2 || uv_loop_init(&w.loop) < 0)
        return 2;
    w.home = ft_home_open(&w.loop, &events, &err);
    if (!w.home || ft_home_publish(w.home, argv[1], &err) < 0) {
        fprintf(stderr, "%s\n", err.msg);
        return 1;
    }
    (void)uv_pipe_init(&w.loop, &w.in, 0);
    w.in.data = &w;
    (void)uv_pipe_open(&w.in, STDIN_FILENO);
    (void)uv_read_start((uv_stream_t *)&w.in, on_alloc, on_read);
    (void)uv_run(&w.loop, UV_RUN_DEFAULT);
    ft_home_close(w.home);
    uv_close((uv_handle_t *)&w.in, NULL);
    (void)uv_run(&w.loop, UV_RUN_DEFAULT);
    ft_str_release(&w.line);
    return uv_loop_close(&w.loop) < 0;
}
