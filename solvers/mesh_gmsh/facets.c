/* facets.c - look up each facet among the faces of all cells */
#include "mesh_gmsh/facets.h"

#include <stdlib.h>
#include <string.h>

#define FACE_NODES_MAX 4

/* The faces of a cell as nodes in it; -1 fills up. */
static const struct {
    enum stg_cell cell;
    int faces;
    int face[6][FACE_NODES_MAX];
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

/* Its points in rising order; -1 first where there are fewer than four. */
struct face {
    int64_t node[FACE_NODES_MAX];
};

static int compare_nodes(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static int compare_faces(const void *a, const void *b)
{
    const struct face *f = a, *g = b;

    for (int i = 0; i < FACE_NODES_MAX; i++)
        if (f->node[i] != g->node[i])
            return f->node[i] < g->node[i] ? -1 : 1;
    return 0;
}

/* The face of 'cell' with these nodes of it. */
static void make_face(const int64_t *cell, const int *nodes,
                      struct face *face)
{
    for (int i = 0; i < FACE_NODES_MAX; i++)
        face->node[i] = nodes[i] < 0 ? -1 : cell[nodes[i]];
    qsort(face->node, FACE_NODES_MAX, sizeof(face->node[0]), compare_nodes);
}

/* Append the faces of a cell; returns how many. */
static int64_t add_faces(const struct stg_mesh *mesh, int64_t i,
                         struct face *face)
{
    for (size_t t = 0; t < sizeof(types) / sizeof(types[0]); t++) {
        if (types[t].cell != (enum stg_cell)mesh->type[i])
            continue;
        for (int k = 0; k < types[t].faces; k++)
            make_face(mesh->node + mesh->offset[i], types[t].face[k],
                      &face[k]);
        return types[t].faces;
    }
    return 0;
}

static PetscErrorCode look_up(struct stg_task *task,
                              const struct stg_mesh *mesh,
                              const struct face *face, int64_t faces,
                              int64_t first_facet)
{
    for (int64_t i = first_facet; i < mesh->my_cells; i++) {
        const int nodes = stg_cell_type(mesh->type[i])->nodes;
        int list[FACE_NODES_MAX];
        struct face key;

        for (int k = 0; k < FACE_NODES_MAX; k++)
            list[k] = k < nodes ? k : -1;
        make_face(mesh->node + mesh->offset[i], list, &key);
        if (!bsearch(&key, face, (size_t)faces, sizeof(key), compare_faces))
            return stg_fail(task, "group '%s' is not on the surface of any "
                            "cell that is in a group; put what it bounds "
                            "into a group too, or drop it",
                            stg_group_with_id(mesh, mesh->group[i])->name);
    }
    return 0;
}

PetscErrorCode facets_check(struct stg_task *task,
                            const struct stg_mesh *mesh)
{
    struct face *face = NULL;
    int64_t cells = 0, faces = 0;
    PetscErrorCode rc;

    while (cells < mesh->my_cells &&
           stg_cell_type(mesh->type[cells])->dimension == mesh->dimension)
        cells++;
    if (cells == mesh->my_cells)
        return 0;
    PetscCall(PetscMalloc1(6 * cells + 1, &face));
    for (int64_t i = 0; i < cells; i++)
        faces += add_faces(mesh, i, &face[faces]);
    qsort(face, (size_t)faces, sizeof(*face), compare_faces);
    rc = look_up(task, mesh, face, faces, cells);
    PetscFree(face);
    return rc;
}
