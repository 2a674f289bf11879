/* lib_jobs.c - one picture of all jobs of the site
 *
 * Slurm keeps one record for all elements of an array that still wait, and one
 * for each that has started; the last one to start keeps the array's own job
 * id.  So elements are known by array and number, never by their job id.
 *
 *    array_job_id  array_task_id  array_task_str
 *         0            -               -          an ordinary job
 *       1204        NO_VAL          "3-7,9%2"     elements that wait
 *       1204           2               -          an element that has started
 */
#include "adapters/slurm/lib.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <slurm/slurm_errno.h>

#include "adapters/slurm/elements.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/str.h"

struct entry {
    uint32_t job, task; /* task NO_VAL: none */
    const slurm_job_info_t *record;
};

struct ft_lib_jobs {
    job_info_msg_t *all;
    int64_t loaded_ns;
    struct entry *one; /* sorted: jobs, and elements that have started */
    size_t n_one;
    const slurm_job_info_t **wait; /* records of elements that wait */
    size_t n_wait;
    struct ft_map vanished; /* "1204_3", cancelled in waiting: its tag */
};

static int by_job(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;

    if (a->job != b->job)
        return a->job < b->job ? -1 : 1;
    return a->task == b->task ? 0 : a->task < b->task ? -1 : 1;
}

static void make_index(struct ft_lib_jobs *jobs)
{
    uint32_t i;

    jobs->one = ft_calloc(jobs->all->record_count + 1, sizeof(*jobs->one));
    jobs->wait = ft_calloc(jobs->all->record_count + 1, sizeof(*jobs->wait));
    for (i = 0; i < jobs->all->record_count; i++) {
        const slurm_job_info_t *r = &jobs->all->job_array[i];
        struct entry *e = &jobs->one[jobs->n_one];

        if (r->array_job_id && r->array_task_id == NO_VAL) {
            jobs->wait[jobs->n_wait++] = r;
            continue;
        }
        e->job = r->array_job_id ? r->array_job_id : r->job_id;
        e->task = r->array_job_id ? r->array_task_id : NO_VAL;
        e->record = r;
        jobs->n_one++;
    }
    qsort(jobs->one, jobs->n_one, sizeof(*jobs->one), by_job);
}

/* --- the elements that wait ----------------------------------------------- */

static const slurm_job_info_t *find(const struct ft_lib_jobs *jobs,
                                    uint32_t job, uint32_t task)
{
    struct entry key = { .job = job, .task = task };
    const struct entry *hit;
    size_t i;

    hit = bsearch(&key, jobs->one, jobs->n_one, sizeof(key), by_job);
    if (hit)
        return hit->record;
    for (i = 0; task != NO_VAL && i < jobs->n_wait; i++)
        if (jobs->wait[i]->array_job_id == job &&
            ft_elements_hold(jobs->wait[i]->array_task_str, task))
            return jobs->wait[i];
    return NULL;
}

const slurm_job_info_t *ft_lib_jobs_find(const struct ft_lib *lib,
                                         const char *job)
{
    uint32_t id, task;

    return ft_elements_id(job, &id, &task) ? find(lib->jobs, id, task) : NULL;
}

const char *ft_lib_jobs_tag(const struct ft_lib *lib, const char *job)
{
    const struct ft_lib_jobs *jobs = lib->jobs;
    const slurm_job_info_t *record;
    uint32_t id, task, i;

    if (!ft_elements_id(job, &id, &task))
        return NULL;
    record = find(jobs, id, task);
    for (i = 0; !record && task == NO_VAL && i < jobs->all->record_count; i++)
        if (jobs->all->job_array[i].array_job_id == id)
            record = &jobs->all->job_array[i];
    return record ? record->comment : NULL;
}

/* --- elements cancelled before they started ------------------------------- */

