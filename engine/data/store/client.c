/* client.c - fedtwin-worker, started, fed and restarted
 *
 *   queue:  [ sent, unanswered | not sent yet ]
 *             ^ the worker is at this one
 *
 * The worker answers in order, so only the first request can be the one that
 * killed it; the others that were sent are sent again without blame.
 */
#include "data/store/client.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "data/store/spawn.h"

#define HELLO_ID 0
#define HELLO_LIMIT_S 60.0
#define READ_CHUNK 65536

struct request {
    int64_t id;
    char *line; /* with its newline */
    char *what;
    void *token;
    double limit_s;
    int deaths;
};

struct ft_client {
    char *meta;
    ft_client_answer *answer;
    void *arg;

    struct ft_worker worker; /* fd -1: not running */
    int epoll_fd, timer_fd;
    bool greeted;  /* this worker has answered hello */
    bool rests;    /* it was ended and not waited for */
    int starts;    /* in a row that ended before that */
    struct ft_str out; /* bytes to write from 'out_at' on */
    size_t out_at;
    struct ft_str in; /* the start of an answer */

    struct request *queue; /* queue[first .. first + n) */
    size_t first, n, cap, n_sent;
    int64_t next_id;
    int64_t deadline_ns; /* of the first request, monotonic */
    size_t n_answered;   /* since the pump began */
};

/* --- the queue ------------------------------------------------------------ */

struct ft_client *ft_client_new(const char *meta, ft_client_answer *answer,
                                void *arg)
{
    struct ft_client *client = ft_calloc(1, sizeof(*client));
    struct epoll_event event = { .events = EPOLLIN };

    client->meta = ft_strdup(meta);
    client->answer = answer;
    client->arg = arg;
    client->worker.fd = client->worker.stderr_fd = -1;
    client->out = client->in = (struct ft_str)FT_STR_INIT;
    client->next_id = HELLO_ID + 1;
    client->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    client->timer_fd = timerfd_create(CLOCK_MONOTONIC,
                                      TFD_CLOEXEC | TFD_NONBLOCK);
    if (client->epoll_fd >= 0 && client->timer_fd >= 0)
        (void)epoll_ctl(client->epoll_fd, EPOLL_CTL_ADD, client->timer_fd,
                        &event);
    return client;
}

static void request_release(struct request *request)
{
    free(request->line);
    free(request->what);
}

static struct request *first_of(const struct ft_client *client)
{
    return &client->queue[client->first];
}

/* A free place at the end; what was answered leaves room at the start. */
static struct request *new_request(struct ft_client *client)
{
    if (client->first > client->n) {
        memmove(client->queue, first_of(client),
                client->n * sizeof(*client->queue));
        client->first = 0;
    }
    client->queue = ft_grow(client->queue, client->first + client->n,
                            &client->cap, sizeof(*client->queue));
    return &client->queue[client->first + client->n++];
}

void ft_client_send(struct ft_client *client, struct json_object *request,
                    const char *what, double limit_s, void *token)
{
    int64_t id = client->next_id++;

    ft_json_add_int(request, "id", id);
    *new_request(client) = (struct request){
        .id = id,
        .line = ft_asprintf("%s\n", ft_json_text(request)),
        .what = ft_strdup(what),
        .token = token,
        .limit_s = limit_s,
    };
    json_object_put(request);
}

size_t ft_client_pending(const struct ft_client *client)
{
    return client->n;
}

int ft_client_fd(const struct ft_client *client)
{
    return client->epoll_fd;
}

/* Take the first request off the queue and report it. */
static void finish_first(struct ft_client *client, struct json_object *answer,
                         const struct ft_err *err)
{
    struct request first = *first_of(client);

    client->first++;
    client->n--;
    client->n_sent -= client->n_sent > 0;
    client->n_answered++;
    client->answer(first.token, answer, err, client->arg);
    request_release(&first);
}

static void finish_all(struct ft_client *client, const struct ft_err *err)
{
    for (size_t n = client->n; n > 0; n--)
        finish_first(client, NULL, err);
}

void ft_client_rest(struct ft_client *client)
{
    if (!client || client->n || client->worker.pid <= 0)
        return;
    (void)kill(client->worker.pid, SIGKILL);
    client->rests = true;
}

