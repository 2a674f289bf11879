/* lib_submit.c - submit and estimate */
#include "adapters/slurm/lib.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <signal.h>
#include <slurm/slurm_errno.h>

#include "adapters/link/wire.h"
#include "adapters/slurm/fault.h"
#include "adapters/slurm/spec.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/map.h"
#include "base/str.h"

#define SHAPES_MAX 1000
#define SHAPE_NS INT64_C(60000000000)

/* --- the job as libslurm wants it ----------------------------------------- */

/* All but the script and the array, without which libslurm asks whether it
 * would run.  Texts are borrowed from 'spec', but for *own, which the caller
 * frees. */
static void fill_request(job_desc_msg_t *req, const struct ft_spec *spec,
                         char **own)
{
    slurm_init_job_desc_msg(req);
    req->user_id = getuid();
    req->group_id = getgid();
    req->name = (char *)(spec->name ? spec->name : spec->tag);
    req->comment = (char *)spec->tag;
    req->partition = (char *)spec->queue;
    req->account = (char *)spec->account;
    req->qos = (char *)spec->qos;
    req->features = (char *)spec->constraint;
    req->exc_nodes = spec->exclude;
    req->work_dir = (char *)spec->dir;
    req->std_in = (char *)"/dev/null";
    req->std_out = spec->out;
    req->std_err = spec->err;
    req->environment = spec->env.item;
    req->env_size = (uint32_t)spec->env.n;
    req->requeue = 0;
    req->num_tasks = spec->ranks;
    req->cpus_per_task = (uint16_t)spec->threads;
    req->min_cpus = spec->ranks * spec->threads;
    if (spec->nodes) {
        req->min_nodes = req->max_nodes = spec->nodes;
        if (spec->ranks % spec->nodes == 0)
            req->ntasks_per_node = (uint16_t)(spec->ranks / spec->nodes);
    }
    if (spec->memory_mib)
        req->pn_min_memory = spec->memory_mib;
    if (spec->walltime_min)
        req->time_limit = spec->walltime_min;
    if (spec->gpus)
        req->tres_per_node = *own =
            ft_asprintf(FT_SLURM_GRES "gpu:%u", spec->gpus);
    if (spec->signal_s) {
        req->warn_flags = KILL_JOB_BATCH;
        req->warn_signal = SIGUSR1;
        req->warn_time = spec->signal_s;
    }
    if (spec->hold)
        req->priority = 0;
}

/* --- feasible? ------------------------------------------------------------ */

/* What has been found feasible is not asked again for a while: the cells of a
 * matrix are alike, and the question is dear on a busy site. */
struct ft_lib_shapes {
    struct ft_map until; /* shape: int64_t, ns on the monotonic clock */
};

static void forget_shapes(struct ft_lib_shapes *shapes)
{
    size_t i;

    for (i = 0; i < shapes->until.len; i++)
        free(shapes->until.entry[i].value);
    ft_map_release(&shapes->until);
    shapes->until = (struct ft_map){ 0 };
}

static int64_t *find_shape(struct ft_lib *lib, const struct ft_spec *spec)
{
    char *shape = ft_spec_shape(spec);
    int64_t *until;

    if (!lib->shapes)
        lib->shapes = ft_calloc(1, sizeof(*lib->shapes));
    if (lib->shapes->until.len >= SHAPES_MAX)
        forget_shapes(lib->shapes);
    until = ft_map_get(&lib->shapes->until, shape);
    if (!until) {
        until = ft_calloc(1, sizeof(*until));
        ft_map_put(&lib->shapes->until, shape, until);
    }
    free(shape);
    return until;
}

/* The errno of a job that the partition's limits do not allow, or 0. */
static int beyond_limits(const struct ft_lib_queue *queue,
                         const struct ft_spec *spec)
{
    if (queue->max_minutes != INFINITE && queue->max_minutes != NO_VAL &&
        spec->walltime_min > queue->max_minutes && !spec->qos)
        return ESLURM_INVALID_TIME_LIMIT; /* a QOS may allow more */
    return 0;
}

static int will_run_code(job_desc_msg_t *req)
{
    will_run_response_msg_t *response = NULL;
    int code = slurm_job_will_run2(req, &response) != 0 ? errno : 0;

    if (response)
        slurm_free_will_run_response_msg(response);
    return code;
}

/* Slurm would accept a job that does not fit and let it wait for ever.  It
 * also says so of one that does not fit just now, for nodes are away: that
 * one may wait.  0, or the errno of a job that never fits or of a question
 * that was not answered. */
static int never_fits(struct ft_lib *lib, job_desc_msg_t *req,
                      const struct ft_spec *spec)
{
    struct ft_lib_queue queue = { .all_up = true, .max_minutes = INFINITE };
    int64_t *until = find_shape(lib, spec);
    int code;

    if (*until > ft_clock_mono_ns())
        return 0;
    (void)ft_lib_queue(spec->queue, &queue); /* else submit will tell */
    code = beyond_limits(&queue, spec);
    if (!code)
        code = will_run_code(req);
    if (!code) {
        *until = ft_clock_mono_ns() + SHAPE_NS;
        return 0;
    }
    if ((code == ESLURM_REQUESTED_NODE_CONFIG_UNAVAILABLE ||
         code == ESLURM_REQUESTED_PART_CONFIG_UNAVAILABLE) && !queue.all_up)
        return 0;
    switch (ft_slurm_fault(code)) {
    case FT_SLURM_DENIED:
    case FT_SLURM_LATER:
        return 0; /* submit will tell */
    default:
        return code;
    }
}

