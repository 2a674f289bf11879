/* points.c - values at the points of groups of a mesh */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "post_reduce/reduce.h"

static int by_cell(const void *a, const void *b)
{
    const struct reduce_point *p = a, *q = b;

    return (p->cell > q->cell) - (p->cell < q->cell);
}

PetscErrorCode reduce_gather_points(MPI_Comm comm, int n,
                                    const struct reduce_point mine[], int *all,
                                    struct reduce_point **point)
{
    PetscMPIInt ranks, bytes = (PetscMPIInt)((size_t)n * sizeof(*mine));
    PetscMPIInt *count, *at, total = 0;

    PetscFunctionBeginUser;
    PetscCallMPI(MPI_Comm_size(comm, &ranks));
    PetscCall(PetscMalloc2(ranks, &count, ranks, &at));
    PetscCallMPI(MPI_Allgather(&bytes, 1, MPI_INT, count, 1, MPI_INT, comm));
    for (int r = 0; r < ranks; r++) {
        at[r] = total;
        total += count[r];
    }
    *all = (int)((size_t)total / sizeof(*mine));
    PetscCall(PetscMalloc1(*all + 1, point));
    PetscCallMPI(MPI_Allgatherv(mine, bytes, MPI_BYTE, *point, count, at,
                                MPI_BYTE, comm));
    qsort(*point, (size_t)*all, sizeof(**point), by_cell);
    PetscCall(PetscFree2(count, at));
    PetscFunctionReturn(0);
}

/* The rows of one group, in the order of the mesh. */
static PetscErrorCode add_group(struct reduce *r, size_t run,
                                const struct reduce_source *source, size_t g)
{
    const char *name = r->ask.point_group[g];
    struct reduce_point *point = NULL;
    double row[POST_SHEET_COLUMNS];
    int n = 0;

    PetscFunctionBeginUser;
    PetscCall(source->points(source, name, &n, &point));
    if (n == 0)
        PetscFunctionReturn(stg_fail(r->task, "parameter 'points': group '%s' "
                                     "of %s is empty", name, source->label));
    for (int i = 0; i < n; i++) {
        size_t k = post_axes_row(&r->axes, run, row);
        char place[160];

        row[k++] = (double)g;
        memcpy(row + k, point[i].x, sizeof(point[i].x));
        row[k + 3] = point[i].value;
        PetscCall(post_sheet_row(&r->points, row));
        (void)snprintf(place, sizeof(place), "point %d of '%.*s'", i,
                       STG_GROUP_NAME_MAX, name);
        PetscCall(reduce_track(r, run, place, REDUCE_VALUE, point[i].value));
    }
    PetscCall(PetscFree(point));
    PetscFunctionReturn(0);
}

PetscErrorCode reduce_add_points(struct reduce *r, size_t run,
                                 const struct reduce_source *source)
{
    PetscFunctionBeginUser;
    for (size_t g = 0; g < r->ask.n_point_groups; g++)
        PetscCall(add_group(r, run, source, g));
    PetscFunctionReturn(0);
}
