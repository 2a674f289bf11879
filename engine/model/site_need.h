/* site_need.h - what a job asks a site for, and the queue that takes it */
#ifndef FT_MODEL_SITE_NEED_H
#define FT_MODEL_SITE_NEED_H

#include <stdbool.h>

struct ft_resources;
struct ft_site;
struct ft_site_queue;
struct ft_str;

struct ft_need {
    int nodes, ranks, threads, gpus; /* nodes 0: the site chooses */
    double memory_bytes; /* of each node; 0: not said */
    double walltime_s;   /* 0: not said */
    double spare_s;      /* on top of it, where the queue has as much */
};

/* Of a job for one task that is ended after 'timeout_s' (0: never) if the site
 * does not end it before. */
void ft_need_of(const struct ft_site *site, const struct ft_resources *res,
                double timeout_s, struct ft_need *need);

bool ft_need_same(const struct ft_need *a, const struct ft_need *b);

/* The default queue if it would take the job, else the first that would; NULL:
 * none, and 'why' (or NULL) gets what is too much for each.  A site that names
 * no queues has one without limits that we know. */
const struct ft_site_queue *ft_need_queue(const struct ft_site *site,
                                          const struct ft_need *need,
                                          struct ft_str *why);

/* What to ask that queue for; 0: nothing. */
double ft_need_walltime_s(const struct ft_need *need,
                          const struct ft_site_queue *queue);

#endif
