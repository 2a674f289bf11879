/* batch.c - the adapter for sites that have a batch system */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/batch/batch_in.h"
#include "adapters/home/home.h"
#include "adapters/link/attempt_json.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "run/site/helper.h"

#define NS_PER_S 1e9
#define MS_PER_S 1e3
#define SOON_MS 250    /* between looks at what is awaited */
#define PLACE_S 0.1    /* until all is placed anew that a pilot did not take */
#define SLOTS 1000     /* when the site file does not say */
#define SITES_DIR "sites" /* in the run's directory: SITE.log, SITE.home */

/* --- tasks ---------------------------------------------------------------- */

static const char *key_of(uint64_t tag, char key[24])
{
    snprintf(key, 24, "%" PRIu64, tag);
    return key;
}

struct ft_batch_task *ft_batch_task_find(const struct ft_batch *batch,
                                         uint64_t tag)
{
    char key[24];

    return ft_map_get(&batch->task_of, key_of(tag, key));
}

static struct ft_batch_task *task_new(struct ft_batch *batch,
                                      const struct ft_attempt *attempt)
{
    struct ft_batch_task *task = ft_calloc(1, sizeof(*task));
    char key[24];

    task->batch = batch;
    task->attempt = ft_attempt_copy(attempt);
    task->again = attempt->again;
    batch->came_ns = ft_clock_mono_ns();
    batch->task = ft_grow(batch->task, batch->n_tasks, &batch->cap_tasks,
                          sizeof(*batch->task));
    task->at = batch->n_tasks;
    batch->task[batch->n_tasks++] = task;
    (void)ft_map_put(&batch->task_of, key_of(attempt->tag, key), task);
    return task;
}

void ft_batch_task_free(struct ft_batch_task *task)
{
    struct ft_batch *batch = task->batch;
    char key[24];

    ft_batch_detach(task);
    (void)ft_map_put(&batch->task_of, key_of(task->attempt->tag, key), NULL);
    batch->task[task->at] = batch->task[--batch->n_tasks];
    batch->task[task->at]->at = task->at;
    ft_attempt_free(task->attempt);
    free(task->heard);
    free(task->why);
    free(task);
}

void ft_batch_attach(struct ft_batch_task *task, struct ft_batch_job *job)
{
    task->job = job;
    job->known = false; /* the task is to hear of it */
    task->batch->awaits = true;
    if (!job->pilot)
        job->task = task;
    task->batch->n_given++;
    job->n_tasks++;
    job->used += ft_attempt_slots(task->attempt);
}

void ft_batch_detach(struct ft_batch_task *task)
{
    struct ft_batch_job *job = task->job;

    if (!job)
        return;
    task->job = NULL;
    job->task = NULL;
    task->batch->n_given--;
    job->n_tasks--;
    job->used -= ft_attempt_slots(task->attempt);
    if (!job->n_tasks && !job->pilot)
        ft_batch_job_free(job);
}

void ft_batch_each_task(struct ft_batch_job *job,
                        void (*each)(struct ft_batch_task *task))
{
    struct ft_batch *batch = job->batch;

    if (!job->pilot) {
        if (job->task)
            each(job->task);
        return;
    }
    for (size_t i = batch->n_tasks; i-- > 0;)
        if (i < batch->n_tasks && batch->task[i]->job == job)
            each(batch->task[i]);
}

/* --- jobs ----------------------------------------------------------------- */

static void forget(struct ft_map *map, const char *key, const void *value)
{
    if (key && ft_map_get(map, key) == value)
        (void)ft_map_put(map, key, NULL);
}

void ft_batch_job_id(struct ft_batch_job *job, const char *id)
{
    forget(&job->batch->id_of, job->id, job);
    free(job->id);
    job->id = ft_strdup(id);
    (void)ft_map_put(&job->batch->id_of, id, job);
}

void ft_batch_job_free(struct ft_batch_job *job)
{
    struct ft_batch *batch = job->batch;

    if (job->agent)
        ft_agent_set(job->agent, NULL);
    forget(&batch->id_of, job->id, job);
    forget(&batch->job_of, job->tag, job);
    batch->job[job->at] = batch->job[--batch->n_jobs];
    batch->job[job->at]->at = job->at;
    ft_batch_array_leave(job);
    json_object_put(job->request);
    free(job->reason);
    free(job->brief);
    free(job->file);
    free(job->site_tag);
    free(job->tag);
    free(job->id);
    free(job);
}

