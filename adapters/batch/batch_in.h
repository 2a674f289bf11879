/* batch_in.h - what the files of the batch adapter share
 *
 *   batch.c          the adapter: opening, submitting, cancelling, closing
 *   batch_call.c     what agents say that call home
 *   batch_file.c     what a job is told, and what the site is asked for
 *   batch_form.c     which job a task goes to: its own, one of an array, or one
 *                    of many tasks
 *   batch_array.c    jobs that are submitted together
 *   batch_node.c     nodes on which attempts keep failing
 *   batch_submit.c   jobs on their way to the site
 *   batch_search.c   jobs found there by their tags
 *   batch_watch.c    what the site says of them
 *   batch_end.c      how a task ended: its record, and the site's verdict
 *   batch_far.c      what sites need that do not see the files of the run
 *
 * A task is one attempt.  A job is what the site schedules: of one task, on its
 * own or as an element of an array, or a pilot that takes one task after
 * another.  An array is submitted as one, under a tag of its own; from then on
 * each element is a job like any other.  The site is reached through a helper
 * program (run/site/helper.h); at the site fedtwin-agent starts the stage
 * programs, writes their completion records and calls home.
 *
 *   job:  SUBMITTING -ok-> ACCEPTED -> RUNNING -> ENDED -> gone
 *             | unknown        ^
 *             v                |
 *           UNSURE --found by its tag; else it is submitted again
 *
 * Nothing that the site fails to say is taken for an answer: a job that is
 * absent stays what it was until complete answers have lacked it for as long as
 * 'lost_after'.  A job that may exist twice is harmless: the agent that comes
 * first claims the attempt's directory, the other one ends.
 */
#ifndef ADAPTERS_BATCH_IN_H
#define ADAPTERS_BATCH_IN_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "base/map.h"
#include "run/adapter.h"

struct ft_agent;
struct ft_agent_file;
struct ft_held;
struct ft_helper;
struct ft_home;
struct ft_home_events;
struct ft_str;
struct json_object;

/* Words in the tags of jobs that have no task of their own, RUN/pilot-7/1. */
#define FT_BATCH_PILOT "pilot"
#define FT_BATCH_ARRAY "array"

enum ft_batch_state {
    FT_BATCH_SUBMITTING, /* the site has not answered, or is asked later */
    FT_BATCH_UNSURE,     /* it may or may not have accepted */
    FT_BATCH_ACCEPTED,
    FT_BATCH_RUNNING,
    FT_BATCH_ENDED,
};

struct ft_batch_task;

/* Jobs that are submitted together. */
struct ft_batch_array {
    struct ft_batch *batch;
    char *tag; /* RUN/array-N/1: the site knows each element by it */
    struct json_object *request; /* of submit */
    struct ft_batch_job **element; /* NULL: that job is gone */
    size_t n, n_left; /* elements, and those that are not gone */
};

struct ft_batch_job {
    struct ft_batch *batch;
    size_t at;  /* index in batch->job */
    char *tag;  /* of the job: that of its task, or RUN/pilot-N/1 */
    char *site_tag; /* what the site keeps with it: the same, or its array's */
    struct ft_batch_array *array; /* that it is submitted with; or NULL */
    size_t element; /* of that */
    struct ft_batch_task *task; /* that it has; of a pilot: NULL */
    char *file; /* what its agent reads; of a site that does not see that, what
                   its job prints there */
    struct json_object *request; /* of submit; NULL: never to be submitted */
    enum ft_batch_state state;
    bool asked;    /* SUBMITTING: the site has the request */
    char *id;      /* at the site; NULL: not known */
    struct ft_agent *agent; /* that is connected, or NULL */
    bool pilot;
    int slots, used; /* of a pilot; more than 'slots' is used by tasks that wait
                        there */
    char *brief; /* the stage of its last task, if that was short; or NULL */
    int64_t over_ns; /* its walltime is over, less what is spared; 0: not
                        known */
    size_t n_tasks;  /* that it was given and that are not over */
    bool leaving;    /* a pilot that takes no more */
    bool joined;     /* it has called home, to this runner */
    bool cancelled;  /* the site was asked to end it */
    int64_t asked_ns;   /* UNSURE: since when */
    int searches;       /* complete answers without it since then */
    bool known;         /* what the answer with batch->mark knew of it was
                           heard, or it has not changed */
    int64_t missing_ns; /* since when complete answers lack it; 0: no */
    int64_t end_ns;     /* ENDED: since when */
    enum ft_outcome outcome; /* ENDED: as the site says */
    int exit_code, signal;
    char host[64];
    char *reason; /* in the site's words, or NULL */
};

