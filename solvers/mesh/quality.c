/* quality.c - collect the shapes of all cells into a table */
#include "mesh/quality.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mesh/faces.h"
#include "stage/table.h"

enum real { VOLUME, AREA, LENGTH, JACOBIAN_MIN, JACOBIAN_MEAN, JACOBIAN_MAX,
            ANGLE_MIN, ANGLE_MAX, ASPECT_MAX, EDGE_RATIO_MAX, REALS };
enum integer { PART, DIMENSION, CELLS, POINTS, BAD_CELLS, UNGROUPED_CELLS,
               LOOSE_FACETS, ORPHAN_POINTS, DUPLICATE_POINTS, EMPTY_GROUPS,
               INTEGERS };

static const struct stg_column reals[REALS] = {
    [VOLUME] = { .name = "volume", .unit = "m3" },
    [AREA] = { .name = "area", .unit = "m2" },
    [LENGTH] = { .name = "length", .unit = "m" },
    [JACOBIAN_MIN] = { .name = "scaled_jacobian_min", .unit = "1",
                       .long_name = "least scaled Jacobian; 1 is ideal" },
    [JACOBIAN_MEAN] = { .name = "scaled_jacobian_mean", .unit = "1" },
    [JACOBIAN_MAX] = { .name = "scaled_jacobian_max", .unit = "1" },
    [ANGLE_MIN] = { .name = "angle_min", .unit = "degree",
                    .long_name = "least angle between faces of a solid, or "
                                 "between edges of a flat cell" },
    [ANGLE_MAX] = { .name = "angle_max", .unit = "degree" },
    [ASPECT_MAX] = { .name = "aspect_max", .unit = "1",
                     .long_name = "largest aspect: longest edge over the "
                                  "inscribed radius, scaled to 1 at best" },
    [EDGE_RATIO_MAX] = { .name = "edge_ratio_max", .unit = "1",
                         .long_name = "largest ratio of the edges of a cell" },
};
static const struct stg_column integers[INTEGERS] = {
    [PART] = { .name = "part", .unit = "1",
               .long_name = "the whole mesh, a group, or a type of cell" },
    [DIMENSION] = { .name = "dimension", .unit = "1" },
    [CELLS] = { .name = "cells", .unit = "1" },
    [POINTS] = { .name = "points", .unit = "1" },
    [BAD_CELLS] = { .name = "bad_cells", .unit = "1",
                    .long_name = "cells that are flat or inside out" },
    [UNGROUPED_CELLS] = { .name = "ungrouped_cells", .unit = "1",
                          .long_name = "cells that are in no group" },
    [LOOSE_FACETS] = { .name = "loose_facets", .unit = "1",
                       .long_name = "facets that are the face of no cell" },
    [ORPHAN_POINTS] = { .name = "orphan_points", .unit = "1",
                        .long_name = "points that belong to no cell" },
    [DUPLICATE_POINTS] = { .name = "duplicate_points", .unit = "1",
                           .long_name = "points where another one lies" },
    [EMPTY_GROUPS] = { .name = "empty_groups", .unit = "1",
                       .long_name = "groups without cells" },
};

#define TYPES_MAX 15 /* of cells */

/* "mesh", "group.chip", "type.tetrahedron" */
#define PART_NAME_MAX (STG_GROUP_NAME_MAX + 16)

struct quality {
    size_t rows, room;
    char (*name)[PART_NAME_MAX];
    char *meanings; /* the names, blank-separated */
    double *real[REALS];
    int64_t *integer[INTEGERS];
};

/* --- rows ----------------------------------------------------------------- */

static PetscErrorCode make(size_t room, struct quality **quality)
{
    struct quality *q;

    PetscCall(PetscNew(&q));
    *quality = q;
    q->room = room;
    PetscCall(PetscCalloc1(room, &q->name));
    PetscCall(PetscCalloc1(room * PART_NAME_MAX, &q->meanings));
    for (int i = 0; i < REALS; i++)
        PetscCall(PetscCalloc1(room, &q->real[i]));
    for (int i = 0; i < INTEGERS; i++)
        PetscCall(PetscCalloc1(room, &q->integer[i]));
    return 0;
}

