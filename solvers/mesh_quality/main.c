/* main.c - mesh.quality: how good a mesh is, and how it divides */
#include <math.h>
#include <stdio.h>

#include "mesh_quality/partition.h"
#include "mesh/quality.h"
#include "stage/table.h"

#define RANKS_MAX 1000000

/* --- the partition table -------------------------------------------------- */

enum { RANKS, POINT_IMBALANCE, CELL_IMBALANCE, EDGE_CUT, CUT_FACES, GHOSTS,
       NEIGHBOURS, COLUMNS };

static const struct stg_column columns[COLUMNS] = {
    [RANKS] = { .name = "ranks", .unit = "1" },
    [POINT_IMBALANCE] = { .name = "point_imbalance", .unit = "1",
                          .long_name = "most points of a rank over the mean, "
                                       "less 1" },
    [CELL_IMBALANCE] = { .name = "cell_imbalance", .unit = "1",
                         .long_name = "most cells of a rank over the mean, "
                                      "less 1" },
    [EDGE_CUT] = { .name = "edge_cut", .unit = "1",
                   .long_name = "part of the faces between two cells that "
                                "lies between two ranks" },
    [CUT_FACES] = { .name = "cut_faces", .unit = "1",
                    .long_name = "faces that lie between two ranks" },
    [GHOSTS] = { .name = "ghosts", .unit = "1",
                 .long_name = "points that a rank uses and another owns" },
    [NEIGHBOURS] = { .name = "neighbours", .unit = "1",
                     .long_name = "most ranks that one shares faces with" },
};

struct table {
    size_t rows;
    double *real;     /* [COLUMNS][rows], those that are real */
    int64_t *integer; /* [COLUMNS][rows], the others */
};

static void fill_row(struct table *t, size_t row, const struct partition *p)
{
    double *real = t->real + row;
    int64_t *integer = t->integer + row;

    real[POINT_IMBALANCE * t->rows] = p->point_imbalance;
    real[CELL_IMBALANCE * t->rows] = p->cell_imbalance;
    real[EDGE_CUT * t->rows] =
        p->faces ? (double)p->cut_faces / (double)p->faces : 0;
    integer[RANKS * t->rows] = p->ranks;
    integer[CUT_FACES * t->rows] = p->cut_faces;
    integer[GHOSTS * t->rows] = p->ghosts;
    integer[NEIGHBOURS * t->rows] = p->neighbours;
}

static PetscErrorCode read_ranks(const struct stg_value *list, size_t i,
                                 int64_t points, int64_t *ranks)
{
    struct stg_value item;
    int64_t most = points < RANKS_MAX ? points : RANKS_MAX;

    PetscCall(stg_element(list, i, &item));
    PetscCall(stg_as_integer(&item, ranks));
    if (*ranks < 1 || *ranks > most)
        return stg_fail(list->task, "'ranks' has %lld, but must be 1 to %lld, "
                        "for a mesh of %lld points",
                        (long long)*ranks, (long long)most, (long long)points);
    return 0;
}

static PetscErrorCode fill_table(const struct stg_mesh *mesh,
                                 const struct stg_value *list,
                                 struct table *table)
{
    struct partition_order *order = NULL;
    PetscErrorCode rc = partition_prepare(mesh, stg_comm(list->task), &order);

    for (size_t row = 0; !rc && row < table->rows; row++) {
        struct partition partition;
        int64_t ranks = 1;

        rc = read_ranks(list, row, mesh->points, &ranks);
        if (!rc)
            rc = partition_measure(order, ranks, &partition);
        if (!rc)
            fill_row(table, row, &partition);
    }
    partition_free(order);
    return rc;
}

static PetscErrorCode write_table(struct stg_task *task,
                                  const struct table *table)
{
    struct stg_column column[COLUMNS];
    const char *path;

    for (int i = 0; i < COLUMNS; i++) {
        bool real = i == POINT_IMBALANCE || i == CELL_IMBALANCE ||
                    i == EDGE_CUT;

        column[i] = columns[i];
        if (real)
            column[i].real = table->real + (size_t)i * table->rows;
        else
            column[i].integer = table->integer + (size_t)i * table->rows;
    }
    PetscCall(stg_output_path(task, "partition", &path));
    return stg_table_write(task, path, column, COLUMNS, table->rows);
}

