/* batch_pilot.c - which job a task goes to: its own, or one of many tasks
 *
 * A job of its own costs what the site's scheduler costs, seconds as a rule; a
 * pilot pays that once.  With 'use: auto' a task goes to a pilot when it is one
 * of many and is known to be short: by its own time limit, or because it is a
 * task of a program that serves.
 */
#include <stdlib.h>

#include "adapters/attempt_json.h"
#include "adapters/batch_in.h"
#include "adapters/home.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/err.h"

#define MANY 8         /* tasks that wait, from which on a pilot pays */
#define SHORT_SHARE 4  /* of the pilot's walltime at most the fourth part */
#define PILOT_WALLTIME_S 3600.0 /* guessed when the site file does not say */
#define RETRY_S 5.0    /* when a file could not be written */

/* A whole node of the default queue when the site file does not say. */
int ft_batch_pilot_slots(const struct ft_site *site)
{
    int slots = site->pilot.slots;

    for (size_t i = 0; i < site->n_queues && !slots; i++)
        if (site->queue[i].is_default || site->n_queues == 1)
            slots = site->queue[i].cores_per_node;
    return slots ? slots : 1;
}

static double pilot_walltime_s(const struct ft_site *site)
{
    return site->pilot.walltime_s > 0 ? site->pilot.walltime_s
                                      : PILOT_WALLTIME_S;
}

static bool waits(const struct ft_batch_task *task)
{
    return !task->job && !task->heard &&
           !(task->again && !task->batch->known);
}

/* Could a pilot of this site take it at all? */
static bool fits_pilot(const struct ft_batch_task *task)
{
    const struct ft_site_pilot *pilot = &task->batch->site->pilot;
    const struct ft_attempt *a = task->attempt;

    return pilot->use != FT_PILOT_NEVER && a->resources.nodes <= 1 &&
           !a->resources.gpus &&
           ft_attempt_slots(a) <= ft_batch_pilot_slots(task->batch->site) &&
           a->timeout_s < pilot_walltime_s(task->batch->site);
}

static bool is_short(const struct ft_batch_task *task)
{
    const struct ft_attempt *a = task->attempt;
    double most = pilot_walltime_s(task->batch->site) / SHORT_SHARE;

    return a->serve || (a->timeout_s > 0 && a->timeout_s <= most);
}

static bool wants_pilot(const struct ft_batch_task *task, size_t many)
{
    if (!fits_pilot(task))
        return false;
    return task->batch->site->pilot.use == FT_PILOT_ALWAYS ||
           (is_short(task) && many + task->attempt->more >= MANY);
}

/* --- pilots --------------------------------------------------------------- */

static bool has_room(const struct ft_batch_job *job, int slots)
{
    return job->pilot && job->agent && !job->leaving && !job->cancelled &&
           job->used + slots <= job->slots;
}

static void give(struct ft_batch_job *pilot, struct ft_batch_task *task)
{
    ft_batch_attach(task, pilot);
    ft_home_give(pilot->agent, task->attempt);
}

void ft_batch_feed(struct ft_batch_job *pilot)
{
    struct ft_batch *batch = pilot->batch;

    for (size_t i = 0; i < batch->n_tasks && has_room(pilot, 1); i++) {
        struct ft_batch_task *task = batch->task[i];

        if (waits(task) && !task->again && !task->cancelled &&
            wants_pilot(task, MANY) &&
            has_room(pilot, ft_attempt_slots(task->attempt)))
            give(pilot, task);
    }
}

/* Pilots that are there or on their way, and the slots that they have free. */
static int count_pilots(const struct ft_batch *batch, int *free_slots)
{
    int n = 0;

    *free_slots = 0;
    for (size_t i = 0; i < batch->n_jobs; i++) {
        const struct ft_batch_job *job = batch->job[i];

        if (!job->pilot || job->leaving || job->state == FT_BATCH_ENDED)
            continue;
        n++;
        *free_slots += job->slots - job->used;
    }
    return n;
}

static void place_in_pilots(struct ft_batch *batch, int wanted)
{
    enum ft_submit_answer answer;
    struct ft_err err;
    int free_slots, n = count_pilots(batch, &free_slots);

    while (n < batch->site->pilot.max && free_slots < wanted) {
        if (!ft_batch_job_new(batch, NULL, &answer, &err))
            break;
        free_slots += ft_batch_pilot_slots(batch->site);
        n++;
    }
    for (size_t i = 0; i < batch->n_jobs; i++)
        if (has_room(batch->job[i], 1))
            ft_batch_feed(batch->job[i]);
}

/* --- placing -------------------------------------------------------------- */

static size_t count_waiting(const struct ft_batch *batch)
{
    size_t n = 0;

    for (size_t i = 0; i < batch->n_tasks; i++)
        n += waits(batch->task[i]);
    return n;
}

static void place_alone(struct ft_batch_task *task)
{
    struct ft_batch *batch = task->batch;
    enum ft_submit_answer answer;
    struct ft_err err;
    struct ft_batch_job *job = ft_batch_job_new(batch, task, &answer, &err);

    if (job) {
        ft_batch_attach(task, job);
    } else if (answer == FT_SUBMIT_RETRY_AFTER) {
        ft_batch_waits(task, err.msg);
        ft_batch_flush_later(batch, RETRY_S);
    } else {
        ft_batch_refused(task, answer, err.msg);
    }
}

void ft_batch_place(struct ft_batch *batch)
{
    size_t many = count_waiting(batch);
    int wanted = 0;

    for (size_t i = batch->n_tasks; i-- > 0;) {
        struct ft_batch_task *task = batch->task[i];

        if (!waits(task))
            continue;
        if (task->again && ft_batch_rejoin(task))
            continue;
        if (task->cancelled)
            ft_batch_never_began(task);
        else if (wants_pilot(task, many))
            wanted += ft_attempt_slots(task->attempt);
        else
            place_alone(task);
    }
    if (wanted)
        place_in_pilots(batch, wanted);
}
