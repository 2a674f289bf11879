/* sha256.c - SHA-256 through OpenSSL; the only file that includes it
 *
 * These functions are the ones below EVP, which loads a provider when a program
 * starts (2 ms) and costs ten times as much as a record of a journal.  OpenSSL
 * advises against them, but has no others for this.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "base/sha256.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"

#define BLOCK (256u << 10)

struct ft_sha256 {
    SHA256_CTX ctx;
};

static void begin(struct ft_sha256 *sha)
{
    (void)SHA256_Init(&sha->ctx); /* none of these can fail */
}

struct ft_sha256 *ft_sha256_new(void)
{
    struct ft_sha256 *sha = ft_calloc(1, sizeof(*sha));

    begin(sha);
    return sha;
}

void ft_sha256_add(struct ft_sha256 *sha, const void *bytes, size_t len)
{
    (void)SHA256_Update(&sha->ctx, bytes, len);
}

void ft_sha256_end(struct ft_sha256 *sha, uint8_t digest[FT_SHA256_BYTES])
{
    (void)SHA256_Final(digest, &sha->ctx);
    begin(sha);
}

void ft_sha256_free(struct ft_sha256 *sha)
{
    free(sha);
}

void ft_sha256(const void *bytes, size_t len, uint8_t digest[FT_SHA256_BYTES])
{
    struct ft_sha256 sha;

    begin(&sha);
    ft_sha256_add(&sha, bytes, len);
    (void)SHA256_Final(digest, &sha.ctx);
}

void ft_sha256_hex(const uint8_t digest[FT_SHA256_BYTES],
                   char hex[FT_SHA256_HEX + 1])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < FT_SHA256_BYTES; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[FT_SHA256_HEX] = '\0';
}

static unsigned nibble(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

void ft_sha256_bytes(const char *hex, uint8_t digest[FT_SHA256_BYTES])
{
    for (size_t i = 0; i < FT_SHA256_BYTES; i++)
        digest[i] = (uint8_t)(nibble(hex[2 * i]) << 4 |
                              nibble(hex[2 * i + 1]));
}

void ft_sha256_text(const void *bytes, size_t len, char hex[FT_SHA256_HEX + 1])
{
    uint8_t digest[FT_SHA256_BYTES];

    ft_sha256(bytes, len, digest);
    ft_sha256_hex(digest, hex);
}

/* Add all of 'fd'.  Return its size in bytes, or -1 with errno set. */
static int64_t add_fd(struct ft_sha256 *sha, int fd)
{
    char *block = ft_realloc(NULL, BLOCK, 1);
    int64_t size = 0;
    ssize_t n;

    for (;;) {
        n = read(fd, block, BLOCK);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        ft_sha256_add(sha, block, (size_t)n);
        size += n;
    }
    free(block);
    return n < 0 ? -1 : size;
}

int ft_sha256_file(const char *path, char hex[FT_SHA256_HEX + 1],
                   uint64_t *size_bytes, struct ft_err *err)
{
    uint8_t digest[FT_SHA256_BYTES];
    struct ft_sha256 *sha = NULL;
    int64_t size;
    int fd, rc = -1;

    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ft_err_sys(err, "cannot open '%s'", path);
    sha = ft_sha256_new();
    size = add_fd(sha, fd);
    if (size < 0) {
        ft_err_sys(err, "cannot read '%s'", path);
        goto done;
    }
    ft_sha256_end(sha, digest);
    ft_sha256_hex(digest, hex);
    if (size_bytes)
        *size_bytes = (uint64_t)size;
    rc = 0;
done:
    ft_sha256_free(sha);
    close(fd);
    return rc;
}
