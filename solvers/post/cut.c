/* cut.c - simplices of a cell, and what a plane cuts out of them */
#include "post/cut.h"

#include <math.h>
#include <string.h>

#include "fe/map.h"

/* --- simplices ------------------------------------------------------------ */

/* Corners of the simplices of a reference shape, in VTK's order of nodes. */
static const unsigned char segment[][4] = { { 0, 1 } };
static const unsigned char triangle[][4] = { { 0, 1, 2 } };
static const unsigned char quad[][4] = { { 0, 1, 2 }, { 0, 2, 3 } };
static const unsigned char tet[][4] = { { 0, 1, 2, 3 } };
static const unsigned char hex[][4] = { /* round the diagonal 0-6 */
    { 0, 1, 2, 6 }, { 0, 2, 3, 6 }, { 0, 3, 7, 6 },
    { 0, 7, 4, 6 }, { 0, 4, 5, 6 }, { 0, 5, 1, 6 },
};
static const unsigned char segment3[][4] = { { 0, 2 }, { 2, 1 } };
static const unsigned char triangle6[][4] = {
    { 0, 3, 5 }, { 3, 1, 4 }, { 5, 4, 2 }, { 3, 4, 5 },
};
static const unsigned char quad8[][4] = {
    { 0, 4, 7 }, { 4, 1, 5 }, { 5, 2, 6 }, { 6, 3, 7 }, { 4, 5, 6 },
    { 4, 6, 7 },
};
static const unsigned char quad9[][4] = { /* a fan round the middle */
    { 0, 4, 8 }, { 4, 1, 8 }, { 1, 5, 8 }, { 5, 2, 8 }, { 2, 6, 8 },
    { 6, 3, 8 }, { 3, 7, 8 }, { 7, 0, 8 },
};
static const unsigned char tet10[][4] = {
    { 0, 4, 6, 7 }, { 4, 1, 5, 8 }, { 6, 5, 2, 9 }, { 7, 8, 9, 3 },
    { 4, 5, 6, 8 }, { 4, 6, 7, 8 }, { 5, 9, 6, 8 }, { 6, 9, 7, 8 },
};
static const unsigned char hex27[8][8] = { /* eight hexahedra */
    { 0, 8, 24, 11, 16, 22, 26, 20 }, { 8, 1, 9, 24, 22, 17, 21, 26 },
    { 24, 9, 2, 10, 26, 21, 18, 23 }, { 11, 24, 10, 3, 20, 26, 23, 19 },
    { 16, 22, 26, 20, 4, 12, 25, 15 }, { 22, 17, 21, 26, 12, 5, 13, 25 },
    { 26, 21, 18, 23, 25, 13, 6, 14 }, { 20, 26, 23, 19, 15, 25, 14, 7 },
};

static const struct {
    int vtk, n;
    const unsigned char (*simplex)[4];
} shapes[] = {
    { 3, 1, segment }, { 5, 1, triangle }, { 9, 2, quad }, { 10, 1, tet },
    { 12, 6, hex }, { 21, 2, segment3 }, { 22, 4, triangle6 },
    { 23, 6, quad8 }, { 24, 8, tet10 }, { 28, 8, quad9 },
    { 25, 6, hex }, /* its middle nodes are not used */
};
#define N_SHAPES (sizeof(shapes) / sizeof(shapes[0]))

/* --- cutting -------------------------------------------------------------- */

struct cut {
    int dim;
    const double (*x)[3];
    const double *value;
    double above[FE_MAX_NODES]; /* distance of each node from the plane */
    post_take_piece *take;
    void *user;
};

static struct post_vertex between(const struct cut *cut, int a, int b)
{
    double s = cut->above[a] / (cut->above[a] - cut->above[b]);
    struct post_vertex v;

    for (int k = 0; k < 3; k++)
        v.x[k] = cut->x[a][k] + s * (cut->x[b][k] - cut->x[a][k]);
    v.value = cut->value[a] + s * (cut->value[b] - cut->value[a]);
    return v;
}

static void cut_simplex(const struct cut *cut, const int node[4])
{
    int up[4], down[4], n_up = 0, n_down = 0, n = 0;
    struct post_vertex v[4];

    for (int i = 0; i <= cut->dim; i++) {
        if (cut->above[node[i]] >= 0)
            up[n_up++] = node[i];
        else
            down[n_down++] = node[i];
    }
    if (n_up == 0 || n_down == 0)
        return;
    for (int i = 0; i < n_up; i++) /* a quadrilateral in the order of its */
        for (int k = 0; k < n_down; k++) /* sides: 00 01 11 10 */
            v[n++] = between(cut, up[i], down[i % 2 ? n_down - 1 - k : k]);
    cut->take(v, cut->dim, cut->user);
    if (n == 4)
        cut->take((struct post_vertex[]){ v[0], v[2], v[3] }, 3, cut->user);
}

void post_cut_cell(const struct fe_elem *elem, const double x[][3],
                   const double value[], const struct post_plane *plane,
                   post_take_piece *take, void *user)
{
    struct cut cut = { elem->dim, x, value, { 0 }, take, user };
    bool up = false, down = false;

    for (int i = 0; i < elem->nodes; i++) {
        cut.above[i] = fe_dot(plane->normal, x[i]) - plane->offset;
        up = up || cut.above[i] >= 0;
        down = down || cut.above[i] < 0;
    }
    if (!up || !down)
        return;
    for (int h = 0; elem->vtk == 29 && h < 8; h++)
        for (int i = 0; i < 6; i++) {
            int node[4];

            for (int k = 0; k < 4; k++)
                node[k] = hex27[h][hex[i][k]];
            cut_simplex(&cut, node);
        }
    for (size_t s = 0; s < N_SHAPES; s++)
        for (int i = 0; shapes[s].vtk == elem->vtk && i < shapes[s].n; i++) {
            int node[4];

            for (int k = 0; k < 4; k++)
                node[k] = shapes[s].simplex[i][k];
            cut_simplex(&cut, node);
        }
}
