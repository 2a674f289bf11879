/* rest.h - fedtwin-rest: the Slurm adapter that goes through slurmrestd
 *
 *   main.c        opening a site; the table of operations
 *   call.c        a request, and what became of it
 *   jobs.c        one picture of all jobs
 *   status.c      status, find_by_tag, the accounting
 *   control.c     cancel, hold, release
 *   layout.c      queues and nodes: probe, and what never fits
 *   submit.c      jobs as this version of slurmrestd takes them
 *   shape.h       what its versions call things
 *   credential.h  the token
 *   http.h        the connection
 *
 * What it has in common with fedtwin-slurm is in adapters/slurm: spec.h (a job
 * checked), state.h (states and outcomes), fault.h (error numbers).
 */
#ifndef FT_ADAPTERS_REST_REST_H
#define FT_ADAPTERS_REST_REST_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "adapters/rest/http.h"
#include "adapters/rest/shape.h"
#include "adapters/slurm/fault.h"
#include "adapters/slurm/told.h"
#include "base/map.h"

struct ft_credential;
struct ft_rest_layout;
struct ft_seen;
struct ft_spec;

/* Elements of one array that wait: they share what is said of them. */
struct ft_rest_wait {
    uint32_t array;
    char *elements; /* "3-7,9%2", perhaps cut */
    struct ft_seen *seen;
};

struct ft_rest {
    struct json_object *site; /* what 'place' borrows from */
    struct ft_http_place place;
    struct ft_http *http;
    struct ft_credential *credential; /* NULL: none is needed */
    char *user;
    bool shared; /* the site sees files here under the same path */
    double within_s;     /* for an answer to the engine */
    int64_t deadline_ns; /* of the request of the engine that is answered */
    const struct ft_shape *shape; /* NULL: not agreed yet */
    bool accounting;
    struct ft_map jobs;  /* id of a job, or of an element: struct ft_seen */
    struct ft_rest_wait *wait; /* elements that wait */
    size_t n_wait;
    struct ft_told told;
    struct ft_rest_layout *layout; /* NULL: not asked yet */
};

/* --- call.c --------------------------------------------------------------- */

struct ft_reply {
    struct json_object *body;   /* NULL: none */
    enum ft_slurm_fault fault;  /* when it failed */
    bool waits;                 /* for a credential: nothing was done */
    int number;                 /* Slurm's, 0: there is none */
    char reason[800];
};

/* The time for the next request of the engine begins. */
void ft_rest_begin(struct ft_rest *rest);

/* METHOD /PART/VERSION/TAIL, after agreeing on the version if that was not done
 * yet; 'body' (or NULL) is taken.  Release 'reply' in either case.  -1: it
 * failed, or it has errors and no job_id. */
int ft_rest_call(struct ft_rest *rest, const char *method, const char *part,
                 const char *tail, struct json_object *body,
                 struct ft_reply *reply);
void ft_reply_release(struct ft_reply *reply);

/* The error that a request to us is answered with. */
struct json_object *ft_rest_error(const struct ft_reply *reply);

/* --- jobs.c --------------------------------------------------------------- */

/* Read all jobs of the site into rest->jobs.  NULL, or the error to answer
 * with. */
struct json_object *ft_rest_jobs_load(struct ft_rest *rest);
void ft_rest_jobs_forget(struct ft_rest *rest);

/* What is known of "1203" or "1204_3"; NULL: nothing.  Then '*unsure' says that
 * it may be one of those elements that a list leaves out. */
const struct ft_seen *ft_rest_jobs_find(const struct ft_rest *rest,
                                        const char *job, bool *unsure);
/* The same of any element of the array that 'job' is, or is of. */
const struct ft_seen *ft_rest_jobs_any(const struct ft_rest *rest,
                                       const char *job);

/* A state of Slurm, or a number of things, at 'path' of a record. */
const char *ft_rest_state_at(struct json_object *job, const char *path);
uint32_t ft_rest_count_at(struct json_object *job, const char *path);

/* --- layout.c ------------------------------------------------------------- */

/* Why the job would never start, appended to 'why'; nothing: it may. */
void ft_rest_never_fits(struct ft_rest *rest, const struct ft_spec *spec,
                        struct ft_str *why);
void ft_rest_layout_free(struct ft_rest_layout *layout); /* NULL is fine */

/* --- the operations; each returns an answer that the caller releases ------ */

struct json_object *ft_rest_probe(void *rest, struct json_object *request);
struct json_object *ft_rest_submit(void *rest, struct json_object *request);
struct json_object *ft_rest_status(void *rest, struct json_object *request);
struct json_object *ft_rest_find(void *rest, struct json_object *request);
struct json_object *ft_rest_cancel(void *rest, struct json_object *request);
struct json_object *ft_rest_hold(void *rest, struct json_object *request);
struct json_object *ft_rest_release(void *rest, struct json_object *request);

#endif
