/* drive_in.h - what the files that drive a run share
 *
 *   drive.c    the loop, signals, the end
 *   start.c    the beginning: a new run, or one that goes on
 *   events.c   what the store and the site report
 *   flight.c   the flights, found by their task
 *   steps.c    what a scheduler's wish means: skip, prepare, start
 *   handoff.c  the attempt directory that a program starts in
 *   simulated.c  time and results where a site is only simulated
 *   collect.c  what an attempt leaves behind, and its publication
 *   serve.c    what other commands ask of the run
 *   turns.c    what is known only as the run goes: turns and rows
 *   rivals.c   other runs on the same machine
 *   absent.c   results whose payload was removed
 *   recall.c   single tasks that are cancelled or tried again
 *
 * A flight is a task between its preparation and its final state.
 */
#ifndef FT_RUN_DRIVE_IN_H
#define FT_RUN_DRIVE_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/err.h"
#include "base/sha256.h"
#include "data/store/store.h"
#include "plan/bind.h"
#include "run/adapter.h"
#include "run/drive/drive.h"
#include "run/record/journal.h"
#include "run/sched/sched.h"

struct ft_absent;
struct ft_ahead;
struct ft_control;
struct ft_estimate;
struct ft_lease;
struct ft_rivals;
struct ft_workdirs;
struct json_object;

struct ft_flight {
    struct ft_drive *drive;
    size_t task;
    int attempt;
    size_t at;              /* index in drive->flight */
    struct ft_flight *next; /* in the same bucket */
    struct ft_bound *bound;
    char *dir, *tag_text;
    char **argv, **env;
    size_t n_extracts;    /* inputs of type file that are being taken out */
    bool failed;          /* one of them was not */
    bool again;           /* an earlier runner may have submitted it */
    uint64_t intent;      /* records that have to be kept before it starts */
    bool submitted;       /* the site was asked to start it, or has */
    bool booked;          /* started, at the cost of at most */
    double worst_core_s;
    char *job;
    struct ft_ending ending;
    struct ft_result result; /* being published */
    size_t *port;            /* of each result.out: which output it is */
    uint64_t done;           /* not 0: published, by this record */
    bool later; /* ended well, without outputs: given to the store in bulk */
};

/* What is known of a stage while the run goes on (memo.c). */
struct ft_drive_memo {
    bool asked; /* for a memo: once is enough */
    bool known; /* 'root' is */
    uint8_t root[FT_SHA256_BYTES]; /* of the contents of all its cells */
};

/* An attempt as the site has reported it. */
struct ft_ended {
    uint64_t tag;
    struct ft_ending ending;
};

struct ft_drive {
    const struct ft_project *project;
    const struct ft_plan *plan;
    struct ft_drive_options options;
    struct ft_watcher watcher;
    struct ft_run *run;
    struct ft_journal *journal;
    struct ft_sched *sched;
    struct ft_store *store;
    struct ft_have have;
    const struct ft_adapter *adapter;
    struct ft_site **own_site; /* read again for a resume, or NULL */
    struct ft_adapter_place place;
    void *site; /* connection of the adapter */
    int machine_slots; /* what the site has */
    double machine_bytes;
    struct ft_rivals *rivals; /* NULL: the machine is not shared */
    struct ft_lease *lease;
    struct ft_control *control;
    struct ft_workdirs *workdirs;
    struct ft_drive_memo *memo; /* of each stage */
    struct ft_absent *absent; /* what is wanted of removed results; or NULL */
    char *dir;     /* of the run */
    bool resumed;  /* so that earlier attempts may have left results */
    bool rebooted; /* and the machine went down in between */

    struct ft_flight **flight;
    size_t n_flights, cap_flights;
    struct ft_flight **bucket; /* by task: flight.c */
    size_t n_buckets;
    size_t n_later;
    struct ft_flight **start; /* to be submitted at the end of this turn */
    size_t n_starts, cap_starts;
    struct ft_ended *ended; /* attempts to be collected in this turn */
    size_t n_ended, cap_ended;
    bool *awaited; /* stages whose tasks, when they end, let others start */

