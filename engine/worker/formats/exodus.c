/* exodus.c - meshes in Exodus II files */
#include "worker/formats/exodus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/err.h"
#include "worker/formats/loose.h"
#include "worker/formats/nc.h"

#define WORD 64     /* bytes of a name that is made here, with its zero */
#define SIDES_MAX 6 /* of a cell */

/* --- element types -------------------------------------------------------- */

/* Exodus numbers the upright edges before those above, and the middle of the
 * cell before those of its faces. */
static const uint8_t hex27[] = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 16, 17,
    18, 19, 12, 13, 14, 15, 23, 24, 25, 26, 21, 22, 20,
};

/* What an element block says that its elements are. */
static const struct kind {
    const char *begins; /* its name, in any case */
    int nodes;
    uint8_t vtk;          /* 0: points, which are passed over */
    const uint8_t *order; /* where each of VTK's nodes stands, or NULL */
} kinds[] = {
    { "SPH", 1, 0, NULL }, { "CIR", 1, 0, NULL }, { "POI", 1, 0, NULL },
    { "BAR", 2, 3, NULL }, { "BAR", 3, 21, NULL }, { "BEA", 2, 3, NULL },
    { "BEA", 3, 21, NULL }, { "TRU", 2, 3, NULL }, { "TRU", 3, 21, NULL },
    { "EDG", 2, 3, NULL }, { "EDG", 3, 21, NULL }, { "TRI", 3, 5, NULL },
    { "TRI", 6, 22, NULL }, { "QUA", 4, 9, NULL }, { "QUA", 8, 23, NULL },
    { "QUA", 9, 28, NULL }, { "SHE", 3, 5, NULL }, { "SHE", 6, 22, NULL },
    { "SHE", 4, 9, NULL }, { "SHE", 8, 23, NULL }, { "SHE", 9, 28, NULL },
    { "TET", 4, 10, NULL }, { "TET", 10, 24, NULL }, { "HEX", 8, 12, NULL },
    { "HEX", 20, 25, hex27 }, { "HEX", 27, 29, hex27 }, { "WED", 6, 13, NULL },
    { "PYR", 5, 14, NULL },
};

static const struct kind *find_kind(const char *name, uint64_t nodes)
{
    for (size_t i = 0; i < FT_ARRAY_LEN(kinds); i++)
        if (strncasecmp(name, kinds[i].begins, strlen(kinds[i].begins)) == 0 &&
            (uint64_t)kinds[i].nodes == nodes)
            return &kinds[i];
    return NULL;
}

/* Which face of ours side 'side', from 0, of a flat or solid cell is, or -1:
 * sides of solid ones go around before they go below and above. */
static int face_of(uint8_t type, int64_t side)
{
    static const int8_t face[][SIDES_MAX] = {
        [4] = { 1, 2, 3, 0, -1, -1 },
        [5] = { 1, 2, 3, 4, 0, -1 },
        [6] = { 2, 3, 4, 0, 1, -1 },
        [8] = { 2, 3, 4, 5, 0, 1 },
    };
    int corners = ft_grid_corners(type);

    if (ft_grid_dimension(type) == 2)
        return side < corners ? (int)side : -1;
    return face[corners][side];
}

/* --- the file ------------------------------------------------------------- */

struct block {
    uint64_t first, count; /* of its elements in the whole file, from 0 */
    size_t refs;           /* where the nodes of the first one are */
    const struct kind *kind;
};

struct exodus {
    struct ft_nc nc;
    struct ft_loose mesh;
    int coordinates;       /* of a point */
    int dimension;         /* of the cells */
    struct block *block;
    size_t blocks, blocks_cap;
    uint64_t elements;
};

/* --- variables ------------------------------------------------------------ */

static int lacks(const struct exodus *x, const char *path, struct ft_err *err)
{
    return ft_err_set(err, FT_EFORMAT, "%s: there is no variable '%s' in this "
                      "Exodus file", x->nc.name, path);
}

/* A list or table of numbers; 1, 0 when there is none, -1. */
static int read_numbers(struct exodus *x, const char *path,
                        struct ft_nc_array *array, struct ft_err *err)
{
    int rc = ft_nc_read_array(&x->nc, path, array, err);

    if (rc > 0 && !array->number) {
        ft_nc_array_release(array);
        return ft_err_set(err, FT_EFORMAT, "%s: '%s' is not numbers",
                          x->nc.name, path);
    }
    return rc;
}

/* A list of numbers, likewise. */
static int read_list(struct exodus *x, const char *path,
                     struct ft_nc_array *list, struct ft_err *err)
{
    int rc = read_numbers(x, path, list, err);

