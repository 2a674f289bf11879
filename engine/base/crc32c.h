/* crc32c.h - CRC-32C (Castagnoli, RFC 3720 appendix B.4) */
#ifndef FT_BASE_CRC32C_H
#define FT_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Extend 'crc' (0 to start) over 'len' bytes. */
uint32_t ft_crc32c(uint32_t crc, const void *bytes, size_t len);

/* The same without the processor's instruction: what other machines use. */
uint32_t ft_crc32c_portable(uint32_t crc, const void *bytes, size_t len);

#endif
