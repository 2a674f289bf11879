/* logrec.c - the fields before the payload of a record */
#include "base/logrec.h"

#include "base/crc32c.h"
#include "base/logfile.h"

#define LOOSE_SHIFT 25 /* in the size of a record, above its length */
#define LOOSE_SOME 64  /* no size looks like text, which makes a search fast */

uint32_t ft_logrec_get32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
           (uint32_t)p[3] << 24;
}

void ft_logrec_put32(uint8_t *p, uint32_t n)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(n >> 8 * i);
}

uint32_t ft_logrec_size(size_t len, uint64_t loose)
{
    uint32_t bits = 0;

    while (loose >> bits)
        bits++;
    return (uint32_t)len | (bits ? LOOSE_SOME | bits : 0) << LOOSE_SHIFT;
}

size_t ft_logrec_payload(uint32_t size)
{
    uint32_t loose = size >> LOOSE_SHIFT;
    size_t len = size & ((1u << LOOSE_SHIFT) - 1);

    return len < FT_LOGREC_PAYLOAD_MIN || len > FT_LOG_RECORD_MAX ||
                   (loose && loose < LOOSE_SOME)
               ? 0
               : len;
}

uint64_t ft_logrec_durable(uint32_t size, uint64_t offset)
{
    uint32_t bits = size >> LOOSE_SHIFT & (LOOSE_SOME - 1);
    uint64_t loose = ((uint64_t)1 << bits) - 1;

    return loose < offset ? offset - loose : 0;
}

uint32_t ft_logrec_crc(const uint8_t *record, size_t payload_len)
{
    uint32_t crc = ft_crc32c(0, record, 4);

    return ft_crc32c(crc, record + 8, FT_LOGREC_PREFIX - 8 + payload_len);
}
