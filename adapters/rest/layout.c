/* layout.c - queues and nodes: what the site offers, and what never fits */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/link/wire.h"
#include "adapters/rest/rest.h"
#include "adapters/slurm/gres.h"
#include "adapters/slurm/spec.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"

#define ARRAY_MAX 1001 /* MaxArraySize, unless a site has chosen it */
#define LAYOUT_NS INT64_C(60000000000) /* that it is believed for */

/* What the nodes of a queue have: at least, at most, all of them. */
struct queue {
    char *name;
    bool is_default, up;
    int64_t nodes, nodes_up;
    int64_t max_minutes, max_nodes; /* of a job; -1: no limit */
    int64_t least_cores, most_cores, all_cores;
    int64_t least_memory_mib, most_memory_mib;
    int64_t least_gpus, most_gpus;
};

struct ft_rest_layout {
    struct queue *queue;
    size_t n;
    int64_t loaded_ns;
    char *cluster; /* or NULL */
};

void ft_rest_layout_free(struct ft_rest_layout *layout)
{
    if (!layout)
        return;
    for (size_t i = 0; i < layout->n; i++)
        free(layout->queue[i].name);
    free(layout->queue);
    free(layout->cluster);
    free(layout);
}

/* --- reading -------------------------------------------------------------- */

static bool node_is(struct json_object *node, const char *word)
{
    return ft_shape_has(node, "state", word) ||
           ft_shape_has(node, "state_flags", word);
}

static bool node_is_up(struct json_object *node)
{
    static const char *const away[] = { "DOWN", "DRAIN", "FAIL",
                                        "NOT_RESPONDING", "NO_RESPOND" };

    for (size_t i = 0; i < FT_ARRAY_LEN(away); i++)
        if (node_is(node, away[i]))
            return false;
    return node_is(node, "IDLE") || node_is(node, "ALLOCATED") ||
           node_is(node, "MIXED");
}

static void span(int64_t value, bool first, int64_t *least, int64_t *most)
{
    if (first || value < *least)
        *least = value;
    if (first || value > *most)
        *most = value;
}

static void add_node(struct queue *queue, struct json_object *node,
                     bool *first)
{
    int64_t cores = ft_shape_number_or(node, "cpus", 0);

    span(cores, *first, &queue->least_cores, &queue->most_cores);
    span(ft_shape_number_or(node, "real_memory", 0), *first,
         &queue->least_memory_mib, &queue->most_memory_mib);
    span(ft_gres_gpus(ft_shape_text(node, "gres")), *first,
         &queue->least_gpus, &queue->most_gpus);
    queue->all_cores += cores;
    queue->nodes_up += node_is_up(node);
    *first = false;
}

static int64_t limit_at(struct json_object *part, const char *path)
{
    int64_t limit = ft_shape_number_or(part, path, -1);

    return limit >= 0 && limit < UINT32_MAX - 1 ? limit : -1;
}

static void add_queue(struct ft_rest_layout *layout,
                      const struct ft_shape *shape, struct json_object *part,
                      struct json_object *nodes)
{
    const char *name = ft_shape_text(part, "name");
    struct queue *queue = &layout->queue[layout->n];
    bool first = true;

    if (!name || !*name)
        return;
    queue->name = ft_strdup(name);
    queue->is_default = shape->queue_flags &&
                        ft_shape_has(part, shape->queue_flags, "DEFAULT");
    queue->up = ft_shape_has(part, shape->queue_state, "UP");
    queue->nodes = ft_shape_number_or(part, shape->queue_nodes, 0);
    queue->max_minutes = limit_at(part, shape->queue_minutes);
    queue->max_nodes = limit_at(part, shape->queue_max_nodes);
    for (size_t i = 0; i < json_object_array_length(nodes); i++) {
        struct json_object *node = json_object_array_get_idx(nodes, i);

        if (ft_shape_has(node, "partitions", name))
            add_node(queue, node, &first);
    }
    layout->n++;
}

static int read_list(struct ft_rest *rest, const char *name,
                     struct ft_reply *reply, struct json_object **list)
{
    if (ft_rest_call(rest, "GET", "slurm", name, NULL, reply) < 0)
        return -1;
    *list = ft_json_or_null(reply->body, name);
    if (json_object_is_type(*list, json_type_array))
        return 0;
    reply->fault = FT_SLURM_UNCERTAIN;
    snprintf(reply->reason, sizeof(reply->reason),
             "the reply has no list of %s", name);
    return -1;
}

static void read_cluster(struct ft_rest_layout *layout,
                         struct json_object *reply,
                         struct json_object *parts)
{
    const char *name = ft_shape_text(reply, "meta/slurm/cluster");

    if (!name && json_object_array_length(parts))
        name = ft_shape_text(json_object_array_get_idx(parts, 0), "cluster");
    if (name && *name)
        layout->cluster = ft_strdup(name);
}

/* Bring it up to date.  NULL, or the error to answer with. */
static struct json_object *load_layout(struct ft_rest *rest)
{
    struct ft_rest_layout *layout = ft_calloc(1, sizeof(*layout));
    struct ft_reply parts_reply = { 0 }, nodes_reply = { 0 };
    struct json_object *parts, *nodes, *error = NULL;

