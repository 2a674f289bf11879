/* submit.c - jobs, as this version of slurmrestd takes them
 *
 * Whether there is a controller that takes the token is asked first, for a
 * submission that it refuses looks like one whose answer was lost.  Then one
 * request a job.  When it may have been acted upon although there is no
 * reply, its outcome is unknown, and no more are sent: the engine searches for
 * the tag first.  When it was not, the site is away, and so it is for those
 * that follow.
 *
 * Up to v0.0.38 nothing can ask for a signal to the script before its end:
 * slurmrestd takes "B:USR1@60" from sbatch alone.  fedtwin-agent, which most
 * scripts start, knows the end of its walltime by itself.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "adapters/link/wire.h"
#include "adapters/rest/rest.h"
#include "adapters/slurm/spec.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"

/* --- the job -------------------------------------------------------------- */

static void add_text(struct json_object *job, const char *key,
                     const char *text)
{
    if (text)
        ft_json_add_str(job, key, text);
}

static void add_count(struct json_object *job, const char *key, uint32_t n)
{
    if (n)
        ft_json_add_int(job, key, n);
}

/* From "NAME=value". */
static struct json_object *env_of(const struct ft_shape *shape,
                                  const struct ft_spec *spec)
{
    struct json_object *env = shape->env_list ? json_object_new_array()
                                              : json_object_new_object();

    for (size_t i = 0; i < spec->env.n; i++) {
        const char *word = spec->env.item[i], *equals = strchr(word, '=');
        char *name;

        if (shape->env_list) {
            json_object_array_add(env, json_object_new_string(word));
            continue;
        }
        name = ft_strndup(word, (size_t)(equals - word));
        ft_json_add_str(env, name, equals + 1);
        free(name);
    }
    return env;
}

/* What sbatch has options for. */
static void add_options(struct json_object *job, const struct ft_spec *spec)
{
    struct json_object *range;

    if (spec->nodes) {
        range = json_object_new_array();
        json_object_array_add(range, json_object_new_int64(spec->nodes));
        json_object_array_add(range, json_object_new_int64(spec->nodes));
        json_object_object_add(job, "nodes", range);
    }
    add_text(job, "exclude_nodes", spec->exclude);
    ft_json_add_bool(job, "no_requeue", true); /* "requeue" only says yes */
}

/* What libslurm has fields for. */
static void add_fields(struct json_object *job, const struct ft_spec *spec)
{
    struct json_object *flags;

    ft_json_add_int(job, "minimum_cpus", (int64_t)spec->ranks * spec->threads);
    add_count(job, "minimum_nodes", spec->nodes);
    add_count(job, "maximum_nodes", spec->nodes);
    add_text(job, "excluded_nodes", spec->exclude);
    ft_json_add_bool(job, "requeue", false);
    if (spec->signal_s) {
        flags = json_object_new_array();
        json_object_array_add(flags, json_object_new_string("BATCH_JOB"));
        json_object_object_add(job, "kill_warning_flags", flags);
        ft_json_add_str(job, "kill_warning_signal", "USR1");
        ft_json_add_int(job, "kill_warning_delay", spec->signal_s);
    }
}

static void add_resources(struct json_object *job,
                          const struct ft_shape *shape,
                          const struct ft_spec *spec)
{
    char *gpus;

    ft_json_add_int(job, "tasks", spec->ranks);
    ft_json_add_int(job, "cpus_per_task", spec->threads);
    if (spec->nodes && spec->ranks % spec->nodes == 0)
        ft_json_add_int(job, "tasks_per_node", spec->ranks / spec->nodes);
    add_count(job, "memory_per_node", spec->memory_mib);
    add_count(job, "time_limit", spec->walltime_min);
    if (spec->gpus) {
        gpus = ft_asprintf("%s%u", shape->gpus_start, spec->gpus);
        ft_json_add_str(job, shape->gpus_key, gpus);
        free(gpus);
    }
    if (shape->options)
        add_options(job, spec);
    else
        add_fields(job, spec);
}

static struct json_object *body_of(const struct ft_shape *shape,
                                   const struct ft_spec *spec)
{
    struct json_object *body = json_object_new_object();
    struct json_object *job = json_object_new_object();
    char *array;

    ft_json_add_str(job, "name", spec->name ? spec->name : spec->tag);
    ft_json_add_str(job, "comment", spec->tag);
    ft_json_add_str(job, "current_working_directory", spec->dir);
    ft_json_add_str(job, "standard_input", "/dev/null");
    ft_json_add_str(job, "standard_output", spec->out);
    ft_json_add_str(job, "standard_error", spec->err);
    add_text(job, "partition", spec->queue);
    add_text(job, "account", spec->account);
    add_text(job, "qos", spec->qos);
    add_text(job, "constraints", spec->constraint);
    add_resources(job, shape, spec);
    json_object_object_add(job, "environment", env_of(shape, spec));
    if (spec->array) {
        array = ft_asprintf("0-%u", spec->array - 1);
        ft_json_add_str(job, "array", array);
        free(array);
    }
    if (spec->hold)
        ft_json_add_bool(job, "hold", true);
    ft_json_add_str(shape->script_in_job ? job : body, "script",
                    spec->script);
    json_object_object_add(body, "job", job);
    return body;
}

