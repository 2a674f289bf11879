/* shape.c - volume, angles and the like of single cells */
#include "mesh/shape.h"

#include <math.h>

#define FACES_MAX 6

/* Edges follow from the faces; corners are a node and its neighbours in a
 * right-handed order, and 'ideal' makes the best possible corner 1. */
static const struct solid {
    enum stg_cell cell;
    double ideal;
    int corners, faces;
    int corner[8][4];
    int face[FACES_MAX][4]; /* seen from outside; -1: a triangle */
} solids[] = {
    { STG_TET, M_SQRT2, 4, 4,
      { { 0, 1, 2, 3 }, { 1, 2, 0, 3 }, { 2, 0, 1, 3 }, { 3, 0, 2, 1 } },
      { { 0, 2, 1, -1 }, { 0, 1, 3, -1 }, { 1, 2, 3, -1 }, { 0, 3, 2, -1 } } },
    { STG_HEX, 1, 8, 6,
      { { 0, 1, 3, 4 }, { 1, 2, 0, 5 }, { 2, 3, 1, 6 }, { 3, 0, 2, 7 },
        { 4, 7, 5, 0 }, { 5, 4, 6, 1 }, { 6, 5, 7, 2 }, { 7, 6, 4, 3 } },
      { { 0, 3, 2, 1 }, { 4, 5, 6, 7 }, { 0, 1, 5, 4 }, { 1, 2, 6, 5 },
        { 2, 3, 7, 6 }, { 3, 0, 4, 7 } } },
    { STG_WEDGE, 1.1547005383792515, 6, 5, /* 2 / sqrt(3) */
      { { 0, 1, 2, 3 }, { 1, 2, 0, 4 }, { 2, 0, 1, 5 }, { 3, 5, 4, 0 },
        { 4, 3, 5, 1 }, { 5, 4, 3, 2 } },
      { { 0, 2, 1, -1 }, { 3, 4, 5, -1 }, { 0, 1, 4, 3 }, { 1, 2, 5, 4 },
        { 2, 0, 3, 5 } } },
    { STG_PYRAMID, M_SQRT2, 4, 5,
      { { 0, 1, 3, 4 }, { 1, 2, 0, 4 }, { 2, 3, 1, 4 }, { 3, 0, 2, 4 } },
      { { 0, 3, 2, 1 }, { 0, 1, 4, -1 }, { 1, 2, 4, -1 }, { 2, 3, 4, -1 },
        { 3, 0, 4, -1 } } },
};

const struct stg_cell_type *shape_straight(int cell)
{
    static const enum stg_cell straight[] = {
        [STG_LINE3] = STG_LINE, [STG_TRIANGLE6] = STG_TRIANGLE,
        [STG_QUAD8] = STG_QUAD, [STG_QUAD9] = STG_QUAD,
        [STG_TET10] = STG_TET,  [STG_HEX20] = STG_HEX,
        [STG_HEX27] = STG_HEX,
    };

    if (cell >= STG_LINE3 && cell <= STG_HEX27)
        cell = straight[cell];
    return stg_cell_type(cell);
}

static void minus(const double *a, const double *b, double c[3])
{
    for (int i = 0; i < 3; i++)
        c[i] = a[i] - b[i];
}

static double dot(const double *a, const double *b)
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static double length(const double *a)
{
    return sqrt(dot(a, a));
}

static void cross(const double *a, const double *b, double c[3])
{
    c[0] = a[1] * b[2] - a[2] * b[1];
    c[1] = a[2] * b[0] - a[0] * b[2];
    c[2] = a[0] * b[1] - a[1] * b[0];
}

/* The lesser; a corner between edges of no length is flat. */
static double lesser(double low, double jacobian)
{
    return isnan(jacobian) ? fmin(low, 0) : fmin(low, jacobian);
}

/* --- polygons ------------------------------------------------------------- */

/* The vector of the area of a polygon; its direction is the normal. */
static void area_vector(double x[][3], const int *node, int n, double area[3])
{
    double a[3], b[3], part[3];

    area[0] = area[1] = area[2] = 0;
    for (int i = 1; i + 1 < n; i++) {
        minus(x[node[i]], x[node[0]], a);
        minus(x[node[i + 1]], x[node[0]], b);
        cross(a, b, part);
        for (int k = 0; k < 3; k++)
            area[k] += part[k] / 2;
    }
}

struct edges {
    double low, high, sum;
};

static void count_edge(const double *a, const double *b, struct edges *edges)
{
    double edge[3], l;

    minus(a, b, edge);
    l = length(edge);
    edges->low = fmin(edges->low, l);
    edges->high = fmax(edges->high, l);
    edges->sum += l;
}

static double angle_between(const double *a, const double *b)
{
    double across[3];

    cross(a, b, across);
    return atan2(length(across), dot(a, b));
}

/* A corner of a polygon whose unit normal is 'normal'. */
static void polygon_corner(double x[][3], int n, int i, const double *normal,
                           struct shape *shape)
{
    double ideal = n == 3 ? 1.1547005383792515 : 1; /* 1 / sin(60 or 90 deg) */
    double a[3], b[3], across[3], angle;