/* --- what the engine is told ---------------------------------------------- */

void ft_batch_waits(struct ft_batch_task *task, const char *reason)
{
    struct ft_batch *batch = task->batch;

    if (task->why && strcmp(task->why, reason) == 0)
        return;
    free(task->why);
    task->why = ft_strdup(reason);
    batch->events.waiting(task->attempt->tag, reason, batch->events.arg);
}

void ft_batch_job_waits(struct ft_batch_job *job, const char *reason)
{
    struct ft_batch *batch = job->batch;

    if (job->task)
        ft_batch_waits(job->task, reason);
    for (size_t i = 0; i < batch->n_tasks && job->pilot; i++)
        if (batch->task[i]->job == job)
            ft_batch_waits(batch->task[i], reason);
}

void ft_batch_submitted(struct ft_batch_task *task)
{
    struct ft_batch *batch = task->batch;
    const char *id = task->job ? task->job->id : NULL;

    if (task->told)
        return;
    task->told = true;
    batch->events.submitted(task->attempt->tag, FT_SUBMIT_OK, id, 0, NULL,
                            batch->events.arg);
}

void ft_batch_started(struct ft_batch_task *task, const char *host)
{
    struct ft_batch *batch = task->batch;

    ft_batch_submitted(task);
    if (task->started)
        return;
    task->started = true;
    batch->events.started(task->attempt->tag,
                          host && *host ? host : batch->site->name,
                          batch->events.arg);
}

void ft_batch_refused(struct ft_batch_task *task, enum ft_submit_answer answer,
                      const char *reason)
{
    struct ft_batch *batch = task->batch;
    uint64_t tag = task->attempt->tag;
    char *text = ft_asprintf("site %s: %s", batch->site->name, reason);

    ft_batch_task_free(task);
    batch->events.submitted(tag, answer, NULL, 0, text, batch->events.arg);
    free(text);
}

void ft_batch_ended(struct ft_batch_task *task, struct ft_ending *ending)
{
    struct ft_batch *batch = task->batch;
    struct ft_batch_job *pilot =
        task->job && task->job->pilot ? task->job : NULL;
    uint64_t tag = task->attempt->tag;

    ft_batch_submitted(task);
    if (task->cancelled && ending->outcome != FT_OUT_OK)
        ending->outcome = FT_OUT_CANCELLED;
    if (pilot)
        ft_batch_note_length(pilot, task, ending);
    ft_batch_task_free(task);
    batch->events.ended(tag, ending, batch->events.arg);
    if (pilot)
        ft_batch_feed(pilot);
    if (batch->n_tasks) /* that looks at all of them: not for each of many */
        ft_batch_flush_later(batch, pilot ? PLACE_S : 0);
}

/* --- time ----------------------------------------------------------------- */

static void on_flush(uv_timer_t *timer)
{
    struct ft_batch *batch = timer->data;

    ft_batch_probe(batch);
    ft_batch_search(batch);
    ft_batch_place(batch);
    ft_batch_submit(batch);
}

void ft_batch_flush_later(struct ft_batch *batch, double after_s)
{
    uint64_t ms = after_s > 0 ? (uint64_t)(after_s * MS_PER_S) + 1 : 0;

    if (batch->closing)
        return;
    if (!uv_is_active((uv_handle_t *)&batch->flush) ||
        uv_timer_get_due_in(&batch->flush) > ms)
        (void)uv_timer_start(&batch->flush, on_flush, ms, 0);
}

static void on_poll(uv_timer_t *timer)
{
    ft_batch_search(timer->data);
    ft_batch_ask(timer->data);
}

static void on_soon(uv_timer_t *timer)
{
    ft_batch_nodes_look(timer->data);
    ft_batch_cancel(timer->data);
    ft_batch_settle_all(timer->data);
}

/* --- the adapter ---------------------------------------------------------- */

static void free_batch(struct ft_batch *batch)
{
    for (size_t i = 0; i < batch->found.len; i++)
        json_object_put(batch->found.entry[i].value);
    ft_batch_far_close(batch);
    ft_map_release(&batch->found);
    ft_map_release(&batch->id_of);
    ft_map_release(&batch->job_of);
    ft_batch_nodes_free(batch);
    ft_map_release(&batch->array_of);
    ft_map_release(&batch->task_of);
    free(batch->task);
    free(batch->job);
    free(batch->agent);
    free(batch->home_file);
    free(batch->mark);
    if (batch->log_fd >= 0)
        (void)close(batch->log_fd);
    free(batch);
}

