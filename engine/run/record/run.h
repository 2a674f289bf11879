/* run.h - one execution of a workflow: what the journal says, in memory */
#ifndef FT_RUN_RUN_H
#define FT_RUN_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "base/str.h"
#include "data/store/store.h"
#include "plan/plan.h"
#include "run/adapter.h"
#include "run/record/steer.h"

struct ft_err;
struct json_object;
struct ft_module_set;
struct ft_project;
struct ft_usage;

#define FT_RUN_ID_MAX 32 /* "20261121-073711-7f3c5a" and terminator */

#define FT_TASK_STATES(X)                                                    \
    X(WAITING, "waiting")     /* for other tasks */                          \
    X(READY, "ready")         /* for a slot */                               \
    X(SUBMITTED, "submitted") /* handed to a site */                         \
    X(RUNNING, "running")                                                    \
    X(SUCCEEDED, "succeeded") /* executed, results published */              \
    X(CACHED, "cached")       /* results reused */                           \
    X(SKIPPED, "skipped")     /* by 'when', or after something skipped */    \
    X(FAILED, "failed")                                                      \
    X(CANCELLED, "cancelled")                                                \
    X(EXPIRED, "expired")     /* the run's deadline came first */            \
    X(LOST, "lost")           /* the site no longer knows it */

enum ft_task_state {
#define X(name, text) FT_TASK_##name,
    FT_TASK_STATES(X)
#undef X
    FT_TASK_STATE_COUNT
};
extern const char *const ft_task_state_names[];

enum ft_run_state {
    FT_RUN_RUNNING,
    FT_RUN_SUCCEEDED,
    FT_RUN_FAILED,
    FT_RUN_CANCELLED,
    FT_RUN_EXPIRED,
    FT_RUN_PAUSED, /* its budget is spent; a resume with a larger one goes on */
    FT_RUN_INTERRUPTED, /* the runner is gone, no end in the journal */
};
extern const char *const ft_run_state_names[];
int ft_run_state_status(enum ft_run_state state); /* exit status */

/* Is the task itself to blame, so that 'retry' counts the attempt? */
bool ft_outcome_charged(enum ft_outcome outcome);

/* One task of a run.  Kept small: there may be millions. */
struct ft_task {
    uint32_t detail : 26; /* 1 + index into run->detail, or 0 */
    uint32_t open : 1; /* its last attempt was intended, and no end is known */
    uint32_t faults : 5; /* since the last resume, how many attempts ended by
                            the site's fault; FT_FAULTS_MAX: or more */
    uint16_t attempts;   /* so far, the current one included */
    uint8_t charged;     /* of these since the last resume, how many failed by
                            the task's own fault: what 'retry' counts */
    uint8_t state : 4;   /* enum ft_task_state */
    uint8_t outcome : 4; /* enum ft_outcome of the last attempt that ended */
};
#define FT_ATTEMPTS_MAX 60000
#define FT_FAULTS_MAX 31

/* What only tasks that were executed or reused have. */
struct ft_task_detail {
    struct ft_versions out;  /* in the order of the stage's outputs; an output
                                that is missing has an empty id */
    int64_t start_ns, end_ns;
    int exit_code, signal;
    double user_s, system_s, peak_rss_bytes;
    double core_s; /* slots that the last attempt held, times how long */
    double moved_bytes, returned_bytes; /* for it, to its site and from there;
                                           0: the site sees the files */
    char *reason; /* of a failure or of waiting; or NULL */
    char *job;
    const char *host; /* one of the run's */
    const char *site; /* that the last attempt was given to, likewise; NULL:
                         there was only one */
    char *placement;  /* why, with numbers; or NULL */
    /* newest progress */
    int64_t step, of; /* -1: none */
    double residual;  /* NAN: none */
    /* The last value of each number that it reported, by name; "nan", "inf",
     * "-inf" or "unreadable" where that was none.  NULL: nothing. */
    struct json_object *report;
    bool ends_loop; /* no turn behind it is needed; 'reason' says why */
    bool loop_over; /* of a last turn of several stages: one before, or it,
                       ends the loop */
};
#define FT_REPORT_MAX 16 /* names */

/* What is known of a stage beside its counts. */
struct ft_run_stage {
    uint32_t ended;    /* cells whose loop is over */
    uint32_t unneeded; /* turns that are skipped for that */
    char *reason; /* why its rows could not become tasks, or NULL */
};

/* A stage whose results were taken from a memo as a whole (memo.h): its tasks
 * have no details until they are asked for. */
struct ft_stage_memo {
    char *run; /* that made them; NULL: the stage was not taken so */
    char *key;
    struct ft_str id; /* 32 bytes for each output of each cell, zeros where an
                         optional one is missing; empty: not looked up yet */
};

/* When the run will have ended, as far as could be told at 'at_ns'. */
struct ft_outlook {
    int64_t at_ns; /* 0: nothing was told */
    int64_t end_ns;
    double path_s; /* of the longest path; its stages: */
    char *path;    /* "heat -> plot" */
    size_t n_unknown; /* stages that were not counted: nobody knows how long */
};

