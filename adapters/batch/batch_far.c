/* batch_far.c - what sites need that do not see the files of the run
 *
 * Their agents are told in the script of the job what to do and where home is,
 * and files travel over the link (home_carry.c).  What a site has by now is
 * remembered, so that tasks can follow their data.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/batch/batch_in.h"
#include "adapters/home/home.h"
#include "adapters/link/agent_file.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/path.h"
#include "run/site/held.h"
#include "run/site/script.h"

#define NS_PER_S 1e9
#define LATER_S 60.0 /* that a runner has to ask for what the last one began */
#define BROUGHT_MAX 10000 /* results that were not published so far */
#define FILE_MAX (16u << 20) /* bytes of what a job is told */
#define KEY_FORMAT "%" PRIu64 "/%s"

void ft_batch_far_open(struct ft_batch *batch)
{
    char *runs = ft_path_dir(batch->place->run_dir);
    char *meta = ft_path_dir(runs);
    char *path = ft_held_path(meta, batch->site->name);

    if (!batch->site->shared)
        batch->held = ft_held_open(path);
    free(path);
    free(meta);
    free(runs);
}

static void forget_brought(struct ft_batch *batch)
{
    for (size_t i = 0; i < batch->brought.len; i++)
        free(batch->brought.entry[i].value);
    ft_map_release(&batch->brought);
    batch->brought = (struct ft_map)FT_MAP_INIT;
}

void ft_batch_far_close(struct ft_batch *batch)
{
    forget_brought(batch);
    ft_held_close(batch->held);
    batch->held = NULL;
}

/* --- what home asks and tells --------------------------------------------- */

static const struct ft_attempt *on_attempt(uint64_t tag, bool *later,
                                           void *arg)
{
    const struct ft_batch *batch = arg;
    const struct ft_batch_task *task = ft_batch_task_find(batch, tag);
    double open_s = (double)(ft_clock_mono_ns() - batch->open_ns) / NS_PER_S;

    *later = !task && batch->place->resumed && open_s < LATER_S;
    return task ? task->attempt : NULL;
}

static struct json_object *on_held(const char *content, void *arg)
{
    const struct ft_batch *batch = arg;
    const char *sha256 = ft_held_find(batch->held, content);
    struct json_object *list;

    if (!sha256)
        return NULL;
    list = json_object_new_array();
    json_object_array_add(list, json_object_new_string(sha256));
    return list;
}

static void on_moving(uint64_t tag, const char *text, void *arg)
{
    struct ft_batch_task *task = ft_batch_task_find(arg, tag);
    char *where;

    if (!task)
        return;
    where = ft_asprintf("site %s: %s", task->batch->site->name, text);
    ft_batch_waits(task, where);
    free(where);
}

static void on_moved(uint64_t tag, const char *name, const char *content,
                     const char *sha256, uint64_t bytes, double seconds,
                     void *arg)
{
    struct ft_batch *batch = arg;
    char *key;

    ft_held_measure(batch->held, bytes, seconds);
    if (!name && content)
        ft_held_add(batch->held, content, sha256);
    else if (!name)
        ft_held_add_file(batch->held, sha256);
    if (!name)
        return;
    if (batch->brought.len >= BROUGHT_MAX)
        forget_brought(batch);
    key = ft_asprintf(KEY_FORMAT, tag, name);
    free(ft_map_put(&batch->brought, key, ft_strdup(sha256)));
    free(key);
}

void ft_batch_far_events(struct ft_home_events *events)
{
    events->attempt = on_attempt;
    events->held = on_held;
    events->moving = on_moving;
    events->moved = on_moved;
}

/* --- for the engine ------------------------------------------------------- */

/* The site keeps what it made; by its content other tasks will ask for it. */
void ft_batch_far_published(void *conn, uint64_t tag, const char *path,
                            const char *content)
{
    struct ft_batch *batch = conn;
    char *key, *sha256;

    if (!batch->held)
        return;
    key = ft_asprintf(KEY_FORMAT, tag, path);
    sha256 = ft_map_put(&batch->brought, key, NULL);
    if (sha256)
        ft_held_add(batch->held, content, sha256);
    free(sha256);
    free(key);
}

double ft_batch_far_missing(void *conn, const struct ft_attempt *a,
                            double *seconds)
{
    const struct ft_batch *batch = conn;
    double bytes = 0;

    *seconds = 0;
    if (!batch->held)
        return 0;
    for (size_t i = 0; i < a->n_files; i++) {
        if (!ft_held_has(batch->held, &a->file[i]))
            bytes += (double)a->file[i].size_bytes;
    }
    *seconds = bytes / ft_held_rate(batch->held);
    return bytes;
}

char *ft_batch_far_output(const struct ft_batch *batch, const char *name)
{
    return ft_asprintf("%s/jobs/%s.%s.out", batch->site->root,
                       batch->place->run_id, name);
}

void ft_batch_far_file(const struct ft_batch *batch,
                       struct ft_agent_file *file)
{
    file->home = NULL;
    file->home_at = ft_home_json(batch->home);
    file->root = batch->site->root;
    file->cache_bytes = batch->site->cache_bytes;
}

char *ft_batch_far_script(const struct ft_batch_job *job, const char *path,
                          struct ft_err *err)
{
    const struct ft_batch *batch = job->batch;
    struct ft_str text = FT_STR_INIT;
    char *script = NULL;

    if (ft_file_read(path, FILE_MAX, &text, err) == 0)
        script = ft_job_far_script(batch->site, batch->agent, job->file,
                                   text.s);
    ft_str_release(&text);
    return script;
}
