/* main.c - mesh.box: a rectangle or a box cut into equal cells */
#include "mesh_box/box.h"

#include <stdio.h>

static const char *const axis_names[3] = { "x", "y", "z" };

/* --- parameters ----------------------------------------------------------- */

static PetscErrorCode read_lengths(const struct stg_value *params,
                                   const char *name, int dimension,
                                   double length_m[3])
{
    struct stg_value list, item;
    size_t n;

    PetscCall(stg_get(params, name, &list));
    PetscCall(stg_count(&list, &n));
    if (n != (size_t)dimension)
        return stg_fail(params->task,
                        "'%s' has %zu entries, but 'cells' has %d", name, n,
                        dimension);
    for (size_t i = 0; i < n; i++) {
        PetscCall(stg_element(&list, i, &item));
        PetscCall(stg_as_quantity(&item, "m", &length_m[i]));
    }
    return 0;
}

static PetscErrorCode read_cells(const struct stg_value *params,
                                 struct box *box)
{
    struct stg_value list, item;
    size_t n;

    PetscCall(stg_get(params, "cells", &list));
    PetscCall(stg_count(&list, &n));
    if (n < 2 || n > 3)
        return stg_fail(params->task,
                        "'cells' has %zu entries; give 2 for a rectangle, 3 "
                        "for a box",
                        n);
    box->dimension = (int)n;
    for (size_t i = 0; i < n; i++) {
        PetscCall(stg_element(&list, i, &item));
        PetscCall(stg_as_integer(&item, &box->cells[i]));
        if (box->cells[i] < 1 || box->cells[i] > BOX_POINTS_MAX)
            return stg_fail(params->task,
                            "'cells' along %s is %lld, but must be 1 or more",
                            axis_names[i], (long long)box->cells[i]);
    }
    return 0;
}

/* The product of the numbers along the axes can be too large for 64 bits. */
static PetscErrorCode check_amount(struct stg_task *task,
                                   const struct box *box)
{
    double points = 1;

    for (int i = 0; i < box->dimension; i++)
        points *= (double)(box->cells[i] + 1);
    if (points > (double)BOX_POINTS_MAX)
        return stg_fail(task, "'cells' asks for %.3g points; the most is %lld",
                        points, (long long)BOX_POINTS_MAX);
    return 0;
}

static PetscErrorCode read_box(struct stg_task *task, struct box *box)
{
    const struct stg_value params = stg_params(task);

    PetscCall(read_cells(&params, box));
    PetscCall(check_amount(task, box));
    PetscCall(read_lengths(&params, "size", box->dimension, box->size_m));
    for (int i = 0; i < box->dimension; i++)
        if (box->size_m[i] <= 0)
            return stg_fail(task, "'size' along %s is %g m, but must be more "
                            "than 0",
                            axis_names[i], box->size_m[i]);
    if (stg_has(&params, "origin"))
        PetscCall(read_lengths(&params, "origin", box->dimension,
                               box->origin_m));
    if (stg_has(&params, "simplex"))
        PetscCall(stg_get_bool(&params, "simplex", &box->simplex));
    if (stg_has(&params, "edges"))
        PetscCall(stg_get_bool(&params, "edges", &box->edges));
    if (box->edges && box->dimension == 2)
        return stg_fail(task, "'edges' needs three entries in 'cells'; the "
                        "sides of a rectangle are groups anyway");
    return 0;
}

/* --- the mesh ------------------------------------------------------------- */

/* "xmin_ymax" */
static void name_edge(int edge, struct stg_group *group)
{
    int along = 2 - edge / 4, first = along == 0, second = along == 2 ? 1 : 2;

    snprintf(group->name, sizeof(group->name), "%s%s_%s%s",
             axis_names[first], edge & 1 ? "max" : "min", axis_names[second],
             edge & 2 ? "max" : "min");
}

static PetscErrorCode make_groups(struct stg_task *task, const struct box *box,
                                  struct stg_mesh *mesh)
{
    const struct stg_value params = stg_params(task);
    const size_t sides = 1 + 2 * (size_t)box->dimension;
    const char *domain = "domain";

