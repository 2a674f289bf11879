/* scene.c - outer faces, cells and cuts as triangles */
#include "post_picture/scene.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PARTS 4 /* of the side of a piece that is not flat */

PetscErrorCode scene_add(struct scene *scene,
                         const struct scene_triangle *triangle)
{
    PetscFunctionBeginUser;
    if (scene->n == scene->room) {
        scene->room = 2 * scene->room + 1024;
        PetscCall(PetscRealloc(scene->room * sizeof(*scene->triangle),
                               &scene->triangle));
    }
    if (scene->n == 0) {
        scene->min = INFINITY;
        scene->max = -INFINITY;
    }
    for (int i = 0; i < 3; i++) {
        scene->min = fmin(scene->min, triangle->v[i].value);
        scene->max = fmax(scene->max, triangle->v[i].value);
    }
    scene->triangle[scene->n++] = *triangle;
    PetscFunctionReturn(0);
}

void scene_release(struct scene *scene)
{
    PetscFree(scene->triangle);
    *scene = (struct scene){ 0 };
}

/* --- faces of the reference elements -------------------------------------- */

/* A corner and the two sides from it, in reference coordinates; and the
 * corners of the cell that it has. */
struct face {
    double at[3], side[2][3];
    int corners, corner[4];
};

static const struct face flat[2] = {
    { { 0, 0, 0 }, { { 1, 0, 0 }, { 0, 1, 0 } }, 3, { 0, 1, 2 } },
    { { 0, 0, 0 }, { { 1, 0, 0 }, { 0, 1, 0 } }, 4, { 0, 1, 2, 3 } },
};
static const struct face of_tet[4] = {
    { { 0, 0, 0 }, { { 0, 1, 0 }, { 1, 0, 0 } }, 3, { 0, 2, 1 } },
    { { 0, 0, 0 }, { { 1, 0, 0 }, { 0, 0, 1 } }, 3, { 0, 1, 3 } },
    { { 0, 0, 0 }, { { 0, 0, 1 }, { 0, 1, 0 } }, 3, { 0, 3, 2 } },
    { { 1, 0, 0 }, { { -1, 1, 0 }, { -1, 0, 1 } }, 3, { 1, 2, 3 } },
};
static const struct face of_hex[6] = {
    { { 0, 0, 0 }, { { 0, 1, 0 }, { 1, 0, 0 } }, 4, { 0, 3, 2, 1 } },
    { { 0, 0, 1 }, { { 1, 0, 0 }, { 0, 1, 0 } }, 4, { 4, 5, 6, 7 } },
    { { 0, 0, 0 }, { { 1, 0, 0 }, { 0, 0, 1 } }, 4, { 0, 1, 5, 4 } },
    { { 0, 1, 0 }, { { 0, 0, 1 }, { 1, 0, 0 } }, 4, { 3, 7, 6, 2 } },
    { { 0, 0, 0 }, { { 0, 0, 1 }, { 0, 1, 0 } }, 4, { 0, 4, 7, 3 } },
    { { 1, 0, 0 }, { { 0, 1, 0 }, { 0, 0, 1 } }, 4, { 1, 2, 6, 5 } },
};

static const struct face *faces_of(const struct fe_elem *elem, int *n)
{
    if (elem->dim == 2) {
        *n = 1;
        return &flat[!elem->simplex];
    }
    *n = elem->simplex ? 4 : 6;
    return elem->simplex ? of_tet : of_hex;
}

/* --- pieces --------------------------------------------------------------- */

struct cell {
    const struct fe_elem *elem;
    double x[FE_MAX_NODES][3], v[FE_MAX_NODES];
    int group;
};

static void take_cell(const struct post_field *f, const struct fe_block *block,
                      PetscInt first, PetscInt c, struct cell *cell)
{
    cell->elem = block->elem;
    cell->group = (int)block->group[c];
    fe_mesh_corners(f->mesh, block, c, cell->x);
    if (f->value)
        post_cell_values(f, block, first, c, cell->v);
    else
        memset(cell->v, 0, sizeof(cell->v));
}

/* The point of a face at (a, b). */
static struct post_vertex face_point(const struct cell *cell,
                                     const struct face *face, double a,
                                     double b)
{
    double xi[3], n[FE_MAX_NODES], dn[FE_MAX_NODES][3];
    struct post_vertex v = { { 0, 0, 0 }, 0 };

    for (int k = 0; k < 3; k++)
        xi[k] = face->at[k] + a * face->side[0][k] + b * face->side[1][k];
    fe_elem_shape(cell->elem, xi, n, dn);
    for (int i = 0; i < cell->elem->nodes; i++) {
        for (int k = 0; k < 3; k++)
            v.x[k] += n[i] * cell->x[i][k];
        v.value += n[i] * cell->v[i];
    }
    return v;
}

