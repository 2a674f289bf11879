/* points.c - append points, and cut all of them into even stretches */
#include "physics/points.h"

#include <string.h>

#include "fe/comm.h"

struct point {
    int64_t number;
    double x[3];
};

/* The rank whose stretch of 'n' things has number 'i', see stg_slab(). */
static PetscMPIInt slab_owner(int64_t n, int ranks, int64_t i)
{
    int64_t share = n / ranks, rest = n % ranks;
    int64_t long_ones = rest * (share + 1);

    return (PetscMPIInt)(i < long_ones ? i / (share + 1)
                                       : rest + (i - long_ones) / share);
}

PetscErrorCode phy_points_add(struct stg_task *task, struct stg_mesh *mesh,
                              PetscInt n, double x[][3])
{
    PetscInt old = (PetscInt)mesh->my_points, first, n_got;
    int64_t all = n;
    struct point *point, *got;
    PetscMPIInt *dest;

    PetscFunctionBeginUser;
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_INT64_T, MPI_SUM,
                               stg_comm(task)));
    all += mesh->points;
    PetscCall(fe_start(stg_comm(task), n, &first));
    PetscCall(PetscMalloc2(old + n, &point, old + n, &dest));
    for (PetscInt i = 0; i < old + n; i++) {
        point[i].number = i < old ? mesh->first_point + i
                                  : mesh->points + first + i - old;
        memcpy(point[i].x, i < old ? mesh->point + 3 * i : x[i - old],
               sizeof(point[i].x));
        dest[i] = slab_owner(all, stg_ranks(task), point[i].number);
    }
    PetscCall(fe_exchange(stg_comm(task), old + n, dest, sizeof(point[0]),
                          point, &n_got, (void **)&got));
    PetscCall(PetscFree2(point, dest));
    mesh->points = all;
    stg_slab(all, stg_rank(task), stg_ranks(task), &mesh->first_point,
             &mesh->my_points);
    PetscCall(PetscFree(mesh->point));
    PetscCall(PetscMalloc1(3 * n_got + 1, &mesh->point));
    for (PetscInt i = 0; i < n_got; i++)
        memcpy(mesh->point + 3 * (got[i].number - mesh->first_point),
               got[i].x, sizeof(got[i].x));
    PetscCall(PetscFree(got));
    PetscFunctionReturn(0);
}
