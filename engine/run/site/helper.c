/* helper.c - an adapter program, supervised (share/doc/formats/adapter.md) */
#include "run/site/helper.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/dirs.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "model/site.h"
#include "run/site/helper_life.h"

#define STEADY_S 60.0 /* a program that lived so long starts again at once */
#define WITHIN_MAX_S 1e9 /* what a clock can hold */
#define QUOTE_MAX 60  /* of a line that is no answer */

struct request {
    int64_t id;
    char *line; /* with its newline; NULL: sent */
    struct json_object *verdict; /* it is answered already, but not told */
    int64_t deadline_ns;
    double within_s;
    ft_helper_answer *answer;
    void *arg;
    struct request *next;
};

struct ft_helper {
    const struct ft_site *site;
    char *project_dir, *program;
    uv_loop_t *loop;
    uv_timer_t timer;
    int log_fd;
    bool closing;

    struct ft_helper_life *life; /* NULL: not running */
    struct json_object *opened;  /* the answer to 'open', once there is one */
    int64_t open_id;
    int64_t started_ns, open_by_ns;
    int silent; /* late answers since it said anything */

    int64_t not_before_ns; /* the next start */
    double pause_s;
    struct ft_str why_not; /* how the last life ended */

    struct request *first; /* in the order of the ids */
    int64_t next_id;
};

/* --- requests ------------------------------------------------------------- */

/* 'request' is taken; the caller frees the line. */
static char *line_of(struct json_object *request)
{
    char *line = ft_asprintf("%s\n", ft_json_text(request));

    json_object_put(request);
    return line;
}

static void free_request(struct request *r)
{
    json_object_put(r->verdict);
    free(r->line);
    free(r);
}

/* 'r' is in no list any more; the answer is borrowed. */
static void tell(struct request *r, struct json_object *answer)
{
    r->answer(answer, r->arg);
    free_request(r);
}

static struct json_object *unavailable(const struct request *r,
                                       const char *reason)
{
    struct json_object *answer = json_object_new_object();

    ft_json_add_int(answer, "id", r->id);
    ft_json_add_bool(answer, "ok", false);
    ft_json_add_str(answer, "error", "unavailable");
    ft_json_add_str(answer, "reason", reason);
    ft_json_add_bool(answer, "sent", !r->line);
    return answer;
}

static void tell_unavailable(struct request *r, const char *reason)
{
    struct json_object *answer = unavailable(r, reason);

    tell(r, answer);
    json_object_put(answer);
}

/* Everything that is asked now; what the answers make others ask waits. */
static void tell_all_unavailable(struct ft_helper *h, const char *reason)
{
    struct request *r = h->first, *next;

    h->first = NULL;
    for (; r; r = next) {
        next = r->next;
        tell_unavailable(r, reason);
    }
}

/* Take it out of the list; NULL when there is no such request. */
static struct request *take_request(struct ft_helper *h, int64_t id)
{
    struct request **at = &h->first, *r;

    while (*at && (*at)->id != id)
        at = &(*at)->next;
    r = *at;
    if (r)
        *at = r->next;
    return r;
}

/* --- time ----------------------------------------------------------------- */

static void on_timer(uv_timer_t *timer);

static void earlier(int64_t *when, int64_t other)
{
    if (other < *when)
        *when = other;
}

static void arm(struct ft_helper *h)
{
    int64_t now = ft_clock_mono_ns(), when = INT64_MAX;

    for (const struct request *r = h->first; r; r = r->next)
        earlier(&when, r->verdict ? now : r->deadline_ns);
    if (h->first && !h->life)
        earlier(&when, h->not_before_ns);
    if (h->life && !h->opened)
        earlier(&when, h->open_by_ns);
    if (h->closing)
        when = now;
    if (when == INT64_MAX)
        (void)uv_timer_stop(&h->timer);
    else
        (void)uv_timer_start(&h->timer, on_timer,
                             when <= now
                                 ? 0
                                 : (uint64_t)((when - now) / 1000000 + 1),
                             0);
}

