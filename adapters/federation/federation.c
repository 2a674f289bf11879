/* federation.c - several sites as if they were one
 *
 * The drive talks to one adapter.  When a run may use several sites that is the
 * federation, which gives each attempt to one of them and hands back what they
 * say.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/federation/federation_in.h"
#include "adapters/link/attempt_json.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "model/site_set.h"

#define LOOK_MS 1000      /* between looks at what waits */
#define MOVE_AFTER_S 30.0 /* a queued job is moved no sooner, */
#define MOVE_FACTOR 3.0   /* nor before it waited so many times longer than
                             it would elsewhere */
#define FAULTS_MAX 3      /* in a row, and the site is left alone */
#define SHUT_S 60.0       /* for so long at first */
#define SHUT_MAX_S 3600.0

static const char *key_of(uint64_t tag, char key[24])
{
    snprintf(key, 24, "%" PRIu64, tag);
    return key;
}

static struct ft_placed *find(const struct ft_federation *f, uint64_t tag)
{
    char key[24];

    return ft_map_get(&f->placed, key_of(tag, key));
}

/* --- giving and taking back ----------------------------------------------- */

static void give(struct ft_placed *p, struct ft_member *m, const char *why)
{
    struct ft_federation *f = m->federation;

    p->member = m;
    p->given_ns = ft_clock_mono_ns();
    p->started_ns = 0;
    p->moving = false;
    free(p->why);
    p->why = ft_strdup(why);
    m->used += p->slots;
    m->n_queued++;
    ft_placed_stage(f, p)->last = m;
    f->events.placed(p->attempt->tag, ft_member_name(m), why, f->events.arg);
    m->adapter->submit(m->conn, p->attempt, 1);
}

static void take_back(struct ft_placed *p)
{
    struct ft_member *m = p->member;

    if (!m)
        return;
    m->used -= p->slots;
    m->n_queued -= !p->started_ns;
    p->member = NULL;
}

static void forget(struct ft_federation *f, struct ft_placed *p)
{
    char key[24];

    take_back(p);
    for (size_t i = 0; i < f->n; i++)
        free(p->refusal[i]);
    free(p->refusal);
    free(p->why);
    (void)ft_map_put(&f->placed, key_of(p->attempt->tag, key), NULL);
    ft_attempt_free(p->attempt);
    free(p);
}

/* No site takes it now: it comes again, unless none ever will. */
static void cannot_place(struct ft_federation *f, struct ft_placed *p,
                         const char *why)
{
    char *reason = ft_asprintf("no site can take it: %s", why);
    bool later = false;
    int64_t now = ft_clock_mono_ns();
    uint64_t tag = p->attempt->tag;

    for (size_t i = 0; i < f->n; i++)
        later |= (now < f->member[i].shut_until_ns || f->member[i].drained) &&
                 !p->refusal[i];
    forget(f, p);
    f->events.submitted(tag, later ? FT_SUBMIT_RETRY_AFTER
                                   : FT_SUBMIT_REJECTED,
                        NULL, SHUT_S / 4, reason, f->events.arg);
    free(reason);
}

static void place(struct ft_federation *f, struct ft_placed *p)
{
    struct ft_str why = FT_STR_INIT;
    struct ft_member *m = ft_federation_choose(f, p, &why);

    if (m)
        give(p, m, why.s);
    else
        cannot_place(f, p, why.s);
    ft_str_release(&why);
}

/* --- what the sites say --------------------------------------------------- */

static void is_well(struct ft_member *m)
{
    m->faults = 0;
    m->shut_s = 0;
}

/* A site that fails again and again gets nothing for a while. */
static void is_faulty(struct ft_member *m)
{
    if (++m->faults < FAULTS_MAX)
        return;
    m->shut_s = m->shut_s > 0 ? 2 * m->shut_s : SHUT_S;
    if (m->shut_s > SHUT_MAX_S)
        m->shut_s = SHUT_MAX_S;
    m->shut_until_ns = ft_clock_mono_ns() + (int64_t)(m->shut_s * NS_PER_S);
    m->faults = 0;
}

static void on_submitted(uint64_t tag, enum ft_submit_answer answer,
                         const char *job, double retry_after_s,
                         const char *reason, void *arg)
{
    struct ft_member *m = arg;
    struct ft_federation *f = m->federation;
    struct ft_placed *p = find(f, tag);
    char *name;

    if (!p || p->member != m)
        return;
    if (answer == FT_SUBMIT_OK) {
        name = job ? ft_asprintf("%s:%s", ft_member_name(m), job) : NULL;
        f->events.submitted(tag, answer, name, 0, NULL, f->events.arg);
        free(name);
        return;
    }
    if (answer == FT_SUBMIT_DENIED)
        is_faulty(m);
    if (answer == FT_SUBMIT_DENIED || answer == FT_SUBMIT_REJECTED) {
        free(p->refusal[m - f->member]);
        p->refusal[m - f->member] = ft_strdup(reason ? reason : "refused");
        take_back(p);
        if (reason)
            f->events.waiting(tag, reason, f->events.arg);
        place(f, p);
        return;
    }
    forget(f, p);
    f->events.submitted(tag, answer, NULL, retry_after_s, reason,
                        f->events.arg);
}

