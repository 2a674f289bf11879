/* content.h - the content digest (share/doc/formats/version.md) */
#ifndef FT_WORKER_CONTENT_H
#define FT_WORKER_CONTENT_H

#include "base/sha256.h"
#include "worker/scan.h"

#define FT_CONTENT_PREFIX "sha256:"
#define FT_CONTENT_TEXT (7 + FT_SHA256_HEX + 1) /* with the terminator */

/* "sha256:" and the digest of everything outside /fedtwin. */
int ft_content_digest(const struct ft_scan *scan, char text[FT_CONTENT_TEXT],
                      struct ft_err *err);

/* An attribute that libraries keep for themselves: no content. */
bool ft_content_skips_attr(const char *name);

/* That of an object of type file (bytes.h), from its parts alone: 'root' is the
 * Merkle root over its bytes. */
void ft_content_of_bytes(const char *name, const char *media_type,
                         uint64_t size_bytes,
                         const uint8_t root[FT_SHA256_BYTES],
                         char text[FT_CONTENT_TEXT]);

/* A Merkle root over a stream of bytes, cut into pieces of FT_TILE_BYTES. */
#define FT_TILE_BYTES (1u << 20)
struct ft_tiles {
    struct ft_sha256 *sha;
    size_t filled; /* bytes in the piece under way */
    uint64_t leaves;
    uint8_t stack[64][FT_SHA256_BYTES]; /* roots of subtrees, largest first */
    int depth;
};
void ft_tiles_init(struct ft_tiles *tiles);
void ft_tiles_add(struct ft_tiles *tiles, const void *bytes, size_t len);
void ft_tiles_root(struct ft_tiles *tiles, uint8_t root[FT_SHA256_BYTES]);
void ft_tiles_release(struct ft_tiles *tiles);

#endif
