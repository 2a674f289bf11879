/* exact.c - a fixed-point number that every double fits into */
#include "post/exact.h"

#include <math.h>
#include <string.h>

#define LIMB_BITS 32
#define LEAST (-1074)           /* exponent of the lowest bit */
#define CARRY_AFTER (1u << 29)  /* additions until a limb could overflow */

/* Make every limb but the last one a number of 0 to 2^32 - 1; the last one has
 * the sign. */
static void carry(struct post_sum *sum)
{
    for (int i = 0; i + 1 < POST_LIMBS; i++) {
        int64_t over = sum->limb[i] >> LIMB_BITS; /* rounds down */

        sum->limb[i] -= over * ((int64_t)1 << LIMB_BITS);
        sum->limb[i + 1] += over;
    }
    sum->added = 0;
}

void post_sum_add(struct post_sum *sum, double x)
{
    int exponent, at, shift;
    int64_t sign = x < 0 ? -1 : 1;
    uint64_t bits, low;

    if (x == 0)
        return;
    bits = (uint64_t)ldexp(frexp(fabs(x), &exponent), 53);
    exponent -= 53;
    if (exponent < LEAST) { /* subnormal: the bits that are not there are 0 */
        bits >>= LEAST - exponent;
        exponent = LEAST;
    }
    at = (exponent - LEAST) / LIMB_BITS;
    shift = (exponent - LEAST) % LIMB_BITS;
    low = bits << shift;
    sum->limb[at] += sign * (int64_t)(low & UINT32_MAX);
    sum->limb[at + 1] += sign * (int64_t)(low >> LIMB_BITS);
    if (shift)
        sum->limb[at + 2] += sign * (int64_t)(bits >> (64 - shift));
    if (++sum->added == CARRY_AFTER)
        carry(sum);
}

int post_sum_join(struct post_sum sum[], int n, MPI_Comm comm)
{
    for (int i = 0; i < n; i++) {
        int rc;

        carry(&sum[i]);
        rc = MPI_Allreduce(MPI_IN_PLACE, sum[i].limb, POST_LIMBS, MPI_INT64_T,
                           MPI_SUM, comm);
        if (rc != MPI_SUCCESS)
            return rc;
        carry(&sum[i]);
    }
    return MPI_SUCCESS;
}

double post_sum_value(const struct post_sum *sum)
{
    struct post_sum s = *sum;
    double value = 0;
    int sign = 1, top = POST_LIMBS - 1;

    carry(&s);
    if (s.limb[top] < 0) {
        sign = -1;
        for (int i = 0; i < POST_LIMBS; i++)
            s.limb[i] = -s.limb[i];
        carry(&s);
    }
    while (top > 2 && s.limb[top] == 0)
        top--;
    /* Three limbs have 65 bits or more; the small ones first. */
    for (int i = top - 2; i <= top; i++)
        value += ldexp((double)s.limb[i], LEAST + LIMB_BITS * i);
    return sign * value;
}