struct ft_run {
    char id[FT_RUN_ID_MAX];
    struct ft_plan *plan; /* grows by ft_run_expand() alone */
    char *workflow_file;
    char *user; /* who began it, or NULL */
    char *branch; /* of the project, on which its state is recorded */
    char *kept;   /* the branch that keeps states that were undone, if recording
                     made one; or NULL */
    char **site_file; /* of the sites that it may use; NULL: this machine */
    size_t n_sites;   /* 0: this machine */
    bool fresh; /* reuses nothing */
    enum ft_run_state state;
    int64_t start_ns, end_ns; /* end 0 while it runs */
    struct ft_task *task;     /* plan->n_tasks */
    struct ft_task_detail *detail;
    size_t n_details, cap_details;
    /* counts[stage][state], kept up to date */
    uint32_t (*counts)[FT_TASK_STATE_COUNT];
    struct ft_stage_memo *memo; /* of each stage */
    size_t n_memos;
    struct ft_usage *usage; /* of each stage (usage.h), likewise */
    struct ft_steer steer; /* what people asked of it */
    struct ft_run_stage *stage;
    struct ft_map uses; /* ids of versions from outside of it that tasks take */
    struct ft_limits limits; /* in force; the deadline is an instant */
    struct ft_outlook outlook;
    char **host; /* each name once */
    size_t n_hosts, cap_hosts;
    char *runner; /* "host pid" of the live runner, or NULL */
    char *reason; /* why it ended as it did, or NULL */
    struct ft_workflow *own_wf; /* when read from disk: owned here */
    struct ft_plan *own_plan;
    struct ft_module_set *own_modules;
};

const struct ft_task_detail *ft_run_detail(const struct ft_run *run,
                                           size_t task);

/* Numbers for people.  Of a loop the turns that are not needed, and those that
 * may come behind the next one, do not count. */
uint32_t ft_run_shown(const struct ft_run *run, size_t stage,
                      enum ft_task_state state);
bool ft_run_is_shown(const struct ft_run *run, size_t task);
size_t ft_run_stage_tasks(const struct ft_run *run, size_t stage);
size_t ft_run_tasks(const struct ft_run *run);
size_t ft_run_count(const struct ft_run *run, enum ft_task_state state);

/* The task is over for good: its results are there, it was skipped, or it
 * failed and its stage is optional. */
bool ft_run_done(const struct ft_run *run, size_t task);
/* Nothing waits for the task any longer: it is done and, as the last turn that
 * a loop may have, the loop has ended. */
bool ft_run_settled(const struct ft_run *run, size_t task);
/* The turn that the last one of a loop stands for: the last that was needed;
 * the first when none was. */
size_t ft_run_last_turn(const struct ft_run *run, size_t task);
/* Is the loop over that 'task', of several stages, is a turn of? */
bool ft_run_loop_over(const struct ft_run *run, size_t task);
/* Settled without results: skipped, or an optional one that failed. */
bool ft_run_absent(const struct ft_run *run, size_t task);
/* Settled tasks of a stage; those of them that failed. */
size_t ft_run_stage_settled(const struct ft_run *run, size_t stage);
size_t ft_run_stage_forgiven(const struct ft_run *run, size_t stage);
/* Failures that the run may have: tasks of optional stages. */
size_t ft_run_forgiven(const struct ft_run *run);

/* What there is instead of tasks while it is not known which rows a stage is
 * done for: "as many tasks as 'sample.table' has rows", or why not. */
void ft_run_rows_text(const struct ft_run *run, size_t stage,
                      struct ft_str *out);

/* Read a run from its directory.  'id' may be a unique prefix or suffix, or
 * NULL or "last" for the newest.  FT_ENOENT, FT_EUSAGE when ambiguous. */
struct ft_run *ft_run_read(const struct ft_project *project, const char *id,
                           struct ft_module_set *modules, struct ft_err *err);
void ft_run_free(struct ft_run *run);

/* One line about each run, newest first, without reading all of a journal. */
struct ft_run_line {
    char id[FT_RUN_ID_MAX];
    enum ft_run_state state;
    int64_t start_ns, end_ns;
    char *workflow_file;
    size_t n_tasks, n_done, n_failed, n_cached;
};
struct ft_run_lines {
    struct ft_run_line *item;
    size_t n;
};
int ft_run_list(const struct ft_project *project, size_t max,
                struct ft_run_lines *lines, struct ft_err *err);
void ft_run_lines_release(struct ft_run_lines *lines);

/* Directory of an attempt ("…/runs/ID/work/heat.0.1": stage, cell, attempt; 0:
 * the newest attempt); the caller frees. */
char *ft_run_attempt_dir(const struct ft_project *project,
                         const struct ft_run *run, size_t task, int attempt);
/* What lies in it has its names in run/adapter.h. */

/* Why a task is in its state, in words, one line each: what it waits for, why
 * it ran again, why it failed.  'store' may be NULL. */
int ft_run_why(const struct ft_project *project, const struct ft_run *run,
               size_t task, struct ft_store *store, struct ft_str *out,
               struct ft_err *err);

#endif
