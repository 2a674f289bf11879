/* pack.h - many small version files in one container
 *
 *   pack/<sha256 of its bytes>.pack      (share/doc/formats/pack.md)
 *
 *   "FTPACK\0" 1         8 bytes
 *   member member ...    version files, byte for byte
 *   index                JSON: {"members":[[version, file digest, offset,
 *                        size], ...]}
 *   trailer              length of the index: u64, its SHA-256, "FTPACKE\0"
 */
#ifndef FT_DATA_PACK_H
#define FT_DATA_PACK_H

#include <stddef.h>
#include <stdint.h>

#include "base/sha256.h"

struct ft_err;
struct ft_pack_out;

#define FT_PACK_MEMBERS_MAX 100000 /* that one record of the oplog can name */
#define FT_PACK_BYTES_MAX (1ull << 30)

struct ft_pack_member {
    char version[FT_SHA256_HEX + 1], file[FT_SHA256_HEX + 1];
    uint64_t offset, size_bytes;
};

/* meta/pack/<digest>.pack; the caller frees. */
char *ft_pack_path(const char *meta, const char *digest);

/* --- writing -------------------------------------------------------------- */

struct ft_pack_out *ft_pack_new(const char *meta, struct ft_err *err);
/* Add the file at 'path', which must have the digest and size of 'member'; its
 * offset is filled in.  1; 0 when it is not what 'member' says; -1. */
int ft_pack_add(struct ft_pack_out *out, const char *path,
                struct ft_pack_member *member, struct ft_err *err);
/* Complete it, compare what the disk has with what was written, and give it its
 * name, durably. */
int ft_pack_finish(struct ft_pack_out *out, char digest[FT_SHA256_HEX + 1],
                   uint64_t *size_bytes, struct ft_err *err);
void ft_pack_free(struct ft_pack_out *out); /* NULL is fine */

/* --- reading -------------------------------------------------------------- */

/* The index of a container whose trailer is right; the caller frees *member.
 * FT_EFORMAT. */
int ft_pack_read(const char *path, struct ft_pack_member **member, size_t *n,
                 struct ft_err *err);

/* Whether a member is what it should be.  FT_EFORMAT. */
int ft_pack_check(const char *path, const struct ft_pack_member *member,
                  struct ft_err *err);
/* Make the file 'dest' of it by way of the directory 'tmp' on the same file
 * system, whole and durable or not at all; one that is there stays.
 * FT_EFORMAT. */
int ft_pack_thaw(const char *tmp, const char *path,
                 const struct ft_pack_member *member, const char *dest,
                 struct ft_err *err);

#endif
