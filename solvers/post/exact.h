/* exact.h - sums of doubles without rounding, so in any order the same
 *
 * An accumulator is a fixed-point number that every finite double fits into:
 *
 *     limb  67 ........................ 1    0      32 bits each, signed, in 64
 *           2^1070                    2^-1042  2^-1074
 *
 * The sum of values on several ranks is therefore the same on any number of
 * them, to the last bit (U. Kulisch, Computer Arithmetic and Validity).
 */
#ifndef POST_EXACT_H
#define POST_EXACT_H

#include <mpi.h>
#include <stdint.h>

#define POST_LIMBS 70

struct post_sum { /* zeroed: 0 */
    int64_t limb[POST_LIMBS];
    uint32_t added; /* since the last carry */
};

/* 'x' must be finite. */
void post_sum_add(struct post_sum *sum, double x);

/* Collective: the sums of all ranks become one, on every rank. */
int post_sum_join(struct post_sum sum[], int n, MPI_Comm comm);

/* Within one unit in the last place; depends on the exact sum alone. */
double post_sum_value(const struct post_sum *sum);

#endif
