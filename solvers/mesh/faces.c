/* faces.c - collect the faces of all cells, look up facets among them */
#include "mesh/faces.h"

#include <stdlib.h>

#include "mesh/shape.h"

#define FACES_MAX 6

/* The faces of a cell as corners of it; -1 fills up. */
static const struct {
    enum stg_cell cell;
    int faces;
    int face[FACES_MAX][FACE_CORNERS_MAX];
} types[] = {
    { STG_TRIANGLE, 3,
      { { 0, 1, -1, -1 }, { 1, 2, -1, -1 }, { 2, 0, -1, -1 } } },
    { STG_QUAD, 4,
      { { 0, 1, -1, -1 }, { 1, 2, -1, -1 }, { 2, 3, -1, -1 },
        { 3, 0, -1, -1 } } },
    { STG_TET, 4,
      { { 0, 1, 2, -1 }, { 0, 1, 3, -1 }, { 1, 2, 3, -1 }, { 0, 2, 3, -1 } } },
    { STG_HEX, 6,
      { { 0, 1, 2, 3 }, { 4, 5, 6, 7 }, { 0, 1, 5, 4 }, { 1, 2, 6, 5 },
        { 2, 3, 7, 6 }, { 3, 0, 4, 7 } } },
    { STG_WEDGE, 5,
      { { 0, 1, 2, -1 }, { 3, 4, 5, -1 }, { 0, 1, 4, 3 }, { 1, 2, 5, 4 },
        { 2, 0, 3, 5 } } },
    { STG_PYRAMID, 5,
      { { 0, 1, 2, 3 }, { 0, 1, 4, -1 }, { 1, 2, 4, -1 }, { 2, 3, 4, -1 },
        { 3, 0, 4, -1 } } },
};

static int compare_corners(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static int compare_faces(const void *a, const void *b)
{
    const struct face *f = a, *g = b;

    for (int i = 0; i < FACE_CORNERS_MAX; i++)
        if (f->corner[i] != g->corner[i])
            return f->corner[i] < g->corner[i] ? -1 : 1;
    return 0;
}

static int compare_cells(const void *a, const void *b)
{
    const struct face *f = a, *g = b;
    int order = compare_faces(a, b);

    return order ? order : (f->cell > g->cell) - (f->cell < g->cell);
}

bool faces_equal(const struct face *a, const struct face *b)
{
    return compare_faces(a, b) == 0;
}

/* The face with these nodes of a cell. */
static void make_face(const int64_t *node, const int *at, struct face *face)
{
    for (int i = 0; i < FACE_CORNERS_MAX; i++)
        face->corner[i] = at[i] < 0 ? -1 : node[at[i]];
    qsort(face->corner, FACE_CORNERS_MAX, sizeof(face->corner[0]),
          compare_corners);
}

/* Append the faces of a cell; returns how many. */
static int64_t add_faces(const struct stg_mesh *mesh, int64_t i,
                         struct face *face)
{
    for (size_t t = 0; t < sizeof(types) / sizeof(types[0]); t++) {
        if (types[t].cell != shape_straight(mesh->type[i])->cell)
            continue;
        for (int k = 0; k < types[t].faces; k++) {
            make_face(mesh->node + mesh->offset[i], types[t].face[k],
                      &face[k]);
            face[k].cell = i;
        }
        return types[t].faces;
    }
    return 0;
}

static bool is_facet(const struct stg_mesh *mesh, int64_t i)
{
    return stg_cell_type(mesh->type[i])->dimension == mesh->dimension - 1;
}

PetscErrorCode faces_sort(const struct stg_mesh *mesh, struct face **list,
                          int64_t *n)
{
    int64_t cells = 0;

    *n = 0;
    for (int64_t i = 0; i < mesh->my_cells; i++)
        cells += !is_facet(mesh, i);
    PetscCall(PetscMalloc1(FACES_MAX * cells + 1, list));
    for (int64_t i = 0; i < mesh->my_cells; i++)
        if (!is_facet(mesh, i))
            *n += add_faces(mesh, i, *list + *n);
    qsort(*list, (size_t)*n, sizeof(**list), compare_cells);
    return 0;
}

int64_t faces_loose(const struct stg_mesh *mesh, const struct face *list,
                    int64_t n, int64_t *first)
{
    int64_t loose = 0;

    *first = -1;
    for (int64_t i = 0; i < mesh->my_cells; i++) {
        const int corners = shape_straight(mesh->type[i])->nodes;
        int at[FACE_CORNERS_MAX];
        struct face key;

        if (!is_facet(mesh, i))
            continue;
        for (int k = 0; k < FACE_CORNERS_MAX; k++)
            at[k] = k < corners ? k : -1;
        make_face(mesh->node + mesh->offset[i], at, &key);
        if (bsearch(&key, list, (size_t)n, sizeof(key), compare_faces))
            continue;
        if (loose++ == 0)
            *first = i;
    }
    return loose;
}
