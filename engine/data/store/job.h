/* job.h - what was started, answered and is to be reported */
#ifndef FT_DATA_JOB_H
#define FT_DATA_JOB_H

#include "base/err.h"
#include "data/store/client.h"
#include "data/store/store.h"

enum job_kind {
    JOB_PUBLISH, /* of a result: one request an output */
    JOB_EXTRACT,
    JOB_CALL, /* somebody waits for the answer */
};

struct job;

/* One request to the worker; its address is the client's token. */
struct part {
    struct job *job;
    size_t out; /* index of the output */
};

/* What was started and is reported as one. */
struct job {
    enum job_kind kind;
    void *token;
    struct ft_result *result; /* JOB_PUBLISH; borrowed */
    struct part *part;
    size_t n_parts, n_left;
    uint64_t size_bytes;         /* to be written */
    struct json_object **answer; /* of each part, or NULL */
    bool puts; /* the result is bound, too: see ft_store_put() */
    bool ended, failed, committed;
    struct ft_err err; /* when it failed */
    struct job *next;
};

struct job_list {
    struct job *first, **end;
};

void ft_jobs_init(struct job_list *list);
void ft_jobs_free(struct job_list *list);

/* A job with so many requests to send; it counts as pending until reported. */
struct job *ft_job_start(struct ft_store *store, enum job_kind kind,
                         size_t n_parts, void *token);
/* Wait for 'job' alone and commit it: what it came to.  Others that end
 * meanwhile are reported later. */
int ft_job_wait(struct ft_store *store, struct job *job, struct ft_err *err);

/* The first error of a job is the one to report. */
void ft_job_fail(struct job *job, const struct ft_err *err);
/* Nothing is left to do but to commit and report it. */
void ft_job_end(struct ft_store *store, struct job *job);

/* How long the worker may take for so many bytes. */
double ft_job_limit_s(uint64_t size_bytes);
/* An absolute path: the worker may stand elsewhere.  The caller frees. */
char *ft_job_path(const char *path);

/* The client's callback; 'arg' is the store. */
ft_client_answer ft_job_answered;

#endif