/* --- submit --------------------------------------------------------------- */

static bool is_directory(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* What the site would accept although it cannot work.  NULL: nothing is wrong
 * with it. */
static struct json_object *refuse(struct ft_rest *rest,
                                  const struct ft_spec *spec)
{
    struct ft_str why = FT_STR_INIT;
    struct json_object *item = NULL;

    if (rest->shared && !is_directory(spec->dir))
        ft_str_addf(&why, "there is no directory '%s'", spec->dir);
    else
        ft_rest_never_fits(rest, spec, &why);
    if (why.len)
        item = ft_wire_result("rejected", "%s", why.s);
    ft_str_release(&why);
    return item;
}

static struct json_object *accepted(const struct ft_reply *reply)
{
    int64_t number = ft_shape_number_or(reply->body, "job_id", 0);
    struct json_object *item;
    char *id;

    if (number <= 0)
        return ft_wire_result("unknown_outcome", "the reply has no job_id");
    item = ft_wire_result("ok", NULL);
    id = ft_asprintf("%lld", (long long)number);
    ft_json_add_str(item, "job", id);
    free(id);
    return item;
}

/* 'reply' tells why when the site is away: then there is no item. */
static struct json_object *submit_job(struct ft_rest *rest,
                                      const struct ft_spec *spec,
                                      struct ft_reply *reply)
{
    struct json_object *item = refuse(rest, spec);

    *reply = (struct ft_reply){ 0 };
    if (item || (!rest->shape && ft_rest_call(rest, "GET", "slurm", "diag",
                                              NULL, reply) < 0))
        return item;
    ft_reply_release(reply);
    if (ft_rest_call(rest, "POST", "slurm", "job/submit",
                     body_of(rest->shape, spec), reply) == 0)
        item = accepted(reply);
    else if (!reply->waits && reply->fault != FT_SLURM_AWAY)
        item = ft_wire_result(ft_slurm_fault_result(reply->fault), "%s",
                              reply->reason);
    ft_reply_release(reply);
    return item;
}

static struct json_object *submit_one(struct ft_rest *rest,
                                      struct json_object *job,
                                      struct ft_reply *reply)
{
    struct ft_err err = { 0 };
    struct json_object *item;
    struct ft_spec spec;

    item = ft_spec_read(job, &spec, &err) < 0
               ? ft_wire_result("rejected", "%s", err.msg)
               : submit_job(rest, &spec, reply);
    ft_spec_release(&spec);
    return item;
}

static bool is_unknown(struct json_object *item)
{
    return strcmp(ft_json_str_or(item, "result", ""), "unknown_outcome") == 0;
}

/* Those that were not sent may be sent later. */
static void put_off(struct json_object *results, size_t n, const char *reason)
{
    while (json_object_array_length(results) < n)
        json_object_array_add(results,
                              ft_wire_result("retry_after", "%s", reason));
}

struct json_object *ft_rest_submit(void *state, struct json_object *request)
{
    struct json_object *jobs = ft_json_or_null(request, "jobs");
    struct json_object *results, *answer, *item = NULL;
    struct ft_reply reply = { 0 };
    struct ft_rest *rest = state;
    size_t n;

    if (!json_object_is_type(jobs, json_type_array))
        return ft_wire_error("protocol", "'jobs' is not a list");
    ft_rest_begin(rest);
    n = json_object_array_length(jobs);
    if (n && ft_rest_call(rest, "GET", "slurm", "diag", NULL, &reply) < 0) {
        answer = ft_rest_error(&reply);
        ft_reply_release(&reply);
        return answer;
    }
    ft_reply_release(&reply);
    results = json_object_new_array();
    for (size_t i = 0; i < n; i++) {
        item = submit_one(rest, json_object_array_get_idx(jobs, i), &reply);
        if (item)
            json_object_array_add(results, item);
        if (!item || is_unknown(item))
            break;
    }
    if (n && !json_object_array_length(results)) { /* away from the first on */
        json_object_put(results);
        return ft_rest_error(&reply);
    }
    put_off(results, n, item ? "the answer to the job before it was lost"
                             : reply.reason);
    answer = ft_wire_ok();
    json_object_object_add(answer, "results", results);
    return answer;
}