static void on_started(uint64_t tag, const char *host, void *arg)
{
    struct ft_member *m = arg;
    struct ft_federation *f = m->federation;
    struct ft_placed *p = find(f, tag);

    if (!p || p->member != m || p->started_ns)
        return;
    p->started_ns = ft_clock_mono_ns();
    m->n_queued--;
    m->wait_s = ft_mean(m->wait_s,
                     (double)(p->started_ns - p->given_ns) / NS_PER_S);
    f->events.started(tag, host, f->events.arg);
}

static void on_progress(uint64_t tag, const char *line, void *arg)
{
    struct ft_member *m = arg;

    m->federation->events.progress(tag, line, m->federation->events.arg);
}

static void on_waiting(uint64_t tag, const char *reason, void *arg)
{
    struct ft_member *m = arg;

    m->federation->events.waiting(tag, reason, m->federation->events.arg);
}

/* The site tells in which form it takes it. */
static void on_placed(uint64_t tag, const char *site, const char *form,
                      void *arg)
{
    struct ft_member *m = arg;
    struct ft_federation *f = m->federation;
    const struct ft_placed *p = find(f, tag);
    char *why;

    if (!p || p->member != m)
        return;
    why = ft_asprintf("%s; %s", p->why, form);
    f->events.placed(tag, site, why, f->events.arg);
    free(why);
}

static void on_ended(uint64_t tag, const struct ft_ending *ending, void *arg)
{
    struct ft_member *m = arg;
    struct ft_federation *f = m->federation;
    struct ft_placed *p = find(f, tag);
    struct ft_ending e = *ending;
    struct ft_member_stage *stage;
    double run_s;

    if (!p || p->member != m)
        return;
    if (p->moving && !p->started_ns && e.outcome == FT_OUT_CANCELLED) {
        take_back(p);
        place(f, p);
        return;
    }
    if (e.outcome == FT_OUT_LOST || e.outcome == FT_OUT_NODE_FAIL)
        is_faulty(m);
    else if (e.outcome == FT_OUT_OK)
        is_well(m);
    if (e.outcome == FT_OUT_OK) {
        stage = ft_placed_stage(f, p);
        run_s = (double)(e.end_ns - e.start_ns) / NS_PER_S;
        stage->run_s = ft_mean(stage->run_s, run_s * ft_member_speed(m));
    }
    if (!*e.site)
        snprintf(e.site, sizeof(e.site), "%s", ft_member_name(m));
    forget(f, p);
    f->events.ended(tag, &e, f->events.arg);
}

/* --- moving --------------------------------------------------------------- */

/* A job that waits in a queue is moved only when it has waited for long, and
 * there is another site with room at this moment.  It is given there when the
 * first one says that it will not start. */
static void look_at(struct ft_federation *f, struct ft_placed *p)
{
    struct ft_member *m = p->member;
    int64_t now = ft_clock_mono_ns();
    double waited = m ? (double)(now - p->given_ns) / NS_PER_S : 0;

    if (!m || p->started_ns || p->moving || waited < MOVE_AFTER_S)
        return;
    for (size_t i = 0; i < f->n; i++) {
        struct ft_member *other = &f->member[i];
        double moving;

        (void)ft_member_missing(other, p, &moving);
        if (other == m || ft_member_obstacle(other, p, now) ||
            other->used + p->slots > other->slots || other->n_queued ||
            waited < MOVE_FACTOR * (ft_member_wait_s(other) + moving))
            continue;
        p->moving = true;
        m->adapter->cancel(m->conn, &p->attempt->tag, 1, 0);
        return;
    }
}

static void on_look(uv_timer_t *timer)
{
    struct ft_federation *f = timer->data;

    for (size_t i = 0; i < f->n; i++)
        f->member[i].drained = f->member[i].site &&
                               ft_site_drained(f->member[i].site, NULL);
    for (size_t i = 0; i < f->placed.len; i++)
        if (f->placed.entry[i].value)
            look_at(f, f->placed.entry[i].value);
}

/* --- the adapter ---------------------------------------------------------- */

static void on_closed(uv_handle_t *handle)
{
    struct ft_federation *f = handle->data;

    ft_map_release(&f->placed);
    for (size_t i = 0; i < f->stage.len; i++)
        free(f->stage.entry[i].value);
    ft_map_release(&f->stage);
    free(f->member);
    free(f);
}

static void close_federation(void *conn)
{
    struct ft_federation *f = conn;

    if (!f)
        return;
    for (size_t i = 0; i < f->n; i++)
        if (f->member[i].conn)
            f->member[i].adapter->close(f->member[i].conn);
    for (size_t i = 0; i < f->placed.len; i++)
        if (f->placed.entry[i].value)
            forget(f, f->placed.entry[i].value);
    uv_close((uv_handle_t *)&f->look, on_closed);
}

