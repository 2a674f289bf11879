/* lineage.c - what versions were made from and what came of them, as a graph */
#include "data/provenance/lineage.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/store/id.h"
#include "data/store/store_impl.h"

/* --- nodes ---------------------------------------------------------------- */

long ft_lineage_find(const struct ft_lineage *lineage, const char *id)
{
    return (long)(uintptr_t)ft_map_get(&lineage->index, id) - 1;
}

struct json_object *ft_lineage_record(const struct ft_lineage_node *node)
{
    return node->record ? ft_json_parse(node->record, strlen(node->record),
                                        "a lineage record", NULL)
                        : NULL;
}

/* What the store knows of the version 'id', which may be nothing. */
static int read_node(struct ft_store *store, const char *id,
                     struct ft_lineage_node *node, struct ft_err *err)
{
    struct ft_str text = FT_STR_INIT;
    struct json_object *record;
    int rc = ft_store_knows(store, id, err);

    if (rc == 0)
        memcpy(node->version.id, id, sizeof(node->version.id));
    if (rc <= 0)
        return rc;
    if (ft_store_version(store, id, &node->version, err) < 0 ||
        ft_store_foreign(store, id, &node->foreign, err) < 0)
        return -1;
    node->known = true;
    record = ft_store_lineage(store, id, err);
    rc = record ? ft_json_canonical(record, &text, err) : -1;
    json_object_put(record);
    node->record = rc == 0 ? ft_str_take(&text) : NULL;
    ft_str_release(&text);
    return rc;
}

/* The index of the node 'id', which is made when it is not there yet; -1. */
static long need_node(struct ft_lineage *lineage, struct ft_store *store,
                      const char *id, struct ft_err *err)
{
    struct ft_lineage_node node = { 0 };
    long i;

    if (!ft_id_valid(id))
        return ft_err_set(err, FT_EFORMAT, "'%.80s' is no version", id);
    i = ft_lineage_find(lineage, id);
    if (i >= 0)
        return i;
    if (read_node(store, id, &node, err) < 0) {
        ft_version_release(&node.version);
        ft_foreign_release(&node.foreign);
        return -1;
    }
    lineage->node = ft_grow(lineage->node, lineage->n, &lineage->cap,
                            sizeof(*lineage->node));
    lineage->node[lineage->n++] = node;
    (void)ft_map_put(&lineage->index, id, (void *)(uintptr_t)lineage->n);
    return (long)lineage->n - 1;
}

int ft_lineage_add(struct ft_lineage *lineage, struct ft_store *store,
                   const char *id, struct ft_err *err)
{
    long i = need_node(lineage, store, id, err);

    if (i < 0)
        return -1;
    lineage->node[i].asked = true;
    return 0;
}

/* --- walking -------------------------------------------------------------- */

/* One walk, breadth first. */
struct walk {
    struct ft_lineage *lineage;
    struct ft_store *store;
    unsigned way;
    size_t *queue; /* nodes, each once */
    size_t n, cap;
    size_t depth_max;
};

static void enqueue(struct walk *w, size_t i, size_t depth)
{
    struct ft_lineage_node *node = &w->lineage->node[i];

    if (node->ways & w->way)
        return;
    node->ways |= w->way;
    node->depth = depth;
    w->queue = ft_grow(w->queue, w->n, &w->cap, sizeof(*w->queue));
    w->queue[w->n++] = i;
}

/* The version 'id' is one step further than 'depth'. */
static int reach(struct walk *w, const char *id, size_t depth,
                 struct ft_err *err)
{
    long i;

    if (depth >= w->depth_max) {
        w->lineage->cut = true;
        return 0;
    }
    i = need_node(w->lineage, w->store, id, err);
    if (i < 0)
        return -1;
    enqueue(w, (size_t)i, depth + 1);
    return 0;
}

static struct json_object *inputs_of(struct json_object *record)
{
    struct json_object *inputs = ft_json_or_null(record, "inputs");

