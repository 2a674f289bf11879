/* batch_array.c - jobs that are submitted together
 *
 * An array exists for the site alone: one request, one answer.  Its elements
 * are jobs, which start, end and are cancelled each for itself.  While it is
 * not known to be accepted they share one fate: what is not submitted after all
 * is put together anew, since the site would start every number of it.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/batch/batch_in.h"
#include "base/alloc.h"
#include "base/json.h"
#include "base/str.h"
#include "run/site/helper.h"

#define PROBE_AGAIN_S 5.0

void ft_batch_each_job(struct ft_batch_job *job,
                       void (*each)(struct ft_batch_job *job))
{
    struct ft_batch_array *array = job->array;

    if (!array) {
        each(job);
        return;
    }
    for (size_t i = 0; i < array->n; i++)
        if (array->element[i])
            each(array->element[i]);
}

bool ft_batch_leads(const struct ft_batch_job *job)
{
    const struct ft_batch_array *array = job->array;

    for (size_t i = 0; array && i < job->element; i++)
        if (array->element[i])
            return false;
    return true;
}

static void free_array(struct ft_batch_array *array)
{
    (void)ft_map_put(&array->batch->array_of, array->tag, NULL);
    json_object_put(array->request);
    free(array->element);
    free(array->tag);
    free(array);
}

void ft_batch_array_leave(struct ft_batch_job *job)
{
    struct ft_batch_array *array = job->array;

    if (!array)
        return;
    job->array = NULL;
    array->element[job->element] = NULL;
    if (--array->n_left == 0)
        free_array(array);
}

/* --- the answer of the site ----------------------------------------------- */

static void accept_one(struct ft_batch_job *job, const char *id)
{
    if (job->state <= FT_BATCH_UNSURE)
        job->state = FT_BATCH_ACCEPTED;
    ft_batch_job_id(job, id);
    ft_batch_each_task(job, ft_batch_submitted);
}

/* From now on each is a job like any other. */
static void accept_array(struct ft_batch_array *array, const char *id)
{
    struct ft_batch *batch = array->batch;
    size_t base = strcspn(id, "_");

    if (array->n >= (size_t)batch->array_now && batch->max_array)
        batch->array_now = batch->array_now < batch->max_array / 2
                               ? 2 * batch->array_now : batch->max_array;
    array->n_left++;
    for (size_t i = 0; i < array->n; i++) {
        struct ft_batch_job *job = array->element[i];
        char *own;

        if (!job)
            continue;
        own = ft_asprintf("%.*s_%zu", (int)base, id, i);
        ft_batch_array_leave(job);
        accept_one(job, own);
        free(own);
    }
    array->n_left--;
    free_array(array);
}

void ft_batch_accepted(struct ft_batch_job *job, const char *id)
{
    if (job->array)
        accept_array(job->array, id);
    else
        accept_one(job, id);
}

/* Its file stays: nobody will read it. */
void ft_batch_dissolve(struct ft_batch_job *job, bool alone)
{
    struct ft_batch_array *array = job->array;
    struct ft_batch *batch = array->batch;

    array->n_left++;
    for (size_t i = 0; i < array->n; i++) {
        struct ft_batch_task *task;

        if (!array->element[i])
            continue;
        task = array->element[i]->task;
        if (!task) {
            ft_batch_job_free(array->element[i]);
            continue;
        }
        task->alone |= alone;
        ft_batch_detach(task); /* and its job is gone */
    }
    array->n_left--;
    free_array(array);
    ft_batch_flush_later(batch, 0);
}

/* --- how large ------------------------------------------------------------ */

static bool is_for_later(struct json_object *answer)
{
    const char *error = ft_json_str_or(answer, "error", "");

    return strcmp(error, "unavailable") == 0 ||
           strcmp(error, "retry_after") == 0;
}

static void probe_again(struct ft_batch *batch, struct json_object *answer)
{
    char *text = ft_asprintf("site %s: %s", batch->site->name,
                             ft_json_str_or(answer, "reason", "not now"));

    batch->probe = FT_PROBE_NONE;
    for (size_t i = 0; i < batch->n_tasks; i++)
        if (!batch->task[i]->job)
            ft_batch_waits(batch->task[i], text);
    ft_batch_flush_later(batch, ft_json_num_or(answer, "retry_after_s",
                                               PROBE_AGAIN_S));
    free(text);
}

static void take_limits(struct ft_batch *batch, struct json_object *answer)
{
    int64_t own = batch->site->max_array;
    int64_t most = ft_json_int_or(ft_json_or_null(answer, "limits"),
                                  "max_array", own);

    batch->probe = FT_PROBE_DONE;
    ft_batch_nodes_limits(batch, answer);
    if (own && own < most)
        most = own;
    if (!ft_helper_has(batch->helper, "array") || most < 1)
        most = 1;
    batch->max_array = batch->array_now = most < INT_MAX ? (int)most : INT_MAX;
    ft_batch_flush_later(batch, 0);
}

static void on_probed(struct json_object *answer, void *arg)
{
    struct ft_batch *batch = arg;

    if (!batch->closing && is_for_later(answer))
        probe_again(batch, answer);
    else if (!batch->closing)
        take_limits(batch, answer);
    ft_batch_answered(batch);
}

void ft_batch_probe(struct ft_batch *batch)
{
    struct json_object *request;

    if (batch->probe != FT_PROBE_NONE)
        return;
    batch->probe = FT_PROBE_ASKED;
    request = json_object_new_object();
    ft_json_add_str(request, "op", "probe");
    ft_batch_query(batch, request, on_probed, batch);
}
