/* lib_control.c - cancel, hold, release */
#include "adapters/slurm/lib.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <slurm/slurm_errno.h>

#include "adapters/link/wire.h"
#include "adapters/slurm/fault.h"
#include "base/json.h"

static int kill_job(const char *job)
{
    return slurm_kill_job2(job, SIGKILL, 0, NULL) == 0 ? 0 : errno;
}

static int set_priority(const char *job, uint32_t priority, uint32_t sid)
{
    job_array_resp_msg_t *response = NULL;
    job_desc_msg_t req;
    int code = 0;

    slurm_init_job_desc_msg(&req);
    req.job_id_str = (char *)job;
    req.priority = priority;
    req.alloc_sid = sid;
    if (slurm_update_job2(&req, &response) != 0)
        code = errno;
    if (response && response->job_array_count && !code)
        code = (int)response->error_code[0];
    if (response)
        slurm_free_job_array_resp(response);
    return code;
}

static int hold_job(const char *job)
{
    return set_priority(job, 0, ALLOC_SID_USER_HOLD);
}

static int release_job(const char *job)
{
    return set_priority(job, INFINITE, 0);
}

/* A job id whose tag is another one belongs to another job by now. */
static bool is_meant(const struct ft_lib *lib, const char *job,
                     const char *tag)
{
    const char *known = ft_lib_jobs_tag(lib, job);

    return known && strcmp(known, tag) == 0;
}

static struct json_object *control_item(const struct ft_lib *lib,
                                        const char *job, const char *tag,
                                        int (*act)(const char *), bool *away)
{
    struct json_object *item;
    int code = ESLURM_INVALID_JOB_ID;

    if (*away)
        code = SLURMCTLD_COMMUNICATIONS_CONNECTION_ERROR;
    else if (!tag || is_meant(lib, job, tag))
        code = act(job);
    *away = code && ft_slurm_fault(code) >= FT_SLURM_AWAY;
    item = code ? ft_wire_result(ft_slurm_control_result(code), "%s (%d)",
                                 slurm_strerror(code), code)
                : ft_wire_result("ok", NULL);
    ft_json_add_str(item, "job", job);
    return item;
}

static struct json_object *control(struct ft_lib *lib,
                                   struct json_object *request,
                                   int (*act)(const char *))
{
    struct json_object *jobs = ft_json_or_null(request, "jobs");
    struct json_object *tags = ft_json_or_null(request, "tags");
    struct json_object *results, *answer;
    bool away = false;
    size_t i;

    if (!json_object_is_type(jobs, json_type_array))
        return ft_wire_error("protocol", "'jobs' is not a list");
    if (!json_object_is_type(tags, json_type_array))
        tags = NULL;
    if (ft_lib_jobs_load(lib) < 0)
        return ft_lib_error(errno);
    results = json_object_new_array();
    for (i = 0; i < json_object_array_length(jobs); i++)
        json_object_array_add(
            results, control_item(lib, ft_json_at_or(jobs, i, ""),
                                  ft_json_at_or(tags, i, NULL), act, &away));
    answer = ft_wire_ok();
    json_object_object_add(answer, "results", results);
    return answer;
}

struct json_object *ft_lib_cancel(void *lib, struct json_object *request)
{
    return control(lib, request, kill_job);
}

struct json_object *ft_lib_hold(void *lib, struct json_object *request)
{
    return control(lib, request, hold_job);
}

struct json_object *ft_lib_release(void *lib, struct json_object *request)
{
    return control(lib, request, release_job);
}