struct ft_batch_task {
    struct ft_batch *batch;
    size_t at;                  /* index in batch->task */
    struct ft_attempt *attempt; /* an own copy */
    struct ft_batch_job *job;   /* that it was given to; NULL: none yet */
    unsigned pass;  /* of placing, that it was looked at last */
    bool alone;     /* it is to have a job of its own, arrays were refused */
    bool again;     /* an earlier runner may have submitted it */
    bool told;      /* the engine has: submitted() */
    bool started;   /* and started() */
    bool cancelled; /* the engine wants its end */
    char *why;      /* that it waits, as told last; or NULL */
    int64_t cancel_ns; /* when the site is to end it, after the grace */
    struct ft_ending *heard; /* from its agent or its record, while the site's
                                verdict is awaited; or NULL */
    int64_t heard_ns;
};

struct ft_batch {
    const struct ft_site *site;
    const struct ft_adapter_place *place;
    struct ft_adapter_events events;
    uv_loop_t *loop;
    struct ft_helper *helper;
    struct ft_home *home;
    char *home_file;  /* where agents read the way home */
    char *agent;      /* path of fedtwin-agent at the site */
    int log_fd;
    uv_timer_t flush; /* what was submitted in this turn goes together */
    uv_timer_t poll;  /* the site is asked for the state of everything */
    uv_timer_t soon;  /* records that are awaited, graces that end */
    int n_open;       /* of these, and questions, that are not over yet */
    bool closing;
    struct ft_batch_task **task;
    size_t n_tasks, cap_tasks;
    struct ft_batch_job **job;
    size_t n_jobs, cap_jobs;
    struct ft_map task_of; /* tag as text -> task */
    struct ft_map job_of;  /* the job's tag -> job */
    struct ft_map id_of;   /* the site's id -> job */
    struct ft_map found;   /* tag -> status, of an earlier runner's jobs */
    bool known;            /* all of these were found */
    bool asking, searching; /* status, find_by_tag are under way */
    int64_t submit_ns;     /* nothing is submitted before */
    double allowed;        /* submissions, by 'submits_per_s', */
    int64_t allowed_ns;    /* as of then; 0: nothing was submitted yet */
    int64_t ask_ns;        /* when the site was asked last */
    char *mark;            /* of its last answer; NULL: there is none */
    bool awaits;           /* some end, or a record: else nothing is settled */
    int n_pilots, n_arrays; /* numbers given so far */
    int n_last; /* questions whose answers the helper lives for */
    struct ft_map array_of; /* an array's tag -> array, while it is submitted */
    enum { FT_PROBE_NONE, FT_PROBE_ASKED, FT_PROBE_DONE } probe;
    int max_array;         /* elements, as the site and its file say */
    int array_now;         /* as it took lately */
    struct ft_map node_of; /* name -> struct ft_batch_node */
    int64_t nodes_ns;      /* when it was looked which are left out */
    size_t nodes_up;       /* of the smallest queue; 0: not known */
    unsigned pass;         /* of placing */
    size_t n_given;        /* tasks that have a job */
    int64_t came_ns, first_ns; /* the last task, and the first that waits */
    int64_t open_ns;       /* since when */
    struct ft_held *held;  /* what a site has that does not see the files of the
                              run; NULL: it sees them */
    struct ft_map brought; /* "TAG/NAME" of results that came from there ->
                              their digest */
};

/* --- batch.c -------------------------------------------------------------- */

struct ft_batch_task *ft_batch_task_find(const struct ft_batch *batch,
                                         uint64_t tag);
/* The engine knows that it is over, or has taken it back. */
void ft_batch_task_free(struct ft_batch_task *task);
void ft_batch_job_free(struct ft_batch_job *job);
/* The id under which the site knows it. */
void ft_batch_job_id(struct ft_batch_job *job, const char *id);
/* The task is one of those that 'job' has. */
void ft_batch_attach(struct ft_batch_task *task, struct ft_batch_job *job);
void ft_batch_detach(struct ft_batch_task *task);
/* Call 'each' for the tasks of 'job'; it may free the one it is given. */
void ft_batch_each_task(struct ft_batch_job *job,
                        void (*each)(struct ft_batch_task *task));
