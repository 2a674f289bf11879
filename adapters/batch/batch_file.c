/* batch_file.c - what a job is told, and what the site is asked for */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/batch/batch_in.h"
#include "adapters/link/agent_file.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/path.h"
#include "model/site_need.h"
#include "run/site/form.h"
#include "run/site/script.h"

#define JOBS_DIR "jobs"     /* in the run's directory */
#define COST_S 60.0 /* that one would wait to save one unit of cost */

/* --- what it needs -------------------------------------------------------- */

static void need_of_task(const struct ft_site *site,
                         const struct ft_attempt *attempt,
                         struct ft_need *need)
{
    ft_need_of(site, &attempt->resources, attempt->timeout_s, need);
}

static void need_of_pilot(const struct ft_batch *batch, struct ft_need *need)
{
    *need = (struct ft_need){
        .nodes = 1,
        .ranks = ft_pilot_slots(batch->site),
        .threads = 1,
        .memory_bytes = ft_pilot_memory_bytes(batch->site),
        .walltime_s = batch->site->pilot.walltime_s,
    };
}

bool ft_batch_alike(const struct ft_batch_task *a,
                    const struct ft_batch_task *b)
{
    const struct ft_site *site = a->batch->site;
    struct ft_need need, other;

    need_of_task(site, a->attempt, &need);
    need_of_task(site, b->attempt, &other);
    return strcmp(a->attempt->stage, b->attempt->stage) == 0 &&
           ft_need_same(&need, &other);
}

bool ft_batch_fits(const struct ft_site *site,
                   const struct ft_attempt *attempt)
{
    struct ft_need need;

    need_of_task(site, attempt, &need);
    return ft_need_queue(site, &need, NULL) != NULL;
}

double ft_batch_cost_s(const struct ft_site *site,
                       const struct ft_attempt *attempt)
{
    const struct ft_site_queue *queue;
    struct ft_need need;
    double hours;

    need_of_task(site, attempt, &need);
    queue = ft_need_queue(site, &need, NULL);
    hours = (attempt->expected_s > 0 ? attempt->expected_s : 60) / 3600;
    return queue ? queue->cost_core_hour * hours * need.ranks * need.threads *
                       COST_S : 0;
}

/* NULL: there is none; else the need is what it is to be asked for. */
static const struct ft_site_queue *choose_queue(const struct ft_site *site,
                                                struct ft_need *need)
{
    const struct ft_site_queue *queue = ft_need_queue(site, need, NULL);

    if (queue) {
        need->walltime_s = ft_need_walltime_s(need, queue);
        need->spare_s = 0;
    }
    return queue;
}

static int no_queue(const struct ft_site *site, const struct ft_need *need,
                    struct ft_err *err)
{
    struct ft_str why = FT_STR_INIT;

    (void)ft_need_queue(site, need, &why);
    ft_err_set(err, FT_ESITE, "no queue takes the job: %s", why.s);
    ft_str_release(&why);
    return ft_err_hint(err, "'fedtwin site show %s' tells the limits",
                       site->name);
}

/* --- its file ------------------------------------------------------------- */

/* "RUNDIR/jobs/NAME" and what follows. */
static char *job_path(const struct ft_batch *batch, const char *name,
                      const char *suffix)
{
    return ft_asprintf("%s/" JOBS_DIR "/%s%s", batch->place->run_dir, name,
                       suffix);
}

/* What it says of any job.  Slots and memory are the job's own: 'site' becomes
 * a copy without them. */
static void fill_file(const struct ft_batch *batch, const struct ft_need *need,
                      struct ft_site *site, struct ft_agent_file *file)
{
    *site = *batch->site;
    site->slots = 0;
    site->memory_bytes = 0;
    *file = (struct ft_agent_file){
        .site = site,
        .home = batch->home_file,
        .idle_s = batch->site->pilot.idle_s,
        .spare_s = batch->site->signal_before_s,
        .walltime_s = need->walltime_s,
        .visible_s = batch->site->visibility_wait_s,
    };
}

static int make_room(const char *path, struct ft_err *err)
{
    char *dir = ft_path_dir(path);
    int rc = ft_path_mkdirs(dir, 0777, err);

    free(dir);
    return rc;
}

static int write_file(const struct ft_batch_job *job, const char *path,
                      struct ft_batch_task *task, const struct ft_need *need,
                      struct ft_err *err)
{
    struct ft_agent_file file;
    struct ft_site site;
    int rc = make_room(path, err);

