/* box.c - the cells, facets and edges of a box by formula */
#include "mesh_box/box.h"

/* Corners are numbered by bits: 1 is high in x, 2 in y, 4 in z. */
static const int quad[4] = { 0, 1, 3, 2 };
static const int hex[8] = { 0, 1, 3, 2, 4, 5, 7, 6 };

/* Kuhn's cut: one simplex for each order of the axes along which one walks
 * from corner 0 to the last.  Equal in all blocks, so neighbours fit. */
static const int triangles[2][3] = { { 0, 1, 3 }, { 0, 3, 2 } };
static const int tets[6][4] = {
    { 0, 1, 3, 7 }, { 0, 5, 1, 7 }, { 0, 3, 2, 7 },
    { 0, 2, 6, 7 }, { 0, 4, 5, 7 }, { 0, 6, 4, 7 },
};

/* Corners of a side, as seen from outside in the mathematical sense; in three
 * dimensions the diagonal that Kuhn's cut has runs from the first to the third.
 * In two dimensions the inside lies to the left. */
static const int side_lines[4][2] = {
    { 2, 0 }, { 1, 3 }, { 0, 1 }, { 3, 2 },
};
static const int side_quads[6][4] = {
    { 0, 4, 6, 2 }, { 1, 3, 7, 5 }, { 0, 1, 5, 4 },
    { 2, 6, 7, 3 }, { 0, 2, 3, 1 }, { 4, 5, 7, 6 },
};
static const int halves[2][3] = { { 0, 1, 2 }, { 0, 2, 3 } };

static int64_t stride(const struct box *box, int axis)
{
    int64_t n = 1;

    for (int i = 0; i < axis; i++)
        n *= box->cells[i] + 1;
    return n;
}

static int64_t blocks(const struct box *box)
{
    int64_t n = 1;

    for (int i = 0; i < box->dimension; i++)
        n *= box->cells[i];
    return n;
}

int64_t box_points(const struct box *box)
{
    return stride(box, box->dimension);
}

static int parts_of_block(const struct box *box)
{
    if (!box->simplex)
        return 1;
    return box->dimension == 2 ? 2 : 6;
}

static int parts_of_side(const struct box *box)
{
    return box->simplex && box->dimension == 3 ? 2 : 1;
}

/* Blocks that touch the side across 'axis'. */
static int64_t side_blocks(const struct box *box, int axis)
{
    return blocks(box) / box->cells[axis];
}

int64_t box_cells(const struct box *box)
{
    return blocks(box) * parts_of_block(box);
}

int64_t box_facets(const struct box *box)
{
    int64_t n = 0;

    for (int axis = 0; axis < box->dimension; axis++)
        n += 2 * side_blocks(box, axis) * parts_of_side(box);
    return n;
}

int64_t box_edges(const struct box *box)
{
    return box->edges ? 4 * (box->cells[0] + box->cells[1] + box->cells[2]) : 0;
}

void box_point(const struct box *box, int64_t i, double point[3])
{
    for (int axis = 0; axis < 3; axis++) {
        int64_t n = axis < box->dimension ? box->cells[axis] : 0;
        int64_t k = i % (n + 1);

        i /= n + 1;
        point[axis] = box->origin_m[axis];
        if (n > 0)
            point[axis] += box->size_m[axis] * ((double)k / (double)n);
    }
}

/* The point at corner 0 of a block whose index runs over all axes but
 * 'fixed' (-1: over all); on 'fixed' it is the block 'at'. */
static int64_t corner_of(const struct box *box, int64_t block, int fixed,
                         int64_t at)
{
    int64_t point = 0;

    for (int axis = 0; axis < box->dimension; axis++) {
        int64_t k = at;

        if (axis != fixed) {
            k = block % box->cells[axis];
            block /= box->cells[axis];
        }
        point += k * stride(box, axis);
    }
    return point;
}

static int64_t node_at(const struct box *box, int64_t point, int corner)
{
    for (int axis = 0; axis < box->dimension; axis++)
        if (corner & (1 << axis))
            point += stride(box, axis);
    return point;
}

static void fill(const struct box *box, int64_t point, enum stg_cell type,
                 int nodes, const int *corner, struct box_cell *cell)
{
    cell->type = type;
    cell->nodes = nodes;
    for (int i = 0; i < nodes; i++)
        cell->node[i] = node_at(box, point, corner[i]);
}

static void fill_block(const struct box *box, int64_t block, int part,
                       struct box_cell *cell)
{
    int64_t point = corner_of(box, block, -1, 0);

    cell->group = 0;
    if (box->dimension == 2 && box->simplex)
        fill(box, point, STG_TRIANGLE, 3, triangles[part], cell);
    else if (box->dimension == 2)
        fill(box, point, STG_QUAD, 4, quad, cell);
    else if (box->simplex)
        fill(box, point, STG_TET, 4, tets[part], cell);
    else
        fill(box, point, STG_HEX, 8, hex, cell);
}

static void fill_facet(const struct box *box, int side, int64_t block,
                       int part, struct box_cell *cell)
{
    int axis = side / 2, corner[3];
    int64_t at = side % 2 ? box->cells[axis] - 1 : 0;
    int64_t point = corner_of(box, block, axis, at);

    cell->group = 1 + side;
    if (box->dimension == 2) {
        fill(box, point, STG_LINE, 2, side_lines[side], cell);
    } else if (box->simplex) {
        for (int i = 0; i < 3; i++)
            corner[i] = side_quads[side][halves[part][i]];
        fill(box, point, STG_TRIANGLE, 3, corner, cell);
    } else {
        fill(box, point, STG_QUAD, 4, side_quads[side], cell);
    }
}

static void fill_edge(const struct box *box, int edge, int64_t piece,
                      struct box_cell *cell)
{
    int along = 2 - edge / 4, bit = 0;
    int64_t point = piece * stride(box, along);

    for (int axis = 0; axis < 3; axis++)
        if (axis != along && edge >> bit++ & 1)
            point += box->cells[axis] * stride(box, axis);
    *cell = (struct box_cell){ STG_LINE, 2, 1 + BOX_SIDES + edge,
                               { point, point + stride(box, along) } };
}

void box_cell(const struct box *box, int64_t i, struct box_cell *cell)
{
    int parts = parts_of_block(box);
    int side = 0, edge = 0;

    if (i < box_cells(box)) {
        fill_block(box, i / parts, (int)(i % parts), cell);
        return;
    }
    i -= box_cells(box);
    if (i >= box_facets(box)) {
        i -= box_facets(box);
        while (i >= box->cells[2 - edge / 4])
            i -= box->cells[2 - edge++ / 4];
        fill_edge(box, edge, i, cell);
        return;
    }
    parts = parts_of_side(box);
    while (i >= side_blocks(box, side / 2) * parts) {
        i -= side_blocks(box, side / 2) * parts;
        side++;
    }
    fill_facet(box, side, i / parts, (int)(i % parts), cell);
}
