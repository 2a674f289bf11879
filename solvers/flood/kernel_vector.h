/* kernel_vector.h - vectors of doubles; only for kernel_rows.h
 *
 * FLOOD_LANES says how many: 8 (AVX-512), 4 (AVX2), or 2 by what the compiler
 * makes of it on any processor.  All of these operations are exact or rounded
 * once, and give each lane the same bits whatever the number of lanes; only
 * without FLOOD_FUSED products are rounded before they are added to something.
 * Who defines FLOOD_LANES has included the processor's intrinsics.
 */
#ifndef FLOOD_KERNEL_VECTOR_H
#define FLOOD_KERNEL_VECTOR_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#ifndef FLOOD_LANES
#define FLOOD_LANES 2
#endif
#define INLINE static inline __attribute__((always_inline, unused))

typedef double vec __attribute__((vector_size(8 * FLOOD_LANES)));
typedef uint64_t bits __attribute__((vector_size(8 * FLOOD_LANES)));

#if FLOOD_LANES == 8
typedef __mmask8 mask;
INLINE mask above(vec a, vec b) /* a > b */
{
    return _mm512_cmp_pd_mask(a, b, _CMP_GT_OQ);
}
INLINE mask reaches(vec a, vec b) /* a >= b */
{
    return _mm512_cmp_pd_mask(a, b, _CMP_GE_OQ);
}
INLINE vec pick(mask m, vec yes, vec no)
{
    return _mm512_mask_blend_pd(m, no, yes);
}
INLINE vec largest(vec a, vec b) /* a > b ? a : b */
{
    return _mm512_max_pd(a, b);
}
INLINE vec least(vec a, vec b) /* a < b ? a : b */
{
    return _mm512_min_pd(a, b);
}
INLINE vec root(vec a)
{
    return _mm512_sqrt_pd(a);
}
/* c + a b */
INLINE vec plus(vec c, vec a, vec b)
{
    return _mm512_fmadd_pd(a, b, c);
}
/* c - a b */
INLINE vec minus(vec c, vec a, vec b)
{
    return _mm512_fnmadd_pd(a, b, c);
}
INLINE bool any(mask m)
{
    return m != 0;
}
INLINE bool every(mask m)
{
    return m == 0xff;
}
/* The high half of each number's bits, times 'b' < 2^32. */
INLINE bits high_times(vec a, uint32_t b)
{
    return (bits)_mm512_mul_epu32((__m512i)((bits)a >> 32),
                                  _mm512_set1_epi64(b));
}
/* The vector one lane before 'here', after 'last'. */
INLINE vec shift(vec last, vec here)
{
    return (vec)_mm512_alignr_epi64((__m512i)here, (__m512i)last, 7);
}
/* Lanes without their bit in 'm' are not written to. */
INLINE void store_where(double *p, mask m, vec a)
{
    _mm512_mask_storeu_pd(p, m, a);
}
#elif FLOOD_LANES == 4
typedef __m256d mask;
INLINE mask above(vec a, vec b)
{
    return _mm256_cmp_pd(a, b, _CMP_GT_OQ);
}
INLINE mask reaches(vec a, vec b)
{
    return _mm256_cmp_pd(a, b, _CMP_GE_OQ);
}
INLINE vec pick(mask m, vec yes, vec no)
{
    return _mm256_blendv_pd(no, yes, m);
}
INLINE vec largest(vec a, vec b)
{
    return _mm256_max_pd(a, b);
}
INLINE vec least(vec a, vec b)
{
    return _mm256_min_pd(a, b);
}
INLINE vec root(vec a)
{
    return _mm256_sqrt_pd(a);
}
INLINE vec plus(vec c, vec a, vec b)
{
    return _mm256_fmadd_pd(a, b, c);
}
INLINE vec minus(vec c, vec a, vec b)
{
    return _mm256_fnmadd_pd(a, b, c);
}
INLINE bool any(mask m)
{
    return _mm256_movemask_pd(m) != 0;
}
INLINE bool every(mask m)
{
    return _mm256_movemask_pd(m) == 0xf;
}
INLINE bits high_times(vec a, uint32_t b)
{
    return (bits)_mm256_mul_epu32((__m256i)((bits)a >> 32),
                                  _mm256_set1_epi64x(b));
}
INLINE vec shift(vec last, vec here)
{
    vec middle = _mm256_permute2f128_pd(last, here, 0x21);

    return _mm256_shuffle_pd(middle, here, 0x5);
}
INLINE void store_where(double *p, mask m, vec a)
{
    _mm256_maskstore_pd(p, (__m256i)m, a);
}
#else
typedef bits mask; /* all bits of a lane or none */
INLINE mask above(vec a, vec b)
{
    return (mask)(a > b);
}
INLINE mask reaches(vec a, vec b)
{
    return (mask)(a >= b);
}
INLINE vec pick(mask m, vec yes, vec no)
{
    return (vec)((m & (bits)yes) | (~m & (bits)no));
}
INLINE vec largest(vec a, vec b)
{
    return pick(above(a, b), a, b);
}
INLINE vec least(vec a, vec b)
{
    return pick(above(b, a), a, b);
}
INLINE vec root(vec a)
{
    return (vec){ sqrt(a[0]), sqrt(a[1]) };
}
#ifdef FLOOD_FUSED
INLINE vec plus(vec c, vec a, vec b)
{
    return (vec){ fma(a[0], b[0], c[0]), fma(a[1], b[1], c[1]) };
}
INLINE vec minus(vec c, vec a, vec b)
{
    return plus(c, -a, b);
}
#else
INLINE vec plus(vec c, vec a, vec b)
{
    return c + a * b;
}
INLINE vec minus(vec c, vec a, vec b)
{
    return c - a * b;
}
#endif
INLINE bool any(mask m)
{
    return (m[0] | m[1]) != 0;
}
INLINE bool every(mask m)
{
    return (m[0] & m[1]) != 0;
}
INLINE bits high_times(vec a, uint32_t b)
{
    return ((bits)a >> 32) * b;
}
INLINE vec shift(vec last, vec here)
{
    return (vec){ last[1], here[0] };
}
INLINE void store_where(double *p, mask m, vec a)
{
    for (int i = 0; i < FLOOD_LANES; i++)
        if (m[i])
            p[i] = a[i];
}
#endif