/* One of the two triangles of square (i, j) of n x n; 'upper' is the one away
 * from the corner. */
static PetscErrorCode add_part(const struct cell *cell,
                               const struct face *face, int n, int i, int j,
                               bool upper, struct scene *scene)
{
    static const int step[2][3][2] = {
        { { 0, 0 }, { 1, 0 }, { 0, 1 } }, { { 1, 1 }, { 0, 1 }, { 1, 0 } },
    };
    bool triangle = face->corners == 3;
    struct scene_triangle t = { .group = cell->group };

    for (int k = 0; k < 3; k++)
        t.v[k] = face_point(cell, face, (double)(i + step[upper][k][0]) / n,
                            (double)(j + step[upper][k][1]) / n);
    /* Side 1 has a constant first coordinate, side 2 the second. */
    if (upper)
        t.edges = (unsigned)(i + 1 == n && !triangle) << 1 |
                  (unsigned)(j + 1 == n && !triangle) << 2;
    else
        t.edges = (unsigned)(triangle && i + j + 1 == n) |
                  (unsigned)(i == 0) << 1 | (unsigned)(j == 0) << 2;
    return scene_add(scene, &t);
}

static PetscErrorCode add_face(const struct cell *cell,
                               const struct face *face, struct scene *scene)
{
    bool triangle = face->corners == 3;
    int n = triangle && cell->elem->order == 1 ? 1 : PARTS;

    PetscFunctionBeginUser;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < (triangle ? n - i : n); j++) {
            PetscCall(add_part(cell, face, n, i, j, false, scene));
            if (!triangle || i + j + 1 < n)
                PetscCall(add_part(cell, face, n, i, j, true, scene));
        }
    PetscFunctionReturn(0);
}

/* --- outer faces ---------------------------------------------------------- */

struct known_face {
    PetscInt corner[4]; /* sorted; -1 before those of a triangle */
    PetscInt block, cell;
    int face;
};

static int by_corners(const void *a, const void *b)
{
    const struct known_face *p = a, *q = b;

    for (int i = 3; i >= 0; i--)
        if (p->corner[i] != q->corner[i])
            return p->corner[i] < q->corner[i] ? -1 : 1;
    return 0;
}

static int by_number(const void *a, const void *b)
{
    const PetscInt *p = a, *q = b;

    return (*p > *q) - (*p < *q);
}

static void note_face(const struct fe_block *block, PetscInt c,
                      const struct face *face, struct known_face *known)
{
    for (int i = 0; i < 4; i++)
        known->corner[i] = i < face->corners
            ? block->node[c * block->elem->nodes + face->corner[i]] : -1;
    qsort(known->corner, 4, sizeof(known->corner[0]), by_number);
}

/* All faces of solid cells, sorted so that the same ones are together. */
static PetscErrorCode list_faces(const struct fe_mesh *mesh, size_t *n,
                                 struct known_face **list)
{
    size_t room = 0;

    PetscFunctionBeginUser;
    for (int b = 0; b < mesh->n_cell_blocks; b++)
        room += 6 * (size_t)mesh->block[b].n;
    PetscCall(PetscMalloc1(room, list));
    *n = 0;
    for (int b = 0; b < mesh->n_cell_blocks; b++) {
        const struct fe_block *block = &mesh->block[b];
        int faces;
        const struct face *face = faces_of(block->elem, &faces);

        for (PetscInt c = 0; c < block->n; c++)
            for (int k = 0; k < faces; k++) {
                struct known_face *known = &(*list)[(*n)++];

                *known = (struct known_face){ .block = b, .cell = c,
                                              .face = k };
                note_face(block, c, &face[k], known);
            }
    }
    qsort(*list, *n, sizeof(**list), by_corners);
    PetscFunctionReturn(0);
}

static PetscInt first_of(const struct fe_mesh *mesh, PetscInt block)
{
    PetscInt first = 0;

    for (PetscInt b = 0; b < block; b++)
        first += mesh->block[b].n;
    return first;
}

static PetscErrorCode add_outer(const struct post_field *f,
                                struct scene *scene)
{
    struct known_face *list = NULL;
    struct cell cell;
    size_t n = 0, end;