static int open_member(struct ft_member *m,
                       const struct ft_adapter_place *place,
                       struct uv_loop_s *loop, struct ft_err *err)
{
    struct ft_adapter_events events = {
        .submitted = on_submitted,
        .started = on_started,
        .progress = on_progress,
        .waiting = on_waiting,
        .ended = on_ended,
        .placed = on_placed,
        .arg = m,
    };
    double memory;

    m->wait_s = NAN;
    m->drained = m->site && ft_site_drained(m->site, NULL);
    m->adapter = ft_adapter_of(m->site);
    if (!m->adapter || m->adapter->bare)
        return ft_err_set(err, FT_ESITE, "site '%s' cannot be one of several",
                          ft_member_name(m));
    if (m->adapter->open(m->site, place, loop, &events, &m->conn, err) < 0)
        return -1;
    m->adapter->capacity(m->conn, &m->slots, &memory);
    return 0;
}

int ft_federation_open(const struct ft_site *const *site, size_t n,
                       const struct ft_adapter_place *place,
                       struct uv_loop_s *loop,
                       const struct ft_adapter_events *events, void **conn,
                       struct ft_err *err)
{
    struct ft_federation *f = ft_calloc(1, sizeof(*f));
    int rc = 0;

    f->events = *events;
    f->n = n;
    f->member = ft_calloc(n, sizeof(*f->member));
    (void)uv_timer_init(loop, &f->look);
    f->look.data = f;
    for (size_t i = 0; i < n && rc == 0; i++) {
        f->member[i].federation = f;
        f->member[i].site = site[i];
        rc = open_member(&f->member[i], place, loop, err);
    }
    if (rc < 0) {
        close_federation(f);
        return -1;
    }
    (void)uv_timer_start(&f->look, on_look, LOOK_MS, LOOK_MS);
    *conn = f;
    return 0;
}

static void capacity_federation(void *conn, int *slots, double *memory_bytes)
{
    const struct ft_federation *f = conn;

    *slots = 0;
    *memory_bytes = 0; /* each site knows its own */
    for (size_t i = 0; i < f->n; i++)
        *slots += f->member[i].slots;
}

/* What an earlier runner gave to a site is still there, or was lost there. */
static void give_again(struct ft_federation *f, struct ft_placed *p)
{
    const struct ft_attempt *a = p->attempt;
    struct ft_ending ending = { .outcome = FT_OUT_LOST };
    struct ft_member *m = NULL;

    for (size_t i = 0; i < f->n && a->placed; i++)
        if (strcmp(a->placed, ft_member_name(&f->member[i])) == 0)
            m = &f->member[i];
    if (m && !m->adapter->mortal) {
        give(p, m, "an earlier runner had placed it there");
        return;
    }
    if (m)
        (void)m->adapter->sweep(m->conn, NULL, a->tag_text);
    ending.start_ns = ending.end_ns = ft_clock_now_ns();
    snprintf(ending.reason, sizeof(ending.reason), "its runner ended%s",
             m ? "" : " before it was placed");
    f->events.submitted(a->tag, FT_SUBMIT_OK, NULL, 0, NULL, f->events.arg);
    f->events.ended(a->tag, &ending, f->events.arg);
    forget(f, p);
}

static void submit_federation(void *conn, const struct ft_attempt *attempt,
                              size_t n)
{
    struct ft_federation *f = conn;
    char key[24];

    for (size_t i = 0; i < n; i++) {
        struct ft_placed *p = ft_calloc(1, sizeof(*p));

        p->attempt = ft_attempt_copy(&attempt[i]);
        p->refusal = ft_calloc(f->n, sizeof(*p->refusal));
        p->slots = ft_attempt_slots(p->attempt);
        (void)ft_map_put(&f->placed, key_of(attempt[i].tag, key), p);
        if (attempt[i].again)
            give_again(f, p);
        else
            place(f, p);
    }
}

static void cancel_federation(void *conn, const uint64_t *tag, size_t n,
                              double grace_s)
{
    struct ft_federation *f = conn;

    for (size_t i = 0; i < n; i++) {
        struct ft_placed *p = find(f, tag[i]);

        if (!p || !p->member)
            continue;
        p->moving = false;
        p->member->adapter->cancel(p->member->conn, &tag[i], 1, grace_s);
    }
}

static bool sweep_federation(void *conn, const char *job,
                             const char *tag_text)
{
    struct ft_federation *f = conn;
    bool all = true;

    for (size_t i = 0; i < f->n; i++)
        all &= f->member[i].adapter->sweep(f->member[i].conn, job, tag_text);
    return all;
}

/* Only the site that it was at knows of it. */
static void published_federation(void *conn, uint64_t tag, const char *path,
                                 const char *content)
{
    struct ft_federation *f = conn;

    for (size_t i = 0; i < f->n; i++)
        if (f->member[i].adapter->published)
            f->member[i].adapter->published(f->member[i].conn, tag, path,
                                            content);
}

const struct ft_adapter ft_adapter_federation = {
    .name = "federation",
    .capacity = capacity_federation,
    .submit = submit_federation,
    .cancel = cancel_federation,
    .sweep = sweep_federation,
    .published = published_federation,
    .close = close_federation,
};