    uv_loop_t loop;
    uv_prepare_t turn;
    uv_idle_t more;      /* active: do not wait, there is more to do */
    uv_timer_t flush;    /* the journal, after flush_ms: a disk that syncs */
    uint64_t flush_ms;   /* slowly is asked less often */
    uv_fs_t sync;        /* of the journal, in another thread, */
    int64_t sync_ns;     /* since then; 0: none */
    uv_timer_t wake;     /* the next retry */
    uv_timer_t deadline;
    int64_t end_ns;      /* the same on a site with a time of its own, or 0 */
    struct ft_ahead *ahead; /* for the sake of the deadline, or NULL */
    struct ft_estimate *estimate; /* from earlier runs; NULL: not read */
    uv_timer_t tick;     /* for the watcher */
    uv_signal_t interrupt, terminate, hangup;
    uv_timer_t gather;   /* results that wait for company */
    uv_poll_t *poll;     /* the store, while it has work under way */
    int poll_fd;

    enum ft_run_state fate; /* RUNNING, or CANCELLED, EXPIRED or PAUSED on its
                               way */
    char *reason;
    bool over;
    struct ft_err fatal; /* code FT_OK: none */
};

/* --- drive.c -------------------------------------------------------------- */

void ft_drive_init(struct ft_drive *d, const struct ft_project *project,
                   const struct ft_drive_options *options,
                   const struct ft_watcher *watcher);
int ft_drive_open_site(struct ft_drive *d, struct ft_err *err);
/* Drive the run, whose journal is open, to its end. */
int ft_drive_loop(struct ft_drive *d, enum ft_run_state *state,
                  struct ft_err *err);
/* Everything but the drive itself; at any point after init. */
void ft_drive_release(struct ft_drive *d);

/* The engine cannot go on: let what runs come to its end, start nothing. */
void ft_drive_give_up(struct ft_drive *d, const struct ft_err *err);
/* Tell the watcher that the state of 'task' has changed. */
void ft_drive_changed(struct ft_drive *d, size_t task);
/* Would this failure meet every other task as well? */
bool ft_drive_is_ours(enum ft_code code);
/* On how many slots the run may be at a time. */
int ft_drive_slots(const struct ft_drive *d);

/* --- serve.c -------------------------------------------------------------- */

/* End the run: the first time what runs is asked politely, then at once. */
void ft_drive_stop(struct ft_drive *d, enum ft_run_state fate,
                   const char *reason, bool now);
/* Do what the request asks (share/doc/formats/control.md); 'arg' is the struct
 * ft_drive. */
int ft_serve(struct json_object *request, const char *by,
             struct json_object *answer, void *arg, struct ft_err *err);
/* Tell those who watch that the state of 'task' has changed. */
void ft_serve_task(struct ft_drive *d, size_t task);
/* What the runner was started with counts as if somebody had set it. */
int ft_serve_options(struct ft_drive *d, struct ft_err *err);
/* Journal an act of 'by' and obey it.  It is durable when this returns. */
int ft_serve_act(struct ft_drive *d, struct json_object *act,
                 struct ft_err *err);

/* --- recall.c ------------------------------------------------------------- */

/* Obey an act 'retry' or 'cancel'; FT_EUSAGE when a task runs that must not. */
int ft_recall_retry(struct ft_drive *d, struct json_object *act,
                    struct ft_err *err);
int ft_recall_cancel(struct ft_drive *d, struct json_object *act,
                     struct ft_err *err);

/* --- limit.c -------------------------------------------------------------- */

/* Put the limits in force: of a new run, before its journal is made; of one
 * that is resumed, into its journal. */
int ft_limit_begin(struct ft_drive *d, struct ft_err *err);
int ft_limit_resume(struct ft_drive *d, struct ft_err *err);
/* From now on the deadline counts. */
void ft_limit_arm(struct ft_drive *d);
void ft_limit_expire(struct ft_drive *d); /* it has come */
/* May 'task', which the scheduler wants to start?  If not it is ready again,
 * and the run waits or ends as paused. */
bool ft_limit_start(struct ft_drive *d, size_t task);

/* --- outlook.c ------------------------------------------------------------ */

/* Look ahead from now on, if there is a deadline: which stages come first, for
 * the scheduler; else NULL. */
const size_t *ft_ahead_open(struct ft_drive *d);
void ft_ahead_release(struct ft_drive *d); /* after the loop was closed */
/* What earlier runs say of each stage. */
const struct ft_estimate *ft_ahead_estimates(struct ft_drive *d);

/* --- events.c ------------------------------------------------------------- */

