/* curve.c - Hilbert keys (after Skilling, AIP Conf. Proc. 707, 381, 2004) and
 * the parallel search for the keys that divide them evenly */
#include "fe/curve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

PetscErrorCode fe_curve_init(struct fe_curve *curve, MPI_Comm comm, PetscInt n,
                             const double x[])
{
    static const int bits[] = { 0, 31, 31, 21 }; /* key below 2^63 */
    double box[6] = { INFINITY, INFINITY, INFINITY,
                      INFINITY, INFINITY, INFINITY }; /* min, -max */
    double extent = 0;

    PetscFunctionBeginUser;
    for (PetscInt i = 0; i < n; i++)
        for (int k = 0; k < 3; k++) {
            box[k] = PetscMin(box[k], x[3 * i + k]);
            box[3 + k] = PetscMin(box[3 + k], -x[3 * i + k]);
        }
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, box, 6, MPI_DOUBLE, MPI_MIN,
                               comm));
    *curve = (struct fe_curve){ .axes = 0 };
    for (int k = 0; k < 3; k++) {
        curve->origin[k] = box[k];
        extent = PetscMax(extent, -box[3 + k] - box[k]);
        if (-box[3 + k] > box[k])
            curve->axis[curve->axes++] = k;
    }
    curve->bits = bits[curve->axes];
    if (extent > 0)
        curve->scale = ((double)(UINT32_C(1) << curve->bits) - 1) / extent;
    PetscFunctionReturn(0);
}

/* Grid coordinates to the "transposed" key: bit b of the key's digit for axis
 * k is bit b of c[k]. */
static void transpose(uint32_t c[], int axes, int bits)
{
    uint32_t top = UINT32_C(1) << (bits - 1), flip = 0;

    for (uint32_t q = top; q > 1; q >>= 1)
        for (int k = 0; k < axes; k++) {
            uint32_t low = q - 1;

            if (c[k] & q) {
                c[0] ^= low;
            } else {
                uint32_t swap = (c[0] ^ c[k]) & low;

                c[0] ^= swap;
                c[k] ^= swap;
            }
        }
    for (int k = 1; k < axes; k++)
        c[k] ^= c[k - 1];
    for (uint32_t q = top; q > 1; q >>= 1)
        if (c[axes - 1] & q)
            flip ^= q - 1;
    for (int k = 0; k < axes; k++)
        c[k] ^= flip;
}

uint64_t fe_curve_key(const struct fe_curve *curve, const double x[3])
{
    uint32_t c[3] = { 0, 0, 0 };
    uint64_t key = 0;

    if (curve->axes == 0)
        return 0;
    for (int k = 0; k < curve->axes; k++) {
        int axis = curve->axis[k];

        c[k] = (uint32_t)((x[axis] - curve->origin[axis]) * curve->scale);
    }
    transpose(c, curve->axes, curve->bits);
    for (int b = curve->bits - 1; b >= 0; b--)
        for (int k = 0; k < curve->axes; k++)
            key = key << 1 | (c[k] >> b & 1);
    return key;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

/* How many of the sorted keys are <= 'key'. */
static PetscInt64 count_below(PetscInt n, const uint64_t sorted[],
                              uint64_t key)
{
    PetscInt lo = 0, hi = n;

    while (lo < hi) {
        PetscInt mid = lo + (hi - lo) / 2;

        if (sorted[mid] <= key)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

PetscErrorCode fe_curve_split(MPI_Comm comm, PetscInt n, const uint64_t key[],
                              uint64_t last[])
{
    PetscMPIInt parts;
    PetscInt64 total = n, *below;
    uint64_t *sorted, *low;

    PetscFunctionBeginUser;
    PetscCallMPI(MPI_Comm_size(comm, &parts));
    PetscCall(PetscMalloc3(n, &sorted, parts, &below, parts, &low));
    PetscCall(PetscArraycpy(sorted, key, n));
    qsort(sorted, (size_t)n, sizeof(*sorted), by_value);
    PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, &total, 1, MPIU_INT64, MPI_SUM,
                               comm));

    /* bisect all bounds at once: the answer lies in [low, last] */
    for (PetscMPIInt p = 0; p < parts; p++) {
        low[p] = 0;
        last[p] = UINT64_MAX;
    }
    for (int bit = 0; bit < 64; bit++) {
        for (PetscMPIInt p = 0; p < parts; p++)
            below[p] = count_below(n, sorted,
                                   low[p] + (last[p] - low[p]) / 2);
        PetscCallMPI(MPI_Allreduce(MPI_IN_PLACE, below, parts, MPIU_INT64,
                                   MPI_SUM, comm));
        for (PetscMPIInt p = 0; p < parts; p++) {
            uint64_t mid = low[p] + (last[p] - low[p]) / 2;

            if (low[p] == last[p])
                continue;
            if (below[p] >= total * (p + 1) / parts)
                last[p] = mid;
            else
                low[p] = mid + 1;
        }
    }
    last[parts - 1] = UINT64_MAX;
    PetscCall(PetscFree3(sorted, below, low));
    PetscFunctionReturn(0);
}

PetscMPIInt fe_curve_part(uint64_t key, PetscMPIInt parts,
                          const uint64_t last[])
{
    PetscMPIInt lo = 0, hi = parts - 1;

    while (lo < hi) {
        PetscMPIInt mid = lo + (hi - lo) / 2;

        if (key <= last[mid])
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}