    fill_file(job->batch, need, &site, &file);
    file.tag = job->tag;
    file.attempt = task ? &task->attempt : NULL;
    file.n_attempts = task ? 1 : 0;
    file.serve = job->pilot;
    if (job->batch->held)
        ft_batch_far_file(job->batch, &file);
    if (rc == 0)
        rc = ft_agent_file_write(path, &file, ft_file_replace, err);
    json_object_put(file.home_at);
    return rc;
}

static int write_array(const struct ft_batch_array *array, const char *path,
                       const struct ft_need *need, struct ft_err *err)
{
    struct ft_agent_file file;
    struct ft_site site;
    int rc = make_room(path, err);

    fill_file(array->batch, need, &site, &file);
    file.tag = array->tag;
    file.attempt = ft_calloc(array->n, sizeof(*file.attempt));
    file.n_attempts = array->n;
    for (size_t i = 0; i < array->n; i++)
        file.attempt[i] = array->element[i]->task->attempt;
    if (rc == 0)
        rc = ft_agent_array_write(path, &file, err);
    free(file.attempt);
    return rc;
}

/* The script, and the file that it hands to the agent; the caller frees. */
static char *make_script(const struct ft_batch_job *job, const char *path,
                         struct ft_batch_task *task, const struct ft_need *need,
                         struct ft_err *err)
{
    const struct ft_batch *batch = job->batch;

    if (write_file(job, path, task, need, err) < 0)
        return NULL;
    return batch->held ? ft_batch_far_script(job, path, err)
                       : ft_job_script(batch->site, batch->agent, path);
}

/* --- its request ---------------------------------------------------------- */

/* Where a job 'base', or an array of 'n', works, and what it prints goes;
 * elsewhere its script sees to that. */
static void add_paths(struct json_object *obj, const struct ft_batch *batch,
                      const char *base, size_t n)
{
    char *out = job_path(batch, base, n ? ".%a.out" : ".out");
    char *err = job_path(batch, base, n ? ".%a.err" : ".err");

    ft_json_add_str(obj, "dir", batch->held ? "/" : batch->place->run_dir);
    ft_json_add_str(obj, "stdout", batch->held ? "/dev/null" : out);
    ft_json_add_str(obj, "stderr", batch->held ? "/dev/null" : err);
    free(err);
    free(out);
}

/* Of the job 'base', or of an array of 'n'. */
static struct json_object *make_request(const struct ft_batch *batch,
                                        const char *tag, const char *name,
                                        const char *base, size_t n,
                                        const char *script,
                                        const struct ft_need *need,
                                        const struct ft_site_queue *queue)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_str(obj, "tag", tag);
    ft_json_add_str(obj, "name", name);
    ft_json_add_str(obj, "script", script);
    add_paths(obj, batch, base, n);
    ft_json_add_int(obj, "nodes", need->nodes);
    ft_json_add_int(obj, "ranks", need->ranks);
    ft_json_add_int(obj, "threads", need->threads);
    ft_json_add_int(obj, "gpus", need->gpus);
    ft_json_add_num(obj, "memory_bytes", need->memory_bytes);
    ft_json_add_num(obj, "walltime_s", need->walltime_s);
    ft_json_add_str(obj, "queue", queue->name);
    ft_json_add_str(obj, "account",
                    queue->account ? queue->account : batch->site->account);
    ft_json_add_str(obj, "qos", queue->qos);
    ft_json_add_str(obj, "constraint", queue->constraint);
    ft_json_add_num(obj, "signal_s", batch->site->signal_before_s);
    json_object_object_add(obj, "exclude", json_object_new_array());
    ft_json_add_int(obj, "array", (int64_t)n);
    ft_json_add_bool(obj, "hold", false);
    return obj;
}

/* --- a job ---------------------------------------------------------------- */

static struct ft_batch_job *add_job(struct ft_batch *batch, const char *tag,
                                    const char *site_tag, bool pilot)
{
    struct ft_batch_job *job = ft_calloc(1, sizeof(*job));

    job->batch = batch;
    job->tag = ft_strdup(tag);
    job->site_tag = ft_strdup(site_tag);
    job->pilot = pilot;
    batch->job = ft_grow(batch->job, batch->n_jobs, &batch->cap_jobs,
                         sizeof(struct ft_batch_job *));
    job->at = batch->n_jobs;
    batch->job[batch->n_jobs++] = job;
    (void)ft_map_put(&batch->job_of, tag, job);
    return job;
}

struct ft_batch_job *ft_batch_job_found(struct ft_batch *batch,
                                        const char *tag, const char *site_tag,
                                        bool pilot)
{
    struct ft_batch_job *job = add_job(batch, tag, site_tag, pilot);

    job->state = FT_BATCH_ACCEPTED;
    job->asked = true;
    return job;
}

/* "pilot-7" with a number that no job of this run had, nor of its earlier
 * runners. */
