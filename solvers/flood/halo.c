/* halo.c - the rows of my neighbours */
#include "flood/flood.h"

#define ARRAYS 3
#define REQUESTS (4 * ARRAYS)

PetscErrorCode flood_exchange(struct flood *f, struct flood_state *s)
{
    const struct flood_grid *g = &f->grid;
    double *array[ARRAYS] = { s->h, s->qx, s->qy };
    int n = (int)(FLOOD_HALO * g->stride), k = 0;
    MPI_Request request[REQUESTS];

    PetscFunctionBeginUser;
    for (int a = 0; a < ARRAYS; a++) {
        double *row = array[a];
        double *top = row + g->ny * g->stride; /* my last FLOOD_HALO rows */

        PetscCallMPI(MPI_Irecv(row, n, MPI_DOUBLE, g->south, a, f->comm,
                               &request[k++]));
        PetscCallMPI(MPI_Irecv(top + n, n, MPI_DOUBLE, g->north, ARRAYS + a,
                               f->comm, &request[k++]));
        PetscCallMPI(MPI_Isend(row + n, n, MPI_DOUBLE, g->south, ARRAYS + a,
                               f->comm, &request[k++]));
        PetscCallMPI(MPI_Isend(top, n, MPI_DOUBLE, g->north, a, f->comm,
                               &request[k++]));
    }
    PetscCallMPI(MPI_Waitall(k, request, MPI_STATUSES_IGNORE));
    PetscFunctionReturn(0);
}