    if (rc <= 0 || list->columns == 1)
        return rc;
    ft_err_set(err, FT_EFORMAT, "%s: '%s' has %llu columns, where a list is "
               "expected", x->nc.name, path,
               (unsigned long long)list->columns);
    ft_nc_array_release(list);
    return -1;
}

/* The name of block or set 'i': what the file calls it, else its number. */
static void name_of(const struct ft_nc_array *names,
                    const struct ft_nc_array *ids, uint64_t i,
                    char name[FT_MESH_NAME_MAX + 2])
{
    size_t n = 0;

    name[0] = '\0';
    if (names->text && i < names->rows) {
        const char *text = names->text + i * names->columns;

        n = strnlen(text, names->columns);
        while (n && text[n - 1] == ' ')
            n--;
        if (n > FT_MESH_NAME_MAX)
            n = FT_MESH_NAME_MAX + 1; /* which is refused */
        memcpy(name, text, n);
        name[n] = '\0';
    }
    if (!n)
        snprintf(name, FT_MESH_NAME_MAX, "%.0f", ids->number[i]);
}

/* Numbers, names and states of the blocks ("eb"), side sets ("ss") or node
 * sets ("ns"). */
struct parts {
    struct ft_nc_array ids, names, status;
};

static int read_parts(struct exodus *x, const char *kind, struct parts *parts,
                      struct ft_err *err)
{
    char path[WORD];
    int rc;

    *parts = (struct parts){ 0 };
    snprintf(path, sizeof(path), "%s_prop1", kind);
    rc = read_list(x, path, &parts->ids, err);
    snprintf(path, sizeof(path), "%s_status", kind);
    if (rc > 0 && read_list(x, path, &parts->status, err) < 0)
        rc = -1;
    snprintf(path, sizeof(path), "%s_names", kind);
    if (rc > 0 && ft_nc_read_array(&x->nc, path, &parts->names, err) < 0)
        rc = -1;
    return rc;
}

static void parts_release(struct parts *parts)
{
    ft_nc_array_release(&parts->ids);
    ft_nc_array_release(&parts->names);
    ft_nc_array_release(&parts->status);
}

static bool is_empty(const struct parts *parts, uint64_t i)
{
    return i < parts->status.rows && parts->status.number[i] == 0;
}

/* --- points --------------------------------------------------------------- */

static int put_coordinate(struct exodus *x, int k, const double *value,
                          uint64_t n, struct ft_err *err)
{
    struct ft_loose *mesh = &x->mesh;

    if (k == 0) {
        mesh->nodes = n;
        if (ft_loose_check_room(mesh, 0, 0, err) < 0)
            return -1;
        mesh->xyz = ft_calloc(n, 3 * sizeof(*mesh->xyz));
    }
    if (n != mesh->nodes)
        return ft_err_set(err, FT_EFORMAT, "%s: %llu points have x, but %llu "
                          "have %c", x->nc.name,
                          (unsigned long long)mesh->nodes,
                          (unsigned long long)n, 'x' + k);
    for (uint64_t i = 0; i < n; i++)
        mesh->xyz[3 * i + (uint64_t)k] = value[i];
    x->coordinates = k + 1;
    return 0;
}

/* All in one table, a row for each direction, as small files have them. */
static int put_table(struct exodus *x, const struct ft_nc_array *table,
                     struct ft_err *err)
{
    if (table->rows < 1 || table->rows > 3)
        return ft_err_set(err, FT_EFORMAT, "%s: 'coord' has %llu rows",
                          x->nc.name, (unsigned long long)table->rows);
    for (uint64_t k = 0; k < table->rows; k++)
        if (put_coordinate(x, (int)k, table->number + k * table->columns,
                           table->columns, err) < 0)
            return -1;
    return 0;
}

static int read_points(struct exodus *x, struct ft_err *err)
{
    static const char *const path[] = { "coordx", "coordy", "coordz" };
    struct ft_nc_array array;
    int rc = read_numbers(x, "coord", &array, err);

    if (rc > 0) {
        rc = put_table(x, &array, err);
        ft_nc_array_release(&array);
        return rc;
    }
    for (int k = 0; rc >= 0 && k < 3; k++) {
        rc = read_list(x, path[k], &array, err);
        if (rc == 0 && k == 0)
            return lacks(x, path[0], err);
        if (rc == 0)
            break;
        if (rc > 0)
            rc = put_coordinate(x, k, array.number, array.rows, err);
        ft_nc_array_release(&array);
    }
    return rc < 0 ? -1 : 0;
}

/* --- element blocks ------------------------------------------------------- */