void ft_batch_answered(struct ft_batch *batch)
{
    if (--batch->n_open == 0)
        free_batch(batch);
}

void ft_batch_query(struct ft_batch *batch, struct json_object *request,
                    void (*answer)(struct json_object *answer, void *arg),
                    void *arg)
{
    batch->n_open++;
    ft_helper_ask(batch->helper, request, batch->site->answer_within_s,
                  answer, arg);
}

static void on_closed(uv_handle_t *handle)
{
    ft_batch_answered(handle->data);
}

/* The helper is kept for the jobs that are to be ended, and for those that it
 * is just submitting. */
void ft_batch_last_answer(struct ft_batch *batch)
{
    if (--batch->n_last == 0 && batch->closing) {
        ft_helper_close(batch->helper);
        batch->helper = NULL;
    }
}

static void on_goodbye(struct json_object *answer, void *arg)
{
    struct ft_batch *batch = arg;

    (void)answer;
    ft_batch_last_answer(batch);
    ft_batch_answered(batch);
}

void ft_batch_end_pilots(struct ft_batch *batch, struct json_object *ids,
                         struct json_object *tags)
{
    struct json_object *request = json_object_new_object();

    ft_json_add_str(request, "op", "cancel");
    json_object_object_add(request, "jobs", ids);
    json_object_object_add(request, "tags", tags);
    if (json_object_array_length(ids)) {
        batch->n_last++;
        ft_batch_query(batch, request, on_goodbye, batch);
    } else {
        json_object_put(request);
    }
}

/* Pilots have nothing to wait for. */
static void end_pilots(struct ft_batch *batch)
{
    struct json_object *ids = json_object_new_array();
    struct json_object *tags = json_object_new_array();

    for (size_t i = 0; i < batch->n_jobs; i++) {
        const struct ft_batch_job *job = batch->job[i];

        if (!job->pilot || !job->id || job->n_tasks ||
            job->state == FT_BATCH_ENDED)
            continue;
        json_object_array_add(ids, json_object_new_string(job->id));
        json_object_array_add(tags, json_object_new_string(job->site_tag));
    }
    ft_batch_end_pilots(batch, ids, tags);
}

/* What still runs at the site goes on: whoever resumes finds it.  The helper
 * outlives the jobs here by one last question. */
static void close_batch(void *conn)
{
    struct ft_batch *batch = conn;

    if (!batch)
        return;
    batch->closing = true;
    ft_home_close(batch->home);
    batch->n_last++; /* as long as this is going on */
    end_pilots(batch);
    ft_batch_last_answer(batch);
    while (batch->n_tasks)
        ft_batch_task_free(batch->task[batch->n_tasks - 1]);
    while (batch->n_jobs)
        ft_batch_job_free(batch->job[batch->n_jobs - 1]);
    uv_close((uv_handle_t *)&batch->flush, on_closed);
    uv_close((uv_handle_t *)&batch->poll, on_closed);
    uv_close((uv_handle_t *)&batch->soon, on_closed);
}

static void open_timers(struct ft_batch *batch)
{
    uint64_t poll_ms =
        (uint64_t)(batch->site->status_interval_s * MS_PER_S) + 1;

    (void)uv_timer_init(batch->loop, &batch->flush);
    (void)uv_timer_init(batch->loop, &batch->poll);
    (void)uv_timer_init(batch->loop, &batch->soon);
    batch->flush.data = batch->poll.data = batch->soon.data = batch;
    batch->n_open = 3;
    (void)uv_timer_start(&batch->poll, on_poll, poll_ms, poll_ms);
    (void)uv_timer_start(&batch->soon, on_soon, SOON_MS, SOON_MS);
}

/* "RUNDIR/sites/SITE.NAME"; the caller frees. */
static char *site_path(const struct ft_batch *batch, const char *name)
{
    return ft_asprintf("%s/" SITES_DIR "/%s.%s", batch->place->run_dir,
                       batch->site->name, name);
}

static int open_files(struct ft_batch *batch, struct ft_err *err)
{
    char *log = site_path(batch, "log"), *dir = ft_path_dir(log);
    int rc = ft_path_mkdirs(dir, 0777, err);

    batch->home_file = site_path(batch, "home");
    if (rc == 0)
        batch->log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
                             0666);
    if (rc == 0 && batch->log_fd < 0)
        rc = ft_err_sys(err, "cannot open '%s'", log);
    free(dir);
    free(log);
    return rc;
}

