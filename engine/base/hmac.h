/* hmac.h - HMAC-SHA-256 (RFC 2104): proof that somebody knows a secret */
#ifndef FT_BASE_HMAC_H
#define FT_BASE_HMAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/sha256.h"

/* 'key' has at most 64 bytes. */
void ft_hmac_sha256(const void *key, size_t key_len, const void *bytes,
                    size_t len, uint8_t digest[FT_SHA256_BYTES]);

/* Are the 'len' bytes the same?  Takes as long when they are not. */
bool ft_hmac_equal(const void *a, const void *b, size_t len);

#endif
