/* lib.h - fedtwin-slurm-lib: the operations of the adapter through libslurm
 *
 * The only files that see libslurm, and a program of their own, for two
 * reasons: libslurm is under the GPL, and it can block for as long as it
 * likes and end its caller.  fedtwin-slurm starts this program, bounds its
 * time and starts it again (guard.c).
 */
#ifndef FT_ADAPTERS_SLURM_LIB_H
#define FT_ADAPTERS_SLURM_LIB_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <slurm/slurm.h>
#include <slurm/slurm_version.h>

#include "adapters/slurm/told.h"

/* How a request for GPUs begins. */
#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(23, 11, 0)
#define FT_SLURM_GRES "gres/"
#else
#define FT_SLURM_GRES "gres:"
#endif
#define FT_SLURM_CONF "/etc/slurm/slurm.conf" /* unless it is said where */

/* exported, but in no header of 22.05 */
void slurm_free_will_run_response_msg(will_run_response_msg_t *msg);

struct ft_lib_jobs;
struct ft_lib_shapes;

struct ft_lib {
    struct ft_lib_jobs *jobs;     /* the last answer about all jobs */
    struct ft_lib_shapes *shapes; /* requests that were found feasible */
    slurm_conf_t *conf;           /* of the controller; NULL: not asked yet */
    bool accounting;              /* sacct remembers what has ended */
    struct ft_told told;
};

/* The operations; each returns an answer that the caller releases. */
struct json_object *ft_lib_probe(void *lib, struct json_object *request);
struct json_object *ft_lib_submit(void *lib, struct json_object *request);
struct json_object *ft_lib_estimate(void *lib, struct json_object *request);
struct json_object *ft_lib_status(void *lib, struct json_object *request);
struct json_object *ft_lib_find(void *lib, struct json_object *request);
struct json_object *ft_lib_cancel(void *lib, struct json_object *request);
struct json_object *ft_lib_hold(void *lib, struct json_object *request);
struct json_object *ft_lib_release(void *lib, struct json_object *request);

/* The controller's settings, asked for once.  -1: errno. */
int ft_lib_conf(struct ft_lib *lib);
void ft_lib_forget_conf(struct ft_lib *lib);

/* The error of a request that changes nothing and failed with 'code'. */
struct json_object *ft_lib_error(int code);

/* --- all jobs of the site ------------------------------------------------- */

/* Bring the picture of all jobs up to date: one call, and a cheap one when
 * nothing has changed.  -1: errno, and the old picture stays. */
int ft_lib_jobs_load(struct ft_lib *lib);

/* The record of "1203" or "1204_3", which elements that wait share.  NULL when
 * there is none. */
const slurm_job_info_t *ft_lib_jobs_find(const struct ft_lib *lib,
                                         const char *job);

/* The tag of a job, of an element, or of "1204", a whole array.  NULL: there is
 * no such job, or it has none. */
const char *ft_lib_jobs_tag(const struct ft_lib *lib, const char *job);

/* The tag of "1204_3" when it was cancelled before it started, for then it
 * leaves no record.  Else NULL. */
const char *ft_lib_jobs_vanished(const struct ft_lib *lib, const char *job);

/* Call back for every job whose tag begins with 'prefix', once for each
 * element of an array. */
void ft_lib_jobs_each(const struct ft_lib *lib, const char *prefix,
                      void (*found)(void *arg, const char *job,
                                    const slurm_job_info_t *record),
                      void *arg);

/* --- nodes and partitions ------------------------------------------------- */

struct ft_lib_queue {
    bool all_up;          /* every node: what does not fit will never fit */
    uint32_t max_minutes; /* or INFINITE */
};

/* Look at the partition 'name' (NULL: the default one).  -1: there is none, or
 * it could not be asked for. */
int ft_lib_queue(const char *name, struct ft_lib_queue *queue);

#endif
