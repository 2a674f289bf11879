/* field.c - values on a mesh as a source: cells weighted by their geometry */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fe/comm.h"
#include "fe/kernel.h"
#include "fe/locate.h"
#include "post_reduce/reduce.h"

#define KNOWN_MAX 8 /* groups that a complaint names */

struct open_field {
    struct post_field f;
    char label[256];
};

static const struct post_field *field_of(const struct reduce_source *source)
{
    return &((const struct open_field *)source->data)->f;
}

/* --- groups --------------------------------------------------------------- */

/* What groups of a dimension are called, and the parameter for them. */
static const char *const whats[] = { "cells", "facets", "points" };
static const char *const params[] = { "groups", "surfaces", "points" };

static int kind_of(const struct stg_mesh *mesh, int dimension)
{
    return dimension == mesh->dimension ? 0 : dimension > 0 ? 1 : 2;
}

static PetscErrorCode no_group(const struct reduce_source *source,
                               const char *name, int dimension)
{
    const struct stg_mesh *mesh = &field_of(source)->input;
    int kind = kind_of(mesh, dimension);
    char known[300] = "";
    size_t used = 0, n = 0;

    for (size_t g = 0; g < mesh->n_groups && used < sizeof(known); g++)
        if (mesh->groups[g].dimension == dimension && n++ < KNOWN_MAX)
            used += (size_t)snprintf(known + used, sizeof(known) - used,
                                     "%s'%s'", used ? ", " : "",
                                     mesh->groups[g].name);
    return stg_fail(source->task, "parameter '%s': %s has no group '%s' of "
                    "%s; it has %s%s", params[kind], source->label, name,
                    whats[kind], used ? known : "none",
                    n > KNOWN_MAX ? ", ..." : "");
}

/* The position of a group, or -1 for "*". */
static PetscErrorCode find_group(const struct reduce_source *source,
                                 const char *name, int dimension, int *group)
{
    const struct stg_mesh *mesh = &field_of(source)->input;

    *group = -1;
    if (strcmp(name, "*") == 0 && dimension == mesh->dimension)
        return 0;
    for (size_t g = 0; g < mesh->n_groups; g++)
        if (mesh->groups[g].dimension == dimension &&
            strcmp(mesh->groups[g].name, name) == 0)
            *group = (int)g;
    return *group < 0 ? no_group(source, name, dimension) : 0;
}

/* Fields leave facets and points out, and the mesh brings them to those on
 * points alone. */
static PetscErrorCode needs_nodes(const struct reduce_source *source,
                                  const char *name, int dimension)
{
    const struct post_field *f = field_of(source);

    if (f->field.place != STG_ON_CELLS)
        return 0;
    return stg_fail(source->task, "parameter '%s': the values of %s belong to "
                    "cells, so none is on group '%s'; a field on points has "
                    "them", params[kind_of(&f->input, dimension)],
                    source->label, name);
}

static void add_extremes(const struct post_field *f,
                         const struct fe_block *block, const double x[][3],
                         const double v[], struct post_range *range)
{
    double centre[3] = { 0, 0, 0 };
    int nodes = block->elem->nodes;

    if (f->field.place == STG_ON_POINTS) {
        for (int i = 0; i < nodes; i++)
            post_range_add(range, v[i], x[i]);
        return;
    }
    for (int i = 0; i < nodes; i++)
        for (int k = 0; k < 3; k++)
            centre[k] += x[i][k] / nodes;
    post_range_add(range, v[0], centre);
}

/* The cells of a block that are in 'group', or all when it is negative. */
static PetscErrorCode add_block(const struct post_field *f,
                                const struct fe_block *block, PetscInt first,
                                int group, struct reduce_region *region)
{
    double x[FE_MAX_NODES][3], v[FE_MAX_NODES], at[FE_MAX_POINTS][3],
        weight[FE_MAX_POINTS];
    struct fe_tab tab;

    PetscFunctionBeginUser;
    fe_tab_init(&tab, block->elem, FE_RULE_SYSTEM);
    for (PetscInt c = 0; c < block->n; c++) {
        if (group >= 0 && block->group[c] != group)
            continue;
        fe_mesh_corners(f->mesh, block, c, x);
        post_cell_values(f, block, first, c, v);
        add_extremes(f, block, x, v, &region->range);
        fe_kernel_points(&tab, x, at, weight);
        for (int q = 0; q < tab.points; q++) {
            double value = 0;

            for (int i = 0; i < block->elem->nodes; i++)
                value += tab.n[q][i] * v[i];
            if (f->field.place == STG_ON_CELLS)
                value = v[0];
            PetscCall(post_samples_add(&region->samples, value, weight[q]));
        }
    }
    PetscFunctionReturn(0);
}

static PetscErrorCode group_of_field(const struct reduce_source *source,
                                     const char *name, bool facets,
                                     struct reduce_region *region)
{
    const struct post_field *f = field_of(source);
    PetscInt first = 0;
    int group, from = facets ? f->mesh->n_cell_blocks : 0;
    int to = facets ? f->mesh->n_blocks : f->mesh->n_cell_blocks;

    PetscFunctionBeginUser;
    PetscCall(find_group(source, name, f->mesh->dim - facets, &group));
    if (facets)
        PetscCall(needs_nodes(source, name, f->mesh->dim - 1));
    for (int b = from; b < to; b++) {
        PetscCall(add_block(f, &f->mesh->block[b], first, group, region));
        first += f->mesh->block[b].n;
    }
    PetscFunctionReturn(0);
}

/* --- cuts ----------------------------------------------------------------- */

/* A segment or a triangle on which the value is linear: the rule of degree 2
 * makes the integrals of it and of its square exact. */
