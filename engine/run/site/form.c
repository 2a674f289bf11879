/* form.c - in which form a task goes to a batch system */
#include "run/site/form.h"

#include <math.h>

#include "base/str.h"
#include "model/site.h"

#define MANY 8         /* tasks that wait, from which on a pilot pays */
#define SHORT_SHARE 4  /* of the pilot's walltime at most the fourth part */
#define PILOT_WALLTIME_S 3600.0 /* guessed when the site file does not say */
#define MIB 1048576.0
#define LONGER 2.0     /* than expected a task may well take */

static const struct ft_site_queue *default_queue(const struct ft_site *site)
{
    for (size_t i = 0; i < site->n_queues; i++)
        if (site->queue[i].is_default || site->n_queues == 1)
            return &site->queue[i];
    return NULL;
}

/* A whole node of the default queue when the site file does not say. */
int ft_pilot_slots(const struct ft_site *site)
{
    const struct ft_site_queue *queue = default_queue(site);
    int slots = site->pilot.slots;

    if (!slots && queue)
        slots = queue->cores_per_node;
    return slots ? slots : 1;
}

double ft_pilot_memory_bytes(const struct ft_site *site)
{
    const struct ft_site_queue *queue = default_queue(site);
    double share;

    if (site->pilot.memory_bytes > 0 || !queue || !queue->cores_per_node)
        return site->pilot.memory_bytes;
    share = (double)ft_pilot_slots(site) / queue->cores_per_node;
    return floor(queue->memory_per_node_bytes * fmin(share, 1));
}

double ft_pilot_walltime_s(const struct ft_site *site)
{
    return site->pilot.walltime_s > 0 ? site->pilot.walltime_s
                                      : PILOT_WALLTIME_S;
}

double ft_form_needs_s(double timeout_s, double expected_s)
{
    double likely_s = LONGER * expected_s;

    return timeout_s > 0 && (timeout_s < likely_s || !(likely_s > 0))
               ? timeout_s : likely_s;
}

/* Is it ended in time by its own limit, whatever is expected of it? */
static bool is_limited(const struct ft_site *site,
                       const struct ft_form_task *task)
{
    return task->timeout_s > 0 &&
           task->timeout_s <= ft_pilot_walltime_s(site) / SHORT_SHARE;
}

/* Could a pilot of this site take it at all?  If not, 'why' says so. */
static bool fits_pilot(const struct ft_site *site,
                       const struct ft_form_task *task, struct ft_str *why)
{
    double walltime_s = ft_pilot_walltime_s(site);
    double memory = ft_pilot_memory_bytes(site);

    if (site->pilot.use == FT_PILOT_NEVER)
        ft_str_add(why, "the site is to have no pilots");
    else if (task->nodes > 1)
        ft_str_addf(why, "it needs %d nodes, a pilot has one", task->nodes);
    else if (task->gpus)
        ft_str_add(why, "it needs GPUs, a pilot has none");
    else if (task->slots > ft_pilot_slots(site))
        ft_str_addf(why, "it needs %d cores, a pilot has %d", task->slots,
                    ft_pilot_slots(site));
    else if (memory > 0 && task->memory_bytes > memory)
        ft_str_addf(why, "it needs %.0f MiB of memory, a pilot has %.0f MiB",
                    task->memory_bytes / MIB, memory / MIB);
    else if (ft_form_needs_s(task->timeout_s, task->expected_s) >= walltime_s)
        ft_str_addf(why, "it may take %g s, a pilot has %g s",
                    ft_form_needs_s(task->timeout_s, task->expected_s),
                    walltime_s);
    else if (task->retried && !is_limited(site, task))
        ft_str_add(why, "an attempt at it has failed, perhaps for want of "
                        "time");
    else
        return true;
    return false;
}

static bool fits_array(const struct ft_form_task *task, int max_array,
                       struct ft_str *why)
{
    if (max_array <= 1)
        ft_str_add(why, "the site has no job arrays");
    else if (task->retried)
        ft_str_add(why, "an attempt at it has failed, it is retried alone");
    else if (task->n_alike < 2)
        ft_str_add(why, "no other task like it waits");
    else
        return true;
    return false;
}

/* What is expected counts before the limit, which may be far away. */
static bool is_short(const struct ft_site *site,
                     const struct ft_form_task *task)
{
    double most_s = ft_pilot_walltime_s(site) / SHORT_SHARE;
    double s = task->expected_s > 0 ? task->expected_s : task->timeout_s;

    return s > 0 ? s <= most_s : task->serve;
}

static void add_length(const struct ft_form_task *task, struct ft_str *why)
{
    if (task->expected_s > 0)
        ft_str_addf(why, "%.3g s are expected of each", task->expected_s);
    else if (task->timeout_s > 0)
        ft_str_addf(why, "none takes longer than %g s", task->timeout_s);
    else if (task->serve)
        ft_str_add(why, "their program takes one after another");
    else
        ft_str_add(why, "nothing is known of their length");
}

/* As the stage asks for, if it can be had. */
static enum ft_form as_wished(const struct ft_site *site,
                              const struct ft_form_task *task, int max_array,
                              struct ft_str *why)
{
    bool fits = task->wish == FT_FORM_JOB ||
                (task->wish == FT_FORM_ARRAY
                     ? fits_array(task, max_array, why)
                     : fits_pilot(site, task, why));

    if (fits)
        ft_str_add(why, "the stage asks for it");
    else
        ft_str_addf(why, ", although the stage asks for %s",
                    task->wish == FT_FORM_ARRAY ? "an array" : "a pilot");
    return fits ? task->wish : FT_FORM_JOB;
}

enum ft_form ft_form_choose(const struct ft_site *site,
                            const struct ft_form_task *task, int max_array,
                            struct ft_str *why)
{
    struct ft_str not = FT_STR_INIT;
    enum ft_form form = FT_FORM_JOB;
    bool pilot = fits_pilot(site, task, &not);

    if (!site->shared) /* an element's own file would not be seen */
        max_array = 1;
    if (task->wish != FT_FORM_AUTO) {
        form = as_wished(site, task, max_array, why);
    } else if (pilot && site->pilot.use == FT_PILOT_ALWAYS) {
        ft_str_add(why, "the site sends to pilots whatever fits into one");
        form = FT_FORM_PILOT;
    } else if (pilot && is_short(site, task) &&
               (task->pilot_free || task->n_waiting >= MANY)) {
        if (task->n_waiting >= MANY)
            ft_str_addf(why, "%zu tasks wait, and ", task->n_waiting);
        else
            ft_str_add(why, "it has a slot free, and ");
        add_length(task, why);
        form = FT_FORM_PILOT;
    } else if (fits_array(task, max_array, why)) {
        ft_str_addf(why, "%zu tasks are alike, and ", task->n_alike);
        if (pilot)
            add_length(task, why);
        else
            ft_str_add(why, not.s);
        form = FT_FORM_ARRAY;
    }
    ft_str_release(&not);
    return form;
}
