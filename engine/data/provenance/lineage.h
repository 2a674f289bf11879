/* lineage.h - what versions were made from and what came of them, as a graph
 *
 *     geometry ─┐            up: towards what it was made from
 *       mesh ── heat ── plot
 *                └───── check        down: towards what came of it
 *
 * A version names its inputs by digest in its own record, and its id is the
 * digest of that record: the graph has no cycles, and a walk that follows
 * inputs cannot be led astray by branches, reuse or renames.
 */
#ifndef FT_DATA_LINEAGE_H
#define FT_DATA_LINEAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"
#include "data/archive/foreign.h"
#include "data/store/store.h"

struct json_object;

struct ft_lineage_node {
    struct ft_version version; /* only the id is set when it is not known */
    bool known;   /* false: a record names it, the store does not have it */
    bool asked;   /* a version that was asked for itself */
    char *record; /* its lineage record as canonical JSON; NULL: not known */
    struct ft_foreign foreign; /* where it was made, when not here */
    unsigned ways; /* it was reached by: enum ft_lineage_way, both when asked */
    size_t depth; /* steps from what was asked for, on the last walk */
};

/* 'to' was made from 'from', which was its input 'name'. */
struct ft_lineage_edge {
    size_t from, to; /* indices of nodes */
    char *name;
};

struct ft_lineage {
    struct ft_lineage_node *node; /* those asked for first */
    size_t n, cap;
    struct ft_lineage_edge *edge; /* in the order of 'to', then of inputs */
    size_t n_edges, cap_edges;
    struct ft_map index; /* id -> 1 + its index */
    bool cut; /* nodes were left out because of the depth */
};

#define FT_LINEAGE_INIT { 0 }

enum ft_lineage_way {
    FT_LINEAGE_UP = 1,
    FT_LINEAGE_DOWN = 2,
};

/* The version 'id' is asked for. */
int ft_lineage_add(struct ft_lineage *lineage, struct ft_store *store,
                   const char *id, struct ft_err *err);

/* Follow from all that was added, at most 'depth' steps; 'ways' is one or both
 * of enum ft_lineage_way.  What others need beside a version on the way down
 * is not followed up.  Edges are those among the nodes.  Call once. */
int ft_lineage_walk(struct ft_lineage *lineage, struct ft_store *store,
                    unsigned ways, size_t depth, struct ft_err *err);

/* The index of a version, or -1. */
long ft_lineage_find(const struct ft_lineage *lineage, const char *id);

/* The record of a node; the caller releases.  NULL: not known. */
struct json_object *ft_lineage_record(const struct ft_lineage_node *node);

void ft_lineage_release(struct ft_lineage *lineage);

#endif
