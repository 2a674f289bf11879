/* versions.h - inner loops compiled for each element and each kind of CPU
 *
 * The bodies are inline functions of the dimension and the number of nodes.
 * VERSIONS calls them with constants, so that the compiler unrolls their loops,
 * once for any CPU and once for those with AVX2 and FMA; which one runs is
 * decided at run time.  For files of kernels only, in place of map.h, which has
 * to come after the options of the compiler.
 */
#ifndef FE_VERSIONS_H
#define FE_VERSIONS_H

/* At -O2 GCC neither unrolls nor vectorises these loops: twice the time.
 * Clang does both. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3")
#endif

#include <stdbool.h>

#include "fe/elem.h"
#include "fe/map.h"

#define INLINE static inline __attribute__((always_inline))

#if defined(__x86_64__)
#define WIDE __attribute__((target("avx2,fma")))
static bool has_wide(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#else
#define WIDE
static bool has_wide(void)
{
    return false;
}
#endif

/* Call body(dim, nodes, ...) for the element of a table. */
#define DISPATCH(elem, body, ...)                       \
    switch ((elem)->nodes * 4 + (elem)->dim) {          \
    case 2 * 4 + 1: body(1, 2, __VA_ARGS__); break;     \
    case 3 * 4 + 1: body(1, 3, __VA_ARGS__); break;     \
    case 3 * 4 + 2: body(2, 3, __VA_ARGS__); break;     \
    case 4 * 4 + 2: body(2, 4, __VA_ARGS__); break;     \
    case 6 * 4 + 2: body(2, 6, __VA_ARGS__); break;     \
    case 8 * 4 + 2: body(2, 8, __VA_ARGS__); break;     \
    case 9 * 4 + 2: body(2, 9, __VA_ARGS__); break;     \
    case 4 * 4 + 3: body(3, 4, __VA_ARGS__); break;     \
    case 10 * 4 + 3: body(3, 10, __VA_ARGS__); break;   \
    case 20 * 4 + 3: body(3, 20, __VA_ARGS__); break;   \
    case 27 * 4 + 3: body(3, 27, __VA_ARGS__); break;   \
    default: body(3, 8, __VA_ARGS__); break;            \
    }

#define PARAMS(...) __VA_ARGS__

/* The function CALL(tab, PARAMS), which calls NAME(dim, nodes, tab, ARGS). */
#define VERSIONS(call, name, params, ...)                               \
    WIDE static void name##_wide(const struct fe_tab *tab, params)      \
    {                                                                   \
        DISPATCH(tab->elem, name, tab, __VA_ARGS__)                     \
    }                                                                   \
    static void name##_plain(const struct fe_tab *tab, params)          \
    {                                                                   \
        DISPATCH(tab->elem, name, tab, __VA_ARGS__)                     \
    }                                                                   \
    void call(const struct fe_tab *tab, params)                         \
    {                                                                   \
        if (has_wide())                                                 \
            name##_wide(tab, __VA_ARGS__);                              \
        else                                                            \
            name##_plain(tab, __VA_ARGS__);                             \
    }

#endif