void ft_client_free(struct ft_client *client)
{
    struct ft_err err;

    if (!client)
        return;
    ft_worker_end(&client->worker);
    ft_err_set(&err, FT_ECANCEL, "the store was closed");
    finish_all(client, &err);
    free(client->queue);
    if (client->epoll_fd >= 0)
        close(client->epoll_fd);
    if (client->timer_fd >= 0)
        close(client->timer_fd);
    ft_str_release(&client->out);
    ft_str_release(&client->in);
    free(client->meta);
    free(client);
}

/* --- time ----------------------------------------------------------------- */

static double limit_now(const struct ft_client *client)
{
    return client->greeted && client->n ? first_of(client)->limit_s
                                        : HELLO_LIMIT_S;
}

static void set_timer(struct ft_client *client, int64_t when_ns)
{
    struct itimerspec when = {
        .it_value = { .tv_sec = when_ns / 1000000000,
                      .tv_nsec = when_ns % 1000000000 },
    };

    (void)timerfd_settime(client->timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
}

/* The worker begins something new: the clock starts again, or stops. */
static void start_clock(struct ft_client *client)
{
    client->deadline_ns = 0;
    if (client->n && client->worker.fd >= 0)
        client->deadline_ns = ft_clock_mono_ns() +
                              (int64_t)(limit_now(client) * 1e9);
}

void ft_client_wake(struct ft_client *client)
{
    set_timer(client, 1); /* long past */
}

/* --- life and death ------------------------------------------------------- */

static void forget_worker(struct ft_client *client)
{
    ft_worker_end(&client->worker); /* leaves epoll with its descriptor */
    ft_str_cut(&client->out, 0);
    ft_str_cut(&client->in, 0);
    client->out_at = 0;
    client->n_sent = 0;
    client->greeted = client->rests = false;
    start_clock(client);
}

/* The worker ended, hung or spoke nonsense, which 'why' says.  The first
 * request takes the blame, unless the worker never came to it. */
static void bury(struct ft_client *client, const char *why)
{
    bool greeted = client->greeted;
    struct ft_err err;
    char end[FT_WORKER_END_TEXT];

    ft_worker_end_text(&client->worker, why, end);
    forget_worker(client);
    if (!greeted) {
        if (++client->starts < FT_WORKER_START_MAX)
            return;
        client->starts = 0;
        ft_err_set(&err, FT_EIO, "fedtwin-worker does not start: %s", end);
        finish_all(client, &err);
    } else if (client->n &&
               ++first_of(client)->deaths >= FT_WORKER_DEATHS_MAX) {
        ft_err_set(&err, FT_EFORMAT, "could not %s: fedtwin-worker %s",
                   first_of(client)->what, end);
        finish_first(client, NULL, &err);
    }
}

static bool start(struct ft_client *client)
{
    struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET };
    const char *const arg[] = { client->meta, NULL };
    const struct ft_worker_program program = {
        .name = "fedtwin-worker", .variable = "FEDTWIN_WORKER", .arg = arg,
        .fd = -1,
    };
    struct ft_err err;

    if (client->epoll_fd < 0 || client->timer_fd < 0) {
        ft_err_set(&err, FT_EIO, "cannot watch fedtwin-worker");
    } else if (ft_worker_start(&client->worker, &program, &err) == 0) {
        if (epoll_ctl(client->epoll_fd, EPOLL_CTL_ADD, client->worker.fd,
                      &event) == 0) {
            ft_str_addf(&client->out, "{\"id\":%d,\"op\":\"hello\"}\n",
                        HELLO_ID);
            start_clock(client);
            return true;
        }
        ft_err_sys(&err, "cannot watch fedtwin-worker");
        forget_worker(client);
    }
    finish_all(client, &err);
    return false;
}

/* --- answers -------------------------------------------------------------- */

/* false: the worker speaks another protocol, and everybody was told. */
static bool take_hello(struct ft_client *client, struct json_object *answer)
{
    int64_t protocol = ft_json_int_or(answer, "protocol", -1);
    struct ft_err err;

    if (protocol == FT_WORKER_PROTOCOL) {
        client->greeted = true;
        client->starts = 0;
        start_clock(client);
        return true;
    }
    ft_err_set(&err, FT_EVERSION,
               "fedtwin-worker speaks protocol %lld, not %d",
               (long long)protocol, FT_WORKER_PROTOCOL);
    ft_err_hint(&err, "install engine and worker of one version");
    forget_worker(client);
    finish_all(client, &err);
    return false;
}