/* Tell the engine why those of 'job' wait. */
void ft_batch_job_waits(struct ft_batch_job *job, const char *reason);

/* Tell the engine: why the task waits, when that is news; that it was
 * submitted and has started, once. */
void ft_batch_waits(struct ft_batch_task *task, const char *reason);
void ft_batch_submitted(struct ft_batch_task *task);
void ft_batch_started(struct ft_batch_task *task, const char *host);
/* The site will never take it. */
void ft_batch_refused(struct ft_batch_task *task, enum ft_submit_answer answer,
                      const char *reason);
/* It was cancelled before the site had it. */
void ft_batch_never_began(struct ft_batch_task *task);
/* It is over. */
void ft_batch_ended(struct ft_batch_task *task, struct ft_ending *ending);

/* End pilots that have nothing to do any more, of a batch that is closing, by
 * their ids and tags, lists that are taken. */
void ft_batch_end_pilots(struct ft_batch *batch, struct json_object *ids,
                         struct json_object *tags);
/* One of the last answers has come. */
void ft_batch_last_answer(struct ft_batch *batch);

/* Ask the site's program; 'request' is taken.  'answer' ends with a call of
 * ft_batch_answered(), after which the batch may be gone. */
void ft_batch_query(struct ft_batch *batch, struct json_object *request,
                    void (*answer)(struct json_object *answer, void *arg),
                    void *arg);
void ft_batch_answered(struct ft_batch *batch);

/* Give what waits to the site, after this turn of the loop. */
void ft_batch_flush_later(struct ft_batch *batch, double after_s);

/* --- batch_call.c --------------------------------------------------------- */

int ft_batch_listen(struct ft_batch *batch, struct ft_err *err);

/* --- batch_far.c ---------------------------------------------------------- */

void ft_batch_far_open(struct ft_batch *batch);
void ft_batch_far_close(struct ft_batch *batch);
/* Hear of the files, too. */
void ft_batch_far_events(struct ft_home_events *events);
/* Add what an agent has to be told there. */
void ft_batch_far_file(const struct ft_batch *batch,
                       struct ft_agent_file *file);
/* The script of 'job', which holds what the file 'path' says; the caller's.
 * NULL: that cannot be read. */
char *ft_batch_far_script(const struct ft_batch_job *job, const char *path,
                          struct ft_err *err);
/* What the job 'name' prints goes there; the caller's. */
char *ft_batch_far_output(const struct ft_batch *batch, const char *name);
double ft_batch_far_missing(void *conn, const struct ft_attempt *attempt,
                            double *seconds);
void ft_batch_far_published(void *conn, uint64_t tag, const char *path,
                            const char *content);

/* --- batch_file.c --------------------------------------------------------- */

/* Would a queue of the site take it?  What would it cost there, as seconds of
 * waiting that are worth as much? */
bool ft_batch_fits(const struct ft_site *site,
                   const struct ft_attempt *attempt);
double ft_batch_cost_s(const struct ft_site *site,
                       const struct ft_attempt *attempt);

/* A job for one task, or (NULL) a pilot: its file is written, its request
 * made.  NULL: that failed, or no queue of the site would take it. */
struct ft_batch_job *ft_batch_job_new(struct ft_batch *batch,
                                      struct ft_batch_task *task,
                                      enum ft_submit_answer *answer,
                                      struct ft_err *err);
/* An array of 'n' tasks that need the same, as jobs that have them. */
int ft_batch_array_new(struct ft_batch *batch, struct ft_batch_task **task,
                       size_t n, enum ft_submit_answer *answer,
                       struct ft_err *err);
/* Do they need the same, so that they could share an array? */
bool ft_batch_alike(const struct ft_batch_task *a,
                    const struct ft_batch_task *b);
/* One that an earlier runner submitted. */
struct ft_batch_job *ft_batch_job_found(struct ft_batch *batch,
                                        const char *tag, const char *site_tag,
                                        bool pilot);
/* The tag of the task that element 'n' of the array 'tag' was made for, as its
 * file says; the caller frees.  NULL: it does not. */
