/* kernel_fma.c - the generic kernel where an x86 processor has fused products
 *
 * It gives the bits of the wider kernels.
 */
#ifdef __x86_64__
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("fma"))), \
                             apply_to = function)
#else
#pragma GCC target("fma")
#endif
#define FLOOD_FUSED
#include "flood/kernel_body.h"
#include "flood/kernel_inertial.h"

const struct flood_kernel flood_kernel_fma = {
    .name = "generic",
    .first = advance_first,
    .second = advance_second,
    .inertial = advance_inertial,
};
#ifdef __clang__
#pragma clang attribute pop
#endif
#else
typedef int flood_no_kernel_fma; /* ISO C wants something in every file */
#endif