static int open_batch(const struct ft_site *site,
                      const struct ft_adapter_place *place,
                      struct uv_loop_s *loop,
                      const struct ft_adapter_events *events, void **conn,
                      struct ft_err *err)
{
    struct ft_batch *batch = ft_calloc(1, sizeof(*batch));

    batch->site = site;
    batch->place = place;
    batch->loop = loop;
    batch->events = *events;
    batch->known = !place->resumed;
    batch->log_fd = -1;
    batch->open_ns = ft_clock_mono_ns();
    ft_batch_far_open(batch);
    ft_batch_nodes_look(batch);
    batch->agent = ft_site_program(site, "fedtwin-agent");
    if (open_files(batch, err) == 0)
        batch->helper = ft_helper_new(site, place->project_dir, loop,
                                      batch->log_fd, err);
    if (!batch->helper || ft_batch_listen(batch, err) < 0) {
        ft_helper_close(batch->helper);
        ft_home_close(batch->home);
        free_batch(batch);
        return -1;
    }
    open_timers(batch);
    *conn = batch;
    return 0;
}

static void capacity_batch(void *conn, int *slots, double *memory_bytes)
{
    const struct ft_batch *batch = conn;

    *slots = batch->site->slots ? batch->site->slots : SLOTS;
    *memory_bytes = 0;
}

static const char *obstacle_batch(void *conn,
                                  const struct ft_attempt *attempt)
{
    const struct ft_batch *batch = conn;

    return ft_batch_fits(batch->site, attempt)
               ? NULL : "no queue of it takes such a job";
}

static double cost_batch(void *conn, const struct ft_attempt *attempt)
{
    const struct ft_batch *batch = conn;

    return ft_batch_cost_s(batch->site, attempt);
}

static void submit_batch(void *conn, const struct ft_attempt *attempt,
                         size_t n)
{
    struct ft_batch *batch = conn;

    for (size_t i = 0; i < n; i++)
        (void)task_new(batch, &attempt[i]);
    ft_batch_flush_later(batch, 0);
}

void ft_batch_never_began(struct ft_batch_task *task)
{
    struct ft_ending ending = { .outcome = FT_OUT_CANCELLED };

    snprintf(ending.reason, sizeof(ending.reason),
             "cancelled before it was submitted");
    ending.start_ns = ending.end_ns = ft_clock_now_ns();
    ft_batch_ended(task, &ending);
}

static void cancel_task(struct ft_batch_task *task, double grace_s)
{
    int64_t now = ft_clock_mono_ns();
    struct ft_batch_job *job = task->job;

    task->cancelled = true;
    task->batch->awaits = true;
    task->cancel_ns = now + (int64_t)(grace_s * NS_PER_S);
    if (job && job->agent)
        ft_home_cancel(job->agent, task->attempt->tag, grace_s);
    if (job && (job->asked || job->state != FT_BATCH_SUBMITTING))
        return;
    if (!job && task->again && !task->batch->known)
        return; /* it may be alive */
    ft_batch_never_began(task);
}

static void cancel_batch(void *conn, const uint64_t *tag, size_t n,
                         double grace_s)
{
    struct ft_batch *batch = conn;

    for (size_t i = 0; i < n; i++) {
        struct ft_batch_task *task = ft_batch_task_find(batch, tag[i]);

        if (task)
            cancel_task(task, grace_s);
    }
    ft_batch_cancel(batch);
}

/* Jobs that an earlier runner left and that nobody asked for again are ended.
 * The rest is ended by cancel(). */
static bool sweep_batch(void *conn, const char *job, const char *tag_text)
{
    (void)job;
    (void)tag_text;
    ft_batch_sweep(conn);
    return true;
}

const struct ft_adapter ft_adapter_batch = {
    .name = "batch",
    .records = true,
    .open = open_batch,
    .capacity = capacity_batch,
    .obstacle = obstacle_batch,
    .cost_s = cost_batch,
    .missing_bytes = ft_batch_far_missing,
    .published = ft_batch_far_published,
    .submit = submit_batch,
    .cancel = cancel_batch,
    .sweep = sweep_batch,
    .close = close_batch,
};