static int add_elements(struct exodus *x, const struct kind *kind,
                        const struct ft_nc_array *connect, int32_t label,
                        struct ft_err *err)
{
    for (uint64_t i = 0; i < connect->rows; i++) {
        const double *from = connect->number + i * connect->columns;
        int64_t *node = ft_loose_add(&x->mesh, kind->vtk, label);

        for (int k = 0; k < kind->nodes; k++) {
            double number = from[kind->order ? kind->order[k] : k];

            node[k] = ft_loose_index(number, x->mesh.nodes);
            if (node[k] < 0)
                return ft_err_set(err, FT_EFORMAT, "%s: an element of the "
                                  "block '%s' uses node %.15g of %llu",
                                  x->nc.name, x->mesh.group[label].name,
                                  number, (unsigned long long)x->mesh.nodes);
        }
    }
    return 0;
}

/* The type of elements stands beside their nodes. */
static int find_block_kind(struct exodus *x, const char *path,
                           const char *name, uint64_t nodes,
                           const struct kind **kind, struct ft_err *err)
{
    struct ft_nc_var var;
    char *text = NULL;
    int rc = x->nc.format->find(&x->nc, path, &var, err);

    if (rc <= 0)
        return rc < 0 ? -1 : lacks(x, path, err);
    rc = ft_nc_text(&x->nc, &var, "elem_type", &text, err);
    ft_nc_var_release(&var);
    *kind = text ? find_kind(text, nodes) : NULL;
    if (rc == 0 && !*kind)
        rc = ft_err_set(err, FT_EFORMAT, "%s: the block '%s' has elements '%s' "
                        "of %llu nodes: " FT_GRID_TAKEN, x->nc.name, name,
                        text ? text : "", (unsigned long long)nodes);
    free(text);
    return rc;
}

static int add_block(struct exodus *x, const char *path, const char *name,
                     const struct ft_nc_array *connect, struct ft_err *err)
{
    const struct kind *kind = NULL;
    int32_t label;

    if (find_block_kind(x, path, name, connect->columns, &kind, err) < 0)
        return -1;
    x->block = ft_grow(x->block, x->blocks, &x->blocks_cap, sizeof(*x->block));
    x->block[x->blocks++] = (struct block){ x->elements, connect->rows,
                                            x->mesh.refs, kind };
    x->elements += connect->rows;
    if (!kind->vtk)
        return 0;
    if (ft_grid_dimension(kind->vtk) > x->dimension)
        x->dimension = ft_grid_dimension(kind->vtk);
    label = ft_loose_add_group(&x->mesh, ft_grid_dimension(kind->vtk), name,
                               err);
    if (label < 0 ||
        ft_loose_check_room(&x->mesh, connect->rows, connect->columns,
                            err) < 0)
        return -1;
    return add_elements(x, kind, connect, label, err);
}

static int read_blocks(struct exodus *x, struct ft_err *err)
{
    char path[WORD], name[FT_MESH_NAME_MAX + 2];
    struct ft_nc_array connect;
    struct parts parts;
    int rc = read_parts(x, "eb", &parts, err);

    if (rc == 0)
        rc = lacks(x, "eb_prop1", err);
    for (uint64_t i = 0; rc > 0 && i < parts.ids.rows; i++) {
        if (is_empty(&parts, i))
            continue;
        snprintf(path, sizeof(path), "connect%llu", (unsigned long long)i + 1);
        name_of(&parts.names, &parts.ids, i, name);
        rc = read_numbers(x, path, &connect, err);
        if (rc == 0)
            rc = lacks(x, path, err);
        if (rc > 0 && add_block(x, path, name, &connect, err) < 0)
            rc = -1;
        ft_nc_array_release(&connect);
    }
    parts_release(&parts);
    return rc < 0 ? -1 : 0;
}

/* --- side sets ------------------------------------------------------------ */

static int compare_block(const void *key, const void *item)
{
    uint64_t element = (uint64_t)*(const int64_t *)key;
    const struct block *block = item;

    return element < block->first ? -1
           : element - block->first >= block->count;
}

static int add_side(struct exodus *x, double element, double side,
                    int32_t label, struct ft_err *err)
{
    const char *set = x->mesh.group[label].name;
    int64_t at = ft_loose_index(element, x->elements);
    int64_t side_at = ft_loose_index(side, SIDES_MAX);
    const struct block *block =
        at >= 0 ? bsearch(&at, x->block, x->blocks, sizeof(*x->block),
                          compare_block) : NULL;
    uint8_t type = block ? block->kind->vtk : 0;
    int face;

    if (!type)
        return ft_err_set(err, FT_EFORMAT, "%s: the side set '%s' has a side "
                          "of element %.15g, which is not there", x->nc.name,
                          set, element);
    if (x->dimension < 2 || ft_grid_dimension(type) != x->dimension ||
        x->coordinates != x->dimension)
        return ft_err_set(err, FT_EFORMAT, "%s: the side set '%s' has a side "
                          "of element %.0f, which is no solid, or flat where "
                          "points have three coordinates: sides of shells are "
                          "not taken", x->nc.name, set, element);
    face = side_at >= 0 ? face_of(type, side_at) : -1;
    if (face < 0)
        return ft_err_set(err, FT_EFORMAT, "%s: the side set '%s' has side "
                          "%.15g of element %.0f, which has none of this "
                          "number", x->nc.name, set, side, element);
    ft_loose_add_face(&x->mesh, type,
                      block->refs + ((uint64_t)at - block->first) *
                                        (size_t)block->kind->nodes,
                      face, label);
    return 0;
}

