/* drive.h - run a workflow to its end: the only place that waits */
#ifndef FT_RUN_DRIVE_H
#define FT_RUN_DRIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run/record/run.h"

struct ft_err;
struct json_object;
struct ft_module_set;
struct ft_project;
struct ft_workflow;

struct ft_drive_options {
    int jobs;        /* slots of the local site; 0: cores of the machine */
    bool keep_going; /* a failed task stops only what depends on it */
    bool fresh;      /* reuse nothing */
    bool no_pool;    /* every task gets a process of its own */
    struct ft_limits limits; /* instead of what the workflow says */
    /* The sites that it may use; none: this machine, which is NULL among
     * several.  A resume stays where it was. */
    const struct ft_site *const *site;
    size_t n_sites;
    const char *weight, *priority; /* of its share; NULL: not said */
    bool jobs_said;  /* -j counts more than what was set before a resume */
    struct json_object *retry; /* of a resume: this request first, or NULL */
};

/* Somebody who watches; each call is optional and must be quick. */
struct ft_watcher {
    void (*begin)(const struct ft_run *run, void *arg);
    /* the state of a task has changed */
    void (*task)(const struct ft_run *run, size_t task, void *arg);
    void (*progress)(const struct ft_run *run, size_t task, const char *line,
                     void *arg);
    void (*tick)(const struct ft_run *run, void *arg); /* about 10 a second */
    void (*note)(const char *text, void *arg); /* "cancelling: …" */
    void (*end)(const struct ft_run *run, void *arg);
    void *arg;
};

/* Start a new run of 'wf' and drive it.  SIGINT, SIGTERM and SIGHUP cancel it,
 * a second one at once.  'run_id' gets the id as soon as it is known.  The
 * result says how it ended; -1 only when the engine itself failed. */
int ft_drive_new(const struct ft_project *project,
                 const struct ft_workflow *wf,
                 const struct ft_drive_options *options,
                 const struct ft_watcher *watcher,
                 char run_id[FT_RUN_ID_MAX], enum ft_run_state *state,
                 struct ft_err *err);

/* Go on with a run whose runner is gone.  FT_EBUSY when it is alive; a run that
 * has ended with everything done is left alone and reported as it ended. */
int ft_drive_resume(const struct ft_project *project, const char *run_id,
                    struct ft_module_set *modules,
                    const struct ft_drive_options *options,
                    const struct ft_watcher *watcher,
                    enum ft_run_state *state, struct ft_err *err);

#endif
