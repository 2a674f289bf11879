/* batch_node.c - nodes of a site on which attempts keep failing
 *
 * An attempt that is lost, or that fails for want of its node, may have met a
 * node that fails them all: a file system that is not mounted, a broken disk.
 * One that did so twice in a while is left out of what is submitted from then
 * on, and gets no more tasks of pilots, for some time; unless it is the last.
 * The project keeps which these are: its other runs leave them out as well, and
 * people see them and may let them in again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/batch/batch_in.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "model/site_nodes.h"

#define FAULTS_MAX 2       /* in a row, */
#define WINDOW_S 600.0     /* none longer ago than that, */
#define EXCLUDED_S 600.0   /* and the node is left out for so long */
#define LOOK_S 1.0         /* between looks at what the project knows */
#define NS_PER_S 1e9

struct ft_batch_node {
    char name[64];
    int faults; /* in a row */
    int64_t fault_ns;
    int64_t until_ns; /* since 1970: it is left out; 0: it is not */
    bool kept;        /* and the project knows */
};

static struct ft_batch_node *find(const struct ft_batch *batch,
                                  const char *name)
{
    return *name ? ft_map_get(&batch->node_of, name) : NULL;
}

static bool is_out(const struct ft_batch_node *node)
{
    return node && node->until_ns > ft_clock_now_ns();
}

static size_t count_out(const struct ft_batch *batch)
{
    size_t n = 0;

    for (size_t i = 0; i < batch->node_of.len; i++)
        n += is_out(batch->node_of.entry[i].value);
    return n;
}

static struct ft_batch_node *find_or_add(struct ft_batch *batch,
                                         const char *name)
{
    struct ft_batch_node *node = find(batch, name);

    if (node)
        return node;
    node = ft_calloc(1, sizeof(*node));
    snprintf(node->name, sizeof(node->name), "%s", name);
    (void)ft_map_put(&batch->node_of, name, node);
    return node;
}

static bool is_name(const char *name)
{
    return *name && strlen(name) < sizeof(((struct ft_batch_node *)0)->name);
}

/* --- what the project knows ----------------------------------------------- */

/* All runs of the project are to leave it out.  Where that cannot be written
 * this one does. */
static void keep(const struct ft_batch *batch, struct ft_batch_node *node,
                 const char *reason)
{
    struct ft_node_out out = {
        .node = node->name,
        .run = ft_strdup(batch->place->run_id),
        .why = ft_asprintf("%d attempts in a row failed there, the last one: "
                           "%s", node->faults, reason),
        .since_ns = ft_clock_now_ns(),
        .until_ns = node->until_ns,
    };

    node->kept = ft_node_out_add(batch->place->project_dir,
                                 batch->site->name, &out, NULL) == 0;
    free(out.run);
    free(out.why);
}

/* Those that are no longer out were let in, or their time is over. */
static bool let_in(struct ft_batch *batch, const struct ft_nodes_out *out)
{
    bool changed = false;

    for (size_t i = 0; i < batch->node_of.len; i++) {
        struct ft_batch_node *node = batch->node_of.entry[i].value;

        if (!node->kept || ft_nodes_out_find(out, node->name))
            continue;
        node->kept = false;
        node->until_ns = 0;
        node->faults = 0;
        changed = true;
    }
    return changed;
}

void ft_batch_nodes_look(struct ft_batch *batch)
{
    int64_t now = ft_clock_mono_ns();
    struct ft_nodes_out out;

    if (batch->nodes_ns &&
        (double)(now - batch->nodes_ns) < LOOK_S * NS_PER_S)
        return;
    batch->nodes_ns = now;
    ft_nodes_out_read(batch->place->project_dir, batch->site->name,
                      ft_clock_now_ns(), &out);
    if (let_in(batch, &out))
        ft_batch_flush_later(batch, 0); /* pilots there have slots free */
    for (size_t i = 0; i < out.n; i++) {
        struct ft_batch_node *node;

        if (!is_name(out.item[i].node))
            continue;
        node = find_or_add(batch, out.item[i].node);
        node->until_ns = out.item[i].until_ns;
        node->kept = true;
    }
    ft_nodes_out_release(&out);
}

/* --- what is seen --------------------------------------------------------- */

void ft_batch_node_ended(struct ft_batch *batch,
                         const struct ft_ending *ending)
{
    bool fault = ending->outcome == FT_OUT_NODE_FAIL ||
                 ending->outcome == FT_OUT_LOST;
    struct ft_batch_node *node = find(batch, ending->host);
    int64_t now = ft_clock_mono_ns();

    if (ending->outcome == FT_OUT_OK && node)
        node->faults = 0;
    if (!fault || !is_name(ending->host))
        return;
    node = find_or_add(batch, ending->host);
    if ((double)(now - node->fault_ns) > WINDOW_S * NS_PER_S)
        node->faults = 0;
    node->fault_ns = now;
    if (++node->faults < FAULTS_MAX)
        return;
    node->until_ns = ft_clock_now_ns() + (int64_t)(EXCLUDED_S * NS_PER_S);
    keep(batch, node, ending->reason);
}

/* --- what comes of it ----------------------------------------------------- */

/* Not even the smallest queue is to lose its last node. */
static bool would_be_last(const struct ft_batch *batch)
{
    return count_out(batch) >= batch->nodes_up;
}

bool ft_batch_node_is_out(const struct ft_batch *batch, const char *name)
{
    return is_out(find(batch, name)) && !would_be_last(batch);
}

bool ft_batch_nodes_unsure(const struct ft_batch *batch)
{
    return batch->probe != FT_PROBE_DONE && count_out(batch) > 0;
}

struct json_object *ft_batch_nodes_out(const struct ft_batch *batch)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < batch->node_of.len && !would_be_last(batch); i++) {
        const struct ft_batch_node *node = batch->node_of.entry[i].value;

        if (is_out(node))
            json_object_array_add(list, json_object_new_string(node->name));
    }
    return list;
}

void ft_batch_nodes_text(const struct ft_batch *batch, struct ft_str *out)
{
    size_t n = 0;

    for (size_t i = 0; i < batch->node_of.len; i++) {
        const struct ft_batch_node *node = batch->node_of.entry[i].value;

        if (is_out(node))
            ft_str_addf(out, "%s %s", n++ ? "," : "; not on", node->name);
    }
    if (n && would_be_last(batch))
        ft_str_add(out, ", where attempts keep failing, if there were "
                        "others: these are the last");
    else if (n)
        ft_str_addf(out, ", where attempts keep failing: left out for %g min",
                    EXCLUDED_S / 60);
}

void ft_batch_nodes_limits(struct ft_batch *batch, struct json_object *probe)
{
    struct json_object *queues = ft_json_or_null(probe, "queues");
    size_t n = json_object_is_type(queues, json_type_array)
                   ? json_object_array_length(queues) : 0;

    batch->nodes_up = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t up = ft_json_int_or(json_object_array_get_idx(queues, i),
                                    "nodes_up", 0);

        if (up > 0 && (!batch->nodes_up || (size_t)up < batch->nodes_up))
            batch->nodes_up = (size_t)up;
    }
}

void ft_batch_nodes_free(struct ft_batch *batch)
{
    for (size_t i = 0; i < batch->node_of.len; i++)
        free(batch->node_of.entry[i].value);
    ft_map_release(&batch->node_of);
}
