/* site_need.c - what a job asks a site for, and the queue that takes it */
#include "model/site_need.h"

#include <stdint.h>

#include "base/str.h"
#include "model/site.h"

#define GIB 1073741824.0
#define TIMEOUT_SPARE_S 120 /* between the end of a task by its own limit and
                               that of its job by the site's */

void ft_need_of(const struct ft_site *site, const struct ft_resources *res,
                double timeout_s, struct ft_need *need)
{
    *need = (struct ft_need){
        .nodes = res->nodes,
        .ranks = res->ranks ? res->ranks : 1,
        .threads = res->threads ? res->threads : 1,
        .gpus = res->gpus,
        .memory_bytes = res->memory_bytes / (res->nodes ? res->nodes : 1),
        .walltime_s = res->walltime_s,
    };
    if (timeout_s > 0) { /* the agent ends it then, and says so */
        need->walltime_s = timeout_s;
        need->spare_s = TIMEOUT_SPARE_S + site->signal_before_s;
    }
}

bool ft_need_same(const struct ft_need *a, const struct ft_need *b)
{
    return a->nodes == b->nodes && a->ranks == b->ranks &&
           a->threads == b->threads && a->gpus == b->gpus &&
           !(a->memory_bytes < b->memory_bytes) &&
           !(a->memory_bytes > b->memory_bytes) &&
           !(a->walltime_s < b->walltime_s) &&
           !(a->walltime_s > b->walltime_s) && !(a->spare_s < b->spare_s) &&
           !(a->spare_s > b->spare_s);
}

/* --- queues --------------------------------------------------------------- */

/* If not, 'why' says so. */
static bool takes(const struct ft_site_queue *q, const struct ft_need *need,
                  struct ft_str *why)
{
    int nodes = need->nodes ? need->nodes : 1;
    int most = need->nodes ? need->nodes : q->max_nodes;
    double cores = (double)need->ranks * need->threads;

    if (q->max_walltime_s > 0 && need->walltime_s > q->max_walltime_s)
        ft_str_addf(why, "%g s of %g s", need->walltime_s, q->max_walltime_s);
    else if (q->max_nodes && nodes > q->max_nodes)
        ft_str_addf(why, "%d nodes of %d", nodes, q->max_nodes);
    else if (q->cores_per_node && most &&
             cores > (double)most * q->cores_per_node)
        ft_str_addf(why, "%.0f cores of %.0f on %d node%s", cores,
                    (double)most * q->cores_per_node, most,
                    most == 1 ? "" : "s");
    else if (q->memory_per_node_bytes > 0 &&
             need->memory_bytes > q->memory_per_node_bytes)
        ft_str_addf(why, "%.3g GiB of %.3g GiB a node",
                    need->memory_bytes / GIB, q->memory_per_node_bytes / GIB);
    else if (need->gpus > (int64_t)nodes * q->gpus_per_node)
        ft_str_addf(why, "%d GPUs of %d", need->gpus,
                    nodes * q->gpus_per_node);
    else
        return true;
    return false;
}

const struct ft_site_queue *ft_need_queue(const struct ft_site *site,
                                          const struct ft_need *need,
                                          struct ft_str *why)
{
    static const struct ft_site_queue any = { .gpus_per_node = 1 << 20 };
    const struct ft_site_queue *found = NULL;
    struct ft_str all = FT_STR_INIT;

    for (size_t i = 0; i < site->n_queues; i++) {
        const struct ft_site_queue *q = &site->queue[i];
        struct ft_str much = FT_STR_INIT;

        if (!takes(q, need, &much))
            ft_str_addf(&all, "%s%s: %s", all.len ? ", " : "", q->name,
                        much.s);
        else if (!found || q->is_default)
            found = q;
        ft_str_release(&much);
    }
    if (!site->n_queues)
        found = &any;
    if (!found && why && all.s)
        ft_str_add(why, all.s);
    ft_str_release(&all);
    return found;
}

double ft_need_walltime_s(const struct ft_need *need,
                          const struct ft_site_queue *queue)
{
    double s = need->walltime_s + need->spare_s;

    return queue->max_walltime_s > 0 && s > queue->max_walltime_s
               ? queue->max_walltime_s : s;
}