/* --- life and death ------------------------------------------------------- */

static void pause_for(struct ft_helper *h, double pause_s)
{
    h->not_before_ns = ft_clock_mono_ns() + (int64_t)(pause_s * 1e9);
}

static void forget_life(struct ft_helper *h)
{
    h->life = NULL;
    json_object_put(h->opened);
    h->opened = NULL;
    h->silent = 0;
}

static void write_log(struct ft_helper *h)
{
    char *text = ft_asprintf("%s: %s; not started again for %g s\n",
                             h->site->name, h->why_not.s, h->pause_s);

    if (h->log_fd >= 0)
        (void)ft_write_all(h->log_fd, text, strlen(text)); /* only a log */
    free(text);
}

/* The program is gone, or never was; 'why' says how it ended. */
static void bury(struct ft_helper *h, const char *why)
{
    bool steady = ft_clock_mono_ns() - h->started_ns >=
                  (int64_t)(STEADY_S * 1e9);

    forget_life(h);
    h->pause_s = steady || !h->pause_s
                     ? FT_HELPER_PAUSE_MIN_S
                     : fmin(2 * h->pause_s, FT_HELPER_PAUSE_MAX_S);
    pause_for(h, h->pause_s);
    ft_str_cut(&h->why_not, 0);
    ft_str_addf(&h->why_not, "the adapter '%s' %s", h->program, why);
    write_log(h);
    tell_all_unavailable(h, h->why_not.s);
    arm(h);
}

/* It lives, but does not do what it should. */
static void end_life(struct ft_helper *h, const char *why)
{
    ft_helper_life_kill(h->life);
    bury(h, why);
}

static void on_ended(const char *why, void *arg)
{
    bury(arg, why);
}

static void send_open(struct ft_helper *h)
{
    struct json_object *open = json_object_new_object();

    h->open_id = h->next_id++;
    ft_json_add_int(open, "id", h->open_id);
    ft_json_add_str(open, "op", "open");
    ft_json_add_int(open, "protocol", FT_HELPER_PROTOCOL);
    json_object_object_add(open, "site", ft_site_json(h->site));
    ft_json_add_str(open, "project", h->project_dir);
    ft_helper_life_send(h->life, line_of(open));
}

static void send_waiting(struct ft_helper *h)
{
    for (struct request *r = h->first; r; r = r->next) {
        if (r->line && !r->verdict)
            ft_helper_life_send(h->life, r->line);
        if (!r->verdict)
            r->line = NULL;
    }
}

/* --- answers -------------------------------------------------------------- */

/* The site does not want us now: whoever waits hears its own words. */
static void take_refusal(struct ft_helper *h, struct json_object *answer)
{
    double pause_s = ft_json_num_or(answer, "retry_after_s",
                                    FT_HELPER_PAUSE_MIN_S);
    struct request *r = h->first, *next;

    ft_helper_life_finish(h->life);
    forget_life(h);
    pause_for(h, fmin(fmax(pause_s, FT_HELPER_PAUSE_MIN_S),
                      FT_HELPER_PAUSE_MAX_S));
    ft_json_add_bool(answer, "sent", false);
    h->first = NULL;
    for (; r; r = next) {
        next = r->next;
        tell(r, answer);
    }
    arm(h);
}

static void take_open(struct ft_helper *h, struct json_object *answer)
{
    int64_t protocol = ft_json_int_or(answer, "protocol", -1);
    char *why;

    if (!ft_json_bool_or(answer, "ok", false)) {
        take_refusal(h, answer);
    } else if (protocol != FT_HELPER_PROTOCOL) {
        why = ft_asprintf("speaks protocol %lld, not %d", (long long)protocol,
                          FT_HELPER_PROTOCOL);
        end_life(h, why);
        free(why);
    } else {
        h->opened = json_object_get(answer);
        send_waiting(h);
        arm(h);
    }
}