    if (stg_has(&params, "domain"))
        PetscCall(stg_get_text(&params, "domain", &domain));
    if (!stg_group_name_valid(domain))
        return stg_fail(task, "'domain' cannot be the name of a group: '%s'",
                        domain);
    mesh->n_groups = sides + (box->edges ? BOX_EDGES : 0);
    PetscCall(PetscCalloc1(mesh->n_groups, &mesh->groups));
    for (size_t i = 0; i < mesh->n_groups; i++) {
        struct stg_group *group = &mesh->groups[i];

        group->id = (int32_t)i + 1;
        group->dimension = box->dimension - (i > 0) - (i >= sides);
        if (i == 0)
            snprintf(group->name, sizeof(group->name), "%s", domain);
        else if (i < sides)
            snprintf(group->name, sizeof(group->name), "%s%s",
                     axis_names[(i - 1) / 2], i % 2 ? "min" : "max");
        else
            name_edge((int)(i - sides), group);
    }
    return 0;
}

static PetscErrorCode make_points(const struct box *box,
                                  struct stg_mesh *mesh)
{
    PetscCall(PetscMalloc1(3 * mesh->my_points + 1, &mesh->point));
    for (int64_t i = 0; i < mesh->my_points; i++)
        box_point(box, mesh->first_point + i, mesh->point + 3 * i);
    return 0;
}

static PetscErrorCode make_cells(const struct box *box, struct stg_mesh *mesh)
{
    int64_t most = mesh->my_cells * BOX_CELL_NODES + 1;
    struct box_cell cell;

    PetscCall(PetscMalloc1(mesh->my_cells + 1, &mesh->type));
    PetscCall(PetscMalloc1(mesh->my_cells + 1, &mesh->offset));
    PetscCall(PetscMalloc1(mesh->my_cells + 1, &mesh->group));
    PetscCall(PetscMalloc1(most, &mesh->node));
    mesh->offset[0] = 0;
    for (int64_t i = 0; i < mesh->my_cells; i++) {
        box_cell(box, mesh->first_cell + i, &cell);
        mesh->type[i] = (uint8_t)cell.type;
        mesh->group[i] = mesh->groups[cell.group].id;
        for (int k = 0; k < cell.nodes; k++)
            mesh->node[mesh->offset[i] + k] = cell.node[k];
        mesh->offset[i + 1] = mesh->offset[i] + cell.nodes;
    }
    return 0;
}

/* This rank's part of the mesh; needs no other rank. */
static PetscErrorCode make_mesh(struct stg_task *task, struct stg_mesh *mesh)
{
    struct box box = { 0 };

    PetscCall(read_box(task, &box));
    mesh->dimension = box.dimension;
    mesh->points = box_points(&box);
    mesh->cells = box_cells(&box) + box_facets(&box) + box_edges(&box);
    stg_slab(mesh->points, stg_rank(task), stg_ranks(task),
             &mesh->first_point, &mesh->my_points);
    stg_slab(mesh->cells, stg_rank(task), stg_ranks(task), &mesh->first_cell,
             &mesh->my_cells);
    PetscCall(make_groups(task, &box, mesh));
    PetscCall(make_points(&box, mesh));
    return make_cells(&box, mesh);
}

static PetscErrorCode run(struct stg_task *task)
{
    struct stg_mesh mesh = { 0 };
    const char *path = NULL;
    PetscErrorCode rc = stg_output_path(task, "mesh", &path);

    if (!rc)
        rc = make_mesh(task, &mesh);
    rc = stg_agree(task, rc);
    if (!rc)
        rc = stg_mesh_write(task, path, &mesh);
    stg_mesh_release(&mesh);
    return rc;
}

static const struct stg_program program = {
    .name = "fedtwin-mesh-box",
    .module = "mesh.box",
    .run = run,
};

int main(int argc, char **argv)
{
    return stg_main(argc, argv, &program);
}