/* --- submit --------------------------------------------------------------- */

/* The controller was not reached, so the whole request has no answer. */
#define AWAY "unavailable"

static struct json_object *failed_item(int code, const char *more)
{
    return ft_wire_result(ft_slurm_fault_result(ft_slurm_fault(code)),
                          "%s (%d)%s%s", slurm_strerror(code), code,
                          more ? ": " : "", more ? more : "");
}

static bool is_directory(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* What the controller would accept although it cannot work. */
static struct json_object *refuse(const struct ft_lib *lib,
                                  const struct ft_spec *spec)
{
    if (!is_directory(spec->dir))
        return ft_wire_result("rejected", "there is no directory '%s'",
                              spec->dir);
    if (spec->array > lib->conf->max_array_sz)
        return ft_wire_result("rejected",
                              "an array of %u is larger than this site's "
                              "MaxArraySize of %u",
                              spec->array, lib->conf->max_array_sz);
    return NULL;
}

static struct json_object *send_job(job_desc_msg_t *req)
{
    submit_response_msg_t *response = NULL;
    struct json_object *item;
    char *id;

    if (slurm_submit_batch_job(req, &response) != 0 || !response)
        return failed_item(errno, response ? response->job_submit_user_msg
                                           : NULL);
    item = ft_wire_result("ok", NULL);
    id = ft_asprintf("%u", response->job_id);
    ft_json_add_str(item, "job", id);
    free(id);
    slurm_free_submit_response_response_msg(response);
    return item;
}

static struct json_object *submit_job(struct ft_lib *lib,
                                      const struct ft_spec *spec)
{
    struct json_object *item = refuse(lib, spec);
    char *gres = NULL, *array = NULL;
    job_desc_msg_t req;
    int code;

    if (item)
        return item;
    fill_request(&req, spec, &gres);
    code = never_fits(lib, &req, spec);
    req.script = (char *)spec->script;
    if (spec->array)
        req.array_inx = array = ft_asprintf("0-%u", spec->array - 1);
    if (code && ft_slurm_fault(code) == FT_SLURM_REJECTED)
        item = ft_wire_result("rejected", "it would never start: %s (%d)",
                              slurm_strerror(code), code);
    else if (code) /* nothing has been sent */
        item = ft_wire_result(AWAY, "%s (%d)", slurm_strerror(code), code);
    else
        item = send_job(&req);
    free(gres);
    free(array);
    return item;
}

/* --- estimate ------------------------------------------------------------- */

static struct json_object *estimate_job(struct ft_lib *lib,
                                        const struct ft_spec *spec)
{
    will_run_response_msg_t *response = NULL;
    char *gres = NULL;
    struct json_object *item;
    job_desc_msg_t req;

    (void)lib;
    fill_request(&req, spec, &gres);
    req.priority = NO_VAL; /* a held job would start at the end of time */
    if (slurm_job_will_run2(&req, &response) != 0) {
        item = failed_item(errno, NULL);
    } else {
        item = ft_wire_result("ok", NULL);
        ft_json_add_int(item, "start_s", response ? response->start_time : 0);
    }
    if (response)
        slurm_free_will_run_response_msg(response);
    free(gres);
    return item;
}

/* --- both ----------------------------------------------------------------- */

typedef struct json_object *run_job(struct ft_lib *lib,
                                    const struct ft_spec *spec);

static struct json_object *run_one(struct ft_lib *lib,
                                   struct json_object *job, run_job *run)
{
    struct ft_err err = { 0 };
    struct json_object *item;
    struct ft_spec spec;

    item = ft_spec_read(job, &spec, &err) < 0
               ? ft_wire_result("rejected", "%s", err.msg)
               : run(lib, &spec);
    ft_spec_release(&spec);
    return item;
}

/* The guard asks for one job at a time, so an answer never mixes jobs that
 * were sent with some for which the controller was away. */
static struct json_object *each_job(struct ft_lib *lib,
                                    struct json_object *request, run_job *run)
{
    struct json_object *jobs = ft_json_or_null(request, "jobs"), *answer;
    struct json_object *results, *item;
    size_t i;

    if (!json_object_is_type(jobs, json_type_array))
        return ft_wire_error("protocol", "'jobs' is not a list");
    if (ft_lib_conf(lib) < 0) /* nothing has been sent yet */
        return ft_wire_error("unavailable", "%s (%d)", slurm_strerror(errno),
                             errno);
    answer = ft_wire_ok();
    results = json_object_new_array();
    json_object_object_add(answer, "results", results);
    for (i = 0; i < json_object_array_length(jobs); i++) {
        item = run_one(lib, json_object_array_get_idx(jobs, i), run);
        json_object_array_add(results, item);
        if (strcmp(ft_json_str_or(item, "result", ""), AWAY) == 0) {
            struct json_object *error = ft_wire_error(
                AWAY, "%s", ft_json_str_or(item, "reason", ""));

            json_object_put(answer);
            return error;
        }
    }
    return answer;
}

struct json_object *ft_lib_submit(void *lib, struct json_object *request)
{
    return each_job(lib, request, submit_job);
}

struct json_object *ft_lib_estimate(void *lib, struct json_object *request)
{
    return each_job(lib, request, estimate_job);
}
