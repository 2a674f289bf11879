/* federation_in.h - what the files of the federation share
 *
 *   federation.c         the adapter: giving, taking back, moving
 *   federation_choose.c  where an attempt goes
 */
#ifndef ADAPTERS_FEDERATION_IN_H
#define ADAPTERS_FEDERATION_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/map.h"
#include "base/str.h"
#include "run/adapter.h"

#define NS_PER_S 1e9

struct ft_federation;

struct ft_member {
    struct ft_federation *federation;
    const struct ft_site *site; /* NULL: this machine */
    const struct ft_adapter *adapter;
    void *conn;
    int slots, used;  /* held by what it was given */
    size_t n_queued;  /* given, and not started */
    double wait_s;    /* mean time in its queue; NAN: not known */
    int faults;       /* in a row */
    bool drained;     /* as of the last look */
    double shut_s;    /* how long it was left alone last */
    int64_t shut_until_ns;
};

/* What was seen of a stage. */
struct ft_member_stage {
    struct ft_member *last; /* its last attempt went there */
    double run_s;        /* mean time that one ran, at speed 1; NAN: unknown */
};

struct ft_placed {
    struct ft_attempt *attempt; /* an own copy */
    struct ft_member *member;
    int slots;
    char *why; /* it was chosen */
    int64_t given_ns, started_ns;
    bool moving;   /* it is taken back, to be given to another site */
    char **refusal; /* of each member that will not have it, what it said */
};

struct ft_federation {
    struct ft_adapter_events events;
    struct ft_member *member;
    size_t n;
    struct ft_map placed;   /* tag as text -> struct ft_placed */
    struct ft_map stage;    /* name -> struct ft_member_stage */
    uv_timer_t look;
    bool closing;
};

const char *ft_member_name(const struct ft_member *member);
/* 'old', a mean or NAN, with one more value. */
double ft_mean(double old, double value);

/* --- federation_choose.c -------------------------------------------------- */

struct ft_member_stage *ft_placed_stage(struct ft_federation *f,
                                        const struct ft_placed *p);
double ft_member_speed(const struct ft_member *member);
/* Seconds that a job waits in its queue. */
double ft_member_wait_s(const struct ft_member *member);
/* Bytes that it needs and that the site has not got, and how long they take to
 * get there. */
double ft_member_missing(const struct ft_member *member,
                         const struct ft_placed *p, double *seconds);
/* Why 'member' cannot have it now, or NULL. */
const char *ft_member_obstacle(const struct ft_member *member,
                               const struct ft_placed *p, int64_t now);
/* The site that would be done first; 'why' gets the numbers of all.  NULL:
 * there is none. */
struct ft_member *ft_federation_choose(struct ft_federation *f,
                                       const struct ft_placed *p,
                                       struct ft_str *why);

#endif
