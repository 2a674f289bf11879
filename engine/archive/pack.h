/* pack.h - an archive, written member by member */
#ifndef FT_ARCHIVE_PACK_H
#define FT_ARCHIVE_PACK_H

#include <stdint.h>

struct ft_err;
struct ft_pack;
struct json_object;

/* Start an archive on the descriptor 'fd', which stays the caller's. */
struct ft_pack *ft_pack_open(int fd, struct ft_err *err);

/* Add the file "path" as "name".  It must have "size" bytes and the SHA-256
 * "sha256", else FT_EFORMAT; after a failure the archive is of no use. */
int ft_pack_add(struct ft_pack *pack, struct json_object *member,
                struct ft_err *err);

/* End the archive; *size_bytes is what was written. */
int ft_pack_end(struct ft_pack *pack, uint64_t *size_bytes,
                struct ft_err *err);
void ft_pack_free(struct ft_pack *pack); /* NULL is fine */

#endif