static void take_answer(struct ft_client *client, struct json_object *answer)
{
    struct ft_err err;

    if (ft_json_bool_or(answer, "ok", false)) {
        finish_first(client, answer, NULL);
    } else {
        ft_json_err(answer, &err);
        finish_first(client, NULL, &err);
    }
    start_clock(client);
}

/* false: the worker is gone. */
static bool take_line(struct ft_client *client, const char *line, size_t len)
{
    struct json_object *answer = ft_json_parse(line, len, "answer", NULL);
    int64_t id = ft_json_int_or(answer, "id", -1);
    bool ok = true;

    if (!client->greeted && id == HELLO_ID)
        ok = take_hello(client, answer);
    else if (client->greeted && client->n_sent && id == first_of(client)->id)
        take_answer(client, answer);
    else
        ok = false, bury(client, "gave an answer that nobody asked for");
    json_object_put(answer);
    return ok;
}

/* Take whole lines out of 'in'; false: the worker is gone. */
static bool take_lines(struct ft_client *client, size_t searched)
{
    size_t start_at = 0;
    char *end;

    while ((end = memchr(client->in.s + searched, '\n',
                         client->in.len - searched))) {
        searched = (size_t)(end - client->in.s) + 1;
        if (!take_line(client, client->in.s + start_at,
                       searched - 1 - start_at))
            return false;
        start_at = searched;
    }
    memmove(client->in.s, client->in.s + start_at, client->in.len - start_at);
    ft_str_cut(&client->in, client->in.len - start_at);
    if (client->in.len <= FT_JSON_SIZE_MAX)
        return true;
    bury(client, "gave an answer that is too long");
    return false;
}

/* --- input and output ----------------------------------------------------- */

static void fill_out(struct ft_client *client)
{
    if (!client->n_sent && client->n)
        start_clock(client);
    while (client->n_sent < client->n && client->n_sent < FT_WORKER_WINDOW)
        ft_str_add(&client->out, first_of(client)[client->n_sent++].line);
}

static void write_some(struct ft_client *client)
{
    while (client->out_at < client->out.len) {
        ssize_t n = send(client->worker.fd, client->out.s + client->out_at,
                         client->out.len - client->out_at,
                         MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return; /* no room, or it is dead: reading says how */
        client->out_at += (size_t)n;
    }
    ft_str_cut(&client->out, 0);
    client->out_at = 0;
}

void ft_client_start(struct ft_client *client)
{
    if (client->worker.fd < 0 && start(client))
        write_some(client);
}

static bool read_some(struct ft_client *client)
{
    char chunk[READ_CHUNK];

    for (;;) {
        ssize_t n = recv(client->worker.fd, chunk, sizeof(chunk),
                         MSG_DONTWAIT);
        size_t had = client->in.len;

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return true;
        if (n <= 0) {
            bury(client, n < 0 ? "could not be listened to" : NULL);
            return false;
        }
        ft_str_addn(&client->in, chunk, (size_t)n);
        if (!take_lines(client, had))
            return false;
    }
}

static void check_time(struct ft_client *client)
{
    char why[80];

    if (!client->deadline_ns || ft_clock_mono_ns() < client->deadline_ns)
        return;
    snprintf(why, sizeof(why), "gave no answer within %.0f s",
             limit_now(client));
    bury(client, why);
}

/* One round: everything that can be done without waiting. */
static void pump_once(struct ft_client *client)
{
    if (client->rests)
        forget_worker(client);
    do {
        if (client->worker.fd < 0 && (!client->n || !start(client)))
            return;
        fill_out(client);
        write_some(client);
        if (read_some(client))
            check_time(client);
        /* again with a new worker, or with what answers made room for */
    } while (client->n && (client->worker.fd < 0 ||
                           (client->n_sent < client->n &&
                            client->n_sent < FT_WORKER_WINDOW)));
}

/* Take note of what epoll has to say, so that its descriptor is readable again
 * only for something new; wait for it if 'wait_ms' is -1. */
static void take_events(struct ft_client *client, int wait_ms)
{
    struct epoll_event event[2];
    uint64_t ticks;

    (void)epoll_wait(client->epoll_fd, event, FT_ARRAY_LEN(event), wait_ms);
    (void)!read(client->timer_fd, &ticks, sizeof(ticks));
}

void ft_client_pump(struct ft_client *client, bool wait)
{
    int wait_ms = 0;

    client->n_answered = 0;
    do {
        take_events(client, wait_ms);
        pump_once(client);
        set_timer(client, client->deadline_ns);
        wait_ms = -1;
    } while (wait && !client->n_answered && client->n);
}
