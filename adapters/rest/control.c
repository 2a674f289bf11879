/* control.c - cancel, hold, release
 *
 * The jobs are looked at first: one whose tag is another one has got the id of
 * ours, and is let alone.  An array is looked at by any of its elements.
 */
#include <stdlib.h>
#include <string.h>

#include "adapters/link/wire.h"
#include "adapters/rest/rest.h"
#include "adapters/slurm/state.h"
#include "base/alloc.h"
#include "base/json.h"

typedef int control_job(struct ft_rest *rest, const char *tail,
                        struct ft_reply *reply);

static int cancel_job(struct ft_rest *rest, const char *tail,
                      struct ft_reply *reply)
{
    return ft_rest_call(rest, "DELETE", "slurm", tail, NULL, reply);
}

static int set_hold(struct ft_rest *rest, const char *tail, bool hold,
                    struct ft_reply *reply)
{
    struct json_object *body = json_object_new_object();

    ft_json_add_bool(body, "hold", hold);
    return ft_rest_call(rest, "POST", "slurm", tail, body, reply);
}

static int hold_job(struct ft_rest *rest, const char *tail,
                    struct ft_reply *reply)
{
    return set_hold(rest, tail, true, reply);
}

static int release_job(struct ft_rest *rest, const char *tail,
                       struct ft_reply *reply)
{
    return set_hold(rest, tail, false, reply);
}

static const char *result_of(int rc, const struct ft_reply *reply)
{
    if (rc == 0 || reply->number > 0)
        return ft_slurm_control_result(rc == 0 ? 0 : reply->number);
    return reply->fault == FT_SLURM_DENIED && !reply->waits ? "denied"
                                                            : "retry_after";
}

static struct json_object *act_on(struct ft_rest *rest, const char *id,
                                  const char *tag, control_job *act)
{
    bool unsure;
    const struct ft_seen *own = ft_rest_jobs_find(rest, id, &unsure);
    const struct ft_seen *seen = own;
    struct json_object *item;
    struct ft_reply reply;
    char *tail;
    int rc;

    if (!own && (unsure || !strchr(id, '_')))
        seen = ft_rest_jobs_any(rest, id);
    if (!seen || (tag && strcmp(seen->tag, tag) != 0))
        return ft_wire_result("not_found", NULL);
    if (own && ft_seen_has_ended(own))
        return ft_wire_result("ok", NULL);
    tail = ft_asprintf("job/%s", id);
    rc = act(rest, tail, &reply);
    item = rc == 0 ? ft_wire_result("ok", NULL)
                   : ft_wire_result(result_of(rc, &reply), "%s", reply.reason);
    ft_reply_release(&reply);
    free(tail);
    return item;
}

static struct json_object *control(struct ft_rest *rest,
                                   struct json_object *request,
                                   control_job *act)
{
    struct json_object *jobs = ft_json_or_null(request, "jobs");
    struct json_object *tags = ft_json_or_null(request, "tags");
    struct json_object *results, *answer, *item;

    if (!json_object_is_type(jobs, json_type_array))
        return ft_wire_error("protocol", "'jobs' is not a list");
    if (!json_object_is_type(tags, json_type_array))
        tags = NULL;
    ft_rest_begin(rest);
    answer = ft_rest_jobs_load(rest);
    if (answer)
        return answer;
    results = json_object_new_array();
    for (size_t i = 0; i < json_object_array_length(jobs); i++) {
        const char *id = ft_json_at_or(jobs, i, "");

        item = act_on(rest, id, ft_json_at_or(tags, i, NULL), act);
        ft_json_add_str(item, "job", id);
        json_object_array_add(results, item);
    }
    answer = ft_wire_ok();
    json_object_object_add(answer, "results", results);
    return answer;
}

struct json_object *ft_rest_cancel(void *rest, struct json_object *request)
{
    return control(rest, request, cancel_job);
}

struct json_object *ft_rest_hold(void *rest, struct json_object *request)
{
    return control(rest, request, hold_job);
}

struct json_object *ft_rest_release(void *rest, struct json_object *request)
{
    return control(rest, request, release_job);
}
