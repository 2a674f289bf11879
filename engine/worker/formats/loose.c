/* loose.c - from the elements and groups of another program to a grid */
#include "worker/formats/loose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/map.h"

/* Of memory, here and in the grid. */
#define POINT_BYTES 56
#define ELEMENT_BYTES 32
#define REF_BYTES 16

struct making {
    const struct ft_loose *loose;
    struct ft_grid *grid;
    int dimension;
    int32_t *number; /* of the group that a label becomes, 0 for none */
};

int32_t ft_loose_add_group(struct ft_loose *loose, int dimension,
                           const char *name, struct ft_err *err)
{
    struct ft_grid_group *group;

    if (loose->groups == FT_MESH_GROUPS_MAX)
        return ft_err_set(err, FT_EFORMAT, "%s: more than %d groups",
                          loose->name, FT_MESH_GROUPS_MAX);
    if (!ft_mesh_name_valid(name))
        return ft_err_set(err, FT_EFORMAT, "%s: the name of a group of "
                          "dimension %d is not 1 to %d characters of "
                          "printable ASCII", loose->name, dimension,
                          FT_MESH_NAME_MAX);
    loose->group = ft_grow(loose->group, loose->groups, &loose->groups_cap,
                           sizeof(*loose->group));
    group = &loose->group[loose->groups];
    *group = (struct ft_grid_group){ .dimension = dimension };
    memcpy(group->name, name, strlen(name) + 1);
    return (int32_t)loose->groups++;
}

int64_t *ft_loose_add(struct ft_loose *loose, uint8_t type, int32_t label)
{
    size_t at = loose->elements, n = (size_t)ft_grid_nodes(type);

    if (at == loose->elements_cap) {
        loose->type = ft_grow(loose->type, at, &loose->elements_cap,
                              sizeof(*loose->type));
        loose->label = ft_realloc(loose->label, loose->elements_cap,
                                  sizeof(*loose->label));
    }
    while (loose->refs + n > loose->refs_cap)
        loose->node = ft_grow(loose->node, loose->refs_cap, &loose->refs_cap,
                              sizeof(*loose->node));
    loose->type[at] = type;
    loose->label[at] = label;
    loose->elements++;
    loose->refs += n;
    return loose->node + loose->refs - n;
}

int ft_loose_check_room(const struct ft_loose *loose, uint64_t elements,
                        uint64_t nodes, struct ft_err *err)
{
    uint64_t most = FT_GRID_BYTES_MAX - loose->nodes * POINT_BYTES -
                    loose->elements * ELEMENT_BYTES - loose->refs * REF_BYTES;

    if (loose->nodes <= FT_GRID_BYTES_MAX / POINT_BYTES &&
        most <= FT_GRID_BYTES_MAX &&
        elements <= most / (ELEMENT_BYTES + nodes * REF_BYTES))
        return 0;
    return ft_err_set(err, FT_EFORMAT, "%s: %llu points and %llu elements or "
                      "more: beyond what is taken (%llu MiB of arrays)",
                      loose->name, (unsigned long long)loose->nodes,
                      (unsigned long long)(loose->elements + elements),
                      (unsigned long long)(FT_GRID_BYTES_MAX >> 20));
}

int64_t ft_loose_index(double number, uint64_t n)
{
    bool there = number >= 1 && number <= (double)n && number == floor(number);

    return there ? (int64_t)number - 1 : -1;
}

void ft_loose_add_face(struct ft_loose *loose, uint8_t type, size_t refs,
                       int face, int32_t label)
{
    int at[FT_GRID_FACE_NODES], n = ft_grid_face(type, face, at);
    int64_t *node = ft_loose_add(loose, ft_grid_facet(type, n), label);

    for (int i = 0; i < n; i++)
        node[i] = loose->node[refs + (size_t)at[i]];
}

/* --- groups --------------------------------------------------------------- */

static int check_names(const struct making *m, struct ft_err *err)
{
    struct ft_map names = FT_MAP_INIT;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < m->grid->n_groups; i++) {
        struct ft_grid_group *group = &m->grid->groups[i];
        char *key = ft_asprintf("%d %s", group->dimension, group->name);

        if (ft_map_put(&names, key, group))
            rc = ft_err_set(err, FT_EFORMAT, "two groups of dimension %d have "
                            "the name '%s'", group->dimension, group->name);
        free(key);
    }
    ft_map_release(&names);
    return rc;
}

