/* lib_probe.c - probe: what the site offers */
#include "adapters/slurm/lib.h"

#include <errno.h>
#include <string.h>

#include "adapters/link/wire.h"
#include "adapters/slurm/gres.h"
#include "base/json.h"

/* Partitions and the nodes that their indices speak of. */
struct layout {
    partition_info_msg_t *parts;
    node_info_msg_t *nodes;
};

static void release_layout(struct layout *layout)
{
    if (layout->parts)
        slurm_free_partition_info_msg(layout->parts);
    if (layout->nodes)
        slurm_free_node_info_msg(layout->nodes);
}

static int load_layout(struct layout *layout)
{
    *layout = (struct layout){ 0 };
    if (slurm_load_partitions(0, &layout->parts, SHOW_ALL) != 0)
        return -1;
    return slurm_load_node(0, &layout->nodes, SHOW_ALL) != 0 ? -1 : 0;
}

static bool is_up(const node_info_t *node)
{
    switch (node->node_state & NODE_STATE_BASE) {
    case NODE_STATE_IDLE:
    case NODE_STATE_ALLOCATED:
    case NODE_STATE_MIXED:
        return !(node->node_state & (NODE_STATE_DRAIN | NODE_STATE_FAIL |
                                     NODE_STATE_NO_RESPOND));
    }
    return false;
}

/* What every node of a partition has at least. */
struct share {
    uint32_t up, cores, gpus;
    uint64_t memory_mib;
};

static void add_node(struct share *share, const node_info_t *node)
{
    uint32_t gpus = ft_gres_gpus(node->gres);

    if (node->cpus < share->cores)
        share->cores = node->cpus;
    if (node->real_memory < share->memory_mib)
        share->memory_mib = node->real_memory;
    if (gpus < share->gpus)
        share->gpus = gpus;
    if (is_up(node))
        share->up++;
}

static struct share count_nodes(const partition_info_t *part,
                                const node_info_msg_t *nodes)
{
    struct share share = { 0, UINT32_MAX, UINT32_MAX, UINT64_MAX };
    const int32_t *range = part->node_inx;
    bool any = false;
    int32_t i;

    for (; range && *range >= 0; range += 2)
        for (i = range[0]; i <= range[1]; i++)
            if ((uint32_t)i < nodes->record_count) {
                add_node(&share, &nodes->node_array[i]);
                any = true;
            }
    return any ? share : (struct share){ 0 };
}

int ft_lib_queue(const char *name, struct ft_lib_queue *queue)
{
    struct layout layout;
    int rc = -1;
    uint32_t i;

    if (load_layout(&layout) == 0)
        for (i = 0; i < layout.parts->record_count; i++) {
            const partition_info_t *part = &layout.parts->partition_array[i];

            if (name ? strcmp(part->name, name) != 0
                     : !(part->flags & PART_FLAG_DEFAULT))
                continue;
            queue->all_up =
                count_nodes(part, layout.nodes).up == part->total_nodes;
            queue->max_minutes = part->max_time;
            rc = 0;
        }
    release_layout(&layout);
    return rc;
}

static void add_limit(struct json_object *obj, const char *key, uint32_t n,
                      uint32_t unit)
{
    if (n == INFINITE || n == NO_VAL)
        json_object_object_add(obj, key, NULL);
    else
        ft_json_add_int(obj, key, (int64_t)n * unit);
}

static struct json_object *queue_of(const partition_info_t *part,
                                    const node_info_msg_t *nodes)
{
    struct json_object *queue = json_object_new_object();
    struct share share = count_nodes(part, nodes);

    ft_json_add_str(queue, "name", part->name);
    ft_json_add_bool(queue, "default", part->flags & PART_FLAG_DEFAULT);
    ft_json_add_bool(queue, "up", part->state_up == PARTITION_UP);
    ft_json_add_int(queue, "nodes", part->total_nodes);
    ft_json_add_int(queue, "nodes_up", share.up);
    ft_json_add_int(queue, "cores_per_node", share.cores);
    ft_json_add_int(queue, "memory_per_node_bytes",
                    (int64_t)(share.memory_mib << 20));
    ft_json_add_int(queue, "gpus_per_node", share.gpus);
    add_limit(queue, "max_walltime_s", part->max_time, 60);
    add_limit(queue, "max_nodes", part->max_nodes, 1);
    return queue;
}

static struct json_object *limits_of(const slurm_conf_t *conf)
{
    struct json_object *limits = json_object_new_object();

    ft_json_add_int(limits, "max_array", conf->max_array_sz);
    ft_json_add_int(limits, "max_jobs", conf->max_job_cnt);
    ft_json_add_int(limits, "min_job_age_s", conf->min_job_age);
    return limits;
}

struct json_object *ft_lib_probe(void *state, struct json_object *request)
{
    struct json_object *answer, *queues;
    struct ft_lib *lib = state;
    struct layout layout = { 0 };
    uint32_t i;

    (void)request;
    ft_lib_forget_conf(lib); /* this is when to see what has changed */
    if (ft_lib_conf(lib) < 0 || load_layout(&layout) < 0) {
        answer = ft_lib_error(errno);
        release_layout(&layout);
        return answer;
    }
    answer = ft_wire_ok();
    ft_json_add_num(answer, "time_s", (double)lib->conf->last_update);
    ft_json_add_str(answer, "cluster", lib->conf->cluster_name);
    ft_json_add_str(answer, "version", lib->conf->version);
    ft_json_add_bool(answer, "accounting", lib->accounting);
    json_object_object_add(answer, "limits", limits_of(lib->conf));
    queues = json_object_new_array();
    for (i = 0; i < layout.parts->record_count; i++)
        json_object_array_add(
            queues, queue_of(&layout.parts->partition_array[i], layout.nodes));
    json_object_object_add(answer, "queues", queues);
    release_layout(&layout);
    return answer;
}
