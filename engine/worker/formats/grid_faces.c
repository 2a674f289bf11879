/* grid_faces.c - facets are faces of cells, and nothing is there twice */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "worker/formats/grid.h"

/* A cell under a number that its nodes give in any order. */
struct key {
    uint64_t hash, cell;
};

static int compare_nodes(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static int compare_keys(const void *a, const void *b)
{
    const struct key *x = a, *y = b;

    return (x->hash > y->hash) - (x->hash < y->hash);
}

/* The same, and the first cell first. */
static int compare_places(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    int by_hash = compare_keys(a, b);

    return by_hash ? by_hash : (x->cell > y->cell) - (x->cell < y->cell);
}

/* splitmix64 of each node, added up. */
static uint64_t hash_nodes(const int64_t *node, int n)
{
    uint64_t sum = 0;

    for (int i = 0; i < n; i++) {
        uint64_t x = (uint64_t)node[i] + 0x9e3779b97f4a7c15u;

        x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
        x = (x ^ x >> 27) * 0x94d049bb133111ebu;
        sum += x ^ x >> 31;
    }
    return sum;
}

static bool same_nodes(const int64_t *a, const int64_t *b, int n)
{
    int64_t x[FT_GRID_CELL_NODES], y[FT_GRID_CELL_NODES];
    size_t size = (size_t)n * sizeof(x[0]);

    memcpy(x, a, size);
    memcpy(y, b, size);
    qsort(x, (size_t)n, sizeof(x[0]), compare_nodes);
    qsort(y, (size_t)n, sizeof(y[0]), compare_nodes);
    return memcmp(x, y, size) == 0;
}

static struct key *make_keys(const struct ft_grid *grid, uint64_t from,
                             uint64_t to)
{
    struct key *key = ft_calloc(to - from, sizeof(*key));

    for (uint64_t i = from; i < to; i++)
        key[i - from] = (struct key){
            hash_nodes(grid->connectivity + grid->offsets[i],
                       ft_grid_nodes(grid->types[i])), i
        };
    if (to > from)
        qsort(key, to - from, sizeof(*key), compare_places);
    return key;
}

/* --- doubles -------------------------------------------------------------- */

static const char *group_of(const struct ft_grid *grid, uint64_t cell)
{
    int32_t group = grid->group ? grid->group[cell] : 0;

    return group ? grid->groups[group - 1].name : "";
}

/* Are cells 'a' and 'b' the same, but for their groups? */
static bool same_cells(const struct ft_grid *grid, uint64_t a, uint64_t b)
{
    return grid->types[a] == grid->types[b] &&
           same_nodes(grid->connectivity + grid->offsets[a],
                      grid->connectivity + grid->offsets[b],
                      ft_grid_nodes(grid->types[a]));
}

/* Points may be in several groups. */
static bool are_doubles(const struct ft_grid *grid, uint64_t a, uint64_t b)
{
    return same_cells(grid, a, b) &&
           (ft_grid_dimension(grid->types[a]) > 0 ||
            grid->group[a] == grid->group[b]);
}

static int check_doubles(const struct ft_grid *grid, const struct key *key,
                         uint64_t n, struct ft_err *err)
{
    for (uint64_t i = 1; i < n; i++) {
        uint64_t a = key[i - 1].cell, b = key[i].cell;

        if (key[i - 1].hash != key[i].hash || !are_doubles(grid, a, b))
            continue;
        ft_err_set(err, FT_EFORMAT, "cells %llu and %llu are the same (groups "
                   "'%s' and '%s')", (unsigned long long)(a < b ? a : b),
                   (unsigned long long)(a < b ? b : a),
                   group_of(grid, a < b ? a : b),
                   group_of(grid, a < b ? b : a));
        return ft_err_hint(err, "a cell can be in one group only");
    }
    return 0;
}

/* --- facets --------------------------------------------------------------- */

/* Find the facet with these nodes and mark it. */
static void mark(const struct ft_grid *grid, const struct key *key, uint64_t n,
                 const int64_t *node, int nodes, bool *marked)
{
    const struct key wanted = { hash_nodes(node, nodes), 0 };
    const struct key *found = bsearch(&wanted, key, n, sizeof(*key),
                                      compare_keys);

    if (found && ft_grid_nodes(grid->types[found->cell]) == nodes &&
        same_nodes(grid->connectivity + grid->offsets[found->cell], node,
                   nodes))
        marked[found - key] = true;
}

static void mark_faces(const struct ft_grid *grid, uint64_t cells,
                       const struct key *key, uint64_t n, bool *marked)
{
    for (uint64_t i = 0; i < cells; i++) {
        const int64_t *of_cell = grid->connectivity + grid->offsets[i];
        int at[FT_GRID_FACE_NODES], nodes;

        for (int f = 0; (nodes = ft_grid_face(grid->types[i], f, at)); f++) {
            int64_t node[FT_GRID_FACE_NODES];

            for (int k = 0; k < nodes; k++)
                node[k] = of_cell[at[k]];
            mark(grid, key, n, node, nodes, marked);
        }
    }
}

static int check_facets(const struct ft_grid *grid, uint64_t cells,
                        uint64_t n, const struct key *key, struct ft_err *err)
{
    uint64_t i = 0;
    bool *marked = ft_calloc(n, sizeof(*marked));

    mark_faces(grid, cells, key, n, marked);
    while (i < n && marked[i])
        i++;
    free(marked);
    if (i == n)
        return 0;
    ft_err_set(err, FT_EFORMAT, "a cell of group '%s' is not a face of any "
               "cell of the mesh", group_of(grid, key[i].cell));
    return ft_err_hint(err, "save what it bounds too, or drop the group");
}

/* Close the gaps that cells which are dropped leave. */
static void drop_cells(struct ft_grid *grid, const bool *dropped)
{
    uint64_t to = 0;

    for (uint64_t i = 0; i < grid->n_cells; i++) {
        int64_t n = grid->offsets[i + 1] - grid->offsets[i];

        if (dropped[i])
            continue;
        memmove(grid->connectivity + grid->offsets[to],
                grid->connectivity + grid->offsets[i],
                (size_t)n * sizeof(*grid->connectivity));
        grid->types[to] = grid->types[i];
        grid->group[to] = grid->group[i];
        grid->offsets[to + 1] = grid->offsets[to] + n;
        to++;
    }
    grid->n_cells = to;
    grid->n_connectivity = (uint64_t)grid->offsets[to];
}

void ft_grid_merge_facets(struct ft_grid *grid)
{
    bool *dropped = ft_calloc(grid->n_cells, sizeof(*dropped));
    uint64_t cells = 0, n;
    struct key *key;

    while (cells < grid->n_cells &&
           ft_grid_dimension(grid->types[cells]) ==
               ft_grid_dimension(grid->types[0]))
        cells++;
    n = grid->n_cells - cells;
    key = make_keys(grid, cells, grid->n_cells);
    for (uint64_t i = 1; i < n; i++) {
        uint64_t a = key[i - 1].cell, b = key[i].cell;

        dropped[b] = key[i - 1].hash == key[i].hash &&
                     grid->group[a] == grid->group[b] &&
                     same_cells(grid, a, b);
    }
    drop_cells(grid, dropped);
    free(key);
    free(dropped);
}

int ft_grid_check_faces(const struct ft_grid *grid, uint64_t cells,
                        struct ft_err *err)
{
    uint64_t points = grid->n_cells; /* the first vertex */
    struct key *key = make_keys(grid, 0, cells);
    int rc = check_doubles(grid, key, cells, err);

    free(key);
    while (points > cells && !ft_grid_dimension(grid->types[points - 1]))
        points--;
    if (rc == 0) {
        key = make_keys(grid, cells, points);
        rc = check_doubles(grid, key, points - cells, err);
        if (rc == 0)
            rc = check_facets(grid, cells, points - cells, key, err);
        free(key);
    }
    if (rc == 0) {
        key = make_keys(grid, points, grid->n_cells);
        rc = check_doubles(grid, key, grid->n_cells - points, err);
        free(key);
    }
    return rc;
}
