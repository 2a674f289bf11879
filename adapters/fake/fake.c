/* fake.c - the adapter for a site that is only simulated
 *
 * Nothing is started: an attempt is an entry in a heap of what happens next.
 * With a clock of its own the site lets time pass when the engine has nothing
 * else to do, so that days of a site take as long as the engine's own work.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "adapters/fake/fake_script.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"
#include "run/adapter.h"

#define NS_PER_S 1e9
#define NS_PER_MS 1000000
#define SLOTS 1 /* when the site file does not say */

struct job {
    uint64_t tag;
    uint64_t order;  /* of acceptance: what happens at once keeps it */
    int64_t when_ns; /* its next event: start, then end */
    int64_t start_ns;
    int64_t run_ns;
    enum ft_outcome outcome;
    bool started;
    char *tag_text; /* only when the engine may ask for it: or NULL */
};

struct fake {
    struct ft_fake_script script;
    struct ft_adapter_events events;
    uv_timer_t timer;
    struct job *job; /* heap, earliest event first */
    size_t n, cap;
    uint64_t accepted;
    int64_t now_ns;   /* of a clock of its own */
    int64_t until_ns; /* how far time may pass; -1: for ever */
    int slots;
    double memory_bytes;
    char host[64];
};

/* --- what happens next ---------------------------------------------------- */

static bool comes_first(const struct job *a, const struct job *b)
{
    return a->when_ns != b->when_ns ? a->when_ns < b->when_ns
                                    : a->order < b->order;
}

static void swap(struct fake *fake, size_t a, size_t b)
{
    struct job keep = fake->job[a];

    fake->job[a] = fake->job[b];
    fake->job[b] = keep;
}

static void sink(struct fake *fake, size_t i)
{
    for (size_t child; (child = 2 * i + 1) < fake->n; i = child) {
        if (child + 1 < fake->n &&
            comes_first(&fake->job[child + 1], &fake->job[child]))
            child++;
        if (!comes_first(&fake->job[child], &fake->job[i]))
            break;
        swap(fake, i, child);
    }
}

static void push(struct fake *fake, const struct job *job)
{
    size_t i = fake->n;

    fake->job = ft_grow(fake->job, fake->n, &fake->cap, sizeof(*fake->job));
    fake->job[fake->n++] = *job;
    for (; i && comes_first(&fake->job[i], &fake->job[(i - 1) / 2]);
         i = (i - 1) / 2)
        swap(fake, i, (i - 1) / 2);
}

static void pop(struct fake *fake, struct job *job)
{
    *job = fake->job[0];
    fake->job[0] = fake->job[--fake->n];
    sink(fake, 0);
}

/* Put the heap in order after any of its jobs were changed. */
static void arrange(struct fake *fake)
{
    for (size_t i = fake->n / 2; i-- > 0;)
        sink(fake, i);
}

static int64_t now_fake(void *conn)
{
    const struct fake *fake = conn;

    return fake->script.simulated ? fake->now_ns : ft_clock_now_ns();
}

static void end_job(struct fake *fake, const struct job *job)
{
    struct ft_ending e = {
        .outcome = job->outcome,
        .exit_code = job->outcome == FT_OUT_ERROR,
        .start_ns = job->start_ns,
        .end_ns = job->when_ns,
    };

    if (job->outcome != FT_OUT_OK)
        snprintf(e.reason, sizeof(e.reason), "simulated outcome: %s",
                 ft_outcome_names[job->outcome]);
    snprintf(e.host, sizeof(e.host), "%s", fake->host);
    free(job->tag_text);
    fake->events.ended(job->tag, &e, fake->events.arg);
}

/* Everything up to 'now', in order. */
static void deliver(struct fake *fake, int64_t now)
{
    struct job job;

    while (fake->n && fake->job[0].when_ns <= now) {
        pop(fake, &job);
        if (job.started) {
            end_job(fake, &job);
            continue;
        }
        job.started = true;
        job.start_ns = job.when_ns;
        job.when_ns += job.run_ns;
        fake->events.started(job.tag, fake->host, fake->events.arg);
        push(fake, &job);
    }
}

/* --- time ----------------------------------------------------------------- */

static void on_time(uv_timer_t *timer);

/* Only a real clock makes the loop wait. */
static void set_timer(struct fake *fake)
{
    int64_t left;

    if (!fake->n || fake->script.simulated)
        return;
    left = fake->job[0].when_ns - ft_clock_now_ns();
    (void)uv_timer_start(&fake->timer, on_time,
                         left > 0 ? (uint64_t)(left / NS_PER_MS) + 1 : 0, 0);
}

static void on_time(uv_timer_t *timer)
{
    struct fake *fake = timer->data;

    if (fake->script.simulated) {
        int64_t next = fake->n ? fake->job[0].when_ns : fake->until_ns;

        if (fake->until_ns >= 0 && fake->until_ns < next)
            next = fake->until_ns;
        if (next > fake->now_ns)
            fake->now_ns = next;
    }
    deliver(fake, now_fake(fake));
    set_timer(fake);
}

static void pass_fake(void *conn, int64_t until_ns)
{
    struct fake *fake = conn;

    fake->until_ns = until_ns;
    if (fake->n || until_ns >= 0)
        (void)uv_timer_start(&fake->timer, on_time, 0, 0);
}

/* --- the adapter ---------------------------------------------------------- */

