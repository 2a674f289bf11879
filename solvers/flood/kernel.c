/* kernel.c - which kernel this processor runs */
#include "flood/kernel.h"

#include <stdbool.h>
#include <string.h>

#ifdef __x86_64__
static bool has_fma(void)
{
    return __builtin_cpu_supports("fma");
}

static bool has_avx2(void)
{
    return has_fma() && __builtin_cpu_supports("avx2");
}

static bool has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl");
}
#endif

static bool always(void)
{
    return true;
}

/* From the fastest on. */
static const struct {
    const struct flood_kernel *kernel;
    bool (*runs)(void);
} known[] = {
#ifdef __x86_64__
    { &flood_kernel_avx512, has_avx512 },
    { &flood_kernel_avx2, has_avx2 },
    { &flood_kernel_fma, has_fma },
#endif
    { &flood_kernel_generic, always },
};

const struct flood_kernel *flood_kernel(const char *name)
{
#ifdef __x86_64__
    __builtin_cpu_init();
#endif
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if ((!name || strcmp(name, known[i].kernel->name) == 0) &&
            known[i].runs())
            return known[i].kernel;
    return NULL;
}