    minus(x[(i + 1) % n], x[i], a);
    minus(x[(i + n - 1) % n], x[i], b);
    cross(a, b, across);
    angle = atan2(dot(across, normal), dot(a, b));
    shape->angle_min = fmin(shape->angle_min, angle);
    shape->angle_max = fmax(shape->angle_max, angle);
    shape->jacobian = lesser(shape->jacobian, ideal * dot(across, normal) /
                                                  (length(a) * length(b)));
}

static void polygon_shape(double x[][3], int n, struct shape *shape)
{
    static const int node[4] = { 0, 1, 2, 3 };
    struct edges edges = { INFINITY, 0, 0 };
    double normal[3];

    area_vector(x, node, n, normal);
    shape->measure = length(normal);
    for (int k = 0; k < 3; k++)
        normal[k] /= shape->measure;
    for (int i = 0; i < n; i++) {
        count_edge(x[i], x[(i + 1) % n], &edges);
        polygon_corner(x, n, i, normal, shape);
    }
    shape->edge_ratio = edges.high / edges.low;
    shape->aspect = shape->edge_ratio;
    if (n == 3)
        shape->aspect = edges.high * edges.sum /
                        (4 * sqrt(3) * shape->measure);
}

/* --- solids --------------------------------------------------------------- */

static int nodes_of_face(const int *face)
{
    return face[3] < 0 ? 3 : 4;
}

static bool share_edge(const int *a, const int *b)
{
    int shared = 0;

    for (int i = 0; i < nodes_of_face(a); i++)
        for (int k = 0; k < nodes_of_face(b); k++)
            shared += a[i] == b[k];
    return shared == 2;
}

static void solid_angles(const struct solid *solid, double area[][3],
                         struct shape *shape)
{
    for (int i = 0; i < solid->faces; i++) {
        for (int k = i + 1; k < solid->faces; k++) {
            double angle = M_PI - angle_between(area[i], area[k]);

            if (!share_edge(solid->face[i], solid->face[k]))
                continue;
            shape->angle_min = fmin(shape->angle_min, angle);
            shape->angle_max = fmax(shape->angle_max, angle);
        }
    }
}

static void solid_corners(const struct solid *solid, double x[][3],
                          struct shape *shape)
{
    for (int i = 0; i < solid->corners; i++) {
        const int *corner = solid->corner[i];
        double a[3], b[3], c[3], across[3];

        minus(x[corner[1]], x[corner[0]], a);
        minus(x[corner[2]], x[corner[0]], b);
        minus(x[corner[3]], x[corner[0]], c);
        cross(a, b, across);
        shape->jacobian =
            lesser(shape->jacobian, solid->ideal * dot(across, c) /
                                        (length(a) * length(b) * length(c)));
    }
}

/* By the divergence theorem, with the faces cut into triangles. */
static double solid_volume(const struct solid *solid, double x[][3])
{
    double sum = 0, a[3], b[3], c[3], across[3];

    for (int i = 0; i < solid->faces; i++) {
        const int *face = solid->face[i];

        for (int k = 1; k + 1 < nodes_of_face(face); k++) {
            minus(x[face[0]], x[0], a);
            minus(x[face[k]], x[0], b);
            minus(x[face[k + 1]], x[0], c);
            cross(a, b, across);
            sum += dot(across, c) / 6;
        }
    }
    return sum;
}

static void solid_shape(const struct solid *solid, double x[][3],
                        struct shape *shape)
{
    struct edges edges = { INFINITY, 0, 0 };
    double area[FACES_MAX][3], surface = 0;

    for (int i = 0; i < solid->faces; i++) {
        const int *face = solid->face[i];
        int n = nodes_of_face(face);

        area_vector(x, face, n, area[i]);
        surface += length(area[i]);
        for (int k = 0; k < n; k++)
            count_edge(x[face[k]], x[face[(k + 1) % n]], &edges);
    }
    shape->measure = solid_volume(solid, x);
    solid_angles(solid, area, shape);
    solid_corners(solid, x, shape);
    shape->edge_ratio = edges.high / edges.low;
    shape->aspect = shape->edge_ratio;
    if (solid->cell == STG_TET)
        shape->aspect = edges.high * surface /
                        (6 * sqrt(6) * fabs(shape->measure));
}

void shape_of(enum stg_cell cell, double x[][3], struct shape *shape)
{
    struct edges edges = { INFINITY, 0, 0 };

    cell = shape_straight(cell)->cell;
    *shape = (struct shape){ .jacobian = INFINITY, .angle_min = INFINITY,
                             .angle_max = -INFINITY };
    for (size_t i = 0; i < sizeof(solids) / sizeof(solids[0]); i++)
        if (solids[i].cell == cell)
            solid_shape(&solids[i], x, shape);
    if (cell == STG_TRIANGLE)
        polygon_shape(x, 3, shape);
    if (cell == STG_QUAD)
        polygon_shape(x, 4, shape);
    if (cell == STG_VERTEX)
        *shape = (struct shape){ 0, NAN, NAN, NAN, NAN, NAN };
    if (cell == STG_LINE) {
        count_edge(x[0], x[1], &edges);
        *shape = (struct shape){ edges.high, NAN, NAN, NAN, NAN, NAN };
    }
}