/* What is no answer, for people. */
static void end_nonsense(struct ft_helper *h, const char *line)
{
    struct ft_str why = FT_STR_INIT;

    ft_str_add(&why, "wrote what is no answer: '");
    for (size_t i = 0; line[i] && i < QUOTE_MAX; i++)
        ft_str_addc(&why, isprint((unsigned char)line[i]) ? line[i] : '?');
    ft_str_add(&why, strlen(line) > QUOTE_MAX ? "...'" : "'");
    end_life(h, why.s);
    ft_str_release(&why);
}

static void end_misunderstood(struct ft_helper *h, struct json_object *answer)
{
    char *why = ft_asprintf("did not understand a request: %s",
                            ft_json_str_or(answer, "reason", "no reason"));

    end_life(h, why);
    free(why);
}

static bool has_null_id(struct json_object *answer)
{
    struct json_object *id;

    return json_object_object_get_ex(answer, "id", &id) && !id;
}

/* An id that was answered before is that of an answer that came too late. */
static void take_answer(struct ft_helper *h, struct json_object *answer,
                        const char *line)
{
    int64_t id = ft_json_int_or(answer, "id", -1);
    struct json_object *ok;
    bool valid = json_object_object_get_ex(answer, "ok", &ok) &&
                 json_object_is_type(ok, json_type_boolean);
    struct request *r;

    if (valid && has_null_id(answer)) {
        end_misunderstood(h, answer);
    } else if (!valid || id < 1 || id >= h->next_id ||
               (!h->opened && id != h->open_id)) {
        end_nonsense(h, line);
    } else if (id == h->open_id) {
        if (!h->opened)
            take_open(h, answer);
    } else {
        r = take_request(h, id);
        if (r)
            tell(r, answer);
        arm(h);
    }
}

static void on_line(const char *line, size_t len, void *arg)
{
    struct ft_helper *h = arg;
    struct json_object *answer = ft_json_parse(line, len, "answer", NULL);

    h->silent = 0;
    if (answer && json_object_is_type(answer, json_type_object))
        take_answer(h, answer, line);
    else
        end_nonsense(h, line);
    json_object_put(answer);
}

/* --- the timer does what cannot be done inside a call --------------------- */

static void start(struct ft_helper *h)
{
    const struct ft_helper_events events = { .line = on_line,
                                             .ended = on_ended,
                                             .arg = h };
    double within_s = h->site->answer_within_s > 0 ? h->site->answer_within_s
                                                   : FT_HELPER_WITHIN_S;
    char *why;
    int rc;

    h->started_ns = ft_clock_mono_ns();
    h->open_by_ns = h->started_ns + (int64_t)(within_s * 1e9);
    rc = ft_helper_life_start(h->program, h->site->name, h->loop, h->log_fd,
                              &events, &h->life);
    if (rc == 0) {
        send_open(h);
        return;
    }
    why = ft_asprintf("cannot be started: %s", strerror(rc));
    bury(h, why);
    free(why);
}

/* The first that is answered without the program, or NULL. */
static struct request *take_due(struct ft_helper *h)
{
    int64_t now = ft_clock_mono_ns();

    for (const struct request *r = h->first; r; r = r->next)
        if (r->verdict || r->deadline_ns <= now)
            return take_request(h, r->id);
    return NULL;
}

static void tell_late(struct ft_helper *h, struct request *r)
{
    char *reason;

    if (h->life) {
        reason = ft_asprintf("the adapter '%s' gave no answer within %g s",
                             h->program, r->within_s);
        h->silent += !r->line;
    } else {
        reason = ft_strdup(h->why_not.s);
    }
    tell_unavailable(r, reason);
    free(reason);
}

static void tell_due(struct ft_helper *h)
{
    struct request *r;

    while ((r = take_due(h))) {
        if (r->verdict)
            tell(r, r->verdict);
        else
            tell_late(h, r);
    }
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct ft_helper *h = handle->data;

    ft_str_release(&h->why_not);
    free(h->program);
    free(h->project_dir);
    free(h);
}