INLINE vec load(const double *p)
{
    vec a;

    memcpy(&a, p, sizeof(a));
    return a;
}
INLINE void store(double *p, vec a)
{
    memcpy(p, &a, sizeof(a));
}
INLINE vec all(double a)
{
    return a - (vec){ 0 };
}
INLINE vec magnitude(vec a)
{
    return (vec)((bits)a & UINT64_C(0x7fffffffffffffff));
}
/* 'a' where 'm' is true, else 0. */
INLINE vec only(mask m, vec a)
{
    return pick(m, a, all(0));
}

/* Each step of an iteration waits for the one before: up to BESIDE vectors go
 * side by side, with 'n' known when compiled. */
#define BESIDE 4
#define EACH(k, n) _Pragma("GCC unroll 4") for (int k = 0; k < (n); k++)

/* y = 1 / square root of x > 0: half of the exponent, then Newton. */
INLINE void inverse_sqrts(const vec *x, vec *y, int n)
{
    vec half[BESIDE], e[BESIDE];

    EACH(k, n)
    {
        half[k] = 0.5 * x[k];
        y[k] = (vec)(UINT64_C(0x5fe6eb50c7b537a9) - ((bits)x[k] >> 1));
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        EACH(k, n) e[k] = half[k] * y[k];
        EACH(k, n) e[k] = minus(all(0.5), e[k], y[k]);
        EACH(k, n) y[k] = plus(y[k], y[k], e[k]);
    }
}

/* y = 1 / cube root of x > 0: a third of the exponent, then Newton. */
INLINE void inverse_cbrts(const vec *x, vec *y, int n)
{
    vec part[BESIDE], e[BESIDE];

    EACH(k, n)
    {
        part[k] = (1.0 / 3.0) * x[k];
        y[k] = (vec)(UINT64_C(0x553ef0ff289dd796) -
                     high_times(x[k], 0x55555555));
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        vec y2[BESIDE];

        EACH(k, n) y2[k] = y[k] * y[k];
        EACH(k, n) e[k] = part[k] * y[k];
        EACH(k, n) e[k] = minus(all(1.0 / 3.0), e[k], y2[k]);
        EACH(k, n) y[k] = plus(y[k], y[k], e[k]);
    }
}

INLINE vec inverse_sqrt(vec x)
{
    vec y;

    inverse_sqrts(&x, &y, 1);
    return y;
}

INLINE vec inverse_cbrt(vec x)
{
    vec y;

    inverse_cbrts(&x, &y, 1);
    return y;
}

#endif
