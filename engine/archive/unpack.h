/* unpack.h - an archive from elsewhere, read member by member
 *
 * Nothing in it is believed: the members must be regular files with the names
 * that share/doc/formats/archive.md gives them, in its order, as long as the
 * lists before them say, and what is written stays in proportion to what was
 * read.  The files go to one directory under names of our own.
 */
#ifndef FT_ARCHIVE_UNPACK_H
#define FT_ARCHIVE_UNPACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/sha256.h"

struct ft_err;
struct ft_unpack;

/* Start to read the descriptor 'fd', which stays the caller's, into the
 * directory 'dir'.  'large' lifts the limit on how far it may swell. */
struct ft_unpack *ft_unpack_open(int fd, const char *dir, bool large,
                                 struct ft_err *err);
void ft_unpack_free(struct ft_unpack *unpack); /* NULL is fine */

/* What came next. */
struct ft_member {
    char name[FT_SHA256_HEX + 8]; /* of the file in 'dir' */
    uint64_t size_bytes;
};

/* The manifest, always first. */
int ft_unpack_manifest(struct ft_unpack *unpack, struct ft_member *member,
                       struct ft_err *err);
/* Then, when it was understood, the other members; 1, or 0 at the end. */
int ft_unpack_next(struct ft_unpack *unpack, struct ft_member *member,
                   struct ft_err *err);

#endif