static void finish_life(struct ft_helper *h)
{
    if (!h->life)
        return;
    ft_helper_life_send(h->life, ft_asprintf("{\"id\":%lld,\"op\":\"close\"}\n",
                                             (long long)h->next_id++));
    ft_helper_life_finish(h->life);
    forget_life(h);
}

static void on_timer(uv_timer_t *timer)
{
    struct ft_helper *h = timer->data;

    if (h->closing) {
        finish_life(h);
        tell_all_unavailable(h, "the engine has closed the site");
        uv_close((uv_handle_t *)&h->timer, on_timer_closed);
        return;
    }
    tell_due(h);
    if (h->life && h->silent >= FT_HELPER_SILENT_MAX)
        end_life(h, "hangs: several answers in a row did not come");
    else if (h->life && !h->opened && ft_clock_mono_ns() >= h->open_by_ns)
        end_life(h, "did not answer 'open' in time");
    else if (!h->life && h->first && ft_clock_mono_ns() >= h->not_before_ns)
        start(h);
    arm(h);
}

/* --- for the engine ------------------------------------------------------- */

char *ft_helper_program(const struct ft_site *site)
{
    static const struct { /* that come with fedtwin */
        const char *adapter, *program;
    } own[] = {
        { "slurm", "fedtwin-slurm" },
        { "slurmrest", "fedtwin-rest" },
    };

    for (size_t i = 0; i < FT_ARRAY_LEN(own); i++)
        if (strcmp(own[i].adapter, site->adapter) == 0)
            return ft_dirs_program(own[i].program);
    return ft_strdup(site->program);
}

struct ft_helper *ft_helper_new(const struct ft_site *site,
                                const char *project_dir,
                                struct uv_loop_s *loop, int log_fd,
                                struct ft_err *err)
{
    char *program = ft_helper_program(site);
    struct ft_helper *h;

    if (!program) {
        ft_err_set(err, FT_ESITE, "site '%s' has no adapter program",
                   site->name);
        return NULL;
    }
    h = ft_calloc(1, sizeof(*h));
    h->site = site;
    h->project_dir = ft_strdup(project_dir);
    h->program = program;
    h->loop = loop;
    h->log_fd = log_fd;
    h->next_id = 1;
    h->why_not = (struct ft_str)FT_STR_INIT;
    (void)uv_timer_init(loop, &h->timer);
    h->timer.data = h;
    return h;
}

static struct json_object *too_long(const struct request *r)
{
    struct json_object *answer = unavailable(
        r, "the request is longer than 16 MiB");

    ft_json_add_str(answer, "error", "protocol");
    return answer;
}

void ft_helper_ask(struct ft_helper *h, struct json_object *request,
                   double within_s, ft_helper_answer *answer, void *arg)
{
    struct request *r, **last = &h->first;

    if (h->closing) {
        json_object_put(request);
        return;
    }
    r = ft_calloc(1, sizeof(*r));
    r->id = h->next_id++;
    ft_json_add_int(request, "id", r->id);
    r->line = line_of(request);
    r->within_s = within_s;
    r->deadline_ns = ft_clock_mono_ns() +
                     (int64_t)(fmin(within_s, WITHIN_MAX_S) * 1e9);
    r->answer = answer;
    r->arg = arg;
    while (*last)
        last = &(*last)->next;
    *last = r;
    if (strlen(r->line) > FT_HELPER_LINE_MAX + 1)
        r->verdict = too_long(r);
    else if (h->opened)
        send_waiting(h);
    arm(h);
}

bool ft_helper_has(const struct ft_helper *h, const char *feature)
{
    struct json_object *list = json_object_object_get(h->opened, "features");

    if (!json_object_is_type(list, json_type_array))
        return false;
    for (size_t i = 0; i < json_object_array_length(list); i++)
        if (strcmp(ft_json_at_or(list, i, ""), feature) == 0)
            return true;
    return false;
}

struct json_object *ft_helper_opened(const struct ft_helper *h)
{
    return h->opened;
}

void ft_helper_close(struct ft_helper *h)
{
    if (!h)
        return;
    h->closing = true;
    arm(h);
}
