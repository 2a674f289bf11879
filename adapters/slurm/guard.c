/* guard.c - fedtwin-slurm: the Slurm adapter that always answers in time
 *
 *    engine <-- lines --> fedtwin-slurm <-- lines --> fedtwin-slurm-lib
 *                         never blocks                may block, or die
 *
 * (With 'transport: local' or 'ssh' the worker is fedtwin-slurm-cmd.)
 *
 * libslurm blocks for seconds, for ever when munged hangs, and ends its caller
 * when it is displeased.  So it lives in a worker of its own, which gets one
 * request at a time.  When the worker's time is up it is killed, and the
 * request is answered here: nothing was learnt, or, of a job that was being
 * submitted, its fate is not known.  The next request starts another worker.
 *
 * A submit goes to the worker job by job, so that the fate of at most one job
 * is ever in doubt.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/link/wire.h"
#include "adapters/slurm/worker.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "base/str.h"

#define ANSWER_WITHIN_S 60.0
#define SHARE 0.8 /* of the time the engine waits, to answer before it ends */
#define READ_SIZE 65536

struct request {
    struct json_object *request;
    struct json_object *results; /* of submit: those that are known */
    int64_t deadline_ns;
    struct request *next;
};

struct guard {
    struct ft_str in;
    bool at_end; /* the engine says no more */
    struct request *first, **last;
    bool busy;   /* the worker has the first request, or a part of it */
    bool opening; /* the worker has been started and reads "open" */
    struct json_object *open; /* the request that every worker begins with */
    const char *program;
    int64_t limit_ns;
    struct ft_worker worker;
};

/* --- requests and answers ------------------------------------------------- */

static const char *op_of(const struct request *r)
{
    return ft_json_str_or(r->request, "op", "");
}

static struct json_object *jobs_of(const struct request *r)
{
    return ft_json_or_null(r->request, "jobs");
}

static bool is_submit(const struct request *r)
{
    return strcmp(op_of(r), "submit") == 0 &&
           json_object_is_type(jobs_of(r), json_type_array);
}

static size_t n_known(const struct request *r)
{
    return json_object_array_length(r->results);
}

static size_t n_jobs(const struct request *r)
{
    return json_object_array_length(jobs_of(r));
}

/* The first request is answered. */
static void forget_first(struct guard *g)
{
    struct request *r = g->first;

    g->first = r->next;
    if (!g->first)
        g->last = &g->first;
    g->busy = false;
    json_object_put(r->request);
    json_object_put(r->results);
    free(r);
}

/* Answer the first request; 'answer' is released. */
static void reply(struct guard *g, struct json_object *answer)
{
    json_object_object_add(
        answer, "id",
        json_object_get(ft_json_or_null(g->first->request, "id")));
    if (ft_json_send(STDOUT_FILENO, answer) < 0)
        g->at_end = true;
    forget_first(g);
}

/* No more of the first submit: the jobs that were not sent may be sent later,
 * and when none was, the site is simply away. */
static void end_submit(struct guard *g, const char *reason)
{
    struct request *r = g->first;
    struct json_object *answer;

    if (n_known(r) == 0 && n_jobs(r) > 0) {
        reply(g, ft_wire_error("unavailable", "%s", reason));
        return;
    }
    while (n_known(r) < n_jobs(r))
        json_object_array_add(r->results,
                              ft_wire_result("retry_after", "%s", reason));
    answer = ft_wire_ok();
    json_object_object_add(answer, "results", json_object_get(r->results));
    reply(g, answer);
}

/* The first request got no answer; the worker may have acted on it. */
static void give_up(struct guard *g, const char *reason)
{
    struct request *r = g->first;

    if (!is_submit(r)) {
        reply(g, ft_wire_error("unavailable", "%s", reason));
        return;
    }
    if (g->busy && !g->opening)
        json_object_array_add(r->results,
                              ft_wire_result("unknown_outcome", "%s", reason));
    end_submit(g, reason);
}

/* --- the worker ----------------------------------------------------------- */

static void stop_worker(struct guard *g)
{
    ft_worker_stop(&g->worker);
    g->opening = false;
}

/* The request as the worker gets it: of a submit its next job. */
static struct json_object *part_of(const struct request *r)
{
    struct json_object *part, *jobs;

    if (!is_submit(r))
        return json_object_get(r->request);
    part = json_object_new_object();
    jobs = json_object_new_array();
    json_object_array_add(jobs, json_object_get(json_object_array_get_idx(
                                    jobs_of(r), n_known(r))));
    ft_json_add_str(part, "op", "submit");
    ft_json_add_int(part, "id", (int64_t)n_known(r));
    json_object_object_add(part, "jobs", jobs);
    return part;
}

