/* kernel_avx2.c - the kernel for vectors of 256 bits */
#ifdef __x86_64__
#include <immintrin.h>
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma"))), \
                             apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif
#define FLOOD_LANES 4
#include "flood/kernel_body.h"
#include "flood/kernel_inertial.h"

const struct flood_kernel flood_kernel_avx2 = {
    .name = "avx2",
    .first = advance_first,
    .second = advance_second,
    .inertial = advance_inertial,
};
#ifdef __clang__
#pragma clang attribute pop
#endif
#else
typedef int flood_no_kernel_avx2; /* ISO C wants something in every file */
#endif