void quality_free(struct quality *quality)
{
    if (!quality)
        return;
    PetscFree(quality->name);
    PetscFree(quality->meanings);
    for (int i = 0; i < REALS; i++)
        PetscFree(quality->real[i]);
    for (int i = 0; i < INTEGERS; i++)
        PetscFree(quality->integer[i]);
    PetscFree(quality);
}

/* Characters that CF does not allow in a meaning become '_'. */
static void name_part(const char *kind, const char *name, char *part)
{
    snprintf(part, PART_NAME_MAX, "%s%s", kind, name);
    for (; *part; part++)
        if (!isalnum((unsigned char)*part) && !strchr("_-.+@", *part))
            *part = '_';
}

static size_t add_row(struct quality *q, const char *kind, const char *name,
                      int dimension)
{
    size_t row = q->rows++;

    name_part(kind, name, q->name[row]);
    q->integer[PART][row] = (int64_t)row;
    q->integer[DIMENSION][row] = dimension;
    q->real[JACOBIAN_MIN][row] = q->real[ANGLE_MIN][row] = INFINITY;
    q->real[JACOBIAN_MAX][row] = q->real[ANGLE_MAX][row] = -INFINITY;
    return row;
}

static void join_names(struct quality *q)
{
    size_t used = 0;

    for (size_t row = 0; row < q->rows; row++)
        used += (size_t)snprintf(q->meanings + used, PART_NAME_MAX, "%s%s",
                                 row ? " " : "", q->name[row]);
}

static void lower(double *low, double x)
{
    *low = x < *low ? x : *low;
}

static void raise(double *high, double x)
{
    *high = x > *high ? x : *high;
}

static void add_cell(struct quality *q, size_t row, const struct shape *shape)
{
    /* points add nothing to any of them */
    static const enum real measures[] = { VOLUME, LENGTH, AREA, VOLUME };
    const double degree = 180 / M_PI;

    q->integer[CELLS][row]++;
    q->integer[BAD_CELLS][row] += shape->jacobian <= 0;
    q->real[measures[q->integer[DIMENSION][row]]][row] += shape->measure;
    lower(&q->real[JACOBIAN_MIN][row], shape->jacobian);
    raise(&q->real[JACOBIAN_MAX][row], shape->jacobian);
    q->real[JACOBIAN_MEAN][row] += shape->jacobian;
    lower(&q->real[ANGLE_MIN][row], degree * shape->angle_min);
    raise(&q->real[ANGLE_MAX][row], degree * shape->angle_max);
    raise(&q->real[ASPECT_MAX][row], shape->aspect);
    raise(&q->real[EDGE_RATIO_MAX][row], shape->edge_ratio);
}

/* Sums become means, and what no cell has becomes NaN. */
static void finish_row(struct quality *q, size_t row)
{
    int64_t cells = q->integer[CELLS][row];
    bool none = cells == 0 || q->integer[DIMENSION][row] < 2;

    q->real[JACOBIAN_MEAN][row] /= (double)(cells ? cells : 1);
    for (int i = JACOBIAN_MIN; none && i < REALS; i++)
        q->real[i][row] = NAN;
}

/* --- cells ---------------------------------------------------------------- */

void quality_shape(const struct stg_mesh *mesh, int64_t cell,
                   struct shape *shape)
{
    const int64_t *node = mesh->node + mesh->offset[cell];
    int n = (int)(mesh->offset[cell + 1] - mesh->offset[cell]);
    double x[STG_CELL_NODES_MAX][3];

    for (int i = 0; i < n; i++)
        memcpy(x[i], mesh->point + 3 * node[i], sizeof(x[i]));
    shape_of((enum stg_cell)mesh->type[cell], x, shape);
}