static void send_to_worker(struct guard *g, struct json_object *request)
{
    g->busy = true;
    if (ft_worker_send(&g->worker, request) < 0) {
        stop_worker(g);
        give_up(g, "the worker has ended");
    }
}

static void start_worker(struct guard *g)
{
    struct ft_err err = { 0 };

    if (ft_worker_start(&g->worker, g->program, &err) < 0) {
        give_up(g, err.msg);
        return;
    }
    g->opening = strcmp(op_of(g->first), "open") != 0;
    send_to_worker(g, json_object_get(g->open));
}

static void keep_result(struct guard *g, struct json_object *answer)
{
    struct request *r = g->first;
    struct json_object *results = ft_json_or_null(answer, "results");
    struct json_object *item = json_object_array_get_idx(results, 0);
    const char *result = ft_json_str_or(item, "result", "");

    json_object_array_add(r->results, json_object_get(item));
    g->busy = false;
    if (strcmp(result, "unknown_outcome") == 0)
        end_submit(g, "the answer to the job before it was lost");
    else if (n_known(r) == n_jobs(r))
        end_submit(g, "");
}

static void add_features(struct json_object *answer)
{
    static const char *const names[] = { "array", "changes", "estimate",
                                         "hold" };
    struct json_object *features = json_object_new_array();

    for (size_t i = 0; i < FT_ARRAY_LEN(names); i++)
        json_object_array_add(features, json_object_new_string(names[i]));
    json_object_object_add(answer, "features", features);
    ft_json_add_str(answer, "adapter", "slurm");
}

static void take_answer(struct guard *g, struct json_object *answer)
{
    bool ok = ft_json_bool_or(answer, "ok", false);

    if (g->opening) {
        g->opening = false;
        g->busy = false;
        if (ok)
            return;
        stop_worker(g);
        give_up(g, ft_json_str_or(answer, "reason", "it cannot be opened"));
    } else if (is_submit(g->first) && ok) {
        keep_result(g, answer);
    } else if (is_submit(g->first)) {
        end_submit(g, ft_json_str_or(answer, "reason", ""));
    } else {
        if (strcmp(op_of(g->first), "open") == 0 && ok)
            add_features(answer);
        reply(g, json_object_get(answer));
    }
}

/* A long answer that means nothing here: the worker was told the request's id,
 * and the engine reads it with the same care. */
static bool may_pass(const struct guard *g)
{
    const struct ft_str *line = &g->worker.line;

    return g->busy && !g->opening && strcmp(op_of(g->first), "status") == 0 &&
           line->s[0] == '{' &&
           memchr(line->s, '\n', line->len) == line->s + line->len - 1;
}

static void pass_on(struct guard *g)
{
    if (ft_write_all(STDOUT_FILENO, g->worker.line.s, g->worker.line.len) < 0)
        g->at_end = true;
    forget_first(g);
}

static void hear_worker(struct guard *g)
{
    struct json_object *answer;
    int rc = ft_worker_read(&g->worker);

    if (rc == 0)
        return; /* not a whole line yet */
    if (rc > 0 && may_pass(g)) {
        pass_on(g);
        return;
    }
    answer = rc > 0 ? ft_worker_answer(&g->worker) : NULL;
    if (answer && g->busy) {
        take_answer(g, answer);
    } else {
        stop_worker(g);
        if (g->busy)
            give_up(g, "the worker ended; the log of the run may say why");
    }
    json_object_put(answer);
}

/* --- the engine ----------------------------------------------------------- */

static double seconds_of(struct json_object *site)
{
    double s = ft_json_num_or(site, "answer_within", ANSWER_WITHIN_S);

    return s > 0 ? s : ANSWER_WITHIN_S;
}

/* What every worker is to be told first.  NULL, or why not. */
static struct json_object *take_open(struct guard *g,
                                     struct json_object *request)
{
    struct json_object *site = ft_json_or_null(request, "site");
    struct json_object *endpoint = ft_json_or_null(site, "endpoint");
    const char *transport = ft_json_str_or(endpoint, "transport", "library");
    int64_t protocol = ft_json_int_or(request, "protocol", 0);

    if (protocol != FT_WIRE_PROTOCOL)
        return ft_wire_error("protocol", "protocol %lld is not known",
                             (long long)protocol);
    g->program = strcmp(transport, "library") == 0 ? "fedtwin-slurm-lib"
                                                   : "fedtwin-slurm-cmd";
    g->limit_ns = (int64_t)(seconds_of(site) * SHARE * 1e9);
    json_object_put(g->open);
    g->open = json_object_get(request);
    return NULL;
}

