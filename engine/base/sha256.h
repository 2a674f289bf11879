/* sha256.h - SHA-256 (FIPS 180-4), through OpenSSL */
#ifndef FT_BASE_SHA256_H
#define FT_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define FT_SHA256_BYTES 32
#define FT_SHA256_HEX 64 /* characters, without the terminator */

struct ft_err;
struct ft_sha256; /* a computation under way */

struct ft_sha256 *ft_sha256_new(void);
void ft_sha256_add(struct ft_sha256 *sha, const void *bytes, size_t len);
/* The digest of all that was added; the computation starts over. */
void ft_sha256_end(struct ft_sha256 *sha, uint8_t digest[FT_SHA256_BYTES]);
void ft_sha256_free(struct ft_sha256 *sha);

void ft_sha256(const void *bytes, size_t len, uint8_t digest[FT_SHA256_BYTES]);

/* The digest as 64 lower-case hexadecimal characters. */
void ft_sha256_hex(const uint8_t digest[FT_SHA256_BYTES],
                   char hex[FT_SHA256_HEX + 1]);
/* And back; 'hex' has been checked. */
void ft_sha256_bytes(const char *hex, uint8_t digest[FT_SHA256_BYTES]);
void ft_sha256_text(const void *bytes, size_t len,
                    char hex[FT_SHA256_HEX + 1]);

/* Digest and size of a file.  FT_EIO, FT_ENOENT, FT_EACCES. */
int ft_sha256_file(const char *path, char hex[FT_SHA256_HEX + 1],
                   uint64_t *size_bytes, struct ft_err *err);

#endif