/* The row of a type, made when the first cell of it comes. */
static size_t row_of_type(struct quality *q, size_t groups,
                          const struct stg_cell_type *type)
{
    char name[PART_NAME_MAX];

    name_part("type.", type->name, name);
    for (size_t row = 1 + groups; row < q->rows; row++)
        if (strcmp(q->name[row], name) == 0)
            return row;
    return add_row(q, "type.", type->name, type->dimension);
}

/* The row of the group of a cell; 0 when it is in none. */
static size_t row_of_group(const struct stg_mesh *mesh, int64_t cell)
{
    int32_t id = mesh->group[cell];

    return id ? (size_t)(stg_group_with_id(mesh, id) - mesh->groups) + 1 : 0;
}

/* Rows: the mesh, the groups, then the types. */
static void measure_cells(const struct stg_mesh *mesh, struct quality *q)
{
    struct shape shape;

    for (int64_t i = 0; i < mesh->my_cells; i++) {
        const struct stg_cell_type *type = stg_cell_type(mesh->type[i]);
        size_t group = row_of_group(mesh, i);

        quality_shape(mesh, i, &shape);
        if (type->dimension == mesh->dimension) {
            add_cell(q, 0, &shape);
            q->integer[UNGROUPED_CELLS][0] += group == 0;
        }
        if (group > 0)
            add_cell(q, group, &shape);
        add_cell(q, row_of_type(q, mesh->n_groups, type), &shape);
    }
}

/* --- points --------------------------------------------------------------- */

struct spot {
    double x[3];
};

static int compare_spots(const void *a, const void *b)
{
    const struct spot *s = a, *t = b;

    for (int k = 0; k < 3; k++)
        if (s->x[k] != t->x[k])
            return s->x[k] < t->x[k] ? -1 : 1;
    return 0;
}

static double size_of(const struct stg_mesh *mesh)
{
    double low[3] = { INFINITY, INFINITY, INFINITY };
    double high[3] = { -INFINITY, -INFINITY, -INFINITY }, size = 0;

    for (int64_t i = 0; i < 3 * mesh->my_points; i++) {
        lower(&low[i % 3], mesh->point[i]);
        raise(&high[i % 3], mesh->point[i]);
    }
    for (int k = 0; k < 3; k++)
        raise(&size, high[k] - low[k]);
    return size;
}

static PetscErrorCode count_duplicates(const struct stg_mesh *mesh,
                                       int64_t *duplicates)
{
    double step = QUALITY_SAME_POINT * size_of(mesh);
    struct spot *spot;

    PetscCall(PetscMalloc1(mesh->my_points + 1, &spot));
    for (int64_t i = 0; i < 3 * mesh->my_points; i++)
        spot[i / 3].x[i % 3] = round(mesh->point[i] / step);
    qsort(spot, (size_t)mesh->my_points, sizeof(*spot), compare_spots);
    for (int64_t i = 1; i < mesh->my_points; i++)
        *duplicates += compare_spots(&spot[i - 1], &spot[i]) == 0;
    return PetscFree(spot);
}

/* Points of a group: each counts once.  last[i] is the row that has counted
 * point i. */
static PetscErrorCode count_points(const struct stg_mesh *mesh,
                                   struct quality *q)
{
    size_t *last;

    PetscCall(PetscCalloc1(mesh->my_points + 1, &last));
    for (size_t row = 1; row <= mesh->n_groups; row++)
        for (int64_t i = 0; i < mesh->my_cells; i++)
            for (int64_t k = mesh->offset[i];
                 mesh->group[i] == mesh->groups[row - 1].id &&
                 k < mesh->offset[i + 1];
                 k++)
                if (last[mesh->node[k]] != row) {
                    last[mesh->node[k]] = row;
                    q->integer[POINTS][row]++;
                }
    q->integer[POINTS][0] = mesh->my_points;
    return PetscFree(last);
}