/* Another record of the same array: the controller has not lost it. */
static bool has_sibling(const struct ft_lib_jobs *jobs,
                        const slurm_job_info_t *old)
{
    uint32_t i;

    for (i = 0; i < jobs->all->record_count; i++) {
        const slurm_job_info_t *r = &jobs->all->job_array[i];

        if (r->array_job_id == old->array_job_id && r->comment &&
            old->comment && strcmp(r->comment, old->comment) == 0)
            return true;
    }
    return false;
}

/* What waited in the old picture and is in none of the new one's records was
 * cancelled: had it ended, it would be kept for MinJobAge. */
static void note_vanished(struct ft_lib_jobs *jobs,
                          const slurm_job_info_t *old)
{
    const char *text = old->array_task_str;
    uint32_t first, last, step, task;

    if (!has_sibling(jobs, old))
        return;
    while (ft_elements_next(&text, &first, &last, &step))
        for (task = first; task <= last; task += step)
            if (!find(jobs, old->array_job_id, task)) {
                char *id = ft_asprintf("%u_%u", old->array_job_id, task);

                free(ft_map_put(&jobs->vanished, id,
                                ft_strdup(old->comment)));
                free(id);
            }
}

const char *ft_lib_jobs_vanished(const struct ft_lib *lib, const char *job)
{
    return ft_map_get(&lib->jobs->vanished, job);
}

/* --- the picture ---------------------------------------------------------- */

int ft_lib_jobs_load(struct ft_lib *lib)
{
    struct ft_lib_jobs *jobs = lib->jobs, old;
    job_info_msg_t *all = NULL;
    int64_t now_ns = ft_clock_mono_ns();
    size_t i;

    if (ft_lib_conf(lib) < 0)
        return -1;
    if (!jobs)
        jobs = lib->jobs = ft_calloc(1, sizeof(*jobs));
    if (slurm_load_jobs(jobs->all ? jobs->all->last_update : 0, &all,
                        SHOW_ALL) != 0) {
        if (errno != SLURM_NO_CHANGE_IN_DATA || !jobs->all)
            return -1;
        jobs->loaded_ns = now_ns;
        return 0;
    }
    old = *jobs;
    jobs->all = all;
    jobs->n_one = jobs->n_wait = 0;
    make_index(jobs);
    if (now_ns - old.loaded_ns < lib->conf->min_job_age * INT64_C(500000000))
        for (i = 0; i < old.n_wait; i++)
            note_vanished(jobs, old.wait[i]);
    jobs->loaded_ns = now_ns;
    free(old.one);
    free(old.wait);
    if (old.all)
        slurm_free_job_info_msg(old.all);
    return 0;
}

static void each_element(const slurm_job_info_t *record,
                         void (*found)(void *, const char *,
                                       const slurm_job_info_t *),
                         void *arg)
{
    const char *text = record->array_task_str;
    uint32_t first, last, step, task;

    while (ft_elements_next(&text, &first, &last, &step))
        for (task = first; task <= last; task += step) {
            char *id = ft_asprintf("%u_%u", record->array_job_id, task);

            found(arg, id, record);
            free(id);
        }
}

void ft_lib_jobs_each(const struct ft_lib *lib, const char *prefix,
                      void (*found)(void *arg, const char *job,
                                    const slurm_job_info_t *record),
                      void *arg)
{
    const struct ft_lib_jobs *jobs = lib->jobs;
    size_t i;

    for (i = 0; i < jobs->n_one; i++) {
        const struct entry *e = &jobs->one[i];
        char *id;

        if (!e->record->comment || !ft_starts_with(e->record->comment, prefix))
            continue;
        id = e->task == NO_VAL ? ft_asprintf("%u", e->job)
                               : ft_asprintf("%u_%u", e->job, e->task);
        found(arg, id, e->record);
        free(id);
    }
    for (i = 0; i < jobs->n_wait; i++)
        if (jobs->wait[i]->comment &&
            ft_starts_with(jobs->wait[i]->comment, prefix))
            each_element(jobs->wait[i], found, arg);
}