/* The store has work under way, or no longer has. */
void ft_drive_poll_store(struct ft_drive *d);
void ft_drive_stop_polling(struct ft_drive *d);
/* Wait until the store has done all that it was given. */
int ft_drive_drain_store(struct ft_drive *d, struct ft_err *err);
/* Collect the attempts that have ended since; true: there were some.  Whoever
 * waits for their slots comes first. */
bool ft_drive_collect(struct ft_drive *d);
/* For the adapter; 'arg' is the struct ft_drive. */
extern const struct ft_adapter_events ft_drive_site_events;

/* --- flights (flight.c) --------------------------------------------------- */

struct ft_flight *ft_flight_new(struct ft_drive *d, struct ft_bound *bound,
                                int attempt);
struct ft_flight *ft_flight_find(struct ft_drive *d, size_t task);
struct ft_flight *ft_flight_by_tag(struct ft_drive *d, uint64_t tag);
uint64_t ft_flight_tag(const struct ft_flight *flight);
void ft_flight_free(struct ft_flight *flight); /* and take it off the list */

/* --- absent.c ------------------------------------------------------------- */

/* Do 'found', the results of 'task' of which a payload was removed, serve
 * nevertheless?  What is needed of them has come back from the trash.  1, 0 it
 * has to be made again, -1. */
int ft_absent_serves(struct ft_drive *d, size_t task,
                     struct ft_versions *found, struct ft_err *err);
/* A run that goes on: what was removed of its results, and is needed, is made
 * again. */
int ft_absent_resume(struct ft_drive *d, struct ft_err *err);
void ft_absent_free(struct ft_drive *d);

/* --- steps.c -------------------------------------------------------------- */

/* Do what the scheduler wants now; true: there is more. */
bool ft_drive_steps(struct ft_drive *d);
/* Everything in 'flight' is in place: it may start. */
void ft_drive_ready(struct ft_flight *flight);
/* The task could not be prepared or judged: its own failure, unless every other
 * task would meet it as well. */
void ft_drive_unprepared(struct ft_drive *d, size_t task,
                         const struct ft_err *err);
/* The task ended in state FAILED, CANCELLED, ... for good. */
void ft_drive_fail(struct ft_drive *d, size_t task, enum ft_task_state state,
                   const char *reason);

/* --- simulated.c ---------------------------------------------------------- */

/* The time of the run, for its journal and for the scheduler: a site may have a
 * time of its own. */
int64_t ft_drive_now_ns(const struct ft_drive *d);
int64_t ft_drive_mono_ns(const struct ft_drive *d);
/* There is nothing to do: let the site's own time pass.  True: the deadline has
 * come. */
bool ft_drive_pass_time(struct ft_drive *d);
/* Stands for every output of a site that makes none. */
extern const struct ft_version ft_imagined_version;

/* --- turns.c -------------------------------------------------------------- */

/* The turn 'task' is done: another one, or is the loop over? */
void ft_drive_decide(struct ft_drive *d, size_t task);
/* The table is there whose rows give 'stage' its tasks. */
void ft_drive_expand(struct ft_drive *d, size_t stage);

/* --- handoff.c ------------------------------------------------------------ */

/* Make the attempt directory and start to take out inputs. */
int ft_handoff(struct ft_flight *flight, struct ft_err *err);
/* The directory is there already, with all that belongs into it. */
int ft_handoff_again(struct ft_flight *flight, struct ft_err *err);
/* It is to start with so many ranks now. */
int ft_handoff_ranks(struct ft_flight *flight, int ranks, struct ft_err *err);
/* The attempt in 'dir' was started with the ranks that it was told there. */
void ft_handoff_recall(const char *dir, struct ft_bound *bound);

/* The attempt that has ended was asked to stop and saved nothing to go on from,
 * and so was the one before: another one would do no better. */
bool ft_handoff_in_vain(const struct ft_flight *flight);

/* --- collect.c ------------------------------------------------------------ */

/* The attempt has ended: judge it, record it, publish or retry. */
void ft_collect(struct ft_flight *flight, const struct ft_ending *ending);
/* An earlier attempt that ended well but was not published: publish it.  False:
 * there is none. */
bool ft_collect_earlier(struct ft_drive *d, struct ft_bound *bound);
/* The store has published, or not. */
void ft_collect_published(struct ft_flight *flight, const struct ft_err *err);
/* Give to the store what waits for company. */
void ft_collect_later(struct ft_drive *d);
/* Clear the directories of what is durably published. */
void ft_collect_tidy(struct ft_drive *d);

#endif