/* Requests that are answered here; NULL: a worker has to. */
static struct json_object *answer_here(struct guard *g,
                                       struct json_object *request)
{
    const char *op = ft_json_str_or(request, "op", "");

    if (strcmp(op, "close") == 0)
        return ft_wire_ok();
    if (strcmp(op, "open") == 0) {
        stop_worker(g);
        return take_open(g, request);
    }
    return g->open ? NULL : ft_wire_error("protocol", "'%s' before 'open'",
                                          op);
}

static void enqueue(struct guard *g, struct json_object *request)
{
    struct request *r = ft_calloc(1, sizeof(*r));

    r->request = request;
    r->results = json_object_new_array();
    r->deadline_ns = ft_clock_mono_ns() + g->limit_ns;
    *g->last = r;
    g->last = &r->next;
}

static void take_line(struct guard *g, const char *line, size_t len)
{
    struct json_object *answer;
    struct json_object *request = ft_wire_request(line, len, &answer);

    if (request)
        enqueue(g, request);
    else if (ft_json_send(STDOUT_FILENO, answer) < 0)
        g->at_end = true;
}

static void hear_engine(struct guard *g)
{
    char buf[READ_SIZE], *end;
    ssize_t n = read(STDIN_FILENO, buf, sizeof(buf));
    size_t used = 0;

    if (n <= 0) {
        g->at_end = n == 0 || errno != EINTR;
        return;
    }
    ft_str_addn(&g->in, buf, (size_t)n);
    while ((end = memchr(g->in.s + used, '\n', g->in.len - used))) {
        take_line(g, g->in.s + used, (size_t)(end - g->in.s) - used);
        used = (size_t)(end - g->in.s) + 1;
    }
    if (used) {
        struct ft_str rest = FT_STR_INIT;

        ft_str_addn(&rest, g->in.s + used, g->in.len - used);
        ft_str_release(&g->in);
        g->in = rest;
    }
    if (g->in.len > FT_WIRE_LINE_MAX)
        g->at_end = true; /* nothing that follows could be understood */
}

/* --- the loop ------------------------------------------------------------- */

/* Answer or pass on what comes next, until the worker is busy. */
static void advance(struct guard *g)
{
    while (g->first && !g->busy) {
        struct request *r = g->first;
        struct json_object *answer = NULL;

        if (n_known(r) == 0)
            answer = answer_here(g, r->request);
        if (answer)
            reply(g, answer);
        else if (is_submit(r) && n_known(r) == n_jobs(r))
            end_submit(g, ""); /* there were none */
        else if (ft_clock_mono_ns() >= r->deadline_ns)
            give_up(g, "there was no time for it");
        else if (!g->worker.pid)
            start_worker(g);
        else
            send_to_worker(g, part_of(r));
    }
}

static int timeout_ms(const struct guard *g)
{
    int64_t left_ns;

    if (!g->first)
        return -1;
    left_ns = g->first->deadline_ns - ft_clock_mono_ns();
    return left_ns <= 0 ? 0 : (int)(left_ns / 1000000) + 1;
}

static void check_time(struct guard *g)
{
    if (!g->first || !g->busy || ft_clock_mono_ns() < g->first->deadline_ns)
        return;
    stop_worker(g);
    give_up(g, "the site did not answer in time");
}

static void release_guard(struct guard *g)
{
    struct request *r;

    stop_worker(g);
    while ((r = g->first)) {
        g->first = r->next;
        json_object_put(r->request);
        json_object_put(r->results);
        free(r);
    }
    json_object_put(g->open);
    ft_str_release(&g->in);
}

int main(void)
{
    struct guard g = { .in = FT_STR_INIT,
                       .limit_ns = (int64_t)(ANSWER_WITHIN_S * SHARE * 1e9) };

    g.last = &g.first;
    while (!g.at_end) {
        struct pollfd fds[2] = { { STDIN_FILENO, POLLIN, 0 },
                                 { g.worker.pid ? g.worker.from : -1, POLLIN,
                                   0 } };

        if (poll(fds, 2, timeout_ms(&g)) < 0 && errno != EINTR)
            break;
        if (fds[1].revents)
            hear_worker(&g);
        if (fds[0].revents)
            hear_engine(&g);
        check_time(&g);
        advance(&g);
    }
    release_guard(&g);
    return 0;
}
