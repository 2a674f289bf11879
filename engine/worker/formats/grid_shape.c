/* grid_shape.c - corners, edges and faces of VTK's cells */
#include <string.h>

#include "base/alloc.h"
#include "worker/formats/grid.h"

#define FACES_MAX 6
#define EDGES_MAX 12

/* A straight cell: faces are seen from outside, -1 ends a triangle; a flat one
 * has its edges for them, which run from each corner to the next. */
struct straight {
    int dimension, corners, faces, edges;
    int face[FACES_MAX][4];
    int edge[EDGES_MAX][2];   /* in the order of their middles */
    int face_node[FACES_MAX]; /* their middles behind those of the edges */
    int mirror[8];            /* corners of the mirror image */
};

static const struct straight point = { .dimension = 0, .corners = 1 };
static const struct straight line = { .dimension = 1, .corners = 2 };
static const struct straight triangle = { .dimension = 2, .corners = 3,
                                          .faces = 3 };
static const struct straight quad = { .dimension = 2, .corners = 4,
                                      .faces = 4 };
static const struct straight tet = {
    3, 4, 4, 6,
    { { 0, 2, 1, -1 }, { 0, 1, 3, -1 }, { 1, 2, 3, -1 }, { 0, 3, 2, -1 } },
    { { 0, 1 }, { 1, 2 }, { 2, 0 }, { 0, 3 }, { 1, 3 }, { 2, 3 } },
    { 0 }, { 0, 2, 1, 3 },
};
static const struct straight hex = {
    3, 8, 6, 12,
    { { 0, 3, 2, 1 }, { 4, 5, 6, 7 }, { 0, 1, 5, 4 }, { 1, 2, 6, 5 },
      { 2, 3, 7, 6 }, { 3, 0, 4, 7 } },
    { { 0, 1 }, { 1, 2 }, { 2, 3 }, { 3, 0 }, { 4, 5 }, { 5, 6 }, { 6, 7 },
      { 7, 4 }, { 0, 4 }, { 1, 5 }, { 2, 6 }, { 3, 7 } },
    { 4, 5, 2, 1, 3, 0 }, { 0, 3, 2, 1, 4, 7, 6, 5 },
};
static const struct straight wedge = {
    .dimension = 3, .corners = 6, .faces = 5,
    .face = { { 0, 2, 1, -1 }, { 3, 4, 5, -1 }, { 0, 1, 4, 3 },
              { 1, 2, 5, 4 }, { 2, 0, 3, 5 } },
    .mirror = { 0, 2, 1, 3, 5, 4 },
};
static const struct straight pyramid = {
    .dimension = 3, .corners = 5, .faces = 5,
    .face = { { 0, 3, 2, 1 }, { 0, 1, 4, -1 }, { 1, 2, 4, -1 },
              { 2, 3, 4, -1 }, { 3, 0, 4, -1 } },
    .mirror = { 0, 3, 2, 1, 4 },
};

static const struct shape {
    const struct straight *is;
    int order, nodes;
} shape[] = {
    [1] = { &point, 0, 1 },
    [3] = { &line, 1, 2 },      [5] = { &triangle, 1, 3 },
    [9] = { &quad, 1, 4 },      [10] = { &tet, 1, 4 },
    [12] = { &hex, 1, 8 },      [13] = { &wedge, 1, 6 },
    [14] = { &pyramid, 1, 5 },  [21] = { &line, 2, 3 },
    [22] = { &triangle, 2, 6 }, [23] = { &quad, 2, 8 },
    [24] = { &tet, 2, 10 },     [25] = { &hex, 2, 20 },
    [28] = { &quad, 2, 9 },     [29] = { &hex, 2, 27 },
};

int ft_grid_nodes(uint8_t type)
{
    return type < FT_ARRAY_LEN(shape) ? shape[type].nodes : 0;
}

int ft_grid_dimension(uint8_t type)
{
    return shape[type].is->dimension;
}

int ft_grid_order(uint8_t type)
{
    return shape[type].order;
}

int ft_grid_corners(uint8_t type)
{
    return shape[type].is->corners;
}

/* The node in the middle of the edge between two corners. */
static int edge_node(const struct straight *is, int a, int b)
{
    int i = 0;

    while (i + 1 < is->edges &&
           !(is->edge[i][0] == a && is->edge[i][1] == b) &&
           !(is->edge[i][0] == b && is->edge[i][1] == a))
        i++;
    return is->corners + i;
}

/* The edge of a flat cell. */
static int flat_face(const struct shape *of, int i, int *node)
{
    node[0] = i;
    node[1] = (i + 1) % of->is->corners;
    node[2] = of->is->corners + i;
    return of->order + 1;
}

int ft_grid_face(uint8_t type, int i, int node[FT_GRID_FACE_NODES])
{
    const struct shape *of = &shape[type];
    const struct straight *is = of->is;
    int n;

    if (i >= is->faces)
        return 0;
    if (is->dimension == 2)
        return flat_face(of, i, node);
    memcpy(node, is->face[i], sizeof(is->face[i]));
    n = node[3] < 0 ? 3 : 4;
    if (of->order == 1)
        return n;
    for (int k = 0; k < n; k++)
        node[n + k] = edge_node(is, node[k], node[(k + 1) % n]);
    if (of->nodes <= is->corners + is->edges)
        return 2 * n;
    node[2 * n] = is->corners + is->edges + is->face_node[i];
    return 2 * n + 1;
}

uint8_t ft_grid_facet(uint8_t type, int n)
{
    static const uint8_t edge[] = { [2] = 3, [3] = 21 };
    static const uint8_t face[] = { [3] = 5, [4] = 9, [6] = 22, [8] = 23,
                                    [9] = 28 };

    return ft_grid_dimension(type) == 2 ? edge[n] : face[n];
}

/* The face that mirrors face 'i' of a hexahedron: the one with the images of
 * its corners. */
static int mirror_face(const struct straight *is, int i)
{
    unsigned wanted = 0;

    for (int k = 0; k < 4; k++)
        wanted |= 1u << is->mirror[is->face[i][k]];
    for (int f = 0; f < is->faces; f++) {
        unsigned has = 0;

        for (int k = 0; k < 4; k++)
            has |= 1u << is->face[f][k];
        if (has == wanted)
            return f;
    }
    FT_BUG("face %d has no image", i);
}

void ft_grid_mirror(uint8_t type, int order[FT_GRID_CELL_NODES])
{
    const struct shape *of = &shape[type];
    const struct straight *is = of->is;
    int middles = is->corners + is->edges;

    for (int i = 0; i < of->nodes; i++)
        order[i] = i < is->corners ? is->mirror[i] : i;
    for (int i = 0; of->order > 1 && i < is->edges; i++)
        order[is->corners + i] = edge_node(is, is->mirror[is->edge[i][0]],
                                           is->mirror[is->edge[i][1]]);
    for (int i = 0; of->nodes > middles && i < is->faces && of->order > 1; i++)
        order[middles + is->face_node[i]] =
            middles + is->face_node[mirror_face(is, i)];
}
