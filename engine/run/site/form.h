/* form.h - in which form a task goes to a batch system
 *
 *   a job of its own   costs what the site's scheduler costs, seconds as a rule
 *   a job array        one submission for many tasks that are alike; each is
 *                      still scheduled as a job
 *   a pilot            one job that takes one short task after another
 *
 * The stage may ask for one ('submit').  Else many short tasks share pilots,
 * what is alike goes as an array, and the rest as jobs.  Pure: the plan says
 * beforehand what the adapter will do with the same numbers.
 */
#ifndef FT_RUN_FORM_H
#define FT_RUN_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "model/workflow.h"

struct ft_site;
struct ft_str;

struct ft_form_task {
    enum ft_form wish; /* of the stage */
    int nodes, slots, gpus;
    bool serve;        /* its program takes one task after another */
    bool retried;      /* an attempt at it has failed */
    double memory_bytes; /* 0: it does not say */
    double timeout_s;  /* it is ended after that; 0: never */
    double expected_s; /* as others of its stage took; 0: not known */
    size_t n_waiting;  /* tasks that wait or are to follow, with this one */
    size_t n_alike;    /* of these, such as could share an array with it */
    bool pilot_free;   /* a pilot is there that has a slot for it */
};

/* What 'task' goes as, never AUTO, and why, as the end of a sentence.  An array
 * may have 'max_array' elements; 1: the site has none. */
enum ft_form ft_form_choose(const struct ft_site *site,
                            const struct ft_form_task *task, int max_array,
                            struct ft_str *why);

/* Of one pilot of the site. */
int ft_pilot_slots(const struct ft_site *site);
double ft_pilot_memory_bytes(const struct ft_site *site); /* 0: not known */
double ft_pilot_walltime_s(const struct ft_site *site);
/* A task that a pilot has to have so many seconds left for; 0: not known. */
double ft_form_needs_s(double timeout_s, double expected_s);

#endif
