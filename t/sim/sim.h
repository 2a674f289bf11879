/* sim.h - random histories of the scheduler against stated invariants
 *
 *   world.c    a random workflow, and what follows from its text
 *   history.c  a runner and a site until the end
 *   journal.c  the runner's records
 *   check.c    the invariants
 *   main.c     many seeds, or one with a trace
 *
 * The scheduler and the run are the engine's own; everything round them is a
 * model: the journal is a list of records of which a crash keeps a prefix, the
 * store is a flag for each task, the site a list of attempts.  What the model
 * knows about the workflow it knows from making it, not from the plan.
 */
#ifndef FT_T_SIM_SIM_H
#define FT_T_SIM_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "run/record/run.h"
#include "run/sched/sched.h"

#define STAGES_MAX 6
#define LINKS_MAX 2
#define SEEDS_PER_WORLD 256 /* histories that share a workflow */
#define GIB 1073741824.0
#define SECOND INT64_C(1000000000)

uint64_t sim_draw(uint64_t *state);
/* In 0 ... n - 1. */
unsigned sim_below(uint64_t *state, unsigned n);
bool sim_chance(uint64_t *state, unsigned percent);

/* --- world.c -------------------------------------------------------------- */

enum link_kind { LINK_GATHER, LINK_CHOSEN, LINK_NEEDS };

struct link {
    enum link_kind kind;
    size_t from; /* an earlier stage */
};

struct spec {
    unsigned n_a, n_b; /* values of the axes 'a' and 'b'; 0: no such axis */
    unsigned ranks, memory_gib, scale;
    unsigned retry_max, retry_on; /* a bit set of outcomes */
    int when;       /* cells with a < when run; -1: all */
    bool optional;
    bool outputs;
    struct link link[LINKS_MAX];
    size_t n_links;
    size_t first, n; /* tasks */
};

struct world {
    struct spec spec[STAGES_MAX];
    size_t n_stages;
    struct ft_str text;
    struct ft_module_set *modules;
    struct ft_workflow *wf;
    struct ft_plan *plan;
};

void world_open(struct world *w, uint64_t seed);
void world_close(struct world *w);
const struct spec *world_spec(const struct world *w, size_t task);
/* Does 'task' take its input or order over 'link' from 'producer'? */
bool world_feeds(const struct world *w, size_t task, const struct link *link,
                 size_t producer);

/* --- history.c ------------------------------------------------------------ */

/* Where the runner has a task. */
enum life { LIFE_NONE, LIFE_PREPARING, LIFE_READY, LIFE_RUNNING,
            LIFE_PUBLISHING, LIFE_LATER };

/* What is true of a task, whatever the runner remembers. */
struct truth {
    enum life life;
    bool kept;      /* its success is in the durable part of the journal */
    bool published; /* the store has its results */
    bool usable;    /* an attempt's directory holds results that are whole */
    unsigned failures, faults; /* ends since its credit was renewed */
    unsigned slots; /* that its attempt holds */
    double memory_bytes;
};

enum record_kind { REC_INTENT, REC_STARTED, REC_ENDED, REC_AGAIN, REC_DONE,
                   REC_CACHED, REC_SKIPPED, REC_FAILED, REC_END, REC_RESUME,
                   REC_PAUSE, REC_UNPAUSE, REC_HOLD, REC_RELEASE };

struct record {
    enum record_kind kind;
    unsigned what; /* attempt, outcome or state */
    size_t task;
    int64_t at_ns;
};

struct sim {
    uint64_t seed, random;
    bool trace;
    const struct world *w;
    struct ft_sched_limits limits;
    struct ft_run *run;
    struct ft_sched *sched;
    int64_t now_ns;
    struct record *record;
    size_t n_records, cap_records, n_durable;
    struct truth *truth;
    size_t *busy; /* tasks that are prepared, run or are published */
    size_t n_busy;
    unsigned used_slots;
    double used_memory;
    bool cancelled;
    /* how hard this history is */
    unsigned fail, fault, refuse, reuse, crash; /* per cent; crash: per 1000 */
    unsigned n_crashes, n_resumes, n_steers;
    unsigned step;
    unsigned long long crashes, attempts, lost_records; /* for the summary */
};

/* Simulate history number 'seed' in 'w'; a broken invariant is printed and ends
 * the program. */
void sim_history(struct sim *sim, const struct world *w, uint64_t seed);

/* --- journal.c ------------------------------------------------------------ */

/* Take a record, and change the run as it says. */
void sim_record(struct sim *sim, enum record_kind kind, size_t task,
                unsigned what);
/* The journal is durable up to its first 'n' records. */
void sim_durable(struct sim *sim, size_t n);
/* A run made of the records; the caller frees. */
struct ft_run *sim_replay(const struct sim *sim);

/* --- check.c -------------------------------------------------------------- */

_Noreturn void sim_broken(const struct sim *sim, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

void check_prepare(const struct sim *sim, size_t task);
void check_skip(const struct sim *sim, size_t task);
void check_start(const struct sim *sim, size_t task);
void check_room(const struct sim *sim);
/* The attempt ended with 'outcome' and will, or will not, come 'again'. */
void check_retry(const struct sim *sim, size_t task, enum ft_outcome outcome,
                 bool again);
void check_counts(const struct sim *sim);
/* 'run' was made from the same records as sim->run. */
void check_replay(const struct sim *sim, const struct ft_run *run);
void check_end(const struct sim *sim);

#endif
