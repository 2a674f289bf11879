/* federation_choose.c - where an attempt goes
 *
 * The drive talks to one adapter.  When a run may use several sites that is the
 * federation, which gives each attempt to one of them and hands back what they
 * say.  Where an attempt goes:
 *
 *   1. only a site that may and can take it: it is not drained, the stage does
 *      not ask for another one, no credential or connection of it is failing,
 *      and a queue of it is large enough;
 *   2. of these the one where it is expected to be done first:
 *         seconds = wait + moving the inputs there + run / speed
 *                   + weight * cost
 *      less a bonus for the site that the stage's earlier tasks went to.
 *
 * What is expected is what was seen in this run: how long jobs waited in the
 * queue and ran.  The decision and its numbers are told to the engine, which
 * keeps them in the journal.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/federation/federation_in.h"
#include "adapters/link/attempt_json.h"
#include "base/alloc.h"
#include "base/clock.h"

#define MIB (1024.0 * 1024.0)
#define RUN_GUESS_S 60.0  /* of a stage that nothing is known of */
#define QUEUE_GUESS_S 10.0
#define MEMORY 0.3        /* of an old mean, when a new value comes */
#define STICK_SHARE 0.1   /* of its run time: what it is worth to stay where the
                             stage is */

const char *ft_member_name(const struct ft_member *m)
{
    return m->site ? m->site->name : "local";
}

double ft_mean(double old, double value)
{
    return isnan(old) ? value : MEMORY * value + (1 - MEMORY) * old;
}

/* Why 'm' cannot have it, or NULL. */
const char *ft_member_obstacle(const struct ft_member *m,
                               const struct ft_placed *p, int64_t now)
{
    const struct ft_attempt *a = p->attempt;
    const struct ft_federation *f = m->federation;

    if (a->site && strcmp(a->site, ft_member_name(m)) != 0)
        return "the stage asks for another site";
    if (p->refusal[m - f->member])
        return p->refusal[m - f->member];
    if (now < m->shut_until_ns)
        return "it has failed too often";
    if (m->drained)
        return "it is drained";
    if (ft_attempt_slots(a) > m->slots && m->adapter->mortal)
        return "it is too small";
    return m->adapter->obstacle ? m->adapter->obstacle(m->conn, a) : NULL;
}

struct ft_member_stage *ft_placed_stage(struct ft_federation *f,
                              const struct ft_placed *p)
{
    struct ft_member_stage *stage = ft_map_get(&f->stage, p->attempt->stage);

    if (stage)
        return stage;
    stage = ft_calloc(1, sizeof(*stage));
    stage->run_s = NAN;
    (void)ft_map_put(&f->stage, p->attempt->stage, stage);
    return stage;
}

double ft_member_speed(const struct ft_member *m)
{
    return m->site && m->site->speed > 0 ? m->site->speed : 1;
}

/* Of a queue that was not tried yet as much as of the others: only so it is
 * tried. */
double ft_member_wait_s(const struct ft_member *m)
{
    const struct ft_federation *f = m->federation;
    double sum = 0;
    size_t n = 0;

    if (m->adapter->mortal || !isnan(m->wait_s))
        return m->adapter->mortal ? 0 : m->wait_s;
    for (size_t i = 0; i < f->n; i++)
        if (!f->member[i].adapter->mortal && !isnan(f->member[i].wait_s)) {
            sum += f->member[i].wait_s;
            n++;
        }
    return n ? sum / (double)n : QUEUE_GUESS_S;
}

double ft_member_missing(const struct ft_member *m, const struct ft_placed *p,
                         double *seconds)
{
    *seconds = 0;
    return m->adapter->missing_bytes
               ? m->adapter->missing_bytes(m->conn, p->attempt, seconds) : 0;
}

/* Seconds until it would be done there. */
static double expected_s(const struct ft_member *m, const struct ft_placed *p)
{
    const struct ft_member_stage *stage = ft_placed_stage(m->federation, p);
    double run = p->attempt->expected_s > 0 ? p->attempt->expected_s
                 : isnan(stage->run_s) ? RUN_GUESS_S : stage->run_s;
    double speed = ft_member_speed(m), wait = ft_member_wait_s(m);
    double cost = m->adapter->cost_s ? m->adapter->cost_s(m->conn, p->attempt)
                                     : 0;
    bool stays = stage->last == m;
    double moving;

    /* Behind what it has already. */
    if (m->used + p->slots > m->slots)
        wait += (double)(m->used + p->slots - m->slots) / m->slots * run /
                speed;
    (void)ft_member_missing(m, p, &moving);
    return wait + moving + run / speed + cost - (stays ? STICK_SHARE * run : 0);
}

static void add_missing(const struct ft_member *m, const struct ft_placed *p,
                        struct ft_str *why)
{
    double seconds, bytes = ft_member_missing(m, p, &seconds);

    if (bytes > 0)
        ft_str_addf(why, ", %.1f MiB to move in %.1f s", bytes / MIB, seconds);
}

/* The site that would be done first; 'why' gets the numbers of all. */
struct ft_member *ft_federation_choose(struct ft_federation *f,
                                       const struct ft_placed *p,
                                       struct ft_str *why)
{
    int64_t now = ft_clock_mono_ns();
    struct ft_member *best = NULL;
    double least = 0;

    for (size_t i = 0; i < f->n; i++) {
        struct ft_member *m = &f->member[i];
        const char *not = ft_member_obstacle(m, p, now);
        double s = not ? 0 : expected_s(m, p);

        ft_str_addf(why, "%s%s: ", why->len ? "; " : "", ft_member_name(m));
        if (not)
            ft_str_add(why, not);
        else
            ft_str_addf(why, "%.0f s expected, %d of %d slots in use, %zu "
                        "queued", s, m->used, m->slots, m->n_queued);
        if (!not)
            add_missing(m, p, why);
        if (not || (best && s >= least))
            continue;
        best = m;
        least = s;
    }
    return best;
}