static char *new_name(const struct ft_batch *batch, const char *what,
                      const char *suffix, int *number)
{
    for (;;) {
        char *name = ft_asprintf("%s-%d", what, ++*number);
        char *path = job_path(batch, name, suffix);
        bool used = ft_path_exists(path);

        free(path);
        if (!used)
            return name;
        free(name);
    }
}

struct ft_batch_job *ft_batch_job_new(struct ft_batch *batch,
                                      struct ft_batch_task *task,
                                      enum ft_submit_answer *answer,
                                      struct ft_err *err)
{
    const struct ft_site_queue *queue;
    struct ft_batch_job *job;
    struct ft_need need;
    char *tag, *base, *path, *script;

    if (task)
        need_of_task(batch->site, task->attempt, &need);
    else
        need_of_pilot(batch, &need);
    queue = choose_queue(batch->site, &need);
    *answer = FT_SUBMIT_REJECTED;
    if (!queue) {
        (void)no_queue(batch->site, &need, err);
        return NULL;
    }
    base = task ? ft_strdup(ft_path_base(task->attempt->dir))
                : new_name(batch, FT_BATCH_PILOT, ".json", &batch->n_pilots);
    tag = task ? ft_strdup(task->attempt->tag_text)
               : ft_asprintf("%s/%s/1", batch->place->run_id, base);
    job = add_job(batch, tag, tag, !task);
    job->slots = task ? 0 : need.ranks;
    path = job_path(batch, base, ".json");
    job->file = batch->held ? ft_batch_far_output(batch, base)
                            : ft_strdup(path);
    script = make_script(job, path, task, &need, err);
    free(path);
    if (script) {
        job->request = make_request(batch, tag, task ? task->attempt->stage
                                                     : FT_BATCH_PILOT,
                                    base, 0, script, &need, queue);
    } else {
        *answer = FT_SUBMIT_RETRY_AFTER;
        ft_batch_job_free(job);
        job = NULL;
    }
    free(script);
    free(base);
    free(tag);
    return job;
}

/* --- an array ------------------------------------------------------------- */

static void add_element(struct ft_batch_array *array, const char *path,
                        struct ft_batch_task *task)
{
    struct ft_batch_job *job = add_job(array->batch, task->attempt->tag_text,
                                       array->tag, false);

    job->array = array;
    job->element = array->n;
    array->element[array->n++] = job;
    array->n_left++;
    job->file = ft_strdup(path);
    ft_batch_attach(task, job);
}

int ft_batch_array_new(struct ft_batch *batch, struct ft_batch_task **task,
                       size_t n, enum ft_submit_answer *answer,
                       struct ft_err *err)
{
    const struct ft_site_queue *queue;
    struct ft_batch_array *array;
    char *base, *path, *script;
    struct ft_need need;
    int rc;

    need_of_task(batch->site, task[0]->attempt, &need);
    queue = choose_queue(batch->site, &need);
    *answer = FT_SUBMIT_REJECTED;
    if (!queue)
        return no_queue(batch->site, &need, err);
    base = new_name(batch, FT_BATCH_ARRAY, ".json", &batch->n_arrays);
    path = job_path(batch, base, ".json");
    array = ft_calloc(1, sizeof(*array));
    array->batch = batch;
    array->tag = ft_asprintf("%s/%s/1", batch->place->run_id, base);
    array->element = ft_calloc(n, sizeof(struct ft_batch_job *));
    (void)ft_map_put(&batch->array_of, array->tag, array);
    for (size_t i = 0; i < n; i++)
        add_element(array, path, task[i]);
    rc = write_array(array, path, &need, err);
    if (rc == 0) {
        script = ft_job_array_script(batch->site, batch->agent, path);
        array->request = make_request(batch, array->tag,
                                      task[0]->attempt->stage, base, n, script,
                                      &need, queue);
        free(script);
    } else {
        *answer = FT_SUBMIT_RETRY_AFTER;
        ft_batch_dissolve(array->element[0], false);
    }
    free(path);
    free(base);
    return rc;
}

char *ft_batch_element_tag(const struct ft_batch *batch, const char *tag,
                           const char *n)
{
    size_t skip = strlen(batch->place->run_id) + 1;
    char *base = ft_strndup(tag + skip, strcspn(tag + skip, "/"));
    char *path = job_path(batch, base, ".json"), *own = NULL;
    struct ft_agent_file file;

    if (!n[strspn(n, "0123456789")] &&
        ft_agent_array_read(path, strtoull(n, NULL, 10), &file, NULL) == 0) {
        own = ft_strdup(file.tag);
        ft_agent_file_release(&file);
    }
    free(path);
    free(base);
    return own;
}