static void on_closed(uv_handle_t *handle)
{
    struct fake *fake = handle->data;

    free(fake->job);
    free(fake);
}

static int open_fake(const struct ft_site *site,
                     const struct ft_adapter_place *place,
                     struct uv_loop_s *loop,
                     const struct ft_adapter_events *events, void **conn,
                     struct ft_err *err)
{
    struct fake *fake = ft_calloc(1, sizeof(*fake));

    (void)place;
    if (ft_fake_read(site, &fake->script, err) < 0) {
        free(fake);
        return -1;
    }
    fake->events = *events;
    fake->slots = site->slots ? site->slots : SLOTS;
    fake->memory_bytes = site->memory_bytes;
    fake->now_ns = ft_clock_now_ns();
    snprintf(fake->host, sizeof(fake->host), "%s", site->name);
    (void)uv_timer_init(loop, &fake->timer);
    fake->timer.data = fake;
    *conn = fake;
    return 0;
}

static void capacity_fake(void *conn, int *slots, double *memory_bytes)
{
    const struct fake *fake = conn;

    *slots = fake->slots;
    *memory_bytes = fake->memory_bytes;
}

static void accept_job(struct fake *fake, const struct ft_attempt *a,
                       const struct ft_fake_fate *fate)
{
    int64_t now = now_fake(fake);
    struct job job = {
        .tag = a->tag,
        .order = ++fake->accepted,
        .when_ns = now + (int64_t)(fate->wait_s * NS_PER_S),
        .run_ns = (int64_t)(fate->run_s * NS_PER_S),
        .outcome = fate->outcome,
    };

    if (fate->answer == FT_SUBMIT_UNKNOWN_OUTCOME) {
        job.tag_text = ft_strdup(a->tag_text);
    } else {
        fake->events.submitted(a->tag, FT_SUBMIT_OK, NULL, 0, NULL,
                               fake->events.arg);
    }
    push(fake, &job);
    set_timer(fake);
}

static void submit_one(struct fake *fake, const struct ft_attempt *a)
{
    static const char *const why[] = {
        [FT_SUBMIT_RETRY_AFTER] = "simulated answer: busy",
        [FT_SUBMIT_DENIED] = "simulated answer: denied",
        [FT_SUBMIT_REJECTED] = "simulated answer: rejected",
        [FT_SUBMIT_UNKNOWN_OUTCOME] = "simulated answer: unknown",
    };
    struct ft_fake_fate fate;

    if (a->outputs && !fake->script.without_outputs) {
        fake->events.submitted(a->tag, FT_SUBMIT_REJECTED, NULL, 0,
                               "a simulated site makes no outputs; 'outputs: "
                               "none' among its options lets tasks succeed "
                               "without them", fake->events.arg);
        return;
    }
    ft_fake_fate(&fake->script, a->tag, a->timeout_s, &fate);
    if (fate.accepted)
        accept_job(fake, a, &fate);
    if (fate.answer != FT_SUBMIT_OK)
        fake->events.submitted(a->tag, fate.answer, NULL,
                               fake->script.retry_after_s, why[fate.answer],
                               fake->events.arg);
}

static void submit_fake(void *conn, const struct ft_attempt *attempt,
                        size_t n)
{
    for (size_t i = 0; i < n; i++)
        submit_one(conn, &attempt[i]);
}

static int compare_tags(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

/* They end now; the events come when time passes again. */
static void cancel_fake(void *conn, const uint64_t *tag, size_t n,
                        double grace_s)
{
    uint64_t *sorted = ft_calloc(n + 1, sizeof(*sorted));
    struct fake *fake = conn;
    int64_t now = now_fake(fake);

    (void)grace_s;
    memcpy(sorted, tag, n * sizeof(*sorted));
    qsort(sorted, n, sizeof(*sorted), compare_tags);
    for (size_t i = 0; i < fake->n; i++) {
        struct job *job = &fake->job[i];

        if (!bsearch(&job->tag, sorted, n, sizeof(*sorted), compare_tags))
            continue;
        job->outcome = FT_OUT_CANCELLED;
        job->when_ns = now;
        if (!job->started)
            job->start_ns = now;
        job->started = true;
    }
    arrange(fake);
    free(sorted);
    set_timer(fake);
}

/* Only what an unknown outcome left behind is ever found: no job outlives the
 * process that simulates it. */
static bool sweep_fake(void *conn, const char *id, const char *tag_text)
{
    struct fake *fake = conn;
    size_t kept = 0;

    (void)id;
    for (size_t i = 0; i < fake->n; i++) {
        struct job *job = &fake->job[i];

        if (job->tag_text && strcmp(job->tag_text, tag_text) == 0)
            free(job->tag_text);
        else
            fake->job[kept++] = *job;
    }
    fake->n = kept;
    arrange(fake);
    return true;
}

static void close_fake(void *conn)
{
    struct fake *fake = conn;

    for (size_t i = 0; i < fake->n; i++)
        free(fake->job[i].tag_text);
    fake->n = 0;
    uv_close((uv_handle_t *)&fake->timer, on_closed);
}

const struct ft_adapter ft_adapter_fake = {
    .name = "fake",
    .bare = true,
    .mortal = true,
    .open = open_fake,
    .capacity = capacity_fake,
    .now = now_fake,
    .pass = pass_fake,
    .submit = submit_fake,
    .cancel = cancel_fake,
    .sweep = sweep_fake,
    .close = close_fake,
};
