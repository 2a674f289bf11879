/* logrec.h - the fields before the payload of a record (see logfile.h) */
#ifndef FT_BASE_LOGREC_H
#define FT_BASE_LOGREC_H

#include <stddef.h>
#include <stdint.h>

#define FT_LOGREC_PREFIX 40     /* bytes of a record before its payload */
#define FT_LOGREC_PAYLOAD_MIN 2 /* "{}" */

uint32_t ft_logrec_get32(const uint8_t *p);
void ft_logrec_put32(uint8_t *p, uint32_t n);

/* The size as it stands in a record whose predecessors are durable but for the
 * last 'loose' bytes. */
uint32_t ft_logrec_size(size_t len, uint64_t loose);

/* The length of a payload, or 0 for no record. */
size_t ft_logrec_payload(uint32_t size);

/* All before this place was durable when the record of 'size' was put at
 * 'offset'. */
uint64_t ft_logrec_durable(uint32_t size, uint64_t offset);

/* Over size, prev and payload: all of a record but the CRC itself. */
uint32_t ft_logrec_crc(const uint8_t *record, size_t payload_len);

#endif
