/* kernel_avx512.c - the kernel for vectors of 512 bits */
#ifdef __x86_64__
#include <immintrin.h>
#ifdef __clang__
#pragma clang attribute push(                                         \
    __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw"))),      \
    apply_to = function)
#else
#pragma GCC target("avx512f,avx512dq,avx512vl,avx512bw")
#endif
#define FLOOD_LANES 8
#include "flood/kernel_body.h"
#include "flood/kernel_inertial.h"

const struct flood_kernel flood_kernel_avx512 = {
    .name = "avx512",
    .first = advance_first,
    .second = advance_second,
    .inertial = advance_inertial,
};
#ifdef __clang__
#pragma clang attribute pop
#endif
#else
typedef int flood_no_kernel_avx512; /* ISO C wants something in every file */
#endif
