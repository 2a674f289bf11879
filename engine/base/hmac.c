/* hmac.c - HMAC-SHA-256 */
#include "base/hmac.h"

#include <string.h>

#include "base/alloc.h"

#define BLOCK_BYTES 64 /* of SHA-256 */

static void add_pad(struct ft_sha256 *sha, const uint8_t key[BLOCK_BYTES],
                    uint8_t pad)
{
    uint8_t block[BLOCK_BYTES];

    for (size_t i = 0; i < BLOCK_BYTES; i++)
        block[i] = key[i] ^ pad;
    ft_sha256_add(sha, block, sizeof(block));
}

void ft_hmac_sha256(const void *key, size_t key_len, const void *bytes,
                    size_t len, uint8_t digest[FT_SHA256_BYTES])
{
    struct ft_sha256 *sha = ft_sha256_new();
    uint8_t padded[BLOCK_BYTES] = { 0 };

    if (key_len > BLOCK_BYTES)
        FT_BUG("a key of %zu bytes", key_len);
    memcpy(padded, key, key_len);
    add_pad(sha, padded, 0x36);
    ft_sha256_add(sha, bytes, len);
    ft_sha256_end(sha, digest);
    add_pad(sha, padded, 0x5c);
    ft_sha256_add(sha, digest, FT_SHA256_BYTES);
    ft_sha256_end(sha, digest);
    ft_sha256_free(sha);
}

bool ft_hmac_equal(const void *a, const void *b, size_t len)
{
    const uint8_t *x = a, *y = b;
    unsigned differ = 0;

    for (size_t i = 0; i < len; i++)
        differ |= (unsigned)(x[i] ^ y[i]);
    return !differ;
}