/* The sides of one set, from both of its lists. */
static int add_sides(struct exodus *x, uint64_t set, int32_t label,
                     struct ft_err *err)
{
    struct ft_nc_array element = { 0 }, side = { 0 };
    char path[WORD];
    int rc;

    snprintf(path, sizeof(path), "elem_ss%llu", (unsigned long long)set + 1);
    rc = read_list(x, path, &element, err);
    if (rc > 0) {
        snprintf(path, sizeof(path), "side_ss%llu",
                 (unsigned long long)set + 1);
        rc = read_list(x, path, &side, err);
    }
    if (rc == 0)
        rc = lacks(x, path, err);
    if (rc > 0 && element.rows != side.rows)
        rc = ft_err_set(err, FT_EFORMAT, "%s: '%s' has %llu entries where "
                        "there are %llu elements", x->nc.name, path,
                        (unsigned long long)side.rows,
                        (unsigned long long)element.rows);
    if (rc > 0)
        rc = ft_loose_check_room(&x->mesh, element.rows, FT_GRID_FACE_NODES,
                                 err);
    for (uint64_t i = 0; rc >= 0 && i < element.rows; i++)
        rc = add_side(x, element.number[i], side.number[i], label, err);
    ft_nc_array_release(&element);
    ft_nc_array_release(&side);
    return rc < 0 ? -1 : 0;
}

/* Side sets ("ss") or node sets ("ns"), whose groups have that dimension. */
static int read_sets(struct exodus *x, const char *kind, int dimension,
                     int (*add)(struct exodus *x, uint64_t set, int32_t label,
                                struct ft_err *err),
                     struct ft_err *err)
{
    char name[FT_MESH_NAME_MAX + 2];
    struct parts parts;
    int rc = read_parts(x, kind, &parts, err);

    for (uint64_t i = 0; rc > 0 && i < parts.ids.rows; i++) {
        int32_t label;

        name_of(&parts.names, &parts.ids, i, name);
        label = ft_loose_add_group(&x->mesh, dimension, name, err);
        if (label < 0 || (!is_empty(&parts, i) && add(x, i, label, err) < 0))
            rc = -1;
    }
    parts_release(&parts);
    return rc < 0 ? -1 : 0;
}

/* --- node sets ------------------------------------------------------------ */

static int add_nodes(struct exodus *x, uint64_t set, int32_t label,
                     struct ft_err *err)
{
    struct ft_nc_array list = { 0 };
    char path[WORD];
    int rc;

    snprintf(path, sizeof(path), "node_ns%llu", (unsigned long long)set + 1);
    rc = read_list(x, path, &list, err);
    if (rc == 0)
        rc = lacks(x, path, err);
    if (rc > 0)
        rc = ft_loose_check_room(&x->mesh, list.rows, 1, err);
    for (uint64_t i = 0; rc >= 0 && i < list.rows; i++) {
        int64_t *node = ft_loose_add(&x->mesh, FT_LOOSE_POINT, label);

        *node = ft_loose_index(list.number[i], x->mesh.nodes);
        if (*node < 0)
            rc = ft_err_set(err, FT_EFORMAT, "%s: the node set '%s' has node "
                            "%.15g of %llu", x->nc.name,
                            x->mesh.group[label].name, list.number[i],
                            (unsigned long long)x->mesh.nodes);
    }
    ft_nc_array_release(&list);
    return rc < 0 ? -1 : 0;
}

/* -------------------------------------------------------------------------- */

int ft_exodus_read(const char *src, double length_m, hid_t file,
                   struct ft_err *err)
{
    struct exodus x = { .mesh = { .name = src, .two_sided = true } };
    int rc = -1;

    if (ft_nc_open(&x.nc, src, err) < 0)
        return -1;
    if (read_points(&x, err) == 0 && read_blocks(&x, err) == 0 &&
        read_sets(&x, "ss", x.dimension - 1, add_sides, err) == 0 &&
        read_sets(&x, "ns", 0, add_nodes, err) == 0)
        rc = ft_loose_write(&x.mesh, length_m, file, err);
    ft_nc_close(&x.nc);
    ft_loose_release(&x.mesh);
    free(x.block);
    return rc;
}