    if (read_list(rest, "partitions", &parts_reply, &parts) < 0) {
        error = ft_rest_error(&parts_reply);
    } else if (read_list(rest, "nodes", &nodes_reply, &nodes) < 0) {
        error = ft_rest_error(&nodes_reply);
    } else {
        layout->queue = ft_calloc(json_object_array_length(parts) + 1,
                                  sizeof(*layout->queue));
        layout->loaded_ns = ft_clock_mono_ns();
        read_cluster(layout, parts_reply.body, parts);
        for (size_t i = 0; i < json_object_array_length(parts); i++)
            add_queue(layout, rest->shape, json_object_array_get_idx(parts, i),
                      nodes);
        if (!rest->shape->queue_flags && layout->n == 1)
            layout->queue[0].is_default = true; /* there is no other */
        ft_rest_layout_free(rest->layout);
        rest->layout = layout;
    }
    if (error)
        ft_rest_layout_free(layout);
    ft_reply_release(&parts_reply);
    ft_reply_release(&nodes_reply);
    return error;
}

/* --- probe ---------------------------------------------------------------- */

static void add_limit(struct json_object *obj, const char *key, int64_t n,
                      int64_t unit)
{
    if (n < 0)
        json_object_object_add(obj, key, NULL);
    else
        ft_json_add_int(obj, key, n * unit);
}

static struct json_object *queue_json(const struct queue *queue)
{
    struct json_object *obj = json_object_new_object();

    ft_json_add_str(obj, "name", queue->name);
    ft_json_add_bool(obj, "default", queue->is_default);
    ft_json_add_bool(obj, "up", queue->up);
    ft_json_add_int(obj, "nodes", queue->nodes);
    ft_json_add_int(obj, "nodes_up", queue->nodes_up);
    ft_json_add_int(obj, "cores_per_node", queue->least_cores);
    ft_json_add_int(obj, "memory_per_node_bytes",
                    queue->least_memory_mib * 1048576);
    ft_json_add_int(obj, "gpus_per_node", queue->least_gpus);
    add_limit(obj, "max_walltime_s", queue->max_minutes, 60);
    add_limit(obj, "max_nodes", queue->max_nodes, 1);
    return obj;
}

/* slurmrestd does not tell MaxArraySize; what is too large is refused. */
static struct json_object *limits_of(const struct ft_rest *rest)
{
    struct json_object *limits = json_object_new_object();

    ft_json_add_int(limits, "max_array",
                    ft_json_int_or(ft_json_or_null(rest->site, "limits"),
                                   "max_array", ARRAY_MAX));
    return limits;
}

static struct json_object *describe(const struct ft_rest *rest,
                                    struct json_object *diag)
{
    const char *release = ft_shape_text(diag, "meta/slurm/release");
    struct json_object *answer = ft_wire_ok(), *queues;
    int64_t now;

    if (!release)
        release = ft_shape_text(diag, "meta/Slurm/release");
    if (ft_shape_number(diag, "statistics/req_time", &now))
        ft_json_add_num(answer, "time_s", (double)now);
    if (rest->layout->cluster)
        ft_json_add_str(answer, "cluster", rest->layout->cluster);
    if (release)
        ft_json_add_str(answer, "version", release);
    ft_json_add_bool(answer, "accounting", rest->accounting);
    json_object_object_add(answer, "limits", limits_of(rest));
    queues = json_object_new_array();
    for (size_t i = 0; i < rest->layout->n; i++)
        json_object_array_add(queues, queue_json(&rest->layout->queue[i]));
    json_object_object_add(answer, "queues", queues);
    return answer;
}

struct json_object *ft_rest_probe(void *state, struct json_object *request)
{
    struct json_object *answer;
    struct ft_rest *rest = state;
    struct ft_reply reply;

    (void)request;
    ft_rest_begin(rest);
    answer = load_layout(rest);
    if (answer)
        return answer;
    answer = ft_rest_call(rest, "GET", "slurm", "diag", NULL, &reply) < 0
                 ? ft_rest_error(&reply) : describe(rest, reply.body);
    ft_reply_release(&reply);
    return answer;
}

/* --- what never fits ------------------------------------------------------ */

static const struct queue *find_queue(const struct ft_rest *rest,
                                      const char *name)
{
    for (size_t i = 0; rest->layout && i < rest->layout->n; i++) {
        const struct queue *queue = &rest->layout->queue[i];

        if (name ? strcmp(queue->name, name) == 0 : queue->is_default)
            return queue;
    }
    return NULL;
}

static void compare(struct ft_str *why, const char *what, int64_t asked,
                    int64_t most)
{
    if (!why->len && most >= 0 && asked > most)
        ft_str_addf(why, "%lld %s are more than the %lld there are",
                    (long long)asked, what, (long long)most);
}

void ft_rest_never_fits(struct ft_rest *rest, const struct ft_spec *spec,
                        struct ft_str *why)
{
    const struct queue *queue;
    int64_t per_node;

    if (!rest->layout ||
        ft_clock_mono_ns() - rest->layout->loaded_ns > LAYOUT_NS)
        json_object_put(load_layout(rest)); /* else submit will tell */
    queue = find_queue(rest, spec->queue);
    if (!queue || !queue->all_cores)
        return;
    per_node = spec->nodes ? (spec->ranks + spec->nodes - 1) / spec->nodes : 1;
    compare(why, "nodes", spec->nodes, queue->nodes);
    compare(why, "cores", (int64_t)spec->ranks * spec->threads,
            queue->all_cores);
    compare(why, "cores of a node", per_node * spec->threads,
            queue->most_cores);
    compare(why, "MiB of a node", spec->memory_mib, queue->most_memory_mib);
    compare(why, "GPUs of a node", spec->gpus, queue->most_gpus);
    if (!spec->qos) { /* which may allow more */
        compare(why, "nodes of a job", spec->nodes, queue->max_nodes);
        compare(why, "minutes", spec->walltime_min, queue->max_minutes);
    }
}
