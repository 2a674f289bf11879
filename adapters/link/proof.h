/* proof.h - how home and an agent prove that they know the same secret
 *
 * Each sends a number that was never used before and answers the other's with
 * a digest of both and of the secret, which is never sent itself
 * (share/doc/formats/agent.md).
 */
#ifndef ADAPTERS_PROOF_H
#define ADAPTERS_PROOF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/sha256.h"

#define FT_SECRET_BYTES 32
#define FT_NONCE_HEX FT_SHA256_HEX /* characters of a nonce or a proof */

/* 32 random bytes in hex. */
void ft_nonce_make(char hex[FT_NONCE_HEX + 1]);
/* Is it one, or a proof, or a secret, as far as its form goes? */
bool ft_nonce_valid(const char *hex);

/* What 'role' ("agent", "engine"), whose nonce is 'own', answers 'other'. */
void ft_proof_make(const char *secret, const char *role, const char *own,
                   const char *other, char proof[FT_NONCE_HEX + 1]);
/* Is 'proof', whatever it is, what 'role' has to answer? */
bool ft_proof_check(const char *secret, const char *role, const char *own,
                    const char *other, const char *proof);

#endif