void reduce_take_piece(const struct post_vertex v[], int n, void *user)
{
    struct reduce_piece_taker *taker = user;
    double side[2][3], normal[3], size = 0;

    for (int k = 0; k < 3; k++) {
        side[0][k] = v[1].x[k] - v[0].x[k];
        side[1][k] = n > 2 ? v[2].x[k] - v[0].x[k] : 0;
    }
    if (n == 2) {
        size = sqrt(side[0][0] * side[0][0] + side[0][1] * side[0][1] +
                    side[0][2] * side[0][2]);
    } else {
        for (int k = 0; k < 3; k++) {
            int a = (k + 1) % 3, b = (k + 2) % 3;

            normal[k] = side[0][a] * side[1][b] - side[0][b] * side[1][a];
            size += normal[k] * normal[k];
        }
        size = 0.5 * sqrt(size);
    }
    for (int i = 0; i < n; i++) {
        double near = n == 2 ? 0.78867513459481288225 : 2. / 3;
        double value = 0;

        for (int k = 0; k < n; k++)
            value += (k == i ? near : (1 - near) / (n - 1)) * v[k].value;
        post_range_add(&taker->region->range, v[i].value, v[i].x);
        if (!taker->rc)
            taker->rc = post_samples_add(&taker->region->samples, value,
                                         size / n);
    }
}

static PetscErrorCode cut_field(const struct reduce_source *source,
                                const struct post_plane *plane,
                                struct reduce_region *region)
{
    const struct post_field *f = field_of(source);
    double x[FE_MAX_NODES][3], v[FE_MAX_NODES];
    struct reduce_piece_taker taker = { region, 0 };
    PetscInt first = 0;

    PetscFunctionBeginUser;
    for (int b = 0; b < f->mesh->n_cell_blocks; b++) {
        const struct fe_block *block = &f->mesh->block[b];

        for (PetscInt c = 0; c < block->n; c++) {
            fe_mesh_corners(f->mesh, block, c, x);
            post_cell_values(f, block, first, c, v);
            post_cut_cell(block->elem, x, v, plane, reduce_take_piece,
                          &taker);
        }
        first += block->n;
    }
    PetscCall(taker.rc);
    PetscFunctionReturn(0);
}

/* --- points --------------------------------------------------------------- */

static PetscErrorCode at_in_field(const struct reduce_source *source,
                                  const char *what, int n, double x[][3],
                                  double value[])
{
    const struct post_field *f = field_of(source);
    struct fe_place *place;

    PetscFunctionBeginUser;
    PetscCall(PetscMalloc1(n, &place));
    PetscCall(fe_locate(f->mesh, what, n, x, place));
    if (f->field.place == STG_ON_POINTS) {
        PetscCall(fe_probe(f->mesh, n, place, f->value, value));
    } else {
        for (int i = 0; i < n; i++) {
            PetscInt first = 0;

            for (int b = 0; b < place[i].block; b++)
                first += f->mesh->block[b].n;
            value[i] = place[i].block < 0 ? 0
                                          : f->value[first + place[i].cell];
        }
        PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, value, n, MPI_DOUBLE, MPI_SUM,
                                   f->mesh->comm));
    }
    PetscCall(PetscFree(place));
    PetscFunctionReturn(0);
}

static PetscErrorCode points_of_field(const struct reduce_source *source,
                                      const char *name, int *n,
                                      struct reduce_point **point)
{
    const struct post_field *f = field_of(source);
    struct reduce_point *mine = NULL;
    int group, have = 0;

    PetscFunctionBeginUser;
    PetscCall(find_group(source, name, 0, &group));
    PetscCall(needs_nodes(source, name, 0));
    for (int b = f->mesh->n_blocks; b < f->mesh->n_all_blocks; b++) {
        const struct fe_block *block = &f->mesh->block[b];

        if (block->elem->dim > 0)
            continue;
        PetscCall(PetscRealloc((size_t)(have + block->n) * sizeof(*mine),
                               &mine));
        for (PetscInt c = 0; c < block->n; c++) {
            PetscInt node = block->node[c];

            if (block->group[c] != group)
                continue;
            mine[have] = (struct reduce_point){ .cell = block->id[c],
                                                .value = f->value[node] };
            memcpy(mine[have++].x, f->mesh->x + 3 * node,
                   sizeof(mine->x));
        }
    }
    PetscCall(reduce_gather_points(f->mesh->comm, have, mine, n, point));
    PetscCall(PetscFree(mine));
    PetscFunctionReturn(0);
}

/* --- opening -------------------------------------------------------------- */

static PetscErrorCode close_field(struct reduce_source *source)
{
    struct open_field *open = source->data;

    PetscFunctionBeginUser;
    if (open)
        PetscCall(post_field_release(&open->f));
    PetscCall(PetscFree(source->data));
    PetscFunctionReturn(0);
}

PetscErrorCode reduce_open_field(struct stg_task *task, size_t i,
                                 const struct reduce_ask *ask,
                                 struct reduce_source *source)
{
    struct open_field *open;
    struct stg_input input;

    PetscFunctionBeginUser;
    PetscCall(PetscNew(&open));
    *source = (struct reduce_source){
        .task = task, .data = open, .label = open->label,
        .group = group_of_field, .cut = cut_field, .at = at_in_field,
        .points = points_of_field, .close = close_field,
    };
    PetscCall(stg_input(task, "fields", i, &input));
    post_input_label(&input, open->label, sizeof(open->label));
    PetscCall(post_field_read(task, "fields", i, ask->component, &open->f));
    source->dimension = open->f.mesh->dim;
    (void)snprintf(source->unit, sizeof(source->unit), "%s",
                   open->f.field.unit);
    (void)snprintf(source->long_name, sizeof(source->long_name), "%s",
                   open->f.field.long_name ? open->f.field.long_name : "");
    PetscFunctionReturn(0);
}
