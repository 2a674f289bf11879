/* kernel_generic.c - the kernel for any processor */
#ifdef __FP_FAST_FMA
#define FLOOD_FUSED
#endif
#include "flood/kernel_body.h"
#include "flood/kernel_inertial.h"

const struct flood_kernel flood_kernel_generic = {
    .name = "generic",
    .first = advance_first,
    .second = advance_second,
    .inertial = advance_inertial,
};