/* The dimension of what is taken after that of dimension 'd'; -1: nothing. */
static int next_taken(const struct making *m, int d)
{
    return d == m->dimension ? d - 1 : d > 0 ? 0 : -1;
}

/* Those of cells first, then facets and points, each in the order of the
 * file. */
static int make_groups(struct making *m, struct ft_err *err)
{
    const struct ft_loose *loose = m->loose;
    struct ft_grid *grid = m->grid;

    grid->groups = ft_calloc(loose->groups, sizeof(*grid->groups));
    m->number = ft_calloc(loose->groups, sizeof(*m->number));
    for (int d = m->dimension; d >= 0; d = next_taken(m, d))
        for (size_t i = 0; i < loose->groups; i++)
            if (loose->group[i].dimension == d) {
                grid->groups[grid->n_groups] = loose->group[i];
                m->number[i] = (int32_t)++grid->n_groups;
            }
    return check_names(m, err);
}

/* --- cells ---------------------------------------------------------------- */

/* Cells of the highest dimension; facets and points in a group. */
static bool is_taken(const struct making *m, size_t i, int dimension)
{
    return ft_grid_dimension(m->loose->type[i]) == dimension &&
           (dimension == m->dimension || m->loose->label[i] != FT_LOOSE_NONE);
}

static int find_dimension(struct making *m, struct ft_err *err)
{
    for (size_t i = 0; i < m->loose->elements; i++)
        if (ft_grid_dimension(m->loose->type[i]) > m->dimension)
            m->dimension = ft_grid_dimension(m->loose->type[i]);
    return m->dimension >= 2
               ? 0 : ft_err_set(err, FT_EFORMAT, "there are no flat or solid "
                                "cells");
}

static void count_cells(struct making *m)
{
    for (size_t i = 0; i < m->loose->elements; i++)
        if (is_taken(m, i, m->dimension) ||
            is_taken(m, i, m->dimension - 1) || is_taken(m, i, 0)) {
            m->grid->n_cells++;
            m->grid->n_connectivity +=
                (uint64_t)ft_grid_nodes(m->loose->type[i]);
        }
}

/* The connectivity holds nodes of the file until those used are known. */
static void make_cells(struct making *m)
{
    const struct ft_loose *loose = m->loose;
    struct ft_grid *grid = m->grid;
    uint64_t cell = 0;

    count_cells(m);
    grid->types = ft_calloc(grid->n_cells, sizeof(*grid->types));
    grid->group = ft_calloc(grid->n_cells, sizeof(*grid->group));
    grid->offsets = ft_calloc(grid->n_cells + 1, sizeof(*grid->offsets));
    grid->connectivity = ft_calloc(grid->n_connectivity,
                                   sizeof(*grid->connectivity));
    for (int d = m->dimension; d >= 0; d = next_taken(m, d)) {
        const int64_t *node = loose->node;

        for (size_t i = 0; i < loose->elements; i++) {
            int n = ft_grid_nodes(loose->type[i]);
            int32_t label = loose->label[i];

            if (is_taken(m, i, d)) {
                grid->types[cell] = loose->type[i];
                grid->group[cell] = label == FT_LOOSE_NONE ? 0
                                                           : m->number[label];
                memcpy(grid->connectivity + grid->offsets[cell], node,
                       (size_t)n * sizeof(*node));
                grid->offsets[cell + 1] = grid->offsets[cell] + n;
                cell++;
            }
            node += n;
        }
    }
}

/* --- points --------------------------------------------------------------- */

/* number[i] becomes 1 of a node that a cell uses; points may name only such. */
static int mark_used(const struct making *m, int64_t *number,
                     struct ft_err *err)
{
    const struct ft_grid *grid = m->grid;

    for (uint64_t i = 0; i < grid->n_cells; i++) {
        const int64_t *node = grid->connectivity + grid->offsets[i];

        if (grid->types[i] == FT_LOOSE_POINT && !number[*node]) {
            ft_err_set(err, FT_EFORMAT, "node %lld of the file, in group "
                       "'%s', belongs to no cell", (long long)*node + 1,
                       grid->groups[grid->group[i] - 1].name);
            return ft_err_hint(err, "take it out of the group");
        }
        for (int k = 0; k < ft_grid_nodes(grid->types[i]); k++)
            number[node[k]] = 1;
    }
    return 0;
}

