/* kernel.c - which kernel this processor runs */
#include "flood/kernel.h"

#include <string.h>

static const struct flood_kernel *best(void)
{
#ifdef __x86_64__
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") &&
        __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl"))
        return &flood_kernel_avx512;
    if (__builtin_cpu_supports("avx2"))
        return &flood_kernel_avx2;
#endif
    return &flood_kernel_generic;
}

const struct flood_kernel *flood_kernel(const char *name)
{
    const struct flood_kernel *most = best();

    if (!name || strcmp(name, most->name) == 0)
        return most;
#ifdef __x86_64__
    if (strcmp(name, "avx2") == 0 && most == &flood_kernel_avx512)
        return &flood_kernel_avx2;
#endif
    return strcmp(name, "generic") == 0 ? &flood_kernel_generic : NULL;
}
