/* crc32c.c - CRC-32C by the processor's instruction, else by a table */
#include "base/crc32c.h"

#include <stdbool.h>
#include <string.h>
#if defined(__x86_64__) && __has_include(<sys/platform/x86.h>)
#include <sys/platform/x86.h>
#endif

#define POLYNOMIAL 0x82f63b78u /* Castagnoli's, bits reversed */

/* The CRC of each nibble, worked out by the compiler.  Sixteen entries are
 * enough: nearly every machine takes the other way. */
#define BIT(c) (((c) >> 1) ^ (((c) % 2) ? POLYNOMIAL : 0u))
#define NIBBLE(n) BIT(BIT(BIT(BIT((uint32_t)(n)))))

static const uint32_t table[16] = {
    NIBBLE(0),  NIBBLE(1),  NIBBLE(2),  NIBBLE(3),  NIBBLE(4),  NIBBLE(5),
    NIBBLE(6),  NIBBLE(7),  NIBBLE(8),  NIBBLE(9),  NIBBLE(10), NIBBLE(11),
    NIBBLE(12), NIBBLE(13), NIBBLE(14), NIBBLE(15),
};

static uint32_t by_table(uint32_t crc, const uint8_t *p, size_t len)
{
    for (; len; len--, p++) {
        crc ^= *p;
        crc = (crc >> 4) ^ table[crc & 15];
        crc = (crc >> 4) ^ table[crc & 15];
    }
    return crc;
}

#ifdef __x86_64__
/* The C library has asked the processor already.  The compiler's function makes
 * each program ask again when it starts, a dozen times; in a virtual machine
 * each of these calls takes the host some microseconds. */
static bool have_instruction(void)
{
#ifdef CPU_FEATURE_ACTIVE
    return CPU_FEATURE_ACTIVE(SSE4_2);
#else
    return __builtin_cpu_supports("sse4.2");
#endif
}

__attribute__((target("sse4.2"))) static uint32_t
by_instruction(uint32_t crc, const uint8_t *p, size_t len)
{
    uint64_t wide = crc, eight;

    for (; len >= sizeof(eight); len -= sizeof(eight), p += sizeof(eight)) {
        memcpy(&eight, p, sizeof(eight)); /* 'p' may be unaligned */
        wide = __builtin_ia32_crc32di(wide, eight);
    }
    crc = (uint32_t)wide;
    for (; len; len--, p++)
        crc = __builtin_ia32_crc32qi(crc, *p);
    return crc;
}
#else
static bool have_instruction(void)
{
    return false;
}

static uint32_t by_instruction(uint32_t crc, const uint8_t *p, size_t len)
{
    return by_table(crc, p, len);
}
#endif

uint32_t ft_crc32c(uint32_t crc, const void *bytes, size_t len)
{
    return ~(have_instruction() ? by_instruction(~crc, bytes, len)
                                : by_table(~crc, bytes, len));
}

uint32_t ft_crc32c_portable(uint32_t crc, const void *bytes, size_t len)
{
    return ~by_table(~crc, bytes, len);
}