    return json_object_is_type(inputs, json_type_array) ? inputs : NULL;
}

static int reach_inputs(struct walk *w, size_t i, struct ft_err *err)
{
    struct json_object *record = ft_lineage_record(&w->lineage->node[i]);
    struct json_object *inputs = inputs_of(record);
    size_t depth = w->lineage->node[i].depth;
    int rc = 0;

    for (size_t k = 0;
         rc == 0 && inputs && k < json_object_array_length(inputs); k++) {
        const char *id = ft_json_str_or(json_object_array_get_idx(inputs, k),
                                        "version", NULL);

        if (id)
            rc = reach(w, id, depth, err);
    }
    json_object_put(record);
    return rc;
}

static int reach_derived(struct walk *w, size_t i, struct ft_err *err)
{
    struct ft_versions derived;
    size_t depth = w->lineage->node[i].depth;
    int rc = ft_store_derived(w->store, w->lineage->node[i].version.id,
                              &derived, err);

    for (size_t k = 0; rc == 0 && k < derived.n; k++)
        rc = reach(w, derived.item[k].id, depth, err);
    ft_versions_release(&derived);
    return rc;
}

static int walk(struct ft_lineage *lineage, struct ft_store *store,
                unsigned way, size_t depth_max, struct ft_err *err)
{
    struct walk w = { .lineage = lineage, .store = store, .way = way,
                      .depth_max = depth_max };
    int rc = 0;

    for (size_t i = 0; i < lineage->n; i++)
        if (lineage->node[i].asked)
            enqueue(&w, i, 0);
    for (size_t i = 0; rc == 0 && i < w.n; i++)
        rc = way == FT_LINEAGE_UP ? reach_inputs(&w, w.queue[i], err)
                                  : reach_derived(&w, w.queue[i], err);
    free(w.queue);
    return rc;
}

/* --- edges ---------------------------------------------------------------- */

static void add_edges(struct ft_lineage *lineage, size_t to)
{
    struct json_object *record = ft_lineage_record(&lineage->node[to]);
    struct json_object *inputs = inputs_of(record);

    for (size_t k = 0; inputs && k < json_object_array_length(inputs); k++) {
        struct json_object *input = json_object_array_get_idx(inputs, k);
        const char *id = ft_json_str_or(input, "version", NULL);
        long from = id ? ft_lineage_find(lineage, id) : -1;

        if (from < 0)
            continue;
        lineage->edge = ft_grow(lineage->edge, lineage->n_edges,
                                &lineage->cap_edges, sizeof(*lineage->edge));
        lineage->edge[lineage->n_edges++] = (struct ft_lineage_edge){
            .from = (size_t)from,
            .to = to,
            .name = ft_strdup(ft_json_str_or(input, "name", "?")),
        };
    }
    json_object_put(record);
}

int ft_lineage_walk(struct ft_lineage *lineage, struct ft_store *store,
                    unsigned ways, size_t depth, struct ft_err *err)
{
    int rc = 0;

    if (ways & FT_LINEAGE_UP)
        rc = walk(lineage, store, FT_LINEAGE_UP, depth, err);
    if (rc == 0 && ways & FT_LINEAGE_DOWN)
        rc = walk(lineage, store, FT_LINEAGE_DOWN, depth, err);
    for (size_t i = 0; rc == 0 && i < lineage->n; i++)
        add_edges(lineage, i);
    return rc;
}

void ft_lineage_release(struct ft_lineage *lineage)
{
    for (size_t i = 0; i < lineage->n; i++) {
        ft_version_release(&lineage->node[i].version);
        ft_foreign_release(&lineage->node[i].foreign);
        free(lineage->node[i].record);
    }
    for (size_t i = 0; i < lineage->n_edges; i++)
        free(lineage->edge[i].name);
    free(lineage->node);
    free(lineage->edge);
    ft_map_release(&lineage->index);
    *lineage = (struct ft_lineage){ 0 };
}
