/* partition.h - what dividing a mesh among ranks would come to
 *
 * Points are divided as fe/mesh.c does it, by equal stretches of a Hilbert
 * curve; a cell goes to the owner of its first point.
 */
#ifndef PARTITION_H
#define PARTITION_H

#include "stage/mesh.h"

struct partition {
    int64_t ranks;
    double point_imbalance; /* most points of a rank over the mean, less 1 */
    double cell_imbalance;
    int64_t faces;          /* between two cells */
    int64_t cut_faces;      /* between cells of different ranks */
    int64_t ghosts;         /* points that a rank uses and does not own */
    int64_t neighbours;     /* most ranks that one shares faces with */
};

struct partition_order; /* the mesh as the curve sees it */

/* One process, all of the mesh in one slab, which must outlive it.  The caller
 * frees it, also on failure. */
PetscErrorCode partition_prepare(const struct stg_mesh *mesh, MPI_Comm self,
                                 struct partition_order **order);
void partition_free(struct partition_order *order);

/* 'ranks' is 1 to the number of points. */
PetscErrorCode partition_measure(const struct partition_order *order,
                                 int64_t ranks, struct partition *result);

#endif