    PetscFunctionBeginUser;
    PetscCall(list_faces(f->mesh, &n, &list));
    for (size_t i = 0; i < n; i = end) {
        const struct fe_block *block = &f->mesh->block[list[i].block];
        int faces;

        for (end = i + 1; end < n; end++)
            if (by_corners(&list[i], &list[end]) != 0)
                break;
        if (end - i > 1)
            continue;
        take_cell(f, block, first_of(f->mesh, list[i].block), list[i].cell,
                  &cell);
        PetscCall(add_face(&cell, faces_of(block->elem, &faces) +
                           list[i].face, scene));
    }
    PetscCall(PetscFree(list));
    PetscFunctionReturn(0);
}

PetscErrorCode scene_surface(const struct post_field *f, struct scene *scene)
{
    struct cell cell;
    int faces;

    PetscFunctionBeginUser;
    if (f->mesh->dim == 3)
        PetscCall(add_outer(f, scene));
    for (int b = 0; f->mesh->dim == 2 && b < f->mesh->n_cell_blocks; b++) {
        const struct fe_block *block = &f->mesh->block[b];

        for (PetscInt c = 0; c < block->n; c++) {
            take_cell(f, block, first_of(f->mesh, b), c, &cell);
            PetscCall(add_face(&cell, faces_of(block->elem, &faces), scene));
        }
    }
    PetscFunctionReturn(0);
}

/* --- images --------------------------------------------------------------- */

/* The rectangle of the points from (i, j) to before (i_end, j_end). */
static PetscErrorCode add_rectangle(const struct post_image *image, int64_t i,
                                    int64_t j, int64_t i_end, int64_t j_end,
                                    struct scene *scene)
{
    const struct stg_raster *r = &image->raster;
    double half[2] = { 0.5 * r->dx, 0.5 * r->dy }, from[3], to[3];
    double value = post_image_at(image, (j + j_end) / 2, (i + i_end) / 2, to);
    bool single = i_end == i + 1 && j_end == j + 1;
    struct post_vertex v[4];

    if (isnan(value))
        return 0;
    (void)post_image_at(image, j, i, from);
    (void)post_image_at(image, j_end - 1, i_end - 1, to);
    for (int k = 0; k < 4; k++) {
        bool east = k == 1 || k == 2, north = k > 1;

        v[k] = (struct post_vertex){
            { east ? to[0] + half[0] : from[0] - half[0],
              north ? to[1] + half[1] : from[1] - half[1], 0 }, value };
    }
    PetscCall(scene_add(scene, &(struct scene_triangle){
        { v[0], v[1], v[2] }, -1, single ? 1 | 4 : 0 }));
    return scene_add(scene, &(struct scene_triangle){
        { v[0], v[2], v[3] }, -1, single ? 1 | 2 : 0 });
}

PetscErrorCode scene_image(const struct post_image *image, int columns,
                           int rows, struct scene *scene)
{
    int64_t nx = image->raster.nx, ny = image->raster.ny;
    int64_t wide = (nx + columns - 1) / columns, high = (ny + rows - 1) / rows;
    int64_t step = wide > high ? wide : high;

    PetscFunctionBeginUser;
    for (int64_t j = 0; j < ny; j += step)
        for (int64_t i = 0; i < nx; i += step)
            PetscCall(add_rectangle(image, i, j,
                                    i + step < nx ? i + step : nx,
                                    j + step < ny ? j + step : ny, scene));
    for (int64_t k = 0; k < nx * ny; k++) {
        scene->min = fmin(scene->min, image->value[k]);
        scene->max = fmax(scene->max, image->value[k]);
    }
    PetscFunctionReturn(0);
}

/* --- cuts ----------------------------------------------------------------- */

struct cut_taker {
    struct scene *scene;
    int group;
    PetscErrorCode rc;
};

static void take_piece(const struct post_vertex v[], int n, void *user)
{
    struct cut_taker *taker = user;
    struct scene_triangle t = { { v[0], v[1], v[n - 1] }, taker->group, 0 };

    if (!taker->rc)
        taker->rc = scene_add(taker->scene, &t);
}

PetscErrorCode scene_cut(const struct post_field *f,
                         const struct post_plane *plane, struct scene *scene)
{
    struct cut_taker taker = { scene, -1, 0 };
    struct cell cell;

    PetscFunctionBeginUser;
    for (int b = 0; b < f->mesh->n_cell_blocks; b++) {
        const struct fe_block *block = &f->mesh->block[b];

        for (PetscInt c = 0; c < block->n; c++) {
            take_cell(f, block, first_of(f->mesh, b), c, &cell);
            taker.group = cell.group;
            post_cut_cell(cell.elem, cell.x, cell.v, plane, take_piece,
                          &taker);
        }
    }
    PetscCall(taker.rc);
    PetscFunctionReturn(0);
}