char *ft_batch_element_tag(const struct ft_batch *batch, const char *tag,
                           const char *n);

/* --- batch_array.c -------------------------------------------------------- */

/* Call 'each', which frees none, for the jobs that are submitted with 'job',
 * itself included. */
void ft_batch_each_job(struct ft_batch_job *job,
                       void (*each)(struct ft_batch_job *job));
/* Is it the one that stands for all that are submitted together? */
bool ft_batch_leads(const struct ft_batch_job *job);
/* The site has accepted 'job', and all with it; 'id' is what it says. */
void ft_batch_accepted(struct ft_batch_job *job, const char *id);
/* The array of 'job' will not be submitted: its tasks wait again, 'alone': for
 * jobs of their own. */
void ft_batch_dissolve(struct ft_batch_job *job, bool alone);
/* One element goes. */
void ft_batch_array_leave(struct ft_batch_job *job);
/* Ask the site how large arrays may be, unless that is known. */
void ft_batch_probe(struct ft_batch *batch);

/* --- batch_form.c --------------------------------------------------------- */

/* Give every task that waits to a job. */
void ft_batch_place(struct ft_batch *batch);
/* A pilot has a slot free, or has come. */
void ft_batch_feed(struct ft_batch_job *pilot);
/* 'task', which it had, is over: is its stage one whose tasks are short? */
void ft_batch_note_length(struct ft_batch_job *pilot,
                          const struct ft_batch_task *task,
                          const struct ft_ending *ending);

/* --- batch_node.c --------------------------------------------------------- */

/* Learn which nodes the project leaves out, at most once a second: those that
 * other runs found, without those that people have let in again. */
void ft_batch_nodes_look(struct ft_batch *batch);
/* An attempt ended so on the node 'ending->host' ("": not known). */
void ft_batch_node_ended(struct ft_batch *batch,
                         const struct ft_ending *ending);
/* Is the node left out for now? */
bool ft_batch_node_is_out(const struct ft_batch *batch, const char *name);
/* Some are to be left out, but it is not known yet how many there are. */
bool ft_batch_nodes_unsure(const struct ft_batch *batch);
/* The names of those that are; the caller's. */
struct json_object *ft_batch_nodes_out(const struct ft_batch *batch);
/* "; not on n3, where ...", or nothing. */
void ft_batch_nodes_text(const struct ft_batch *batch, struct ft_str *out);
/* How many nodes there are, as the site was probed. */
void ft_batch_nodes_limits(struct ft_batch *batch, struct json_object *probe);
void ft_batch_nodes_free(struct ft_batch *batch);

/* --- batch_submit.c ------------------------------------------------------- */

/* Submit the jobs that wait for it. */
void ft_batch_submit(struct ft_batch *batch);

/* --- batch_search.c ------------------------------------------------------- */

/* Look for jobs by their tags, if there is one to look for: those of an earlier
 * runner, and those whose submission had no answer. */
void ft_batch_search(struct ft_batch *batch);
/* What the earlier runner left of a task that is submitted again.  True: it is
 * taken care of; false: it has to be submitted. */
bool ft_batch_rejoin(struct ft_batch_task *task);

/* --- batch_watch.c -------------------------------------------------------- */

/* Ask the site for the state of everything, now. */
void ft_batch_ask(struct ft_batch *batch);
/* What the site says of a job, which may be gone afterwards. */
void ft_batch_status(struct ft_batch_job *job, struct json_object *status);
/* Is 'answer' that the site waits for a credential?  Then every task that has
 * not started is told so. */
bool ft_batch_needs_credential(struct ft_batch *batch,
                               struct json_object *answer);
/* End what the engine wants ended and what does not end by itself. */
void ft_batch_cancel(struct ft_batch *batch);
/* End what an earlier runner left and nobody has asked for again. */
void ft_batch_sweep(struct ft_batch *batch);

/* --- batch_end.c ---------------------------------------------------------- */

/* The agent says how it ended. */
void ft_batch_heard(struct ft_batch_task *task,
                    const struct ft_ending *ending);
/* The record may be there by now, and the site's verdict, or it is too late for
 * them. */
void ft_batch_settle(struct ft_batch_task *task);
void ft_batch_settle_all(struct ft_batch *batch);

#endif
