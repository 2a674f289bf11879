/* curve.h - a Hilbert curve through a box, to divide points
 *
 * Points that are near on the curve are near in space.  Equal stretches of
 * the curve are the parts of a mesh.  They follow from the coordinates alone:
 * the same mesh gives the same parts, however its file was read.
 */
#ifndef FE_CURVE_H
#define FE_CURVE_H

#include <petscsys.h>
#include <stdint.h>

struct fe_curve {
    double origin[3], scale; /* steps of the curve a metre */
    int axis[3], axes;       /* those along which the box extends */
    int bits;                /* an axis */
};

/* Put a curve through the box of the 3n coordinates 'x' of all ranks.
 * Collective. */
PetscErrorCode fe_curve_init(struct fe_curve *curve, MPI_Comm comm, PetscInt n,
                             const double x[]);

/* Not collective. */
uint64_t fe_curve_key(const struct fe_curve *curve, const double x[3]);

/* Divide the keys of all ranks evenly: a key belongs to the first part p with
 * key <= last[p].  'last' has room for one key a rank.  Collective. */
PetscErrorCode fe_curve_split(MPI_Comm comm, PetscInt n, const uint64_t key[],
                              uint64_t last[]);

/* Not collective. */
PetscMPIInt fe_curve_part(uint64_t key, PetscMPIInt parts,
                          const uint64_t last[]);

#endif
