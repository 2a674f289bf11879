/* kernel_generic.c - the kernel for any processor */
#include "flood/kernel_body.h"

const struct flood_kernel flood_kernel_generic = {
    .name = "generic",
    .first = advance_first,
    .second = advance_second,
};