/* Those that are used keep the order of the file. */
static int make_points(struct making *m, double length_m, struct ft_err *err)
{
    const struct ft_loose *loose = m->loose;
    struct ft_grid *grid = m->grid;
    int64_t *number = ft_calloc(loose->nodes, sizeof(*number));

    if (mark_used(m, number, err) < 0) {
        free(number);
        return -1;
    }
    for (uint64_t i = 0; i < loose->nodes; i++)
        grid->n_points += (uint64_t)number[i];
    grid->points = ft_calloc(grid->n_points, 3 * sizeof(*grid->points));
    for (uint64_t i = 0, at = 0; i < loose->nodes; i++) {
        if (!number[i])
            continue;
        for (int k = 0; k < 3; k++)
            grid->points[3 * at + (uint64_t)k] =
                length_m * loose->xyz[3 * i + (uint64_t)k];
        number[i] = (int64_t)at++;
    }
    for (uint64_t i = 0; i < grid->n_connectivity; i++)
        grid->connectivity[i] = number[grid->connectivity[i]];
    free(number);
    return 0;
}

/* --- a mesh in the plane -------------------------------------------------- */

static void reverse(int64_t *node, int n)
{
    for (int i = 0; i < n / 2; i++) {
        int64_t kept = node[i];

        node[i] = node[n - 1 - i];
        node[n - 1 - i] = kept;
    }
}

/* Surfaces may look down.  The other way around, from the same corner, the
 * edges are those from the last to the first. */
static void turn_cells(const struct ft_grid *grid)
{
    for (uint64_t i = 0; i < grid->n_cells; i++) {
        int64_t *node = grid->connectivity + grid->offsets[i];
        uint8_t type = grid->types[i];
        int corners = ft_grid_corners(type);

        if (ft_grid_dimension(type) != 2 || ft_grid_measure(grid, i) >= 0)
            continue;
        reverse(node + 1, corners - 1);
        if (ft_grid_order(type) > 1)
            reverse(node + corners, corners);
    }
}

/* --- the hand of solid cells ---------------------------------------------- */

/* None has positive volume as it is. */
static bool is_mirrored(const struct ft_grid *grid)
{
    for (uint64_t i = 0; i < grid->n_cells; i++)
        if (ft_grid_dimension(grid->types[i]) == 3 &&
            ft_grid_measure(grid, i) >= 0)
            return false;
    return true;
}

static void mirror_cells(const struct ft_grid *grid)
{
    for (uint64_t i = 0; i < grid->n_cells; i++) {
        int64_t *node = grid->connectivity + grid->offsets[i];
        int64_t kept[FT_GRID_CELL_NODES];
        int order[FT_GRID_CELL_NODES], n = ft_grid_nodes(grid->types[i]);

        if (ft_grid_dimension(grid->types[i]) != 3)
            continue;
        ft_grid_mirror(grid->types[i], order);
        memcpy(kept, node, (size_t)n * sizeof(*node));
        for (int k = 0; k < n; k++)
            node[k] = kept[order[k]];
    }
}

/* -------------------------------------------------------------------------- */

static int make_grid(struct making *m, double length_m, struct ft_err *err)
{
    if (find_dimension(m, err) < 0 || make_groups(m, err) < 0)
        return -1;
    make_cells(m);
    if (make_points(m, length_m, err) < 0)
        return -1;
    if (m->dimension == 2)
        turn_cells(m->grid);
    if (m->dimension == 3 && m->loose->either_hand && is_mirrored(m->grid))
        mirror_cells(m->grid);
    if (m->loose->two_sided)
        ft_grid_merge_facets(m->grid);
    return ft_grid_check(m->grid, err);
}

int ft_loose_write(const struct ft_loose *loose, double length_m, hid_t file,
                   struct ft_err *err)
{
    struct ft_grid grid = { 0 };
    struct making m = { .loose = loose, .grid = &grid };
    int rc = make_grid(&m, length_m, err);

    if (rc < 0)
        ft_err_context(err, "%s", loose->name);
    else
        rc = ft_grid_write(&grid, NULL, file, err);
    free(m.number);
    ft_grid_release(&grid);
    return rc;
}

void ft_loose_release(struct ft_loose *loose)
{
    free(loose->xyz);
    free(loose->type);
    free(loose->label);
    free(loose->node);
    free(loose->group);
}