static PetscErrorCode report_partition(struct stg_task *task,
                                       const struct stg_mesh *mesh)
{
    const struct stg_value params = stg_params(task);
    struct table table = { 0 };
    struct stg_value list;
    PetscErrorCode rc;

    if (!stg_has(&params, "ranks") || !stg_wants(task, "partition"))
        return 0;
    PetscCall(stg_get(&params, "ranks", &list));
    PetscCall(stg_count(&list, &table.rows));
    rc = PetscCalloc1(COLUMNS * table.rows + 1, &table.real);
    if (!rc)
        rc = PetscCalloc1(COLUMNS * table.rows + 1, &table.integer);
    if (!rc)
        rc = fill_table(mesh, &list, &table);
    if (!rc)
        rc = write_table(task, &table);
    PetscFree(table.real);
    PetscFree(table.integer);
    return rc;
}

/* --- shapes --------------------------------------------------------------- */

/* The scaled Jacobian of each cell, so that one sees where the bad ones are. */
static PetscErrorCode write_cells(struct stg_task *task,
                                  const struct stg_mesh *mesh)
{
    struct stg_field field = { .name = "scaled_jacobian", .unit = "1",
                               .long_name = "1 is ideal, 0 flat",
                               .place = STG_ON_CELLS, .components = 1,
                               .time_s = NAN };
    const char *path;
    PetscErrorCode rc;

    if (!stg_wants(task, "cells"))
        return 0;
    PetscCall(stg_output_path(task, "cells", &path));
    PetscCall(PetscCalloc1(mesh->my_cells + 1, &field.value));
    for (int64_t i = 0; i < mesh->my_cells; i++) {
        struct shape shape;

        quality_shape(mesh, i, &shape);
        if (stg_cell_type(mesh->type[i])->dimension == mesh->dimension)
            field.value[i] = shape.jacobian;
    }
    rc = stg_field_write(task, path, mesh, &field);
    PetscFree(field.value);
    return rc;
}

/* The limit that the user sets. */
static PetscErrorCode judge(struct stg_task *task,
                            const struct quality *quality)
{
    const struct stg_value params = stg_params(task);
    double least;

    if (!stg_has(&params, "least_jacobian"))
        return 0;
    PetscCall(stg_get_number(&params, "least_jacobian", &least));
    if (quality_jacobian_min(quality) < least)
        return stg_fail(task, "the worst cell has a scaled Jacobian of %.4g, "
                        "less than 'least_jacobian', %.4g",
                        quality_jacobian_min(quality), least);
    return 0;
}

static PetscErrorCode report(struct stg_task *task,
                             const struct stg_mesh *mesh)
{
    struct quality *quality = NULL;
    const char *path;
    PetscErrorCode rc = quality_measure(mesh, &quality);

    if (!rc) {
        quality_print(quality);
        fflush(stdout);
        rc = stg_output_path(task, "quality", &path);
    }
    if (!rc)
        rc = quality_write(task, path, quality);
    if (!rc)
        rc = report_partition(task, mesh);
    if (!rc)
        rc = write_cells(task, mesh);
    if (!rc)
        rc = judge(task, quality);
    quality_free(quality);
    return rc;
}

static PetscErrorCode run(struct stg_task *task)
{
    struct stg_mesh mesh = { 0 };
    const char *path;
    PetscErrorCode rc;

    if (stg_ranks(task) > 1)
        return stg_fail(task, "mesh.quality works on one rank; leave out "
                        "'ranks' in 'resources'");
    PetscCall(stg_input_path(task, "mesh", &path));
    PetscCall(stg_mesh_read(task, path, &mesh));
    rc = report(task, &mesh);
    stg_mesh_release(&mesh);
    return rc;
}

static const struct stg_program program = {
    .name = "fedtwin-mesh-quality",
    .module = "mesh.quality",
    .run = run,
};

int main(int argc, char **argv)
{
    return stg_main(argc, argv, &program);
}