static PetscErrorCode count_orphans(const struct stg_mesh *mesh,
                                    int64_t *orphans)
{
    bool *used;

    PetscCall(PetscCalloc1(mesh->my_points + 1, &used));
    for (int64_t i = 0; i < mesh->my_cells; i++)
        for (int64_t k = mesh->offset[i];
             stg_cell_type(mesh->type[i])->dimension == mesh->dimension &&
             k < mesh->offset[i + 1];
             k++)
            used[mesh->node[k]] = true;
    for (int64_t i = 0; i < mesh->my_points; i++)
        *orphans += !used[i];
    return PetscFree(used);
}

static PetscErrorCode count_loose(const struct stg_mesh *mesh, int64_t *loose)
{
    struct face *face = NULL;
    int64_t faces = 0, first;
    PetscErrorCode rc = faces_sort(mesh, &face, &faces);

    if (!rc)
        *loose = faces_loose(mesh, face, faces, &first);
    PetscFree(face);
    return rc;
}

/* --- the table ------------------------------------------------------------ */

PetscErrorCode quality_measure(const struct stg_mesh *mesh,
                               struct quality **quality)
{
    struct quality *q;

    PetscCall(make(1 + mesh->n_groups + TYPES_MAX, quality));
    q = *quality;
    add_row(q, "mesh", "", mesh->dimension);
    for (size_t i = 0; i < mesh->n_groups; i++)
        add_row(q, "group.", mesh->groups[i].name, mesh->groups[i].dimension);
    measure_cells(mesh, q);
    PetscCall(count_points(mesh, q));
    PetscCall(count_orphans(mesh, &q->integer[ORPHAN_POINTS][0]));
    PetscCall(count_loose(mesh, &q->integer[LOOSE_FACETS][0]));
    PetscCall(count_duplicates(mesh, &q->integer[DUPLICATE_POINTS][0]));
    join_names(q);
    for (size_t row = 0; row < q->rows; row++) {
        finish_row(q, row);
        if (row > 0 && q->integer[CELLS][row] == 0) {
            q->integer[EMPTY_GROUPS][row] = 1;
            q->integer[EMPTY_GROUPS][0]++;
        }
    }
    return 0;
}

int64_t quality_bad_cells(const struct quality *q)
{
    return q->integer[BAD_CELLS][0];
}

double quality_jacobian_min(const struct quality *q)
{
    return q->real[JACOBIAN_MIN][0];
}

void quality_print(const struct quality *q)
{
    printf("%lld points, %lld cells, scaled Jacobian %.3f to %.3f, angles "
           "%.1f to %.1f degrees\n",
           (long long)q->integer[POINTS][0], (long long)q->integer[CELLS][0],
           q->real[JACOBIAN_MIN][0], q->real[JACOBIAN_MAX][0],
           q->real[ANGLE_MIN][0], q->real[ANGLE_MAX][0]);
    if (q->integer[DUPLICATE_POINTS][0] > 0)
        printf("%lld points lie where another one lies: parts that touch "
               "there are not connected\n",
               (long long)q->integer[DUPLICATE_POINTS][0]);
    for (int i = BAD_CELLS; i < DUPLICATE_POINTS; i++)
        if (q->integer[i][0] > 0)
            printf("%lld %s\n", (long long)q->integer[i][0],
                   integers[i].long_name);
    for (size_t row = 0; row < q->rows; row++)
        if (row > 0 && q->integer[EMPTY_GROUPS][row])
            printf("'%s' has no cells\n", q->name[row]);
}

PetscErrorCode quality_write(struct stg_task *task, const char *path,
                             const struct quality *q)
{
    struct stg_column column[INTEGERS + REALS];
    size_t n = 0;

    if (!q)
        return stg_table_write(task, path, NULL, 0, 0);
    for (int i = 0; i < INTEGERS; i++, n++) {
        column[n] = integers[i];
        column[n].integer = q->integer[i];
    }
    for (int i = 0; i < REALS; i++, n++) {
        column[n] = reals[i];
        column[n].real = q->real[i];
    }
    column[PART].meanings = q->meanings;
    return stg_table_write(task, path, column, n, q->rows);
}
