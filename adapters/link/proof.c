/* proof.c - how home and an agent prove that they know the same secret */
#include "adapters/link/proof.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/alloc.h"
#include "base/hmac.h"

void ft_nonce_make(char hex[FT_NONCE_HEX + 1])
{
    uint8_t bytes[FT_SHA256_BYTES];

    if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
        FT_BUG("no random numbers"); /* of so few bytes it cannot fail */
    ft_sha256_hex(bytes, hex);
}

bool ft_nonce_valid(const char *hex)
{
    return strlen(hex) == FT_NONCE_HEX &&
           strspn(hex, "0123456789abcdef") == FT_NONCE_HEX;
}

void ft_proof_make(const char *secret, const char *role, const char *own,
                   const char *other, char proof[FT_NONCE_HEX + 1])
{
    uint8_t key[FT_SECRET_BYTES], digest[FT_SHA256_BYTES];
    char *text = ft_asprintf("%s%s%s", role, own, other);

    ft_sha256_bytes(secret, key);
    ft_hmac_sha256(key, sizeof(key), text, strlen(text), digest);
    ft_sha256_hex(digest, proof);
    free(text);
}

bool ft_proof_check(const char *secret, const char *role, const char *own,
                    const char *other, const char *proof)
{
    char want[FT_NONCE_HEX + 1];

    if (!ft_nonce_valid(own) || !ft_nonce_valid(proof))
        return false;
    ft_proof_make(secret, role, own, other, want);
    return ft_hmac_equal(want, proof, FT_NONCE_HEX);
}
