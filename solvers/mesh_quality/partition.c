/* partition.c - divide a mesh in thought and count what is cut */
#include "mesh_quality/partition.h"

#include <stdlib.h>
#include <string.h>

#include "fe/curve.h"
#include "mesh/faces.h"

struct partition_order {
    const struct stg_mesh *mesh;
    uint64_t *key, *sorted; /* [points] */
    struct face *face;
    int64_t faces;
};

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

PetscErrorCode partition_prepare(const struct stg_mesh *mesh, MPI_Comm self,
                                 struct partition_order **order)
{
    struct partition_order *o;
    struct fe_curve curve;
    PetscInt n = (PetscInt)mesh->my_points;

    PetscCall(PetscNew(order));
    o = *order;
    o->mesh = mesh;
    PetscCall(PetscMalloc1(n + 1, &o->key));
    PetscCall(PetscMalloc1(n + 1, &o->sorted));
    PetscCall(fe_curve_init(&curve, self, n, mesh->point));
    for (PetscInt i = 0; i < n; i++)
        o->key[i] = fe_curve_key(&curve, mesh->point + 3 * i);
    memcpy(o->sorted, o->key, (size_t)n * sizeof(*o->key));
    qsort(o->sorted, (size_t)n, sizeof(*o->sorted), by_value);
    return faces_sort(mesh, &o->face, &o->faces);
}

void partition_free(struct partition_order *order)
{
    if (!order)
        return;
    PetscFree(order->key);
    PetscFree(order->sorted);
    PetscFree(order->face);
    PetscFree(order);
}

/* --- who has what --------------------------------------------------------- */

struct division {
    uint64_t *last;   /* [ranks] of the curve */
    int32_t *owner;   /* [points] */
    int64_t *count;   /* [ranks] */
    uint64_t *pair;   /* [2 * cut faces] of ranks that share a face */
};

static bool is_cell(const struct stg_mesh *mesh, int64_t i)
{
    return stg_cell_type(mesh->type[i])->dimension == mesh->dimension;
}

static int32_t owner_of_cell(const struct stg_mesh *mesh,
                             const struct division *d, int64_t cell)
{
    return d->owner[mesh->node[mesh->offset[cell]]];
}

static void divide(const struct partition_order *o, int64_t ranks,
                   struct division *d)
{
    int64_t n = o->mesh->my_points;

    for (int64_t p = 0; p < ranks; p++)
        d->last[p] = o->sorted[n * (p + 1) / ranks - 1];
    d->last[ranks - 1] = UINT64_MAX;
    for (int64_t i = 0; i < n; i++)
        d->owner[i] = (int32_t)fe_curve_part(o->key[i], (PetscMPIInt)ranks,
                                             d->last);
}

/* Most of a rank over the mean, less 1. */
static double imbalance(const int64_t *count, int64_t ranks)
{
    int64_t most = 0, all = 0;

    for (int64_t p = 0; p < ranks; p++) {
        most = count[p] > most ? count[p] : most;
        all += count[p];
    }
    return (double)most * (double)ranks / (double)all - 1;
}

static void balance(const struct stg_mesh *mesh, int64_t ranks,
                    struct division *d, struct partition *result)
{
    for (int64_t i = 0; i < mesh->my_points; i++)
        d->count[d->owner[i]]++;
    result->point_imbalance = imbalance(d->count, ranks);
    memset(d->count, 0, (size_t)ranks * sizeof(*d->count));
    for (int64_t i = 0; i < mesh->my_cells; i++)
        if (is_cell(mesh, i))
            d->count[owner_of_cell(mesh, d, i)]++;
    result->cell_imbalance = imbalance(d->count, ranks);
}

/* --- what is cut ---------------------------------------------------------- */

static void count_cut(const struct partition_order *o, struct division *d,
                      struct partition *result)
{
    for (int64_t i = 1; i < o->faces; i++) {
        uint64_t a, b;

        if (!faces_equal(&o->face[i - 1], &o->face[i]))
            continue;
        result->faces++;
        a = (uint64_t)owner_of_cell(o->mesh, d, o->face[i - 1].cell);
        b = (uint64_t)owner_of_cell(o->mesh, d, o->face[i].cell);
        if (a == b)
            continue;
        d->pair[2 * result->cut_faces] = a << 32 | b;
        d->pair[2 * result->cut_faces++ + 1] = b << 32 | a;
    }
}

/* Pairs sorted by their first rank: the longest stretch of different ones. */
static int64_t most_neighbours(uint64_t *pair, int64_t n)
{
    int64_t most = 0, here = 0;

    qsort(pair, (size_t)n, sizeof(*pair), by_value);
    for (int64_t i = 0; i < n; i++) {
        if (i > 0 && pair[i] == pair[i - 1])
            continue;
        here = i > 0 && pair[i] >> 32 == pair[i - 1] >> 32 ? here + 1 : 1;
        most = here > most ? here : most;
    }
    return most;
}

struct use {
    int32_t rank;
    int64_t point;
};

static int by_use(const void *a, const void *b)
{
    const struct use *u = a, *v = b;

    if (u->rank != v->rank)
        return u->rank < v->rank ? -1 : 1;
    return (u->point > v->point) - (u->point < v->point);
}

/* Points of the cells and facets of a rank that another one owns. */
static PetscErrorCode count_ghosts(const struct stg_mesh *mesh,
                                   const struct division *d, int64_t *ghosts)
{
    int64_t n = 0, all = mesh->offset[mesh->my_cells];
    struct use *use;

    PetscCall(PetscMalloc1(all + 1, &use));
    for (int64_t i = 0; i < mesh->my_cells; i++)
        for (int64_t k = mesh->offset[i]; k < mesh->offset[i + 1]; k++)
            if (d->owner[mesh->node[k]] != owner_of_cell(mesh, d, i))
                use[n++] = (struct use){ owner_of_cell(mesh, d, i),
                                         mesh->node[k] };
    qsort(use, (size_t)n, sizeof(*use), by_use);
    for (int64_t i = 0; i < n; i++)
        *ghosts += i == 0 || by_use(&use[i - 1], &use[i]) != 0;
    return PetscFree(use);
}

PetscErrorCode partition_measure(const struct partition_order *o,
                                 int64_t ranks, struct partition *result)
{
    struct division d = { 0 };
    PetscErrorCode rc = PetscMalloc1(ranks, &d.last);

    *result = (struct partition){ .ranks = ranks };
    if (!rc)
        rc = PetscCalloc1(ranks, &d.count);
    if (!rc)
        rc = PetscMalloc1(o->mesh->my_points + 1, &d.owner);
    if (!rc)
        rc = PetscMalloc1(o->faces + 1, &d.pair);
    if (!rc) {
        divide(o, ranks, &d);
        balance(o->mesh, ranks, &d, result);
        count_cut(o, &d, result);
        result->neighbours = most_neighbours(d.pair, 2 * result->cut_faces);
        rc = count_ghosts(o->mesh, &d, &result->ghosts);
    }
    PetscFree(d.last);
    PetscFree(d.count);
    PetscFree(d.owner);
    PetscFree(d.pair);
    return rc;
}
